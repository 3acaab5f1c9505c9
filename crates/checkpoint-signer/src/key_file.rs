//! A secret key in a file that only its owner may read, sealed by a passphrase or not.
//!
//! Text, one `word value` a line; docs/format.md, "Signing key", has it byte for byte.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::AeadInOut};
use merkle_log::{KeyKind, SignerKey, VerifierKey, key::KeyNameError};
use zeroize::{Zeroize, Zeroizing};

use crate::file;

const HEADING: &str = "redress-signing-key v1";
/// Argon2id as RFC 9106, section 4, second recommended option: 64 MiB, 3 passes, 4 lanes.
const DERIVATION: &str = "argon2id 65536 3 4";
const MEMORY_KIB: u32 = 65_536;
const PASSES: u32 = 3;
const LANES: u32 = 4;
/// A key file is no longer than this.
const BYTES_MAX: u64 = 4_096;

/// What seals a key file. Wiped when dropped; never printed.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The passphrase as somebody wrote it; a line end after it does not count.
    ///
    /// `None` when nothing is left.
    pub fn new(mut text: String) -> Option<Self> {
        while text.ends_with(['\n', '\r']) {
            text.pop();
        }
        if text.is_empty() {
            text.zeroize();
            return None;
        }
        Some(Self(Zeroizing::new(text)))
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// Why there is no key, by what its owner does next.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is no such file: bring the key back, or name the right place.
    #[error("expected a signing key at {}, found nothing", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A key must never be written over.
    #[error("expected no file at {}, found one; it may be the only copy of a key", path.display())]
    AlreadyThere {
        /// The file.
        path: PathBuf,
    },
    /// Others could read or write the key: change its mode, and think about who did.
    #[error(
        "expected a signing key that only its owner may read at {}, found one open to others (mode 0600 is needed)",
        path.display()
    )]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// Not a key file, or a damaged one.
    #[error("expected a signing key at {}, found another kind of file or a damaged one (line {line})", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line that is not as it should be, from 1.
        line: usize,
    },
    /// A passphrase is needed to open it.
    #[error("the signing key at {} is sealed by a passphrase, and none was given", path.display())]
    Sealed {
        /// The file.
        path: PathBuf,
    },
    /// The passphrase is not the one that seals it.
    #[error("the passphrase does not open the signing key at {}", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The name is not that of a key.
    #[error(transparent)]
    Name(#[from] KeyNameError),
    /// The file could not be read or written.
    #[error("could not use the signing key at {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A key file, read but not opened: its public half is known.
#[derive(Debug)]
pub struct KeyFile {
    path: PathBuf,
    verifier: VerifierKey,
    secret: Secret,
}

enum Secret {
    Bare(Zeroizing<[u8; 32]>),
    Sealed { salt: [u8; 16], nonce: [u8; 24], sealed: Vec<u8>, associated: Vec<u8> },
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bare(_) => "Bare(…)",
            Self::Sealed { .. } => "Sealed(…)",
        })
    }
}

impl KeyFile {
    /// Makes a new key from the random source of the operating system, and its file.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`]: a file is there already, the name is none, the disk.
    pub fn create(
        path: &Path,
        name: &str,
        kind: KeyKind,
        passphrase: Option<&Passphrase>,
    ) -> Result<SignerKey, KeyFileError> {
        let seed = Zeroizing::new(random::<32>().map_err(failed(path))?);
        let key = SignerKey::from_seed(name, kind, &seed)?;
        let text = match passphrase {
            None => bare_text(key.verifier(), &seed),
            Some(passphrase) => {
                let salt = random::<16>().map_err(failed(path))?;
                let nonce = random::<24>().map_err(failed(path))?;
                sealed_text(key.verifier(), &seed, passphrase, &salt, &nonce)
            }
        };
        file::put_new(path, text.as_bytes()).map_err(|source| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                KeyFileError::AlreadyThere { path: path.to_owned() }
            } else {
                failed(path)(source)
            }
        })?;
        Ok(key)
    }

    /// Reads a key file.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`]: none there, open to others, damaged.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let missing = |source: io::Error| {
            if source.kind() == io::ErrorKind::NotFound {
                KeyFileError::Missing { path: path.to_owned() }
            } else {
                failed(path)(source)
            }
        };
        if file::is_open_to_others(path).map_err(missing)? {
            return Err(KeyFileError::OpenToOthers { path: path.to_owned() });
        }
        let bytes = Zeroizing::new(file::read(path, BYTES_MAX).map_err(missing)?);
        let damaged = |line| KeyFileError::Damaged { path: path.to_owned(), line };
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged(1))?;
        let (verifier, secret) = parse(text).map_err(damaged)?;
        Ok(Self { path: path.to_owned(), verifier, secret })
    }

    /// The half that verifies, for everybody.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Whether a passphrase is needed.
    pub fn is_sealed(&self) -> bool {
        matches!(self.secret, Secret::Sealed { .. })
    }

    /// The key that signs. A passphrase that is not needed is not looked at.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`]: it is sealed and the passphrase is missing or wrong.
    pub fn open(&self, passphrase: Option<&Passphrase>) -> Result<SignerKey, KeyFileError> {
        let path = || self.path.clone();
        let seed = match &self.secret {
            Secret::Bare(seed) => seed.clone(),
            Secret::Sealed { salt, nonce, sealed, associated } => {
                let passphrase = passphrase.ok_or(KeyFileError::Sealed { path: path() })?;
                let cipher = XChaCha20Poly1305::new(&(*derive(passphrase, salt)).into());
                let mut seed = Zeroizing::new(sealed.clone());
                let opened = cipher.decrypt_in_place(&XNonce::from(*nonce), associated, &mut *seed);
                let seed = opened.ok().and_then(|()| seed.as_slice().try_into().ok());
                Zeroizing::new(seed.ok_or(KeyFileError::WrongPassphrase { path: path() })?)
            }
        };
        let (name, kind) = (self.verifier.name(), self.verifier.kind());
        let key = SignerKey::from_seed(name, kind, &seed)?;
        // The secret decides what verifies; a public half that was written over must not.
        if *key.verifier() == self.verifier {
            Ok(key)
        } else {
            Err(KeyFileError::Damaged { path: path(), line: 2 })
        }
    }

    /// Gives the file another name, in place of the file that has it.
    ///
    /// # Errors
    ///
    /// [`KeyFileError::Io`].
    pub fn rename(mut self, to: &Path) -> Result<Self, KeyFileError> {
        file::rename(&self.path, to).map_err(failed(to))?;
        to.clone_into(&mut self.path);
        Ok(self)
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> KeyFileError {
    let path = path.to_owned();
    move |source| KeyFileError::Io { path, source }
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

fn derive(passphrase: &Passphrase, salt: &[u8; 16]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    #[expect(clippy::expect_used, reason = "the parameters are constants that Argon2 allows")]
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).expect("allowed parameters");
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    #[expect(clippy::expect_used, reason = "a salt of 16 bytes and a key of 32 are allowed")]
    argon
        .hash_password_into(passphrase.0.as_bytes(), salt, key.as_mut())
        .expect("a passphrase is far below Argon2's limit of 4 GiB");
    key
}

fn with_crc(mut text: String) -> Zeroizing<String> {
    let crc = crc32c::crc32c(text.as_bytes());
    let whole = Zeroizing::new(format!("{text}crc32c {crc:08x}\n"));
    text.zeroize();
    whole
}

fn bare_text(verifier: &VerifierKey, seed: &[u8; 32]) -> Zeroizing<String> {
    with_crc(format!("{HEADING}\npublic {verifier}\nseed {}\n", *hex(seed)))
}

fn sealed_text(
    verifier: &VerifierKey,
    seed: &[u8; 32],
    passphrase: &Passphrase,
    salt: &[u8; 16],
    nonce: &[u8; 24],
) -> Zeroizing<String> {
    let associated =
        format!("{HEADING}\npublic {verifier}\nderivation {DERIVATION} {}\n", *hex(salt));
    let cipher = XChaCha20Poly1305::new(&(*derive(passphrase, salt)).into());
    let mut sealed = Zeroizing::new(Vec::with_capacity(48));
    sealed.extend_from_slice(seed);
    #[expect(clippy::expect_used, reason = "32 bytes are far below the limit of the cipher")]
    cipher
        .encrypt_in_place(&XNonce::from(*nonce), associated.as_bytes(), &mut *sealed)
        .expect("a short text");
    with_crc(format!("{associated}sealed {} {}\n", *hex(nonce), *hex(&sealed)))
}

/// Reads what [`bare_text`] or [`sealed_text`] wrote; the line that is wrong otherwise.
fn parse(text: &str) -> Result<(VerifierKey, Secret), usize> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (last, before) = lines.split_last().ok_or(1_usize)?;
    let body_bytes: usize = before.iter().map(|line| line.len()).sum();
    let body = text.get(..body_bytes).ok_or(1_usize)?;
    if *last != format!("crc32c {:08x}\n", crc32c::crc32c(body.as_bytes())) {
        return Err(lines.len());
    }
    let mut words = before.iter().map(|line| line.trim_end_matches('\n'));
    if words.next() != Some(HEADING) {
        return Err(1);
    }
    let public = words.next().and_then(|line| line.strip_prefix("public ")).ok_or(2_usize)?;
    let verifier: VerifierKey = public.parse().map_err(|_| 2_usize)?;
    let third = words.next().ok_or(3_usize)?;
    if let Some(seed) = third.strip_prefix("seed ") {
        let seed = unhex::<32>(seed).ok_or(3_usize)?;
        return words.next().map_or(Ok((verifier, Secret::Bare(Zeroizing::new(seed)))), |_| Err(4));
    }
    let salt = third.strip_prefix("derivation ").and_then(|rest| rest.strip_prefix(DERIVATION));
    let salt = salt.and_then(|rest| unhex::<16>(rest.strip_prefix(' ')?)).ok_or(3_usize)?;
    let sealed = words.next().and_then(|line| line.strip_prefix("sealed ")).ok_or(4_usize)?;
    let (nonce, sealed) = sealed.split_once(' ').ok_or(4_usize)?;
    let nonce = unhex::<24>(nonce).ok_or(4_usize)?;
    let sealed = unhex::<48>(sealed).ok_or(4_usize)?.to_vec();
    if words.next().is_some() {
        return Err(5);
    }
    let associated: String = before.iter().take(3).copied().collect();
    Ok((verifier, Secret::Sealed { salt, nonce, sealed, associated: associated.into_bytes() }))
}

fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().saturating_mul(2)));
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
    }
    text
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let digit = |c: u8| char::from(c).to_digit(16).filter(|_| !c.is_ascii_uppercase());
        *byte = u8::try_from((digit(*high)? << 4) | digit(*low)?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;

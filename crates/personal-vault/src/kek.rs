//! The key-encryption key: 32 bytes in a file of their own, outside ledger and vault.
//!
//! The envelope is 96 bytes, integers big-endian:
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `RDRSKEK1` |
//! | 8 | 1 | kind: 1 = the key as it is |
//! | 9 | 3 | zero |
//! | 12 | 4 | epoch |
//! | 16 | 32 | ledger id |
//! | 48 | 32 | the key |
//! | 80 | 12 | zero |
//! | 92 | 4 | CRC-32C of bytes 0 to 91 |

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::AeadInOut};
use zeroize::Zeroizing;

use crate::{
    error::{CreateVaultError, OpenVaultError},
    files,
    frame::{Cursor, framed, is_zero},
    seal::hmac_sha256,
};

const MAGIC: [u8; 8] = *b"RDRSKEK1";
const KIND_BARE: u8 = 1;
pub(crate) const ENVELOPE_BYTES: usize = 96;

/// The key that wraps all data keys, and the epoch it belongs to.
pub(crate) struct Kek {
    pub(crate) epoch: u32,
    pub(crate) ledger_id: [u8; 32],
    pub(crate) key: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kek").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

impl Kek {
    /// Writes the key to a new file that only its owner may read. An existing file is never
    /// touched: whatever it wraps would be lost with it.
    pub(crate) fn write_new(&self, path: &Path) -> Result<(), CreateVaultError> {
        let failed = |source| CreateVaultError::Io { path: path.to_owned(), source };
        let directory = files::directory_of(path);
        files::make_private_directory(directory).map_err(failed)?;
        let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = match created {
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {
                return Err(CreateVaultError::AlreadyThere { path: path.to_owned() });
            }
            other => other.map_err(failed)?,
        };
        file.write_all(&self.envelope()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        files::sync_directory(directory).map_err(failed)
    }

    fn envelope(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(ENVELOPE_BYTES));
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[KIND_BARE, 0, 0, 0]);
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.extend_from_slice(&self.ledger_id);
        bytes.extend_from_slice(self.key.as_ref());
        bytes.extend_from_slice(&[0; 12]);
        let crc = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&crc.to_be_bytes());
        bytes
    }

    /// Reads the key file.
    pub(crate) fn read(path: &Path) -> Result<Self, OpenVaultError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(ENVELOPE_BYTES + 2));
        let read = File::open(path)
            .and_then(|file| file.take(ENVELOPE_BYTES as u64 + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) => {}
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                return Err(OpenVaultError::NoKek { path: path.to_owned() });
            }
            Err(source) => return Err(OpenVaultError::Io { path: path.to_owned(), source }),
        }
        Self::parse(&bytes).ok_or_else(|| OpenVaultError::NotAKek { path: path.to_owned() })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let checked = bytes.get(..ENVELOPE_BYTES - 4)?;
        let magic: [u8; 8] = cursor.array()?;
        let [kind, zeroes @ ..] = cursor.array::<4>()?;
        let epoch = cursor.u32()?;
        let ledger_id = cursor.array()?;
        let key = Zeroizing::new(cursor.array()?);
        let reserved = cursor.array::<12>()?;
        let crc = cursor.u32()?;
        let whole = magic == MAGIC
            && kind == KIND_BARE
            && is_zero(&zeroes)
            && is_zero(&reserved)
            && crc == crc32c::crc32c(checked)
            && cursor.0.is_empty();
        whole.then_some(Self { epoch, ledger_id, key })
    }

    /// A value in the key file's header by which a wrong key is known at once.
    pub(crate) fn check(&self) -> [u8; 32] {
        let message = framed(&[b"cl/kekcheck/v1", &self.ledger_id, &self.epoch.to_be_bytes()]);
        hmac_sha256(self.key.as_ref(), &message)
    }

    /// Wraps a data key.
    pub(crate) fn wrap(
        &self,
        key_id: &[u8; 16],
        nonce: &[u8; 24],
        data_key: &[u8; 32],
    ) -> [u8; 48] {
        let mut buffer = Zeroizing::new(Vec::with_capacity(48));
        buffer.extend_from_slice(data_key);
        self.cipher()
            .encrypt_in_place(&XNonce::from(*nonce), &self.associated_data(key_id), &mut *buffer)
            .expect("a data key is far below the limit of the cipher");
        Cursor(&buffer).array().expect("32 bytes and a tag of 16")
    }

    /// Unwraps a data key; `None` when it was wrapped by another key, for another id, or changed.
    pub(crate) fn unwrap(
        &self,
        key_id: &[u8; 16],
        nonce: &[u8; 24],
        wrapped: &[u8; 48],
    ) -> Option<Zeroizing<[u8; 32]>> {
        let mut buffer = Zeroizing::new(wrapped.to_vec());
        self.cipher()
            .decrypt_in_place(&XNonce::from(*nonce), &self.associated_data(key_id), &mut *buffer)
            .ok()?;
        Cursor(&buffer).array().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.key).into())
    }

    fn associated_data(&self, key_id: &[u8; 16]) -> Vec<u8> {
        framed(&[b"cl/wrap/v1", &self.ledger_id, key_id, &self.epoch.to_be_bytes()])
    }
}

#[cfg(test)]
mod tests;

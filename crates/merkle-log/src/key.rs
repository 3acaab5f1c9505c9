//! Keys of signed notes: who signs, who verifies, and how a key is written.
//!
//! Two kinds: an [`Ed25519 note key`](KeyKind::Note) signs the text as it is (a log does), and a
//! [`cosignature key`](KeyKind::Cosignature) signs the text together with a time (a witness does).

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::{
    note::NoteSignature,
    text::{NUMBER_MAX, base64, to_base64},
};

/// What a key is for. The numbers are the formats' signature types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Ed25519 over the text of the note.
    Note = 0x01,
    /// Ed25519 over the text of the note and a time.
    Cosignature = 0x04,
}

impl KeyKind {
    fn code(self) -> u8 {
        self as u8
    }
}

/// The text cannot be the name of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot name a key: it must be printable, and have no space and no plus sign")]
pub struct KeyNameError {
    /// The text as it was given.
    pub name: String,
}

/// Whether this may name a key: not empty, no Unicode space, no plus, no control character.
pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c.is_control())
}

/// The first four bytes of SHA-256 over name, newline, kind and public key.
fn key_id(name: &str, kind: KeyKind, public: &[u8; 32]) -> u32 {
    let mut hasher = Sha256::new();
    hasher.update(name);
    hasher.update([b'\n', kind.code()]);
    hasher.update(public);
    let [a, b, c, d, ..]: [u8; 32] = hasher.finalize().into();
    u32::from_be_bytes([a, b, c, d])
}

/// What a cosigner signs.
fn cosigned_message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// A key that verifies. Read from and displayed as `name+id+key`.
///
/// ```
/// use merkle_log::VerifierKey;
///
/// let text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
/// let key: VerifierKey = text.parse()?;
/// assert_eq!(key.name(), "example.com/foo");
/// assert_eq!(key.to_string(), text);
/// # Ok::<(), merkle_log::ParseKeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    kind: KeyKind,
    key: VerifyingKey,
}

/// Why a text is not a key that verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseKeyError {
    /// Not three parts.
    #[error("a verifier key is written as name+id+key")]
    Shape,
    /// The first part cannot name a key.
    #[error("the name of a key must be printable, and have no space and no plus sign")]
    Name,
    /// The second part is not eight lower-case hexadecimal digits.
    #[error("the id of a key is eight lower-case hexadecimal digits")]
    Id,
    /// The third part is not base64.
    #[error("the key is not in base64")]
    Base64,
    /// A kind of key that is not used here.
    #[error("keys of type {found:#04x} are not supported, only 0x01 and 0x04")]
    Kind {
        /// The type's number.
        found: u8,
    },
    /// Not a public key of Ed25519.
    #[error("the key is not an Ed25519 public key of 32 bytes")]
    Key,
    /// The id belongs to another name or key.
    #[error("the id is {found:08x}, but name and key give {expected:08x}")]
    WrongId {
        /// What name and key give.
        expected: u32,
        /// What is written.
        found: u32,
    },
}

/// The signature is not by this key over this text.
#[derive(Debug)]
pub(crate) struct BadSignature;

impl VerifierKey {
    /// The name, which for a log is its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id, which with the name says which key made a signature.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What the key is for.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Whether a signature names this key.
    pub fn made(&self, signature: &NoteSignature) -> bool {
        signature.key_id() == self.id && signature.name() == self.name
    }

    /// The time that a good signature states; that of a note key states none.
    pub(crate) fn check(&self, text: &str, signature: &[u8]) -> Result<Option<u64>, BadSignature> {
        let (time, message, signature) = match self.kind {
            KeyKind::Note => (None, text.to_string(), signature),
            KeyKind::Cosignature => {
                let (time, signature) = signature.split_first_chunk::<8>().ok_or(BadSignature)?;
                let time = u64::from_be_bytes(*time);
                if time > NUMBER_MAX {
                    return Err(BadSignature);
                }
                (Some(time), cosigned_message(text, time), signature)
            }
        };
        let signature = Signature::from_slice(signature).map_err(|_| BadSignature)?;
        // Strict: one signature has one spelling, and weak keys sign nothing.
        self.key.verify_strict(message.as_bytes(), &signature).map_err(|_| BadSignature)?;
        Ok(time)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(33);
        bytes.push(self.kind.code());
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, to_base64(bytes))
    }
}

impl core::str::FromStr for VerifierKey {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, rest) = text.split_once('+').ok_or(ParseKeyError::Shape)?;
        let (id, key) = rest.split_once('+').ok_or(ParseKeyError::Shape)?;
        if !is_key_name(name) {
            return Err(ParseKeyError::Name);
        }
        let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if id.len() != 8 || !id.bytes().all(is_hex) {
            return Err(ParseKeyError::Id);
        }
        let found = u32::from_str_radix(id, 16).map_err(|_| ParseKeyError::Id)?;
        let key = base64(key).ok_or(ParseKeyError::Base64)?;
        let (kind, public) = key.split_first().ok_or(ParseKeyError::Key)?;
        let kind = match kind {
            0x01 => KeyKind::Note,
            0x04 => KeyKind::Cosignature,
            other => return Err(ParseKeyError::Kind { found: *other }),
        };
        let public: &[u8; 32] = public.try_into().map_err(|_| ParseKeyError::Key)?;
        let expected = key_id(name, kind, public);
        if expected != found {
            return Err(ParseKeyError::WrongId { expected, found });
        }
        let key = VerifyingKey::from_bytes(public).map_err(|_| ParseKeyError::Key)?;
        if key.is_weak() {
            return Err(ParseKeyError::Key);
        }
        Ok(Self { name: name.to_string(), id: found, kind, key })
    }
}

/// A key that signs. Its `Debug` shows the public half only; the secret is wiped when dropped.
pub struct SignerKey {
    verifier: VerifierKey,
    key: SigningKey,
}

impl SignerKey {
    /// The key of this name and kind that grows from 32 secret random bytes. One seed is for one
    /// name and one kind only.
    ///
    /// # Errors
    ///
    /// [`KeyNameError`] when the text cannot name a key.
    pub fn from_seed(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, KeyNameError> {
        if !is_key_name(name) {
            return Err(KeyNameError { name: name.to_string() });
        }
        let key = SigningKey::from_bytes(seed);
        let public = key.verifying_key();
        let id = key_id(name, kind, public.as_bytes());
        Ok(Self { verifier: VerifierKey { name: name.to_string(), id, kind, key: public }, key })
    }

    /// The half that verifies, for everybody.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs the text of a note. `unix_seconds` is the time that a cosignature states; a note key has
    /// no place for it.
    ///
    /// The key does as it is told: that a log never signs two heads that disagree is for its owner to
    /// see to.
    pub fn sign(&self, text: &str, unix_seconds: u64) -> NoteSignature {
        let mut bytes = Vec::with_capacity(72);
        let message = match self.verifier.kind {
            KeyKind::Note => text.to_string(),
            KeyKind::Cosignature => {
                let time = unix_seconds.min(NUMBER_MAX);
                bytes.extend_from_slice(&time.to_be_bytes());
                cosigned_message(text, time)
            }
        };
        bytes.extend_from_slice(&self.key.sign(message.as_bytes()).to_bytes());
        NoteSignature::from_key(&self.verifier, bytes)
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerKey").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows panics, which is a failure"
)]
mod tests;

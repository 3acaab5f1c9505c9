//! What goes into the vault and what stays in the record.

use std::fmt;

use zeroize::Zeroizing;

use crate::{frame::Reference, seal};

/// The longest text of one field, in bytes: 1 MiB.
pub const FIELD_BYTES_MAX: usize = 1024 * 1024;

/// One personal field as it comes in. Its `Debug` shows the length only.
#[derive(Clone, Copy)]
pub struct PlainField<'a> {
    /// Which field it is: the number that stands for it inside commitment and seal.
    pub group: u16,
    /// The text, at most [`FIELD_BYTES_MAX`] bytes.
    pub text: &'a [u8],
}

impl fmt::Debug for PlainField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainField")
            .field("group", &self.group)
            .field("bytes", &self.text.len())
            .finish()
    }
}

/// Under which data key the fields of one person in one complaint lie.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectKey {
    /// A random reference to the person, good in this complaint only.
    pub subject: [u8; 16],
    /// The number of the data key.
    pub key: [u8; 16],
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubjectKey")
            .field("subject", &Reference(self.subject))
            .field("key", &Reference(self.key))
            .finish()
    }
}

/// What a record carries of a sealed field: proof of it, and nothing that opens to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SealedRef {
    /// Which field it is.
    pub group: u16,
    /// Whose it is.
    pub subject: [u8; 16],
    /// Under which data key it lies.
    pub key: [u8; 16],
    /// Where in the vault it lies; to anybody without the key file, 16 random bytes.
    pub vault: [u8; 16],
    /// The salted commitment to the text. It outlives the text, and then says nothing.
    pub commitment: [u8; 32],
    /// The SHA-256 digest of the sealed blob.
    pub digest: [u8; 32],
}

impl SealedRef {
    /// The person and the data key, for sealing more of the same person's fields.
    pub fn subject_key(&self) -> SubjectKey {
        SubjectKey { subject: self.subject, key: self.key }
    }
}

impl fmt::Debug for SealedRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedRef")
            .field("group", &self.group)
            .field("subject", &Reference(self.subject))
            .field("key", &Reference(self.key))
            .field("vault", &Reference(self.vault))
            .field("commitment", &Reference(self.commitment))
            .field("digest", &Reference(self.digest))
            .finish()
    }
}

/// A text and the salt of its commitment: all that somebody needs to be convinced that this text,
/// and no other, is the one the record committed to. Its `Debug` shows the length only.
#[derive(Clone)]
pub struct Opening {
    /// The salt of the commitment.
    pub salt: Zeroizing<[u8; 64]>,
    /// The text of the field.
    pub text: Zeroizing<Vec<u8>>,
}

impl Opening {
    /// The commitment that this text and this salt give; equal to the record's when they are the
    /// ones that were sealed.
    pub fn commitment(&self, ledger_id: &[u8; 32], stream: &[u8], group: u16) -> [u8; 32] {
        seal::commitment(&self.salt, ledger_id, stream, group, &self.text)
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

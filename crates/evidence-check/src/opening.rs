//! What is behind a commitment: with content and salt, anybody can check what a record commits to.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    record::RecordView,
    text::{framed, from_base64, hex, to_base64},
};

/// The personal fields and the numbers that stand for them inside a commitment (docs/format.md).
pub const FIELDS: &[(&str, u16)] = &[
    ("narrative", 1),
    ("complainant-name", 2),
    ("contact", 3),
    ("address", 4),
    ("postcode", 5),
    ("account-number", 6),
    ("message", 7),
    ("note", 8),
    ("response-text", 9),
    ("payment-reference", 10),
    ("receipt-nonce", 11),
    ("evidence", 12),
    ("representative-name", 13),
    ("representative-contact", 14),
];

/// The field that holds the nonce which the complainant chose or was given.
pub const NONCE_FIELD: &str = "receipt-nonce";

/// One personal field, opened: personal data. Its `Debug` shows the length only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Opening {
    /// The field's name, as in the record.
    pub field: String,
    /// The number that stands for it inside the commitment.
    pub group: u16,
    /// The salt of the commitment.
    pub salt: [u8; 64],
    /// What was sealed: text, but for a file that is none.
    pub content: Vec<u8>,
}

/// As it is written: with the text, or, where it is none, with the bytes in base64. So there is one spelling.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    field: String,
    group: u16,
    #[serde(with = "hex")]
    salt: [u8; 64],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

impl From<Opening> for Written {
    fn from(opening: Opening) -> Self {
        let Opening { field, group, salt, content } = opening;
        let (text, bytes) = match String::from_utf8(content) {
            Ok(text) => (Some(text), None),
            Err(error) => (None, Some(to_base64(error.as_bytes()))),
        };
        Self { field, group, salt, text, bytes }
    }
}

impl TryFrom<Written> for Opening {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { field, group, salt, text, bytes } = written;
        let content = match (text, bytes) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(bytes)) => from_base64(&bytes)
                .filter(|bytes| std::str::from_utf8(bytes).is_err())
                .ok_or("expected base64 of bytes that are no text")?,
            (Some(_), Some(_)) | (None, None) => return Err("expected text or bytes"),
        };
        Ok(Self { field, group, salt, content })
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening")
            .field("field", &self.field)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

/// Why an opening does not open what a record commits to. The content is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// The number does not stand for this field.
    #[error("the number of the field `{field}` is not {found}")]
    WrongGroup {
        /// The field.
        field: String,
        /// The number given.
        found: u16,
    },
    /// The record has no such sealed field.
    #[error("the record has no sealed field `{field}`")]
    NoSuchField {
        /// The field.
        field: String,
    },
    /// Content and salt give another commitment than the record has.
    #[error("text and salt of `{field}` are not those that the record commits to")]
    Mismatch {
        /// The field.
        field: String,
    },
}

impl Opening {
    /// The text; nothing for a file that is none.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.content).ok()
    }

    /// The commitment that content and salt give in this stream of this ledger.
    ///
    /// `HMAC-SHA256(salt, lp("cl/commit/v1") lp(SHA-256 of the origin) lp(stream) lp(group) lp(content))`
    pub fn commitment(&self, origin: &str, stream: &str) -> [u8; 32] {
        let ledger = Sha256::digest(origin);
        let message = framed(&[
            b"cl/commit/v1",
            &ledger,
            stream.as_bytes(),
            &self.group.to_be_bytes(),
            &self.content,
        ]);
        hmac_sha256(&self.salt, &message)
    }

    /// Checks that this is what a record of the ledger with this origin commits to.
    ///
    /// # Errors
    ///
    /// [`OpeningError`], which never repeats the content.
    pub fn check(&self, origin: &str, record: &RecordView<'_>) -> Result<(), OpeningError> {
        let field = || self.field.clone();
        if !FIELDS.contains(&(self.field.as_str(), self.group)) {
            return Err(OpeningError::WrongGroup { field: field(), found: self.group });
        }
        let sealed = record.sealed.iter().find(|sealed| sealed.field == self.field);
        let sealed = sealed.ok_or_else(|| OpeningError::NoSuchField { field: field() })?;
        if self.commitment(origin, &record.stream) == sealed.commitment {
            Ok(())
        } else {
            Err(OpeningError::Mismatch { field: field() })
        }
    }
}

/// HMAC-SHA256.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The secret of one receipt: `HMAC-SHA256(receipt key, lp("cl/receipt/v1") lp(leaf hash))`, where the
/// leaf is the record that opens the complaint. The tags by which a complaint is found in a published
/// table follow from it.
pub fn receipt_secret(receipt_key: &[u8; 32], leaf: &merkle_log::Hash) -> [u8; 32] {
    hmac_sha256(receipt_key, &framed(&[b"cl/receipt/v1", &leaf.0]))
}

#[cfg(test)]
mod tests;

//! What a log proof of ours carries besides the proof: the record itself, and, in a receipt, the
//! opened fields and a secret that only its holder and the ledger know.
//!
//! It stands in the `extra` line of a C2SP tlog-proof, which nobody signs. Nothing here needs to be
//! signed: the record is held against its leaf in the tree, each opening against the record.
//!
//! Bytes: `RDRSENC1`, then a raw DEFLATE stream of compact JSON, then the first 8 bytes of SHA-256 over
//! all before. Compressed, because a receipt should fit on a QR code; the digest is there to tell
//! damage from deceit, and against deceit it does nothing.

use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec_with_limit};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{json, opening::Opening, text::hex};

const MAGIC: &[u8; 8] = b"RDRSENC1";
const CHECK_BYTES: usize = 8;
/// The most bytes the JSON may have: a text has 1 MiB, and escaped at most six times as many.
const JSON_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The strongest compression: a receipt is made once and small.
const COMPRESSION: u8 = 10;

/// What is enclosed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enclosure {
    /// The stored bytes of the record: one line of JSON.
    pub record: String,
    /// The secret of a receipt; only in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptSecret>,
    /// Fields of the record, opened, all of them text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<Opening>,
}

/// The secret of one receipt, known to its holder and to the ledger: the tags in published tables follow from it. Its
/// `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptSecret(#[serde(with = "hex")] pub [u8; 32]);

impl std::fmt::Debug for ReceiptSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReceiptSecret(…)")
    }
}

/// Why bytes are no enclosure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnclosureError {
    /// They begin with something else.
    #[error("what is enclosed was not made by redress, or by a newer one")]
    Foreign,
    /// They were changed since they were written.
    #[error("what is enclosed was damaged: its digest does not fit")]
    Damaged,
    /// The compressed part cannot be read, is too large, or has something behind it.
    #[error(
        "what is enclosed cannot be unpacked to at most {JSON_BYTES_MAX} bytes, with nothing behind it"
    )]
    Packed,
    /// Not the JSON it should be, or a file in it that is no text: only a bundle has room for those.
    #[error("what is enclosed is not the JSON of a record with openings")]
    Json,
}

impl Enclosure {
    /// Only a record.
    pub fn of_record(record: impl Into<String>) -> Self {
        Self { record: record.into(), receipt: None, openings: Vec::new() }
    }

    /// The bytes for the `extra` line.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings, numbers and arrays of them always have a JSON form.
        let json = serde_json::to_vec(self).unwrap_or_default();
        Self::framed(&json)
    }

    /// Some JSON as it is enclosed.
    pub(crate) fn framed(json: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&compress_to_vec(json, COMPRESSION));
        let digest = check_bytes(&bytes);
        bytes.extend_from_slice(&digest);
        bytes
    }

    /// Reads the bytes of an `extra` line.
    ///
    /// # Errors
    ///
    /// [`EnclosureError`], in the order of its variants.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnclosureError> {
        let packed = bytes.strip_prefix(MAGIC).ok_or(EnclosureError::Foreign)?;
        let (packed, digest) =
            packed.split_last_chunk::<CHECK_BYTES>().ok_or(EnclosureError::Damaged)?;
        let signed = bytes.len().saturating_sub(CHECK_BYTES);
        if check_bytes(bytes.get(..signed).unwrap_or_default()) != *digest {
            return Err(EnclosureError::Damaged);
        }
        let json = unpacked(packed).ok_or(EnclosureError::Packed)?;
        let enclosure: Self = json::read_as_written(&json).map_err(|_| EnclosureError::Json)?;
        let has_words = enclosure.openings.iter().all(|opening| opening.text().is_some());
        has_words.then_some(enclosure).ok_or(EnclosureError::Json)
    }

    /// The opened nonce, if there is one.
    pub fn nonce(&self) -> Option<&Opening> {
        self.openings.iter().find(|opening| opening.field == crate::opening::NONCE_FIELD)
    }
}

/// What is packed, if it is one whole DEFLATE stream and nothing else.
fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let unpack = |packed| decompress_to_vec_with_limit(packed, JSON_BYTES_MAX).ok();
    let (_, all_but_last) = packed.split_last()?;
    // A reader stops where the stream ends, and not all say whether anything follows: then it is still whole
    // without its last byte.
    unpack(packed).filter(|_| unpack(all_but_last).is_none())
}

fn check_bytes(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    Sha256::digest(bytes).first_chunk().copied().unwrap_or_default()
}

//! What a log sends to a witness.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use merkle_log::{Hash, SignedNote, note::ParseNoteError};

/// A proof has no more hashes than this: a tree has at most 2^63 leaves.
pub const HASHES_MAX: usize = 63;
/// A request is no longer than this, in bytes.
pub const BYTES_MAX: usize = 64 * 1024;

/// A checkpoint to be cosigned, and the proof that it extends the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the last checkpoint that the witness cosigned; 0 when there is none.
    pub old: u64,
    /// The consistency proof from that size.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub note: SignedNote,
}

/// Why bytes are not such a request. Lines are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseRequestError {
    /// Longer than [`BYTES_MAX`].
    #[error("the request has {found} bytes; at most {BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// No empty line between proof and checkpoint, or not UTF-8.
    #[error("no proof, empty line and checkpoint")]
    Shape,
    /// The first line is no old size.
    #[error("line 1: expected `old SIZE`, in decimal without leading zeroes")]
    Old,
    /// A line of the proof is no hash.
    #[error("line {line}: expected a hash, 32 bytes in base64")]
    Hash {
        /// The line.
        line: usize,
    },
    /// More than [`HASHES_MAX`] hashes.
    #[error("line {line}: more than {HASHES_MAX} hashes")]
    TooManyHashes {
        /// The line.
        line: usize,
    },
    /// The checkpoint is no signed note. Its lines are counted from the checkpoint's first.
    #[error("the checkpoint: {0}")]
    Note(#[from] ParseNoteError),
}

impl AddCheckpoint {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// [`ParseRequestError`], which names the line.
    ///
    /// # Source
    ///
    /// C2SP tlog-witness v1.0.0, "add-checkpoint".
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseRequestError> {
        if bytes.len() > BYTES_MAX {
            return Err(ParseRequestError::TooLong { found: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ParseRequestError::Shape)?;
        let (head, note) = text.split_once("\n\n").ok_or(ParseRequestError::Shape)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old.and_then(decimal).ok_or(ParseRequestError::Old)?;
        let mut proof = Vec::new();
        for (line, text) in (2..).zip(lines) {
            if proof.len() == HASHES_MAX {
                return Err(ParseRequestError::TooManyHashes { line });
            }
            let hash = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
            proof.push(Hash(hash.ok_or(ParseRequestError::Hash { line })?));
        }
        Ok(Self { old, proof, note: SignedNote::parse(note.as_bytes())? })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash.0)))?;
        write!(f, "\n{}", self.note)
    }
}

/// A size as the formats write it.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_shortest = text == "0" || !text.starts_with('0');
    let number: u64 = text.parse().ok().filter(|_| is_plain && is_shortest)?;
    i64::try_from(number).is_ok().then_some(number)
}

//! That one checkpoint extends another: nothing that was there was changed or taken away.
//!
//! The text is the body that the C2SP tlog-witness protocol (v1.0.0, `add-checkpoint`) sends to a
//! witness: `old SIZE`, the hashes of the consistency proof in base64, an empty line, the new
//! checkpoint. The old checkpoint is not in it: whoever checks has kept it themselves.

use std::fmt;

use merkle_log::{Hash, SignedNote, note::ParseNoteError};

use crate::text::{HASHES_MAX, LineError, Lines, decimal, hash, to_base64};

/// A consistency proof with the newer checkpoint. Displayed as the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrowthProof {
    /// How large the older tree was.
    pub old_size: u64,
    /// The proof.
    pub hashes: Vec<Hash>,
    /// The newer checkpoint.
    pub checkpoint: SignedNote,
}

/// Why bytes are not a consistency proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseGrowthError {
    /// A line is not what it should be.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The checkpoint is not a signed note.
    #[error("the checkpoint that begins at line {line} cannot be read: {source}")]
    Checkpoint {
        /// The line at which it begins.
        line: usize,
        /// What is wrong with it; lines counted from its own first.
        source: ParseNoteError,
    },
}

impl GrowthProof {
    /// Reads a consistency proof.
    ///
    /// # Errors
    ///
    /// [`ParseGrowthError`], which names the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseGrowthError> {
        let mut lines = Lines::new(bytes);
        let expected = "`old` and the size of the older tree";
        let old_size = lines.next(expected)?.strip_prefix("old ").and_then(decimal);
        let old_size = old_size.ok_or(lines.error(expected))?;
        let expected = "a hash of 32 bytes in base64, or an empty line";
        let mut hashes = Vec::new();
        loop {
            let line = lines.next(expected)?;
            if line.is_empty() {
                break;
            }
            if hashes.len() == HASHES_MAX {
                let expected = "an empty line, for no tree needs more than 63 hashes";
                return Err(lines.error(expected).into());
            }
            hashes.push(hash(line).ok_or(lines.error(expected))?);
        }
        let line = lines.number.saturating_add(1);
        let checkpoint = SignedNote::parse(lines.rest)
            .map_err(|source| ParseGrowthError::Checkpoint { line, source })?;
        Ok(Self { old_size, hashes, checkpoint })
    }
}

impl fmt::Display for GrowthProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash.0)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

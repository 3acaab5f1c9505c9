//! Log proofs: that one record is in a log, in one file that is checked offline.

use alloc::vec::Vec;
use core::fmt;

use crate::{
    hash::Hash,
    note::{ParseNoteError, SignedNote},
    policy::{Accepted, Policy, PolicyError},
    proof::{ProofError, verify_inclusion},
    text::{base64, decimal, hash, to_base64},
};

/// The first line of every such file.
pub const LOG_PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";
/// More hashes than this no tree can need.
const HASHES_MAX: usize = 63;

/// An inclusion proof with its checkpoint. Displayed as the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    /// Whatever the application adds. Nothing vouches for it.
    pub extra: Option<Vec<u8>>,
    /// The position of the record, which is its leaf index.
    pub index: u64,
    /// The way from the leaf to the root.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint, with its cosignatures.
    pub checkpoint: SignedNote,
}

/// Why bytes are not a log proof. Lines are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseLogProofError {
    /// A line is not what it should be.
    #[error("line {line}: expected {expected}")]
    Line {
        /// The line.
        line: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// The checkpoint is not a signed note; its own lines are counted on from there.
    #[error("the checkpoint that begins at line {line} cannot be read")]
    Checkpoint {
        /// The line at which it begins.
        line: usize,
        /// What is wrong with it; lines counted from its own first.
        source: ParseNoteError,
    },
}

/// Why a log proof does not convince.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyLogProofError {
    /// The policy does not accept the checkpoint.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The record is not in the tree of the checkpoint.
    #[error(transparent)]
    Inclusion(#[from] ProofError),
}

impl LogProof {
    /// Reads a log proof.
    ///
    /// # Errors
    ///
    /// [`ParseLogProofError`], which names the line.
    ///
    /// # Source
    ///
    /// C2SP tlog-proof, "Format".
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseLogProofError> {
        let mut lines = Lines { rest: bytes, number: 0 };
        let header = "`c2sp.org/tlog-proof@v1`";
        if lines.next(header)? != LOG_PROOF_HEADER {
            return Err(lines.error(header));
        }
        let index = "`extra` or `index`, and its value";
        let mut line = lines.next(index)?;
        let mut extra = None;
        if let Some(text) = line.strip_prefix("extra ") {
            extra = Some(base64(text).ok_or(lines.error("extra data in base64"))?);
            line = lines.next(index)?;
        }
        let index = line
            .strip_prefix("index ")
            .and_then(decimal)
            .ok_or(lines.error("`index` and a decimal number without leading zeroes"))?;
        let mut hashes = Vec::new();
        let expected = "a hash of 32 bytes in base64, or an empty line";
        loop {
            let line = lines.next(expected)?;
            if line.is_empty() {
                break;
            }
            if hashes.len() == HASHES_MAX {
                return Err(lines.error("an empty line, for no tree needs more than 63 hashes"));
            }
            hashes.push(hash(line).ok_or(lines.error(expected))?);
        }
        let line = lines.number.saturating_add(1);
        let checkpoint = SignedNote::parse(lines.rest)
            .map_err(|source| ParseLogProofError::Checkpoint { line, source })?;
        Ok(Self { extra, index, hashes, checkpoint })
    }

    /// Checks that the record with this leaf hash is in a log that the policy trusts.
    ///
    /// # Errors
    ///
    /// [`VerifyLogProofError`]: the checkpoint is not acceptable, or does not contain the record.
    pub fn verify(&self, leaf: &Hash, policy: &Policy) -> Result<Accepted, VerifyLogProofError> {
        let accepted = policy.accept(&self.checkpoint)?;
        let (size, root) = (accepted.checkpoint.size(), accepted.checkpoint.root());
        verify_inclusion(leaf, self.index, size, &self.hashes, &root)?;
        Ok(accepted)
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{LOG_PROOF_HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", to_base64(hash.0))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self, expected: &'static str) -> Result<&'a str, ParseLogProofError> {
        self.number = self.number.saturating_add(1);
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) =
            end.and_then(|end| self.rest.split_at_checked(end)).ok_or(self.error(expected))?;
        self.rest = rest.strip_prefix(b"\n").unwrap_or_default();
        core::str::from_utf8(line).map_err(|_| self.error(expected))
    }

    fn error(&self, expected: &'static str) -> ParseLogProofError {
        ParseLogProofError::Line { line: self.number, expected }
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows panics, which is a failure"
)]
mod tests;

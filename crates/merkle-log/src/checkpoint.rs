//! Checkpoints: the signed statement of a log that its tree had this size and this root.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use crate::{
    hash::{Hash, empty_root},
    key::{SignerKey, VerifierKey},
    note::{SignedNote, Verified, VerifyNoteError},
    text::{decimal, hash, to_base64},
};

/// What a log states. Displayed as the text that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// Why a text is not that of a checkpoint. Lines are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseCheckpointError {
    /// The text ends too early, or its last line has no newline.
    #[error("line {line}: expected {expected}, found the end")]
    CutShort {
        /// The line.
        line: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// The line is empty.
    #[error("line {line}: expected {expected}, found an empty line")]
    EmptyLine {
        /// The line.
        line: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// The line has a control character.
    #[error("line {line}: expected printable text, found a control character")]
    ControlCharacter {
        /// The line.
        line: usize,
    },
    /// The second line is no size.
    #[error("line 2: expected the size in decimal, without leading zeroes")]
    Size,
    /// The third line is no root.
    #[error("line 3: expected the root, 32 bytes in base64")]
    Root,
    /// An empty tree has only one root.
    #[error("line 3: a tree of size 0 has the root of the empty tree")]
    EmptyRoot,
}

/// Why an origin, a size or a root make no checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NewCheckpointError {
    /// The origin is empty or not a single printable line.
    #[error("`{origin}` cannot be the origin of a log: it must be one printable line")]
    Origin {
        /// The text as it was given.
        origin: String,
    },
    /// The size cannot be written.
    #[error("a tree cannot have {size} leaves")]
    Size {
        /// The size.
        size: u64,
    },
}

impl Checkpoint {
    /// A statement without extensions.
    ///
    /// # Errors
    ///
    /// [`NewCheckpointError`] when the origin is not one line, or the size is too large.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, NewCheckpointError> {
        if origin.is_empty() || origin.chars().any(char::is_control) {
            return Err(NewCheckpointError::Origin { origin: origin.to_string() });
        }
        if size > crate::text::NUMBER_MAX {
            return Err(NewCheckpointError::Size { size });
        }
        Ok(Self { origin: origin.to_string(), size, root, extensions: Vec::new() })
    }

    /// Reads the text of a checkpoint.
    ///
    /// # Errors
    ///
    /// [`ParseCheckpointError`], which names the line.
    ///
    /// # Source
    ///
    /// C2SP tlog-checkpoint v1.0.0, "Note text".
    pub fn parse(text: &str) -> Result<Self, ParseCheckpointError> {
        let mut lines = Lines { rest: text, number: 0 };
        let origin = lines.next("the origin of the log")?.to_string();
        let size = decimal(lines.next("the size")?).ok_or(ParseCheckpointError::Size)?;
        let root = hash(lines.next("the root")?).ok_or(ParseCheckpointError::Root)?;
        if size == 0 && root != empty_root() {
            return Err(ParseCheckpointError::EmptyRoot);
        }
        let mut extensions = Vec::new();
        while !lines.rest.is_empty() {
            extensions.push(lines.next("an extension")?.to_string());
        }
        Ok(Self { origin, size, root, extensions })
    }

    /// Who states it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves the tree had.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Further lines, without meaning here.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The statement, signed by the log.
    pub fn signed_by(&self, key: &SignerKey) -> SignedNote {
        let text = self.to_string();
        let signature = key.sign(&text, 0);
        SignedNote::signed(text, signature)
    }

    /// Reads a signed checkpoint of one log: its origin must be the key's name, and the key must
    /// have signed.
    ///
    /// # Errors
    ///
    /// [`OpenCheckpointError`]: not a checkpoint, of another log, or not signed by this key.
    pub fn open(note: &SignedNote, key: &VerifierKey) -> Result<Self, OpenCheckpointError> {
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin != key.name() {
            return Err(OpenCheckpointError::WrongOrigin {
                expected: key.name().to_string(),
                found: checkpoint.origin,
            });
        }
        note.verify(core::slice::from_ref(key))?;
        Ok(checkpoint)
    }
}

/// Why a note is not a checkpoint of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenCheckpointError {
    /// Its text is not that of a checkpoint.
    #[error(transparent)]
    Text(#[from] ParseCheckpointError),
    /// It is the checkpoint of another log.
    #[error("line 1: expected the origin `{expected}`, found `{found}`")]
    WrongOrigin {
        /// The log that was meant.
        expected: String,
        /// The log that speaks.
        found: String,
    },
    /// It is not signed as it must be.
    #[error(transparent)]
    Signature(#[from] VerifyNoteError),
}

/// The cosignatures in a note by these witnesses, each with its time.
///
/// # Errors
///
/// [`VerifyNoteError`]: a bad one, or none.
pub fn cosignatures<'a>(
    note: &SignedNote,
    witnesses: &'a [VerifierKey],
) -> Result<Vec<Verified<'a>>, VerifyNoteError> {
    let mut verified = note.verify(witnesses)?;
    verified.retain(|signature| signature.time.is_some());
    if verified.is_empty() { Err(VerifyNoteError::Unverified) } else { Ok(verified) }
}

struct Lines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self, expected: &'static str) -> Result<&'a str, ParseCheckpointError> {
        self.number = self.number.saturating_add(1);
        let line = self.number;
        let (text, rest) =
            self.rest.split_once('\n').ok_or(ParseCheckpointError::CutShort { line, expected })?;
        self.rest = rest;
        if text.is_empty() {
            return Err(ParseCheckpointError::EmptyLine { line, expected });
        }
        if text.chars().any(char::is_control) {
            return Err(ParseCheckpointError::ControlCharacter { line });
        }
        Ok(text)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, to_base64(self.root.0))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows panics, which is a failure"
)]
mod tests;

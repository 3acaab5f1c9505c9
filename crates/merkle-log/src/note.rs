//! Signed notes: a text, an empty line, and lines of signatures.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use crate::{
    key::{VerifierKey, is_key_name},
    text::{base64, to_base64},
};

/// More signatures than this are refused.
pub const SIGNATURES_MAX: usize = 100;
/// A longer note is refused, in bytes.
pub const NOTE_BYTES_MAX: usize = 1_000_000;

const DASH: &str = "\u{2014} ";

/// Why bytes are not a signed note. Lines are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseNoteError {
    /// Too long to be read at all.
    #[error("the note has {found} bytes; at most {NOTE_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// Not UTF-8.
    #[error("line {line}: expected UTF-8, found other bytes")]
    NotUtf8 {
        /// The line.
        line: usize,
    },
    /// A control character other than the newline.
    #[error("line {line}: expected printable text, found a control character")]
    ControlCharacter {
        /// The line.
        line: usize,
    },
    /// The last line has no newline.
    #[error("line {line}: the last line must end in a newline")]
    NoNewline {
        /// The line.
        line: usize,
    },
    /// No empty line between text and signatures, or nothing before it.
    #[error("no text, empty line and signatures")]
    NoSignatures,
    /// Not a line of signature.
    #[error("line {line}: expected `\u{2014} NAME SIGNATURE`")]
    NotASignature {
        /// The line.
        line: usize,
    },
    /// Too many signatures.
    #[error("line {line}: more than {SIGNATURES_MAX} signatures")]
    TooManySignatures {
        /// The line.
        line: usize,
    },
    /// A text to be signed must end in a newline.
    #[error("the text of a note must be one or more lines, each with its newline")]
    NotAText,
}

/// Why a note is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyNoteError {
    /// No signature is by a known key.
    #[error("no signature by a known key")]
    Unverified,
    /// A signature that names a known key is not by it.
    #[error("signature {place}, by {name}+{id:08x}, is not good")]
    BadSignature {
        /// Which signature, from 1.
        place: usize,
        /// The key's name.
        name: String,
        /// The key's id.
        id: u32,
    },
    /// Two different known keys have this name and id.
    #[error("two known keys are called {name}+{id:08x}")]
    AmbiguousKey {
        /// Their name.
        name: String,
        /// Their id.
        id: u32,
    },
}

/// One line of signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: u32,
    bytes: Vec<u8>,
}

impl NoteSignature {
    pub(crate) fn from_key(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self { name: key.name().to_string(), key_id: key.id(), bytes }
    }

    /// Reads `— NAME SIGNATURE`, without a newline.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
        let signature = base64(signature)?;
        let (key_id, bytes) = signature.split_first_chunk::<4>()?;
        (is_key_name(name) && !bytes.is_empty()).then(|| Self {
            name: name.to_string(),
            key_id: u32::from_be_bytes(*key_id),
            bytes: bytes.to_vec(),
        })
    }

    /// The name of the key that is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of that key.
    pub fn key_id(&self) -> u32 {
        self.key_id
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.key_id.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.bytes);
        write!(f, "{DASH}{} {}", self.name, to_base64(bytes))
    }
}

/// A good signature, and what it states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The known key that made it.
    pub key: &'a VerifierKey,
    /// The time it states in Unix seconds, if it is a cosignature.
    pub time: Option<u64>,
}

/// A text with its signatures, well formed; whether they are good is for
/// [`verify`](Self::verify) to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl SignedNote {
    /// A note with this text, not signed yet.
    ///
    /// # Errors
    ///
    /// [`ParseNoteError`] when the text cannot be that of a note.
    pub fn new(text: impl Into<String>) -> Result<Self, ParseNoteError> {
        let text = text.into();
        check_characters(&text)?;
        if text.ends_with('\n') {
            Ok(Self { text, signatures: Vec::new() })
        } else {
            Err(ParseNoteError::NotAText)
        }
    }

    pub(crate) fn signed(text: String, signature: NoteSignature) -> Self {
        Self { text, signatures: Vec::from([signature]) }
    }

    /// Reads a note.
    ///
    /// # Errors
    ///
    /// [`ParseNoteError`], which names the line.
    ///
    /// # Source
    ///
    /// C2SP signed-note v1.0.0, "Format".
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseNoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(ParseNoteError::TooLong { found: bytes.len() });
        }
        let note = core::str::from_utf8(bytes).map_err(|error| {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            ParseNoteError::NotUtf8 { line: lines_in(good).saturating_add(1) }
        })?;
        check_characters(note)?;
        let line = lines_in(bytes).saturating_add(1);
        let lines = note.strip_suffix('\n').ok_or(ParseNoteError::NoNewline { line })?;
        let (text, lines) = lines.rsplit_once("\n\n").ok_or(ParseNoteError::NoSignatures)?;
        let mut signatures = Vec::new();
        let first = lines_in(text.as_bytes()).saturating_add(3);
        for (offset, line) in lines.split('\n').enumerate() {
            let number = first.saturating_add(offset);
            if signatures.len() == SIGNATURES_MAX {
                return Err(ParseNoteError::TooManySignatures { line: number });
            }
            let signature = NoteSignature::parse(line);
            signatures.push(signature.ok_or(ParseNoteError::NotASignature { line: number })?);
        }
        let mut text = text.to_string();
        text.push('\n');
        Ok(Self { text, signatures })
    }

    /// The text that is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, good or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature; one that is there already is not added again.
    pub fn add(&mut self, signature: NoteSignature) {
        if !self.signatures.contains(&signature) {
            self.signatures.push(signature);
        }
    }

    /// Keeps only the signatures that fit.
    pub fn retain(&mut self, fits: impl FnMut(&NoteSignature) -> bool) {
        self.signatures.retain(fits);
    }

    /// The good signatures by known keys, in the order of the note, none twice.
    ///
    /// Signatures by unknown keys are ignored, for others may have signed as well. A bad one by a
    /// known key spoils the note.
    ///
    /// # Errors
    ///
    /// [`VerifyNoteError`]: a bad signature, or none that is known.
    pub fn verify<'a>(
        &self,
        known: &'a [VerifierKey],
    ) -> Result<Vec<Verified<'a>>, VerifyNoteError> {
        let mut verified: Vec<Verified<'a>> = Vec::new();
        for (offset, signature) in self.signatures.iter().enumerate() {
            let mut makers = known.iter().filter(|key| key.made(signature));
            let Some(key) = makers.next() else { continue };
            let (name, id) = (signature.name.clone(), signature.key_id);
            if makers.next().is_some() {
                return Err(VerifyNoteError::AmbiguousKey { name, id });
            }
            let Ok(time) = key.check(&self.text, &signature.bytes) else {
                let place = offset.saturating_add(1);
                return Err(VerifyNoteError::BadSignature { place, name, id });
            };
            let found = Verified { key, time };
            if !verified.contains(&found) {
                verified.push(found);
            }
        }
        if verified.is_empty() { Err(VerifyNoteError::Unverified) } else { Ok(verified) }
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

fn lines_in(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count().saturating_sub(1)
}

fn check_characters(text: &str) -> Result<(), ParseNoteError> {
    let is_control = |c: char| c < ' ' && c != '\n';
    match text.split_once(is_control) {
        Some((good, _)) => {
            let line = lines_in(good.as_bytes()).saturating_add(1);
            Err(ParseNoteError::ControlCharacter { line })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows panics, which is a failure"
)]
mod tests;

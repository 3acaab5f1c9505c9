//! What a command may write over: only an earlier result of its own kind.
//!
//! Whoever names the wrong file must not lose it. A result of the same command can be made again; a
//! letter, a proof of another kind or somebody's own file perhaps cannot.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    path::Path,
};

use evidence_check::{Enclosure, Kind, bundle};
use merkle_log::LogProof;

use crate::error::CommandError;

/// More than any evidence has; what is longer is none.
const BYTES_MAX: u64 = 1 << 30;

/// What a command is about to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Evidence, told by how it begins.
    Evidence(Kind),
    /// A receipt as a picture.
    QrCode,
    /// The auditors' page.
    AuditPage,
    /// A request for a time stamp.
    TimeStampRequest,
    /// A letter, or what somebody has sent. None is like another: not even one of its kind is
    /// written over.
    Document,
}

impl Output {
    fn name(self) -> &'static str {
        match self {
            Self::Evidence(kind) => kind.name(),
            Self::QrCode => "the QR code of a receipt",
            Self::AuditPage => "an audit view",
            Self::TimeStampRequest => "a request for a time stamp",
            Self::Document => "a document",
        }
    }

    fn is_kind_of(self, bytes: &[u8]) -> bool {
        let has = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        match self {
            Self::Evidence(kind @ (Kind::Receipt | Kind::RecordProof)) => {
                record_proof(bytes) == Some(kind)
            }
            // Who asks for all events of a stream today had a proof that there are none yesterday.
            Self::Evidence(Kind::Index | Kind::Absence) => Kind::of(bytes) == Kind::Index,
            Self::Evidence(Kind::Bundle) => {
                Kind::of(bytes) == Kind::Bundle && has(bundle::MANIFEST) && has(bundle::PAGE)
            }
            Self::Evidence(kind) => Kind::of(bytes) == kind,
            Self::QrCode => bytes.starts_with(b"<?xml") && has("<svg ") && !has("<text"),
            Self::AuditPage => bytes.starts_with(b"<!doctype html>") && has("<title>Audit view"),
            Self::TimeStampRequest => bytes.starts_with(b"\x30"),
            Self::Document => false,
        }
    }
}

fn record_proof(bytes: &[u8]) -> Option<Kind> {
    if Kind::of(bytes) != Kind::RecordProof {
        return None;
    }
    let proof = LogProof::parse(bytes).ok();
    let enclosure = proof.and_then(|proof| Enclosure::parse(&proof.extra?).ok());
    let is_receipt = enclosure.is_some_and(|enclosure| enclosure.receipt.is_some());
    Some(if is_receipt { Kind::Receipt } else { Kind::RecordProof })
}

/// Whether a command may put this there. To be asked before anything is recorded or written.
///
/// # Errors
///
/// [`CommandError::Refused`]: something else lies there.
pub fn may_write(output: Output, path: &Path) -> Result<(), CommandError> {
    let reading = CommandError::file("look into", path);
    let there = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        there => there.map_err(reading)?,
    };
    // Nothing lies in a pipe or a device.
    if !there.is_file() && !there.is_dir() {
        return Ok(());
    }
    let is_kind = there.is_file() && {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(BYTES_MAX).read_to_end(&mut bytes));
        read.map_err(CommandError::file("look into", path))?;
        output.is_kind_of(&bytes)
    };
    if is_kind {
        return Ok(());
    }
    let at = path.display();
    let problem = if output == Output::Document {
        format!("expected no file at {at}, found one: it stays")
    } else {
        format!(
            "expected no file at {at}, or an earlier one with {}, found something else: it stays",
            output.name()
        )
    };
    let next = "name another file, or move that one away".to_owned();
    Err(CommandError::Refused { problem, next })
}

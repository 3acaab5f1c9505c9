//! Time anchors in a bundle: outside authorities that state when the records of a case existed.
//!
//! An anchor is a record of the ledger that holds a signed checkpoint and a time stamp over it (RFC 3161).
//! Reading the stamp and the certificates behind it takes more than this crate should need, so whoever
//! checks brings [`Stamps`]; all that binds the stamp to the case is checked here.

use std::{borrow::Cow, fmt::Debug};

use merkle_log::{Checkpoint, SignedNote, checkpoint::ParseCheckpointError, note::ParseNoteError};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    json,
    record::{RecordError, RecordView},
    text::{from_base64, hex, to_hex},
};

/// The type of the record that holds a time stamp.
pub const TIME_ANCHORED: &str = "ledger.time-anchored.v1";

/// Reads time stamps for a check, and knows whom to believe.
pub trait Stamps: Debug {
    /// What a stamp states of a document.
    ///
    /// # Errors
    ///
    /// In words: it is no stamp, it is over something else, or it is not by whom is believed.
    fn look(&self, token: &[u8], document: &[u8]) -> Result<Seen, String>;
}

/// What a stamp states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The time, in milliseconds since 1970 UTC.
    pub time: i64,
    /// By how much that may be wrong, in milliseconds.
    pub accuracy: i64,
    /// What the authority's certificate calls it, when a root that is trusted vouches for it. Without, the
    /// time is only what the bundle claims.
    pub vouched_for: Option<String>,
}

/// The body of a record that holds a time stamp.
#[derive(Debug, Clone, Deserialize)]
pub struct AnchorView<'a> {
    /// How many records the stamped checkpoint covers.
    pub size: u64,
    /// Their root.
    #[serde(with = "hex")]
    pub root: [u8; 32],
    /// The checkpoint, as it was stamped.
    #[serde(borrow)]
    pub checkpoint: Cow<'a, str>,
    /// SHA-256 of the checkpoint, in lower-case hexadecimal.
    #[serde(borrow)]
    pub imprint: Cow<'a, str>,
    /// The time that the stamp states, as the record repeats it.
    #[serde(borrow)]
    pub stamped_at: Cow<'a, str>,
    /// The stamp.
    #[serde(borrow)]
    pub token: TokenView<'a>,
}

/// Where the stamp is.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenView<'a> {
    /// In the record: DER in base64.
    #[serde(borrow)]
    Inline(Cow<'a, str>),
    /// Elsewhere.
    Archived(serde::de::IgnoredAny),
}

/// A record that is no time anchor of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// It is no record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// It is another record.
    #[error("expected a record of type {TIME_ANCHORED} of the ledger's own stream, found another")]
    Another,
    /// What was stamped is no signed note.
    #[error("the checkpoint that was stamped: {0}")]
    Note(#[from] ParseNoteError),
    /// What was stamped is no checkpoint.
    #[error("the checkpoint that was stamped: {0}")]
    Checkpoint(#[from] ParseCheckpointError),
    /// It is about another log.
    #[error(
        "the checkpoint that was stamped: line 1: expected the origin `{expected}`, found `{found}`"
    )]
    Origin {
        /// The log of the bundle.
        expected: String,
        /// What it names.
        found: String,
    },
    /// The record says one thing of the checkpoint, and the checkpoint another.
    #[error("it names another tree or digest than the checkpoint in it has")]
    Differs,
    /// It claims to cover itself.
    #[error("it covers {size} records, and stands at position {position}, among them")]
    CoversItself {
        /// How many records.
        size: u64,
        /// Where it stands.
        position: u64,
    },
    /// There is no stamp in it that could be looked at.
    #[error("expected the stamp in the record, in base64, found none")]
    NoToken,
}

/// A time anchor whose parts fit each other; whether the stamp is good is for [`Stamps`] to say.
#[derive(Debug, Clone)]
pub(crate) struct Anchored {
    /// What was stamped, byte for byte.
    pub(crate) document: String,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) token: Vec<u8>,
    /// As the record repeats it.
    pub(crate) stamped_at: String,
}

impl<'a> AnchorView<'a> {
    /// The time stamp that a record holds.
    ///
    /// # Errors
    ///
    /// [`AnchorError::Another`] when it holds none that this version knows.
    pub fn of(record: &RecordView<'a>) -> Result<Self, AnchorError> {
        if record.r#type != TIME_ANCHORED || !record.stream.starts_with("ledger-") {
            return Err(AnchorError::Another);
        }
        json::read(record.data.get().as_bytes()).map_err(|_| AnchorError::Another)
    }
}

impl Anchored {
    /// Reads the record at a position of the log with this origin.
    pub(crate) fn read(bytes: &[u8], position: u64, origin: &str) -> Result<Self, AnchorError> {
        let record = RecordView::parse(bytes)?;
        let view = AnchorView::of(&record)?;
        let note = SignedNote::parse(view.checkpoint.as_bytes())?;
        let checkpoint = Checkpoint::parse(note.text())?;
        if checkpoint.origin() != origin {
            let (expected, found) = (origin.to_owned(), checkpoint.origin().to_owned());
            return Err(AnchorError::Origin { expected, found });
        }
        let digest = to_hex(&Sha256::digest(view.checkpoint.as_bytes()));
        let said = (view.size, view.root, view.imprint.as_ref());
        if said != (checkpoint.size(), checkpoint.root().0, digest.as_str()) {
            return Err(AnchorError::Differs);
        }
        if view.size > position {
            return Err(AnchorError::CoversItself { size: view.size, position });
        }
        let TokenView::Inline(token) = &view.token else { return Err(AnchorError::NoToken) };
        let token = from_base64(token).ok_or(AnchorError::NoToken)?;
        let (document, stamped_at) = (view.checkpoint.into_owned(), view.stamped_at.into_owned());
        Ok(Self { document, checkpoint, token, stamped_at })
    }
}

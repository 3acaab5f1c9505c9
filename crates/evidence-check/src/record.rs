//! What the checks here read of a record: its place, its type, its commitments.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{json, text::hex};

/// A record, as far as a check needs it. Its bytes are what was hashed; this only reads them.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordView<'a> {
    /// The event's type.
    #[serde(borrow)]
    pub r#type: Cow<'a, str>,
    /// Its stream.
    #[serde(borrow)]
    pub stream: Cow<'a, str>,
    /// Its place in the stream, from 0.
    pub version: u64,
    /// When the ledger recorded it, as written.
    #[serde(borrow)]
    pub recorded_at: Cow<'a, str>,
    /// When it happened, as written.
    #[serde(borrow)]
    pub occurred_at: Cow<'a, str>,
    /// The event's body, as written.
    #[serde(borrow)]
    pub data: &'a RawValue,
    /// What it commits to.
    #[serde(borrow, default, deserialize_with = "json::keyed_list")]
    pub sealed: Vec<SealedView<'a>>,
}

/// One sealed field of a record.
#[derive(Debug, Clone, Deserialize)]
pub struct SealedView<'a> {
    /// The field's name.
    #[serde(borrow)]
    pub field: Cow<'a, str>,
    /// The salted commitment to the text.
    #[serde(with = "hex")]
    pub commitment: [u8; 32],
}

/// The bytes are not a record. They are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the JSON of a record, found something else at column {column}")]
pub struct RecordError {
    /// Where reading ended, counted from 1.
    pub column: usize,
}

impl<'a> RecordView<'a> {
    /// Reads the bytes of a record, written as redress writes JSON. Keys that are not known are ignored.
    ///
    /// # Errors
    ///
    /// [`RecordError`] when they are none.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, RecordError> {
        json::read(bytes).map_err(|error| RecordError { column: error.column })
    }
}

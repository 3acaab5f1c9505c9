//! What goes into a log and what comes out.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use jiff::Timestamp;

/// The most bytes a record may have: an entry of a tlog-tiles bundle has a 16-bit length.
pub const RECORD_BYTES_MAX: usize = 65_535;
/// The most bytes a stream id may have.
pub const STREAM_ID_BYTES_MAX: usize = 128;
/// What stands in a new record where the log will write the time.
pub const RECORDED_AT_BLANK: &[u8; 24] = b"0000-00-00T00:00:00.000Z";

/// A record's place in the log and its leaf index in the tree, from 0, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub u64);

/// A record's place in its stream, from 0, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StreamVersion(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for StreamVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a stream: 1 to 128 of the characters `a-z A-Z 0-9 -`.
///
/// Cheap to clone; a record read from a log shares the bytes it was read with.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(Bytes);

impl StreamId {
    /// The name.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The name's bytes, all of them ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether these bytes can be one: for whoever looks at many and keeps none.
    pub fn is_name(bytes: &[u8]) -> bool {
        // All of them are looked at, whatever the first is: so the compiler takes many at a time.
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        (1..=STREAM_ID_BYTES_MAX).contains(&bytes.len())
            && bytes.iter().fold(true, |all, byte| all & fits(byte))
    }

    /// The same name as it stands in other memory, which the record shares with it; a copy of its own
    /// where it does not stand there.
    #[must_use]
    pub fn within(&self, memory: &Bytes, at: usize) -> Self {
        let end = at.saturating_add(self.0.len());
        if memory.get(at..end) == Some(self.as_bytes()) {
            Self(memory.slice(at..end))
        } else {
            self.detached()
        }
    }

    /// The same name in memory of its own, for whoever keeps it longer than what it was read with.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0))
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// The text cannot be a [`StreamId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a stream id of 1 to {STREAM_ID_BYTES_MAX} letters, digits and hyphens, found {found}"
)]
pub struct ParseStreamIdError {
    /// What is wrong with it.
    pub found: String,
}

impl TryFrom<Bytes> for StreamId {
    type Error = ParseStreamIdError;

    fn try_from(bytes: Bytes) -> Result<Self, Self::Error> {
        if Self::is_name(&bytes) {
            return Ok(Self(bytes));
        }
        if bytes.is_empty() || bytes.len() > STREAM_ID_BYTES_MAX {
            return Err(ParseStreamIdError { found: format!("{} bytes", bytes.len()) });
        }
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let at = bytes.iter().take_while(|byte| fits(byte)).count();
        Err(ParseStreamIdError { found: format!("another character at byte {at}") })
    }
}

impl FromStr for StreamId {
    type Err = ParseStreamIdError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Self::try_from(Bytes::copy_from_slice(input.as_bytes()))
    }
}

/// A record on its way in: its final bytes but for the time, which the log writes.
///
/// Only the log knows the order, so only the log can promise that `recorded_at` never decreases
/// along it. The bytes therefore carry [`RECORDED_AT_BLANK`] at a known place; the log writes 24
/// bytes there and touches nothing else. What it then stores is what is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    bytes: Vec<u8>,
    recorded_at_offset: usize,
}

/// The bytes cannot be a [`NewRecord`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewRecordError {
    /// Larger than [`RECORD_BYTES_MAX`].
    #[error("expected a record of at most {RECORD_BYTES_MAX} bytes, found {bytes}")]
    TooLarge {
        /// How many there were.
        bytes: usize,
    },
    /// [`RECORDED_AT_BLANK`] is not where it was said to be.
    #[error("expected the blank for recorded_at at byte {offset}, found something else")]
    NoBlank {
        /// Where it was said to be.
        offset: usize,
    },
    /// A line feed: a record is printed as one line.
    #[error("expected a record without line feeds, found one at byte {at}")]
    LineFeed {
        /// Where it stands.
        at: usize,
    },
}

impl NewRecord {
    /// Wraps the bytes of a record whose blank for the time starts at `recorded_at_offset`.
    ///
    /// # Errors
    ///
    /// [`NewRecordError`] when it is too large, contains a line feed, or has no blank there.
    pub fn new(bytes: Vec<u8>, recorded_at_offset: usize) -> Result<Self, NewRecordError> {
        if bytes.len() > RECORD_BYTES_MAX {
            return Err(NewRecordError::TooLarge { bytes: bytes.len() });
        }
        if let Some(at) = memchr::memchr(b'\n', &bytes) {
            return Err(NewRecordError::LineFeed { at });
        }
        let blank = bytes.get(recorded_at_offset..).and_then(|rest| rest.first_chunk::<24>());
        if blank != Some(RECORDED_AT_BLANK) {
            return Err(NewRecordError::NoBlank { offset: recorded_at_offset });
        }
        Ok(Self { bytes, recorded_at_offset })
    }

    /// The final bytes, with the time the log gives it (rounded down to a millisecond).
    pub fn stamp(mut self, recorded_at: Timestamp) -> Vec<u8> {
        put_time(&mut self.bytes, self.recorded_at_offset, &format_recorded_at(recorded_at));
        self.bytes
    }

    /// Writes its bytes behind others, for a log that gives many records their time at once, with
    /// [`put_time`]; gives where among all of them the time goes.
    pub fn put_onto(&self, others: &mut Vec<u8>) -> usize {
        let at = others.len().saturating_add(self.recorded_at_offset);
        others.extend_from_slice(&self.bytes);
        at
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it has none; it always has at least the blank.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Writes the time of a record into its blank, which begins at `at`; `recorded_at` is as
/// [`format_recorded_at`] writes it.
pub fn put_time(bytes: &mut [u8], at: usize, recorded_at: &str) {
    let slot = bytes.get_mut(at..).and_then(|bytes| bytes.first_chunk_mut());
    if let (Some(slot), Some(text)) = (slot, recorded_at.as_bytes().first_chunk::<24>()) {
        *slot = *text;
    }
}

/// Writes a time as records do: RFC 3339, UTC, milliseconds, 24 characters.
pub fn format_recorded_at(at: Timestamp) -> String {
    let milliseconds = at.as_millisecond();
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| String::new(), |at| format!("{at:.3}"))
}

/// A record as the log holds it. The bytes are exactly what was hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its place in the log.
    pub position: Position,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream.
    pub version: StreamVersion,
    /// The stored bytes.
    pub bytes: Bytes,
}

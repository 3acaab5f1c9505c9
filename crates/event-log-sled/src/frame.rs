//! Runs of records as bytes, as the journal has them.
//!
//! A *payload* is records one after the other; each carries a checksum of its own, so that damage
//! can be pinned to one position even where the checksum around the whole no longer fits.
//!
//! | bytes | what (integers big-endian) |
//! |---|---|
//! | 4 | CRC-32C of all that follows of this record |
//! | 8 | version in its stream |
//! | 2 | length of the record |
//! | 1 | length of the stream id |
//! | … | stream id, then the record |

use std::ops::Range;

use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamId, StreamVersion};

/// How many records a sealed range holds: as many as a tile has hashes.
pub(crate) const RANGE: u64 = 256;
/// The level of the tree at which one node is over a range.
pub(crate) const RANGE_LEVEL: u8 = 8;
/// How many bytes stand before the stream id of a record.
pub(crate) const RECORD_HEADER: usize = 15;

/// What is wrong with a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FrameDamage {
    /// The first position known to be damaged.
    pub(crate) position: Position,
    /// What was expected and what was found.
    pub(crate) reason: String,
}

/// Adds one record to a payload, without its checksum; gives where it begins.
pub(crate) fn put_record(
    payload: &mut Vec<u8>,
    version: u64,
    stream: &[u8],
    length: usize,
    write: impl FnOnce(&mut Vec<u8>),
) -> usize {
    let start = payload.len();
    payload.extend_from_slice(&[0; 4]);
    payload.extend_from_slice(&version.to_be_bytes());
    payload.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
    payload.push(u8::try_from(stream.len()).unwrap_or(u8::MAX));
    payload.extend_from_slice(stream);
    write(payload);
    start
}

/// Gives a record its checksum; `record` is where all of it stands in the payload.
pub(crate) fn sum_record(payload: &mut [u8], record: Range<usize>) {
    let record = payload.get_mut(record).and_then(<[u8]>::split_first_chunk_mut);
    if let Some((slot, summed)) = record {
        *slot = crc32c::crc32c(summed).to_be_bytes();
    }
}

/// Reads the records of a payload one by one, each a slice of it.
pub(crate) struct Records {
    payload: Bytes,
    position: u64,
}

impl Records {
    pub(crate) fn new(payload: Bytes, first: Position) -> Self {
        Self { payload, position: first.0 }
    }

    fn take(&mut self) -> Option<RecordedEvent> {
        let header = self.payload.first_chunk::<RECORD_HEADER>()?;
        let crc = be32(header);
        let version = be64(header.get(4..)?);
        let length = usize::from(u16::from_be_bytes(*header.get(12..)?.first_chunk()?));
        let stream_end = RECORD_HEADER.checked_add(usize::from(*header.last()?))?;
        let end = stream_end.checked_add(length)?;
        if crc32c::crc32c(self.payload.get(4..end)?) != crc {
            return None;
        }
        let mut record = self.payload.split_to(end);
        let bytes = record.split_off(stream_end);
        let stream = StreamId::try_from(record.split_off(RECORD_HEADER)).ok()?;
        let position = Position(self.position);
        self.position = self.position.saturating_add(1);
        Some(RecordedEvent { position, stream, version: StreamVersion(version), bytes })
    }
}

impl Iterator for Records {
    type Item = Result<RecordedEvent, FrameDamage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.payload.is_empty() {
            return None;
        }
        let record = self.take().ok_or_else(|| {
            self.payload = Bytes::new();
            FrameDamage {
                position: Position(self.position),
                reason: "expected a record whose checksum fits, found other bytes".to_owned(),
            }
        });
        Some(record)
    }
}

/// The first four bytes as an integer; 0 when there are fewer.
pub(crate) fn be32(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// The first eight bytes as an integer; 0 when there are fewer.
pub(crate) fn be64(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// A length in four bytes. Frames are far below 4 GiB by the limits on records.
pub(crate) fn length32(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

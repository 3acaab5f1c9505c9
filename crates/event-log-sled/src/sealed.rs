//! A whole range of 256 records as bytes: the same in the store and in the tiles.
//!
//! | bytes | what |
//! |---|---|
//! | … | zstd frame of the C2SP entry bundle: 256 × `length:u16 \| record`, big-endian |
//! | 4, 4 | `5E 2A 4D 18`, length of all that follows (little-endian): a skippable zstd frame |
//! | … | zstd frame of 256 × `version:u64 \| length:u8 \| stream id`, big-endian |
//! | 8 | first position, big-endian |
//! | 4, 4, 4 | lengths, big-endian: of the bundle, of the list, of the first frame |
//! | 4 | CRC-32C of all before, big-endian |
//!
//! `zstd -d` gives the bundle as it is served, and skips the rest: streams and versions are not in
//! the tree. A compressed range is whole or it is not: damage is pinned to its first record, or,
//! where it still decompresses, to the record whose leaf hash does not fit.

use std::io;

use bytes::Bytes;
use event_log::{
    Position, RecordedEvent, StreamId, StreamVersion,
    record::{RECORD_BYTES_MAX, STREAM_ID_BYTES_MAX},
};
use merkle_log::{Hash, encode_bundle, leaf_hash, parse_bundle, tile::TILE_WIDTH};

use crate::frame::{FrameDamage, be32, be64, length32};

const SKIPPABLE: [u8; 4] = [0x5e, 0x2a, 0x4d, 0x18];
const FOOTER: usize = 24;
const COMPRESSION_LEVEL: i32 = 3;
const BUNDLE_BYTES_MAX: usize = 256 * (2 + RECORD_BYTES_MAX);
const LIST_BYTES_MAX: usize = 256 * (9 + STREAM_ID_BYTES_MAX);

/// A sealed range and its leaf hashes.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) first: Position,
    pub(crate) bytes: Vec<u8>,
    pub(crate) leaves: Vec<Hash>,
}

/// Seals whole ranges of records.
pub(crate) fn seal(records: &[RecordedEvent]) -> io::Result<Vec<Sealed>> {
    records.chunks(usize::from(TILE_WIDTH)).map(seal_range).collect()
}

fn seal_range(records: &[RecordedEvent]) -> io::Result<Sealed> {
    let bundle = encode_bundle(records.iter().map(|record| record.bytes.as_ref()))
        .map_err(|error| io::Error::other(error.to_string()))?;
    let mut list = Vec::new();
    for record in records {
        let name = record.stream.as_str().as_bytes();
        list.extend_from_slice(&record.version.0.to_be_bytes());
        list.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        list.extend_from_slice(name);
    }
    let first = records.first().map_or(Position(0), |record| record.position);
    let mut bytes = zstd::bulk::compress(&bundle, COMPRESSION_LEVEL)?;
    let entries_length = length32(bytes.len());
    let streams = zstd::bulk::compress(&list, COMPRESSION_LEVEL)?;
    let rest = u32::try_from(streams.len().saturating_add(FOOTER)).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&SKIPPABLE);
    bytes.extend_from_slice(&rest.to_le_bytes());
    bytes.extend_from_slice(&streams);
    bytes.extend_from_slice(&first.0.to_be_bytes());
    bytes.extend_from_slice(&length32(bundle.len()));
    bytes.extend_from_slice(&length32(list.len()));
    bytes.extend_from_slice(&entries_length);
    bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
    let leaves = records.iter().map(|record| leaf_hash(&record.bytes)).collect();
    Ok(Sealed { first, bytes, leaves })
}

/// The records of the range that begins at `first`.
pub(crate) fn unseal(bytes: &[u8], first: Position) -> Result<Vec<RecordedEvent>, FrameDamage> {
    let whole = bytes
        .split_last_chunk::<4>()
        .is_some_and(|(rest, crc)| crc32c::crc32c(rest) == u32::from_be_bytes(*crc));
    whole.then(|| parse(bytes, first)).flatten().ok_or_else(|| FrameDamage {
        position: first,
        reason: format!("expected the sealed range from {first}, found other bytes"),
    })
}

/// The first record that differs from what was sealed, where a damaged range still decompresses.
pub(crate) fn first_damaged(bytes: &[u8], first: Position, leaves: &[Hash]) -> Option<Position> {
    let records = parse(bytes, first)?;
    let mut pairs = records.iter().zip(leaves);
    let differing = pairs.find(|(record, leaf)| leaf_hash(&record.bytes) != **leaf)?;
    Some(differing.0.position)
}

fn parse(bytes: &[u8], first: Position) -> Option<Vec<RecordedEvent>> {
    let (rest, footer) = bytes.split_last_chunk::<FOOTER>()?;
    if be64(footer) != first.0 {
        return None;
    }
    let length = |at: usize| usize::try_from(be32(footer.get(at..)?)).ok();
    let (entries, streams) = rest.split_at_checked(length(16)?)?;
    let bundle = unpack(entries, length(8)?, BUNDLE_BYTES_MAX)?;
    let mut list = unpack(streams.get(8..)?, length(12)?, LIST_BYTES_MAX)?;
    let mut records = Vec::with_capacity(usize::from(TILE_WIDTH));
    for (place, entry) in (first.0..).zip(parse_bundle(&bundle, TILE_WIDTH).ok()?) {
        let version = StreamVersion(be64(&list));
        let end = 9_usize.checked_add(usize::from(*list.get(8)?))?;
        if end > list.len() {
            return None;
        }
        let stream = StreamId::try_from(list.split_to(end).split_off(9)).ok()?;
        let bytes = bundle.slice_ref(entry);
        records.push(RecordedEvent { position: Position(place), stream, version, bytes });
    }
    list.is_empty().then_some(records)
}

fn unpack(compressed: &[u8], length: usize, most: usize) -> Option<Bytes> {
    (length <= most).then(|| zstd::bulk::decompress(compressed, length).ok())?.map(Bytes::from)
}

#[cfg(test)]
mod tests;

//! A whole range of 256 records as the bytes of one file in the tiles.
//!
//! | bytes | what |
//! |---|---|
//! | … | zstd frame of the C2SP entry bundle: 256 × `length:u16 \| record`, big-endian |
//! | 4, 4 | `5E 2A 4D 18`, length of all that follows (little-endian): a skippable zstd frame |
//! | … | zstd frame of 256 × `version:u64 \| length:u8 \| place:u16`, big-endian: where in the record its stream id stands; `ff ff`: nowhere, it follows here |
//! | 8 | first position, big-endian |
//! | 4, 4, 4 | lengths, big-endian: of the bundle, of the list, of the first frame |
//! | 4 | CRC-32C of all before, big-endian |
//!
//! `zstd -d` gives the bundle as it is served, and skips the rest: streams and versions are not in
//! the tree. A compressed range is whole or it is not: damage is pinned to its first record, or,
//! where it still decompresses, to the record whose leaf hash does not fit.

use std::{borrow::Borrow, cell::RefCell, fmt, io};

use bytes::Bytes;
use event_log::{
    Position, RecordedEvent, StreamId, StreamVersion,
    record::{RECORD_BYTES_MAX, STREAM_ID_BYTES_MAX},
};
use merkle_log::{
    Hash, encode_bundle_into, leaf_hash, leaf_hashes, parse_bundle, perfect_root, tile::TILE_WIDTH,
};
use zstd::{
    bulk::{Compressor, Decompressor},
    zstd_safe::{CParameter, compress_bound},
};

use crate::frame::{FrameDamage, be32, be64, length32};

const SKIPPABLE: [u8; 4] = [0x5e, 0x2a, 0x4d, 0x18];
const FOOTER: usize = 24;
/// The fastest level is the smallest too: half of a record is ids and digests in hexadecimal, in
/// which the short matches that higher levels look for cost more than they save.
const COMPRESSION_LEVEL: i32 = 1;
const SHORTEST_MATCH: u32 = 7;
const BUNDLE_BYTES_MAX: usize = 256 * (2 + RECORD_BYTES_MAX);
const ITEM: usize = 11;
const LIST_BYTES_MAX: usize = 256 * (ITEM + STREAM_ID_BYTES_MAX);
/// How far into a record its stream id is looked for.
const LOOKED_AT: usize = 4_096;
/// Said of a stream id that stands nowhere in its record.
const NOWHERE: u16 = u16::MAX;

thread_local! {
    /// Making one costs as much as using it.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A sealed range, its leaf hashes, and the root over them.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) first: Position,
    pub(crate) bytes: Vec<u8>,
    pub(crate) leaves: Vec<Hash>,
    pub(crate) root: Hash,
}

/// Seals ranges; keeps what it compresses with.
pub(crate) struct Sealer {
    compressor: Compressor<'static>,
    // Used again for each range.
    bundle: Vec<u8>,
    compressed: Vec<u8>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

impl Sealer {
    pub(crate) fn new() -> io::Result<Self> {
        let mut compressor = Compressor::new(COMPRESSION_LEVEL)?;
        compressor.set_parameter(CParameter::MinMatch(SHORTEST_MATCH))?;
        Ok(Self { compressor, bundle: Vec::new(), compressed: Vec::new() })
    }

    /// Seals whole ranges of records.
    pub(crate) fn seal<R: Borrow<RecordedEvent>>(
        &mut self,
        records: &[R],
    ) -> io::Result<Vec<Sealed>> {
        let ranges = records.chunks(usize::from(TILE_WIDTH));
        ranges.map(|records| self.seal_range(records)).collect()
    }

    fn seal_range<R: Borrow<RecordedEvent>>(&mut self, records: &[R]) -> io::Result<Sealed> {
        let Self { compressor, bundle, compressed } = self;
        let entries = records.iter().map(|record| record.borrow().bytes.as_ref());
        let leaves = leaf_hashes(entries.clone());
        let root = perfect_root(&leaves).ok_or_else(|| io::Error::other("not a whole range"))?;
        encode_bundle_into(entries, bundle).map_err(|error| io::Error::other(error.to_string()))?;
        let list = stream_list(records);
        let first = records.first().map_or(Position(0), |record| record.borrow().position);
        compressed.clear();
        compressed.reserve(compress_bound(bundle.len()));
        compressor.compress_to_buffer(bundle, compressed)?;
        let entries_length = length32(compressed.len());
        let streams = compressor.compress(&list)?;
        let length = compressed.len().saturating_add(streams.len()).saturating_add(8 + FOOTER);
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(compressed);
        let rest = u32::try_from(streams.len().saturating_add(FOOTER)).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&SKIPPABLE);
        bytes.extend_from_slice(&rest.to_le_bytes());
        bytes.extend_from_slice(&streams);
        bytes.extend_from_slice(&first.0.to_be_bytes());
        bytes.extend_from_slice(&length32(bundle.len()));
        bytes.extend_from_slice(&length32(list.len()));
        bytes.extend_from_slice(&entries_length);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
        Ok(Sealed { first, bytes, leaves, root })
    }
}

/// Seals a few ranges, now and then.
pub(crate) fn seal(records: &[RecordedEvent]) -> io::Result<Vec<Sealed>> {
    Sealer::new()?.seal(records)
}

/// Streams and versions, which are not in the tree. A record names its own stream nearly always,
/// and then its place in the record is enough, which compresses to next to nothing.
fn stream_list<R: Borrow<RecordedEvent>>(records: &[R]) -> Vec<u8> {
    let mut list = Vec::with_capacity(records.len().saturating_mul(ITEM));
    let mut before = 0;
    for record in records.iter().map(Borrow::borrow) {
        let name = record.stream.as_bytes();
        let stands_at =
            |place: &usize| record.bytes.get(*place..).is_some_and(|b| b.starts_with(name));
        let initial = name.first();
        let looked_at = record.bytes.iter().take(LOOKED_AT).enumerate();
        let candidates = looked_at.filter(|(_, byte)| Some(*byte) == initial);
        let place = Some(before)
            .filter(stands_at)
            .or_else(|| candidates.map(|(place, _)| place).find(stands_at));
        let place = place.filter(|place| *place < usize::from(NOWHERE));
        before = place.unwrap_or(before);
        list.extend_from_slice(&record.version.0.to_be_bytes());
        list.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        let said = place.and_then(|place| u16::try_from(place).ok()).unwrap_or(NOWHERE);
        list.extend_from_slice(&said.to_be_bytes());
        if said == NOWHERE {
            list.extend_from_slice(name);
        }
    }
    list
}

/// The records of the range that begins at `first`.
pub(crate) fn unseal(bytes: &[u8], first: Position) -> Result<Vec<RecordedEvent>, FrameDamage> {
    is_whole(bytes).then(|| parse(bytes, first)).flatten().ok_or_else(|| other_bytes(first))
}

/// The first record that differs from what was sealed, where a damaged range still decompresses.
pub(crate) fn first_damaged(bytes: &[u8], first: Position, leaves: &[Hash]) -> Option<Position> {
    let records = parse(bytes, first)?;
    let mut pairs = records.iter().zip(leaves);
    let differing = pairs.find(|(record, leaf)| leaf_hash(&record.bytes) != **leaf)?;
    Some(differing.0.position)
}

/// A record of a range, as it stands in what was decompressed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) stream: &'a [u8],
    pub(crate) version: u64,
    pub(crate) bytes: &'a [u8],
    /// Whether the stream's name stands in the list and not in the record.
    is_apart: bool,
}

/// Unseals range after range into the same memory, for whoever keeps none of them.
#[derive(Debug, Default)]
pub(crate) struct Unsealer {
    bundle: Vec<u8>,
    list: Vec<u8>,
}

impl Unsealer {
    /// [`unseal`], without a copy or a count of owners for each record.
    pub(crate) fn entries(
        &mut self,
        bytes: &[u8],
        first: Position,
    ) -> Result<Vec<Entry<'_>>, FrameDamage> {
        let Self { bundle, list } = self;
        let entries = is_whole(bytes)
            .then(|| {
                unpack_both(bytes, first, bundle, list)?;
                entries(bundle, list)
            })
            .flatten();
        let are_named =
            |entries: &Vec<Entry<'_>>| entries.iter().all(|entry| StreamId::is_name(entry.stream));
        entries.filter(are_named).ok_or_else(|| other_bytes(first))
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    bytes
        .split_last_chunk::<4>()
        .is_some_and(|(rest, crc)| crc32c::crc32c(rest) == u32::from_be_bytes(*crc))
}

fn other_bytes(first: Position) -> FrameDamage {
    let reason = format!("expected the sealed range from {first}, found other bytes");
    FrameDamage { position: first, reason }
}

fn parse(bytes: &[u8], first: Position) -> Option<Vec<RecordedEvent>> {
    let (mut bundle, mut list) = (Vec::new(), Vec::new());
    unpack_both(bytes, first, &mut bundle, &mut list)?;
    let (bundle, list) = (Bytes::from(bundle), Bytes::from(list));
    let mut records = Vec::with_capacity(usize::from(TILE_WIDTH));
    for (place, entry) in (first.0..).zip(entries(&bundle, &list)?) {
        let named_in = if entry.is_apart { &list } else { &bundle };
        records.push(RecordedEvent {
            position: Position(place),
            stream: StreamId::try_from(named_in.slice_ref(entry.stream)).ok()?,
            version: StreamVersion(entry.version),
            bytes: bundle.slice_ref(entry.bytes),
        });
    }
    Some(records)
}

/// Decompresses the bundle and the list of a range.
fn unpack_both(
    bytes: &[u8],
    first: Position,
    bundle: &mut Vec<u8>,
    list: &mut Vec<u8>,
) -> Option<()> {
    let (rest, footer) = bytes.split_last_chunk::<FOOTER>()?;
    if be64(footer) != first.0 {
        return None;
    }
    let length = |at: usize| usize::try_from(be32(footer.get(at..)?)).ok();
    let (entries, streams) = rest.split_at_checked(length(16)?)?;
    unpack(entries, length(8)?, BUNDLE_BYTES_MAX, bundle)?;
    unpack(streams.get(8..)?, length(12)?, LIST_BYTES_MAX, list)
}

/// The records of a bundle, with what the list says of each.
fn entries<'a>(bundle: &'a [u8], mut list: &'a [u8]) -> Option<Vec<Entry<'a>>> {
    let mut found = Vec::with_capacity(usize::from(TILE_WIDTH));
    for bytes in parse_bundle(bundle, TILE_WIDTH).ok()? {
        let (item, rest) = list.split_first_chunk::<ITEM>()?;
        let length = usize::from(*item.get(8)?);
        let stands_at = u16::from_be_bytes(*item.last_chunk()?);
        let is_apart = stands_at == NOWHERE;
        let start = usize::from(stands_at);
        let stream = if is_apart {
            rest.get(..length)?
        } else {
            bytes.get(start..start.checked_add(length)?)?
        };
        list = rest.get(if is_apart { length } else { 0 }..)?;
        found.push(Entry { stream, version: be64(item), bytes, is_apart });
    }
    list.is_empty().then_some(found)
}

fn unpack(compressed: &[u8], length: usize, most: usize, into: &mut Vec<u8>) -> Option<()> {
    if length > most {
        return None;
    }
    into.clear();
    into.reserve(length);
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new().ok()?),
        };
        decompressor.decompress_to_buffer(compressed, into).ok()
    })?;
    (into.len() == length).then_some(())
}

#[cfg(test)]
mod tests;

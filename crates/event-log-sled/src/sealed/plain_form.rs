//! Form 1 of a sealed range: the bundle as it is served, compressed.

use std::{borrow::Borrow, io};

use event_log::{Position, RecordedEvent, record::STREAM_ID_BYTES_MAX};
use merkle_log::{encode_bundle_into, tile::TILE_WIDTH};
use zstd::{bulk::Compressor, zstd_safe::CParameter};

use crate::{
    frame::be64,
    sealed::{Entry, SKIPPABLE_PLAIN, compress, file, list},
};

/// The fastest level is the smallest too, with matches so long: half of a record is ids and digests in hexadecimal, in
/// which the short matches that higher levels look for cost more than they save.
const COMPRESSION_LEVEL: i32 = 1;
const SHORTEST_MATCH: u32 = 7;
const ITEM: usize = 11;
pub(super) const LIST_BYTES_MAX: usize = 256 * (ITEM + STREAM_ID_BYTES_MAX);

pub(super) struct PlainForm {
    compressor: Compressor<'static>,
    // Used again for each range.
    bundle: Vec<u8>,
    compressed: Vec<u8>,
}

impl PlainForm {
    pub(super) fn new() -> io::Result<Self> {
        let mut compressor = Compressor::new(COMPRESSION_LEVEL)?;
        compressor.set_parameter(CParameter::MinMatch(SHORTEST_MATCH))?;
        Ok(Self { compressor, bundle: Vec::new(), compressed: Vec::new() })
    }

    pub(super) fn seal<R: Borrow<RecordedEvent>>(&mut self, records: &[R]) -> io::Result<Vec<u8>> {
        let Self { compressor, bundle, compressed } = self;
        let entries = records.iter().map(|record| record.borrow().bytes.as_ref());
        encode_bundle_into(entries, bundle).map_err(|error| io::Error::other(error.to_string()))?;
        let list = stream_list(records);
        compress(compressor, bundle, compressed)?;
        let streams = compressor.compress(&list)?;
        let first = records.first().map_or(Position(0), |record| record.borrow().position);
        let lengths = [bundle.len(), list.len()];
        Ok(file(compressed, SKIPPABLE_PLAIN, &[&streams], first, lengths))
    }
}

/// Streams and versions, which are not in the tree. A record names its own stream nearly always,
/// and then its place in the record is enough, which compresses to next to nothing.
fn stream_list<R: Borrow<RecordedEvent>>(records: &[R]) -> Vec<u8> {
    let mut list = Vec::with_capacity(records.len().saturating_mul(ITEM));
    let mut before = 0;
    for record in records.iter().map(Borrow::borrow) {
        let name = record.stream.as_bytes();
        let place = list::place_of(name, &record.bytes, before);
        before = place.unwrap_or(before);
        list.extend_from_slice(&record.version.0.to_be_bytes());
        list.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        list.extend_from_slice(&place.unwrap_or(list::NOWHERE).to_be_bytes());
        if place.is_none() {
            list.extend_from_slice(name);
        }
    }
    list
}

/// The records of a bundle, with what the list says of each.
pub(super) fn entries<'a>(
    records: impl Iterator<Item = &'a [u8]>,
    mut list: &'a [u8],
) -> Option<Vec<Entry<'a>>> {
    let mut found = Vec::with_capacity(usize::from(TILE_WIDTH));
    for bytes in records {
        let (item, rest) = list.split_first_chunk::<ITEM>()?;
        let length = usize::from(*item.get(8)?);
        let stands_at = u16::from_be_bytes(*item.last_chunk()?);
        let is_apart = stands_at == list::NOWHERE;
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

//! The streams and versions of a range's records, which are not in the tree.
//!
//! | bytes | an item |
//! |---|---|
//! | 1 | length of the stream id |
//! | 2 | where in the record it stands; `ff ff`: nowhere, it follows here |
//! | 1 | how far behind its end, there or in the record, the digits of the version stand; `ff`: nowhere |
//! | 8 | the version, where its digits stand nowhere |
//!
//! A record names its own stream and version nearly always, at the same places, which compresses to nothing.

use std::borrow::Borrow;

use event_log::{RecordedEvent, record::STREAM_ID_BYTES_MAX};
use memchr::memchr_iter;
use merkle_log::tile::TILE_WIDTH;

use crate::{frame::be64, sealed::Entry};

/// Said of a stream id that stands nowhere in its record.
pub(super) const NOWHERE: u16 = u16::MAX;
/// How far into a record its stream id is looked for.
const LOOKED_AT: usize = 4_096;
/// The shortest item, and what the longest has besides it.
const ITEM: usize = 4;
pub(super) const LIST_BYTES_MAX: usize = 256 * (ITEM + STREAM_ID_BYTES_MAX + 8);
const NO_DIGITS: u8 = u8::MAX;
/// How far behind the stream id digits are looked for.
const DIGITS_WITHIN: u8 = 64;

/// Streams and versions of the records of a range.
pub(super) fn list_of<R: Borrow<RecordedEvent>>(records: &[R]) -> Vec<u8> {
    let mut list = Vec::with_capacity(records.len().saturating_mul(ITEM));
    let (mut place_before, mut gap_before) = (0, 0);
    for record in records.iter().map(Borrow::borrow) {
        let name = record.stream.as_bytes();
        let place = place_of(name, &record.bytes, place_before);
        let end = place.map(|place| usize::from(place).saturating_add(name.len()));
        let behind = end.and_then(|end| record.bytes.get(end..));
        let gap = behind.and_then(|behind| gap_to(record.version.0, behind, gap_before));
        place_before = place.unwrap_or(place_before);
        gap_before = gap.unwrap_or(gap_before);
        list.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        list.extend_from_slice(&place.unwrap_or(NOWHERE).to_be_bytes());
        list.push(gap.unwrap_or(NO_DIGITS));
        if place.is_none() {
            list.extend_from_slice(name);
        }
        if gap.is_none() {
            list.extend_from_slice(&record.version.0.to_be_bytes());
        }
    }
    list
}

/// Where in a record a stream's name stands: where it stood in the record before, else the first place.
pub(super) fn place_of(name: &[u8], record: &[u8], before: u16) -> Option<u16> {
    let stands_at = |place: usize| record.get(place..).is_some_and(|bytes| bytes.starts_with(name));
    if stands_at(usize::from(before)) {
        return Some(before);
    }
    let looked_at = record.get(..LOOKED_AT).unwrap_or(record);
    let place = memchr_iter(*name.first()?, looked_at).find(|place| stands_at(*place))?;
    u16::try_from(place).ok().filter(|place| *place < NOWHERE)
}

fn gap_to(version: u64, behind: &[u8], before: u8) -> Option<u8> {
    let stand_at = |gap: &u8| digits_at(behind, *gap) == Some(version);
    Some(before).filter(stand_at).or_else(|| (0..DIGITS_WITHIN).find(stand_at))
}

/// The number whose digits stand so far behind, as a version is written: no sign, and no zero before it.
fn digits_at(behind: &[u8], gap: u8) -> Option<u64> {
    let digits = behind.get(usize::from(gap)..)?;
    let (first, _) = digits.split_first().filter(|(first, _)| first.is_ascii_digit())?;
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    let number = digits.clone().try_fold(0_u64, |number, digit| {
        number.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))
    })?;
    (*first != b'0' || digits.count() == 1).then_some(number)
}

/// The records of a bundle, with what the list says of each.
pub(super) fn entries<'a>(
    records: impl Iterator<Item = &'a [u8]>,
    mut list: &'a [u8],
) -> Option<Vec<Entry<'a>>> {
    let mut found = Vec::with_capacity(usize::from(TILE_WIDTH));
    for bytes in records {
        let ([length, p0, p1, gap], rest) = list.split_first_chunk::<ITEM>()?;
        let (length, place) = (usize::from(*length), u16::from_be_bytes([*p0, *p1]));
        let is_apart = place == NOWHERE;
        let start = usize::from(place);
        let end = start.checked_add(length)?;
        let (stream, rest) =
            if is_apart { rest.split_at_checked(length)? } else { (bytes.get(start..end)?, rest) };
        let (version, rest) = if *gap == NO_DIGITS {
            let (version, rest) = rest.split_first_chunk::<8>()?;
            (be64(version), rest)
        } else {
            (digits_at(bytes.get(end..)?, *gap)?, rest)
        };
        list = rest;
        found.push(Entry { stream, version, bytes, is_apart });
    }
    list.is_empty().then_some(found)
}

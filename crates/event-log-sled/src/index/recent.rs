//! The index of the newest records, which no file lists yet: in memory for readers, and in the
//! store to be found again. Never more than one span of them.
//!
//! The store has one value for each 128 records, whose key is the position of the first:
//!
//! | bytes | for each stream that has some of them, in the order of their first |
//! |---|---|
//! | 1 | length of its name |
//! | … | the name |
//! | LEB128 | version of its first |
//! | 1 | how many records |
//! | 1 … | where each is, from the first of the 128 on |

use std::{
    borrow::Borrow,
    collections::{BTreeMap, HashMap, hash_map::Entry as Slot},
};

use event_log::{RecordedEvent, StreamId};
use foldhash::quality::RandomState;

use crate::index::entry::{Entry, put_number, take_number};

/// How many records one value of the store lists; with the longest names there are that is 17 KB,
/// so that a leaf of sled with 17 of them stays below a quarter of a segment.
pub(crate) const LISTED: u64 = 128;

// The maps below are looked into once for each record that is stored, by a hash of few cycles with a key of
// its own for each map; they never hold more than one span.

/// Some consecutive records by stream, in the order of the streams' first.
pub(crate) fn list(records: &[impl Borrow<RecordedEvent>]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut places = HashMap::with_capacity_and_hasher(records.len(), RandomState::default());
    for record in records.iter().map(Borrow::borrow) {
        let place = match places.entry(record.stream.as_bytes()) {
            Slot::Occupied(place) => *place.get(),
            Slot::Vacant(place) => {
                entries.push(Entry {
                    stream: record.stream.clone(),
                    version: record.version.0,
                    positions: Vec::with_capacity(1),
                });
                *place.insert(entries.len().saturating_sub(1))
            }
        };
        if let Some(entry) = entries.get_mut(place) {
            entry.positions.push(record.position.0);
        }
    }
    entries
}

/// The value of the store that lists these entries of the records from `first` on.
pub(crate) fn to_bytes(entries: &[Entry], first: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        let name = entry.stream.as_bytes();
        bytes.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(name);
        put_number(&mut bytes, entry.version);
        bytes.push(u8::try_from(entry.positions.len()).unwrap_or(u8::MAX));
        let places = entry.positions.iter().map(|position| position.saturating_sub(first));
        bytes.extend(places.map(|place| u8::try_from(place).unwrap_or(u8::MAX)));
    }
    bytes
}

/// Reads what [`to_bytes`] wrote; `None` when it is something else.
pub(crate) fn from_bytes(mut bytes: &[u8], first: u64) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first() {
        let (name, mut rest) = rest.split_at_checked(usize::from(*length))?;
        let stream = std::str::from_utf8(name).ok()?.parse().ok()?;
        let version = take_number(&mut rest)?;
        let (count, rest) = rest.split_first()?;
        let (places, rest) = rest.split_at_checked(usize::from(*count))?;
        let positions = places.iter().map(|place| first.checked_add(u64::from(*place)));
        entries.push(Entry { stream, version, positions: positions.collect::<Option<_>>()? });
        bytes = rest;
    }
    Some(entries)
}

/// The newest records by stream.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    streams: HashMap<StreamId, (u64, Vec<u64>), RandomState>,
}

impl Recent {
    /// Adds entries whose records come after all that are there.
    pub(crate) fn add(&mut self, entries: Vec<Entry>) {
        for Entry { stream, version, positions } in entries {
            if let Some((_, known)) = self.streams.get_mut(&stream) {
                known.extend_from_slice(&positions);
            } else {
                // A name may be part of something large that must not stay in memory for its sake.
                self.streams.insert(stream.detached(), (version, positions));
            }
        }
    }

    /// Version of the stream's first record here, and the positions of all.
    pub(crate) fn get(&self, stream: &StreamId) -> Option<(u64, &[u64])> {
        self.streams.get(stream).map(|(version, positions)| (*version, positions.as_slice()))
    }

    /// The version that the stream's next record would get, if it has any here.
    pub(crate) fn next_version(&self, stream: &StreamId) -> Option<u64> {
        let (version, positions) = self.get(stream)?;
        Some(version.saturating_add(u64::try_from(positions.len()).unwrap_or(u64::MAX)))
    }

    /// All of it in the order of the streams' names.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = Entry> {
        let sorted: BTreeMap<_, _> = self.streams.iter().collect();
        sorted.into_iter().map(|(stream, (version, positions))| Entry {
            stream: stream.clone(),
            version: *version,
            positions: positions.clone(),
        })
    }
}

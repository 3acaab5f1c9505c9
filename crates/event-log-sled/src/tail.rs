//! Records that are durable in the journal and not yet in the store, held in memory for readers.
//!
//! The writer pushes, the applier drains, readers copy (the bytes are shared). Bounded: when the
//! store cannot follow, the writer waits here, and its callers behind their queue.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use event_log::{Position, RecordedEvent, StreamId, StreamVersion};
use jiff::Timestamp;

use crate::frame::RANGE;

/// The most records waiting for the store, give or take one commit.
const RECORDS_MAX: usize = 65_536;
/// The most bytes of them, give or take one commit. More than one range of the widest records.
const BYTES_MAX: usize = 64 * 1024 * 1024;

const DRAINED_AT_ONCE: usize = 256;

/// The tail, and who waits for it.
#[derive(Debug)]
pub(crate) struct Tail {
    held: Mutex<Held>,
    /// The applier waits here for whole ranges.
    grown: Condvar,
    /// The writer waits here for room.
    drained: Condvar,
}

#[derive(Debug)]
struct Held {
    first: u64,
    records: VecDeque<RecordedEvent>,
    bytes: usize,
    recorded_at: VecDeque<(u64, Timestamp)>,
    streams: HashMap<StreamId, StreamTail>,
    /// The applier cannot go on for want of room on the disk.
    starved: bool,
    /// No more records will come.
    closed: bool,
    /// The log was poisoned, and why.
    poison: Option<String>,
}

#[derive(Debug)]
struct StreamTail {
    positions: VecDeque<u64>,
    next_version: u64,
}

/// Whether the writer may go on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// It may.
    Enough,
    /// The store cannot follow because the disk is full.
    DiskFull,
    /// The log was poisoned.
    Poisoned(String),
}

/// What the applier should do next.
#[derive(Debug)]
pub(crate) enum Work {
    /// Store these whole ranges.
    Ranges(Vec<RecordedEvent>, Timestamp),
    /// Nothing more will come; these records make no whole range and stay in the journal.
    Close(Vec<RecordedEvent>, Timestamp),
    /// The log was poisoned: stop without touching anything.
    Stop,
}

impl Tail {
    pub(crate) fn new(first: Position, recorded_at: Timestamp) -> Self {
        Self {
            held: Mutex::new(Held {
                first: first.0,
                records: VecDeque::new(),
                bytes: 0,
                recorded_at: VecDeque::from([(first.0, recorded_at)]),
                streams: HashMap::new(),
                starved: false,
                closed: false,
                poison: None,
            }),
            grown: Condvar::new(),
            drained: Condvar::new(),
        }
    }

    /// Nothing that can panic runs under the lock, so a poisoned lock guards a whole value.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds records that have just become durable.
    pub(crate) fn push(&self, records: Vec<RecordedEvent>, recorded_at: Timestamp) {
        let mut held = self.held();
        for record in records {
            held.bytes = held.bytes.saturating_add(record.bytes.len());
            let next_version = record.version.0.saturating_add(1);
            let stream = held
                .streams
                .entry(record.stream.clone())
                .or_insert_with(|| StreamTail { positions: VecDeque::new(), next_version });
            stream.positions.push_back(record.position.0);
            stream.next_version = next_version;
            held.records.push_back(record);
        }
        let next = held.next();
        held.recorded_at.push_back((next, recorded_at));
        held.starved = false;
        drop(held);
        self.grown.notify_one();
    }

    /// Waits until there is room for another commit.
    pub(crate) fn wait_for_room(&self) -> Room {
        let mut held = self.held();
        loop {
            if let Some(reason) = &held.poison {
                return Room::Poisoned(reason.clone());
            }
            if held.records.len() < RECORDS_MAX && held.bytes < BYTES_MAX {
                return Room::Enough;
            }
            if held.starved {
                // There may be room by the next time somebody asks.
                held.starved = false;
                self.grown.notify_one();
                return Room::DiskFull;
            }
            held = self.drained.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for at least one whole range; gives at most `ranges_max` of them.
    pub(crate) fn wait_for_work(&self, ranges_max: usize) -> Work {
        let range = usize::try_from(RANGE).unwrap_or(usize::MAX);
        let mut held = self.held();
        loop {
            if held.poison.is_some() {
                return Work::Stop;
            }
            let ranges = held.records.len().checked_div(range).unwrap_or(0).min(ranges_max);
            if ranges > 0 && !held.starved {
                let count = ranges.saturating_mul(range);
                let records: Vec<_> = held.records.iter().take(count).cloned().collect();
                let end = held.first.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
                let recorded_at = held.recorded_at_below(end);
                return Work::Ranges(records, recorded_at);
            }
            if held.closed {
                let recorded_at = held.recorded_at_below(u64::MAX);
                return Work::Close(held.records.iter().cloned().collect(), recorded_at);
            }
            held = self.grown.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets go of the records below `stored`, which the store has synced.
    pub(crate) fn drain(&self, stored: Position) {
        // A few at a time, and let go of outside the lock: writer and readers wait for it.
        loop {
            let mut held = self.held();
            let left = usize::try_from(stored.0.saturating_sub(held.first)).unwrap_or(usize::MAX);
            let count = left.min(DRAINED_AT_ONCE).min(held.records.len());
            let drained: Vec<_> = held.records.drain(..count).collect();
            for record in &drained {
                held.forget(record);
            }
            drop(held);
            if drained.is_empty() {
                break;
            }
        }
        self.drained.notify_one();
    }

    /// Says that the store waits for room on the disk.
    pub(crate) fn starve(&self) {
        self.held().starved = true;
        self.drained.notify_one();
    }

    /// Says that no more records will come.
    pub(crate) fn close(&self) {
        self.held().closed = true;
        self.grown.notify_one();
    }

    /// Stops everything after a failure that leaves the disk in doubt. The first reason stays.
    pub(crate) fn poison(&self, reason: String) {
        let mut held = self.held();
        tracing::error!(reason, "the event log stopped");
        held.poison.get_or_insert(reason);
        drop(held);
        self.grown.notify_one();
        self.drained.notify_one();
    }

    /// Why the log was poisoned, if it was.
    pub(crate) fn poisoned(&self) -> Option<String> {
        self.held().poison.clone()
    }

    /// A time not earlier than that of any record there is.
    pub(crate) fn recorded_at(&self) -> Timestamp {
        self.held().recorded_at.back().map_or(Timestamp::UNIX_EPOCH, |(_, time)| *time)
    }

    /// The position of the first record that is not in the store.
    pub(crate) fn first(&self) -> Position {
        Position(self.held().first)
    }

    /// At most `limit` records from `from` on; `None` when that is in the store.
    pub(crate) fn page(&self, from: Position, limit: usize) -> Option<Vec<RecordedEvent>> {
        let held = self.held();
        let skipped = usize::try_from(from.0.checked_sub(held.first)?).unwrap_or(usize::MAX);
        let end = skipped.saturating_add(limit).min(held.records.len());
        Some(held.records.range(skipped.min(end)..end).cloned().collect())
    }

    /// The position of the first record there is, and the records from `from` on.
    pub(crate) fn since(&self, from: Position) -> (Position, Vec<RecordedEvent>) {
        let held = self.held();
        let skipped = usize::try_from(from.0.saturating_sub(held.first)).unwrap_or(usize::MAX);
        let records = held.records.range(skipped.min(held.records.len())..);
        (Position(held.first), records.cloned().collect())
    }

    /// All records, and the position of the first.
    pub(crate) fn all(&self) -> (Position, Vec<RecordedEvent>) {
        let held = self.held();
        (Position(held.first), held.records.iter().cloned().collect())
    }

    /// The version of a stream's next record, if the tail holds any of its records.
    pub(crate) fn next_version(&self, stream: &StreamId) -> Option<u64> {
        self.held().streams.get(stream).map(|stream| stream.next_version)
    }

    /// The tail's records of a stream from a version on, and the first position it holds: all
    /// earlier records of the stream are in the store.
    pub(crate) fn stream(
        &self,
        stream: &StreamId,
        from: StreamVersion,
    ) -> (Position, Vec<RecordedEvent>) {
        let held = self.held();
        let positions = held.streams.get(stream).map(|stream| &stream.positions);
        let records = positions
            .into_iter()
            .flatten()
            .filter_map(|position| held.get(*position))
            .filter(|record| record.version >= from)
            .cloned();
        (Position(held.first), records.collect())
    }
}

impl Held {
    /// Takes note that the first record has gone.
    fn forget(&mut self, record: &RecordedEvent) {
        self.first = self.first.saturating_add(1);
        self.bytes = self.bytes.saturating_sub(record.bytes.len());
        if let Some(stream) = self.streams.get_mut(&record.stream) {
            stream.positions.pop_front();
            if stream.positions.is_empty() {
                self.streams.remove(&record.stream);
            }
        }
    }

    fn next(&self) -> u64 {
        self.first.saturating_add(u64::try_from(self.records.len()).unwrap_or(u64::MAX))
    }

    fn get(&self, position: u64) -> Option<&RecordedEvent> {
        self.records.get(usize::try_from(position.checked_sub(self.first)?).ok()?)
    }

    /// A time not earlier than that of any record below `end`, and forgets what is older.
    fn recorded_at_below(&mut self, end: u64) -> Timestamp {
        while self.recorded_at.front().is_some_and(|(next, _)| *next < end)
            && self.recorded_at.len() > 1
        {
            self.recorded_at.pop_front();
        }
        self.recorded_at.front().map_or(Timestamp::UNIX_EPOCH, |(_, time)| *time)
    }
}

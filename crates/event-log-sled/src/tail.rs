//! Records that are durable in the journal and not yet in the store, held in memory for readers.
//!
//! The committer pushes, the sealing thread takes, the applier drains, readers copy (the bytes are shared).
//! Bounded: when the store cannot follow, the committer waits here, and callers behind it.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use event_log::{Position, RecordedEvent, StreamId, StreamVersion};
use jiff::Timestamp;

use crate::{
    frame::RANGE,
    hashed::{HashedMap, Hashes},
};

/// The most records waiting for the store, give or take one commit: four batches of the applier, of which
/// one is being sealed and one being stored. All of them are read again when the ledger is opened after a
/// crash.
const RECORDS_MAX: u64 = 65_536;
/// The most bytes of them, give or take one commit. More than one range of the widest records.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// How long sealing waits for more whole ranges once there is one. What is durable in the journal
/// can wait for the tiles; eight syncs for each 256 records would keep the disk from the journal.
const LINGER: Duration = Duration::from_millis(250);
/// Said of a record before which there is none.
const NONE: u64 = u64::MAX;

/// The tail, and who waits for it.
#[derive(Debug)]
pub(crate) struct Tail {
    hashes: Hashes,
    held: Mutex<Held>,
    /// The sealing thread waits here for whole ranges.
    grown: Condvar,
    /// The applier waits here when the disk is full.
    asked: Condvar,
    /// The committer waits here for room.
    drained: Condvar,
}

/// The records of one commit, as slices of what was written to the journal.
#[derive(Debug)]
struct Run {
    first: u64,
    records: Vec<RecordedEvent>,
    /// For each, the record before it whose stream has the same hash, if it was in the tail.
    before: Vec<u64>,
    bytes: usize,
    /// Not earlier than that of any of them.
    recorded_at: Timestamp,
}

impl Run {
    fn end(&self) -> u64 {
        self.first.saturating_add(u64::try_from(self.records.len()).unwrap_or(u64::MAX))
    }

    fn place(&self, position: u64) -> Option<usize> {
        usize::try_from(position.checked_sub(self.first)?).ok()
    }
}

/// Poisons the log when the thread that holds it panics, so that nobody waits for that thread for ever.
/// What callers wait on must outlive it: they look here for the reason.
pub(crate) struct PoisonOnPanic {
    tail: Arc<Tail>,
    reason: &'static str,
}

impl PoisonOnPanic {
    pub(crate) fn new(tail: &Arc<Tail>, reason: &'static str) -> Self {
        Self { tail: Arc::clone(tail), reason }
    }
}

impl Drop for PoisonOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.tail.poison(self.reason.to_owned());
        }
    }
}

#[derive(Debug)]
struct Held {
    /// The first record that is not in the store. The first run may have some before it.
    first: u64,
    /// The first record that was not given out to be sealed.
    taken: u64,
    /// The position after the last.
    next: u64,
    runs: VecDeque<Arc<Run>>,
    /// Of all runs, whole.
    bytes: usize,
    /// Not earlier than that of any record there is.
    recorded_at: Timestamp,
    /// By the hash of a stream's name, the newest record with that hash. Entries of records that have
    /// gone are swept out now and then.
    newest: HashedMap<u64, u64>,
    /// The first record there was when they were swept out last.
    swept: u64,
    /// For how many records the sealing thread is to be woken.
    wanted: u64,
    /// The applier cannot go on for want of room on the disk.
    starved: bool,
    /// No more records will come.
    closed: bool,
    /// The log was poisoned, and why.
    poison: Option<String>,
}

/// Whether the committer may go on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// It may.
    Enough,
    /// The store cannot follow because the disk is full.
    DiskFull,
    /// The log was poisoned.
    Poisoned(String),
}

/// Consecutive records in whole ranges, shared with the tail.
#[derive(Debug)]
pub(crate) struct Ranges {
    runs: Vec<Arc<Run>>,
    first: u64,
    end: u64,
    /// Not earlier than that of any of them.
    pub(crate) recorded_at: Timestamp,
}

impl Ranges {
    pub(crate) fn records(&self) -> Vec<&RecordedEvent> {
        let records = self.runs.iter().flat_map(|run| &run.records);
        let wanted = self.first..self.end;
        records.filter(|record| wanted.contains(&record.position.0)).collect()
    }
}

impl Tail {
    pub(crate) fn new(first: Position, recorded_at: Timestamp, hashes: Hashes) -> Self {
        Self {
            hashes,
            held: Mutex::new(Held {
                first: first.0,
                taken: first.0,
                next: first.0,
                runs: VecDeque::new(),
                bytes: 0,
                recorded_at,
                newest: HashedMap::default(),
                swept: first.0,
                wanted: RANGE,
                starved: false,
                closed: false,
                poison: None,
            }),
            grown: Condvar::new(),
            asked: Condvar::new(),
            drained: Condvar::new(),
        }
    }

    /// Nothing that can panic runs under the lock, so a poisoned lock guards a whole value.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the records of a commit that has just become durable, with the hashes of their streams.
    pub(crate) fn push(
        &self,
        records: Vec<RecordedEvent>,
        hashes: impl IntoIterator<Item = u64>,
        recorded_at: Timestamp,
    ) {
        let Some(first) = records.first().map(|record| record.position.0) else { return };
        let bytes = records.iter().map(|record| record.bytes.len()).sum();
        let mut before = Vec::with_capacity(records.len());
        let mut held = self.held();
        for (hash, position) in hashes.into_iter().zip(first..) {
            before.push(held.newest.insert(hash, position).unwrap_or(NONE));
        }
        let run = Run { first, records, before, bytes, recorded_at };
        held.next = run.end();
        held.bytes = held.bytes.saturating_add(bytes);
        held.recorded_at = recorded_at;
        held.runs.push_back(Arc::new(run));
        let was_starved = std::mem::take(&mut held.starved);
        let is_enough = held.waiting() >= held.wanted;
        drop(held);
        if was_starved {
            self.asked.notify_one();
        }
        if is_enough {
            self.grown.notify_one();
        }
    }

    /// [`Tail::push`] for records whose streams nobody has hashed yet.
    pub(crate) fn push_found(&self, records: Vec<RecordedEvent>, recorded_at: Timestamp) {
        let hashes: Vec<_> = records.iter().map(|record| self.hashes.of(&record.stream)).collect();
        self.push(records, hashes, recorded_at);
    }

    /// Waits until there is room for another commit.
    pub(crate) fn wait_for_room(&self) -> Room {
        let mut held = self.held();
        loop {
            if let Some(reason) = &held.poison {
                return Room::Poisoned(reason.clone());
            }
            if held.count() < RECORDS_MAX && held.bytes < BYTES_MAX {
                return Room::Enough;
            }
            if held.starved {
                // There may be room by the next time somebody asks.
                self.ask_store(&mut held);
                return Room::DiskFull;
            }
            // It would wait for more records in vain.
            self.grown.notify_one();
            held = self.drained.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Has the store look for room again, if it waits for some: there was none for the journal. What it stores
    /// gives segments back, which the journal needs before it needs room.
    pub(crate) fn ask_for_room(&self) {
        self.ask_store(&mut self.held());
    }

    fn ask_store(&self, held: &mut Held) {
        held.starved = false;
        self.asked.notify_one();
    }

    /// Waits for at least one whole range that was not taken yet, and a little longer for `ranges_max` of
    /// them, which is the most it gives. `None` when nothing more will come, or the log was poisoned.
    pub(crate) fn take_ranges(&self, ranges_max: u64) -> Option<Ranges> {
        let most = ranges_max.saturating_mul(RANGE);
        let mut has_lingered = false;
        let mut held = self.held();
        loop {
            if held.poison.is_some() {
                return None;
            }
            let waiting = held.waiting();
            let count = waiting.saturating_sub(waiting.checked_rem(RANGE).unwrap_or(0));
            if count > 0 {
                if has_lingered || held.closed || count >= most || held.wanted_now() {
                    return Some(held.take_ranges(count.min(most)));
                }
                held.wanted = most;
                let waited = self.grown.wait_timeout(held, LINGER);
                let (again, timed_out) = waited.unwrap_or_else(PoisonError::into_inner);
                held = again;
                has_lingered = timed_out.timed_out();
                continue;
            }
            if held.closed {
                return None;
            }
            held.wanted = RANGE;
            held = self.grown.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The records that are not in the store and stay in the journal, once no more will come, and a time not
    /// earlier than theirs. `None` when the log was poisoned: nothing may be touched any more.
    pub(crate) fn rest(&self) -> Option<(Vec<RecordedEvent>, Timestamp)> {
        let held = self.held();
        let ended = held.closed && held.poison.is_none();
        ended.then(|| (held.from(held.first).cloned().collect(), held.recorded_at))
    }

    /// Lets go of the records below `stored`, which the store has synced.
    pub(crate) fn drain(&self, stored: Position) {
        // One run at a time, and let go of outside the lock: writer and readers wait for it.
        let mut held = self.held();
        held.first = stored.0.min(held.next);
        held.sweep();
        while let Some(gone) = held.take_gone() {
            drop(held);
            drop(gone);
            held = self.held();
        }
        drop(held);
        self.drained.notify_one();
    }

    /// Says that the store waits for room on the disk, and waits until somebody asks for it. False when
    /// nobody will any more.
    pub(crate) fn starve(&self) -> bool {
        let mut held = self.held();
        held.starved = true;
        self.drained.notify_one();
        while held.starved && !held.closed && held.poison.is_none() {
            held = self.asked.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        !held.closed && held.poison.is_none()
    }

    /// Whether the store waits for somebody to ask.
    #[cfg(test)]
    pub(crate) fn is_starved(&self) -> bool {
        self.held().starved
    }

    /// Says that no more records will come.
    pub(crate) fn close(&self) {
        self.held().closed = true;
        self.grown.notify_one();
        self.asked.notify_one();
    }

    /// Stops everything after a failure that leaves the disk in doubt. The first reason stays.
    pub(crate) fn poison(&self, reason: String) {
        let mut held = self.held();
        tracing::error!(reason, "the event log stopped");
        held.poison.get_or_insert(reason);
        drop(held);
        self.grown.notify_one();
        self.asked.notify_one();
        self.drained.notify_one();
    }

    /// Why the log was poisoned, if it was.
    pub(crate) fn poisoned(&self) -> Option<String> {
        self.held().poison.clone()
    }

    /// A time not earlier than that of any record there is.
    pub(crate) fn recorded_at(&self) -> Timestamp {
        self.held().recorded_at
    }

    /// The position of the first record that is not in the store.
    pub(crate) fn first(&self) -> Position {
        Position(self.held().first)
    }

    /// At most `limit` records from `from` on; `None` when that is in the store.
    pub(crate) fn page(&self, from: Position, limit: usize) -> Option<Vec<RecordedEvent>> {
        let held = self.held();
        (from.0 >= held.first).then(|| held.from(from.0).take(limit).cloned().collect())
    }

    /// The position of the first record there is, and the records from `from` on.
    pub(crate) fn since(&self, from: Position) -> (Position, Vec<RecordedEvent>) {
        let held = self.held();
        (Position(held.first), held.from(from.0.max(held.first)).cloned().collect())
    }

    /// All records, and the position of the first.
    pub(crate) fn all(&self) -> (Position, Vec<RecordedEvent>) {
        self.since(Position(0))
    }

    /// The version of a stream's next record, if the tail holds any of its records.
    pub(crate) fn next_version(&self, stream: &StreamId, hash: u64) -> Option<u64> {
        let held = self.held();
        let newest = held.backwards(hash).find(|record| record.stream == *stream);
        newest.map(|record| record.version.0.saturating_add(1))
    }

    /// The tail's records of a stream from a version on, and the first position it holds: all
    /// earlier records of the stream are in the store.
    pub(crate) fn stream(
        &self,
        stream: &StreamId,
        from: StreamVersion,
    ) -> (Position, Vec<RecordedEvent>) {
        let hash = self.hashes.of(stream);
        let held = self.held();
        let own = held.backwards(hash).filter(|record| record.stream == *stream);
        let wanted = own.take_while(|record| record.version >= from);
        let mut records: Vec<_> = wanted.cloned().collect();
        records.reverse();
        (Position(held.first), records)
    }
}

impl Held {
    /// How many records there are.
    fn count(&self) -> u64 {
        self.next.saturating_sub(self.first)
    }

    /// How many records were not taken.
    fn waiting(&self) -> u64 {
        self.next.saturating_sub(self.taken)
    }

    /// Whether somebody waits for the applier.
    fn wanted_now(&self) -> bool {
        self.count() >= RECORDS_MAX || self.bytes >= BYTES_MAX
    }

    /// The first records that were not taken, so many.
    fn take_ranges(&mut self, count: u64) -> Ranges {
        let (first, end) = (self.taken, self.taken.saturating_add(count));
        self.taken = end;
        let after = self.runs.partition_point(|run| run.end() <= first);
        let runs: Vec<_> =
            self.runs.range(after..).take_while(|run| run.first < end).cloned().collect();
        let recorded_at = runs.last().map_or(self.recorded_at, |run| run.recorded_at);
        Ranges { runs, first, end, recorded_at }
    }

    /// The oldest run, if all of its records have gone.
    fn take_gone(&mut self) -> Option<Arc<Run>> {
        let first = self.first;
        let gone = self.runs.pop_front_if(|run| run.end() <= first)?;
        self.bytes = self.bytes.saturating_sub(gone.bytes);
        Some(gone)
    }

    /// Forgets where streams were that are no longer here, once as many records have gone as there
    /// may be entries: so it costs next to nothing for each.
    fn sweep(&mut self) {
        let gone = self.first.saturating_sub(self.swept);
        if gone >= u64::try_from(self.newest.len()).unwrap_or(u64::MAX).min(RECORDS_MAX) {
            let first = self.first;
            self.newest.retain(|_, position| *position >= first);
            self.swept = first;
        }
    }

    fn run(&self, position: u64) -> Option<&Run> {
        let place = self.runs.partition_point(|run| run.end() <= position);
        self.runs.get(place).map(AsRef::as_ref)
    }

    /// The records from a position on.
    fn from(&self, position: u64) -> impl Iterator<Item = &RecordedEvent> {
        let place = self.runs.partition_point(|run| run.end() <= position);
        let records = self.runs.range(place..).flat_map(|run| &run.records);
        records.skip_while(move |record| record.position.0 < position)
    }

    /// The records whose streams have a hash, the newest first.
    fn backwards(&self, hash: u64) -> impl Iterator<Item = &RecordedEvent> {
        let mut next = self.newest.get(&hash).copied();
        std::iter::from_fn(move || {
            let position = next.filter(|position| *position != NONE && *position >= self.first)?;
            let run = self.run(position)?;
            let place = run.place(position)?;
            next = run.before.get(place).copied();
            run.records.get(place)
        })
    }
}

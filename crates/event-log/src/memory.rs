//! The shortest log that keeps the promise: everything in memory, gone when dropped.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::{
    clock::Clock,
    limits,
    log::{AppendError, Appended, EventLog, ExpectedVersion, Head, ReadError, RecordStream},
    record::{NewRecord, Position, RecordedEvent, StreamId, StreamVersion},
};

/// A log in memory, for tests and as the model other logs are compared with.
#[derive(Debug)]
pub struct MemoryLog {
    clock: Arc<dyn Clock>,
    held: Arc<Mutex<Held>>,
    head: watch::Sender<Head>,
}

#[derive(Debug)]
struct Held {
    records: Vec<RecordedEvent>,
    streams: HashMap<StreamId, Vec<Position>>,
    last_recorded_at: Timestamp,
}

impl MemoryLog {
    /// An empty log that takes the time from this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let held =
            Held { records: Vec::new(), streams: HashMap::new(), last_recorded_at: Timestamp::MIN };
        Self { clock, held: Arc::new(Mutex::new(held)), head: watch::Sender::new(Head::default()) }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        lock(&self.held)
    }
}

/// Nothing that can panic runs while the lock is held, so a poisoned lock guards a whole value.
fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Held {
    fn append(
        &mut self,
        stream: &StreamId,
        expected: ExpectedVersion,
        records: Vec<NewRecord>,
        now: Timestamp,
    ) -> Result<Appended, AppendError> {
        let known = self.streams.get(stream).map_or(0, |positions| count(positions.len()));
        let next_version = expected.check(stream, StreamVersion(known))?;
        let first_position = Position(count(self.records.len()));
        let mut appended = Appended { first_position, next_version };
        if records.is_empty() {
            return Ok(appended);
        }
        self.last_recorded_at = self.last_recorded_at.max(now);
        let positions = self.streams.entry(stream.clone()).or_default();
        for record in records {
            let position = Position(count(self.records.len()));
            positions.push(position);
            self.records.push(RecordedEvent {
                position,
                stream: stream.clone(),
                version: appended.next_version,
                bytes: Bytes::from(record.stamp(self.last_recorded_at)),
            });
            appended.next_version.0 = appended.next_version.0.saturating_add(1);
        }
        Ok(appended)
    }
}

/// A length as a count; no machine holds 2^64 records in memory.
fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A count as a length; past the end if the machine cannot address it.
fn length(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[async_trait]
impl EventLog for MemoryLog {
    async fn append(
        &self,
        stream: &StreamId,
        expected: ExpectedVersion,
        records: Vec<NewRecord>,
    ) -> Result<Appended, AppendError> {
        limits::check(&records)?;
        let now = self.clock.now();
        // No await below: a dropped future has appended all or nothing.
        let mut held = self.held();
        let appended = held.append(stream, expected, records, now)?;
        self.head.send_replace(Head { next_position: Position(count(held.records.len())) });
        Ok(appended)
    }

    async fn next_version(&self, stream: &StreamId) -> Result<StreamVersion, ReadError> {
        let held = self.held();
        Ok(StreamVersion(held.streams.get(stream).map_or(0, |positions| count(positions.len()))))
    }

    fn read_stream(&self, stream: &StreamId, from: StreamVersion) -> RecordStream {
        let held = self.held();
        let records: Vec<_> = held
            .streams
            .get(stream)
            .into_iter()
            .flatten()
            .skip(length(from.0))
            .filter_map(|position| held.records.get(length(position.0)).cloned())
            .map(Ok)
            .collect();
        stream::iter(records).boxed()
    }

    fn read_all(&self, from: Position, limit: u64) -> RecordStream {
        let end = self.head().next_position.0.min(from.0.saturating_add(limit));
        // Records are fetched one at a time, so that a reader holds no copy of the log.
        let held = Arc::clone(&self.held);
        let places = stream::iter(from.0..end);
        places
            .filter_map(move |at| {
                let record = lock(&held).records.get(length(at)).cloned();
                async move { record.map(Ok) }
            })
            .boxed()
    }

    fn watch_head(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }
}

#[cfg(test)]
mod tests;

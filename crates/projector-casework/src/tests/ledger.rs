//! A ledger in memory that tests write events to, without the rules in between.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use complaint_codec::{Draft, encode};
use complaint_domain::{
    LedgerEvent,
    actor::{Actor, ActorId, Role},
    complaint::ComplaintEvent,
    label::Label,
    sealed::{Hex, PersonalField, SealedField},
};
use event_log::{
    Clock, EventLog, ExpectedVersion, Position, StreamId, StreamVersion, memory::MemoryLog,
};
use jiff::{SignedDuration, Timestamp};
use projection::{Projection, path_of, rusqlite::Connection};
use uuid::Uuid;

pub(crate) const ORIGIN: &str = "ledger.example/test";

#[derive(Debug)]
struct SetClock(Mutex<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Ledger {
    pub(crate) log: MemoryLog,
    pub(crate) directory: tempfile::TempDir,
    clock: Arc<SetClock>,
    versions: BTreeMap<StreamId, u64>,
    count: u128,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(SetClock(Mutex::new(at("2026-01-01T00:00:00Z"))));
        Self {
            log: MemoryLog::new(clock.clone()),
            directory: tempfile::tempdir().unwrap(),
            clock,
            versions: BTreeMap::new(),
            count: 0,
        }
    }

    /// Records what happened at a moment, an hour after it.
    pub(crate) async fn happened(&mut self, stream: &str, when: &str, event: ComplaintEvent) {
        self.recorded(stream, at(when), &event, &[]).await;
    }

    pub(crate) async fn recorded(
        &mut self,
        stream: &str,
        occurred_at: Timestamp,
        event: &ComplaintEvent,
        personal: &[PersonalField],
    ) {
        *self.clock.0.lock().unwrap() = occurred_at + SignedDuration::from_hours(1);
        self.count += 1;
        let stream: StreamId = stream.parse().unwrap();
        let version = self.versions.entry(stream.clone()).or_default();
        let expected = match version.checked_sub(1) {
            None => ExpectedVersion::NoStream,
            Some(last) => ExpectedVersion::Exact(StreamVersion(last)),
        };
        let sealed: Vec<_> = personal.iter().map(|field| reference(*field)).collect();
        let record = encode(&Draft {
            id: Uuid::from_u128(self.count),
            stream: &stream,
            version: StreamVersion(*version),
            occurred_at,
            actor: &agent(),
            command_id: Uuid::from_u128(self.count),
            command_digest: Hex([7; 32]),
            correlation_id: Uuid::from_u128(1),
            causation_id: None,
            event: &LedgerEvent::Complaint(event.clone()),
            sealed: &sealed,
        })
        .unwrap();
        *version += 1;
        self.log.append(&stream, expected, vec![record]).await.unwrap();
    }

    pub(crate) fn file(&self) -> PathBuf {
        path_of(self.directory.path(), crate::NAME)
    }

    /// The read model, brought up to the log's head by way of these positions.
    pub(crate) async fn read_model(&self, stops: &[u64]) -> Connection {
        let mut projection =
            Projection::open(&self.file(), ORIGIN, Box::new(crate::CaseworkProjector))
                .await
                .unwrap();
        let head = self.log.head().next_position;
        for at in stops.iter().copied().chain([head.0]) {
            projection.catch_up(&self.log, Position(at.min(head.0)), &mut |_| {}).await.unwrap();
        }
        projection.close().await;
        projection::open_reader(&self.file()).unwrap()
    }
}

pub(crate) fn agent() -> Actor {
    Actor { id: actor("agent-1"), role: Role::Agent }
}

pub(crate) fn actor(name: &str) -> ActorId {
    ActorId(label(name))
}

pub(crate) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn reference(field: PersonalField) -> SealedField {
    SealedField {
        field,
        subject: Hex([1; 16]),
        key: Hex([2; 16]),
        vault: Hex([3; 16]),
        commitment: Hex([4; 32]),
        digest: Hex([5; 32]),
    }
}

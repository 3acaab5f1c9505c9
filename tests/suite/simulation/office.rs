//! The office: its time, its ledger, and what was done in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex},
};

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    complaint::{ComplaintCommand, ComplaintEvent, ComplaintRules},
    sealed::PersonalField,
};
use complaint_service::{
    Appended, ClockProcess, CommandRequest, ComplaintService, HandleError, Noted, PersonalText,
    Unsealed, UnsealedRequest, UnsealedService,
};
use event_log::{Clock, Position, StreamId, memory::MemoryLog};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use personal_vault::{SystemEntropy, Vault, VaultPaths};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use uuid::Uuid;

use super::{
    OUTAGE,
    book::{Book, Flow},
};

/// Stands in everything that people tell; no record may hold it.
pub(super) const TOLD: &str = "what-people-told";

/// A clock that stands where the story puts it.
#[derive(Debug)]
struct SimulatedTime(Mutex<Timestamp>);

impl Clock for SimulatedTime {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// One office with one ledger.
pub(super) struct Office {
    _folder: tempfile::TempDir,
    time: Arc<SimulatedTime>,
    pub(super) log: Arc<MemoryLog>,
    pub(super) complaints: ComplaintService,
    pub(super) others: UnsealedService,
    /// Every choice of the year comes from here.
    pub(super) rng: ChaCha8Rng,
    /// What came and went.
    pub(super) book: Book,
    /// How often each thing was done.
    pub(super) tally: BTreeMap<&'static str, u32>,
    /// Complaints that are open, or were touched since the clock process last ran.
    watched: BTreeSet<StreamId>,
    ended: BTreeSet<StreamId>,
    commands: u128,
    /// How far the escalation process has looked.
    pub(super) escalated_to: Position,
}

impl Office {
    pub(super) fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = VaultPaths {
            vault: folder.path().join("vault"),
            keys: folder.path().join("keys"),
            kek: folder.path().join("kek"),
        };
        let vault = Arc::new(Vault::create(&paths, [7; 32], Arc::new(SystemEntropy)).unwrap());
        let time = Arc::new(SimulatedTime(Mutex::new(super::moment(super::FIRST, 0))));
        let log = Arc::new(MemoryLog::new(Arc::clone(&time) as _));
        let complaints = ComplaintService::new(
            Arc::clone(&log) as _,
            vault,
            Arc::clone(&time) as _,
            Arc::new(SystemEntropy),
            ComplaintRules::default(),
        );
        let others = UnsealedService::new(
            Arc::clone(&log) as _,
            Arc::clone(&time) as _,
            Arc::new(SystemEntropy),
        );
        Self {
            _folder: folder,
            time,
            log,
            complaints,
            others,
            rng: ChaCha8Rng::seed_from_u64(2025),
            book: Book::default(),
            tally: BTreeMap::new(),
            watched: BTreeSet::new(),
            ended: BTreeSet::new(),
            commands: 0,
            escalated_to: Position(0),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// The rules by which it works now.
    pub(super) async fn rules(&self) -> Arc<ComplaintRules> {
        self.complaints.rules_at(self.now()).await.unwrap()
    }

    /// It is this time, or later already.
    pub(super) fn turn_to(&mut self, moment: Timestamp) {
        let mut now = self.time.0.lock().unwrap();
        *now = moment.max(*now);
    }

    pub(super) fn note(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// A few minutes pass, and a new command has an id.
    fn next_command(&mut self) -> Uuid {
        *self.time.0.lock().unwrap() += SignedDuration::from_secs(20);
        self.commands += 1;
        Uuid::from_u128((0x0198 << 112) | self.commands)
    }

    /// Sends a command to a complaint, or begins one.
    pub(super) async fn try_complaint(
        &mut self,
        actor: &Actor,
        stream: Option<&StreamId>,
        occurred_at: Option<Timestamp>,
        command: ComplaintCommand,
        personal: &[PersonalField],
    ) -> Result<StreamId, HandleError> {
        let name = command.name();
        let text = |field: &PersonalField| PersonalText::new(*field, format!("{TOLD} {field:?}"));
        let request = CommandRequest {
            command_id: self.next_command(),
            stream: stream.cloned(),
            actor: actor.clone(),
            occurred_at,
            correlation_id: None,
            causation_id: None,
            command,
            personal: personal.iter().map(text).collect(),
        };
        let answered = self.complaints.handle(request).await?;
        self.note(name);
        let day = day_of(occurred_at.unwrap_or_else(|| self.now()));
        for event in &answered.events {
            self.remember(&answered.stream, day, event);
        }
        Ok(answered.stream)
    }

    /// Sends a command that must be taken.
    pub(super) async fn complaint(
        &mut self,
        actor: &Actor,
        stream: &StreamId,
        command: ComplaintCommand,
        personal: &[PersonalField],
    ) {
        let what = format!("{} by {} on {stream}", command.name(), actor.id);
        let sent = self.try_complaint(actor, Some(stream), None, command, personal).await;
        sent.unwrap_or_else(|error| refused(&what, &error));
    }

    fn remember(&mut self, stream: &StreamId, day: Date, event: &ComplaintEvent) {
        let flow = if matches!(event, ComplaintEvent::Received(_)) {
            Some(Flow::Received)
        } else if matches!(event, ComplaintEvent::Reopened(_)) {
            Some(Flow::Reopened)
        } else if matches!(event, ComplaintEvent::Closed(_)) {
            Some(Flow::Closed)
        } else if matches!(event, ComplaintEvent::Withdrawn(_)) {
            Some(Flow::Withdrawn)
        } else {
            None
        };
        self.watched.insert(stream.clone());
        if let Some(flow) = flow {
            self.book.enter(day, flow);
            if matches!(flow, Flow::Closed | Flow::Withdrawn) {
                self.ended.insert(stream.clone());
            } else {
                self.ended.remove(stream);
            }
        }
    }

    /// Sends a command to another aggregate.
    pub(super) async fn try_other<A>(
        &mut self,
        actor: &Actor,
        stream: Option<&StreamId>,
        name: &'static str,
        command: A::Command,
    ) -> Result<Appended, HandleError>
    where
        A: Unsealed,
        A::Command: Serialize,
        A::Rejection: Into<HandleError>,
    {
        let request = UnsealedRequest {
            command_id: self.next_command(),
            stream: stream.cloned(),
            actor: actor.clone(),
            occurred_at: None,
            command,
        };
        let appended = self.others.handle::<A>(&request).await?;
        self.note(name);
        Ok(appended)
    }

    /// Sends a command that must be taken.
    pub(super) async fn other<A>(
        &mut self,
        actor: &Actor,
        stream: Option<&StreamId>,
        name: &'static str,
        command: A::Command,
    ) -> StreamId
    where
        A: Unsealed,
        A::Command: Serialize,
        A::Rejection: Into<HandleError>,
    {
        let what = format!("{name} by {}", actor.id);
        let sent = self.try_other::<A>(actor, stream, name, command).await;
        sent.unwrap_or_else(|error| refused(&what, &error)).stream
    }

    /// Lets the clock process look at what is open, and once more at what has ended since.
    pub(super) async fn run_clock_process(&mut self) {
        let mut noted = Noted::default();
        let until = self.now();
        let watched = std::mem::take(&mut self.watched);
        let process = ClockProcess::new(&self.complaints);
        process.note_all(watched.iter().cloned(), until, &mut noted).await.unwrap();
        assert_eq!(noted.first_unread, None);
        self.watched = watched.difference(&self.ended).cloned().collect();
        let missed = u32::try_from(noted.missed).unwrap();
        *self.tally.entry("missed").or_default() += missed;
        if day_of(until) == OUTAGE.1.tomorrow().unwrap() {
            self.tally.insert("missed in the outage", missed);
        }
    }
}

fn refused(what: &str, error: &dyn fmt::Display) -> ! {
    panic!("{what} was refused: {error}")
}

pub(super) fn day_of(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

pub(super) fn actor(id: &str, role: Role) -> Actor {
    Actor { id: ActorId(id.parse().unwrap()), role }
}

//! The clock process: notes each limit that is near, and each that was missed, once.
//!
//! It remembers nothing that the log does not say. A note's command id follows from the complaint,
//! the clock, the limit and what is noted, so a second run, two runs at once, or a run after a week
//! of standing still add what is missing and nothing else. Which complaints to look at, others may
//! tell it from a read model; what to note it reads from the complaint's own stream, and `decide`
//! has the last word.
//!
//! A complaint is looked at while it is open, and once more after each of its events: one that was
//! answered late and closed while nobody looked has missed its limit all the same.

use std::collections::BTreeSet;

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    clock::{ClockReading, ClockRefusal, ClockResult, Nature, ReadClockError, Rulebook, clocks},
    complaint::{
        Case, ClockLimit, ClockNote, Complaint, ComplaintCommand, ComplaintRejection,
        ComplaintRules,
    },
};
use event_log::{EventLog, Position, StreamId, StreamVersion};
use futures::TryStreamExt;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    error::HandleError,
    house::House,
    load::{load, load_before},
    request::CommandRequest,
    service::ComplaintService,
};

/// The namespace of the command ids of notes (docs/format.md).
const NOTES: Uuid = Uuid::from_u128(0x6b1d_7c52_8a0e_5c43_9a34_1f0d_5e77_c10c);
/// How many records are looked through at once; their streams are kept in memory meanwhile.
const PAGE: u64 = 4_096;
/// As whom it acts.
const ACTOR: &str = "clock-process";

/// What was found and noted.
#[derive(Debug, Default)]
pub struct Noted {
    /// How often a complaint was looked at; one may be more than once.
    pub complaints: u64,
    /// How many limits are near, and were not noted before.
    pub warned: u64,
    /// How many limits were missed, and were not noted before.
    pub missed: u64,
    /// How many clocks could not be counted.
    pub unread: u64,
    /// The first of them, and its complaint.
    pub first_unread: Option<(StreamId, ReadClockError)>,
}

/// Limits that were missed and of which nothing is noted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unnoted {
    /// How many.
    pub limits: u64,
    /// The complaint of the first.
    pub first: Option<StreamId>,
}

/// Looks for limits that were missed by a time, and of which the first records of a log say nothing: figures that are
/// counted from these records would show them as kept. Under the rules as they are now; writes nothing, and needs no key.
///
/// # Errors
///
/// [`HandleError`]: a log that does not answer, a rulebook that cannot be applied.
pub async fn unnoted(
    log: &dyn EventLog,
    size: Position,
    (until, now): (Timestamp, Timestamp),
) -> Result<Unnoted, HandleError> {
    let rules = House::new(ComplaintRules::default()).rules_at(log, now).await?;
    let (mut found, mut from) = (Unnoted::default(), Position(0));
    // A log may be shorter than somebody says.
    let size = size.min(log.head().next_position);
    while from < size {
        let mut records = log.read_all(from, PAGE);
        let mut received = Vec::new();
        while let Some(recorded) = records.try_next().await? {
            from = Position(recorded.position.0.saturating_add(1));
            let is_first = recorded.version == StreamVersion::default();
            if is_first && recorded.stream.as_str().starts_with("complaint-") {
                received.push(recorded.stream);
            }
        }
        for stream in received {
            let loaded = load_before(log, &stream, size).await?;
            let Complaint::Received(case) = loaded.state else { continue };
            let missed = missed_without_note(&case, &rules.time_limits, (until, now));
            if missed > 0 {
                found.limits = found.limits.saturating_add(missed);
                found.first.get_or_insert(stream);
            }
        }
    }
    Ok(found)
}

/// How many limits of a complaint were missed by a time, as far as its records do not say so themselves.
pub(crate) fn missed_without_note(
    case: &Case,
    limits: &Rulebook,
    (until, now): (Timestamp, Timestamp),
) -> u64 {
    if !case.is_ours_to_answer() {
        return 0;
    }
    // What cannot be counted is told of when notes are made.
    let readings = clocks(case.clock_facts(), limits, now).into_iter().flatten();
    let missed =
        readings.filter(|reading| due_note(case, reading, until) == Some(ClockNote::Missed));
    missed.count().try_into().unwrap_or(u64::MAX)
}

/// Walks the clocks of complaints, under the rules of one service.
#[derive(Debug, Clone, Copy)]
pub struct ClockProcess<'a> {
    service: &'a ComplaintService,
}

impl<'a> ClockProcess<'a> {
    /// The process that notes through this service.
    pub const fn new(service: &'a ComplaintService) -> Self {
        Self { service }
    }

    /// Looks at each of these complaints.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: a log or vault that does not answer. What was noted before stays noted.
    pub async fn note_all(
        self,
        complaints: impl IntoIterator<Item = StreamId>,
        until: Timestamp,
        noted: &mut Noted,
    ) -> Result<(), HandleError> {
        for stream in complaints {
            self.note(&stream, until, noted).await?;
        }
        Ok(())
    }

    /// Looks at each complaint that has an event in one page of the log, and gives where the next
    /// page begins; nothing when there is none.
    ///
    /// # Errors
    ///
    /// As [`note_all`](Self::note_all).
    pub async fn note_page(
        self,
        from: Position,
        until: Timestamp,
        noted: &mut Noted,
    ) -> Result<Option<Position>, HandleError> {
        let mut records = self.service.log().read_all(from, PAGE);
        let mut touched = BTreeSet::new();
        let mut next = None;
        while let Some(recorded) = records.try_next().await? {
            next = Some(Position(recorded.position.0.saturating_add(1)));
            if recorded.stream.as_str().starts_with("complaint-") {
                touched.insert(recorded.stream);
            }
        }
        self.note_all(touched, until, noted).await?;
        Ok(next)
    }

    /// Looks at one complaint: what was due by then is noted, as it stands now.
    ///
    /// # Errors
    ///
    /// As [`note_all`](Self::note_all).
    pub async fn note(
        self,
        stream: &StreamId,
        until: Timestamp,
        noted: &mut Noted,
    ) -> Result<(), HandleError> {
        let loaded = load(self.service.log(), stream).await?;
        let Complaint::Received(case) = &loaded.state else { return Ok(()) };
        noted.complaints = noted.complaints.saturating_add(1);
        if !case.is_ours_to_answer() {
            return Ok(());
        }
        let now = self.service.now();
        let rules = self.service.rules_at(now).await?;
        for reading in clocks(case.clock_facts(), &rules.time_limits, now) {
            match reading {
                Ok(reading) => {
                    if let Some(note) = due_note(case, &reading, until) {
                        self.send(stream, note, &reading, noted).await?;
                    }
                }
                Err(error) => {
                    noted.unread = noted.unread.saturating_add(1);
                    noted.first_unread.get_or_insert_with(|| (stream.clone(), error));
                }
            }
        }
        Ok(())
    }

    async fn send(
        self,
        stream: &StreamId,
        note: ClockNote,
        reading: &ClockReading,
        noted: &mut Noted,
    ) -> Result<(), HandleError> {
        let limit = ClockLimit { clock: reading.clock.clone(), due: reading.due };
        let command_id = note_id(stream, note, &limit);
        // When it happened does not depend on when somebody looked, so that a repeated note is the
        // same command.
        let (command, occurred_at, count) = match note {
            ClockNote::Warned => {
                (ComplaintCommand::WarnOfClock(limit), reading.warn_at, &mut noted.warned)
            }
            ClockNote::Missed => {
                // A last day that was over when it began was missed from the beginning, and not before it.
                let missed_at = reading.due.max(reading.start.at);
                (ComplaintCommand::NoteMissedClock(limit), missed_at, &mut noted.missed)
            }
        };
        let request = CommandRequest {
            command_id,
            stream: Some(stream.clone()),
            actor: actor(),
            occurred_at: Some(occurred_at),
            correlation_id: None,
            causation_id: None,
            command,
            personal: Vec::new(),
        };
        match self.service.handle(request).await {
            Ok(answered) => {
                if !answered.repeated {
                    *count = count.saturating_add(1);
                }
                Ok(())
            }
            Err(HandleError::Refused(rejection)) if is_overtaken(&rejection) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Somebody answered, or another run noted it, since the complaint was looked at.
fn is_overtaken(rejection: &ComplaintRejection) -> bool {
    matches!(
        rejection,
        ComplaintRejection::Ended { .. }
            | ComplaintRejection::Clock(
                ClockRefusal::NotDueSoon { .. }
                    | ClockRefusal::NotMissed { .. }
                    | ClockRefusal::AlreadyNoted { .. }
            )
    )
}

/// What is to be noted of a clock, if anything was due by then and is not noted.
fn due_note(case: &Case, reading: &ClockReading, until: Timestamp) -> Option<ClockNote> {
    let limit = ClockLimit { clock: reading.clock.clone(), due: reading.due };
    let is_duty = reading.rule.nature == Nature::Duty;
    let note = if matches!(reading.result, ClockResult::Missed { .. }) && reading.due < until {
        ClockNote::Missed
    } else if matches!(reading.result, ClockResult::DueSoon { .. })
        && is_duty
        && reading.warn_at <= until
    {
        ClockNote::Warned
    } else {
        return None;
    };
    (!case.is_noted(note, &limit)).then_some(note)
}

fn note_id(stream: &StreamId, note: ClockNote, limit: &ClockLimit) -> Uuid {
    let kind = match note {
        ClockNote::Warned => "warned",
        ClockNote::Missed => "missed",
    };
    let name = format!("{stream}\n{}\n{}\n{kind}", limit.clock, limit.due);
    Uuid::new_v5(&NOTES, name.as_bytes())
}

#[expect(clippy::expect_used, reason = "a constant that is a label")]
fn actor() -> Actor {
    Actor { id: ActorId(ACTOR.parse().expect("a label")), role: Role::System }
}

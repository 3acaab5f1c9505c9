//! What is said about the clocks of a complaint.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    actor::ActorId,
    clock::{CalendarUsed, ClockName, ClockReading, Length, Milestone, RuleStatus},
    label::Label,
};

/// Why a clock stands still. Whether a ground counts is for the rule pack to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PauseGround {
    /// Something is being tested, inspected or appraised by an expert.
    ExpertExamination,
    /// A request that somebody step aside is being decided.
    RecusalDecision,
    /// The complainant was asked for something and has not answered.
    WaitingForComplainant,
    /// Somebody else was asked for something and has not answered.
    WaitingForThirdParty,
}

/// A clock stands still from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockPaused {
    /// Which.
    pub clock: ClockName,
    /// Why.
    pub ground: PauseGround,
}

/// A clock runs on from now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockResumed {
    /// Which.
    pub clock: ClockName,
}

/// Why more time is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtensionReason {
    /// The matter is complex.
    Complex,
    /// The matter is especially complex.
    EspeciallyComplex,
    /// The delay is beyond our control.
    BeyondControl,
    /// The rule's other special grounds.
    SpecialGrounds,
}

/// More time was taken; who approved it is the actor of the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineExtended {
    /// Which clock.
    pub clock: ClockName,
    /// Who asked for it; never the one who approves.
    pub asked_by: ActorId,
    /// The last day of the new limit, in the clock's time zone.
    pub until: Date,
    /// Why.
    pub reason: ExtensionReason,
    /// When the complainant was told of reason and new date.
    pub notified: Timestamp,
}

/// Which clock, and which of its limits: a clock that is extended or starts again has another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClockLimit {
    /// Which clock.
    pub clock: ClockName,
    /// The last instant in time.
    pub due: Timestamp,
}

/// A clock came near its limit or passed it: the essentials of the explanation, as they were found
/// when it was noted. `redress clock explain` gives all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockNotice {
    /// Which clock, and the limit.
    #[serde(flatten)]
    pub limit: ClockLimit,
    /// The limit without extensions.
    pub original_due: Timestamp,
    /// Which version of the pack.
    pub pack_version: Label,
    /// Where the rule stands.
    pub citation: String,
    /// How well the rule is known.
    pub status: RuleStatus,
    /// What started the clock.
    pub started_by: Milestone,
    /// When that happened.
    pub started_at: Timestamp,
    /// From when it counts.
    pub counts_from: Timestamp,
    /// How much time there was.
    pub length: Length,
    /// The zone whose local dates count.
    pub zone: String,
    /// The calendar it was counted with; none when no day off matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarUsed>,
    /// How many pauses held the clock.
    pub pauses: usize,
    /// How many extensions moved the limit.
    pub extensions: usize,
}

impl ClockNotice {
    /// The essentials of a reading.
    pub fn of(reading: &ClockReading) -> Self {
        Self {
            limit: ClockLimit { clock: reading.clock.clone(), due: reading.due },
            original_due: reading.original_due,
            pack_version: reading.pack_version.clone(),
            citation: reading.rule.basis.citation.clone(),
            status: reading.rule.basis.status,
            started_by: reading.start.milestone,
            started_at: reading.start.at,
            counts_from: reading.start.counts_from,
            length: reading.rule.length,
            zone: reading.zone.name().to_owned(),
            calendar: reading.calendar.clone(),
            pauses: reading.counted_pauses().count(),
            extensions: reading.counted_extensions().count(),
        }
    }
}

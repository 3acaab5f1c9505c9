//! What a clock shows, and why.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize};

use super::{ClockName, ClockRule, DayName, Milestone, Zone};
use crate::{
    actor::Role,
    complaint::{ExtensionReason, PauseGround},
    label::Label,
};

/// What one clock shows at one moment, with everything it follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockReading {
    /// Which clock.
    pub clock: ClockName,
    /// Which version of the pack.
    pub pack_version: Label,
    /// The rule, with its citation and status.
    pub rule: ClockRule,
    /// The zone whose local dates count.
    pub zone: Zone,
    /// The calendar it was counted with; none when no day off matters.
    pub calendar: Option<CalendarUsed>,
    /// What started it.
    pub start: Start,
    /// Every day from the first that could count to the last, without a gap; empty for a limit in
    /// hours.
    pub days: Vec<CountedDay>,
    /// Every pause that was entered, with its verdict.
    pub pauses: Vec<PauseReading>,
    /// Every extension that was entered, with its verdict.
    pub extensions: Vec<ExtensionReading>,
    /// The last instant in time without any extension.
    pub original_due: Timestamp,
    /// The last instant in time. While the clock stands still: as if it ran on now.
    pub due: Timestamp,
    /// From when somebody is warned.
    pub warn_at: Timestamp,
    /// What ended it, if anything did.
    pub end: Option<End>,
    /// How it stands.
    pub result: ClockResult,
    /// The moment it was read at.
    pub read_at: Timestamp,
    /// From the start to the end or to now.
    pub gross: SignedDuration,
    /// The same without the pauses that count.
    pub net: SignedDuration,
}

impl ClockReading {
    /// The due instant in the clock's own zone, such as `2026-03-14 23:59:59 -04:00`.
    pub fn due_local(&self) -> String {
        self.local(self.due)
    }

    /// The local day on which it is due.
    pub fn due_date(&self) -> Date {
        self.due.to_zoned_datetime(self.zone.rules()).date()
    }

    /// How many of the rule's days had begun by the end or by now.
    pub fn days_used(&self) -> u32 {
        let at = self.end.map_or(self.read_at, |end| end.at);
        let today = at.to_zoned_datetime(self.zone.rules()).date();
        let begun = self.days.iter().take_while(|day| day.date <= today);
        begun.filter_map(|day| day.count.number()).last().unwrap_or(0)
    }

    /// The pauses that held the clock.
    pub fn counted_pauses(&self) -> impl Iterator<Item = &PauseReading> {
        self.pauses.iter().filter(|pause| pause.verdict == PauseVerdict::Counted)
    }

    /// The extensions that moved the limit.
    pub fn counted_extensions(&self) -> impl Iterator<Item = &ExtensionReading> {
        self.extensions.iter().filter(|extension| extension.verdict == ExtensionVerdict::Counted)
    }

    pub(super) fn local(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.rules()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }
}

/// The calendar a clock was counted with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarUsed {
    /// Which.
    pub code: Label,
    /// Which version of it.
    pub version: Label,
}

/// What started a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// What happened.
    pub milestone: Milestone,
    /// When it happened.
    pub at: Timestamp,
    /// From when it counts.
    pub counts_from: Timestamp,
    /// Why that is later, if it is.
    pub rolled: Option<Rolled>,
}

/// Why a start counts from a later day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rolled {
    /// It fell on a weekend.
    Weekend,
    /// It fell on a holiday.
    Holiday(DayName),
    /// Business had closed, at this time.
    AfterClose(Time),
}

/// A day and what it counts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedDay {
    /// The local day.
    pub date: Date,
    /// What it counts for.
    pub count: DayCount,
}

/// What a day counts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayCount {
    /// It is this day of the limit, from 1.
    Counted {
        /// Which.
        number: u32,
    },
    /// It is this day of the limit, though on a weekend.
    AdjustedWorking {
        /// Which.
        number: u32,
        /// Why it is worked.
        name: DayName,
    },
    /// Skipped: a weekend.
    Weekend,
    /// Skipped: a holiday.
    Holiday(DayName),
    /// Skipped: the clock stood still when it ended.
    Paused(PauseGround),
    /// Not counted, but the last day: the day before was one on which nobody works.
    LastDayMoved,
    /// Not counted: it lies in the extension.
    Extension,
}

impl DayCount {
    /// Which day of the limit it is, if it counts.
    pub const fn number(&self) -> Option<u32> {
        match self {
            Self::Counted { number } | Self::AdjustedWorking { number, .. } => Some(*number),
            Self::Weekend
            | Self::Holiday(_)
            | Self::Paused(_)
            | Self::LastDayMoved
            | Self::Extension => None,
        }
    }
}

/// A pause that was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseReading {
    /// The ground that was given.
    pub ground: PauseGround,
    /// When it began.
    pub from: Timestamp,
    /// When the clock ran on; none if it has not.
    pub until: Option<Timestamp>,
    /// Whether it counts.
    pub verdict: PauseVerdict,
}

/// Whether a pause counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseVerdict {
    /// The clock stood still.
    Counted,
    /// The pack does not allow the ground: the clock ran on.
    GroundNotAllowed,
    /// It began after the limit: there was nothing left to hold, and an extended date is fixed.
    AfterLimit,
}

/// An extension that was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionReading {
    /// When it was granted.
    pub granted_at: Timestamp,
    /// The last day of the new limit.
    pub until: Date,
    /// The reason that was given.
    pub reason: ExtensionReason,
    /// The role of whoever approved it.
    pub by: Role,
    /// When the complainant was told.
    pub notified: Timestamp,
    /// Whether it counts.
    pub verdict: ExtensionVerdict,
}

/// Whether an extension counts. When several reasons speak against it, the first in this list,
/// after `Counted`, is the one given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtensionVerdict {
    /// The limit was moved.
    Counted,
    /// The rule allows none.
    NotAllowed,
    /// It was extended as often as the rule allows.
    TooOften {
        /// How often that is.
        times: u8,
    },
    /// Whoever approved it may not.
    ApproverMayNot {
        /// Their role.
        by: Role,
    },
    /// The rule gives this step of it for other reasons only.
    ReasonMayNot {
        /// The reason.
        reason: ExtensionReason,
    },
    /// It is no later than the limit that held.
    NotLater {
        /// The last day that held.
        than: Date,
    },
    /// It is later than the rule allows in all.
    BeyondLimit {
        /// The last day the rule allows.
        limit: Date,
    },
    /// It was granted, or the complainant was told of it, after the limit that held.
    ToldTooLate {
        /// That limit.
        due: Timestamp,
    },
}

/// What ended a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// What happened.
    pub milestone: Milestone,
    /// When.
    pub at: Timestamp,
    /// Whether it made the clock lapse instead of stopping it.
    pub lapsed: bool,
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockResult {
    /// It runs.
    Running {
        /// The time left.
        left: SignedDuration,
    },
    /// It runs, and the time is nearly up.
    DueSoon {
        /// The time left.
        left: SignedDuration,
    },
    /// It lawfully stands still.
    Paused {
        /// Since when.
        since: Timestamp,
        /// The time left once it runs on.
        left: SignedDuration,
    },
    /// The duty was done in time.
    Met {
        /// How long before the time was up.
        early: SignedDuration,
    },
    /// The duty was not done in time; [`ClockReading::end`] says whether it was done since.
    Missed {
        /// How late it was done, or how late it is by now.
        by: SignedDuration,
    },
    /// The way that was open was taken.
    Taken {
        /// How long before it closed.
        early: SignedDuration,
    },
    /// The way that was open has closed.
    Passed {
        /// How long ago, or how long before it was tried.
        by: SignedDuration,
    },
    /// It ended without being met or missed.
    Lapsed,
}

impl ClockResult {
    /// The stable code of the result, for programs and documents.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Running { .. } => "running",
            Self::DueSoon { .. } => "due-soon",
            Self::Paused { .. } => "paused",
            Self::Met { .. } => "met",
            Self::Missed { .. } => "missed",
            Self::Taken { .. } => "taken",
            Self::Passed { .. } => "passed",
            Self::Lapsed => "lapsed",
        }
    }
}

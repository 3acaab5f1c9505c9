//! Whether a clock may be paused, resumed or extended now, before anything is recorded.
//!
//! The same rules by which the engine judges what was recorded, as refusals with a reason.

use jiff::Timestamp;

use super::{
    ClockFact, ClockFactKind, ClockName, ClockReading, ClockResult, ExtensionVerdict, Rulebook,
    clocks,
};
use crate::{
    actor::{ActorId, Role},
    complaint::{ClockPaused, ClockResumed, DeadlineExtended, PauseGround},
};

/// Why a clock may not be paused, resumed or extended. When several reasons apply, the first in
/// this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockRefusal {
    /// An extension that its asker approves.
    #[error(
        "expected somebody else to approve the extension, found `{asked_by}`, who asked for it"
    )]
    ApprovedByAsker {
        /// Who asked for it and would approve it.
        asked_by: ActorId,
    },
    /// An extension that whoever is responsible approves, for whose work it gives more time.
    #[error(
        "expected somebody else than the handler to approve the extension, found `{handler}`, who is \
         responsible"
    )]
    ApprovedByHandler {
        /// Who is responsible and would approve it.
        handler: ActorId,
    },
    /// An extension that nobody who is known asked for.
    #[error(
        "expected whoever has a part in the case or is on the staff register to ask for the extension, found `{asked_by}`"
    )]
    AskerUnknown {
        /// Who is said to have asked for it.
        asked_by: ActorId,
    },
    /// The clock has not started, or no pack has it.
    #[error("expected a clock that has started, found none called `{clock}`")]
    NotStarted {
        /// The clock.
        clock: ClockName,
    },
    /// The clock was stopped, has lapsed, or has run out.
    #[error("expected a clock that runs, found that `{clock}` has ended or run out")]
    Ended {
        /// The clock.
        clock: ClockName,
    },
    /// A pause of a clock that stands still.
    #[error("expected a clock that runs, found that `{clock}` stands still already")]
    AlreadyPaused {
        /// The clock.
        clock: ClockName,
    },
    /// A resumption of a clock that runs.
    #[error("expected a clock that stands still, found that `{clock}` runs")]
    NotPaused {
        /// The clock.
        clock: ClockName,
    },
    /// The rule does not let the clock stand still on this ground.
    #[error("expected a ground that the rule of `{clock}` allows, found `{ground}`")]
    GroundNotAllowed {
        /// The clock.
        clock: ClockName,
        /// The ground.
        ground: PauseGround,
    },
    /// The pause would not count: the limit is over, and only an extension goes beyond it.
    #[error("expected a pause of `{clock}` by {limit}, its limit without extensions, found {at}")]
    PauseWouldNotCount {
        /// The clock.
        clock: ClockName,
        /// The limit without extensions.
        limit: Timestamp,
        /// When it would begin.
        at: Timestamp,
    },
    /// The extension would not count.
    #[error("expected an extension of `{clock}` that would count, found that {verdict}")]
    ExtensionWouldNotCount {
        /// The clock.
        clock: ClockName,
        /// Why not.
        verdict: ExtensionVerdict,
    },
    /// A warning of a limit that is not near, or is nobody's duty.
    #[error("expected a limit of `{clock}` that is near, found none at that moment")]
    NotDueSoon {
        /// The clock.
        clock: ClockName,
    },
    /// A note of a missed limit that was not missed.
    #[error("expected a limit of `{clock}` that was missed, found none at that moment")]
    NotMissed {
        /// The clock.
        clock: ClockName,
    },
    /// A second note of the same.
    #[error("expected a limit of `{clock}` that was not noted, found one that was")]
    AlreadyNoted {
        /// The clock.
        clock: ClockName,
    },
}

impl ClockRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ApprovedByAsker { .. } => "clock-approved-by-asker",
            Self::ApprovedByHandler { .. } => "clock-approved-by-handler",
            Self::AskerUnknown { .. } => "clock-asker-unknown",
            Self::NotStarted { .. } => "clock-not-started",
            Self::Ended { .. } => "clock-ended",
            Self::AlreadyPaused { .. } => "clock-already-paused",
            Self::NotPaused { .. } => "clock-not-paused",
            Self::GroundNotAllowed { .. } => "clock-ground-not-allowed",
            Self::PauseWouldNotCount { .. } => "clock-pause-would-not-count",
            Self::ExtensionWouldNotCount { .. } => "clock-extension-would-not-count",
            Self::NotDueSoon { .. } => "clock-not-due-soon",
            Self::NotMissed { .. } => "clock-not-missed",
            Self::AlreadyNoted { .. } => "clock-already-noted",
        }
    }
}

fn running<'a>(
    readings: &'a [ClockReading],
    clock: &ClockName,
) -> Result<&'a ClockReading, ClockRefusal> {
    // Of a clock that starts again and again, the last start is the one somebody means.
    let found = readings.iter().rev().find(|reading| reading.clock == *clock);
    let reading = found.ok_or_else(|| ClockRefusal::NotStarted { clock: clock.clone() })?;
    match reading.result {
        ClockResult::Running { .. } | ClockResult::DueSoon { .. } | ClockResult::Paused { .. } => {
            Ok(reading)
        }
        ClockResult::Met { .. }
        | ClockResult::Missed { .. }
        | ClockResult::Taken { .. }
        | ClockResult::Passed { .. }
        | ClockResult::Lapsed => Err(ClockRefusal::Ended { clock: clock.clone() }),
    }
}

fn stands_still(reading: &ClockReading) -> bool {
    reading.pauses.iter().any(|pause| pause.until.is_none())
}

impl ClockPaused {
    /// Whether the clock may be paused at the moment, by its reading then.
    ///
    /// # Errors
    ///
    /// The first [`ClockRefusal`] that applies.
    pub fn permitted(&self, readings: &[ClockReading], at: Timestamp) -> Result<(), ClockRefusal> {
        let reading = running(readings, &self.clock)?;
        let clock = self.clock.clone();
        if stands_still(reading) {
            return Err(ClockRefusal::AlreadyPaused { clock });
        }
        if !reading.rule.pauses.iter().any(|allowed| allowed.ground == self.ground) {
            return Err(ClockRefusal::GroundNotAllowed { clock, ground: self.ground });
        }
        let limit = reading.original_due;
        if at > limit {
            return Err(ClockRefusal::PauseWouldNotCount { clock, limit, at });
        }
        Ok(())
    }
}

impl ClockResumed {
    /// Whether the clock may be resumed, by its reading now.
    ///
    /// # Errors
    ///
    /// The first [`ClockRefusal`] that applies.
    pub fn permitted(&self, readings: &[ClockReading]) -> Result<(), ClockRefusal> {
        if stands_still(running(readings, &self.clock)?) {
            Ok(())
        } else {
            Err(ClockRefusal::NotPaused { clock: self.clock.clone() })
        }
    }
}

impl DeadlineExtended {
    /// Whether the extension would count if somebody in this role granted it now.
    ///
    /// # Errors
    ///
    /// The first [`ClockRefusal`] that applies.
    pub fn permitted(
        &self,
        facts: &[ClockFact],
        rulebook: &Rulebook,
        by: Role,
        now: Timestamp,
    ) -> Result<(), ClockRefusal> {
        let read = |facts: &[ClockFact]| -> Vec<ClockReading> {
            clocks(facts, rulebook, now).into_iter().flatten().collect()
        };
        running(&read(facts), &self.clock)?;
        let kind = ClockFactKind::Extended { extension: self.clone(), by };
        let supposed: Vec<_> = facts.iter().cloned().chain([ClockFact { at: now, kind }]).collect();
        let readings = read(&supposed);
        let reading = readings.iter().rev().find(|reading| reading.clock == self.clock);
        match reading.and_then(|reading| reading.extensions.last()) {
            Some(extension) if extension.verdict == ExtensionVerdict::Counted => Ok(()),
            Some(extension) => Err(ClockRefusal::ExtensionWouldNotCount {
                clock: self.clock.clone(),
                verdict: extension.verdict,
            }),
            None => Err(ClockRefusal::NotStarted { clock: self.clock.clone() }),
        }
    }
}

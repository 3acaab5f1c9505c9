//! What is said about the clocks of a complaint.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::clock::ClockName;

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
    /// The last day of the new limit, in the clock's time zone.
    pub until: Date,
    /// Why.
    pub reason: ExtensionReason,
    /// When the complainant was told of reason and new date.
    pub notified: Timestamp,
}

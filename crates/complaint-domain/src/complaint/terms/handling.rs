//! What is said while a complaint is worked on.

use serde::{Deserialize, Serialize};

use super::Channel;
use crate::{actor::ActorId, label::Label};

/// Who became responsible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The handler: the one responsible person.
    pub handler: ActorId,
}

/// Why the handler changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReassignmentReason {
    /// The handler is away.
    Absence,
    /// The handler has too much to do.
    Workload,
    /// Somebody else knows more about it.
    Expertise,
    /// The handler has an interest in the case.
    ConflictOfInterest,
}

/// Who became responsible instead, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reassignment {
    /// The new handler.
    pub handler: ActorId,
    /// Why.
    pub reason: ReassignmentReason,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To us.
    Incoming,
    /// From us.
    Outgoing,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The person who complains.
    Complainant,
    /// Somebody who acts for them.
    Representative,
    /// The company complained of.
    Respondent,
    /// A supervising authority.
    Regulator,
    /// An ombudsman, arbitrator or court.
    ExternalBody,
}

/// What a message was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The complaint was passed to the party that must answer it.
    Forwarding,
    /// Something was asked.
    InformationRequest,
    /// Something asked for was given.
    Information,
    /// How the matter stands.
    ProgressUpdate,
    /// A notice that a rule requires.
    Notice,
}

/// A message to or from somebody; its text is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Communication {
    /// Which way it went.
    pub direction: Direction,
    /// Who is at the other end.
    pub party: Party,
    /// By which way.
    pub channel: Channel,
    /// What it was for.
    pub purpose: Purpose,
}

/// What lay behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum RootCause {
    /// A cause with a code.
    Found {
        /// The code, such as `process/refund-delayed`.
        code: Label,
    },
    /// It was looked for and not found.
    NoneFound,
}

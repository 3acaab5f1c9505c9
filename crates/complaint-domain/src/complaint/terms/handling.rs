//! What is said while a complaint is worked on.

use jiff::{Timestamp, civil::Date};
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

/// Why somebody steps aside.
///
/// # Source
///
/// CBIRC Order 2020 No. 3: a handler has no direct interest; SAMR Order 20, article 19: mediators
/// step aside for kinship or interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecusalGround {
    /// They gain or lose by how it ends.
    DirectInterest,
    /// A party is family or a close friend.
    Kinship,
    /// They had a part in what is complained of.
    PriorInvolvement,
    /// Something else could make a reasonable person doubt them.
    ReasonableDoubt,
}

/// The handler steps aside; nobody is responsible until somebody is assigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recusal {
    /// Who steps aside.
    pub handler: ActorId,
    /// Why.
    pub ground: RecusalGround,
}

/// Why a recusal was a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecusalMistake {
    /// It was meant for another complaint.
    WrongComplaint,
    /// Somebody else was meant.
    WrongPerson,
    /// What was taken for an interest is none.
    NoInterest,
}

/// Somebody did not have to step aside after all. The recusal stays on record, and so does this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecusalWithdrawal {
    /// Who stepped aside, or was relieved for an interest.
    pub handler: ActorId,
    /// Why that was a mistake.
    pub ground: RecusalMistake,
}

/// Something is asked of somebody; the words are sealed. What comes back is a communication with
/// the purpose `information`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InformationRequest {
    /// Who is asked.
    pub party: Party,
    /// By which way.
    pub channel: Channel,
    /// The day by which it is needed; no clock stands still for it unless a rule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_by: Option<Date>,
}

/// Why a complaint goes to somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferReason {
    /// Another firm is responsible for what is complained of.
    OtherFirmResponsible,
    /// Another authority is competent.
    OtherAuthorityCompetent,
    /// Another part of the same group answers it.
    OtherEntityOfGroup,
}

/// The complaint was handed to another body, which answers it from now on.
///
/// # Source
///
/// DISP 1.7: promptly, in writing, with reasons, and the complainant is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Who answers it from now on.
    pub to: Label,
    /// Why.
    pub reason: TransferReason,
    /// When the complainant was told whom it went to and why.
    pub notified: Timestamp,
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

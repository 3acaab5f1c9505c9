//! What is said when others look at a complaint: the committee, outside bodies, regulators.

use serde::{Deserialize, Serialize};

use crate::{label::Label, money::Money, reference::ReferralId};

/// Why the committee is to look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EscalationReason {
    /// The complainant asks for it.
    ComplainantRequest,
    /// It was rejected in full or in part.
    NotFullyUpheld,
    /// A time limit was missed.
    LimitMissed,
    /// It is grave, or touches many.
    Gravity,
    /// Those who handle it cannot be impartial.
    ConflictOfInterest,
}

/// It was put before those who are independent of everybody who handled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Why.
    pub reason: EscalationReason,
}

/// Why an escalation is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EscalationMistake {
    /// It was meant for another complaint.
    WrongComplaint,
    /// There is no committee that could look at it.
    NoCommittee,
    /// Whoever asked for it asks for it no more.
    NoLongerAsked,
}

/// What was put before the committee is taken back before it took it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationWithdrawal {
    /// Why.
    pub ground: EscalationMistake,
}

/// How an outside body settles disputes.
///
/// # Source
///
/// ISO 10003:2018: the three methods of dispute resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExternalMethod {
    /// It helps the parties to agree.
    Facilitative,
    /// It says what it thinks; nobody is bound.
    Advisory,
    /// It decides.
    Determinative,
}

/// An outside body took the complaint up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalReferral {
    /// The body.
    pub body: Label,
    /// How it settles disputes.
    pub method: ExternalMethod,
    /// The number the case has there, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Label>,
}

/// What an outside body came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExternalResult {
    /// The parties agreed.
    Settled,
    /// For the complainant.
    ForComplainant,
    /// For the complainant in part.
    PartlyForComplainant,
    /// For us.
    ForRespondent,
    /// It does not decide such cases.
    OutsideJurisdiction,
    /// The complainant gave it up there.
    Discontinued,
}

impl ExternalResult {
    /// Whether the body came to an end of the dispute itself: who was told that it does not decide such cases, or gave
    /// it up there, has not gone that way to its end.
    pub const fn is_on_the_merits(self) -> bool {
        match self {
            Self::Settled
            | Self::ForComplainant
            | Self::PartlyForComplainant
            | Self::ForRespondent => true,
            Self::OutsideJurisdiction | Self::Discontinued => false,
        }
    }
}

/// An outside body decided, recommended, or brought the parties together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalDecision {
    /// The body.
    pub body: Label,
    /// What it came to.
    pub result: ExternalResult,
    /// Whether we are bound by it.
    pub is_binding: bool,
    /// What we are to pay, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award: Option<Money>,
}

/// A suspected violation goes to a regulator on a track of its own, beside the dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspectedViolation {
    /// The track of its own.
    pub referral: ReferralId,
    /// The authority it goes to.
    pub authority: Label,
    /// The rule that may have been broken.
    pub rule: Label,
}

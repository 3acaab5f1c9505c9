//! What is said of a referral: commands, events, and the bodies they share.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    codes::{closed_list, named_variants},
    label::Label,
    money::Money,
    reference::{ComplaintId, ReferralId},
};

/// It was sent to the authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The name of this referral, under which the complaint reports it.
    pub referral: ReferralId,
    /// The complaint that showed it.
    pub complaint: ComplaintId,
    /// The authority, as the complaint names it.
    pub authority: Label,
    /// The rule that may have been broken, as the complaint names it.
    pub rule: Label,
}

/// The authority confirmed that it has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralReceipt {
    /// The number it has there.
    pub reference: Label,
}

/// The number of an inquiry within its referral, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InquiryId(pub u16);

impl fmt::Display for InquiryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The authority asked something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// The next free number.
    pub inquiry: InquiryId,
    /// What it asked about, in short public words.
    pub subject: Label,
    /// By which day it wants the answer, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
}

/// We answered the authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InquiryAnswer {
    /// Which inquiry.
    pub inquiry: InquiryId,
}

/// What the authority came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// The rule was broken.
    Violation,
    /// It was not.
    NoViolation,
    /// The authority does not pursue it.
    NotPursued,
    /// Another authority is competent.
    NotCompetent,
}

/// The authority came to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralOutcome {
    /// What.
    pub finding: Finding,
}

/// What a violation costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PenaltyKind {
    /// Words.
    Warning,
    /// An order to mend something.
    Order,
    /// Money to the authority.
    Fine,
    /// What was gained is taken away.
    Confiscation,
    /// A licence is limited or taken away.
    Licence,
}

impl PenaltyKind {
    /// Whether it has an amount.
    pub const fn is_money(self) -> bool {
        matches!(self, Self::Fine | Self::Confiscation)
    }
}

/// The authority imposed a penalty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Penalty {
    /// Of which kind.
    pub kind: PenaltyKind,
    /// How much, when it is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// Nothing more is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralClosure {}

/// A command to one referral.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferralCommand {
    /// Note that it was sent.
    Submit(Submission),
    /// Note that the authority has it.
    Acknowledge(ReferralReceipt),
    /// Note what the authority asks.
    RecordInquiry(Inquiry),
    /// Note that it was answered.
    AnswerInquiry(InquiryAnswer),
    /// Note what the authority came to.
    RecordOutcome(ReferralOutcome),
    /// Note a penalty.
    RecordPenalty(Penalty),
    /// End it.
    Close(ReferralClosure),
}

/// What happened to a referral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferralEvent {
    /// It was sent.
    Submitted(Submission),
    /// The authority has it.
    Acknowledged(ReferralReceipt),
    /// The authority asked something.
    InquiryRecorded(Inquiry),
    /// We answered.
    InquiryAnswered(InquiryAnswer),
    /// The authority came to something.
    OutcomeRecorded(ReferralOutcome),
    /// The authority imposed a penalty.
    PenaltyRecorded(Penalty),
    /// It ended.
    Closed(ReferralClosure),
}

named_variants! { ReferralCommand, NAMES, name {
    Submit = "submit",
    Acknowledge = "acknowledge",
    RecordInquiry = "record-inquiry",
    AnswerInquiry = "answer-inquiry",
    RecordOutcome = "record-outcome",
    RecordPenalty = "record-penalty",
    Close = "close",
} }

closed_list! {
    Finding {
        Violation = "violation",
        NoViolation = "no-violation",
        NotPursued = "not-pursued",
        NotCompetent = "not-competent",
    }
    PenaltyKind {
        Warning = "warning",
        Order = "order",
        Fine = "fine",
        Confiscation = "confiscation",
        Licence = "licence",
    }
}

//! What is asked of a review. Imperative; may be refused.

use serde::{Deserialize, Serialize};

use super::{
    Adjournment, Conclusion, Disclosure, Discontinuation, Dissent, EvidenceItem, Hearing,
    MeasureDone, MeasureWithdrawal, MemberRecusal, Opening, Proposal, Reply, ReviewClosure, Ruling,
    Seating, Vote,
};
use crate::codes::named_variants;

/// A command to one review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewCommand {
    /// Put a complaint before the committee.
    Open(Opening),
    /// Let somebody sit on the case.
    SeatMember(Seating),
    /// Name an interest of a member.
    DiscloseInterest(Disclosure),
    /// Rule on a disclosed interest.
    RuleOnInterest(Ruling),
    /// Let a member step aside.
    RecuseMember(MemberRecusal),
    /// Note that a side was heard.
    HearParty(Hearing),
    /// Note that a piece of evidence was looked at.
    TakeEvidence(EvidenceItem),
    /// Put a decision to the vote. A later proposal replaces it, and the votes on it.
    ProposeDecision(Proposal),
    /// Cast one's own vote.
    CastVote(Vote),
    /// Say why one thinks otherwise.
    RecordDissent(Dissent),
    /// Note that too few were there to decide.
    Adjourn(Adjournment),
    /// Count the votes.
    Decide(Conclusion),
    /// Note what the company says to the decision.
    Reply(Reply),
    /// Note that a measure was carried out.
    CompleteMeasure(MeasureDone),
    /// Agree that a measure is no longer to be done.
    WithdrawMeasure(MeasureWithdrawal),
    /// End the review without a decision.
    Discontinue(Discontinuation),
    /// End the review after its follow-up.
    Close(ReviewClosure),
}

named_variants! { ReviewCommand, NAMES, name {
    Open = "open",
    SeatMember = "seat-member",
    DiscloseInterest = "disclose-interest",
    RuleOnInterest = "rule-on-interest",
    RecuseMember = "recuse-member",
    HearParty = "hear-party",
    TakeEvidence = "take-evidence",
    ProposeDecision = "propose-decision",
    CastVote = "cast-vote",
    RecordDissent = "record-dissent",
    Adjourn = "adjourn",
    Decide = "decide",
    Reply = "reply",
    CompleteMeasure = "complete-measure",
    WithdrawMeasure = "withdraw-measure",
    Discontinue = "discontinue",
    Close = "close",
} }

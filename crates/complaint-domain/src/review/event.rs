//! What happened in a review. Past tense; never edited.

use super::{
    Adjournment, Decision, Disclosure, Discontinuation, Dissent, EvidenceItem, Hearing,
    MeasureDone, MemberRecusal, Opened, Proposal, Reply, ReviewClosure, Ruling, Seating, Vote,
    WithdrawalAgreed,
};

/// What happened to a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewEvent {
    /// A complaint came before the committee.
    Opened(Opened),
    /// Somebody sits on the case.
    MemberSeated(Seating),
    /// An interest of a member was named.
    InterestDisclosed(Disclosure),
    /// The committee ruled on an interest.
    InterestRuled(Ruling),
    /// A member stepped aside.
    MemberRecused(MemberRecusal),
    /// A side was heard.
    PartyHeard(Hearing),
    /// A piece of evidence was looked at.
    EvidenceTaken(EvidenceItem),
    /// A decision was put to the vote.
    DecisionProposed(Proposal),
    /// The actor voted.
    VoteCast(Vote),
    /// The actor said why they think otherwise.
    DissentRecorded(Dissent),
    /// Too few were there to decide.
    Adjourned(Adjournment),
    /// The committee decided.
    Decided(Decision),
    /// The company answered the committee.
    Replied(Reply),
    /// A measure was carried out.
    MeasureCompleted(MeasureDone),
    /// The actor agreed that a measure is no longer to be done; with enough who do, it is withdrawn.
    WithdrawalAgreed(WithdrawalAgreed),
    /// It ended without a decision.
    Discontinued(Discontinuation),
    /// It ended after its follow-up.
    Closed(ReviewClosure),
}

//! A case before the independent committee: who sits, whom they hear, how they vote, what they
//! decide, and what becomes of it.
//!
//! The committee is independent of everybody who had a part in the case. Who had one, who sits on
//! the committee and until when, and how many must vote, comes in with the
//! [`CommitteeCircumstances`]: facts of other streams, loaded before deciding.
//!
//! The words of a decision are personal and lie sealed as evidence of the complaint; a review says
//! on which grounds it rests, by their codes.

mod circumstances;
mod command;
mod decide;
mod event;
mod evolve;
mod rejection;
mod state;
mod terms;

pub use circumstances::{
    Answered, CaseFacts, CommitteeCircumstances, CommitteeFacts, CommitteeRules, Part, Standing,
};
pub use command::ReviewCommand;
pub use decide::decide;
pub use event::ReviewEvent;
pub use evolve::evolve;
pub use rejection::ReviewRejection;
pub use state::{Review, ReviewStage};
pub use terms::{
    Adjournment, Conclusion, Decision, DecisionEffect, Disclosure, Discontinuation,
    DiscontinuationReason, Dissent, EvidenceItem, Hearing, HearingManner, Measure, MeasureDone,
    MeasureId, MeasureWithdrawal, MemberRecusal, Opened, Opening, OpeningWay, Proposal, Reply,
    ReplyKind, ReviewClosure, Ruling, Seat, Seating, Side, Vote, VoteChoice, WithdrawalAgreed,
};

use crate::{
    aggregate::Aggregate,
    fact::{Fact, LedgerEvent},
};

impl Aggregate for Review {
    type Command = ReviewCommand;
    type Event = ReviewEvent;
    type Rejection = ReviewRejection;
    type Circumstances<'a> = CommitteeCircumstances<'a>;

    const STREAM_KIND: &'static str = "review";

    fn decide(
        &self,
        command: &ReviewCommand,
        circumstances: &CommitteeCircumstances<'_>,
    ) -> Result<Vec<ReviewEvent>, ReviewRejection> {
        decide(self, command, circumstances).map(|event| vec![event])
    }

    fn evolve(self, fact: &Fact<ReviewEvent>) -> Self {
        evolve(self, fact)
    }

    fn to_ledger(event: ReviewEvent) -> LedgerEvent {
        LedgerEvent::Review(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<ReviewEvent> {
        let LedgerEvent::Review(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;

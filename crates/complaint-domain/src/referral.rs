//! A suspected violation before a regulator: a track of its own beside the dispute.
//!
//! A complaint names its referral when the violation is reported
//! ([`SuspectedViolation`](crate::complaint::SuspectedViolation)); what then passes between us and
//! the authority is here. How the dispute ends changes nothing here, and the other way round.
//!
//! # Source
//!
//! SAMR Order 20, article 7, and Order 121, article 9: a filing that is both a dispute and a lead
//! to a violation is handled on two tracks.

mod decide;
mod rejection;
mod state;
mod terms;

pub use decide::{ReferralCircumstances, decide};
pub use rejection::ReferralRejection;
pub use state::{Referral, ReferralStage, evolve};
pub use terms::{
    Finding, Inquiry, InquiryAnswer, InquiryId, Penalty, PenaltyKind, ReferralClosure,
    ReferralCommand, ReferralEvent, ReferralOutcome, ReferralReceipt, Submission,
};

use crate::{
    aggregate::Aggregate,
    fact::{Fact, LedgerEvent},
};

impl Aggregate for Referral {
    type Command = ReferralCommand;
    type Event = ReferralEvent;
    type Rejection = ReferralRejection;
    type Circumstances<'a> = ReferralCircumstances<'a>;

    const STREAM_KIND: &'static str = "referral";

    fn decide(
        &self,
        command: &ReferralCommand,
        circumstances: &ReferralCircumstances<'_>,
    ) -> Result<Vec<ReferralEvent>, ReferralRejection> {
        decide(self, command, circumstances).map(|event| vec![event])
    }

    fn evolve(self, fact: &Fact<ReferralEvent>) -> Self {
        evolve(self, fact)
    }

    fn to_ledger(event: ReferralEvent) -> LedgerEvent {
        LedgerEvent::Referral(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<ReferralEvent> {
        let LedgerEvent::Referral(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;

//! What is so of a referral, and how it changes by what happened.

use std::collections::BTreeMap;

use super::{Finding, InquiryId, ReferralEvent, Submission};
use crate::{codes::closed_list, fact::Fact};

/// A referral as [`decide`](super::decide) sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Referral {
    /// No event yet.
    #[default]
    NotSubmitted,
    /// It was sent to the authority.
    Submitted(Box<Matter>),
}

/// Where a referral stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferralStage {
    /// Something is expected of the authority or of us.
    Pending,
    /// Nothing is.
    Closed,
}

closed_list! {
    ReferralStage { Pending = "pending", Closed = "closed" }
}

impl ReferralStage {
    /// Whether nothing more is expected of the authority or of us.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed)
    }
}

/// A referral that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    pub(super) stage: ReferralStage,
    pub(super) submission: Submission,
    pub(super) is_acknowledged: bool,
    /// Each inquiry, and whether it was answered.
    pub(super) inquiries: BTreeMap<InquiryId, bool>,
    pub(super) finding: Option<Finding>,
}

impl Matter {
    /// Where it stands.
    pub fn stage(&self) -> ReferralStage {
        self.stage
    }

    /// What was sent.
    pub fn submission(&self) -> &Submission {
        &self.submission
    }

    /// What the authority came to, as it stands.
    pub fn finding(&self) -> Option<Finding> {
        self.finding
    }

    /// What the authority asked and we have not answered.
    pub fn unanswered_inquiries(&self) -> impl Iterator<Item = InquiryId> {
        self.inquiries.iter().filter(|(_, is_answered)| !**is_answered).map(|(inquiry, _)| *inquiry)
    }

    /// The number a next inquiry must have.
    pub(super) fn next_inquiry(&self) -> u32 {
        self.inquiries.last_key_value().map_or(0, |(last, _)| u32::from(last.0)).saturating_add(1)
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(state: Referral, fact: &Fact<ReferralEvent>) -> Referral {
    match (state, &fact.event) {
        (_, ReferralEvent::Submitted(submission)) => Referral::Submitted(Box::new(Matter {
            stage: ReferralStage::Pending,
            submission: submission.clone(),
            is_acknowledged: false,
            inquiries: BTreeMap::new(),
            finding: None,
        })),
        (Referral::NotSubmitted, _) => Referral::NotSubmitted,
        (Referral::Submitted(mut matter), event) => {
            match event {
                ReferralEvent::Submitted(_) | ReferralEvent::PenaltyRecorded(_) => {}
                ReferralEvent::Acknowledged(_) => matter.is_acknowledged = true,
                ReferralEvent::InquiryRecorded(inquiry) => {
                    matter.inquiries.insert(inquiry.inquiry, false);
                }
                ReferralEvent::InquiryAnswered(answer) => {
                    matter.inquiries.insert(answer.inquiry, true);
                }
                ReferralEvent::OutcomeRecorded(outcome) => matter.finding = Some(outcome.finding),
                ReferralEvent::Closed(_) => matter.stage = ReferralStage::Closed,
            }
            Referral::Submitted(matter)
        }
    }
}

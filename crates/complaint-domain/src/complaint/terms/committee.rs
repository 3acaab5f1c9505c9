//! What is said between those who handle a complaint and the committee that reviews it.

use serde::{Deserialize, Serialize};

use super::{Finding, Outcome};
use crate::{
    reference::ReviewId,
    review::{DecisionEffect, DiscontinuationReason},
};

/// What the complaint would come to. The complainant has not been told, so that the committee can
/// still look at it where a rule pack orders that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeProposal {
    /// What it would come to.
    pub outcome: Outcome,
    /// What was found, issue by issue; at least one.
    pub findings: Vec<Finding>,
}

/// Which review ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewReference {
    /// The review.
    pub review: ReviewId,
}

/// How a review ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum ReviewConclusion {
    /// With a decision.
    Decided {
        /// What the complaint comes to.
        outcome: Outcome,
        /// Whether that binds the company.
        effect: DecisionEffect,
    },
    /// Without one.
    Discontinued {
        /// Why.
        reason: DiscontinuationReason,
    },
}

impl ReviewConclusion {
    /// The outcome that binds the company, if one does.
    pub const fn binding_outcome(self) -> Option<Outcome> {
        match self {
            Self::Decided { outcome, effect: DecisionEffect::Binding } => Some(outcome),
            Self::Decided { effect: DecisionEffect::Recommendation, .. }
            | Self::Discontinued { .. } => None,
        }
    }
}

/// Its review ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewConcluded {
    /// The review.
    pub review: ReviewId,
    /// Which escalation of the complaint it was of, from 1. Not said by programs from before it was
    /// asked, and then taken for the last one, as they took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<u32>,
    /// How.
    #[serde(flatten)]
    pub conclusion: ReviewConclusion,
}

impl ReviewConcluded {
    /// Whether it ends the review of this escalation.
    pub fn is_of(&self, escalation: u32) -> bool {
        self.escalation.is_none_or(|its| its == escalation)
    }
}

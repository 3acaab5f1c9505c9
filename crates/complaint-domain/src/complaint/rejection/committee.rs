//! Why something was refused that lies between a complaint and its review.

use crate::{actor::ActorId, complaint::Outcome, label::Label, reference::ReviewId};

/// Why a command to a complaint was refused because of the committee. When several reasons apply,
/// the first in this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitteeRefusal {
    /// The outcome that is proposed, once more.
    #[error("expected another outcome or other findings, found what is proposed already")]
    OutcomeUnchanged,
    /// An escalation of what gives the complainant everything, because it does not.
    #[error(
        "expected an answer that is not fully upheld, found `upheld`; give another reason to escalate it"
    )]
    FullyUpheld,
    /// Nothing to take back.
    #[error("expected a complaint that is before the committee, found one that is not")]
    NotEscalated,
    /// Somebody other than whoever asked would take it back.
    #[error("expected {expected} to take back what was put before the committee, found `{found}`")]
    EscalatedByAnother {
        /// Who may.
        expected: String,
        /// Who would.
        found: ActorId,
    },
    /// The committee has it on its docket.
    #[error("expected an escalation that no review has taken up, found one that a review has")]
    TakenUp,
    /// A final response that the committee must have seen before.
    #[error(
        "expected a review by the committee of such an answer before a final response of `{outcome}`, as the \
         pack `{pack}` orders, found none that has ended; propose the outcome, and it is escalated"
    )]
    NotReviewed {
        /// What the response says.
        outcome: Outcome,
        /// The pack that orders it.
        pack: Label,
    },
    /// A final response that gives the complainant less than the committee decided.
    #[error("expected the outcome `{decided}`, which binds, or `upheld`, found `{found}`")]
    DecisionBinds {
        /// What the committee decided.
        decided: Outcome,
        /// What the response says.
        found: Outcome,
    },
    /// A final response, or a closing on one, that gives less than the committee recommended, and nobody has told it why.
    #[error(
        "expected what the committee recommended, or a reply to {review} that refuses it with grounds, before a final \
         response of `{found}` is given or closed on, found neither"
    )]
    RecommendationStands {
        /// What the response says.
        found: Outcome,
        /// The review.
        review: ReviewId,
    },
    /// A complaint that leaves before the complainant got what the committee decided.
    #[error(
        "expected the outcome `{0}`, which binds, to be given before the complaint leaves us, found it owed"
    )]
    DecisionOwed(Outcome),
    /// A review of nothing, or of another complaint.
    #[error("expected a review of this complaint, found {0}, which is not")]
    NotOfThis(ReviewId),
    /// A review that has not ended.
    #[error("expected a review that has ended, found {0}, which has not")]
    NotEnded(ReviewId),
    /// A second note of the same review.
    #[error("expected a review that was not noted, found {0}, which was")]
    AlreadyNoted(ReviewId),
}

impl CommitteeRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OutcomeUnchanged => "committee-outcome-unchanged",
            Self::FullyUpheld => "committee-fully-upheld",
            Self::NotEscalated => "committee-not-escalated",
            Self::EscalatedByAnother { .. } => "committee-escalated-by-another",
            Self::TakenUp => "committee-taken-up",
            Self::NotReviewed { .. } => "committee-not-reviewed",
            Self::DecisionBinds { .. } => "committee-decision-binds",
            Self::RecommendationStands { .. } => "committee-recommendation-stands",
            Self::DecisionOwed(_) => "committee-decision-owed",
            Self::NotOfThis(_) => "committee-not-of-this",
            Self::NotEnded(_) => "committee-not-ended",
            Self::AlreadyNoted(_) => "committee-already-noted",
        }
    }
}

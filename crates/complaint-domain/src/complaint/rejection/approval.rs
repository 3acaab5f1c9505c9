//! Why the approval of a remedy was refused.

use crate::{
    actor::{ActorId, Role},
    complaint::{ApprovalLimit, RemedyId},
    money::Money,
};

/// Why the approval was refused. When several reasons apply, the first in this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefusal {
    /// An approval of a remedy that its proposer may promise alone.
    #[error("expected a remedy that awaits approval, found number {remedy}, which needs none")]
    ApprovalNotRequired {
        /// The remedy.
        remedy: RemedyId,
    },
    /// A second approval.
    #[error(
        "expected a remedy that awaits approval, found number {remedy}, approved by `{approver}`"
    )]
    AlreadyApproved {
        /// The remedy.
        remedy: RemedyId,
        /// Who approved it.
        approver: ActorId,
    },
    /// An approval by the person who made the proposal.
    #[error(
        "expected a second person to approve remedy {remedy}, found `{proposer}`, who proposed it"
    )]
    ApprovedByProposer {
        /// The remedy.
        remedy: RemedyId,
        /// Who proposed it and would approve it.
        proposer: ActorId,
    },
    /// An approval by the person who handles the complaint.
    #[error(
        "expected a second person to approve remedy {remedy}, found `{handler}`, who is responsible for the complaint"
    )]
    ApprovedByHandler {
        /// The remedy.
        remedy: RemedyId,
        /// Who is responsible and would approve it.
        handler: ActorId,
    },
    /// An approval by somebody who may not promise that much.
    #[error(
        "expected somebody who may approve {amount} in all, found the role `{role}`, whose limit is {limit}"
    )]
    LimitTooLow {
        /// The role of the approver.
        role: Role,
        /// Up to which amount the role may approve in that currency.
        limit: ApprovalLimit,
        /// The amount of the remedy, and of those that stand in its currency.
        amount: Money,
    },
}

impl ApprovalRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ApprovalNotRequired { .. } => "approval-not-required",
            Self::AlreadyApproved { .. } => "already-approved",
            Self::ApprovedByProposer { .. } => "approved-by-proposer",
            Self::ApprovedByHandler { .. } => "approved-by-handler",
            Self::LimitTooLow { .. } => "limit-too-low",
        }
    }
}

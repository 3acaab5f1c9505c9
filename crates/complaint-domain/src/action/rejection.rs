//! Why a command to an action was refused.

use jiff::{Timestamp, civil::Date};

use super::{ActionResult, EffectVerdict};
use crate::{
    actor::{ActorId, Role},
    codes::named_variants,
    money::Money,
};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, how far the action has come, when it happened, and what the command says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionRejection {
    /// The role has no business with actions.
    #[error(
        "expected somebody who works on complaints, the committee or a program, found the role `{role}`"
    )]
    RoleMayNot {
        /// The role.
        role: Role,
    },
    /// Anything but a proposal of an unknown action.
    #[error("expected an action that was proposed, found none; propose it first")]
    NotProposed,
    /// A second proposal.
    #[error("expected a new action, found one that was proposed before")]
    AlreadyProposed,
    /// It ended.
    #[error("expected an action under way for `{0}`, found one that has ended")]
    Ended(&'static str),
    /// It goes ahead already.
    #[error("expected an action that nobody let go ahead, found one that somebody did")]
    AlreadyApproved,
    /// Nobody let it go ahead.
    #[error("expected an approved action for `{0}`, found one that is not")]
    NotApproved(&'static str),
    /// It was carried out.
    #[error("expected an action that is not done for `{0}`, found one that is")]
    AlreadyCompleted(&'static str),
    /// It is not carried out.
    #[error("expected an action that is done for `{0}`, found one that is not")]
    NotCompleted(&'static str),
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// Nobody approves what they proposed.
    #[error("expected somebody else than `{0}`, who proposed it, to approve it, found them")]
    ApprovedByProposer(ActorId),
    /// Only the owner says that it is done.
    #[error("expected `{owner}`, whose action it is, found `{found}`")]
    NotTheOwner {
        /// The owner.
        owner: ActorId,
        /// Who said it.
        found: ActorId,
    },
    /// An action against nothing.
    #[error("expected at least one cause by its code, found none")]
    CauseMissing,
    /// A decision without grounds.
    #[error("expected at least one ground for `{0}`, found none")]
    GroundsMissing(&'static str),
    /// A day that has passed.
    #[error("expected a due day from {today} on, found {due}")]
    DuePassed {
        /// The day it happened, in UTC.
        today: Date,
        /// The day by which it is due.
        due: Date,
    },
    /// The same day again.
    #[error("expected another day, found {0}, on which it is due already")]
    DueUnchanged(Date),
    /// Nobody judges their own action.
    #[error("expected somebody else than `{0}`, whose action it is, to check it, found them")]
    CheckedByOwner(ActorId),
    /// It can only be checked against what came after it.
    #[error("expected complaints counted after {done}, when it was done, found them from {from}")]
    CountedTooEarly {
        /// The day it was done.
        done: Date,
        /// The first day that was counted.
        from: Date,
    },
    /// Days that run backwards, or have not ended.
    #[error("expected days from {from} to one that is over, found {until}")]
    PeriodNotOver {
        /// The first day.
        from: Date,
        /// The last day.
        until: Date,
    },
    /// A remediation of nobody.
    #[error("expected customers whom it touched, found none")]
    NobodyAffected,
    /// More were reached than touched.
    #[error("expected at most {affected} customers reached, found {reached}")]
    MoreReachedThanAffected {
        /// How many were touched.
        affected: u64,
        /// How many were reached.
        reached: u64,
    },
    /// Money that is none.
    #[error("expected an amount above nothing, found {0}")]
    AmountNotPositive(Money),
    /// Money that cannot be paid, as its currency has no such coin.
    #[error("expected at most {digits} digits after the point, found {0}", digits = .0.minor_unit_digits())]
    AmountFinerThanMinorUnit(Money),
    /// It cannot be said without a count.
    #[error("expected a count of later complaints before closing it as `{0}`, found none")]
    EffectNotChecked(ActionResult),
    /// The count does not show it.
    #[error(
        "expected so many fewer complaints after it than the {before} before it that chance does \
         not explain it, found {after}; check again when more days have passed, or close it \
         as inconclusive or not-effective"
    )]
    EffectNotShown {
        /// How many there were before.
        before: u64,
        /// How many there were after.
        after: u64,
    },
    /// The count shows something.
    #[error("expected a count that shows nothing either way, found one that shows `{verdict}`")]
    EffectDecided {
        /// What it shows.
        verdict: EffectVerdict,
    },
}

named_variants! { ActionRejection, CODES, code {
    RoleMayNot = "role-may-not",
    NotProposed = "not-proposed",
    AlreadyProposed = "already-proposed",
    Ended = "ended",
    AlreadyApproved = "already-approved",
    NotApproved = "not-approved",
    AlreadyCompleted = "already-completed",
    NotCompleted = "not-completed",
    OccurredInFuture = "occurred-in-future",
    ApprovedByProposer = "approved-by-proposer",
    NotTheOwner = "not-the-owner",
    CauseMissing = "cause-missing",
    GroundsMissing = "grounds-missing",
    DuePassed = "due-passed",
    DueUnchanged = "due-unchanged",
    CheckedByOwner = "checked-by-owner",
    CountedTooEarly = "counted-too-early",
    PeriodNotOver = "period-not-over",
    NobodyAffected = "nobody-affected",
    MoreReachedThanAffected = "more-reached-than-affected",
    AmountNotPositive = "amount-not-positive",
    AmountFinerThanMinorUnit = "amount-finer-than-minor-unit",
    EffectNotChecked = "effect-not-checked",
    EffectNotShown = "effect-not-shown",
    EffectDecided = "effect-decided",
} }

//! Why a command to an inspection was refused.

use jiff::{Timestamp, civil::Date};

use super::SIZE_MAX;
use crate::{
    actor::{ActorId, Role},
    codes::named_variants,
    label::Label,
    reference::{ActionId, ComplaintId},
    review::Part,
};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, how far the inspection has come, when it happened, and what the command says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectionRejection {
    // Who asks.
    /// A role that does not inspect.
    #[error("expected {expected} for `{command}`, found the role `{role}`")]
    RoleMayNot {
        /// The command.
        command: &'static str,
        /// Who may.
        expected: &'static str,
        /// The role.
        role: Role,
    },

    // How far it has come.
    /// Anything but a plan for an unknown inspection.
    #[error("expected an inspection that was planned, found none; plan it first")]
    NotPlanned,
    /// A second plan.
    #[error("expected a new inspection, found one that was planned before")]
    AlreadyPlanned,
    /// It ended.
    #[error("expected an inspection under way for `{command}`, found one that is {how}")]
    Ended {
        /// The command.
        command: &'static str,
        /// How it ended.
        how: &'static str,
    },
    /// A second draw.
    #[error("expected an inspection whose sample is not drawn, found one whose sample is")]
    AlreadyDrawn,
    /// There is no sample yet.
    #[error(
        "expected an inspection whose sample is drawn for `{0}`, found one whose sample is not"
    )]
    NotDrawn(&'static str),

    // When it happened.
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },

    // What a plan says.
    /// Days that run backwards, or have not ended: what is drawn from would still grow.
    #[error("expected days from {from} to one that is over, found {until}")]
    PeriodNotOver {
        /// The first day.
        from: Date,
        /// The last day.
        until: Date,
    },
    /// Too small or too large a sample.
    #[error("expected a sample of 1 to {SIZE_MAX} complaints, found {0}")]
    SizeOutOfRange(u16),
    /// Nothing is looked at.
    #[error("expected at least one criterion, found none")]
    CriteriaMissing,
    /// One criterion twice.
    #[error("expected each criterion once, found `{0}` again")]
    CriterionTwice(Label),
    /// A criterion that cannot count.
    #[error("expected at least one point for `{0}`, found none")]
    CriterionWithoutPoints(Label),

    // What there is to draw from.
    /// Nothing was handled.
    #[error(
        "expected complaints that were closed in these days, found none; abandon the inspection"
    )]
    NothingToDraw,
    /// Not every stratum gets what it is owed.
    #[error(
        "expected a sample of {needed} or more, so that each of {strata} strata is in it, found {size}; \
         abandon the inspection and plan another"
    )]
    SampleTooSmall {
        /// What the strata are owed.
        needed: u64,
        /// How many there are.
        strata: usize,
        /// What was planned.
        size: u16,
    },

    // What a score says.
    /// A complaint that was not drawn.
    #[error("expected a complaint of the sample, found {0}")]
    NotInSample(ComplaintId),
    /// Nobody scores again what is scored.
    #[error("expected a complaint that nobody has scored, found {0}, which somebody has")]
    AlreadyScored(ComplaintId),
    /// Nobody inspects what they had a part in.
    #[error("expected somebody without a part in the case, found `{inspector}`, who {part} it")]
    HasPartInCase {
        /// Who would score it.
        inspector: ActorId,
        /// Their part.
        part: Part,
    },
    /// Nobody inspects what they have an interest in.
    #[error("expected somebody without an interest in the case, found `{0}`, who declared one")]
    InterestDeclared(ActorId),
    /// A criterion that the plan does not have.
    #[error("expected a criterion of the plan, found `{0}`")]
    CriterionUnknown(Label),
    /// A criterion without a score.
    #[error("expected points for `{0}`, or null where it does not apply, found nothing")]
    CriterionNotScored(Label),
    /// More points than there are.
    #[error("expected at most {most} points for `{criterion}`, found {found}")]
    TooManyPoints {
        /// The criterion.
        criterion: Label,
        /// The most it gives.
        most: u8,
        /// What was given.
        found: u8,
    },
    /// No point, and no word why.
    #[error("expected a finding for `{0}`, which got no point, found none")]
    FindingMissing(Label),

    // What a follow-up says.
    /// There is nothing to follow up.
    #[error("expected a criterion under which something was found, found `{0}`")]
    NothingFound(Label),
    /// It is followed up already.
    #[error("expected findings that nobody has followed up, found `{0}`, which somebody has")]
    AlreadyFollowedUp(Label),
    /// There is no such action.
    #[error("expected an action that was proposed, found none with the name {0}")]
    ActionUnknown(ActionId),
    /// Something else led to it.
    #[error("expected an action that an inspection led to, found that {0} is not one")]
    ActionOfOtherOrigin(ActionId),
    /// A decision without grounds.
    #[error("expected at least one ground for `{0}`, found none")]
    GroundsMissing(&'static str),

    // What an end needs.
    /// Complaints without a score.
    #[error("expected every complaint of the sample scored, found {0} that nobody has scored")]
    NotAllScored(usize),
    /// Findings without a follow-up.
    #[error("expected an action or a reason against one for `{0}`, found neither")]
    FollowUpMissing(Label),
}

named_variants! { InspectionRejection, CODES, code {
    RoleMayNot = "role-may-not",
    NotPlanned = "not-planned",
    AlreadyPlanned = "already-planned",
    Ended = "ended",
    AlreadyDrawn = "already-drawn",
    NotDrawn = "not-drawn",
    OccurredInFuture = "occurred-in-future",
    PeriodNotOver = "period-not-over",
    SizeOutOfRange = "size-out-of-range",
    CriteriaMissing = "criteria-missing",
    CriterionTwice = "criterion-twice",
    CriterionWithoutPoints = "criterion-without-points",
    NothingToDraw = "nothing-to-draw",
    SampleTooSmall = "sample-too-small",
    NotInSample = "not-in-sample",
    AlreadyScored = "already-scored",
    HasPartInCase = "has-part-in-case",
    InterestDeclared = "interest-declared",
    CriterionUnknown = "criterion-unknown",
    CriterionNotScored = "criterion-not-scored",
    TooManyPoints = "too-many-points",
    FindingMissing = "finding-missing",
    NothingFound = "nothing-found",
    AlreadyFollowedUp = "already-followed-up",
    ActionUnknown = "action-unknown",
    ActionOfOtherOrigin = "action-of-other-origin",
    GroundsMissing = "grounds-missing",
    NotAllScored = "not-all-scored",
    FollowUpMissing = "follow-up-missing",
} }

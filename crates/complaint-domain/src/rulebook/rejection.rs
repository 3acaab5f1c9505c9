//! Why a command to the rulebook was refused.

use jiff::{Timestamp, civil::Date};

use super::ChangeNumber;
use crate::{
    actor::{ActorId, Role},
    clock::AdoptError,
    codes::named_variants,
    label::Label,
};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, whether the change waits for it, when it happened, and what the change says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulebookRejection {
    // Who asks.
    /// A role that does not set rules.
    #[error(
        "expected a supervisor, compliance officer or committee chair, found the role `{role}`"
    )]
    RoleMayNot {
        /// The role.
        role: Role,
    },

    // Whether the change waits for it.
    /// Nobody proposed it.
    #[error("expected a change that was proposed, found none with the number {0}")]
    ChangeUnknown(ChangeNumber),
    /// It was approved or rejected.
    #[error("expected a change that nobody decided, found {0}, which somebody did")]
    ChangeDecided(ChangeNumber),
    /// A number out of turn.
    #[error("expected the number {expected}, the next, found {found}")]
    NumberNotNext {
        /// The next.
        expected: u32,
        /// What was given.
        found: ChangeNumber,
    },

    // When it happened.
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },

    // What the change says.
    /// Nobody approves what they proposed.
    #[error("expected somebody else than `{0}`, who proposed it, to approve it, found them")]
    ApprovedByProposer(ActorId),
    /// A decision without grounds.
    #[error("expected at least one ground, found none")]
    GroundsMissing,
    /// It would hold for days that have passed.
    #[error("expected a first day from {today} on, found {from}")]
    FromPassed {
        /// The day it happened, or today when that is later, in UTC.
        today: Date,
        /// The first day.
        from: Date,
    },
    /// The text is no rule pack.
    #[error("expected the text of a rule pack, found that {problem}")]
    PackUnreadable {
        /// What is wrong with it.
        problem: String,
    },
    /// The text is no holiday calendar.
    #[error("expected the text of a holiday calendar, found that {problem}")]
    CalendarUnreadable {
        /// What is wrong with it.
        problem: String,
    },
    /// The text is no tree of causes.
    #[error("expected the text of a tree of causes, found that {problem}")]
    CausesUnreadable {
        /// What is wrong with it.
        problem: String,
    },
    /// The pack cannot be counted as asked.
    #[error("expected a pack that can be adopted, found that it cannot: {0}")]
    NotAdoptable(AdoptError),
    /// No clock would start by the pack then anyhow.
    #[error("expected a pack that is adopted on {from}, found that `{pack}` is not")]
    PackNotAdopted {
        /// The pack.
        pack: Label,
        /// The first day without it.
        from: Date,
    },
    /// A limit below nothing.
    #[error("expected a limit of nothing or more, found one below")]
    LimitNegative,
    /// A committee that decides without anybody.
    #[error("expected a quorum of at least 1, found 0")]
    QuorumZero,
    /// A taxonomy by which something could not be classified.
    #[error("expected at least one product, each with at least one issue, found fewer")]
    TaxonomyEmpty,
    /// A limit under which nobody could sit.
    #[error("expected at least one month and one term, found none")]
    TermsZero,
}

named_variants!(RulebookRejection, CODES, code {
    RoleMayNot = "role-may-not",
    ChangeUnknown = "change-unknown",
    ChangeDecided = "change-decided",
    NumberNotNext = "number-not-next",
    OccurredInFuture = "occurred-in-future",
    ApprovedByProposer = "approved-by-proposer",
    GroundsMissing = "grounds-missing",
    FromPassed = "from-passed",
    PackUnreadable = "pack-unreadable",
    CalendarUnreadable = "calendar-unreadable",
    CausesUnreadable = "causes-unreadable",
    NotAdoptable = "not-adoptable",
    PackNotAdopted = "pack-not-adopted",
    LimitNegative = "limit-negative",
    QuorumZero = "quorum-zero",
    TaxonomyEmpty = "taxonomy-empty",
    TermsZero = "terms-zero",
});

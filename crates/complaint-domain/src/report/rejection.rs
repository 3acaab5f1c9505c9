//! Why a command to a report was refused.

use jiff::{Timestamp, civil::Date};

use super::Balance;
use crate::{
    actor::{ActorId, Role},
    codes::named_variants,
    sealed::Digest,
};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, how far the report has come, when it happened, and what the command says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportRejection {
    // Who asks.
    /// A role that has no business with it.
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
    /// Anything but a draft of an unknown report.
    #[error("expected a report that was drafted, found none; draft it first")]
    NotDrafted,
    /// It is published as it stands.
    #[error("expected a report that is not published for `{0}`, found one that is; restate it")]
    AlreadyPublished(&'static str),
    /// There is nothing to replace.
    #[error(
        "expected a report that is published as it stands, found a draft; draft it again instead"
    )]
    NotPublished,
    /// The votes are counted.
    #[error(
        "expected a draft that nobody has endorsed for `{0}`, found one that the committee has"
    )]
    AlreadyEndorsed(&'static str),

    // When it happened.
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },

    // What a draft says.
    /// A draft of something else.
    #[error("expected a draft of the same kind and days, found one of others")]
    OtherReport,
    /// Days that run backwards, or have not ended.
    #[error("expected days from {first_day} to one that is over, found {last_day}")]
    PeriodNotOver {
        /// The first day.
        first_day: Date,
        /// The last day.
        last_day: Date,
    },
    /// Comings and goings do not explain the difference.
    #[error("expected at the start + came - went = at the end, found {0}")]
    Unbalanced(Balance),
    /// It was counted from records that are not there, or from none.
    #[error("expected a report counted from 1 to as many records as there are, found {0}")]
    TreeUnknown(u64),
    /// It was counted from other records.
    #[error("expected the root {expected} over the first {size} records, found {found}")]
    RootDiffers {
        /// How many records.
        size: u64,
        /// The root over them.
        expected: Digest,
        /// What the draft says.
        found: Digest,
    },
    /// Nothing changed.
    #[error("expected files other than those that stand, found the same digest {0}")]
    DigestUnchanged(Digest),
    /// It would replace something else.
    #[error("expected to replace what is published, {expected}, found {found}")]
    ReplacesOther {
        /// What is published.
        expected: Digest,
        /// What was named.
        found: Digest,
    },
    /// A restatement without grounds.
    #[error("expected at least one ground for `restate`, found none")]
    GroundsMissing,

    // Who endorses.
    /// Nobody of the committee.
    #[error("expected somebody with a term on the committee, found `{0}`, who has none")]
    NotOnCommittee(ActorId),
    /// Their term is over.
    #[error("expected a member whose term runs, found `{member}`, whose term ended on {until}")]
    TermOver {
        /// Who.
        member: ActorId,
        /// The last day.
        until: Date,
    },
    /// Nobody endorses what they drafted.
    #[error("expected somebody else than `{0}`, who drafted it, to vote on it, found them")]
    DraftedBySelf(ActorId),
    /// Other files than those that were drafted, or endorsed.
    #[error("expected the digest {expected} of the draft as it stands, found {found}")]
    OtherDigest {
        /// Of the draft.
        expected: Digest,
        /// What was named.
        found: Digest,
    },
    /// A second vote.
    #[error("expected a member who has not voted on this draft, found `{0}`, who has")]
    AlreadyVoted(ActorId),
    /// Too few voted.
    #[error("expected {needed} votes, found {found}; the quorum is missing")]
    QuorumMissing {
        /// How many must vote.
        needed: u16,
        /// How many did.
        found: u16,
    },
    /// Not more for it than against it.
    #[error("expected more votes for it than against it, found {votes_for} to {votes_against}")]
    NoMajority {
        /// For.
        votes_for: u16,
        /// Against.
        votes_against: u16,
    },

    // What publishing needs.
    /// Nobody endorsed it.
    #[error("expected an endorsement by the committee, as the rulebook asks, found none")]
    NotEndorsed,
}

named_variants! { ReportRejection, CODES, code {
    RoleMayNot = "role-may-not",
    NotDrafted = "not-drafted",
    AlreadyPublished = "already-published",
    NotPublished = "not-published",
    AlreadyEndorsed = "already-endorsed",
    OccurredInFuture = "occurred-in-future",
    OtherReport = "other-report",
    PeriodNotOver = "period-not-over",
    Unbalanced = "unbalanced",
    TreeUnknown = "tree-unknown",
    RootDiffers = "root-differs",
    DigestUnchanged = "digest-unchanged",
    ReplacesOther = "replaces-other",
    GroundsMissing = "grounds-missing",
    NotOnCommittee = "not-on-committee",
    TermOver = "term-over",
    DraftedBySelf = "drafted-by-self",
    OtherDigest = "other-digest",
    AlreadyVoted = "already-voted",
    QuorumMissing = "quorum-missing",
    NoMajority = "no-majority",
    NotEndorsed = "not-endorsed",
} }

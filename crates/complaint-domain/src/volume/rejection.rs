//! Why a command about a volume was refused.

use jiff::{Timestamp, civil::Date};

use crate::{actor::Role, codes::named_variants};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, what was recorded before, when it happened, and what the command says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VolumeRejection {
    /// A role that does not say how much business there was.
    #[error(
        "expected a supervisor, compliance officer, administrator or program, found the role `{role}`"
    )]
    RoleMayNot {
        /// The role.
        role: Role,
    },
    /// It stands; what is wrong is corrected, never overwritten.
    #[error("expected a period without a number, found one with {count}; correct it instead")]
    AlreadyRecorded {
        /// The number that counts.
        count: u64,
    },
    /// There is nothing to put right.
    #[error("expected a period with a number, found one without; record it first")]
    NotRecorded,
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// Days that run backwards.
    #[error("expected a last day from {from} on, found {until}")]
    PeriodReversed {
        /// The first day.
        from: Date,
        /// The last day.
        until: Date,
    },
    /// The number cannot be known yet.
    #[error("expected a period that is over before {today}, found one until {until}")]
    PeriodNotOver {
        /// The day it happened, in UTC.
        today: Date,
        /// The last day.
        until: Date,
    },
    /// Some days would be counted twice.
    #[error("expected days that no other period has, found some of {from} to {until}")]
    PeriodOverlaps {
        /// The first day of the other.
        from: Date,
        /// Its last day.
        until: Date,
    },
    /// Nothing can be divided by it.
    #[error("expected a number of at least 1, found 0")]
    NothingCounted,
    /// The same again.
    #[error("expected another number or source, found {count} from the same, which stands")]
    CountUnchanged {
        /// The number that counts.
        count: u64,
    },
}

named_variants!(VolumeRejection, CODES, code {
    RoleMayNot = "role-may-not",
    AlreadyRecorded = "already-recorded",
    NotRecorded = "not-recorded",
    OccurredInFuture = "occurred-in-future",
    PeriodReversed = "period-reversed",
    PeriodNotOver = "period-not-over",
    PeriodOverlaps = "period-overlaps",
    NothingCounted = "nothing-counted",
    CountUnchanged = "count-unchanged",
});

//! Why a command about a data subject was refused.

use jiff::{Timestamp, civil::Date};

use super::{ConsentPurpose, RestrictionGround};
use crate::{
    actor::{ActorId, Role},
    codes::named_variants,
    label::Label,
};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, how far an erasure has come, when it happened, and what the command says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubjectRejection {
    // Who asks.
    /// A role that does not decide this.
    #[error(
        "expected somebody who may `{command}`, such as a data-protection officer, found the role `{role}`"
    )]
    RoleMayNot {
        /// The command.
        command: &'static str,
        /// The role.
        role: Role,
    },
    /// What was destroyed is for the program to say that destroyed it.
    #[error("expected a program of the ledger for `{0}`, found a person")]
    NotForPeople(&'static str),

    // Whether there is anything to decide about.
    /// No personal data was ever sealed for the complaint.
    #[error("expected a complaint with personal data, found none")]
    NothingSealed,
    /// The data is no more.
    #[error("expected personal data for `{0}`, found that it was erased")]
    AlreadyErased(&'static str),
    /// The order stands.
    #[error("expected personal data that stays for `{0}`, found an order to erase it")]
    BeingErased(&'static str),

    // When it happened.
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },

    // What the command says.
    /// The person agreed to it before.
    #[error("expected a use that the person did not agree to yet, found `{0}`, which they did")]
    AlreadyAgreed(ConsentPurpose),
    /// The person never agreed to it.
    #[error("expected a use that the person agreed to, found `{0}`, to which they did not")]
    NotAgreed(ConsentPurpose),
    /// Nobody may open the data already.
    #[error("expected data that is not restricted, found it restricted: {0}")]
    AlreadyRestricted(RestrictionGround),
    /// Everybody who may can open it.
    #[error("expected data that is restricted, found it open")]
    NotRestricted,
    /// The person must be told before, not after.
    #[error("expected the person to be told by {by}, before it is lifted, found {notified}")]
    NotToldBefore {
        /// When it is lifted.
        by: Timestamp,
        /// When they are said to be told.
        notified: Timestamp,
    },
    /// The hold stands already.
    #[error("expected a hold of another name, found `{0}`, which stands")]
    AlreadyHeld(Label),
    /// The hold would be over before it began.
    #[error("expected a hold until {today} or later, found one until {until}")]
    HoldOver {
        /// The day it happened, in UTC.
        today: Date,
        /// Its last day.
        until: Date,
    },
    /// There is no such hold.
    #[error("expected a hold that stands, found `{0}`, which does not")]
    NotHeld(Label),
    /// Somebody asked before, and waits for the answer.
    #[error("expected no request that waits for an answer, found one; decide it first")]
    ErasureAlreadyRequested,
    /// Nobody asked.
    #[error("expected a request for erasure that waits for an answer, found none")]
    ErasureNotRequested,
    /// Nobody answers their own request.
    #[error("expected somebody else than `{0}`, who asked for it, to decide it, found them")]
    DecidedByRequester(ActorId),
    /// Nobody answers what was not asked yet.
    #[error("expected an answer at {requested}, when it was asked for, or later, found {decided}")]
    DecidedBeforeRequest {
        /// When it was asked for.
        requested: Timestamp,
        /// When it is said to be answered.
        decided: Timestamp,
    },
    /// Nothing is destroyed that nobody ordered to be.
    #[error("expected an order to erase, found none")]
    ErasureNotOrdered,
    /// What was destroyed is not all that the complaint's records name.
    #[error(
        "expected {expected} keys and texts destroyed, all that the records name, found {found} or others"
    )]
    NotAllDestroyed {
        /// How many the records name.
        expected: u64,
        /// How many were named as destroyed.
        found: u64,
    },
}

named_variants!(SubjectRejection, CODES, code {
    RoleMayNot = "role-may-not",
    NotForPeople = "not-for-people",
    NothingSealed = "nothing-sealed",
    AlreadyErased = "already-erased",
    BeingErased = "being-erased",
    OccurredInFuture = "occurred-in-future",
    AlreadyAgreed = "already-agreed",
    NotAgreed = "not-agreed",
    AlreadyRestricted = "already-restricted",
    NotRestricted = "not-restricted",
    NotToldBefore = "not-told-before",
    AlreadyHeld = "already-held",
    HoldOver = "hold-over",
    NotHeld = "not-held",
    ErasureAlreadyRequested = "erasure-already-requested",
    ErasureNotRequested = "erasure-not-requested",
    DecidedByRequester = "decided-by-requester",
    DecidedBeforeRequest = "decided-before-request",
    ErasureNotOrdered = "erasure-not-ordered",
    NotAllDestroyed = "not-all-destroyed",
});

//! Why a command about staff was refused.

use jiff::{Timestamp, civil::Date};

use super::{Interest, StaffCommand};
use crate::{
    actor::{ActorId, Role},
    codes::named_variants,
    label::Label,
};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, whether the person works here, when it happened, and then what the command says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StaffRejection {
    // Who asks.
    /// A role that does not run the house.
    #[error(
        "expected a supervisor, compliance officer, committee chair, administrator or a program, \
         or the person themselves for an interest, an absence or a training, found the role `{role}`"
    )]
    RoleMayNot {
        /// The role.
        role: Role,
    },
    /// Somebody who would give themselves a role or a seat, or withdraw an interest of their own.
    #[error(
        "expected somebody else to give `{account}` a role or a seat or to withdraw their interest, found \
         the same person"
    )]
    ForOneself {
        /// The account.
        account: ActorId,
    },

    // Whether the person works here.
    /// A command about somebody who never joined.
    #[error("expected somebody who joined, found nobody; let them join first")]
    NotJoined,
    /// A second joining.
    #[error("expected somebody new, or who left, found `{account}`, who works here")]
    AlreadyJoined {
        /// The account.
        account: ActorId,
    },
    /// A command about somebody who left.
    #[error("expected somebody who works here, found `{account}`, who left")]
    HasLeft {
        /// The account.
        account: ActorId,
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

    // What the command says.
    /// Somebody without a role.
    #[error("expected at least one role, found none")]
    RolesMissing,
    /// A role that nobody who works here has.
    #[error("expected a role of somebody who works here, found `{role}`")]
    RoleNotOfStaff {
        /// The role.
        role: Role,
    },
    /// A role they have.
    #[error("expected a role that they do not have, found `{role}`")]
    RoleHeld {
        /// The role.
        role: Role,
    },
    /// A role they do not have.
    #[error("expected a role that they have, found `{role}`")]
    RoleNotHeld {
        /// The role.
        role: Role,
    },
    /// The team they are in.
    #[error("expected another team, found `{team}`, where they work")]
    TeamUnchanged {
        /// The team.
        team: Label,
    },
    /// A second absence.
    #[error("expected somebody who is here, found an absence that is not ended; end it first")]
    AbsenceRunning,
    /// The end of no absence.
    #[error("expected somebody who is away, found somebody who is here")]
    NotAbsent,
    /// Somebody who stands in for themselves.
    #[error("expected a colleague to stand in, found the absent person")]
    DeputyIsSelf,
    /// An interest they declared.
    #[error("expected an interest that is not declared, found one that is, in {interest}")]
    InterestDeclared {
        /// In what.
        interest: Interest,
    },
    /// An interest they did not declare.
    #[error("expected an interest that is declared, found none in {interest}")]
    InterestNotDeclared {
        /// In what.
        interest: Interest,
    },
    /// An interest in oneself says nothing.
    #[error("expected an interest in a colleague, found the same person")]
    InterestInSelf,
    /// A second term.
    #[error("expected somebody who does not sit on the committee, found a term until {until}")]
    TermRunning {
        /// Its last day.
        until: Date,
    },
    /// The end of no term.
    #[error("expected somebody who sits on the committee, found nobody")]
    NoTerm,
    /// A seat on the committee of somebody who handles or supervises complaints, or the other way round.
    #[error("expected somebody without a part in handling complaints, found the role `{role}`")]
    NotIndependent {
        /// The role.
        role: Role,
    },
    /// A time that ends before it begins.
    #[error("expected a last day from {from} on, found {until}")]
    Reversed {
        /// The first day.
        from: Date,
        /// The last day.
        until: Date,
    },
    /// A term longer than the rulebook lets one be.
    #[error("expected a last day by {longest}, as the rulebook limits terms, found {until}")]
    TermTooLong {
        /// The last day of the term.
        until: Date,
        /// The latest last day it could have.
        longest: Date,
    },
    /// One term more than the rulebook lets somebody have.
    #[error("expected fewer than {most} terms before this one, found {served}")]
    TermsServed {
        /// The most terms somebody may have.
        most: u16,
        /// How many they had, or have.
        served: usize,
    },
    /// A training they completed on that day.
    #[error("expected a training that is not noted for that day, found `{course}`")]
    TrainingNoted {
        /// The course.
        course: Label,
    },
}

named_variants!(StaffRejection, CODES, code {
    RoleMayNot = "role-may-not",
    ForOneself = "for-oneself",
    NotJoined = "not-joined",
    AlreadyJoined = "already-joined",
    HasLeft = "has-left",
    OccurredInFuture = "occurred-in-future",
    RolesMissing = "roles-missing",
    RoleNotOfStaff = "role-not-of-staff",
    RoleHeld = "role-held",
    RoleNotHeld = "role-not-held",
    TeamUnchanged = "team-unchanged",
    AbsenceRunning = "absence-running",
    NotAbsent = "not-absent",
    DeputyIsSelf = "deputy-is-self",
    InterestDeclared = "interest-declared",
    InterestNotDeclared = "interest-not-declared",
    InterestInSelf = "interest-in-self",
    TermRunning = "term-running",
    NoTerm = "no-term",
    NotIndependent = "not-independent",
    Reversed = "reversed",
    TermTooLong = "term-too-long",
    TermsServed = "terms-served",
    TrainingNoted = "training-noted",
});

named_variants!(StaffCommand, NAMES, name {
    Join = "join",
    GrantRole = "grant-role",
    RevokeRole = "revoke-role",
    MoveTeam = "move-team",
    StartAbsence = "start-absence",
    EndAbsence = "end-absence",
    DeclareInterest = "declare-interest",
    WithdrawInterest = "withdraw-interest",
    StartTerm = "start-term",
    EndTerm = "end-term",
    CompleteTraining = "complete-training",
    Leave = "leave",
});

//! A person who works here: roles, team, absences, declared interests, committee term, training.
//!
//! Known by their account name and never by their own. What others decide by it, such as who may
//! take on a complaint, they load from here before deciding.
//!
//! Interests follow the recusal rules for those who handle or mediate complaints: a direct interest, kinship
//! or other closeness that could bear on the case (CBIRC Order 2020 No. 3; SAMR Order 121, article
//! 19).

mod decide;
mod rejection;
mod state;
mod terms;

pub use decide::decide;
pub use rejection::StaffRejection;
pub use state::{Conflict, Parts, Person, Staff, Term, TermLimits, evolve};
pub use terms::{
    Absence, AbsenceEnd, AbsenceReason, Declaration, Interest, Joining, Leaving, LeavingReason,
    RoleChange, TeamChange, TermEnd, TermEndReason, TermStart, Training, Withdrawal,
};

use serde::{Deserialize, Serialize};

use crate::{
    aggregate::{Aggregate, Occasion},
    fact::{Fact, LedgerEvent},
};

/// What a decision about somebody depends on besides their stream and the command.
#[derive(Debug, Clone, Copy)]
pub struct StaffCircumstances<'a> {
    /// Who asks, when it happened and what time it is.
    pub occasion: &'a Occasion,
    /// How long somebody may sit on the committee, if the rulebook says.
    pub term_limits: Option<TermLimits>,
}

/// A command to one person's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaffCommand {
    /// Take somebody on.
    Join(Joining),
    /// Let them act in a role more.
    GrantRole(RoleChange),
    /// Let them act in a role no more.
    RevokeRole(RoleChange),
    /// Let them work in another team.
    MoveTeam(TeamChange),
    /// Note that they are away.
    StartAbsence(Absence),
    /// Note that they are back.
    EndAbsence(AbsenceEnd),
    /// Declare an interest.
    DeclareInterest(Declaration),
    /// Note that an interest is gone.
    WithdrawInterest(Withdrawal),
    /// Appoint them to the committee.
    StartTerm(TermStart),
    /// End their time on the committee.
    EndTerm(TermEnd),
    /// Note a training they completed.
    CompleteTraining(Training),
    /// Note that they work here no more.
    Leave(Leaving),
}

/// What happened to a person who works here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffEvent {
    /// Somebody began to work here, again perhaps.
    Joined(Joining),
    /// They may act in a role more.
    RoleGranted(RoleChange),
    /// They may act in a role no more.
    RoleRevoked(RoleChange),
    /// They work in another team.
    TeamChanged(TeamChange),
    /// They are away.
    AbsenceStarted(Absence),
    /// They are back.
    AbsenceEnded(AbsenceEnd),
    /// They have an interest.
    InterestDeclared(Declaration),
    /// They have an interest no more.
    InterestWithdrawn(Withdrawal),
    /// They sit on the committee.
    TermStarted(TermStart),
    /// They sit on the committee no more.
    TermEnded(TermEnd),
    /// They completed a training.
    TrainingCompleted(Training),
    /// They work here no more.
    Left(Leaving),
}

impl Aggregate for Staff {
    type Command = StaffCommand;
    type Event = StaffEvent;
    type Rejection = StaffRejection;
    type Circumstances<'a> = StaffCircumstances<'a>;

    const STREAM_KIND: &'static str = "staff";

    fn decide(
        &self,
        command: &StaffCommand,
        circumstances: &StaffCircumstances<'_>,
    ) -> Result<Vec<StaffEvent>, StaffRejection> {
        decide(self, command, circumstances).map(|event| vec![event])
    }

    fn evolve(self, fact: &Fact<StaffEvent>) -> Self {
        evolve(self, fact)
    }

    fn to_ledger(event: StaffEvent) -> LedgerEvent {
        LedgerEvent::Staff(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<StaffEvent> {
        let LedgerEvent::Staff(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;

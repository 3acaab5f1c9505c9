//! What is so of an action, and how it changes by what happened.

use jiff::{civil::Date, tz::TimeZone};

use super::{ActionEvent, ActionProposal, EffectCheck};
use crate::{actor::ActorId, fact::Fact};

/// An action as [`decide`](super::decide) sees it.
///
/// # Invariants
///
/// Nobody approved what they proposed, nobody but the owner says that it is done, nobody checks
/// their own action, and what closed as effective has a check that counted fewer complaints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Action {
    /// No event yet.
    #[default]
    NotProposed,
    /// It was proposed.
    Proposed(Box<Plan>),
}

/// Where an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionStage {
    /// Nobody let it go ahead yet.
    Proposed,
    /// It is being carried out.
    Approved,
    /// It was carried out.
    Completed,
    /// It ended, or was not let go ahead.
    Ended,
}

/// An action that was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub(super) stage: ActionStage,
    pub(super) proposal: ActionProposal,
    pub(super) proposer: ActorId,
    pub(super) due: Date,
    pub(super) completed_on: Option<Date>,
    pub(super) last_check: Option<EffectCheck>,
}

impl Plan {
    /// Where it stands.
    pub fn stage(&self) -> ActionStage {
        self.stage
    }

    /// What was proposed.
    pub fn proposal(&self) -> &ActionProposal {
        &self.proposal
    }

    /// The day by which it is due, as last moved.
    pub fn due(&self) -> Date {
        self.due
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(state: Action, fact: &Fact<ActionEvent>) -> Action {
    match (state, &fact.event) {
        (_, ActionEvent::Proposed(proposal)) => Action::Proposed(Box::new(Plan {
            stage: ActionStage::Proposed,
            proposal: proposal.clone(),
            proposer: fact.actor.id.clone(),
            due: proposal.due,
            completed_on: None,
            last_check: None,
        })),
        (Action::NotProposed, _) => Action::NotProposed,
        (Action::Proposed(mut plan), event) => {
            match event {
                ActionEvent::Proposed(_) | ActionEvent::CustomersRemediated(_) => {}
                ActionEvent::Approved(_) => plan.stage = ActionStage::Approved,
                ActionEvent::Rescheduled(change) => plan.due = change.due,
                ActionEvent::Completed(_) => {
                    plan.stage = ActionStage::Completed;
                    plan.completed_on = Some(TimeZone::UTC.to_datetime(fact.occurred_at).date());
                }
                ActionEvent::EffectChecked(check) => plan.last_check = Some(check.clone()),
                ActionEvent::Rejected(_) | ActionEvent::Closed(_) => {
                    plan.stage = ActionStage::Ended;
                }
            }
            Action::Proposed(plan)
        }
    }
}

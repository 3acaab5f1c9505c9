//! What is so of an action, and how it changes by what happened.

use jiff::{civil::Date, tz::TimeZone};

use super::{ActionEvent, ActionProposal, ActionResult, EffectCheck};
use crate::{actor::ActorId, codes::closed_list, fact::Fact};

/// An action as [`decide`](super::decide) sees it.
///
/// # Invariants
///
/// Nobody approved what they proposed, nobody but the owner says that it is done, nobody checks
/// their own action, and what closed as effective has a check that counted fewer complaints than
/// chance explains.
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

closed_list! {
    ActionStage {
        Proposed = "proposed",
        Approved = "approved",
        Completed = "completed",
        Ended = "ended",
    }
}

impl ActionStage {
    /// Whether nothing more is expected of anybody.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Ended)
    }
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
    pub(super) result: Option<ActionResult>,
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

    /// The day on which it was carried out, in UTC.
    pub fn completed_on(&self) -> Option<Date> {
        self.completed_on
    }

    /// What later complaints showed, as last counted.
    pub fn last_check(&self) -> Option<&EffectCheck> {
        self.last_check.as_ref()
    }

    /// What it came to; nothing while it is open, or when it was not let go ahead.
    pub fn result(&self) -> Option<ActionResult> {
        self.result
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
            result: None,
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
                ActionEvent::Rejected(_) => plan.stage = ActionStage::Ended,
                ActionEvent::Closed(closure) => {
                    plan.stage = ActionStage::Ended;
                    plan.result = Some(closure.result);
                }
            }
            Action::Proposed(plan)
        }
    }
}

//! A corrective or preventive action: what is done so that it does not happen again, and whether
//! it helped.
//!
//! An action is proposed from causes, approved by somebody else, carried out by its owner, and
//! checked against the complaints that came later. What also reached customers who never complained
//! is noted in counts; nobody is named.
//!
//! # Source
//!
//! ISO 10002:2018, clauses 8.2 and 8.7; DISP 1.3.3R: causes that several complaints share, and
//! whether they touch others who did not complain.

mod decide;
mod effect;
mod rejection;
mod state;
mod terms;

pub use decide::decide;
pub use effect::{COMPLAINTS_MIN, DAYS_MIN, EffectVerdict, ONCE_IN};
pub use rejection::ActionRejection;
pub use state::{Action, ActionStage, Plan, evolve};
pub use terms::{
    ActionApproval, ActionClosure, ActionCommand, ActionEvent, ActionKind, ActionOrigin,
    ActionProposal, ActionRejected, ActionResult, Completion, EffectCheck, Remediation,
    Rescheduling,
};

use crate::{
    aggregate::{Aggregate, Occasion},
    fact::{Fact, LedgerEvent},
};

impl Aggregate for Action {
    type Command = ActionCommand;
    type Event = ActionEvent;
    type Rejection = ActionRejection;
    type Circumstances<'a> = &'a Occasion;

    const STREAM_KIND: &'static str = "action";

    fn decide(
        &self,
        command: &ActionCommand,
        occasion: &&Occasion,
    ) -> Result<Vec<ActionEvent>, ActionRejection> {
        decide(self, command, occasion).map(|event| vec![event])
    }

    fn evolve(self, fact: &Fact<ActionEvent>) -> Self {
        evolve(self, fact)
    }

    fn to_ledger(event: ActionEvent) -> LedgerEvent {
        LedgerEvent::Action(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<ActionEvent> {
        let LedgerEvent::Action(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;

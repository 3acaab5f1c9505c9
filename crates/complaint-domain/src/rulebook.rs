//! The rulebook: the rules of the house, each with the day from which it holds.
//!
//! A change is proposed by one person and approved by another, and holds from a day that has not
//! passed when it is approved: nobody makes a limit longer, or an approval unnecessary, for what
//! has happened already. A rule pack is recorded with its whole text, so that whoever has the log
//! can count every clock again, whatever a later program ships.
//!
//! Until a change says otherwise, what the program brings holds
//! ([`ComplaintRules::default`](crate::complaint::ComplaintRules), [`CommitteeRules::default`](crate::review::CommitteeRules)).
//!
//! # Source
//!
//! ISO 10002:2018, clauses 5.3 and 6.4: who may do what in handling complaints is set down by the top
//! management, and kept as a record.

mod decide;
mod rejection;
mod state;
mod terms;

pub use decide::decide;
pub use rejection::RulebookRejection;
pub use state::{Approved, HouseRules, evolve};
pub use terms::{ChangeApproval, ChangeNumber, ChangeProposal, ChangeRejected, RuleChange};

use serde::{Deserialize, Serialize};

use crate::{
    aggregate::{Aggregate, Occasion},
    codes::named_variants,
    fact::{Fact, LedgerEvent},
};

/// A command to the rulebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RulebookCommand {
    /// Propose a change of the rules.
    Propose(ChangeProposal),
    /// Let it hold.
    Approve(ChangeApproval),
    /// Decide against it.
    Reject(ChangeRejected),
}

/// What happened to the rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulebookEvent {
    /// A change was proposed.
    ChangeProposed(ChangeProposal),
    /// It holds from its day on.
    ChangeApproved(ChangeApproval),
    /// It does not hold.
    ChangeRejected(ChangeRejected),
}

named_variants!(RulebookCommand, NAMES, name {
    Propose = "propose",
    Approve = "approve",
    Reject = "reject",
});

impl Aggregate for HouseRules {
    type Command = RulebookCommand;
    type Event = RulebookEvent;
    type Rejection = RulebookRejection;
    type Circumstances<'a> = &'a Occasion;

    const STREAM_KIND: &'static str = "rulebook";

    fn decide(
        &self,
        command: &RulebookCommand,
        occasion: &&Occasion,
    ) -> Result<Vec<RulebookEvent>, RulebookRejection> {
        decide(self, command, occasion).map(|event| vec![event])
    }

    fn evolve(self, fact: &Fact<RulebookEvent>) -> Self {
        evolve(self, fact)
    }

    fn to_ledger(event: RulebookEvent) -> LedgerEvent {
        LedgerEvent::Rulebook(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<RulebookEvent> {
        let LedgerEvent::Rulebook(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;

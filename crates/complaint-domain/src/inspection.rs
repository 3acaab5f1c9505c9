//! A periodic quality inspection: a sample of handled complaints that nobody could choose, scored by
//! people who did not handle them, and what follows from what they found.
//!
//! The plan is recorded first: which days, how many complaints, how they are spread, what is looked
//! at. The sample then follows from the tree of all records that ends with the plan itself
//! ([`sample`](mod@sample)): its root is the seed, and what it says is the population. Whoever plans cannot know
//! the seed, whoever draws has nothing to choose, and whoever has the log can draw again.
//!
//! # Source
//!
//! ISO 10002:2018, clauses 8.1 to 8.6: what is handled is looked at again, with fixed criteria, at
//! set intervals, and corrected where it falls short.

mod circumstances;
mod decide;
mod rejection;
pub mod sample;
mod state;
mod terms;

pub use circumstances::{InspectionCircumstances, InspectionFacts, Population};
pub use decide::decide;
pub use rejection::InspectionRejection;
pub use state::{Inspection, InspectionStage, Sheet, evolve};
pub use terms::{
    Abandonment, Assessment, CRITERIA, Criterion, Dimension, DrawOrder, Drawn, FollowUp,
    InspectionClosure, InspectionCommand, InspectionEvent, InspectionFinding, InspectionPlan,
    InspectionResult, SIZE_MAX, Stratum, StratumDraw,
};

use crate::{
    aggregate::Aggregate,
    fact::{Fact, LedgerEvent},
};

impl Aggregate for Inspection {
    type Command = InspectionCommand;
    type Event = InspectionEvent;
    type Rejection = InspectionRejection;
    type Circumstances<'a> = InspectionCircumstances<'a>;

    const STREAM_KIND: &'static str = "inspection";

    fn decide(
        &self,
        command: &InspectionCommand,
        circumstances: &InspectionCircumstances<'_>,
    ) -> Result<Vec<InspectionEvent>, InspectionRejection> {
        decide(self, command, circumstances).map(|event| vec![event])
    }

    fn evolve(self, fact: &Fact<InspectionEvent>) -> Self {
        evolve(self, fact)
    }

    fn to_ledger(event: InspectionEvent) -> LedgerEvent {
        LedgerEvent::Inspection(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<InspectionEvent> {
        let LedgerEvent::Inspection(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;

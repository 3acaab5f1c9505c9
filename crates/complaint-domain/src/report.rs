//! A report to the public: drafted from stated records, endorsed by the committee, published, and
//! restated when it was wrong.
//!
//! What is endorsed and what is published is a digest: that of the list of all files with their own
//! digests. Whoever has the files can hold them to the record, and the record to a checkpoint.
//!
//! # Source
//!
//! ISO 10002:2018, clause 8.6: reports on complaints handling go to whoever oversees it, at set
//! intervals; DISP 1.10A: what is published is what was reported.

mod circumstances;
mod decide;
mod rejection;
mod state;
mod terms;

pub use circumstances::{ReportCircumstances, ReportFacts};
pub use decide::decide;
pub use rejection::ReportRejection;
pub use state::{Issue, Report, ReportStage, evolve};
pub use terms::{
    Balance, Endorsed, EndorsementOrder, Publication, Published, ReportCommand, ReportDraft,
    ReportEvent, ReportKind, ReportVote, Restatement, RestatementReason,
};

use crate::{
    aggregate::Aggregate,
    fact::{Fact, LedgerEvent},
};

impl Aggregate for Report {
    type Command = ReportCommand;
    type Event = ReportEvent;
    type Rejection = ReportRejection;
    type Circumstances<'a> = ReportCircumstances<'a>;

    const STREAM_KIND: &'static str = "report";

    fn decide(
        &self,
        command: &ReportCommand,
        circumstances: &ReportCircumstances<'_>,
    ) -> Result<Vec<ReportEvent>, ReportRejection> {
        decide(self, command, circumstances).map(|event| vec![event])
    }

    fn evolve(self, fact: &Fact<ReportEvent>) -> Self {
        evolve(self, fact)
    }

    fn to_ledger(event: ReportEvent) -> LedgerEvent {
        LedgerEvent::Report(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<ReportEvent> {
        let LedgerEvent::Report(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;

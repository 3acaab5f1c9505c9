//! What may be written after `redress inspection`.

use clap::{Args, Subcommand};

use super::{FiledList, FiledShow, LedgerAt, Sent};
use crate::casework::InspectionNoun;

/// What can be done with inspections.
#[derive(Debug, Subcommand)]
pub enum InspectionLine {
    /// Show one as it stands, and all that happened to it
    Show(FiledShow),

    /// List those of which something is still expected, the oldest first
    List(FiledList),

    /// Draw the sample again from the records, and hold what was recorded against it
    #[command(
        long_about = "Draws the sample of an inspection again: the seed is the root over the records up to and with the plan, the population is what they say, and nothing else goes in (docs/format.md). If a draw is recorded, the two are compared. It writes nothing, and needs no key.\n\nExit code 0: the same, or not drawn yet. 1: they differ, or there is nothing to draw.",
        after_help = "Example:\n  redress inspection sample inspection-01KA0000000000000000000000 --data ./ledger"
    )]
    Sample(InspectionSample),

    /// Send a command
    #[command(flatten)]
    Send(Sent<InspectionNoun>),
}

/// Arguments of `redress inspection sample`.
#[derive(Debug, Args)]
pub struct InspectionSample {
    /// Which, by the name of its stream
    #[arg(value_name = "STREAM")]
    pub stream: String,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,
}

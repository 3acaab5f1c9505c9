//! What may be written after `redress rulebook`.

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{LedgerAt, Sent};
use crate::casework::RulebookNoun;

/// What can be done with the rules of the house.
#[derive(Debug, Subcommand)]
pub enum RulebookLine {
    /// Show which packs, calendars, taxonomy, limits and requirements hold on a day
    #[command(
        after_help = "Examples:\n  redress rulebook show --data ./ledger\n  redress rulebook show --data ./ledger --on 2026-04-20 --json"
    )]
    Show(RulebookShow),

    /// Send a command
    #[command(flatten)]
    Send(Sent<RulebookNoun>),
}

/// Arguments of `redress rulebook show`.
#[derive(Debug, Args)]
pub struct RulebookShow {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The day [default: today, UTC]
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
}

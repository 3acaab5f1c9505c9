//! What may be written after `redress clock`.

use clap::{Args, Subcommand};

use super::{LedgerAt, LocaleName};
use crate::instant::Instant;

/// What `redress clock` can do.
#[derive(Debug, Subcommand)]
pub enum ClockCommand {
    /// Say of each clock when it is due, and why
    #[command(
        long_about = "Derives each clock of the named rule packs from what happened to the complaint, and explains it: the rule and its citation, each counted and each skipped day, pauses and extensions, the due instant, the result. Nothing is stored.",
        after_help = "Examples:\n  redress clock explain complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --data ./redress-demo --pack uk-disp\n  redress clock explain complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --data ./redress-demo --pack ./our-promises.json --clock first-answer"
    )]
    Explain(ClockExplain),

    /// Note each limit that is near or was missed, once
    #[command(
        long_about = "Looks at every open complaint, and at every other that something happened to since the last run. A limit that is near becomes an event `complaint.clock-warned`, one that was missed `complaint.clock-missed`: once each, however often this is run, and also after it was not run for a week. Where an adopted pack orders it, a complaint that is to be rejected goes before the committee, and what the committee came to is noted in the complaint. Let the machine's scheduler run it every few minutes.",
        after_help = "Example:\n  redress clock run --data ./ledger"
    )]
    Run(ClockRun),

    /// Say until when whoever gets a final response may turn elsewhere
    #[command(
        long_about = "Says the last day of recourse by each rule pack that counts one, and the clock that it is counted by. A final response of a ledger whose rulebook has adopted such a pack states that day and no other.",
        after_help = "Examples:\n  redress clock recourse --data ./ledger\n  redress clock recourse --data ./ledger --pack uk-disp --at 2026-08-31T09:00:00Z"
    )]
    Recourse(ClockRecourse),

    /// List the rule packs that come with the program
    Packs,
}

/// Arguments of `redress clock explain`.
#[derive(Debug, Args)]
pub struct ClockExplain {
    /// The complaint, by the name of its stream
    pub complaint: String,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// A rule pack, by its code or as a file; may be given again. Without one, the packs that the
    /// ledger's rulebook has adopted
    #[arg(long = "pack", value_name = "PACK")]
    pub packs: Vec<String>,

    /// Only this clock, such as `final-response` or `uk-disp/final-response`
    #[arg(long, value_name = "CLOCK")]
    pub clock: Option<String>,

    /// The zone whose local dates count, instead of the pack's own
    #[arg(long, value_name = "ZONE", requires = "packs")]
    pub zone: Option<String>,

    /// Read the clocks as they stood at this moment, instead of now
    #[arg(long = "at", value_name = "TIME")]
    pub when: Option<Instant>,

    /// The language of the explanation
    #[arg(long, value_enum, default_value_t = LocaleName::En)]
    pub locale: LocaleName,
}

/// Arguments of `redress clock recourse`.
#[derive(Debug, Args)]
pub struct ClockRecourse {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// A rule pack, by its code or as a file; may be given again. Without one, the packs that the
    /// ledger's rulebook has adopted
    #[arg(long = "pack", value_name = "PACK")]
    pub packs: Vec<String>,

    /// When the final response is given, if it is not now
    #[arg(long = "at", value_name = "TIME")]
    pub when: Option<Instant>,
}

/// Arguments of `redress clock run`.
#[derive(Debug, Args)]
pub struct ClockRun {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Only what was due by this time, instead of by now
    #[arg(long, value_name = "TIME")]
    pub until: Option<Instant>,
}

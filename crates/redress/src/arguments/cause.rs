//! What may be written after `redress cause`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{LedgerAt, LocaleName};

/// What can be done with causes.
#[derive(Debug, Subcommand)]
pub enum CauseCommand {
    /// Find causes that recur more often than chance explains
    #[command(
        long_about = "Draws a control chart (p chart) for each product and cause: of the complaints about the product that came in each week, how many have the cause. A point is named when a rule says that it lies too high (Western Electric, upper side): one beyond three standard deviations; two of three beyond two; four of five beyond one; eight in a row above the centre. With --json each comes with the beginning of a body for `redress action propose`.",
        after_help = "Example:\n  redress cause chart --data ./redress-demo --until 2025-12-28 --weeks 26"
    )]
    Chart(CauseChart),

    /// Print the tree of causes that comes with the program, or check and print one of your own
    #[command(
        long_about = "Prints every cause of a tree with its code and name, below the one above it. A file is checked first: what it prints can be adopted with `redress rulebook propose` (adopt-causes). From its day on, `complaint identify-root-cause` takes the codes of the adopted tree and no others.",
        after_help = "Examples:\n  redress cause tree\n  redress cause tree our-causes.json --locale zh"
    )]
    Tree(CauseTreeFile),

    /// Count whether an action helped, and print the body of `redress action check-effect`
    #[command(
        after_help = "Example:\n  redress cause effect action-01KA0000000000000000000000 --until 2031-06-30 --data ./ledger > check.json"
    )]
    Effect(CauseEffect),
}

/// Arguments of `redress cause chart`.
#[derive(Debug, Args)]
pub struct CauseChart {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The last day of the last week, in UTC; yesterday, when left out
    #[arg(long, value_name = "DAY")]
    pub until: Option<Date>,

    /// How many weeks
    #[arg(long, value_name = "N", default_value_t = 26, value_parser = clap::value_parser!(u16).range(9..=520))]
    pub weeks: u16,
}

/// Arguments of `redress cause effect`.
#[derive(Debug, Args)]
pub struct CauseEffect {
    /// The action, by the name of its stream
    pub action: String,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The last day to count, in UTC
    #[arg(long, value_name = "DAY")]
    pub until: Date,
}

/// Arguments of `redress cause tree`.
#[derive(Debug, Args)]
pub struct CauseTreeFile {
    /// A file with a tree; the one that comes with the program, when left out
    pub file: Option<PathBuf>,

    /// The language of the names
    #[arg(long, value_enum, default_value_t = LocaleName::En)]
    pub locale: LocaleName,
}

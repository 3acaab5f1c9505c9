//! What may be written after `redress report`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::LedgerAt;

/// The kinds of report.
#[derive(Debug, Subcommand)]
pub enum Report {
    /// The transparency report: what came in, what became of it, how long it took
    #[command(
        long_about = "Writes the transparency report of a period: one self-contained HTML page with charts and the tables under them, and the same figures as JSON and CSV. A report whose figures do not balance is refused.",
        after_help = "Examples:\n  redress report transparency --data ./redress-demo --period 2025-Q2 --out ./report\n  redress report transparency --data ./redress-demo --period 2025 --out ./report --locale zh"
    )]
    Transparency(ReportTransparency),
}

/// Arguments of `redress report transparency`.
#[derive(Debug, Args)]
pub struct ReportTransparency {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The period: 2025, 2025-H1, 2025-Q1, 2025-10, 2025-10-01 or 2025-01-01..2025-06-30
    #[arg(long)]
    pub period: String,

    /// The directory to write to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// The language of the page
    #[arg(long, value_enum, default_value_t = LocaleName::En)]
    pub locale: LocaleName,

    /// How many complaints a published figure must count at least; 1 publishes everything
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub min_cell: u64,
}

/// The languages a report can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LocaleName {
    /// English
    En,
    /// Chinese
    Zh,
}

//! What may be written after `redress report`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{FiledLine, ProofOf, RecordsOf};
use crate::casework::ReportNoun;

/// What can be done with reports.
#[derive(Debug, Subcommand)]
pub enum Report {
    /// The transparency report: what came in, what became of it, how long it took
    #[command(
        long_about = "Writes the transparency report of a period: one self-contained HTML page for each language, with charts and the tables under them, the same figures as JSON and CSV, and a list of these files with their digests. A report whose figures do not balance is refused.",
        after_help = "Examples:\n  redress report transparency --data ./redress-demo --period 2025-Q2 --out ./report\n  redress report transparency --data ./redress-demo --period 2025 --out ./report --locale zh"
    )]
    Transparency(ReportFiles),

    /// The committee's own report: its docket, its decisions, what became of them, who sat
    #[command(
        long_about = "Writes the committee's report of a period: a page for each language, the same figures as JSON and CSV, and a list of these files with their digests. A docket that does not balance is refused. Members are told by their seats and terms, not by name.",
        after_help = "Example:\n  redress report committee --data ./redress-demo --period 2025 --out ./committee"
    )]
    Committee(ReportFiles),

    /// Prove what was published, for whoever has the files
    #[command(
        long_about = "Writes a proof that the record of a report's last publication is in the log. It encloses that record: digest of the files, period, from which records it was counted, how the committee endorsed it. Put it beside the published files: whoever has both and the ledger's verifier key needs nothing else.",
        after_help = "Examples:\n  redress report proof report-01KA0000000000000000000000 --data ./ledger --out report/published.tlog-proof\n  redress check report/published.tlog-proof --report report --vkey KEY"
    )]
    Proof(ReportProof),

    /// Show, list, draft, endorse, publish, restate
    #[command(flatten)]
    Filed(FiledLine<ReportNoun>),
}

/// Arguments of the commands that write a report's files.
#[derive(Debug, Args)]
pub struct ReportFiles {
    /// From which records
    #[command(flatten)]
    pub of: RecordsOf,

    /// The period: 2025, 2025-H1, 2025-Q1, 2025-10, 2025-10-01 or 2025-01-01..2025-06-30
    #[arg(long)]
    pub period: String,

    /// Count the first so many records only: as many as a published report says it was counted from gives the same
    /// files again, however much was recorded since
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub records: Option<u64>,

    /// The directory to write to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// The language of the page [default: a page for each]
    #[arg(long, value_enum)]
    pub locale: Option<LocaleName>,

    /// How many complaints a row or a share must count at least to be published; the flow of the period, its months, and the days to an answer are told as they are. 1 publishes everything
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub min_cell: u64,
}

/// Arguments of `redress report proof`.
#[derive(Debug, Args)]
pub struct ReportProof {
    /// Which, by the name of its stream
    #[arg(value_name = "STREAM")]
    pub stream: String,

    /// Of which ledger
    #[command(flatten)]
    pub of: ProofOf,

    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// The languages a report can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LocaleName {
    /// English
    En,
    /// Chinese
    Zh,
}

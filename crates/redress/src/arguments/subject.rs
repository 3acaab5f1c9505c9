//! What may be written after `redress subject` and `redress access`.

use clap::{Args, Subcommand};
use complaint_domain::actor::ActorId;

use super::{FiledLine, LedgerAt, casework::actor};
use crate::{casework::SubjectNoun, instant::Instant};

/// What can be done about the person behind a complaint.
#[derive(Debug, Subcommand)]
pub enum SubjectLine {
    /// Destroy what was ordered to be erased, and record it; finishes what was cut short
    #[command(
        long_about = "Destroys the data keys and sealed texts of every person whose erasure was ordered, reads back that they are gone, and records which keys and how many texts that were. Run again after it was cut short anywhere, it finishes what was begun and does nothing twice.",
        after_help = "Example:\n  redress subject carry-out --data ./ledger"
    )]
    CarryOut(SubjectCarryOut),

    /// Look, or send a command
    #[command(flatten)]
    Filed(FiledLine<SubjectNoun>),
}

/// Arguments of `redress subject carry-out`.
#[derive(Debug, Args)]
pub struct SubjectCarryOut {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,
}

/// What can be done about openings of personal data.
#[derive(Debug, Subcommand)]
pub enum AccessCommandLine {
    /// List who opened whose personal data, when, and for what; never what it says
    #[command(
        after_help = "Examples:\n  redress access list --data ./ledger\n  redress access list --data ./ledger --complaint complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --json\n  redress access list --data ./ledger --by ana --after 2025-12-31 --until 2026-03-31"
    )]
    List(AccessList),
}

/// Arguments of `redress access list`.
#[derive(Debug, Args)]
pub struct AccessList {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Only of this complaint, by the name of its stream
    #[arg(long, value_name = "STREAM")]
    pub complaint: Option<String>,

    /// Only by this account
    #[arg(long, value_name = "ACTOR", value_parser = actor)]
    pub by: Option<ActorId>,

    /// Only after this time: RFC 3339, or a date for the end of that day, UTC
    #[arg(long, value_name = "TIME")]
    pub after: Option<Instant>,

    /// Only up to this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<Instant>,

    /// The most to list, the oldest first
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub limit: u32,
}

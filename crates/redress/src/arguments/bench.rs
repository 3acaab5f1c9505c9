//! Arguments of `redress bench`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Durable appends: one client, many clients, and through the service
    #[command(
        after_help = "Example:\n  redress bench append --events 200000 --clients 512 --rounds 7"
    )]
    Append(BenchAppend),

    /// Reading everything: as JSON Lines into a pipe, and as domain events
    #[command(after_help = "Example:\n  redress bench replay --events 1000000")]
    Replay(BenchSize),

    /// Hashing everything and comparing the root
    #[command(after_help = "Example:\n  redress bench verify --events 1000000")]
    Verify(BenchSize),

    /// Making each read model from the records
    #[command(after_help = "Example:\n  redress bench project --events 100000")]
    Project(BenchSize),
}

/// How much is measured, and where.
#[derive(Debug, Clone, Args)]
pub struct BenchSize {
    /// How many events the ledger has
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub events: u64,

    /// How often each figure is taken; baselines and ledger take turns
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub rounds: u32,

    /// Where to make the ledger that is measured: a directory that does not exist yet, and will not
    /// afterwards [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Leave that directory there: for minutes after it is removed ext4 makes new files slowly, which
    /// the next measurement would measure
    #[arg(long, requires = "data")]
    pub keep: bool,
}

/// Arguments of `redress bench append`.
#[derive(Debug, Args)]
pub struct BenchAppend {
    /// How much, and where
    #[command(flatten)]
    pub size: BenchSize,

    /// How many clients append at once, each waiting for its answer before it goes on
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub clients: u64,
}

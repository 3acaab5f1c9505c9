//! What may be written after a noun whose things can be shown and listed: `redress review` and its
//! like.

use clap::{Args, Subcommand};

use super::{LedgerAt, Sent};
use crate::casework::Noun;

/// What can be done with things of one kind.
#[derive(Debug, Subcommand)]
pub enum FiledLine<N: Noun> {
    /// Show one as it stands, and all that happened to it
    Show(FiledShow),

    /// List those of which something is still expected, the oldest first
    List(FiledList),

    /// Send a command
    #[command(flatten)]
    Send(Sent<N>),
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct FiledShow {
    /// Which, by the name of its stream; a person also by account name
    #[arg(value_name = "STREAM")]
    pub stream: String,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct FiledList {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Also those that ended
    #[arg(long)]
    pub all: bool,

    /// The most to list
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
}

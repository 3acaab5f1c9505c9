//! Arguments of the commands that look after a ledger.

use std::path::PathBuf;

use clap::Args;

use super::LedgerAt;

/// Arguments of `redress backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The directory of the backup: empty, or an earlier backup of this ledger
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

/// Arguments of `redress restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// The directory of the backup
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,

    /// Where the ledger will lie
    #[command(flatten)]
    pub at: LedgerAt,

    /// Only the records, without personal data: no key is needed, and no sealed field will open
    #[arg(long)]
    pub log_only: bool,
}

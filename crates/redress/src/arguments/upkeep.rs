//! Arguments of the commands that look after a ledger.

use std::path::PathBuf;

use clap::Args;

use super::{Against, LedgerAt};

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

    /// The register of what was signed, which tells whether the copy has all of it [default: register, beside the
    /// key that opens the vault]
    #[arg(long, value_name = "FILE")]
    pub register: Option<PathBuf>,
}

/// Arguments of `redress verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Also check that every sealed field lies in the vault, whole
    #[arg(long)]
    pub vault: bool,

    /// What to hold it against
    #[command(flatten)]
    pub against: Against,

    /// The roots you trust to know the time, for the time stamps in the ledger: certificates in PEM, from the
    /// authority, not from the ledger
    #[arg(long, value_name = "FILE")]
    pub trust: Option<PathBuf>,

    /// First mend what can be mended: store and hash tiles from the records, the newest records
    /// from the journal
    #[arg(long)]
    pub repair: bool,
}

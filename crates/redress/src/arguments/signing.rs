//! Arguments of the commands that sign, and of those that check what was signed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::LedgerAt;

/// Where the key that signs lies, and what goes with it.
#[derive(Debug, Clone, Default, Args)]
pub struct SigningAt {
    /// The file of the key that signs checkpoints [default: signing-key, beside the key that opens
    /// the vault]
    #[arg(long, value_name = "FILE")]
    pub signing_key: Option<PathBuf>,

    /// The register of what was signed; keep it where no backup takes it back [default: register,
    /// beside the key that opens the vault]
    #[arg(long, value_name = "FILE")]
    pub register: Option<PathBuf>,

    /// A file with the passphrase of a sealed signing key
    #[arg(
        long,
        value_name = "FILE",
        help = "A file with the passphrase of a sealed signing key [default: REDRESS_PASSPHRASE from the environment, else asked for at the terminal]"
    )]
    pub passphrase_file: Option<PathBuf>,
}

/// Arguments of `redress checkpoint`.
#[derive(Debug, Args)]
pub struct Checkpoint {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// What signs
    #[command(flatten)]
    pub signing: SigningAt,
}

/// What to hold a ledger against.
#[derive(Debug, Clone, Default, Args)]
pub struct Against {
    /// Also check that the ledger extends the checkpoint in this file: one you kept, or got elsewhere
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Option<PathBuf>,

    /// Whom you trust: a tlog-policy file with the log's key and, if you like, witnesses
    #[arg(long, value_name = "FILE", requires = "against", conflicts_with = "vkey")]
    pub policy: Option<PathBuf>,

    /// The log's verifier key, as `redress init` printed it
    #[arg(long, value_name = "KEY", requires = "against")]
    pub vkey: Option<String>,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Say which keys there are, and what was signed last
    #[command(after_help = "Example:\n  redress keys status --data ./ledger")]
    Status(KeysStatus),
}

/// Arguments of `redress keys status`.
#[derive(Debug, Args)]
pub struct KeysStatus {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// What signs
    #[command(flatten)]
    pub signing: SigningAt,
}

//! Arguments of the commands that sign, and of those that check what was signed.

use std::{net::SocketAddr, path::PathBuf};

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

    /// The witnesses to ask, and how many must cosign: a tlog-policy file [default: policy, beside the
    /// key that opens the vault, if there is one]
    #[arg(long, value_name = "FILE")]
    pub witnesses: Option<PathBuf>,
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

    /// Let a new key sign from now on, by an event in the log that both keys sign
    #[command(
        long_about = "Makes a new key, records that it takes over in an event signed by both, and removes the old one. Whoever trusts the old key follows the log to the new one. Witnesses must be told of the new key.",
        after_help = "Example:\n  redress keys rotate-signing --data ./ledger"
    )]
    RotateSigning(RotateSigning),

    /// Let a new key open the vault, so that no copy from before does: for after erasures, and from time to time
    #[command(
        long_about = "Wraps the data key of every person anew by a new key-encryption key, destroys the old one, and records it. What was erased is still in backups, snapshots and old blocks of a disk; they open with the key of their time, so from then on nothing in them does. Take a backup right afterwards: of those from before only the records can be used.",
        after_help = "Example:\n  redress keys rotate-vault --data ./ledger"
    )]
    RotateVault(RotateVault),
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

/// Arguments of `redress keys rotate-signing`.
#[derive(Debug, Args)]
pub struct RotateSigning {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// What signs
    #[command(flatten)]
    pub signing: SigningAt,

    /// Seal the new key with the passphrase; one that takes over from a sealed key always is
    #[arg(long)]
    pub seal: bool,
}

/// Arguments of `redress keys rotate-vault`.
#[derive(Debug, Args)]
pub struct RotateVault {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Leave slots as they are that hold no whole key, instead of stopping at the first: `redress verify --vault` tells
    /// first whether a record needs one
    #[arg(long)]
    pub keep_unreadable: bool,
}

/// Arguments of `redress status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// What signs
    #[command(flatten)]
    pub signing: SigningAt,
}

/// Arguments of `redress serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// What signs
    #[command(flatten)]
    pub signing: SigningAt,

    /// Where to listen; an address of this machine's own
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// Arguments of `redress export tiles`.
#[derive(Debug, Args)]
pub struct ExportTiles {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// What signs
    #[command(flatten)]
    pub signing: SigningAt,

    /// The directory to write to: new, or an earlier export of this ledger
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `redress mirror`.
#[derive(Debug, Args)]
pub struct Mirror {
    /// Where the tree is published: an address, or a directory
    #[arg(long, value_name = "URL|DIR")]
    pub from: String,

    /// The directory of the mirror: new, or an earlier mirror of this log
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Whom you trust: a tlog-policy file with the log's key and, if you like, witnesses
    #[arg(long, value_name = "FILE", conflicts_with = "vkey")]
    pub policy: Option<PathBuf>,

    /// The log's verifier key
    #[arg(long, value_name = "KEY")]
    pub vkey: Option<String>,
}

/// What to do with a witness.
#[derive(Debug, Subcommand)]
pub enum WitnessCommand {
    /// Make the key of a witness, and print the half that verifies
    #[command(
        after_help = "Example:\n  redress witness key --key ./witness.key --name witness.example/auditor"
    )]
    Key(WitnessKey),

    /// Cosign the checkpoints of logs, as long as each extends the last
    #[command(
        long_about = "Runs a witness (C2SP tlog-witness): POST /add-checkpoint to be cosigned, GET /HASH/checkpoint to read what was cosigned last. It remembers the last checkpoint of each log and cosigns no other history. Needs no ledger; runs on the auditor's own machine.",
        after_help = "Example:\n  redress witness serve --state ./witness --key ./witness.key --vkey 'ledger.example+…' --listen 127.0.0.1:8090"
    )]
    Serve(WitnessServe),
}

/// Arguments of `redress witness key`.
#[derive(Debug, Args)]
pub struct WitnessKey {
    /// The file to make
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,

    /// The name of the witness: a host name of yours, and a path if you like
    #[arg(long, value_name = "NAME")]
    pub name: String,

    /// Seal the key with a passphrase
    #[arg(long)]
    pub seal: bool,

    /// A file with the passphrase
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// Arguments of `redress witness serve`.
#[derive(Debug, Args)]
pub struct WitnessServe {
    /// The directory in which it remembers
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,

    /// The file of its key
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,

    /// The verifier key of a log to witness; may be given again, also for a log's next key
    #[arg(long = "vkey", value_name = "KEY", required = true)]
    pub logs: Vec<String>,

    /// Where to listen; an address of this machine's own
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,

    /// A file with the passphrase of a sealed key
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

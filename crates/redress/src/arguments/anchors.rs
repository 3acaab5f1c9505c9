//! Arguments of the commands that fetch trusted times.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{LedgerAt, evidence::ProofOf};

/// What to do with trusted times.
#[derive(Debug, Subcommand)]
pub enum AnchorCommand {
    /// Write a time-stamp request over the last checkpoint, to be carried to an authority
    #[command(
        long_about = "Writes a request (RFC 3161) over the newest checkpoint (under a witness policy: the newest that enough witnesses cosigned), and beside it that checkpoint, in a file of the same name ending in `.checkpoint`. The request holds a digest and a random number only. Any authority answers it; what it answers is taken in with `redress anchor import`.",
        after_help = "Examples:\n  redress anchor request --data ./ledger --out today.tsq\n  curl -H 'Content-Type: application/timestamp-query' --data-binary @today.tsq https://tsa.example > today.tsr"
    )]
    Request(AnchorRequest),

    /// Verify what an authority answered, and record it in the ledger
    #[command(
        after_help = "Example:\n  redress anchor import today.tsr --data ./ledger --trust root.pem"
    )]
    Import(AnchorImport),

    /// Ask authorities over HTTP, verify what they answer, and record it
    #[command(
        after_help = "Example:\n  redress checkpoint --data ./ledger\n  redress anchor ask --data ./ledger --tsa https://tsa.example --trust root.pem"
    )]
    Ask(AnchorAsk),

    /// Show the trusted times, and between which of them the records lie
    #[command(
        long_about = "Holds every recorded time stamp against the ledger: token, checkpoint, digest and the root over the records it covers. Then shows between which trusted times the records came to be, and refuses records whose own dates do not fit (clocks may differ by five minutes).\n\nWithout --trust nobody vouches for the stamps, and the times are those that the ledger claims.",
        after_help = "Example:\n  redress anchor list --data ./ledger --trust root.pem"
    )]
    List(AnchorList),
}

/// Whose stamps are believed.
#[derive(Debug, Clone, Args)]
pub struct TrustedTime {
    /// The roots you trust to know the time: certificates in PEM, from the authority, not from the ledger
    #[arg(long, value_name = "FILE")]
    pub trust: PathBuf,

    /// The policy that stamps must be made under, such as 1.2.3.4.1 [default: any]
    #[arg(long, value_name = "OID")]
    pub tsa_policy: Option<String>,
}

/// Arguments of `redress anchor request`.
#[derive(Debug, Args)]
pub struct AnchorRequest {
    /// Of which ledger
    #[command(flatten)]
    pub of: ProofOf,

    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,

    /// The policy that the stamp must be made under, such as 1.2.3.4.1 [default: any]
    #[arg(long, value_name = "OID")]
    pub tsa_policy: Option<String>,
}

/// Arguments of `redress anchor import`.
#[derive(Debug, Args)]
pub struct AnchorImport {
    /// What the authority answered
    #[arg(value_name = "ANSWER")]
    pub answer: PathBuf,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Whose stamps are believed
    #[command(flatten)]
    pub trusted: TrustedTime,

    /// The request that was answered [default: the file of the same name ending in .tsq]
    #[arg(long, value_name = "FILE")]
    pub request: Option<PathBuf>,

    /// The checkpoint that was stamped [default: the file of the request's name ending in .checkpoint]
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
}

/// Arguments of `redress anchor ask`.
#[derive(Debug, Args)]
pub struct AnchorAsk {
    /// Of which ledger
    #[command(flatten)]
    pub of: ProofOf,

    /// The address of a time-stamping authority; may be given again
    #[arg(long, value_name = "URL", required = true)]
    pub tsa: Vec<String>,

    /// Whose stamps are believed
    #[command(flatten)]
    pub trusted: TrustedTime,
}

/// Arguments of `redress anchor list`.
#[derive(Debug, Args)]
pub struct AnchorList {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The roots you trust to know the time: certificates in PEM, from the authority, not from the ledger
    #[arg(long, value_name = "FILE")]
    pub trust: Option<PathBuf>,
}

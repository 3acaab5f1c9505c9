//! Arguments of the commands that hand out evidence, and of the one that checks it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use complaint_domain::{
    actor::{ActorId, Role},
    sealed::PersonalField,
};

use super::LedgerAt;

/// Who opens personal data: it is recorded in the ledger before anything is handed out.
#[derive(Debug, Clone, Args)]
pub struct OpenedBy {
    /// Who opens the fields: an account name, never a person's name
    #[arg(long = "as", value_name = "ACTOR", default_value = "unnamed", value_parser = super::casework::actor)]
    pub actor: ActorId,

    /// In which role
    #[arg(long, value_name = "ROLE", default_value = "system")]
    pub role: Role,
}

/// Of which ledger, and under which checkpoint.
#[derive(Debug, Clone, Args)]
pub struct ProofOf {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The signed checkpoint under which the proof stands [default: the newest that enough witnesses have cosigned, without a policy that names any the last one that was signed]
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,

    /// The register of what was signed [default: register, beside the key that opens the vault]
    #[arg(long, value_name = "FILE", conflicts_with = "checkpoint")]
    pub register: Option<PathBuf>,
}

/// What can be proved.
#[derive(Debug, Subcommand)]
pub enum Prove {
    /// That the record at a position is in the log
    #[command(
        after_help = "Example:\n  redress prove inclusion 3 --data ./ledger --out 3.tlog-proof"
    )]
    Inclusion(ProveInclusion),

    /// That the log only grew since a size that you know
    #[command(
        long_about = "Shows that the checkpoint extends the tree over the first SIZE records: nothing that was there was changed or taken away. Whoever checks it brings the checkpoint they kept.",
        after_help = "Examples:\n  redress prove consistency 600 --data ./ledger --out growth.proof\n  redress check growth.proof --old kept.checkpoint --vkey KEY"
    )]
    Consistency(ProveConsistency),

    /// A complainant's receipt: that their complaint is in the log, with their own words
    #[command(
        long_about = "Writes the receipt of a complaint: a proof that its first record is in the log, that record, and, opened, the nonce and the complainant's own words, so that they can check what the log holds of them. It holds personal data: hand it to the complainant only. It can be issued again at any time.\n\nThe receipt also holds a secret of its own: with it, its holder finds the complaint in the tables of a published report (redress check DIR/published.tlog-proof --report DIR --receipt FILE).",
        after_help = "Examples:\n  redress prove receipt complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --data ./ledger --out mine.tlog-proof --qr mine.svg\n  redress check mine.tlog-proof --vkey KEY"
    )]
    Receipt(ProveReceipt),

    /// That these are all events of a stream, as the ledger last committed to them
    #[command(
        after_help = "Example:\n  redress prove stream complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --data ./ledger --out all.proof"
    )]
    Stream(ProveStream),

    /// That there is no such stream, as the ledger last committed to all of them
    #[command(
        after_help = "Example:\n  redress prove absence complaint-01JGFJJZ00ABCDEFGHJKMNPQRT --data ./ledger --out none.proof"
    )]
    Absence(ProveStream),

    /// Where a published report counts a complaint, for whoever holds its receipt
    #[command(
        long_about = "Writes where the tables of a published report count a complaint: for each the row, and that the complaint's tag is in the list of that row. Whoever checks it brings the receipt, for nothing in the proof says whose complaint it is. It has the rows of all tables side by side, which may be enough to know somebody by: hand it to the complainant only. Whoever has the report's own folder needs no such proof: redress check DIR/published.tlog-proof --report DIR --receipt FILE.",
        after_help = "Examples:\n  redress prove counted complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --report ./report --data ./ledger --out counted.proof\n  redress check counted.proof --receipt mine.tlog-proof --nonce blue-horse-7 --vkey KEY"
    )]
    Counted(ProveCounted),
}

/// Arguments of `redress prove counted`.
#[derive(Debug, Args)]
pub struct ProveCounted {
    /// The complaint, by the name of its stream
    #[arg(value_name = "COMPLAINT")]
    pub complaint: String,

    /// The folder with the report's files, as they were published
    #[arg(long, value_name = "DIR")]
    pub report: PathBuf,

    /// Of which ledger
    #[command(flatten)]
    pub of: ProofOf,

    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `redress prove inclusion`.
#[derive(Debug, Args)]
pub struct ProveInclusion {
    /// The position of the record, from 0
    #[arg(value_name = "POSITION")]
    pub position: u64,

    /// Of which ledger
    #[command(flatten)]
    pub of: ProofOf,

    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `redress prove consistency`.
#[derive(Debug, Args)]
pub struct ProveConsistency {
    /// How many records the checkpoint that you kept covers
    #[arg(value_name = "SIZE")]
    pub size: u64,

    /// Of which ledger
    #[command(flatten)]
    pub of: ProofOf,

    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `redress prove receipt`.
#[derive(Debug, Args)]
pub struct ProveReceipt {
    /// The complaint, by the name of its stream
    #[arg(value_name = "COMPLAINT")]
    pub complaint: String,

    /// Of which ledger
    #[command(flatten)]
    pub of: ProofOf,

    /// Who opens it
    #[command(flatten)]
    pub by: OpenedBy,

    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// A personal field of the first record to open, besides the nonce; may be given again [default:
    /// narrative]
    #[arg(long = "open", value_name = "FIELD", conflicts_with = "without_words")]
    pub open: Vec<PersonalField>,

    /// Open the nonce only: a shorter receipt, which fits a QR code
    #[arg(long)]
    pub without_words: bool,

    /// Also write the receipt as a QR code, an SVG image
    #[arg(long, value_name = "FILE")]
    pub qr: Option<PathBuf>,

    /// Also draw the QR code on standard error
    #[arg(long)]
    pub show_qr: bool,

    /// Make the key that receipt secrets follow from; for a ledger that was made before there were
    /// receipts
    #[arg(long)]
    pub make_key: bool,
}

/// Arguments of `redress prove stream` and `redress prove absence`.
#[derive(Debug, Args)]
pub struct ProveStream {
    /// The stream
    #[arg(value_name = "STREAM")]
    pub stream: String,

    /// Of which ledger
    #[command(flatten)]
    pub of: ProofOf,

    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `redress check`.
#[derive(Debug, Args)]
pub struct Check {
    /// A receipt or other proof, a checkpoint, an evidence bundle, or a time stamp
    #[arg(value_name = "FILE", required_unless_present = "page")]
    pub file: Option<PathBuf>,

    /// Whom you trust: a tlog-policy file with the log's key and, if you like, witnesses; a line says how many of these
    /// must have signed, such as `quorum none`
    #[arg(long, value_name = "FILE", conflicts_with = "vkey")]
    pub policy: Option<PathBuf>,

    /// The log's verifier key, which you have from somewhere else than the evidence
    #[arg(long, value_name = "KEY")]
    pub vkey: Option<String>,

    /// The record that a proof is about, when the proof does not enclose it
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,

    /// The nonce you chose when you complained, for your receipt: one that was given to somebody else too opens
    /// theirs
    #[arg(long, value_name = "TEXT")]
    pub nonce: Option<String>,

    /// The checkpoint you kept, for a proof that the log only grew
    #[arg(long, value_name = "FILE")]
    pub old: Option<PathBuf>,

    /// The folder with the files of a published report, for the proof of its publication
    #[arg(long, value_name = "DIR", conflicts_with_all = ["stamped", "trust", "record"])]
    pub report: Option<PathBuf>,

    /// What `redress mirror` has made of the ledger, to count a published report again from its records (with
    /// --report)
    #[arg(long, value_name = "DIR", requires = "report")]
    pub mirror: Option<PathBuf>,

    /// Your receipt, to find your complaint in the tables of a published report (with --report), or for the proof of
    /// where they count it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stamped", "trust", "record", "old"])]
    pub receipt: Option<PathBuf>,

    /// The checkpoint that was time-stamped, for a time stamp
    #[arg(long, value_name = "FILE", requires = "trust")]
    pub stamped: Option<PathBuf>,

    /// The roots you trust to know the time, for a time stamp or a bundle that holds some: certificates in
    /// PEM, from the authority
    #[arg(long, value_name = "FILE")]
    pub trust: Option<PathBuf>,

    /// Save what was opened to this directory, each text and file as it was handed in, when all else holds: for a
    /// receipt or a bundle
    #[arg(long, value_name = "DIR")]
    pub save_opened: Option<PathBuf>,

    /// Write the page that checks evidence in a browser, and nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "policy", "vkey", "record", "nonce", "old", "stamped", "trust", "report", "receipt", "mirror", "save_opened"])]
    pub page: Option<PathBuf>,
}

/// Arguments of `redress commit-index`.
#[derive(Debug, Args)]
pub struct CommitIndex {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Commit to nothing; make every list again that the ledger has committed to, and compare
    #[arg(long)]
    pub check: bool,
}

/// Arguments of `redress export bundle`.
#[derive(Debug, Args)]
pub struct ExportBundle {
    /// The case, by the name of its stream
    #[arg(long, value_name = "STREAM")]
    pub stream: String,

    /// Of which ledger
    #[command(flatten)]
    pub of: ProofOf,

    /// Who opens fields of it
    #[command(flatten)]
    pub by: OpenedBy,

    /// The zip file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,

    /// A personal field to open in every event of the case that has it; may be given again
    #[arg(long = "open", value_name = "FIELD", requires = "reason")]
    pub open: Vec<PersonalField>,

    /// Why these fields are opened, and for whom: stands in the bundle's README.txt
    #[arg(long, value_name = "TEXT", requires = "open")]
    pub reason: Option<String>,
}

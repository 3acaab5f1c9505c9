//! What may be written on the command line. The help texts here are part of the product.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use event_log::StreamId;

use crate::instant::Instant;

mod anchors;
mod bench;
mod casework;
mod cause;
mod clock;
mod evidence;
mod filed;
mod inspection;
mod mail;
mod parsing;
mod report;
mod rulebook;
mod signing;
mod subject;
mod upkeep;

pub use anchors::{AnchorAsk, AnchorCommand, AnchorImport, AnchorList, AnchorRequest, TrustedTime};
pub use bench::{Bench, BenchAppend, BenchSize};
pub use casework::{
    ComplaintCommandLine, ComplaintDuplicates, ComplaintList, ComplaintRead, ComplaintShow,
    SendArgs, Sent,
};
pub use cause::{CauseChart, CauseCommand, CauseEffect, CauseTreeFile};
pub use clock::{ClockCommand, ClockExplain, ClockRecourse, ClockRun};
pub use evidence::{
    Check, CommitIndex, ExportBundle, OpenedBy, ProofOf, Prove, ProveConsistency, ProveCounted,
    ProveInclusion, ProveReceipt, ProveStream,
};
pub use filed::{FiledLine, FiledList, FiledShow};
pub use inspection::{InspectionLine, InspectionSample};
pub use mail::{
    LetterArgs, LetterCommand, MailCommand, MailRetry, MailSend, MailServer, MailStatus,
    MailTakeIn, TlsMode,
};
pub use parsing::parse;
pub use report::{LocaleName, Report, ReportFiles, ReportProof};
pub use rulebook::{RulebookLine, RulebookShow};
pub use signing::{
    Against, Checkpoint, ExportTiles, Keys, KeysStatus, Mirror, RotateSigning, RotateVault, Serve,
    SigningAt, Status, WitnessCommand, WitnessKey, WitnessServe,
};
pub use subject::{AccessCommandLine, AccessList, SubjectCarryOut, SubjectLine};
pub use upkeep::{Backup, Restore, Verify};

/// The ledger of consumer complaints: every step recorded once, nothing altered, figures that add up.
#[derive(Debug, Parser)]
#[command(
    name = "redress",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Start here:\n  redress demo            a year of invented complaints, made and checked\n  redress help COMMAND    all about one command\n\nExit codes: 0 done, 1 refused or broken, 2 wrong usage.\nResults go to standard output, messages to standard error."
)]
pub struct CommandLine {
    /// Print results as JSON, for programs
    #[arg(long, global = true)]
    pub json: bool,

    /// What to trace on standard error, such as `info`, `off` or `event_log_sled=debug` [default: warn]
    #[arg(long, global = true, value_name = "FILTER", env = "RUST_LOG")]
    pub log: Option<String>,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try everything on a year of invented complaints
    #[command(
        long_about = "Makes a data directory with a believable year of invented complaints. Each is sent through the same commands as a real one; then the year is replayed, verified and reported.\n\nThe same seed always tells the same year; ids and keys are drawn anew each time, so the roots differ. Nobody in it is real.",
        after_help = "Examples:\n  redress demo\n  redress demo --data /tmp/try --complaints 500 --seed 7"
    )]
    Demo(Demo),

    /// Make an empty ledger
    #[command(
        long_about = "Makes a data directory with an empty ledger, and beside it a directory of the same name ending in `.keys` with the key that opens the vault. Keep a copy of that key elsewhere: without it no personal data can be read.",
        after_help = "Example:\n  redress init --data ./ledger --origin complaints.example.com"
    )]
    Init(Init),

    /// Take in complaints from a file
    Import {
        /// The kind of file
        #[command(subcommand)]
        kind: Import,
    },

    /// Print what was recorded, from the beginning or any part of it
    #[command(
        long_about = "Prints the records in the order in which they were recorded. As JSON Lines, each line is exactly the bytes that were stored and hashed.\n\n--as-of leaves out what happened later; --known-at leaves out what was recorded later, even if it happened before. A date means the end of that day, UTC.",
        after_help = "Examples:\n  redress replay --data ./redress-demo --format table\n  redress replay --data ./redress-demo --stream complaint-01JGFJJZ00ABCDEFGHJKMNPQRS\n  redress replay --data ./redress-demo --as-of 2025-06-30 | wc -l\n  redress replay --data ./redress-demo --known-at 2025-06-30 | wc -l"
    )]
    Replay(Replay),

    /// Check that nothing was altered or removed
    #[command(
        long_about = "Reads every stored byte, computes the root of the tree over all records again and compares it with the head. Also checks that each record can be read and stands where it says, and that every time stamp in the ledger is over the records it claims, and the records' dates fit it.\n\nExit code 0: whole. 1: broken, and the first bad position is named.",
        after_help = "Examples:\n  redress verify --data ./redress-demo\n  redress verify --data ./redress-demo --against kept.checkpoint\n  redress verify --data ./redress-demo --vault --json\n  redress verify --data ./ledger --trust root.pem\n  redress verify --data ./redress-demo --repair"
    )]
    Verify(Verify),

    /// Reports to the public: written, endorsed by the committee, published, restated, proved
    Report {
        /// What to do
        #[command(subcommand)]
        what: Report,
    },

    /// Write data for other programs
    Export {
        /// The kind of export
        #[command(subcommand)]
        kind: Export,
    },

    /// Handle complaints: send a command of the process, show a complaint, list the open ones
    #[command(
        long_about = "Sends one command of the process to a complaint: it is carried out by the rules, or refused with the reason, and then nothing was written. Bodies are JSON; each command shows one with --help. A whole case from receipt to closing is in docs/casework.md.",
        after_help = "Examples:\n  redress complaint list --data ./redress-demo\n  redress complaint assign complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --data ./redress-demo --as sue --role supervisor --body body.json"
    )]
    Complaint {
        /// What to do
        #[command(subcommand)]
        what: ComplaintCommandLine,
    },

    /// Write a complainant a letter: text on standard output, or PDF
    #[command(
        long_about = "Composes a letter from what is recorded, with what each rule pack named makes it say. A letter that lacks a fact which a rule demands is refused. Names and words come from the vault at that moment and are kept nowhere.\n\nThe text on standard output is personal data.",
        after_help = "Example:\n  redress letter complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --data ./ledger --kind final-response --pack uk-disp --sender sender.json --pdf letter.pdf"
    )]
    Letter(LetterCommand),

    /// Send letters by e-mail, and take e-mail in
    #[command(
        long_about = "Letters go through an outbox that holds no personal data: each is composed when it is sent, and recorded in the ledger once the mail server has accepted it. What the outbox promises, and how it retries, is in docs/communication.md.",
        after_help = "Examples:\n  redress mail send COMPLAINT --data ./ledger --kind acknowledgement --sender sender.json --server smtp.example.com:587 --from complaints@example.com\n  redress mail retry --data ./ledger --sender sender.json --server smtp.example.com:587 --from complaints@example.com\n  redress mail status --data ./ledger"
    )]
    Mail {
        /// What to do
        #[command(subcommand)]
        what: MailCommand,
    },

    /// Note and list who works here: roles, absences, interests, committee terms, training
    Staff {
        /// What to do
        #[command(subcommand)]
        what: FiledLine<crate::casework::StaffNoun>,
    },

    /// Put cases before the committee: who sits, who was heard, votes, decision, follow-up
    Review {
        /// What to do
        #[command(subcommand)]
        what: FiledLine<crate::casework::ReviewNoun>,
    },

    /// Take causes away: what is done, by whom, until when, and whether it helped
    Action {
        /// What to do
        #[command(subcommand)]
        what: FiledLine<crate::casework::ActionNoun>,
    },

    /// Look at handled complaints again: a sample that nobody chose, scored and followed up
    #[command(
        after_help = "Example:\n  redress inspection sample inspection-01KA0000000000000000000000 --data ./ledger"
    )]
    Inspection {
        /// What to do
        #[command(subcommand)]
        what: InspectionLine,
    },

    /// Find causes that recur, and count whether what was done against them helped
    Cause {
        /// What to do
        #[command(subcommand)]
        what: CauseCommand,
    },

    /// Follow suspected violations before a regulator
    Referral {
        /// What to do
        #[command(subcommand)]
        what: FiledLine<crate::casework::ReferralNoun>,
    },

    /// The rules of the house: packs, calendars, limits, requirements, each from a day on
    #[command(
        after_help = "Example:\n  echo '{\"change\": 1, \"rule\": {\"kind\": \"adopt-pack\", \"pack\": \"uk-disp\", \"from\": \"2031-01-01\"}}' | redress rulebook propose --data ./ledger --as col --role compliance-officer --body -"
    )]
    Rulebook {
        /// What to do
        #[command(subcommand)]
        what: RulebookLine,
    },

    /// Keep the rights of the person behind a complaint: consent, restriction, legal hold, erasure
    #[command(
        after_help = "Example:\n  echo '{\"complaint\": \"COMPLAINT\", \"ground\": \"no-longer-needed\"}' | redress subject request-erasure --data ./ledger --as ana --role agent --body -"
    )]
    Subject {
        /// What to do
        #[command(subcommand)]
        what: SubjectLine,
    },

    /// Record how much business there was, for complaints per 1000 of it
    Volume {
        /// What to do
        #[command(subcommand)]
        what: FiledLine<crate::casework::VolumeNoun>,
    },

    /// Show who opened whose personal data
    Access {
        /// What to do
        #[command(subcommand)]
        what: AccessCommandLine,
    },

    /// Explain the time limits that run on a complaint
    Clock {
        /// What to do with them
        #[command(subcommand)]
        what: ClockCommand,
    },

    /// Trusted times (RFC 3161): fetch them, take them in, see between which of them records lie
    Anchor {
        /// What to do with them
        #[command(subcommand)]
        what: AnchorCommand,
    },

    /// Look after the read models: derived, disposable, rebuilt from the records
    Projections {
        /// What to do with them
        #[command(subcommand)]
        what: Projections,
    },

    /// Print the head, signed: the statement that strangers hold the ledger to
    #[command(
        long_about = "Signs how many records there are and the root over them, and prints the signed note (C2SP tlog-checkpoint). Before it leaves, it is written to the register, so that no other history can ever be signed: a ledger that does not extend what was signed before is refused. While a process serves the ledger, that one signs, and what it published is printed.",
        after_help = "Examples:\n  redress checkpoint --data ./ledger > kept.checkpoint\n  redress verify --data ./ledger --against kept.checkpoint"
    )]
    Checkpoint(Checkpoint),

    /// Hand out evidence: proofs, and receipts for complainants
    Prove {
        /// What to prove
        #[command(subcommand)]
        what: Prove,
    },

    /// Check evidence, without a ledger and without a network
    #[command(
        long_about = "Checks a receipt or other proof, a checkpoint, or an evidence bundle, offline, and names what does not hold. Whom you trust you must know from somewhere else than the evidence: the ledger's verifier key, or a policy file (C2SP tlog-policy) with the log and the witnesses that must have cosigned.\n\nExit code 0: all of it holds. 1: something does not.",
        after_help = "Examples:\n  redress check mine.tlog-proof --vkey KEY\n  redress check bundle.zip --policy auditors.policy --json\n  redress check growth.proof --old kept.checkpoint --vkey KEY\n  redress check --page verify.html"
    )]
    Check(Check),

    /// Commit to the list of all streams, so that no event and no case can be kept back
    #[command(
        long_about = "Makes the list of all streams with the root over the records of each, and records its root in the ledger. From then on, under a later checkpoint, `redress prove stream` shows that these are all events of a case, and `redress prove absence` that there is no such case. Run it before publishing a checkpoint, as often as you want to be held to it. What is proved then holds for the list that was committed to; that it is the list of these records shows --check where the data directory is, and `redress mirror` to everybody else.",
        after_help = "Examples:\n  redress commit-index --data ./ledger\n  redress commit-index --data ./ledger --check"
    )]
    CommitIndex(CommitIndex),

    /// Say how far the ledger is published, and how old its last cosigned checkpoint is
    #[command(after_help = "Example:\n  redress status --data ./ledger")]
    Status(Status),

    /// Serve the ledger's tree over HTTP, read-only, and publish it as it grows
    #[command(
        long_about = "Serves what any tlog-tiles client can read: GET /checkpoint and GET /tile/…. While it runs, each new head is signed within a second, and cosigned where a policy names witnesses. With a policy only witnessed checkpoints are shown. Work on complaints, letters, exports, reports and verifying go on as if it were not there: whoever runs such a command has it carried out by this process.",
        after_help = "Example:\n  redress serve --data ./ledger --listen 127.0.0.1:8080"
    )]
    Serve(Serve),

    /// Copy a published tree, and check all of it: for strangers, without a ledger
    #[command(
        long_about = "Reads a published tree from an address or a directory, hashes every record anew, follows key rotations, and checks that the root is the one that was signed, cosigned as your policy demands, and that the tree begins with all that this mirror held before. Makes each list of all streams anew that the log committed to, so that no case can be left out of it. Run it again and again: a log that ever changes its history is found out.\n\nExit code 0: all holds. 1: it does not, and what does not is named.",
        after_help = "Examples:\n  redress mirror --from http://127.0.0.1:8080 --out ./mirror --vkey 'ledger.example+…'\n  redress mirror --from ./published --out ./mirror --policy ./policy"
    )]
    Mirror(Mirror),

    /// Be a witness: cosign what logs sign, and never two histories
    Witness {
        /// What to do
        #[command(subcommand)]
        what: WitnessCommand,
    },

    /// Look after the keys
    Keys {
        /// What to do with them
        #[command(subcommand)]
        what: Keys,
    },

    /// Copy the ledger to another place, so that it can be restored
    #[command(
        long_about = "Copies log, vault and wrapped keys to another directory. The first time all of it; after that, of the log only what is new, while what was copied before is held against its digest. A backup is finished when it says so, and the one before it is whole until then.\n\nThe key that opens the vault is never in it: copy that to another place, by other hands. Personal data lies in the directory `personal` of the backup; keep no copy of that longer than 30 days.",
        after_help = "Example:\n  redress backup --data ./ledger --to /mnt/backup/ledger"
    )]
    Backup(Backup),

    /// Make a ledger from a backup, and verify all of it
    #[command(
        long_about = "Makes a ledger from a backup, in a directory that is empty or does not exist. Every byte, every digest, the root over all records and every sealed field is checked before the directory gets its name. Read models are not in a backup: reports and `redress projections rebuild` make them.\n\nNever over a ledger: what was acknowledged after the backup is only there.",
        after_help = "Examples:\n  redress restore --from /mnt/backup/ledger --data ./restored --keys ./ledger.keys/kek\n  redress restore --from /mnt/backup/ledger --data ./archive --log-only"
    )]
    Restore(Restore),

    /// Measure how fast this ledger is here, beside what the machine could do
    #[command(
        long_about = "Makes a ledger of invented complaints in a temporary directory, measures, and removes it. Each figure stands beside a baseline that was taken in the same rounds, so that a ratio can be quoted: absolute figures say more about the machine than about the ledger."
    )]
    Bench {
        /// What to measure
        #[command(subcommand)]
        what: Bench,
    },

    /// Print the completions for a shell
    #[command(
        after_help = "Examples:\n  redress completions bash > ~/.local/share/bash-completion/completions/redress\n  redress completions zsh > ~/.zfunc/_redress\n  redress completions fish > ~/.config/fish/completions/redress.fish"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Where a ledger lies.
#[derive(Debug, Clone, Args)]
pub struct LedgerAt {
    /// The data directory
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,

    /// The file of the key that opens the vault [default: DIR.keys/kek]
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
}

/// Which records are read: a ledger's own, or those of a mirror of it.
#[derive(Debug, Clone, Args)]
pub struct RecordsOf {
    /// The data directory
    #[arg(long, value_name = "DIR", required_unless_present = "mirror")]
    pub data: Option<PathBuf>,

    /// The file of the key that opens the vault [default: DIR.keys/kek]
    #[arg(long, value_name = "FILE", requires = "data")]
    pub keys: Option<PathBuf>,

    /// Instead of a ledger, what `redress mirror` has made of one
    #[arg(long, value_name = "DIR", conflicts_with_all = ["data", "keys"])]
    pub mirror: Option<PathBuf>,
}

impl RecordsOf {
    /// The ledger, unless it is a mirror.
    pub fn ledger(&self) -> Option<LedgerAt> {
        let Self { data, keys, .. } = self;
        data.clone().map(|data| LedgerAt { data, keys: keys.clone() })
    }
}

/// Arguments of `redress demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where to make it
    #[arg(long, value_name = "DIR", default_value = "./redress-demo")]
    pub data: PathBuf,

    /// How many complaints the year has
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub complaints: u64,

    /// Which year is told: another seed, another year
    #[arg(long, value_name = "S", default_value_t = 2_025)]
    pub seed: u64,

    /// Remove an earlier demo at the same place first
    #[arg(long)]
    pub fresh: bool,
}

/// Arguments of `redress init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The name of this ledger, unique in the world: a host name of yours, and a path if you like
    #[arg(long, value_name = "NAME")]
    pub origin: String,

    /// What signs
    #[command(flatten)]
    pub signing: SigningAt,

    /// Seal the signing key with a passphrase, which every command that signs then needs
    #[arg(long)]
    pub seal: bool,
}

/// The kinds of file that can be taken in.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// The public complaint database of the US Consumer Financial Protection Bureau (CSV)
    #[command(
        long_about = "Takes in the CFPB's public CSV, of any of its generations. Each row becomes the steps that the row attests, dated by the row. Rows that cannot be taken in go to the rejects file with line, column and reason; there is none without such rows, nor of a dry run that names none. If not one row can be taken in, the exit code is 1. Importing the same file again adds nothing.",
        after_help = "Examples:\n  redress import cfpb complaints.csv --data ./ledger\n  redress import cfpb complaints.csv --data ./ledger --dry-run"
    )]
    Cfpb(ImportCfpb),
}

/// Arguments of `redress import cfpb`.
#[derive(Debug, Args)]
pub struct ImportCfpb {
    /// The CSV file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Check every row and write nothing to the ledger
    #[arg(long)]
    pub dry_run: bool,

    /// Where rejected rows go [default: FILE.rejects.csv]
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,

    /// What signs
    #[command(flatten)]
    pub signing: SigningAt,
}

/// Arguments of `redress replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// Which records
    #[command(flatten)]
    pub of: RecordsOf,

    /// Only this stream, such as one complaint
    #[arg(long, value_name = "ID")]
    pub stream: Option<String>,

    /// The first position, from 0; within a stream, the position in the log all the same
    #[arg(long, value_name = "P")]
    pub from: Option<u64>,

    /// The last position
    #[arg(long, value_name = "P")]
    pub to: Option<u64>,

    /// Only what had happened by this time: RFC 3339, or a date for the end of that day, UTC
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<Instant>,

    /// Only what had been recorded by this time
    #[arg(long, value_name = "TIME")]
    pub known_at: Option<Instant>,

    /// How to print
    #[arg(long, value_enum, default_value_t = ReplayFormat::Jsonl)]
    pub format: ReplayFormat,
}

/// How `redress replay` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReplayFormat {
    /// The stored bytes of each record, one a line
    Jsonl,
    /// Columns for people
    Table,
}

/// The kinds of export.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// Events and complaints as CSV, with a data dictionary and a manifest of digests
    #[command(after_help = "Example:\n  redress export csv --data ./redress-demo --out ./csv")]
    Csv(ExportTo),

    /// Events and complaints as JSON Lines, with a data dictionary and a manifest of digests
    #[command(after_help = "Example:\n  redress export jsonl --data ./redress-demo --out ./jsonl")]
    Jsonl(ExportTo),

    /// All evidence of one case in one zip file, with a page that checks it in a browser
    #[command(
        long_about = "Writes the records of a case with their proofs under one signed checkpoint, the proof that they are all there are, opened fields where asked for, and a page that checks all of it in a browser without a network. The same case under the same checkpoint gives the same bytes.",
        after_help = "Examples:\n  redress export bundle --stream complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --data ./ledger --out case.zip\n  redress export bundle --stream complaint-01JGFJJZ00ABCDEFGHJKMNPQRS --data ./ledger --out case.zip --open narrative --reason 'ombudsman, case 17'\n  redress check case.zip --vkey KEY"
    )]
    Bundle(ExportBundle),

    /// The auditors' page: an index of all streams, and every event of the first 200
    #[command(
        long_about = "Writes one page that loads nothing from elsewhere: an index of up to 10,000 streams, and every event of the first 200 of them, with both its times. With --stream it is of those alone. What it leaves out it says, and names the file of the read model, which any SQLite tool can ask.",
        after_help = "Examples:\n  redress export audit --data ./redress-demo --out audit.html\n  redress export audit --data ./ledger --out case.html --stream complaint-01JGFJJZ00ABCDEFGHJKMNPQRS"
    )]
    Audit(ExportAudit),

    /// The tree as plain files that any tlog-tiles client can read, under a freshly signed checkpoint
    #[command(
        after_help = "Example:\n  redress export tiles --data ./redress-demo --out ./published"
    )]
    Tiles(ExportTiles),
}

/// Arguments of `redress export`.
#[derive(Debug, Args)]
pub struct ExportTo {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The directory to write to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `redress export audit`.
#[derive(Debug, Args)]
pub struct ExportAudit {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// The page to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,

    /// Only this stream; may be given again
    #[arg(long = "stream", value_name = "STREAM")]
    pub streams: Vec<StreamId>,
}

/// What to do with the read models.
#[derive(Debug, Subcommand)]
pub enum Projections {
    /// How far each read model has come
    Status {
        /// Where the ledger lies
        #[command(flatten)]
        at: LedgerAt,
    },

    /// Make a read model again from the records, beside the live one, and swap
    #[command(
        after_help = "Examples:\n  redress projections rebuild --data ./redress-demo\n  redress projections rebuild audit --data ./redress-demo"
    )]
    Rebuild {
        /// Which one; all of them when left out
        name: Option<String>,

        /// Where the ledger lies
        #[command(flatten)]
        at: LedgerAt,
    },
}

/// The shells that completions are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
}

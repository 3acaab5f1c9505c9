//! What may be written after `redress letter` and `redress mail`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use complaint_letters::{LetterKind, LetterLocale};

use super::{LedgerAt, OpenedBy};

/// Which letter, for `redress letter` and `redress mail send`.
#[derive(Debug, Args)]
pub struct LetterArgs {
    /// The complaint, by the name of its stream
    pub complaint: String,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Which letter: acknowledgement, information-request, progress, holding, summary-resolution,
    /// final-response or closing
    #[arg(long, value_name = "KIND")]
    pub kind: LetterKind,

    /// The language, en or zh [default: the complainant's]
    #[arg(long, value_name = "LANGUAGE")]
    pub locale: Option<LetterLocale>,

    /// The rule pack whose statements the letter must make; may be given again. Without one, the
    /// packs of the ledger's rulebook by which the complaint's clocks started
    #[arg(long = "pack", value_name = "PACK")]
    pub packs: Vec<String>,

    /// A JSON file that says who writes: company, address, contact, signatory
    #[arg(long, value_name = "FILE")]
    pub sender: PathBuf,
}

/// Arguments of `redress letter`.
#[derive(Debug, Args)]
pub struct LetterCommand {
    /// Which letter
    #[command(flatten)]
    pub letter: LetterArgs,

    /// Who opens what it says
    #[command(flatten)]
    pub by: OpenedBy,

    /// Write it as PDF to this file, which only its owner may read
    #[arg(long, value_name = "FILE")]
    pub pdf: Option<PathBuf>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TlsMode {
    /// TLS from the first byte (usually port 465)
    Implicit,
    /// STARTTLS, or nothing is sent (usually port 587)
    Starttls,
    /// None; only to a server on this machine
    Plain,
    /// None, to any server: whoever is on the way reads the letters
    PlainAnywhere,
}

/// The mail server.
#[derive(Debug, Args)]
pub struct MailServer {
    /// The mail server that letters are handed to
    #[arg(long, value_name = "HOST:PORT")]
    pub server: String,

    /// How the connection is protected
    #[arg(long, value_enum, default_value_t = TlsMode::Starttls)]
    pub tls: TlsMode,

    /// A PEM file with a certificate authority to trust besides those of the system
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// The address that letters come from; its domain stands in their Message-IDs
    #[arg(long, value_name = "ADDRESS")]
    pub from: String,

    /// The account at the mail server, if it wants one
    #[arg(long, value_name = "NAME", requires = "password_file")]
    pub user: Option<String>,

    /// The file with the account's password
    #[arg(long, value_name = "FILE", requires = "user")]
    pub password_file: Option<PathBuf>,

    /// How long to wait for the server, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
}

/// What `redress mail` can do.
#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Put a letter into the outbox and send it
    Send(MailSend),
    /// Send what is due of the letters in the outbox
    Retry(MailRetry),
    /// Show the letters in the outbox, and what became of them
    Status(MailStatus),
    /// Take e-mail in: new complaints, and more about old ones
    #[command(
        after_help = "Examples:\n  redress mail take-in --data ./ledger --maildir /var/mail/complaints\n  redress mail take-in --data ./ledger one.eml another.eml"
    )]
    TakeIn(MailTakeIn),
}

/// Arguments of `redress mail take-in`.
#[derive(Debug, Args)]
pub struct MailTakeIn {
    /// Mails, one a file
    #[arg(value_name = "FILE", required_unless_present = "maildir")]
    pub files: Vec<PathBuf>,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// A Maildir: what is taken in goes from its `new` to its `cur`
    #[arg(long, value_name = "DIR")]
    pub maildir: Option<PathBuf>,
}

/// Arguments of `redress mail send`.
#[derive(Debug, Args)]
pub struct MailSend {
    /// Which letter
    #[command(flatten)]
    pub letter: LetterArgs,

    /// The mail server
    #[command(flatten)]
    pub by: MailServer,

    /// Send it although a letter about the same event went out or was given up before
    #[arg(long)]
    pub again: bool,
}

/// Arguments of `redress mail retry`.
#[derive(Debug, Args)]
pub struct MailRetry {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// A JSON file that says who writes: company, address, contact, signatory
    #[arg(long, value_name = "FILE")]
    pub sender: PathBuf,

    /// The mail server
    #[command(flatten)]
    pub by: MailServer,

    /// Also what is not due yet, as when a server is known to be back
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `redress mail status`.
#[derive(Debug, Args)]
pub struct MailStatus {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Only what needs somebody: waiting, given up, bounced
    #[arg(long)]
    pub open: bool,
}

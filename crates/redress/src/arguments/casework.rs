//! What may be written after `redress complaint`, and after every other noun that takes commands.

use std::{marker::PhantomData, path::PathBuf};

use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Subcommand, error::ErrorKind};
use complaint_domain::{
    actor::{Actor, ActorId, Role},
    sealed::PersonalField,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::{LedgerAt, OpenedBy};
use crate::casework::Noun;

/// Who asks, and in which role: it must be said.
#[derive(Debug, Clone, Args)]
pub struct AskedBy {
    /// Who asks: an account name, never a person's name
    #[arg(long = "as", value_name = "ACTOR", value_parser = actor)]
    pub actor: ActorId,

    /// In which role
    #[arg(long, value_name = "ROLE")]
    pub role: Role,
}

impl AskedBy {
    /// As the ledger records it.
    pub fn actor(&self) -> Actor {
        Actor { id: self.actor.clone(), role: self.role }
    }
}

/// Arguments of every command that is sent to something in the ledger.
#[derive(Debug, Clone, Args)]
pub struct SendArgs {
    /// What it is for, by the name of its stream; a new one is named by its command id
    #[arg(value_name = "STREAM")]
    pub stream: Option<String>,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Who asks
    #[command(flatten)]
    pub by: AskedBy,

    /// The file with the body in JSON; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,

    /// A personal field from a file, such as `evidence=./invoice.pdf`; may be given again
    #[arg(long = "attach", value_name = "FIELD=FILE")]
    pub attachments: Vec<String>,

    /// When it happened in the world: RFC 3339; now, when left out
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub occurred_at: Option<Timestamp>,

    /// A UUID of your choice: sent again with the same, it is not done twice
    #[arg(long, value_name = "ID")]
    pub command_id: Option<Uuid>,
}

pub(super) fn actor(text: &str) -> Result<ActorId, String> {
    let account = text.parse().map(ActorId).map_err(|error| format!("{error}"))?;
    if account.names_an_account() {
        Ok(account)
    } else {
        Err("expected the name of an account, with no white space and no `@`".to_owned())
    }
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "expected a time such as 2025-06-30T17:00:00Z".to_owned())
}

/// A command to something of one kind: one subcommand for each verb of the noun.
#[derive(Debug, Clone)]
pub struct Sent<N> {
    /// The name of the command.
    pub verb: String,
    /// Everything else.
    pub args: SendArgs,
    noun: PhantomData<N>,
}

impl<N: Noun> Subcommand for Sent<N> {
    fn augment_subcommands(command: Command) -> Command {
        N::VERBS.iter().fold(command, |command, verb| {
            let sub = SendArgs::augment_args(Command::new(verb.name));
            let personal = if N::TAKES_PERSONAL_TEXTS {
                "Personal texts go under \"personal\", by the name of their field, or come from \
                 files (--attach); never onto the command line."
            } else {
                "Nothing personal goes into it: no names, contacts or texts of complainants."
            };
            let after = format!("Body:\n  {}\n\n{personal}", verb.body);
            let sub = sub.about(verb.about).after_help(after);
            command.subcommand(
                sub.mut_arg("attachments", |attach| attach.hide(!N::TAKES_PERSONAL_TEXTS)),
            )
        })
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        N::VERBS.iter().any(|verb| verb.name == name)
    }
}

impl<N: Noun> FromArgMatches for Sent<N> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let (verb, matches) =
            matches.subcommand().ok_or_else(|| Error::new(ErrorKind::MissingSubcommand))?;
        let args = SendArgs::from_arg_matches(matches)?;
        Ok(Self { verb: verb.to_owned(), args, noun: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What `redress complaint` can do.
#[derive(Debug, Subcommand)]
pub enum ComplaintCommandLine {
    /// Show one complaint as it stands, and all that happened to it
    Show(ComplaintShow),

    /// Show what was said in one complaint: its personal texts, opened; the ledger records who opened them
    Read(ComplaintRead),

    /// List open complaints, the oldest first, and what each of them waits for
    List(ComplaintList),

    /// Suggest complaints that may be the same, by personal texts; links nothing
    Duplicates(ComplaintDuplicates),

    /// Send a command
    #[command(flatten)]
    Send(Sent<crate::casework::Complaints>),
}

/// Arguments of `redress complaint show`.
#[derive(Debug, Args)]
pub struct ComplaintShow {
    /// The complaint, by the name of its stream
    pub complaint: String,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,
}

/// Arguments of `redress complaint read`.
#[derive(Debug, Args)]
pub struct ComplaintRead {
    /// The complaint, by the name of its stream
    pub complaint: String,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Who reads
    #[command(flatten)]
    pub by: AskedBy,

    /// Only this field, such as `narrative`; may be given again [default: every field there is]
    #[arg(long = "field", value_name = "FIELD")]
    pub fields: Vec<PersonalField>,

    /// Only what came with this record of the complaint: the number before it, from 0
    #[arg(long = "at-version", value_name = "N")]
    pub at_version: Option<u64>,

    /// Write the one text or file there, byte for byte, instead of showing it: for pictures and documents
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `redress complaint duplicates`.
#[derive(Debug, Args)]
pub struct ComplaintDuplicates {
    /// The complaint, by the name of its stream
    pub complaint: String,

    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Who asks
    #[command(flatten)]
    pub by: OpenedBy,
}

/// Arguments of `redress complaint list`.
#[derive(Debug, Args)]
pub struct ComplaintList {
    /// Where the ledger lies
    #[command(flatten)]
    pub at: LedgerAt,

    /// Only those of one handler
    #[arg(long, value_name = "ACTOR", value_parser = actor)]
    pub handler: Option<ActorId>,

    /// The most to list
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: u32,
}

//! The command line of Redress: the one place that puts parts together.
//!
//! [`run`] takes arguments and streams, so that tests can call it as the binary does. A command gets
//! its [`arguments`], opens what it needs of a [`ledger`], prints through a [`console`], and comes back
//! with nothing or a [`CommandError`].
//!
//! - [`arguments`]: what may be written on the command line
//! - [`commands`]: one module for each command
//! - [`ledger`]: a data directory, opened
//! - [`signing`]: what signs a ledger's checkpoints
//! - [`history`]: the records that are read and counted: a ledger's, or a mirror's
//! - [`evidence`]: what the commands that hand out evidence have in common
//! - [`anchors`]: trusted times, taken in and read again
//! - [`publishing`]: from sequenced to published · [`tree`]: the static tree, exported, served, mirrored
//! - [`console`]: results to standard output, messages to standard error
//! - [`control`]: what is asked of the process that has a ledger open · [`lending`]: that ledger, lent to what was asked
//! - [`error`]: what was expected, what was found, what to do next
//! - [`instant`]: a moment as people write it
//! - [`casework`]: nouns, verbs and bodies of the commands that users send
//! - [`demo`]: a believable year of invented complaints
//! - [`decoded`]: records as domain events, decoded on all processors
//! - [`bench`](mod@bench): how fast it is, beside what the machine could do
//! - [`backup`]: copies of a ledger, and a ledger from one
//! - [`duplicates`]: which complaints may be the same
//! - [`letters`]: letters from what is recorded · [`mail`]: the outbox, sending, e-mail that comes in
//! - [`import`]: taking in complaints from files that other bodies published

use std::{
    ffi::OsString,
    io::{Cursor, IsTerminal, Read, Write},
    process::ExitCode,
};

use clap::{ArgMatches, CommandFactory};
use tracing_subscriber::EnvFilter;

use crate::{
    arguments::{ClockCommand, Command, CommandLine, Import},
    console::Console,
    control::{Asked, Errand},
    error::CommandError,
};

pub mod anchors;
pub mod arguments;
pub mod backup;
pub mod bench;
pub mod casework;
pub mod commands;
pub mod console;
pub mod control;
pub mod decoded;
pub mod demo;
pub mod duplicates;
pub mod error;
pub mod evidence;
pub mod history;
pub mod import;
pub mod instant;
pub mod ledger;
pub mod lending;
pub mod letters;
pub mod mail;
pub mod outputs;
pub mod publishing;
pub mod signing;
pub mod tree;

#[cfg(test)]
mod tests;

/// How many bytes of a result are gathered before they are written: what a pipe holds at least.
pub const OUTPUT_BYTES: usize = 64 * 1024;
/// How many bytes a pipe may hold for anybody, as Linux is set up.
#[cfg(target_os = "linux")]
const PIPE_BYTES: usize = 1024 * 1024;

/// Has a pipe hold more than it does of itself, so that whoever writes much need not stop for each
/// 64 KB until they are read. What is no pipe, or may not be made larger, stays as it is.
#[cfg(target_os = "linux")]
pub fn widen(pipe: impl std::os::fd::AsFd) {
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIPE_BYTES);
}

/// On Linux it has a pipe hold more; elsewhere there is no such call.
#[cfg(not(target_os = "linux"))]
pub fn widen<T>(_: T) {}

/// What is traced when nobody said what.
const DEFAULT_FILTER: &str = "warn";

/// Wrong usage.
const EXIT_USAGE: u8 = 2;

/// Runs one command line, without progress bars. The first argument is the program's name.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    stdin: &mut (dyn Read + Send),
    stdout: &mut (dyn Write + Send + Sync),
    stderr: &mut (dyn Write + Send + Sync),
) -> ExitCode {
    run_with(args, stdin, stdout, stderr, false)
}

/// [`run`], with progress bars on the process's own standard error where `progress` says so.
pub fn run_with(
    args: impl IntoIterator<Item = OsString>,
    stdin: &mut (dyn Read + Send),
    stdout: &mut (dyn Write + Send + Sync),
    stderr: &mut (dyn Write + Send + Sync),
    progress: bool,
) -> ExitCode {
    let args = plain_help(args.into_iter().collect());
    let program = args.first().map(|name| name.to_string_lossy().into_owned());
    let (line, matches) = match arguments::parse(&args) {
        Ok(parsed) => parsed,
        Err(error) => return usage(&error, stdout, stderr),
    };
    if let Err(error) = trace(line.log.as_deref()) {
        let _ = writeln!(stderr, "error: {error}");
        return EXIT_USAGE.into();
    }
    let mut console = Console::new(stdout, stderr, line.json, progress)
        .called(program.unwrap_or_else(|| "redress".to_owned()));
    match carry_out((&args, &matches), line.command, stdin, &mut console) {
        Ok(Ended::Elsewhere(exit)) => exit.into(),
        Ok(Ended::Here) => conclude(Ok(()), &mut console).into(),
        Err(error) => conclude(Err(error), &mut console).into(),
    }
}

/// Says how a command ended, and gives its exit code.
fn conclude(result: Result<(), CommandError>, console: &mut Console<'_>) -> u8 {
    match result.and_then(|()| console.flush()) {
        Ok(()) => 0,
        Err(error) => {
            // What was printed so far may say which record is bad.
            let _ = console.flush();
            if !matches!(error, CommandError::OutputClosed) {
                console.say(format_args!("error: {error}"));
            }
            if let Some(next) = error.next() {
                console.say(format_args!(" next: {next}"));
            }
            error.exit_code()
        }
    }
}

/// `help X --help` is `help X`: whoever asks twice is answered once.
fn plain_help(mut args: Vec<OsString>) -> Vec<OsString> {
    let is_group = |name: &OsString| {
        let line = CommandLine::command();
        let group = name.to_str().and_then(|name| line.find_subcommand(name));
        group.is_some_and(clap::Command::has_subcommands)
    };
    // Elsewhere `help` may be the name of a file.
    let asks = match (args.get(1), args.get(2)) {
        (Some(first), _) if first == "help" => true,
        (Some(first), Some(second)) => second == "help" && is_group(first),
        _ => false,
    };
    if asks {
        args.retain(|arg| arg != "--help" && arg != "-h");
    }
    args
}

/// What clap has to say: help and version are results, everything else is wrong usage.
fn usage(
    error: &clap::Error,
    stdout: &mut (dyn Write + Send + Sync),
    stderr: &mut (dyn Write + Send + Sync),
) -> ExitCode {
    let text = error.render();
    if error.use_stderr() {
        let _ = write!(stderr, "{text}");
        return EXIT_USAGE.into();
    }
    let written = write!(stdout, "{text}").and_then(|()| stdout.flush());
    match written.map_err(CommandError::output) {
        Ok(()) | Err(CommandError::OutputClosed) => ExitCode::SUCCESS,
        Err(error) => error.exit_code().into(),
    }
}

/// Traces go to the process's own standard error; a second run in one process keeps the first's.
fn trace(filter: Option<&str>) -> Result<(), String> {
    // What a ledger mended on opening, and why it stopped, is said without being asked for.
    let filter = filter.filter(|filter| !filter.is_empty()).unwrap_or(DEFAULT_FILTER);
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        format!("expected a filter for --log such as `info`, found `{filter}`: {error}")
    })?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

/// A file that may not grow any more is then an error like any other lack of room, and not the end of the process
/// (`setrlimit(2)`). The handler stays, whoever listens.
fn hear_of_size_limits() {
    let number = rustix::process::Signal::XFSZ.as_raw();
    let _ = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(number));
}

/// Where a command was carried out.
enum Ended {
    Here,
    /// By the process that has the ledger open, with this exit code; all has been said.
    Elsewhere(u8),
}

fn carry_out(
    (args, matches): (&[OsString], &ArgMatches),
    command: Command,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<Ended, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CommandError::failed("start the threads"))?;
    runtime.block_on(async move {
        hear_of_size_limits();
        let mut read = Vec::new();
        if let Ok(here) = std::env::current_dir()
            && let Some(errand) = Errand::of(args, matches, &here)
        {
            match errand.ask(&here, stdin, console).await? {
                Asked::Answered { exit } => return Ok(Ended::Elsewhere(exit)),
                Asked::Nobody { stdin } => read = stdin,
            }
        } else if let Some((data, why_not)) = control::for_itself(matches)
            && control::is_served(data).await
        {
            return Err(why_not);
        }
        let mut stdin = Cursor::new(read).chain(stdin);
        dispatch(command, &mut stdin, console).await.map(|()| Ended::Here)
    })
}

/// Carries a command out in this process.
async fn dispatch(
    command: Command,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    match command {
        Command::Demo(args) => commands::demo::run(&args, console).await,
        Command::Init(args) => commands::init::run(&args, console).await,
        Command::Replay(args) => commands::replay::run(&args, console).await,
        Command::Verify(args) => commands::verify::run(&args, console).await,
        Command::Report { what } => commands::report::run(&what, stdin, console).await,
        Command::Clock { what: ClockCommand::Explain(args) } => {
            commands::clock::explain(&args, console).await
        }
        Command::Letter(args) => commands::letter::run(&args, console).await,
        Command::Mail { what } => commands::mail::run(&what, console).await,
        Command::Staff { what } => commands::filed::line(&what, stdin, console).await,
        Command::Review { what } => commands::filed::line(&what, stdin, console).await,
        Command::Action { what } => commands::filed::line(&what, stdin, console).await,
        Command::Cause { what } => commands::cause::run(&what, console).await,
        Command::Inspection { what } => commands::inspection::run(&what, stdin, console).await,
        Command::Referral { what } => commands::filed::line(&what, stdin, console).await,
        Command::Subject { what } => commands::subject::run(&what, stdin, console).await,
        Command::Volume { what } => commands::filed::line(&what, stdin, console).await,
        Command::Access { what } => commands::access::run(&what, console).await,
        Command::Rulebook { what } => commands::rulebook::run(&what, stdin, console).await,
        Command::Complaint { what } => commands::complaint::run(&what, stdin, console).await,
        Command::Clock { what: ClockCommand::Run(args) } => {
            commands::clock::run::run(&args, console).await
        }
        Command::Clock { what: ClockCommand::Recourse(args) } => {
            commands::clock::recourse(&args, console).await
        }
        Command::Clock { what: ClockCommand::Packs } => commands::clock::packs(console),
        Command::Projections { what } => commands::projections::run(&what, console).await,
        Command::Import { kind: Import::Cfpb(args) } => commands::import::run(&args, console).await,
        Command::Checkpoint(args) => commands::checkpoint::run(&args, console).await,
        Command::Anchor { what } => commands::anchor::run(&what, console).await,
        Command::Prove { what } => commands::prove::run(&what, console).await,
        Command::Check(args) => commands::check::run(&args, console).await,
        Command::CommitIndex(args) => commands::commit_index::run(&args, console).await,
        Command::Status(args) => commands::status::run(&args, console).await,
        Command::Serve(args) => commands::serve::run(&args, console).await,
        Command::Mirror(args) => commands::mirror::run(&args, console).await,
        Command::Witness { what } => commands::witness::run(&what, console).await,
        Command::Keys { what } => commands::keys::run(&what, console).await,
        Command::Backup(args) => commands::backup::run(&args, console).await,
        Command::Restore(args) => commands::restore::run(&args, console).await,
        Command::Export { kind } => commands::export::run(&kind, console).await,
        Command::Bench { what } => commands::bench::run(&what, console).await,
        Command::Completions { shell } => commands::completions::run(shell, console),
    }
}

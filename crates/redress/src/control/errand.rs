//! A whole command, sent to the process that has its ledger open.
//!
//! While a ledger is served, those who work with it go on working: their commands are carried out by the process
//! that serves, with the same answer, the same messages and the same exit code. What signs or changes keys is not among
//! them: the process that serves has both in its hands.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{Cursor, Read},
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{ArgMatches, Id, parser::ValueSource};
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};

use self::whose::lane_of;
use super::{Request, SOCKET, answer_of, carrying::Parts, lanes::Lane, reach};
use crate::{
    arguments::{self, CommandLine},
    casework::{BODY_BYTES_MAX, is_a_file_name},
    console::Console,
    error::CommandError,
    lending::{Lender, lend},
};

pub(super) mod whose;

/// Paths that are written without a name before them: noun, verb and argument.
const UNNAMED: [(&str, &str, &str); 3] =
    [("anchor", "import", "answer"), ("import", "cfpb", "file"), ("mail", "take-in", "files")];

/// What a command said and how it ended.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    /// Its result, in base64.
    out: String,
    /// Its messages.
    err: String,
    /// Its exit code.
    exit: u8,
}

/// A command that may be carried out by another process.
#[derive(Debug, PartialEq, Eq)]
pub struct Errand {
    /// Noun and verb.
    name: String,
    data: PathBuf,
    words: Vec<String>,
    body: Option<PathBuf>,
    lane: Lane,
}

impl Errand {
    /// The command of these words, if it is one that others may ask for and names a ledger. The words are as they came
    /// from the shell, and what was made of them; paths in them begin in this directory.
    pub fn of(args: &[OsString], matches: &ArgMatches, here: &Path) -> Option<Self> {
        let words = args.iter().map(|word| word.to_str().map(str::to_owned));
        let mut words = words.collect::<Option<Vec<_>>>()?;
        let (noun, of_noun) = matches.subcommand()?;
        let (verb, leaf) = of_noun.subcommand().unwrap_or(("", of_noun));
        let lane = lane_of(noun, verb, leaf)?;
        let data = paths_of(leaf, "data")?.first().map(|data| (*data).clone())?;
        let body =
            paths_of(leaf, "body").and_then(|found| found.first().map(|body| (*body).clone()));
        for name in leaf.ids().map(Id::as_str).filter(|name| *name != "body") {
            let Some(paths) = paths_of(leaf, name) else { continue };
            if UNNAMED.contains(&(noun, verb, name)) {
                // They stay as they are written, and are read from where whoever calls stands.
                paths.iter().try_for_each(|path| whole(here, path.to_str()?).map(|_| ()))?;
            } else {
                rewrite(&mut words, &name.replace('_', "-"), |path| whole(here, path))?;
            }
        }
        rewrite(&mut words, "attach", |attached| {
            let (field, path) = attached.split_once('=')?;
            Some(format!("{field}={}", whole(here, path)?))
        })?;
        if body.is_some() {
            // Read here: it may be a pipe of the shell's.
            rewrite(&mut words, "body", |_| Some("-".to_owned()))?;
        }
        let name = format!("{noun} {verb}").trim_end().to_owned();
        Some(Self { name, data, words, body, lane })
    }

    /// Where it is carried out.
    pub(super) const fn lane(&self) -> Lane {
        self.lane
    }

    /// Sends it, and says what was answered: with the exit code, or that there is nobody to be asked.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: a body that cannot be read, an other end that refused or went away.
    pub async fn ask(
        &self,
        here: &Path,
        stdin: &mut (dyn Read + Send),
        console: &mut Console<'_>,
    ) -> Result<Asked, CommandError> {
        if !self.data.join(SOCKET).exists() {
            return Ok(Asked::Nobody { stdin: Vec::new() });
        }
        // Before anybody waits for it: it may be typed.
        let (input, stdin) = self.input(stdin)?;
        let Some(stream) = reach(&self.data).await? else {
            return Ok(Asked::Nobody { stdin });
        };
        let (words, here) = (self.words.clone(), here.to_owned());
        let request = Request::Command { words, input: STANDARD.encode(input), here };
        let said: Said =
            answer_of(stream, &self.data, &request, &mut |part| console.raw(part)).await?;
        let out = STANDARD.decode(said.out).map_err(CommandError::failed("read the answer"))?;
        console.raw(&out)?;
        console.flush()?;
        for line in said.err.lines() {
            console.say(line);
        }
        Ok(Asked::Answered { exit: said.exit })
    }

    /// The body; and once more what of it was standard input, which can be read only once.
    fn input(&self, stdin: &mut (dyn Read + Send)) -> Result<(Vec<u8>, Vec<u8>), CommandError> {
        let mut input = Vec::new();
        let Some(path) = &self.body else { return Ok((input, Vec::new())) };
        if path == Path::new("-") {
            let read = stdin.take(BODY_BYTES_MAX).read_to_end(&mut input);
            read.map_err(CommandError::failed("read standard input"))?;
            return Ok((input.clone(), input));
        }
        is_a_file_name(path)?;
        let file = File::open(path).map_err(CommandError::file("read", path))?;
        let read = file.take(BODY_BYTES_MAX).read_to_end(&mut input);
        read.map_err(CommandError::file("read", path))?;
        Ok((input, Vec::new()))
    }
}

/// What came of asking.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// It was carried out there, and all has been said.
    Answered {
        /// How it ended.
        exit: u8,
    },
    /// Nobody there can be asked.
    Nobody {
        /// What was read of standard input meanwhile.
        stdin: Vec<u8>,
    },
}

/// A command that was taken in at the end that holds the ledger.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) errand: Errand,
    line: CommandLine,
    program: String,
    input: Vec<u8>,
    here: PathBuf,
}

/// Reads what was sent.
///
/// # Errors
///
/// [`CommandError`]: words that are no such command.
pub(super) fn taken(words: &[String], input: &str, here: PathBuf) -> Result<Taken, CommandError> {
    let args: Vec<_> = words.iter().map(OsString::from).collect();
    let input = STANDARD.decode(input).map_err(CommandError::failed("read the body"))?;
    let read = arguments::parse(&args).ok();
    let read = read.and_then(|(line, matches)| Some((line, Errand::of(&args, &matches, &here)?)));
    let Some((line, errand)) = read else {
        return Err(CommandError::Refused {
            problem: "expected a command that is carried out for others, found another".to_owned(),
            next: "use the same version of redress on both sides".to_owned(),
        });
    };
    let program = words.first().cloned().unwrap_or_default();
    Ok(Taken { errand, line, program, input, here })
}

/// The end that holds the ledger: carries a command out as if it had been called here.
///
/// # Errors
///
/// [`CommandError`]: its answer cannot be written.
pub(super) async fn carry_out(
    taken: Taken,
    lender: &Lender,
    mut out: Parts,
) -> Result<serde_json::Value, CommandError> {
    let Taken { errand, line, program, input, here } = taken;
    // Which it was, and nothing of what it says.
    tracing::info!(command = errand.name, "a command was asked for");
    let mut err = Vec::new();
    let exit = {
        let mut console = Console::new(&mut out, &mut err, line.json, false).called(program);
        let mut stdin = Cursor::new(input);
        // Boxed, for it may be anything, serving included.
        let work = Box::pin(crate::dispatch(line.command, &mut stdin, &mut console));
        let done = AssertUnwindSafe(lend(lender.lend(here), work)).catch_unwind().await;
        let done = done.unwrap_or_else(|_| {
            Err(CommandError::Refused {
                problem: "the process that serves this ledger failed at this command".to_owned(),
                next:
                    "see its standard error; whether something was written `redress replay` shows"
                        .to_owned(),
            })
        });
        crate::conclude(done, &mut console)
    };
    let (out, err) = (STANDARD.encode(out.rest()), String::from_utf8_lossy(&err).into_owned());
    serde_json::to_value(Said { out, err, exit }).map_err(CommandError::failed("write the answer"))
}

/// The paths that were written for this argument; nothing where there are none, or it takes no paths.
fn paths_of<'a>(leaf: &'a ArgMatches, name: &str) -> Option<Vec<&'a PathBuf>> {
    let paths = leaf.try_get_many::<PathBuf>(name).ok().flatten()?;
    (leaf.value_source(name) == Some(ValueSource::CommandLine)).then(|| paths.collect())
}

/// A path from the root on. None of what is no file or folder: a pipe would keep the process that serves waiting, and what
/// the system calls standard input is another thing in each process.
fn whole(here: &Path, path: &str) -> Option<String> {
    let path = here.join(path);
    let path = match fs::metadata(&path) {
        Ok(found) if found.is_file() || found.is_dir() => path.canonicalize().ok()?,
        Ok(_) => return None,
        Err(_) => path,
    };
    path.to_str().map(str::to_owned)
}

/// Puts another value in the place of each of an option's. Nothing where one has none, or the option is not written so.
fn rewrite(words: &mut [String], name: &str, value: impl Fn(&str) -> Option<String>) -> Option<()> {
    let (option, joined) = (format!("--{name}"), format!("--{name}="));
    let (mut is_next, mut is_there) = (false, name == "attach");
    for word in words.iter_mut() {
        if std::mem::take(&mut is_next) {
            *word = value(word)?;
            is_there = true;
        } else if *word == option {
            is_next = true;
        } else if let Some(found) = word.strip_prefix(&joined) {
            *word = format!("{joined}{}", value(found)?);
            is_there = true;
        }
    }
    is_there.then_some(())
}

#[cfg(test)]
mod tests;

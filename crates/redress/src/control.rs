//! What is asked of the process that has a ledger open, by another on the same machine.
//!
//! One process holds a ledger. What must be done while it serves, such as the work on complaints, a backup or the noting
//! of time limits, and what only it knows, such as how publishing goes, is asked of it over the socket `control` in the
//! data directory: one line of JSON in, one line out, after lines with parts of what is printed where that is much. Work on
//! complaints is carried out one request after the other, and what takes long beside it; how publishing goes is told at
//! once. Only the user it runs as, and root, are answered.
//!
//! - `answering`: the end that holds the ledger · `lanes`: what goes beside what · `carrying`: on threads of their own
//! - `errand`: a whole command, carried out there

use std::{
    io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
};

pub use self::{
    answering::Control,
    errand::{Asked, Errand, whose::for_itself},
};
use crate::{console::Console, error::CommandError};

mod answering;
mod carrying;
mod errand;
mod lanes;

/// The name of the socket in a data directory.
pub const SOCKET: &str = "control";

/// What can be asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Request {
    /// Take a backup.
    Backup {
        /// The directory of the backup, from the root on: the two processes may stand elsewhere.
        to: PathBuf,
    },
    /// Note the time limits that are near or were missed.
    ClockRun {
        /// Only what was due by then, instead of by now.
        until: Option<Timestamp>,
    },
    /// Carry a command out.
    Command {
        /// Its words, the program's name first; paths among them are from the root on.
        words: Vec<String>,
        /// What it reads from standard input, in base64.
        input: String,
        /// Where whoever asks stands.
        here: PathBuf,
    },
    /// Tell how publishing goes.
    Publishing,
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
enum Answer {
    /// Some of what it prints, in base64; more follows.
    Part {
        out: String,
    },
    Done {
        result: Value,
    },
    Refused {
        problem: String,
        next: Option<String>,
    },
    Broken {
        position: u64,
        reason: String,
    },
}

impl Answer {
    fn part(out: &[u8]) -> Self {
        Self::Part { out: STANDARD.encode(out) }
    }
}

/// Asks whoever has the ledger in this directory open, and says so. `None` when nobody there can be asked: the
/// ledger is free, or held by a command that answers nobody.
///
/// # Errors
///
/// [`CommandError`]: what was asked for was refused, or the other process ended over it.
pub async fn ask<T: DeserializeOwned>(
    data: &Path,
    request: &Request,
    console: &mut Console<'_>,
) -> Result<Option<T>, CommandError> {
    let say = || console.say("another process serves this ledger: asking it");
    ask_of(data, request, say).await
}

/// [`ask`], without a word.
///
/// # Errors
///
/// As [`ask`].
pub async fn ask_quietly<T: DeserializeOwned>(
    data: &Path,
    request: &Request,
) -> Result<Option<T>, CommandError> {
    ask_of(data, request, || {}).await
}

async fn ask_of<T: DeserializeOwned>(
    data: &Path,
    request: &Request,
    say: impl FnOnce() + Send,
) -> Result<Option<T>, CommandError> {
    let Some(stream) = reach(data).await? else { return Ok(None) };
    say();
    answer_of(stream, data, request, &mut |_| Ok(())).await.map(Some)
}

/// Whether somebody who serves the ledger in this directory can be asked.
pub async fn is_served(data: &Path) -> bool {
    matches!(reach(data).await, Ok(Some(_)))
}

/// Connects to whoever can be asked there, if there is anybody.
async fn reach(data: &Path) -> Result<Option<UnixStream>, CommandError> {
    use io::ErrorKind::{ConnectionRefused, InvalidInput, NotADirectory, NotFound};
    let path = data.join(SOCKET);
    match UnixStream::connect(&path).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory | ConnectionRefused) => {
            Ok(None)
        }
        // Too long a path for a socket: nobody can have made one.
        Err(error) if error.kind() == InvalidInput => Ok(None),
        Err(error) => Err(CommandError::file("ask at", &path)(error)),
    }
}

async fn answer_of<T: DeserializeOwned>(
    stream: UnixStream,
    data: &Path,
    request: &Request,
    print: &mut (dyn FnMut(&[u8]) -> Result<(), CommandError> + Send),
) -> Result<T, CommandError> {
    let path = data.join(SOCKET);
    let mut stream = BufReader::new(stream);
    let failed = || CommandError::file("ask at", &path);
    send(&mut stream, request).await.map_err(failed())?;
    loop {
        match next(&mut stream).await.map_err(failed())? {
            Some(Answer::Part { out }) => {
                print(&STANDARD.decode(out).map_err(CommandError::failed("read the answer"))?)?;
            }
            Some(Answer::Done { result }) => {
                return serde_json::from_value(result)
                    .map_err(CommandError::failed("read the answer"));
            }
            Some(Answer::Refused { problem, next }) => {
                return Err(CommandError::Refused {
                    problem,
                    next: next
                        .unwrap_or_else(|| "see what the process that serves it says".to_owned()),
                });
            }
            Some(Answer::Broken { position, reason }) => {
                return Err(CommandError::Broken {
                    position: event_log::Position(position),
                    reason,
                });
            }
            None => {
                return Err(CommandError::Refused {
                    problem: format!("expected an answer at {}, found the other end gone", path.display()),
                    next: "see what the process that serves the ledger says, and whether it was done all the same: \
                           with --command-id, trying again does nothing twice"
                        .to_owned(),
                });
            }
        }
    }
}

async fn send(stream: &mut BufReader<UnixStream>, request: &Request) -> io::Result<()> {
    let mut request = serde_json::to_vec(request)?;
    request.push(b'\n');
    stream.write_all(&request).await
}

/// The next line of the answer; nothing when the other end is gone.
async fn next(stream: &mut BufReader<UnixStream>) -> io::Result<Option<Answer>> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).await?;
    Ok(if line.is_empty() { None } else { Some(serde_json::from_slice(&line)?) })
}

//! What is asked of the process that has a ledger open, by another on the same machine.
//!
//! One process holds a ledger. What must be done while it serves, such as a backup or the noting of time
//! limits, and what only it knows, such as how publishing goes, is asked of it over the socket `control` in the data directory: one line of JSON in, one
//! line out, one request after the other. Only the user it runs as, and root, are answered.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    commands, console::Console, error::CommandError, ledger::Ledger, publishing::publisher::Watched,
};

/// The name of the socket in a data directory.
pub const SOCKET: &str = "control";
/// A request is no longer than this.
const REQUEST_BYTES_MAX: u64 = 64 * 1024;
/// Whoever has connected and says nothing keeps others waiting no longer than this.
const PATIENCE: Duration = Duration::from_secs(5);

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
    /// Tell how publishing goes.
    Publishing,
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
enum Answer {
    Done { result: Value },
    Refused { problem: String, next: Option<String> },
    Broken { position: u64, reason: String },
}

impl Answer {
    fn of(result: Result<Value, CommandError>) -> Self {
        match result {
            Ok(result) => Self::Done { result },
            Err(CommandError::Broken { position, reason }) => {
                Self::Broken { position: position.0, reason }
            }
            Err(error) => Self::Refused { problem: error.to_string(), next: error.next() },
        }
    }
}

/// The socket of a ledger that this process holds. Dropped, it is gone.
#[derive(Debug)]
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Listens in the data directory of an open ledger. Whoever holds the ledger may do so: a socket
    /// that is there was left by a process that was killed.
    ///
    /// # Errors
    ///
    /// [`CommandError::File`]: no permission, or a path that is too long for a socket.
    pub fn bind(ledger: &Ledger) -> Result<Self, CommandError> {
        let path = ledger.places.data.join(SOCKET);
        let bind = || {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            UnixListener::bind(&path)
        };
        let listener = bind().map_err(CommandError::file("listen at", &path))?;
        Ok(Self { listener, path })
    }

    /// Answers until told to stop; a request that is being carried out is carried out first.
    pub async fn answer(
        self,
        ledger: &mut Ledger,
        publishing: &Watched,
        mut stop: watch::Receiver<bool>,
    ) {
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                // An error means that nobody is left to say it.
                _ = stop.wait_for(|stop| *stop) => return,
            };
            let answered = match accepted {
                Ok((stream, _)) => answer_one(stream, ledger, publishing).await,
                Err(error) => {
                    sleep(Duration::from_secs(1)).await;
                    Err(error)
                }
            };
            if let Err(error) = answered {
                if is_gone(&error) {
                    tracing::debug!(%error, "whoever asked at the control socket went away");
                } else {
                    tracing::warn!(%error, "a request at the control socket was not answered");
                }
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether whoever asked did not wait for the answer, as `status` beside a backup: nothing is wrong here.
fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, NotConnected};
    matches!(error.kind(), BrokenPipe | ConnectionReset | NotConnected)
}

async fn answer_one(
    mut stream: UnixStream,
    ledger: &mut Ledger,
    publishing: &Watched,
) -> io::Result<()> {
    let peer = stream.peer_cred()?.uid();
    if peer != 0 && peer != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("user {peer} asks")));
    }
    let mut line = String::new();
    let (reader, _) = stream.split();
    let mut reader = BufReader::new(reader.take(REQUEST_BYTES_MAX));
    timeout(PATIENCE, reader.read_line(&mut line)).await.map_err(io::Error::from)??;
    let answer = match serde_json::from_str(&line) {
        Ok(request) => Answer::of(carry_out(request, ledger, publishing).await),
        Err(error) => Answer::Refused {
            problem: format!("expected something this version can do, found {error}"),
            next: Some("use the same version of redress on both sides".to_owned()),
        },
    };
    let mut answer = serde_json::to_vec(&answer)?;
    answer.push(b'\n');
    stream.write_all(&answer).await?;
    stream.shutdown().await
}

async fn carry_out(
    request: Request,
    ledger: &mut Ledger,
    publishing: &Watched,
) -> Result<Value, CommandError> {
    let (mut out, mut err) = (io::sink(), io::sink());
    let console = Console::new(&mut out, &mut err, true, false);
    match request {
        Request::Backup { to } => {
            tracing::info!(to = %to.display(), "a backup was asked for");
            value_of(commands::backup::take_of(ledger, &to, &console).await?)
        }
        Request::ClockRun { until } => {
            value_of(commands::clock::run::note(until, ledger, &console).await?)
        }
        Request::Publishing => value_of(publishing.progress()),
    }
}

fn value_of(result: impl Serialize) -> Result<Value, CommandError> {
    serde_json::to_value(result).map_err(CommandError::failed("write the answer"))
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
    use io::ErrorKind::{ConnectionRefused, InvalidInput, NotADirectory, NotFound};
    let path = data.join(SOCKET);
    let mut stream = match UnixStream::connect(&path).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), NotFound | NotADirectory | ConnectionRefused) => {
            return Ok(None);
        }
        // Too long a path for a socket: nobody can have made one.
        Err(error) if error.kind() == InvalidInput => return Ok(None),
        Err(error) => return Err(CommandError::file("ask at", &path)(error)),
    };
    say();
    let answer =
        exchange(&mut stream, request).await.map_err(CommandError::file("ask at", &path))?;
    let Some(answer) = answer else {
        return Err(CommandError::Refused {
            problem: format!("expected an answer at {}, found the other end gone", path.display()),
            next: "see what the process that serves the ledger says, then try again".to_owned(),
        });
    };
    match answer {
        Answer::Done { result } => {
            let read = serde_json::from_value(result);
            Ok(Some(read.map_err(CommandError::failed("read the answer"))?))
        }
        Answer::Refused { problem, next } => Err(CommandError::Refused {
            problem,
            next: next.unwrap_or_else(|| "see what the process that serves it says".to_owned()),
        }),
        Answer::Broken { position, reason } => {
            Err(CommandError::Broken { position: event_log::Position(position), reason })
        }
    }
}

async fn exchange(stream: &mut UnixStream, request: &Request) -> io::Result<Option<Answer>> {
    let mut request = serde_json::to_vec(request)?;
    request.push(b'\n');
    stream.write_all(&request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(if answer.is_empty() { None } else { Some(serde_json::from_slice(&answer)?) })
}

//! The end that holds the ledger: takes requests in beside each other, and carries them out one after the other.
//!
//! Whoever says nothing, or asks and goes away, holds up nobody else, unless as many do as are attended to at once: then
//! the next waits until the first of them has been waited for long enough. How publishing goes is told while a backup is
//! being taken. A crash here loses requests, never what one of them has done.

use std::{fs, io, path::PathBuf, time::Duration};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::{mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{Answer, Request, SOCKET, errand};
use crate::{
    commands, console::Console, error::CommandError, ledger::Ledger, publishing::publisher::Watched,
};

/// A request is no longer than this: a command with the longest body there is, in base64.
const REQUEST_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Whoever has connected and says nothing, or does not read what is answered, is waited for no longer than this.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many are attended to at once; others wait until one of these is answered.
const ATTENDED_MAX: usize = 64;

/// The socket of a ledger that this process holds. Dropped, it is gone.
#[derive(Debug)]
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
}

/// What works on the ledger.
#[derive(Debug)]
enum Work {
    Backup {
        to: PathBuf,
    },
    ClockRun {
        until: Option<Timestamp>,
    },
    /// Words, input, and where whoever asks stands.
    Command(Vec<String>, String, PathBuf),
}

/// Work, and who waits for it.
type Asked = (Work, UnixStream);

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

    /// Answers until told to stop; a request that is being carried out is carried out first. Those that wait behind
    /// it are told that nobody will.
    pub async fn answer(
        self,
        ledger: &mut Ledger,
        publishing: &Watched,
        stop: watch::Receiver<bool>,
    ) {
        let (queue, mut asked) = mpsc::channel(ATTENDED_MAX);
        let reception = Reception { publishing: publishing.clone(), queue };
        // Beside the task that carries out, which may be at work on files for long.
        let mut taking_in = JoinSet::new();
        taking_in.spawn(take_in(self, reception, stop.clone()));
        while let Some((work, mut stream)) = asked.recv().await {
            if is_hung_up(&stream) {
                tracing::debug!("whoever asked at the control socket went away before it was done");
                continue;
            }
            let answer = if *stop.borrow() {
                Answer::ending()
            } else {
                Answer::of(carry_out(work, ledger).await)
            };
            trace(give(&mut stream, &answer).await);
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
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

    /// To whoever waits when the process is told to end.
    fn ending() -> Self {
        Self::Refused {
            problem: "the process that serves this ledger is ending; nothing was done".to_owned(),
            next: Some("try again when it has ended".to_owned()),
        }
    }
}

/// Accepts until told to stop, and attends to each by itself. When the last is attended to, the queue ends.
async fn take_in(control: Control, reception: Reception, mut stop: watch::Receiver<bool>) {
    let mut attended = JoinSet::new();
    loop {
        while attended.try_join_next().is_some() {}
        if attended.len() >= ATTENDED_MAX {
            attended.join_next().await;
        }
        let accepted = tokio::select! {
            accepted = control.listener.accept() => accepted,
            // An error means that nobody is left to say it.
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let reception = reception.clone();
                attended.spawn(async move { trace(reception.attend(stream).await) });
            }
            Err(error) => {
                trace(Err(error));
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
    while attended.join_next().await.is_some() {}
}

/// Hears what is asked, tells what is known here, and hands on what works on the ledger.
#[derive(Debug, Clone)]
struct Reception {
    publishing: Watched,
    queue: mpsc::Sender<Asked>,
}

impl Reception {
    async fn attend(self, mut stream: UnixStream) -> io::Result<()> {
        let peer = stream.peer_cred()?.uid();
        if peer != 0 && peer != rustix::process::geteuid().as_raw() {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!("user {peer} asks"),
            ));
        }
        let mut line = String::new();
        let (reader, _) = stream.split();
        let mut reader = BufReader::new(reader.take(REQUEST_BYTES_MAX));
        timeout(PATIENCE, reader.read_line(&mut line)).await.map_err(io::Error::from)??;
        let answer = match serde_json::from_str(&line) {
            Ok(Request::Publishing) => Answer::of(value_of(self.publishing.progress())),
            Ok(Request::Backup { to }) => return self.hand_on(Work::Backup { to }, stream).await,
            Ok(Request::ClockRun { until }) => {
                return self.hand_on(Work::ClockRun { until }, stream).await;
            }
            Ok(Request::Command { words, input, here }) => {
                return self.hand_on(Work::Command(words, input, here), stream).await;
            }
            Err(error) => Answer::Refused {
                problem: format!("expected something this version can do, found {error}"),
                next: Some("use the same version of redress on both sides".to_owned()),
            },
        };
        give(&mut stream, &answer).await
    }

    async fn hand_on(&self, work: Work, stream: UnixStream) -> io::Result<()> {
        let Err(full) = self.queue.try_send((work, stream)) else { return Ok(()) };
        let (_, mut stream) = full.into_inner();
        let answer = Answer::Refused {
            problem: format!(
                "{ATTENDED_MAX} requests wait for the process that serves this ledger already; nothing was done"
            ),
            next: Some("try again when they are done".to_owned()),
        };
        give(&mut stream, &answer).await
    }
}

async fn give(stream: &mut UnixStream, answer: &Answer) -> io::Result<()> {
    let mut answer = serde_json::to_vec(answer)?;
    answer.push(b'\n');
    let given = async {
        stream.write_all(&answer).await?;
        stream.shutdown().await
    };
    timeout(PATIENCE, given).await.map_err(io::Error::from)?
}

/// Whether whoever asked waits no longer: what nobody reads is not worth a backup.
fn is_hung_up(stream: &UnixStream) -> bool {
    matches!(stream.try_read(&mut [0]), Ok(0))
}

fn trace(answered: io::Result<()>) {
    match answered {
        Ok(()) => {}
        Err(error) if is_gone(&error) => {
            tracing::debug!(%error, "whoever asked at the control socket went away");
        }
        Err(error) => {
            tracing::warn!(%error, "a request at the control socket was not answered");
        }
    }
}

/// Whether whoever asked did not wait for the answer, as `status` beside a process that hangs: nothing is wrong here.
fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, NotConnected};
    matches!(error.kind(), BrokenPipe | ConnectionReset | NotConnected)
}

async fn carry_out(work: Work, ledger: &mut Ledger) -> Result<Value, CommandError> {
    let (mut out, mut err) = (io::sink(), io::sink());
    let console = Console::new(&mut out, &mut err, true, false);
    match work {
        Work::Backup { to } => {
            tracing::info!(to = %to.display(), "a backup was asked for");
            value_of(commands::backup::take_of(ledger, &to, &console).await?)
        }
        Work::ClockRun { until } => {
            value_of(commands::clock::run::note(until, ledger, &console).await?)
        }
        Work::Command(words, input, here) => errand::carry_out((words, input, here), ledger).await,
    }
}

fn value_of(result: impl Serialize) -> Result<Value, CommandError> {
    serde_json::to_value(result).map_err(CommandError::failed("write the answer"))
}

//! The end that holds the ledger: takes requests in beside each other, and carries each out in its lane.
//!
//! Whoever says nothing holds up nobody: when too many have connected and said nothing, the one that has been silent for
//! longest is let go. Whoever asks and goes away is not waited for. How publishing goes is told whatever is carried out
//! meanwhile. A crash here loses requests, never what one of them has done.

use std::{
    collections::VecDeque,
    fs, io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::{oneshot, watch},
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};

use super::{
    Answer, Request, SOCKET,
    carrying::{Work, carry_out, parts},
    lanes::{Lanes, WAITING_MAX},
};
use crate::{error::CommandError, ledger::Ledger, lending::Lender, publishing::publisher::Watched};

/// A request is no longer than this: a command with the longest body there is, in base64.
const REQUEST_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Whoever has connected and says nothing, or does not read the answer, is waited for no longer than this.
const PATIENCE: Duration = Duration::from_secs(5);
/// Whoever has much printed may stop to read it: nobody waits for them who works on complaints.
const PATIENCE_WITH_A_READER: Duration = Duration::from_mins(10);
/// So many may be connected and have said nothing yet.
const SILENT_MAX: usize = 64;

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

    /// Answers until told to stop. What is being carried out then is carried out first, unless it may be cut short;
    /// those that wait behind it are told that nobody will.
    pub async fn answer(self, ledger: &Ledger, publishing: &Watched, stop: watch::Receiver<bool>) {
        let reception = Reception {
            publishing: publishing.clone(),
            lender: Arc::new(Lender::of(ledger)),
            lanes: Arc::new(Lanes::new()),
            stop: stop.clone(),
        };
        let mut taking_in = JoinSet::new();
        taking_in.spawn(take_in(self, reception, stop));
        while taking_in.join_next().await.is_some() {}
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Answer {
    pub(super) fn of(result: Result<Value, CommandError>) -> Self {
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

    fn cut_short() -> Self {
        Self::Refused {
            problem: "the process that serves this ledger is ending, and this command was cut short".to_owned(),
            next: Some("run it again when it has ended: what was recorded stays, and nothing is recorded twice".to_owned()),
        }
    }

    fn full() -> Self {
        Self::Refused {
            problem: format!(
                "{WAITING_MAX} requests wait for the process that serves this ledger already; nothing was done"
            ),
            next: Some("try again when they are done".to_owned()),
        }
    }
}

/// Somebody who is connected. Either they are heard, or they are let go: whichever comes first.
#[derive(Debug)]
struct Silent {
    is_settled: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Silent {
    fn is_over(&self) -> bool {
        self.is_settled.load(Ordering::Relaxed) || self.task.is_finished()
    }

    fn let_go(&self) {
        if !self.is_settled.swap(true, Ordering::Relaxed) {
            self.task.abort();
        }
    }
}

/// Accepts until told to stop, and attends to each by itself.
async fn take_in(control: Control, reception: Reception, mut stop: watch::Receiver<bool>) {
    let mut attended = JoinSet::new();
    let mut silent: VecDeque<Silent> = VecDeque::new();
    loop {
        while attended.try_join_next().is_some() {}
        silent.retain(|it| !it.is_over());
        let accepted = tokio::select! {
            accepted = control.listener.accept() => accepted,
            () = told(&mut stop) => break,
        };
        match accepted {
            Ok((stream, _)) => {
                if silent.len() >= SILENT_MAX
                    && let Some(longest) = silent.pop_front()
                {
                    longest.let_go();
                }
                let (reception, is_settled) = (reception.clone(), Arc::new(AtomicBool::new(false)));
                let is_heard = Arc::clone(&is_settled);
                let attending = async move { trace(reception.attend(stream, &is_heard).await) };
                silent.push_back(Silent { is_settled, task: attended.spawn(attending) });
            }
            Err(error) => {
                trace(Err(error));
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
    silent.iter().for_each(Silent::let_go);
    while attended.join_next().await.is_some() {}
}

/// Hears what is asked, tells what is known here, and has the rest carried out.
#[derive(Debug, Clone)]
struct Reception {
    publishing: Watched,
    lender: Arc<Lender>,
    lanes: Arc<Lanes>,
    stop: watch::Receiver<bool>,
}

impl Reception {
    async fn attend(self, mut stream: UnixStream, is_heard: &AtomicBool) -> io::Result<()> {
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
        if is_heard.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let work = match serde_json::from_str(&line) {
            Ok(Request::Publishing) => {
                let answer = Answer::of(value_of(self.publishing.progress()));
                return give(&mut stream, &answer).await;
            }
            Ok(request) => Work::of(request),
            Err(error) => Err(unknown(&error)),
        };
        match work {
            Ok(work) => self.see_to(work, stream).await,
            Err(error) => give(&mut stream, &Answer::of(Err(error))).await,
        }
    }

    /// Has it carried out when it is its turn, unless nobody waits for it then.
    async fn see_to(mut self, work: Work, mut stream: UnixStream) -> io::Result<()> {
        let Some(place) = self.lanes.place(work.lane()) else {
            return give(&mut stream, &Answer::full()).await;
        };
        let turn = tokio::select! {
            biased;
            () = told(&mut self.stop) => None,
            () = gone(&stream) => {
                tracing::debug!("whoever asked at the control socket went away before it was done");
                return Ok(());
            }
            turn = place.turn() => turn,
        };
        let Some(turn) = turn else { return give(&mut stream, &Answer::ending()).await };
        let answer = self.carried_out(work, &mut stream).await?;
        // Whoever is slow to read it holds up nobody.
        drop(turn);
        give(&mut stream, &answer).await
    }

    async fn carried_out(&mut self, work: Work, stream: &mut UnixStream) -> io::Result<Answer> {
        let may_be_cut = work.may_be_cut_short();
        let (parts, mut said) = parts(may_be_cut);
        let (cut, is_cut) = oneshot::channel::<()>();
        let (lender, mut cut) = (Arc::clone(&self.lender), Some(cut));
        let mut at_work = carry_out(work, lender, parts, is_cut);
        let mut torn = Ok(());
        let done = loop {
            tokio::select! {
                done = &mut at_work => break done,
                Some(part) = said.recv(), if torn.is_ok() => {
                    let given = tokio::select! {
                        given = give_part(stream, part, PATIENCE_WITH_A_READER) => given,
                        () = told(&mut self.stop) => Err(io::ErrorKind::ConnectionReset.into()),
                    };
                    if given.is_err() {
                        torn = given;
                        // It is told that nobody reads, as by a pipe.
                        said.close();
                    }
                }
                () = gone(stream), if may_be_cut && cut.is_some() => cut = None,
                () = told(&mut self.stop), if may_be_cut && cut.is_some() => cut = None,
            }
        };
        torn?;
        while let Ok(part) = said.try_recv() {
            give_part(stream, part, PATIENCE).await?;
        }
        Ok(match done {
            Ok(Some(result)) => Answer::of(result),
            Ok(None) => Answer::cut_short(),
            Err(error) => Answer::of(Err(CommandError::failed("carry it out")(error))),
        })
    }
}

/// What is printed, as it comes, to whoever asked.
async fn give_part(stream: &mut UnixStream, part: Vec<u8>, patience: Duration) -> io::Result<()> {
    let mut line = serde_json::to_vec(&Answer::part(&part))?;
    line.push(b'\n');
    timeout(patience, stream.write_all(&line)).await.map_err(io::Error::from)?
}

fn unknown(error: &serde_json::Error) -> CommandError {
    CommandError::Refused {
        problem: format!("expected something this version can do, found {error}"),
        next: "use the same version of redress on both sides".to_owned(),
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

/// Waits until the process is told to end, or nobody is left to tell it.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Waits until whoever asked waits no longer: what nobody reads is not worth a backup.
async fn gone(stream: &UnixStream) {
    loop {
        if stream.readable().await.is_err() {
            return;
        }
        match stream.try_read(&mut [0; 64]) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
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

pub(super) fn value_of(result: impl Serialize) -> Result<Value, CommandError> {
    serde_json::to_value(result).map_err(CommandError::failed("write the answer"))
}

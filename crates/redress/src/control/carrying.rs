//! What was asked for, carried out on a thread of its own: commands work on files, and may block for long.

use std::{
    io::{self, Write},
    mem,
    path::PathBuf,
    sync::Arc,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
    task::{JoinHandle, block_in_place, spawn_blocking},
};

use super::{
    Request,
    answering::value_of,
    errand::{self, Taken},
    lanes::Lane,
};
use crate::{
    commands,
    console::Console,
    error::CommandError,
    ledger::Ledger,
    lending::{Lender, Lent},
};

/// What a command prints comes back at its end; only when it is more than this, earlier.
const PART_BYTES: usize = 256 * 1024;
/// So many parts lie ready for whoever reads them.
const PARTS_READY: usize = 4;

/// What works on the ledger.
#[derive(Debug)]
pub(super) enum Work {
    Backup { to: PathBuf },
    ClockRun { until: Option<Timestamp> },
    Command(Box<Taken>),
}

impl Work {
    /// # Errors
    ///
    /// [`CommandError`]: words that are no command which is carried out for others.
    pub(super) fn of(request: Request) -> Result<Self, CommandError> {
        match request {
            Request::Backup { to } => Ok(Self::Backup { to }),
            Request::ClockRun { until } => Ok(Self::ClockRun { until }),
            Request::Command { words, input, here } => {
                Ok(Self::Command(Box::new(errand::taken(&words, &input, here)?)))
            }
            Request::Publishing => Err(CommandError::Refused {
                problem: "expected something to carry out, found a question".to_owned(),
                next: "use the same version of redress on both sides".to_owned(),
            }),
        }
    }

    pub(super) fn lane(&self) -> Lane {
        match self {
            Self::Backup { .. } => Lane::Making,
            Self::ClockRun { .. } => Lane::Many,
            Self::Command(taken) => taken.errand.lane(),
        }
    }

    /// A backup is not: of what was copied by then nothing is of use.
    pub(super) fn may_be_cut_short(&self) -> bool {
        match self {
            Self::Backup { .. } | Self::ClockRun { .. } => false,
            Self::Command(_) => self.lane().may_be_cut_short(),
        }
    }
}

/// Carries it out, unless it is cut short first: then there is no result.
pub(super) fn carry_out(
    work: Work,
    lender: Arc<Lender>,
    parts: Parts,
    cut: oneshot::Receiver<()>,
) -> JoinHandle<Option<Result<Value, CommandError>>> {
    spawn_blocking(move || {
        Handle::current().block_on(async move {
            tokio::select! {
                biased;
                // Dropped at the other end: nobody sends anything.
                _ = cut => None,
                done = done(work, &lender, parts) => Some(done),
            }
        })
    })
}

async fn done(work: Work, lender: &Lender, parts: Parts) -> Result<Value, CommandError> {
    let (mut out, mut err) = (io::sink(), io::sink());
    let console = Console::new(&mut out, &mut err, true, false);
    match work {
        Work::Backup { to } => {
            tracing::info!(to = %to.display(), "a backup was asked for");
            let ledger = lent(lender);
            value_of(commands::backup::take_of(&ledger, &to, &console).await?)
        }
        Work::ClockRun { until } => {
            let mut ledger = lent(lender);
            value_of(commands::clock::run::note(until, &mut ledger, &console).await?)
        }
        Work::Command(taken) => errand::carry_out(*taken, lender, parts).await,
    }
}

fn lent(lender: &Lender) -> Ledger {
    let lent: Lent = lender.lend(PathBuf::new());
    Ledger::from(lent)
}

/// Where a command prints: kept until its end, or until it is much.
#[derive(Debug)]
pub(super) struct Parts {
    kept: Vec<u8>,
    /// How much is kept.
    most: usize,
    send: mpsc::Sender<Vec<u8>>,
}

/// What is printed here comes out there: in parts, or all at the end where nobody may be kept waiting for a slow reader.
pub(super) fn parts(may_wait: bool) -> (Parts, mpsc::Receiver<Vec<u8>>) {
    let (send, said) = mpsc::channel(PARTS_READY);
    let most = if may_wait { PART_BYTES } else { usize::MAX };
    (Parts { kept: Vec::new(), most, send }, said)
}

impl Parts {
    /// What has not been sent.
    pub(super) fn rest(self) -> Vec<u8> {
        self.kept
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept.extend_from_slice(bytes);
        if self.kept.len() >= self.most {
            let part = mem::take(&mut self.kept);
            let sent = block_in_place(|| self.send.blocking_send(part));
            sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_reads_slowly_keeps_no_work_on_complaints_waiting() {
        let much = vec![b'x'; 3 * PART_BYTES];
        // Nobody reads.
        let (mut kept, _said) = parts(false);
        kept.write_all(&much).unwrap();
        assert_eq!(kept.rest().len(), much.len());
        let (mut sent, mut said) = parts(true);
        let mut writing = JoinSet::new();
        writing.spawn(async move { sent.write_all(&much).map(|()| sent.rest()) });
        let mut read = 0;
        while let Some(part) = said.recv().await {
            read += part.len();
        }
        let rest = writing.join_next().await.unwrap().unwrap().unwrap();
        assert_eq!(read + rest.len(), 3 * PART_BYTES);
    }
}

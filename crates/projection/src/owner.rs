//! The thread that owns a read model's file.
//!
//! SQLite blocks; here it blocks nobody else. The async side sends jobs through a channel of one
//! place, so that one page is written while the next is read and no third one piles up. A caller
//! who hangs up tears nothing: a job that was sent is done.

use std::{
    path::{Path, PathBuf},
    thread,
};

use event_log::{Position, RecordedEvent};
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    file::{self, Care, Meta, OpenError},
    projection::{Applied, CatchUpError},
    projector::Projector,
    status::Failure,
};

type Job = Box<dyn FnOnce(&mut Owner) + Send>;

/// A read model's file, its projector, and how far the two have come.
pub(crate) struct Owner {
    pub(crate) path: PathBuf,
    pub(crate) connection: Connection,
    pub(crate) projector: Box<dyn Projector>,
    pub(crate) meta: Meta,
    applied: watch::Sender<Applied>,
}

impl Owner {
    /// Opens the file to write. Blocks.
    pub(crate) fn open(
        path: &Path,
        origin: &str,
        projector: Box<dyn Projector>,
        care: Care,
    ) -> Result<Self, OpenError> {
        let (connection, meta) = file::connect_to_write(path, origin, &*projector, care)?;
        let (applied, _) =
            watch::channel(Applied { next_position: meta.next_position, failure: None });
        Ok(Self { path: path.to_owned(), connection, projector, meta, applied })
    }

    /// Takes in a page: its rows and the position after it, or nothing at all.
    pub(crate) fn apply(&mut self, page: &[RecordedEvent]) -> Result<(), CatchUpError> {
        if let Some(failure) = &self.applied.borrow().failure {
            return Err(CatchUpError::Stopped { failure: failure.clone() });
        }
        let result = self.apply_in_one_transaction(page);
        match &result {
            Ok(()) => self.tell(None),
            Err(error) => {
                let failure = Failure {
                    position: error.position().unwrap_or(self.meta.next_position),
                    reason: chain(error),
                };
                tracing::error!(
                    projector = self.projector.name(),
                    position = failure.position.0,
                    reason = failure.reason,
                    "a projector stopped; the others go on"
                );
                self.note_failure(&failure);
                self.tell(Some(failure));
            }
        }
        result
    }

    fn apply_in_one_transaction(&mut self, page: &[RecordedEvent]) -> Result<(), CatchUpError> {
        let Some(last) = page.last() else { return Ok(()) };
        let before = self.meta.next_position;
        let after = Position(before.0 + page.len() as u64);
        let last_record: [u8; 32] = Sha256::digest(&last.bytes).into();
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // The position first: an owner that has lost the file notices before it writes a row.
        let moved = transaction
            .prepare_cached(
                "UPDATE projection SET next_position = ?1, last_record = ?2 WHERE next_position = ?3",
            )?
            .execute((to_column(after), last_record, to_column(before)))?;
        if moved != 1 {
            return Err(CatchUpError::OtherOwner { expected: before });
        }
        for (event, expected) in page.iter().zip(before.0..) {
            if event.position.0 != expected {
                return Err(CatchUpError::Gap {
                    expected: Position(expected),
                    found: event.position,
                });
            }
            self.projector
                .project(&transaction, event)
                .map_err(|source| CatchUpError::Project { position: event.position, source })?;
        }
        transaction.prepare_cached("DELETE FROM projection_failure")?.execute([])?;
        transaction.commit()?;
        self.meta.next_position = after;
        self.meta.last_record = Some(last_record);
        Ok(())
    }

    fn tell(&self, failure: Option<Failure>) {
        let next_position = self.meta.next_position;
        self.applied.send_replace(Applied { next_position, failure });
    }

    /// So that a later run, or somebody who only has the file, can see it. If even this fails, the
    /// trace has said it already.
    fn note_failure(&self, failure: &Failure) {
        let noted = self.connection.execute(
            "INSERT OR REPLACE INTO projection_failure VALUES (1, ?1, ?2)",
            (to_column(failure.position), &failure.reason),
        );
        if let Err(error) = noted {
            tracing::error!(%error, "the failure could not be noted in the read model");
        }
    }

    fn work(mut self, mut queue: mpsc::Receiver<Job>) -> Self {
        while let Some(job) = queue.blocking_recv() {
            job(&mut self);
        }
        self
    }
}

/// Positions as SQLite keeps them: signed. A log of 2⁶³ records does not exist.
pub(crate) fn to_column(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

/// An error and what lies behind it, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// The async side's end of an [`Owner`] on its thread.
#[derive(Debug)]
pub(crate) struct OwnerThread {
    jobs: mpsc::Sender<Job>,
    thread: Option<thread::JoinHandle<Owner>>,
}

/// The thread ended before the job was done: the projector panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

/// An answer on its way.
pub(crate) type Answer<R> = oneshot::Receiver<R>;

impl OwnerThread {
    pub(crate) fn start(owner: Owner) -> std::io::Result<(Self, watch::Receiver<Applied>)> {
        let applied = owner.applied.subscribe();
        let (jobs, queue) = mpsc::channel(1);
        let thread = thread::Builder::new()
            .name(format!("projector-{}", owner.projector.name()))
            .spawn(move || owner.work(queue))?;
        Ok((Self { jobs, thread: Some(thread) }, applied))
    }

    /// Sends a job; returns once it is in the queue.
    pub(crate) async fn send<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Owner) -> R + Send + 'static,
    ) -> Result<Answer<R>, Gone> {
        let (sender, answer) = oneshot::channel();
        let job: Job = Box::new(move |owner| {
            // A caller who hung up does not want the answer; the work is done all the same.
            let _ = sender.send(job(owner));
        });
        self.jobs.send(job).await.map_err(|_| Gone)?;
        Ok(answer)
    }

    /// Sends a job and waits for its answer.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Owner) -> R + Send + 'static,
    ) -> Result<R, Gone> {
        self.send(job).await?.await.map_err(|_| Gone)
    }

    /// Ends the thread after what it has been sent, and hands back what it owned.
    pub(crate) async fn stop(mut self) -> Result<Owner, Gone> {
        let thread = self.thread.take().ok_or(Gone)?;
        drop(self);
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        joined.map_err(|_| Gone)?.map_err(|_| Gone)
    }
}

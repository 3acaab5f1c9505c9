//! One read model that follows the log.

use std::path::Path;

use event_log::{EventLog, Position, ReadError, RecordStream, RecordedEvent};
use futures::StreamExt;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::{
    file::{Care, OpenError},
    owner::{Answer, Gone, Owner, OwnerThread},
    projector::{ProjectError, Projector},
    status::{Failure, Status},
};

/// The most records in one transaction.
pub const PAGE_RECORDS_MAX: usize = 4_000;
/// The most bytes of records in one transaction, but for the last of them: memory stays flat
/// however large the records are.
pub const PAGE_BYTES_MAX: usize = 4 << 20;

/// How far a projector has come, for those who wait for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) next_position: Position,
    pub(crate) failure: Option<Failure>,
}

/// Why a read model could not be brought up to the log.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The log could not be read. The read model is whole; try again when the log is back.
    #[error("the log could not be read")]
    Read(#[from] ReadError),
    /// The log promised more records than it gave. Verify the log.
    #[error("expected the log to have position {expected}, found its end")]
    EndedEarly {
        /// The position that is missing.
        expected: Position,
    },
    /// The log skipped or repeated a position. Verify the log.
    #[error("expected position {expected} from the log, found {found}")]
    Gap {
        /// The next position.
        expected: Position,
        /// What came.
        found: Position,
    },
    /// The read model has taken in more than the log holds. Either the log has lost records, or
    /// the file belongs to another copy of it. Verify the log, then rebuild.
    #[error(
        "expected a read model at or before the log's head {head}, found it at {next_position}: \
         verify the ledger, then run `redress projections rebuild`"
    )]
    AheadOfLog {
        /// How many records the log has.
        head: Position,
        /// How many the read model has taken in.
        next_position: Position,
    },
    /// The read model has taken in another record than the log holds there. Verify the log, then
    /// rebuild.
    #[error(
        "the record at position {position} is not the one the read model took in: verify the \
         ledger, then run `redress projections rebuild`"
    )]
    OtherHistory {
        /// Where the two differ.
        position: Position,
    },
    /// The projector cannot take in a record. A newer redress may.
    #[error("the record at position {position} could not be taken in")]
    Project {
        /// Which record.
        position: Position,
        /// Why.
        #[source]
        source: ProjectError,
    },
    /// Another process or another projection moves the same file. Stop one of the two.
    #[error("expected the read model at position {expected}, found it moved by another owner")]
    OtherOwner {
        /// Where this owner had left it.
        expected: Position,
    },
    /// SQLite refused or failed. If the file is damaged, rebuild it.
    #[error(
        "the read model could not be written; if it is damaged, run `redress projections rebuild`"
    )]
    Sqlite(#[from] rusqlite::Error),
    /// The projector had stopped before. Open it again to make it try again.
    #[error("the projector had stopped at position {}: {}", failure.position, failure.reason)]
    Stopped {
        /// Why.
        failure: Failure,
    },
    /// The projector's thread ended. That is an error in redress; the read model is whole.
    #[error("the projector's thread ended")]
    Panicked,
}

impl CatchUpError {
    pub(crate) fn position(&self) -> Option<Position> {
        match self {
            Self::Project { position, .. } | Self::OtherHistory { position } => Some(*position),
            Self::Gap { expected, .. } | Self::EndedEarly { expected } => Some(*expected),
            Self::Stopped { failure } => Some(failure.position),
            Self::Read(_)
            | Self::AheadOfLog { .. }
            | Self::OtherOwner { .. }
            | Self::Sqlite(_)
            | Self::Panicked => None,
        }
    }
}

impl From<Gone> for CatchUpError {
    fn from(Gone: Gone) -> Self {
        Self::Panicked
    }
}

/// Why waiting for a position was in vain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// The projector stopped before it got there.
    #[error("the projector stopped at position {}: {}", failure.position, failure.reason)]
    Stopped {
        /// Why.
        failure: Failure,
    },
    /// The read model was closed before it got there.
    #[error(
        "expected the read model to reach position {expected}, found it closed at {next_position}"
    )]
    Closed {
        /// What was waited for.
        expected: Position,
        /// How far it came.
        next_position: Position,
    },
}

/// One read model that follows the log. Closed by [`close`](Self::close) or by being dropped; what
/// it was handed is written in either case.
#[derive(Debug)]
pub struct Projection {
    name: &'static str,
    schema_version: u32,
    thread: OwnerThread,
    applied: watch::Receiver<Applied>,
    last_record: Option<[u8; 32]>,
    is_history_checked: bool,
}

impl Projection {
    /// Opens a read model to bring it on, or begins an empty one. `origin` names the ledger.
    ///
    /// # Errors
    ///
    /// [`OpenError`] when there is something else at `path`, or a read model of another projector,
    /// ledger or schema version; it is left as it is.
    pub async fn open(
        path: &Path,
        origin: &str,
        projector: Box<dyn Projector>,
    ) -> Result<Self, OpenError> {
        Self::open_with(path, origin, projector, Care::Live).await
    }

    pub(crate) async fn open_with(
        path: &Path,
        origin: &str,
        projector: Box<dyn Projector>,
        care: Care,
    ) -> Result<Self, OpenError> {
        let name = projector.name();
        let schema_version = projector.schema_version();
        let (file, ledger) = (path.to_owned(), origin.to_owned());
        let opening = move || Owner::open(&file, &ledger, projector, care);
        let owner = tokio::task::spawn_blocking(opening)
            .await
            .map_err(|error| OpenError::io(path, error.into()))??;
        let last_record = owner.meta.last_record;
        let (thread, applied) =
            OwnerThread::start(owner).map_err(|error| OpenError::io(path, error))?;
        let is_history_checked = false;
        Ok(Self { name, schema_version, thread, applied, last_record, is_history_checked })
    }

    /// The projector's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The first record not yet taken in; also how many are.
    pub fn next_position(&self) -> Position {
        self.applied.borrow().next_position
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        let applied = self.applied.borrow();
        Status {
            projector: self.name.to_owned(),
            schema_version: self.schema_version,
            next_position: applied.next_position,
            failure: applied.failure.clone(),
        }
    }

    /// Something that can wait for this read model and outlive the borrow of it.
    pub fn follower(&self) -> Follower {
        Follower { applied: self.applied.clone() }
    }

    /// Takes in every record before `up_to`, page by page, and calls `progress` after each.
    ///
    /// May be dropped at any time: a page that was begun is finished, none is torn.
    ///
    /// # Errors
    ///
    /// [`CatchUpError`]; after all but `Read` the projector has stopped, and says so in its status.
    pub async fn catch_up(
        &mut self,
        log: &dyn EventLog,
        up_to: Position,
        progress: &mut (dyn FnMut(Position) + Send),
    ) -> Result<(), CatchUpError> {
        // Waits behind pages that an earlier, dropped call may have left in the queue.
        let next = self.thread.run(|owner| owner.meta.next_position).await?;
        let head = log.head().next_position;
        if next > head {
            return self.stop(CatchUpError::AheadOfLog { head, next_position: next });
        }
        self.check_history(log, next).await?;
        if next >= up_to {
            return Ok(());
        }
        let mut records = log.read_all(next, up_to.0 - next.0);
        let mut expected = next;
        let mut written: Option<Answer<Result<Position, CatchUpError>>> = None;
        loop {
            let page = read_page(&mut records).await?;
            let is_last = page.is_empty();
            expected = Position(expected.0 + page.len() as u64);
            // The page before this one was written while this one was read.
            if let Some(written) = written.take() {
                progress(written.await.map_err(|_| CatchUpError::Panicked)??);
            }
            if is_last {
                break;
            }
            let job =
                move |owner: &mut Owner| owner.apply(&page).map(|()| owner.meta.next_position);
            written = Some(self.thread.send(job).await?);
        }
        if expected < up_to {
            return self.stop(CatchUpError::EndedEarly { expected });
        }
        Ok(())
    }

    /// Whether the last record this file took in is the one the log holds there.
    async fn check_history(
        &mut self,
        log: &dyn EventLog,
        next: Position,
    ) -> Result<(), CatchUpError> {
        if self.is_history_checked {
            return Ok(());
        }
        if let (Some(taken_in), Some(last)) = (self.last_record, next.0.checked_sub(1)) {
            let position = Position(last);
            let Some(record) = log.read_all(position, 1).next().await else {
                return self.stop(CatchUpError::EndedEarly { expected: position });
            };
            let found: [u8; 32] = Sha256::digest(&record?.bytes).into();
            if found != taken_in {
                return self.stop(CatchUpError::OtherHistory { position });
            }
        }
        self.is_history_checked = true;
        Ok(())
    }

    fn stop(&self, error: CatchUpError) -> Result<(), CatchUpError> {
        tracing::error!(projector = self.name, %error, "a projector cannot go on");
        Err(error)
    }

    /// Takes in every record there is and then each as it becomes durable, until `until` is done.
    ///
    /// # Errors
    ///
    /// As [`catch_up`](Self::catch_up).
    pub async fn follow(
        &mut self,
        log: &dyn EventLog,
        until: impl Future<Output = ()> + Send,
    ) -> Result<(), CatchUpError> {
        let mut head = log.watch_head();
        let mut until = std::pin::pin!(until);
        loop {
            // Marked as seen before the range is read: what becomes durable meanwhile wakes us.
            let durable = head.borrow_and_update().next_position;
            let mut ignore = |_| {};
            tokio::select! {
                biased;
                () = &mut until => return Ok(()),
                result = self.catch_up(log, durable, &mut ignore) => result?,
            }
            tokio::select! {
                biased;
                () = &mut until => return Ok(()),
                changed = head.changed() => {
                    if changed.is_err() {
                        return Ok(()); // the log was closed: nothing will follow
                    }
                }
            }
        }
    }

    /// Ends the thread once it has written what it was handed, and closes the file.
    pub async fn close(self) {
        let _ = self.close_and_keep().await;
    }

    pub(crate) async fn close_and_keep(self) -> Result<Owner, Gone> {
        self.thread.stop().await
    }

    pub(crate) async fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Owner) -> R + Send + 'static,
    ) -> Result<R, Gone> {
        self.thread.run(job).await
    }
}

/// The next page; empty at the end of the stream.
async fn read_page(records: &mut RecordStream) -> Result<Vec<RecordedEvent>, ReadError> {
    let mut page = Vec::new();
    let mut bytes = 0;
    while page.len() < PAGE_RECORDS_MAX && bytes < PAGE_BYTES_MAX {
        let Some(record) = records.next().await else { break };
        let record = record?;
        bytes += record.bytes.len();
        page.push(record);
    }
    Ok(page)
}

/// Waits for a read model to have taken in what a writer wrote: read your own writes.
#[derive(Debug, Clone)]
pub struct Follower {
    applied: watch::Receiver<Applied>,
}

impl Follower {
    /// Returns once the record at `position` has been taken in. Polls nothing.
    ///
    /// # Errors
    ///
    /// [`WaitError`] when the projector stopped or was closed before it got there.
    pub async fn wait_for(&mut self, position: Position) -> Result<(), WaitError> {
        let reached = self
            .applied
            .wait_for(|applied| applied.next_position > position || applied.failure.is_some())
            .await
            .map(|applied| applied.clone());
        let applied = match reached {
            Ok(applied) => applied,
            Err(_) => self.applied.borrow().clone(),
        };
        if applied.next_position > position {
            return Ok(());
        }
        Err(match applied.failure {
            Some(failure) => WaitError::Stopped { failure },
            None => WaitError::Closed { expected: position, next_position: applied.next_position },
        })
    }

    /// The first record not yet taken in.
    pub fn next_position(&self) -> Position {
        self.applied.borrow().next_position
    }
}

//! The one thread that decides which appends are accepted, and frames them.
//!
//! It takes what waits in the queue, up to a limit, and whatever comes while the group before is being
//! committed; it never lingers for more. Each request is held against the version of its stream, those
//! that are on their way included, and refused alone. Only what is certain to be in the commit gets a
//! place in it, so positions have no gaps by construction. The [`committer`](crate::committer) does the rest.

use std::sync::{Arc, mpsc as handover};

use event_log::{AppendError, Appended, ExpectedVersion, NewRecord, StreamVersion};
use tokio::sync::{mpsc, oneshot};

use crate::{
    committer::{Accepted, Group, Progress},
    hashed::HashedStream,
    journal::Commit,
    store::{Store, StoreError},
    tail::Tail,
    versions::{Known, Versions},
};

/// How many requests wait before callers do.
pub(crate) const QUEUE: usize = 4_096;
const GROUP_RECORDS: usize = 2_048;
const GROUP_BYTES: usize = 1024 * 1024;

/// What the writer is asked to do.
#[derive(Debug)]
pub(crate) enum Request {
    /// Append to one stream, all or none.
    Append(Append),
    /// Finish what is queued, then stop.
    Stop,
}

/// An append that waits for its commit.
#[derive(Debug)]
pub(crate) struct Append {
    pub(crate) stream: HashedStream,
    pub(crate) expected: ExpectedVersion,
    pub(crate) records: Vec<NewRecord>,
    pub(crate) answer: oneshot::Sender<Result<Appended, AppendError>>,
}

/// The writer's state, all of it owned by its thread.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) requests: mpsc::Receiver<Request>,
    pub(crate) groups: handover::SyncSender<Group>,
    /// Who can take a group says so here, with room for the one after it.
    pub(crate) idle: mpsc::Receiver<Commit>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) store: Store,
    pub(crate) tail: Arc<Tail>,
    /// With what is on its way counted in.
    pub(crate) versions: Versions,
}

impl Group {
    fn begun(number: u64, commit: Commit) -> Self {
        Self { number, counted_on: 0, answers: Vec::new(), commit }
    }

    fn is_full(&self) -> bool {
        self.commit.records() >= GROUP_RECORDS
            || self.commit.bytes() >= GROUP_BYTES
            || self.answers.len() >= GROUP_RECORDS
    }
}

impl Writer {
    /// Runs until it is told to stop or nobody is left to ask.
    pub(crate) async fn run(mut self) {
        if self.work().await.is_none() {
            self.tail.poison("nothing is committed any more".to_owned());
        }
        self.requests.close();
        while let Ok(request) = self.requests.try_recv() {
            if let Request::Append(append) = request {
                let reason = "it is shutting down".to_owned();
                let _ = append.answer.send(Err(AppendError::Unavailable { reason }));
            }
        }
    }

    /// `None` when the committer has stopped before it was let go, by a panic.
    async fn work(&mut self) -> Option<()> {
        let mut group = Group::begun(1, Commit::new());
        let mut idle = None;
        let mut stopping = false;
        loop {
            while !stopping && !group.is_full() {
                let Ok(request) = self.requests.try_recv() else { break };
                stopping = self.take(&mut group, request);
            }
            if group.answers.is_empty() {
                if stopping {
                    return Some(());
                }
                let Some(request) = self.requests.recv().await else { return Some(()) };
                stopping = self.take(&mut group, request);
            } else if let Some(commit) = idle.take() {
                let next = Group::begun(group.number.saturating_add(1), commit);
                self.groups.send(std::mem::replace(&mut group, next)).ok()?;
            } else if stopping || group.is_full() {
                idle = Some(self.idle.recv().await?);
            } else {
                tokio::select! {
                    biased;
                    commit = self.idle.recv() => idle = Some(commit?),
                    request = self.requests.recv() => match request {
                        Some(request) => stopping = self.take(&mut group, request),
                        None => stopping = true,
                    },
                }
            }
        }
    }

    /// Adds a request to the group or answers it. True when it was the request to stop.
    fn take(&mut self, group: &mut Group, request: Request) -> bool {
        let append = match request {
            Request::Append(append) => append,
            Request::Stop => return true,
        };
        let made = self.progress.made();
        if group.answers.is_empty() {
            group.counted_on = self.progress.undone();
            self.versions.count_on(group.counted_on);
        }
        self.versions.keep_after(made);
        let Append { stream, expected, records, answer } = append;
        match self.decide(&stream, expected, records.len(), group.number) {
            Ok(version) => {
                let place = group.commit.records();
                let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
                let next_version = StreamVersion(version.saturating_add(count));
                group.commit.append(stream, version, records);
                group.answers.push((answer, Ok(Accepted { place, next_version })));
            }
            // It conflicts with what is on its way, and may not learn of that before it is durable: who
            // reloads after a conflict must find what it conflicted with.
            Err((error, Some(by))) if by > made => group.answers.push((answer, Err(error))),
            Err((error, _)) => {
                let _ = answer.send(Err(error));
            }
        }
        false
    }

    /// The version that the first of so many records would get; or why they are refused, and the group
    /// that wrote to the stream last.
    fn decide(
        &mut self,
        stream: &HashedStream,
        expected: ExpectedVersion,
        records: usize,
        group: u64,
    ) -> Result<u64, (AppendError, Option<u64>)> {
        let count = u64::try_from(records).unwrap_or(u64::MAX);
        let check = |known: &mut Known| {
            let checked = expected.check(&stream.name, StreamVersion(known.next));
            let version = checked.map_err(|error| (error, known.group))?;
            *known = Known { next: version.0.saturating_add(count), group: Some(group) };
            Ok(version.0)
        };
        if let Some(decided) = self.versions.with(stream, check) {
            return decided;
        }
        let next = self.look_up(stream).map_err(|error| (error, None))?;
        let mut known = Known { next, group: None };
        let decided = check(&mut known);
        self.versions.learn(stream, known);
        decided
    }

    fn look_up(&mut self, stream: &HashedStream) -> Result<u64, AppendError> {
        // The tail before the store: a record leaves the tail only once the store has it.
        if let Some(version) = self.tail.next_version(&stream.name, stream.hash) {
            return Ok(version);
        }
        self.store.next_version(&stream.name).map_err(|error| match error {
            StoreError::Failed(reason) => AppendError::Unavailable { reason },
            StoreError::OldForm => AppendError::Unavailable { reason: error.to_string() },
            StoreError::Damaged(damage) => {
                AppendError::Corrupt { position: damage.position, reason: damage.reason }
            }
        })
    }
}

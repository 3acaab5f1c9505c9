//! The one thread that writes the journal.
//!
//! It takes what waits in the queue, up to a limit and without lingering: while one sync runs, the
//! next group gathers. Each request is held against the version of its stream, the group's own
//! earlier requests included, and refused alone. Only what is certain to be in the commit gets a
//! number, so positions have no gaps by construction. Then: frame, sync, tail, head, answers.

use std::sync::Arc;

use event_log::{
    AppendError, Appended, Clock, ExpectedVersion, Head, NewRecord, Position, StreamVersion,
    record::format_recorded_at,
};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    hashed::HashedStream,
    journal::{Commit, CommitError, Journal, framed_length},
    store::{Store, StoreError},
    tail::{Room, Tail},
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
    pub(crate) journal: Journal,
    pub(crate) store: Store,
    pub(crate) tail: Arc<Tail>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) head: watch::Sender<Head>,
    pub(crate) next: Position,
    /// With the group's own requests counted in.
    pub(crate) versions: Versions,
    pub(crate) recorded_at: Timestamp,
}

/// One group: what will be answered, and what will be written.
#[derive(Debug, Default)]
struct Group {
    answers: Vec<(Append, Decided)>,
    /// Which of the writer's groups it is.
    number: u64,
    /// As they will be written.
    bytes: usize,
    records: usize,
}

impl Group {
    fn is_full(&self) -> bool {
        self.records >= GROUP_RECORDS || self.bytes >= GROUP_BYTES
    }
}

impl Writer {
    /// Runs until it is told to stop or nobody is left to ask.
    pub(crate) fn run(mut self) {
        let mut commit = Commit::new();
        let mut stopping = false;
        for number in 0_u64.. {
            if stopping {
                break;
            }
            let Some(request) = self.requests.blocking_recv() else { break };
            let mut group = Group { number, ..Group::default() };
            stopping = self.take(&mut group, request);
            while !stopping && !group.is_full() {
                let Ok(request) = self.requests.try_recv() else { break };
                stopping = self.take(&mut group, request);
            }
            self.commit(group, &mut commit);
        }
        self.requests.close();
        while let Ok(request) = self.requests.try_recv() {
            if let Request::Append(append) = request {
                let reason = "it is shutting down".to_owned();
                let _ = append.answer.send(Err(AppendError::Unavailable { reason }));
            }
        }
        self.tail.close();
    }

    /// Adds a request to the group or answers it. True when it was the request to stop.
    fn take(&mut self, group: &mut Group, request: Request) -> bool {
        let append = match request {
            Request::Append(append) => append,
            Request::Stop => return true,
        };
        let decided = self.decide(&append, group.number);
        match decided {
            Ok(next_version) => {
                let position = u64::try_from(group.records).unwrap_or(u64::MAX);
                let appended = Appended {
                    first_position: Position(self.next.0.saturating_add(position)),
                    next_version: StreamVersion(next_version),
                };
                group.records = group.records.saturating_add(append.records.len());
                let bytes = framed_length(&append.stream, &append.records);
                group.bytes = group.bytes.saturating_add(bytes);
                group.answers.push((append, Ok(appended)));
            }
            // It conflicts with what the group itself writes, and may not learn of that before it is
            // durable: who reloads after a conflict must find what it conflicted with.
            Err((error, Some(by))) if by == group.number => {
                group.answers.push((append, Err(error)));
            }
            Err((error, _)) => {
                let _ = append.answer.send(Err(error));
            }
        }
        false
    }

    /// The version that the stream's next record would get after this append; or why it is refused,
    /// and the group that wrote to the stream last.
    fn decide(&mut self, append: &Append, group: u64) -> Result<u64, (AppendError, Option<u64>)> {
        let Append { stream, expected, records, .. } = append;
        let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
        let check = |known: &mut Known| {
            let checked = expected.check(&stream.name, StreamVersion(known.next));
            let version = checked.map_err(|error| (error, known.group))?;
            *known = Known { next: version.0.saturating_add(count), group: Some(group) };
            Ok(known.next)
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

    /// Makes the group durable and answers it, or answers every one of it with the failure.
    fn commit(&mut self, group: Group, commit: &mut Commit) {
        if group.answers.is_empty() {
            return;
        }
        if let Err(error) = self.room() {
            self.versions.forget_all();
            return refuse(group.answers, &error);
        }
        let recorded_at = self.recorded_at.max(self.clock.now());
        commit.clear();
        commit.expect(group.bytes);
        let count = u64::try_from(group.records).unwrap_or(u64::MAX);
        let answers = write(group, &format_recorded_at(recorded_at), commit);
        if !commit.is_empty() {
            match self.journal.commit(commit, self.next, recorded_at) {
                Ok(()) => {}
                Err(CommitError::Full) => {
                    self.versions.forget_all();
                    return answer_all(answers, &AppendError::Full);
                }
                Err(CommitError::Failed(error)) => {
                    self.versions.forget_all();
                    let reason = format!("the journal: {error}");
                    self.tail.poison(reason.clone());
                    return answer_all(answers, &AppendError::Poisoned { reason });
                }
            }
            self.recorded_at = recorded_at;
            let (records, hashes) = commit.take(self.next);
            self.next = Position(self.next.0.saturating_add(count));
            self.tail.push(records, hashes, recorded_at);
            self.head.send_replace(Head { next_position: self.next });
        }
        for (answer, decided) in answers {
            let _ = answer.send(decided);
        }
    }

    fn room(&self) -> Result<(), AppendError> {
        match self.tail.wait_for_room() {
            Room::Enough => Ok(()),
            Room::DiskFull => Err(AppendError::Full),
            Room::Poisoned(reason) => Err(AppendError::Poisoned { reason }),
        }
    }
}

type Decided = Result<Appended, AppendError>;
type Answers = Vec<(oneshot::Sender<Decided>, Decided)>;

/// Puts what was accepted into the frame, and gives back what will be answered. The frame takes the
/// records over: they are read where they were written.
fn write(group: Group, recorded_at: &str, commit: &mut Commit) -> Answers {
    let mut answers = Vec::with_capacity(group.answers.len());
    for (append, decided) in group.answers {
        let Append { stream, records, answer, .. } = append;
        if let Ok(appended) = &decided {
            let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
            let version = appended.next_version.0.saturating_sub(count);
            commit.append(stream, version, records, recorded_at);
        }
        answers.push((answer, decided));
    }
    answers
}

/// A caller that no longer waits is not told; its append stands as any other.
fn answer_all(answers: Answers, error: &AppendError) {
    for (answer, _) in answers {
        let _ = answer.send(Err(error.clone()));
    }
}

fn refuse(answers: Vec<(Append, Decided)>, error: &AppendError) {
    for (append, _) in answers {
        let _ = append.answer.send(Err(error.clone()));
    }
}

//! The one thread that makes durable what the writer has framed, and answers.
//!
//! While it waits for the disk the writer gathers and frames the next group, and hands that over the moment
//! this one is done: so nothing lingers, and no processor waits for a sync. Positions and the time are given
//! here, where it is certain that the group is the next. Then: write, sync, tail, head, answers.
//!
//! Should a commit fail, whatever the writer has decided in the meantime counted on it, and is refused
//! with the same error: see [`Progress`].

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
    mpsc,
};

use event_log::{
    AppendError, Appended, Clock, Head, Position, StreamVersion, record::format_recorded_at,
};
use jiff::Timestamp;
use tokio::sync::{mpsc as queue, oneshot, watch};

use crate::{
    journal::{Commit, CommitError, Journal},
    tail::{Room, Tail},
};

/// How far the committer has come, for the writer to see.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The number of the last group that was made durable and is seen by readers.
    made: AtomicU64,
    /// How many groups were not made although the writer counted on them.
    undone: AtomicU64,
}

impl Progress {
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Acquire)
    }

    pub(crate) fn undone(&self) -> u64 {
        self.undone.load(Ordering::Acquire)
    }
}

/// An append that was accepted: what its caller will be told once it is durable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepted {
    /// How many records of its group come before its first.
    pub(crate) place: usize,
    pub(crate) next_version: StreamVersion,
}

/// Who waits for an answer, and which it will be if the group is made.
pub(crate) type Answer =
    (oneshot::Sender<Result<Appended, AppendError>>, Result<Accepted, AppendError>);

/// Appends that are committed together, framed already.
#[derive(Debug)]
pub(crate) struct Group {
    /// From 1 on, in the order in which they are made.
    pub(crate) number: u64,
    /// [`Progress::undone`] when the first of its appends was decided.
    pub(crate) counted_on: u64,
    pub(crate) answers: Vec<Answer>,
    pub(crate) commit: Commit,
}

/// The committer's state, all of it owned by its thread.
#[derive(Debug)]
pub(crate) struct Committer {
    pub(crate) groups: mpsc::Receiver<Group>,
    /// Says that the next group may be handed over, and gives back what the last one was framed in.
    pub(crate) idle: queue::Sender<Commit>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) journal: Journal,
    pub(crate) tail: Arc<Tail>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) head: watch::Sender<Head>,
    pub(crate) next: Position,
    pub(crate) recorded_at: Timestamp,
}

impl Committer {
    /// Runs until the writer is gone.
    pub(crate) fn run(mut self) {
        let mut because = None;
        let mut spare = Commit::new();
        loop {
            // Nobody to tell: the writer is gone, and so is its last group.
            let _ = self.idle.blocking_send(spare);
            let Ok(group) = self.groups.recv() else { break };
            spare = self.make(group, &mut because);
            spare.clear();
        }
        self.tail.close();
    }

    /// Makes the group durable and answers it, or answers every one of it with what went wrong: with it,
    /// or `because` of what went wrong with one that it counted on.
    fn make(&mut self, group: Group, because: &mut Option<AppendError>) -> Commit {
        let Group { number, counted_on, answers, mut commit } = group;
        let done = match because {
            Some(error) if counted_on != self.progress.undone() => {
                answer_all(answers, error);
                return commit;
            }
            _ => self.commit(&mut commit),
        };
        match done {
            Ok(first) => {
                self.progress.made.store(number, Ordering::Release);
                answer_each(answers, first);
            }
            Err(error) => {
                self.progress.undone.fetch_add(1, Ordering::Release);
                answer_all(answers, &error);
                *because = Some(error);
            }
        }
        commit
    }

    /// Makes the records durable and shows them to readers; gives the position of the first.
    fn commit(&mut self, commit: &mut Commit) -> Result<Position, AppendError> {
        let first = self.next;
        self.room()?;
        if commit.is_empty() {
            return Ok(first);
        }
        let recorded_at = self.recorded_at.max(self.clock.now());
        commit.stamp(&format_recorded_at(recorded_at));
        self.journal.commit(commit, first, recorded_at).map_err(|error| match error {
            CommitError::Full => AppendError::Full,
            CommitError::Failed(error) => {
                let reason = format!("the journal: {error}");
                self.tail.poison(reason.clone());
                AppendError::Poisoned { reason }
            }
        })?;
        self.recorded_at = recorded_at;
        let (records, hashes) = commit.take(first);
        let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
        self.next = Position(first.0.saturating_add(count));
        self.tail.push(records, hashes, recorded_at);
        self.head.send_replace(Head { next_position: self.next });
        Ok(first)
    }

    fn room(&self) -> Result<(), AppendError> {
        match self.tail.wait_for_room() {
            Room::Enough => Ok(()),
            Room::DiskFull => Err(AppendError::Full),
            Room::Poisoned(reason) => Err(AppendError::Poisoned { reason }),
        }
    }
}

/// A caller that no longer waits is not told; its append stands as any other.
fn answer_each(answers: Vec<Answer>, first: Position) {
    for (answer, decided) in answers {
        let _ = answer.send(decided.map(|Accepted { place, next_version }| {
            let place = u64::try_from(place).unwrap_or(u64::MAX);
            Appended { first_position: Position(first.0.saturating_add(place)), next_version }
        }));
    }
}

fn answer_all(answers: Vec<Answer>, error: &AppendError) {
    for (answer, _) in answers {
        let _ = answer.send(Err(error.clone()));
    }
}

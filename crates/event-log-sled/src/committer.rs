//! The one thread that makes durable what was accepted, and answers.
//!
//! While it waits for the disk the tasks that append decide and frame the next group, which it takes the moment
//! it is done: so nothing lingers. Positions and the time are given here, where it is certain that the
//! group is the next. Then: write, sync, tail, head, answers.
//!
//! Should a commit fail, whatever was decided in the meantime counted on it, and is refused with it.

use std::sync::Arc;

use event_log::{
    AppendError, Appended, Clock, Head, Position, StreamVersion, record::format_recorded_at,
};
use jiff::Timestamp;
use tokio::sync::{oneshot, watch};

use crate::{
    admission::Admission,
    journal::{Commit, CommitError, Journal},
    tail::{PoisonOnPanic, Room, Tail},
};

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
    pub(crate) answers: Vec<Answer>,
    pub(crate) commit: Commit,
}

impl Group {
    /// Nothing yet, and no number.
    pub(crate) fn empty() -> Self {
        Self { number: 0, answers: Vec::new(), commit: Commit::new() }
    }
}

/// The committer's state, all of it owned by its thread.
#[derive(Debug)]
pub(crate) struct Committer {
    pub(crate) admission: Arc<Admission>,
    pub(crate) journal: Journal,
    pub(crate) tail: Arc<Tail>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) head: watch::Sender<Head>,
    pub(crate) next: Position,
    pub(crate) recorded_at: Timestamp,
}

const STOPPED: &str = "nothing is committed any more";

/// Says that no more records will come, and leaves nobody waiting for a committer that has panicked.
struct Ends<'a>(&'a Admission, &'a Tail);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        let Self(admission, tail) = self;
        if std::thread::panicking() {
            admission.abandon();
        }
        tail.close();
    }
}

impl Committer {
    /// Runs until the log is closed and all that was accepted is committed.
    pub(crate) fn run(mut self) {
        let (admission, tail) = (Arc::clone(&self.admission), Arc::clone(&self.tail));
        let _ends = Ends(&admission, &tail);
        // Dropped first, so that whoever loses an answer finds the reason.
        let _poison = PoisonOnPanic::new(&tail, STOPPED);
        let mut spare = Group::empty();
        while let Some(group) = admission.next_group(spare) {
            spare = self.make(group);
        }
    }

    /// Makes the group durable and answers it; or answers it, and all who have counted on it since, with
    /// what went wrong. Gives it back empty: to have memory for each anew, in pieces that grow, would make
    /// those who append wait for the allocator.
    fn make(&mut self, mut group: Group) -> Group {
        // Here too, to be dropped before the answers of this group.
        let _poison = PoisonOnPanic::new(&self.tail, STOPPED);
        match self.commit(&mut group.commit) {
            Ok(first) => {
                self.admission.made(group.number);
                answer_each(group.answers.drain(..), first);
            }
            Err(error) => {
                let counted_on_it = self.admission.undone();
                answer_all(group.answers.drain(..), &error);
                answer_all(counted_on_it, &error);
            }
        }
        group.commit.clear();
        group
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
            CommitError::Full => {
                self.tail.ask_for_room();
                AppendError::Full
            }
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
fn answer_each(answers: impl IntoIterator<Item = Answer>, first: Position) {
    for (answer, decided) in answers {
        let _ = answer.send(decided.map(|Accepted { place, next_version }| {
            let place = u64::try_from(place).unwrap_or(u64::MAX);
            Appended { first_position: Position(first.0.saturating_add(place)), next_version }
        }));
    }
}

fn answer_all(answers: impl IntoIterator<Item = Answer>, error: &AppendError) {
    for (answer, _) in answers {
        let _ = answer.send(Err(error.clone()));
    }
}

//! Where appends are decided and framed: by the tasks that ask, one at a time, under one lock.
//!
//! What is accepted goes into the open group. The one thread that makes groups durable, the
//! [`committer`](crate::committer), takes it whole as soon as it is done with the one before: so
//! nothing lingers, no thread is woken for each append, and a record is copied by the processor that has
//! just written it. Each append is held against the version of its stream, those on their way included,
//! and refused alone. Only what is accepted gets a place in the group, so positions have no gaps by
//! construction.
//!
//! Nothing waits under the lock. A stream that nobody has asked about lately is looked up without it, and
//! what was found is used only if nobody can have written to the stream since.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use event_log::{AppendError, Appended, ExpectedVersion, NewRecord, StreamVersion};
use tokio::sync::{
    Notify,
    oneshot::{self, Receiver},
};

use crate::{
    committer::{Accepted, Answer, Group},
    hashed::HashedStream,
    journal::Commit,
    versions::{Known, Turn, Versions},
};

/// How many appends a group has at most, and how many records, give or take those of one append. Who comes
/// after them waits for the next.
pub(crate) const GROUP_RECORDS: usize = 2_048;
const GROUP_BYTES: usize = 1024 * 1024;

/// An append that somebody asks for.
#[derive(Debug)]
pub(crate) struct Append {
    pub(crate) stream: HashedStream,
    pub(crate) expected: ExpectedVersion,
    pub(crate) records: Vec<NewRecord>,
}

/// The version that a stream's next record would get, by what was durable when somebody looked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LookedUp {
    /// When it was asked for.
    pub(crate) turn: Turn,
    pub(crate) next: u64,
}

/// What became of an append.
#[derive(Debug)]
pub(crate) enum Taken {
    /// The answer comes with that of its group.
    Waits(Receiver<Result<Appended, AppendError>>),
    /// It was refused, by what is durable.
    Refused(AppendError),
    /// Its stream has to be looked up first.
    Unknown(Turn),
    /// The group is full: [`Admission::emptied`] tells when the next one is open.
    Full,
    /// The log takes no more.
    Closed,
}

/// The open group and what is known of streams.
#[derive(Debug)]
pub(crate) struct Admission {
    open: Mutex<Open>,
    /// The committer waits here for the first append of a group.
    begun: Condvar,
    /// Appends wait here while the group is full.
    emptied: Notify,
}

#[derive(Debug)]
struct Open {
    group: Group,
    /// With what is on its way counted in.
    versions: Versions,
    is_awaited: bool,
    is_closed: bool,
}

impl Group {
    fn begun(number: u64, commit: Commit) -> Self {
        Self { number, answers: Vec::new(), commit }
    }

    fn is_full(&self) -> bool {
        self.commit.records() >= GROUP_RECORDS
            || self.commit.bytes() >= GROUP_BYTES
            || self.answers.len() >= GROUP_RECORDS
    }
}

impl Default for Admission {
    fn default() -> Self {
        let group = Group::begun(1, Commit::new());
        let versions = Versions::default();
        Self {
            open: Mutex::new(Open { group, versions, is_awaited: false, is_closed: false }),
            begun: Condvar::new(),
            emptied: Notify::new(),
        }
    }
}

impl Admission {
    /// Nothing that can panic runs under the lock, so a poisoned lock guards a whole value.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an append to the open group, or says why not. `looked_up` is what its stream was found to
    /// have, if it was [`Taken::Unknown`] before.
    pub(crate) fn take(&self, append: &Append, looked_up: Option<LookedUp>) -> Taken {
        let (answer, answered) = oneshot::channel();
        let mut open = self.open();
        if open.is_closed {
            return Taken::Closed;
        }
        if open.group.is_full() {
            return Taken::Full;
        }
        let decided = match open.decide(append, looked_up) {
            Ok(version) => Ok(open.group.add(append, version)),
            Err(Undecided::Unknown(turn)) => return Taken::Unknown(turn),
            // It conflicts with what is on its way, and may not learn of that before it is durable: who
            // reloads after a conflict must find what it conflicted with.
            Err(Undecided::Refused(error, Some(by))) if by > open.versions.made() => Err(error),
            Err(Undecided::Refused(error, _)) => return Taken::Refused(error),
        };
        open.group.answers.push((answer, decided));
        let is_awaited = std::mem::take(&mut open.is_awaited);
        drop(open);
        if is_awaited {
            self.begun.notify_one();
        }
        Taken::Waits(answered)
    }

    /// Waits until the group that was full has gone, if `take` says again that it is.
    pub(crate) async fn take_when_emptied(
        &self,
        append: &Append,
        looked_up: Option<LookedUp>,
    ) -> Taken {
        loop {
            // Before looking, so that no group goes unnoticed between the two.
            let emptied = self.emptied.notified();
            let taken = self.take(append, looked_up);
            if !matches!(taken, Taken::Full) {
                return taken;
            }
            emptied.await;
        }
    }

    /// The next group, as soon as there is one; `spare` is for the one after it. `None` when no more will
    /// come.
    pub(crate) fn next_group(&self, spare: Commit) -> Option<Group> {
        let mut open = self.open();
        while open.group.answers.is_empty() {
            if open.is_closed {
                return None;
            }
            open.is_awaited = true;
            open = self.begun.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
        let group = open.replace(spare);
        drop(open);
        self.emptied.notify_waiters();
        Some(group)
    }

    /// Says that a group is durable and seen by readers: from here on it may be conflicted with.
    pub(crate) fn made(&self, number: u64) {
        self.open().versions.keep_after(number);
    }

    /// Says that a group was not made, and gives back those who counted on it: all who have come since.
    pub(crate) fn undone(&self) -> Vec<Answer> {
        let mut open = self.open();
        open.versions.forget();
        let Group { answers, .. } = open.replace(Commit::new());
        drop(open);
        self.emptied.notify_waiters();
        answers
    }

    /// Takes no more. What is in the open group is still committed.
    pub(crate) fn close(&self) {
        self.open().is_closed = true;
        self.begun.notify_one();
        self.emptied.notify_waiters();
    }
}

/// Why a record gets no version.
enum Undecided {
    /// Its stream has to be looked up.
    Unknown(Turn),
    /// The stream has another version, given by this group if it was one since the log was opened.
    Refused(AppendError, Option<u64>),
}

impl Open {
    /// Leaves the group for an empty one.
    fn replace(&mut self, spare: Commit) -> Group {
        let next = Group::begun(self.group.number.saturating_add(1), spare);
        std::mem::replace(&mut self.group, next)
    }

    /// The version that the first of the records gets.
    fn decide(&mut self, append: &Append, looked_up: Option<LookedUp>) -> Result<u64, Undecided> {
        let Append { stream, expected, records } = append;
        let group = self.group.number;
        let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
        let check = |known: &mut Known| {
            let checked = expected.check(&stream.name, StreamVersion(known.next));
            let version = checked.map_err(|error| Undecided::Refused(error, known.group))?;
            *known = Known { next: version.0.saturating_add(count), group: Some(group) };
            Ok(version.0)
        };
        if let Some(decided) = self.versions.with(stream.key, check) {
            return decided;
        }
        let turn = self.versions.turn();
        // What is known of a stream that was written to since is not dropped within one turn.
        let looked_up = looked_up.filter(|looked_up| looked_up.turn == turn);
        let next = looked_up.ok_or(Undecided::Unknown(turn))?.next;
        let mut known = Known { next, group: None };
        let decided = check(&mut known);
        self.versions.learn(stream.key, known);
        decided
    }
}

impl Group {
    /// Frames the records of an append that is accepted.
    fn add(&mut self, append: &Append, version: u64) -> Accepted {
        let Append { stream, records, .. } = append;
        let place = self.commit.records();
        let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
        self.commit.append(stream, version, records);
        Accepted { place, next_version: StreamVersion(version.saturating_add(count)) }
    }
}

#[cfg(test)]
mod tests;

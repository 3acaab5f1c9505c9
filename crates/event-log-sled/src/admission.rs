//! Where appends are decided and framed: by the tasks that ask, one at a time, under one lock.
//!
//! What is accepted goes into the open group. The one thread that makes groups durable, the
//! [`committer`](crate::committer), takes it whole as soon as it is done with the one before: so
//! nothing waits for more to come, no thread is woken for each append, and a record is copied by the
//! processor that has just written it. Each append is held against the version of its stream, those on
//! their way included, and refused alone. Only what is accepted gets a place in the group, so positions
//! have no gaps by construction.
//!
//! They come in the order in which they were let in, which is that of asking while there is room for more.
//! What cannot be decided at once, for the group is full or the disk must be asked what a stream has, is
//! put in line, and what comes after it is too: the committer decides those, and asks the disk without
//! holding the lock. How many are let in is bounded.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use event_log::{AppendError, Appended, ExpectedVersion, NewRecord, ReadError, StreamVersion};
use tokio::sync::{
    Semaphore, TryAcquireError,
    oneshot::{self, Receiver, Sender},
};

use crate::{
    committer::{Accepted, Answer, Group},
    frame::FrameDamage,
    hashed::HashedStream,
    index::Index,
    read,
    tail::Tail,
    versions::{Known, Versions},
};

/// How many appends may be in the open group and in line, before callers wait to be let in.
const APPENDS_MAX: usize = 4_096;
/// How many appends a group has at most, and how many records, give or take those of one append.
const GROUP_RECORDS: usize = 2_048;
const GROUP_BYTES: usize = 1024 * 1024;

/// An append that somebody asks for.
#[derive(Debug)]
pub(crate) struct Append {
    pub(crate) stream: HashedStream,
    pub(crate) expected: ExpectedVersion,
    pub(crate) records: Vec<NewRecord>,
}

type Told = Result<Appended, AppendError>;

/// What became of an append.
#[derive(Debug)]
pub(crate) enum Taken {
    /// The answer comes with that of its group.
    Waits(Receiver<Told>),
    /// It was refused, by what is durable.
    Refused(AppendError),
    /// The log takes no more.
    Closed,
}

/// The open group, who is in line for the next, and what is known of streams.
#[derive(Debug)]
pub(crate) struct Admission {
    tail: Arc<Tail>,
    index: Arc<Index>,
    open: Mutex<Open>,
    /// The committer waits here for the first append of a group.
    begun: Condvar,
    /// One for each append that may still be let in.
    room: Semaphore,
}

#[derive(Debug)]
struct Open {
    group: Group,
    /// Not decided yet, in the order in which they came.
    line: VecDeque<(Append, Sender<Told>)>,
    /// With what is on its way counted in.
    versions: Versions,
    /// The first in line is being looked up.
    is_asking: bool,
    is_awaited: bool,
    is_closed: bool,
}

impl Group {
    fn is_full(&self) -> bool {
        self.commit.records() >= GROUP_RECORDS
            || self.commit.bytes() >= GROUP_BYTES
            || self.answers.len() >= GROUP_RECORDS
    }
}

impl Admission {
    pub(crate) fn new(tail: Arc<Tail>, index: Arc<Index>) -> Self {
        let open = Open {
            group: Group { number: 1, ..Group::empty() },
            line: VecDeque::new(),
            versions: Versions::default(),
            is_asking: false,
            is_awaited: false,
            is_closed: false,
        };
        let (open, begun, room) = (Mutex::new(open), Condvar::new(), Semaphore::new(APPENDS_MAX));
        Self { tail, index, open, begun, room }
    }

    /// Nothing that can panic runs under the lock, so a poisoned lock guards a whole value.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an append in, once it is let in. It goes on from then on whether somebody waits or not.
    pub(crate) async fn take(&self, append: Append) -> Taken {
        // Tried first, which is cheaper.
        let permit = match self.room.try_acquire() {
            Ok(permit) => permit,
            Err(TryAcquireError::Closed) => return Taken::Closed,
            Err(TryAcquireError::NoPermits) => match self.room.acquire().await {
                Ok(permit) => permit,
                Err(_) => return Taken::Closed,
            },
        };
        let mut open = self.open();
        if open.is_closed {
            return Taken::Closed;
        }
        let is_undecided = open.is_asking || !open.line.is_empty() || open.group.is_full();
        let decided = if is_undecided { None } else { self.decide(&mut open, &append) };
        let (answer, answered) = oneshot::channel();
        match decided {
            Some(Decided::Refused(error)) => return Taken::Refused(error),
            Some(Decided::Waits(decided)) => open.group.answers.push((answer, decided)),
            None => open.line.push_back((append, answer)),
        }
        // Given back with the group.
        permit.forget();
        let is_awaited = std::mem::take(&mut open.is_awaited);
        drop(open);
        if is_awaited {
            self.begun.notify_one();
        }
        Taken::Waits(answered)
    }

    /// Decides by what is in memory; `None` when the disk has to be asked.
    fn decide(&self, open: &mut Open, append: &Append) -> Option<Decided> {
        let stream = &append.stream;
        if let Some(decided) = open.decide_by_known(append) {
            return Some(decided);
        }
        // The tail before the index: a record leaves the tail only once that lists it.
        let durable = self.tail.next_version(&stream.name, stream.key.hash);
        let next = durable.or_else(|| self.index.known_next_version(&stream.name))?;
        Some(open.decide(append, next))
    }

    /// The version that a stream's next record will get, records on their way counted in.
    ///
    /// Looked up without the lock. What is found is noted only if nothing can have been forgotten meanwhile: then
    /// whatever was decided since the question is known, and counts.
    pub(crate) async fn next_version(&self, stream: HashedStream) -> Result<u64, ReadError> {
        let HashedStream { key, name } = stream;
        let dropped = {
            let mut open = self.open();
            if let Some(next) = open.versions.with(key, |known| known.next) {
                return Ok(next);
            }
            open.versions.dropped()
        };
        // The tail before the index: a record leaves the tail only once that lists it.
        let durable = self.tail.next_version(&name, key.hash);
        let in_memory = durable.or_else(|| self.index.known_next_version(&name));
        let next = if let Some(next) = in_memory {
            next
        } else {
            let index = Arc::clone(&self.index);
            let looked = tokio::task::spawn_blocking(move || index.next_version(&name)).await;
            looked.map_err(|_| read::stopped())??
        };
        let versions = &mut self.open().versions;
        if versions.dropped() == dropped && versions.with(key, |_| ()).is_none() {
            versions.learn(key, Known { next, group: None });
        }
        Ok(next)
    }

    /// The next group, as soon as there is one; `spare`, an empty one, is for what comes after it. `None` when
    /// no more will come.
    pub(crate) fn next_group(&self, spare: Group) -> Option<Group> {
        let mut open = self.open();
        loop {
            let mut refused = Vec::new();
            open = self.settle(open, &mut refused);
            if !refused.is_empty() {
                // Told without the lock, for it wakes them.
                drop(open);
                self.room.add_permits(refused.len());
                for (answer, error) in refused {
                    let _ = answer.send(Err(error));
                }
                open = self.open();
                continue;
            }
            if !open.group.answers.is_empty() {
                break;
            }
            if open.is_closed {
                return None;
            }
            open.is_awaited = true;
            open = self.begun.wait(open).unwrap_or_else(PoisonError::into_inner);
            open.is_awaited = false;
        }
        let group = open.replace(spare);
        drop(open);
        self.room.add_permits(group.answers.len());
        Some(group)
    }

    /// Decides those in line, as far as the group has room for them, and gathers those that are refused.
    fn settle<'a>(
        &'a self,
        mut open: MutexGuard<'a, Open>,
        refused: &mut Vec<(Sender<Told>, AppendError)>,
    ) -> MutexGuard<'a, Open> {
        while !open.group.is_full()
            && let Some((append, answer)) = open.line.pop_front()
        {
            let decided = if let Some(decided) = self.decide(&mut open, &append) {
                decided
            } else {
                // Whoever comes meanwhile must not be decided before it.
                open.is_asking = true;
                drop(open);
                let found = self.index.next_version(&append.stream.name);
                open = self.open();
                open.is_asking = false;
                match found {
                    Ok(next) => open.decide(&append, next),
                    Err(FrameDamage { position, reason }) => {
                        Decided::Refused(AppendError::Corrupt { position, reason })
                    }
                }
            };
            match decided {
                Decided::Waits(decided) => open.group.answers.push((answer, decided)),
                Decided::Refused(error) => refused.push((answer, error)),
            }
        }
        open
    }

    /// Says that a group is durable and seen by readers: from here on it may be conflicted with.
    pub(crate) fn made(&self, number: u64) {
        self.open().versions.keep_after(number);
    }

    /// Says that a group was not made, and gives back those who counted on it: all who were decided since.
    pub(crate) fn undone(&self) -> Vec<Answer> {
        let mut open = self.open();
        open.versions.forget();
        let Group { answers, .. } = open.replace(Group::empty());
        drop(open);
        self.room.add_permits(answers.len());
        answers
    }

    /// Takes no more. What was taken is still committed.
    pub(crate) fn close(&self) {
        self.open().is_closed = true;
        self.room.close();
        self.begun.notify_one();
    }

    /// Lets go of all that was taken: nobody will commit it.
    pub(crate) fn abandon(&self) {
        self.close();
        let mut open = self.open();
        let line = std::mem::take(&mut open.line);
        let group = open.replace(Group::empty());
        drop(open);
        drop((line, group));
    }
}

/// What is known of an append once its stream is.
enum Decided {
    /// The answer is told with its group: it is part of that, or conflicts with what is on its way.
    Waits(Result<Accepted, AppendError>),
    /// It was refused by what is durable.
    Refused(AppendError),
}

impl Open {
    /// Leaves the group for an empty one.
    fn replace(&mut self, spare: Group) -> Group {
        let number = self.group.number.saturating_add(1);
        std::mem::replace(&mut self.group, Group { number, ..spare })
    }

    /// Gives the records of an append their versions and frames them, or refuses it; `None` when nothing is
    /// known of its stream.
    fn decide_by_known(&mut self, append: &Append) -> Option<Decided> {
        let number = self.group.number;
        let checked = self.versions.with(append.stream.key, |known| append.check(known, number));
        Some(self.decided(append, checked?))
    }

    /// The same by what durable records say: the version that the stream's next record would get.
    fn decide(&mut self, append: &Append, next: u64) -> Decided {
        let mut known = Known { next, group: None };
        let checked = append.check(&mut known, self.group.number);
        self.versions.learn(append.stream.key, known);
        self.decided(append, checked)
    }

    fn decided(&mut self, append: &Append, checked: Result<u64, Conflict>) -> Decided {
        match checked {
            Ok(version) => Decided::Waits(Ok(self.group.add(append, version))),
            // It conflicts with what is on its way, and may not learn of that before it is durable: who
            // reloads after a conflict must find what it conflicted with.
            Err((error, Some(by))) if by > self.versions.made() => Decided::Waits(Err(error)),
            Err((error, _)) => Decided::Refused(error),
        }
    }
}

/// A refusal, and the group that gave the stream the version that it has, if it was one since the log was opened.
type Conflict = (AppendError, Option<u64>);

impl Append {
    /// The version that the first of its records gets in this group, which is then noted.
    fn check(&self, known: &mut Known, group: u64) -> Result<u64, Conflict> {
        let checked = self.expected.check(&self.stream.name, StreamVersion(known.next));
        let version = checked.map_err(|error| (error, known.group))?;
        let count = u64::try_from(self.records.len()).unwrap_or(u64::MAX);
        *known = Known { next: version.0.saturating_add(count), group: Some(group) };
        Ok(version.0)
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

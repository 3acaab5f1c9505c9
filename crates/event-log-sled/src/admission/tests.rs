use std::path::Path;

use event_log::{
    ExpectedVersion, Position,
    conformance::fixtures::{record, stream},
};
use futures::FutureExt;
use jiff::Timestamp;

use super::*;
use crate::{
    disk::{Disk, NoFaults},
    hashed::Hashes,
    index::{
        entry::Entry,
        span::{FANOUT, SPAN},
    },
};

/// Asks for appends of one record each.
struct Asker {
    admission: Admission,
    hashes: Hashes,
}

impl Asker {
    /// Over an index that is in `dir`, of so many records.
    fn new(dir: &Path, stored: u64) -> Self {
        let hashes = Hashes::default();
        let tail = Tail::new(Position(stored), Timestamp::UNIX_EPOCH, hashes.clone());
        let (index, _) = Index::open(dir, Disk::new(Arc::new(NoFaults)), stored);
        Self { admission: Admission::new(Arc::new(tail), Arc::new(index)), hashes }
    }

    /// Asks once; `None` when it was not let in at once.
    fn ask(&self, own: &str, expected: ExpectedVersion) -> Option<Taken> {
        let stream = self.hashes.hashed(stream(own));
        self.admission.take(Append { stream, expected, records: vec![record("x")] }).now_or_never()
    }

    fn assert_waits(&self, own: &str, expected: ExpectedVersion) {
        let taken = self.ask(own, expected);
        assert!(matches!(taken, Some(Taken::Waits(_))), "{own}: {taken:?}");
    }

    fn assert_refused(&self, own: &str, expected: ExpectedVersion) {
        let taken = self.ask(own, expected);
        let is_conflict = matches!(taken, Some(Taken::Refused(AppendError::Conflict { .. })));
        assert!(is_conflict, "{own}: {taken:?}");
    }

    fn next_group(&self) -> Option<Group> {
        self.admission.next_group(Group::empty())
    }
}

const NEW: ExpectedVersion = ExpectedVersion::NoStream;

fn after(version: u64) -> ExpectedVersion {
    ExpectedVersion::Exact(StreamVersion(version))
}

/// The places of the accepted in a group, and which were refused.
fn places(group: &Group) -> Vec<Option<usize>> {
    let place = |(_, decided): &Answer| decided.as_ref().ok().map(|accepted| accepted.place);
    group.answers.iter().map(place).collect()
}

#[test]
fn a_conflict_with_what_is_not_durable_yet_is_told_when_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let asker = Asker::new(dir.path(), 0);
    asker.assert_waits("one", NEW);
    let made = asker.next_group().unwrap();
    // It may never be durable.
    asker.assert_waits("one", NEW);
    asker.admission.made(made.number);
    let waiting = asker.next_group().unwrap();
    assert_eq!((places(&waiting), waiting.commit.records()), (vec![None], 0));
    asker.assert_refused("one", NEW);
    asker.assert_waits("one", after(0));
}

#[test]
fn what_was_asked_is_told_with_what_is_on_its_way_and_forgotten_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let asker = Asker::new(dir.path(), 0);
    let next = |own: &str| {
        let stream = asker.hashes.hashed(stream(own));
        asker.admission.next_version(stream).now_or_never().unwrap().unwrap()
    };
    assert_eq!(next("one"), 0);
    asker.assert_refused("one", after(0));
    asker.assert_waits("one", NEW);
    assert_eq!((next("one"), next("two")), (1, 0));
    asker.next_group().unwrap();
    asker.assert_waits("two", NEW);
    assert_eq!(asker.admission.undone().len(), 1);
    assert_eq!((next("one"), next("two")), (0, 0));
    asker.assert_waits("two", NEW);
    asker.assert_refused("one", after(0));
}

#[test]
fn what_counted_on_a_group_that_was_not_made_is_given_back_and_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let asker = Asker::new(dir.path(), 0);
    asker.assert_waits("one", NEW);
    asker.next_group().unwrap();
    asker.assert_waits("one", after(0));
    asker.assert_waits("two", NEW);
    assert_eq!(asker.admission.undone().len(), 2);
    asker.assert_refused("one", after(0));
    asker.assert_waits("one", NEW);
    assert_eq!(places(&asker.next_group().unwrap()), [Some(0)]);
}

#[test]
fn who_finds_the_group_full_is_in_line_for_the_next_and_is_not_overtaken() {
    let dir = tempfile::tempdir().unwrap();
    let asker = Asker::new(dir.path(), 0);
    for n in 0..APPENDS_MAX {
        // The later half conflicts with the earlier, or does not, once that is decided.
        let expected = if n < GROUP_RECORDS || n % 2 == 0 { NEW } else { after(0) };
        asker.assert_waits(&format!("{}", n % GROUP_RECORDS), expected);
    }
    assert!(asker.ask("more", NEW).is_none(), "let in without end");
    let first = asker.next_group().unwrap();
    assert_eq!(first.commit.records(), GROUP_RECORDS);
    // There is room again, behind those in line.
    asker.assert_waits("1", after(1));
    asker.admission.made(first.number);
    let second = asker.next_group().unwrap();
    // Refused by what is durable, so they take no part in it.
    assert_eq!(second.commit.records(), GROUP_RECORDS / 2 + 1);
    assert_eq!(places(&second).last(), Some(&Some(GROUP_RECORDS / 2)));
    asker.assert_waits("more", NEW);
}

#[test]
fn what_was_taken_is_committed_after_closing_and_nothing_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let asker = Asker::new(dir.path(), 0);
    for n in 0..=GROUP_RECORDS {
        asker.assert_waits(&format!("{n}"), NEW);
    }
    asker.admission.close();
    assert!(matches!(asker.ask("more", NEW), Some(Taken::Closed)));
    assert_eq!(asker.next_group().unwrap().commit.records(), GROUP_RECORDS);
    assert_eq!(asker.next_group().unwrap().commit.records(), 1);
    assert!(asker.next_group().is_none());
}

#[test]
fn a_stream_that_only_the_disk_knows_is_looked_up_and_who_comes_later_waits_behind_it() {
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = Index::open(dir.path(), Disk::new(Arc::new(NoFaults)), 0);
    let stored = FANOUT * SPAN;
    for position in 0..stored {
        let stream = if position % 2 == 0 { stream("even") } else { stream("odd") };
        let entry = Entry { stream, version: position / 2, positions: vec![position] };
        index.add(vec![entry], position + 1).unwrap();
    }
    drop(index);
    let asker = Asker::new(dir.path(), stored);
    asker.assert_waits("even", after(stored / 2 - 1));
    // Nothing of them is decided yet, though this one could be: its name is none of the file's.
    asker.assert_waits("zero", NEW);
    asker.assert_waits("odd", NEW);
    asker.assert_waits("even", after(stored / 2));
    let group = asker.next_group().unwrap();
    assert_eq!(places(&group), [Some(0), Some(1), Some(2)]);
    asker.admission.made(group.number);
    asker.assert_refused("odd", NEW);
    asker.assert_waits("odd", after(stored / 2 - 1));
}

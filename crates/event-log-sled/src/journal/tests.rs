use std::{fs, path::Path, sync::Arc};

use event_log::Position;
use jiff::Timestamp;

use super::{Commit, Journal, SEGMENT_BYTES, file_name, fill, scan};
use crate::disk::{Disk, NoFaults};

const START: scan::From = from(0, 1);

const fn from(position: u64, segment: u64) -> scan::From {
    let unwanted = scan::Unwanted::MustBeWhole;
    scan::From { position: Position(position), segment, unwanted }
}

fn disk() -> Disk {
    Disk::new(Arc::new(NoFaults))
}

/// A journal on which `commits` commits of two records were written, each of so many bytes.
fn written(dir: &Path, commits: u64, bytes: usize) -> Journal {
    let disk = disk();
    fill(&disk, dir, 1).unwrap();
    let writing = scan::Writing { disk: &disk, durable: 0 };
    let found = scan::scan(dir, START, Some(writing), &mut |_, _| {}).unwrap();
    let mut journal = Journal::new(found.current, found.segments, disk.clone());
    let mut commit = Commit::new();
    for n in 0..commits {
        commit.clear();
        commit.put(n * 2, b"one", &vec![b'a'; bytes]);
        commit.put(n * 2 + 1, b"one", &vec![b'b'; bytes]);
        journal.commit(&mut commit, Position(n * 2), Timestamp::UNIX_EPOCH).unwrap();
    }
    journal
}

fn positions(dir: &Path, from: scan::From) -> Result<Vec<u64>, scan::ScanError> {
    let mut found = Vec::new();
    let give = &mut |records: Vec<event_log::RecordedEvent>, _| {
        found.extend(records.iter().map(|record| record.position.0));
    };
    let end = scan::scan(dir, from, None, give)?.end;
    assert_eq!(found.last().map_or(from.position.0, |last| last + 1), end.0);
    Ok(found)
}

#[test]
fn commits_over_many_segments_come_back_in_order() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 500, 60_000);
    assert!(fs::read_dir(dir.path()).unwrap().count() > 5);
    assert_eq!(positions(dir.path(), START).unwrap(), (0..1_000).collect::<Vec<_>>());
    let middle = from(501, 1);
    assert_eq!(positions(dir.path(), middle).unwrap(), (501..1_000).collect::<Vec<_>>());
}

#[test]
fn a_last_commit_that_was_torn_was_never_there() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 4, 6_000);
    let path = dir.path().join(file_name(1));
    let whole = fs::read(&path).unwrap();
    // Each commit takes three pages and a bit; any page of the last one may be missing.
    for page in 12..16 {
        let mut torn = whole.clone();
        torn[page * 4096..(page + 1) * 4096].fill(0);
        let changed = torn != whole;
        fs::write(&path, torn).unwrap();
        let expected = if changed { 6 } else { 8 };
        assert_eq!(positions(dir.path(), START).unwrap().len(), expected, "page {page}");
    }
}

#[test]
fn a_commit_missing_before_another_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 500, 60_000);
    let path = dir.path().join(file_name(2));
    let mut bytes = fs::read(&path).unwrap();
    bytes[..4096].fill(0);
    fs::write(&path, &bytes).unwrap();
    let first = positions(dir.path(), START).unwrap_err();
    let scan::ScanError::Damaged(damage) = first else { panic!("{first:?}") };
    // A commit has 30 pages, so a segment holds 68 of them.
    assert_eq!(damage.position, Position(68 * 2));
    fs::remove_file(&path).unwrap();
    let gap = positions(dir.path(), START).unwrap_err();
    assert!(matches!(gap, scan::ScanError::Damaged(gap) if gap.position == Position(68 * 2)));
}

#[test]
fn a_segment_used_again_does_not_show_its_earlier_life() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = written(dir.path(), 300, 60_000);
    // The store has everything: full segments become empty ones with new numbers, but for the newest.
    journal.segments.release(&disk(), Position(600)).unwrap();
    let kept = (1..=4).filter(|number| dir.path().join(file_name(*number)).exists());
    assert_eq!(kept.collect::<Vec<_>>(), [3, 4]);
    let from = from(600, journal.current.number);
    assert_eq!(positions(dir.path(), from).unwrap(), Vec::<u64>::new());

    let mut commit = Commit::new();
    for n in 300..400 {
        commit.clear();
        commit.put(n * 2, b"one", &vec![b'c'; 60_000]);
        commit.put(n * 2 + 1, b"one", b"short");
        journal.commit(&mut commit, Position(n * 2), Timestamp::UNIX_EPOCH).unwrap();
    }
    assert_eq!(positions(dir.path(), from).unwrap(), (600..800).collect::<Vec<_>>());
    let sizes = fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().metadata().unwrap());
    let expected = u64::try_from(SEGMENT_BYTES).unwrap();
    assert!(sizes.into_iter().all(|metadata| metadata.len() == expected));
}

/// Changes one byte of a segment, says which position is named, and puts it back.
fn named(dir: &Path, segment: u64, at: usize, from: scan::From) -> u64 {
    let path = dir.join(file_name(segment));
    let whole = fs::read(&path).unwrap();
    let mut changed = whole.clone();
    changed[at] ^= 0x10;
    fs::write(&path, changed).unwrap();
    let error = positions(dir, from).unwrap_err();
    fs::write(&path, whole).unwrap();
    let scan::ScanError::Damaged(damage) = error else { panic!("{error:?}") };
    damage.position.0
}

#[test]
fn damage_to_the_last_commit_of_a_full_segment_is_named_though_nothing_follows_it_there() {
    let dir = tempfile::tempdir().unwrap();
    // 68 commits of 30 pages fill a segment, so commit 67 is the last of the first one.
    written(dir.path(), 200, 60_000);
    let begin = 67 * 30 * 4096;
    let (header, first, second) = (begin + 20, begin + 200, begin + 60_200);
    assert_eq!(named(dir.path(), 1, header, START), 134);
    assert_eq!(named(dir.path(), 1, first, START), 134);
    assert_eq!(named(dir.path(), 1, second, START), 135, "the first of its two records is whole");
    // The store has these records already: what is named is where the journal's copy is damaged.
    let stored = from(256, 1);
    assert_eq!(named(dir.path(), 1, second, stored), 135);
    assert_eq!(named(dir.path(), 1, 30 * 4096 + 60_200, stored), 3, "and in the middle of it");
}

#[test]
fn damage_to_what_is_not_wanted_is_passed_over_up_to_the_last_of_it_and_no_further() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), 200, 60_000);
    let path = dir.path().join(file_name(1));
    let mut bytes = fs::read(&path).unwrap();
    // One in the middle of the first segment, and its last one, behind which nothing follows there.
    bytes[30 * 4096 + 200] ^= 1;
    bytes[67 * 30 * 4096 + 200] ^= 1;
    fs::write(&path, &bytes).unwrap();
    for (position, is_passed) in [(4, false), (135, false), (136, true), (256, true)] {
        let from = scan::From { unwanted: scan::Unwanted::MayBeDamaged, ..from(position, 1) };
        let mut found = Vec::new();
        let give = &mut |records: Vec<event_log::RecordedEvent>, _| {
            found.extend(records.iter().map(|record| record.position.0));
        };
        let scanned = scan::scan(dir.path(), from, None, give);
        assert_eq!(scanned.is_ok(), is_passed, "{position}");
        let Ok(scanned) = scanned else { continue };
        let passed = scanned.passed.unwrap();
        assert_eq!((passed.damage.position, passed.segment, passed.offset), (Position(134), 2, 0));
        assert_eq!(found, (position..400).collect::<Vec<_>>());
    }
}

#[test]
fn what_a_segment_held_before_is_not_counted_as_part_of_a_torn_commit() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = written(dir.path(), 300, 60_000);
    journal.segments.release(&disk(), Position(600)).unwrap();
    let from = from(600, journal.current.number);
    let mut commit = Commit::new();
    for n in 300..500 {
        commit.clear();
        commit.put(n * 2, b"one", &vec![b'c'; 60_000]);
        commit.put(n * 2 + 1, b"one", &vec![b'd'; 60_000]);
        journal.commit(&mut commit, Position(n * 2), Timestamp::UNIX_EPOCH).unwrap();
    }
    // A segment that was used before is full again. Its last commit goes missing, header and all; behind it
    // stand whole records of the life before.
    let used_again = journal.current.number - 1;
    let path = dir.path().join(file_name(used_again));
    let mut bytes = fs::read(&path).unwrap();
    let last = 67 * 30 * 4096;
    let first = u64::from_be_bytes(bytes[last + 16..last + 24].try_into().unwrap());
    bytes[last..last + 4].fill(0);
    fs::write(&path, &bytes).unwrap();
    let error = positions(dir.path(), from).unwrap_err();
    assert!(matches!(error, scan::ScanError::Damaged(gap) if gap.position == Position(first)));
}

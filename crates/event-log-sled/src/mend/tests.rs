use std::{fs, path::Path, sync::Arc};

use event_log::{
    Clock, EventLog, ExpectedVersion, Position, RecordedEvent,
    conformance::{
        FakeClock,
        fixtures::{record, stream, wide_record},
    },
};
use futures::TryStreamExt;
use merkle_log::{CompactRange, leaf_hash, perfect_root};

use super::repair;
use crate::{
    SledLog,
    disk::{Disk, NoFaults},
    head::HeadFile,
    journal::{SEGMENT_BYTES, file_name},
    store::Store,
    tiles::Tiles,
    verify::verify,
};

pub(super) fn open(dir: &Path) -> SledLog {
    SledLog::open(dir, Arc::new(FakeClock::default())).unwrap()
}

/// A closed ledger with 1,300 records: five ranges stored and sealed, 20 in the journal.
pub(super) async fn thirteen_hundred(dir: &Path) {
    let log = SledLog::create(dir, "test", Arc::new(FakeClock::default())).unwrap();
    for n in 0..13 {
        let records = (0..100).map(|m| record(&format!("{n}-{m}"))).collect();
        let own = stream(&format!("stream-{n}"));
        log.append(&own, ExpectedVersion::NoStream, records).await.unwrap();
    }
    log.close().await;
}

pub(super) async fn all(log: &SledLog) -> Vec<RecordedEvent> {
    log.read_all(Position(0), u64::MAX).try_collect().await.unwrap()
}

pub(super) fn flip(path: &Path, place: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[place] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_lost_store_is_rebuilt_from_the_tiles_and_nothing_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    let before = verify(dir.path()).unwrap();
    let records = all(&open(dir.path())).await;

    fs::write(dir.path().join("store/db"), b"not a store").unwrap();
    assert!(verify(dir.path()).is_err());
    let log = open(dir.path());
    assert!(log.repairs()[0].contains("rebuilt the store"), "{:?}", log.repairs());
    assert_eq!(all(&log).await, records);
    drop(log);
    assert_eq!(verify(dir.path()).unwrap(), before);
    assert!(dir.path().join("store.damaged-1").exists());
    assert!(open(dir.path()).repairs().is_empty());
}

#[test]
fn the_old_store_is_put_back_whether_or_not_a_new_one_was_begun() {
    let dir = tempfile::tempdir().unwrap();
    let (path, aside) = (dir.path().join("store"), dir.path().join("store.damaged-1"));
    for is_begun in [false, true] {
        fs::create_dir(&aside).unwrap();
        fs::write(aside.join("db"), "old").unwrap();
        if is_begun {
            fs::create_dir(&path).unwrap();
            fs::write(path.join("conf"), "new").unwrap();
        }
        super::put_back(&path, Some(&aside)).unwrap();
        assert_eq!(fs::read(path.join("db")).unwrap(), b"old");
        assert!(!path.join("conf").exists() && !aside.exists());
        fs::remove_dir_all(&path).unwrap();
    }
    // There was none, and none was begun.
    super::put_back(&path, None).unwrap();
    assert!(!path.exists());
}

#[tokio::test]
async fn a_damaged_tile_is_made_again_from_the_records_or_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    let before = verify(dir.path()).unwrap();
    let tiles = [
        ("tile/entries/002.zst", 512, "from the journal"),
        ("tile/0/001", 256, "from the records"),
    ];
    for (file, first, from) in tiles {
        flip(&dir.path().join("tiles").join(file), 40);
        let found = verify(dir.path()).unwrap_err().to_string();
        assert!(found.contains(&format!("the sealed range from {first}")), "{found}");
        let said = repair(dir.path()).unwrap();
        assert!(said.len() == 1 && said[0].ends_with(from), "{said:?}");
        assert_eq!(verify(dir.path()).unwrap(), before);
    }
    fs::remove_dir_all(dir.path().join("tiles")).unwrap();
    let log = open(dir.path());
    assert!(log.repairs()[0].contains("sealed them again"), "{:?}", log.repairs());
    drop(log);
    assert_eq!(verify(dir.path()).unwrap(), before);
}

#[tokio::test]
async fn a_hash_tile_that_was_changed_to_fit_a_changed_record_is_not_explained_away() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    let tiles = Tiles::new(dir.path().join("tiles"), Disk::new(Arc::new(NoFaults)));
    let mut records = tiles.read(Position(256)).unwrap();
    let hashes = fs::read(dir.path().join("tiles/tile/0/001")).unwrap();
    records[7] = RecordedEvent {
        bytes: record("another").stamp(jiff::Timestamp::UNIX_EPOCH).into(),
        ..records[7].clone()
    };
    tiles.put(&crate::sealed::seal(&records).unwrap()).unwrap();
    for _ in 0..2 {
        assert!(verify(dir.path()).is_err());
        assert!(repair(dir.path()).is_err());
        // With the old hashes the record is named, and repairing does not overwrite them.
        fs::write(dir.path().join("tiles/tile/0/001"), &hashes).unwrap();
        let found = verify(dir.path()).unwrap_err().to_string();
        assert!(found.contains("damaged at position 263"), "{found}");
    }
}

/// A closed ledger with 480 wide records over four segments of the journal, of which the first is given back.
async fn wide(dir: &Path) {
    let log = SledLog::create(dir, "test", Arc::new(FakeClock::default())).unwrap();
    for n in 0..8 {
        let own = stream(&format!("wide-{n}"));
        let records = vec![wide_record("x", 60_000); 60];
        log.append(&own, ExpectedVersion::NoStream, records).await.unwrap();
    }
    log.close().await;
}

/// The segments of the journal, and where in each its frames begin.
pub(super) fn segments(dir: &Path) -> Vec<(u64, Vec<usize>)> {
    let read = |number| Some((number, fs::read(dir.join("journal").join(file_name(number))).ok()?));
    // What is left of a segment's earlier life has another number.
    let begins = |number: u64, bytes: &[u8]| {
        let is_frame = |at: &usize| {
            bytes[*at..].starts_with(b"\xfeRJ\x01")
                && bytes[at + 8..at + 16] == number.to_be_bytes()
        };
        (0..SEGMENT_BYTES).step_by(4096).filter(is_frame).collect()
    };
    (1..20).filter_map(read).map(|(number, bytes)| (number, begins(number, &bytes))).collect()
}

#[tokio::test]
async fn damage_in_the_journal_to_what_the_tiles_have_closes_no_ledger_and_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    let before = verify(dir.path()).unwrap();
    let records = all(&open(dir.path())).await;
    let path = dir.path().join("journal").join(file_name(1));
    let whole = fs::read(&path).unwrap();
    let frames = segments(dir.path()).remove(0).1;
    assert_eq!((before.stored, frames.len()), (1_280, 13));
    // In the header of the first frame, and in its middle; in that of the last whose records are all stored.
    for place in [20, 700, frames[11] + 20, frames[11] + 700] {
        flip(&path, place);
        let found = verify(dir.path()).unwrap_err().to_string();
        assert!(found.contains("in the journal, found other bytes"), "{place}: {found}");
        let log = open(dir.path());
        assert!(log.repairs()[0].contains("passed over"), "{place}: {:?}", log.repairs());
        assert_eq!(all(&log).await, records);
        drop(log);
        assert!(verify(dir.path()).is_err(), "opening changes nothing of it");

        let said = repair(dir.path()).unwrap();
        assert!(said.len() == 1 && said[0].contains("left out"), "{place}: {said:?}");
        assert_eq!(verify(dir.path()).unwrap(), before);
        let log = open(dir.path());
        assert!(log.repairs().is_empty(), "{:?}", log.repairs());
        assert_eq!(all(&log).await, records);
        drop(log);
        fs::write(&path, &whole).unwrap();
    }
    // The journal alone has what the last frame holds.
    flip(&path, frames[12] + 700);
    assert!(SledLog::open(dir.path(), Arc::new(FakeClock::default())).is_err());
    assert!(repair(dir.path()).is_err());
}

/// As a crash leaves a ledger between the sync of its store and the head that says so: the head names less than is
/// stored. Frames whose records are all stored are damaged as well.
async fn store_ahead_of_head(dir: &Path) {
    thirteen_hundred(dir).await;
    let head = HeadFile::read(dir).unwrap();
    let disk = Disk::new(Arc::new(NoFaults));
    HeadFile { stored: Position(1_024), ..head }.write(&disk, dir).unwrap();
    flip(&dir.join("journal").join(file_name(1)), segments(dir).remove(0).1[11] + 700);
}

/// Makes the store anew, with two records under each other's streams.
fn list_wrongly(dir: &Path) {
    let disk = Disk::new(Arc::new(NoFaults));
    let tiles = Tiles::new(dir.join("tiles"), disk.clone());
    let mut records: Vec<_> =
        (0..5).flat_map(|n| tiles.range(Position(n * 256)).unwrap()).collect();
    let leaves: Vec<_> = records.iter().map(|record| leaf_hash(&record.bytes)).collect();
    let (one, other) = (records[3].stream.clone(), records[103].stream.clone());
    (records[3].stream, records[103].stream) = (other, one);
    fs::remove_dir_all(dir.join("store")).unwrap();
    let store = Store::open(dir, disk).unwrap();
    let (mut head, recorded_at) = (store.head().unwrap(), FakeClock::default().now());
    store
        .apply(&mut head, &records, leaves.chunks(256).filter_map(perfect_root), recorded_at)
        .unwrap();
    store.close();
}

#[tokio::test]
async fn a_head_that_is_told_where_the_journal_begins_vouches_for_all_that_is_stored() {
    for is_listed_wrongly in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        store_ahead_of_head(dir.path()).await;
        if is_listed_wrongly {
            list_wrongly(dir.path());
        }
        let said = repair(dir.path()).unwrap();
        let left_out = |said: &String| said.contains("left out, for the tiles have it");
        assert!(said.iter().any(left_out), "{said:?}");
        assert_eq!(said.len(), 1 + usize::from(is_listed_wrongly), "{said:?}");
        let mended = verify(dir.path()).unwrap();
        assert_eq!((mended.stored, mended.size), (1_280, 1_300));
        // The journal has those between no more: a store that is lost now is made again from the tiles alone.
        fs::write(dir.path().join("store/db"), b"not a store").unwrap();
        let log = open(dir.path());
        assert!(log.repairs()[0].contains("up to 1280"), "{:?}", log.repairs());
        assert_eq!(all(&log).await.len(), 1_300);
        drop(log);
        assert_eq!(verify(dir.path()).unwrap(), mended);
    }
}

#[tokio::test]
async fn a_ledger_whose_damaged_frames_were_left_out_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    flip(&dir.path().join("journal").join(file_name(1)), 700);
    assert_eq!(repair(dir.path()).unwrap().len(), 1);
    let log = open(dir.path());
    for n in 0..8 {
        let own = stream(&format!("more-{n}"));
        let records = vec![wide_record("x", 60_000); 60];
        log.append(&own, ExpectedVersion::NoStream, records).await.unwrap();
    }
    log.close().await;
    drop(log);
    assert_eq!(verify(dir.path()).unwrap().size, 1_780);
    let reached = segments(dir.path()).into_iter().map(|(number, _)| number).max().unwrap();
    assert!(reached > 3, "{reached}");
}

#[tokio::test]
async fn a_head_from_a_backup_is_told_where_the_journal_begins() {
    let dir = tempfile::tempdir().unwrap();
    wide(dir.path()).await;
    let before = verify(dir.path()).unwrap();
    let own = HeadFile::read(dir.path()).unwrap();
    assert!(own.segment > 1);
    // A backup has a journal of its own, which begins with segment 1.
    let taken = HeadFile { segment: 1, ..own.clone() };
    fs::write(dir.path().join("head"), b"redress-head").unwrap();
    assert!(repair(dir.path()).unwrap_err().to_string().contains("the ledger's head"));
    let disk = Disk::new(Arc::new(NoFaults));
    taken.write(&disk, dir.path()).unwrap();
    assert!(SledLog::open(dir.path(), Arc::new(FakeClock::default())).is_err());
    let said = repair(dir.path()).unwrap();
    assert!(said.len() == 1 && said[0].contains("names segment 1"), "{said:?}");
    assert_eq!(verify(dir.path()).unwrap(), before);
    // It vouches as any other: a journal that reaches less far is refused.
    taken.write(&disk, dir.path()).unwrap();
    let (last, _) = segments(dir.path()).into_iter().rfind(|(_, f)| !f.is_empty()).unwrap();
    let last = dir.path().join("journal").join(file_name(last));
    fs::write(&last, vec![0; SEGMENT_BYTES]).unwrap();
    assert!(repair(dir.path()).is_err());
    assert!(SledLog::open(dir.path(), Arc::new(FakeClock::default())).is_err());
}

/// A ledger as a crash leaves it: so many appends of 60 wide records, two for each segment of the journal,
/// and a head that was written when the last batch was stored. Gives that head.
async fn crashed(dir: &Path, appends: u64) -> HeadFile {
    let log = SledLog::create(dir, "test", Arc::new(FakeClock::default())).unwrap();
    for n in 0..appends {
        let records = vec![wide_record("x", 60_000); 60];
        let own = stream(&format!("wide-{n}"));
        log.append(&own, ExpectedVersion::NoStream, records).await.unwrap();
    }
    let records = all(&log).await;
    log.close().await;
    let closed = HeadFile::read(dir).unwrap();
    let mut tree = CompactRange::new();
    let stored = usize::try_from(closed.stored.0).unwrap();
    records[..stored].iter().for_each(|record| tree.push(leaf_hash(&record.bytes)));
    let head = HeadFile { tree, ..closed };
    head.write(&Disk::new(Arc::new(NoFaults)), dir).unwrap();
    head
}

/// Neither opening nor repairing takes the ledger, both say why, and the head stays as it is.
pub(super) fn assert_refused_by_both(dir: &Path, why: &str) {
    let head = fs::read(dir.join("head")).unwrap();
    let opened = SledLog::open(dir, Arc::new(FakeClock::default())).map(drop);
    for refused in [opened.unwrap_err().to_string(), repair(dir).unwrap_err().to_string()] {
        assert!(refused.ends_with(why), "{refused}");
        assert!(fs::read(dir.join("head")).unwrap() == head, "{refused}, and another head");
    }
}

#[tokio::test]
async fn a_lost_segment_that_the_head_names_is_missed_though_older_ones_are_there() {
    let dir = tempfile::tempdir().unwrap();
    let head = crashed(dir.path(), 13).await;
    // What was acknowledged last is in the segment that the head names, and nowhere else.
    assert_eq!((head.stored, head.segment), (Position(768), 7));
    let numbers: Vec<_> = segments(dir.path()).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers[..3], [5, 6, 7]);
    let last = numbers.last().unwrap();
    let gone = dir.path().join("journal").join(file_name(7));
    let whole = fs::read(&gone).unwrap();
    fs::remove_file(&gone).unwrap();
    let why = format!(
        "expected segment 7 of the journal, as the head says, found those from 5 to {last} without it"
    );
    assert_refused_by_both(dir.path(), &why);
    fs::write(&gone, whole).unwrap();
    assert_eq!(all(&open(dir.path())).await.len(), 780);
}

#[tokio::test]
async fn a_lost_segment_between_the_one_the_head_names_and_empty_ones_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    let head = crashed(dir.path(), 15).await;
    assert_eq!((head.stored, head.segment), (Position(768), 7));
    let (written, empty): (Vec<_>, Vec<_>) = segments(dir.path())
        .into_iter()
        .skip_while(|(number, _)| *number < 7)
        .partition(|(_, frames)| !frames.is_empty());
    assert_eq!((written.len(), written[1].0), (2, 8));
    assert_eq!(empty[0].0, 9, "there are empty ones behind it");
    let gone = dir.path().join("journal").join(file_name(8));
    let whole = fs::read(&gone).unwrap();
    fs::remove_file(&gone).unwrap();
    assert_refused_by_both(
        dir.path(),
        "expected segment 8 of the journal after segment 7, found segment 9",
    );
    let found = verify(dir.path()).unwrap_err().to_string();
    assert!(found.contains("damaged at position 840: expected segment 8"), "{found}");
    // Nor is a head from a backup told to begin where there is a hole.
    let disk = Disk::new(Arc::new(NoFaults));
    HeadFile { segment: 1, ..head }.write(&disk, dir.path()).unwrap();
    assert!(repair(dir.path()).unwrap_err().to_string().contains("expected segment 8"));
    fs::write(&gone, whole).unwrap();
    assert!(repair(dir.path()).unwrap()[0].contains("names segment 1"));
    assert_eq!(all(&open(dir.path())).await.len(), 900);
}

#[tokio::test]
async fn what_is_whole_nowhere_is_named_and_nothing_is_made_worse() {
    let dir = tempfile::tempdir().unwrap();
    wide(dir.path()).await;
    let before = verify(dir.path()).unwrap();
    let tile = dir.path().join("tiles/tile/entries/000.zst");
    let whole = fs::read(&tile).unwrap();
    flip(&tile, 40);
    for _ in 0..2 {
        let opened = SledLog::open(dir.path(), Arc::new(FakeClock::default())).map(drop);
        for refused in
            [opened.unwrap_err().to_string(), repair(dir.path()).unwrap_err().to_string()]
        {
            assert!(refused.contains("damaged at position 0"), "{refused}");
            assert!(
                refused.ends_with("put tiles/tile/entries/000.zst back from a backup"),
                "{refused}"
            );
        }
    }
    // Nor is it a new ledger when the store is lost as well.
    fs::rename(dir.path().join("store"), dir.path().join("elsewhere")).unwrap();
    assert!(SledLog::open(dir.path(), Arc::new(FakeClock::default())).is_err());
    assert!(!dir.path().join("store").exists());
    fs::rename(dir.path().join("elsewhere"), dir.path().join("store")).unwrap();
    // The file comes back from a backup: nothing else was touched.
    fs::write(&tile, whole).unwrap();
    assert!(repair(dir.path()).unwrap().is_empty());
    assert_eq!(verify(dir.path()).unwrap(), before);
}

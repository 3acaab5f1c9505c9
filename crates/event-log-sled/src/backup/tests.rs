use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use event_log::{
    EventLog, ExpectedVersion, Position, RecordedEvent, StreamVersion,
    conformance::{
        FakeClock,
        fixtures::{record, stream},
    },
};
use futures::TryStreamExt;
use merkle_log::Hash;

use super::{BackupError, CopyTo, Earlier, LogCopy, copy_log};
use crate::{SledLog, open::TILES, verify::verify};

async fn grow(log: &SledLog, name: &str, appends: u64) {
    for n in 0..appends {
        let expected = n.checked_sub(1).map_or(ExpectedVersion::NoStream, |last| {
            ExpectedVersion::Exact(StreamVersion(last * 100 + 99))
        });
        let records = (0..100).map(|m| record(&format!("{name}-{n}-{m}"))).collect();
        log.append(&stream(name), expected, records).await.unwrap();
    }
}

fn create(dir: &Path) -> SledLog {
    SledLog::create(dir, "test", Arc::new(FakeClock::default())).unwrap()
}

fn open(dir: &Path) -> SledLog {
    SledLog::open(dir, Arc::new(FakeClock::default())).unwrap()
}

async fn copy(
    log: &SledLog,
    to: &Path,
    generation: u32,
    earlier: Option<&LogCopy>,
) -> Result<LogCopy, BackupError> {
    let to = CopyTo { tiles: to.join("tiles"), cut: to.join(generation.to_string()) };
    let earlier = earlier.map(|earlier| Earlier {
        records: earlier.records,
        root: earlier.root,
        tiles: earlier.tiles.clone(),
    });
    copy_log(log, to, earlier, Box::new(|_| {})).await
}

/// Puts a copy together as a ledger and opens it.
fn restore(from: &Path, generation: u32, to: &Path) -> SledLog {
    fn copy_dir(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                copy_dir(&entry.path(), &to);
            } else {
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }
    copy_dir(&from.join(generation.to_string()), to);
    if from.join("tiles").is_dir() {
        copy_dir(&from.join("tiles"), &to.join(TILES));
    }
    open(to)
}

async fn all(log: &SledLog) -> Vec<RecordedEvent> {
    log.read_all(Position(0), u64::MAX).try_collect().await.unwrap()
}

#[tokio::test]
async fn a_copy_opens_as_the_same_ledger_and_goes_on() {
    let dirs = tempfile::tempdir().unwrap();
    let dir = |name: &str| dirs.path().join(name);
    let log = create(&dir("ledger"));
    grow(&log, "a", 8).await;
    let copied = copy(&log, &dir("copy"), 1, None).await.unwrap();
    assert_eq!(copied.records, 800);
    assert_eq!((copied.records, copied.root), log.root().await.unwrap());

    let again = restore(&dir("copy"), 1, &dir("again"));
    assert_eq!(all(&again).await, all(&log).await);
    assert_eq!(again.ledger(), log.ledger());
    grow(&again, "b", 1).await;
    again.close().await;
    drop(again);
    assert_eq!(verify(&dir("again")).unwrap().size, 900);
}

#[tokio::test]
async fn an_empty_ledger_has_a_copy_too() {
    let dirs = tempfile::tempdir().unwrap();
    let log = create(&dirs.path().join("ledger"));
    let copied = copy(&log, &dirs.path().join("copy"), 1, None).await.unwrap();
    assert_eq!((copied.records, copied.stored, copied.tiles.len()), (0, 0, 0));
    let again = restore(&dirs.path().join("copy"), 1, &dirs.path().join("again"));
    assert_eq!(all(&again).await, Vec::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_taken_under_load_is_exactly_a_prefix() {
    let dirs = tempfile::tempdir().unwrap();
    let log = Arc::new(create(&dirs.path().join("ledger")));
    grow(&log, "before", 10).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let (log, stop) = (Arc::clone(&log), Arc::clone(&stop));
        writers.spawn(async move {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                grow(&log, &format!("writer-{writer}-{n}"), 2).await;
                n += 1;
            }
        });
    }
    let mut copies: Vec<LogCopy> = Vec::new();
    for generation in 1..=4 {
        let before = log.head().next_position.0;
        let one = copy(&log, &dirs.path().join("copy"), generation, copies.last()).await.unwrap();
        assert!(one.records >= before, "everything acknowledged before is in it");
        assert!(one.records <= log.head().next_position.0);
        // The next one has something to add.
        let mut head = log.watch_head();
        head.wait_for(|head| head.next_position.0 > one.records + 600).await.unwrap();
        copies.push(one);
    }
    stop.store(true, Ordering::Relaxed);
    writers.join_all().await;
    let records = all(&log).await;
    for (generation, one) in (1..).zip(&copies) {
        let name = format!("again-{generation}");
        let again = restore(&dirs.path().join("copy"), generation, &dirs.path().join(&name));
        let found = all(&again).await;
        assert_eq!(found.len() as u64, one.records);
        assert_eq!(found, records[..found.len()]);
        assert_eq!(again.root().await.unwrap(), (one.records, one.root));
        again.close().await;
        drop(again);
        verify(&dirs.path().join(&name)).unwrap();
    }
}

#[tokio::test]
async fn a_second_copy_writes_only_the_new_tiles() {
    let dirs = tempfile::tempdir().unwrap();
    let dir = |name: &str| dirs.path().join(name);
    let log = create(&dir("ledger"));
    grow(&log, "a", 6).await;
    log.close().await;
    drop(log);
    let first = copy(&open(&dir("ledger")), &dir("copy"), 1, None).await.unwrap();
    assert_eq!((first.tiles_copied, first.tiles_kept), (4, 0));
    let log = open(&dir("ledger"));
    let same = copy(&log, &dir("copy"), 2, Some(&first)).await.unwrap();
    assert_eq!((same.tiles_copied, same.tiles_kept), (0, 4));
    grow(&log, "b", 3).await;
    log.close().await;
    drop(log);
    let more = copy(&open(&dir("ledger")), &dir("copy"), 3, Some(&same)).await.unwrap();
    assert_eq!((more.tiles_copied, more.tiles_kept), (2, 4));
    assert_eq!(more.records, 900);
}

#[tokio::test]
async fn a_damaged_copy_is_named_and_a_lost_one_made_again() {
    let dirs = tempfile::tempdir().unwrap();
    let dir = |name: &str| dirs.path().join(name);
    let log = create(&dir("ledger"));
    grow(&log, "a", 6).await;
    log.close().await;
    drop(log);
    let log = open(&dir("ledger"));
    let first = copy(&log, &dir("copy"), 1, None).await.unwrap();
    let file = dir("copy").join("tiles/tile/entries/001.zst");
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    match copy(&log, &dir("copy"), 2, Some(&first)).await {
        Err(BackupError::CopyDamaged { path }) => assert_eq!(path, file),
        other => panic!("{other:?}"),
    }
    fs::remove_file(&file).unwrap();
    let again = copy(&log, &dir("copy"), 3, Some(&first)).await.unwrap();
    assert_eq!(again.tiles, first.tiles);
}

#[tokio::test]
async fn what_is_lost_of_a_copy_is_not_made_again_from_a_tile_that_rots() {
    let dirs = tempfile::tempdir().unwrap();
    let dir = |name: &str| dirs.path().join(name);
    let log = create(&dir("ledger"));
    grow(&log, "a", 6).await;
    log.close().await;
    drop(log);
    let log = open(&dir("ledger"));
    let first = copy(&log, &dir("copy"), 1, None).await.unwrap();
    let files = ["tiles/tile/entries/001.zst", "tiles/tile/0/001"];
    let read = |root: &str, file: &str| fs::read(dir(root).join(file)).ok();
    let whole = files.map(|file| read("copy", file).unwrap());
    // Each of the two is lost from the copy, while each of the two rots in the ledger.
    for (lost, rotten) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        fs::remove_file(dir("copy").join(files[lost])).unwrap();
        let mut bytes = whole[rotten].clone();
        bytes[40] ^= 1;
        fs::write(dir("ledger").join(files[rotten]), bytes).unwrap();
        let refused = copy(&log, &dir("copy"), 2, Some(&first)).await;
        let case = format!("{lost} {rotten}: {refused:?}");
        assert!(matches!(refused, Err(BackupError::Damaged { .. })), "{case}");
        assert_eq!(read("copy", files[lost]), None, "{case}");
        assert!(read("copy", files[1 - lost]).unwrap() == whole[1 - lost], "{case}");

        fs::write(dir("ledger").join(files[rotten]), &whole[rotten]).unwrap();
        let again = copy(&log, &dir("copy"), 3, Some(&first)).await.unwrap();
        assert_eq!((again.tiles_copied, again.tiles_kept), (1, 3), "{case}");
        assert_eq!(again.tiles, first.tiles, "{case}");
        fs::remove_dir_all(dir("copy").join("3")).unwrap();
    }
}

#[tokio::test]
async fn no_copy_is_made_of_a_damaged_ledger() {
    let dirs = tempfile::tempdir().unwrap();
    let dir = |name: &str| dirs.path().join(name);
    let log = create(&dir("ledger"));
    grow(&log, "a", 6).await;
    log.close().await;
    drop(log);
    let log = open(&dir("ledger"));
    let file = dir("ledger").join("tiles/tile/entries/000.zst");
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    let refused = copy(&log, &dir("copy"), 1, None).await;
    assert!(matches!(refused, Err(BackupError::Damaged { .. })), "{refused:?}");
    assert!(!dir("copy").join("1").exists());
}

#[tokio::test]
async fn a_copy_is_never_continued_by_another_history() {
    let dirs = tempfile::tempdir().unwrap();
    let dir = |name: &str| dirs.path().join(name);
    let log = create(&dir("ledger"));
    grow(&log, "a", 6).await;
    let first = copy(&log, &dir("copy"), 1, None).await.unwrap();
    let other = create(&dir("other"));
    grow(&other, "b", 3).await;
    let behind = copy(&other, &dir("copy"), 2, Some(&first)).await;
    assert!(matches!(behind, Err(BackupError::Behind { copied: 600, found: 300 })), "{behind:?}");
    grow(&other, "c", 6).await;
    let forked = copy(&other, &dir("copy"), 2, Some(&first)).await;
    assert!(matches!(forked, Err(BackupError::OtherHistory { .. })), "{forked:?}");
    let wrong = LogCopy { root: Hash([0; 32]), ..first };
    assert!(copy(&log, &dir("copy"), 2, Some(&wrong)).await.is_err());
}

use std::{fs, path::Path, sync::Arc};

use event_log::{
    EventLog, ExpectedVersion, Position, RecordedEvent,
    conformance::{
        FakeClock,
        fixtures::{record, stream, wide_record},
    },
};
use futures::TryStreamExt;

use super::repair;
use crate::{SledLog, verify::verify};

fn open(dir: &Path) -> SledLog {
    SledLog::open(dir, Arc::new(FakeClock::default())).unwrap()
}

/// A closed ledger with 1,300 records: five ranges stored and sealed, 20 in the journal.
async fn thirteen_hundred(dir: &Path) {
    let log = SledLog::create(dir, "test", Arc::new(FakeClock::default())).unwrap();
    for n in 0..13 {
        let records = (0..100).map(|m| record(&format!("{n}-{m}"))).collect();
        let own = stream(&format!("stream-{n}"));
        log.append(&own, ExpectedVersion::NoStream, records).await.unwrap();
    }
    log.close().await;
}

async fn all(log: &SledLog) -> Vec<RecordedEvent> {
    log.read_all(Position(0), u64::MAX).try_collect().await.unwrap()
}

fn flip(path: &Path, place: usize) {
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
    let tiles = crate::tiles::Tiles::new(
        dir.path().join("tiles"),
        crate::disk::Disk::new(Arc::new(crate::disk::NoFaults)),
    );
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

#[tokio::test]
async fn what_is_whole_nowhere_is_named_and_nothing_is_made_worse() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::create(dir.path(), "test", Arc::new(FakeClock::default())).unwrap();
    // Over four segments of the journal, of which the first is given back.
    for n in 0..8 {
        let own = stream(&format!("wide-{n}"));
        let records = vec![wide_record("x", 60_000); 60];
        log.append(&own, ExpectedVersion::NoStream, records).await.unwrap();
    }
    log.close().await;
    drop(log);
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
            assert!(refused.contains("back from a backup"), "{refused}");
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

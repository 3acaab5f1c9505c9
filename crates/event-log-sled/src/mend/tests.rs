use std::{fs, path::Path, sync::Arc};

use event_log::{
    EventLog, ExpectedVersion, Position, RecordedEvent,
    conformance::{
        FakeClock,
        fixtures::{record, stream},
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
async fn a_damaged_tile_is_sealed_again_from_the_store() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    let before = verify(dir.path()).unwrap();
    for (file, first) in [("tile/entries/002.zst", 512), ("tile/0/001", 256)] {
        flip(&dir.path().join("tiles").join(file), 40);
        let found = verify(dir.path()).unwrap_err().to_string();
        assert!(found.contains(&format!("the sealed range from {first}")), "{found}");
        assert_eq!(repair(dir.path()).unwrap().len(), 1);
        assert_eq!(verify(dir.path()).unwrap(), before);
    }
    fs::remove_dir_all(dir.path().join("tiles")).unwrap();
    let log = open(dir.path());
    assert!(log.repairs()[0].contains("sealed them again"), "{:?}", log.repairs());
    drop(log);
    assert_eq!(verify(dir.path()).unwrap(), before);
}

#[tokio::test]
async fn what_is_whole_nowhere_is_named_and_nothing_is_made_worse() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    let store = dir.path().join("store");
    fs::rename(&store, dir.path().join("old-store")).unwrap();
    fs::create_dir(&store).unwrap();
    fs::write(store.join("db"), b"not a store").unwrap();
    flip(&dir.path().join("tiles/tile/entries/003.zst"), 40);
    let refused = SledLog::open(dir.path(), Arc::new(FakeClock::default())).map(drop);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("damaged at position 768"), "{refused}");
    assert!(repair(dir.path()).is_err());
    // The true store comes back from a backup: nothing else was touched.
    fs::remove_dir_all(&store).unwrap();
    fs::rename(dir.path().join("old-store"), &store).unwrap();
    repair(dir.path()).unwrap();
    assert_eq!(verify(dir.path()).unwrap().size, 1_300);
}

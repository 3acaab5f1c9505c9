use std::{path::Path, sync::Arc};

use event_log::{
    EventLog, ExpectedVersion, Position,
    conformance::{
        FakeClock,
        fixtures::{record, stream},
    },
};

use super::OpenError;
use crate::{SledLog, verify::verify};

fn open(dir: &Path) -> Result<SledLog, OpenError> {
    SledLog::open(dir, Arc::new(FakeClock::default()))
}

fn create(dir: &Path) -> Result<SledLog, OpenError> {
    SledLog::create(dir, "test", Arc::new(FakeClock::default()))
}

/// A closed ledger with 300 records in one stream: 256 in the store, 44 in the journal.
async fn three_hundred(dir: &Path) {
    let log = create(dir).unwrap();
    let records = vec![record("x"); 300];
    log.append(&stream("one"), ExpectedVersion::NoStream, records).await.unwrap();
    log.close().await;
}

#[test]
fn a_directory_that_is_not_there_is_said_to_be_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing");
    assert!(matches!(open(&missing), Err(OpenError::NoDirectory { path }) if path == missing));
    assert!(!missing.exists());
}

#[test]
fn another_programs_directory_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    assert!(matches!(open(dir.path()), Err(OpenError::NotALedger { .. })));
    assert!(
        matches!(create(dir.path()), Err(OpenError::NotEmpty { found, .. }) if found == "letter.txt")
    );
    let file = dir.path().join("letter.txt");
    assert!(matches!(open(&file), Err(OpenError::NotALedger { .. })));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_ledger_is_not_made_where_one_is() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()).unwrap());
    assert!(matches!(create(dir.path()), Err(OpenError::NotEmpty { .. })));
}

#[tokio::test]
async fn a_ledger_that_lost_its_mark_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let log = create(dir.path()).unwrap();
    log.append(&stream("one"), ExpectedVersion::NoStream, vec![record("x")]).await.unwrap();
    drop(log);
    std::fs::remove_dir_all(dir.path().join("store")).unwrap();
    std::fs::remove_file(dir.path().join("ledger.json")).unwrap();
    std::fs::remove_file(dir.path().join("head")).unwrap();
    assert!(matches!(create(dir.path()), Err(OpenError::NotEmpty { .. })));
}

#[test]
fn a_creation_that_was_interrupted_can_be_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()).unwrap());
    std::fs::remove_dir_all(dir.path().join("store")).unwrap();
    std::fs::remove_file(dir.path().join("ledger.json")).unwrap();
    drop(create(dir.path()).unwrap());
    assert_eq!(open(dir.path()).unwrap().head().next_position, Position(0));
}

#[test]
fn of_many_that_make_a_ledger_in_one_place_no_two_do() {
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let (dir, begin) = (dir.path(), std::sync::Barrier::new(3));
        let made = || {
            begin.wait();
            match create(dir) {
                // Let go of at once, so that the next finds it free.
                Ok(_) => 1,
                Err(OpenError::Locked { .. } | OpenError::NotEmpty { .. }) => 0,
                Err(error) => panic!("{error}"),
            }
        };
        let made: u32 = std::thread::scope(|scope| {
            let threads = [(); 3].map(|()| scope.spawn(made));
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        // None, where it was held for a moment by one that found it made.
        assert!(made <= 1, "{made} made it");
        drop(open(dir).unwrap());
    }
}

#[test]
fn a_second_process_is_told_who_holds_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let _first = create(dir.path()).unwrap();
    let second = open(dir.path()).map(drop);
    let own = std::process::id();
    assert!(matches!(second, Err(OpenError::Locked { holder: Some(pid) }) if pid == own));
}

#[tokio::test]
async fn an_empty_store_is_never_a_new_ledger() {
    let dir = tempfile::tempdir().unwrap();
    three_hundred(dir.path()).await;
    std::fs::remove_dir_all(dir.path().join("store")).unwrap();
    assert!(verify(dir.path()).is_err());
    // Not even when the tiles are lost too: the newest ranges are in the journal still.
    std::fs::rename(dir.path().join("tiles"), dir.path().join("elsewhere")).unwrap();
    let log = open(dir.path()).unwrap();
    assert_eq!(log.repairs().len(), 2, "{:?}", log.repairs());
    assert_eq!(log.head().next_position, Position(300));
    drop(log);
    assert_eq!(verify(dir.path()).unwrap().size, 300);
}

#[tokio::test]
async fn without_head_or_journal_a_ledger_does_not_open() {
    for missing in ["head", "journal"] {
        let dir = tempfile::tempdir().unwrap();
        three_hundred(dir.path()).await;
        let path = dir.path().join(missing);
        std::fs::rename(&path, dir.path().join("elsewhere")).unwrap();
        let refused = open(dir.path());
        let is_damaged =
            matches!(refused, Err(OpenError::Damaged { .. } | OpenError::ArtifactDamaged { .. }));
        assert!(is_damaged, "{missing}");
        assert!(!path.exists(), "{missing}");
    }
}

#[tokio::test]
async fn a_journal_cut_short_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    three_hundred(dir.path()).await;
    let segment = dir.path().join("journal").join(crate::journal::file_name(1));
    std::fs::write(&segment, vec![0; crate::journal::SEGMENT_BYTES]).unwrap();
    assert!(matches!(open(dir.path()), Err(OpenError::Damaged { position: Position(256), .. })));
}

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::{
    EventLog, ExpectedVersion, StreamVersion,
    conformance::{
        FakeClock,
        fixtures::{record, stream},
    },
};

use super::{VerifyError, verify};
use crate::SledLog;

/// A closed ledger with 600 records, 512 of them in the store, and a copy to damage.
async fn six_hundred(dir: &Path) {
    let log = SledLog::create(dir, "test", Arc::new(FakeClock::default())).unwrap();
    for version in 0..60_u64 {
        let expected = version.checked_sub(1).map_or(ExpectedVersion::NoStream, |last| {
            ExpectedVersion::Exact(StreamVersion(last * 10 + 9))
        });
        let records = (0..10).map(|n| record(&format!("{version}-{n}"))).collect();
        log.append(&stream("one"), expected, records).await.unwrap();
    }
    log.close().await;
}

/// A closed ledger with 800 records in many streams: an index file for the first 512, the streams of
/// 256 more listed in sled, the rest in the journal.
async fn eight_hundred(dir: &Path) {
    let log = SledLog::create(dir, "test", Arc::new(FakeClock::default())).unwrap();
    for n in 0..100 {
        let records = (0..8).map(|m| record(&format!("{n}-{m}"))).collect();
        let own = stream(&format!("{}-of-many-streams", n * 7919));
        log.append(&own, ExpectedVersion::NoStream, records).await.unwrap();
    }
    log.close().await;
}

/// Copies what verifying may write to, and links the rest.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            let name = entry.path();
            if name.extension().is_some_and(|extension| extension == "journal") {
                fs::hard_link(name, target).unwrap();
            } else {
                fs::copy(name, target).unwrap();
            }
        }
    }
}

/// Flips a bit of byte `place` of `file` in a copy of the ledger, and verifies the copy.
fn flipped(ledger: &Path, file: &Path, place: usize) -> Result<super::Verified, VerifyError> {
    let spare = tempfile::tempdir().unwrap();
    copy(ledger, spare.path());
    let path = spare.path().join(file);
    let mut bytes = fs::read(&path).unwrap();
    bytes[place] ^= 0x04;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    verify(spare.path())
}

/// The places of the bytes of a file that are not zero, every `step`th of them.
fn written_places(path: &Path, step: usize) -> Vec<usize> {
    let bytes = fs::read(path).unwrap();
    let places = bytes.iter().enumerate().filter(|(_, byte)| **byte != 0).map(|(place, _)| place);
    places.step_by(step).collect()
}

#[tokio::test]
async fn a_flipped_byte_in_the_journal_is_found_and_its_position_named() {
    let dir = tempfile::tempdir().unwrap();
    six_hundred(dir.path()).await;
    assert_eq!(verify(dir.path()).unwrap().stored, 512);
    let file = PathBuf::from("journal").join(crate::journal::file_name(1));
    let bytes = fs::read(dir.path().join(&file)).unwrap();
    // One append, one commit, one page: record 10 × n + 9 ends the payload of page n.
    // The first three are sealed: what is damaged of them is the copy that the journal still has.
    for version in [0, 3, 50, 52, 55, 59_usize] {
        for n in 0..10_usize {
            let note = format!("\"note\":\"{version}-{n}\"");
            let page = &bytes[version * 4096..(version + 1) * 4096];
            let at = page.windows(note.len()).position(|bytes| bytes == note.as_bytes()).unwrap();
            let error = flipped(dir.path(), &file, version * 4096 + at).unwrap_err();
            let expected = u64::try_from(version * 10 + n).unwrap();
            // Of the last commit nothing follows that could tell damage from the end; the head does,
            // as the count that is missing.
            let expected = if version == 59 { 590 } else { expected };
            assert!(
                matches!(&error, VerifyError::Damaged { position, .. } if position.0 == expected),
                "{version}-{n}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_flipped_byte_in_mark_or_head_is_found() {
    let dir = tempfile::tempdir().unwrap();
    six_hundred(dir.path()).await;
    for place in written_places(&dir.path().join("head"), 40) {
        assert!(flipped(dir.path(), Path::new("head"), place).is_err(), "head {place}");
    }
}

#[tokio::test]
async fn a_flipped_byte_in_the_store_is_found_or_is_not_part_of_it() {
    let dir = tempfile::tempdir().unwrap();
    eight_hundred(dir.path()).await;
    let whole = verify(dir.path()).unwrap();
    let file = Path::new("store/db");
    let (mut found, mut harmless) = (0, 0);
    for place in written_places(&dir.path().join(file), 97) {
        match flipped(dir.path(), file, place) {
            // sled's own headers and pages it has since written elsewhere.
            Ok(verified) => {
                assert_eq!(verified, whole, "byte {place}");
                harmless += 1;
            }
            Err(VerifyError::Damaged { .. } | VerifyError::ArtifactDamaged { .. }) => found += 1,
            Err(error @ VerifyError::Open(_)) => panic!("byte {place}: {error}"),
        }
    }
    assert!(found > harmless, "{found} found, {harmless} harmless");
}

#[tokio::test]
async fn a_flipped_byte_in_an_index_file_is_found_named_and_made_again() {
    let dir = tempfile::tempdir().unwrap();
    eight_hundred(dir.path()).await;
    let whole = verify(dir.path()).unwrap();
    assert_eq!((whole.size, whole.stored), (800, 768));
    let file = dir.path().join("index/0-000000000000");
    let bytes = fs::read(&file).unwrap();
    // An entry, a bit of the filter, the footer.
    for place in [100, 4096 + 20, bytes.len() - 40] {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1;
        fs::write(&file, damaged).unwrap();
        let found = verify(dir.path()).unwrap_err().to_string();
        assert!(found.contains("the index file 0-000000000000"), "byte {place}: {found}");
        let said = crate::mend::repair(dir.path()).unwrap();
        assert!(said.len() == 1 && said[0].contains("from the tiles"), "byte {place}: {said:?}");
        assert!(said[0].contains("the index file 0-000000000000"), "byte {place}: {said:?}");
        assert!(fs::read(&file).unwrap() == bytes, "byte {place}");
        assert_eq!(verify(dir.path()).unwrap(), whole);
    }
}

#[tokio::test]
async fn a_flipped_byte_in_a_tile_above_is_found_and_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::create(dir.path(), "test", Arc::new(FakeClock::default())).unwrap();
    // One more range than a tile of level 1 stands for.
    for n in 0..257 {
        let records = (0..256).map(|m| record(&format!("{n}-{m}"))).collect();
        let own = stream(&format!("stream-{n}"));
        log.append(&own, ExpectedVersion::NoStream, records).await.unwrap();
    }
    log.close().await;
    drop(log);
    let whole = verify(dir.path()).unwrap();
    assert_eq!((whole.size, whole.stored), (65_792, 65_792));
    let tile = dir.path().join("tiles/tile/1/000");
    let bytes = fs::read(&tile).unwrap();
    let mut damaged = bytes.clone();
    damaged[4_000] ^= 1;
    fs::write(&tile, damaged).unwrap();
    let found = verify(dir.path()).unwrap_err().to_string();
    assert!(found.contains("expected tile/1/000 to follow"), "{found}");
    assert_eq!(crate::mend::repair(dir.path()).unwrap().len(), 1);
    assert_eq!(fs::read(&tile).unwrap(), bytes);
    assert_eq!(verify(dir.path()).unwrap(), whole);
}

#[tokio::test]
async fn a_version_in_the_journal_that_does_not_follow_is_named() {
    let dir = tempfile::tempdir().unwrap();
    six_hundred(dir.path()).await;
    let verifier = super::Verifier::open(dir.path()).unwrap();
    let found = &verifier.found;
    let record = |place: u64, own: &str, version| event_log::RecordedEvent {
        position: event_log::Position(place),
        stream: stream(own),
        version: StreamVersion(version),
        bytes: bytes::Bytes::from_static(b"{}"),
    };
    let mut check = super::Check::new(&found.head, &found.tiles);
    // The first two are the next of a stream that is stored, the third begins one.
    check.record(&record(0, "one", 512), &found.store).unwrap();
    check.record(&record(1, "one", 513), &found.store).unwrap();
    check.record(&record(2, "two", 0), &found.store).unwrap();
    assert_eq!(check.streams, 1);
    for (own, version) in [("one", 513), ("one", 515), ("two", 2), ("three", 1)] {
        let error = check.record(&record(3, own, version), &found.store).unwrap_err();
        let named = matches!(&error, VerifyError::Damaged { position, .. } if position.0 == 3);
        assert!(named, "{own} {version}: {error}");
    }
    check.record(&record(3, "one", 514), &found.store).unwrap();
}

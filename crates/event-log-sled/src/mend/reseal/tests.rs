use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamVersion, conformance::FakeClock};
use jiff::Timestamp;
use merkle_log::{CompactRange, leaf_hash};

use super::Reseal;
use crate::{
    SledLog,
    disk::{Disk, NoFaults},
    frame::be32,
    journal::{Commit, Journal, file_name, fill, scan},
    mend::{
        repair,
        tests::{all, assert_refused_by_both, flip, open, segments, thirteen_hundred},
    },
    sealed::seal,
    tiles::Tiles,
    verify::verify,
};

fn disk() -> Disk {
    Disk::new(Arc::new(NoFaults))
}

/// The two files of the newest sealed range, records 1,024 to 1,280 of [`thirteen_hundred`].
fn newest(dir: &Path) -> [PathBuf; 2] {
    ["tiles/tile/entries/004.zst", "tiles/tile/0/004"].map(|name| dir.join(name))
}

fn journal(dir: &Path) -> PathBuf {
    dir.join("journal").join(file_name(1))
}

/// Rewrites record 1,100 in the journal, with checksums that fit; gives the position.
fn rewrite_in_journal(dir: &Path) -> u64 {
    let mut bytes = fs::read(journal(dir)).unwrap();
    // A hundred records a frame: it is the first of the twelfth.
    let frame = segments(dir).remove(0).1[11];
    let payload = usize::try_from(be32(&bytes[frame + 36..])).unwrap();
    let record = frame + 40;
    let name = usize::from(bytes[record + 14]);
    let length = usize::from(u16::from_be_bytes([bytes[record + 12], bytes[record + 13]]));
    let end = record + 15 + name + length;
    let note = bytes[record..end].windows(4).position(|found| found == b"11-0").unwrap();
    bytes[record + note] = b'2';
    let crc = crc32c::crc32c(&bytes[record + 4..end]).to_be_bytes();
    bytes[record..record + 4].copy_from_slice(&crc);
    let crc = crc32c::crc32c(&bytes[frame + 8..frame + 40 + payload]).to_be_bytes();
    bytes[frame + 4..frame + 8].copy_from_slice(&crc);
    fs::write(journal(dir), bytes).unwrap();
    1_100
}

/// Damages the journal's first frames, and has repair leave them out: as on a restored ledger, it does not have
/// the newest range any more.
fn forget_in_journal(dir: &Path) {
    flip(&journal(dir), segments(dir).remove(0).1[11] + 700);
    assert!(repair(dir).unwrap()[0].contains("left out"));
}

#[tokio::test]
async fn a_record_changed_in_the_journal_is_not_sealed_in_the_place_of_what_was() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    let (before, kept) = (verify(dir.path()).unwrap(), fs::read(journal(dir.path())).unwrap());
    let [bundle, tile] = newest(dir.path());
    let hashes = fs::read(&tile).unwrap();
    let changed = rewrite_in_journal(dir.path());
    fs::remove_file(&bundle).unwrap();
    // With the old hash tile the record is named; without, or with another, the tree has no such range.
    for (found_tile, position) in [(Some(hashes.clone()), changed), (None, 1_024)] {
        match &found_tile {
            Some(bytes) => fs::write(&tile, bytes).unwrap(),
            None => fs::remove_file(&tile).unwrap(),
        }
        let opened = SledLog::open(dir.path(), Arc::new(FakeClock::default()));
        for refused in
            [opened.map(drop).unwrap_err().to_string(), repair(dir.path()).unwrap_err().to_string()]
        {
            let named = format!("the ledger is damaged at position {position}: ");
            assert!(refused.starts_with(&named), "{refused}");
            assert!(refused.contains("in the journal"), "{refused}");
        }
        assert_eq!(fs::read(&tile).ok(), found_tile);
        assert!(!bundle.exists());
    }
    // What was written is known from the tree alone.
    fs::write(journal(dir.path()), kept).unwrap();
    let log = open(dir.path());
    assert!(log.repairs()[0].contains("sealed them again"), "{:?}", log.repairs());
    drop(log);
    assert_eq!(fs::read(&tile).unwrap(), hashes);
    assert_eq!(verify(dir.path()).unwrap(), before);
}

#[tokio::test]
async fn a_damaged_hash_tile_of_the_newest_range_is_made_again_without_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    let before = verify(dir.path()).unwrap();
    forget_in_journal(dir.path());
    let [_, tile] = newest(dir.path());
    let hashes = fs::read(&tile).unwrap();
    for damage in ["a flipped byte", "cut short", "lost"] {
        for is_opened in [true, false] {
            match damage {
                "a flipped byte" => flip(&tile, 40),
                "cut short" => fs::write(&tile, &hashes[..100]).unwrap(),
                _ => fs::remove_file(&tile).unwrap(),
            }
            let said = if is_opened {
                let log = open(dir.path());
                assert_eq!(all(&log).await.len(), 1_300);
                log.repairs().to_vec()
            } else {
                repair(dir.path()).unwrap()
            };
            assert!(said.len() == 1 && said[0].ends_with("from the records"), "{said:?}");
            assert!(fs::read(&tile).unwrap() == hashes, "{damage}");
            assert_eq!(verify(dir.path()).unwrap(), before);
        }
    }
    // All of them at once follow from the records too.
    fs::remove_dir_all(dir.path().join("tiles/tile/0")).unwrap();
    let said = open(dir.path()).repairs().to_vec();
    assert!(said.len() == 1 && said[0].ends_with("from the records"), "{said:?}");
    assert_eq!(verify(dir.path()).unwrap(), before);
}

/// What differs from what was sealed may be the only trace of who or what changed it.
#[tokio::test]
async fn a_file_that_is_not_what_was_sealed_is_kept_beside_what_is_put_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    let before = verify(dir.path()).unwrap();
    let tiles = dir.path().join("tiles/tile");
    // Of the newest range, which opening mends, and of an older one, which repair does; and a tile that follows from
    // the records.
    let files =
        [("entries/004.zst", true), ("entries/002.zst", false), ("0/004", true), ("0/001", false)];
    for (file, is_opened) in files {
        let whole = fs::read(tiles.join(file)).unwrap();
        for time in 1..3 {
            flip(&tiles.join(file), 40 + time);
            let other = fs::read(tiles.join(file)).unwrap();
            let said = if is_opened {
                open(dir.path()).repairs().to_vec()
            } else {
                repair(dir.path()).unwrap()
            };
            let kept = format!("kept tiles/tile/{file} as tiles/tile/{file}.damaged-{time}; ");
            assert!(said.len() == 1 && said[0].contains(&kept), "{said:?}");
            assert!(fs::read(tiles.join(format!("{file}.damaged-{time}"))).unwrap() == other);
            assert!(fs::read(tiles.join(file)).unwrap() == whole);
            assert_eq!(verify(dir.path()).unwrap(), before);
        }
    }
    // One that is not there, or is as it was, leaves nothing.
    fs::remove_file(tiles.join("entries/004.zst")).unwrap();
    let said = open(dir.path()).repairs().to_vec();
    assert!(said.len() == 1 && !said[0].contains("kept"), "{said:?}");
    assert!(!tiles.join("0/004.damaged-3").exists());
}

#[tokio::test]
async fn without_the_journal_the_file_is_named_that_is_bad() {
    let dir = tempfile::tempdir().unwrap();
    thirteen_hundred(dir.path()).await;
    forget_in_journal(dir.path());
    let [bundle, tile] = newest(dir.path());
    let (whole, hashes) = (fs::read(&bundle).unwrap(), fs::read(&tile).unwrap());
    // A record that was changed in the bundle, with a checksum that fits.
    let tiles = Tiles::new(dir.path().join("tiles"), disk());
    let mut records = tiles.read(Position(1_024)).unwrap();
    records[7].bytes = records[8].bytes.clone();
    let changed = seal(&records).unwrap().remove(0).bytes;

    let named = |file: &str| format!("put {file} back from a backup");
    fs::write(&bundle, &changed).unwrap();
    assert_refused_by_both(dir.path(), &named("tiles/tile/entries/004.zst"));
    let refused = repair(dir.path()).unwrap_err().to_string();
    assert!(refused.contains("damaged at position 1031: "), "{refused}");
    // Of these two nobody can say which is what it was.
    flip(&tile, 40);
    let other = fs::read(&tile).unwrap();
    assert_refused_by_both(dir.path(), &named("tiles/tile/entries/004.zst and tiles/tile/0/004"));
    assert!(fs::read(&bundle).unwrap() == changed && fs::read(&tile).unwrap() == other);
    // The bundle alone is bad, by its own checksum.
    fs::write(&tile, hashes).unwrap();
    fs::write(&bundle, &whole).unwrap();
    flip(&bundle, 40);
    assert_refused_by_both(dir.path(), &named("tiles/tile/entries/004.zst"));
    fs::write(&bundle, whole).unwrap();
    assert!(open(dir.path()).repairs().is_empty());
}

#[test]
fn a_head_that_reaches_into_the_journal_vouches_with_what_the_journal_has() {
    let dir = tempfile::tempdir().unwrap();
    let records: Vec<_> = (0..1_300)
        .map(|n| RecordedEvent {
            position: Position(n),
            stream: "stream".parse().unwrap(),
            version: StreamVersion(n),
            bytes: Bytes::from(format!("{{\"n\":{n}}}")),
        })
        .collect();
    let mut vouched = CompactRange::new();
    for record in &records {
        vouched.push(leaf_hash(&record.bytes));
    }
    // As a backup that was taken under load: three ranges in the tiles, two and a bit in its journal.
    let tiles = Tiles::new(dir.path().join("tiles"), disk());
    tiles.put(&seal(&records[..768]).unwrap()).unwrap();
    let journal = dir.path().join("journal");
    fs::create_dir(&journal).unwrap();
    fill(&disk(), &journal, 1).unwrap();
    let unwanted = scan::Unwanted::MustBeWhole;
    let from = scan::From { position: Position(768), segment: 1, unwanted };
    let disk = disk();
    let writing = scan::Writing { disk: &disk, durable: 0 };
    let found = scan::scan(&journal, from, Some(writing), &mut |_, _| {}).unwrap();
    let mut written = Journal::new(found.current, found.segments, disk.clone());
    let mut commit = Commit::new();
    for records in records[768..].chunks(100) {
        commit.clear();
        for record in records {
            commit.put(record.version.0, b"stream", &record.bytes);
        }
        written.commit(&mut commit, records[0].position, Timestamp::UNIX_EPOCH).unwrap();
    }

    let reseal =
        Reseal { tiles: &tiles, journal: &journal, end: Position(768), vouched: &[&vouched] };
    let tile = dir.path().join("tiles/tile/0/002");
    let hashes = fs::read(&tile).unwrap();
    fs::remove_file(&tile).unwrap();
    assert!(reseal.newest().unwrap()[0].ends_with("from the records"));
    assert!(fs::read(&tile).unwrap() == hashes);
    // Though an older one is damaged, which is left for repair.
    let older = dir.path().join("tiles/tile/0/000");
    flip(&older, 40);
    let damaged = fs::read(&older).unwrap();
    fs::remove_file(&tile).unwrap();
    assert!(reseal.newest().unwrap()[0].ends_with("from the records"));
    assert!(fs::read(&tile).unwrap() == hashes && fs::read(&older).unwrap() == damaged);
    // Of other records it does not.
    let mut other = records[512..768].to_vec();
    other[3].bytes = other[4].bytes.clone();
    tiles.put_ranges(&seal(&other).unwrap()).unwrap();
    fs::remove_file(&tile).unwrap();
    let refused = reseal.newest().unwrap_err().to_string();
    assert!(refused.contains("damaged at position 512: "), "{refused}");
    assert!(!tile.exists());
}

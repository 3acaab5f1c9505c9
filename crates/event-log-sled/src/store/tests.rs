use std::{fs, path::Path, sync::Arc};

use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamId, StreamVersion};
use jiff::Timestamp;
use merkle_log::{leaf_hashes, perfect_root};

use super::{Store, StoreError, StoreHead};
use crate::{
    disk::{Disk, NoFaults},
    index::span::SPAN,
};

fn range(first: u64, streams: u64) -> Vec<RecordedEvent> {
    (first..first + 256)
        .map(|n| RecordedEvent {
            position: Position(n),
            stream: format!("stream-{}", n % streams).parse().unwrap(),
            version: StreamVersion(n / streams),
            bytes: Bytes::from(format!("{n}")),
        })
        .collect()
}

fn open(dir: &Path) -> Store {
    Store::open(dir, Disk::new(Arc::new(NoFaults))).unwrap()
}

fn fill(store: &Store, head: &mut StoreHead, ranges: u64, streams: u64) {
    for _ in 0..ranges {
        let records = range(head.next_position().0, streams);
        let leaves = leaf_hashes(records.iter().map(|record| record.bytes.as_ref()));
        let roots: Vec<_> = leaves.chunks(256).filter_map(perfect_root).collect();
        store.apply(head, &records, roots, Timestamp::UNIX_EPOCH).unwrap();
    }
}

fn positions(store: &Store, stream: &StreamId) -> Vec<u64> {
    let mut found: Vec<u64> = Vec::new();
    loop {
        let from = u64::try_from(found.len()).unwrap();
        let more = store.index().positions(stream, from).unwrap();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

#[test]
fn a_stream_is_found_wherever_its_records_are_listed_also_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    let mut head = store.head().unwrap();
    for ranges in [1, 2, 7, 30, 1] {
        fill(&store, &mut head, ranges, 3);
        store.index().merge().unwrap();
        let stored = head.next_position().0;
        for _ in 0..2 {
            assert_eq!(store.head().unwrap(), head);
            for n in 0..3 {
                let id = format!("stream-{n}").parse().unwrap();
                let expected: Vec<_> = (n..stored).step_by(3).collect();
                assert_eq!(positions(&store, &id), expected, "{stored} {n}");
                let versions = u64::try_from(expected.len()).unwrap();
                assert_eq!(store.next_version(&id).unwrap(), versions);
            }
            assert_eq!(store.next_version(&"stream".parse().unwrap()).unwrap(), 0);
            assert_eq!(store.next_version(&"stream-11".parse().unwrap()).unwrap(), 0);
            let listed: usize =
                store.index_entries().map(|entry| entry.unwrap().positions.len()).sum();
            assert_eq!(u64::try_from(listed).unwrap(), stored);
            store.close();
            store = open(dir.path());
            assert_eq!(store.lacking().len(), 0);
        }
    }
}

#[test]
fn what_sled_holds_stays_small_however_many_records_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut head = store.head().unwrap();
    for _ in 0..40 {
        fill(&store, &mut head, 5, 100);
        let most = usize::try_from(SPAN / 128 + 1).unwrap();
        assert!(store.keyspace.len() <= most, "{} keys", store.keyspace.len());
    }
}

#[test]
fn a_store_of_the_earlier_form_is_told_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.keyspace.insert("H", vec![0; 16]).unwrap();
    store.keyspace.flush().unwrap();
    store.close();
    let opened = Store::open(dir.path(), Disk::new(Arc::new(NoFaults)));
    assert!(matches!(opened, Err(StoreError::OldForm)), "{opened:?}");
}

#[test]
fn a_list_that_sled_lost_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut head = store.head().unwrap();
    fill(&store, &mut head, 3, 10);
    let last = store.keyspace.scan_prefix("L").next_back().unwrap().unwrap().0;
    store.keyspace.remove(last).unwrap();
    store.keyspace.flush().unwrap();
    store.close();
    let opened = Store::open(dir.path(), Disk::new(Arc::new(NoFaults)));
    assert!(matches!(opened, Err(StoreError::Damaged(_))), "{opened:?}");
    assert!(fs::exists(dir.path().join("index")).unwrap());
}

/// The files that sled keeps outside its log and never syncs.
fn blobs(store: &Path) -> usize {
    let blobs = store.join("blobs");
    fs::read_dir(&blobs).unwrap_or_else(|error| panic!("{}: {error}", blobs.display())).count()
}

#[test]
fn the_longest_stream_names_leave_no_file_that_sled_does_not_sync() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut head = store.head().unwrap();
    // Every record of a stream of its own, each name as long as one may be.
    for _ in 0..64 {
        let first = head.next_position().0;
        let mut records = range(first, u64::MAX);
        for record in &mut records {
            record.stream = format!("{:x>128}", record.position.0).parse().unwrap();
            record.version = StreamVersion(0);
        }
        let leaves = leaf_hashes(records.iter().map(|record| record.bytes.as_ref()));
        let roots: Vec<_> = leaves.chunks(256).filter_map(perfect_root).collect();
        store.apply(&mut head, &records, roots, Timestamp::UNIX_EPOCH).unwrap();
    }
    store.close();
    assert_eq!(blobs(&dir.path().join(super::STORE)), 0);

    // What would be found: a value that sled does not fit into a segment.
    let plain = dir.path().join("plain");
    let config = sled::Config::new().path(&plain).segment_size(super::SEGMENT_BYTES);
    let db = config.open().unwrap();
    db.insert("large", vec![7; super::SEGMENT_BYTES]).unwrap();
    db.flush().unwrap();
    drop(db);
    assert_eq!(blobs(&plain), 1);
}

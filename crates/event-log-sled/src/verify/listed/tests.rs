use std::{path::Path, sync::Arc};

use bytes::Bytes;
use event_log::StreamVersion;
use jiff::Timestamp;
use merkle_log::{leaf_hashes, perfect_root};

use super::*;
use crate::{
    disk::{Disk, NoFaults},
    index::span::SPAN,
    sealed::seal,
};

const STREAMS: u64 = 3;

/// Records of a few streams that take turns, whole ranges of them.
fn records(count: u64) -> Vec<RecordedEvent> {
    let record = |n: u64| RecordedEvent {
        position: Position(n),
        stream: format!("stream-{}", n % STREAMS).parse().unwrap(),
        version: StreamVersion(n / STREAMS),
        bytes: Bytes::from(format!("{n}")),
    };
    (0..count).map(record).collect()
}

/// A store of these records, some of them in index files, merged ones among them.
fn stored(dir: &Path, records: &[RecordedEvent]) -> Store {
    let store = Store::open(dir, Disk::new(Arc::new(NoFaults))).unwrap();
    let mut head = store.head().unwrap();
    let leaves = leaf_hashes(records.iter().map(|record| record.bytes.as_ref()));
    let roots: Vec<_> = leaves.chunks(256).filter_map(perfect_root).collect();
    store.apply(&mut head, records, roots, Timestamp::UNIX_EPOCH).unwrap();
    store.index().merge().unwrap();
    store
}

#[test]
fn the_list_of_a_whole_store_has_each_record_in_its_place_and_each_stream_once() {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::default();
    for spans in [9, 10] {
        let records = records(spans * SPAN + 256);
        let own = dir.path().join(spans.to_string());
        std::fs::create_dir(&own).unwrap();
        let found = listed(&stored(&own, &records), &places).unwrap();
        let sum = records.iter().map(|record| places.of_record(record));
        let sum = sum.fold(0, u64::wrapping_add);
        assert_eq!(found, Listed { places: sum, streams: STREAMS });
    }
}

#[test]
fn a_version_that_does_not_follow_is_named_wherever_it_stands() {
    // The first of its stream, the first of a merged file, the first that no file lists.
    for forged in [1, 3 * SPAN, 9 * SPAN] {
        let dir = tempfile::tempdir().unwrap();
        let mut records = records(9 * SPAN + 256);
        let skipped = usize::try_from(forged).unwrap();
        // From there on one version is missing in that stream.
        let stream = records[skipped].stream.clone();
        let later = records.iter_mut().skip(skipped).filter(|record| record.stream == stream);
        later.for_each(|record| record.version.0 += 1);
        let found = listed(&stored(dir.path(), &records), &Places::default());
        let damage = match found {
            Err(StoreError::Damaged(damage)) => damage,
            other => panic!("{forged}: {other:?}"),
        };
        assert_eq!(damage.position, Position(forged), "{}", damage.reason);
        let expected = format!("expected version {} of stream {stream}", forged / STREAMS);
        assert!(damage.reason.starts_with(&expected), "{}", damage.reason);
    }
}

#[test]
fn a_record_that_the_index_has_elsewhere_is_found_although_the_index_has_no_gap() {
    // Within an index entry versions are not written down: they follow from that of its first.
    for forged in [4, SPAN + 7, 9 * SPAN + 100] {
        let dir = tempfile::tempdir().unwrap();
        let mut records = records(9 * SPAN + 256);
        let place = usize::try_from(forged).unwrap();
        records[place].version.0 += 1;
        let store = stored(dir.path(), &records);
        let tiles = Tiles::new(dir.path().join("tiles"), Disk::new(Arc::new(NoFaults)));
        tiles.put(&seal(&records).unwrap()).unwrap();
        let places = Places::default();
        let sum = records.iter().map(|record| places.of_record(record));
        let sum = sum.fold(0, u64::wrapping_add);
        assert_ne!(listed(&store, &places).unwrap().places, sum);
        let found = first_unlisted(&tiles, &store).unwrap().unwrap();
        assert_eq!(found.position, Position(forged), "{}", found.reason);
        let expected = format!("expected version {} of stream", forged / STREAMS + 1);
        assert!(found.reason.starts_with(&expected), "{}", found.reason);
    }
}

#[test]
fn records_that_stand_in_another_order_than_their_versions_are_named() {
    let entry = |version, positions| {
        let stream = "one".parse().unwrap();
        Ok(Entry { stream, version, positions })
    };
    let in_order = [entry(0, vec![2, 5]), entry(2, vec![6])];
    let found = followed(in_order.into_iter(), &Places::default()).unwrap();
    assert_eq!(found.streams, 1);
    let turned_round = [entry(0, vec![2, 6]), entry(2, vec![5])];
    let found = followed(turned_round.into_iter(), &Places::default());
    let named =
        matches!(&found, Err(StoreError::Damaged(damage)) if damage.position == Position(5));
    assert!(named, "{found:?}");
}

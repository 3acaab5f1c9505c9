use std::sync::Arc;

use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamVersion};
use jiff::Timestamp;
use merkle_log::leaf_hash;

use super::Store;
use crate::disk::{Disk, NoFaults};

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

#[test]
fn a_stream_of_many_chunks_is_found_chunk_by_chunk() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Disk::new(Arc::new(NoFaults))).unwrap();
    let mut head = store.head().unwrap();
    for first in (0..2_560).step_by(256) {
        let records = range(first, 3);
        let leaves: Vec<_> = records.iter().map(|record| leaf_hash(&record.bytes)).collect();
        store.apply(&mut head, &records, &leaves, Timestamp::UNIX_EPOCH).unwrap();
    }
    assert_eq!(store.head().unwrap(), head);
    let id = "stream-1".parse().unwrap();
    assert_eq!(store.next_version(&id).unwrap(), 853);
    assert_eq!(store.next_version(&"stream".parse().unwrap()).unwrap(), 0);
    let positions: Vec<u64> =
        (0..5).flat_map(|number| store.positions(&id, number).unwrap()).collect();
    assert_eq!(positions, (0..853).map(|version| version * 3 + 1).collect::<Vec<_>>());
    assert_eq!(store.index_entries().count(), 2_560);
}

use std::{collections::BTreeMap, sync::Arc};

use event_log::{Clock, ExpectedVersion, NewRecord, StreamVersion, memory::MemoryLog};
use evidence_check::index::{INDEX_COMMITTED, root_of};
use jiff::Timestamp;
use merkle_log::{
    Checkpoint, KeyKind, MemoryTree, Policy, SignerKey, prove_inclusion as prove, tree_root,
};
use proptest::prelude::*;

use super::*;

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// Appends one record to a stream, with this type and body.
pub(crate) async fn append(log: &MemoryLog, stream: &str, version: u64, kind: &str, data: &str) {
    let blank = "0000-00-00T00:00:00.000Z";
    let text = format!(
        r#"{{"v":1,"type":"{kind}","stream":"{stream}","version":{version},"recorded_at":"{blank}","occurred_at":"{blank}","data":{data}}}"#
    );
    let offset = text.find(blank).unwrap();
    let record = NewRecord::new(text.into_bytes(), offset).unwrap();
    let expected = match version.checked_sub(1) {
        None => ExpectedVersion::NoStream,
        Some(last) => ExpectedVersion::Exact(StreamVersion(last)),
    };
    log.append(&stream.parse().unwrap(), expected, vec![record]).await.unwrap();
}

/// A log whose records go to these streams, in this order.
pub(crate) async fn log_of(streams: &[String]) -> MemoryLog {
    let log = MemoryLog::new(Arc::new(FixedClock));
    let mut versions = BTreeMap::<&str, u64>::new();
    for stream in streams {
        let version = versions.entry(stream).or_default();
        append(&log, stream, *version, "complaint.received.v1", "{}").await;
        *version += 1;
    }
    log
}

pub(crate) async fn all(log: &MemoryLog) -> Vec<RecordedEvent> {
    log.read_all(Position(0), u64::MAX).try_collect().await.unwrap()
}

/// The definition, word for word, without any thought for memory.
pub(crate) fn by_definition(records: &[RecordedEvent]) -> (u64, Hash) {
    let mut streams = BTreeMap::<&[u8], Vec<Hash>>::new();
    for record in records {
        streams.entry(record.stream.as_bytes()).or_default().push(leaf_hash(&record.bytes));
    }
    let list: MemoryTree = streams
        .into_iter()
        .map(|(stream, leaves)| {
            let mut entry = vec![4];
            entry.extend_from_slice(stream);
            entry.extend_from_slice(&(leaves.len() as u64).to_be_bytes());
            entry.extend_from_slice(&root_of(&leaves).0);
            leaf_hash(&entry)
        })
        .collect();
    (list.size(), tree_root(&list, list.size()).unwrap())
}

async fn list(log: &MemoryLog, size: u64, stream: &str, run: usize) -> IndexList {
    let scratch = tempfile::tempdir().unwrap();
    IndexList::build_in_runs(log, size, stream, scratch.path(), run, &mut |_| {}).await.unwrap()
}

/// The body of the record that commits to a list.
pub(crate) fn body_of(commitment: &CommitmentView) -> String {
    let CommitmentView { size, root, entries, definition } = commitment;
    let root = Hash(*root);
    format!(r#"{{"size":{size},"root":"{root}","entries":{entries},"definition":{definition}}}"#)
}

/// What is wanted of a list: how many entries it has, and its root.
pub(crate) fn entries_and_root(list: &IndexList) -> (u64, Hash) {
    let commitment = list.commitment();
    (commitment.entries, Hash(commitment.root))
}

/// Commits to the list, signs a checkpoint over all, and checks what is then shown of a stream.
async fn shown(log: &MemoryLog, stream: &str, run: usize) -> u64 {
    let size = log.head().next_position.0;
    let list = list(log, size, stream, run).await;
    append(log, "ledger-X", 0, INDEX_COMMITTED, &body_of(list.commitment())).await;
    let records = all(log).await;
    let tree: MemoryTree = records.iter().map(|record| leaf_hash(&record.bytes)).collect();
    let key = SignerKey::from_seed("ledger.example", KeyKind::Note, &[1; 32]).unwrap();
    let root = tree_root(&tree, tree.size()).unwrap();
    let checkpoint = Checkpoint::new("ledger.example", tree.size(), root).unwrap().signed_by(&key);
    let hashes = prove(&tree, size, tree.size()).unwrap();
    let proof = LogProof { extra: None, index: size, hashes, checkpoint };
    let proof = list.prove(records.last().unwrap(), proof).unwrap();
    let policy = format!("log {}\nquorum none\n", key.verifier());
    let proof = IndexProof::parse(proof.to_string().as_bytes()).unwrap();
    proof.verify(&Policy::parse(policy.as_bytes()).unwrap()).unwrap().events
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn the_root_over_a_small_log_stays_what_it_is() {
    let log = log_of(&names(&["complaint-B", "complaint-A", "complaint-B", "import-1"])).await;
    let list = list(&log, 4, "", 100).await;
    assert_eq!(list.commitment().entries, 3);
    // Kept for ever: another implementation of docs/format.md must get the same.
    let golden = include_str!("golden.txt").trim();
    assert_eq!(Hash(list.commitment().root).to_string(), golden);
}

#[tokio::test]
async fn an_empty_log_has_an_empty_list_in_which_nothing_is() {
    let log = log_of(&[]).await;
    let list = list(&log, 0, "complaint-A", 2).await;
    assert_eq!(entries_and_root(&list), (0, merkle_log::empty_root()));
    assert_eq!(shown(&log, "complaint-A", 2).await, 0);
}

#[tokio::test]
async fn only_the_records_that_are_covered_count() {
    let log = log_of(&names(&["a", "b", "a", "c"])).await;
    let records = all(&log).await;
    let list = list(&log, 3, "a", 2).await;
    assert_eq!(entries_and_root(&list), by_definition(&records[..3]));
    let scratch = tempfile::tempdir().unwrap();
    let short = IndexList::build(&log, 5, "a", scratch.path(), &mut |_| {}).await;
    assert!(matches!(short, Err(IndexListError::Short { expected: 5, found: 4 })), "{short:?}");
}

#[tokio::test]
async fn a_commitment_to_another_list_proves_nothing() {
    let log = log_of(&names(&["a", "b"])).await;
    let data = r#"{"size":2,"root":"0707070707070707070707070707070707070707070707070707070707070707","entries":2,"definition":1}"#;
    append(&log, "ledger-X", 0, "ledger.index-committed.v1", data).await;
    let records = all(&log).await;
    let key = SignerKey::from_seed("ledger.example", KeyKind::Note, &[1; 32]).unwrap();
    let checkpoint = Checkpoint::new("ledger.example", 3, Hash([0; 32])).unwrap().signed_by(&key);
    let proof = LogProof { extra: None, index: 2, hashes: Vec::new(), checkpoint };
    let list = list(&log, 2, "a", 10).await;
    let refused = list.prove(&records[2], proof.clone());
    assert!(matches!(refused, Err(ProveStreamError::OtherList { position: 2 })), "{refused:?}");
    let refused = list.prove(&records[0], proof);
    assert!(matches!(refused, Err(ProveStreamError::NotACommitment)), "{refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_log_gives_the_list_of_the_definition_however_little_fits_in_memory(
        streams in prop::collection::vec("[ab]{1,2}", 0..40),
        run in 1_usize..12,
        asked in "[abc]{1,2}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let log = log_of(&streams).await;
            let records = all(&log).await;
            let list = list(&log, records.len() as u64, &asked, run).await;
            assert_eq!(entries_and_root(&list), by_definition(&records));
            let events = streams.iter().filter(|stream| **stream == asked).count() as u64;
            assert_eq!(list.has_stream(), events > 0);
            assert_eq!(shown(&log, &asked, run).await, events);
        });
    }
}

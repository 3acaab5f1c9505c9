use event_log::memory::MemoryLog;
use proptest::prelude::*;

use super::*;
use crate::{
    IndexList,
    list::tests::{all, append, body_of, by_definition, log_of},
};

/// What is appended to a log.
#[derive(Debug, Clone)]
enum Step {
    /// A record of this stream.
    Record(String),
    /// A commitment to the list over all records but so many.
    Commit { but: usize, is_true: bool },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => "[ab]{1,2}".prop_map(Step::Record),
        1 => (0_usize..6, prop::bool::weighted(0.97))
            .prop_map(|(but, is_true)| Step::Commit { but, is_true }),
    ];
    prop::collection::vec(step, 0..50)
}

/// A commitment to the list over the first records of a log.
async fn commitment_over(log: &MemoryLog, size: u64) -> CommitmentView {
    let records = all(log).await;
    let (entries, root) = by_definition(&records[..usize::try_from(size).unwrap()]);
    CommitmentView { size, root: root.0, entries, definition: DEFINITION }
}

/// A log made of these steps, and the commitments that it holds.
async fn log_after(steps: &[Step]) -> (MemoryLog, Vec<FoundCommitment>, Option<u64>) {
    let log = log_of(&[]).await;
    let mut versions = BTreeMap::<&str, u64>::new();
    let (mut found, mut first_lie) = (Vec::new(), None);
    for step in steps {
        let position = log.head().next_position.0;
        let stream = match step {
            Step::Record(stream) => stream,
            Step::Commit { .. } => "ledger-X",
        };
        let version = versions.entry(stream).or_default();
        match step {
            Step::Record(_) => append(&log, stream, *version, "complaint.received.v1", "{}").await,
            Step::Commit { but, is_true } => {
                let size = position.saturating_sub(*but as u64);
                let mut said = commitment_over(&log, size).await;
                if !is_true {
                    said.root[7] ^= 1;
                    first_lie.get_or_insert(position);
                }
                append(&log, stream, *version, INDEX_COMMITTED, &body_of(&said)).await;
                found.push(FoundCommitment { position, said });
            }
        }
        *version += 1;
    }
    (log, found, first_lie)
}

async fn audited(log: &MemoryLog, run: usize) -> Result<Vec<FoundCommitment>, AuditError> {
    let scratch = tempfile::tempdir().unwrap();
    let mut audit = ListAudit::in_runs(scratch.path(), run);
    for record in all(log).await {
        audit.take(&record).unwrap();
    }
    audit.finish()
}

/// What is false about a log's first false commitment, and where that stands.
fn falsehood(audited: Result<Vec<FoundCommitment>, AuditError>) -> (u64, Falsehood) {
    match audited {
        Err(AuditError::False { position, why }) => (position, *why),
        other => panic!("expected a false commitment, found {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn all_lists_at_once_are_those_of_the_definition_and_of_each_list_by_itself(
        steps in steps(),
        run in 1_usize..20,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (log, found, first_lie) = log_after(&steps).await;
            let audited = audited(&log, run).await;
            match first_lie {
                None => assert_eq!(audited.unwrap(), found),
                Some(lie) => assert_eq!(falsehood(audited).0, lie),
            }
            let scratch = tempfile::tempdir().unwrap();
            for FoundCommitment { position, said } in found {
                let place = scratch.path();
                let list = IndexList::build(&log, said.size, "", place, &mut |_| {}).await.unwrap();
                assert_eq!(*list.commitment() == said, {
                    let step = usize::try_from(position).unwrap();
                    matches!(steps[step], Step::Commit { is_true: true, .. })
                });
            }
        });
    }

    #[test]
    fn sizes_between_any_two_records_of_a_stream_give_the_list_of_the_definition(
        streams in prop::collection::vec("[ab]{1,2}", 0..30),
        run in 1_usize..12,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let records = runtime.block_on(async { all(&log_of(&streams).await).await });
        let scratch = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(scratch.path(), run);
        for record in &records {
            let stream = record.stream.as_str().into();
            let (version, position) = (record.version.0, record.position.0);
            let leaf = leaf_hash(&record.bytes);
            sorter.push(Item { stream, version, position, leaf }).unwrap();
        }
        let sizes: Vec<u64> = (0..=records.len() as u64).collect();
        let lists = lists_of(sorter, &sizes, &mut ()).unwrap();
        prop_assert_eq!(lists.len(), sizes.len());
        for (end, list) in lists.iter().enumerate() {
            let given = (list.entries, Hash(list.root));
            prop_assert_eq!(list.size, end as u64);
            prop_assert_eq!(given, by_definition(&records[..end]));
        }
    }
}

/// The audit of a log that holds one commitment behind three records, changed before it is recorded.
async fn audit_of(change: impl FnOnce(&mut CommitmentView)) -> (u64, Falsehood) {
    let log = log_of(&["a", "b", "a"].map(str::to_owned)).await;
    let mut said = commitment_over(&log, 3).await;
    change(&mut said);
    append(&log, "ledger-X", 0, INDEX_COMMITTED, &body_of(&said)).await;
    // A true one after it does not make it better.
    let later = commitment_over(&log, 4).await;
    append(&log, "ledger-X", 1, INDEX_COMMITTED, &body_of(&later)).await;
    falsehood(audited(&log, 2).await)
}

#[tokio::test]
async fn whatever_a_commitment_says_falsely_is_named_with_its_position() {
    let (position, why) = audit_of(|said| said.entries += 1).await;
    assert_eq!(position, 3);
    let Falsehood::OtherList { said, given } = why else { panic!("{why:?}") };
    assert_eq!((said.size, said.entries, given.entries), (3, 3, 2));

    // It says what is true of fewer records.
    let (position, why) = audit_of(|said| said.size = 2).await;
    assert_eq!(position, 3);
    assert!(matches!(why, Falsehood::OtherList { .. }), "{why:?}");

    let why = audit_of(|said| said.size = 4).await;
    assert_eq!(why, (3, Falsehood::CoversItself { position: 3, size: 4 }));
}

#[tokio::test]
async fn a_commitment_that_cannot_be_made_again_is_false_and_what_is_none_is_passed_over() {
    let log = log_of(&["a".to_owned()]).await;
    // Nobody takes one for a commitment that stands in a case, or is of another type.
    let mut lie = commitment_over(&log, 1).await;
    lie.entries = 9;
    append(&log, "b", 0, INDEX_COMMITTED, &body_of(&lie)).await;
    append(&log, "ledger-X", 0, "ledger.index-committed.v2", &body_of(&lie)).await;
    assert_eq!(audited(&log, 9).await.unwrap(), Vec::new());
    append(&log, "ledger-X", 1, INDEX_COMMITTED, r#"{"size":1}"#).await;
    let why = falsehood(audited(&log, 9).await);
    assert_eq!(why, (3, Falsehood::Unknown { definition: None }));
}

fn pushed(records: &[(&str, u64)]) -> Result<Vec<FoundCommitment>, AuditError> {
    let scratch = tempfile::tempdir().unwrap();
    let mut audit = ListAudit::in_runs(scratch.path(), 2);
    for (stream, version) in records {
        audit.push(stream, *version, b"{}", Hash([1; 32])).unwrap();
    }
    audit.finish()
}

#[test]
fn a_stream_whose_records_do_not_follow_one_another_is_refused_without_any_commitment() {
    pushed(&[("a", 0), ("b", 0), ("a", 1)]).unwrap();
    for (records, expected, found) in [
        (&[("a", 0), ("b", 0), ("a", 2)], 1, 2),
        (&[("a", 0), ("b", 0), ("a", 0)], 1, 0),
        (&[("b", 0), ("b", 1), ("a", 1)], 0, 1),
    ] {
        let refused = pushed(records).unwrap_err();
        let AuditError::List(IndexListError::Versions { stream, expected: e, found: f }) = &refused
        else {
            panic!("{refused}")
        };
        assert_eq!((stream.as_str(), *e, *f), ("a", expected, found));
    }
    let refused = pushed(&[("a", 1), ("b", 0), ("a", 0)]).unwrap_err();
    let AuditError::List(IndexListError::Positions { version, before, found, .. }) = refused else {
        panic!("{refused}")
    };
    assert_eq!((version, before, found), (1, 2, 0));
}

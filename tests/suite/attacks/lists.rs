//! An operator who commits to a false list of all streams, and proves by it that there is no such case. Whoever
//! has the proof alone is deceived; whoever mirrors the records makes the list anew.

use std::{collections::BTreeMap, fs};

use evidence_check::{
    IndexEntry, IndexProof,
    index::{CommitmentView, ProvedEntry, root_of},
};
use merkle_log::{Hash, LogProof, MemoryTree, SignedNote, leaf_hash, prove_inclusion, tree_root};
use redress_tests::binary::Ran;

use super::{Forged, forget_what_was_signed, rewrite};
use crate::signing::Home;

const TYPE: &str = r#""type":"ledger.index-committed.v1""#;

/// The list of all streams that these records give, by the definition and without a thought for memory.
fn list_of(records: &[Forged]) -> (Vec<IndexEntry>, MemoryTree) {
    let mut streams = BTreeMap::<&str, Vec<Hash>>::new();
    for record in records {
        streams.entry(record.stream.as_str()).or_default().push(leaf_hash(record.text.as_bytes()));
    }
    let entries: Vec<_> = streams
        .into_iter()
        .map(|(stream, leaves)| IndexEntry {
            stream: stream.to_owned(),
            events: leaves.len() as u64,
            root: root_of(&leaves),
        })
        .collect();
    let tree = entries.iter().map(IndexEntry::leaf).collect();
    (entries, tree)
}

fn commitment_to(records: &[Forged], size: u64) -> CommitmentView {
    let (_, tree) = list_of(records);
    let root = tree_root(&tree, tree.size()).unwrap().0;
    CommitmentView { size, root, entries: tree.size(), definition: 1 }
}

/// Where the newest commitment stands, and what it says.
fn newest(records: &[Forged]) -> (usize, CommitmentView) {
    let at = records.iter().rposition(|record| record.text.contains(TYPE)).unwrap();
    let record = evidence_check::record::RecordView::parse(records[at].text.as_bytes()).unwrap();
    (at, CommitmentView::of(&record).unwrap())
}

/// Makes the newest commitment say something else.
fn commit(records: &mut [Forged], said: &CommitmentView) {
    let (at, _) = newest(records);
    let text = &mut records[at].text;
    let from = text.find("\"data\":{").unwrap();
    let until = from + text[from..].find('}').unwrap() + 1;
    let CommitmentView { size, root, entries, definition } = said;
    let root = Hash(*root);
    let data = format!(
        r#""data":{{"size":{size},"root":"{root}","entries":{entries},"definition":{definition}}}"#
    );
    text.replace_range(from..until, &data);
}

/// A ledger of some cases that has committed to the list of all its streams.
fn committed() -> Home {
    let home = Home::new();
    home.grow(3);
    home.run(&["commit-index", "--data", "ledger"]).done();
    home
}

/// The operator writes, signs and publishes another commitment than the program would. What it says, where, and
/// the records as they are published then.
fn publish_false(
    home: &Home,
    lie: impl FnOnce(&[Forged], &CommitmentView) -> CommitmentView,
) -> (usize, CommitmentView, Vec<Forged>) {
    let mut published = None;
    rewrite(home, |records| {
        let (at, honest) = newest(records);
        let said = lie(records, &honest);
        commit(records, &said);
        published = Some((at, said, records.clone()));
    });
    forget_what_was_signed(home);
    publish(home);
    published.unwrap()
}

fn publish(home: &Home) {
    home.keep_checkpoint("signed");
    home.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
}

fn mirror(home: &Home, from: &str, out: &str) -> Ran {
    let key = home.key.to_string();
    home.run(&["mirror", "--from", from, "--out", out, "--vkey", &key, "--json"])
}

/// The mirror names the commitment, what it says and what the records give, and takes nothing over.
fn is_refused(home: &Home, at: usize, said: &CommitmentView, given: &CommitmentView) {
    let refused = mirror(home, "tree", "mirror").refused(1).stderr;
    let roots = [Hash(said.root), Hash(given.root)].map(|root| root.to_string());
    let entries = [said.entries, given.entries].map(|entries| format!("over {entries} streams"));
    for named in [&format!("at position {at} "), &roots[0], &roots[1], &entries[0], &entries[1]] {
        assert!(refused.contains(named.as_str()), "{named}: {refused}");
    }
    assert!(!home.path().join("mirror/checkpoint").exists(), "nothing was taken over");
    let checked = home.run(&["commit-index", "--check", "--data", "ledger"]).refused(1).stderr;
    assert!(checked.contains(&format!("position {at}")), "{checked}");
}

fn a_case(records: &[Forged]) -> String {
    let case = records.iter().find(|record| record.stream.as_str().starts_with("complaint-"));
    case.unwrap().stream.as_str().to_owned()
}

/// "There is no such case", proved under the list that leaves it out, as the operator's own program would.
fn absence(home: &Home, hidden: &str, at: usize, records: &[Forged]) -> IndexProof {
    let without = without(&records[..at], hidden);
    let (entries, list) = list_of(&without);
    let place = entries.partition_point(|entry| entry.stream.as_str() < hidden);
    let beside = place.saturating_sub(1)..entries.len().min(place + 1);
    let entries = beside.map(|index| ProvedEntry {
        index: index as u64,
        entry: entries[index].clone(),
        hashes: prove_inclusion(&list, index as u64, list.size()).unwrap(),
    });
    let log: MemoryTree = records.iter().map(|record| leaf_hash(record.text.as_bytes())).collect();
    let checkpoint = SignedNote::parse(&fs::read(home.path().join("signed")).unwrap()).unwrap();
    let hashes = prove_inclusion(&log, at as u64, log.size()).unwrap();
    IndexProof {
        stream: hidden.to_owned(),
        commitment: records[at].text.clone(),
        leaves: Vec::new(),
        entries: entries.collect(),
        proof: LogProof { extra: None, index: at as u64, hashes, checkpoint },
    }
}

fn without(records: &[Forged], hidden: &str) -> Vec<Forged> {
    records.iter().filter(|record| record.stream.as_str() != hidden).cloned().collect()
}

#[test]
fn a_list_that_leaves_a_case_out_proves_to_many_that_there_is_none_and_is_caught_by_every_mirror() {
    let home = committed();
    let (mut hidden, mut given) = (String::new(), None);
    let (at, said, records) = publish_false(&home, |records, honest| {
        hidden = a_case(records);
        given = Some(honest.clone());
        let size = usize::try_from(honest.size).unwrap();
        commitment_to(&without(&records[..size], &hidden), honest.size)
    });
    assert_eq!(commitment_to(&records[..at], at as u64), given.clone().unwrap());
    let proof = absence(&home, &hidden, at, &records).to_string();
    fs::write(home.path().join("nothing.proof"), proof).unwrap();
    let key = home.key.to_string();
    let told = home.run(&["check", "nothing.proof", "--vkey", &key]).done().stdout;
    assert!(told.contains("no such stream"), "the proof alone deceives: {told}");
    is_refused(&home, at, &said, &given.unwrap());
}

#[test]
fn a_list_that_leaves_the_last_event_of_a_case_out_is_caught_by_every_mirror() {
    let home = committed();
    let mut given = None;
    let (at, said, _) = publish_false(&home, |records, honest| {
        given = Some(honest.clone());
        let case = a_case(records);
        let mut shown = records[..usize::try_from(honest.size).unwrap()].to_vec();
        assert!(shown.iter().filter(|record| record.stream.as_str() == case).count() > 1);
        let last = shown.iter().rposition(|record| record.stream.as_str() == case).unwrap();
        shown.remove(last);
        commitment_to(&shown, honest.size)
    });
    is_refused(&home, at, &said, &given.unwrap());
}

#[test]
fn a_commitment_that_covers_more_than_came_before_it_or_is_of_no_known_kind_is_caught_by_every_mirror()
 {
    for (change, named) in [((1, 1), "cannot cover"), ((0, 2), "definition 2")] {
        let home = committed();
        let (at, ..) = publish_false(&home, |_, honest| {
            let mut said = honest.clone();
            said.size += change.0;
            said.definition = change.1;
            said
        });
        let refused = mirror(&home, "tree", "mirror").refused(1).stderr;
        assert!(refused.contains(&format!("at position {at}")), "{refused}");
        assert!(refused.contains(named), "{named}: {refused}");
        assert!(!home.path().join("mirror/checkpoint").exists(), "nothing was taken over");
    }
}

/// An honest beginning does not help: a mirror that held it keeps the checkpoint it had.
#[test]
fn a_false_list_after_honest_ones_leaves_a_mirror_with_the_checkpoint_that_it_had() {
    let home = committed();
    publish(&home);
    assert_eq!(mirror(&home, "tree", "mirror").done().json()["index_commitments"], 1);
    let held = fs::read(home.path().join("mirror/checkpoint")).unwrap();
    home.grow(4);
    home.run(&["commit-index", "--data", "ledger"]).done();
    let (at, ..) = publish_false(&home, |records, honest| {
        let size = usize::try_from(honest.size).unwrap();
        commitment_to(&without(&records[..size], &a_case(records)), honest.size)
    });
    let refused = mirror(&home, "tree", "mirror").refused(1).stderr;
    assert!(refused.contains(&format!("at position {at} ")), "{refused}");
    assert_eq!(fs::read(home.path().join("mirror/checkpoint")).unwrap(), held);
}

/// A log that was caught does not get another try: what it signed is kept, and the next history is held to it.
#[test]
fn after_a_false_list_a_mirror_takes_no_other_history_either() {
    let home = committed();
    let mut honest = None;
    publish_false(&home, |records, said| {
        honest = Some((records.to_vec(), said.clone()));
        let size = usize::try_from(said.size).unwrap();
        commitment_to(&without(&records[..size], &a_case(records)), said.size)
    });
    mirror(&home, "tree", "mirror").refused(1);
    let signed = fs::read(home.path().join("signed")).unwrap();
    let kept = || fs::read(home.path().join("mirror/checkpoint.refused")).unwrap();
    assert_eq!(kept(), signed);
    // The same again, and then the history that should have been signed at once: as long, or shorter by a record.
    mirror(&home, "tree", "mirror").refused(1);
    let (records, said) = honest.unwrap();
    for shorter in [0, 1] {
        fs::remove_dir_all(home.path().join("true")).unwrap();
        fs::remove_dir_all(home.path().join("tree")).unwrap();
        rewrite(&home, |forged| {
            *forged = records.clone();
            commit(forged, &said);
            forged.truncate(records.len() - shorter);
        });
        forget_what_was_signed(&home);
        publish(&home);
        let refused = mirror(&home, "tree", "mirror").refused(1).stderr;
        assert!(refused.contains("another history than it had"), "{shorter}: {refused}");
        assert_eq!(kept(), signed, "{shorter}");
    }
    // Elsewhere it is a history like any other.
    mirror(&home, "tree", "another").done();
}

#[test]
fn honest_lists_are_made_anew_by_every_mirror_and_by_the_mirror_of_a_mirror() {
    let home = committed();
    home.grow(4);
    home.run(&["commit-index", "--data", "ledger"]).done();
    publish(&home);
    for (from, out) in [("tree", "mirror"), ("tree", "mirror"), ("mirror", "second")] {
        assert_eq!(mirror(&home, from, out).done().json()["index_commitments"], 2, "{out}");
    }
    let key = home.key.to_string();
    let told = home.run(&["mirror", "--from", "tree", "--out", "mirror", "--vkey", &key]).done();
    assert!(told.stdout.contains("lists    2"), "{}", told.stdout);
    let empty = Home::new();
    empty.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    assert_eq!(mirror(&empty, "tree", "mirror").done().json()["index_commitments"], 0);
}

use merkle_log::prove_consistency;
use proptest::prelude::*;

use super::*;
use crate::{
    enclosure::ReceiptSecret,
    opening::receipt_secret,
    test_data::{CASE, SECRET_WORDS, SmallLog, openings, policy, strict_policy},
};

fn receipt() -> LogProof {
    let log = SmallLog::new(false);
    let record = log.records[1].1.clone();
    let secret = receipt_secret(&[0x88; 32], &leaf_hash(record.as_bytes()));
    let enclosure =
        Enclosure { record, receipt: Some(ReceiptSecret(secret)), openings: openings() };
    LogProof { extra: Some(enclosure.to_bytes()), ..log.proof(1) }
}

fn checked(text: &str) -> Checked {
    let policy = strict_policy();
    check(text.as_bytes(), &Trust::policy(&policy))
}

#[track_caller]
fn failure(checked: &Checked) -> String {
    let (at, claim, why) = checked.first_failure().expect("something that fails");
    format!("{at}: {claim}: {why}")
}

#[test]
fn a_receipt_shows_where_the_complaint_stands_and_what_it_says() {
    let checked = checked(&receipt().to_string());
    assert!(checked.is_good, "{checked:?}");
    assert_eq!(checked.kind, Kind::Receipt);
    let fact = |name: &str| checked.facts.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    assert_eq!(fact("position"), Some("1"));
    assert_eq!(fact("stream"), Some(CASE));
    assert_eq!(fact("cosigned by"), Some("witness.example/auditor at 2025-06-15T15:06:40Z"));
    let opened: Vec<_> = checked.opened.iter().map(|(f, t)| (f.as_str(), t.as_str())).collect();
    assert_eq!(opened, [("narrative", SECRET_WORDS), ("receipt-nonce", "blue horse 7")]);
}

#[test]
fn only_the_first_record_of_a_complaint_has_a_receipt() {
    let log = SmallLog::new(false);
    let record = log.records[3].1.clone();
    let receipt = Some(ReceiptSecret([5; 32]));
    let enclosure = Enclosure { record, receipt, openings: Vec::new() };
    let proof = LogProof { extra: Some(enclosure.to_bytes()), ..log.proof(3) }.to_string();
    let said = failure(&checked(&proof));
    let why = format!("found complaint.closed.v1 of {CASE}");
    assert!(said.contains("the first record of a complaint") && said.ends_with(&why), "{said}");
}

#[test]
fn that_there_is_no_stream_is_shown_of_names_that_a_stream_can_have() {
    let log = SmallLog::new(false);
    for name in [
        "complaint-OC000000000000000000000000",
        "complaint-0c000000000000000000000000",
        "complaint-0",
    ] {
        let said = failure(&checked(&log.index_proof(name).to_string()));
        assert!(said.contains("no stream has such a name"), "{name}: {said}");
    }
}

#[test]
fn a_receipt_with_other_words_or_another_nonce_is_refused_without_repeating_them() {
    for (place, field) in [(0, "narrative"), (1, "receipt-nonce")] {
        let mut proof = receipt();
        let mut enclosure = Enclosure::parse(proof.extra.as_deref().unwrap()).unwrap();
        enclosure.openings[place].content = b"another text".to_vec();
        proof.extra = Some(enclosure.to_bytes());
        let checked = checked(&proof.to_string());
        let said = failure(&checked);
        let expected =
            format!("text and salt of `{field}` are not those that the record commits to");
        assert!(said.ends_with(&expected), "{said}");
        assert!(!said.contains("another text") && !said.contains(SECRET_WORDS));
        assert!(!checked.opened.iter().any(|(opened, _)| opened == field));
    }
}

#[test]
fn two_complainants_cannot_be_given_the_receipt_of_one_record() {
    // The clash attack: the second is handed the first's record, and their own nonce with it.
    let mut proof = receipt();
    let mut enclosure = Enclosure::parse(proof.extra.as_deref().unwrap()).unwrap();
    enclosure.openings[1].content = b"the nonce that the second one chose".to_vec();
    proof.extra = Some(enclosure.to_bytes());
    assert!(!checked(&proof.to_string()).is_good);
    // Left out, the check says that nothing shows it.
    enclosure.openings.remove(1);
    proof.extra = Some(enclosure.to_bytes());
    let steps = checked(&proof.to_string()).steps;
    assert!(
        steps
            .iter()
            .any(|step| matches!(&step.verdict, Verdict::Open(would) if would.contains("nonce")))
    );
}

#[test]
fn another_record_another_signer_and_a_missing_witness_are_each_named() {
    let mut proof = receipt();
    let mut enclosure = Enclosure::parse(proof.extra.as_deref().unwrap()).unwrap();
    enclosure.record = enclosure.record.replace("agent-1", "agent-2");
    proof.extra = Some(enclosure.to_bytes());
    assert!(
        failure(&checked(&proof.to_string())).starts_with("inclusion: the record is at position 1")
    );

    let text = receipt().to_string();
    let without_witness: String = text
        .lines()
        .filter(|line| !line.contains("witness.example"))
        .fold(String::new(), |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        });
    let said = failure(&checked(&without_witness));
    assert!(said.contains("quorum is not reached: 0 of 1"), "{said}");
    let relaxed = policy();
    assert!(check(without_witness.as_bytes(), &Trust::policy(&relaxed)).is_good);

    let said = failure(&checked(&text.replacen("index 1", "index 01", 1)));
    assert!(said.contains("line 3: expected `index`"), "{said}");
}

#[test]
fn a_proof_without_a_record_takes_the_one_that_is_brought() {
    let log = SmallLog::new(false);
    let (text, policy) = (log.proof(2).to_string(), policy());
    let bare = check(text.as_bytes(), &Trust::policy(&policy));
    assert!(failure(&bare).contains("bring it with --record"));
    let record = Some(log.records[2].1.as_bytes());
    assert!(check(text.as_bytes(), &Trust { record, ..Trust::policy(&policy) }).is_good);
    let record = Some(log.records[3].1.as_bytes());
    assert!(!check(text.as_bytes(), &Trust { record, ..Trust::policy(&policy) }).is_good);
}

#[test]
fn a_checkpoint_that_extends_the_one_kept_is_told_from_one_that_does_not() {
    let (log, policy) = (SmallLog::new(true), policy());
    let hashes = prove_consistency(&log.tree, 3, log.tree.size()).unwrap();
    let proof = GrowthProof { old_size: 3, hashes, checkpoint: log.checkpoint() }.to_string();
    let against = |old: &[u8]| {
        check(proof.as_bytes(), &Trust { old_checkpoint: Some(old), ..Trust::policy(&policy) })
    };
    let kept = log.checkpoint_of(3).to_string();
    assert!(against(kept.as_bytes()).is_good);
    assert!(
        failure(&against(log.checkpoint_of(4).to_string().as_bytes())).contains("expected size 4")
    );
    let bare = check(proof.as_bytes(), &Trust::policy(&policy));
    assert!(failure(&bare).contains("--old"));
    // Another history of the same length, signed with the same key.
    let mut other = SmallLog::new(true);
    other.tree = other.records.iter().rev().map(|(_, r)| leaf_hash(r.as_bytes())).collect();
    let rewritten = other.checkpoint_of(3).to_string();
    let said = failure(&against(rewritten.as_bytes()));
    assert!(said.contains("the first 3 of 7 records are the same"), "{said}");
}

#[test]
fn a_checkpoint_is_checked_by_itself() {
    let note = SmallLog::new(false).checkpoint().to_string();
    assert!(checked(&note).is_good);
    let said = failure(&checked(&note.replacen("\n6\n", "\n7\n", 1)));
    assert!(said.contains("signature 1, by ledger.example/complaints"), "{said}");
    assert_eq!(checked("nothing\n\n\u{2014} ").kind, Kind::Checkpoint);
}

#[test]
fn a_picture_is_called_no_checkpoint_that_does_not_hold() {
    let policy = strict_policy();
    for other in [b"\x89PNG\r\n".as_slice(), b"nothing\n", b"<html>", b""] {
        let checked = check(other, &Trust::policy(&policy));
        assert_eq!((checked.kind, checked.is_good), (Kind::Unknown, false));
        assert!(failure(&checked).contains("it begins as none of them does"));
    }
}

#[test]
fn a_proof_of_absence_says_that_there_is_no_such_stream_and_among_how_many_records() {
    let log = SmallLog::new(false);
    let absent = checked(&log.index_proof("complaint-0C000000000000000000000000").to_string());
    assert!(absent.is_good, "{absent:?}");
    assert_eq!(absent.kind.name(), "a proof that there is no such stream");
    let said = "complaint-0C000000000000000000000000 among the first 5 records";
    assert!(absent.facts.iter().any(|(name, value)| name == "no such stream" && value == said));
    // Not of it as of one that is there, with a number of events.
    assert!(!absent.facts.iter().any(|(name, _)| name == "events" || name == "stream"));
    let there = checked(&log.index_proof(CASE).to_string());
    assert_eq!(there.kind, Kind::Index);
    assert!(there.facts.contains(&("events".to_owned(), "2".to_owned())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn no_changed_receipt_convinces(at: prop::sample::Index, xor in 1_u8..=255, how in 0_u8..4) {
        static RECEIPT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| receipt().to_string());
        static POLICY: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(strict_policy);
        let mut bytes = RECEIPT.as_bytes().to_vec();
        let at = at.index(bytes.len());
        match how {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, xor),
            _ => bytes[at] ^= xor,
        }
        let checked = check(&bytes, &Trust::policy(&POLICY));
        prop_assert!(bytes == RECEIPT.as_bytes() || !checked.is_good, "byte {at} by {xor}");
    }
}

use proptest::prelude::*;

use super::*;
use crate::test_data::{CASE, SmallLog, policy};

#[test]
fn all_events_of_a_case_are_shown_to_be_all() {
    let log = SmallLog::new(true);
    let proof = log.index_proof(CASE);
    let text = proof.to_string();
    assert_eq!(IndexProof::parse(text.as_bytes()), Ok(proof.clone()));
    let shown = proof.verify(&policy()).unwrap();
    assert_eq!((shown.events, shown.size, shown.position), (2, 5, 5));
}

#[test]
fn an_event_that_is_kept_back_is_missed() {
    let mut proof = SmallLog::new(true).index_proof(CASE);
    proof.leaves.pop();
    assert!(matches!(proof.verify(&policy()), Err(IndexError::OtherEvents { .. })));
    // Nor can the stream be said not to be there.
    proof.leaves.clear();
    assert!(matches!(proof.verify(&policy()), Err(IndexError::NotEnclosed { .. })));
}

#[test]
fn a_stream_that_is_not_there_is_shown_not_to_be_wherever_it_would_stand() {
    let log = SmallLog::new(false);
    for stream in ["complaint-0", "complaint-C", "complaint-Z", "a", "z"] {
        let proof = log.index_proof(stream);
        assert!(proof.leaves.is_empty());
        let parsed = IndexProof::parse(proof.to_string().as_bytes()).unwrap();
        assert_eq!(parsed.verify(&policy()).unwrap().events, 0, "{stream}");
    }
}

#[test]
fn a_stream_that_is_there_cannot_be_denied() {
    let log = SmallLog::new(false);
    for neighbour in ["complaint-0", "complaint-AA", "complaint-C", "complaint-Z"] {
        let mut proof = log.index_proof(neighbour);
        proof.stream = CASE.to_owned();
        let verified = proof.verify(&policy());
        assert!(
            matches!(verified, Err(IndexError::NotEnclosed { .. })),
            "{neighbour}: {verified:?}"
        );
    }
    // Entries that are not next to each other enclose too much.
    let mut proof = log.index_proof("complaint-0");
    proof.entries.extend(log.index_proof("complaint-Z").entries);
    proof.stream = CASE.to_owned();
    assert!(matches!(proof.verify(&policy()), Err(IndexError::NotEnclosed { .. })));
}

#[test]
fn only_a_commitment_counts_as_one() {
    let log = SmallLog::new(false);
    let mut proof = log.index_proof(CASE);
    proof.commitment = log.records[0].1.clone();
    assert!(matches!(proof.verify(&policy()), Err(IndexError::Log(_))), "another record");
    proof.proof = log.proof(0);
    assert_eq!(proof.verify(&policy()), Err(IndexError::NotACommitment));
}

#[test]
fn the_bytes_of_an_entry_are_as_written_down() {
    let entry = IndexEntry { stream: "complaint-A".to_owned(), events: 258, root: Hash([7; 32]) };
    let mut expected = b"\x04complaint-A\x00\x00\x00\x00\x00\x00\x01\x02".to_vec();
    expected.extend_from_slice(&[7; 32]);
    assert_eq!(entry.to_bytes(), expected);
    assert_eq!(IndexEntry::parse(&expected), Some(entry));
    for bad in [&expected[..41], &expected[1..], b"\x03complaint", b""] {
        assert_eq!(IndexEntry::parse(bad), None);
    }
}

#[test]
fn nothing_is_proved_of_a_name_that_no_stream_can_have() {
    let text = SmallLog::new(true).index_proof("complaint-C").to_string();
    assert!(IndexProof::parse(text.as_bytes()).is_ok());
    for name in ["complaint-C\u{1}", "complaint C", "\u{1b}[2J", "", "complaint-é"] {
        let named = text.replacen("stream complaint-C", &format!("stream {name}"), 1);
        assert_ne!(named, text);
        let error = IndexProof::parse(named.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("`stream` and its name"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_changed_index_proof_convinces(at: prop::sample::Index, xor in 1_u8..=255, how in 0_u8..4, absent: bool) {
        static POLICY: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(policy);
        static PRESENT: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| SmallLog::new(true).index_proof(CASE).to_string());
        static ABSENT: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| SmallLog::new(true).index_proof("complaint-C").to_string());
        let text: &str = if absent { &ABSENT } else { &PRESENT };
        // The signature of the witness is not asked for by this policy, nor the name of a stream that
        // is nowhere: another such name is another claim, and as true.
        let name = text.lines().take(1).map(|line| line.len() + 1).sum::<usize>();
        let named = name..=name + text.lines().nth(1).map_or(0, str::len);
        let signed = text.find("— witness").unwrap();
        let at = at.index(signed);
        prop_assume!(!(absent && named.contains(&at)));
        let mut bytes = text.as_bytes().to_vec();
        match how {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, xor),
            _ => bytes[at] ^= xor,
        }
        let convinces = IndexProof::parse(&bytes).is_ok_and(|proof| proof.verify(&POLICY).is_ok());
        prop_assert!(bytes == text.as_bytes() || !convinces, "byte {at}");
    }
}

use alloc::{format, string::ToString};

use proptest::prelude::*;

use super::*;
use crate::{KeyKind, test_data::*, tree_root};

fn seed(first: u8) -> [u8; 32] {
    core::array::from_fn(|i| first + u8::try_from(i).unwrap())
}

fn log_key() -> SignerKey {
    SignerKey::from_seed("ledger.example/complaints", KeyKind::Note, &seed(0)).unwrap()
}

fn witness_key() -> SignerKey {
    SignerKey::from_seed("witness.example/auditor", KeyKind::Cosignature, &seed(0x20)).unwrap()
}

#[test]
fn the_cosigned_checkpoint_of_the_vectors_is_reproduced() {
    let root = tree_root(&reference_tree(), 8).unwrap();
    let checkpoint = Checkpoint::new("ledger.example/complaints", 8, root).unwrap();
    let mut note = checkpoint.signed_by(&log_key());
    let cosignature = witness_key().sign(note.text(), 1_750_000_000);
    note.add(cosignature);
    assert_eq!(note.to_string(), COSIGNED_CHECKPOINT);
    if let Some(vectors) = vectors() {
        assert_eq!(note.to_string(), vectors["B_note"]["cosigned_checkpoint"].as_str().unwrap());
        assert_eq!(log_key().verifier().to_string(), vectors["B_note"]["log_vkey"]);
        assert_eq!(witness_key().verifier().to_string(), vectors["B_note"]["witness_vkey"]);
    }
}

#[test]
fn a_checkpoint_is_read_with_its_cosignatures() {
    let note = SignedNote::parse(COSIGNED_CHECKPOINT.as_bytes()).unwrap();
    let checkpoint = Checkpoint::open(&note, log_key().verifier()).unwrap();
    assert_eq!(checkpoint.origin(), "ledger.example/complaints");
    assert_eq!(checkpoint.size(), 8);
    assert_eq!(checkpoint.root(), tree_root(&reference_tree(), 8).unwrap());
    assert_eq!(checkpoint.to_string(), note.text());
    let witnesses = [witness_key().verifier().clone()];
    let found = cosignatures(&note, &witnesses).unwrap();
    assert_eq!(found, [Verified { key: &witnesses[0], time: Some(1_750_000_000) }]);
    let log_alone = [log_key().verifier().clone()];
    assert_eq!(cosignatures(&note, &log_alone), Err(VerifyNoteError::Unverified));
}

#[test]
fn a_checkpoint_of_another_log_is_refused() {
    let note = SignedNote::parse(COSIGNED_CHECKPOINT.as_bytes()).unwrap();
    let other = SignerKey::from_seed("other.example", KeyKind::Note, &seed(0)).unwrap();
    let error = Checkpoint::open(&note, other.verifier()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1: expected the origin `other.example`, found `ledger.example/complaints`"
    );
    let same_name =
        SignerKey::from_seed("ledger.example/complaints", KeyKind::Note, &seed(1)).unwrap();
    let error = Checkpoint::open(&note, same_name.verifier()).unwrap_err();
    assert_eq!(error, OpenCheckpointError::Signature(VerifyNoteError::Unverified));
}

#[test]
fn the_same_text_at_another_time_is_another_cosignature() {
    let witness = witness_key();
    let text = "ledger\n8\nroot\n";
    assert_ne!(witness.sign(text, 1), witness.sign(text, 2));
    // The key that cosigns does not sign a plain note: same seed, other kind, other id.
    let plain =
        SignerKey::from_seed("witness.example/auditor", KeyKind::Note, &seed(0x20)).unwrap();
    assert_ne!(plain.verifier().id(), witness.verifier().id());
}

#[test]
fn what_is_not_a_checkpoint_is_refused_and_the_line_is_named() {
    use ParseCheckpointError as E;
    let root = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=";
    let parse = |text: &str| Checkpoint::parse(text).map(|checkpoint| checkpoint.size());
    assert_eq!(parse(&format!("log\n8\n{root}\n")), Ok(8));
    let the_origin = "the origin of the log";
    assert_eq!(parse(""), Err(E::CutShort { line: 1, expected: the_origin }));
    assert_eq!(parse("\n8\n"), Err(E::EmptyLine { line: 1, expected: the_origin }));
    assert_eq!(parse("log\n"), Err(E::CutShort { line: 2, expected: "the size" }));
    assert_eq!(parse("log\n8\n"), Err(E::CutShort { line: 3, expected: "the root" }));
    let unfinished = format!("log\n8\n{root}");
    assert_eq!(parse(&unfinished), Err(E::CutShort { line: 3, expected: "the root" }));
    for size in ["08", "+8", "-8", " 8", "8 ", "eight", "0x8", "9223372036854775808", "٨"] {
        assert_eq!(parse(&format!("log\n{size}\n{root}\n")), Err(E::Size), "{size}");
    }
    assert_eq!(parse(&format!("log\n9223372036854775807\n{root}\n")), Ok((1 << 63) - 1));
    for bad in
        ["XcnaeacG", &root.replace('=', ""), &root.replace("yg=", "yh="), &format!("{root} ")]
    {
        assert_eq!(parse(&format!("log\n8\n{bad}\n")), Err(E::Root), "{bad}");
    }
    assert_eq!(parse(&format!("log\n0\n{root}\n")), Err(E::EmptyRoot));
    let empty_line = E::EmptyLine { line: 4, expected: "an extension" };
    assert_eq!(parse(&format!("log\n8\n{root}\n\nmore\n")), Err(empty_line));
    assert_eq!(parse(&format!("log\n8\n{root}\na\tb\n")), Err(E::ControlCharacter { line: 4 }));
}

#[test]
fn extensions_are_kept_as_they_are() {
    let text = "log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\none\ntwo\n";
    let checkpoint = Checkpoint::parse(text).unwrap();
    assert_eq!(checkpoint.extensions(), ["one", "two"]);
    assert_eq!(checkpoint.to_string(), text);
}

#[test]
fn an_origin_is_one_printable_line() {
    for origin in ["", "a\nb", "a\tb"] {
        assert!(Checkpoint::new(origin, 1, empty_root()).is_err(), "{origin:?}");
    }
    assert!(Checkpoint::new("log", 1 << 63, empty_root()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    // Who demands the log's signature and the witness's has no line that may be ignored.
    #[test]
    fn no_changed_checkpoint_is_accepted_by_who_demands_both_signatures(
        at: usize, xor in 1_u8..=255, how in 0_u8..6, other: usize,
    ) {
        let (log, witness) = (log_key().verifier().clone(), [witness_key().verifier().clone()]);
        let mut bytes = COSIGNED_CHECKPOINT.as_bytes().to_vec();
        let (at, other) = (at % bytes.len(), other % bytes.len());
        match how {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, xor),
            2 => bytes.swap(at, other),
            3 => bytes.truncate(at),
            _ => bytes[at] ^= xor,
        }
        if bytes == COSIGNED_CHECKPOINT.as_bytes() {
            return Ok(());
        }
        if let Ok(note) = SignedNote::parse(&bytes) {
            let opened = Checkpoint::open(&note, &log).is_ok();
            prop_assert!(!(opened && cosignatures(&note, &witness).is_ok()));
        }
    }
}

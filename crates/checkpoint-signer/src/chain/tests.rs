use merkle_log::{Checkpoint, Hash, KeyKind, SignedNote, SignerKey};

use super::{ChainError, KeyChain, OpenError};
use crate::rotation::{Rotation, RotationError};

const ORIGIN: &str = "ledger.example/complaints";

fn key(seed: u8) -> SignerKey {
    SignerKey::from_seed(ORIGIN, KeyKind::Note, &[seed; 32]).unwrap()
}

fn rotation(old: u8, new: u8) -> Rotation {
    Rotation::sign(&key(old), &key(new), 8, Hash([7; 32])).unwrap()
}

fn signed(by: u8, size: u64) -> SignedNote {
    Checkpoint::new(ORIGIN, size, Hash([9; 32])).unwrap().signed_by(&key(by))
}

#[test]
fn who_trusts_the_first_key_comes_to_trust_those_after_it() {
    let mut chain = KeyChain::new(key(1).verifier().clone());
    chain.follow(10, &rotation(1, 2)).unwrap();
    chain.follow(20, &rotation(2, 3)).unwrap();
    assert_eq!(chain.current(), key(3).verifier());
    for (by, size) in [(1, 10), (2, 11), (2, 20), (3, 21), (3, 1_000)] {
        assert!(chain.open(&signed(by, size)).is_ok(), "key {by} at size {size}");
    }
}

#[test]
fn a_key_that_was_stolen_after_it_was_retired_signs_nothing_new() {
    let mut chain = KeyChain::new(key(1).verifier().clone());
    chain.follow(10, &rotation(1, 2)).unwrap();
    let forged = chain.open(&signed(1, 11));
    assert!(matches!(forged, Err(OpenError::NotByHolder { .. })), "{forged:?}");
    assert!(chain.open(&signed(2, 10)).is_err(), "nor does the new key sign the past");
}

#[test]
fn who_came_later_trusts_a_later_key_and_needs_none_before_it() {
    let mut chain = KeyChain::new(key(2).verifier().clone());
    chain.follow(5, &rotation(8, 1)).unwrap();
    chain.follow(10, &rotation(1, 2)).unwrap();
    chain.follow(20, &rotation(2, 3)).unwrap();
    assert!(chain.open(&signed(2, 11)).is_ok());
    assert!(chain.open(&signed(3, 21)).is_ok());
    let before = chain.open(&signed(1, 9));
    assert!(matches!(before, Err(OpenError::BeforeTrust { from: 11, size: 9 })), "{before:?}");
}

#[test]
fn a_key_that_does_not_hold_hands_nothing_over() {
    let mut chain = KeyChain::new(key(1).verifier().clone());
    chain.follow(10, &rotation(1, 2)).unwrap();
    let again = chain.follow(20, &rotation(1, 3));
    assert!(matches!(again, Err(ChainError::NotTheHoldingKey { .. })), "{again:?}");
}

#[test]
fn a_rotation_needs_both_signatures_over_the_whole_statement() {
    let whole = rotation(1, 2);
    assert_eq!(whole.verify(), Ok(()));
    let mut changed = vec![
        Rotation { last_size: 9, ..whole.clone() },
        Rotation { last_root: Hash([8; 32]), ..whole.clone() },
        Rotation { new: key(3).verifier().clone(), ..whole.clone() },
        Rotation { old: key(3).verifier().clone(), ..whole.clone() },
    ];
    let by_new_only = Rotation { old_signature: whole.new_signature.clone(), ..whole.clone() };
    assert!(matches!(by_new_only.verify(), Err(RotationError::NotSigned { .. })));
    let by_old_only = Rotation { new_signature: whole.old_signature.clone(), ..whole.clone() };
    assert!(matches!(by_old_only.verify(), Err(RotationError::NotSigned { .. })));
    changed.extend([by_new_only, by_old_only]);
    changed.push(Rotation { old_signature: "— x y".to_owned(), ..whole });
    for rotation in changed {
        assert!(rotation.verify().is_err(), "{rotation:?}");
        let mut chain = KeyChain::new(key(1).verifier().clone());
        assert!(chain.follow(10, &rotation).is_err());
        assert_eq!(chain.current(), key(1).verifier());
    }
}

#[test]
fn keys_of_two_logs_do_not_hand_over_to_each_other() {
    let other = SignerKey::from_seed("other.example", KeyKind::Note, &[2; 32]).unwrap();
    let refused = Rotation::sign(&key(1), &other, 8, Hash([7; 32]));
    assert!(matches!(refused, Err(RotationError::OtherLog { .. })));
    let theirs = SignerKey::from_seed("other.example", KeyKind::Note, &[3; 32]).unwrap();
    let theirs = Rotation::sign(&other, &theirs, 8, Hash([7; 32])).unwrap();
    let mut chain = KeyChain::new(key(1).verifier().clone());
    assert!(matches!(chain.follow(10, &theirs), Err(ChainError::OtherLog { .. })));
}

/// Neither signature can be put under a checkpoint.
#[test]
fn the_statement_of_a_rotation_is_no_checkpoint() {
    let text = super::super::rotation::statement_for_tests(&rotation(1, 2));
    assert!(Checkpoint::parse(&text).is_err(), "{text}");
}

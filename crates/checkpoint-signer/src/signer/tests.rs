use std::{fs, path::Path};

use merkle_log::{
    Checkpoint, KeyKind, MemoryTree, SignerKey, leaf_hash, tree::NoSuchNode, tree_root,
};
use proptest::prelude::*;

use super::{CheckpointSigner, SignError};
use crate::register::RegisterError;

const ORIGIN: &str = "ledger.example/complaints";

fn key(seed: u8) -> SignerKey {
    SignerKey::from_seed(ORIGIN, KeyKind::Note, &[seed; 32]).unwrap()
}

/// A log of so many records; those from `other` on are not the ordinary ones.
fn log(size: u64, other: u64) -> MemoryTree {
    let entry = |i: u64| if i < other { i.to_be_bytes() } else { (!i).to_be_bytes() };
    (0..size).map(|i| leaf_hash(&entry(i))).collect()
}

fn created(dir: &Path) -> CheckpointSigner {
    CheckpointSigner::create::<NoSuchNode>(key(1), &dir.join("register")).unwrap()
}

#[test]
fn a_log_that_only_grows_is_signed_again_and_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut signer = created(dir.path());
    for size in [0, 1, 1, 7, 8, 300] {
        let note = signer.sign(&log(size, size), size).unwrap();
        let checkpoint = Checkpoint::open(&note, signer.verifier()).unwrap();
        assert_eq!(checkpoint.size(), size);
        assert_eq!(checkpoint.root(), tree_root(&log(size, size), size).unwrap());
    }
    drop(signer);
    let mut signer = CheckpointSigner::open(key(1), &dir.path().join("register")).unwrap();
    assert_eq!(signer.register().checkpoint().size(), 300, "remembered by the next process");
    signer.sign(&log(301, 301), 301).unwrap();
}

#[test]
fn a_shorter_log_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut signer = created(dir.path());
    signer.sign(&log(9, 9), 9).unwrap();
    let refused = signer.sign(&log(8, 8), 8);
    assert!(matches!(refused, Err(SignError::Shorter { signed: 9, found: 8 })), "{refused:?}");
}

#[test]
fn another_root_at_the_same_size_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut signer = created(dir.path());
    signer.sign(&log(9, 9), 9).unwrap();
    let refused = signer.sign(&log(9, 3), 9);
    assert!(matches!(refused, Err(SignError::OtherRoot { size: 9, .. })), "{refused:?}");
}

proptest! {
    /// Whatever was changed below the signed size, wherever the log has grown to since.
    #[test]
    fn a_log_that_grew_from_another_history_is_refused(
        signed in 1_u64..300,
        grown in 1_u64..300,
        changed in any::<prop::sample::Index>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut signer = created(dir.path());
        signer.sign(&log(signed, signed), signed).unwrap();
        let other = u64::try_from(changed.index(usize::try_from(signed).unwrap())).unwrap();
        let size = signed + grown;
        let refused = signer.sign(&log(size, other), size);
        prop_assert!(matches!(refused, Err(SignError::DoesNotExtend { .. })), "{refused:?}");
        prop_assert_eq!(signer.register().checkpoint().size(), signed);
        prop_assert!(signer.sign(&log(size, size), size).is_ok(), "the true log goes on");
    }
}

/// The register is written before the signature leaves: what cannot be written down is not signed.
#[test]
fn without_a_writable_register_no_signature_leaves() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("outside");
    fs::create_dir(&place).unwrap();
    let mut signer = created(&place);
    fs::remove_dir_all(&place).unwrap();
    let refused = signer.sign(&log(5, 5), 5);
    assert!(matches!(refused, Err(SignError::Register(RegisterError::Io { .. }))), "{refused:?}");
}

#[test]
fn nobody_signs_without_a_register_with_anothers_or_beside_another_process() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("register");
    let missing = CheckpointSigner::open(key(1), &path);
    assert!(matches!(missing, Err(RegisterError::Missing { .. })), "{missing:?}");
    let held = created(dir.path());
    let in_use = CheckpointSigner::open(key(1), &path);
    assert!(matches!(in_use, Err(RegisterError::InUse { .. })), "{in_use:?}");
    let again = CheckpointSigner::create::<NoSuchNode>(key(1), &path);
    assert!(matches!(again, Err(SignError::Register(RegisterError::AlreadyThere { .. }))));
    drop(held);
    let other = SignerKey::from_seed("other.example", KeyKind::Note, &[1; 32]).unwrap();
    let other = CheckpointSigner::open(other, &path);
    assert!(matches!(other, Err(RegisterError::OtherLog { .. })), "{other:?}");
}

#[test]
fn a_damaged_register_is_refused_whichever_byte_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("register");
    drop(created(dir.path()));
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let opened = CheckpointSigner::open(key(1), &path);
        assert!(matches!(opened, Err(RegisterError::Damaged { .. })), "byte {at}: {opened:?}");
    }
}

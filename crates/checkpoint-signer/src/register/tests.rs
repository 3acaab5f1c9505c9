use std::{fs, path::Path};

use merkle_log::{Checkpoint, KeyKind, SignedNote, SignerKey, empty_root, note::SIGNATURES_MAX};

use super::{BYTES_MAX, Register, RegisterError};

const ORIGIN: &str = "ledger.example/complaints";

/// The empty tree's checkpoint with so many signatures, all by different keys.
fn signed_by(signers: usize, extension: &str) -> SignedNote {
    let checkpoint = Checkpoint::new(ORIGIN, 0, empty_root()).unwrap();
    let mut note = SignedNote::new(format!("{checkpoint}{extension}")).unwrap();
    for signer in 0..signers {
        let seed = [u8::try_from(signer).unwrap(); 32];
        let key = SignerKey::from_seed(ORIGIN, KeyKind::Note, &seed).unwrap();
        note.add(key.sign(note.text(), 0));
    }
    note
}

/// One line more in the checkpoint, of so many bytes.
fn line(bytes: u64) -> String {
    format!("{}\n", "x".repeat(usize::try_from(bytes - 1).unwrap()))
}

/// Notes that a register could not be read again with: one signature too many, and one byte too many.
fn unreadable() -> [SignedNote; 2] {
    let most = BYTES_MAX - length_with("");
    [signed_by(SIGNATURES_MAX + 1, ""), signed_by(1, &line(most + 1))]
}

fn length_with(extension: &str) -> u64 {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("register");
    Register::create(&path, signed_by(1, extension)).unwrap();
    fs::metadata(path).unwrap().len()
}

#[track_caller]
fn assert_says_why(refused: &RegisterError, path: &Path) {
    let said = refused.to_string();
    assert!(said.contains(&path.display().to_string()), "{said}");
    assert!(said.contains("expected") && said.contains("found"), "{said}");
}

#[test]
fn a_register_never_begins_with_what_it_could_not_read_again() {
    for note in unreadable() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("register");
        assert_says_why(&Register::create(&path, note).unwrap_err(), &path);
        assert!(!path.exists(), "nothing was written");
    }
}

#[test]
fn what_could_not_be_read_again_takes_nothings_place_in_a_register() {
    for note in unreadable() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("register");
        let mut register = Register::create(&path, signed_by(1, "")).unwrap();
        assert_says_why(&register.replace(note).unwrap_err(), &path);
        assert_eq!(register.note(), &signed_by(1, ""));
        drop(register);
        let again = Register::open(&path, ORIGIN).unwrap();
        assert_eq!(again.note(), &signed_by(1, ""), "as before, and readable");
    }
}

#[test]
fn the_longest_note_that_a_register_keeps_is_read_again() {
    let longest = line(BYTES_MAX - length_with(""));
    assert_eq!(length_with(&longest), BYTES_MAX);
    for note in [signed_by(SIGNATURES_MAX, ""), signed_by(1, &longest)] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("register");
        Register::create(&path, signed_by(1, "")).unwrap().replace(note.clone()).unwrap();
        assert_eq!(Register::open(&path, ORIGIN).unwrap().note(), &note);
    }
}

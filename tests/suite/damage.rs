//! One flipped byte, wherever it is stored, is found, and the first bad position named.

use std::{
    fs,
    path::{Path, PathBuf},
};

use redress_tests::binary::run_in;
use serde_json::Value;

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

fn copy(from: &Path, to: &Path) {
    let mut files = Vec::new();
    files_below(from, &mut files);
    for file in files {
        let place = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(&file, &place).unwrap();
    }
}

/// A ledger with some 900 records in a folder, and its stored records as they are printed.
fn ledger(folder: &Path) -> Vec<String> {
    run_in(folder, &["demo", "--complaints", "70", "--data", "ledger"]).done();
    let replayed = run_in(folder, &["replay", "--data", "ledger"]).done();
    replayed.stdout.lines().map(str::to_owned).collect()
}

/// Turns one byte of a file over.
fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 0x20;
    fs::write(file, bytes).unwrap();
}

/// Verifies a copy of the ledger with one byte turned over. Either it is found, and named; or it
/// was mended on opening from another copy, and the records are those that were written.
#[track_caller]
fn assert_found_or_mended(folder: &Path, file: &str, at: usize, records: &[String]) {
    let work = tempfile::tempdir().unwrap();
    copy(&folder.join("ledger"), &work.path().join("ledger"));
    flip(&work.path().join("ledger").join(file), at);
    let verified = run_in(work.path(), &["--json", "verify", "--data", "ledger"]);
    assert!(!verified.stderr.contains("panicked"), "{file} byte {at}: {}", verified.stderr);
    match verified.code {
        Some(1) => {
            let said = format!("{}{}", verified.stdout, verified.stderr);
            assert!(
                ["position", "head", "ledger.json"].iter().any(|word| said.contains(word)),
                "{file} byte {at}: does not say where: {said}"
            );
        }
        Some(0) => {
            let replayed = run_in(work.path(), &["replay", "--data", "ledger"]).done();
            let now: Vec<_> = replayed.stdout.lines().map(str::to_owned).collect();
            assert!(now == records, "{file} byte {at}: verify says whole, and the records differ");
        }
        other => panic!("{file} byte {at}: exit code {other:?}, {}", verified.stderr),
    }
}

#[test]
fn a_flipped_byte_in_any_stored_file_is_found_or_was_mended_from_another_copy() {
    let folder = tempfile::tempdir().unwrap();
    let records = ledger(folder.path());
    let data = folder.path().join("ledger");
    let mut files = Vec::new();
    let artifacts = ["head", "journal", "store", "tiles"].map(|artifact| data.join(artifact));
    // A small ledger may have no index files yet.
    let index = Some(data.join("index")).filter(|index| index.is_dir());
    for place in artifacts.into_iter().chain(index) {
        if place.is_dir() { files_below(&place, &mut files) } else { files.push(place) }
    }
    let mut tried = 0;
    for file in files {
        let name = file.strip_prefix(&data).unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&file).unwrap();
        // Bytes that hold something, spread over the file; the crate's own tests try every one.
        let full: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        for at in full.iter().step_by(full.len() / 6 + 1) {
            assert_found_or_mended(folder.path(), &name, *at, &records);
            tried += 1;
        }
    }
    assert!(tried >= 20, "only {tried} bytes were tried");
}

/// The only copy of a record that is not yet sealed lies in the journal: nothing can mend it.
#[test]
fn a_flipped_byte_in_the_only_copy_of_a_record_names_its_position() {
    let folder = tempfile::tempdir().unwrap();
    let records = ledger(folder.path());
    let data = folder.path().join("ledger");
    // The third record from the end, found by its own id.
    let wanted = records.len() - 3;
    let id = serde_json::from_str::<Value>(&records[wanted]).unwrap()["id"].to_string();
    let mut files = Vec::new();
    files_below(&data.join("journal"), &mut files);
    let (file, at) = files
        .iter()
        .find_map(|file| {
            let bytes = fs::read(file).unwrap();
            let at = bytes.windows(id.len()).position(|window| window == id.as_bytes())?;
            Some((file.clone(), at))
        })
        .expect("the tail lies in the journal as it was written");
    flip(&file, at + 3);
    let verified = run_in(folder.path(), &["verify", "--data", "ledger"]).refused(1);
    let said = format!("{}{}", verified.stdout, verified.stderr);
    let number = said
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|word| word.parse::<usize>().ok())
        .find(|number| (wanted.saturating_sub(64)..=wanted).contains(number));
    assert!(number.is_some(), "expected a position at or just before {wanted}: {said}");
}

#[test]
fn a_changed_sealed_field_is_found_by_verifying_the_vault() {
    let folder = tempfile::tempdir().unwrap();
    ledger(folder.path());
    let mut files = Vec::new();
    files_below(&folder.path().join("ledger/vault"), &mut files);
    run_in(folder.path(), &["verify", "--data", "ledger", "--vault"]).done();
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let at = bytes.iter().enumerate().skip(4096 + 60).find(|(_, b)| **b != 0);
        let Some((at, _)) = at else { continue };
        flip(&file, at);
        let verified = run_in(folder.path(), &["verify", "--data", "ledger", "--vault"]).refused(1);
        assert!(verified.stderr.contains("position"), "{}", verified.stderr);
        flip(&file, at);
    }
    run_in(folder.path(), &["verify", "--data", "ledger", "--vault"]).done();
}

//! `redress bench` measures what it says, with few events, and leaves nothing behind.
//!
//! How fast anything is does not matter here: figures depend on the machine, and no test waits for one.

use std::fs;

use redress_tests::binary::run_in;
use serde_json::Value;

/// One thing, and what it is held against.
type Compared = (&'static str, &'static str);

/// What each command holds against what; the ratios that docs/performance.md quotes.
const COMPARED: &[(&str, &[&str], &[Compared])] = &[
    (
        "append",
        &["--clients", "8"],
        &[
            ("the log, one event each, 1 client", "bare pre-filled file, fdatasync each, 1 client"),
            (
                "the log, version checked, 8 clients",
                "bare pre-filled file, group commit, 8 clients",
            ),
            ("the log, version checked, 8 clients", "SQLite, WAL, synchronous FULL, a row each"),
            (
                "through the service, a field sealed, 8 clients",
                "the log, version checked, 8 clients",
            ),
        ],
    ),
    (
        "replay",
        &[],
        &[
            ("replay --format jsonl into a pipe", "decompressing the same bytes alone"),
            ("replay --format jsonl into a pipe", "reading the same files alone"),
            ("replay into domain events", "serde_json decoding alone"),
        ],
    ),
    (
        "verify",
        &[],
        &[
            ("verify, all leaf hashes and the root", "sha256 over the same bytes alone"),
            ("verify, all leaf hashes and the root", "reading the same files alone"),
        ],
    ),
    (
        "project",
        &[],
        &[
            ("making the read model `casework`", "SQLite, a row for each event, in pages"),
            ("making the read model `audit`", "serde_json decoding alone"),
        ],
    ),
];

fn ratio<'a>(sheet: &'a Value, of: &str, to: &str) -> &'a Value {
    let ratios = sheet["ratios"].as_array().expect("ratios");
    let found = ratios.iter().find(|ratio| ratio["of"] == of && ratio["to"] == to);
    &found.unwrap_or_else(|| panic!("{of} : {to} is not in {sheet:#}"))["spread"]
}

#[test]
fn every_figure_stands_beside_its_baseline_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    for (command, more, compared) in COMPARED {
        let mut words = vec!["bench", command, "--events", "600", "--rounds", "2", "--json"];
        words.extend(["--data", "measured"]);
        words.extend(*more);
        let ran = run_in(folder.path(), &words).done();
        let sheet: Value = serde_json::from_str(&ran.stdout).expect("one JSON value");
        assert_eq!(sheet["command"], *command);
        assert_eq!(sheet["rounds"], 2);
        assert!(sheet["events"].as_u64().unwrap() >= 600, "{sheet:#}");
        assert!(sheet["machine"]["cores"].as_u64().unwrap() >= 1);
        for row in sheet["rows"].as_array().unwrap() {
            let rates = row["events_per_second"].as_array().unwrap();
            assert_eq!(rates.len() % 2, 0, "{row:#}");
            assert!(rates.iter().all(|rate| rate.as_f64().unwrap() > 0.0), "{row:#}");
        }
        for (of, to) in *compared {
            let spread = ratio(&sheet, of, to);
            let [least, median, most] =
                ["least", "median", "most"].map(|value| spread[value].as_f64().unwrap());
            assert!(0.0 < least && least <= median && median <= most, "{spread}");
        }
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "bench {command} left {left:?}");
    }
}

#[test]
fn people_get_a_table_that_says_what_machine_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["bench", "verify", "--events", "300", "--rounds", "1"];
    let ran = run_in(folder.path(), &words).done();
    for said in ["cores", "sha256 over the same bytes alone", "median", "0.7"] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
}

#[test]
fn a_ledger_that_is_in_use_is_not_measured_in() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["init", "--data", "mine", "--origin", "ledger.example/mine"]).done();
    let ran = run_in(folder.path(), &["bench", "replay", "--data", "mine"]).refused(1);
    assert!(ran.stderr.contains("expected nothing at mine"), "{}", ran.stderr);
    run_in(folder.path(), &["verify", "--data", "mine"]).done();
}

//! What an import leaves behind, and how it ends.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::redress;

const HEADER: &str =
    "Complaint ID,Product,Submitted via,Date received,Company,Company response to consumer\n";

/// A new ledger, and a file beside it.
fn beside_a_ledger(rows: &str) -> (TempDir, String, String) {
    let home = TempDir::new().unwrap();
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let (data, file) = (path("ledger"), path("file.csv"));
    redress(&["init", "--data", &data, "--origin", "ledger.example/imports"]).done();
    fs::write(&file, format!("{HEADER}{rows}")).unwrap();
    (home, data, file)
}

const GOOD: &str = "1,Mortgage,Web,2014-11-13,Bank,Closed\n";
const BAD: &str = "2,Mortgage,Web,13.11.2014,Bank,Closed\n";

#[test]
fn an_import_that_rejects_every_row_is_refused_and_says_where_it_tells_why() {
    let (_home, data, file) = beside_a_ledger(BAD);
    let rejects = format!("{file}.rejects.csv");
    let ran = redress(&["import", "cfpb", &file, "--data", &data]);
    let out = ran.refused(&["found that all 1 are rejected", "next: ", &rejects]);
    assert!(out.contains(&format!("1 rejected: {rejects}")), "{out}");
    let ran = redress(&["--json", "import", "cfpb", &file, "--data", &data]);
    let out = ran.refused(&["found that all 1 are rejected"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["imported"], &report["rejected"]), (&0.into(), &1.into()));
}

#[test]
fn an_import_that_takes_in_one_row_is_done_and_one_without_rejects_leaves_no_file() {
    let (_home, data, file) = beside_a_ledger(&format!("{GOOD}{BAD}"));
    let rejects = format!("{file}.rejects.csv");
    redress(&["import", "cfpb", &file, "--data", &data]).done();
    assert!(fs::exists(&rejects).unwrap());
    fs::write(&file, format!("{HEADER}{GOOD}")).unwrap();
    let out = redress(&["import", "cfpb", &file, "--data", &data]).done();
    assert!(out.contains("0 rejected\n"), "{out}");
    assert!(!fs::exists(&rejects).unwrap());
    fs::write(&file, HEADER).unwrap();
    redress(&["import", "cfpb", &file, "--data", &data]).done();
}

#[test]
fn a_dry_run_leaves_no_file_that_was_not_asked_for_but_tells_of_the_first_rejects() {
    let (home, data, file) = beside_a_ledger(&format!("{GOOD}{BAD}"));
    let dry = ["import", "cfpb", &file, "--data", &data, "--dry-run"];
    let ran = redress(&dry);
    assert!(ran.err.contains("line 3, column `Date received`: bad-date"), "{}", ran.err);
    ran.done();
    assert!(!fs::exists(format!("{file}.rejects.csv")).unwrap());
    let asked = home.path().join("asked.csv");
    redress(&[&dry[..], &["--rejects", asked.to_str().unwrap()]].concat()).done();
    assert!(fs::read_to_string(&asked).unwrap().contains("bad-date"));
}

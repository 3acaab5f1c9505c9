//! Real complaints in, and the same figures out as somebody else counts.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use redress_tests::binary::{root, run_in, say_not_run, shared};
use serde_json::Value;

const CFPB: &str = "data/cfpb-complaints-2013-2014.csv";

fn init(folder: &Path) {
    run_in(folder, &["init", "--data", "ledger", "--origin", "ledger.example/import"]).done();
}

fn import(folder: &Path, file: &str) -> Value {
    let arguments =
        ["--json", "import", "cfpb", file, "--data", "ledger", "--rejects", "rejects.csv"];
    run_in(folder, &arguments).done().json()
}

fn count(report: &Value, key: &str) -> u64 {
    report[key].as_u64().unwrap_or_else(|| panic!("no count `{key}` in {report}"))
}

fn records(folder: &Path) -> usize {
    run_in(folder, &["replay", "--data", "ledger"]).done().stdout.lines().count()
}

/// Table id → (total, cell → count), as published.
fn tables(json: &Value) -> BTreeMap<String, Value> {
    json["tables"]
        .as_array()
        .expect("tables")
        .iter()
        .map(|table| (table["id"].as_str().expect("an id").to_owned(), table.clone()))
        .collect()
}

/// Value → count of one table, whatever else the rows carry. Of what nobody complained about, and of a
/// month of which the file tells nothing, one has a row and the other has none.
fn cells(table: &Value) -> BTreeMap<(String, String), u64> {
    let rows = table["rows"].as_array().expect("rows").iter();
    let counts = rows.map(|row| {
        let code = row["code"].as_str().unwrap_or_default();
        // Of a month that the file tells a part of, the report names the days: `2014-10-10..2014-10-31`.
        let month = code.split_once("..").and_then(|(first, _)| first.get(..7));
        let name = (row["kind"].to_string(), month.unwrap_or(code).to_owned());
        (name, row["count"].as_u64().expect("a count"))
    });
    counts.filter(|(_, count)| *count > 0).collect()
}

#[test]
fn all_rows_are_accounted_for_and_the_figures_are_those_of_an_independent_count() {
    let Some(csv) = shared(CFPB) else {
        say_not_run("real complaints", &format!("{CFPB} is not beside this checkout"));
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let csv = csv.canonicalize().unwrap();
    let csv = csv.to_str().unwrap();
    init(folder.path());
    let first = import(folder.path(), csv);
    assert_eq!(count(&first, "rows"), 8_340);
    assert_eq!(count(&first, "imported") + count(&first, "rejected"), 8_340);
    let rejects = fs::read_to_string(folder.path().join("rejects.csv")).unwrap();
    let rejected = usize::try_from(count(&first, "rejected")).unwrap();
    assert_eq!(rejects.lines().count(), 1 + rejected, "{rejects}");

    let before = records(folder.path());
    let again = import(folder.path(), csv);
    assert_eq!(count(&again, "added"), 0, "{again}");
    assert_eq!(count(&again, "imported"), count(&first, "imported"));
    assert_eq!(records(folder.path()), before, "importing again adds nothing");

    let arguments = [
        "report",
        "transparency",
        "--data",
        "ledger",
        "--period",
        "2014",
        "--out",
        "out",
        "--min-cell",
        "1",
    ];
    run_in(folder.path(), &arguments).done();
    let ours = fs::read(folder.path().join("out/report.json")).unwrap();
    let ours = tables(&serde_json::from_slice(&ours).unwrap());
    let counted = Command::new("python3")
        .arg(root().join("tests/count_cfpb.py"))
        .args([csv, "--from", "2014-01-01", "--to", "2014-12-31"])
        .output()
        .expect("python3 runs");
    assert!(counted.status.success(), "{}", String::from_utf8_lossy(&counted.stderr));
    let theirs = tables(&serde_json::from_slice(&counted.stdout).unwrap());
    for wanted in [
        "received-by-product",
        "platform-response",
        "received-by-channel",
        "platform-timely",
        "disputed",
        "received-by-month",
    ] {
        let (ours, theirs) = (&ours[wanted], &theirs[wanted]);
        assert_eq!(ours["total"], theirs["total"], "{wanted}");
        assert_eq!(cells(ours), cells(theirs), "{wanted}");
        assert!(!cells(theirs).is_empty(), "{wanted} is empty");
    }
}

/// A file of the generation with narratives, with rows damaged by hand in every way we know of.
fn damaged_file() -> Vec<u8> {
    let header = "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,\
        Company public response,Company,State,ZIP code,Tags,Submitted via,Date sent to company,\
        Company response to consumer,Timely response?,Complaint ID\n";
    let row = |id: u32, date: &str, narrative: &str, response: &str| {
        format!(
            "{date},Mortgage,,Settlement,,{narrative},,Example Bank,TX,75006,,Web,2014-11-14,{response},Yes,{id}\n"
        )
    };
    let good = |id| row(id, "2014-11-13", "\"Said \"\"no\"\",\nthen hung up.\"", "Closed");
    let mut file = header.as_bytes().to_vec();
    let mut add = |text: &str| file.extend_from_slice(text.as_bytes());
    add(&good(1));
    add(&row(2, "2014-13-45", "", "Closed")); // bad date
    add(&good(3));
    add("2014-11-13,Mortgage,,Settlement,,,,Example Bank,TX\n"); // missing columns
    add(&good(5));
    add(&row(6, "2014-11-13", "", "Closed with a smile")); // unknown response
    add(&good(7));
    add(&row(8, "2014-11-13", "Kumquat \"marmalade", "Closed")); // a stray quote
    add(&good(9));
    add(&row(10, "2014-11-13", "\"Persimmon jam", "Closed")); // opens and is not closed
    add(&good(11));
    add(&row(12, "2014-11-13", &"x".repeat(2_000_000), "Closed")); // 2 MB
    add(&good(13));
    file.extend_from_slice(b"2014-11-13,Mort\xff\xfegage,,Settlement,,,,Example Bank,TX,75006,,Web,2014-11-14,Closed,Yes,14\n");
    file.extend_from_slice(good(15).as_bytes());
    file
}

#[test]
fn damaged_rows_are_rejected_by_line_column_and_reason_and_the_rest_goes_in() {
    let folder = tempfile::tempdir().unwrap();
    init(folder.path());
    fs::write(folder.path().join("damaged.csv"), damaged_file()).unwrap();
    let report = import(folder.path(), "damaged.csv");
    let rejects = fs::read_to_string(folder.path().join("rejects.csv")).unwrap();
    assert_eq!(count(&report, "imported"), 8, "{report}\n{rejects}");
    assert_eq!(count(&report, "rejected"), 7, "{report}\n{rejects}");
    assert_eq!(count(&report, "rows"), 15);
    for word in ["Date received", "Company response", "UTF-8", "quote"] {
        assert!(rejects.contains(word), "no reject speaks of `{word}`:\n{rejects}");
    }
    assert!(!rejects.contains("Kumquat") && !rejects.contains("Persimmon"), "a narrative leaked");
    let header = rejects.lines().next().unwrap();
    assert!(header.contains("line") && header.contains("column") && header.contains("reason"));
    run_in(folder.path(), &["verify", "--data", "ledger"]).done();
}

#[test]
fn a_file_without_a_needed_column_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    init(folder.path());
    fs::write(folder.path().join("x.csv"), "Complaint ID,Product\n1,Mortgage\n").unwrap();
    let ran = run_in(folder.path(), &["import", "cfpb", "x.csv", "--data", "ledger"]).refused(1);
    assert!(ran.stderr.contains("Date received"), "{}", ran.stderr);
    assert_eq!(records(folder.path()), 0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    init(folder.path());
    fs::write(folder.path().join("damaged.csv"), damaged_file()).unwrap();
    let arguments = ["--json", "import", "cfpb", "damaged.csv", "--data", "ledger", "--dry-run"];
    let report = run_in(folder.path(), &arguments).done().json();
    assert_eq!(count(&report, "rejected"), 7);
    assert_eq!(records(folder.path()), 0);
}

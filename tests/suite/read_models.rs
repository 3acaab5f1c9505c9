//! Two times of every event, and read models that can be thrown away.

use std::{collections::BTreeMap, fs, path::Path};

use redress_tests::binary::run_in;
use serde_json::Value;

fn lines(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["replay", "--data", "ledger"];
    all.extend_from_slice(arguments);
    let replayed = run_in(folder, &all).done();
    replayed.stdout.lines().map(str::to_owned).collect()
}

fn time(line: &str, key: &str) -> String {
    serde_json::from_str::<Value>(line).unwrap()[key].as_str().unwrap().to_owned()
}

#[test]
fn as_of_and_known_at_differ_by_what_was_recorded_late() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["demo", "--complaints", "150", "--data", "ledger"]).done();
    let all = lines(folder.path(), &[]);
    // The moment at which something happened that was only recorded on a later day.
    let late = all.iter().find(|l| time(l, "occurred_at")[..10] < time(l, "recorded_at")[..10]);
    let moment = time(late.expect("the demo records some things late"), "occurred_at");
    let as_of = lines(folder.path(), &["--as-of", &moment]);
    let known_at = lines(folder.path(), &["--known-at", &moment]);
    // RFC 3339 in UTC sorts as text.
    let until =
        |key| all.iter().filter(|line| time(line, key) <= moment).cloned().collect::<Vec<_>>();
    assert_eq!(as_of, until("occurred_at"));
    assert_eq!(known_at, until("recorded_at"));
    let late = late.expect("found above");
    assert!(as_of.contains(late) && !known_at.contains(late), "it had happened, unknown to us");
    assert!(as_of.len() < all.len());
}

#[test]
fn a_range_of_positions_is_replayed_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["demo", "--complaints", "60", "--data", "ledger"]).done();
    let all = lines(folder.path(), &[]);
    assert_eq!(lines(folder.path(), &["--from", "250", "--to", "262"]), all[250..=262]);
    let stream = time(&all[300], "stream");
    let of_stream: Vec<_> = all.iter().filter(|l| time(l, "stream") == stream).cloned().collect();
    assert_eq!(lines(folder.path(), &["--stream", &stream]), of_stream);
}

fn digests(folder: &Path, arguments: &[&str]) -> BTreeMap<String, String> {
    let status = run_in(folder, arguments).done().json();
    let models = status.as_array().unwrap_or_else(|| panic!("no list in {status}"));
    let digest = |model: &Value| {
        (model["name"].as_str().unwrap().to_owned(), model["digest"].as_str().unwrap().to_owned())
    };
    models.iter().map(digest).collect()
}

#[test]
fn read_models_thrown_away_come_back_with_the_same_digests() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["demo", "--complaints", "120", "--data", "ledger"]).done();
    let rebuild = ["--json", "projections", "rebuild", "--data", "ledger"];
    let live = digests(folder.path(), &rebuild);
    assert_eq!(live.len(), 3, "{live:?}");
    assert_eq!(digests(folder.path(), &rebuild), live, "rebuilt beside the live ones");
    fs::remove_dir_all(folder.path().join("ledger/read-models")).unwrap();
    assert_eq!(digests(folder.path(), &rebuild), live, "rebuilt from nothing");
}

#[test]
fn the_same_ledger_gives_the_same_report_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["demo", "--complaints", "200", "--data", "ledger"]).done();
    let report = |out: &str, locale: &str| {
        let arguments = [
            "report",
            "transparency",
            "--data",
            "ledger",
            "--period",
            "2025-Q2",
            "--out",
            out,
            "--locale",
            locale,
        ];
        run_in(folder.path(), &arguments).done();
        fs::read(folder.path().join(out).join(format!("report.{locale}.html"))).unwrap()
    };
    let first = report("a", "en");
    fs::remove_dir_all(folder.path().join("ledger/read-models")).unwrap();
    assert!(first == report("b", "en"), "after a rebuild");
    assert_eq!(
        fs::read(folder.path().join("a/report.json")).unwrap(),
        fs::read(folder.path().join("b/report.json")).unwrap()
    );
    let chinese = String::from_utf8(report("c", "zh")).unwrap();
    assert!(chinese.contains("lang=\"zh"), "the Chinese page says so");
    for page in [&String::from_utf8(first).unwrap(), &chinese] {
        assert!(!page.contains("<script") && !page.contains("src=\"http"), "self-contained");
        assert!(page.contains("<svg"), "charts");
        assert!(page.contains("<table"), "the tables under them");
    }
}

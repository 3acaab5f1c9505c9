//! How much business there was, and complaints in proportion to it.

use std::{fs, path::Path};

use redress_tests::binary::{Ran, run_in};
use serde_json::{Value, json};

fn send(folder: &Path, words: &[&str], at: &str, body: &Value) -> Ran {
    let path = folder.join("body.json");
    fs::write(&path, body.to_string()).unwrap();
    let mut all = words.to_vec();
    all.extend(["--data", "ledger", "--occurred-at", at, "--body", "body.json"]);
    run_in(folder, &all)
}

fn volume(folder: &Path, verb: &str, body: &Value) -> Ran {
    let words = ["volume", verb, "--as", "carol", "--role", "compliance-officer"];
    send(folder, &words, "2025-07-02T09:00:00Z", body)
}

fn receive(folder: &Path, product: &str, at: &str) {
    let matter = json!({"taxonomy": "house-1", "product": product, "issue": "Fee"});
    let body = json!({"channel": "web", "source": {"kind": "direct"}, "matter": matter,
                      "personal": {"narrative": "a fee nobody had told me of"}});
    let words = ["complaint", "register", "--as", "portal", "--role", "complainant"];
    send(folder, &words, at, &body).done();
}

/// The rates of a report, and the folder that it was written to.
fn report(folder: &Path, period: &str, locale: &str, more: &[&str]) -> Value {
    let mut words = vec!["report", "transparency", "--data", "ledger", "--period", period];
    words.extend(["--out", period, "--locale", locale]);
    words.extend_from_slice(more);
    run_in(folder, &words).done();
    let text = fs::read(folder.join(period).join("report.json")).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap()["volumes"]["rates"].clone()
}

fn of<'a>(rates: &'a Value, product: &str) -> &'a Value {
    let mut all = rates.as_array().unwrap().iter();
    all.find(|rate| rate["product"] == product).unwrap_or_else(|| panic!("{product} in {rates}"))
}

#[test]
fn a_recorded_volume_gives_the_report_a_rate_and_a_correction_changes_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run_in(folder, &["init", "--data", "ledger", "--origin", "complaints.example/volumes"]).done();
    for day in 1..=3 {
        receive(folder, "Card", &format!("2025-02-0{day}T09:00:00Z"));
    }
    receive(folder, "Loan", "2025-05-02T09:00:00Z");
    let exact = ["--min-cell", "1"];
    let before = report(folder, "2025-Q1", "en", &exact);
    assert_eq!(before[0]["withheld"], "no-volume");

    let card = |from: &str, until: &str, count: u64| {
        json!({"unit": "accounts", "product": "Card", "from": from, "until": until,
               "count": count, "source": "core banking"})
    };
    volume(folder, "record", &card("2025-01-01", "2025-03-31", 1_500)).done();
    volume(folder, "record", &card("2025-04-01", "2025-06-30", 1_600)).done();
    let recorded = report(folder, "2025-Q1", "en", &exact);
    let told = of(&recorded, "Card");
    assert_eq!((&told["numerator"], &told["denominator"]), (&json!(3), &json!(1_500)));
    assert_eq!(told["per_1000_hundredths"], 200);
    let position = told["records"][0].to_string();
    let replay = ["replay", "--data", "ledger", "--from", &position, "--to", &position];
    let line = run_in(folder, &replay).done().stdout;
    assert!(line.contains("volume.recorded.v1") && line.contains("1500"), "{line}");

    let mut right = card("2025-01-01", "2025-03-31", 1_250);
    right["ground"] = json!("closed accounts were counted");
    volume(folder, "correct", &right).done();
    let rates = report(folder, "2025-Q1", "en", &exact);
    assert_eq!(of(&rates, "Card")["per_1000_hundredths"], 240);
    assert!(of(&rates, "Card")["records"][0].as_u64() > told["records"][0].as_u64());
    let page = fs::read_to_string(folder.join("2025-Q1/report.en.html")).unwrap();
    assert!(page.contains("<td>Accounts</td><td>3</td><td>1,250</td><td>2.40</td>"), "{page}");
    let csv = fs::read_to_string(folder.join("2025-Q1/tables/received-per-1000.csv")).unwrap();
    assert!(csv.contains("\nvalue,Card,accounts,3,1250,240,"), "{csv}");
    let figures = fs::read_to_string(folder.join("2025-Q1/figures.csv")).unwrap();
    let line = "\nreceived-per-1000,accounts,value,Card,per_1000_hundredths,240,";
    assert!(figures.contains(line), "{figures}");

    // Two quarters are the half-year; of accounts, those of its last day count.
    let half = report(folder, "2025-H1", "zh", &exact);
    assert_eq!(of(&half, "Card")["denominator"], 1_600);
    assert_eq!(of(&half, "Loan")["withheld"], "no-volume");
    let page = fs::read_to_string(folder.join("2025-H1/report.zh.html")).unwrap();
    assert!(page.contains("<td>账户</td><td>3</td><td>1,600</td><td>1.88</td>"), "{page}");
    assert!(page.contains("未记录业务量"), "{page}");
    let year = report(folder, "2025", "en", &exact);
    assert_eq!(of(&year, "Card")["withheld"], "not-covered");
    let page = fs::read_to_string(folder.join("2025/report.en.html")).unwrap();
    assert!(page.contains("recorded volumes do not cover the period"), "{page}");

    // What is published as usual tells nothing of three complaints.
    let published = report(folder, "2025-H1", "en", &[]);
    let card = of(&published, "Card");
    assert_eq!((&card["numerator"], &card["withheld"]), (&Value::Null, &json!("too-few")));
}

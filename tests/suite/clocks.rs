//! Time limits that explain themselves, asked for as a user asks.

use std::{fs, path::Path};

use redress_tests::{
    binary::{root, run_in},
    rulebook,
};

fn complaint(folder: &Path) -> String {
    run_in(folder, &["demo", "--complaints", "60", "--data", "ledger"]).done();
    let replayed = run_in(folder, &["replay", "--data", "ledger"]).done();
    let mut streams = replayed.stdout.lines().map(|line| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["stream"].as_str().unwrap().to_owned()
    });
    streams.find(|stream| stream.starts_with("complaint-")).unwrap()
}

#[test]
fn a_clock_names_its_rule_each_day_and_the_result() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = complaint(folder.path());
    let explain = |rest: &[&str]| {
        let mut arguments = vec!["clock", "explain", complaint.as_str(), "--data", "ledger"];
        arguments.extend_from_slice(rest);
        run_in(folder.path(), &arguments)
    };
    let english = explain(&["--pack", "uk-disp", "--clock", "final-response"]).done().stdout;
    for word in ["uk-disp/final-response", "DISP 1.6", "8 weeks", "days 1 to", "due", "result"] {
        assert!(english.contains(word), "no `{word}` in:\n{english}");
    }
    assert!(!english.contains("summary-resolution"), "only the clock that was asked for");
    let chinese = explain(&["--pack", "cn-bank-insurance", "--locale", "zh"]).done().stdout;
    assert!(chinese.contains("规则"), "{chinese}");
    // Asked again for the same moment, it says the same.
    let at = ["--pack", "us-cfpb", "--pack", "iso-10002", "--at", "2025-12-31"];
    assert_eq!(explain(&at).done().stdout, explain(&at).done().stdout);

    let mut json = vec!["--json", "clock", "explain", &complaint, "--data", "ledger"];
    json.extend(["--pack", "uk-disp", "--clock", "uk-disp/final-response"]);
    let json = run_in(folder.path(), &json).done().json();
    assert_eq!(json["clocks"].as_array().unwrap().len(), 1);
    assert!(json["clocks"][0]["due"].as_str().unwrap().starts_with("20"), "{json}");
}

#[test]
fn a_pack_of_a_companys_own_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = complaint(folder.path());
    let template = root().join("crates/complaint-domain/packs/template.json");
    fs::copy(template, folder.path().join("ours.json")).unwrap();
    let arguments = ["clock", "explain", &complaint, "--data", "ledger", "--pack", "ours.json"];
    run_in(folder.path(), &arguments).done();
    fs::write(folder.path().join("ours.json"), "{\"code\": 7}").unwrap();
    run_in(folder.path(), &arguments).refused(2);
}

#[test]
fn what_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = complaint(folder.path());
    let explain = |complaint: &str, rest: &[&str]| {
        let mut arguments = vec!["clock", "explain", complaint, "--data", "ledger"];
        arguments.extend_from_slice(rest);
        run_in(folder.path(), &arguments)
    };
    let pack = explain(&complaint, &["--pack", "mars"]).refused(2);
    assert!(pack.stderr.contains("mars") && pack.stderr.contains("uk-disp"), "{}", pack.stderr);
    explain(&complaint, &["--pack", "uk-disp", "--clock", "no-such"]).refused(1);
    explain(&complaint, &["--pack", "uk-disp", "--zone", "Mars/Olympus"]).refused(2);
    explain("complaint-01KA0000000000000000000000", &[]).refused(1);
    let packs = run_in(folder.path(), &["clock", "packs"]).done().stdout;
    for pack in ["uk-disp", "au-rg271", "us-cfpb", "cn-samr-order-121", "in-rbi", "iso-10002"] {
        assert!(packs.contains(pack), "{packs}");
    }
}

#[test]
fn clocks_go_by_the_packs_that_the_rulebook_has_adopted() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["init", "--data", "ledger", "--origin", "clocks.example/adopted"])
        .done();
    let body = folder.path().join("body.json");
    let send = |noun: &str, verb: &str, who: &str, at: &str, text: &str| {
        fs::write(&body, text).unwrap();
        let mut all = vec!["--json", noun, verb, "--data", "ledger", "--body", "body.json"];
        all.extend(["--as", who, "--role", "supervisor", "--occurred-at", at]);
        run_in(folder.path(), &all)
    };
    let (decided, from) = ("2026-02-20T09:00:00Z", "2026-03-02".parse().unwrap());
    let adopted = vec![(decided.parse().unwrap(), rulebook::pack("uk-disp", from))];
    rulebook::decide(&folder.path().join("ledger"), adopted);
    let change = |from: &str| {
        format!(
            r#"{{"change": 2, "rule": {{"kind": "adopt-pack", "pack": "au-rg271", "from": "{from}"}}}}"#
        )
    };
    // However long ago it is said to be decided.
    let passed = send("rulebook", "propose", "col", decided, &change("2026-03-02")).refused(1);
    assert_eq!(passed.json()["refused"], "from-passed");
    send("rulebook", "propose", "col", decided, &change("2131-01-01")).done();
    let alone = send("rulebook", "approve", "col", decided, r#"{"change": 2}"#).refused(1);
    assert_eq!(alone.json()["refused"], "approved-by-proposer");
    send("rulebook", "approve", "sue", decided, r#"{"change": 2}"#).done();

    let receipt = r#"{"channel": "phone", "source": {"kind": "direct"}, "personal": {"narrative": "It broke."}}"#;
    let explained = |received: &str| {
        let complaint = send("complaint", "register", "sue", received, receipt).done().json();
        let complaint = complaint["complaint"].as_str().unwrap().to_owned();
        let json = run_in(
            folder.path(),
            &["--json", "clock", "explain", &complaint, "--data", "ledger", "--at", "2026-03-03"],
        )
        .done()
        .json();
        let clocks = json["clocks"].as_array().unwrap().iter();
        clocks.map(|clock| clock["clock"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(explained("2026-03-01T12:00:00Z").iter().all(|clock| clock.starts_with("iso-10002/")));
    assert!(explained("2026-03-02T12:00:00Z").iter().all(|clock| clock.starts_with("uk-disp/")));
}

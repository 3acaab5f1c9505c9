//! Root causes by a tree that the rulebook has adopted, as a user names them.

use std::{fs, path::Path};

use complaint_domain::{cause, rulebook::RuleChange};
use redress_tests::{
    binary::{Ran, run_in},
    rulebook,
};

const DAY: &str = "2026-03-02T09:00:00Z";

fn send(folder: &Path, words: &[&str], (who, role): (&str, &str), body: &str) -> Ran {
    fs::write(folder.join("body.json"), body).unwrap();
    let mut all = vec!["--json"];
    all.extend_from_slice(words);
    all.extend(["--data", "ledger", "--body", "body.json", "--as", who, "--role", role]);
    all.extend(["--occurred-at", DAY]);
    run_in(folder, &all)
}

#[test]
fn a_cause_that_the_adopted_tree_does_not_have_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run_in(folder, &["init", "--data", "ledger", "--origin", "complaints.example/causes"]).done();
    let (supervisor, agent) = (("sue", "supervisor"), ("ben", "agent"));
    let file = cause::standard_text().to_owned();
    let adopt = RuleChange::AdoptCauses { file, from: "2026-03-02".parse().unwrap() };
    rulebook::decide(&folder.join("ledger"), vec![(DAY.parse().unwrap(), adopt)]);
    let receipt =
        r#"{"channel": "web", "source": {"kind": "direct"}, "personal": {"narrative": "A fee."}}"#;
    let complaint = send(folder, &["complaint", "register"], supervisor, receipt).done().json();
    let complaint = complaint["complaint"].as_str().unwrap().to_owned();
    send(folder, &["complaint", "assign", &complaint], supervisor, r#"{"handler": "ben"}"#).done();
    let identify = |code: &str| {
        let body = format!(r#"{{"kind": "found", "code": "{code}"}}"#);
        send(folder, &["complaint", "identify-root-cause", &complaint], agent, &body)
    };
    let unknown = identify("process/fee-notice").refused(1);
    assert_eq!(unknown.json()["refused"], "root-cause-unknown");
    assert!(unknown.stderr.contains("process/fee-notice"), "{}", unknown.stderr);
    identify("process.communication.charge-not-shown").done();
}

#[test]
fn the_tree_is_printed_and_a_tree_of_ones_own_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let english = run_in(folder, &["cause", "tree"]).done().stdout;
    assert!(english.contains("process.communication.delay") && english.contains("Told too late"));
    let chinese = run_in(folder, &["cause", "tree", "--locale", "zh"]).done().stdout;
    assert!(chinese.contains("告知迟延"), "{chinese}");
    let hole = r#"{"format": 1, "code": "ours", "version": "1", "name": {"en": "Ours", "zh": "自用"},
        "causes": [{"code": "a.b", "name": {"en": "B", "zh": "乙"}}]}"#;
    fs::write(folder.join("ours.json"), hole).unwrap();
    let refused = run_in(folder, &["cause", "tree", "ours.json"]).refused(1);
    assert!(refused.stderr.contains("`a`"), "{}", refused.stderr);
}

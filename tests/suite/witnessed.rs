//! What is handed out convinces whoever demands witnesses, not only whoever trusts the ledger's key.

use std::fs;

use redress_tests::binary::run_in;
use serde_json::Value;

use crate::{
    attacks::{Auditor, set_policy},
    signing::Home,
};

/// Checks evidence against a policy in a folder of its own; gives the witnesses that have cosigned.
fn cosigned(home: &Home, evidence: &str) -> Vec<String> {
    let elsewhere = tempfile::tempdir().unwrap();
    for name in [evidence, "policy"] {
        fs::copy(home.path().join(name), elsewhere.path().join(name)).unwrap();
    }
    let checked = run_in(elsewhere.path(), &["check", evidence, "--policy", "policy", "--json"]);
    let facts = checked.done().json()["facts"].as_array().unwrap().clone();
    let names = facts.iter().filter(|fact| fact[0] == "cosigned by");
    let first_word = |fact: &Value| fact[1].as_str().unwrap().split(' ').next().map(str::to_owned);
    names.filter_map(first_word).collect()
}

#[test]
fn receipts_and_bundles_bring_the_cosignatures_that_a_policy_of_two_witnesses_demands() {
    let home = Home::new();
    let one = Auditor::of(&home, "witness.example/one");
    let two = Auditor::of(&home, "witness.example/two");
    let lines =
        format!("{}{}group both all one two\nquorum both\n", one.line("one"), two.line("two"));
    let policy = set_policy(&home, &lines);
    fs::write(home.path().join("policy"), policy).unwrap();
    let witnessed = home.keep_checkpoint("kept").size();
    let replayed = home.run(&["replay", "--data", "ledger"]).done().stdout;
    let records = replayed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut received = records.filter(|record| record["type"] == "complaint.received.v1");
    let stream = received.next().unwrap()["stream"].as_str().unwrap().to_owned();
    let hand_out = || {
        let of = ["--data", "ledger", "--out"];
        let receipt = ["prove", "receipt", &stream];
        home.run(&[&receipt[..], &of, &["mine.tlog-proof"]].concat()).done();
        let bundle = ["export", "bundle", "--stream", &stream];
        home.run(&[&bundle[..], &of, &["bundle.zip"]].concat()).done();
        for evidence in ["mine.tlog-proof", "bundle.zip"] {
            let names = cosigned(&home, evidence);
            assert_eq!(names, ["witness.example/one", "witness.example/two"], "{evidence}");
        }
    };
    hand_out();

    // The log goes on without one of them. What is handed out still stands under both.
    drop(two);
    home.grow(3);
    let signed = home.run(&["checkpoint", "--data", "ledger", "--json"]).refused(1);
    assert!(signed.json()["size"].as_u64().unwrap() > witnessed);
    hand_out();
    // Nobody is kept from handing out what was only signed; it does not convince who demands both.
    let note = signed.json()["note"].as_str().unwrap().to_owned();
    fs::write(home.path().join("signed"), note).unwrap();
    let alone = ["prove", "receipt", &stream, "--data", "ledger", "--checkpoint", "signed"];
    home.run(&[&alone[..], &["--out", "alone.tlog-proof"]].concat()).done();
    let refused = home.run(&["check", "alone.tlog-proof", "--policy", "policy"]).refused(1);
    assert!(refused.stderr.contains("quorum"), "{}", refused.stderr);
}

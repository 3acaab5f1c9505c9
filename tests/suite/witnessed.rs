//! What is handed out convinces whoever demands witnesses, not only whoever trusts the ledger's key.

use std::{fs, path::Path};

use redress_tests::{
    binary::{run_in, serve_in},
    sweep::copy,
};
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

#[test]
fn a_server_that_a_witness_told_of_another_history_ends_with_that_though_the_witness_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (home, other) = (folder.path().join("home"), folder.path().join("other"));
    fs::create_dir(&home).unwrap();
    let run = |at: &Path, words: &str| run_in(at, &words.split(' ').collect::<Vec<_>>());
    run(&home, "demo --data ledger --complaints 60").done();
    let key = run(&home, "keys status --data ledger --json").done().json();
    let key = key["verifier_key"].as_str().unwrap().to_owned();
    let witness_key = run(folder.path(), "witness key --key key --name witness.example/one").done();
    let serve = ["witness", "serve", "--state", "state", "--key", "key", "--vkey", &key];
    let witness = serve_in(folder.path(), &serve);
    let line = format!("witness one {} {}", witness_key.stdout.trim(), witness.url);
    fs::write(home.join("ledger.keys/policy"), format!("log {key}\n{line}\nquorum one\n")).unwrap();
    // Another copy goes on, and the witness cosigns that one.
    copy(&home, &other);
    run(&other, "clock run --data ledger").done();
    run(&other, "checkpoint --data ledger").done();

    let serving = serve_in(&home, &["serve", "--data", "ledger"]);
    let says = || run(&home, "status --data ledger --json").done().json()["serving"].clone();
    let until = |is_so: &dyn Fn(&Value) -> bool| {
        (0..1_000).map(|_| says()).find(is_so).expect("it never came to that")
    };
    let told = until(&|told| told["witness_trouble"].is_string());
    assert!(told["witness_trouble"].as_str().unwrap().contains("another history"), "{told}");
    let published = told["published"].as_u64();
    drop(witness);
    run(&home, "clock run --data ledger").done();
    let later = until(&|told| told["published"].as_u64() > published);
    assert_eq!(later["witness_trouble"], told["witness_trouble"]);
    assert_eq!(serving.end(), Some(1));
    assert_eq!(says(), "none");
}

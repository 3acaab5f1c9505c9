//! Every verb there is, walked by the command line's own description: `--json` prints JSON or is
//! refused, and no verb is forgotten here.

use std::{collections::BTreeSet, process::ExitCode};

use clap::{Command, CommandFactory};
use serde_json::Value;
use tempfile::TempDir;

use crate::arguments::CommandLine;

/// How a verb is called, after its own words. `D` is a data directory, `S` one of its complaints,
/// `H` the folder around it, `V` the key that verifies. Nobody listens on port 1.
const CALLS: &[(&str, &[&str])] = &[
    ("backup", &["--data", "D", "--to", "H/backup"]),
    ("bench append", SHORT_BENCH),
    ("bench project", SHORT_BENCH),
    ("bench replay", SHORT_BENCH),
    ("bench verify", SHORT_BENCH),
    ("cause chart", &["--data", "D"]),
    ("cause tree", &[]),
    ("checkpoint", &["--data", "D"]),
    ("clock explain", &["S", "--data", "D"]),
    ("clock packs", &[]),
    ("clock recourse", &["--data", "D", "--pack", "uk-disp"]),
    ("clock run", &["--data", "D"]),
    ("commit-index", &["--data", "D"]),
    ("complaint duplicates", &["S", "--data", "D"]),
    ("complaint list", &["--data", "D"]),
    ("complaint read", &["S", "--data", "D", "--as", "ana", "--role", "agent"]),
    ("complaint show", &["S", "--data", "D"]),
    ("demo", &["--data", "H/other", "--complaints", "3"]),
    ("export audit", &["--data", "D", "--out", "H/audit.html"]),
    ("export csv", &["--data", "D", "--out", "H/csv"]),
    ("export jsonl", &["--data", "D", "--out", "H/jsonl"]),
    ("export tiles", &["--data", "D", "--out", "H/tiles"]),
    ("init", &["--data", "H/new", "--origin", "new.example"]),
    ("keys status", &["--data", "D"]),
    ("projections rebuild", &["--data", "D"]),
    ("projections status", &["--data", "D"]),
    ("replay", &["--data", "D"]),
    ("rulebook show", &["--data", "D"]),
    ("staff list", &["--data", "D"]),
    ("staff show", &["agent-01", "--data", "D"]),
    ("report committee", &["--data", "D", "--period", "2025", "--out", "H/committee"]),
    ("report transparency", &["--data", "D", "--period", "2025", "--out", "H/report"]),
    ("status", &["--data", "D"]),
    ("verify", &["--data", "D"]),
    ("witness key", &["--key", "H/witness.key", "--name", "witness.example"]),
    // What follows needs what is above.
    ("export bundle", &["--stream", "S", "--data", "D", "--out", "H/case.zip"]),
    ("check", &["H/case.zip", "--vkey", "V"]),
    ("mirror", &["--from", "H/tiles", "--out", "H/mirror", "--vkey", "V"]),
    ("prove absence", &["complaint-01KA0000000000000000000000", "--data", "D", "--out", "H/1"]),
    ("prove consistency", &["3", "--data", "D", "--out", "H/2"]),
    (
        "prove counted",
        &["S", "--report", "D/reports/transparency-2025", "--data", "D", "--out", "H/6"],
    ),
    ("prove inclusion", &["3", "--data", "D", "--out", "H/3"]),
    ("prove receipt", &["S", "--data", "D", "--out", "H/4"]),
    ("prove stream", &["S", "--data", "D", "--out", "H/5"]),
    ("restore", &["--from", "H/backup", "--data", "H/again", "--keys", "D.keys/kek"]),
    ("anchor request", &["--data", "D", "--out", "H/today.tsq"]),
    ("anchor list", &["--data", "D"]),
    ("letter", &["S", "--kind", "acknowledgement", "--data", "D", "--sender", "H/sender.json"]),
    ("mail take-in", &["H/one.eml", "--data", "D"]),
    (
        "mail retry",
        &[
            "--data",
            "D",
            "--sender",
            "H/sender.json",
            "--server",
            "127.0.0.1:1",
            "--tls",
            "plain",
            "--from",
            "us@bank.example",
        ],
    ),
    ("keys rotate-signing", &["--data", "D"]),
    ("keys rotate-vault", &["--data", "D"]),
    ("import cfpb", &["H/rows.csv", "--data", "D"]),
];

const SHORT_BENCH: &[&str] = &["--events", "300", "--rounds", "1", "--data", "H/bench"];

/// Verbs that are refused with --json, since what they print is for a shell.
const REFUSED: &[(&str, &[&str])] = &[("completions", &["bash"])];

/// Verbs that print a line of JSON for each thing there is, and there may be none.
const MAY_BE_EMPTY: &[(&str, &[&str])] = &[
    ("access list", &["--data", "D"]),
    ("action list", &["--data", "D"]),
    ("inspection list", &["--data", "D"]),
    ("mail status", &["--data", "D"]),
    ("referral list", &["--data", "D"]),
    ("report list", &["--data", "D"]),
    ("review list", &["--data", "D"]),
    ("subject carry-out", &["--data", "D"]),
    ("subject list", &["--data", "D"]),
    ("volume list", &["--data", "D"]),
];

/// Verbs that end when they are told to, or need more than a demo has: an authority, a review. The
/// suite has them succeed; here they lack what they need, and must say so without half an answer.
const LACKING: &[(&str, &[&str])] = &[
    ("action show", &["action-01KA0000000000000000000000", "--data", "D"]),
    ("anchor ask", &["--data", "D", "--tsa", "http://127.0.0.1:1", "--trust", "H/missing.pem"]),
    ("anchor import", &["H/missing.tsr", "--data", "D", "--trust", "H/missing.pem"]),
    (
        "cause effect",
        &["action-01KA0000000000000000000000", "--until", "2031-06-30", "--data", "D"],
    ),
    (
        "mail send",
        &[
            "S",
            "--kind",
            "acknowledgement",
            "--data",
            "D",
            "--sender",
            "H/missing.json",
            "--server",
            "127.0.0.1:1",
            "--tls",
            "plain",
            "--from",
            "us@bank.example",
        ],
    ),
    ("inspection sample", &["inspection-01KA0000000000000000000000", "--data", "D"]),
    ("inspection show", &["inspection-01KA0000000000000000000000", "--data", "D"]),
    ("referral show", &["referral-01KA0000000000000000000000", "--data", "D"]),
    ("report proof", &["report-01KA0000000000000000000000", "--data", "D", "--out", "H/none"]),
    ("report show", &["report-01KA0000000000000000000000", "--data", "D"]),
    ("review show", &["review-01KA0000000000000000000000", "--data", "D"]),
    ("serve", &["--data", "H/missing", "--listen", "127.0.0.1:0"]),
    ("subject show", &["subject-01KA0000000000000000000000", "--data", "D"]),
    ("volume show", &["volume-01KA0000000000000000000000", "--data", "D"]),
    (
        "witness serve",
        &["--state", "H/w", "--key", "H/missing", "--vkey", "V", "--listen", "127.0.0.1:0"],
    ),
];

const MAIL: &str = "\
From: Jo Doe <jo@customer.example>
To: complaints@bank.example
Subject: A fee
Message-ID: <one@customer.example>
Date: Mon, 2 Mar 2026 12:00:00 +0000

You charged me twice.
";

const SENDER: &str = r#"{"company": "Example Bank", "address": ["1 High Street"],
    "contact": "complaints@bank.example", "signatory": "Complaints team"}"#;

const ROWS: &str = "\
Complaint ID,Product,Sub-product,Issue,Sub-issue,State,ZIP code,Submitted via,Date received,Date sent to company,Company,Company response,Timely response?,Consumer disputed?
1,Debt collection,Medical,Disclosure,,FL,32219,Web,11/13/2014,11/13/2014,\"Example, Inc.\",Closed with explanation,Yes,
";

fn walk(command: &Command, words: &str, verbs: &mut Vec<(String, Command)>) {
    let below = command.get_subcommands().filter(|sub| sub.get_name() != "help");
    let mut is_verb = true;
    for sub in below {
        is_verb = false;
        walk(sub, format!("{words} {}", sub.get_name()).trim(), verbs);
    }
    if is_verb {
        verbs.push((words.to_owned(), command.clone()));
    }
}

fn verbs() -> Vec<(String, Command)> {
    let mut command = CommandLine::command();
    command.build();
    let mut verbs = Vec::new();
    walk(&command, "", &mut verbs);
    verbs
}

/// Whether a command is sent to something in the ledger, as every one with `--as` is.
fn is_sent(command: &Command) -> bool {
    command.get_arguments().any(|argument| argument.get_long() == Some("body"))
}

struct Home {
    dir: TempDir,
    complaint: String,
    verifier_key: String,
}

impl Home {
    fn new() -> Self {
        let mut home = Self {
            dir: TempDir::new().unwrap(),
            complaint: String::new(),
            verifier_key: String::new(),
        };
        home.run("demo", &["--data", "D", "--complaints", "30", "--json"]).done();
        // The first records of a year are of those who work there.
        let records = home.run("replay", &["--data", "D"]).done();
        let mut streams = records.lines().map(|record| {
            let record: Value = serde_json::from_str(record).unwrap();
            record["stream"].as_str().unwrap().to_owned()
        });
        home.complaint = streams.find(|stream| stream.starts_with("complaint-")).unwrap();
        let keys = home.run("keys status", &["--data", "D", "--json"]).done();
        let keys: Value = serde_json::from_str(&keys).unwrap();
        keys["verifier_key"].as_str().unwrap().clone_into(&mut home.verifier_key);
        for (name, text) in [("rows.csv", ROWS), ("one.eml", MAIL), ("sender.json", SENDER)] {
            std::fs::write(home.dir.path().join(name), text).unwrap();
        }
        home
    }

    fn run(&self, verb: &str, rest: &[&str]) -> super::Ran {
        let place = self.dir.path().to_str().unwrap();
        let mut words: Vec<String> = verb.split(' ').map(str::to_owned).collect();
        for word in rest {
            words.push(match *word {
                "S" => self.complaint.clone(),
                "V" => self.verifier_key.clone(),
                "D" => format!("{place}/ledger"),
                word if word.starts_with("D.keys") || word.starts_with("D/") => {
                    format!("{place}/ledger{}", &word[1..])
                }
                word if word.starts_with("H/") => format!("{place}{}", &word[1..]),
                word => word.to_owned(),
            });
        }
        super::redress(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

#[track_caller]
fn assert_json_lines(verb: &str, out: &str) {
    assert!(!out.is_empty(), "{verb} --json printed nothing");
    for line in out.lines() {
        let read: Result<Value, _> = serde_json::from_str(line);
        assert!(read.is_ok(), "{verb} --json printed {line}");
    }
}

#[test]
fn every_verb_prints_json_when_asked_to_or_refuses_to() {
    let home = Home::new();
    for (verb, rest) in CALLS {
        let out = home.run(verb, &[rest, &["--json"][..]].concat()).done();
        assert_json_lines(verb, &out);
    }
    for (verb, rest) in MAY_BE_EMPTY {
        let out = home.run(verb, &[rest, &["--json"][..]].concat()).done();
        if !out.is_empty() {
            assert_json_lines(verb, &out);
        }
    }
    for (verb, rest) in REFUSED {
        let out = home.run(verb, &[rest, &["--json"][..]].concat()).failed(2, &["--json"]);
        assert_eq!(out, "", "{verb}");
    }
    for (verb, rest) in LACKING {
        let ran = home.run(verb, &[rest, &["--json"][..]].concat());
        assert!(ran.code != ExitCode::SUCCESS, "{verb}: {}", ran.out);
        assert!(
            ran.err.contains("error: ") && !ran.err.contains("panicked"),
            "{verb}: {}",
            ran.err
        );
        assert_eq!(ran.out, "", "{verb}: half an answer");
    }
    // Evidence is what it is; JSON tells of it, and not in its place.
    home.run("prove inclusion", &["3", "--data", "D", "--json"]).failed(2, &["--out"]);
    let known: BTreeSet<_> = CALLS
        .iter()
        .chain(REFUSED)
        .chain(MAY_BE_EMPTY)
        .chain(LACKING)
        .map(|(verb, _)| *verb)
        .collect();
    let verbs = verbs();
    let unsent: BTreeSet<_> = verbs
        .iter()
        .filter(|(_, command)| !is_sent(command))
        .map(|(verb, _)| verb.as_str())
        .collect();
    assert_eq!(known, unsent, "put a new verb into one of the lists above");
}

#[test]
fn every_command_that_is_sent_is_answered_in_json() {
    let home = Home::new();
    let sent: Vec<_> = verbs().into_iter().filter(|(_, command)| is_sent(command)).collect();
    assert!(sent.len() > 30, "{}", sent.len());
    // What the examples about published reports speak of.
    let report = home.dir.path().join("drafted");
    let out = report.to_str().unwrap();
    let made = home.run("report transparency", &["--data", "D", "--period", "2025", "--out", out]);
    assert_eq!(made.code, 0.into(), "{}", made.err);
    for (verb, command) in sent {
        // The example of its own help, sent to something that is not there.
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let body = help.lines().nth(1).expect("an example body").trim();
        let file = home.dir.path().join("body.json");
        std::fs::write(&file, body.replace("./report", out).replace("./restated", out)).unwrap();
        let kind = verb.split(' ').next().unwrap();
        let stream = format!("{kind}-01KA0000000000000000000000");
        let rest = ["--data", "D", "--as", "ana", "--role", "agent", "--json"];
        let rest = [&rest[..], &["--body", "H/body.json"]].concat();
        let mut ran = home.run(&verb, &[&[stream.as_str()][..], &rest].concat());
        if ran.code == 2.into() {
            // What it says settles which stream it is for, and it is not that one.
            assert_eq!(ran.out, "", "{verb}: wrong usage is no result");
            ran = home.run(&verb, &rest);
        }
        // Done, or refused by the rules: both are results, and told as such.
        assert!([0.into(), 1.into()].contains(&ran.code), "{verb}: {}{}", ran.out, ran.err);
        assert_json_lines(&verb, &ran.out);
        let told: Value = serde_json::from_str(&ran.out).unwrap();
        let is_refused = told["refused"].is_string() && told["reason"].is_string();
        assert_eq!(is_refused, ran.code == 1.into(), "{verb}: {}{}", ran.out, ran.err);
        assert!(!ran.err.contains("panicked"), "{verb}: {}", ran.err);
    }
}

#[test]
fn every_help_text_says_what_it_is_about() {
    for (verb, command) in verbs() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(about.starts_with(char::is_uppercase), "{verb}: `{about}`");
        assert!(!about.ends_with('.'), "{verb}: `{about}` ends in a full stop, others do not");
        for argument in command.get_arguments() {
            let name = argument.get_id();
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty(), "{verb}: no help for {name}");
            assert!(help.starts_with(char::is_uppercase), "{verb} {name}: `{help}`");
            assert!(!help.ends_with('.'), "{verb} {name}: `{help}` ends in a full stop");
        }
    }
}

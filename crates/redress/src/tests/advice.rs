//! What a refusal advises leads on from where its reader stands.

use std::process::ExitCode;

use tempfile::TempDir;

use super::{Told, redress};

#[test]
fn a_witness_without_its_key_is_told_of_its_own_key() {
    let told = Told::year("2");
    let place = |name: &str| told.home.path().join(name).to_str().unwrap().to_owned();
    let keys = redress(&["keys", "status", "--data", &told.data(), "--json"]).done();
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
    let log = keys["verifier_key"].as_str().unwrap();
    let (key, state) = (place("witness.key"), place("state"));
    let serve = ["witness", "serve", "--key", &key, "--state", &state, "--vkey", log, "--listen"];
    let ran = redress(&[&serve[..], &["127.0.0.1:0"]].concat());
    assert!(!ran.err.contains("--signing-key"), "{}", ran.err);
    ran.refused(&["with --key", "`redress witness key`"]);
    let make = ["witness", "key", "--key", &key, "--name", "witness.example"];
    redress(&make).done();
    let ran = redress(&make);
    assert!(!ran.err.contains("--signing-key"), "{}", ran.err);
    ran.refused(&["name another place with --key"]);
}

#[test]
fn an_address_with_an_error_in_it_is_not_laid_to_whoever_publishes() {
    let told = Told::year("2");
    let place = |name: &str| told.home.path().join(name).to_str().unwrap().to_owned();
    let keys = redress(&["keys", "status", "--data", &told.data(), "--json"]).done();
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
    let key = keys["verifier_key"].as_str().unwrap();
    let (from, out) = (place("mistyped"), place("mirror"));
    let ran = redress(&["mirror", "--from", &from, "--out", &out, "--vkey", key]);
    assert!(!ran.err.contains("withholds") && !ran.err.contains("ask whoever"), "{}", ran.err);
    ran.refused(&["expected a published tree at", "given with --from"]);
    let ran = told.run(&["prove", "counted", &told.complaint(), "--report", &from]);
    assert!(!ran.err.contains("--log"), "{}", ran.err);
    ran.refused(&["name their folder with --report"]);
}

#[test]
fn whoever_may_not_see_is_told_so_and_not_to_trace_the_program() {
    let told = Told::year("2");
    let by = ["--as", "ana", "--role", "administrator"];
    let complaint = told.complaint();
    let ran = told.run(&[&["complaint", "read", &complaint][..], &by].concat());
    assert!(!ran.err.contains("--log"), "{}", ran.err);
    ran.refused(&["next: nothing was written; "]);
}

#[test]
fn a_refusal_names_the_stream_that_shows_what_stands() {
    let told = Told::year("2");
    let body = told.home.path().join("body.json");
    std::fs::write(&body, r#"{"back_on": "2031-03-06"}"#).unwrap();
    let by = ["--as", "agent-01", "--role", "supervisor", "--body", body.to_str().unwrap()];
    let ran = told.run(&[&["staff", "end-absence", "nobody-here"][..], &by].concat());
    assert!(ran.err.contains("`redress replay --stream staff-"), "{}", ran.err);
    ran.refused(&["nothing was written"]);
}

#[test]
fn help_that_is_asked_for_twice_is_given_once() {
    for (twice, once) in [
        (&["help", "complaint", "--help"][..], &["help", "complaint"][..]),
        (&["help", "complaint", "list", "-h"], &["help", "complaint", "list"]),
        (&["complaint", "help", "assign", "--help"], &["complaint", "help", "assign"]),
        (&["help", "--help"], &["help"]),
    ] {
        assert_eq!(redress(twice).done(), redress(once).done());
    }
}

#[test]
fn a_letter_in_another_language_than_the_complainant_writes_says_so() {
    let told = Told::year("2");
    let put = |name: &str, text: &str| {
        let path = told.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let who = r#"{"company": "A", "address": ["B"], "contact": "C", "signatory": "D"}"#;
    let sender = put("sender.json", who);
    let letter_to = |language: &str, more: &[&str]| {
        let body = format!(
            r#"{{"channel": "web", "source": {{"kind": "direct"}}, "language": "{language}",
                "personal": {{"narrative": "Trop cher."}}}}"#
        );
        let (body, day) = (put("body.json", &body), put("day.json", r#"{"channel": "email"}"#));
        let by = ["--as", "agent-01", "--role", "agent", "--json", "--body"];
        let out = told.run(&[&["complaint", "register"][..], &by, &[&body]].concat()).done();
        let made: serde_json::Value = serde_json::from_str(&out).unwrap();
        let complaint = made["complaint"].as_str().unwrap().to_owned();
        told.run(&[&["complaint", "acknowledge", &complaint][..], &by, &[&day]].concat()).done();
        let by = ["--as", "agent-01", "--role", "agent", "--sender", &sender];
        let letter = ["letter", &complaint, "--kind", "acknowledgement"];
        told.run(&[&letter[..], &by, more].concat())
    };
    let ran = letter_to("fr-FR", &[]);
    assert!(ran.err.contains("writes `fr-FR`, in which there are no letters"), "{}", ran.err);
    ran.done();
    let out = letter_to("fr", &["--json"]).done();
    let letter: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&letter["locale"], &letter["language_without_letters"]),
        (&"en".into(), &"fr".into())
    );
    for (language, more) in [("zh-CN", &[][..]), ("EN", &[]), ("fr", &["--locale", "en"])] {
        let ran = letter_to(language, more);
        assert!(!ran.err.contains("there are no letters"), "{}", ran.err);
        ran.done();
    }
}

#[test]
fn a_body_on_the_command_line_is_refused_without_repeating_it() {
    let home = TempDir::new().unwrap();
    let data = home.path().join("ledger").to_str().unwrap().to_owned();
    redress(&["init", "--data", &data, "--origin", "ledger.example/advice"]).done();
    let by = ["--data", &data, "--as", "portal", "--role", "complainant"];
    let body = r#"{"personal": {"narrative": "She told me of her illness."}}"#;
    let words = [&["complaint", "register"][..], &by, &["--body", body]].concat();
    let ran = redress(&words);
    assert_eq!(ran.code, ExitCode::from(2));
    assert!(ran.err.contains("--body -"), "{}", ran.err);
    assert!(!ran.err.contains("illness"), "{}", ran.err);
}

#[test]
fn whoever_asks_for_what_is_not_there_is_told_where_the_names_stand() {
    let home = TempDir::new().unwrap();
    let data = home.path().join("ledger").to_str().unwrap().to_owned();
    redress(&["init", "--data", &data, "--origin", "ledger.example/advice"]).done();
    let id = "01JGFJJZ00ABCDEFGHJKMNPQRS";
    for (noun, told) in [
        ("complaint", "`redress complaint list`"),
        ("review", "`redress review list --all`"),
        ("report", "`redress report list --all`"),
    ] {
        let stream = format!("{noun}-{id}");
        redress(&[noun, "show", &stream, "--data", &data]).refused(&["found none named", told]);
    }
    for (noun, told) in [("complaint", "no open complaint"), ("staff", "no staff of which")] {
        let ran = redress(&[noun, "list", "--data", &data]);
        assert!(ran.out.is_empty() && ran.err.contains(told), "{}", ran.err);
    }
}

#[test]
fn only_commands_that_may_bring_something_personal_speak_of_it() {
    let help = |words: &[&str]| redress(&[words, &["--help"]].concat()).out;
    assert!(help(&["complaint", "register"]).contains("--attach"));
    let joined = help(&["staff", "join"]);
    assert!(
        joined.contains("Nothing personal goes into it") && !joined.contains("--attach"),
        "{joined}"
    );
}

//! A case run by commands alone, as a script of a user's would.

use std::{path::Path, process::Command};

use redress_tests::binary::{Ran, redress, root, run_in};

fn ledger(folder: &Path) {
    let origin = "complaints.example/casework";
    run_in(folder, &["init", "--data", "ledger", "--origin", origin]).done();
}

fn script(folder: &Path) -> Ran {
    let binaries = redress().parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binaries.to_owned()).chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.arg(root().join("docs/casework.sh")).arg("ledger").current_dir(folder);
    command.env("PATH", std::env::join_paths(paths).unwrap()).env_remove("RUST_LOG");
    command.output().unwrap().into()
}

#[test]
fn the_script_of_the_documents_runs_a_case_from_receipt_to_closing() {
    let folder = tempfile::tempdir().unwrap();
    ledger(folder.path());
    let ran = script(folder.path()).done();
    for event in [
        "complaint.received.v1",
        "complaint.recused.v1",
        "complaint.evidence-added.v1",
        "complaint.remedy-approved.v1",
        "complaint.suspected-violation-reported.v1",
        "complaint.closed.v1",
        "complaint.survey-answered.v1",
        "complaint.corrected.v1",
    ] {
        assert!(ran.stdout.contains(event), "no `{event}` in:\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("status     closed"), "{}", ran.stdout);
    assert!(ran.stderr.contains("(ended)"), "the second closing is refused: {}", ran.stderr);
    assert!(ran.stdout.contains("0 newly missed"), "{}", ran.stdout);
    run_in(folder.path(), &["verify", "--data", "ledger", "--vault"]).done();

    let records = run_in(folder.path(), &["replay", "--data", "ledger"]).done().stdout;
    for personal in ["A. Customer", "cousin", "bereavement", "fee 250.00", "PAY-2026", "thank you"]
    {
        assert!(!records.contains(personal), "`{personal}` is in the log");
        assert!(!ran.stdout.contains(personal), "`{personal}` was printed");
    }
}

#[test]
fn a_refusal_has_a_code_and_a_retry_is_done_once() {
    let folder = tempfile::tempdir().unwrap();
    ledger(folder.path());
    let body = folder.path().join("body.json");
    let send = |arguments: &[&str], text: &str| {
        std::fs::write(&body, text).unwrap();
        let mut all = vec!["--json", "complaint"];
        all.extend_from_slice(arguments);
        all.extend(["--data", "ledger", "--as", "ana", "--role", "agent", "--body", "body.json"]);
        run_in(folder.path(), &all)
    };
    let receipt = r#"{"channel": "phone", "source": {"kind": "direct"}, "personal": {"narrative": "It broke."}}"#;
    let id = "0190a000-0000-7000-8000-000000000001";
    let first = send(&["register", "--command-id", id], receipt).done().json();
    let again = send(&["register", "--command-id", id], receipt).done().json();
    assert_eq!((&first["repeated"], &again["repeated"]), (&false.into(), &true.into()));
    assert_eq!(first["complaint"], again["complaint"]);
    let complaint = first["complaint"].as_str().unwrap();

    let refused = send(&["close", complaint], r#"{"reason": "accepted"}"#).refused(1);
    assert_eq!(refused.json()["refused"], "nobody-responsible");
    let misspelt =
        send(&["assign", complaint], r#"{"handler": "ana", "handlr": "ben"}"#).refused(2);
    assert!(misspelt.stderr.contains("`handlr`"), "{}", misspelt.stderr);
    send(&["assign"], r#"{"handler": "ana"}"#).refused(2);
    send(&["assign", complaint], "Jo Doe").refused(2);

    let list = run_in(folder.path(), &["--json", "complaint", "list", "--data", "ledger"]).done();
    assert_eq!(list.json()[0]["next_step"], "acknowledge");
}

#[test]
fn a_limit_that_passed_is_noted_once_by_the_command() {
    let folder = tempfile::tempdir().unwrap();
    ledger(folder.path());
    let body = folder.path().join("body.json");
    let receipt = r#"{"channel": "phone", "source": {"kind": "direct"}, "personal": {"narrative": "It broke."}}"#;
    std::fs::write(&body, receipt).unwrap();
    let mut register = vec!["complaint", "register", "--data", "ledger", "--as", "ana"];
    register.extend(["--role", "agent", "--body", "body.json"]);
    register.extend(["--occurred-at", "2026-03-02T09:00:00Z"]);
    run_in(folder.path(), &register).done();
    let run = |more: &[&str]| {
        let mut arguments = vec!["--json", "clock", "run", "--data", "ledger"];
        arguments.extend_from_slice(more);
        run_in(folder.path(), &arguments)
    };
    let early = run(&["--until", "2026-03-10"]).done().json();
    assert_eq!((&early["missed"], &early["complaints"]), (&1.into(), &2.into()));
    assert_eq!(run(&[]).done().json()["missed"], 1);
    assert_eq!(run(&[]).done().json()["missed"], 0);
    std::fs::remove_file(folder.path().join("ledger/read-models/clock-process.json")).unwrap();
    assert_eq!(
        run(&[]).done().json()["missed"],
        0,
        "what was looked at is forgotten, not noted twice"
    );
    run(&["--until", "2999-01-01"]).refused(2);
}

#[test]
fn the_commands_in_the_guide_work() {
    crate::readme::run_all("docs/casework.md");
}

//! An auditor who trusts nobody, on a machine without the ledger and without a network.

use std::{fs, path::Path, process::Command, sync::OnceLock};

use redress_tests::{
    binary::{Ran, redress, run_in, say_not_run},
    sweep::{copy, not_covered},
};
use tempfile::TempDir;

use crate::{attacks::witnessed, readme::commands};

const DOCUMENT: &str = "docs/auditing.md";

/// All that docs/auditing.md says to ask for, made once by a ledger that is gone since.
fn asked_for() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(make).path()
}

fn make() -> TempDir {
    let (home, _witness) = witnessed();
    let kept = home.path().join("kept");
    let body = r#"{"channel":"web","source":{"kind":"direct"},
        "personal":{"narrative":"Charged twice.","receipt-nonce":"blue horse 7"}}"#;
    fs::write(home.path().join("body.json"), body).unwrap();
    let register = ["complaint", "register", "--data", "ledger", "--as", "agent-1"];
    let more = ["--role", "agent", "--body", "body.json", "--json"];
    let registered = home.run(&[&register[..], &more].concat()).done().json();
    let case = registered["complaint"].as_str().unwrap();
    home.run(&["commit-index", "--data", "ledger"]).done();
    home.run(&["checkpoint", "--data", "ledger"]).done();

    let folder = tempfile::tempdir().unwrap();
    let out = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let make = |what: &[&str], name: &str| {
        home.run(&[what, &["--data", "ledger", "--out", &out(name)]].concat()).done();
    };
    fs::copy(&kept, out("kept.checkpoint")).unwrap();
    fs::copy(home.path().join("ledger.keys/policy"), out("trust.policy")).unwrap();
    let size = fs::read_to_string(&kept).unwrap().lines().nth(1).unwrap().to_owned();
    make(&["export", "tiles"], "published");
    make(&["prove", "consistency", &size], "growth.proof");
    make(&["prove", "receipt", case], "mine.tlog-proof");
    make(&["prove", "stream", case], "case.proof");
    make(&["prove", "absence", "complaint-01KA0000000000000000000000"], "nothing.proof");
    let open = ["--open", "narrative", "--reason", "an audit"];
    make(&[&["export", "bundle", "--stream", case], &open[..]].concat(), "case.zip");
    folder
}

/// Runs a command where there is no network, not even the machine's own.
fn without_network(folder: &Path, arguments: &[&str]) -> Option<Ran> {
    let tried = Command::new("unshare").args(["--net", "--map-root-user", "true"]).output();
    if !tried.is_ok_and(|tried| tried.status.success()) {
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["--net", "--map-root-user"]).arg(redress()).args(arguments);
    command.current_dir(folder).env_remove("RUST_LOG");
    Some(command.output().unwrap().into())
}

fn run(folder: &Path, command: &str) -> Ran {
    let words: Vec<_> = command.strip_prefix("redress ").unwrap().split(' ').collect();
    without_network(folder, &words).unwrap_or_else(|| {
        say_not_run(
            &format!("`{command}` without a network"),
            "no network namespace can be made here",
        );
        run_in(folder, &words)
    })
}

#[test]
fn ten_commands_convince_a_stranger_without_ledger_and_without_network() {
    let folder = tempfile::tempdir().unwrap();
    copy(asked_for(), folder.path());
    let commands = commands(DOCUMENT);
    assert_eq!(commands.len(), 10);
    let mut told = Vec::new();
    for command in &commands {
        let ran = run(folder.path(), command);
        assert_eq!(ran.code, Some(0), "`{command}`\n{}\n{}", ran.stdout, ran.stderr);
        told.push(ran.stdout);
    }
    // The words of the complainant are in their receipt and in what was opened for the auditor.
    assert!(told[4].contains("Charged twice.") && told[4].contains("blue horse 7"), "{}", told[4]);
    assert!(told[7].contains("Charged twice."), "{}", told[7]);
    for witnessed in [0, 1, 8] {
        assert!(told[witnessed].contains("witness.example/auditor"), "{}", told[witnessed]);
    }
}

#[test]
fn each_command_refuses_what_was_changed_and_says_what_does_not_hold() {
    let commands = commands(DOCUMENT);
    let changes = [
        (0, "published/checkpoint"),
        (1, "published/tile/entries/000.p/"),
        (2, "kept.checkpoint"),
        (3, "growth.proof"),
        (3, "kept.checkpoint"),
        (4, "mine.tlog-proof"),
        (5, "case.proof"),
        (6, "nothing.proof"),
        (7, "case.zip"),
    ];
    for (command, changed) in changes {
        let folder = tempfile::tempdir().unwrap();
        copy(asked_for(), folder.path());
        let path = match fs::read_dir(folder.path().join(changed)) {
            Ok(mut entries) => entries.next().unwrap().unwrap().path(),
            Err(_) => folder.path().join(changed),
        };
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        let refused = run(folder.path(), &commands[command]).refused(1);
        // `check` names the part and what is wrong with it; `mirror` the records.
        let said = &refused.stderr;
        let names_part = said.starts_with("error: expected that ") && said.contains("; ");
        let names_position = said.contains("at position ");
        // The open last tile has no parent yet to say which of its records differs.
        let names_root = said.contains("records that are published");
        assert!(names_part || names_position || names_root, "{changed}: {said}");
    }
}

#[test]
fn a_refusal_says_which_line_is_not_one() {
    let commands = commands(DOCUMENT);
    let lines = [
        (0, "published/checkpoint", 2),
        (2, "kept.checkpoint", 3),
        (2, "trust.policy", 1),
        (3, "growth.proof", 2),
        (4, "mine.tlog-proof", 3),
        (5, "case.proof", 2),
        (6, "nothing.proof", 3),
    ];
    for (command, file, line) in lines {
        let folder = tempfile::tempdir().unwrap();
        copy(asked_for(), folder.path());
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let mut changed: Vec<_> = text.split('\n').collect();
        changed[line - 1] = "no such line";
        fs::write(&path, changed.join("\n")).unwrap();
        let refused = run(folder.path(), &commands[command]).refused(1);
        let named = format!("line {line}");
        assert!(refused.stderr.contains(&named), "{named} of {file}: {}", refused.stderr);
    }
}

#[test]
fn the_list_of_bytes_that_no_check_covers_is_the_one_that_sweeping_goes_by() {
    let text = fs::read_to_string(redress_tests::binary::root().join(DOCUMENT)).unwrap();
    let (_, list) = text.split_once("| files | bytes | reason |\n|---|---|---|\n").unwrap();
    let shown: Vec<_> = list.lines().take_while(|line| line.starts_with('|')).collect();
    let held = not_covered::LIST.iter();
    let held: Vec<_> =
        held.map(|it| format!("| {} | {} | {} |", it.files, it.bytes, it.reason)).collect();
    assert_eq!(shown, held);
}

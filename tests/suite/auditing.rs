//! An auditor who trusts nobody, on a machine without the ledger and without a network.

use std::{fs, path::Path, process::Command, sync::OnceLock};

use redress_tests::{
    authority::Authority,
    binary::{Ran, redress, run_in, say_not_run},
    sweep::{copy, not_covered},
};
use tempfile::TempDir;

use crate::{
    attacks::{Auditor, witnessed},
    readme::commands,
    signing::Home,
};

const DOCUMENT: &str = "docs/auditing.md";
/// What a stranger runs, elsewhere; those after them run beside the ledger.
const TEN: usize = 10;

/// The commands of a stranger. Without OpenSSL there is no authority to trust, and that is said.
fn ten_commands() -> Vec<String> {
    let mut ten = commands(DOCUMENT);
    ten.truncate(TEN);
    without_missing_root(asked_for(), ten)
}

/// The commands without a root certificate, where none could be made.
fn without_missing_root(folder: &Path, commands: Vec<String>) -> Vec<String> {
    if folder.join("root.pem").exists() {
        return commands;
    }
    say_not_run("time stamps of docs/auditing.md", "there is no OpenSSL here");
    commands.into_iter().map(|command| command.replace(" --trust root.pem", "")).collect()
}

/// All that docs/auditing.md says to ask for, made once by a ledger that is gone since.
fn asked_for() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(make).path()
}

/// A ledger with a witness and, where there is OpenSSL, a stamp before a case and one after it; the case; and the
/// checkpoint, policy and root that somebody has kept of it, in its folder.
fn audited() -> (Home, Auditor, String) {
    let (home, witness) = witnessed();
    let kept = home.path().join("kept");
    let authority = Authority::new("court-clock");
    let stamp = || {
        let Some(authority) = &authority else { return };
        let root = home.path().join("root.pem");
        fs::copy(authority.root(), &root).unwrap();
        home.run(&["anchor", "request", "--data", "ledger", "--out", "now.tsq"]).done();
        authority.stamp(&home.path().join("now.tsq"), &home.path().join("now.tsr"));
        let import = ["anchor", "import", "now.tsr", "--data", "ledger", "--trust"];
        home.run(&[&import[..], &[root.to_str().unwrap()]].concat()).done();
    };
    stamp();
    let body = r#"{"channel":"web","source":{"kind":"direct"},
        "personal":{"narrative":"Charged twice.","receipt-nonce":"blue-horse-7"}}"#;
    fs::write(home.path().join("body.json"), body).unwrap();
    let register = ["complaint", "register", "--data", "ledger", "--as", "agent-1"];
    let more = ["--role", "agent", "--body", "body.json", "--json"];
    let registered = home.run(&[&register[..], &more].concat()).done().json();
    let case = registered["complaint"].as_str().unwrap().to_owned();
    home.run(&["commit-index", "--data", "ledger"]).done();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    stamp();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    fs::copy(&kept, home.path().join("kept.checkpoint")).unwrap();
    fs::copy(home.path().join("ledger.keys/policy"), home.path().join("trust.policy")).unwrap();
    (home, witness, case)
}

fn make() -> TempDir {
    let (home, _witness, case) = audited();
    let case = case.as_str();
    let folder = tempfile::tempdir().unwrap();
    let out = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let make = |what: &[&str], name: &str| {
        home.run(&[what, &["--data", "ledger", "--out", &out(name)]].concat()).done();
    };
    for kept in ["kept.checkpoint", "trust.policy", "root.pem"] {
        let from = home.path().join(kept);
        if from.exists() {
            fs::copy(from, out(kept)).unwrap();
        }
    }
    let size =
        fs::read_to_string(out("kept.checkpoint")).unwrap().lines().nth(1).unwrap().to_owned();
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
    let commands = ten_commands();
    assert_eq!(commands.len(), TEN);
    let mut told = Vec::new();
    for command in &commands {
        let ran = run(folder.path(), command);
        assert_eq!(ran.code, Some(0), "`{command}`\n{}\n{}", ran.stdout, ran.stderr);
        told.push(ran.stdout);
    }
    // The words of the complainant are in their receipt and in what was opened for the auditor.
    assert!(told[4].contains("Charged twice.") && told[4].contains("blue-horse-7"), "{}", told[4]);
    assert!(told[7].contains("Charged twice."), "{}", told[7]);
    if folder.path().join("root.pem").exists() {
        assert!(told[7].contains("says court-clock"), "{}", told[7]);
        assert!(told[7].contains("event 0 ") && told[7].contains(", before "), "{}", told[7]);
    }
    for witnessed in [0, 1, 8] {
        assert!(told[witnessed].contains("witness.example/auditor"), "{}", told[witnessed]);
    }
}

#[test]
fn each_command_refuses_what_was_changed_and_says_what_does_not_hold() {
    let commands = ten_commands();
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
    let commands = ten_commands();
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
fn the_commands_beside_the_ledger_find_it_whole_and_say_how_old_its_evidence_is() {
    let (home, _witness, case) = audited();
    let beside = commands(DOCUMENT).split_off(TEN);
    assert_eq!(beside.len(), 6);
    let beside = without_missing_root(home.path(), beside);
    let told: Vec<_> =
        beside.iter().map(|command| run(home.path(), command).done().stdout).collect();
    assert!(told[0].contains("witnessed") && told[0].contains("s ago"), "{}", told[0]);
    assert!(told[1].contains("extends  the checkpoint"), "{}", told[1]);
    assert!(told[3].contains("each to the list that the records give"), "{}", told[3]);
    assert!(told[4].contains(&case), "{}", told[4]);
    let page = fs::read_to_string(home.path().join("audit.html")).unwrap();
    assert!(page.contains(&case) && told[5].contains("audit.html"), "{}", told[5]);
    let of_one = format!("redress export audit --data ledger --out case.html --stream {case}");
    let told_of_one = run(home.path(), &of_one).done().stdout;
    assert!(told_of_one.contains("an index of 1 stream in case.html"), "{told_of_one}");
    let page = fs::read_to_string(home.path().join("case.html")).unwrap();
    assert!(page.contains(&case));
    let nobody = of_one.replace(&case, "complaint-X");
    assert!(run(home.path(), &nobody).refused(1).stderr.contains("complaint-X"));
    if home.path().join("root.pem").exists() {
        assert!(told[0].contains("says court-clock"), "{}", told[0]);
        assert!(told[1].contains("stamps   2, each vouched for"), "{}", told[1]);
        assert!(told[2].contains("between "), "{}", told[2]);
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

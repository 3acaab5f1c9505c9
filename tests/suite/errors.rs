//! No command ends in a panic message or an unexplained code.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

use redress_tests::{
    Ledger,
    binary::{redress, run_in},
};

fn ledger_in(folder: &Path) {
    run_in(folder, &["init", "--data", "ledger", "--origin", "ledger.example/errors"]).done();
}

#[test]
fn a_missing_directory_is_named_and_the_way_to_make_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        &["verify", "--data", "nowhere"][..],
        &["replay", "--data", "nowhere"],
        &["import", "cfpb", "x.csv", "--data", "nowhere"],
        &["report", "transparency", "--data", "nowhere", "--period", "2014", "--out", "o"],
        &["export", "csv", "--data", "nowhere", "--out", "o"],
        &["projections", "status", "--data", "nowhere"],
        &["projections", "rebuild", "--data", "nowhere"],
    ] {
        let ran = run_in(folder.path(), command).refused(1);
        assert!(ran.stderr.contains("nowhere"), "{command:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("redress init"), "{command:?}: {}", ran.stderr);
        assert!(!folder.path().join("nowhere").exists(), "{command:?} made the directory");
    }
}

#[test]
fn a_directory_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("photos");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("cat.jpg"), b"meow").unwrap();
    for command in [
        &["init", "--data", "photos", "--origin", "ledger.example/x"][..],
        &["verify", "--data", "photos"],
        &["demo", "--data", "photos"],
        &["replay", "--data", "photos"],
    ] {
        run_in(folder.path(), command).refused(1);
        let left: Vec<_> = fs::read_dir(&other).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["cat.jpg"], "{command:?}");
    }
}

#[test]
fn a_ledger_is_not_made_twice() {
    let folder = tempfile::tempdir().unwrap();
    ledger_in(folder.path());
    let again = ["init", "--data", "ledger", "--origin", "ledger.example/b"];
    let ran = run_in(folder.path(), &again).refused(1);
    assert!(ran.stderr.contains("expected no ledger at ledger, found one"), "{}", ran.stderr);
    run_in(folder.path(), &["verify", "--data", "ledger"]).done();
}

#[test]
fn json_is_refused_where_there_is_none_to_give() {
    let folder = tempfile::tempdir().unwrap();
    ledger_in(folder.path());
    for command in [
        &["completions", "bash", "--json"][..],
        &["replay", "--data", "ledger", "--format", "table", "--json"],
    ] {
        let ran = run_in(folder.path(), command).refused(2);
        assert!(ran.stderr.contains("--json"), "{command:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{command:?}");
    }
    // Records are lines of JSON anyway.
    run_in(folder.path(), &["replay", "--data", "ledger", "--json"]).done();
}

#[test]
fn unknown_ids_periods_and_words_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    ledger_in(folder.path());
    let unknown = "complaint-01KA0000000000000000000000";
    let ran =
        run_in(folder.path(), &["replay", "--data", "ledger", "--stream", unknown]).refused(1);
    assert!(ran.stderr.contains(unknown), "{}", ran.stderr);
    let report = |period| {
        let arguments =
            ["report", "transparency", "--data", "ledger", "--period", period, "--out", "out"];
        run_in(folder.path(), &arguments)
    };
    for period in ["2014-Q5", "2014-13", "soon", "2014-02-30", "2015-01-01..2014-01-01"] {
        let ran = report(period);
        assert!(matches!(ran.code, Some(1 | 2)), "{period}: {ran:?}");
        assert!(
            ran.stderr.contains("2014-Q1") || ran.stderr.contains("expected"),
            "{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("panicked"));
        assert!(!folder.path().join("out").exists());
    }
    // A right period with nothing in it.
    report("2014-Q1").refused(1);
    run_in(folder.path(), &["projections", "rebuild", "no-such", "--data", "ledger"]).refused(2);
    run_in(folder.path(), &["no-such-command"]).refused(2);
    run_in(folder.path(), &["replay", "--data", "ledger", "--from", "minus-one"]).refused(2);
    run_in(folder.path(), &["import", "cfpb", "no-such.csv", "--data", "ledger"]).refused(1);
}

#[test]
fn a_second_process_is_refused_with_the_pid_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("ledger");
    drop(Ledger::create(&data));
    // This very process holds the ledger now.
    let held = Ledger::open(&data);
    let pid = std::process::id().to_string();
    for command in [&["verify", "--data", "ledger"][..], &["replay", "--data", "ledger"]] {
        let ran = run_in(folder.path(), command).refused(1);
        assert!(ran.stderr.contains(&pid), "{command:?}: {}", ran.stderr);
    }
    drop(held);
    // The suite's ledger has an id of its own, so only the log is looked at here.
    let ran = run_in(folder.path(), &["replay", "--data", "ledger"]);
    assert!(!ran.stderr.contains(&pid), "free again: {}", ran.stderr);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["demo", "--complaints", "80", "--data", "demo"]).done();
    let mut child = Command::new(redress())
        .args(["replay", "--data", "demo"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("{\"v\":1,"), "{first}");
    // The pipe is closed now; the command ends quietly.
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
}

/// The permissions of a folder do not stop root, so the command gives root up before it starts.
#[test]
fn a_read_only_directory_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    // The binary may lie where only root can look.
    let binary = folder.path().join("redress");
    fs::copy(redress(), &binary).unwrap();
    let mut command = Command::new(&binary);
    command.args(["init", "--data", "closed/ledger", "--origin", "ledger.example/closed"]);
    command.current_dir(folder.path()).env("HOME", folder.path());
    let is_root =
        fs::metadata("/proc/self").map(|m| std::os::unix::fs::MetadataExt::uid(&m)).unwrap() == 0;
    if is_root {
        command.uid(65_534).gid(65_534);
    }
    let ran: redress_tests::binary::Ran = command.output().unwrap().into();
    let ran = ran.refused(1);
    assert!(ran.stderr.contains("closed"), "{}", ran.stderr);
}

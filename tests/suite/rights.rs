//! Rights over data, openings, volumes and the rulebook, as their page shows them.

use std::process::Command;

use redress_tests::binary::{Ran, redress, root, run_in};

#[test]
fn the_script_about_rights_goes_from_a_consent_to_an_erasure_and_a_rate() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["init", "--data", "ledger", "--origin", "complaints.example/rights"])
        .done();
    let binaries = redress().parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binaries.to_owned()).chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.arg(root().join("docs/rights.sh")).arg("ledger").current_dir(folder.path());
    command.env("PATH", std::env::join_paths(paths).unwrap()).env_remove("RUST_LOG");
    let ran = Ran::from(command.output().unwrap()).done();

    let mut rest = ran.stdout.as_str();
    for part in [
        "pack       iso-10002 ",
        "pack       uk-disp ",
        "subject.consent-given.v1",
        "subject.restriction-lifted.v1",
        "duplicate-search: narrative, complainant-name",
        "subject.erasure-refused.v1",
        "subject.hold-released.v1",
        "subject.erasure-ordered.v1",
        "erased 3 texts under 1 keys",
        "3 fields, with certificates",
        "volume.recorded.v1",
        "\nvalue,Card,accounts,1,1250,80,18,18\n",
    ] {
        let found = rest.split_once(part);
        rest = found.unwrap_or_else(|| panic!("no `{part}` where expected: {}", ran.stdout)).1;
    }
    for refusal in ["(approved-by-proposer)", "restricted: accuracy-contested"] {
        assert!(ran.stderr.contains(refusal), "no {refusal} in:\n{}", ran.stderr);
    }
    let records = run_in(folder.path(), &["replay", "--data", "ledger"]).done().stdout;
    for personal in ["A. Customer", "a fee nobody"] {
        assert!(!records.contains(personal), "`{personal}` is in the log");
        assert!(!ran.stdout.contains(personal), "`{personal}` was printed");
    }
}

#[test]
fn the_commands_of_the_page_about_rights_work() {
    crate::readme::run_all("docs/rights.md");
}

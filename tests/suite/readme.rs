//! The commands in README and docs are run, as a newcomer would run them.

use std::{fs, path::Path};

use redress_tests::binary::{Ran, root, run_in, serve_in, shared};

/// The lines after `$ ` in every block fenced as `console`, in order.
pub(crate) fn commands(document: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(document)).expect("the document");
    let blocks = text.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix("$ "));
    lines.map(str::to_owned).collect()
}

/// Runs `cargo run --release -- ARGUMENTS` or `redress ARGUMENTS` in a folder, with the binary of
/// this test's profile; where the text names the CFPB file, with the file that is there.
fn run(folder: &Path, command: &str, cfpb: &Path) -> Option<Ran> {
    let arguments = command
        .strip_prefix("cargo run --release -- ")
        .or_else(|| command.strip_prefix("redress "))?;
    let cfpb = cfpb.to_str().expect("UTF-8");
    let mut words: Vec<&str> = arguments
        .split(' ')
        .map(|word| if word.ends_with("cfpb-complaints-2013-2014.csv") { cfpb } else { word })
        .collect();
    if words == ["demo"] {
        // The full demo runs in the gate; its size is not what is tested here.
        words.extend(["--complaints", "60"]);
    }
    Some(run_in(folder, &words))
}

pub(crate) fn run_all(document: &str) {
    let folder = tempfile::tempdir().unwrap();
    // A copy, since an import writes what it refuses beside the file; or what stands in for it.
    let cfpb = folder.path().join("complaints.csv");
    match shared("data/cfpb-complaints-2013-2014.csv") {
        Some(real) => fs::write(&cfpb, fs::read(real).unwrap()).unwrap(),
        None => fs::write(&cfpb, SMALL_CFPB).unwrap(),
    }
    let mut ran = 0;
    let mut serving = None;
    for command in commands(document) {
        // As a shell has it: one at a time in the background, and told to end.
        if let Some(served) = command.strip_suffix(" &") {
            let words: Vec<_> = served.split(' ').skip(1).collect();
            // The tests choose a port that is free.
            let at = words.iter().position(|word| *word == "--listen").expect("an address");
            serving = Some(serve_in(folder.path(), &words[..at]));
            continue;
        }
        if command == "kill %1" {
            let ended = serving.take().expect("something in the background").end();
            assert_eq!(ended, Some(0), "{document}: what was served did not end well");
            continue;
        }
        let Some(result) = run(folder.path(), &command, &cfpb) else {
            // This very suite, and what is not ours to run.
            assert!(
                ["cargo test"].contains(&command.as_str()),
                "{document} shows `{command}`, which no test runs"
            );
            continue;
        };
        assert_eq!(
            result.code,
            Some(0),
            "{document}: `{command}`\nstdout:\n{}\nstderr:\n{}",
            result.stdout,
            result.stderr
        );
        ran += 1;
    }
    assert!(ran > 0, "{document} shows no command");
}

const SMALL_CFPB: &str = "\
Complaint ID,Product,Sub-product,Issue,Sub-issue,State,ZIP code,Submitted via,Date received,Date sent to company,Company,Company response,Timely response?,Consumer disputed?
1,Debt collection,Medical,Disclosure,,FL,32219,Web,11/13/2014,11/13/2014,\"Example, Inc.\",Closed with explanation,Yes,
2,Mortgage,FHA mortgage,Settlement,,TX,75006,Phone,11/13/2014,11/14/2014,Example Bank,In progress,Yes,
3,Credit card,,Billing disputes,,NY,11102,Referral,11/14/2014,11/15/2014,Example Bank,Closed with monetary relief,Yes,Yes
4,Credit card,,Billing disputes,,NY,11102,Fax,11/14/2014,11/15/2014,Example Bank,Untimely response,No,
";

#[test]
fn the_commands_in_the_readme_work() {
    run_all("README.md");
}

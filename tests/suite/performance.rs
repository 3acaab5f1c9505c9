//! What docs/performance.md says to run can be run, and what the tests promise to catch is still there.
//!
//! Each command is shortened here to what a test has time for; power cuts are in [`crate::disk`].

use std::{fs, path::Path, process::Command};

use redress_tests::binary::{Ran, examples, root, run_in};

const DOCUMENT: &str = "docs/performance.md";

/// The commands, one in each indented line.
fn commands() -> Vec<String> {
    let text = fs::read_to_string(root().join(DOCUMENT)).expect("the document");
    text.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect()
}

/// The words of a command, with the number behind each of these options replaced.
fn shortened<'a>(command: &'a str, numbers: &[(&str, &'a str)]) -> Vec<&'a str> {
    let mut words: Vec<&str> = command.split(' ').collect();
    for place in 1..words.len() {
        if let Some((_, less)) = numbers.iter().find(|(option, _)| *option == words[place - 1]) {
            words[place] = less;
        }
    }
    words
}

fn run_elsewhere(program: &Path, words: &[&str]) -> Ran {
    let output = Command::new(program).args(words).current_dir(root()).output();
    output.unwrap_or_else(|error| panic!("{}: {error}", program.display())).into()
}

/// Whether the workspace has a bench of this name: it is compiled with everything else, and run by hand.
fn has_bench(package: &str, bench: &str) -> bool {
    let manifest = root().join("crates").join(package).join("Cargo.toml");
    let text = fs::read_to_string(manifest).unwrap_or_default();
    text.contains(&format!("[[bench]]\nname = \"{bench}\"\n"))
}

#[test]
fn the_commands_it_shows_run() {
    let folder = tempfile::tempdir().unwrap();
    let few = [("--events", "600"), ("--rounds", "1"), ("--clients", "8"), ("--operations", "20")];
    let mut kinds = [0; 5];
    for command in commands() {
        let words = shortened(&command, &few);
        let kind = match words.as_slice() {
            ["cargo", "run", "--release", "-p", "redress", "--", redress @ ..] => {
                run_in(folder.path(), redress).done();
                0
            }
            ["cargo", "run", "--release", "-p", "redress-tests", "--example", "soak", "--", ..] => {
                let words = [&words[8..], &["--each", "20"]].concat();
                run_elsewhere(&examples().join("soak"), &words).done();
                1
            }
            ["cargo", "bench", "-p", package, "--bench", bench, ..] => {
                assert!(has_bench(package, bench), "{command}");
                2
            }
            ["tests/mutants.py"] => {
                // That each is caught takes minutes; that each fits the code, none.
                let script = root().join("tests/mutants.py");
                let fit = run_elsewhere(&script, &["--fit"]).done();
                assert!(fit.stdout.contains("4 of 4 mutants fit"), "{}", fit.stdout);
                3
            }
            ["tests/power_cut.py", ..] => 4,
            _ => panic!("{DOCUMENT} shows `{command}`, which no test runs"),
        };
        kinds[kind] += 1;
    }
    assert!(kinds.iter().all(|times| *times > 0), "of each kind: {kinds:?}");
}

use clap::{Command, CommandFactory as _};

use super::*;

const HERE: &str = "/usr/lib";

fn errand(words: &[&str]) -> Option<Errand> {
    let args: Vec<_> = ["redress"].iter().chain(words).map(OsString::from).collect();
    let (_, matches) = arguments::parse(&args).ok()?;
    Errand::of(&args, &matches, Path::new(HERE))
}

fn words_of(words: &[&str]) -> Vec<String> {
    errand(words).expect("an errand").words
}

#[test]
fn the_work_with_a_ledger_is_for_others_and_what_signs_or_changes_keys_is_not() {
    let by = ["--as", "sue", "--role", "supervisor"];
    let sent = |noun: &'static str, verb: &'static str| {
        errand(&[&[noun, verb, "--data", "ledger"][..], &by].concat())
    };
    for (noun, verb) in [
        ("complaint", "register"),
        ("complaint", "assign"),
        ("staff", "join"),
        ("review", "open"),
        ("rulebook", "propose"),
        ("subject", "request-erasure"),
        ("report", "endorse"),
    ] {
        let errand = sent(noun, verb).unwrap_or_else(|| panic!("{noun} {verb}"));
        assert_eq!(errand.data, Path::new("ledger"));
    }
    for words in [
        &["complaint", "list", "--data", "ledger"][..],
        &["complaint", "show", "complaint-1", "--data", "ledger"],
        &["review", "list", "--data", "ledger"],
        &["replay", "--data", "ledger", "--stream", "complaint-1"],
        &["cause", "chart", "--data", "ledger", "--until", "2025-06-30"],
        &["verify", "--data", "ledger", "--vault"],
        &["replay", "--data", "ledger"],
        &["mail", "status", "--data", "ledger"],
        &["keys", "status", "--data", "ledger"],
        &["checkpoint", "--data", "ledger"],
        &["report", "transparency", "--data", "ledger", "--period", "2025-Q1", "--out", "r"],
        &["export", "csv", "--data", "ledger", "--out", "csv"],
        &["import", "cfpb", "rows.csv", "--data", "ledger"],
    ] {
        assert!(errand(words).is_some(), "{words:?}");
    }
    for words in [
        &["serve", "--data", "ledger"][..],
        &["verify", "--data", "ledger", "--repair"],
        &["checkpoint", "--data", "ledger", "--register", "elsewhere"],
        &["restore", "--from", "backup", "--data", "ledger"],
        &["keys", "rotate-vault", "--data", "ledger"],
        &["export", "tiles", "--data", "ledger", "--out", "tiles"],
        &["report", "transparency", "--mirror", "mirror", "--period", "2025-Q1", "--out", "r"],
        &["cause", "tree"],
        &["complaint", "list"],
        &["complaint", "unheard-of", "--data", "ledger"],
    ] {
        assert_eq!(errand(words), None, "{words:?}");
    }
}

/// A path without a name stays as it is written: whoever reads it must ask for it with `resolved`.
#[test]
fn every_path_that_is_written_without_a_name_is_known_to_be_read_from_where_whoever_asks_stands() {
    fn leaves(command: &Command, names: &[&str], found: &mut Vec<String>) {
        for sub in command.get_subcommands() {
            leaves(sub, &[names, &[sub.get_name()]].concat(), found);
        }
        let is_path = |it: &&clap::Arg| {
            it.get_value_parser().type_id() == clap::builder::ValueParser::path_buf().type_id()
        };
        let paths = command.get_positionals().filter(is_path);
        found.extend(paths.map(|it| format!("{} {}", names.join(" "), it.get_id())));
    }
    let mut found = Vec::new();
    leaves(&CommandLine::command(), &[], &mut found);
    let unnamed = UNNAMED.map(|(noun, verb, name)| format!("{noun} {verb} {name}"));
    // These name no ledger.
    let mut known =
        [&unnamed[..], &["cause tree file".to_owned(), "check file".to_owned()]].concat();
    found.sort();
    known.sort();
    assert_eq!(found, known);
}

#[test]
fn paths_are_meant_as_whoever_asks_means_them() {
    let by = ["--as", "sue", "--role", "agent"];
    let with = |more: &[&'static str]| {
        words_of(&[&["complaint", "register", "--data", "ledger"][..], &by, more].concat())
    };
    let words =
        with(&["--keys=keys/kek", "--attach", "evidence=a.pdf", "--attach=evidence=/b.pdf"]);
    for expected in [
        "/usr/lib/ledger",
        "--keys=/usr/lib/keys/kek",
        "evidence=/usr/lib/a.pdf",
        "--attach=evidence=/b.pdf",
    ] {
        assert!(words.iter().any(|word| word == expected), "no {expected} in {words:?}");
    }
    let letter = ["letter", "complaint-1", "--data", "ledger", "--kind", "acknowledgement"];
    let words = words_of(&[&letter[..], &["--sender", "sender.json", "--pdf=out/a.pdf"]].concat());
    for expected in ["/usr/lib/sender.json", "--pdf=/usr/lib/out/a.pdf"] {
        assert!(words.iter().any(|word| word == expected), "no {expected} in {words:?}");
    }
    // The body is read where it was named, and handed over.
    let words = with(&["--body", "body.json"]);
    assert_eq!(words.last().map(String::as_str), Some("-"));
    // What means another thing in each process, or keeps its reader waiting, is not taken there.
    let by = &by[..];
    for odd in ["evidence=/dev/zero", "evidence=/proc/self/fd/0", "evidence=../../dev/null"] {
        let words = ["complaint", "register", "--data", "ledger", "--attach", odd];
        assert_eq!(errand(&[&words, by].concat()), None, "{odd}");
    }
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, kind, rustix::fs::Mode::RUSR, 0).unwrap();
    let odd = format!("evidence={}", pipe.display());
    let words = ["complaint", "register", "--data", "ledger", "--attach", &odd];
    assert_eq!(errand(&[&words, by].concat()), None);
}

//! The real binary, once: that arguments, streams and exit codes reach the library and come back.

use std::process::{Command, Output};

fn redress(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redress")).args(args).output().expect("the binary runs")
}

#[test]
fn help_is_a_result_and_wrong_usage_is_not() {
    let help = redress(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&help.stdout).contains("redress demo"));
    assert!(help.stderr.is_empty());

    let wrong = redress(&["no-such-command"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(wrong.stdout.is_empty());
    assert!(!wrong.stderr.is_empty());
}

#[test]
fn a_missing_directory_is_refused_with_advice() {
    let verify = redress(&["verify", "--data", "/no/such/directory"]);
    assert_eq!(verify.status.code(), Some(1));
    let said = String::from_utf8_lossy(&verify.stderr).into_owned();
    assert!(said.contains("error: expected") && said.contains(" next: "), "{said}");
    assert!(verify.stdout.is_empty());
}

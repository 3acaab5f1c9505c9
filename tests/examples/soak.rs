//! What runs for as long as one likes, and the child processes of tests that cut it short.
//!
//! - `soak state-machine [--operations N] [--each N] [--seed N]`: the logs against the model;
//!   `TMPDIR` says where the ledgers lie
//! - `soak write DIR [--seed N] [--clients N] [--appends N]`: appends, a line for each promise
//! - `soak check DIR PROMISES`: what a cut has left, against those lines
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use std::{path::Path, process::ExitCode};

use redress_tests::{cut, machine};

const USAGE: &str = "usage: soak state-machine [--operations N] [--each N] [--seed N]
       soak write DIR [--seed N] [--clients N] [--appends N]
       soak check DIR PROMISES";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["state-machine", options @ ..] => state_machine(options),
        ["write", dir, options @ ..] => write(Path::new(dir), options),
        ["check", dir, promises] => check(Path::new(dir), Path::new(promises)),
        _ => Err((2, USAGE.to_owned())),
    }
    .map_or_else(
        |(code, message)| {
            eprintln!("{message}");
            ExitCode::from(code)
        },
        |()| ExitCode::SUCCESS,
    )
}

type Outcome = Result<(), (u8, String)>;

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn broken(message: impl ToString) -> (u8, String) {
    (1, message.to_string())
}

/// The number behind an option, or what it is when left out.
fn number(options: &[&str], name: &str, otherwise: u64) -> Result<u64, (u8, String)> {
    let value = options.chunks(2).find(|pair| pair.first() == Some(&name)).and_then(|p| p.get(1));
    value.map_or(Ok(otherwise), |value| value.parse().map_err(|_| (2, USAGE.to_owned())))
}

fn state_machine(options: &[&str]) -> Outcome {
    let operations = number(options, "--operations", 1_000_000)?;
    let each = number(options, "--each", 1_000)?;
    let seed = number(options, "--seed", 1)?;
    let in_each = usize::try_from(each).map_err(broken)?;
    let mut shown = 0;
    let done = machine::soak(operations, in_each, seed, |done| {
        if done >= shown + operations / 20 {
            shown = done;
            eprintln!("{done} operations");
        }
    });
    let done = done.map_err(broken)?;
    println!("{done} operations in cases of {each}, seed {seed}: memory, sled and model agree");
    Ok(())
}

fn write(dir: &Path, options: &[&str]) -> Outcome {
    let seed = number(options, "--seed", 1)?;
    let clients = number(options, "--clients", 16)?;
    let appends = number(options, "--appends", u64::MAX)?;
    let runtime = tokio::runtime::Runtime::new().map_err(broken)?;
    runtime.block_on(cut::write(dir, seed, clients, appends)).map_err(broken)
}

fn check(dir: &Path, promises: &Path) -> Outcome {
    let lines = std::fs::read_to_string(promises).map_err(broken)?;
    let runtime = tokio::runtime::Runtime::new().map_err(broken)?;
    println!("{}", runtime.block_on(cut::check(dir, &lines)).map_err(broken)?);
    Ok(())
}

//! Flips every byte of two small ledgers' files, one at a time, or a sample of them:
//! `sweep [STEP [ROOM]]`. ROOM is the folder in which they lie; best on a file system in memory.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use std::{env, panic, path::PathBuf, process::ExitCode};

use redress_tests::sweep::sweep;

fn main() -> ExitCode {
    let in_memory = PathBuf::from("/dev/shm");
    let room = env::args().nth(2).map(PathBuf::from);
    let step =
        env::args().nth(1).map_or(Some(1), |step| step.parse().ok()).filter(|step| *step > 0);
    let Some(step) = step else {
        eprintln!("usage: sweep [STEP [ROOM]]");
        return ExitCode::from(2);
    };
    let room = room.or_else(|| in_memory.is_dir().then_some(in_memory));
    // sled panics on some damage, and the log makes that an error: the check says what it was.
    panic::set_hook(Box::new(|info| {
        if !info.location().is_some_and(|place| place.file().contains("sled-0.34")) {
            eprintln!("{info}");
        }
    }));
    let tally = sweep(&room.unwrap_or_else(env::temp_dir), step);
    println!("| files | bytes | found | found together | listed | listed together |");
    print!("{tally}");
    tally.faults.iter().for_each(|fault| eprintln!("{fault}"));
    if tally.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

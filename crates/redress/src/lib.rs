//! The command line of Redress: the one place that puts parts together.
//!
//! - [`demo`]: a believable year of invented complaints
//! - [`import`]: taking in complaints from files that other bodies published

use std::{
    ffi::OsString,
    io::{Read, Write},
    process::ExitCode,
};

pub mod arguments;
pub mod console;
pub mod demo;
pub mod error;
pub mod import;
pub mod instant;

/// Runs one command line, without progress bars. The first argument is the program's name.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    stdin: &mut (dyn Read + Send),
    stdout: &mut (dyn Write + Send),
    stderr: &mut (dyn Write + Send),
) -> ExitCode {
    run_with(args, stdin, stdout, stderr, false)
}

/// [`run`], with progress bars on the process's own standard error where `progress` says so.
pub fn run_with(
    args: impl IntoIterator<Item = OsString>,
    stdin: &mut (dyn Read + Send),
    stdout: &mut (dyn Write + Send),
    stderr: &mut (dyn Write + Send),
    progress: bool,
) -> ExitCode {
    let _ = (args.into_iter().count(), stdin, stdout, stderr, progress);
    ExitCode::from(2)
}

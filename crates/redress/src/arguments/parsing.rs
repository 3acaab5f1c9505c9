//! From words to arguments.

use std::ffi::OsString;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use super::CommandLine;

/// What the words of a command line mean, the program's name first; and how each of them was written.
///
/// # Errors
///
/// What clap has to say: wrong usage, or a text that was asked for.
pub fn parse(args: &[OsString]) -> Result<(CommandLine, ArgMatches), clap::Error> {
    let mut command = CommandLine::command();
    let matches = command.try_get_matches_from_mut(args)?;
    let line =
        CommandLine::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((line, matches))
}

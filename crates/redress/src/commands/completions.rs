//! `redress completions`: what a shell needs to complete command lines.

use clap::CommandFactory;
use clap_complete::{generate, shells};

use crate::{
    arguments::{CommandLine, Shell},
    console::Console,
    error::CommandError,
};

/// Prints the completions for a shell.
///
/// # Errors
///
/// [`CommandError`] when the output cannot be written.
pub fn run(shell: Shell, console: &mut Console<'_>) -> Result<(), CommandError> {
    let mut command = CommandLine::command();
    let mut script = Vec::new();
    match shell {
        Shell::Bash => generate(shells::Bash, &mut command, "redress", &mut script),
        Shell::Zsh => generate(shells::Zsh, &mut command, "redress", &mut script),
        Shell::Fish => generate(shells::Fish, &mut command, "redress", &mut script),
    }
    console.raw(&script)
}

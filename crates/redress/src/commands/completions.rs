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
/// [`CommandError`] when the output cannot be written, or JSON is asked for: a script is none.
pub fn run(shell: Shell, console: &mut Console<'_>) -> Result<(), CommandError> {
    if console.json() {
        return Err(CommandError::Usage {
            problem: "expected completions to be printed for a shell, found --json".to_owned(),
            next: "leave --json out: what is printed is a script, and nothing else".to_owned(),
        });
    }
    let mut command = CommandLine::command();
    let mut script = Vec::new();
    match shell {
        Shell::Bash => generate(shells::Bash, &mut command, "redress", &mut script),
        Shell::Zsh => generate(shells::Zsh, &mut command, "redress", &mut script),
        Shell::Fish => generate(shells::Fish, &mut command, "redress", &mut script),
    }
    console.raw(&script)
}

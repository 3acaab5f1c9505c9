//! `redress bench`: how fast this ledger is here, beside what the machine could do.

use crate::{
    arguments::Bench,
    bench::{append, project, replay, verify},
    console::Console,
    error::CommandError,
};

/// Measures what the arguments ask for.
///
/// # Errors
///
/// [`CommandError`]: no room, no permission, something already where the ledger was to be made.
pub async fn run(what: &Bench, console: &mut Console<'_>) -> Result<(), CommandError> {
    match what {
        Bench::Append(args) => append::run(args, console).await,
        Bench::Replay(args) => replay::run(args, console).await,
        Bench::Verify(args) => verify::run(args, console).await,
        Bench::Project(args) => project::run(args, console).await,
    }
}

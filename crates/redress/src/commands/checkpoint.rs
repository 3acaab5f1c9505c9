//! `redress checkpoint`: the head, signed, and cosigned where a policy names witnesses.

use std::sync::Arc;

use event_log::clock::SystemClock;
use merkle_log::{Checkpoint, SignedNote};
use serde::Serialize;

use crate::{
    arguments,
    console::Console,
    error::CommandError,
    ledger::Ledger,
    publishing::{self, witnesses::Asked},
};

#[derive(Serialize)]
struct Signed {
    origin: String,
    size: u64,
    root: String,
    note: String,
}

/// Signs the head, asks the witnesses, and prints the signed note.
///
/// # Errors
///
/// [`CommandError`]: no key, the ledger does not extend what was signed before, or too few witnesses
/// have cosigned; then the note is printed all the same.
pub async fn run(
    args: &arguments::Checkpoint,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let published = publishing::publish_head(&ledger, &args.signing).await;
    ledger.close().await;
    let (note, asked) = published?;
    print(&note, console)?;
    asked.map_or(Ok(()), |asked| enough(&asked, console))
}

fn print(note: &SignedNote, console: &mut Console<'_>) -> Result<(), CommandError> {
    if !console.json() {
        return console.raw(note.to_string().as_bytes());
    }
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(CommandError::failed("read the checkpoint"))?;
    console.value(&Signed {
        origin: checkpoint.origin().to_owned(),
        size: checkpoint.size(),
        root: checkpoint.root().to_string(),
        note: note.to_string(),
    })
}

/// Tells which witnesses have not cosigned, and refuses what too few have.
///
/// # Errors
///
/// [`CommandError::Refused`]: no quorum, or a witness has seen another history.
pub fn enough(asked: &Asked, console: &mut Console<'_>) -> Result<(), CommandError> {
    for (name, error) in &asked.refused {
        console.say(format_args!("witness {name} has not cosigned: {error}"));
    }
    asked.refuse_fork()?;
    match &asked.quorum {
        Ok(_) => Ok(()),
        Err(error) => Err(CommandError::Refused {
            problem: error.to_string(),
            next: "see to it that the witnesses can be reached, then try again".to_owned(),
        }),
    }
}

//! `redress checkpoint`: the head, signed.

use std::sync::Arc;

use event_log::clock::SystemClock;
use merkle_log::{Checkpoint, SignedNote};
use serde::Serialize;

use crate::{arguments, console::Console, error::CommandError, ledger::Ledger, signing};

#[derive(Serialize)]
struct Signed {
    origin: String,
    size: u64,
    root: String,
    note: String,
}

/// Signs the head and prints the signed note.
///
/// # Errors
///
/// [`CommandError`]: no key, or the ledger does not extend what was signed before.
pub async fn run(
    args: &arguments::Checkpoint,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let note = sign(&ledger, args).await;
    ledger.close().await;
    print(&note?, console)
}

async fn sign(ledger: &Ledger, args: &arguments::Checkpoint) -> Result<SignedNote, CommandError> {
    let signer = signing::open(ledger, &args.signing).await?;
    Ok(signing::sign_head(signer, &ledger.log).await?.1)
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

//! `redress backup`: a copy of the ledger that says when it is finished.

use std::{
    path::{Path, absolute},
    sync::Arc,
};

use event_log::{Clock, EventLog, Position, clock::SystemClock};
use serde::{Deserialize, Serialize};

use crate::{
    arguments::Backup,
    backup::take::take,
    console::Console,
    control::{self, Request},
    error::CommandError,
    ledger::Ledger,
};

/// What a backup holds, as it is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct Done {
    to: String,
    origin: String,
    generation: u64,
    taken_at: String,
    records: u64,
    root: String,
    tiles_copied: u64,
    tiles_kept: u64,
    personal_bytes: u64,
}

/// Takes a backup and says what it holds. A process that serves the ledger is asked to take it.
///
/// # Errors
///
/// [`CommandError`]: a damaged ledger or backup, another history, no room. The earlier backup at
/// that place is still whole then.
pub async fn run(args: &Backup, console: &mut Console<'_>) -> Result<(), CommandError> {
    let to = absolute(&args.to).map_err(CommandError::file("find", &args.to))?;
    let asked = control::ask(&args.at.data, &Request::Backup { to }, console).await?;
    let mut done = if let Some(done) = asked {
        done
    } else {
        let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
        let taken = take_of(&ledger, &args.to, console).await;
        ledger.close().await;
        taken?
    };
    // As it was named here, whoever has taken it.
    done.to = args.to.display().to_string();
    if console.json() { console.value(&done) } else { tell(&done, &args.to, console) }
}

/// Takes a backup of an open ledger, beside whoever appends to it.
///
/// # Errors
///
/// As [`run`].
pub async fn take_of(
    ledger: &Ledger,
    to: &Path,
    console: &Console<'_>,
) -> Result<Done, CommandError> {
    let bar = console.bar("copying", ledger.log.head().next_position.0);
    let progress = Box::new(move |position: Position| bar.set(position.0));
    let taken = take(&ledger.log, &ledger.places, to, SystemClock.now(), progress).await?;
    let manifest = taken.manifest;
    Ok(Done {
        to: to.display().to_string(),
        origin: manifest.origin,
        generation: manifest.generation,
        taken_at: format!("{:.3}", manifest.taken_at),
        records: manifest.records,
        root: manifest.root,
        tiles_copied: taken.tiles_copied,
        tiles_kept: taken.tiles_kept,
        personal_bytes: taken.personal_bytes,
    })
}

fn tell(done: &Done, to: &Path, console: &mut Console<'_>) -> Result<(), CommandError> {
    console.line(format_args!("backup {} of {}", done.generation, done.origin))?;
    console.line(format_args!("  records  {}", done.records))?;
    console.line(format_args!("  root     {}", done.root))?;
    console.line(format_args!(
        "  tiles    {} copied, {} there already and whole",
        done.tiles_copied, done.tiles_kept
    ))?;
    console.line(format_args!(
        "  personal {} bytes; keep no copy of {} longer than 30 days",
        done.personal_bytes,
        to.join("personal").display()
    ))?;
    console.line("the key-encryption key is not in it: its custodian keeps it")
}

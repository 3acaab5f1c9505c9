//! `redress backup`: a copy of the ledger that says when it is finished.

use std::sync::Arc;

use event_log::{Clock, EventLog, Position, clock::SystemClock};
use serde::Serialize;

use crate::{
    arguments::Backup, backup::take::take, console::Console, error::CommandError, ledger::Ledger,
};

#[derive(Serialize)]
struct Done<'a> {
    to: String,
    origin: &'a str,
    generation: u64,
    taken_at: String,
    records: u64,
    root: &'a str,
    tiles_copied: u64,
    tiles_kept: u64,
    personal_bytes: u64,
}

/// Takes a backup and says what it holds.
///
/// # Errors
///
/// [`CommandError`]: a damaged ledger or backup, another history, no room. The earlier backup at
/// that place is still whole then.
pub async fn run(args: &Backup, console: &mut Console<'_>) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let bar = console.bar("copying", ledger.log.head().next_position.0);
    let progress = Box::new(move |position: Position| bar.set(position.0));
    let taken = take(&ledger.log, &ledger.places, &args.to, SystemClock.now(), progress).await;
    ledger.close().await;
    let taken = taken?;
    let manifest = &taken.manifest;
    if console.json() {
        return console.value(&Done {
            to: args.to.display().to_string(),
            origin: &manifest.origin,
            generation: manifest.generation,
            taken_at: format!("{:.3}", manifest.taken_at),
            records: manifest.records,
            root: &manifest.root,
            tiles_copied: taken.tiles_copied,
            tiles_kept: taken.tiles_kept,
            personal_bytes: taken.personal_bytes,
        });
    }
    console.line(format_args!("backup {} of {}", manifest.generation, manifest.origin))?;
    console.line(format_args!("  records  {}", manifest.records))?;
    console.line(format_args!("  root     {}", manifest.root))?;
    console.line(format_args!(
        "  tiles    {} copied, {} there already and whole",
        taken.tiles_copied, taken.tiles_kept
    ))?;
    console.line(format_args!(
        "  personal {} bytes; keep no copy of {} longer than 30 days",
        taken.personal_bytes,
        args.to.join("personal").display()
    ))?;
    console.line("the key-encryption key is not in it: its custodian keeps it")
}

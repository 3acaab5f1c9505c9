//! `redress commit-index`: the ledger commits to the list of all its streams.

use std::sync::Arc;

use complaint_domain::{
    ledger::{EvidenceCommand, IndexCommitment},
    sealed::Hex,
};
use event_log::{EventLog, Position, clock::SystemClock};
use evidence_check::index::CommitmentView;
use evidence_issue::ListAudit;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    arguments::CommitIndex,
    console::Console,
    error::CommandError,
    evidence::{commitments, list},
    ledger::Ledger,
};

#[derive(Debug, Serialize)]
struct Committed {
    position: u64,
    size: u64,
    streams: u64,
    root: String,
    is_new: bool,
}

/// Commits to the list of all streams, or makes those again that were committed to.
///
/// # Errors
///
/// [`CommandError::Broken`] when the ledger committed to another list than its records give.
pub async fn run(args: &CommitIndex, console: &mut Console<'_>) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let done =
        if args.check { compare(&ledger, console).await } else { commit(&ledger, console).await };
    ledger.close().await;
    done
}

async fn commit(ledger: &Ledger, console: &mut Console<'_>) -> Result<(), CommandError> {
    let size = ledger.log.head().next_position.0;
    let newest = commitments(ledger, Position(size)).await?.pop();
    if let Some((record, view)) = newest
        && record.position.0.checked_add(1) == Some(size)
        && view.size == record.position.0
    {
        // Nothing but the commitment itself has come since.
        return tell(&committed(record.position, &view, false), console);
    }
    let list = list(ledger, size, "", console).await?;
    let view = list.commitment();
    let commitment = IndexCommitment {
        size,
        root: Hex(view.root),
        entries: view.entries,
        definition: view.definition,
    };
    let service = ledger.evidence()?;
    // The same list gives the same command, so that a retry after a crash finds what was recorded.
    let name = format!("{}/index/{size}", ledger.origin());
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    let appended = service.record(&EvidenceCommand::CommitIndex(commitment), id).await?;
    tell(&committed(appended.position, view, !appended.repeated), console)
}

fn committed(position: Position, view: &CommitmentView, is_new: bool) -> Committed {
    Committed {
        position: position.0,
        size: view.size,
        streams: view.entries,
        root: Hex(view.root).to_string(),
        is_new,
    }
}

fn tell(committed: &Committed, console: &mut Console<'_>) -> Result<(), CommandError> {
    if console.json() {
        return console.value(committed);
    }
    let Committed { position, size, streams, root, is_new } = committed;
    let what = if *is_new { "committed to" } else { "nothing new since" };
    console.line(format_args!(
        "{what} the list of {streams} streams over the first {size} records, at position {position}"
    ))?;
    console.line(format_args!("  root {root}"))?;
    console.say("it can be proved from once a checkpoint covers it: run `redress checkpoint`");
    Ok(())
}

async fn compare(ledger: &Ledger, console: &mut Console<'_>) -> Result<(), CommandError> {
    let size = ledger.log.head().next_position.0;
    let bar = console.bar("streams", size);
    let mut told = |position: Position| bar.set(position.0);
    let scratch = &ledger.places.data;
    let audit = ListAudit::of_log(ledger.log.as_ref(), size, scratch, &mut told).await?;
    let audited = tokio::task::spawn_blocking(move || audit.finish()).await;
    let all = audited.map_err(CommandError::failed("make the lists anew"))??;
    drop(bar);
    if console.json() {
        let all = all.iter().map(|it| committed(Position(it.position), &it.said, false));
        return console.value(&all.collect::<Vec<_>>());
    }
    console.line(format_args!("{} commitments, each to the list that the records give", all.len()))
}

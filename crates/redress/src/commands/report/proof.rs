//! `redress report proof`: what was published, proved for whoever has the files.

use std::{path::Path, sync::Arc};

use complaint_domain::{
    LedgerEvent,
    report::{Published, ReportEvent},
    sealed::Digest,
};
use event_log::{EventLog as _, RecordedEvent, StreamId, StreamVersion, clock::SystemClock};
use evidence_check::Kind;
use evidence_issue::receipt::record_proof;
use futures::TryStreamExt;
use merkle_log::LogProof;
use serde_json::json;

use crate::{
    arguments::ReportProof,
    casework::{Filed as _, ReportNoun},
    console::Console,
    error::CommandError,
    evidence::{Issuer, Readers, deliver, put_for},
    ledger::Ledger,
    outputs::{Output, may_write},
};

/// Writes the proof of the last publication of a report.
///
/// # Errors
///
/// [`CommandError`]: no such report, not published yet, no checkpoint that covers it.
pub(super) async fn run(args: &ReportProof, console: &mut Console<'_>) -> Result<(), CommandError> {
    let stream = ReportNoun::stream(&args.stream).map_err(|problem| CommandError::Usage {
        problem,
        next: "the whole name stands in `redress report list --all`".to_owned(),
    })?;
    args.out
        .as_deref()
        .map_or(Ok(()), |path| may_write(Output::Evidence(Kind::RecordProof), path))?;
    let mut ledger = Ledger::open(&args.of.at, Arc::new(SystemClock))?;
    let done = prove(&mut ledger, args, &stream, console).await;
    ledger.close().await;
    done
}

async fn prove(
    ledger: &mut Ledger,
    args: &ReportProof,
    stream: &StreamId,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let Some((record, published)) = last_published(ledger, stream).await? else {
        return Err(CommandError::Refused {
            problem: format!("expected a report that was published, found that {stream} was not"),
            next: "publish it with `redress report publish`".to_owned(),
        });
    };
    let issuer = Issuer::new(ledger, &args.of)?;
    let position = record.position.0;
    let text = text(&issuer, &record).await?;
    deliver(args.out.as_deref(), text.as_bytes(), Readers::Anybody, console)?;
    let Some(path) = &args.out else { return Ok(()) };
    let digest = published.report.digest;
    if console.json() {
        return console.value(&json!({
            "report": stream.as_str(), "position": position, "digest": digest,
            "is_endorsed": published.endorsed.is_some(), "file": path,
        }));
    }
    console.line(format_args!(
        "{stream} published the files with the digest {digest} at position {position}: {}",
        path.display()
    ))?;
    console.say("put it beside the files: `redress check` holds them to it without the ledger");
    Ok(())
}

async fn text(issuer: &Issuer<'_>, record: &RecordedEvent) -> Result<String, CommandError> {
    let position = record.position.0;
    let proof = issuer.prove(move |prover| prover.inclusion(position)).await?;
    Ok(record_proof(record, proof).to_string())
}

/// Writes the proof of a report's last publication, if there was one.
///
/// # Errors
///
/// [`CommandError`]: no checkpoint that covers it, a file that cannot be written.
pub(in crate::commands) async fn write(
    issuer: &Issuer<'_>,
    stream: &StreamId,
    out: &Path,
) -> Result<(), CommandError> {
    if let Some((record, _)) = last_published(issuer.ledger, stream).await? {
        put_for(Readers::Anybody, out, text(issuer, &record).await?.as_bytes())?;
    }
    Ok(())
}

/// Proves the publication of the files with this digest, the last of them; nothing where they were not published.
///
/// # Errors
///
/// [`CommandError`]: no checkpoint that covers it, or the ledger cannot be read.
pub(in crate::commands) async fn of_digest(
    issuer: &Issuer<'_>,
    stream: &StreamId,
    digest: Digest,
) -> Result<Option<LogProof>, CommandError> {
    let is_it = |published: &Published| published.report.digest == digest;
    let Some((record, _)) = newest(issuer.ledger, stream, is_it).await? else { return Ok(None) };
    let position = record.position.0;
    let proof = issuer.prove(move |prover| prover.inclusion(position)).await?;
    Ok(Some(record_proof(&record, proof)))
}

/// The newest record that says what was published.
async fn last_published(
    ledger: &Ledger,
    stream: &StreamId,
) -> Result<Option<(RecordedEvent, Published)>, CommandError> {
    newest(ledger, stream, |_| true).await
}

/// The newest publication of a report that is as it must be.
async fn newest(
    ledger: &Ledger,
    stream: &StreamId,
    is_it: impl Fn(&Published) -> bool,
) -> Result<Option<(RecordedEvent, Published)>, CommandError> {
    let mut records = ledger.log.read_stream(stream, StreamVersion::default());
    let mut found = None;
    while let Some(recorded) = records.try_next().await? {
        let record = complaint_codec::decode(&recorded.bytes).map_err(|error| {
            CommandError::Broken { position: recorded.position, reason: error.to_string() }
        })?;
        if let LedgerEvent::Report(ReportEvent::Published(published)) = record.event
            && is_it(&published)
        {
            found = Some((recorded, published));
        }
    }
    Ok(found)
}

//! `redress subject`: the person behind a complaint, and what may be done with their data.

use std::{io::Read, sync::Arc};

use complaint_domain::{
    reference::ComplaintId,
    subject::{Erasure, ErasureRecord, Subject},
};
use complaint_service::Finished;
use event_log::{StreamId, clock::SystemClock};
use projector_audit::history;
use serde_json::json;

use crate::{
    arguments::{SubjectCarryOut, SubjectLine},
    commands::filed,
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

/// Does what is asked.
///
/// # Errors
///
/// [`CommandError`]: a refusal with its reason, wrong usage, a ledger that does not answer.
pub async fn run(
    what: &SubjectLine,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    match what {
        SubjectLine::Filed(line) => filed::line(line, stdin, console).await,
        SubjectLine::CarryOut(args) => carry_out(args, console).await,
    }
}

async fn carry_out(args: &SubjectCarryOut, console: &mut Console<'_>) -> Result<(), CommandError> {
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let done = carry_out_all(&mut ledger, console).await;
    ledger.close().await;
    let done = done?;
    if console.json() {
        let all: Vec<_> = done.iter().map(as_json).collect();
        return console.value(&all);
    }
    for record in &done {
        let texts: u64 = record.fields.values().sum();
        let (keys, complaint) = (record.keys.len(), &record.complaint);
        console.line(format_args!("{complaint}: erased {texts} texts under {keys} keys"))?;
    }
    if done.is_empty() {
        console.say("nothing was ordered to be erased that is not");
    }
    Ok(())
}

fn as_json(record: &ErasureRecord) -> serde_json::Value {
    json!({"complaint": record.complaint, "keys": record.keys, "fields": record.fields})
}

/// One after the other; what is done stays done when the next one fails.
async fn carry_out_all(
    ledger: &mut Ledger,
    console: &Console<'_>,
) -> Result<Vec<ErasureRecord>, CommandError> {
    let ordered = ordered(ledger, console).await?;
    if ordered.is_empty() {
        return Ok(Vec::new());
    }
    let erasures = ledger.erasures()?;
    let mut done = Vec::new();
    for complaint in &ordered {
        match erasures.carry_out(complaint).await? {
            Finished::Now(record) => done.push(record),
            Finished::Before | Finished::NotOrdered => {}
        }
    }
    Ok(done)
}

/// The complaints whose personal data was ordered to be erased and is not.
async fn ordered(ledger: &Ledger, console: &Console<'_>) -> Result<Vec<ComplaintId>, CommandError> {
    let ask = |connection: &_| history::streams_of(connection, "subject");
    let mut ordered = Vec::new();
    for stream in filed::look::asked(ledger, console, ask).await? {
        let subject: Subject = ledger.streams().load(&stream).await?;
        if *subject.erasure() == Erasure::Ordered {
            ordered.extend(complaint_of(&stream));
        }
    }
    Ok(ordered)
}

/// The complaint whose person a stream is about: both have one ULID.
fn complaint_of(stream: &StreamId) -> Option<ComplaintId> {
    let ulid = stream.as_str().strip_prefix("subject-")?;
    format!("complaint-{ulid}").parse().ok()
}

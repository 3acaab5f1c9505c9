//! `redress access`: who opened whose personal data, and for what.

use std::sync::Arc;

use complaint_domain::{access::Disclosure, reference::ComplaintId};
use event_log::clock::SystemClock;
use projection::{
    column::time_text,
    rusqlite::{self, Connection},
};
use projector_audit::{AuditEvent, Filter, history};
use serde_json::json;

use crate::{
    arguments::{AccessCommandLine, AccessList},
    commands::filed::look::asked,
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

/// The stored name of an opening.
const OPENED: &str = "access.personal-data-opened.v1";
/// How many are looked through at once.
const PAGE: u32 = 1_000;

/// Does what is asked.
///
/// # Errors
///
/// [`CommandError`]: no ledger, a read model that cannot follow.
pub async fn run(what: &AccessCommandLine, console: &mut Console<'_>) -> Result<(), CommandError> {
    let AccessCommandLine::List(args) = what;
    list(args, console).await
}

async fn list(args: &AccessList, console: &mut Console<'_>) -> Result<(), CommandError> {
    let complaint = args.complaint.as_deref().map(str::parse::<ComplaintId>).transpose();
    let complaint = complaint.map_err(|error| CommandError::Usage {
        problem: error.to_string(),
        next: "a complaint's whole name stands in `redress complaint list`".to_owned(),
    })?;
    let filter = Filter {
        event_type: Some(OPENED.to_owned()),
        actor: args.by.clone(),
        // What is asked for is after a moment, so not that moment itself.
        occurred_from: args.after.map(|after| after.0 + jiff::SignedDuration::from_millis(1)),
        occurred_to: args.until.map(|until| until.0),
        limit: PAGE,
        ..Filter::default()
    };
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let ask =
        move |connection: &Connection| openings(connection, filter, complaint.as_ref(), limit);
    let found = asked(&ledger, console, ask).await;
    ledger.close().await;
    let found = found?;
    if console.json() {
        let all: Vec<_> = found.iter().map(|(event, opened)| as_json(event, opened)).collect();
        return console.value(&all);
    }
    for (event, Disclosure { complaint, fields, purpose }) in &found {
        let fields: Vec<_> = fields.iter().map(ToString::to_string).collect();
        console.line(format_args!(
            "{:.0}  {:<16}  {:<24}  {complaint}  {purpose}: {}",
            event.occurred_at,
            event.actor_id,
            event.actor_role,
            fields.join(", ")
        ))?;
    }
    if found.is_empty() {
        console.say("no opening of personal data that fits is recorded");
    }
    Ok(())
}

fn openings(
    connection: &Connection,
    mut filter: Filter,
    complaint: Option<&ComplaintId>,
    limit: usize,
) -> rusqlite::Result<Vec<(AuditEvent, Disclosure)>> {
    let mut found = Vec::new();
    loop {
        let page = history::events(connection, &filter)?;
        let Some(last) = page.last() else { return Ok(found) };
        filter.after = Some(last.position);
        for event in page {
            let Some(opened) = opening(&event) else { continue };
            if complaint.is_none_or(|complaint| opened.complaint == *complaint) {
                found.push((event, opened));
            }
            if found.len() == limit {
                return Ok(found);
            }
        }
    }
}

/// What the event says; the read model holds its data as it was stored.
fn opening(event: &AuditEvent) -> Option<Disclosure> {
    serde_json::from_str(&event.data).ok()
}

fn as_json(event: &AuditEvent, opened: &Disclosure) -> serde_json::Value {
    json!({
        "position": event.position.0,
        "occurred_at": time_text(event.occurred_at),
        "actor": event.actor_id,
        "role": event.actor_role,
        "complaint": opened.complaint,
        "fields": opened.fields,
        "purpose": opened.purpose,
    })
}

//! Showing one thing, and listing those of which something is expected.

use std::sync::Arc;

use complaint_domain::aggregate::Aggregate;
use event_log::{StreamId, clock::SystemClock};
use projection::{
    Projector,
    column::time_text,
    rusqlite::{self, Connection},
};
use projector_audit::{AuditEvent, AuditProjector, history};
use serde_json::{Map, Value, json};

use crate::{
    arguments::{FiledList, FiledShow},
    casework::{Listed, Standing},
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

/// Shows one as it stands, and all that happened to it.
pub(in crate::commands) async fn show<N: Listed>(
    args: &FiledShow,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let noun = N::NAME;
    let stream = N::stream(&args.stream).map_err(|problem| CommandError::Usage {
        problem,
        next: format!("the whole name stands in `redress {noun} list --all`"),
    })?;
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let found = found::<N>(&ledger, &stream, console).await;
    ledger.close().await;
    let Some((standing, events)) = found? else {
        return Err(CommandError::UnknownStream { stream });
    };
    if console.json() {
        let mut whole = as_json(noun, &stream, &standing);
        let events: Vec<_> = events.iter().map(event_as_json).collect();
        whole.insert("events".to_owned(), Value::Array(events));
        return console.value(&whole);
    }
    console.line(format_args!("{noun:<14} {stream}"))?;
    console.line(format_args!("{:<14} {}", "stage", standing.stage))?;
    for (name, fact) in &standing.facts {
        console.line(format_args!("{name:<14} {fact}"))?;
    }
    for event in &events {
        console.line(format_args!(
            "{:>4}  {:.0}  {:<34}  {:<12}  {}",
            event.version.0, event.occurred_at, event.event_type, event.actor_id, event.data
        ))?;
    }
    Ok(())
}

async fn found<N: Listed>(
    ledger: &Ledger,
    stream: &StreamId,
    console: &Console<'_>,
) -> Result<Option<(Standing, Vec<AuditEvent>)>, CommandError> {
    let state = ledger.streams().load::<N::Aggregate>(stream).await?;
    let Some(standing) = N::standing(&state) else { return Ok(None) };
    let wanted = stream.clone();
    let events = asked(ledger, console, move |connection| history::history(connection, &wanted));
    Ok(Some((standing, events.await?)))
}

/// Lists those of which something is still expected.
pub(in crate::commands) async fn list<N: Listed>(
    args: &FiledList,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let listed = listed::<N>(args, &ledger, console).await;
    ledger.close().await;
    let listed = listed?;
    if console.json() {
        let all: Vec<_> = listed.iter().map(|(stream, it)| as_json(N::NAME, stream, it)).collect();
        return console.value(&all);
    }
    if listed.is_empty() {
        let all = if args.all { "" } else { " of which something is still expected" };
        console.say(format_args!("no {}{all}", N::NAME));
    }
    let are_all = listed.len() < args.limit;
    for (stream, Standing { stage, facts, .. }) in listed {
        let facts: Vec<_> = facts.iter().map(|(name, fact)| format!("{name} {fact}")).collect();
        console.line(format_args!("{stream}  {stage:<12}  {}", facts.join("; ")))?;
    }
    if !are_all {
        console.say(format_args!(
            "these are the first {}: --limit lists more, if there are any",
            args.limit
        ));
    }
    Ok(())
}

async fn listed<N: Listed>(
    args: &FiledList,
    ledger: &Ledger,
    console: &Console<'_>,
) -> Result<Vec<(StreamId, Standing)>, CommandError> {
    let kind = <N::Aggregate as Aggregate>::STREAM_KIND;
    let names = asked(ledger, console, |connection| history::streams_of(connection, kind)).await?;
    let mut listed = Vec::new();
    for stream in names {
        if listed.len() >= args.limit {
            break;
        }
        let state = ledger.streams().load::<N::Aggregate>(&stream).await?;
        if let Some(standing) = N::standing(&state).filter(|it| args.all || !it.is_over) {
            listed.push((stream, standing));
        }
    }
    Ok(listed)
}

/// Brings the read models up to the head, and asks the auditors' one.
pub(in crate::commands) async fn asked<T: Send + 'static>(
    ledger: &Ledger,
    console: &Console<'_>,
    ask: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, CommandError> {
    ledger.bring_read_models_up(console).await?;
    let path = projection::path_of(&ledger.places.read_models(), AuditProjector.name());
    let asked = tokio::task::spawn_blocking(move || {
        let connection =
            projection::open_reader(&path).map_err(CommandError::failed("read the history"))?;
        ask(&connection).map_err(CommandError::failed("read the history"))
    });
    asked.await.map_err(CommandError::failed("read the history"))?
}

fn as_json(noun: &str, stream: &StreamId, standing: &Standing) -> Map<String, Value> {
    let facts = standing.facts.iter().map(|(name, fact)| ((*name).to_owned(), json!(fact)));
    Map::from_iter([
        (noun.to_owned(), json!(stream.as_str())),
        ("stage".to_owned(), json!(standing.stage)),
        ("facts".to_owned(), Value::Object(facts.collect())),
    ])
}

fn event_as_json(event: &AuditEvent) -> Value {
    // What was stored is JSON; should it ever not be, its text is shown.
    let data = serde_json::from_str(&event.data).unwrap_or_else(|_| json!(event.data));
    json!({
        "version": event.version.0,
        "position": event.position.0,
        "type": event.event_type,
        "actor": event.actor_id,
        "role": event.actor_role,
        "occurred_at": time_text(event.occurred_at),
        "data": data,
    })
}

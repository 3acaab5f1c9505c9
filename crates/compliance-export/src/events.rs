//! One row for each record.

use merkle_log::leaf_hash;
use serde::Deserialize;
use serde_json::value::RawValue;

use event_log::RecordedEvent;

use crate::column::{Cell, Column, Kind};

const fn column(
    name: &'static str,
    kind: Kind,
    meaning: &'static str,
    unit: &'static str,
    source: &'static str,
) -> Column {
    Column { name, kind, meaning, unit, source }
}

/// The columns of `events.csv`.
pub const COLUMNS: &[Column] = &[
    column(
        "position",
        Kind::Integer,
        "place in the log, and index of the leaf in the tree",
        "from 0, without gaps",
        "the log",
    ),
    column(
        "leaf_hash",
        Kind::Text,
        "RFC 6962 leaf hash of the stored bytes",
        "SHA-256, hexadecimal",
        "the stored bytes",
    ),
    column("v", Kind::Integer, "version of the record's envelope", "", "v"),
    column("id", Kind::Text, "the record's own id", "UUID", "id"),
    column(
        "type",
        Kind::Code,
        "what happened, with the version of its form",
        "event types",
        "type",
    ),
    column("stream", Kind::Text, "the complaint or other stream it belongs to", "", "stream"),
    column("version", Kind::Integer, "place in the stream", "from 0, without gaps", "version"),
    column(
        "recorded_at",
        Kind::Time,
        "when the ledger recorded it; never decreases along the log",
        "RFC 3339, UTC",
        "recorded_at",
    ),
    column(
        "occurred_at",
        Kind::Time,
        "when it happened in the world, as the actor says",
        "RFC 3339, UTC",
        "occurred_at",
    ),
    column("actor_id", Kind::Text, "the account that acted; a pseudonym", "", "actor.id"),
    column("actor_role", Kind::Code, "in which capacity it acted", "roles", "actor.role"),
    column("command_id", Kind::Text, "the command that caused it", "UUID", "command_id"),
    column(
        "command_digest",
        Kind::Text,
        "digest of what the command said, without personal fields",
        "SHA-256, hexadecimal",
        "command_digest",
    ),
    column("correlation_id", Kind::Text, "what the command belongs to", "UUID", "correlation_id"),
    column(
        "causation_id",
        Kind::Text,
        "the record that led to the command, if one did",
        "UUID",
        "causation_id",
    ),
    column(
        "data",
        Kind::Json,
        "what happened in detail, as it was stored",
        "see docs/format.md",
        "data",
    ),
    column(
        "sealed_fields",
        Kind::List,
        "which personal fields lie sealed in the vault; never their texts",
        "personal fields",
        "sealed[].field",
    ),
];

/// The keys of a line of `events.jsonl`, which is the stored bytes of a record, unchanged.
pub const KEYS: &[Column] = &[
    column("v", Kind::Integer, "version of the record's envelope", "", "v"),
    column("id", Kind::Text, "the record's own id", "UUID", "id"),
    column(
        "type",
        Kind::Code,
        "what happened, with the version of its form",
        "event types",
        "type",
    ),
    column("stream", Kind::Text, "the complaint or other stream it belongs to", "", "stream"),
    column("version", Kind::Integer, "place in the stream", "from 0, without gaps", "version"),
    column(
        "recorded_at",
        Kind::Time,
        "when the ledger recorded it; never decreases along the log",
        "RFC 3339, UTC",
        "recorded_at",
    ),
    column(
        "occurred_at",
        Kind::Time,
        "when it happened in the world, as the actor says",
        "RFC 3339, UTC",
        "occurred_at",
    ),
    column(
        "actor",
        Kind::Json,
        "the account that acted, a pseudonym, and in which role",
        "",
        "actor",
    ),
    column("command_id", Kind::Text, "the command that caused it", "UUID", "command_id"),
    column(
        "command_digest",
        Kind::Text,
        "digest of what the command said, without personal fields",
        "SHA-256, hexadecimal",
        "command_digest",
    ),
    column("correlation_id", Kind::Text, "what the command belongs to", "UUID", "correlation_id"),
    column(
        "causation_id",
        Kind::Text,
        "the record that led to the command; the key is left out when none did",
        "UUID",
        "causation_id",
    ),
    column("data", Kind::Json, "what happened in detail", "see docs/format.md", "data"),
    column(
        "sealed",
        Kind::Json,
        "references to the personal fields in the vault; the key is left out when there are none",
        "see docs/format.md",
        "sealed",
    ),
];

/// The envelope of a record of any version or type, so that an export never depends on knowing
/// them all.
#[derive(Deserialize)]
struct Envelope<'a> {
    v: u64,
    #[serde(borrow)]
    id: &'a str,
    r#type: String,
    stream: &'a str,
    version: u64,
    recorded_at: jiff::Timestamp,
    occurred_at: jiff::Timestamp,
    actor: Actor,
    command_id: &'a str,
    command_digest: &'a str,
    correlation_id: &'a str,
    #[serde(default)]
    causation_id: Option<&'a str>,
    data: &'a RawValue,
    #[serde(default)]
    sealed: Vec<Sealed>,
}

#[derive(Deserialize)]
struct Actor {
    id: String,
    role: String,
}

#[derive(Deserialize)]
struct Sealed {
    field: String,
}

/// The cells of one record.
///
/// # Errors
///
/// When the bytes are not the JSON of a record.
pub fn row(recorded: &RecordedEvent) -> Result<Vec<Cell>, serde_json::Error> {
    let record: Envelope<'_> = serde_json::from_slice(&recorded.bytes)?;
    let text = |text: &str| Cell::Text(text.to_owned());
    Ok(vec![
        Cell::Integer(recorded.position.0),
        Cell::Text(leaf_hash(&recorded.bytes).to_string()),
        Cell::Integer(record.v),
        text(record.id),
        Cell::Text(record.r#type),
        text(record.stream),
        Cell::Integer(record.version),
        Cell::Time(record.recorded_at),
        Cell::Time(record.occurred_at),
        Cell::Text(record.actor.id),
        Cell::Text(record.actor.role),
        text(record.command_id),
        text(record.command_digest),
        text(record.correlation_id),
        Cell::text(record.causation_id),
        text(record.data.get()),
        Cell::List(record.sealed.into_iter().map(|sealed| sealed.field).collect()),
    ])
}

//! The questions an auditor asks, as typed queries.
//!
//! Answers come in the log's order and in pages: ask again with [`Filter::after`] set to the last
//! position of the page before.

use complaint_domain::actor::ActorId;
use event_log::{Position, StreamId, StreamVersion};
use jiff::Timestamp;
use projection::column::{time, time_text};
use rusqlite::{Connection, Row, ToSql, Transaction, types::Type};
use serde::{Serialize, Serializer};

/// One record of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEvent {
    /// Its place in the log.
    #[serde(serialize_with = "position_as_number")]
    pub position: Position,
    /// Its stream.
    #[serde(serialize_with = "stream_as_text")]
    pub stream: StreamId,
    /// Its place in the stream.
    #[serde(serialize_with = "version_as_number")]
    pub version: StreamVersion,
    /// Its own id.
    pub event_id: String,
    /// Its stored name.
    pub event_type: String,
    /// Who did it.
    pub actor_id: String,
    /// In which role.
    pub actor_role: String,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// When the ledger recorded it.
    pub recorded_at: Timestamp,
    /// Whether it was recorded more than a day after it happened.
    pub is_late: bool,
    /// The command that caused it.
    pub command_id: String,
    /// What that command said, digested without its personal fields.
    pub command_digest: String,
    /// What it belongs to.
    pub correlation_id: String,
    /// The record that led to the command.
    pub causation_id: Option<String>,
    /// What it says: JSON, exactly as stored.
    pub data: String,
    /// References to the personal fields that came with it.
    pub sealed: Vec<SealedReference>,
}

/// A reference to a personal field. Says nothing about what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealedReference {
    /// Which field.
    pub field: String,
    /// Whose it is.
    pub subject: String,
    /// Under which data key it lies.
    pub key: String,
    /// Where in the vault it lies.
    pub vault: String,
    /// The salted commitment to the text.
    pub commitment: String,
    /// The digest of the sealed blob.
    pub digest: String,
}

/// Which events to give. Conditions are joined by "and"; the default gives the first 1,000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Of this stream.
    pub stream: Option<StreamId>,
    /// By this actor.
    pub actor: Option<ActorId>,
    /// With this stored name.
    pub event_type: Option<String>,
    /// That happened at this moment or later.
    pub occurred_from: Option<Timestamp>,
    /// That happened at this moment or earlier.
    pub occurred_to: Option<Timestamp>,
    /// That were recorded at this moment or later.
    pub recorded_from: Option<Timestamp>,
    /// That were recorded at this moment or earlier.
    pub recorded_to: Option<Timestamp>,
    /// That were recorded late, when `true`.
    pub only_late: bool,
    /// That lie behind this position.
    pub after: Option<Position>,
    /// The most to give.
    pub limit: u32,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            stream: None,
            actor: None,
            event_type: None,
            occurred_from: None,
            occurred_to: None,
            recorded_from: None,
            recorded_to: None,
            only_late: false,
            after: None,
            limit: 1_000,
        }
    }
}

impl Filter {
    /// Every event of one stream.
    pub fn of_stream(stream: &StreamId) -> Self {
        Self { stream: Some(stream.clone()), limit: u32::MAX, ..Self::default() }
    }

    /// Conditions and their values, in the same order. The texts are ours; only values vary.
    fn conditions(&self) -> (String, Vec<Box<dyn ToSql>>) {
        let mut texts = vec!["1"];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut add = |text, value: Option<Box<dyn ToSql>>| {
            if let Some(value) = value {
                texts.push(text);
                values.push(value);
            }
        };
        let at = |time: Option<Timestamp>| -> Option<Box<dyn ToSql>> {
            Some(Box::new(time_text(time?)))
        };
        let text =
            |text: Option<&str>| -> Option<Box<dyn ToSql>> { Some(Box::new(text?.to_owned())) };
        add("stream = ?", text(self.stream.as_ref().map(StreamId::as_str)));
        add("actor_id = ?", text(self.actor.as_ref().map(|actor| actor.0.as_str())));
        add("event_type = ?", text(self.event_type.as_deref()));
        add("occurred_at >= ?", at(self.occurred_from));
        add("occurred_at <= ?", at(self.occurred_to));
        add("recorded_at >= ?", at(self.recorded_from));
        add("recorded_at <= ?", at(self.recorded_to));
        add("is_late = ?", self.only_late.then(|| Box::new(1_i64) as Box<dyn ToSql>));
        add("position > ?", self.after.map(|after| Box::new(column(after)) as Box<dyn ToSql>));
        (texts.join(" AND "), values)
    }
}

/// Gives the events a filter lets through, in the log's order.
///
/// # Errors
///
/// Whatever SQLite says, also when the file is not an audit read model.
pub fn events(connection: &Connection, filter: &Filter) -> rusqlite::Result<Vec<AuditEvent>> {
    events_in(&connection.unchecked_transaction()?, filter)
}

/// In a transaction of the caller's, so that several answers are of one moment.
pub(crate) fn events_in(
    transaction: &Transaction<'_>,
    filter: &Filter,
) -> rusqlite::Result<Vec<AuditEvent>> {
    let (conditions, mut values) = filter.conditions();
    values.push(Box::new(filter.limit));
    let sql = format!("SELECT * FROM audit_event WHERE {conditions} ORDER BY position LIMIT ?");
    let values = rusqlite::params_from_iter(values);
    let mut found: Vec<AuditEvent> =
        transaction.prepare_cached(&sql)?.query_map(values, event)?.collect::<Result<_, _>>()?;
    for event in &mut found {
        event.sealed = sealed(transaction, event.position)?;
    }
    Ok(found)
}

/// Counts the events a filter lets through, whatever its limit.
///
/// # Errors
///
/// As [`events`].
pub fn count(connection: &Connection, filter: &Filter) -> rusqlite::Result<u64> {
    let (conditions, values) = filter.conditions();
    let sql = format!("SELECT count(*) FROM audit_event WHERE {conditions}");
    let values = rusqlite::params_from_iter(values);
    let number: i64 = connection.prepare_cached(&sql)?.query_row(values, |row| row.get(0))?;
    Ok(number.unsigned_abs())
}

/// Gives the names of all streams of one kind, such as `review`, in the order in which they began.
///
/// # Errors
///
/// As [`events`].
pub fn streams_of(connection: &Connection, kind: &str) -> rusqlite::Result<Vec<StreamId>> {
    connection
        .prepare_cached(
            "SELECT stream FROM audit_event
             WHERE stream >= ?1 || '-' AND stream < ?1 || '.' AND version = 0 ORDER BY position",
        )?
        .query_map([kind], |row| {
            let name: String = row.get(0)?;
            name.parse().map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
            })
        })?
        .collect()
}

/// Gives the whole history of one stream.
///
/// # Errors
///
/// As [`events`].
pub fn history(connection: &Connection, stream: &StreamId) -> rusqlite::Result<Vec<AuditEvent>> {
    events(connection, &Filter::of_stream(stream))
}

/// Gives what somebody did.
///
/// # Errors
///
/// As [`events`].
pub fn by_actor(
    connection: &Connection,
    actor: &ActorId,
    after: Option<Position>,
    limit: u32,
) -> rusqlite::Result<Vec<AuditEvent>> {
    events(connection, &Filter { actor: Some(actor.clone()), after, limit, ..Filter::default() })
}

/// Gives a stream as it was: what had happened by `at`, whenever it was recorded.
///
/// # Errors
///
/// As [`events`].
pub fn as_of(
    connection: &Connection,
    stream: &StreamId,
    at: Timestamp,
) -> rusqlite::Result<Vec<AuditEvent>> {
    events(connection, &Filter { occurred_to: Some(at), ..Filter::of_stream(stream) })
}

/// Gives a stream as it was known: what had been recorded by `at`.
///
/// # Errors
///
/// As [`events`].
pub fn known_at(
    connection: &Connection,
    stream: &StreamId,
    at: Timestamp,
) -> rusqlite::Result<Vec<AuditEvent>> {
    events(connection, &Filter { recorded_to: Some(at), ..Filter::of_stream(stream) })
}

fn sealed(connection: &Connection, position: Position) -> rusqlite::Result<Vec<SealedReference>> {
    connection
        .prepare_cached("SELECT * FROM audit_sealed WHERE position = ?1 ORDER BY number")?
        .query_map([column(position)], |row| {
            Ok(SealedReference {
                field: row.get("field")?,
                subject: row.get("subject")?,
                key: row.get("key")?,
                vault: row.get("vault")?,
                commitment: row.get("commitment")?,
                digest: row.get("digest")?,
            })
        })?
        .collect()
}

fn event(row: &Row<'_>) -> rusqlite::Result<AuditEvent> {
    let number = |column: &str| row.get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(AuditEvent {
        position: Position(number("position")?),
        stream: stream(row)?,
        version: StreamVersion(number("version")?),
        event_id: row.get("event_id")?,
        event_type: row.get("event_type")?,
        actor_id: row.get("actor_id")?,
        actor_role: row.get("actor_role")?,
        occurred_at: time(row, "occurred_at")?,
        recorded_at: time(row, "recorded_at")?,
        is_late: row.get("is_late")?,
        command_id: row.get("command_id")?,
        command_digest: row.get("command_digest")?,
        correlation_id: row.get("correlation_id")?,
        causation_id: row.get("causation_id")?,
        data: row.get("data")?,
        sealed: Vec::new(),
    })
}

pub(crate) fn stream(row: &Row<'_>) -> rusqlite::Result<StreamId> {
    let text: String = row.get("stream")?;
    text.parse()
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}

/// Positions as SQLite keeps them: signed. A log of 2⁶³ records does not exist.
pub(crate) fn column(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn position_as_number<S: Serializer>(position: &Position, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(position.0)
}

fn stream_as_text<S: Serializer>(stream: &StreamId, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(stream.as_str())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn version_as_number<S: Serializer>(version: &StreamVersion, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(version.0)
}

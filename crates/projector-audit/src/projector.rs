//! Records to rows.

use complaint_codec::{Record, decode};
use complaint_domain::sealed::SealedField;
use event_log::RecordedEvent;
use jiff::SignedDuration;
use projection::{ProjectError, Projector, column::time_text};
use rusqlite::{Connection, Transaction, params};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{NAME, schema};

/// What is recorded later than this after it happened is marked as late.
pub const LATE_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Writes one row for each record.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditProjector;

impl Projector for AuditProjector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema_version(&self) -> u32 {
        schema::SCHEMA_VERSION
    }

    fn create_schema(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(schema::TABLES)
    }

    fn create_indexes(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(schema::INDEXES)
    }

    fn project(
        &mut self,
        transaction: &Transaction<'_>,
        event: &RecordedEvent,
    ) -> Result<(), ProjectError> {
        let record = decode(&event.bytes).map_err(ProjectError::record)?;
        if record.stream != event.stream || record.version != event.version {
            return Err(ProjectError::Unexpected {
                expected: format!("entry {} of {}", event.version, event.stream),
                found: format!("entry {} of {} in the record", record.version, record.stream),
            });
        }
        let position = signed(event.position.0)?;
        insert(transaction, position, &record, data_as_stored(&event.bytes)?)?;
        for (sealed, number) in record.sealed.iter().zip(0..) {
            insert_sealed(transaction, position, number, sealed)?;
        }
        Ok(())
    }
}

/// The one part of a record that is kept byte for byte.
#[derive(Deserialize)]
struct StoredData<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

fn data_as_stored(bytes: &[u8]) -> Result<&str, ProjectError> {
    let stored: StoredData<'_> = serde_json::from_slice(bytes).map_err(ProjectError::record)?;
    Ok(stored.data.get())
}

fn signed(number: u64) -> Result<i64, ProjectError> {
    i64::try_from(number).map_err(|_| ProjectError::Unexpected {
        expected: "a position below 2^63".to_owned(),
        found: number.to_string(),
    })
}

fn insert(
    transaction: &Transaction<'_>,
    position: i64,
    record: &Record,
    data: &str,
) -> Result<(), ProjectError> {
    let is_late = record.recorded_at.duration_since(record.occurred_at) > LATE_AFTER;
    transaction
        .prepare_cached(
            "INSERT INTO audit_event
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            position,
            record.stream.as_str(),
            signed(record.version.0)?,
            record.id.to_string(),
            record.event_type,
            record.actor.id.0.as_str(),
            record.actor.role.code(),
            time_text(record.occurred_at),
            time_text(record.recorded_at),
            is_late,
            record.command_id.to_string(),
            record.command_digest.to_string(),
            record.correlation_id.to_string(),
            record.causation_id.map(|id| id.to_string()),
            data,
        ])?;
    Ok(())
}

fn insert_sealed(
    transaction: &Transaction<'_>,
    position: i64,
    number: i64,
    sealed: &SealedField,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT INTO audit_sealed VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![
            position,
            number,
            sealed.field.code(),
            sealed.subject.to_string(),
            sealed.key.to_string(),
            sealed.vault.to_string(),
            sealed.commitment.to_string(),
            sealed.digest.to_string(),
        ])?;
    Ok(())
}

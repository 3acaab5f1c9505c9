//! How ids, places and lists are read from columns, and written for programs.

use event_log::{Position, StreamId, StreamVersion};
use rusqlite::{Row, types::Type};
use serde::{Serializer, de::DeserializeOwned};

pub(crate) fn stream(row: &Row<'_>, column: &str) -> rusqlite::Result<StreamId> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error| unreadable(Box::new(error)))
}

pub(crate) fn position(row: &Row<'_>, column: &str) -> rusqlite::Result<Position> {
    row.get::<_, i64>(column).map(|number| Position(number.unsigned_abs()))
}

pub(crate) fn version(row: &Row<'_>, column: &str) -> rusqlite::Result<StreamVersion> {
    row.get::<_, i64>(column).map(|number| StreamVersion(number.unsigned_abs()))
}

pub(crate) fn list<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<T>> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(Box::new(error)))
}

fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error)
}

pub(crate) fn stream_as_text<S: Serializer>(id: &StreamId, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(id.as_str())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(crate) fn position_as_number<S: Serializer>(
    position: &Position,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.serialize_u64(position.0)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(crate) fn version_as_number<S: Serializer>(
    version: &StreamVersion,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.serialize_u64(version.0)
}

//! How far a file has come, and whether its projector stopped.

use std::path::Path;

use event_log::Position;
use rusqlite::{Connection, OptionalExtension};

use crate::file::{self, OpenError};

/// Why a projector stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The record it could not take in, or the next one when the cause was no record.
    pub position: Position,
    /// Why, in words; no personal data.
    pub reason: String,
}

/// How one read model stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The projector's name.
    pub projector: String,
    /// The form of its tables; 0 when its file could not be opened.
    pub schema_version: u32,
    /// The first record it has not taken in; also how many it has.
    pub next_position: Position,
    /// Why it stopped; `None` while it can go on.
    pub failure: Option<Failure>,
}

/// Reads how the read model at `path` stands, from its file alone.
///
/// # Errors
///
/// [`OpenError`] when there is no read model there.
pub fn status(path: &Path) -> Result<Status, OpenError> {
    let connection = file::open_reader(path)?;
    let read = || -> rusqlite::Result<Option<Status>> {
        let transaction = connection.unchecked_transaction()?;
        let Some(meta) = file::read_meta(&transaction)? else { return Ok(None) };
        Ok(Some(Status {
            projector: meta.projector,
            schema_version: meta.schema_version,
            next_position: meta.next_position,
            failure: read_failure(&transaction)?,
        }))
    };
    read()
        .map_err(|error| OpenError::sqlite(path, error))?
        .ok_or_else(|| OpenError::Missing { path: path.to_owned() })
}

fn read_failure(connection: &Connection) -> rusqlite::Result<Option<Failure>> {
    connection
        .query_row("SELECT position, reason FROM projection_failure", [], |row| {
            let position: i64 = row.get(0)?;
            Ok(Failure { position: Position(position.unsigned_abs()), reason: row.get(1)? })
        })
        .optional()
}

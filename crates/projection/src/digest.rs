//! One number for all rows of a read model.
//!
//! Two files with the same digest hold the same tables with the same rows, however the rows came
//! to lie in them. Left out are only what carries no rows (indexes, free pages, SQLite's own
//! statistics) and the note why a projector stopped.

use std::path::Path;

use rusqlite::{Connection, types::ValueRef};
use sha2::{Digest as _, Sha256};

use crate::file::{self, OpenError};

/// Why the digest of a read model could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// There is no read model there.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It could not be read to its end.
    #[error("the read model could not be read; run `redress projections rebuild`")]
    Sqlite(#[from] rusqlite::Error),
    /// A table without a primary key has no order of rows.
    #[error("expected a primary key on table `{table}`, found none")]
    NoPrimaryKey {
        /// The table.
        table: String,
    },
}

/// Takes the digest of the read model at `path`. Blocks while it reads every row.
///
/// SHA-256 over, in this order: the `CREATE` statements of tables and views, sorted; then each
/// table by name, each row by primary key, each value with its type and its length.
///
/// # Errors
///
/// [`DigestError`] when there is no read model or it cannot be read.
pub fn digest(path: &Path) -> Result<[u8; 32], DigestError> {
    digest_of(&file::open_reader(path)?)
}

pub(crate) fn digest_of(connection: &Connection) -> Result<[u8; 32], DigestError> {
    // One transaction, so that all tables are of one moment.
    let transaction = connection.unchecked_transaction()?;
    let mut hasher = Sha256::new();
    hasher.update(b"redress read model, digest 1\n");
    for statement in texts(&transaction, SCHEMA_SQL)? {
        hash_bytes(&mut hasher, b'S', statement.as_bytes());
    }
    for table in texts(&transaction, TABLES_SQL)? {
        hash_table(&transaction, &mut hasher, &table)?;
    }
    Ok(hasher.finalize().into())
}

const SCHEMA_SQL: &str = "
    SELECT sql FROM sqlite_schema
    WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY sql";
const TABLES_SQL: &str = "
    SELECT name FROM sqlite_schema
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'projection_failure'
    ORDER BY name";

fn texts(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn hash_table(
    connection: &Connection,
    hasher: &mut Sha256,
    table: &str,
) -> Result<(), DigestError> {
    let key: Vec<String> = connection
        .prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?
        .query_map([table], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if key.is_empty() {
        return Err(DigestError::NoPrimaryKey { table: table.to_owned() });
    }
    let order = key.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
    hash_bytes(hasher, b'T', table.as_bytes());
    let mut statement =
        connection.prepare(&format!("SELECT * FROM {} ORDER BY {order}", quoted(table)))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        hasher.update(b"R");
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Null => hasher.update(b"n"),
                ValueRef::Integer(value) => hash_bytes(hasher, b'i', &value.to_be_bytes()),
                ValueRef::Real(value) => hash_bytes(hasher, b'r', &value.to_bits().to_be_bytes()),
                ValueRef::Text(text) => hash_bytes(hasher, b't', text),
                ValueRef::Blob(blob) => hash_bytes(hasher, b'b', blob),
            }
        }
    }
    hasher.update(b"E");
    Ok(())
}

fn hash_bytes(hasher: &mut Sha256, tag: u8, bytes: &[u8]) {
    hasher.update([tag]);
    hasher.update((bytes.len() as u64).to_be_bytes());
    hasher.update(bytes);
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

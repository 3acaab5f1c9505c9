//! What most would reach for: an events table in SQLite.

use std::path::Path;

use rusqlite::{Connection, params};

use super::{
    invented::Append,
    sheet::{Pace, Watch},
};
use crate::error::CommandError;

fn open(path: &Path, synchronous: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.execute_batch(
        "CREATE TABLE event (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, \
         version INTEGER NOT NULL, record BLOB NOT NULL, UNIQUE (stream, version)) STRICT",
    )?;
    Ok(connection)
}

const INSERT: &str = "INSERT INTO event (stream, version, record) VALUES (?1, ?2, ?3)";

fn version_of(append: &Append) -> i64 {
    match append.expected {
        event_log::ExpectedVersion::NoStream => 0,
        event_log::ExpectedVersion::Exact(last) => {
            i64::try_from(last.0.saturating_add(1)).unwrap_or(i64::MAX)
        }
    }
}

/// A transaction for each event, WAL, `synchronous = FULL`: durable one by one, and a stream's
/// version checked by a unique index.
///
/// # Errors
///
/// [`CommandError`] when SQLite refuses.
pub fn one_by_one(directory: &Path, appends: &[(Append, Vec<u8>)]) -> Result<Pace, CommandError> {
    let insert_all = || -> rusqlite::Result<Pace> {
        let connection = open(&directory.join("one-by-one.sqlite"), "FULL")?;
        let mut latencies = Vec::with_capacity(appends.len());
        let all = Watch::start();
        for (append, record) in appends {
            let one = Watch::start();
            let mut insert = connection.prepare_cached(INSERT)?;
            insert.execute(params![append.stream.as_str(), version_of(append), record])?;
            latencies.push(one.read());
        }
        Ok(Pace::of_each(latencies, all.read()))
    };
    let measured = insert_all().map_err(CommandError::failed("measure SQLite"));
    remove(directory, "one-by-one.sqlite")?;
    measured
}

/// Rows in transactions of so many, not synced: what a read model could cost at least.
///
/// # Errors
///
/// [`CommandError`] when SQLite refuses.
pub fn in_pages(
    directory: &Path,
    records: &mut dyn Iterator<Item = (String, u64, Vec<u8>)>,
    page: usize,
) -> Result<Pace, CommandError> {
    let mut insert_all = || -> rusqlite::Result<Pace> {
        let mut connection = open(&directory.join("pages.sqlite"), "NORMAL")?;
        let (mut events, mut took) = (0_u64, std::time::Duration::ZERO);
        loop {
            let rows: Vec<_> = records.take(page).collect();
            if rows.is_empty() {
                return Ok(Pace::of(events, took));
            }
            let watch = Watch::start();
            let transaction = connection.transaction()?;
            for (stream, version, record) in &rows {
                let version = i64::try_from(*version).unwrap_or(i64::MAX);
                transaction.prepare_cached(INSERT)?.execute(params![stream, version, record])?;
            }
            transaction.commit()?;
            took += watch.read();
            events += rows.len() as u64;
        }
    };
    let measured = insert_all().map_err(CommandError::failed("measure SQLite"));
    remove(directory, "pages.sqlite")?;
    measured
}

fn remove(directory: &Path, name: &str) -> Result<(), CommandError> {
    for ending in ["", "-wal", "-shm"] {
        let path = directory.join(format!("{name}{ending}"));
        if path.exists() {
            std::fs::remove_file(&path).map_err(CommandError::file("remove", &path))?;
        }
    }
    Ok(())
}

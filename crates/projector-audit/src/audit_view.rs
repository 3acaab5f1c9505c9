//! The audit view: one self-contained page, and a file of comma-separated values.
//!
//! The page has an index of streams and, for the first of them, every event with both its times.
//! It loads nothing from elsewhere, prints, and can be read without its one small script, which
//! only sorts the index. What it leaves out, it says, and names the files that have it. Both files
//! are written a row at a time beside their place, synced and renamed: never half-written, and
//! never whole in memory.

use std::{
    borrow::Borrow,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use askama::Template;
use event_log::StreamId;
use projection::column::time_text;
use rusqlite::{Connection, Row, Transaction};

use crate::history::{self, AuditEvent, Filter};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditView {
    /// The ledger's name.
    pub origin: String,
    /// The read model's file, named on the page for whoever wants to ask more.
    pub database: String,
    /// Only these streams; `None` for all.
    pub streams: Option<Vec<StreamId>>,
    /// The most streams in the index.
    pub index_limit: u32,
    /// The most streams whose events are shown.
    pub detail_limit: u32,
}

impl AuditView {
    /// Up to 10,000 streams in the index, the events of the first 200 of them.
    pub fn of(origin: &str, database: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            database: database.to_owned(),
            streams: None,
            index_limit: 10_000,
            detail_limit: 200,
        }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// How many streams are in the index.
    pub streams: u64,
    /// How many events are in the file.
    pub events: u64,
}

/// Why the view could not be written. What was at its place before is still there.
#[derive(Debug, thiserror::Error)]
pub enum WriteViewError {
    /// The read model could not be read.
    #[error("the audit read model could not be read; run `redress projections rebuild audit`")]
    Sqlite(#[from] rusqlite::Error),
    /// The page could not be filled in.
    #[error("the audit view could not be filled in")]
    Template(#[from] askama::Error),
    /// A row could not be written.
    #[error("the events could not be written")]
    Csv(#[from] csv::Error),
    /// The file could not be written.
    #[error("the audit view could not be written to {}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

#[derive(Template)]
#[template(path = "audit_head.html")]
struct Head<'a> {
    view: &'a AuditView,
    total: &'a Totals,
    shown: u64,
    detailed: u64,
}

/// A whole number with its thousands set apart.
pub(crate) fn grouped(value: impl Borrow<u64>) -> String {
    let digits = value.borrow().to_string();
    let ends = (1..=digits.len()).rev();
    let places = digits.chars().zip(ends);
    let each = places.map(|(digit, left)| {
        let is_end = left > 1 && left % 3 == 1;
        format!("{digit}{}", if is_end { "," } else { "" })
    });
    each.collect()
}

#[derive(Template)]
#[template(path = "audit_index_row.html")]
struct IndexRow<'a> {
    row: &'a StreamRow,
    is_detailed: bool,
}

#[derive(Template)]
#[template(path = "audit_case.html")]
struct Case<'a> {
    row: &'a StreamRow,
    events: &'a [AuditEvent],
}

impl AuditEvent {
    fn happened(&self) -> String {
        time_text(self.occurred_at)
    }

    fn recorded(&self) -> String {
        time_text(self.recorded_at)
    }
}

struct Totals {
    next_position: u64,
    streams: u64,
    events: u64,
    late: u64,
}

struct StreamRow {
    stream: StreamId,
    events: i64,
    late: i64,
    actors: i64,
    first_occurred_at: String,
    last_occurred_at: String,
    last_recorded_at: String,
}

/// Writes the page. `connection` reads an audit read model; the page is of one moment of it.
///
/// # Errors
///
/// [`WriteViewError`]; what was at `path` before is then still there.
pub fn write_html(
    connection: &Connection,
    view: &AuditView,
    path: &Path,
) -> Result<Written, WriteViewError> {
    let transaction = connection.unchecked_transaction()?;
    choose_streams(&transaction, view)?;
    let total = totals(&transaction)?;
    let rows = index(&transaction, view.index_limit)?;
    let detailed = rows.len().min(usize::try_from(view.detail_limit).unwrap_or(usize::MAX));
    let mut written = Written { streams: rows.len() as u64, events: 0 };
    write_whole(path, |file| {
        let head =
            Head { view, total: &total, shown: rows.len() as u64, detailed: detailed as u64 };
        file.put(&head)?;
        for (row, number) in rows.iter().zip(0_usize..) {
            file.put(&IndexRow { row, is_detailed: number < detailed })?;
        }
        file.text("</tbody>\n</table>\n")?;
        for row in rows.iter().take(detailed) {
            let events = history::events_in(&transaction, &Filter::of_stream(&row.stream))?;
            written.events += events.len() as u64;
            file.put(&Case { row, events: &events })?;
        }
        file.text(include_str!("../templates/audit_foot.html"))
    })?;
    Ok(written)
}

/// The chosen streams, in a table of this connection only.
fn choose_streams(transaction: &Transaction<'_>, view: &AuditView) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS chosen (stream TEXT PRIMARY KEY) WITHOUT ROWID;
         DELETE FROM chosen;",
    )?;
    match &view.streams {
        None => {
            transaction
                .execute("INSERT INTO chosen SELECT DISTINCT stream FROM audit_event", [])?;
        }
        Some(streams) => {
            let mut insert = transaction.prepare("INSERT OR IGNORE INTO chosen VALUES (?1)")?;
            for stream in streams {
                insert.execute([stream.as_str()])?;
            }
        }
    }
    Ok(())
}

fn totals(transaction: &Transaction<'_>) -> rusqlite::Result<Totals> {
    let number = |row: &Row<'_>, column| row.get::<_, i64>(column).map(i64::unsigned_abs);
    transaction.query_row(
        "SELECT count(DISTINCT stream), count(*), coalesce(sum(is_late), 0),
            (SELECT next_position FROM projection)
         FROM audit_event JOIN chosen USING (stream)",
        [],
        |row| {
            Ok(Totals {
                streams: number(row, 0)?,
                events: number(row, 1)?,
                late: number(row, 2)?,
                next_position: number(row, 3)?,
            })
        },
    )
}

/// In the order the streams began.
fn index(transaction: &Transaction<'_>, limit: u32) -> rusqlite::Result<Vec<StreamRow>> {
    transaction
        .prepare(
            "SELECT * FROM audit_stream JOIN chosen USING (stream)
             ORDER BY first_position LIMIT ?1",
        )?
        .query_map([limit], |row| {
            Ok(StreamRow {
                stream: history::stream(row)?,
                events: row.get("events")?,
                late: row.get("late_events")?,
                actors: row.get("actors")?,
                first_occurred_at: row.get("first_occurred_at")?,
                last_occurred_at: row.get("last_occurred_at")?,
                last_recorded_at: row.get("last_recorded_at")?,
            })
        })?
        .collect()
}

const CSV_COLUMNS: [&str; 16] = [
    "position",
    "stream",
    "version",
    "event_id",
    "event_type",
    "actor_id",
    "actor_role",
    "occurred_at",
    "recorded_at",
    "is_late",
    "command_id",
    "command_digest",
    "correlation_id",
    "causation_id",
    "data",
    "sealed_fields",
];

/// Writes every event as comma-separated values (RFC 4180, UTF-8), in the log's order, calling
/// `progress` now and then with the number of events written.
///
/// Values are exact: a spreadsheet that takes a text for a formula must be told not to.
///
/// # Errors
///
/// [`WriteViewError`]; what was at `path` before is then still there.
pub fn write_csv(
    connection: &Connection,
    path: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<Written, WriteViewError> {
    let transaction = connection.unchecked_transaction()?;
    let streams: i64 =
        transaction
            .query_row("SELECT count(DISTINCT stream) FROM audit_event", [], |row| row.get(0))?;
    let mut written = Written { streams: streams.unsigned_abs(), events: 0 };
    write_whole(path, |file| {
        let mut csv = csv::Writer::from_writer(&mut file.writer);
        csv.write_record(CSV_COLUMNS)?;
        let mut statement = transaction.prepare(
            "SELECT e.*, (SELECT group_concat(field, ' ' ORDER BY number) FROM audit_sealed AS s
                WHERE s.position = e.position) AS sealed_fields
             FROM audit_event AS e ORDER BY position",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..CSV_COLUMNS.len() {
                csv.write_field(field(row, column)?)?;
            }
            csv.write_record(None::<&[u8]>)?;
            written.events += 1;
            if written.events.is_multiple_of(10_000) {
                progress(written.events);
            }
        }
        csv.flush().map_err(csv::Error::from)?;
        Ok(())
    })?;
    progress(written.events);
    Ok(written)
}

fn field(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    use rusqlite::types::ValueRef;
    Ok(match row.get_ref(column)? {
        ValueRef::Null => Vec::new(),
        ValueRef::Integer(number) => number.to_string().into_bytes(),
        ValueRef::Real(number) => number.to_string().into_bytes(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
    })
}

/// A file on its way to its place.
struct Page {
    writer: BufWriter<File>,
    path: PathBuf,
}

impl Page {
    fn put(&mut self, part: &impl Template) -> Result<(), WriteViewError> {
        self.text(&part.render()?)
    }

    fn text(&mut self, text: &str) -> Result<(), WriteViewError> {
        let path = &self.path;
        let failed = |source| WriteViewError::Io { path: path.clone(), source };
        self.writer.write_all(text.as_bytes()).map_err(failed)
    }
}

/// Written beside its place, synced, renamed: never half there.
fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut Page) -> Result<(), WriteViewError>,
) -> Result<(), WriteViewError> {
    let failed = |source| WriteViewError::Io { path: path.to_owned(), source };
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let file = File::create(&part).map_err(failed)?;
    let mut page = Page { writer: BufWriter::new(file), path: path.to_owned() };
    let placed = write(&mut page).and_then(|()| {
        let file = page.writer.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        fs::rename(&part, path).map_err(failed)?;
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))
            .and_then(|directory| directory.sync_all())
            .map_err(failed)
    });
    if placed.is_err() {
        let _ = fs::remove_file(&part); // the error at hand says more than this one could
    }
    placed
}

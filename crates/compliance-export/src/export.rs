//! From the log to the directory.

use std::{io::Write, path::PathBuf};

use complaint_codec::{DecodeError, decode};
use event_log::{EventLog, Position, ReadError, RecordedEvent, StreamVersion};
use futures::TryStreamExt;
use merkle_log::{CompactRange, leaf_hash};

use crate::{
    column::{Cell, Column},
    complaints::{self, ComplaintRow},
    directory::{DirectoryError, NewDirectory, NewFile},
    events,
    manifest::{KIND, MANIFEST, Manifest},
    table::{CsvTable, json_line},
};

mod dictionary;
mod readme;

/// How the tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CSV, safe to open in a spreadsheet.
    Csv,
    /// JSON Lines; of the events, the stored bytes of each record.
    Jsonl,
}

impl Format {
    /// The word for it, which is also how its files end.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Export {
    /// The ledger's name, for the manifest.
    pub origin: String,
    /// Where the directory goes.
    pub out: PathBuf,
    /// How the tables are written.
    pub format: Format,
    /// The first position in the events. Complaints are told from their beginning all the same.
    pub from: Position,
    /// The cut-off: the position before which everything lies. At most the head.
    pub to: Position,
    /// Whether one row for each record is wanted.
    pub events: bool,
    /// Whether one row for each complaint is wanted.
    pub complaints: bool,
}

/// How far an export has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records passed.
    pub position: Position,
    /// Records to pass.
    pub to: Position,
}

/// What an export came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReport {
    /// What was written, and from what.
    pub manifest: Manifest,
    /// Rows of the events.
    pub events: u64,
    /// Rows of the complaints.
    pub complaints: u64,
}

/// Why there is no export. Whatever lay at the place is still there.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The range is not one of this log.
    #[error("expected positions from {from} up to at most {head}, found an end at {to}")]
    Range {
        /// Where it was to begin.
        from: Position,
        /// Where it was to end.
        to: Position,
        /// Where the log ends.
        head: Position,
    },
    /// The directory could not be written.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A table could not be written.
    #[error("could not write {name}: {source}")]
    Write {
        /// The file.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Less was read than there should be.
    #[error("expected a record at position {position}, found the end of the log")]
    Short {
        /// The position.
        position: Position,
    },
    /// A record is none.
    #[error("the record at position {position} cannot be read: {reason}")]
    Undecodable {
        /// Where it stands.
        position: Position,
        /// What is wrong.
        reason: String,
    },
}

/// Writes an export.
///
/// Reads the log once from its beginning, because the root in the manifest is over all of it, and
/// each complaint's stream once more. Memory holds one complaint.
///
/// # Errors
///
/// [`ExportError`]; then nothing was changed at the place.
pub async fn export(
    log: &dyn EventLog,
    export: &Export,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<ExportReport, ExportError> {
    let Export { origin, out, format, from, to, .. } = export;
    let (from, to, format) = (*from, *to, *format);
    let head = log.head().next_position;
    if to > head || from > to {
        return Err(ExportError::Range { from, to, head });
    }
    let mut directory = NewDirectory::create(out, format)?;
    let mut tables = Tables::begin(&directory, export)?;
    let mut tree = CompactRange::new();
    let mut records = log.read_all(Position(0), to.0);
    while let Some(recorded) = records.try_next().await? {
        tree.push(leaf_hash(&recorded.bytes));
        tables.take(log, &recorded, export).await?;
        progress(Progress { position: Position(tree.size()), to });
    }
    if tree.size() != to.0 {
        return Err(ExportError::Short { position: Position(tree.size()) });
    }
    let (events, complaints) = tables.end(&mut directory)?;
    dictionary::write(&mut directory, export)?;
    directory.text("README.txt", readme::text(export).as_bytes())?;
    let manifest = Manifest {
        kind: KIND.to_owned(),
        version: 1,
        origin: origin.clone(),
        format: format.name().to_owned(),
        first_position: (events > 0).then_some(from.0),
        last_position: (events > 0).then(|| to.0.saturating_sub(1)),
        tree_size: tree.size(),
        root: tree.root().to_string(),
        files: directory.files(),
    };
    let mut text = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| ExportError::Write { name: MANIFEST.to_owned(), source: error.into() })?;
    text.push(b'\n');
    directory.text(MANIFEST, &text)?;
    directory.finish()?;
    Ok(ExportReport { manifest, events, complaints })
}

/// The tables in the making.
struct Tables {
    events: Option<Table>,
    complaints: Option<Table>,
}

struct Table {
    name: String,
    out: Out,
    rows: u64,
}

enum Out {
    Csv(Box<CsvTable<NewFile>>),
    Jsonl(NewFile),
}

impl Tables {
    fn begin(directory: &NewDirectory, export: &Export) -> Result<Self, ExportError> {
        let begin = |wanted, name, columns| -> Result<Option<Table>, ExportError> {
            if wanted {
                Table::begin(directory, export.format, name, columns).map(Some)
            } else {
                Ok(None)
            }
        };
        Ok(Self {
            events: begin(export.events, "events", events::COLUMNS)?,
            complaints: begin(export.complaints, "complaints", complaints::COLUMNS)?,
        })
    }

    async fn take(
        &mut self,
        log: &dyn EventLog,
        recorded: &RecordedEvent,
        export: &Export,
    ) -> Result<(), ExportError> {
        if let Some(table) = self.events.as_mut().filter(|_| recorded.position >= export.from) {
            table.record(recorded)?;
        }
        let is_beginning = recorded.version == StreamVersion(0)
            && recorded.stream.as_str().starts_with("complaint-");
        if let Some(table) = self.complaints.as_mut().filter(|_| is_beginning)
            && let Some(row) = complaint(log, recorded, export.to).await?
        {
            table.row(complaints::COLUMNS, &row.cells())?;
        }
        Ok(())
    }

    fn end(self, directory: &mut NewDirectory) -> Result<(u64, u64), ExportError> {
        let mut end = |table: Option<Table>| table.map_or(Ok(0), |table| table.end(directory));
        Ok((end(self.events)?, end(self.complaints)?))
    }
}

/// Folds the complaint that begins with this record, up to the cut-off.
async fn complaint(
    log: &dyn EventLog,
    first: &RecordedEvent,
    to: Position,
) -> Result<Option<ComplaintRow>, ExportError> {
    let undecodable = |position| {
        move |error: DecodeError| ExportError::Undecodable { position, reason: error.to_string() }
    };
    let record = decode(&first.bytes).map_err(undecodable(first.position))?;
    let Some(mut row) = ComplaintRow::begin(first.position, &record) else { return Ok(None) };
    let mut rest = log.read_stream(&first.stream, StreamVersion(1));
    while let Some(recorded) = rest.try_next().await? {
        if recorded.position >= to {
            break;
        }
        let record = decode(&recorded.bytes).map_err(undecodable(recorded.position))?;
        row.add(recorded.position, &record);
    }
    Ok(Some(row))
}

impl Table {
    fn begin(
        directory: &NewDirectory,
        format: Format,
        what: &str,
        columns: &[Column],
    ) -> Result<Self, ExportError> {
        let name = format!("{what}.{}", format.name());
        let file = directory.file(&name)?;
        let out = match format {
            Format::Csv => CsvTable::new(file, columns)
                .map(|table| Out::Csv(Box::new(table)))
                .map_err(|source| ExportError::Write { name: name.clone(), source })?,
            Format::Jsonl => Out::Jsonl(file),
        };
        Ok(Self { name, out, rows: 0 })
    }

    /// A record: its cells, or its stored bytes as they are.
    fn record(&mut self, recorded: &RecordedEvent) -> Result<(), ExportError> {
        match &mut self.out {
            Out::Csv(_) => {
                let cells = events::row(recorded).map_err(|error| ExportError::Undecodable {
                    position: recorded.position,
                    reason: error.to_string(),
                })?;
                self.row(events::COLUMNS, &cells)
            }
            Out::Jsonl(out) => {
                let written = out.write_all(&recorded.bytes).and_then(|()| out.write_all(b"\n"));
                written.map_err(|source| ExportError::Write { name: self.name.clone(), source })?;
                self.rows = self.rows.saturating_add(1);
                Ok(())
            }
        }
    }

    fn row(&mut self, columns: &[Column], cells: &[Cell]) -> Result<(), ExportError> {
        let written = match &mut self.out {
            Out::Csv(table) => table.row(cells),
            Out::Jsonl(out) => json_line(out, columns, cells),
        };
        written.map_err(|source| ExportError::Write { name: self.name.clone(), source })?;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    fn end(self, directory: &mut NewDirectory) -> Result<u64, ExportError> {
        let Self { name, out, rows } = self;
        let file = match out {
            Out::Csv(table) => {
                table.finish().map_err(|source| ExportError::Write { name, source })?
            }
            Out::Jsonl(file) => file,
        };
        directory.end(file, Some(rows))?;
        Ok(rows)
    }
}

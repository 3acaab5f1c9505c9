//! Takes in the public complaint database of the US Consumer Financial Protection Bureau.
//!
//! All generations of its CSV file are understood: 14 to 18 columns found by name in any order,
//! dates with month or year first, yes and no in words or as true and false. A file without the
//! columns that make a complaint is refused as a whole; a row that cannot be read goes to the
//! rejects file and the others go in. Every row is one or the other. Taking in a file again adds
//! nothing; an import that was stopped is finished by running it again.
//!
//! Memory does not grow with the file but for one number of 16 bytes for each row, by which a
//! complaint that is told twice in two ways is found.
//!
//! - [`reader`]: records out of bytes, and the way back after a damaged one
//! - [`header`]: which column says what
//! - [`row`]: what a row says, checked
//! - [`commands`](mod@commands): what a row attests, as commands
//! - [`outcome`]: where the commands go, and what becomes of the row
//! - [`rejects`]: the rows that were not taken in

pub mod commands;
pub mod header;
pub mod outcome;
pub mod reader;
pub mod rejects;
pub mod row;

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use complaint_domain::{import::ImportSummary, sealed::Hex};
use complaint_service::{Clock, HandleError};
use serde::Serialize;
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet, spawn_blocking},
};

use header::{Header, HeaderError};
use outcome::Outcome;
pub use outcome::Target;
use reader::{Next, Reader};
use rejects::{Reject, RejectsError, RejectsFile};
use row::Row;

/// How many rows are on their way into the ledger at once: enough to share its syncs.
const IN_FLIGHT_MAX: usize = 512;
/// How many rejected rows the report tells of by itself.
const FIRST_REJECTS: usize = 5;
/// How much of a file is looked at to tell how its first line keeps columns apart.
const FIRST_LINE_BYTES_MAX: u64 = 64 * 1024;

/// What is to be taken in.
#[derive(Debug, Clone)]
pub struct CfpbImport {
    /// The file.
    pub file: PathBuf,
    /// Where the rejects file goes, if one is wanted.
    pub rejects: Option<PathBuf>,
    /// Where the rows go.
    pub target: Target,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file read so far.
    pub bytes: u64,
    /// Bytes of the file.
    pub bytes_total: u64,
    /// Rows done.
    pub rows: u64,
}

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportReport {
    /// Rows of the file; `rows` = `imported` + `rejected`.
    pub rows: u64,
    /// Rows that are in the ledger now; of a dry run: that could be.
    pub imported: u64,
    /// Of these, rows in which something was new.
    pub added: u64,
    /// Of these, rows of which the ledger held everything.
    pub already_there: u64,
    /// Rows that were not taken in.
    pub rejected: u64,
    /// Where these are listed, if there are any and a list was wanted.
    pub rejects_path: Option<PathBuf>,
    /// Those first found, by line and what is wrong.
    pub first_rejects: Vec<String>,
    /// SHA-256 of the file.
    pub file_digest: String,
    /// Columns that were not taken in because they are not known.
    pub ignored_columns: Vec<String>,
    /// Whether nothing was to be written to the ledger.
    pub dry_run: bool,
    /// How long it took.
    pub seconds: f64,
}

/// Why an import stopped. What was taken in before stays; running it again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read.
    #[error("could not read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not one of ours. Nothing was taken in.
    #[error("{}: {source}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong with its first line.
        source: HeaderError,
    },
    /// The rejects file could not be written.
    #[error(transparent)]
    Rejects(#[from] RejectsError),
    /// The ledger failed on a row that may be in order.
    #[error("the import stopped at line {line}: {source}")]
    Handle {
        /// The row's first line.
        line: u64,
        /// What failed.
        source: Box<HandleError>,
    },
    /// What became of the file could not be recorded; its rows are in.
    #[error("the rows are in, but the import could not be recorded: {0}")]
    Record(#[source] Box<HandleError>),
    /// A task of the import died.
    #[error("a task of the import died: {0}")]
    Task(#[from] JoinError),
}

/// A file whose header is understood.
struct Opened {
    header: Header,
    reader: Reader<File>,
    bytes_total: u64,
    rejects: Option<RejectsFile>,
}

/// A row, or what is wrong with it.
struct Item {
    bytes: u64,
    row: Result<Row, Reject>,
}

/// Takes in a file.
///
/// # Errors
///
/// [`ImportError`]; a row that is not in order is none.
pub async fn import(
    import: CfpbImport,
    clock: Arc<dyn Clock>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<ImportReport, ImportError> {
    let started = clock.now();
    let CfpbImport { file, rejects, target } = import;
    let opened = {
        let file = file.clone();
        spawn_blocking(move || open(&file, rejects.as_deref())).await??
    };
    let Opened { header, reader, bytes_total, mut rejects } = opened;
    let ignored_columns = header.ignored();

    let (sender, rows) = mpsc::channel(IN_FLIGHT_MAX);
    let reading = spawn_blocking(move || {
        read(reader, &header, &sender).map_err(|source| ImportError::Read { path: file, source })
    });
    let mut told = |bytes, rows| progress(Progress { bytes, bytes_total, rows });
    let tally = Tally::of(rows, &target, &clock, &mut rejects, &mut told).await?;
    let digest = Hex(reading.await??);

    let summary = ImportSummary {
        scheme: commands::fixed(commands::SCHEME),
        file_digest: digest,
        rows: tally.imported.saturating_add(tally.rejected),
        imported: tally.imported,
        rejected: tally.rejected,
    };
    let dry_run = match &target {
        Target::Ledger(service) => {
            let id = commands::summary_id(&summary);
            let recorded = service.record_import(summary.clone(), id, &commands::actor()).await;
            recorded.map_err(|error| ImportError::Record(Box::new(error)))?;
            false
        }
        Target::DryRun(_) => true,
    };
    let rejects_path = match rejects {
        Some(rejects) => spawn_blocking(move || rejects.finish()).await??,
        None => None,
    };
    Ok(ImportReport {
        rows: summary.rows,
        imported: tally.imported,
        added: tally.added,
        already_there: tally.already_there,
        rejected: tally.rejected,
        rejects_path,
        first_rejects: tally.first_rejects,
        file_digest: digest.to_string(),
        ignored_columns,
        dry_run,
        seconds: clock.now().duration_since(started).as_secs_f64(),
    })
}

/// Opens the file, reads its header, and begins the rejects file: if one of these fails, nothing
/// was touched.
fn open(path: &Path, rejects: Option<&Path>) -> Result<Opened, ImportError> {
    let unreadable = |source| ImportError::Read { path: path.to_owned(), source };
    let not_ours = |source| ImportError::Header { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let bytes_total = file.metadata().map_err(unreadable)?.len();
    let mut reader = Reader::new(file);
    let first = reader.header().map_err(unreadable)?;
    let header = match first {
        None => Err(HeaderError::Empty),
        Some(Next::Damaged(_)) => Err(HeaderError::Unreadable),
        Some(Next::Record(record)) => Header::parse(&record.fields),
    };
    let header = header.map_err(|error| not_ours(told_better(path, error)))?;
    reader.expect(header.shape());
    let rejects = rejects.map(RejectsFile::create).transpose()?;
    Ok(Opened { header, reader, bytes_total, rejects })
}

/// Names the separator where it is what hides the columns: to be told that a column is missing which
/// stands there for all to see helps nobody.
fn told_better(path: &Path, error: HeaderError) -> HeaderError {
    if !matches!(error, HeaderError::Missing { .. } | HeaderError::Unreadable) {
        return error;
    }
    let mut start = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(FIRST_LINE_BYTES_MAX).read_to_end(&mut start));
    if read.is_err() {
        return error;
    }
    let text = String::from_utf8_lossy(&start);
    let first_line = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    match header::other_separator(first_line) {
        Some(found) => HeaderError::Separator { found },
        None => error,
    }
}

/// Reads all rows, and gives the digest of the file. Stops early when nobody wants them any more.
fn read(
    mut reader: Reader<File>,
    header: &Header,
    sender: &mpsc::Sender<Item>,
) -> io::Result<[u8; 32]> {
    let mut seen = Seen::default();
    while let Some(next) = reader.advance()? {
        let row = match next {
            Next::Damaged(record) => Err(Reject::damaged(header, &record)),
            Next::Record(record) => Row::parse(header, &record)
                .map_err(|problem| Reject::problem(record.place, problem))
                .and_then(|row| seen.tell_once(row)),
        };
        if sender.blocking_send(Item { bytes: reader.bytes_read(), row }).is_err() {
            break;
        }
    }
    Ok(reader.digest())
}

/// The complaints told so far in this file, and the beginning of a digest of what was told.
#[derive(Debug, Default)]
struct Seen(HashMap<u64, u64>);

impl Seen {
    /// The same row twice is one complaint; two rows that differ are a contradiction, and the
    /// later one is not taken in.
    fn tell_once(&mut self, row: Row) -> Result<Row, Reject> {
        match self.0.entry(row.complaint_id) {
            Entry::Vacant(entry) => {
                entry.insert(row.fingerprint);
                Ok(row)
            }
            Entry::Occupied(told) if *told.get() == row.fingerprint => Ok(row),
            Entry::Occupied(_) => Err(Reject {
                place: row.place,
                column: Some(header::Column::ComplaintId.name().to_owned()),
                reason: "complaint-told-twice",
                expected: "each complaint once in a file".to_owned(),
                found: "an earlier row with the same number that tells it differently".to_owned(),
            }),
        }
    }
}

/// What became of the rows so far.
#[derive(Debug, Default)]
struct Tally {
    imported: u64,
    added: u64,
    already_there: u64,
    rejected: u64,
    first_rejects: Vec<String>,
}

/// What became of the row with this number.
type Done = (u64, u64, Result<Outcome, HandleError>);

impl Tally {
    /// Sends rows on their way, many at once, and counts them in the order of the file.
    async fn of(
        mut rows: mpsc::Receiver<Item>,
        target: &Target,
        clock: &Arc<dyn Clock>,
        rejects: &mut Option<RejectsFile>,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Self, ImportError> {
        let mut tally = Self::default();
        let mut tasks: JoinSet<Done> = JoinSet::new();
        // Those that were done before an earlier one.
        let mut waiting = BTreeMap::new();
        let (mut next, mut counted, mut ended) = (0_u64, 0_u64, false);
        while !(ended && tasks.is_empty() && waiting.is_empty()) {
            let has_room = tasks.len().saturating_add(waiting.len()) < IN_FLIGHT_MAX;
            tokio::select! {
                Some(done) = tasks.join_next() => {
                    let (number, line, outcome) = done?;
                    let outcome = outcome.map_err(|error| {
                        ImportError::Handle { line, source: Box::new(error) }
                    })?;
                    waiting.insert(number, outcome);
                }
                item = rows.recv(), if has_room && !ended => match item {
                    None => ended = true,
                    Some(Item { bytes, row }) => {
                        match row {
                            Err(reject) => {
                                waiting.insert(next, Outcome::Rejected(reject));
                            }
                            Ok(row) => {
                                let (target, clock) = (target.clone(), Arc::clone(clock));
                                let (number, line) = (next, row.place.line);
                                tasks.spawn(async move {
                                    (number, line, target.take(row, clock.as_ref()).await)
                                });
                            }
                        }
                        next = next.saturating_add(1);
                        progress(bytes, counted);
                    }
                },
            }
            while let Some(outcome) = waiting.remove(&counted) {
                tally.count(outcome, rejects)?;
                counted = counted.saturating_add(1);
            }
        }
        Ok(tally)
    }

    fn count(
        &mut self,
        outcome: Outcome,
        rejects: &mut Option<RejectsFile>,
    ) -> Result<(), RejectsError> {
        let counter = match outcome {
            Outcome::Rejected(reject) => {
                if let Some(rejects) = rejects {
                    rejects.write(&reject)?;
                }
                if self.first_rejects.len() < FIRST_REJECTS {
                    self.first_rejects.push(reject.to_string());
                }
                self.rejected = self.rejected.saturating_add(1);
                return Ok(());
            }
            Outcome::Added => &mut self.added,
            Outcome::AlreadyThere => &mut self.already_there,
            // Nothing was written; it counts as one that could be taken in.
            Outcome::WouldFit => &mut self.imported,
        };
        *counter = counter.saturating_add(1);
        if !matches!(outcome, Outcome::WouldFit) {
            self.imported = self.imported.saturating_add(1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

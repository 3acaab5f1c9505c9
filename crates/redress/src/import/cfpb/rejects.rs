//! The rows that were not taken in: where each lies, what was expected, what was found.
//!
//! Line and byte lead the operator to the row in the file they have. Its text is not copied: a row
//! that could not be read may hold somebody's story in any of its fields.

use std::{
    fmt,
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter},
    path::{Path, PathBuf},
};

use super::{
    header::Header,
    reader::{Damage, DamagedRecord, FIELD_BYTES_MAX, Place},
    row::RowProblem,
};

/// The columns of a rejects file.
pub const REJECTS_HEADER: &str = "line,last_line,byte,column,reason,expected,found";

/// A row that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where it lies in the file.
    pub place: Place,
    /// In which column, where that is known.
    pub column: Option<String>,
    /// The stable code of the reason.
    pub reason: &'static str,
    /// What was expected.
    pub expected: String,
    /// The shape of what was found.
    pub found: String,
}

impl Reject {
    /// A record that could not be read.
    pub fn damaged(header: &Header, record: &DamagedRecord) -> Self {
        let fields = header.shape().fields;
        let (reason, expected, found) = match record.damage {
            Damage::StrayQuote => (
                "stray-quote",
                "quotes only around a whole field, or doubled inside one".to_owned(),
                "one elsewhere".to_owned(),
            ),
            Damage::UnclosedQuote => (
                "unclosed-quote",
                "a quote at the end of a field that begins with one".to_owned(),
                "the end of the file".to_owned(),
            ),
            Damage::TooLong => (
                "field-too-long",
                format!("at most {FIELD_BYTES_MAX} bytes in a field"),
                "more".to_owned(),
            ),
            Damage::FieldCount { found } => {
                ("field-count", format!("{fields} fields"), format!("{found} fields"))
            }
            Damage::SwallowedRecord => (
                "swallowed-row",
                "one row".to_owned(),
                "other rows inside one of its fields, as after a stray quote".to_owned(),
            ),
        };
        let column = record.column.and_then(|field| header.name(field)).map(str::to_owned);
        Self { place: record.place, column, reason, expected, found }
    }

    /// A row that does not say what it must.
    pub fn problem(place: Place, problem: RowProblem) -> Self {
        let RowProblem { column, reason, expected, found } = problem;
        Self { place, column: Some(column.name().to_owned()), reason, expected, found }
    }
}

/// In one line, as a message tells it.
impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.place.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {}: expected {}", self.reason, self.expected)?;
        if self.found.is_empty() { Ok(()) } else { write!(f, ", found {}", self.found) }
    }
}

/// Why the rejects file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RejectsError {
    /// Something else lies there.
    #[error("expected an earlier rejects file or none at {}, found another file", path.display())]
    NotOurs {
        /// Where.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("could not write the rejects file {}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// A rejects file being written beside its place, and put there when it is whole.
#[derive(Debug)]
pub(super) struct RejectsFile {
    path: PathBuf,
    beside: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
    has_rows: bool,
}

impl RejectsFile {
    /// Begins one. An earlier one stays until [`finish`](Self::finish).
    pub(super) fn create(path: &Path) -> Result<Self, RejectsError> {
        let failed = |source| RejectsError::Io { path: path.to_owned(), source };
        if !may_replace(path).map_err(failed)? {
            return Err(RejectsError::NotOurs { path: path.to_owned() });
        }
        let mut beside = path.to_owned();
        beside.as_mut_os_string().push(".partial");
        let file = File::create(&beside).map_err(failed)?;
        let mut writer = csv::Writer::from_writer(BufWriter::new(file));
        let header = writer.write_record(REJECTS_HEADER.split(','));
        header.map_err(|error| failed(error.into()))?;
        Ok(Self { path: path.to_owned(), beside, writer, has_rows: false })
    }

    pub(super) fn write(&mut self, reject: &Reject) -> Result<(), RejectsError> {
        let Reject { place, column, reason, expected, found } = reject;
        let Place { line, last_line, byte } = place;
        self.has_rows = true;
        let written = self.writer.write_record([
            &line.to_string(),
            &last_line.to_string(),
            &byte.to_string(),
            column.as_deref().unwrap_or_default(),
            reason,
            expected,
            found,
        ]);
        written.map_err(|error| self.failed(error.into()))
    }

    /// Makes it durable and puts it in its place. Without a row there is none, and an earlier one goes:
    /// what it lists is no longer so.
    pub(super) fn finish(mut self) -> Result<Option<PathBuf>, RejectsError> {
        if !self.has_rows {
            return match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(error)),
                Ok(()) | Err(_) => Ok(None),
            };
        }
        let done = self
            .writer
            .flush()
            .and_then(|()| self.writer.get_ref().get_ref().sync_all())
            .and_then(|()| fs::rename(&self.beside, &self.path))
            .and_then(|()| match self.path.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
                Some(_) | None => File::open(".")?.sync_all(),
            });
        match done {
            Ok(()) => Ok(Some(std::mem::take(&mut self.path))),
            Err(source) => Err(self.failed(source)),
        }
    }

    fn failed(&self, source: io::Error) -> RejectsError {
        RejectsError::Io { path: self.path.clone(), source }
    }
}

/// An import that stops leaves no half a rejects file. What fails here hides nothing.
impl Drop for RejectsFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.beside);
    }
}

fn may_replace(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    let mut first = Vec::new();
    let limit = u64::try_from(REJECTS_HEADER.len()).unwrap_or(u64::MAX).saturating_add(1);
    BufReader::new(io::Read::take(file, limit)).read_until(b'\n', &mut first)?;
    Ok(first.strip_suffix(b"\n").unwrap_or(&first) == REJECTS_HEADER.as_bytes())
}

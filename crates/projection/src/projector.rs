//! What a projector promises.

use event_log::RecordedEvent;
use rusqlite::{Connection, Transaction};

/// Turns records into rows of one read model.
///
/// It has no effect but on the connection it is handed, and keeps nothing in memory that the rows
/// do not say: it may be handed a file that another run has filled, and a page may be rolled back
/// behind its back. Every table it creates has a primary key and is `STRICT`; its rows depend on
/// the records alone, never on a clock, a random number or on how the records came in pages.
pub trait Projector: Send {
    /// The read model's name and the stem of its file's name: lower-case letters and hyphens.
    fn name(&self) -> &'static str;

    /// Which form of tables and rows this code writes. Raised with every change to either; an
    /// older file is then rebuilt.
    fn schema_version(&self) -> u32;

    /// Creates tables and views. Names that begin with `projection` are taken.
    ///
    /// # Errors
    ///
    /// Whatever SQLite says.
    fn create_schema(&self, connection: &Connection) -> rusqlite::Result<()>;

    /// Creates the indexes that only queries need; a rebuild does this once all rows are in.
    ///
    /// # Errors
    ///
    /// Whatever SQLite says.
    fn create_indexes(&self, connection: &Connection) -> rusqlite::Result<()>;

    /// Takes in one record. Records come in the log's order, each exactly once.
    ///
    /// # Errors
    ///
    /// [`ProjectError`] when the record cannot be taken in. Its whole page is rolled back and the
    /// projector stops, for good unless it is opened again.
    fn project(
        &mut self,
        transaction: &Transaction<'_>,
        event: &RecordedEvent,
    ) -> Result<(), ProjectError>;
}

/// Why a projector cannot take in a record.
///
/// The text is kept in the read model's file and in the trace: it holds no personal data.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// SQLite refused or failed.
    #[error("the rows could not be written")]
    Sqlite(#[from] rusqlite::Error),
    /// The record's bytes are not what this code can read.
    #[error("the record could not be read")]
    Record(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The record does not follow from those before it.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What the rows so far call for.
        expected: String,
        /// What the record says.
        found: String,
    },
}

impl ProjectError {
    /// The record's bytes are not what this code can read.
    pub fn record(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Record(Box::new(source))
    }
}

//! A batch of complaints taken in from a file: replayable provenance.

use serde::{Deserialize, Serialize};

use crate::{codes::named_variants, fact::Fact, label::Label, sealed::Digest};

/// A command to one import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportCommand {
    /// Note what became of every row of the file.
    Complete(ImportSummary),
}

/// What happened to an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportEvent {
    /// Every row of the file was taken in or rejected.
    Completed(ImportSummary),
}

/// A file, and what became of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSummary {
    /// The kind of file, such as `cfpb`.
    pub scheme: Label,
    /// SHA-256 of the file's bytes.
    pub file_digest: Digest,
    /// How many data rows the file has.
    pub rows: u64,
    /// How many of them are in the ledger.
    pub imported: u64,
    /// How many of them went to the rejects file; `rows` = `imported` + `rejected`.
    pub rejected: u64,
}

/// An import as [`decide`] sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Import {
    /// No event yet.
    #[default]
    NotCompleted,
    /// What became of the rows is on record.
    Completed,
}

/// Why a command was refused. When both reasons apply, the first in this list is the one given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImportRejection {
    /// A second completion.
    #[error("expected an import that was not completed, found one that was")]
    AlreadyCompleted,
    /// A row that was neither taken in nor rejected, or was both.
    #[error(
        "expected {rows} rows accounted for, found {imported} imported and {rejected} rejected"
    )]
    RowsUnaccounted {
        /// How many rows the file has.
        rows: u64,
        /// How many are said to be in the ledger.
        imported: u64,
        /// How many are said to have been rejected.
        rejected: u64,
    },
}

named_variants!(ImportRejection, CODES, code {
    AlreadyCompleted = "already-completed",
    RowsUnaccounted = "rows-unaccounted",
});

/// Answers a command with the events it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`ImportRejection`] that applies, in the order of that enum.
pub fn decide(
    state: &Import,
    command: &ImportCommand,
) -> Result<Vec<ImportEvent>, ImportRejection> {
    match (state, command) {
        (Import::Completed, ImportCommand::Complete(_)) => Err(ImportRejection::AlreadyCompleted),
        (Import::NotCompleted, ImportCommand::Complete(summary)) => {
            let ImportSummary { rows, imported, rejected, .. } = *summary;
            if imported.checked_add(rejected) != Some(rows) {
                return Err(ImportRejection::RowsUnaccounted { rows, imported, rejected });
            }
            Ok(vec![ImportEvent::Completed(summary.clone())])
        }
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(_: Import, fact: &Fact<ImportEvent>) -> Import {
    match &fact.event {
        ImportEvent::Completed(_) => Import::Completed,
    }
}

#[cfg(test)]
mod tests;

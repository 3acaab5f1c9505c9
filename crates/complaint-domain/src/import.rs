//! A batch of complaints taken in from a file: replayable provenance.

use serde::{Deserialize, Serialize};

use crate::{label::Label, sealed::Digest};

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

//! `ledger.json`: the mark that a directory is a ledger of ours, and which form it has.

use std::{io, path::Path};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Its name in the data directory.
pub const FILE: &str = "ledger.json";
/// The form this code writes and reads.
pub const FORMAT_VERSION: u32 = 1;
const FORMAT: &str = "redress-ledger";

/// What `ledger.json` says. Written last when a ledger is made, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerFile {
    format: String,
    format_version: u32,
    /// The name under which the log signs its checkpoints.
    pub origin: String,
    /// When the ledger was made.
    pub created_at: Timestamp,
}

/// Why a directory is not a ledger that can be opened.
#[derive(Debug)]
pub(crate) enum LedgerFileError {
    /// There is no `ledger.json`.
    Missing,
    /// It is not what this code writes.
    Foreign(String),
    /// It cannot be read.
    Io(io::Error),
}

impl LedgerFile {
    pub(crate) fn new(origin: &str, created_at: Timestamp) -> Self {
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            origin: origin.to_owned(),
            created_at,
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    pub(crate) fn read(dir: &Path) -> Result<Self, LedgerFileError> {
        let text = match std::fs::read(dir.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(LedgerFileError::Missing);
            }
            Err(error) => return Err(LedgerFileError::Io(error)),
        };
        let found: Self = serde_json::from_slice(&text)
            .map_err(|error| LedgerFileError::Foreign(error.to_string()))?;
        // Every byte is either checked here or part of origin and time; see docs/format.md.
        if found.format != FORMAT || found.format_version != FORMAT_VERSION {
            return Err(LedgerFileError::Foreign(format!(
                "expected format {FORMAT} version {FORMAT_VERSION}, found {} version {}",
                found.format, found.format_version
            )));
        }
        Ok(found)
    }
}

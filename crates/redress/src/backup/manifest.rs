//! What a backup says of itself, and how its files are listed.

use std::{fmt::Write as _, fs, io, path::Path};

use event_log_sled::backup::{FileSum, FileSums};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LOG, PERSONAL, SUMS, files, numbered};
use crate::{commands::projections::hex, error::CommandError};

/// Its name in the directory of a backup.
pub const FILE: &str = "manifest.json";
const FORMAT: &str = "redress-backup";
const FORMAT_VERSION: u32 = 1;

/// What a finished backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    format_version: u32,
    /// The ledger.
    pub origin: String,
    /// The number of the backup at this place, from 1.
    pub generation: u64,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// How many records it holds: those at the positions before this one.
    pub records: u64,
    /// The root of the RFC 6962 tree over them, in hexadecimal.
    pub root: String,
    /// How many of them are in tiles.
    pub stored: u64,
    /// SHA-256 of the list of the log's files, in hexadecimal.
    pub log_sums: String,
    /// SHA-256 of the list of blobs and wrapped keys, in hexadecimal.
    pub personal_sums: String,
}

/// What is known when a backup is finished.
#[derive(Debug)]
pub(super) struct Finished<'a> {
    pub(super) origin: &'a str,
    pub(super) generation: u64,
    pub(super) taken_at: Timestamp,
    pub(super) records: u64,
    pub(super) root: String,
    pub(super) stored: u64,
    pub(super) log_sums: [u8; 32],
    pub(super) personal_sums: [u8; 32],
}

impl Manifest {
    pub(super) fn new(finished: &Finished<'_>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            origin: finished.origin.to_owned(),
            generation: finished.generation,
            taken_at: finished.taken_at,
            records: finished.records,
            root: finished.root.clone(),
            stored: finished.stored,
            log_sums: hex(&finished.log_sums),
            personal_sums: hex(&finished.personal_sums),
        }
    }

    /// Writes it, which finishes the backup.
    pub(super) fn write(&self, dir: &Path) -> Result<(), CommandError> {
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(CommandError::failed("write the manifest of the backup"))?;
        text.push(b'\n');
        files::put(&dir.join(FILE), &text)
    }

    /// The manifest of a directory; `None` when it has none.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when it is not one that this version can read.
    pub fn read(dir: &Path) -> Result<Option<Self>, CommandError> {
        let path = dir.join(FILE);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(CommandError::file("read", &path))?,
        };
        let refused = |found: String| CommandError::Refused {
            problem: format!(
                "expected the manifest of a backup, version {FORMAT_VERSION}, at {}, found {found}",
                path.display()
            ),
            next: "name the directory of another backup".to_owned(),
        };
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|error| refused(error.to_string()))?;
        if manifest.format != FORMAT || manifest.format_version != FORMAT_VERSION {
            return Err(refused(format!("{} {}", manifest.format, manifest.format_version)));
        }
        Ok(Some(manifest))
    }

    /// The list of the log's files, which must be the one the manifest names.
    pub(super) fn log_files(&self, dir: &Path) -> Result<FileSums, CommandError> {
        read_sums(&dir.join(LOG).join(numbered(self.generation)), &self.log_sums)
    }

    /// The list of blobs and wrapped keys, likewise.
    pub(super) fn personal_files(&self, dir: &Path) -> Result<FileSums, CommandError> {
        read_sums(&dir.join(PERSONAL).join(numbered(self.generation)), &self.personal_sums)
    }
}

/// Writes a list of files as `sha256sum` does, with sizes in comments, and gives its digest.
pub(super) fn write_sums(dir: &Path, sums: &FileSums) -> Result<[u8; 32], CommandError> {
    let mut text = String::from("# sha256sum --check this file, in the directory of the backup\n");
    for (name, sum) in sums {
        let _ = writeln!(text, "# {} bytes\n{}  {name}", sum.bytes, hex(&sum.sha256));
    }
    files::put(&dir.join(SUMS), text.as_bytes())?;
    Ok(FileSum::of(text.as_bytes()).sha256)
}

fn read_sums(dir: &Path, expected: &str) -> Result<FileSums, CommandError> {
    let path = dir.join(SUMS);
    let text = fs::read(&path).map_err(CommandError::file("read", &path))?;
    if hex(&FileSum::of(&text).sha256) != expected {
        return Err(files::damaged(&path));
    }
    parse_sums(&String::from_utf8_lossy(&text)).ok_or_else(|| files::damaged(&path))
}

fn parse_sums(text: &str) -> Option<FileSums> {
    let mut sums = FileSums::new();
    let mut lines = text.lines().skip(1);
    while let Some(line) = lines.next() {
        let bytes = line.strip_prefix("# ")?.strip_suffix(" bytes")?.parse().ok()?;
        let (digest, name) = lines.next()?.split_once("  ")?;
        let sha256 = parse_digest(digest)?;
        sums.insert(name.to_owned(), FileSum { bytes, sha256 });
    }
    Some(sums)
}

/// 64 hexadecimal digits as bytes.
pub(super) fn parse_digest(text: &str) -> Option<[u8; 32]> {
    let digest: complaint_domain::sealed::Digest = text.parse().ok()?;
    Some(digest.0)
}

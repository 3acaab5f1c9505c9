//! `head`: what the log vouches for, kept outside everything it vouches for.
//!
//! Replaced atomically whenever the store has been synced, and once more when the log is closed.
//! A crash loses at most the newest such statement; the one before it still stands. Opening never
//! accepts less than the head says.

use std::{fmt::Write as _, io, path::Path};

use event_log::Position;
use jiff::Timestamp;
use merkle_log::{CompactRange, Hash};

use crate::disk::{Disk, ReplaceSteps, Step, replace_file};

/// Its name in the data directory.
pub(crate) const FILE: &str = "head";
const FIRST_LINE: &str = "redress-head v1";
pub(crate) const STEPS: ReplaceSteps =
    ReplaceSteps { write: Step::HeadWrite, sync: Step::HeadSync, rename: Step::HeadRename };

/// What the head file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeadFile {
    /// Records below this position are in the store and in sealed tiles, synced.
    pub(crate) stored: Position,
    /// The tree over all records known durable when this was written; never smaller than stored.
    pub(crate) tree: CompactRange,
    /// The newest `recorded_at` among them.
    pub(crate) recorded_at: Timestamp,
    /// The number of the oldest journal segment that recovery needs.
    pub(crate) segment: u64,
}

/// Why the head cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HeadFileError {
    /// There is none.
    #[error("expected the file `{FILE}`, found none")]
    Missing,
    /// It is not what was written.
    #[error("expected the file `{FILE}` as it was written, found {0}")]
    Damaged(&'static str),
    /// It cannot be read.
    #[error("the file `{FILE}` cannot be read")]
    Io(#[source] io::Error),
}

impl HeadFile {
    /// The head of a ledger without records.
    pub(crate) fn empty() -> Self {
        Self {
            stored: Position(0),
            tree: CompactRange::new(),
            recorded_at: Timestamp::UNIX_EPOCH,
            segment: 1,
        }
    }

    pub(crate) fn write(&self, disk: &Disk, dir: &Path) -> io::Result<()> {
        replace_file(disk, STEPS, &dir.join(FILE), self.to_text().as_bytes())
    }

    pub(crate) fn read(dir: &Path) -> Result<Self, HeadFileError> {
        match std::fs::read(dir.join(FILE)) {
            Ok(bytes) => Self::from_bytes(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(HeadFileError::Missing),
            Err(error) => Err(HeadFileError::Io(error)),
        }
    }

    fn to_text(&self) -> String {
        let mut text = format!(
            "{FIRST_LINE}\nstored {}\nsize {}\nroot {}\nrecorded-at {}\nsegment {}\n",
            self.stored,
            self.tree.size(),
            self.tree.root(),
            self.recorded_at.as_millisecond(),
            self.segment,
        );
        for root in self.tree.roots() {
            let _ = writeln!(text, "range {root}");
        }
        let _ = writeln!(text, "crc32c {:08x}", crc32c::crc32c(text.as_bytes()));
        text
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, HeadFileError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| HeadFileError::Damaged("bytes that are not UTF-8"))?;
        let head = Self::parse(text).ok_or(HeadFileError::Damaged("another form"))?;
        // Written again, it must give the same bytes: no byte of it is left unchecked.
        if head.to_text() == text {
            Ok(head)
        } else {
            Err(HeadFileError::Damaged("a checksum or root that does not fit"))
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let stored = lines.next()?.strip_prefix("stored ")?.parse().ok()?;
        let size = lines.next()?.strip_prefix("size ")?.parse().ok()?;
        lines.next()?.strip_prefix("root ")?;
        let milliseconds = lines.next()?.strip_prefix("recorded-at ")?.parse().ok()?;
        let segment = lines.next()?.strip_prefix("segment ")?.parse().ok()?;
        let roots = lines.map_while(|line| parse_hash(line.strip_prefix("range ")?)).collect();
        Some(Self {
            stored: Position(stored),
            tree: CompactRange::from_parts(size, roots)?,
            recorded_at: Timestamp::from_millisecond(milliseconds).ok()?,
            segment,
        })
    }
}

fn parse_hash(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(Hash(hash))
}

#[cfg(test)]
mod tests;

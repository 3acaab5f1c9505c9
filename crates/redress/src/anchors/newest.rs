//! The newest time anchor, kept beside the log, so that `redress status` can say how old it is without
//! holding the ledger. Derived: whoever records or checks time anchors writes it.
//!
//! `DIR/time-anchor`, text, replaced whole:
//!
//! ```text
//! redress-time-anchor v1
//! position 12
//! size 12
//! stamped-at 2026-11-26T15:17:01Z
//! authority time of tests
//! sha256 <of all lines before, hexadecimal>
//! ```

use std::{fmt::Write as _, fs, io, path::Path};

use complaint_domain::{ledger::TimeAnchor, sealed::Hex};
use event_log::Position;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{error::CommandError, evidence::put};

/// Its name in the data directory.
pub const FILE: &str = "time-anchor";

const HEADER: &str = "redress-time-anchor v1";

/// The newest time anchor of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// Where it stands in the log.
    pub position: u64,
    /// How many records the stamp covers.
    pub size: u64,
    /// The time it states.
    pub stamped_at: Timestamp,
    /// What the authority is called.
    pub authority: String,
}

impl Newest {
    /// The one that this record is.
    pub fn of(position: Position, anchor: &TimeAnchor) -> Self {
        Self {
            position: position.0,
            size: anchor.size,
            stamped_at: anchor.stamped_at,
            authority: anchor.authority.to_string(),
        }
    }

    fn to_text(&self) -> String {
        let Self { position, size, stamped_at, authority } = self;
        let mut text = format!(
            "{HEADER}\nposition {position}\nsize {size}\nstamped-at {stamped_at}\nauthority {authority}\n"
        );
        let digest = Hex(<[u8; 32]>::from(Sha256::digest(&text)));
        let _ = writeln!(text, "sha256 {digest}");
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().skip(1);
        let mut value = |key: &str| lines.next()?.strip_prefix(key)?.strip_prefix(' ');
        let newest = Self {
            position: value("position")?.parse().ok()?,
            size: value("size")?.parse().ok()?,
            stamped_at: value("stamped-at")?.parse().ok()?,
            authority: value("authority")?.to_owned(),
        };
        // One spelling: written again, it must be the same, digest and all.
        (newest.to_text() == text).then_some(newest)
    }

    /// Reads what is kept in a data directory; `None` when nothing is.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: it cannot be read, or was changed.
    pub fn read(data: &Path) -> Result<Option<Self>, CommandError> {
        let path = data.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
            Err(error) => return Err(CommandError::file("read", &path)(error)),
        };
        let newest = Self::parse(&text).ok_or_else(|| CommandError::Refused {
            problem: format!(
                "expected the newest time anchor in {}, found it damaged",
                path.display()
            ),
            next: "`redress anchor list` writes it anew from the ledger".to_owned(),
        })?;
        Ok(Some(newest))
    }

    /// Keeps it, or that there is none.
    ///
    /// # Errors
    ///
    /// [`CommandError::File`].
    pub fn keep(newest: Option<&Self>, data: &Path) -> Result<(), CommandError> {
        let path = data.join(FILE);
        let text = newest.map(Self::to_text);
        let there = fs::read_to_string(&path).ok();
        match (text, there) {
            (text, there) if text == there => Ok(()),
            (Some(text), _) => put(&path, text.as_bytes()),
            (None, _) => fs::remove_file(&path).map_err(CommandError::file("remove", &path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_back_as_written_and_no_changed_byte_is_believed() {
        let newest = Newest {
            position: 12,
            size: 7,
            stamped_at: "2026-11-26T15:17:01Z".parse().unwrap(),
            authority: "time of tests".to_owned(),
        };
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Newest::read(folder.path()).unwrap(), None);
        Newest::keep(Some(&newest), folder.path()).unwrap();
        assert_eq!(Newest::read(folder.path()).unwrap(), Some(newest));
        let path = folder.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(&path, changed).unwrap();
            let said = Newest::read(folder.path()).unwrap_err().to_string();
            assert!(said.contains("found it damaged"), "byte {at}: {said}");
        }
        Newest::keep(None, folder.path()).unwrap();
        assert_eq!(Newest::read(folder.path()).unwrap(), None);
    }
}

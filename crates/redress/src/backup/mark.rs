//! The mark of a restored copy of which nobody knows yet whether it may go on.
//!
//! A backup is old: what the ledger recorded and signed since is not in it, and a copy that is written to all the
//! same is a second history. Only the register tells, and it lies outside the data directory. So each restore leaves
//! this mark, nothing is written to a copy that bears it, and it goes when a register has told. It is in no backup:
//! what is restored from one of such a copy bears a mark of its own.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf, absolute},
};

use event_log_sled::SledLog;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{files, manifest::Manifest};
use crate::{
    error::CommandError,
    signing::{self, SigningPlaces},
};

/// Its name in a data directory.
const FILE: &str = "restored";

/// What a mark says. That it is there is what counts: one that cannot be read is a mark as well.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The number of the backup.
    generation: u64,
    /// When that was taken.
    taken_at: Timestamp,
    /// How many records it holds.
    records: u64,
    /// When it was restored.
    restored_at: Timestamp,
    /// The register that the restore found, from the root on.
    register: Option<PathBuf>,
}

impl Mark {
    /// The mark of what is restored from this backup, where the register should lie here.
    pub(super) fn new(manifest: &Manifest, restored_at: Timestamp, register: &Path) -> Self {
        Self {
            generation: manifest.generation,
            taken_at: manifest.taken_at,
            records: manifest.records,
            restored_at,
            register: absolute(register).ok().filter(|register| register.exists()),
        }
    }

    /// Leaves it in a data directory.
    pub(super) fn leave(&self, data: &Path) -> Result<(), CommandError> {
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(CommandError::failed("mark the restored directory"))?;
        text.push(b'\n');
        files::put(&data.join(FILE), &text)
    }
}

/// Lets a copy go on, once and for all, when every register in reach says that it holds all that was signed: the
/// one that lies here, and the one that was found when it was restored. Where that one's place is another ledger's by
/// now it is as good as gone, for whoever has named the register of this one. Other ledgers may go on as it is. Reads
/// a few tiles.
///
/// # Errors
///
/// [`CommandError::Refused`]: it is another history or too short, or no register is there to tell.
pub fn settle(data: &Path, log: &SledLog, places: &SigningPlaces) -> Result<(), CommandError> {
    let path = data.join(FILE);
    let text = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read.map_err(CommandError::file("read", &path))?,
    };
    let mark = serde_json::from_slice::<Mark>(&text).ok();
    let register = places.register.as_path();
    let is_anothers =
        |before: &&Path| places.is_register_named && signing::is_of_another_log(log, before);
    let found_before = mark.as_ref().and_then(|mark| mark.register.as_deref());
    let found_before = found_before.filter(|before| !is_anothers(before));
    let mut is_known = false;
    for register in [Some(register), found_before].into_iter().flatten() {
        if let Some(standing) = signing::standing_by(log, register)? {
            standing.refuse_second_history(log.nodes().size())?;
            is_known = true;
        }
    }
    if !is_known {
        return Err(nobody_tells(mark.as_ref(), register));
    }
    let remove = || {
        fs::remove_file(&path)?;
        File::open(data)?.sync_all()
    };
    remove().map_err(CommandError::file("remove", &path))
}

fn nobody_tells(mark: Option<&Mark>, register: &Path) -> CommandError {
    let copy = mark.map_or_else(
        || "a backup".to_owned(),
        |mark| format!("backup {} of {} records", mark.generation, mark.records),
    );
    let before = mark.and_then(|mark| mark.register.as_deref());
    let before = before.map(|path| format!(", nor at {}", path.display())).unwrap_or_default();
    CommandError::Refused {
        problem: format!(
            "expected a register that says whether this copy, restored from {copy}, holds all that was signed; \
             found none at {}{before}: what is written to a copy that lacks some of it is a second history",
            register.display()
        ),
        next: "name the key that the register lies beside with --keys; if it lies elsewhere, run `redress \
               checkpoint --register FILE` once. Until then the copy can be read"
            .to_owned(),
    }
}

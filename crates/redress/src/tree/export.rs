//! The tree written to a directory, as plain files that any tlog-tiles client can read.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    sync::Arc,
};

use event_log_sled::{SledLog, disk::sync_tree};
use merkle_log::{
    Checkpoint, SignedNote, TileId, TileKind,
    tile::{TILE_WIDTH, tiles_of_growth},
};

use super::mirror::REFUSED;
use super::tile_bytes;
use crate::{console::Bar, error::CommandError};

/// The name of the checkpoint.
const CHECKPOINT: &str = "checkpoint";

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// How many files are new.
    pub written: u64,
    /// How many were there already, whole by their size.
    pub kept: u64,
}

/// Writes the tree that a checkpoint states to a directory, new or one that holds an earlier export of
/// the same log. The checkpoint is written last: until then the earlier one holds.
///
/// # Errors
///
/// [`CommandError`]: another log's tree lies there, the log cannot be read, the disk.
pub async fn export(
    log: &Arc<SledLog>,
    note: &SignedNote,
    out: &Path,
    bar: &Bar,
) -> Result<Exported, CommandError> {
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(CommandError::failed("read the checkpoint"))?;
    check_place(out, &checkpoint)?;
    fs::create_dir_all(out).map_err(CommandError::file("make", out))?;
    let tiles = tiles_of_growth(0, checkpoint.size());
    let mut exported = Exported { written: 0, kept: 0 };
    for (done, tile) in (1..).zip(&tiles) {
        let path = out.join(tile.to_string());
        if is_whole(&path, *tile) {
            exported.kept += 1;
            continue;
        }
        let bytes = tile_bytes(log, *tile, checkpoint.size()).await?;
        let bytes = bytes.ok_or_else(|| CommandError::Refused {
            problem: format!("expected {tile} in the tree of this ledger, found none"),
            next: "verify the ledger with `redress verify`".to_owned(),
        })?;
        put(&path, &bytes)?;
        exported.written += 1;
        bar.set_of(done, tiles.len() as u64);
    }
    sync_tree(out).map_err(CommandError::file("sync", out))?;
    put(&out.join(CHECKPOINT), note.to_string().as_bytes())?;
    sync_tree(out).map_err(CommandError::file("sync", out))?;
    Ok(exported)
}

/// A full hash tile has one size only; entries have none, so they are written again unless whole.
fn is_whole(path: &Path, tile: TileId) -> bool {
    let Ok(found) = fs::metadata(path) else { return false };
    match tile.kind() {
        TileKind::Hashes { .. } => found.len() == u64::from(tile.width()).saturating_mul(32),
        // Files appear whole, and an entry bundle never changes once it has its width.
        TileKind::Entries => tile.width() == TILE_WIDTH && found.len() > 0,
    }
}

/// Refuses a directory of anything else than an earlier tree of this log.
///
/// # Errors
///
/// [`CommandError::Refused`] naming what lies there.
pub(super) fn check_place(out: &Path, checkpoint: &Checkpoint) -> Result<(), CommandError> {
    let refused = |problem: String| {
        Err(CommandError::Refused { problem, next: "name another directory with --out".to_owned() })
    };
    let Some(earlier) = crate::publishing::read(&out.join(CHECKPOINT))? else {
        let is_empty = fs::read_dir(out).map_or(true, |mut entries| {
            // What was interrupted before its first checkpoint was in place has tiles only, and a mirror that took none
            // over the one it refused.
            let ours = ["tile", "checkpoint.tmp", REFUSED, "checkpoint.refused.tmp"];
            entries.all(|entry| {
                entry.is_ok_and(|entry| ours.iter().any(|it| entry.file_name() == *it))
            })
        });
        return if is_empty {
            Ok(())
        } else {
            refused(format!(
                "expected no directory, an empty one or an earlier tree at {}, found other files",
                out.display()
            ))
        };
    };
    match Checkpoint::parse(earlier.text()) {
        Ok(earlier) if earlier.origin() == checkpoint.origin() => Ok(()),
        Ok(earlier) => refused(format!(
            "expected the tree of {} at {}, found that of {}",
            checkpoint.origin(),
            out.display(),
            earlier.origin()
        )),
        Err(error) => refused(format!("expected a checkpoint at {}: {error}", out.display())),
    }
}

/// Puts a file in place whole; the caller syncs.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    if let Some(above) = path.parent() {
        fs::create_dir_all(above).map_err(CommandError::file("make", above))?;
    }
    let temporary = path.with_added_extension("tmp");
    let write = || {
        File::create(&temporary)?.write_all(bytes)?;
        fs::rename(&temporary, path)
    };
    write().map_err(CommandError::file("write", path))
}

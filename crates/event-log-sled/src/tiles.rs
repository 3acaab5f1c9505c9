//! The sealed log: immutable files in the C2SP tlog-tiles layout, 256 records each.
//!
//! The one copy of every sealed record: what readers read, auditors mirror and archives keep, and
//! what a lost store is rebuilt from. Hash tiles are as they are served; entry bundles have the form
//! that `sealed` describes, and `.zst` after their name.
//!
//! Each file is put in place by a rename and never changes; sealing again writes the same.

use std::{
    collections::BTreeSet,
    fmt,
    fs::{self, File},
    io::{self, Read as _, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use event_log::{Position, RecordedEvent};
use merkle_log::{
    Hash, TileId, TileKind, TileReader, leaf_hashes,
    tile::{TILE_WIDTH, hash_tile_bytes, parse_hash_tile},
};

use crate::{
    disk::{Disk, Step, make_dirs, name_aside, sync_dir},
    frame::{FrameDamage, RANGE},
    nodes::LogNodes,
    sealed::{self, Entry, Sealed, Unsealer},
};

/// The tiles under one directory.
#[derive(Debug, Clone)]
pub(crate) struct Tiles {
    dir: PathBuf,
    disk: Disk,
    /// Where what is replaced is kept, what that was and as what.
    kept: Option<Kept>,
}

/// Files that were not what was put in their places, and the names that they have now. Shared with the tiles that put
/// something there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<[String; 2]>>>);

impl Kept {
    fn add(&self, names: [String; 2]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(names);
    }
}

impl fmt::Display for Kept {
    /// Said before what was done; nothing where nothing is kept. An accident may take thousands: they have names alike.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(([file, aside], others)) = kept.split_first() else { return Ok(()) };
        write!(f, "kept {file} as {aside}")?;
        match others.len() {
            0 => f.write_str("; "),
            count => write!(f, " and {count} more files likewise; "),
        }
    }
}

impl TileReader for &Tiles {
    type Error = io::Error;

    fn read_tile(&self, tile: TileId) -> io::Result<Vec<u8>> {
        fs::read(self.path(tile))
    }
}

impl Tiles {
    pub(crate) fn new(dir: PathBuf, disk: Disk) -> Self {
        Self { dir, disk, kept: None }
    }

    /// The same tiles for whoever mends them: a file that differs from what is put in its place is evidence of what
    /// has happened to it, and is kept beside that. Told in what is given as well.
    pub(crate) fn keeping(&self) -> (Self, Kept) {
        let kept = Kept::default();
        (Self { kept: Some(kept.clone()), ..self.clone() }, kept)
    }

    pub(crate) fn path(&self, tile: TileId) -> PathBuf {
        let path = self.dir.join(tile.to_string());
        match tile.kind() {
            TileKind::Entries => path.with_added_extension("zst"),
            TileKind::Hashes { .. } => path,
        }
    }

    /// The name that the file of the range which begins at `first` has below the ledger's directory.
    pub(crate) fn file_name(&self, first: Position) -> String {
        self.name(TileKind::Entries, first)
    }

    /// The same of the file with its leaf hashes.
    pub(crate) fn hashes_name(&self, first: Position) -> String {
        self.name(TileKind::Hashes { level: 0 }, first)
    }

    fn name(&self, kind: TileKind, first: Position) -> String {
        let tile = full(kind, range_index(first.0)).map(|tile| self.path(tile));
        self.name_of(&tile.unwrap_or_else(|_| self.dir.clone()))
    }

    /// The name of a file below the ledger's directory.
    fn name_of(&self, path: &Path) -> String {
        let below = self.dir.parent().and_then(|above| path.strip_prefix(above).ok());
        below.unwrap_or(path).display().to_string()
    }

    /// Puts sealed ranges in their places; durable when it returns.
    pub(crate) fn put(&self, ranges: &[Sealed]) -> io::Result<()> {
        self.put_ranges(ranges)?;
        // Those above are read from those below, which are in their places now.
        ranges.iter().try_for_each(|range| self.seal_above(range.first, |_| true))
    }

    /// [`Tiles::put`] without the tiles above.
    pub(crate) fn put_ranges(&self, ranges: &[Sealed]) -> io::Result<()> {
        let mut written = Vec::new();
        for range in ranges {
            let index = range_index(range.first.0);
            written.push(self.write(full(TileKind::Entries, index)?, &range.bytes)?);
            written.push(self.write_hashes(index, &range.leaves)?);
        }
        self.place(&written)
    }

    /// Puts the leaf hashes of a range in their place; durable when it returns.
    pub(crate) fn put_hashes(&self, first: Position, leaves: &[Hash]) -> io::Result<()> {
        self.place(&[self.write_hashes(range_index(first.0), leaves)?])
    }

    fn write_hashes(&self, index: u64, leaves: &[Hash]) -> io::Result<Written> {
        let hashes: Vec<u8> = leaves.iter().flat_map(|leaf| leaf.0).collect();
        self.write(full(TileKind::Hashes { level: 0 }, index)?, &hashes)
    }

    /// Seals those of the tiles above a range that are not there. One that is there was made from what was
    /// sealed first, and stays.
    pub(crate) fn seal_above_lacking(&self, first: Position) -> io::Result<()> {
        let is_lacking = |tile| {
            let read = self.read_tile(tile);
            !read.is_ok_and(|bytes| parse_hash_tile(tile, &bytes).is_ok())
        };
        self.seal_above(first, is_lacking)
    }

    /// Seals the tiles of the levels above that become full with the range that begins at `first`.
    pub(crate) fn seal_above(
        &self,
        first: Position,
        is_wanted: impl Fn(TileId) -> bool,
    ) -> io::Result<()> {
        let index = range_index(first.0);
        let mut size = index.saturating_add(1).saturating_mul(RANGE);
        let leaves = size;
        let mut level = 0_u8;
        loop {
            size = size.checked_div(RANGE).unwrap_or(0);
            level = level.saturating_add(1);
            if size.checked_rem(RANGE) != Some(0) || size == 0 {
                return Ok(());
            }
            let above = size.checked_div(RANGE).unwrap_or(0).saturating_sub(1);
            let tile = full(TileKind::Hashes { level }, above)?;
            if !is_wanted(tile) {
                continue;
            }
            let bytes = hash_tile_bytes(&self.nodes(leaves), tile)
                .map_err(|error| io::Error::other(error.to_string()))?;
            let written = self.write(tile, &bytes)?;
            self.place(&[written])?;
        }
    }

    /// Writes a tile under a temporary name.
    pub(crate) fn write(&self, tile: TileId, bytes: &[u8]) -> io::Result<Written> {
        let path = self.path(tile);
        let temporary = path.with_added_extension("tmp");
        let mut file = match File::create(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_dirs(path.parent().unwrap_or(&self.dir))?;
                File::create(&temporary)
            }
            created => created,
        }?;
        self.disk.run(Step::TileWrite, || file.write_all(bytes))?;
        Ok(Written { file, temporary, path })
    }

    /// Syncs the files, gives them their names, and syncs the names once for each directory.
    pub(crate) fn place(&self, written: &[Written]) -> io::Result<()> {
        self.disk.run(Step::TileSync, || sync_files(written))?;
        let mut dirs = BTreeSet::new();
        for Written { temporary, path, .. } in written {
            self.keep_other(temporary, path)?;
            self.disk.run(Step::TileRename, || fs::rename(temporary, path))?;
            dirs.extend(path.parent());
        }
        dirs.into_iter().try_for_each(sync_dir)
    }

    /// Gives another name to a file that differs from what comes in its place, or that cannot be read. A crash behind
    /// that leaves a file that is not there, which is mended as one that differs is.
    fn keep_other(&self, temporary: &Path, path: &Path) -> io::Result<()> {
        let Some(kept) = &self.kept else { return Ok(()) };
        match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Ok(bytes) if bytes == fs::read(temporary)? => return Ok(()),
            Ok(_) | Err(_) => {}
        }
        let aside = name_aside(path)?;
        self.disk.run(Step::TileRename, || fs::rename(path, &aside))?;
        kept.add([self.name_of(path), self.name_of(&aside)]);
        Ok(())
    }

    /// The records of the range that begins at `first`, for readers: its checksum is held against its
    /// bytes, and not each record against the tree.
    pub(crate) fn read(&self, first: Position) -> Result<Vec<RecordedEvent>, FrameDamage> {
        let damage = |reason| FrameDamage { position: first, reason };
        let tile = full(TileKind::Entries, range_index(first.0));
        let file = tile.and_then(|tile| self.read_tile(tile)).map_err(|error| {
            damage(format!("expected the sealed range from {first}, found none: {error}"))
        })?;
        sealed::unseal(&file, first)
    }

    /// The records of the range that begins at `first`, each held against its leaf hash.
    pub(crate) fn range(&self, first: Position) -> Result<Vec<RecordedEvent>, FrameDamage> {
        self.range_with_leaves(first).map(|(records, _)| records)
    }

    /// [`Tiles::range`], and the leaf hashes.
    pub(crate) fn range_with_leaves(
        &self,
        first: Position,
    ) -> Result<(Vec<RecordedEvent>, Vec<Hash>), FrameDamage> {
        let mut file = Vec::new();
        let hashes = self.files_of(first, &mut file)?;
        let records =
            sealed::unseal(&file, first).map_err(|found| pinned(&file, &hashes, &found))?;
        same_leaves(first, records.iter().map(|record| record.bytes.as_ref()), &hashes)?;
        Ok((records, hashes))
    }

    /// [`Tiles::range_with_leaves`], for whoever keeps no record; `file` is room that is used again, for new memory
    /// is not free.
    pub(crate) fn entries_with_leaves<'a>(
        &self,
        first: Position,
        unsealer: &'a mut Unsealer,
        file: &mut Vec<u8>,
    ) -> Result<(Vec<Entry<'a>>, Vec<Hash>), FrameDamage> {
        let hashes = self.files_of(first, file)?;
        let entries =
            unsealer.entries(file, first).map_err(|found| pinned(file, &hashes, &found))?;
        same_leaves(first, entries.iter().map(|entry| entry.bytes), &hashes)?;
        Ok((entries, hashes))
    }

    /// Reads the bytes of a range's file, and gives the leaf hashes that its hash tile has.
    fn files_of(&self, first: Position, file: &mut Vec<u8>) -> Result<Vec<Hash>, FrameDamage> {
        let index = range_index(first.0);
        let mut both = || {
            let tile = full(TileKind::Hashes { level: 0 }, index)?;
            self.read_into(tile, file)?;
            let hashes = parse_hash_tile(tile, file).map_err(io::Error::other)?;
            self.read_into(full(TileKind::Entries, index)?, file)?;
            Ok(hashes)
        };
        both().map_err(|error: io::Error| range_damage(first, first.0, &error.to_string()))
    }

    /// The leaf hashes of the range that begins at `first`, as its hash tile has them.
    pub(crate) fn leaves(&self, first: Position) -> io::Result<Vec<Hash>> {
        let tile = full(TileKind::Hashes { level: 0 }, range_index(first.0))?;
        parse_hash_tile(tile, &self.read_tile(tile)?).map_err(io::Error::other)
    }

    fn read_into(&self, tile: TileId, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        File::open(self.path(tile))?.read_to_end(bytes)?;
        Ok(())
    }

    /// The nodes over so many leaves, all of them in full tiles.
    fn nodes(&self, sealed: u64) -> LogNodes {
        LogNodes::sealed(self.clone(), sealed)
    }

    /// Holds a tile above level 0, whose leaves begin at `start`, against the hashes it should have.
    pub(crate) fn check_hashes(
        &self,
        level: u8,
        index: u64,
        hashes: &[Hash],
        start: Position,
    ) -> Result<(), FrameDamage> {
        let damage = |reason: String| FrameDamage { position: start, reason };
        let tile = full(TileKind::Hashes { level }, index);
        let tile = tile.map_err(|error| damage(error.to_string()))?;
        let found = self.read_tile(tile).map_err(|error| damage(format!("{tile}: {error}")))?;
        if found.chunks(32).eq(hashes.iter().map(|hash| hash.0.as_slice())) {
            return Ok(());
        }
        Err(damage(format!("expected {tile} to follow from the tiles below it")))
    }

    /// Holds the tiles above level 0 that end with the range at `first` against those below them.
    pub(crate) fn check_above(&self, first: Position) -> Result<(), FrameDamage> {
        let leaves = first.0.saturating_add(RANGE);
        let mut width = RANGE.saturating_mul(RANGE);
        let mut level = 1_u8;
        while leaves.checked_rem(width) == Some(0) {
            let start = leaves.saturating_sub(width);
            let damage = |reason: String| FrameDamage { position: Position(start), reason };
            let index = start.checked_div(width).unwrap_or(0);
            let tile = full(TileKind::Hashes { level }, index)
                .map_err(|error| damage(error.to_string()))?;
            let expected = hash_tile_bytes(&self.nodes(leaves), tile)
                .map_err(|error| damage(error.to_string()))?;
            let found = (&self).read_tile(tile).map_err(|error| damage(error.to_string()))?;
            if found != expected {
                return Err(damage(format!("expected {tile} to follow from the tiles below it")));
            }
            width = width.saturating_mul(RANGE);
            level = level.saturating_add(1);
        }
        Ok(())
    }
}

/// A file that has its bytes but not yet its name.
#[derive(Debug)]
pub(crate) struct Written {
    file: File,
    temporary: PathBuf,
    path: PathBuf,
}

/// From this many files on, one sync of the whole file system costs less than one of each.
#[cfg(target_os = "linux")]
const FILES_SYNCED_ONE_BY_ONE: usize = 4;

#[cfg(target_os = "linux")]
fn sync_files(written: &[Written]) -> io::Result<()> {
    match written.first() {
        // Since Linux 5.8 it reports what could not be written back, as fsync does.
        Some(any) if written.len() > FILES_SYNCED_ONE_BY_ONE => Ok(rustix::fs::syncfs(&any.file)?),
        _ => written.iter().try_for_each(|written| written.file.sync_all()),
    }
}

#[cfg(not(target_os = "linux"))]
fn sync_files(written: &[Written]) -> io::Result<()> {
    written.iter().try_for_each(|written| written.file.sync_all())
}

fn range_damage(first: Position, position: u64, reason: &str) -> FrameDamage {
    let reason = format!("the sealed range from {first}: {reason}");
    FrameDamage { position: Position(position), reason }
}

/// Damage to a whole range, pinned to one of its records where that can be done.
fn pinned(file: &[u8], leaves: &[Hash], found: &FrameDamage) -> FrameDamage {
    let first = found.position;
    let position = sealed::first_damaged(file, first, leaves).unwrap_or(first);
    range_damage(first, position.0, &found.reason)
}

/// Holds records against the leaf hashes of their range.
fn same_leaves<'a>(
    first: Position,
    records: impl Iterator<Item = &'a [u8]>,
    leaves: &[Hash],
) -> Result<(), FrameDamage> {
    for ((found, leaf), position) in leaf_hashes(records).iter().zip(leaves).zip(first.0..) {
        if found != leaf {
            let reason = format!("expected leaf hash {leaf}, found {found}");
            return Err(range_damage(first, position, &reason));
        }
    }
    Ok(())
}

fn range_index(position: u64) -> u64 {
    position.checked_div(RANGE).unwrap_or(0)
}

fn full(kind: TileKind, index: u64) -> io::Result<TileId> {
    TileId::new(kind, index, TILE_WIDTH).ok_or_else(|| io::Error::other("no such tile"))
}

#[cfg(test)]
mod tests;

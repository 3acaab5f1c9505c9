//! The sealed log: immutable files in the C2SP tlog-tiles layout, 256 records each.
//!
//! What auditors mirror and archives keep, and what a lost store is rebuilt from. Hash tiles are as
//! they are served. Entry bundles are compressed at rest; `zstd -d` gives the bundle as it is
//! served, and skips what follows it: the streams and versions, which are not in the tree.
//!
//! | bytes | what of `tile/entries/N.zst` |
//! |---|---|
//! | … | zstd frame of the bundle |
//! | 4, 4 | `5E 2A 4D 18`, length of the rest (little-endian): a skippable zstd frame |
//! | … | zstd frame of 256 × `version:u64 \| length:u8 \| stream id`, big-endian |
//! | 4, 4, 4 | lengths, big-endian: of the bundle, of the list, of the first frame |
//! | 4 | CRC-32C of all before |
//!
//! Each file is put in place by a rename and never changes; sealing again writes the same.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use event_log::{
    Position, RecordedEvent, StreamId, StreamVersion,
    record::{RECORD_BYTES_MAX, STREAM_ID_BYTES_MAX},
};
use merkle_log::{
    Hash, TileId, TileKind, TileReader, encode_bundle, leaf_hash, parse_bundle,
    tile::{TILE_WIDTH, hash_tile_bytes, parse_hash_tile},
};

use crate::{
    disk::{Disk, Step, sync_dir},
    frame::{FrameDamage, RANGE, be32, be64, length32},
    nodes::LogNodes,
};

const SKIPPABLE: [u8; 4] = [0x5e, 0x2a, 0x4d, 0x18];
const FOOTER: usize = 16;
const COMPRESSION_LEVEL: i32 = 3;
const BUNDLE_BYTES_MAX: usize = 256 * (2 + RECORD_BYTES_MAX);
const LIST_BYTES_MAX: usize = 256 * (9 + STREAM_ID_BYTES_MAX);

/// The tiles under one directory.
#[derive(Debug, Clone)]
pub(crate) struct Tiles {
    dir: PathBuf,
    disk: Disk,
}

impl TileReader for &Tiles {
    type Error = io::Error;

    fn read_tile(&self, tile: TileId) -> io::Result<Vec<u8>> {
        fs::read(self.path(tile))
    }
}

impl Tiles {
    pub(crate) fn new(dir: PathBuf, disk: Disk) -> Self {
        Self { dir, disk }
    }

    fn path(&self, tile: TileId) -> PathBuf {
        let path = self.dir.join(tile.to_string());
        match tile.kind() {
            TileKind::Entries => path.with_added_extension("zst"),
            TileKind::Hashes { .. } => path,
        }
    }

    /// Seals whole ranges of records, whose leaf hashes these are; durable when it returns.
    pub(crate) fn seal(&self, records: &[RecordedEvent], leaves: &[Hash]) -> io::Result<()> {
        let width = usize::from(TILE_WIDTH);
        let mut written = Vec::new();
        for (range, leaves) in records.chunks(width).zip(leaves.chunks(width)) {
            let first = range.first().map_or(0, |record| record.position.0);
            let index = range_index(first);
            written.push(self.write(full(TileKind::Entries, index)?, &bundle_file(range)?)?);
            let hashes: Vec<u8> = leaves.iter().flat_map(|leaf| leaf.0).collect();
            written.push(self.write(full(TileKind::Hashes { level: 0 }, index)?, &hashes)?);
        }
        self.place(&written)?;
        // Those above are read from those below, which are in their places now.
        records.iter().step_by(width).try_for_each(|record| self.seal_above(record.position.0))
    }

    /// Seals the tiles of the levels above that become full with the range that begins at `first`.
    fn seal_above(&self, first: u64) -> io::Result<()> {
        let index = range_index(first);
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
            let bytes = hash_tile_bytes(&self.nodes(leaves), tile)
                .map_err(|error| io::Error::other(error.to_string()))?;
            let written = self.write(tile, &bytes)?;
            self.place(&[written])?;
        }
    }

    /// Writes a tile under a temporary name.
    fn write(&self, tile: TileId, bytes: &[u8]) -> io::Result<Written> {
        let path = self.path(tile);
        make_dirs(path.parent().unwrap_or(&self.dir))?;
        let temporary = path.with_added_extension("tmp");
        let mut file = File::create(&temporary)?;
        self.disk.run(Step::TileWrite, || file.write_all(bytes))?;
        Ok(Written { file, temporary, path })
    }

    /// Syncs the files, gives them their names, and syncs the names once for each directory.
    fn place(&self, written: &[Written]) -> io::Result<()> {
        self.disk.run(Step::TileSync, || sync_files(written))?;
        let mut dirs = BTreeSet::new();
        for Written { temporary, path, .. } in written {
            self.disk.run(Step::TileRename, || fs::rename(temporary, path))?;
            dirs.extend(path.parent());
        }
        dirs.into_iter().try_for_each(sync_dir)
    }

    /// The records of the range that begins at `first`, each held against its leaf hash.
    pub(crate) fn range(&self, first: Position) -> Result<Vec<RecordedEvent>, FrameDamage> {
        let index = range_index(first.0);
        let damage = |position: u64, reason: String| {
            let reason = format!("the sealed range from {first}: {reason}");
            FrameDamage { position: Position(position), reason }
        };
        let read = |kind| {
            let tile = full(kind, index).map_err(|error| damage(first.0, error.to_string()))?;
            let bytes = (&self).read_tile(tile);
            bytes.map(|bytes| (tile, bytes)).map_err(|error| damage(first.0, error.to_string()))
        };
        let (_, file) = read(TileKind::Entries)?;
        let records = parse_bundle_file(&file, first)
            .ok_or_else(|| damage(first.0, "expected an entry bundle, found other bytes".into()))?;
        let (tile, hashes) = read(TileKind::Hashes { level: 0 })?;
        let hashes = parse_hash_tile(tile, &hashes);
        let hashes = hashes.map_err(|error| damage(first.0, error.to_string()))?;
        for (record, hash) in records.iter().zip(hashes) {
            let found = leaf_hash(&record.bytes);
            if found != hash {
                let reason = format!("expected leaf hash {hash}, found {found}");
                return Err(damage(record.position.0, reason));
            }
        }
        Ok(records)
    }

    /// The nodes over so many leaves, all of them in full tiles.
    fn nodes(&self, sealed: u64) -> LogNodes {
        LogNodes { tiles: self.clone(), sealed, tail: Vec::new() }
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
struct Written {
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

fn range_index(position: u64) -> u64 {
    position.checked_div(RANGE).unwrap_or(0)
}

fn full(kind: TileKind, index: u64) -> io::Result<TileId> {
    TileId::new(kind, index, TILE_WIDTH).ok_or_else(|| io::Error::other("no such tile"))
}

/// Makes a directory and syncs the name of each one it had to make.
fn make_dirs(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let Some(parent) = dir.parent() else { return Ok(()) };
    make_dirs(parent)?;
    match fs::create_dir(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => sync_dir(parent),
    }
}

fn bundle_file(records: &[RecordedEvent]) -> io::Result<Vec<u8>> {
    let bundle = encode_bundle(records.iter().map(|record| record.bytes.as_ref()))
        .map_err(|error| io::Error::other(error.to_string()))?;
    let mut list = Vec::new();
    for record in records {
        let name = record.stream.as_str().as_bytes();
        list.extend_from_slice(&record.version.0.to_be_bytes());
        list.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        list.extend_from_slice(name);
    }
    let entries = zstd::bulk::compress(&bundle, COMPRESSION_LEVEL)?;
    let streams = zstd::bulk::compress(&list, COMPRESSION_LEVEL)?;
    let rest = u32::try_from(streams.len().saturating_add(FOOTER)).unwrap_or(u32::MAX);
    let mut file = entries.clone();
    file.extend_from_slice(&SKIPPABLE);
    file.extend_from_slice(&rest.to_le_bytes());
    file.extend_from_slice(&streams);
    file.extend_from_slice(&length32(bundle.len()));
    file.extend_from_slice(&length32(list.len()));
    file.extend_from_slice(&length32(entries.len()));
    file.extend_from_slice(&crc32c::crc32c(&file).to_be_bytes());
    Ok(file)
}

fn parse_bundle_file(file: &[u8], first: Position) -> Option<Vec<RecordedEvent>> {
    let (rest, crc) = file.split_last_chunk::<4>()?;
    if crc32c::crc32c(rest) != u32::from_be_bytes(*crc) {
        return None;
    }
    let (rest, lengths) = rest.split_last_chunk::<12>()?;
    let length = |at: usize| usize::try_from(be32(lengths.get(at..)?)).ok();
    let (entries, streams) = rest.split_at_checked(length(8)?)?;
    let streams = streams.get(8..)?;
    let bundle = unpack(entries, length(0)?, BUNDLE_BYTES_MAX)?;
    let list = unpack(streams, length(4)?, LIST_BYTES_MAX)?;
    let mut records = Vec::with_capacity(usize::from(TILE_WIDTH));
    let mut list = list;
    for (place, entry) in (first.0..).zip(parse_bundle(&bundle, TILE_WIDTH).ok()?) {
        let name_length = usize::from(*list.get(8)?);
        let version = StreamVersion(be64(&list));
        let mut item =
            list.split_to(9_usize.checked_add(name_length).filter(|end| *end <= list.len())?);
        let stream = StreamId::try_from(item.split_off(9)).ok()?;
        let bytes = bundle.slice_ref(entry);
        records.push(RecordedEvent { position: Position(place), stream, version, bytes });
    }
    list.is_empty().then_some(records)
}

fn unpack(compressed: &[u8], length: usize, most: usize) -> Option<Bytes> {
    (length <= most).then(|| zstd::bulk::decompress(compressed, length).ok())?.map(Bytes::from)
}

#[cfg(test)]
mod tests;

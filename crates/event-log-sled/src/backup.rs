//! A copy of the log, taken while others append to it.
//!
//! What is copied is exactly a prefix: every record before the durable head of the moment the copy
//! was begun. Sealed tiles never change, so each is copied once and only held against its digest
//! after that; the records behind them are written as a fresh journal, with a head that vouches for
//! all. Tiles, journal, head and mark together are a ledger without its store, and opening makes
//! that again.
//!
//! No copy is believed: each new one is read back and held against its leaf hashes, each old one
//! against its digest, and the tree over all of them must be the one the store vouches for. Who
//! names a copy finished, and when, is up to the caller.

use std::{
    collections::{BTreeMap, VecDeque},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::{EventLog, Position, ReadError, RecordedEvent};
use futures::TryStreamExt;
use jiff::Timestamp;
use merkle_log::{
    CompactRange, Hash, TileId, TileKind, leaf_hash,
    tile::{TILE_WIDTH, parse_hash_tile},
    tree_root,
};
use sha2::{Digest as _, Sha256};

use crate::{
    SledLog,
    disk::{Disk, NoFaults, replace_file, sync_dir},
    frame::{FrameDamage, RANGE},
    head::{self, HeadFile},
    journal::{self, Commit, CommitError, FillError, Journal, Segment, Segments},
    ledger_file,
    open::{JOURNAL, first_difference},
    store::Store,
    tiles::{Tiles, Written},
};

/// How many ranges are copied with one sync.
const RANGES_AT_ONCE: usize = 64;
/// How many bytes of records make a commit of the fresh journal, give or take one record.
const COMMIT_BYTES: usize = 1024 * 1024;

/// Size and digest of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSum {
    /// How many bytes it has.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

impl FileSum {
    /// The size and digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { bytes: length, sha256: Sha256::digest(bytes).into() }
    }
}

/// Files by their path below some directory, with `/` between its parts.
pub type FileSums = BTreeMap<String, FileSum>;

/// What an earlier copy at the same place holds.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// How many records.
    pub records: u64,
    /// The root over them.
    pub root: Hash,
    /// The tiles it has.
    pub tiles: FileSums,
}

/// Where a copy goes.
#[derive(Debug, Clone)]
pub struct CopyTo {
    /// The directory of tiles, shared by all copies taken there.
    pub tiles: PathBuf,
    /// The directory of what is this copy's own, which must not exist: journal, head, mark.
    pub cut: PathBuf,
}

/// What a copy holds.
#[derive(Debug, Clone)]
pub struct LogCopy {
    /// How many records.
    pub records: u64,
    /// The root of the RFC 6962 tree over them.
    pub root: Hash,
    /// How many of them are in tiles.
    pub stored: u64,
    /// Every tile it needs, below [`CopyTo::tiles`].
    pub tiles: FileSums,
    /// Every file of its own, below [`CopyTo::cut`].
    pub cut: FileSums,
    /// How many tiles were written, and how many were there and whole.
    pub tiles_copied: u64,
    /// See `tiles_copied`.
    pub tiles_kept: u64,
}

/// Why there is no copy. What an earlier copy consists of was not touched.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The log is not what was written: verify it. No copy is made of damage.
    #[error("the ledger is damaged at position {position}: {reason}")]
    Damaged {
        /// The first position known to be damaged.
        position: Position,
        /// What was expected and what was found.
        reason: String,
    },
    /// A file of the earlier copy is not what was copied. Look at the disk it lies on.
    #[error("expected {} as it was copied, found other bytes", .path.display())]
    CopyDamaged {
        /// The file.
        path: PathBuf,
    },
    /// The earlier copy holds more than the log does: the log has lost records, or is another one.
    #[error("expected at least the {copied} records of the earlier backup, found {found}")]
    Behind {
        /// How many records the earlier copy holds.
        copied: u64,
        /// How many the log holds.
        found: u64,
    },
    /// The earlier copy is of other records.
    #[error(
        "expected root {copied} over the first {records} records, as the earlier backup has it, found {found}"
    )]
    OtherHistory {
        /// How many records the earlier copy holds.
        records: u64,
        /// Their root there.
        copied: Hash,
        /// The root over as many here.
        found: Hash,
    },
    /// The log does not answer.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no room where the copy goes.
    #[error("there is no room on the disk for the backup")]
    Full,
    /// A file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl BackupError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Copies what is durable now; whoever appends meanwhile is not waited for and not copied.
///
/// Says after each few ranges how far it has come.
///
/// # Errors
///
/// [`BackupError`], sorted by what to do next.
pub async fn copy_log(
    log: &SledLog,
    to: CopyTo,
    earlier: Option<Earlier>,
    mut progress: Box<dyn FnMut(Position) + Send>,
) -> Result<LogCopy, BackupError> {
    let store_head = log.source.store.read(Store::head)?.map_err(ReadError::from)?;
    let stored = store_head.next_position();
    // What is stored was durable before, though it may not have been told of yet.
    let end = log.head().next_position.max(stored);
    let recorded_at = log.source.tail.recorded_at().max(store_head.recorded_at);
    let (nodes, root_then) = (log.nodes(), earlier.as_ref().map(|then| (then.records, then.root)));
    let wanted = end.0.saturating_sub(stored.0);
    let tail: Vec<RecordedEvent> = log.read_all(stored, wanted).try_collect().await?;
    let source = log.source.tiles.clone();
    let mark = log.ledger().to_bytes();
    let copied = tokio::task::spawn_blocking(move || {
        if let Some((records, copied)) = root_then {
            if records > end.0 {
                return Err(BackupError::Behind { copied: records, found: end.0 });
            }
            let found = tree_root(&nodes, records).map_err(|error| BackupError::Damaged {
                position: Position(0),
                reason: error.to_string(),
            })?;
            if found != copied {
                return Err(BackupError::OtherHistory { records, copied, found });
            }
        }
        let mut copy = Copy::new(source, to.tiles, earlier.map_or_else(FileSums::new, |e| e.tiles));
        copy.sealed(stored, &mut *progress)?;
        if copy.tree != store_head.tree {
            let position = first_difference(&store_head.tree, &copy.tree).unwrap_or_default();
            let reason = "the tiles' root is not the one the store vouches for".to_owned();
            return Err(BackupError::Damaged { position, reason });
        }
        let read = u64::try_from(tail.len()).unwrap_or(u64::MAX);
        if stored.0.saturating_add(read) < end.0 {
            let reason = format!("expected records up to {end}, found {read} from {stored} on");
            return Err(ReadError::Unavailable { reason }.into());
        }
        let cut = copy.write_cut(&to.cut, &mark, stored, &tail, recorded_at)?;
        progress(end);
        Ok(LogCopy {
            records: copy.tree.size(),
            root: copy.tree.root(),
            stored: stored.0,
            tiles: copy.sums,
            cut,
            tiles_copied: copy.copied,
            tiles_kept: copy.kept,
        })
    });
    copied.await.unwrap_or_else(|_| {
        let reason = "the copying thread stopped".to_owned();
        Err(ReadError::Unavailable { reason }.into())
    })
}

/// A copy in the making.
struct Copy {
    source: Tiles,
    target: Tiles,
    target_dir: PathBuf,
    disk: Disk,
    /// What the earlier copy says is there.
    known: FileSums,
    sums: FileSums,
    tree: CompactRange,
    copied: u64,
    kept: u64,
}

impl Copy {
    fn new(source: Tiles, target_dir: PathBuf, known: FileSums) -> Self {
        let disk = Disk::new(Arc::new(NoFaults));
        Self {
            source,
            target: Tiles::new(target_dir.clone(), disk.clone()),
            target_dir,
            disk,
            known,
            sums: FileSums::new(),
            tree: CompactRange::new(),
            copied: 0,
            kept: 0,
        }
    }

    /// Copies every tile over the records below `stored`.
    fn sealed(
        &mut self,
        stored: Position,
        progress: &mut dyn FnMut(Position),
    ) -> Result<(), BackupError> {
        let ranges = stored.0.checked_div(RANGE).unwrap_or(0);
        let mut next = 0;
        while next < ranges {
            let end = next.saturating_add(u64::try_from(RANGES_AT_ONCE).unwrap_or(1)).min(ranges);
            let mut fresh = Vec::new();
            let mut written = Vec::new();
            for index in next..end {
                let copied = self.range(index)?;
                if !copied.is_empty() {
                    fresh.push(index);
                }
                written.extend(copied);
                written.extend(self.above(index)?);
            }
            self.place(&written)?;
            for index in next..end {
                self.leaves_of(index, fresh.contains(&index))?;
            }
            next = end;
            progress(Position(next.saturating_mul(RANGE)));
        }
        Ok(())
    }

    /// Copies what the earlier copy lacks of a range: what it has is left alone, for it may be the only one that
    /// is whole.
    fn range(&mut self, index: u64) -> Result<Vec<Written>, BackupError> {
        let tiles = [tile(TileKind::Entries, index)?, tile(TileKind::Hashes { level: 0 }, index)?];
        let mut lacking = Vec::new();
        for tile in tiles {
            if !self.keep(tile)? {
                lacking.push(tile);
            }
        }
        if lacking.iter().any(|tile| self.was_kept(*tile)) {
            // It would be taken for damage to the copy ever after.
            let first = Position(index.saturating_mul(RANGE));
            self.source.range_with_leaves(first).map_err(damaged)?;
        }
        lacking.into_iter().map(|tile| self.copy(tile)).collect()
    }

    /// Whether an earlier copy says that this tile is there.
    fn was_kept(&self, tile: TileId) -> bool {
        self.known.contains_key(&name_below(&self.target_dir, &self.target.path(tile)))
    }

    /// The tiles of the levels above that end with this range.
    fn above(&mut self, index: u64) -> Result<Vec<Written>, BackupError> {
        let mut written = Vec::new();
        let mut count = index.saturating_add(1);
        let mut level = 1_u8;
        while count.checked_rem(RANGE) == Some(0) {
            count = count.checked_div(RANGE).unwrap_or(0);
            let above = tile(TileKind::Hashes { level }, count.saturating_sub(1))?;
            if !self.keep(above)? {
                written.push(self.copy(above)?);
            }
            level = level.saturating_add(1);
        }
        Ok(written)
    }

    /// Whether the earlier copy has this tile, whole.
    fn keep(&mut self, tile: TileId) -> Result<bool, BackupError> {
        let path = self.target.path(tile);
        let name = name_below(&self.target_dir, &path);
        let Some(sum) = self.known.get(&name).copied() else { return Ok(false) };
        match fs::read(&path) {
            Ok(bytes) if FileSum::of(&bytes) == sum => {}
            Ok(_) => return Err(BackupError::CopyDamaged { path }),
            // Somebody removed it: it is copied again.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(BackupError::io(&path)(error)),
        }
        self.kept = self.kept.saturating_add(1);
        self.sums.insert(name, sum);
        Ok(true)
    }

    fn copy(&mut self, tile: TileId) -> Result<Written, BackupError> {
        let from = self.source.path(tile);
        let bytes = fs::read(&from).map_err(|error| BackupError::Damaged {
            position: Position(0),
            reason: format!("{}: {error}", from.display()),
        })?;
        let path = self.target.path(tile);
        let written = self.target.write(tile, &bytes).map_err(full_or(&path))?;
        self.sums.insert(name_below(&self.target_dir, &path), FileSum::of(&bytes));
        self.copied = self.copied.saturating_add(1);
        Ok(written)
    }

    fn place(&self, written: &[Written]) -> Result<(), BackupError> {
        self.target.place(written).map_err(full_or(&self.target_dir))
    }

    /// Adds the leaf hashes of a range to the tree. A fresh copy is read back, and its records are
    /// held against them.
    fn leaves_of(&mut self, index: u64, is_fresh: bool) -> Result<(), BackupError> {
        let first = Position(index.saturating_mul(RANGE));
        let leaves = if is_fresh {
            self.target.range_with_leaves(first).map_err(damaged)?.1
        } else {
            let id = tile(TileKind::Hashes { level: 0 }, index)?;
            let path = self.target.path(id);
            let bytes = fs::read(&path).map_err(BackupError::io(&path))?;
            parse_hash_tile(id, &bytes).map_err(|_| BackupError::CopyDamaged { path })?
        };
        for leaf in leaves {
            self.tree.push(leaf);
        }
        Ok(())
    }

    /// Writes what is this copy's own. The mark comes last: without it the rest is no ledger.
    fn write_cut(
        &mut self,
        dir: &Path,
        mark: &[u8],
        stored: Position,
        tail: &[RecordedEvent],
        recorded_at: Timestamp,
    ) -> Result<FileSums, BackupError> {
        let journal = dir.join(JOURNAL);
        fs::create_dir_all(&journal).map_err(BackupError::io(&journal))?;
        write_journal(&self.disk, &journal, stored, tail, recorded_at)?;
        for record in tail {
            self.tree.push(leaf_hash(&record.bytes));
        }
        let head = HeadFile { stored, tree: self.tree.clone(), recorded_at, segment: 1 };
        head.write(&self.disk, dir).map_err(full_or(dir))?;
        let path = dir.join(ledger_file::FILE);
        replace_file(&self.disk, head::STEPS, &path, mark).map_err(full_or(&path))?;
        dir.parent().map_or(Ok(()), sync_dir).map_err(BackupError::io(dir))?;
        sums_below(dir).map_err(BackupError::io(dir))
    }
}

fn damaged(FrameDamage { position, reason }: FrameDamage) -> BackupError {
    BackupError::Damaged { position, reason }
}

fn write_journal(
    disk: &Disk,
    dir: &Path,
    first: Position,
    records: &[RecordedEvent],
    recorded_at: Timestamp,
) -> Result<(), BackupError> {
    let file = journal::fill(disk, dir, 1).map_err(|error| match error {
        FillError::Full => BackupError::Full,
        FillError::Failed(error) => BackupError::io(dir)(error),
    })?;
    let segments = Segments::new(dir.to_owned(), VecDeque::new(), VecDeque::new(), 1);
    let current = Segment { number: 1, file, offset: 0 };
    let mut journal = Journal::new(current, Arc::new(segments), disk.clone());
    let mut commit = Commit::new();
    let mut begin = first;
    let mut bytes = 0_usize;
    let mut write = |commit: &mut Commit, begin: Position| {
        let written = journal.commit(commit, begin, recorded_at);
        commit.clear();
        written.map_err(|error| match error {
            CommitError::Full => BackupError::Full,
            CommitError::Failed(error) => full_or(dir)(error),
        })
    };
    for record in records {
        if bytes >= COMMIT_BYTES {
            write(&mut commit, begin)?;
            (begin, bytes) = (record.position, 0);
        }
        commit.put(record.version.0, record.stream.as_bytes(), &record.bytes);
        bytes = bytes.saturating_add(record.bytes.len());
    }
    if commit.is_empty() { Ok(()) } else { write(&mut commit, begin) }
}

/// How many records the head in a directory vouches for; `None` where no head can be read. The
/// journal beside it may hold more.
pub fn vouched(dir: &Path) -> Option<u64> {
    HeadFile::read(dir).ok().map(|head| head.tree.size())
}

/// Every file below a directory, with size and digest.
fn sums_below(dir: &Path) -> io::Result<FileSums> {
    let mut sums = FileSums::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(next) = dirs.pop() {
        for entry in fs::read_dir(next)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                dirs.push(entry.path());
            } else {
                let sum = FileSum::of(&fs::read(entry.path())?);
                sums.insert(name_below(dir, &entry.path()), sum);
            }
        }
    }
    Ok(sums)
}

fn name_below(dir: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(dir).unwrap_or(path).components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

fn tile(kind: TileKind, index: u64) -> Result<TileId, BackupError> {
    TileId::new(kind, index, TILE_WIDTH).ok_or_else(|| BackupError::Damaged {
        position: Position(index.saturating_mul(RANGE)),
        reason: "no tile has so high a number".to_owned(),
    })
}

fn full_or(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| {
        if crate::disk::is_full(&source) {
            BackupError::Full
        } else {
            BackupError::Io { path, source }
        }
    }
}

#[cfg(test)]
mod tests;

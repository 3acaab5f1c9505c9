//! Creating and opening, failing closed.
//!
//! What the head vouches for must be there: in the store what it says is stored, in the journal the
//! rest, and over both the root it names. Anything less is an error that says what is missing; an
//! empty store is never mistaken for a new ledger, for a new ledger has a head that says so.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::{Clock, Position};
use merkle_log::{CompactRange, leaf_hash};

use crate::{
    disk::{Disk, Faults, Step, above, is_full, make_dirs, replace_file, sync_dir},
    frame::FrameDamage,
    hashed::Hashes,
    head::{self, HeadFile},
    journal::{
        self, FillError,
        scan::{self, Passed, Unwanted, Writing},
    },
    ledger_file::{self, LedgerFile, LedgerFileError},
    lock::{Lock, LockError},
    mend::{self, Reseal},
    read::{OpenStore, Source},
    sled_log::{ClosesStore, SledLog},
    start::{Start, Started},
    store::{STORE, Store, StoreError, StoreHead},
    tail::Tail,
    tiles::Tiles,
};

const LOCK: &str = "lock";
pub(crate) const JOURNAL: &str = "journal";
pub(crate) const TILES: &str = "tiles";
/// What may stand in a directory before a ledger is made there: what other crates keep beside it,
/// and what a creation that was interrupted has left.
const MAY_BE_THERE: [&str; 6] = ["vault", "keys", "read-models", "reports", LOCK, head::FILE];

/// Why a ledger was not opened or created. The variants differ in what to do next.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such directory. Name another, or create a ledger there.
    #[error("expected the directory of a ledger at {}, found nothing", .path.display())]
    NoDirectory {
        /// The path as given.
        path: PathBuf,
    },
    /// The directory is not a ledger of ours. Name another.
    #[error("expected the directory of a ledger at {}, found {found}", .path.display())]
    NotALedger {
        /// The path as given.
        path: PathBuf,
        /// What is there instead.
        found: String,
    },
    /// A ledger is only made in an empty directory. Name another.
    #[error("expected an empty directory at {}, found {found} in it", .path.display())]
    NotEmpty {
        /// The path as given.
        path: PathBuf,
        /// The first thing found in it.
        found: String,
    },
    /// The directory may not be written. Change its permissions, or run as its owner.
    #[error("expected a directory that may be written at {}, found a read-only one", .path.display())]
    ReadOnly {
        /// The path as given.
        path: PathBuf,
    },
    /// Another process holds the ledger. Stop it, or ask it.
    #[error(
        "expected a ledger nobody holds, found it held by process {}",
        .holder.map_or_else(|| "of unknown id".to_owned(), |pid| pid.to_string())
    )]
    Locked {
        /// The holder's process id.
        holder: Option<u32>,
    },
    /// The store holds less than the head vouches for. Opening mends that from the tiles.
    #[error("expected {expected} records in the store, as the head says, found {found}")]
    StoreShort {
        /// How many the head says are stored.
        expected: Position,
        /// How many there are.
        found: Position,
    },
    /// The store has an earlier form. Open the ledger once: that makes it anew from the tiles.
    #[error("expected a store of form 2, found form 1, which an earlier program made")]
    OldStore,
    /// What is stored is not what was written, and is whole nowhere. Restore from a backup.
    #[error("the ledger is damaged at position {position}: {reason}")]
    Damaged {
        /// The first position known to be damaged.
        position: Position,
        /// What was expected and what was found.
        reason: String,
    },
    /// An artifact cannot be used as a whole, so that no position can be named. What to do depends
    /// on which: the store follows from the tiles, head and journal do not.
    #[error("the ledger's {artifact} is damaged: {reason}")]
    ArtifactDamaged {
        /// `head`, `journal` or `store`.
        artifact: &'static str,
        /// What was expected and what was found.
        reason: String,
    },
    /// There is no room on the disk for journal or store. Make room, then try again.
    #[error("there is no room on the disk for journal and store")]
    Full,
    /// The disk failed. Look at the cause.
    #[error("{what} failed")]
    Io {
        /// What was being done.
        what: String,
        /// What the disk said.
        #[source]
        source: io::Error,
    },
}

impl OpenError {
    pub(crate) fn io(what: &str, path: &Path, source: io::Error) -> Self {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        if matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem) {
            return Self::ReadOnly { path: path.to_owned() };
        }
        Self::Io { what: what.to_owned(), source }
    }

    pub(crate) fn scan(path: &Path, error: scan::ScanError) -> Self {
        match error {
            scan::ScanError::Io(source) => Self::io("reading the journal", path, source),
            scan::ScanError::Unsynced(source) if is_full(&source) => Self::Full,
            scan::ScanError::Unsynced(source) => {
                Self::io("making the journal's last commit durable", path, source)
            }
            scan::ScanError::Damaged(damage) => damage.into(),
            error @ scan::ScanError::Missing => {
                Self::ArtifactDamaged { artifact: JOURNAL, reason: error.to_string() }
            }
        }
    }
}

impl From<FrameDamage> for OpenError {
    fn from(damage: FrameDamage) -> Self {
        Self::Damaged { position: damage.position, reason: damage.reason }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Failed(reason) => Self::ArtifactDamaged { artifact: "store", reason },
            StoreError::Full(_) => Self::Full,
            StoreError::OldForm => Self::OldStore,
            StoreError::Damaged(damage) => damage.into(),
        }
    }
}

/// A ledger that is held and whose artifacts are found, before anything is believed of them.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) lock: Lock,
    pub(crate) ledger: LedgerFile,
    pub(crate) head: HeadFile,
    pub(crate) store: Store,
    pub(crate) store_head: StoreHead,
    pub(crate) tiles: Tiles,
    pub(crate) journal: PathBuf,
    /// What was mended on the way.
    pub(crate) repairs: Vec<String>,
}

/// Whether an artifact may be mended from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mending {
    /// It may: the ledger is being opened, or repaired.
    Allowed,
    /// It may not: somebody wants to know how things are.
    Forbidden,
}

impl Found {
    /// Where the journal must begin for the store to go on from.
    pub(crate) fn journal_from(&self, unwanted: Unwanted) -> scan::From {
        let position = self.store_head.next_position();
        scan::From { position, segment: self.head.segment, unwanted }
    }
}

/// Takes the lock, reads mark and head, opens the store. A store that is too short, or does not
/// open, is refused or, if that is allowed, made again from the tiles.
pub(crate) fn find(dir: &Path, disk: &Disk, mending: Mending) -> Result<Found, OpenError> {
    if !dir.is_dir() {
        return Err(if dir.exists() {
            OpenError::NotALedger { path: dir.to_owned(), found: "a file".to_owned() }
        } else {
            OpenError::NoDirectory { path: dir.to_owned() }
        });
    }
    let not_a_ledger = |found| OpenError::NotALedger { path: dir.to_owned(), found };
    let ledger = LedgerFile::read(dir).map_err(|error| match error {
        LedgerFileError::Missing => not_a_ledger(format!("no {} in it", ledger_file::FILE)),
        LedgerFileError::Foreign(found) => {
            not_a_ledger(format!("another {}: {found}", ledger_file::FILE))
        }
        LedgerFileError::Io(error) => OpenError::io("reading ledger.json", dir, error),
    })?;
    let lock = take_lock(dir)?;
    let head = HeadFile::read(dir).map_err(|error| OpenError::ArtifactDamaged {
        artifact: head::FILE,
        reason: error.to_string(),
    })?;
    let tiles = Tiles::new(dir.join(TILES), disk.clone());
    let journal = dir.join(JOURNAL);
    let mut repairs = Vec::new();
    if mending == Mending::Allowed {
        // Before the store, which may have to be made again from them.
        let reseal =
            Reseal { tiles: &tiles, journal: &journal, end: head.stored, vouched: &[&head.tree] };
        repairs.extend(reseal.newest()?);
    }
    let (store, store_head) = match open_store(dir, disk, &head) {
        // A store in use is not damaged, and neither need be one on a full disk, where sled does
        // not open and nothing can be mended.
        Err(error @ (OpenError::Locked { .. } | OpenError::Full)) => return Err(error),
        Err(_) if disk.room(dir).is_ok_and(|room| room < journal::RESERVE_BYTES) => {
            return Err(OpenError::Full);
        }
        Err(error) if mending == Mending::Allowed => {
            let (store, store_head, said) = mend::rebuild_store(dir, disk, &head, &error)?;
            repairs.push(said);
            (store, store_head)
        }
        opened => opened?,
    };
    if mending == Mending::Allowed {
        // A store may be ahead of a head that was not replaced any more.
        let (end, vouched) = (store_head.next_position(), &[&store_head.tree, &head.tree]);
        repairs.extend(Reseal { tiles: &tiles, journal: &journal, end, vouched }.newest()?);
        repairs.extend(mend::index_again(&store, &tiles)?);
        store.index().tidy().map_err(|error| OpenError::io("tidying the index", dir, error))?;
    } else if let Some((_, damage)) = store.lacking().first() {
        return Err(damage.clone().into());
    }
    Ok(Found { lock, ledger, head, store, store_head, tiles, journal, repairs })
}

fn open_store(dir: &Path, disk: &Disk, head: &HeadFile) -> Result<(Store, StoreHead), OpenError> {
    let short = |found| OpenError::StoreShort { expected: head.stored, found };
    // Checked before sled is let near: it would make an empty store in its place.
    if head.stored > Position(0) && !dir.join(STORE).join("db").exists() {
        return Err(short(Position(0)));
    }
    // Asked first, since sled does not tell a store in use from a broken one.
    if is_held(&dir.join(STORE).join("db")) {
        return Err(OpenError::Locked { holder: None });
    }
    let store = Store::open(dir, disk.clone())?;
    let store_head = store.head()?;
    if store_head.next_position() < head.stored {
        return Err(short(store_head.next_position()));
    }
    Ok((store, store_head))
}

/// Whether somebody has sled's file open, who does not hold our lock.
fn is_held(db: &Path) -> bool {
    let tried = File::open(db).map(|file| file.try_lock());
    matches!(tried, Ok(Err(TryLockError::WouldBlock)))
}

fn take_lock(dir: &Path) -> Result<Lock, OpenError> {
    Lock::take(&dir.join(LOCK)).map_err(|error| match error {
        LockError::Held(holder) => OpenError::Locked { holder },
        LockError::Io(error) => OpenError::io("taking the lock", dir, error),
    })
}

/// Opens the ledger: what the journal holds beyond the store becomes the tail, and work goes on.
pub(crate) fn open(
    dir: &Path,
    clock: Arc<dyn Clock>,
    faults: Arc<dyn Faults>,
) -> Result<SledLog, OpenError> {
    let disk = Disk::new(faults);
    let mut found = find(dir, &disk, Mending::Allowed)?;
    let hashes = Hashes::default();
    let StoreHead { recorded_at, .. } = found.store_head;
    let tail = Tail::new(found.store_head.next_position(), recorded_at, hashes.clone());
    let tail = Arc::new(tail);
    let mut tree = found.store_head.tree.clone();
    let from = found.journal_from(Unwanted::MayBeDamaged);
    let writing = Writing { disk: &disk, durable: found.head.tree.size() };
    let scanned = scan::scan(&found.journal, from, Some(writing), &mut |records, time| {
        let unchecked = found.head.tree.size().saturating_sub(tree.size());
        let unchecked = usize::try_from(unchecked).unwrap_or(usize::MAX);
        records.iter().take(unchecked).for_each(|record| tree.push(leaf_hash(&record.bytes)));
        tail.push_found(records, time);
    });
    let scanned = scanned.map_err(|error| OpenError::scan(dir, error))?;
    // Whoever had it open may have been killed between a rename and the sync of the names.
    let sync_names = || [found.journal.as_path(), dir].into_iter().try_for_each(sync_dir);
    disk.run(Step::JournalNames, sync_names)
        .map_err(|error| OpenError::io("syncing the journal's names", dir, error))?;
    hold_against_head(&found.head, &tree, scanned.end)?;
    if let Some(Passed { damage, .. }) = &scanned.passed {
        let FrameDamage { position, reason } = damage;
        let said = format!("position {position}: {reason}; passed over, for the tiles have it");
        tracing::warn!("{said}");
        found.repairs.push(said);
    }

    let recorded_at = found.head.recorded_at.max(found.store_head.recorded_at);
    let recorded_at = scanned.recorded_at.map_or(recorded_at, |time| time.max(recorded_at));
    let start = Start {
        dir: dir.to_owned(),
        disk,
        clock,
        tail: Arc::clone(&tail),
        store: found.store.clone(),
        store_head: found.store_head,
        tiles: found.tiles.clone(),
        segments: scanned.segments,
        current: scanned.current,
        next: scanned.end,
        recorded_at,
    };
    let Started { head, threads } = start.start()?;
    let store = OpenStore::new(found.store);
    Ok(SledLog {
        threads,
        head,
        _store: ClosesStore(store.clone()),
        source: Source {
            store,
            tail,
            tiles: found.tiles,
            ranges: Arc::default(),
            nodes: Arc::default(),
        },
        hashes,
        ledger: found.ledger,
        repairs: found.repairs,
        _lock: found.lock,
    })
}

/// Refuses a log that reaches less far than the head says, or has another root there.
fn hold_against_head(head: &HeadFile, tree: &CompactRange, end: Position) -> Result<(), OpenError> {
    if end.0 < head.tree.size() {
        let reason = format!(
            "expected {} records in store and journal, as the head says, found {end}",
            head.tree.size()
        );
        return Err(OpenError::Damaged { position: end, reason });
    }
    // A store that is ahead of the head was synced and the head was not replaced: `verify` checks
    // it record by record, opening would have to read all of it.
    match first_difference(&head.tree, tree) {
        Some(position) if tree.size() == head.tree.size() => {
            let reason = format!(
                "expected root {} over the first {} records, as the head says, found {}",
                head.tree.root(),
                tree.size(),
                tree.root()
            );
            Err(OpenError::Damaged { position, reason })
        }
        _ => Ok(()),
    }
}

/// Where the first perfect subtree begins in which two trees of one size differ.
pub(crate) fn first_difference(one: &CompactRange, other: &CompactRange) -> Option<Position> {
    let mut start = 0_u64;
    let mut rest = one.size();
    for (left, right) in one.roots().iter().zip(other.roots()) {
        if left != right {
            return Some(Position(start));
        }
        let width = rest.checked_ilog2().and_then(|bit| 1_u64.checked_shl(bit)).unwrap_or(0);
        start = start.saturating_add(width);
        rest = rest.saturating_sub(width);
    }
    None
}

/// Makes a ledger in `dir` and opens it.
///
/// The mark is written last: until then the directory is no ledger, and a creation that was
/// interrupted can be begun again.
pub(crate) fn create(
    dir: &Path,
    origin: &str,
    clock: Arc<dyn Clock>,
    faults: Arc<dyn Faults>,
) -> Result<SledLog, OpenError> {
    let io = |what: &'static str| move |error| OpenError::io(what, dir, error);
    make_dirs(dir).map_err(io("making the directory"))?;
    refuse_if_used(dir)?;
    let lock = take_lock(dir)?;
    // Once more: somebody may have made a ledger here, and let go of it, since it was looked at.
    refuse_if_used(dir)?;
    let disk = Disk::new(Arc::clone(&faults));
    let journal = dir.join(JOURNAL);
    make_dirs(&journal).map_err(io("making the journal"))?;
    journal::fill(&disk, &journal, 1).map_err(|error| match error {
        FillError::Full => OpenError::Full,
        FillError::Failed(error) => OpenError::io("making the journal", dir, error),
    })?;
    HeadFile::empty().write(&disk, dir).map_err(io("writing the head"))?;
    let mark = LedgerFile::new(origin, clock.now()).to_bytes();
    replace_file(&disk, head::STEPS, &dir.join(ledger_file::FILE), &mark)
        .map_err(io("writing ledger.json"))?;
    // Also where it was there: whoever made it may not have synced its name.
    sync_dir(above(dir)).map_err(io("syncing the directory above"))?;
    drop(lock);
    open(dir, clock, faults)
}

fn is_temporary(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "tmp")
}

/// Refuses a directory with anything in it that is not what a ledger's neighbours keep there.
fn refuse_if_used(dir: &Path) -> Result<(), OpenError> {
    let io = |error| OpenError::io("listing the directory", dir, error);
    let not_empty = |found| Err(OpenError::NotEmpty { path: dir.to_owned(), found });
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(io)? {
        names.push(entry.map_err(io)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let ours = |name: &str| MAY_BE_THERE.contains(&name) || name == JOURNAL;
    if let Some(found) = names.into_iter().find(|name| !ours(name) && !is_temporary(name)) {
        return not_empty(found);
    }
    // A ledger that lost its mark is not overwritten: its journal or its head says so.
    let empty = HeadFile::read(dir).map_or(true, |head| head == HeadFile::empty());
    let mut records = 0;
    let unwanted = Unwanted::MustBeWhole;
    let from = scan::From { position: Position(0), segment: 1, unwanted };
    let scanned =
        scan::scan(&dir.join(JOURNAL), from, None, &mut |found, _| records += found.len());
    match scanned {
        Ok(_) | Err(scan::ScanError::Missing) if empty && records == 0 => Ok(()),
        Ok(_) | Err(_) => not_empty("a journal with records and no ledger.json".to_owned()),
    }
}

#[cfg(test)]
mod tests;

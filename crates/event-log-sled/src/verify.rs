//! Every stored byte against the head.
//!
//! Reads each record wherever it is stored, recomputes the RFC 6962 root over all of them, and
//! compares it with the root the store and the head vouch for, and with the tiles. Shares with what writes the byte
//! layouts and merkle-log, nothing else; changes nothing, but needs the ledger for itself.

mod listed;

use std::{
    collections::HashMap,
    num::NonZero,
    path::Path,
    sync::{Arc, mpsc},
    thread,
};

use event_log::{Position, RecordedEvent, StreamId};
use merkle_log::{CompactRange, Hash, leaf_hash, perfect_root, tile::TILE_WIDTH};

use crate::{
    disk::{Disk, NoFaults},
    frame::{FrameDamage, RANGE},
    head::HeadFile,
    journal::scan::{self, ScanError, Unwanted},
    open::{self, Found, Mending, OpenError, first_difference},
    sealed::Unsealer,
    store::{Store, StoreError},
    tiles::Tiles,
};
use listed::follows;
pub(crate) use listed::{Listed, Places, first_unlisted, listed};

/// What a whole ledger holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many records.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// How many of them are in the store; the others are in the journal.
    pub stored: u64,
    /// How many the head vouches for, with the root it names.
    pub vouched: u64,
    /// How many streams they belong to; the versions of each follow one another.
    pub streams: u64,
}

/// Why a ledger is not known to be whole.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The bytes are not those that were written.
    #[error("the ledger is damaged at position {position}: {reason}")]
    Damaged {
        /// The first position known to be damaged. Where a whole frame cannot be read, its first.
        position: Position,
        /// What was expected and what was found.
        reason: String,
    },
    /// An artifact cannot be used as a whole; see [`OpenError::ArtifactDamaged`].
    #[error("the ledger's {artifact} is damaged: {reason}")]
    ArtifactDamaged {
        /// `head`, `journal` or `store`.
        artifact: &'static str,
        /// What was expected and what was found.
        reason: String,
    },
    /// The ledger could not be opened.
    #[error(transparent)]
    Open(OpenError),
}

impl From<OpenError> for VerifyError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Damaged { position, reason } => Self::Damaged { position, reason },
            OpenError::ArtifactDamaged { artifact, reason } => {
                Self::ArtifactDamaged { artifact, reason }
            }
            OpenError::StoreShort { found, .. } => {
                Self::Damaged { position: found, reason: error.to_string() }
            }
            error @ (OpenError::NoDirectory { .. }
            | OpenError::NotALedger { .. }
            | OpenError::NotEmpty { .. }
            | OpenError::OldStore
            | OpenError::ReadOnly { .. }
            | OpenError::Locked { .. }
            | OpenError::Full
            | OpenError::Io { .. }) => Self::Open(error),
        }
    }
}

/// Verifies the ledger in `dir`.
///
/// # Errors
///
/// [`VerifyError`], naming the first bad position.
pub fn verify(dir: &Path) -> Result<Verified, VerifyError> {
    verify_with_progress(dir, &mut |_| {})
}

/// [`verify`], saying after each range of records how far it has come.
///
/// # Errors
///
/// As [`verify`].
pub fn verify_with_progress(
    dir: &Path,
    progress: &mut dyn FnMut(Position),
) -> Result<Verified, VerifyError> {
    let verifier = Verifier::open(dir)?;
    let result = verifier.verify(progress);
    verifier.close();
    result
}

/// A ledger held for verifying, as often as one likes. Mark, head and store are read when it is opened, tiles
/// and journal each time.
#[derive(Debug)]
pub struct Verifier {
    found: Found,
}

impl Verifier {
    /// Holds the ledger in `dir`, and mends nothing.
    ///
    /// # Errors
    ///
    /// As [`verify`].
    pub fn open(dir: &Path) -> Result<Self, VerifyError> {
        let found = open::find(dir, &Disk::new(Arc::new(NoFaults)), Mending::Forbidden)?;
        Ok(Self { found })
    }

    /// Lets go of the ledger: whoever opens it next finds it free. Dropping does so too, a moment later.
    pub fn close(self) {
        self.found.store.close();
    }

    /// Holds every record, tile and entry of the stream index against the head, and each stream's versions
    /// against one another, saying after each range how far it has come.
    ///
    /// # Errors
    ///
    /// As [`verify`].
    pub fn verify(&self, progress: &mut dyn FnMut(Position)) -> Result<Verified, VerifyError> {
        let found = &self.found;
        let mut check = Check::new(&found.head, &found.tiles);
        let stored = found.store_head.tree.size();
        let places = Places::default();
        let listed = thread::scope(|scope| {
            // The index has nothing to wait for, and a thread of its own.
            let listed = scope.spawn(|| listed(&found.store, &places));
            sealed_ranges(&found.tiles, &places, stored, &mut |range| {
                check.range(&range)?;
                progress(Position(check.tree.size()));
                Ok(())
            })?;
            Ok::<_, VerifyError>(listed.join())
        })?;
        same_root("the store", &found.store_head.tree, &check.tree)?;
        let listed = listed.map_err(|_| StoreError::Failed(INDEX_STOPPED.to_owned()));
        check.index(listed.flatten().map_err(OpenError::from)?, &found.store)?;
        let end = check.journal(found)?;
        let vouched = found.head.tree.size();
        if end.0 < vouched {
            let reason = format!("expected {vouched} records, as the head says, found {end}");
            return Err(VerifyError::Damaged { position: end, reason });
        }
        progress(end);
        let (size, root, streams) = (check.tree.size(), check.tree.root(), check.streams);
        Ok(Verified { size, root, stored, vouched, streams })
    }
}

/// A sealed range whose records have the leaf hashes that its hash tile has.
struct CheckedRange {
    leaves: Vec<Hash>,
    /// The root over them.
    root: Hash,
    /// The sum of [`Places`] over its records.
    places: u64,
}

/// How many threads read and hash, at most; a disk and a tree do not go faster with more.
const THREADS_MAX: usize = 4;
/// How many ranges each of them may be ahead.
const AHEAD: usize = 8;

/// Gives every sealed range below `stored` in order, read and hashed on as many threads as there
/// are processors.
fn sealed_ranges(
    tiles: &Tiles,
    places: &Places,
    stored: u64,
    give: &mut dyn FnMut(CheckedRange) -> Result<(), VerifyError>,
) -> Result<(), VerifyError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    thread::scope(|scope| {
        let mut checked = Vec::new();
        for own in (0..stored).step_by(RANGE_STEP).take(threads) {
            let (sender, receiver) = mpsc::sync_channel(AHEAD);
            checked.push(receiver);
            scope.spawn(move || {
                let (mut unsealer, mut file) = (Unsealer::default(), Vec::new());
                let own = (own..stored).step_by(RANGE_STEP.saturating_mul(threads));
                for first in own {
                    // Whoever no longer listens has found something wrong.
                    let range =
                        checked_range(tiles, places, Position(first), &mut unsealer, &mut file);
                    if sender.send(range).is_err() {
                        return;
                    }
                }
            });
        }
        for receiver in checked.iter().cycle() {
            // The threads take turns, so that the first without a range has come to the end.
            let Ok(range) = receiver.recv() else { break };
            give(range.map_err(OpenError::from)?)?;
        }
        Ok(())
    })
}

const RANGE_STEP: usize = 256;
const INDEX_STOPPED: &str = "the thread that read the stream index stopped";

fn checked_range(
    tiles: &Tiles,
    places: &Places,
    first: Position,
    unsealer: &mut Unsealer,
    file: &mut Vec<u8>,
) -> Result<CheckedRange, FrameDamage> {
    let (records, leaves) = tiles.entries_with_leaves(first, unsealer, file)?;
    let places = records.iter().zip(first.0..).fold(0_u64, |sum, (record, position)| {
        sum.wrapping_add(Places::of(places.name(record.stream), record.version, position))
    });
    let root = perfect_root(&leaves).unwrap_or_else(merkle_log::empty_root);
    Ok(CheckedRange { leaves, root, places })
}

pub(crate) fn same_root(
    who: &str,
    vouched: &CompactRange,
    found: &CompactRange,
) -> Result<(), VerifyError> {
    let shorter = vouched.size().min(found.size());
    let end = (vouched.size() != found.size()).then_some(Position(shorter));
    let Some(position) = first_difference(vouched, found).or(end) else { return Ok(()) };
    let reason = format!(
        "expected root {} over the first {} records, as {who} says, found {}",
        vouched.root(),
        vouched.size(),
        found.root()
    );
    Err(VerifyError::Damaged { position, reason })
}

struct Check<'a> {
    head: &'a HeadFile,
    tiles: &'a Tiles,
    /// The hashes of the tile being filled at each level from 1 up.
    above: Vec<Vec<Hash>>,
    tree: CompactRange,
    /// The tree whose leaves are the roots over sealed ranges.
    ranges: CompactRange,
    /// The sum of [`Places`] over the stored records.
    places: u64,
    /// How many streams there are, so far as they were followed.
    streams: u64,
    /// The next versions of the streams that the journal has records of.
    next_versions: HashMap<StreamId, u64>,
}

impl<'a> Check<'a> {
    fn new(head: &'a HeadFile, tiles: &'a Tiles) -> Self {
        Self {
            head,
            tiles,
            above: Vec::new(),
            tree: CompactRange::new(),
            ranges: CompactRange::new(),
            places: 0,
            streams: 0,
            next_versions: HashMap::new(),
        }
    }

    fn range(&mut self, range: &CheckedRange) -> Result<(), VerifyError> {
        self.places = self.places.wrapping_add(range.places);
        let size = self.tree.size().saturating_add(RANGE);
        self.above(range.root, size).map_err(OpenError::from)?;
        self.ranges.push(range.root);
        let vouched = self.head.tree.size();
        if vouched > self.tree.size() && vouched < size {
            // A head that was written on closing, and not replaced since, ends inside a range.
            range.leaves.iter().try_for_each(|leaf| self.leaf(*leaf))?;
        }
        // The subtrees over ranges are the subtrees over records: a range is a perfect one.
        let tree = CompactRange::from_parts(size, self.ranges.roots().to_vec());
        self.tree = tree.unwrap_or_default();
        self.hold_against_head()
    }

    /// Adds the root over a range that ends at `size`, and holds each tile above that it completes
    /// against what is stored.
    fn above(&mut self, mut root: Hash, size: u64) -> Result<(), FrameDamage> {
        let mut width = RANGE;
        for level in 1_u8..=u8::MAX {
            width = width.saturating_mul(RANGE);
            let place = usize::from(level.saturating_sub(1));
            if self.above.len() <= place {
                self.above.push(Vec::new());
            }
            let Some(hashes) = self.above.get_mut(place) else { return Ok(()) };
            hashes.push(root);
            if hashes.len() < usize::from(TILE_WIDTH) {
                return Ok(());
            }
            let hashes = std::mem::take(hashes);
            let start = size.saturating_sub(width);
            let index = start.checked_div(width).unwrap_or(0);
            self.tiles.check_hashes(level, index, &hashes, Position(start))?;
            root = perfect_root(&hashes).unwrap_or(root);
        }
        Ok(())
    }

    fn hold_against_head(&self) -> Result<(), VerifyError> {
        if self.tree.size() == self.head.tree.size() {
            same_root("the head", &self.head.tree, &self.tree)?;
        }
        Ok(())
    }

    fn leaf(&mut self, leaf: Hash) -> Result<(), VerifyError> {
        self.tree.push(leaf);
        self.hold_against_head()
    }

    /// A record that is in the journal only.
    fn record(&mut self, record: &RecordedEvent, store: &Store) -> Result<(), VerifyError> {
        let expected = self.tree.size();
        if record.position.0 != expected {
            return Err(VerifyError::Damaged {
                position: Position(expected),
                reason: format!("expected position {expected}, found {}", record.position),
            });
        }
        let stream = &record.stream;
        let next = match self.next_versions.get(stream) {
            Some(next) => *next,
            None => store.next_version(stream).map_err(OpenError::from)?,
        };
        follows(stream, next, record.version.0, record.position).map_err(OpenError::from)?;
        // A name is a slice of a frame, which must not stay in memory for its sake.
        self.next_versions.insert(stream.detached(), next.saturating_add(1));
        self.streams = self.streams.saturating_add(u64::from(next == 0));
        self.leaf(leaf_hash(&record.bytes))
    }

    /// The records of the journal that are not sealed yet; gives the position after them.
    fn journal(&mut self, found: &Found) -> Result<Position, VerifyError> {
        let mut result = Ok(());
        let stored = found.store_head.next_position();
        let from = found.journal_from(Unwanted::MustBeWhole);
        let scanned = scan::scan(&found.journal, from, None, &mut |records, _| {
            for record in records {
                if result.is_ok() {
                    result = self.record(&record, &found.store);
                }
            }
        });
        let scanned = scanned.map_err(|error| match error {
            ScanError::Damaged(damage) => {
                VerifyError::Damaged { position: damage.position, reason: damage.reason }
            }
            ScanError::Missing => {
                VerifyError::Damaged { position: stored, reason: error.to_string() }
            }
            ScanError::Io(source) | ScanError::Unsynced(source) => {
                VerifyError::Open(OpenError::Io { what: "reading the journal".to_owned(), source })
            }
        })?;
        result?;
        Ok(scanned.end)
    }

    /// The stream index must list each stored record once, in its place.
    fn index(&mut self, listed: Listed, store: &Store) -> Result<(), VerifyError> {
        self.streams = listed.streams;
        if listed.places == self.places {
            return Ok(());
        }
        let unlisted = first_unlisted(self.tiles, store).map_err(OpenError::from)?;
        let reason = "expected the stream index to list each record once, found another list";
        let more = || OpenError::from(StoreError::Failed(reason.to_owned()));
        Err(unlisted.map_or_else(more, OpenError::from).into())
    }
}

#[cfg(test)]
mod tests;

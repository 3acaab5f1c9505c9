//! The event store: how far the sealed log reaches and which positions the records of a stream
//! have; the newest of that in one sled keyspace, the rest in the files of the [`index`](crate::index).
//!
//! The records themselves are in the tiles, in one copy. All that is here follows from them.
//!
//! The only file that names sled. What is known of sled 0.34 and what is done about it:
//! - `flush` does not reach the disk: [`Store::apply`] syncs sled's file through a handle of its own.
//! - Large values go to files that are never synced: no value has more than 17 KB, so that even a leaf
//!   full of them stays in its segment.
//! - It keeps memory for every key for ever, and reads its own log on opening: it never has more than a
//!   few hundred keys.
//! - Recovery after a power cut may give an empty store without a word: the head file knows better.
//! - It panics on some damage, and when it is dropped on a disk that fails: both are caught.
//!
//! Keys, each with a tag: `L | position` which streams have the 128 records from there on, until an
//! index file says so; `T` how far it reaches, and the tree over that. Integers are big-endian. An
//! earlier form had its head under `H`; it is known by that.

use std::{
    borrow::Borrow,
    cell::Cell,
    fs::File,
    io,
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Once},
};

use event_log::{Position, RecordedEvent, StreamId};
use jiff::Timestamp;
use merkle_log::{CompactRange, Hash};

use crate::{
    disk::{Disk, Step, is_full, sync_dir},
    frame::{FrameDamage, RANGE_LEVEL, be64},
    index::{
        Index,
        entry::Entry,
        indexed,
        recent::{self, LISTED},
        span::{SPAN, Span},
    },
};

/// A record of sled's log may not exceed a quarter of a segment, and may be a leaf of 17 entries.
const SEGMENT_BYTES: usize = 2 * 1024 * 1024;
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
const LISTED_TAG: u8 = b'L';
const HEAD_KEY: &[u8] = b"T";
const OLD_HEAD_KEY: &[u8] = b"H";
/// sled's directory in that of the ledger.
pub(crate) const STORE: &str = "store";
/// The directory of the index files.
pub(crate) const INDEX: &str = "index";

/// How far the store reaches, kept in the same atomic batch as the records themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoreHead {
    /// The tree over the records in the store; its size is the next position.
    pub(crate) tree: CompactRange,
    /// The newest `recorded_at` in the store.
    pub(crate) recorded_at: Timestamp,
}

impl StoreHead {
    pub(crate) fn next_position(&self) -> Position {
        Position(self.tree.size())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.tree.size().to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.recorded_at.as_millisecond().to_be_bytes());
        self.tree.roots().iter().for_each(|root| bytes.extend_from_slice(&root.0));
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let milliseconds = i64::from_be_bytes(*bytes.get(8..)?.first_chunk()?);
        let roots = bytes.get(16..)?.chunks(32).map(|root| Some(Hash(*root.first_chunk()?)));
        Some(Self {
            tree: CompactRange::from_parts(be64(bytes), roots.collect::<Option<_>>()?)?,
            recorded_at: Timestamp::from_millisecond(milliseconds).ok()?,
        })
    }
}

/// Why the store could not do as it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StoreError {
    /// sled or the disk failed.
    #[error("the store failed: {0}")]
    Failed(String),
    /// There is no room for it, which is no damage.
    #[error("the store has no room: {0}")]
    Full(String),
    /// What it holds is not what was put there.
    #[error("the store is damaged at position {}: {}", .0.position, .0.reason)]
    Damaged(FrameDamage),
    /// It has an earlier form, which is not read; all of it follows from the tiles.
    #[error("expected a store of form 2, found form 1")]
    OldForm,
}

impl From<sled::Error> for StoreError {
    fn from(error: sled::Error) -> Self {
        if let sled::Error::Io(error) = error {
            error.into()
        } else {
            Self::Failed(error.to_string())
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        let reason = error.to_string();
        if is_full(&error) { Self::Full(reason) } else { Self::Failed(reason) }
    }
}

impl From<FrameDamage> for StoreError {
    fn from(damage: FrameDamage) -> Self {
        Self::Damaged(damage)
    }
}

/// The store. Cheap to clone; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    keyspace: Keyspace,
    disk: Disk,
    /// Its own handle on sled's file: a sync works on the file, whoever asks.
    file: Arc<File>,
    index: Arc<Index>,
    lacking: Arc<Vec<(Span, FrameDamage)>>,
}

impl Store {
    /// Opens the store of the ledger in `dir`, or makes an empty one.
    pub(crate) fn open(dir: &Path, disk: Disk) -> Result<Self, StoreError> {
        let own = dir.join(STORE);
        let config = sled::Config::new()
            .path(&own)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None);
        // sled panics on some damage instead of saying so; nothing of ours is shared with it yet.
        let keyspace = quietly(|| config.open())
            .map_err(|_| StoreError::Failed("sled panicked while opening it".to_owned()))??;
        let keyspace = Keyspace(Some(keyspace));
        let file = File::open(own.join("db"))?;
        if !keyspace.was_recovered() {
            // sled never syncs the names of its files.
            File::open(own.join("conf"))?.sync_all()?;
            file.sync_all()?;
            sync_dir(&own)?;
            sync_dir(dir)?;
        }
        let head = guarded(|| keyspace.get(HEAD_KEY))?;
        if head.is_none() && guarded(|| keyspace.contains_key(OLD_HEAD_KEY))? {
            return Err(StoreError::OldForm);
        }
        let stored = head.map_or(0, |head| be64(&head));
        let (index, lacking) = Index::open(&dir.join(INDEX), disk.clone(), stored);
        let (file, index) = (Arc::new(file), Arc::new(index));
        let store = Self { keyspace, disk, file, index, lacking: Arc::new(lacking) };
        store.recall(stored)?;
        Ok(store)
    }

    /// Reads what no index file lists yet.
    fn recall(&self, stored: u64) -> Result<(), StoreError> {
        let step = usize::try_from(LISTED).unwrap_or(usize::MAX);
        for first in (indexed(stored)..stored).step_by(step) {
            let value = guarded(|| self.keyspace.get(listed_key(first)))?;
            let listed = value.and_then(|value| recent::from_bytes(&value, first));
            let whole = listed.filter(|listed| {
                let count: usize = listed.iter().map(|entry| entry.positions.len()).sum();
                count == step
            });
            let lacking = || {
                let reason = format!("expected a list of the streams from {first} on, found none");
                FrameDamage { position: Position(first), reason }
            };
            self.index.recall(whole.ok_or_else(lacking)?);
        }
        Ok(())
    }

    /// The spans of records that are stored and in no index file that is whole.
    pub(crate) fn lacking(&self) -> &[(Span, FrameDamage)] {
        &self.lacking
    }

    /// The stream index.
    pub(crate) fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// Lets go of sled and waits until its own threads have done so too: they hold its lock for a
    /// moment longer, and whoever opens the ledger next would find it in use. Gives up after a
    /// second; the next opening then says that it is in use.
    ///
    /// sled syncs its file when it is dropped, and panics when that fails. So the file is synced here
    /// first; on a disk that fails sled is left as it is, for the process to end with: nothing that
    /// was acknowledged rests on it.
    pub(crate) fn close(self) {
        let Self { keyspace, file, .. } = self;
        if let Err(error) = file.sync_all() {
            tracing::error!(%error, "the store could not be synced on closing");
            std::mem::forget(keyspace);
            return;
        }
        drop(keyspace);
        for _ in 0..200 {
            if file.try_lock().is_ok() {
                break;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(5));
        }
    }

    /// How far it reaches. An empty store says zero; whether that can be is for the head to say.
    pub(crate) fn head(&self) -> Result<StoreHead, StoreError> {
        let Some(bytes) = guarded(|| self.keyspace.get(HEAD_KEY))? else {
            let tree = CompactRange::new();
            return Ok(StoreHead { tree, recorded_at: Timestamp::UNIX_EPOCH });
        };
        StoreHead::from_bytes(&bytes)
            .ok_or_else(|| StoreError::Failed("its own head is not what was written".to_owned()))
    }

    /// Lists the records of whole ranges, which are in the tiles already, in one atomic batch;
    /// durable when it returns. `roots` are those over each range.
    ///
    /// `head` is how far the store reaches now, and is moved along. [`StoreError::Full`] says that sled was not
    /// asked yet, and that the same may be applied again. On any other failure nobody knows what was stored:
    /// the log is then poisoned, and the next opening finds out.
    pub(crate) fn apply(
        &self,
        head: &mut StoreHead,
        records: &[impl Borrow<RecordedEvent>],
        roots: impl IntoIterator<Item = Hash>,
        recorded_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        let mut at = head.next_position().0;
        for listed in records.chunks(usize::try_from(LISTED).unwrap_or(usize::MAX)) {
            let entries = recent::list(listed);
            batch.insert(&listed_key(at), recent::to_bytes(&entries, at));
            at = at.saturating_add(LISTED);
            // An index file is durable before the batch that lets go of what it lists.
            if self.index.add(entries, at)? {
                let step = usize::try_from(LISTED).unwrap_or(usize::MAX);
                let first = at.saturating_sub(SPAN);
                (first..at).step_by(step).for_each(|first| batch.remove(&listed_key(first)));
            }
        }
        let mut next = StoreHead { tree: head.tree.clone(), recorded_at };
        for root in roots {
            if !next.tree.push_subtree(RANGE_LEVEL, root) {
                return Err(StoreError::Failed("expected whole ranges of records".to_owned()));
            }
        }
        batch.insert(HEAD_KEY, next.to_bytes());

        let disk = &self.disk;
        let as_io = |error: sled::Error| io::Error::other(error.to_string());
        // Not even for want of room is any of these tried again.
        let in_doubt = |error: io::Error| StoreError::Failed(error.to_string());
        disk.run(Step::StoreApply, || self.keyspace.apply_batch(batch).map_err(as_io))
            .map_err(in_doubt)?;
        disk.run(Step::StoreFlush, || self.keyspace.flush().map_err(as_io).map(drop))
            .map_err(in_doubt)?;
        disk.run(Step::StoreSync, || self.file.sync_data()).map_err(in_doubt)?;
        *head = next;
        Ok(())
    }

    /// The version that the stream's next record would get, by what is in the store.
    pub(crate) fn next_version(&self, stream: &StreamId) -> Result<u64, StoreError> {
        Ok(self.index.next_version(stream)?)
    }

    /// Every entry of the stream index.
    pub(crate) fn index_entries(&self) -> impl Iterator<Item = Result<Entry, StoreError>> {
        self.index.entries().map(|entry| entry.map_err(StoreError::from))
    }
}

fn listed_key(first: u64) -> [u8; 9] {
    let mut key = [LISTED_TAG; 9];
    key.iter_mut().skip(1).zip(first.to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
    key
}

/// sled's one keyspace. Dropped where a panic is caught, whoever holds it last.
#[derive(Debug, Clone)]
struct Keyspace(Option<sled::Db>);

impl Deref for Keyspace {
    type Target = sled::Db;

    #[expect(clippy::expect_used, reason = "it is taken out when it is dropped, and never before")]
    fn deref(&self) -> &sled::Db {
        self.0.as_ref().expect("there until it is dropped")
    }
}

impl Drop for Keyspace {
    fn drop(&mut self) {
        let held = self.0.take();
        if quietly(|| drop(held)).is_err() {
            tracing::error!("the store's own file could not be synced on closing");
        }
    }
}

thread_local! {
    /// This thread is inside sled, where a panic is caught.
    static IN_SLED: Cell<bool> = const { Cell::new(false) };
}

/// Calls sled, and catches its panics: that is how it tells of some damage and of some disks that
/// fail. They are traced instead of printed, since whoever called gets an error that says so.
fn quietly<T>(work: impl FnOnce() -> T) -> std::thread::Result<T> {
    static HOOK: Once = Once::new();
    // Nobody may change the hook while a panic is under way; the first call never is.
    if !std::thread::panicking() {
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                if IN_SLED.get() {
                    tracing::debug!(%panic, "sled panicked, which is caught");
                } else {
                    before(panic);
                }
            }));
        });
    }
    let was_inside = IN_SLED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IN_SLED.set(was_inside);
    done
}

/// Runs a read of sled; its panics on damaged pages become errors.
fn guarded<T>(read: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    quietly(read)
        .map_err(|_| StoreError::Failed("sled panicked while reading".to_owned()))?
        .map_err(StoreError::from)
}

#[cfg(test)]
mod tests;

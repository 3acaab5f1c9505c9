//! The event store's index: which positions the records of a stream have, in one sled keyspace.
//!
//! The records themselves are in the tiles, in one copy. All that is here follows from them.
//!
//! The only file that names sled. What is known of sled 0.34 and what is done about it:
//! - `flush` does not reach the disk: [`Store::apply`] syncs sled's file through a handle of its own.
//! - Large values go to files that are never synced: a chunk of the stream index never has more
//!   than 2.6 KB, so that even a leaf full of them stays in its segment.
//! - Recovery after a power cut may give an empty store without a word: the head file knows better.
//! - Opening a damaged store may panic: [`Store::open`] makes that an error.
//!
//! Keys, each with a tag: `S | stream id | 0 | chunk` a chunk of the stream index; `H` how far it
//! reaches. Integers are big-endian.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs::File,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use event_log::{Position, RecordedEvent, StreamId};
use jiff::Timestamp;
use merkle_log::{CompactRange, Hash};

use crate::{
    disk::{Disk, Step, sync_dir},
    frame::{FrameDamage, be64},
    stream_index::{CHUNK, Chunk},
};

/// A record of sled's log may not exceed a quarter of a segment, and may be a leaf of 17 entries.
const SEGMENT_BYTES: usize = 2 * 1024 * 1024;
const CACHE_BYTES: u64 = 64 * 1024 * 1024;
const STREAM_TAG: u8 = b'S';
const HEAD_KEY: &[u8] = b"H";

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
    /// What it holds is not what was put there.
    #[error("the store is damaged at position {}: {}", .0.position, .0.reason)]
    Damaged(FrameDamage),
}

impl From<sled::Error> for StoreError {
    fn from(error: sled::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
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
    keyspace: sled::Db,
    disk: Disk,
    /// Its own handle on sled's file: a sync works on the file, whoever asks.
    file: std::sync::Arc<File>,
}

impl Store {
    /// Opens the store in `dir`, or makes an empty one.
    pub(crate) fn open(dir: &Path, disk: Disk) -> Result<Self, StoreError> {
        let config = sled::Config::new()
            .path(dir)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None);
        // sled panics on some damage instead of saying so; nothing of ours is shared with it yet.
        let keyspace = catch_unwind(AssertUnwindSafe(|| config.open()))
            .map_err(|_| StoreError::Failed("sled panicked while opening it".to_owned()))??;
        let file = File::open(dir.join("db"))?;
        if !keyspace.was_recovered() {
            // sled never syncs the names of its files.
            File::open(dir.join("conf"))?.sync_all()?;
            file.sync_all()?;
            sync_dir(dir)?;
            dir.parent().map_or(Ok(()), sync_dir)?;
        }
        Ok(Self { keyspace, disk, file: std::sync::Arc::new(file) })
    }

    /// Lets go of sled and waits until its own threads have done so too: they hold its lock for a
    /// moment longer, and whoever opens the ledger next would find it in use. Gives up after a
    /// second; the next opening then says that it is in use.
    pub(crate) fn close(self) {
        let Self { keyspace, file, .. } = self;
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
    /// durable when it returns. `leaves` are their hashes.
    ///
    /// `head` is how far the store reaches now, and is moved along. On failure nobody knows what
    /// was stored: the log is then poisoned, and the next opening finds out.
    pub(crate) fn apply<'a>(
        &self,
        head: &mut StoreHead,
        records: &[RecordedEvent],
        leaves: impl IntoIterator<Item = &'a Hash>,
        recorded_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        let mut chunks: Vec<(Vec<u8>, Chunk)> = Vec::new();
        let mut places: HashMap<(&StreamId, u64), usize> = HashMap::new();
        for record in records {
            let number = record.version.0.checked_div(CHUNK).unwrap_or(0);
            let place = match places.entry((&record.stream, number)) {
                Entry::Occupied(place) => *place.get(),
                Entry::Vacant(place) => {
                    let key = chunk_key(&record.stream, number);
                    // Nothing can be there before the first of a chunk's versions.
                    let begins = record.version.0.checked_rem(CHUNK) == Some(0);
                    let chunk = if begins { None } else { self.chunk(&key)? };
                    chunks.push((key, chunk.unwrap_or_default()));
                    *place.insert(chunks.len().saturating_sub(1))
                }
            };
            if let Some((_, chunk)) = chunks.get_mut(place) {
                chunk.push(record.position.0);
            }
        }
        for (key, chunk) in chunks {
            batch.insert(key, chunk.to_bytes());
        }
        let mut next = StoreHead { tree: head.tree.clone(), recorded_at };
        for leaf in leaves {
            next.tree.push(*leaf);
        }
        batch.insert(HEAD_KEY, next.to_bytes());

        let disk = &self.disk;
        let as_io = |error: sled::Error| io::Error::other(error.to_string());
        disk.run(Step::StoreApply, || self.keyspace.apply_batch(batch).map_err(as_io))?;
        disk.run(Step::StoreFlush, || self.keyspace.flush().map_err(as_io).map(drop))?;
        disk.run(Step::StoreSync, || self.file.sync_data())?;
        *head = next;
        Ok(())
    }

    /// The version that the stream's next record would get, by what is in the store.
    pub(crate) fn next_version(&self, stream: &StreamId) -> Result<u64, StoreError> {
        // Nearly every stream is shorter than a chunk, and one look at a key settles it.
        let first = self.chunk(&chunk_key(stream, 0))?.map_or(0, |chunk| chunk.count());
        if first < CHUNK {
            return Ok(first);
        }
        let last = guarded(|| {
            let chunks = chunk_key(stream, 1)..=chunk_key(stream, u64::MAX);
            self.keyspace.range(chunks).next_back().transpose()
        })?;
        let Some((key, bytes)) = last else { return Ok(first) };
        let chunk = parse_chunk(&bytes)?;
        let number = key.last_chunk().map_or(0, |number| u64::from_be_bytes(*number));
        Ok(number.saturating_mul(CHUNK).saturating_add(chunk.count()))
    }

    /// The positions of the versions that chunk `number` of a stream lists.
    pub(crate) fn positions(&self, stream: &StreamId, number: u64) -> Result<Vec<u64>, StoreError> {
        let Some(chunk) = self.chunk(&chunk_key(stream, number))? else { return Ok(Vec::new()) };
        chunk.positions().ok_or_else(index_damage)
    }

    fn chunk(&self, key: &[u8]) -> Result<Option<Chunk>, StoreError> {
        guarded(|| self.keyspace.get(key))?.map(|bytes| parse_chunk(&bytes)).transpose()
    }

    /// Every entry of the stream index: stream, version, position.
    pub(crate) fn index_entries(
        &self,
    ) -> impl Iterator<Item = Result<(StreamId, u64, u64), StoreError>> {
        let chunks = self.keyspace.scan_prefix([STREAM_TAG]);
        chunks.flat_map(|chunk| match chunk.map_err(StoreError::from).and_then(entries) {
            Ok(entries) => entries.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
    }
}

fn entries(
    (key, value): (sled::IVec, sled::IVec),
) -> Result<Vec<(StreamId, u64, u64)>, StoreError> {
    let rest = key.get(1..).and_then(|rest| rest.split_last_chunk::<8>());
    let (name, number) = rest.ok_or_else(index_damage)?;
    let name = name.strip_suffix(&[0]).and_then(|name| std::str::from_utf8(name).ok());
    let stream: StreamId = name.and_then(|name| name.parse().ok()).ok_or_else(index_damage)?;
    let first = u64::from_be_bytes(*number).saturating_mul(CHUNK);
    let positions = parse_chunk(&value)?.positions().ok_or_else(index_damage)?;
    Ok((first..).zip(positions).map(|(version, at)| (stream.clone(), version, at)).collect())
}

/// Runs a read of sled; its panics on damaged pages become errors.
fn guarded<T>(read: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| StoreError::Failed("sled panicked while reading".to_owned()))?
        .map_err(StoreError::from)
}

fn parse_chunk(bytes: &[u8]) -> Result<Chunk, StoreError> {
    Chunk::from_bytes(bytes).ok_or_else(index_damage)
}

fn index_damage() -> StoreError {
    StoreError::Failed("an entry of the stream index is not what was written".to_owned())
}

/// The zero keeps a stream's chunks apart from those of a stream whose name begins with its name.
fn chunk_key(stream: &StreamId, number: u64) -> Vec<u8> {
    let name = stream.as_bytes();
    let mut key = Vec::with_capacity(name.len().saturating_add(10));
    key.push(STREAM_TAG);
    key.extend_from_slice(name);
    key.push(0);
    key.extend_from_slice(&number.to_be_bytes());
    key
}

#[cfg(test)]
mod tests;

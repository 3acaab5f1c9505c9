//! The list of all streams that a ledger commits to, made from the log with flat memory.
//!
//! One pass over the records, an external sort of their leaf hashes by stream and version, one pass
//! over the sorted ones (`lists.rs`). Nothing is kept beside the log: who wants a proof makes the list again,
//! and whoever has the log, or a mirror of it, gets the same one (docs/format.md, "Index commitments").

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    os::unix::fs::FileExt,
    path::Path,
};

use event_log::{EventLog, Position, ReadError, RecordedEvent};
use evidence_check::{
    IndexEntry, IndexProof,
    index::{CommitmentView, ProvedEntry},
    record::RecordView,
};
use futures::TryStreamExt;
use merkle_log::{
    CompactRange, Hash, LogProof, NodeSource, ProveError, leaf_hash, prove_inclusion,
};

use crate::{
    lists::{Beside, lists_of},
    merge::{Item, Sorter},
};

/// How many leaf hashes are sorted in memory at once: about 14 MB.
pub(crate) const RUN_ITEMS: usize = 131_072;
const HASH_BYTES: u64 = 32;

/// The list over the first records of a log, ready to prove things about one stream.
#[derive(Debug)]
pub struct IndexList {
    commitment: CommitmentView,
    wanted: Wanted,
    /// The leaves of the list's tree, one after the other.
    leaves: ListLeaves,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum IndexListError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log has fewer records than were asked for.
    #[error("expected {expected} records, the log ends after {found}")]
    Short {
        /// How many were asked for.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The records of a stream do not follow one another.
    #[error("expected version {expected} of stream {stream}, found version {found}")]
    Versions {
        /// The stream.
        stream: String,
        /// The version expected next.
        expected: u64,
        /// The version found.
        found: u64,
    },
    /// A later record of a stream stands before an earlier one.
    #[error(
        "expected version {version} of stream {stream} after position {before}, found it at {found}"
    )]
    Positions {
        /// The stream.
        stream: String,
        /// The version that stands too early.
        version: u64,
        /// Where the version before it stands.
        before: u64,
        /// Where it stands.
        found: u64,
    },
    /// The disk that the sort needs.
    #[error("the list could not be sorted on the disk: {0}")]
    Disk(#[from] io::Error),
}

/// Why the list proves nothing about a stream.
#[derive(Debug, thiserror::Error)]
pub enum ProveStreamError {
    /// The record does not commit to this list.
    #[error("the ledger committed at position {position} to another list than its records give")]
    OtherList {
        /// Where the commitment stands.
        position: u64,
    },
    /// The record is no commitment.
    #[error("the record is no index commitment")]
    NotACommitment,
    /// The leaves that were set aside cannot be read again.
    #[error("the list could not be read again: {0}")]
    Disk(#[source] io::Error),
}

/// What was found of the stream that is asked about, and beside it.
#[derive(Debug, Default)]
struct Wanted {
    stream: String,
    leaves: Vec<Hash>,
    own: Option<(u64, IndexEntry)>,
    before: Option<(u64, IndexEntry)>,
    after: Option<(u64, IndexEntry)>,
}

impl IndexList {
    /// Makes the list over the first `size` records. `stream` is the one that will be asked about;
    /// `scratch` a directory with room for about 100 bytes a record while this runs.
    ///
    /// # Errors
    ///
    /// [`IndexListError`]: a log that is short or out of order, or the disk.
    pub async fn build(
        log: &dyn EventLog,
        size: u64,
        stream: &str,
        scratch: &Path,
        progress: &mut (dyn FnMut(Position) + Send),
    ) -> Result<Self, IndexListError> {
        Self::build_in_runs(log, size, stream, scratch, RUN_ITEMS, progress).await
    }

    pub(crate) async fn build_in_runs(
        log: &dyn EventLog,
        size: u64,
        stream: &str,
        scratch: &Path,
        run_items: usize,
        progress: &mut (dyn FnMut(Position) + Send),
    ) -> Result<Self, IndexListError> {
        let unlisted = Unlisted(Sorter::new(scratch, run_items));
        let Unlisted(sorter) = give_records(log, size, unlisted, progress).await?;
        let leaves = BufWriter::new(tempfile::tempfile_in(scratch)?);
        let kept = Kept { wanted: Wanted::of(stream), leaves };
        let made = tokio::task::spawn_blocking(move || Self::make(sorter, size, kept));
        made.await.map_err(io::Error::other)?
    }

    fn make(sorter: Sorter, size: u64, mut kept: Kept) -> Result<Self, IndexListError> {
        let made = lists_of(sorter, &[size], &mut kept)?;
        let [commitment] = <[_; 1]>::try_from(made).map_err(|_| io::Error::other("no list"))?;
        let leaves = kept.leaves.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Self { commitment, wanted: kept.wanted, leaves: ListLeaves(leaves) })
    }

    /// What a record that commits to it says: how many records it covers, its root, its entries.
    pub fn commitment(&self) -> &CommitmentView {
        &self.commitment
    }

    /// Whether the stream that was asked about is in it.
    pub fn has_stream(&self) -> bool {
        self.wanted.own.is_some()
    }

    /// What the list shows of the stream that was asked about: all its events, or that there is no
    /// such stream. `commitment` is the record that commits to the list, `proof` that it is in the log.
    /// Reads a file, so not for an async thread.
    ///
    /// # Errors
    ///
    /// [`ProveStreamError`]: the record commits to another list, or the disk.
    pub fn prove(
        &self,
        commitment: &RecordedEvent,
        proof: LogProof,
    ) -> Result<IndexProof, ProveStreamError> {
        let view = RecordView::parse(&commitment.bytes).ok();
        let view = view.and_then(|record| CommitmentView::of(&record).ok());
        let view = view.ok_or(ProveStreamError::NotACommitment)?;
        if view != self.commitment {
            return Err(ProveStreamError::OtherList { position: commitment.position.0 });
        }
        let Wanted { stream, leaves, own, before, after } = &self.wanted;
        let shown: Vec<_> = match own {
            Some(own) => vec![own],
            None => before.iter().chain(after).collect(),
        };
        let mut entries = Vec::new();
        for (index, entry) in shown {
            let hashes = prove_inclusion(&self.leaves, *index, self.commitment.entries);
            let hashes = hashes.map_err(|error| ProveStreamError::Disk(as_io(error)))?;
            entries.push(ProvedEntry { index: *index, entry: entry.clone(), hashes });
        }
        Ok(IndexProof {
            stream: stream.clone(),
            commitment: String::from_utf8_lossy(&commitment.bytes).into_owned(),
            leaves: leaves.clone(),
            entries,
            proof,
        })
    }
}

fn as_io(error: ProveError<io::Error>) -> io::Error {
    match error {
        ProveError::Source(error) => error,
        error @ (ProveError::NoSuchLeaf { .. }
        | ProveError::NoSuchGrowth { .. }
        | ProveError::TooLarge { .. }) => io::Error::other(error),
    }
}

/// How many records are hashed and sorted on another thread at a time.
const PAGE: usize = 4_096;

/// What takes records one after the other, and may have to write to the disk for it.
pub(crate) trait Taker: Send + 'static {
    fn take(&mut self, record: &RecordedEvent) -> io::Result<()>;
}

/// What sorts the records for a list.
struct Unlisted(Sorter);

impl Taker for Unlisted {
    fn take(&mut self, record: &RecordedEvent) -> io::Result<()> {
        self.0.push(Item {
            stream: record.stream.as_str().into(),
            version: record.version.0,
            position: record.position.0,
            leaf: leaf_hash(&record.bytes),
        })
    }
}

/// Gives the first `size` records of a log, a page at a time and not on an async thread.
pub(crate) async fn give_records<T: Taker>(
    log: &dyn EventLog,
    size: u64,
    mut taker: T,
    progress: &mut (dyn FnMut(Position) + Send),
) -> Result<T, IndexListError> {
    let mut records = log.read_all(Position(0), size);
    let mut found = 0_u64;
    let mut page = Vec::new();
    while let Some(record) = records.try_next().await? {
        found += 1;
        progress(record.position);
        page.push(record);
        if page.len() == PAGE || found == size {
            let page = std::mem::take(&mut page);
            let task = tokio::task::spawn_blocking(move || {
                page.iter().try_for_each(|record| taker.take(record))?;
                Ok::<_, io::Error>(taker)
            });
            taker = task.await.map_err(io::Error::other)??;
        }
    }
    if found < size {
        return Err(IndexListError::Short { expected: size, found });
    }
    Ok(taker)
}

impl Wanted {
    fn of(stream: &str) -> Self {
        Self { stream: stream.to_owned(), ..Self::default() }
    }
}

/// What is kept of the list beside its root: its leaves, and what is asked about.
struct Kept {
    wanted: Wanted,
    leaves: BufWriter<File>,
}

impl Beside for Kept {
    fn record(&mut self, stream: &str, leaf: Hash) {
        if stream == self.wanted.stream {
            self.wanted.leaves.push(leaf);
        }
    }

    fn entry(&mut self, index: u64, entry: &IndexEntry, leaf: Hash) -> io::Result<()> {
        self.leaves.write_all(&leaf.0)?;
        let (wanted, entry) = (&mut self.wanted, entry.clone());
        match entry.stream.cmp(&wanted.stream) {
            std::cmp::Ordering::Less => wanted.before = Some((index, entry)),
            std::cmp::Ordering::Equal => wanted.own = Some((index, entry)),
            std::cmp::Ordering::Greater => {
                wanted.after.get_or_insert((index, entry));
            }
        }
        Ok(())
    }
}

/// The leaves of the list's tree in a nameless file; nodes above are computed from them.
#[derive(Debug)]
struct ListLeaves(File);

impl NodeSource for ListLeaves {
    type Error = io::Error;

    fn node(&self, level: u8, index: u64) -> Result<Hash, io::Error> {
        let beyond = || io::Error::other("a node beyond the list");
        let count = 1_u64.checked_shl(level.into()).ok_or_else(beyond)?;
        let first = index.checked_mul(count).ok_or_else(beyond)?;
        let mut tree = CompactRange::new();
        let mut chunk = vec![0; 8_192];
        let mut at = first.saturating_mul(HASH_BYTES);
        let end = at.saturating_add(count.saturating_mul(HASH_BYTES));
        while at < end {
            let length = end.saturating_sub(at).min(chunk.len() as u64);
            let part = usize::try_from(length).ok().and_then(|length| chunk.get_mut(..length));
            let part = part.ok_or_else(beyond)?;
            self.0.read_exact_at(part, at)?;
            part.as_chunks::<32>().0.iter().for_each(|leaf| tree.push(Hash(*leaf)));
            at = at.saturating_add(length);
        }
        Ok(tree.root())
    }
}

#[cfg(test)]
pub(crate) mod tests;

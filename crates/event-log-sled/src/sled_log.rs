//! The log as the world sees it.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use event_log::{
    AppendError, Appended, Clock, EventLog, ExpectedVersion, Head, NewRecord, Position, ReadError,
    RecordStream, StreamId, StreamVersion, limits,
};
use merkle_log::{CompactRange, Hash, leaf_hash};
use tokio::sync::watch;

use crate::{
    admission::{Append, Taken},
    disk::{Faults, NoFaults},
    hashed::Hashes,
    ledger_file::LedgerFile,
    lock::Lock,
    nodes::LogNodes,
    open::{self, OpenError},
    read::{self, OpenStore, Source},
    start::Threads,
    store::Store,
};

/// An event log in a directory of its own, held by one process at a time.
#[derive(Debug)]
pub struct SledLog {
    // Dropped in this order: the threads are told to end and joined, then no reader holds the store any
    // more, and at last the lock is let go.
    pub(crate) threads: Threads,
    pub(crate) _store: ClosesStore,
    pub(crate) head: watch::Receiver<Head>,
    pub(crate) source: Source,
    pub(crate) hashes: Hashes,
    pub(crate) ledger: LedgerFile,
    pub(crate) repairs: Vec<String>,
    pub(crate) _lock: Lock,
}

impl SledLog {
    /// Makes a new, empty ledger in `dir`, which may exist if it is empty, and opens it.
    ///
    /// # Errors
    ///
    /// [`OpenError`]; nothing that was in `dir` before is changed.
    pub fn create(dir: &Path, origin: &str, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        open::create(dir, origin, clock, Arc::new(NoFaults))
    }

    /// Opens the ledger in `dir`, and refuses if anything it ever acknowledged is missing.
    ///
    /// # Errors
    ///
    /// [`OpenError`], sorted by what to do next.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        open::open(dir, clock, Arc::new(NoFaults))
    }

    /// [`SledLog::open`] on a disk that fails when it is told to. For tests of what happens then.
    ///
    /// # Errors
    ///
    /// As [`SledLog::open`].
    pub fn open_with_faults(
        dir: &Path,
        clock: Arc<dyn Clock>,
        faults: Arc<dyn Faults>,
    ) -> Result<Self, OpenError> {
        open::open(dir, clock, faults)
    }

    /// What the ledger's mark says: its origin and when it was made.
    pub fn ledger(&self) -> &LedgerFile {
        &self.ledger
    }

    /// The size and root of the RFC 6962 tree over every durable record.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when the store does not answer.
    pub async fn root(&self) -> Result<(u64, Hash), ReadError> {
        let tree = self.tree().await?;
        Ok((tree.size(), tree.root()))
    }

    /// The RFC 6962 tree over every durable record, ready to grow.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when the store does not answer.
    pub async fn tree(&self) -> Result<CompactRange, ReadError> {
        let source = self.source.clone();
        let grown = tokio::task::spawn_blocking(move || {
            loop {
                let (first, tail) = source.tail.all();
                let mut tree = source.store.read(Store::head)??.tree;
                // The applier stores before it drains: between the two, look again.
                let Some(known) = tree.size().checked_sub(first.0) else { continue };
                let known = usize::try_from(known).unwrap_or(usize::MAX);
                if known > tail.len() {
                    continue;
                }
                tail.iter().skip(known).for_each(|record| tree.push(leaf_hash(&record.bytes)));
                return Ok(tree);
            }
        });
        match grown.await {
            Ok(tree) => tree,
            Err(_) => Err(read::stopped()),
        }
    }

    /// The nodes of the Merkle tree over every durable record, for proofs.
    pub fn nodes(&self) -> LogNodes {
        let Source { tiles, tail, nodes, .. } = &self.source;
        LogNodes::of_log(tiles.clone(), tail, nodes)
    }

    /// What opening had to mend, and how; empty when everything was whole.
    pub fn repairs(&self) -> &[String] {
        &self.repairs
    }

    /// Finishes what was accepted, writes the head over all of it, and waits for the threads.
    ///
    /// Later appends are refused as unavailable. Dropping the log does the same, but blocks.
    pub async fn close(&self) {
        self.threads.admission.close();
        let _ = tokio::task::spawn_blocking(self.threads.ending()).await;
    }

    fn refused(&self) -> AppendError {
        match self.source.tail.poisoned() {
            Some(reason) => AppendError::Poisoned { reason },
            None => AppendError::Unavailable { reason: "it is closed".to_owned() },
        }
    }
}

/// Closes the store when the log is dropped, whoever still reads.
#[derive(Debug)]
pub(crate) struct ClosesStore(pub(crate) OpenStore);

impl Drop for ClosesStore {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[async_trait]
impl EventLog for SledLog {
    async fn append(
        &self,
        stream: &StreamId,
        expected: ExpectedVersion,
        records: Vec<NewRecord>,
    ) -> Result<Appended, AppendError> {
        limits::check(&records)?;
        let stream = self.hashes.hashed(stream.clone());
        match self.threads.admission.take(Append { stream, expected, records }).await {
            Taken::Waits(answered) => answered.await.unwrap_or_else(|_| Err(self.refused())),
            Taken::Refused(error) => Err(error),
            Taken::Closed => Err(self.refused()),
        }
    }

    async fn next_version(&self, stream: &StreamId) -> Result<StreamVersion, ReadError> {
        let stream = self.hashes.hashed(stream.clone());
        self.threads.admission.next_version(stream).await.map(StreamVersion)
    }

    fn read_stream(&self, stream: &StreamId, from: StreamVersion) -> RecordStream {
        self.source.clone().stream(stream.clone(), from, self.head().next_position)
    }

    fn read_all(&self, from: Position, limit: u64) -> RecordStream {
        let end = self.head().next_position.min(Position(from.0.saturating_add(limit)));
        self.source.clone().range(from, end)
    }

    fn watch_head(&self) -> watch::Receiver<Head> {
        self.head.clone()
    }
}

#[cfg(test)]
mod faults;
#[cfg(test)]
mod full;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod tests;

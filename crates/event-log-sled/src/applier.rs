//! The thread that moves whole ranges of records from the tail to tiles and store.
//!
//! In order: tiles (synced), store (synced), head (replaced), tail (drained), journal segments (given back). A
//! crash between any two repeats at most work whose result is already there.

use std::{
    error::Error as _,
    path::PathBuf,
    sync::{Arc, mpsc},
};

use event_log::{Position, RecordedEvent};
use jiff::Timestamp;
use merkle_log::leaf_hash;

use crate::{
    disk::Disk,
    head::HeadFile,
    index::Index,
    journal::{RESERVE_BYTES, Segments},
    mend,
    sealed::Sealer,
    store::{Store, StoreHead},
    tail::{Tail, Work},
    tiles::Tiles,
};

/// How many ranges go into one batch: enough to share a sync, few enough to keep sled's memory low.
pub(crate) const BATCH_RANGES: u64 = 32;

/// The applier's state, all of it owned by its thread.
#[derive(Debug)]
pub(crate) struct Applier {
    pub(crate) dir: PathBuf,
    pub(crate) disk: Disk,
    pub(crate) tail: Arc<Tail>,
    pub(crate) store: Store,
    pub(crate) store_head: StoreHead,
    pub(crate) tiles: Tiles,
    pub(crate) sealer: Sealer,
    pub(crate) segments: Arc<Segments>,
    /// Tells the thread that merges index files when there may be some to merge.
    pub(crate) grown: mpsc::Sender<()>,
}

impl Applier {
    /// Runs until the log is closed or poisoned.
    pub(crate) fn run(mut self) {
        self.work();
        self.store.index().stop();
    }

    fn work(&mut self) {
        loop {
            let done = match self.tail.wait_for_work(BATCH_RANGES) {
                Work::Ranges(ranges, recorded_at) => self.apply(&ranges.records(), recorded_at),
                Work::Close(rest, recorded_at) => {
                    if let Err(reason) = self.vouch(&rest, recorded_at) {
                        tracing::error!(reason, "the head could not be written on closing");
                    }
                    return;
                }
                Work::Stop => return,
            };
            if let Err(reason) = done {
                self.tail.poison(reason);
                return;
            }
        }
    }

    fn apply(&mut self, records: &[&RecordedEvent], recorded_at: Timestamp) -> Result<(), String> {
        // sled does not survive a full disk, so it is never let near one.
        let room = self.disk.room(&self.dir).map_err(|error| format!("the disk: {error}"))?;
        if room < RESERVE_BYTES {
            self.tail.starve();
            return Ok(());
        }
        let sealed = self.sealer.seal(records).map_err(|error| format!("sealing: {error}"))?;
        // Putting again what was put there before a crash replaces files by the same files.
        self.tiles.put(&sealed).map_err(|error| format!("the tiles: {error}"))?;
        let leaves = sealed.iter().flat_map(|range| &range.leaves);
        let applied = self.store.apply(&mut self.store_head, records, leaves, recorded_at);
        applied.map_err(|error| error.to_string())?;
        self.vouch(&[], recorded_at)?;
        let stored = self.store_head.next_position();
        self.tail.drain(stored);
        // It may have stopped after a failure, of which the tail has been told.
        let _ = self.grown.send(());
        let released = self.segments.release(&self.disk, stored);
        released.map_err(|error| format!("the journal: {error}"))
    }

    /// Writes the head over the store and these records behind it.
    fn vouch(&self, rest: &[RecordedEvent], recorded_at: Timestamp) -> Result<(), String> {
        let mut tree = self.store_head.tree.clone();
        for record in rest {
            tree.push(leaf_hash(&record.bytes));
        }
        let stored: Position = self.store_head.next_position();
        let segment = self.segments.oldest_needed(stored);
        let head = HeadFile { stored, tree, recorded_at, segment };
        head.write(&self.disk, &self.dir).map_err(|error| format!("the head: {error}"))
    }
}

/// Merges index files whenever there may be some to merge, until nobody tells it of any.
pub(crate) fn merge_files(index: &Index, tiles: &Tiles, tail: &Tail, grown: &mpsc::Receiver<()>) {
    loop {
        if let Err(error) = mend::merge_index(index, tiles) {
            let why = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
            return tail.poison(format!("{error}{why}"));
        }
        if grown.recv().is_err() {
            return;
        }
        while grown.try_recv().is_ok() {}
    }
}

//! The threads that move whole ranges of records from the tail to tiles and store.
//!
//! One seals the next batch while the other stores the last: sealing wants the processor, storing waits
//! for the disk. In order: tiles (synced), store (synced), head (replaced), tail (drained), journal segments
//! (given back). A crash between any two repeats at most work whose result is already there.

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
    sealed::{Sealed, Sealer},
    store::{Store, StoreHead},
    tail::{PoisonOnPanic, Ranges, Tail},
    tiles::Tiles,
};

/// How many ranges go into one batch: enough to share a sync, few enough to keep sled's memory low.
pub(crate) const BATCH_RANGES: u64 = 64;

/// Whole ranges of records, sealed and nowhere yet but in memory.
#[derive(Debug)]
pub(crate) struct Batch {
    ranges: Ranges,
    sealed: Vec<Sealed>,
}

/// A place for one batch, which is taken over when the one before it is stored.
pub(crate) fn batches() -> (mpsc::SyncSender<Batch>, mpsc::Receiver<Batch>) {
    mpsc::sync_channel(0)
}

/// Lets this thread stand back for those that somebody waits for: what is in the journal is safe, and a
/// burst that the tail has room for need not share the processors with its sealing. Once the tail is
/// full the others wait, and leave the processors to this one.
fn stand_back() {
    // Of a thread and not of the process only on Linux. Where it is refused, it is only slower.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 10);
}

/// Seals what the tail has and hands it to the applier, until the log is closed or poisoned, or the
/// applier has stopped.
pub(crate) fn seal_batches(
    tail: &Arc<Tail>,
    mut compressor: Sealer,
    batches: &mpsc::SyncSender<Batch>,
) {
    let _poison = PoisonOnPanic::new(tail, "nothing is sealed any more");
    stand_back();
    while let Some(ranges) = tail.take_ranges(BATCH_RANGES) {
        match compressor.seal(&ranges.records()) {
            Ok(sealed) => {
                if batches.send(Batch { ranges, sealed }).is_err() {
                    return;
                }
            }
            Err(error) => return tail.poison(format!("sealing: {error}")),
        }
    }
}

/// The applier's state, all of it owned by its thread.
#[derive(Debug)]
pub(crate) struct Applier {
    pub(crate) dir: PathBuf,
    pub(crate) disk: Disk,
    pub(crate) tail: Arc<Tail>,
    pub(crate) batches: mpsc::Receiver<Batch>,
    pub(crate) store: Store,
    pub(crate) store_head: StoreHead,
    pub(crate) tiles: Tiles,
    pub(crate) segments: Arc<Segments>,
    /// Tells the thread that merges index files when there may be some to merge.
    pub(crate) grown: mpsc::Sender<()>,
}

impl Applier {
    /// Runs until the log is closed or poisoned.
    pub(crate) fn run(mut self) {
        let _poison = PoisonOnPanic::new(&self.tail, "nothing is stored any more");
        stand_back();
        if let Err(reason) = self.work() {
            self.tail.poison(reason);
        }
        self.store.index().stop();
    }

    fn work(&mut self) -> Result<(), String> {
        while let Ok(batch) = self.batches.recv() {
            if !self.has_room()? {
                // Closed on a full disk: what is not stored stays in the journal.
                break;
            }
            self.apply(&batch)?;
        }
        if let Some((rest, recorded_at)) = self.tail.rest()
            && let Err(reason) = self.vouch(&rest, recorded_at)
        {
            tracing::error!(reason, "the head could not be written on closing");
        }
        Ok(())
    }

    /// Waits for room on the disk; false when there is none and nobody asks for it any more. sled does not
    /// survive a full disk, so it is never let near one.
    fn has_room(&self) -> Result<bool, String> {
        loop {
            let room = self.disk.room(&self.dir).map_err(|error| format!("the disk: {error}"))?;
            if room >= RESERVE_BYTES {
                return Ok(true);
            }
            if !self.tail.starve() {
                return Ok(false);
            }
        }
    }

    fn apply(&mut self, batch: &Batch) -> Result<(), String> {
        let Batch { ranges, sealed } = batch;
        // Putting again what was put there before a crash replaces files by the same files.
        self.tiles.put(sealed).map_err(|error| format!("the tiles: {error}"))?;
        let roots = sealed.iter().map(|range| range.root);
        let recorded_at = ranges.recorded_at;
        let applied = self.store.apply(&mut self.store_head, &ranges.records(), roots, recorded_at);
        applied.map_err(|error| error.to_string())?;
        self.vouch(&[], recorded_at)?;
        let stored = self.store_head.next_position();
        self.tail.drain(stored);
        // Where it stopped after a failure, the tail has been told of that, and keeps the first reason.
        let merging = self.grown.send(());
        merging.map_err(|_| "the files of the stream index are merged no more".to_owned())?;
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
pub(crate) fn merge_files(
    index: &Index,
    tiles: &Tiles,
    tail: &Arc<Tail>,
    grown: &mpsc::Receiver<()>,
) {
    let _poison = PoisonOnPanic::new(tail, "the stream index is merged no more");
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

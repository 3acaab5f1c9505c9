//! The threads that move whole ranges of records from the tail to tiles and store.
//!
//! One seals the next batch while the other stores the last: sealing wants the processor, storing waits
//! for the disk. In order: tiles (synced), store (synced), head (replaced), tail (drained), journal segments
//! (given back). A crash between any two repeats at most work whose result is already there.

use std::{
    error::Error as _,
    io,
    path::PathBuf,
    sync::{Arc, mpsc},
};

use event_log::{Position, RecordedEvent};
use jiff::Timestamp;
use merkle_log::leaf_hash;

use crate::{
    disk::{Disk, is_full},
    head::HeadFile,
    index::Index,
    journal::{RESERVE_BYTES, Segments},
    mend,
    sealed::{Sealed, Sealer},
    store::{Store, StoreError, StoreHead},
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
            if !self.apply(&batch)? {
                // Closed on a full disk: what is not stored stays in the journal.
                break;
            }
        }
        if let Some((mut rest, recorded_at)) = self.tail.rest() {
            // The head may have had no room after the store did.
            rest.retain(|record| record.position >= self.store_head.next_position());
            if let Err(error) = self.vouch(&rest, recorded_at) {
                tracing::error!(%error, "the head could not be written on closing");
            }
        }
        Ok(())
    }

    /// Does a part of the work, again and again while there is no room for it. False when there is none and
    /// nobody asks for it any more.
    ///
    /// A file for which there was no room when it was synced is written anew from its first byte: no sync is
    /// tried twice.
    fn with_room(
        &mut self,
        mut work: impl FnMut(&mut Self) -> Result<(), NotDone>,
    ) -> Result<bool, String> {
        loop {
            match work(self) {
                Ok(()) => return Ok(true),
                Err(NotDone::Failed(reason)) => return Err(reason),
                Err(NotDone::Full) => {
                    if !self.tail.starve() {
                        return Ok(false);
                    }
                }
            }
        }
    }

    /// sled does not survive a full disk, so it is never let near one.
    fn has_room(&self) -> Result<(), NotDone> {
        let room = self.disk.room(&self.dir).map_err(NotDone::at("the disk"))?;
        if room < RESERVE_BYTES { Err(NotDone::Full) } else { Ok(()) }
    }

    /// Moves a batch to tiles and store; false when it has to stay in the journal. Each part may be done again
    /// when it was done before a crash, or in part before the disk was full: files are replaced by the same
    /// files.
    fn apply(&mut self, batch: &Batch) -> Result<bool, String> {
        let Batch { ranges, sealed } = batch;
        let recorded_at = ranges.recorded_at;
        let is_sealed = self.with_room(|own| {
            own.has_room()?;
            own.tiles.put(sealed).map_err(NotDone::at("the tiles"))
        })?;
        let is_stored = is_sealed
            && self.with_room(|own| {
                own.has_room()?;
                let roots = sealed.iter().map(|range| range.root);
                let records = ranges.records();
                Ok(own.store.apply(&mut own.store_head, &records, roots, recorded_at)?)
            })?;
        let is_vouched_for = is_stored
            && self
                .with_room(|own| own.vouch(&[], recorded_at).map_err(NotDone::at("the head")))?;
        if !is_vouched_for {
            return Ok(false);
        }
        let stored = self.store_head.next_position();
        self.tail.drain(stored);
        // Where it stopped after a failure, the tail has been told of that, and keeps the first reason.
        let merging = self.grown.send(());
        merging.map_err(|_| "the files of the stream index are merged no more".to_owned())?;
        let released = self.segments.release(&self.disk, stored);
        released.map_err(|error| format!("the journal: {error}"))?;
        Ok(true)
    }

    /// Writes the head over the store and these records behind it.
    fn vouch(&self, rest: &[RecordedEvent], recorded_at: Timestamp) -> io::Result<()> {
        let mut tree = self.store_head.tree.clone();
        for record in rest {
            tree.push(leaf_hash(&record.bytes));
        }
        let stored: Position = self.store_head.next_position();
        let segment = self.segments.oldest_needed(stored);
        let head = HeadFile { stored, tree, recorded_at, segment };
        head.write(&self.disk, &self.dir)
    }
}

/// Why a part of the work is not done.
enum NotDone {
    /// There is no room for it; it may be done again.
    Full,
    /// The disk failed.
    Failed(String),
}

impl NotDone {
    fn at(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| {
            if is_full(&error) {
                return Self::Full;
            }
            Self::Failed(format!("{what}: {error}"))
        }
    }
}

impl From<StoreError> for NotDone {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(_) => Self::Full,
            StoreError::Failed(_) | StoreError::Damaged(_) | StoreError::OldForm => {
                Self::Failed(error.to_string())
            }
        }
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

//! Starting the threads of a log, once all that was found of it is believed.
//!
//! One that callers wait for, the committer; three behind it: one seals, one stores, one merges index files.
//! Should one not start, the committer is told that nothing will come, and the others end with it.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
};

use event_log::{Clock, Head, Position};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::{
    admission::Admission,
    applier::{self, Applier},
    committer::Committer,
    disk::Disk,
    journal::{Journal, Segment, Segments},
    open::OpenError,
    sealed::Sealer,
    store::{Store, StoreHead},
    tail::Tail,
    tiles::Tiles,
};

/// What the threads share, and what each begins with.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) dir: PathBuf,
    pub(crate) disk: Disk,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tail: Arc<Tail>,
    pub(crate) store: Store,
    pub(crate) store_head: StoreHead,
    pub(crate) tiles: Tiles,
    pub(crate) segments: Arc<Segments>,
    /// The segment to be written next.
    pub(crate) current: Segment,
    /// The position of the next record.
    pub(crate) next: Position,
    /// Not earlier than that of any record there is.
    pub(crate) recorded_at: Timestamp,
}

/// What those outside have of the threads.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) head: watch::Receiver<Head>,
    pub(crate) threads: Threads,
}

/// What was started, and what ends it: told to end and joined when the log is closed or dropped.
#[derive(Debug)]
pub(crate) struct Threads {
    pub(crate) admission: Arc<Admission>,
    running: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Threads {
    fn add(&self, name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(run)?;
        self.running.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// Takes no more appends, and waits until what was accepted is committed and all have ended. To be
    /// called where blocking is allowed.
    ///
    /// A panic in a thread has been reported by the panic hook; there is nothing to add.
    pub(crate) fn ending(&self) -> impl FnOnce() + Send + 'static {
        let (admission, running) = (Arc::clone(&self.admission), Arc::clone(&self.running));
        move || {
            admission.close();
            // Held while they are joined, so that whoever else ends them waits too.
            let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
            running.drain(..).for_each(|thread| drop(thread.join()));
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.ending()();
    }
}

impl Start {
    /// Starts them all.
    pub(crate) fn start(self) -> Result<Started, OpenError> {
        let (head, durable) = watch::channel(Head { next_position: self.next });
        let (tail, index) = (Arc::clone(&self.tail), Arc::clone(self.store.index()));
        let admission = Arc::new(Admission::new(tail, index));
        let threads = Threads { admission, running: Arc::default() };
        let committer = Committer {
            admission: Arc::clone(&threads.admission),
            journal: Journal::new(self.current, Arc::clone(&self.segments), self.disk.clone()),
            tail: Arc::clone(&self.tail),
            clock: self.clock,
            head,
            next: self.next,
            recorded_at: self.recorded_at,
        };
        let dir = self.dir.clone();
        let failed = |error| OpenError::io("starting a thread", &dir, error);
        threads.add("log-committer", || committer.run()).map_err(failed)?;
        let (tail, index) = (Arc::clone(&self.tail), Arc::clone(self.store.index()));
        let (sealed, batches) = applier::batches();
        let (grown, told) = mpsc::channel();
        let tiles = self.tiles.clone();
        let applier = Applier {
            dir: self.dir,
            disk: self.disk,
            tail: self.tail,
            batches,
            store: self.store,
            store_head: self.store_head,
            tiles: self.tiles,
            segments: self.segments,
            grown,
        };
        let compressor = Sealer::new().map_err(failed)?;
        let unsealed = Arc::clone(&tail);
        let seal = move || applier::seal_batches(&unsealed, compressor, &sealed);
        let merge = move || applier::merge_files(&index, &tiles, &tail, &told);
        threads.add("log-sealer", seal).map_err(failed)?;
        threads.add("log-applier", || applier.run()).map_err(failed)?;
        threads.add("log-index", merge).map_err(failed)?;
        Ok(Started { head: durable, threads })
    }
}

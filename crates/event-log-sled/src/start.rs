//! Starting the threads of a log, once all that was found of it is believed.
//!
//! Two for what callers wait for, the writer and the committer; three behind them: one seals, one stores,
//! one merges index files. Should one not start, those before it end by themselves: nobody is left to
//! ask the first.

use std::{
    path::PathBuf,
    sync::{Arc, mpsc as std_mpsc},
    thread::{self, JoinHandle},
};

use event_log::{Clock, Head, Position};
use jiff::Timestamp;
use tokio::{
    runtime,
    sync::{mpsc, watch},
};

use crate::{
    applier::{self, Applier},
    committer::{Committer, Progress},
    disk::Disk,
    journal::{Journal, Segment, Segments},
    open::OpenError,
    sealed::Sealer,
    store::{Store, StoreHead},
    tail::Tail,
    tiles::Tiles,
    versions::Versions,
    writer::{self, Request, Writer},
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
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) head: watch::Receiver<Head>,
    pub(crate) threads: Vec<JoinHandle<()>>,
}

impl Start {
    /// Starts them all.
    pub(crate) fn start(self) -> Result<Started, OpenError> {
        let (requests, queue) = mpsc::channel(writer::QUEUE);
        let (head, durable) = watch::channel(Head { next_position: self.next });
        // One group is being committed, and one is framed for when that is done.
        let ((groups, framed), (spare, idle)) = (std_mpsc::sync_channel(1), mpsc::channel(1));
        let progress = Arc::<Progress>::default();
        let writer = Writer {
            requests: queue,
            groups,
            idle,
            progress: Arc::clone(&progress),
            store: self.store.clone(),
            tail: Arc::clone(&self.tail),
            versions: Versions::default(),
        };
        let committer = Committer {
            groups: framed,
            idle: spare,
            progress,
            journal: Journal::new(self.current, Arc::clone(&self.segments), self.disk.clone()),
            tail: Arc::clone(&self.tail),
            clock: self.clock,
            head,
            next: self.next,
            recorded_at: self.recorded_at,
        };
        let dir = self.dir.clone();
        let failed = |error| OpenError::io("starting a thread", &dir, error);
        let runtime = runtime::Builder::new_current_thread().build().map_err(failed)?;
        let mut threads = vec![
            spawn("log-writer", move || runtime.block_on(writer.run())).map_err(failed)?,
            spawn("log-committer", || committer.run()).map_err(failed)?,
        ];
        let (tail, index) = (Arc::clone(&self.tail), Arc::clone(self.store.index()));
        let (sealed, batches) = applier::batches();
        let (grown, told) = std_mpsc::channel();
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
        threads.push(spawn("log-sealer", seal).map_err(failed)?);
        threads.push(spawn("log-applier", || applier.run()).map_err(failed)?);
        threads.push(spawn("log-index", merge).map_err(failed)?);
        Ok(Started { requests, head: durable, threads })
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(run)
}

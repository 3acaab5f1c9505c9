//! Making several files durable at the same time.
//!
//! The disk flushes its cache once for all who wait for that, so key file and segments together take little
//! longer than one of them. Each file beyond the first has a thread, which stays: commits are many, and to
//! start a thread is not free.

use std::{
    fmt,
    fs::File,
    io,
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

/// How a file's bytes are made durable; tests put in one that fails.
pub(crate) trait Syncer: Send + Sync + fmt::Debug {
    fn sync(&self, file: &File) -> io::Result<()>;
}

/// fdatasync.
#[derive(Debug)]
pub(crate) struct DataSync;

impl Syncer for DataSync {
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}

/// Syncs files, several at once.
#[derive(Debug)]
pub(crate) struct Syncing {
    pub(crate) syncer: Arc<dyn Syncer>,
    helpers: Vec<Helper>,
}

/// A thread that syncs what it is given, one file at a time, until it is let go.
#[derive(Debug)]
struct Helper {
    files: Sender<Arc<File>>,
    outcomes: Receiver<io::Result<()>>,
}

impl Helper {
    fn start(syncer: Arc<dyn Syncer>) -> io::Result<Self> {
        let (files, given) = mpsc::channel::<Arc<File>>();
        let (outcome, outcomes) = mpsc::channel();
        let work = move || {
            for file in given {
                let told = syncer.sync(&file);
                // Before it is said to be done: whoever hears of it may close the vault, and the lock is the file's.
                drop(file);
                if outcome.send(told).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("vault-sync".to_owned()).spawn(work)?;
        Ok(Self { files, outcomes })
    }
}

impl Syncing {
    pub(crate) fn new(syncer: Arc<dyn Syncer>) -> Self {
        Self { syncer, helpers: Vec::new() }
    }

    /// Syncs all of these at the same time. When it returns, each has been tried that has a thread; the error is that
    /// of one which failed.
    pub(crate) fn sync_all(&mut self, files: &[Arc<File>]) -> io::Result<()> {
        let Some((first, others)) = files.split_first() else { return Ok(()) };
        while self.helpers.len() < others.len() {
            self.helpers.push(Helper::start(Arc::clone(&self.syncer))?);
        }
        let mut outcome = Ok(());
        let mut given = Vec::with_capacity(others.len());
        for (file, helper) in others.iter().zip(&self.helpers) {
            match helper.files.send(Arc::clone(file)) {
                Ok(()) => given.push(helper),
                Err(_) => outcome = outcome.and(Err(stopped())),
            }
        }
        outcome = outcome.and(self.syncer.sync(first));
        for helper in given {
            outcome = outcome.and(helper.outcomes.recv().unwrap_or_else(|_| Err(stopped())));
        }
        outcome
    }
}

fn stopped() -> io::Error {
    io::Error::other("the thread that syncs has panicked")
}

#[cfg(test)]
mod tests;

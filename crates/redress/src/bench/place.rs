//! A directory for the time of the measurement.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use event_log::{EventLog, clock::SystemClock};
use event_log_sled::SledLog;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::invented::{self, Append};
use crate::{
    arguments::LedgerAt,
    console::Console,
    error::CommandError,
    ledger::{Ledger, NewSigning},
};

/// The name of ledgers that are only measured; `.invalid` belongs to nobody, and never will.
const ORIGIN: &str = "bench.redress.invalid";
/// How many clients fill a ledger.
const FILLING_CLIENTS: usize = 64;
/// How many events of a complaint come at once when a ledger is filled.
const EVENTS_AT_ONCE: usize = 4;

/// A directory that is removed again, whatever happens, unless it is to be kept.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
    is_kept: bool,
    /// There when it is a temporary one, which removes itself.
    temporary: Option<TempDir>,
}

impl Place {
    /// Makes the directory that was asked for, or a temporary one.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: there is something already, which is never measured in and never removed.
    pub fn make(wanted: Option<&Path>, is_kept: bool) -> Result<Self, CommandError> {
        let Some(path) = wanted else {
            let temporary =
                tempfile::tempdir().map_err(CommandError::failed("make a temporary directory"))?;
            let path = temporary.path().to_owned();
            return Ok(Self { path, is_kept: false, temporary: Some(temporary) });
        };
        if path.exists() {
            return Err(CommandError::Refused {
                problem: format!("expected nothing at {}, found something", path.display()),
                next: "name a directory that does not exist: it is made, and removed afterwards unless --keep is \
                       given"
                    .to_owned(),
            });
        }
        fs::create_dir_all(path).map_err(CommandError::file("make", path))?;
        Ok(Self { path: path.to_owned(), is_kept, temporary: None })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a ledger of this name lies in it.
    pub fn ledger(&self, name: &str) -> LedgerAt {
        LedgerAt { data: self.path.join(name), keys: None }
    }

    /// Makes a ledger of whole invented complaints that has at least so many events, and says how
    /// many it has. Closed when it returns.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when it cannot be made.
    pub async fn fill(
        &self,
        at: &LedgerAt,
        events: u64,
        console: &Console<'_>,
    ) -> Result<u64, CommandError> {
        let ledger = Self::new_ledger(at)?;
        let bar = console.bar("filling", events);
        let (next, filled) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let mut clients = JoinSet::new();
        for _ in 0..FILLING_CLIENTS {
            let (log, next, filled) =
                (Arc::clone(&ledger.log), Arc::clone(&next), Arc::clone(&filled));
            clients.spawn(async move {
                while filled.load(Ordering::Relaxed) < events {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    filled.fetch_add(append_life(&log, number).await?, Ordering::Relaxed);
                }
                Ok::<_, CommandError>(())
            });
        }
        let mut result = Ok(());
        while let Some(done) = clients.join_next().await {
            bar.set(filled.load(Ordering::Relaxed));
            result = result.and(done.map_err(CommandError::failed("fill a ledger")).flatten());
        }
        let head = ledger.log.head().next_position.0;
        ledger.close().await;
        result.map(|()| head)
    }

    /// Makes an empty ledger.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when it cannot be made.
    pub fn new_ledger(at: &LedgerAt) -> Result<Ledger, CommandError> {
        Ok(Ledger::create(at, ORIGIN, &NewSigning::default(), Arc::new(SystemClock))?.0)
    }
}

/// Appends a complaint's events, a few at a time, so that those of several lie among each other.
async fn append_life(log: &SledLog, number: u64) -> Result<u64, CommandError> {
    let life = invented::complaint(number)?;
    for some in life.chunks(EVENTS_AT_ONCE) {
        let Some(Append { stream, expected, .. }) = some.first() else { continue };
        let records = some.iter().map(|append| append.record.clone()).collect();
        log.append(stream, *expected, records).await.map_err(CommandError::failed("append"))?;
    }
    Ok(life.len() as u64)
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.temporary.is_none() && !self.is_kept {
            // What cannot be removed is the user's to see; there is nobody to tell here.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

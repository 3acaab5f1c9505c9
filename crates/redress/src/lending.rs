//! A ledger that is open already, lent to a command that another process asked for.
//!
//! One process holds a ledger. What others ask of it is carried out by the very code that carries it out without it:
//! while it runs, opening that ledger gives the one that is open, and closing it closes nothing.

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
};

use event_log_sled::SledLog;
use personal_vault::Vault;
use tokio::sync::Mutex;

use crate::ledger::{Ledger, Places};

/// What is lent.
#[derive(Debug, Clone)]
pub struct Lent {
    /// Where the parts of the ledger lie.
    pub places: Places,
    /// The log.
    pub log: Arc<SledLog>,
    /// The vault, where its key is there.
    pub vault: Option<Arc<Vault>>,
    /// Whoever brings the read models up holds this: one at a time.
    pub models: Arc<Mutex<()>>,
    /// Where whoever asks stands: their paths begin there.
    pub here: PathBuf,
}

/// Whoever has a ledger open, and lends it.
#[derive(Debug)]
pub struct Lender(std::sync::Mutex<Ledger>);

impl Lender {
    /// Of this ledger, which stays open at least as long.
    pub fn of(ledger: &Ledger) -> Self {
        Self(std::sync::Mutex::new(ledger.again()))
    }

    /// The ledger, for somebody who stands here. Blocks where the vault is opened.
    pub fn lend(&self, here: PathBuf) -> Lent {
        let mut ledger = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Where it cannot be opened, a command that needs it says why.
        let vault = ledger.vault().ok();
        let (places, log) = (ledger.places.clone(), Arc::clone(&ledger.log));
        Lent { places, log, vault, models: ledger.models(), here }
    }
}

tokio::task_local! {
    static LENT: Lent;
}

/// Lends a ledger while something is carried out.
pub async fn lend<T>(lent: Lent, work: impl Future<Output = T>) -> T {
    LENT.scope(lent, work).await
}

/// The ledger in this directory, if it is the one that is lent; its vault only to whoever names the same key, for nobody
/// opens here what they could not open alone.
pub fn lent(places: &Places) -> Option<Lent> {
    let whole = |path: &Path| path.canonicalize().ok();
    let lent = LENT.try_with(Lent::clone).ok()?;
    if whole(&lent.places.data)? != whole(&places.data)? {
        return None;
    }
    let has_key = whole(&lent.places.kek) == whole(&places.kek);
    Some(Lent { places: places.clone(), vault: lent.vault.filter(|_| has_key), ..lent })
}

/// A path as whoever asks means it.
pub fn resolved(path: impl Into<PathBuf>) -> PathBuf {
    let path = path.into();
    LENT.try_with(|lent| lent.here.join(&path)).unwrap_or(path)
}

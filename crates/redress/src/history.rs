//! The records that are read and counted: a ledger's own, or those of somebody's mirror of it.

use std::sync::Arc;

use event_log::{EventLog, clock::SystemClock};
use merkle_log::{Hash, tree_root};

use crate::{
    arguments::RecordsOf, console::Console, error::CommandError, ledger::Ledger,
    tree::records::MirrorLog,
};

/// Where the records come from.
#[derive(Debug)]
pub enum History {
    /// From a ledger, open.
    Ledger(Ledger),
    /// From a mirror.
    Mirror(MirrorLog),
}

impl History {
    /// Opens what the arguments name.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: there is no such ledger or mirror, or it cannot be opened.
    pub fn open(of: &RecordsOf) -> Result<Self, CommandError> {
        match (&of.mirror, of.ledger()) {
            (Some(dir), _) => Ok(Self::Mirror(MirrorLog::open(dir)?)),
            (None, Some(at)) => Ok(Self::Ledger(Ledger::open(&at, Arc::new(SystemClock))?)),
            (None, None) => Err(CommandError::Usage {
                problem: "expected records to read, found neither --data nor --mirror".to_owned(),
                next: "name the data directory with --data, or a mirror with --mirror".to_owned(),
            }),
        }
    }

    /// Holds a mirror to its checkpoint before its records are printed; a ledger has other ways.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: its records are not those of the checkpoint.
    pub async fn hold(&self, console: &Console<'_>) -> Result<(), CommandError> {
        if let Self::Mirror(mirror) = self {
            let size = mirror.head().next_position.0;
            mirror.root(size, &console.bar("hashing", size)).await?;
        }
        Ok(())
    }

    /// The records.
    pub fn log(&self) -> &dyn EventLog {
        match self {
            Self::Ledger(ledger) => ledger.log.as_ref(),
            Self::Mirror(mirror) => mirror,
        }
    }

    /// Closes what has to be closed.
    pub async fn close(self) {
        match self {
            Self::Ledger(ledger) => ledger.close().await,
            Self::Mirror(_) => {}
        }
    }
}

/// The root over the first so many records of a ledger.
///
/// # Errors
///
/// [`CommandError`]: fewer records, or the tree cannot be read.
pub async fn root_of(ledger: &Ledger, size: u64) -> Result<Hash, CommandError> {
    let head = ledger.log.head().next_position;
    if size > head.0 {
        return Err(CommandError::Refused {
            problem: format!("expected --records up to {head}, as many as there are, found {size}"),
            next: "count fewer, or bring a copy of the ledger that has them".to_owned(),
        });
    }
    let nodes = ledger.log.nodes();
    let root = tokio::task::spawn_blocking(move || tree_root(&nodes, size)).await;
    root.map_err(CommandError::failed("read the tree"))?
        .map_err(CommandError::failed("read the tree"))
}

//! Every index commitment of a log held against its records, for whoever has them all.
//!
//! One external sort and one pass over the sorted leaves for all commitments together: what a commitment costs is
//! a hash for each stream, and some hundred bytes of memory. What counts as a commitment is what
//! `evidence_check` takes for one, so that nothing is proved by a list that was not made again here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
    path::Path,
};

use complaint_codec::decode;
use complaint_domain::{LedgerEvent, ledger::EvidenceEvent};
use event_log::{EventLog, Position, RecordedEvent};
use evidence_check::{
    index::{CommitmentView, DEFINITION, INDEX_COMMITTED},
    record::RecordView,
};
use merkle_log::{Hash, leaf_hash};

use crate::{
    list::{IndexListError, RUN_ITEMS, Taker, give_records},
    lists::lists_of,
    merge::{Item, Sorter},
};

/// Takes the records of a log from the first to the last, then makes all lists that they commit to.
#[derive(Debug)]
pub struct ListAudit {
    sorter: Sorter,
    records: u64,
    found: Vec<FoundCommitment>,
    /// The first commitment that no list could bear out. Those after it are not looked at.
    refused: Option<AuditError>,
}

/// An index commitment, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCommitment {
    /// Its position in the log.
    pub position: u64,
    /// What it says.
    pub said: CommitmentView,
}

/// Why the commitments of a log do not hold.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// No list can be made.
    #[error(transparent)]
    List(#[from] IndexListError),
    /// A commitment is not to the list that the records give: the first such.
    #[error("the index commitment at position {position} is false: {why}")]
    False {
        /// Where it stands.
        position: u64,
        /// What is false about it.
        why: Box<Falsehood>,
    },
}

/// What is false about an index commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Falsehood {
    /// The records give another list.
    OtherList {
        /// What it says.
        said: CommitmentView,
        /// What it would say if it were true.
        given: CommitmentView,
    },
    /// It claims to cover records that were written after it.
    CoversItself {
        /// Where it stands.
        position: u64,
        /// How many it claims to cover.
        size: u64,
    },
    /// This version cannot make the list again.
    Unknown {
        /// Which definition it says, if it can be read.
        definition: Option<u32>,
    },
}

impl fmt::Display for Falsehood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherList { said, given } => write!(
                f,
                "it commits to the root {} over {} streams; the first {} records give {} over {} \
                 streams",
                Hash(said.root),
                said.entries,
                said.size,
                Hash(given.root),
                given.entries
            ),
            Self::CoversItself { position, size } => {
                write!(f, "it cannot cover {size} records, for {position} came before it")
            }
            Self::Unknown { definition: Some(definition) } => {
                write!(f, "expected definition {DEFINITION}, found definition {definition}")
            }
            Self::Unknown { definition: None } => {
                write!(f, "expected a record of type {INDEX_COMMITTED}, found something else")
            }
        }
    }
}

impl ListAudit {
    /// An audit that has taken no record yet. `scratch` is a directory with room for about 100 bytes a record;
    /// it is written to only when the leaves do not fit in some 15 MB of memory, by nameless files that
    /// vanish with the process.
    pub fn new(scratch: &Path) -> Self {
        Self::in_runs(scratch, RUN_ITEMS)
    }

    pub(crate) fn in_runs(scratch: &Path, run_items: usize) -> Self {
        let sorter = Sorter::new(scratch, run_items);
        Self { sorter, records: 0, found: Vec::new(), refused: None }
    }

    /// An audit that has taken the first `size` records of a log.
    ///
    /// # Errors
    ///
    /// [`IndexListError`]: a log that is short, or the disk.
    pub async fn of_log(
        log: &dyn EventLog,
        size: u64,
        scratch: &Path,
        progress: &mut (dyn FnMut(Position) + Send),
    ) -> Result<Self, IndexListError> {
        give_records(log, size, Self::new(scratch), progress).await
    }

    /// Takes the next record of the log: its stream and version, its bytes and their leaf hash.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn push(&mut self, stream: &str, version: u64, bytes: &[u8], leaf: Hash) -> io::Result<()> {
        let position = self.records;
        self.sorter.push(Item { stream: stream.into(), version, position, leaf })?;
        self.records = position.saturating_add(1);
        // In no other stream is a commitment taken for one. Only these few are read.
        if stream.starts_with("ledger-") && self.refused.is_none() {
            match commitment_of(bytes, position) {
                Ok(None) => {}
                Ok(Some(said)) => self.found.push(FoundCommitment { position, said }),
                Err(why) => {
                    self.refused = Some(AuditError::False { position, why: Box::new(why) });
                }
            }
        }
        Ok(())
    }

    /// Makes all lists, and gives the commitments to them in the order of the log. Reads and writes files, so
    /// not for an async thread.
    ///
    /// # Errors
    ///
    /// [`AuditError`]: the first commitment that is false; records of a stream that do not follow one
    /// another, whether anything commits to them or not; the disk.
    pub fn finish(self) -> Result<Vec<FoundCommitment>, AuditError> {
        let Self { sorter, records: _, found, refused } = self;
        let sizes: BTreeSet<u64> = found.iter().map(|it| it.said.size).collect();
        let sizes: Vec<u64> = sizes.into_iter().collect();
        let lists = lists_of(sorter, &sizes, &mut ())?;
        let lists: BTreeMap<u64, CommitmentView> =
            lists.into_iter().map(|list| (list.size, list)).collect();
        for FoundCommitment { position, said } in &found {
            let given = lists.get(&said.size).ok_or_else(|| io::Error::other("no list was made"));
            let given = given.map_err(IndexListError::Disk)?;
            if given != said {
                let (said, given) = (said.clone(), given.clone());
                let why = Box::new(Falsehood::OtherList { said, given });
                return Err(AuditError::False { position: *position, why });
            }
        }
        refused.map_or(Ok(found), Err)
    }
}

impl Taker for ListAudit {
    fn take(&mut self, record: &RecordedEvent) -> io::Result<()> {
        let bytes = &record.bytes;
        self.push(record.stream.as_str(), record.version.0, bytes, leaf_hash(bytes))
    }
}

/// What a record at this position commits to; nothing, when it is another record.
fn commitment_of(bytes: &[u8], position: u64) -> Result<Option<CommitmentView>, Falsehood> {
    let record = RecordView::parse(bytes).map_err(|_| Falsehood::Unknown { definition: None })?;
    if record.r#type != INDEX_COMMITTED {
        return Ok(None);
    }
    let said = CommitmentView::of(&record)
        .map_err(|_| Falsehood::Unknown { definition: definition_of(bytes) })?;
    if said.size > position {
        return Err(Falsehood::CoversItself { position, size: said.size });
    }
    Ok(Some(said))
}

/// Which definition a commitment names that is not of the one known here.
fn definition_of(bytes: &[u8]) -> Option<u32> {
    let LedgerEvent::Evidence(EvidenceEvent::IndexCommitted(said)) = decode(bytes).ok()?.event
    else {
        return None;
    };
    Some(said.definition)
}

#[cfg(test)]
mod tests;

//! Proofs under one checkpoint.

use evidence_check::GrowthProof;
use merkle_log::{
    Checkpoint, LogProof, NodeSource, ProveError, SignedNote, checkpoint::ParseCheckpointError,
    prove_consistency, prove_inclusion, tree_root,
};

/// Makes proofs that end in one checkpoint, from the nodes of the log it is of.
#[derive(Debug)]
pub struct Prover<N> {
    nodes: N,
    note: SignedNote,
    checkpoint: Checkpoint,
}

/// Why no proof was made.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// What is said to be a checkpoint is none.
    #[error("the checkpoint cannot be read: {0}")]
    Checkpoint(#[from] ParseCheckpointError),
    /// The checkpoint is of a longer log than this one.
    #[error("the checkpoint is over {size} records, and there are {found}")]
    Ahead {
        /// How many records the checkpoint covers.
        size: u64,
        /// How many there are.
        found: u64,
    },
    /// The checkpoint is of another history.
    #[error("the checkpoint has another root over the first {size} records than this log")]
    OtherHistory {
        /// How many records the checkpoint covers.
        size: u64,
    },
    /// The record came after the checkpoint.
    #[error("the record is at position {position}, and the checkpoint covers {size} records")]
    NotCovered {
        /// Where the record is.
        position: u64,
        /// How many records the checkpoint covers.
        size: u64,
    },
    /// There is nothing to prove between these sizes.
    #[error("expected a size from 1 to {size}, found {found}")]
    NoSuchGrowth {
        /// The size that was asked for.
        found: u64,
        /// How many records the checkpoint covers.
        size: u64,
    },
    /// The tree cannot be read.
    #[error("the tree cannot be read: {0}")]
    Nodes(String),
}

fn unreadable<E: std::error::Error>(error: ProveError<E>) -> IssueError {
    IssueError::Nodes(match error {
        ProveError::Source(error) => error.to_string(),
        error @ (ProveError::NoSuchLeaf { .. }
        | ProveError::NoSuchGrowth { .. }
        | ProveError::TooLarge { .. }) => error.to_string(),
    })
}

impl<N: NodeSource<Error: std::error::Error>> Prover<N> {
    /// A prover for the log with these nodes, of which there are `size` leaves. The checkpoint's root
    /// is held against them; who signed it is for whoever gets the proofs to ask.
    ///
    /// # Errors
    ///
    /// [`IssueError`] when the checkpoint is not one of this log.
    pub fn new(nodes: N, size: u64, note: SignedNote) -> Result<Self, IssueError> {
        let checkpoint = Checkpoint::parse(note.text())?;
        let covered = checkpoint.size();
        if covered > size {
            return Err(IssueError::Ahead { size: covered, found: size });
        }
        if tree_root(&nodes, covered).map_err(unreadable)? != checkpoint.root() {
            return Err(IssueError::OtherHistory { size: covered });
        }
        Ok(Self { nodes, note, checkpoint })
    }

    /// The checkpoint, signed.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// What the checkpoint states.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// That the record at a position is in the log.
    ///
    /// # Errors
    ///
    /// [`IssueError`]: it came after the checkpoint, or the tree cannot be read.
    pub fn inclusion(&self, position: u64) -> Result<LogProof, IssueError> {
        let size = self.checkpoint.size();
        if position >= size {
            return Err(IssueError::NotCovered { position, size });
        }
        let hashes = prove_inclusion(&self.nodes, position, size).map_err(unreadable)?;
        Ok(LogProof { extra: None, index: position, hashes, checkpoint: self.note.clone() })
    }

    /// That the checkpoint extends the tree of the first `old_size` records.
    ///
    /// # Errors
    ///
    /// [`IssueError`]: no such size, or the tree cannot be read.
    pub fn growth(&self, old_size: u64) -> Result<GrowthProof, IssueError> {
        let size = self.checkpoint.size();
        if old_size == 0 || old_size > size {
            return Err(IssueError::NoSuchGrowth { found: old_size, size });
        }
        let hashes = prove_consistency(&self.nodes, old_size, size).map_err(unreadable)?;
        Ok(GrowthProof { old_size, hashes, checkpoint: self.note.clone() })
    }
}

//! Which of a log's keys held when, followed from one that somebody trusts.

use merkle_log::{
    Checkpoint, SignedNote, VerifierKey,
    checkpoint::{OpenCheckpointError, ParseCheckpointError},
};

use crate::rotation::{Rotation, RotationError};

/// The keys of a log from a trusted one on. Rotations are given in the order of the log.
#[derive(Debug, Clone)]
pub struct KeyChain {
    /// Each with the smallest tree it may sign; never empty.
    held: Vec<(u64, VerifierKey)>,
    /// Whether the trusted key is known to have come from, or given way to, another.
    is_placed: bool,
}

/// Why a rotation breaks the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The rotation itself does not hold.
    #[error(transparent)]
    Rotation(#[from] RotationError),
    /// A key hands over that does not hold.
    #[error("expected the key {expected} to hand over, found {found}")]
    NotTheHoldingKey {
        /// The key that holds.
        expected: String,
        /// The key that hands over.
        found: String,
    },
    /// A rotation of another log.
    #[error("expected a rotation of the keys of {expected}, found one of {found}")]
    OtherLog {
        /// The log that is followed.
        expected: String,
        /// The log that was found.
        found: String,
    },
}

/// Why a checkpoint is not this log's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Its text is not that of a checkpoint.
    #[error(transparent)]
    Text(#[from] ParseCheckpointError),
    /// It is smaller than any tree that the trusted key may have signed.
    #[error(
        "the trusted key holds from {from} records on, and the checkpoint has {size}: trust the key \
         that held before to check it"
    )]
    BeforeTrust {
        /// The smallest tree that the trusted key may sign.
        from: u64,
        /// The size of the checkpoint.
        size: u64,
    },
    /// The key that held at this size has signed, but another log's text; or has not signed.
    #[error("expected a checkpoint signed by {key}, which held at this size: {source}")]
    NotByHolder {
        /// The key that held.
        key: String,
        /// What is wrong.
        source: OpenCheckpointError,
    },
}

impl KeyChain {
    /// Begins with the key that somebody trusts.
    pub fn new(trusted: VerifierKey) -> Self {
        Self { held: vec![(0, trusted)], is_placed: false }
    }

    /// Follows a rotation that stands at this position of the log.
    ///
    /// Rotations before the trusted key came to hold are none of the chain's business.
    ///
    /// # Errors
    ///
    /// [`ChainError`]: it is not signed by both, or by a key that did not hold.
    pub fn follow(&mut self, position: u64, rotation: &Rotation) -> Result<(), ChainError> {
        rotation.verify()?;
        let from = position.saturating_add(1);
        let origin = self.current().name();
        if rotation.old.name() != origin {
            let (expected, found) = (origin.to_owned(), rotation.old.name().to_owned());
            return Err(ChainError::OtherLog { expected, found });
        }
        if rotation.old == *self.current() {
            self.held.push((from, rotation.new.clone()));
            self.is_placed = true;
        } else if self.is_placed {
            let (expected, found) = (self.current().to_string(), rotation.old.to_string());
            return Err(ChainError::NotTheHoldingKey { expected, found });
        } else if rotation.new == *self.current() {
            self.held.iter_mut().for_each(|(first, _)| *first = from);
            self.is_placed = true;
        }
        Ok(())
    }

    /// The key that holds now.
    #[expect(clippy::missing_panics_doc, reason = "a chain begins with a key and loses none")]
    pub fn current(&self) -> &VerifierKey {
        #[expect(clippy::expect_used, reason = "a chain begins with a key and loses none")]
        self.held.last().map(|(_, key)| key).expect("a chain has a key")
    }

    /// The keys, each with the smallest tree it may sign.
    pub fn keys(&self) -> impl Iterator<Item = (u64, &VerifierKey)> {
        self.held.iter().map(|(from, key)| (*from, key))
    }

    /// The key that signs trees of this size.
    pub fn key_at(&self, size: u64) -> Option<&VerifierKey> {
        let held = self.held.iter().rev().find(|(from, _)| *from <= size);
        held.map(|(_, key)| key)
    }

    /// Reads a checkpoint that the key which held at its size must have signed.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn open(&self, note: &SignedNote) -> Result<Checkpoint, OpenError> {
        let size = Checkpoint::parse(note.text())?.size();
        let Some(key) = self.key_at(size) else {
            let from = self.held.first().map_or(0, |(from, _)| *from);
            return Err(OpenError::BeforeTrust { from, size });
        };
        Checkpoint::open(note, key)
            .map_err(|source| OpenError::NotByHolder { key: key.to_string(), source })
    }
}

#[cfg(test)]
mod tests;

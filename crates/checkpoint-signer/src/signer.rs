//! The signer: one key, one register, one history.

use std::path::Path;

use merkle_log::{
    Checkpoint, Hash, NodeSource, ProofError, ProveError, SignedNote, SignerKey, VerifierKey,
    checkpoint::NewCheckpointError, empty_root, prove_consistency, tree_root, verify_consistency,
};

use crate::register::{Register, RegisterError};

/// Why a head was not signed. No signature exists then that could leave.
#[derive(Debug, thiserror::Error)]
pub enum SignError<E> {
    /// The log is shorter than what was signed: it is not the log it was.
    #[error(
        "the register says that a tree of {signed} records was signed, and this log has {found}: \
         signing it would make a second history"
    )]
    Shorter {
        /// The size that was signed.
        signed: u64,
        /// The size of this log.
        found: u64,
    },
    /// The log's tree is another one, of the same size.
    #[error(
        "the register says that root {signed} over {size} records was signed, and this log has root \
         {found}: signing it would make a second history"
    )]
    OtherRoot {
        /// The size of both.
        size: u64,
        /// The root that was signed.
        signed: Hash,
        /// The root of this log.
        found: Hash,
    },
    /// The log is longer, but does not begin with what was signed.
    #[error(
        "this log of {found} records does not begin with the {signed} records that were signed: \
         signing it would make a second history"
    )]
    DoesNotExtend {
        /// The size that was signed.
        signed: u64,
        /// The size of this log.
        found: u64,
        /// Where the proof fails.
        #[source]
        source: ProofError,
    },
    /// The nodes of the tree could not be read.
    #[error("the tree of the log could not be read")]
    Nodes(#[source] ProveError<E>),
    /// The head cannot be written as a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] NewCheckpointError),
    /// The register could not be written; the signature was not let out.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

impl<E> SignError<E> {
    /// Whether trying again cannot help: this log is not the one that was signed, and stays another. All else may be put
    /// right beside the signer.
    pub const fn is_final(&self) -> bool {
        match self {
            Self::Shorter { .. }
            | Self::OtherRoot { .. }
            | Self::DoesNotExtend { .. }
            | Self::Checkpoint(_) => true,
            Self::Nodes(_) | Self::Register(_) => false,
        }
    }
}

/// Signs the checkpoints of one log.
#[derive(Debug)]
pub struct CheckpointSigner {
    key: SignerKey,
    register: Register,
}

impl CheckpointSigner {
    /// A signer for a new log: signs the empty tree and begins the register with it. The key's name is
    /// the log's origin.
    ///
    /// # Errors
    ///
    /// [`SignError`]: a register is there already, or cannot be written.
    pub fn create<E>(key: SignerKey, register: &Path) -> Result<Self, SignError<E>> {
        let checkpoint = Checkpoint::new(key.verifier().name(), 0, empty_root())?;
        let register = Register::create(register, checkpoint.signed_by(&key))?;
        Ok(Self { key, register })
    }

    /// The signer of a log that has signed before.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]: none there, damaged, of another log, in use.
    pub fn open(key: SignerKey, register: &Path) -> Result<Self, RegisterError> {
        let register = Register::open(register, key.verifier().name())?;
        Ok(Self { key, register })
    }

    /// The half of the key that verifies.
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// The key that signs, for a statement other than a checkpoint.
    pub fn key(&self) -> &SignerKey {
        &self.key
    }

    /// The last checkpoint that was signed, by this key or the one before it.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// Signs the tree over the first `size` records, if it begins with all that was signed before.
    ///
    /// # Errors
    ///
    /// [`SignError`]; then the register is as it was, or holds what nobody has seen.
    pub fn sign<S: NodeSource>(
        &mut self,
        nodes: &S,
        size: u64,
    ) -> Result<SignedNote, SignError<S::Error>> {
        let last = self.register.checkpoint();
        if size < last.size() {
            return Err(SignError::Shorter { signed: last.size(), found: size });
        }
        let root = tree_root(nodes, size).map_err(SignError::Nodes)?;
        if size == last.size() {
            if root != last.root() {
                return Err(SignError::OtherRoot { size, signed: last.root(), found: root });
            }
            if self.register.note().verify(std::slice::from_ref(self.verifier())).is_ok() {
                return Ok(self.register.note().clone());
            }
        } else if last.size() > 0 {
            self.extends(nodes, size, &root)?;
        }
        let checkpoint = Checkpoint::new(self.verifier().name(), size, root)?;
        let note = checkpoint.signed_by(&self.key);
        // The register first: a signature that left before a crash must not be forgotten after it.
        self.register.replace(note.clone())?;
        Ok(note)
    }

    fn extends<S: NodeSource>(
        &self,
        nodes: &S,
        size: u64,
        root: &Hash,
    ) -> Result<(), SignError<S::Error>> {
        let last = self.register.checkpoint();
        let proof = prove_consistency(nodes, last.size(), size).map_err(SignError::Nodes)?;
        verify_consistency(last.size(), size, &last.root(), root, &proof)
            .map_err(|source| SignError::DoesNotExtend { signed: last.size(), found: size, source })
    }
}

#[cfg(test)]
mod tests;

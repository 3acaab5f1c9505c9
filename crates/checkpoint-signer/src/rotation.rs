//! One signing key hands over to the next: both sign one statement.

use base64::{Engine, engine::general_purpose::STANDARD};
use merkle_log::{Hash, SignedNote, SignerKey, VerifierKey, note::VerifyNoteError};

/// No checkpoint begins like this: an origin has no spaces.
const HEADING: &str = "redress key rotation v1";

/// A signed statement that one key holds until here and another from here on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The key that held.
    pub old: VerifierKey,
    /// The key that holds from now on.
    pub new: VerifierKey,
    /// The size of the last tree that the old key signed.
    pub last_size: u64,
    /// The root of that tree.
    pub last_root: Hash,
    /// The line of signature of the old key.
    pub old_signature: String,
    /// The line of signature of the new key.
    pub new_signature: String,
}

/// Why a rotation does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// The two keys have different names, so they are not of one log.
    #[error("expected two keys of one log, found keys of {old} and {new}")]
    OtherLog {
        /// The name of the old key.
        old: String,
        /// The name of the new key.
        new: String,
    },
    /// A signature line cannot be read, or one is bad.
    #[error("the signatures under the statement are not good: {0}")]
    Signature(String),
    /// One of the two keys has not signed.
    #[error("expected both keys to have signed, found the signature of {by} missing")]
    NotSigned {
        /// The key.
        by: String,
    },
}

impl Rotation {
    /// Lets the new key take over after the old one signed this tree last.
    ///
    /// # Errors
    ///
    /// [`RotationError::OtherLog`] when the keys have different names.
    pub fn sign(
        old: &SignerKey,
        new: &SignerKey,
        last_size: u64,
        last_root: Hash,
    ) -> Result<Self, RotationError> {
        let text = statement(old.verifier(), new.verifier(), last_size, &last_root)?;
        Ok(Self {
            old: old.verifier().clone(),
            new: new.verifier().clone(),
            last_size,
            last_root,
            old_signature: old.sign(&text, 0).to_string(),
            new_signature: new.sign(&text, 0).to_string(),
        })
    }

    /// Whether both keys have signed.
    ///
    /// # Errors
    ///
    /// [`RotationError`].
    pub fn verify(&self) -> Result<(), RotationError> {
        let text = statement(&self.old, &self.new, self.last_size, &self.last_root)?;
        let note = format!("{text}\n{}\n{}\n", self.old_signature, self.new_signature);
        let bad = |error: String| RotationError::Signature(error);
        let note = SignedNote::parse(note.as_bytes()).map_err(|error| bad(error.to_string()))?;
        for key in [&self.old, &self.new] {
            note.verify(std::slice::from_ref(key)).map_err(|error| match error {
                VerifyNoteError::Unverified => RotationError::NotSigned { by: key.to_string() },
                VerifyNoteError::BadSignature { .. } | VerifyNoteError::AmbiguousKey { .. } => {
                    bad(error.to_string())
                }
            })?;
        }
        Ok(())
    }
}

/// The text that both sign (docs/format.md, "Evidence in the log").
fn statement(
    old: &VerifierKey,
    new: &VerifierKey,
    last_size: u64,
    last_root: &Hash,
) -> Result<String, RotationError> {
    let origin = old.name();
    if origin != new.name() {
        let (old, new) = (origin.to_owned(), new.name().to_owned());
        return Err(RotationError::OtherLog { old, new });
    }
    let root = STANDARD.encode(last_root.0);
    Ok(format!("{HEADING}\n{origin}\n{old}\n{new}\n{last_size}\n{root}\n"))
}

#[cfg(test)]
pub(crate) fn statement_for_tests(rotation: &Rotation) -> String {
    statement(&rotation.old, &rotation.new, rotation.last_size, &rotation.last_root).unwrap()
}

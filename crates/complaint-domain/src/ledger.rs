//! What happens to the ledger itself, so that strangers can check it: its signing key changes, a
//! trusted clock stamps a checkpoint, the list of all streams is committed to, another key opens the vault.
//!
//! Signatures, tokens and roots are carried here, not checked: that takes cryptography, and is for
//! whoever makes them and for whoever verifies the ledger.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{fact::Fact, label::Label, sealed::Digest};

/// The most bytes an [`EvidenceText`] may have: with the rest it must fit in a record.
pub const EVIDENCE_BYTES_MAX: usize = 40_000;

/// A key, a signature, a token in base64, or a whole signed note: 1 to 40,000 bytes of UTF-8
/// without control characters other than the line feed. Never personal data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct EvidenceText(String);

impl EvidenceText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EvidenceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text cannot be an [`EvidenceText`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected 1 to {EVIDENCE_BYTES_MAX} bytes without control characters, found {found} bytes or one"
)]
pub struct ParseEvidenceError {
    /// How many bytes there were.
    pub found: usize,
}

impl TryFrom<String> for EvidenceText {
    type Error = ParseEvidenceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let has_control = text.chars().any(|c| c.is_control() && c != '\n');
        if text.is_empty() || text.len() > EVIDENCE_BYTES_MAX || has_control {
            return Err(ParseEvidenceError { found: text.len() });
        }
        Ok(Self(text))
    }
}

impl FromStr for EvidenceText {
    type Err = ParseEvidenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for EvidenceText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

/// A command to the ledger itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceCommand {
    /// Let another key sign from now on.
    RotateKey(KeyRotation),
    /// Keep what a time-stamping authority said of a checkpoint.
    AnchorTime(TimeAnchor),
    /// Commit to the list of all streams.
    CommitIndex(IndexCommitment),
    /// Note that another key opens the vault.
    RotateVaultKey(VaultKeyRotation),
}

/// What happened to the ledger itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceEvent {
    /// Checkpoints after this are signed by another key.
    KeyRotated(KeyRotation),
    /// A trusted clock stamped a checkpoint.
    TimeAnchored(TimeAnchor),
    /// The list of all streams, up to a size of the log, is committed to.
    IndexCommitted(IndexCommitment),
    /// Another key-encryption key opens the vault; what was copied before opens nothing in it.
    VaultKeyRotated(VaultKeyRotation),
}

/// One signing key hands over to the next. Both sign one statement (docs/format.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRotation {
    /// The verifier key that held until now.
    pub old_key: EvidenceText,
    /// The verifier key that holds from now on.
    pub new_key: EvidenceText,
    /// The size of the last tree that the old key signed; 0 when it signed none.
    pub last_size: u64,
    /// The root of that tree.
    pub last_root: Digest,
    /// The line of signature that the old key put under the statement.
    pub old_signature: EvidenceText,
    /// The line of signature that the new key put under it.
    pub new_signature: EvidenceText,
}

/// What a time-stamping authority said of a checkpoint (RFC 3161).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeAnchor {
    /// The size of the tree that the checkpoint states.
    pub size: u64,
    /// Its root.
    pub root: Digest,
    /// The signed checkpoint, exactly as it was digested and stamped.
    pub checkpoint: EvidenceText,
    /// The digest of the checkpoint's bytes, in lower-case hexadecimal: what the token is about.
    pub imprint: EvidenceText,
    /// The hash algorithm of that digest, such as `sha-256`.
    pub algorithm: Label,
    /// What the authority is called.
    pub authority: Label,
    /// The time the authority stated: the records below `size` existed then.
    pub stamped_at: Timestamp,
    /// The authority's token.
    pub token: TimeToken,
}

/// Where a token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeToken {
    /// Here: its DER in base64.
    Inline(EvidenceText),
    /// Elsewhere, because it is too large.
    Archived {
        /// SHA-256 of its DER.
        digest: Digest,
        /// Where it was put: a name or address.
        place: Label,
    },
}

/// The root of the tree over all streams (docs/format.md, index commitments).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexCommitment {
    /// How many records of the log it covers.
    pub size: u64,
    /// The root of the tree over the sorted entries.
    pub root: Digest,
    /// How many entries there are: one for each stream.
    pub entries: u64,
    /// Which definition of entry and order was used.
    pub definition: u32,
}

/// Another key-encryption key wraps the data keys of the vault, and the one before was destroyed: whatever was
/// erased by then opens in no copy of the vault any more, however old. The vault says so, and nobody can prove that
/// no copy of the old key exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultKeyRotation {
    /// The epoch that holds from now on: 1 is that of the first key.
    pub epoch: u32,
    /// How many data keys there were: one for each person whose data was there and not erased.
    pub keys: u64,
}

/// The epoch of a vault's first key.
const FIRST_EPOCH: u32 = 1;

/// The ledger itself as [`decide`] sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    key: Option<EvidenceText>,
    retired: BTreeSet<EvidenceText>,
    committed: Option<u64>,
    vault_epoch: Option<u32>,
}

impl Evidence {
    /// The epoch of the key that opens the vault, as far as it was recorded.
    pub fn vault_epoch(&self) -> u32 {
        self.vault_epoch.unwrap_or(FIRST_EPOCH)
    }
}

/// Why a command was refused. When several reasons apply, the first in this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceRejection {
    /// The key that hands over is not the one that holds.
    #[error("expected the key that holds now, {expected}, to hand over, found {found}")]
    NotTheHoldingKey {
        /// The key that holds.
        expected: EvidenceText,
        /// The key that was named.
        found: EvidenceText,
    },
    /// The new key was used before.
    #[error("expected a new key, found one that the ledger used before: {key}")]
    KeyUsedBefore {
        /// The key.
        key: EvidenceText,
    },
    /// Nothing is anchored by the checkpoint of an empty tree.
    #[error("expected the checkpoint of a tree with records, found an empty one")]
    NothingAnchored,
    /// A commitment that covers no more than the last one.
    #[error("expected an index over more than {last} records, found one over {found}")]
    NothingNewCommitted {
        /// How many records the last commitment covers.
        last: u64,
        /// How many this one covers.
        found: u64,
    },
    /// An epoch that has passed.
    #[error("expected a key of the vault of an epoch after {last}, found one of epoch {found}")]
    EpochPassed {
        /// The epoch that holds.
        last: u32,
        /// The epoch that was named.
        found: u32,
    },
}

impl EvidenceRejection {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotTheHoldingKey { .. } => "not-the-holding-key",
            Self::KeyUsedBefore { .. } => "key-used-before",
            Self::NothingAnchored => "nothing-anchored",
            Self::NothingNewCommitted { .. } => "nothing-new-committed",
            Self::EpochPassed { .. } => "epoch-passed",
        }
    }
}

/// Answers a command with the events it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`EvidenceRejection`] that applies, in the order of that enum.
pub fn decide(
    state: &Evidence,
    command: &EvidenceCommand,
) -> Result<Vec<EvidenceEvent>, EvidenceRejection> {
    use EvidenceRejection as R;
    match command {
        EvidenceCommand::RotateKey(rotation) => {
            if let Some(expected) = state.key.clone().filter(|key| *key != rotation.old_key) {
                return Err(R::NotTheHoldingKey { expected, found: rotation.old_key.clone() });
            }
            let key = rotation.new_key.clone();
            if key == rotation.old_key || state.retired.contains(&key) {
                return Err(R::KeyUsedBefore { key });
            }
            Ok(vec![EvidenceEvent::KeyRotated(rotation.clone())])
        }
        EvidenceCommand::AnchorTime(anchor) if anchor.size == 0 => Err(R::NothingAnchored),
        EvidenceCommand::AnchorTime(anchor) => {
            Ok(vec![EvidenceEvent::TimeAnchored(anchor.clone())])
        }
        EvidenceCommand::CommitIndex(commitment) => {
            let found = commitment.size;
            match state.committed {
                Some(last) if found <= last => Err(R::NothingNewCommitted { last, found }),
                Some(_) | None => Ok(vec![EvidenceEvent::IndexCommitted(commitment.clone())]),
            }
        }
        EvidenceCommand::RotateVaultKey(rotation) => {
            let (last, found) = (state.vault_epoch(), rotation.epoch);
            if found <= last {
                return Err(R::EpochPassed { last, found });
            }
            Ok(vec![EvidenceEvent::VaultKeyRotated(*rotation)])
        }
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(mut state: Evidence, fact: &Fact<EvidenceEvent>) -> Evidence {
    match &fact.event {
        EvidenceEvent::KeyRotated(rotation) => {
            state.retired.insert(rotation.old_key.clone());
            state.key = Some(rotation.new_key.clone());
        }
        EvidenceEvent::TimeAnchored(_) => {}
        EvidenceEvent::IndexCommitted(commitment) => state.committed = Some(commitment.size),
        EvidenceEvent::VaultKeyRotated(rotation) => state.vault_epoch = Some(rotation.epoch),
    }
    state
}

#[cfg(test)]
mod tests;

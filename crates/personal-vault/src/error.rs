//! What can go wrong, one type per operation, sorted by what the caller does next.

use std::{io, path::PathBuf, sync::Arc};

use crate::frame::Reference;

/// Why no vault was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateVaultError {
    /// A key or vault lies there already. It is not overwritten: name another place, or move it
    /// away if nothing needs it any more.
    #[error("{} is already there; a new vault never overwrites keys", path.display())]
    AlreadyThere {
        /// What is there.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("cannot write {}", path.display())]
    Io {
        /// What was being written.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It was made, and could then not be opened.
    #[error("the new vault does not open")]
    Open(#[from] OpenVaultError),
}

/// Why a vault did not open. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenVaultError {
    /// The key-encryption key is not where it should be: bring it, or say where it is.
    #[error("no key-encryption key at {}; without it nothing in the vault can be read", path.display())]
    NoKek {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file there is no key-encryption key, or is damaged.
    #[error("{} is not a key-encryption key of this program, or is damaged", path.display())]
    NotAKek {
        /// The file.
        path: PathBuf,
    },
    /// A good key-encryption key, of another ledger or another time.
    #[error(
        "the key-encryption key at {} (epoch {found_epoch}) is not the one that wrapped the data \
         keys in {} (epoch {expected_epoch})", kek.display(), keys.display()
    )]
    WrongKek {
        /// The key-encryption key.
        kek: PathBuf,
        /// The file of data keys.
        keys: PathBuf,
        /// The epoch of the file of data keys.
        expected_epoch: u32,
        /// The epoch of the key-encryption key.
        found_epoch: u32,
    },
    /// The vault belongs to another ledger.
    #[error("{}: expected it to belong to ledger {expected}, found that it belongs to {found}", path.display())]
    WrongLedger {
        /// The file that says so.
        path: PathBuf,
        /// The ledger that was opened.
        expected: Reference<32>,
        /// The ledger named in the file.
        found: Reference<32>,
    },
    /// There is no vault.
    #[error("no vault at {}", path.display())]
    NoVault {
        /// What is missing.
        path: PathBuf,
    },
    /// A file of the vault does not begin as it must.
    #[error("{} does not begin with a whole header: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was expected.
        what: &'static str,
    },
    /// The list of what was erased is gone, or lacks what this vault has applied: from it other copies of the vault
    /// learn what must not come back.
    #[error(
        "expected at least {expected} entries in the list of what was erased, {}, found {found}",
        path.display()
    )]
    ErasedListShort {
        /// The list.
        path: PathBuf,
        /// Where the vault says how many it has applied.
        applied: PathBuf,
        /// How many it has applied.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// Another process, or another part of this one, has it open.
    #[error("{} is in use by another process", path.display())]
    InUse {
        /// The locked file.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// What was being read.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Why no other key-encryption key took over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RotateError {
    /// The vault does not open: nothing was done.
    #[error(transparent)]
    Open(#[from] OpenVaultError),
    /// The new key has nowhere to be: nothing was done.
    #[error(transparent)]
    NewKey(#[from] CreateVaultError),
    /// A slot holds something that is no whole key; nothing was done. A copy of the key file from before could mend
    /// it, and could not afterwards.
    #[error("expected a whole data key in slot {slot} of the key file, found other bytes")]
    Unreadable {
        /// The slot.
        slot: u64,
    },
    /// The key-encryption key could not be overwritten once another holds: nothing was done.
    #[error("cannot replace {}, which is overwritten once another key holds", path.display())]
    NotWritable {
        /// The key-encryption key.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The new key holds, and could not be given the place of the old one: without it nothing opens.
    #[error("the new key holds, and cannot be moved from {} to {}", next.display(), path.display())]
    Unfinished {
        /// Where it belongs.
        path: PathBuf,
        /// Where it is.
        next: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Four thousand million rotations: a damaged header.
    #[error("expected an epoch that another can follow, found the last")]
    NoEpochLeft,
    /// The file system refused. Either the old key holds or the new one does: the next opening settles it.
    #[error("cannot write {}", path.display())]
    Io {
        /// What was being written.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl RotateError {
    pub(crate) fn io(path: &std::path::Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// Why a field was not sealed. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The text is too long to be one field.
    #[error(
        "the text of field group {group} is {length} bytes long; at most {limit} can be sealed"
    )]
    TooLong {
        /// Which field.
        group: u16,
        /// Its length in bytes.
        length: usize,
        /// The most that is possible.
        limit: usize,
    },
    /// The data key was erased, or never stored: more of this person's fields cannot be sealed.
    #[error("no data key {key} in the key file")]
    MissingKey {
        /// The key.
        key: Reference<16>,
    },
    /// The data key's slot was changed, or wrapped by another key-encryption key.
    #[error("the slot of data key {key} is damaged")]
    KeyDamaged {
        /// The key.
        key: Reference<16>,
    },
    /// No slot is left to number. At 2^40 slots of one size this means a damaged vault.
    #[error("the vault has no slot number left")]
    Exhausted,
    /// The key file could not be read.
    #[error("cannot read the key file")]
    Unavailable(#[source] io::Error),
}

/// Why sealed fields were not stored durably.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No space left. Nothing was acknowledged, and storing the same again is safe once there is.
    #[error("no space left for the vault")]
    Full(#[source] Arc<io::Error>),
    /// Writing or syncing failed, now or earlier. Nobody knows what reached the disk: this vault
    /// stores nothing more until it is opened again.
    #[error("the vault stopped storing, because a write or sync failed")]
    Poisoned(#[source] Arc<io::Error>),
    /// The vault is closing.
    #[error("the vault is closed")]
    Closed,
}

/// Why a sealed field did not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The blob is not there. Lawful only if a certificate of erasure names it.
    #[error("no blob {vault} in the vault")]
    MissingBlob {
        /// The blob.
        vault: Reference<16>,
    },
    /// The data key is not there. Lawful only if a certificate of erasure names it.
    #[error("no data key {key} in the key file")]
    MissingKey {
        /// The key.
        key: Reference<16>,
    },
    /// A blob is there, and it is not the one the record was written with.
    #[error("blob {vault} has digest {found}, the record says {expected}")]
    DigestMismatch {
        /// The blob.
        vault: Reference<16>,
        /// What the record says.
        expected: Reference<32>,
        /// What is stored.
        found: Reference<32>,
    },
    /// The blob is whole, but its slot around it was changed.
    #[error("the slot of blob {vault} is damaged around the blob")]
    SlotDamaged {
        /// The blob.
        vault: Reference<16>,
    },
    /// The data key's slot was changed, or wrapped by another key-encryption key.
    #[error("the slot of data key {key} is damaged")]
    KeyDamaged {
        /// The key.
        key: Reference<16>,
    },
    /// Sealed by a cipher suite this version does not know.
    #[error("blob {vault} is sealed by suite {suite}, which this version does not know")]
    UnknownSuite {
        /// The blob.
        vault: Reference<16>,
        /// The suite's number.
        suite: u8,
    },
    /// The cipher refused: the reference belongs to another stream, field, person or key.
    #[error("blob {vault} was not sealed for this stream, field and key")]
    Undecryptable {
        /// The blob.
        vault: Reference<16>,
    },
    /// Authentic, and yet not laid out as sealing does it: a faulty program wrote it.
    #[error("blob {vault} holds a plaintext that is not laid out as it must be")]
    Malformed {
        /// The blob.
        vault: Reference<16>,
    },
    /// The text is not the one that the record committed to.
    #[error("the text in blob {vault} is not the one the record committed to")]
    CommitmentMismatch {
        /// The blob.
        vault: Reference<16>,
    },
    /// The vault could not be read: try again.
    #[error("cannot read the vault")]
    Unavailable(#[source] io::Error),
}

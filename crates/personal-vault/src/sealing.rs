//! Fields that are sealed and not yet stored.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use zeroize::Zeroizing;

use crate::{
    field::{SealedRef, SubjectKey},
    keys,
    segment::{BlobPlace, SLOT_HEADER_BYTES},
    slots::Slots,
};

/// Fields of one person, sealed in memory. Nothing of it is on disk until
/// [`Vault::store`](crate::Vault::store) has returned; dropped before that, it leaves no trace.
#[derive(Debug)]
pub struct Sealing {
    /// What the record carries, in the order of the fields.
    pub refs: Vec<SealedRef>,
    pub(crate) prepared: Arc<Prepared>,
}

impl Sealing {
    /// The person and the data key, for sealing more fields of the same person; `None` when no
    /// field was sealed.
    pub fn subject_key(&self) -> Option<SubjectKey> {
        self.refs.first().map(SealedRef::subject_key)
    }
}

/// The bytes to be written, and whether they have been.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) key: Option<Arc<DataKey>>,
    pub(crate) blobs: Vec<PreparedBlob>,
    pub(crate) slots: Arc<Slots>,
    /// Handed to the writer: from now on nobody else may use the slots.
    is_submitted: AtomicBool,
    /// On disk, for good.
    is_stored: AtomicBool,
}

/// One blob and what stands before it in its slot.
pub(crate) struct PreparedBlob {
    pub(crate) place: BlobPlace,
    pub(crate) header: [u8; SLOT_HEADER_BYTES],
    pub(crate) blob: Vec<u8>,
}

impl fmt::Debug for PreparedBlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedBlob").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Prepared {
    /// Nothing yet.
    pub(crate) fn empty(slots: Arc<Slots>) -> Self {
        Self {
            key: None,
            blobs: Vec::new(),
            slots,
            is_submitted: AtomicBool::new(false),
            is_stored: AtomicBool::new(false),
        }
    }

    /// Marks blobs and key as belonging to the writer.
    pub(crate) fn submit(&self) {
        self.is_submitted.store(true, Ordering::SeqCst);
        if let Some(new) = self.new_key() {
            new.is_submitted.store(true, Ordering::SeqCst);
        }
    }

    /// Marks blobs and key as durable.
    pub(crate) fn stored(&self) {
        if let Some(new) = self.new_key() {
            new.is_stored.store(true, Ordering::SeqCst);
        }
        self.is_stored.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_stored(&self) -> bool {
        self.is_stored.load(Ordering::SeqCst)
    }

    /// The key slot, if it still has to be written. It may belong to an earlier sealing that nobody
    /// stored; a blob must never be acknowledged without the key that opens it.
    pub(crate) fn key_to_write(&self) -> Option<(u64, &[u8; keys::SLOT_BYTES])> {
        self.new_key()
            .filter(|new| !new.is_stored.load(Ordering::SeqCst))
            .map(|new| (new.slot, &new.bytes))
    }

    fn new_key(&self) -> Option<&NewKey> {
        self.key.as_ref().and_then(|key| key.new.as_ref())
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if !self.is_submitted.load(Ordering::SeqCst) {
            for blob in &self.blobs {
                self.slots.give_back_blob(blob.place);
            }
        }
    }
}

/// The data keys made here that some sealing still holds: the key file may not have them yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct FreshKeys(Arc<Mutex<BTreeMap<[u8; 16], Weak<DataKey>>>>);

impl FreshKeys {
    pub(crate) fn get(&self, id: &[u8; 16]) -> Option<Arc<DataKey>> {
        self.with(|held| held.get(id).and_then(Weak::upgrade))
    }

    /// Makes a data key that is not written yet.
    pub(crate) fn make(
        &self,
        id: [u8; 16],
        secret: Zeroizing<[u8; 32]>,
        new: NewKey,
    ) -> Arc<DataKey> {
        let key = Arc::new(DataKey { secret, new: Some(new), held_in: Some((self.clone(), id)) });
        self.with(|held| held.insert(id, Arc::downgrade(&key)));
        key
    }

    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<[u8; 16], Weak<DataKey>>) -> T) -> T {
        // Each change is one step, so a panic elsewhere leaves nothing half done.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A data key in memory.
pub(crate) struct DataKey {
    pub(crate) secret: Zeroizing<[u8; 32]>,
    /// There when this process made the key.
    new: Option<NewKey>,
    held_in: Option<(FreshKeys, [u8; 16])>,
}

/// What it takes to write a new data key.
pub(crate) struct NewKey {
    slot: u64,
    bytes: [u8; keys::SLOT_BYTES],
    slots: Arc<Slots>,
    is_submitted: AtomicBool,
    is_stored: AtomicBool,
}

impl NewKey {
    /// A key slot that was taken, and what will stand in it.
    pub(crate) fn new(slots: Arc<Slots>, slot: u64, bytes: [u8; keys::SLOT_BYTES]) -> Self {
        let (is_submitted, is_stored) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { slot, bytes, slots, is_submitted, is_stored }
    }
}

impl DataKey {
    /// A key that lies in the key file.
    pub(crate) fn stored(secret: Zeroizing<[u8; 32]>) -> Self {
        Self { secret, new: None, held_in: None }
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(..)")
    }
}

impl Drop for DataKey {
    fn drop(&mut self) {
        if let Some((fresh, id)) = self.held_in.take() {
            fresh.with(|held| held.remove(&id));
        }
    }
}

impl Drop for NewKey {
    fn drop(&mut self) {
        if !self.is_submitted.load(Ordering::SeqCst) {
            self.slots.give_back_key(self.slot);
        }
    }
}

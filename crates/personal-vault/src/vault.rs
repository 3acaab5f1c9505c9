//! The vault: sealing, storing, opening.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    thread::JoinHandle,
};

use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use crate::{
    entropy::{Entropy, random},
    erased::{ErasedList, Eraser, Gone},
    error::{CreateVaultError, OpenError, OpenVaultError, SealError, StoreError},
    field::{FIELD_BYTES_MAX, Opening, PlainField, SealedRef, SubjectKey},
    files,
    frame::{Cursor, Reference},
    kek::Kek,
    keys::{self, KeyError, KeyFile, RecentKeys},
    place::{Locator, PlaceKind},
    rotation::Rotated,
    seal::{self, Binding, BlobError},
    sealing::{DataKey, FreshKeys, NewKey, Prepared, PreparedBlob, Sealing},
    segment::{self, BlobPlace, BlobSlot, SlotClass},
    slots::Slots,
    syncing::{DataSync, Syncer, Syncing},
    writer::{Job, Poison, QUEUE_CALLS, Writer},
};

/// Where the parts of a vault lie. Each has its own rules for backups, so each its own place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultPaths {
    /// The directory of sealed blobs.
    pub vault: PathBuf,
    /// The directory of the key file.
    pub keys: PathBuf,
    /// The file of the key-encryption key, outside both.
    pub kek: PathBuf,
}

/// How full a vault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultStatus {
    /// Data keys.
    pub keys: u64,
    /// Sealed blobs.
    pub blobs: u64,
    /// What the blobs hold, in bytes.
    pub blob_bytes: u64,
    /// What key file and segments take on disk, in bytes.
    pub file_bytes: u64,
    /// The epoch of the key-encryption key.
    pub epoch: u32,
}

/// An open vault. Shared by reference; at most one is open for a key file at a time.
#[derive(Debug)]
pub struct Vault {
    ledger_id: [u8; 32],
    directory: PathBuf,
    keys: KeyFile,
    entropy: Arc<dyn Entropy>,
    slots: Arc<Slots>,
    fresh_keys: FreshKeys,
    recent_keys: RecentKeys,
    poison: Poison,
    erased: ErasedList,
    queue: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
}

impl Vault {
    /// Makes a new vault, with a new key-encryption key, and opens it.
    ///
    /// # Errors
    ///
    /// [`CreateVaultError`]: something is there already, or the file system refuses.
    pub fn create(
        paths: &VaultPaths,
        ledger_id: [u8; 32],
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, CreateVaultError> {
        let key_file = keys::file_in(&paths.keys);
        if key_file.exists() {
            return Err(CreateVaultError::AlreadyThere { path: key_file });
        }
        for path in [&paths.vault, &paths.keys] {
            files::make_private_directory(path)
                .map_err(|source| CreateVaultError::Io { path: path.clone(), source })?;
        }
        let key = Zeroizing::new(random(&*entropy));
        let kek = Kek { epoch: 1, ledger_id, key };
        kek.write_new(&paths.kek)?;
        let locator = Locator(Zeroizing::new(random(&*entropy)));
        KeyFile::create(&paths.keys, &kek, &locator)?;
        Ok(Self::open(paths, ledger_id, entropy)?)
    }

    /// Opens a vault, and locks its key file until it is dropped.
    ///
    /// # Errors
    ///
    /// [`OpenVaultError`]: no vault there, one of another ledger, a wrong or missing key-encryption
    /// key, a damaged header, or somebody else has it open.
    pub fn open(
        paths: &VaultPaths,
        ledger_id: [u8; 32],
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenVaultError> {
        Self::open_with(paths, ledger_id, entropy, Arc::new(DataSync))
    }

    pub(crate) fn open_with(
        paths: &VaultPaths,
        ledger_id: [u8; 32],
        entropy: Arc<dyn Entropy>,
        syncer: Arc<dyn Syncer>,
    ) -> Result<Self, OpenVaultError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| OpenVaultError::Io { path, source }
        };
        let keys = KeyFile::open(&paths.keys, &paths.kek, &ledger_id)?;
        let erased = ErasedList::beside(&paths.kek, ledger_id);
        let overwriting = Eraser {
            directory: &paths.vault,
            keys: keys.file(),
            locator: &keys.locator,
            syncer: syncer.as_ref(),
        };
        overwriting.apply(&erased, &keys::applied_in(&paths.keys))?;
        let key_slots = keys.high_water().map_err(failed(&paths.keys))?;
        let mut in_use = BTreeMap::new();
        for (id, file) in segment::list(&paths.vault, &ledger_id)? {
            // In order, so the last segment of a class wins. An empty one counts the full ones
            // before it.
            in_use.insert(id.class, segment::high_water(id, &file).map_err(failed(&paths.vault))?);
        }
        // Whoever had it before may have been killed between giving a file its name and making that durable: what is
        // written to the file from now on would go with the name in a power cut.
        for directory in [&paths.vault, &paths.keys, files::directory_of(&paths.kek)] {
            files::sync_directory(directory).map_err(failed(directory))?;
        }
        let poison: Poison = Arc::new(OnceLock::new());
        let (queue, jobs) = mpsc::channel(QUEUE_CALLS);
        let writer = Writer {
            directory: paths.vault.clone(),
            ledger_id,
            keys: Arc::new(keys.writer_handle()?),
            segments: BTreeMap::new(),
            locator: keys.locator.clone(),
            erased: erased.clone(),
            syncing: Syncing::new(syncer),
            poison: Arc::clone(&poison),
        };
        let writer = std::thread::Builder::new()
            .name("vault-writer".to_owned())
            .spawn(move || writer.run(jobs))
            .map_err(failed(&paths.vault))?;
        Ok(Self {
            ledger_id,
            directory: paths.vault.clone(),
            keys,
            entropy,
            slots: Arc::new(Slots::new(key_slots, in_use)),
            fresh_keys: FreshKeys::default(),
            recent_keys: RecentKeys::default(),
            poison,
            erased,
            queue: Some(queue),
            writer: Some(writer),
        })
    }

    /// Seals fields of one person, in memory only.
    ///
    /// `stream` is the name of the stream whose record will carry the references: a blob opens for
    /// no other. With `existing` the fields go under that person's data key, which may come from a
    /// sealing that is not stored yet; without it they get a new person and a new key. Reads the key
    /// file at most once, and not at all for a key that was used lately.
    ///
    /// # Errors
    ///
    /// [`SealError`]: a text is too long, or the existing key cannot be had.
    pub fn seal(
        &self,
        stream: &[u8],
        existing: Option<SubjectKey>,
        fields: &[PlainField<'_>],
    ) -> Result<Sealing, SealError> {
        for field in fields {
            let length = field.text.len();
            if length > FIELD_BYTES_MAX {
                let limit = FIELD_BYTES_MAX;
                return Err(SealError::TooLong { group: field.group, length, limit });
            }
        }
        let mut prepared = Prepared::empty(Arc::clone(&self.slots));
        let mut refs = Vec::with_capacity(fields.len());
        if !fields.is_empty() {
            let (owner, data_key) = match existing {
                Some(owner) => (owner, self.data_key(&owner.key)?),
                None => self.new_data_key()?,
            };
            for field in fields {
                let (sealed, blob) = self.seal_field(stream, owner, &data_key.secret, field)?;
                refs.push(sealed);
                prepared.blobs.push(blob);
            }
            prepared.key = Some(data_key);
        }
        Ok(Sealing { refs, prepared: Arc::new(prepared) })
    }

    fn seal_field(
        &self,
        stream: &[u8],
        owner: SubjectKey,
        data_key: &[u8; 32],
        field: &PlainField<'_>,
    ) -> Result<(SealedRef, PreparedBlob), SealError> {
        let class = SlotClass::for_text(field.text.len()).ok_or(SealError::TooLong {
            group: field.group,
            length: field.text.len(),
            limit: FIELD_BYTES_MAX,
        })?;
        let place = self.slots.take_blob(class).ok_or(SealError::Exhausted)?;
        let drawn = Zeroizing::new(random::<98>(&*self.entropy));
        let mut cursor = Cursor(drawn.as_ref());
        let salt = Zeroizing::new(cursor.array().unwrap_or([0; 64]));
        let nonce = cursor.array().unwrap_or_default();
        let id = cursor.array().unwrap_or_default();
        let vault = self.keys.locator.conceal(PlaceKind::Blob, id, place.to_bits());
        let binding = Binding {
            ledger_id: &self.ledger_id,
            stream,
            group: field.group,
            subject: &owner.subject,
            key: &owner.key,
            vault: &vault,
        };
        let sealed = seal::seal_blob(data_key, &binding, &salt, &nonce, field.text);
        let reference = SealedRef {
            group: field.group,
            subject: owner.subject,
            key: owner.key,
            vault,
            commitment: sealed.commitment,
            digest: sealed.digest,
        };
        let header = BlobSlot::header(&vault, &sealed.blob);
        Ok((reference, PreparedBlob { place, header, blob: sealed.blob }))
    }

    fn new_data_key(&self) -> Result<(SubjectKey, Arc<DataKey>), SealError> {
        let slot = self.slots.take_key().ok_or(SealError::Exhausted)?;
        let drawn = Zeroizing::new(random::<82>(&*self.entropy));
        let mut cursor = Cursor(drawn.as_ref());
        let secret = Zeroizing::new(cursor.array().unwrap_or_default());
        let key = self.keys.id_of(slot, cursor.array().unwrap_or_default());
        let owner = SubjectKey { subject: cursor.array().unwrap_or_default(), key };
        let nonce = cursor.array().unwrap_or_default();
        let slot_bytes = self.keys.encode(&key, &nonce, &secret);
        let new = NewKey::new(Arc::clone(&self.slots), slot, slot_bytes);
        Ok((owner, self.fresh_keys.make(key, secret, new)))
    }

    fn data_key(&self, id: &[u8; 16]) -> Result<Arc<DataKey>, SealError> {
        if let Some(held) = self.fresh_keys.get(id) {
            return Ok(held);
        }
        if let Some(secret) = self.recent_keys.get(id) {
            return Ok(Arc::new(DataKey::stored(secret)));
        }
        let key = Reference(*id);
        let secret = self.keys.load(id).map_err(|error| match error {
            KeyError::Missing => SealError::MissingKey { key },
            KeyError::Damaged => SealError::KeyDamaged { key },
            KeyError::Unavailable(source) => SealError::Unavailable(source),
        })?;
        self.recent_keys.keep(*id, &secret);
        Ok(Arc::new(DataKey::stored(secret)))
    }

    /// Stores sealed fields; they and their key are durable when it returns. Storing the same twice
    /// does no harm. A caller that gives up waiting tears nothing: what has reached the writer is
    /// written all the same.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: no space, or the vault stores nothing any more.
    pub async fn store(&self, sealing: &Sealing) -> Result<(), StoreError> {
        self.store_all(&[sealing]).await
    }

    /// Stores several sealings with one wait.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: no space, or the vault stores nothing any more.
    pub async fn store_all(&self, sealings: &[&Sealing]) -> Result<(), StoreError> {
        if let Some(cause) = self.poison.get() {
            return Err(StoreError::Poisoned(Arc::clone(cause)));
        }
        let waiting: Vec<_> = sealings
            .iter()
            .filter(|sealing| !sealing.prepared.blobs.is_empty() && !sealing.prepared.is_stored())
            .map(|sealing| Arc::clone(&sealing.prepared))
            .collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        let place = queue.reserve().await.map_err(|_| StoreError::Closed)?;
        for prepared in &waiting {
            prepared.submit();
        }
        let (answer, answered) = oneshot::channel();
        place.send(Job { sealings: waiting, gone: Vec::new(), answer });
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Destroys these blobs and the keys they lie under, for good: nothing under such a key opens any
    /// more, whether it is named here or not. Durable, and read back, when it returns. What is gone
    /// already is no error, so an erasure that was cut short is finished by another.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: no space for the list of what was erased, or the vault writes nothing any more.
    pub async fn erase(&self, fields: &[SealedRef]) -> Result<(), StoreError> {
        if let Some(cause) = self.poison.get() {
            return Err(StoreError::Poisoned(Arc::clone(cause)));
        }
        let keys = fields.iter().map(|field| Gone { kind: PlaceKind::Key, id: field.key });
        let blobs = fields.iter().map(|field| Gone { kind: PlaceKind::Blob, id: field.vault });
        let gone: BTreeSet<_> = keys.chain(blobs).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        let place = queue.reserve().await.map_err(|_| StoreError::Closed)?;
        let (answer, answered) = oneshot::channel();
        place.send(Job { sealings: Vec::new(), gone: gone.into_iter().collect(), answer });
        let erased = answered.await.map_err(|_| StoreError::Closed)?;
        for field in fields {
            self.recent_keys.forget(&field.key);
        }
        erased
    }

    /// Whether a data key is there, damaged or whole. Reads the disk, so not for an async thread.
    ///
    /// # Errors
    ///
    /// The file system's.
    pub fn has_key(&self, key: &[u8; 16]) -> io::Result<bool> {
        match self.keys.load(key) {
            Ok(_) | Err(KeyError::Damaged) => Ok(true),
            Err(KeyError::Missing) => Ok(false),
            Err(KeyError::Unavailable(source)) => Err(source),
        }
    }

    /// The data keys on the list of what was erased: 16 bytes for each person who was. Reads the disk.
    ///
    /// # Errors
    ///
    /// [`OpenVaultError`]: the list is damaged, or of another ledger.
    pub fn erased_keys(&self) -> Result<BTreeSet<[u8; 16]>, OpenVaultError> {
        let mut keys = BTreeSet::new();
        self.erased.each_from(0, |gone| {
            if gone.kind == PlaceKind::Key {
                keys.insert(gone.id);
            }
            Ok(())
        })?;
        Ok(keys)
    }

    /// Opens a sealed field and holds it against everything the record says of it: digest, place,
    /// key, commitment. Reads the disk, so not for an async thread.
    ///
    /// # Errors
    ///
    /// [`OpenError`], one variant for each thing that can be wrong.
    pub fn open_field(
        &self,
        stream: &[u8],
        sealed: &SealedRef,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.open_commitment(stream, sealed).map(|opening| opening.text)
    }

    /// Opens a sealed field as [`open_field`](Self::open_field) does, and gives the salt as well:
    /// with both, anybody can check the record's commitment without the vault.
    ///
    /// # Errors
    ///
    /// [`OpenError`], one variant for each thing that can be wrong.
    pub fn open_commitment(&self, stream: &[u8], sealed: &SealedRef) -> Result<Opening, OpenError> {
        let vault = Reference(sealed.vault);
        let missing = || OpenError::MissingBlob { vault };
        let place = self.keys.locator.reveal(PlaceKind::Blob, &sealed.vault);
        let place = BlobPlace::from_bits(place).ok_or_else(missing)?;
        let slot = segment::read(&self.directory, place)
            .map_err(OpenError::Unavailable)?
            .ok_or_else(missing)?;
        let slot =
            BlobSlot::parse(&slot).filter(|slot| slot.id == sealed.vault).ok_or_else(missing)?;
        let found = seal::digest(slot.blob);
        if found != sealed.digest {
            let (expected, found) = (Reference(sealed.digest), Reference(found));
            return Err(OpenError::DigestMismatch { vault, expected, found });
        }
        if !slot.is_whole {
            return Err(OpenError::SlotDamaged { vault });
        }
        let key = Reference(sealed.key);
        let data_key = self.keys.load(&sealed.key).map_err(|error| match error {
            KeyError::Missing => OpenError::MissingKey { key },
            KeyError::Damaged => OpenError::KeyDamaged { key },
            KeyError::Unavailable(source) => OpenError::Unavailable(source),
        })?;
        let binding = Binding {
            ledger_id: &self.ledger_id,
            stream,
            group: sealed.group,
            subject: &sealed.subject,
            key: &sealed.key,
            vault: &sealed.vault,
        };
        seal::open_blob(&data_key, &binding, &sealed.commitment, slot.blob).map_err(|error| {
            match error {
                BlobError::UnknownSuite(suite) => OpenError::UnknownSuite { vault, suite },
                BlobError::Unauthentic => OpenError::Undecryptable { vault },
                BlobError::Malformed => OpenError::Malformed { vault },
                BlobError::CommitmentMismatch => OpenError::CommitmentMismatch { vault },
            }
        })
    }

    /// Which key-encryption key holds, and how many keys it took over from the one before: none where it is the first.
    pub fn last_rotation(&self) -> Rotated {
        Rotated { epoch: self.keys.epoch(), keys: self.keys.rewrapped, unreadable: 0 }
    }

    /// Counts what is in the vault. Reads all of it, so it takes as long as the disk does.
    ///
    /// # Errors
    ///
    /// The file system's, or that of a damaged header.
    pub fn status(&self) -> Result<VaultStatus, OpenVaultError> {
        let failed =
            |source: io::Error| OpenVaultError::Io { path: self.directory.clone(), source };
        let mut status = VaultStatus {
            keys: self.keys.count_live().map_err(failed)?,
            blobs: 0,
            blob_bytes: 0,
            file_bytes: self.keys.bytes().map_err(failed)?,
            epoch: self.keys.epoch(),
        };
        for (id, file) in segment::list(&self.directory, &self.ledger_id)? {
            let (blobs, bytes) = segment::count_live(id, &file).map_err(failed)?;
            status.blobs += blobs;
            status.blob_bytes += bytes;
            status.file_bytes += file.metadata().map_err(failed)?.len();
        }
        Ok(status)
    }
}

impl Drop for Vault {
    /// Waits for the writer, so that what was submitted is stored and the lock is free afterwards.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(writer) = self.writer.take() {
            // A panic there has already failed every waiter.
            let _panicked = writer.join();
        }
    }
}

#[cfg(test)]
mod tests;

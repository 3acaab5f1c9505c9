//! The one thread that writes: it gathers what waits, writes it, syncs once, and answers.
//!
//! A commit takes everything that waits, up to a bound, so the more wait, the fewer syncs each
//! costs. Within a commit each file is synced once; key file and segments at the same time. Nobody
//! is answered before all of them are.
//!
//! A crash before the syncs leaves slots that fail their checksum, or whole slots that no record
//! names. Neither is ever read.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::PathBuf,
    sync::{Arc, OnceLock},
    thread,
};

use tokio::sync::{mpsc, oneshot};

use crate::{
    erased::{ErasedList, Eraser, Gone},
    error::StoreError,
    keys,
    place::Locator,
    sealing::Prepared,
    segment::{SegmentId, SlotClass},
    syncing::Syncing,
};

/// How many calls of `store` may wait before the next one has to wait for its place.
pub(crate) const QUEUE_CALLS: usize = 1024;
/// A commit stops gathering at this many bytes.
const COMMIT_BYTES: usize = 32 * 1024 * 1024;
/// Files are filled up with zeroes to multiples of this, so that small commits only overwrite and
/// their sync need not write the file's length.
const GROWTH_BYTES: usize = 256 * 1024;
/// After a commit of so many calls as many are likely to come again at once.
const MANY_CALLS: usize = 16;
/// So many share the cost of a commit: no more need be waited for.
const ENOUGH_CALLS: usize = 128;
/// Slots up to this size are joined with their neighbours into one write.
const JOIN_BYTES: usize = 8192;

/// One call of `store` or `erase`.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) sealings: Vec<Arc<Prepared>>,
    pub(crate) gone: Vec<Gone>,
    pub(crate) answer: oneshot::Sender<Result<(), StoreError>>,
}

impl Job {
    fn bytes(&self) -> usize {
        let blobs = self.sealings.iter().flat_map(|sealing| &sealing.blobs);
        blobs.map(|blob| blob.blob.len()).sum()
    }
}

/// Set once, when a write or sync has failed.
pub(crate) type Poison = Arc<OnceLock<Arc<io::Error>>>;

/// The writing side of the vault.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) directory: PathBuf,
    pub(crate) ledger_id: [u8; 32],
    pub(crate) keys: Arc<File>,
    /// Those written last, one of each class.
    pub(crate) segments: BTreeMap<SlotClass, (SegmentId, Arc<File>)>,
    pub(crate) locator: Locator,
    pub(crate) erased: ErasedList,
    pub(crate) syncing: Syncing,
    pub(crate) poison: Poison,
}

/// The key file comes first: its order is the order of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Keys,
    Segment(SegmentId),
}

/// Slots to be written to one file, by offset.
#[derive(Debug, Default)]
struct Writes<'a> {
    slot_bytes: usize,
    /// What a slot begins with, in two parts; the rest of it is zero.
    at: BTreeMap<u64, [&'a [u8]; 2]>,
}

enum Failure {
    NoSpace(io::Error),
    Broken(io::Error),
}

impl Writer {
    /// Works until the vault is dropped.
    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut calls_of_last = 0;
        while let Some(first) = queue.blocking_recv() {
            // Where processors are scarce those who are about to call come first: a commit for a handful
            // each time costs them more than it gives. Where they are not this returns at once.
            if calls_of_last >= MANY_CALLS && queue.len() < ENOUGH_CALLS {
                thread::yield_now();
            }
            let mut bytes = first.bytes();
            let mut jobs = vec![first];
            while bytes < COMMIT_BYTES {
                let Ok(next) = queue.try_recv() else { break };
                bytes += next.bytes();
                jobs.push(next);
            }
            calls_of_last = jobs.len();
            let outcome = self.commit(&jobs);
            for job in jobs {
                // Whoever asked may have gone; what is stored is stored.
                let _gone = job.answer.send(outcome.clone());
            }
        }
    }

    fn commit(&mut self, jobs: &[Job]) -> Result<(), StoreError> {
        if let Some(cause) = self.poison.get() {
            return Err(StoreError::Poisoned(Arc::clone(cause)));
        }
        match self.write_and_sync(&plan(jobs)).and_then(|()| self.erase(jobs)) {
            Ok(()) => {
                jobs.iter().flat_map(|job| &job.sealings).for_each(|sealing| sealing.stored());
                Ok(())
            }
            Err(Failure::NoSpace(cause)) => Err(StoreError::Full(Arc::new(cause))),
            Err(Failure::Broken(cause)) => {
                let cause = self.poison.get_or_init(|| Arc::new(cause));
                Err(StoreError::Poisoned(Arc::clone(cause)))
            }
        }
    }

    fn write_and_sync(&mut self, plan: &BTreeMap<Target, Writes<'_>>) -> Result<(), Failure> {
        let mut written = Vec::with_capacity(plan.len());
        for (target, writes) in plan {
            let file = self.file(*target).map_err(Failure::sort)?;
            writes.write(&file).map_err(Failure::sort)?;
            written.push(file);
        }
        // Space is taken at the write, so a sync that fails is never just a full disk to be retried:
        // the kernel may have dropped the pages it could not write.
        self.syncing.sync_all(&written).map_err(Failure::Broken)
    }

    /// The list first, so that from here on no copy of this vault brings the key back; then the slots.
    fn erase(&self, jobs: &[Job]) -> Result<(), Failure> {
        let gone: Vec<_> = jobs.iter().flat_map(|job| job.gone.iter().copied()).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let Self { directory, keys, locator, syncing, .. } = self;
        let syncer = syncing.syncer.as_ref();
        self.erased.append(&gone, syncer).map_err(Failure::sort)?;
        let eraser = Eraser { directory, keys, locator, syncer };
        eraser.erase(&gone).map_err(Failure::Broken)
    }

    fn file(&mut self, target: Target) -> io::Result<Arc<File>> {
        let Target::Segment(id) = target else { return Ok(Arc::clone(&self.keys)) };
        if let Some((held, file)) = self.segments.get(&id.class)
            && *held == id
        {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(self.open(id)?);
        self.segments.insert(id.class, (id, Arc::clone(&file)));
        Ok(file)
    }

    fn open(&self, id: SegmentId) -> io::Result<File> {
        let path = id.path(&self.directory);
        let open = || OpenOptions::new().read(true).write(true).open(&path);
        match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                id.create(&self.directory, &self.ledger_id)?;
                open()
            }
            other => other,
        }
    }
}

impl Failure {
    fn sort(error: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
            Self::NoSpace(error)
        } else {
            Self::Broken(error)
        }
    }
}

fn plan(jobs: &[Job]) -> BTreeMap<Target, Writes<'_>> {
    let mut plan: BTreeMap<Target, Writes<'_>> = BTreeMap::new();
    let sealings = jobs.iter().flat_map(|job| &job.sealings);
    for sealing in sealings.filter(|sealing| !sealing.is_stored()) {
        if let Some((slot, bytes)) = sealing.key_to_write() {
            let writes = plan.entry(Target::Keys).or_default();
            writes.slot_bytes = keys::SLOT_BYTES;
            writes.at.insert(keys::slot_offset(slot), [bytes, &[]]);
        }
        for blob in &sealing.blobs {
            let writes = plan.entry(Target::Segment(blob.place.segment())).or_default();
            writes.slot_bytes = blob.place.class.slot_bytes();
            writes.at.insert(blob.place.offset(), [&blob.header, &blob.blob]);
        }
    }
    plan
}

impl Writes<'_> {
    fn write(&self, file: &File) -> io::Result<()> {
        let joined_max = self.at.len().saturating_mul(self.slot_bytes).min(1024 * 1024);
        let mut joined = Vec::with_capacity(joined_max);
        let mut joined_at = 0;
        for (&offset, parts) in &self.at {
            if joined_at + joined.len() as u64 != offset || joined.len() >= 1024 * 1024 {
                file.write_all_at(&joined, joined_at)?;
                joined.clear();
                joined_at = offset;
            }
            for part in parts {
                joined.extend_from_slice(part);
            }
            if self.slot_bytes <= JOIN_BYTES {
                // The rest of a slot is zero already, so the zeroes change nothing.
                let end = usize::try_from(offset - joined_at).unwrap_or(usize::MAX);
                joined.resize(end.saturating_add(self.slot_bytes), 0);
            }
        }
        file.write_all_at(&joined, joined_at)?;
        self.fill_up(file)
    }

    /// Fills the file up to the end of its last slot and from there to the next multiple. What the
    /// commit itself has just written needs no zeroes first.
    fn fill_up(&self, file: &File) -> io::Result<()> {
        let end = self.at.last_key_value().map_or(0, |(last, _)| last + self.slot_bytes as u64);
        let length = file.metadata()?.len();
        let filled = end.max(length).next_multiple_of(GROWTH_BYTES as u64);
        let missing = usize::try_from(filled.saturating_sub(length)).unwrap_or(usize::MAX);
        if missing == 0 { Ok(()) } else { file.write_all_at(&vec![0; missing], length) }
    }
}

#[cfg(test)]
mod tests;

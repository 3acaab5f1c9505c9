//! The list of what was erased, outside the ledger: so that no restored copy brings a key back.
//!
//! A backup from before an erasure holds the key that was destroyed since. So before anything is
//! destroyed, its id is put on a list that lies beside the key-encryption key and goes into no backup
//! of the ledger. Whoever opens a vault, an old one too, destroys first what the list names and the
//! vault has not applied yet; how far that is, a small file beside the key file says.
//!
//! A header of 64 bytes, then entries of 32, integers big-endian:
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `RDRSGONE` |
//! | 8 | 4 | format version: 1 |
//! | 12 | 4 | zero |
//! | 16 | 32 | ledger id |
//! | 48 | 4 | CRC-32C of bytes 0 to 47 |
//! | 52 | 12 | zero |
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 1 | 1 = a data key, 2 = a blob |
//! | 1 | 3 | zero |
//! | 4 | 16 | its id |
//! | 20 | 8 | zero |
//! | 28 | 4 | CRC-32C of bytes 0 to 27 |
//!
//! An entry that a crash cut short is the last one; nothing was destroyed for it, and the next entry
//! takes its place.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::{
    error::OpenVaultError,
    files,
    frame::{Cursor, Reference, is_zero},
    keys::{self, SLOT_BYTES},
    place::{Locator, PlaceKind},
    segment::{BlobPlace, SegmentId},
    syncing::Syncer,
};

const MAGIC: [u8; 8] = *b"RDRSGONE";
const VERSION: u32 = 1;
const CHECKED_BYTES: usize = 48;
const HEADER_BYTES: u64 = 64;
const ENTRY_BYTES: u64 = 32;
const ENTRY: usize = 32;
/// How many entries are applied with one sync.
const BATCH: usize = 1024;
/// Slots are overwritten in pieces of this size.
const ZEROES: [u8; 4096] = [0; 4096];

/// Something that is no more: a data key or a blob, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Gone {
    pub(crate) kind: PlaceKind,
    pub(crate) id: [u8; 16],
}

impl Gone {
    fn encode(self) -> [u8; ENTRY] {
        let mut bytes = Vec::with_capacity(ENTRY);
        let kind = match self.kind {
            PlaceKind::Key => 1,
            PlaceKind::Blob => 2,
        };
        bytes.extend_from_slice(&[kind, 0, 0, 0]);
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&[0; 8]);
        let crc = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&crc.to_be_bytes());
        Cursor(&bytes).array().expect("32 bytes were put there")
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let [kind, zeroes @ ..] = cursor.array::<4>()?;
        let id = cursor.array()?;
        let reserved = cursor.array::<8>()?;
        let crc = cursor.u32()?;
        let kind = match kind {
            1 => PlaceKind::Key,
            2 => PlaceKind::Blob,
            _ => return None,
        };
        let is_whole =
            is_zero(&zeroes) && is_zero(&reserved) && crc == crc32c::crc32c(bytes.get(..28)?);
        is_whole.then_some(Self { kind, id })
    }
}

/// The list, which may not be there yet.
#[derive(Debug, Clone)]
pub(crate) struct ErasedList {
    path: PathBuf,
    ledger_id: [u8; 32],
}

impl ErasedList {
    /// The list beside the key-encryption key.
    pub(crate) fn beside(kek: &Path, ledger_id: [u8; 32]) -> Self {
        Self { path: kek.with_file_name("erased"), ledger_id }
    }

    /// Puts these at the end. Durable when it returns. A full disk is told of as such only while the same may be
    /// appended again; a sync that fails is a disk that fails, whatever it says.
    pub(crate) fn append(&self, gone: &[Gone], syncer: &dyn Syncer) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).mode(0o600);
        let file = match options.open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create()?;
                options.open(&self.path)?
            }
            other => other?,
        };
        // A restored copy of the same ledger may have it open as well.
        file.lock()?;
        let mut end = whole_entries(file.metadata()?.len());
        if end > 0 && !is_entry(&file, end - 1)? {
            end -= 1;
        }
        let bytes: Vec<u8> = gone.iter().flat_map(|gone| gone.encode()).collect();
        file.write_all_at(&bytes, offset(end))?;
        syncer.sync(&file).map_err(files::in_doubt)
    }

    fn create(&self) -> io::Result<()> {
        let mut header = Vec::with_capacity(CHECKED_BYTES + 4);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&VERSION.to_be_bytes());
        header.extend_from_slice(&[0; 4]);
        header.extend_from_slice(&self.ledger_id);
        files::write_header(files::directory_of(&self.path), &self.path, header, HEADER_BYTES)
    }

    /// Hands over every entry from this one on, in order, and gives how many there are in all.
    pub(crate) fn each_from(
        &self,
        first: u64,
        mut see: impl FnMut(Gone) -> io::Result<()>,
    ) -> Result<u64, OpenVaultError> {
        let failed = |source| OpenVaultError::Io { path: self.path.clone(), source };
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            other => other.map_err(failed)?,
        };
        self.check(&file)?;
        let mut count = whole_entries(file.metadata().map_err(failed)?.len());
        if count > 0 && !is_entry(&file, count - 1).map_err(failed)? {
            count -= 1;
        }
        let first = first.min(count);
        let mut reader = BufReader::new(&file);
        io::Seek::seek(&mut reader, io::SeekFrom::Start(offset(first))).map_err(failed)?;
        for _ in first..count {
            let mut bytes = [0; ENTRY];
            reader.read_exact(&mut bytes).map_err(failed)?;
            let gone = Gone::parse(&bytes).ok_or_else(|| OpenVaultError::Damaged {
                path: self.path.clone(),
                what: "entries of the list of what was erased, each with a checksum that fits",
            })?;
            see(gone).map_err(failed)?;
        }
        Ok(count)
    }

    /// Writes the entries from this one on again, as they are, and syncs them: after a sync that failed the system
    /// thinks what it has in memory written, and syncing alone would do nothing. Costs nothing where there are none.
    fn make_durable(&self, first: u64) -> Result<(), OpenVaultError> {
        let failed = |source| OpenVaultError::Io { path: self.path.clone(), source };
        let length = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            metadata => metadata.map_err(failed)?.len(),
        };
        if whole_entries(length) <= first {
            return Ok(());
        }
        let file = OpenOptions::new().read(true).write(true).open(&self.path).map_err(failed)?;
        self.check(&file)?;
        let rewrite = || {
            file.lock()?;
            let mut at = offset(first);
            let end = offset(whole_entries(file.metadata()?.len()));
            let mut piece = vec![0; ENTRY * BATCH];
            while at < end {
                let left = usize::try_from(end - at).unwrap_or(piece.len()).min(piece.len());
                let bytes = piece.get_mut(..left).unwrap_or_default();
                file.read_exact_at(bytes, at)?;
                file.write_all_at(bytes, at)?;
                at = at.saturating_add(left as u64);
            }
            file.sync_all()?;
            files::sync_directory(files::directory_of(&self.path))
        };
        rewrite().map_err(failed)
    }

    fn check(&self, file: &File) -> Result<(), OpenVaultError> {
        let path = || self.path.clone();
        let header = files::read_header(file, CHECKED_BYTES, HEADER_BYTES)
            .map_err(|source| OpenVaultError::Io { path: path(), source })?;
        let damaged = || OpenVaultError::Damaged {
            path: path(),
            what: "the list of what was erased, version 1",
        };
        let header = header.ok_or_else(damaged)?;
        let mut cursor = Cursor(&header);
        let is_list = cursor.array() == Some(MAGIC) && cursor.u32() == Some(VERSION);
        let _reserved = cursor.u32();
        let found = cursor.array().unwrap_or_default();
        if !is_list {
            return Err(damaged());
        }
        if found != self.ledger_id {
            return Err(OpenVaultError::WrongLedger {
                path: path(),
                expected: Reference(self.ledger_id),
                found: Reference(found),
            });
        }
        Ok(())
    }
}

const fn offset(entry: u64) -> u64 {
    HEADER_BYTES.saturating_add(entry.saturating_mul(ENTRY_BYTES))
}

const fn whole_entries(length: u64) -> u64 {
    length.saturating_sub(HEADER_BYTES) / ENTRY_BYTES
}

fn is_entry(file: &File, entry: u64) -> io::Result<bool> {
    Ok(Gone::parse(&files::read_padded(file, offset(entry), ENTRY)?).is_some())
}

/// Where a slot lies: in a segment, or in the key file.
#[derive(Debug, Clone, Copy)]
struct SlotAt {
    segment: Option<SegmentId>,
    offset: u64,
    length: usize,
    /// Where in the slot its id stands.
    id_at: u64,
}

/// What a slot holds, by the id in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holding {
    /// What is to be erased.
    It,
    /// Nothing, or it begins with nothing: an erasure that was cut short leaves the rest of a long slot.
    Nothing,
    /// Something else.
    Another,
}

impl SlotAt {
    fn holds(self, gone: Gone, file: &File) -> io::Result<Holding> {
        if file.metadata()?.len() <= self.offset {
            return Ok(Holding::Another);
        }
        let id = files::read_padded(file, self.offset.saturating_add(self.id_at), gone.id.len())?;
        Ok(if id == gone.id {
            Holding::It
        } else if is_zero(&id) {
            Holding::Nothing
        } else {
            Holding::Another
        })
    }
}

/// What overwrites slots. A slot that bears another id is not touched: a place that was used again since
/// belongs to something else. One that bears none is overwritten again, and synced: that it reads as zeroes may be
/// because of a write that never reached the disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Eraser<'a> {
    pub(crate) directory: &'a Path,
    pub(crate) keys: &'a File,
    pub(crate) locator: &'a Locator,
    pub(crate) syncer: &'a dyn Syncer,
}

impl Eraser<'_> {
    /// Overwrites the slots of these, syncs, and reads back that they are gone. Keys first: without
    /// its key a blob is noise already.
    pub(crate) fn erase(&self, gone: &[Gone]) -> io::Result<()> {
        let mut gone = gone.to_vec();
        gone.sort_unstable_by_key(|gone| (gone.kind == PlaceKind::Blob, gone.id));
        let mut files = BTreeMap::new();
        for one in &gone {
            let Some(slot) = self.slot_of(*one) else { continue };
            let Some(file) = self.open(slot.segment, &mut files)? else { continue };
            if slot.holds(*one, file)? == Holding::Another {
                continue;
            }
            let mut written = 0;
            while written < slot.length {
                let left = ZEROES.get(..slot.length - written).unwrap_or(&ZEROES);
                file.write_all_at(left, slot.offset.saturating_add(written as u64))?;
                written += left.len();
            }
        }
        for file in files.values().flatten() {
            self.syncer.sync(file)?;
        }
        for one in gone {
            let Some(slot) = self.slot_of(one) else { continue };
            let Some(file) = self.open(slot.segment, &mut files)? else { continue };
            if slot.holds(one, file)? == Holding::It {
                return Err(io::Error::other("a slot that was overwritten still bears its id"));
            }
        }
        Ok(())
    }

    /// The slot that the id was given; a place that no slot has, and there is none.
    fn slot_of(&self, gone: Gone) -> Option<SlotAt> {
        let place = self.locator.reveal(gone.kind, &gone.id);
        match gone.kind {
            PlaceKind::Key => {
                let offset = keys::slot_offset(place);
                Some(SlotAt { segment: None, offset, length: SLOT_BYTES, id_at: 1 })
            }
            PlaceKind::Blob => {
                let place = BlobPlace::from_bits(place)?;
                let (segment, length) = (Some(place.segment()), place.class.slot_bytes());
                Some(SlotAt { segment, offset: place.offset(), length, id_at: 8 })
            }
        }
    }

    /// The key file, or a segment; nothing when that segment was never made.
    fn open<'f>(
        &self,
        segment: Option<SegmentId>,
        files: &'f mut BTreeMap<Option<SegmentId>, Option<File>>,
    ) -> io::Result<Option<&'f File>> {
        if let Entry::Vacant(entry) = files.entry(segment) {
            entry.insert(match segment {
                None => Some(self.keys.try_clone()?),
                Some(id) => {
                    let path = id.path(self.directory);
                    match OpenOptions::new().read(true).write(true).open(path) {
                        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                        other => Some(other?),
                    }
                }
            });
        }
        Ok(files.get(&segment).and_then(Option::as_ref))
    }

    /// Destroys what the list names beyond what this vault has applied, and notes how far that is.
    ///
    /// The list is synced before anything that rests on it: what a crash left of it may be in the cache only, and a
    /// vault that had applied more than the list then names would be refused for good.
    pub(crate) fn apply(&self, list: &ErasedList, applied: &Path) -> Result<(), OpenVaultError> {
        let before = read_applied(applied);
        list.make_durable(before)?;
        let mut waiting = Vec::with_capacity(BATCH);
        let count = list.each_from(before, |gone| {
            waiting.push(gone);
            if waiting.len() < BATCH {
                return Ok(());
            }
            self.erase(&std::mem::take(&mut waiting))
        })?;
        if count < before {
            return Err(OpenVaultError::ErasedListShort {
                path: list.path.clone(),
                applied: applied.to_owned(),
                expected: before,
                found: count,
            });
        }
        let failed = |source| OpenVaultError::Io { path: applied.to_owned(), source };
        self.erase(&waiting).map_err(failed)?;
        if count == before {
            return Ok(());
        }
        note_applied(applied, count).map_err(failed)
    }
}

/// How many entries the vault has applied; none when the file is not there or was cut short: then
/// all of them are applied again, which changes nothing.
fn read_applied(path: &Path) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.strip_suffix('\n').and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// Under a temporary name first, so that it is never half written. Not synced: see above.
pub(crate) fn note_applied(path: &Path, count: u64) -> io::Result<()> {
    let temporary = path.with_extension("new");
    fs::write(&temporary, format!("{count}\n"))?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests;

//! The key file: data keys, wrapped, in slots that are never moved and can be overwritten.
//!
//! A header of 4096 bytes, integers big-endian:
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `RDRSKEYS` |
//! | 8 | 4 | format version: 1 |
//! | 12 | 4 | epoch of the key-encryption key |
//! | 16 | 32 | ledger id |
//! | 48 | 4 | slot size: 128 |
//! | 52 | 4 | zero |
//! | 56 | 8 | count: keys in the file when it was written as a whole (0 in a new one) |
//! | 64 | 32 | locator: the secret that masks places in ids |
//! | 96 | 32 | check: HMAC-SHA256(key-encryption key, lp("cl/kekcheck/v1") lp(ledger) lp(epoch)) |
//! | 128 | 4 | CRC-32C of bytes 0 to 127 |
//! | 132 | 3964 | zero |
//!
//! Slot `n` begins at 4096 + 128 n:
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 1 | state: 0 = free, 1 = live |
//! | 1 | 16 | key id |
//! | 17 | 8 | created, Unix milliseconds; 0 = see the first record that names the key |
//! | 25 | 24 | nonce |
//! | 49 | 48 | the data key, wrapped |
//! | 97 | 4 | CRC-32C of bytes 0 to 96 |
//! | 101 | 27 | zero |
//!
//! A free slot is zero throughout. A write that a crash cut short fails its checksum; it was never
//! acknowledged, so such a slot counts as damaged only if somebody asks for its key.

use std::{
    fs::{self, File, OpenOptions},
    io,
    num::NonZeroUsize,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use lru::LruCache;
use zeroize::Zeroizing;

use crate::{
    error::{CreateVaultError, OpenVaultError},
    files,
    frame::{Cursor, Reference, is_zero},
    kek::Kek,
    place::{Locator, PlaceKind},
    rotation,
};

pub(crate) const HEADER_BYTES: u64 = 4096;
pub(crate) const SLOT_BYTES: usize = 128;
const MAGIC: [u8; 8] = *b"RDRSKEYS";
const VERSION: u32 = 1;
const CHECKED_BYTES: usize = 128;
const LIVE: u8 = 1;
/// So often is a key file opened that loses its name before it is locked. Each time is a rotation that has ended.
const OPENINGS_MAX: usize = 8;
/// How many unwrapped data keys are held in memory: those of the complaints being worked on.
const RECENT_MAX: NonZeroUsize = NonZeroUsize::new(2_048).unwrap();

/// Why a data key could not be had.
#[derive(Debug)]
pub(crate) enum KeyError {
    Missing,
    Damaged,
    Unavailable(io::Error),
}

/// The open, locked key file.
#[derive(Debug)]
pub(crate) struct KeyFile {
    path: PathBuf,
    file: File,
    kek: Kek,
    pub(crate) locator: Locator,
    /// How many keys the last rotation wrapped anew.
    pub(crate) rewrapped: u64,
}

impl Drop for KeyFile {
    /// By name, and not by closing the file alone: a process that was forked and is not yet another program has it
    /// open as well, and whoever opened the vault next would find it in use.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Opens the key file and locks it, once that is the file which has the name.
///
/// A rotation that ends or is killed between the two has given the name to another file, and nobody holds the old
/// one any more: it would be taken for damaged, or, where it was not overwritten yet, be written to and then be
/// gone with all that it was given.
fn open_locked(
    path: &Path,
    mut open: impl FnMut() -> io::Result<File>,
) -> Result<File, OpenVaultError> {
    let failed = |source| OpenVaultError::Io { path: path.to_owned(), source };
    for _ in 0..OPENINGS_MAX {
        let file = match open() {
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                return Err(OpenVaultError::NoVault { path: path.to_owned() });
            }
            opened => opened.map_err(failed)?,
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => break,
            Err(fs::TryLockError::Error(source)) => return Err(failed(source)),
        }
        if has_the_name(&file, path).map_err(failed)? {
            return Ok(file);
        }
    }
    Err(OpenVaultError::InUse { path: path.to_owned() })
}

/// Whether the path leads to this very file. While that is locked no rotation takes the name away from it.
fn has_the_name(file: &File, path: &Path) -> io::Result<bool> {
    let named = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        named => named?,
    };
    let file = file.metadata()?;
    Ok((file.dev(), file.ino()) == (named.dev(), named.ino()))
}

/// Where slot `slot` begins.
pub(crate) fn slot_offset(slot: u64) -> u64 {
    HEADER_BYTES.saturating_add(slot.saturating_mul(SLOT_BYTES as u64))
}

/// The file inside the directory of keys.
pub(crate) fn file_in(directory: &Path) -> PathBuf {
    directory.join("slots")
}

/// The file that says how much of the list of erasures was applied to the key file beside it.
pub(crate) fn applied_in(directory: &Path) -> PathBuf {
    directory.join("erasures-applied")
}

impl KeyFile {
    /// Writes an empty key file under a temporary name, syncs it, and renames it.
    pub(crate) fn create(
        directory: &Path,
        kek: &Kek,
        locator: &Locator,
    ) -> Result<(), CreateVaultError> {
        let path = file_in(directory);
        files::write_header(directory, &path, header(kek, locator, 0), HEADER_BYTES)
            .map_err(|source| CreateVaultError::Io { path, source })
    }

    /// Opens and locks the key file, and holds the key-encryption key against it.
    pub(crate) fn open(
        directory: &Path,
        kek_path: &Path,
        ledger_id: &[u8; 32],
    ) -> Result<Self, OpenVaultError> {
        let path = file_in(directory);
        let failed = |source| OpenVaultError::Io { path: path.clone(), source };
        let file = open_locked(&path, || OpenOptions::new().read(true).write(true).open(&path))?;
        let header = files::read_header(&file, CHECKED_BYTES, HEADER_BYTES)
            .map_err(failed)?
            .ok_or_else(|| damaged(&path, "a checksum that fits"))?;
        let header =
            parse_header(&header).ok_or_else(|| damaged(&path, "a key file, version 1"))?;
        let wrong_ledger = |path: &Path, found| OpenVaultError::WrongLedger {
            path: path.to_owned(),
            expected: Reference(*ledger_id),
            found: Reference(found),
        };
        if header.ledger_id != *ledger_id {
            return Err(wrong_ledger(&path, header.ledger_id));
        }
        let is_wrapped_by = |kek: &Kek| {
            kek.ledger_id == *ledger_id && kek.epoch == header.epoch && kek.check() == header.check
        };
        rotation::settle(directory, kek_path, is_wrapped_by)?;
        let kek = Kek::read(kek_path)?;
        if kek.ledger_id != *ledger_id {
            return Err(wrong_ledger(kek_path, kek.ledger_id));
        }
        if !is_wrapped_by(&kek) {
            return Err(OpenVaultError::WrongKek {
                kek: kek_path.to_owned(),
                keys: path,
                expected_epoch: header.epoch,
                found_epoch: kek.epoch,
            });
        }
        Ok(Self { path, file, kek, locator: header.locator, rewrapped: header.count })
    }

    /// The file itself.
    pub(crate) const fn file(&self) -> &File {
        &self.file
    }

    /// A second handle to the file, for the writer.
    pub(crate) fn writer_handle(&self) -> Result<File, OpenVaultError> {
        self.file
            .try_clone()
            .map_err(|source| OpenVaultError::Io { path: self.path.clone(), source })
    }

    /// The file's length in bytes.
    pub(crate) fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// The epoch of the key-encryption key.
    pub(crate) fn epoch(&self) -> u32 {
        self.kek.epoch
    }

    /// The id of the key in this slot.
    pub(crate) fn id_of(&self, slot: u64, random: [u8; 10]) -> [u8; 16] {
        self.locator.conceal(PlaceKind::Key, random, slot)
    }

    /// The bytes of a live slot.
    pub(crate) fn encode(
        &self,
        id: &[u8; 16],
        nonce: &[u8; 24],
        data_key: &[u8; 32],
    ) -> [u8; SLOT_BYTES] {
        encode(&self.kek, id, nonce, data_key)
    }

    /// The key-encryption key that would come next.
    pub(crate) fn next_kek(&self, key: [u8; 32]) -> Option<Kek> {
        let (epoch, ledger_id) = (self.kek.epoch.checked_add(1)?, self.kek.ledger_id);
        Some(Kek { epoch, ledger_id, key: Zeroizing::new(key) })
    }

    /// The data key of a whole slot; nothing when another key-encryption key wrapped it, or it was changed.
    pub(crate) fn unwrap(&self, slot: &Slot) -> Option<Zeroizing<[u8; 32]>> {
        self.kek.unwrap(&slot.id, &slot.nonce, &slot.wrapped)
    }

    /// Reads and unwraps a data key.
    pub(crate) fn load(&self, id: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, KeyError> {
        let slot = self.locator.reveal(PlaceKind::Key, id);
        let mut bytes = [0; SLOT_BYTES];
        match self.file.read_exact_at(&mut bytes, slot_offset(slot)) {
            Ok(()) => {}
            Err(source) if source.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(KeyError::Missing);
            }
            Err(source) => return Err(KeyError::Unavailable(source)),
        }
        let parsed = Slot::parse(&bytes).ok_or(KeyError::Damaged)?;
        if parsed.id != *id {
            return Err(KeyError::Missing);
        }
        if !parsed.is_whole {
            return Err(KeyError::Damaged);
        }
        self.unwrap(&parsed).ok_or(KeyError::Damaged)
    }

    /// One more than the last slot that holds anything.
    pub(crate) fn high_water(&self) -> io::Result<u64> {
        let slots = self.bytes()?.saturating_sub(HEADER_BYTES).div_ceil(SLOT_BYTES as u64);
        files::high_water(&self.file, slots, SLOT_BYTES, slot_offset)
    }

    /// How many live, whole slots there are. Reads the whole file.
    pub(crate) fn count_live(&self) -> io::Result<u64> {
        let mut live = 0;
        let mut slot_count = self.high_water()?;
        let mut offset = HEADER_BYTES;
        while slot_count > 0 {
            let now = slot_count.min(512);
            let bytes = files::read_padded(
                &self.file,
                offset,
                usize::try_from(now).unwrap_or(0) * SLOT_BYTES,
            )?;
            live += bytes
                .chunks_exact(SLOT_BYTES)
                .filter(|slot| Slot::parse(slot).is_some_and(|slot| slot.is_whole))
                .count() as u64;
            offset = offset.saturating_add(bytes.len() as u64);
            slot_count -= now;
        }
        Ok(live)
    }
}

/// The data keys that were used for sealing last, unwrapped; wiped when they make room for others.
///
/// Opening never asks here: it reads the key file, so that a key that is not there opens nothing.
pub(crate) struct RecentKeys(Mutex<LruCache<[u8; 16], Zeroizing<[u8; 32]>>>);

impl Default for RecentKeys {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(RECENT_MAX)))
    }
}

impl std::fmt::Debug for RecentKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecentKeys(..)")
    }
}

impl RecentKeys {
    pub(crate) fn get(&self, id: &[u8; 16]) -> Option<Zeroizing<[u8; 32]>> {
        self.with(|held| held.get(id).cloned())
    }

    pub(crate) fn keep(&self, id: [u8; 16], secret: &Zeroizing<[u8; 32]>) {
        self.with(|held| held.put(id, secret.clone()));
    }

    /// Wipes a key that is destroyed: nothing more is to be sealed under it.
    pub(crate) fn forget(&self, id: &[u8; 16]) {
        self.with(|held| held.pop(id));
    }

    fn with<T>(&self, using: impl FnOnce(&mut LruCache<[u8; 16], Zeroizing<[u8; 32]>>) -> T) -> T {
        // Each use is one step, so a panic elsewhere leaves nothing half done.
        using(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The bytes of a live slot.
pub(crate) fn encode(
    kek: &Kek,
    id: &[u8; 16],
    nonce: &[u8; 24],
    data_key: &[u8; 32],
) -> [u8; SLOT_BYTES] {
    let mut bytes = Vec::with_capacity(SLOT_BYTES);
    bytes.push(LIVE);
    bytes.extend_from_slice(id);
    bytes.extend_from_slice(&0_u64.to_be_bytes());
    bytes.extend_from_slice(nonce);
    bytes.extend_from_slice(&kek.wrap(id, nonce, data_key));
    let crc = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&crc.to_be_bytes());
    bytes.resize(SLOT_BYTES, 0);
    Cursor(&bytes).array().expect("just resized to a slot")
}

/// The checked bytes of a header.
pub(crate) fn header(kek: &Kek, locator: &Locator, count: u64) -> Vec<u8> {
    let mut header = Vec::with_capacity(CHECKED_BYTES + 4);
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&VERSION.to_be_bytes());
    header.extend_from_slice(&kek.epoch.to_be_bytes());
    header.extend_from_slice(&kek.ledger_id);
    header.extend_from_slice(&128_u32.to_be_bytes());
    header.extend_from_slice(&[0; 4]);
    header.extend_from_slice(&count.to_be_bytes());
    header.extend_from_slice(locator.0.as_ref());
    header.extend_from_slice(&kek.check());
    header
}

fn damaged(path: &Path, what: &'static str) -> OpenVaultError {
    OpenVaultError::Damaged { path: path.to_owned(), what }
}

struct Header {
    epoch: u32,
    ledger_id: [u8; 32],
    count: u64,
    locator: Locator,
    check: [u8; 32],
}

fn parse_header(bytes: &[u8]) -> Option<Header> {
    let mut cursor = Cursor(bytes);
    let magic: [u8; 8] = cursor.array()?;
    let version = cursor.u32()?;
    let epoch = cursor.u32()?;
    let ledger_id = cursor.array()?;
    let slot_bytes = cursor.u32()?;
    let _reserved = cursor.u32()?;
    let count = cursor.u64()?;
    let locator = Locator(Zeroizing::new(cursor.array()?));
    let check = cursor.array()?;
    (magic == MAGIC && version == VERSION && slot_bytes == 128).then_some(Header {
        epoch,
        ledger_id,
        count,
        locator,
        check,
    })
}

/// A slot that holds something.
pub(crate) struct Slot {
    pub(crate) id: [u8; 16],
    nonce: [u8; 24],
    wrapped: [u8; 48],
    pub(crate) is_whole: bool,
}

impl Slot {
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let state = cursor.u8()?;
        let id = cursor.array()?;
        let _created = cursor.u64()?;
        let nonce = cursor.array()?;
        let wrapped = cursor.array()?;
        let crc = cursor.u32()?;
        let is_whole =
            state == LIVE && is_zero(cursor.0) && crc == crc32c::crc32c(bytes.get(..97)?);
        Some(Self { id, nonce, wrapped, is_whole })
    }
}

#[cfg(test)]
mod tests;

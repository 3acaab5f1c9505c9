//! Another key-encryption key: every data key is wrapped anew, and the old key is destroyed.
//!
//! What was erased is gone from the key file, and may be in copies of it: backups, snapshots, old blocks of
//! a disk. They open with the key-encryption key of their time, so when that is gone, so is all of them.
//!
//! Two files change, in two directories, and a crash may come anywhere:
//!
//! | step | on disk afterwards | what opening does |
//! |---|---|---|
//! | `Next::prepare` | the new key as `kek.next`, the new key file as `slots.new`, both synced | the header of the key file fits `kek`: the rotation did not happen, both are removed |
//! | `Next::commit` | the new key file under its name, synced | the header fits `kek.next`: the rotation happened, the next two steps are made up for |
//! | `Next::destroy_old` | zeroes in the old key file, which no name leads to any more | |
//! | `take_over` | zeroes where the old key was, and the new one under its name, synced | |
//!
//! A `kek.next` goes only where `kek` fits and a `slots.new` lies in the very directory that is opened: several copies
//! of a ledger may share a key, and what one of them has prepared is not for another to take back. So no key is
//! ever lost that anything is wrapped by. The new
//! key file is locked before it has its name: nobody opens the vault between two steps.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    entropy::{Entropy, random},
    error::{CreateVaultError, OpenVaultError, RotateError},
    files, frame,
    kek::{ENVELOPE_BYTES, Kek},
    keys::{self, KeyFile, SLOT_BYTES, Slot},
    vault::{Vault, VaultPaths},
};

/// Slots are read and written in pieces of so many.
const PIECE_SLOTS: usize = 512;

/// A key-encryption key has taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// The epoch that holds now.
    pub epoch: u32,
    /// How many data keys were wrapped anew.
    pub keys: u64,
    /// How many slots went over as they were: they held something that was no whole key. Known only to whoever rotates.
    pub unreadable: u64,
}

/// What becomes of slots that hold no whole key: writes that a crash cut short, which no record names, or damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing is done if there is one: a copy from before could still mend it, and could not afterwards.
    Refuse,
    /// They go over as they are.
    Keep,
}

/// Lets a new key-encryption key take over from the one at `paths.kek`, which is overwritten. Whatever was
/// copied before, key file or key, opens nothing in this vault any more, and this key nothing in the copies.
///
/// Takes as long as reading and writing the key file: 128 bytes for each complaint. When it fails, either the
/// old key holds or the new one does, and the next opening settles which.
///
/// # Errors
///
/// [`RotateError`]: the vault does not open, a slot cannot be read, the file system refuses.
pub fn rotate_key(
    paths: &VaultPaths,
    ledger_id: [u8; 32],
    entropy: &Arc<dyn Entropy>,
    unreadable: Unreadable,
) -> Result<Rotated, RotateError> {
    // Opening applies the list of what was erased, and settles what an earlier rotation left.
    drop(Vault::open(paths, ledger_id, Arc::clone(entropy))?);
    let old = KeyFile::open(&paths.keys, &paths.kek, &ledger_id)?;
    let next = Next::prepare(paths, &old, entropy.as_ref(), unreadable)?;
    next.commit(&paths.keys)?;
    next.destroy_old(&old)?;
    take_over(&paths.kek).map_err(|source| RotateError::Unfinished {
        path: paths.kek.clone(),
        next: next_of(&paths.kek),
        source,
    })?;
    Ok(next.rotated)
}

/// A rotation that is prepared: the new key file has no name yet.
struct Next {
    /// Locked until the rotation is done.
    file: File,
    path: PathBuf,
    rotated: Rotated,
}

impl Next {
    fn prepare(
        paths: &VaultPaths,
        old: &KeyFile,
        entropy: &dyn Entropy,
        unreadable: Unreadable,
    ) -> Result<Self, RotateError> {
        let (path, kek_path) = (unnamed(&paths.keys), next_of(&paths.kek));
        // One that is there already is of another copy that shares the key, and its rotation's to settle. Before
        // anything of ours is there: a key file that waits for a name says that the key is ours.
        if kek_path.exists() {
            return Err(CreateVaultError::AlreadyThere { path: kek_path }.into());
        }
        // The old key is overwritten and replaced behind the point of no return. What forbids that is told of before it.
        can_be_replaced(&paths.kek)
            .map_err(|source| RotateError::NotWritable { path: paths.kek.clone(), source })?;
        let prepared = Self::write(&path, &kek_path, old, entropy, unreadable);
        if prepared.is_err() {
            // What cannot be removed now is removed when the vault is opened: the key first, as there. Nor is one
            // removed that another copy has made in this moment.
            let is_anothers =
                matches!(prepared, Err(RotateError::NewKey(CreateVaultError::AlreadyThere { .. })));
            if !is_anothers {
                let _ = fs::remove_file(&kek_path);
            }
            let _ = fs::remove_file(&path);
        }
        prepared
    }

    fn write(
        path: &Path,
        kek_path: &Path,
        old: &KeyFile,
        entropy: &dyn Entropy,
        unreadable: Unreadable,
    ) -> Result<Self, RotateError> {
        let kek = old.next_kek(random(entropy)).ok_or(RotateError::NoEpochLeft)?;
        let failed = RotateError::io(path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(path).map_err(&failed)?;
        file.try_lock().map_err(|error| failed(error.into()))?;
        // Before the key: it says whose the key is.
        files::sync_directory(files::directory_of(path)).map_err(&failed)?;
        kek.write_new(kek_path)?;
        let mut rotated = Rotated { epoch: kek.epoch, keys: 0, unreadable: 0 };
        let slots = old.high_water().map_err(&failed)?;
        let mut first = 0;
        while first < slots {
            let count = usize::try_from(slots - first).unwrap_or(PIECE_SLOTS).min(PIECE_SLOTS);
            let mut piece =
                files::read_padded(old.file(), keys::slot_offset(first), count * SLOT_BYTES)
                    .map_err(&failed)?;
            for (slot, bytes) in (first..).zip(piece.chunks_exact_mut(SLOT_BYTES)) {
                if frame::is_zero(bytes) {
                    continue;
                }
                match rewrapped(old, &kek, bytes, entropy) {
                    Some(again) => {
                        rotated.keys += 1;
                        bytes.copy_from_slice(&again);
                    }
                    None if unreadable == Unreadable::Keep => rotated.unreadable += 1,
                    None => return Err(RotateError::Unreadable { slot }),
                }
            }
            file.write_all_at(&piece, keys::slot_offset(first)).map_err(&failed)?;
            first = first.saturating_add(count as u64);
        }
        // The header comes last, for it counts the keys; the file has no name yet.
        let header =
            files::header(keys::header(&kek, &old.locator, rotated.keys), keys::HEADER_BYTES);
        file.write_all_at(&header, 0).map_err(&failed)?;
        file.sync_all().map_err(&failed)?;
        Ok(Self { file, path: path.to_owned(), rotated })
    }

    /// From here on the new key holds.
    fn commit(&self, directory: &Path) -> Result<(), RotateError> {
        let name = keys::file_in(directory);
        fs::rename(&self.path, &name).map_err(RotateError::io(&name))?;
        files::sync_directory(directory).map_err(RotateError::io(directory))
    }

    /// Overwrites the old key file, which has lost its name.
    fn destroy_old(&self, old: &KeyFile) -> Result<(), RotateError> {
        let overwrite = || {
            let length = old.bytes()?;
            let zeroes = vec![0; PIECE_SLOTS * SLOT_BYTES];
            let mut at = 0;
            while at < length {
                let piece = usize::try_from(length - at).unwrap_or(zeroes.len()).min(zeroes.len());
                old.file().write_all_at(zeroes.get(..piece).unwrap_or(&zeroes), at)?;
                at = at.saturating_add(piece as u64);
            }
            old.file().sync_data()
        };
        overwrite().map_err(RotateError::io(&self.path))
    }
}

impl Drop for Next {
    /// By name, as [`KeyFile`] does.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// The slot with its key under another key-encryption key; nothing when it holds no whole key.
fn rewrapped(
    old: &KeyFile,
    kek: &Kek,
    bytes: &[u8],
    entropy: &dyn Entropy,
) -> Option<[u8; SLOT_BYTES]> {
    let slot = Slot::parse(bytes).filter(|slot| slot.is_whole)?;
    let data_key = old.unwrap(&slot)?;
    let nonce: [u8; 24] = random(entropy);
    Some(keys::encode(kek, &slot.id, &nonce, &data_key))
}

/// Whether a key can be overwritten, and another be given its name.
fn can_be_replaced(kek: &Path) -> io::Result<()> {
    if fs::symlink_metadata(kek)?.file_type().is_symlink() {
        return Err(io::Error::other(
            "it is a link: the new key would stand in its place, and not where it leads to",
        ));
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
        let found = statx(CWD, kek, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::BASIC_STATS)?;
        if found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT) {
            return Err(io::Error::other(
                "it is mounted as a file of its own: no other can be given its name",
            ));
        }
    }
    OpenOptions::new().write(true).open(kek).map(drop)
}

/// Destroys the old key and gives the new one its name. Nothing is destroyed while there is no new key that can be
/// read: without either, all is lost.
fn take_over(kek: &Path) -> io::Result<()> {
    Kek::read(&next_of(kek)).map_err(io::Error::other)?;
    match OpenOptions::new().write(true).open(kek) {
        Ok(file) => {
            file.write_all_at(&[0; ENVELOPE_BYTES], 0)?;
            file.sync_all()?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::rename(next_of(kek), kek)?;
    files::sync_directory(files::directory_of(kek))
}

/// Finishes a rotation that was cut short, or takes back what it had prepared. `fits` says whether a key is the
/// one that wrapped what is in the key file.
pub(crate) fn settle(
    directory: &Path,
    kek: &Path,
    fits: impl Fn(&Kek) -> bool,
) -> Result<(), OpenVaultError> {
    let next = next_of(kek);
    let prepared = match Kek::read(&next) {
        Err(OpenVaultError::NoKek { .. }) => return Ok(()),
        prepared => prepared,
    };
    let failed = |source| OpenVaultError::Io { path: next.clone(), source };
    if prepared.is_ok_and(|next| fits(&next)) {
        // The new key file may have its name in the cache only: were the old key destroyed before that is on disk,
        // a power cut would bring the old file back, and nothing would open it.
        files::sync_directory(directory)
            .map_err(|source| OpenVaultError::Io { path: directory.to_owned(), source })?;
        return take_over(kek)
            .map_err(|source| OpenVaultError::Io { path: kek.to_owned(), source });
    }
    if !Kek::read(kek).is_ok_and(|kek| fits(&kek)) {
        // Neither fits, or one of them cannot be read: whoever asked hears of it, and both stay.
        return Ok(());
    }
    // The key lies beside a key that several copies of a ledger may share. Only the one that has prepared a key file
    // takes it back: to another it is somebody's rotation, under way or to be settled there. The key goes first, so
    // that a crash in between leaves what says whose it was.
    if !unnamed(directory).exists() {
        return Ok(());
    }
    fs::remove_file(&next).map_err(&failed)?;
    fs::remove_file(unnamed(directory)).map_err(failed)
}

/// Where a new key waits until it takes over.
fn next_of(kek: &Path) -> PathBuf {
    kek.with_added_extension("next")
}

/// The new key file before it has its name.
fn unnamed(directory: &Path) -> PathBuf {
    keys::file_in(directory).with_extension("new")
}

#[cfg(test)]
mod tests;

//! Taking a backup, beside a log that is written to.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use event_log::Position;
use event_log_sled::{
    SledLog,
    backup::{BackupError, CopyTo, Earlier, FileSums, LogCopy, copy_log},
    disk::sync_tree,
};
use jiff::Timestamp;
use merkle_log::Hash;

use super::{
    LOCK, LOG, PERSONAL, RETENTION, TILES, files,
    manifest::{self, Finished, Manifest, parse_digest, write_sums},
    numbered,
};
use crate::{error::CommandError, ledger::Places};

const RETENTION_TEXT: &str = "\
These are sealed personal data and the wrapped keys that open them.

Keep no copy of this directory longer than 30 days: what is erased from the ledger is erased
everywhere only when the last copy made before the erasure is gone. Each backup taken here replaces
the copy before it; copies of it made elsewhere, snapshots and tapes are yours to limit.

The key that unwraps the data keys is not here. Its custodian keeps it apart from all else.
What lies in ../log and ../tiles holds no personal data and may be kept as long as you like.
";

/// A backup that was taken.
#[derive(Debug)]
pub struct Taken {
    /// What it holds.
    pub manifest: Manifest,
    /// How many tiles were copied.
    pub tiles_copied: u64,
    /// How many were there already, and whole.
    pub tiles_kept: u64,
    /// How many bytes of blobs and wrapped keys were copied.
    pub personal_bytes: u64,
}

/// Takes a backup of the ledger whose log this is, while others may append to it.
///
/// # Errors
///
/// [`CommandError`]; the earlier backup at that place, if there is one, is still whole.
pub async fn take(
    log: &SledLog,
    places: &Places,
    to: &Path,
    taken_at: Timestamp,
    progress: Box<dyn FnMut(Position) + Send>,
) -> Result<Taken, CommandError> {
    let (ledger, copies) = (files::settled(&places.data), files::settled(to));
    if ledger.starts_with(&copies) || copies.starts_with(&ledger) {
        return Err(CommandError::Refused {
            problem: format!(
                "expected a directory outside {} for the backup, found {}",
                ledger.display(),
                copies.display()
            ),
            next: "name a directory on another disk with --to".to_owned(),
        });
    }
    let place = Place::prepare(to, &log.ledger().origin)?;
    let generation = place.earlier.as_ref().map_or(1, |earlier| earlier.generation + 1);
    let own = to.join(LOG).join(numbered(generation));
    files::make_dir(&own)?;
    // The position first, then the vault: what the copied records name is in the copied vault.
    let cut = CopyTo { tiles: to.join(TILES), cut: own.clone() };
    let copy = copy_log(log, cut, place.earlier_copy()?, progress).await.map_err(refused)?;
    let log_sums = write_sums(&own, &listed(&copy, generation))?;

    let personal = to.join(PERSONAL).join(numbered(generation));
    let sums = copy_personal(places, &personal, generation)?;
    files::put(&to.join(PERSONAL).join(RETENTION), RETENTION_TEXT.as_bytes())?;
    let personal_sums = write_sums(&personal, &sums)?;
    sync_tree(to).map_err(CommandError::file("sync", to))?;

    let manifest = Manifest::new(&Finished {
        origin: &log.ledger().origin,
        generation,
        taken_at,
        records: copy.records,
        root: copy.root.to_string(),
        stored: copy.stored,
        log_sums,
        personal_sums,
    });
    manifest.write(to)?;
    place.remove_others(generation)?;
    Ok(Taken {
        manifest,
        tiles_copied: copy.tiles_copied,
        tiles_kept: copy.tiles_kept,
        personal_bytes: sums.values().map(|sum| sum.bytes).sum(),
    })
}

/// A directory of backups, held.
#[derive(Debug)]
struct Place {
    dir: PathBuf,
    earlier: Option<Manifest>,
    _lock: File,
}

impl Place {
    fn prepare(dir: &Path, origin: &str) -> Result<Self, CommandError> {
        files::make_private_dir(dir)?;
        let ours = [LOCK, LOG, PERSONAL, TILES, manifest::FILE];
        let is_ours = |name: &String| {
            ours.contains(&name.as_str()) || name.strip_suffix(".tmp") == Some(manifest::FILE)
        };
        if let Some(found) = files::names_in(dir)?.iter().find(|name| !is_ours(name)) {
            return Err(CommandError::Refused {
                problem: format!(
                    "expected an empty directory or a backup at {}, found {found} in it",
                    dir.display()
                ),
                next: "name another directory with --to".to_owned(),
            });
        }
        // Held before it is read: the backup that another finishes meanwhile would be taken for a leftover.
        let lock = lock(dir)?;
        let earlier = Manifest::read(dir)?;
        if let Some(earlier) = &earlier
            && earlier.origin != origin
        {
            return Err(CommandError::Refused {
                problem: format!(
                    "expected a backup of {origin} at {}, found one of {}",
                    dir.display(),
                    earlier.origin
                ),
                next: "name a directory of this ledger's own with --to".to_owned(),
            });
        }
        let place = Self { dir: dir.to_owned(), earlier, _lock: lock };
        // What an interrupted backup has left.
        place.remove_others(place.earlier.as_ref().map_or(0, |earlier| earlier.generation))?;
        Ok(place)
    }

    /// What the earlier backup has of the log.
    fn earlier_copy(&self) -> Result<Option<Earlier>, CommandError> {
        let Some(manifest) = &self.earlier else { return Ok(None) };
        let root = parse_digest(&manifest.root).map(Hash);
        let root = root.ok_or_else(|| files::damaged(&self.dir.join(manifest::FILE)))?;
        let below = format!("{TILES}/");
        let tiles = manifest.log_files(&self.dir)?;
        let tiles = tiles
            .into_iter()
            .filter_map(|(name, sum)| Some((name.strip_prefix(&below)?.to_owned(), sum)))
            .collect();
        Ok(Some(Earlier { records: manifest.records, root, tiles }))
    }

    /// Removes what belongs to other backups than this one; tiles belong to all.
    fn remove_others(&self, generation: u64) -> Result<(), CommandError> {
        for part in [LOG, PERSONAL] {
            let part = self.dir.join(part);
            for name in files::names_in(&part)? {
                if name != RETENTION && name != numbered(generation) && part.join(&name).is_dir() {
                    files::remove_dir(&part.join(name))?;
                }
            }
        }
        Ok(())
    }
}

fn lock(dir: &Path) -> Result<File, CommandError> {
    let path = dir.join(LOCK);
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = opened.map_err(CommandError::file("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(CommandError::Refused {
            problem: format!("another backup is being taken at {}", dir.display()),
            next: "wait until it is done, or name another directory with --to".to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(CommandError::file("lock", &path)(error)),
    }
}

/// Every file of the log, by its path in the backup.
fn listed(copied: &LogCopy, generation: u64) -> FileSums {
    let own = format!("{LOG}/{}", numbered(generation));
    let tiles = copied.tiles.iter().map(|(name, sum)| (format!("{TILES}/{name}"), *sum));
    tiles.chain(copied.cut.iter().map(|(name, sum)| (format!("{own}/{name}"), *sum))).collect()
}

/// Copies blobs and wrapped keys. By name: a key-encryption key that was put among them stays out.
fn copy_personal(places: &Places, to: &Path, generation: u64) -> Result<FileSums, CommandError> {
    let own = format!("{PERSONAL}/{}", numbered(generation));
    let mut sums = FileSums::new();
    for part in ["vault", "keys"] {
        let (from, to) = (places.data.join(part), to.join(part));
        files::make_private_dir(&to)?;
        for name in files::names_in(&from)? {
            let is_blobs =
                part == "vault" && Path::new(&name).extension().is_some_and(|e| e == "seg");
            let is_keys = part == "keys" && name == "slots";
            if is_blobs || is_keys {
                let sum = files::copy(&from.join(&name), &to.join(&name))?;
                sums.insert(format!("{own}/{part}/{name}"), sum);
            }
        }
    }
    Ok(sums)
}

fn refused(error: BackupError) -> CommandError {
    let with_next = |error: &BackupError, next: &str| CommandError::Refused {
        problem: error.to_string(),
        next: next.to_owned(),
    };
    match error {
        BackupError::Damaged { position, reason } => CommandError::Broken { position, reason },
        BackupError::Read(error) => error.into(),
        BackupError::CopyDamaged { path } => {
            let next = format!(
                "look at the disk it lies on; if that is sound, remove {} and take the backup \
                 again: it is then copied again",
                path.display()
            );
            CommandError::Refused { problem: BackupError::CopyDamaged { path }.to_string(), next }
        }
        error @ BackupError::Behind { .. } => with_next(
            &error,
            "this ledger has lost records, or was restored from an older backup: keep the backup \
             as it is, and find out which of the two is right; name another directory with --to",
        ),
        error @ BackupError::OtherHistory { .. } => with_next(
            &error,
            "two histories have the same name: keep both, and find out which of them is right; \
             name another directory with --to",
        ),
        error @ BackupError::Full => with_next(&error, "make room there, then try again"),
        BackupError::Io { path, source } => {
            CommandError::File { doing: "read or write", path, source }
        }
    }
}

//! A ledger from a backup: made beside its place, verified whole, and only then named.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::{Clock, clock::SystemClock};
use event_log_sled::{SledLog, backup::vouched, disk::sync_tree, ledger_file};
use tracing::subscriber::{NoSubscriber, with_default};

use super::{LOCK, LOG, PERSONAL, TILES, files, manifest::Manifest, mark::Mark, numbered};
use crate::{
    arguments::{Against, LedgerAt, SigningAt, Verify},
    commands::verify::{self, WholeLedger},
    console::Console,
    error::CommandError,
    ledger::Places,
    signing::{self, SigningPlaces, Standing},
};

/// In a directory that is being restored: it is ours, and may be removed and made anew. One that has its name
/// already is finished, and so is what a crash left this in.
const MARK: &str = "restoring";

/// A ledger that was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the backup held.
    pub manifest: Manifest,
    /// What was found when all of it was verified.
    pub whole: WholeLedger,
    /// Where the key was read from, if it was.
    pub kek: Option<PathBuf>,
    /// How it stands to what the ledger has signed, if there is a register to tell.
    pub standing: Option<Standing>,
}

/// Which parts of a backup are restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// Log and personal data.
    All,
    /// The log alone: its sealed fields will not open.
    LogOnly,
}

/// Makes the ledger that `at` names from the backup in `from`.
///
/// # Errors
///
/// [`CommandError`]: no finished backup, a damaged one (the file is named), a place that is taken.
/// Then nothing has the ledger's name.
pub async fn restore(
    from: &Path,
    at: &LedgerAt,
    parts: Parts,
    signing: &SigningAt,
    console: &Console<'_>,
) -> Result<Restored, CommandError> {
    // Held before it is read, so that what the manifest names is still there when it is copied.
    let _reading = hold(from)?;
    let manifest = Manifest::read(from)?.ok_or_else(|| CommandError::Refused {
        problem: format!(
            "expected a finished backup at {}, found no manifest in it",
            from.display()
        ),
        next: "name the directory that `redress backup` was told with --to; a first backup that \
               was interrupted must be taken again"
            .to_owned(),
    })?;
    check_place(&at.data, &manifest)?;
    let kek = (parts == Parts::All).then(|| Places::of(at).kek);
    if let Some(kek) = kek.as_ref().filter(|kek| !kek.exists()) {
        return Err(CommandError::Refused {
            problem: format!(
                "expected the key-encryption key of {} at {}, found none: without it nobody can \
                 tell whether the vault is whole",
                manifest.origin,
                kek.display()
            ),
            next: "bring it from its custodian and name it with --keys; --log-only restores the \
                   records without the personal data"
                .to_owned(),
        });
    }
    let staging = Staging::begin(&at.data)?;
    copy_log(from, &manifest, &staging.dir, console)?;
    if parts == Parts::All {
        copy_personal(from, &manifest, &staging.dir)?;
    }
    sync_tree(&staging.dir).map_err(CommandError::file("sync", &staging.dir))?;
    // Opening makes the store again from the tiles, each record held against its hash. Here that is
    // how it goes, and no reason to warn of.
    let opened = {
        let dir = staging.dir.clone();
        let open = move || SledLog::open(&dir, Arc::new(SystemClock));
        let quiet = move || with_default(NoSubscriber::new(), open);
        tokio::task::spawn_blocking(quiet).await
    };
    let log = opened.map_err(CommandError::failed("open the restored log"))??;
    let signing = SigningPlaces::of(&Places::of(at), signing);
    let standing = signing::standing(&log, &signing).await;
    log.close().await;
    drop(log);
    let standing = standing?;

    let is_vault_checked = kek.is_some();
    let staged = LedgerAt { data: staging.dir.clone(), keys: kek.clone() };
    let against = Against::default();
    let check = Verify { at: staged, vault: is_vault_checked, repair: false, trust: None, against };
    let whole = verify::verify(&check, console).await?;
    if (whole.records, &whole.root) != (manifest.records, &manifest.root) {
        return Err(CommandError::Refused {
            problem: format!(
                "expected {} records with root {}, as the backup says, found {} with root {}",
                manifest.records, manifest.root, whole.records, whole.root
            ),
            next: "use another backup".to_owned(),
        });
    }
    Mark::new(&manifest, SystemClock.now(), &signing.register).leave(&staging.dir)?;
    staging.finish(&at.data)?;
    Ok(Restored { manifest, whole, kek, standing })
}

/// Keeps a backup from being replaced while it is read; one on a read-only disk cannot be.
fn hold(from: &Path) -> Result<Option<File>, CommandError> {
    let Ok(file) = File::open(from.join(LOCK)) else { return Ok(None) };
    match file.try_lock_shared() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(CommandError::Refused {
            problem: format!("a backup is being taken at {}", from.display()),
            next: "wait until it is done".to_owned(),
        }),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Refuses a place with anything in it. Above all a ledger: one that is ahead of the backup holds
/// what was acknowledged since, and two histories of one name must never both go on.
fn check_place(data: &Path, manifest: &Manifest) -> Result<(), CommandError> {
    let refused =
        |problem: String, next: &str| Err(CommandError::Refused { problem, next: next.to_owned() });
    if data.is_file() {
        let problem = format!("expected a directory at {}, found a file", data.display());
        return refused(problem, "name another place with --data");
    }
    if data.join(ledger_file::FILE).exists() {
        let records = manifest.records;
        return match vouched(data) {
            Some(head) if head > records => refused(
                format!(
                    "the ledger at {} is ahead of the backup: expected at most {records} records, \
                     its head vouches for {head}",
                    data.display()
                ),
                "what it holds beyond the backup was acknowledged: try `redress verify --repair` \
                 on it first; restore into another directory with --data and compare, and never \
                 let both go on",
            ),
            Some(_) | None => refused(
                format!("expected an empty directory at {}, found a ledger", data.display()),
                "restore into another directory with --data; keep the old one until you know that \
                 the new one holds all of it",
            ),
        };
    }
    match files::names_in(data)?.first() {
        Some(found) => refused(
            format!("expected an empty directory at {}, found {found} in it", data.display()),
            "name another place with --data",
        ),
        None => Ok(()),
    }
}

/// The directory beside its later place in which a ledger is put together. It goes with a restore that
/// fails; one that is killed leaves it to the next.
#[derive(Debug)]
struct Staging {
    dir: PathBuf,
    mark: File,
    is_done: bool,
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.is_done {
            // What cannot be removed now is removed by the next restore to this place.
            let _ = remove_unfinished(&self.dir);
        }
    }
}

impl Staging {
    fn begin(data: &Path) -> Result<Self, CommandError> {
        let mut dir = files::settled(data).into_os_string();
        dir.push(".restoring");
        let dir = PathBuf::from(dir);
        let mark = dir.join(MARK);
        if mark.exists() {
            let held = OpenOptions::new().write(true).open(&mark);
            let held = held.map_err(CommandError::file("open", &mark))?;
            if matches!(held.try_lock(), Err(TryLockError::WouldBlock)) {
                return Err(CommandError::Refused {
                    problem: format!("another restore is under way at {}", dir.display()),
                    next: "wait until it is done".to_owned(),
                });
            }
            remove_unfinished(&dir)?;
        } else if let Some(found) = files::names_in(&dir)?.first() {
            return Err(CommandError::Refused {
                problem: format!("expected nothing at {}, found {found} in it", dir.display()),
                next: "move it away, or name another place with --data".to_owned(),
            });
        }
        files::make_private_dir(&dir)?;
        let made = OpenOptions::new().write(true).create(true).truncate(true).open(&mark);
        let held = made.map_err(CommandError::file("write", &mark))?;
        held.try_lock().map_err(CommandError::failed("lock the restored directory"))?;
        // From here on it is ours, and goes with us.
        let mut staging = Self { dir, mark: held, is_done: false };
        writeln!(
            staging.mark,
            "While this directory is called .restoring, the restore is not finished."
        )
        .map_err(CommandError::file("write", &mark))?;
        Ok(staging)
    }

    /// Gives the ledger its name, in one step: until then there is none. The mark goes after it, for a directory
    /// without one is nobody's, and a crash in between would leave one that no later restore may touch.
    fn finish(mut self, data: &Path) -> Result<(), CommandError> {
        sync_tree(&self.dir).map_err(CommandError::file("sync", &self.dir))?;
        let data = files::settled(data);
        // An empty directory is replaced; one that is not, never.
        fs::rename(&self.dir, &data).map_err(CommandError::file("rename to", &data))?;
        self.is_done = true;
        let above = data.parent().unwrap_or(Path::new("."));
        let synced = File::open(above).and_then(|dir| dir.sync_all());
        synced.map_err(CommandError::file("sync", above))?;
        // The ledger is there and whole. Left in it, the mark would change nothing.
        let _ = fs::remove_file(data.join(MARK));
        Ok(())
    }
}

/// Removes what an unfinished restore left, the mark last: whoever is killed on the way leaves a directory that the
/// next restore may still remove.
fn remove_unfinished(dir: &Path) -> Result<(), CommandError> {
    for name in files::names_in(dir)?.iter().filter(|name| *name != MARK) {
        let path = dir.join(name);
        let removed = if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.map_err(CommandError::file("remove", &path))?;
    }
    files::remove_dir(dir)
}

fn copy_log(
    from: &Path,
    manifest: &Manifest,
    to: &Path,
    console: &Console<'_>,
) -> Result<(), CommandError> {
    let own = format!("{LOG}/{}/", numbered(manifest.generation));
    let sums = manifest.log_files(from)?;
    let bar = console.bar("copying", sums.len() as u64);
    for (done, (name, sum)) in (1..).zip(&sums) {
        let target = match name.strip_prefix(&own) {
            Some(rest) if files::stays_below(rest) => to.join(rest),
            None if name.starts_with(&format!("{TILES}/")) && files::stays_below(name) => {
                to.join(name)
            }
            Some(_) | None => return Err(files::damaged(&from.join(name))),
        };
        if let Some(above) = target.parent() {
            files::make_dir(above)?;
        }
        files::copy_checked(&from.join(name), &target, *sum)?;
        bar.set(done);
    }
    Ok(())
}

fn copy_personal(from: &Path, manifest: &Manifest, to: &Path) -> Result<(), CommandError> {
    let own = format!("{PERSONAL}/{}/", numbered(manifest.generation));
    for part in ["vault", "keys"] {
        files::make_private_dir(&to.join(part))?;
    }
    for (name, sum) in &manifest.personal_files(from)? {
        match name.strip_prefix(&own) {
            Some(rest)
                if files::stays_below(rest)
                    && (rest.starts_with("vault/") || rest.starts_with("keys/")) =>
            {
                files::copy_checked(&from.join(name), &to.join(rest), *sum)?;
            }
            Some(_) | None => return Err(files::damaged(&from.join(name))),
        }
    }
    Ok(())
}

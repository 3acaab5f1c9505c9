//! The seam between the log and the disk, where tests make it fail.
//!
//! Every write, sync and rename that a promise rests on runs through `Disk::run` under the name
//! of its [`Step`]. A test hands in [`Faults`] that fail a step in either of the two ways a disk
//! can: nothing was stored, or it was stored and the answer was lost.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// A point at which the disk can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Filling a new journal segment with zeros.
    JournalFill,
    /// Writing a frame to the journal.
    JournalWrite,
    /// The sync after which an append is acknowledged.
    JournalSync,
    /// Giving a journal segment its name.
    JournalRename,
    /// The sync of the journal's names.
    JournalNames,
    /// Writing an index file under a temporary name.
    IndexWrite,
    /// The sync of that file.
    IndexSync,
    /// Giving an index file its name.
    IndexRename,
    /// Handing a batch to sled.
    StoreApply,
    /// Making sled write out what it was handed.
    StoreFlush,
    /// The sync of sled's file.
    StoreSync,
    /// Writing a sealed file under a temporary name.
    TileWrite,
    /// The sync of that file.
    TileSync,
    /// Giving a sealed file its name.
    TileRename,
    /// Writing the head under a temporary name.
    HeadWrite,
    /// The sync of the head.
    HeadSync,
    /// Giving the head its name.
    HeadRename,
}

impl Step {
    /// All of them, in the order in which a record passes them.
    pub const ALL: [Self; 17] = [
        Self::JournalFill,
        Self::JournalWrite,
        Self::JournalSync,
        Self::JournalRename,
        Self::JournalNames,
        Self::IndexWrite,
        Self::IndexSync,
        Self::IndexRename,
        Self::StoreApply,
        Self::StoreFlush,
        Self::StoreSync,
        Self::TileWrite,
        Self::TileSync,
        Self::TileRename,
        Self::HeadWrite,
        Self::HeadSync,
        Self::HeadRename,
    ];
}

/// How a step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// As the disk has it.
    None,
    /// It fails, and nothing was stored.
    FailedNotStored,
    /// It fails, although it was stored.
    FailedButStored,
    /// There is no room for it, and nothing was stored.
    NoRoom,
}

/// Decides how each step ends.
pub trait Faults: Send + Sync + std::fmt::Debug {
    /// Called once before each step.
    fn at(&self, step: Step) -> Fault;

    /// How many bytes the disk has room for, if the test wants to decide that too.
    fn room(&self) -> Option<u64> {
        None
    }
}

/// The disk as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn at(&self, _: Step) -> Fault {
        Fault::None
    }
}

/// Runs steps, and fails those it is told to.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    faults: Arc<dyn Faults>,
}

impl Disk {
    pub(crate) fn new(faults: Arc<dyn Faults>) -> Self {
        Self { faults }
    }

    pub(crate) fn run<T>(
        &self,
        step: Step,
        action: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        match self.faults.at(step) {
            Fault::None => action(),
            Fault::FailedNotStored => Err(injected(step)),
            Fault::NoRoom => Err(io::ErrorKind::StorageFull.into()),
            Fault::FailedButStored => {
                action()?;
                Err(injected(step))
            }
        }
    }

    /// Bytes that an unprivileged process may still write on the file system of `path`.
    pub(crate) fn room(&self, path: &Path) -> io::Result<u64> {
        if let Some(room) = self.faults.room() {
            return Ok(room);
        }
        let stat = rustix::fs::statvfs(path)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

fn injected(step: Step) -> io::Error {
    io::Error::other(format!("failed on purpose at {step:?}"))
}

/// Makes the names in a directory durable.
///
/// What goes wrong is never said to be want of room: who has no room tries again, and a sync must not be tried
/// twice.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    let synced = File::open(dir)?.sync_all();
    synced.map_err(|error| if is_full(&error) { io::Error::other(error) } else { error })
}

/// The directory that holds the name of this one. A relative name of one part stands in the working directory.
pub(crate) fn above(dir: &Path) -> &Path {
    dir.parent().map_or(
        dir,
        |parent| {
            if parent.as_os_str().is_empty() { Path::new(".") } else { parent }
        },
    )
}

/// Makes a directory and syncs the name of each one it had to make.
pub(crate) fn make_dirs(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let parent = above(dir);
    if parent != dir {
        make_dirs(parent)?;
    }
    match std::fs::create_dir(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => sync_dir(parent),
    }
}

/// Makes everything below a directory durable. Where the system can sync all of a file system at
/// once, it does: for many small files that costs less than one sync of each.
///
/// # Errors
///
/// What the system said.
pub fn sync_tree(dir: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        // Since Linux 5.8 it reports what could not be written back, as fsync does.
        Ok(rustix::fs::syncfs(File::open(dir)?)?)
    }
    #[cfg(not(target_os = "linux"))]
    {
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                sync_tree(&entry.path())?;
            } else {
                File::open(entry.path())?.sync_all()?;
            }
        }
        sync_dir(dir)
    }
}

/// The steps of replacing one kind of file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReplaceSteps {
    pub(crate) write: Step,
    pub(crate) sync: Step,
    pub(crate) rename: Step,
}

/// Puts a file in place whole or not at all: temporary name, sync, rename, sync of the directory.
///
/// A crash before the rename leaves a `.tmp` that the next call overwrites.
pub(crate) fn replace_file(
    disk: &Disk,
    steps: ReplaceSteps,
    path: &Path,
    bytes: &[u8],
) -> io::Result<()> {
    let temporary = path.with_added_extension("tmp");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&temporary)?;
    disk.run(steps.write, || file.write_all(bytes))?;
    disk.run(steps.sync, || file.sync_all())?;
    disk.run(steps.rename, || {
        std::fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), sync_dir)
    })
}

/// The first free name beside a file for what is put aside instead of destroyed. It is looked at once and never again.
pub(crate) fn name_aside(path: &Path) -> io::Result<PathBuf> {
    let mut names = (1_u32..).map(|n| path.with_added_extension(format!("damaged-{n}")));
    names.find(|name| !name.exists()).ok_or_else(|| io::ErrorKind::AlreadyExists.into())
}

/// Whether an error says that the disk, or the user's share of it, is full, or that a file may not grow
/// to the size it needs.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

#[cfg(test)]
mod tests;

//! Copies with digests, and files that are there whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Component, Path, PathBuf},
};

use event_log_sled::backup::FileSum;
use sha2::{Digest as _, Sha256};

use crate::error::CommandError;

/// Puts a file in place: temporary name, sync, rename, sync of the directory.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let temporary = path.with_added_extension("tmp");
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
    };
    write().map_err(CommandError::file("write", path))
}

/// Makes a directory, and those above it, that only its owner may enter, and the names of all durable: a ledger whose
/// directory a power cut takes away is gone with all that was acknowledged in it. One that is there stays as it is.
///
/// # Errors
///
/// [`CommandError::File`].
pub fn make_private_dir(path: &Path) -> Result<(), CommandError> {
    checkpoint_signer::make_private_dir(path).map_err(CommandError::file("make", path))
}

/// Makes a directory and those above it.
pub(super) fn make_dir(path: &Path) -> Result<(), CommandError> {
    fs::create_dir_all(path).map_err(CommandError::file("make", path))
}

/// Copies a file that only its owner may read, and digests what was copied: the file may grow
/// meanwhile. The caller syncs.
pub(super) fn copy(from: &Path, to: &Path) -> Result<FileSum, CommandError> {
    let mut source = File::open(from).map_err(CommandError::file("read", from))?;
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to);
    let mut target = opened.map_err(CommandError::file("write", to))?;
    let mut digest = Sha256::new();
    let mut bytes = 0_u64;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => buffer.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CommandError::file("read", from)(error)),
        };
        digest.update(read);
        target.write_all(read).map_err(CommandError::file("write", to))?;
        bytes += read.len() as u64;
    }
    Ok(FileSum { bytes, sha256: digest.finalize().into() })
}

/// Copies a file that must have this digest.
pub(super) fn copy_checked(from: &Path, to: &Path, expected: FileSum) -> Result<(), CommandError> {
    if copy(from, to)? == expected { Ok(()) } else { Err(damaged(from)) }
}

/// A file of a backup is not what was copied.
pub(super) fn damaged(path: &Path) -> CommandError {
    CommandError::Refused {
        problem: format!("expected {} as it was backed up, found other bytes", path.display()),
        next:
            "look at the disk it lies on, and use another backup; if the ledger is whole, take a \
               new one in another directory"
                .to_owned(),
    }
}

/// Whether a path of a list stays below where it is put: no list leads anywhere else.
pub(super) fn stays_below(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    !name.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// The path as it would be without links, even where its last parts do not exist yet.
pub(super) fn settled(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for base in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (fs::canonicalize(base), path.strip_prefix(base)) {
            // Joined to nothing it would end in a slash, and a name put behind that lies inside.
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path
}

/// Removes a directory and what is in it, if it is there.
pub(super) fn remove_dir(path: &Path) -> Result<(), CommandError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(CommandError::file("remove", path)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The names in a directory, in order; none when it is not there.
pub(super) fn names_in(dir: &Path) -> Result<Vec<String>, CommandError> {
    let failed = || CommandError::file("list", dir);
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed())?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(failed())?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests;

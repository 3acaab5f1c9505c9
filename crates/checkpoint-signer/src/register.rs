//! The register: the last checkpoint a log has signed, kept where no backup of the log takes it back.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use merkle_log::{Checkpoint, SignedNote, note::SIGNATURES_MAX};

use crate::file;

const HEADING: &str = "redress-register v1\n";
/// A register is no longer than this, in bytes: twice what a witness reads at once, so that whatever it
/// took in can be kept.
pub const BYTES_MAX: u64 = 131_072;

/// Why there is no register to hold a signer to. Then nothing is signed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// There is none. Whoever signs without one may sign a second history.
    #[error("expected the register of signed checkpoints at {}, found nothing", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// One is there already; it is never written over.
    #[error("expected no register at {}, found one", path.display())]
    AlreadyThere {
        /// The file.
        path: PathBuf,
    },
    /// Not a register, or a damaged one.
    #[error("expected a register at {}, found another kind of file or a damaged one", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It is that of another log.
    #[error("expected the register of {expected} at {}, found that of {found}", path.display())]
    OtherLog {
        /// The file.
        path: PathBuf,
        /// The log that was to sign.
        expected: String,
        /// The log whose register it is.
        found: String,
    },
    /// Another process signs with it.
    #[error("the register at {} is in use by another process that signs", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be read or written.
    #[error("could not use the register at {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The register, held by this process alone until it is dropped.
#[derive(Debug)]
pub struct Register {
    path: PathBuf,
    note: SignedNote,
    checkpoint: Checkpoint,
    _lock: File,
}

impl Register {
    /// Makes a register that begins with this checkpoint.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]: one is there already, the note is no checkpoint or could not be read again,
    /// the disk.
    pub fn create(path: &Path, note: SignedNote) -> Result<Self, RegisterError> {
        let damaged = || RegisterError::Damaged { path: path.to_owned() };
        let checkpoint = Checkpoint::parse(note.text()).map_err(|_| damaged())?;
        let text = readable_text(&note).map_err(failed(path))?;
        let written = file::put_new(path, text.as_bytes());
        written.map_err(|source| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                RegisterError::AlreadyThere { path: path.to_owned() }
            } else {
                failed(path)(source)
            }
        })?;
        let lock = lock(path)?;
        Ok(Self { path: path.to_owned(), note, checkpoint, _lock: lock })
    }

    /// Opens the register of the log with this origin. What it says is durable when this returns.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]: none there, damaged, of another log, in use, or the disk.
    pub fn open(path: &Path, origin: &str) -> Result<Self, RegisterError> {
        if !path.exists() {
            return Err(RegisterError::Missing { path: path.to_owned() });
        }
        let lock = lock(path)?;
        // A process that was killed while it replaced the register may not have come to this; the note that
        // it left is handed out again as it is.
        file::sync_parent(path).map_err(failed(path))?;
        let (note, checkpoint) = Self::look(path, origin)?;
        Ok(Self { path: path.to_owned(), note, checkpoint, _lock: lock })
    }

    /// What the register says, without holding it.
    ///
    /// # Errors
    ///
    /// As [`Register::open`], but never [`RegisterError::InUse`].
    pub fn look(path: &Path, origin: &str) -> Result<(SignedNote, Checkpoint), RegisterError> {
        let bytes = file::read(path, BYTES_MAX).map_err(|source| {
            if source.kind() == io::ErrorKind::NotFound {
                RegisterError::Missing { path: path.to_owned() }
            } else if source.kind() == io::ErrorKind::InvalidData {
                RegisterError::Damaged { path: path.to_owned() }
            } else {
                failed(path)(source)
            }
        })?;
        let note = parse(&bytes).ok_or_else(|| RegisterError::Damaged { path: path.to_owned() })?;
        let checkpoint = Checkpoint::parse(note.text());
        let checkpoint =
            checkpoint.map_err(|_| RegisterError::Damaged { path: path.to_owned() })?;
        if checkpoint.origin() != origin {
            return Err(RegisterError::OtherLog {
                path: path.to_owned(),
                expected: origin.to_owned(),
                found: checkpoint.origin().to_owned(),
            });
        }
        Ok((note, checkpoint))
    }

    /// The last checkpoint that was signed, as it was signed.
    pub fn note(&self) -> &SignedNote {
        &self.note
    }

    /// What that checkpoint states.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Puts another checkpoint of the same log in place of the last. Durable when it returns. That it
    /// extends the last one is for the caller to see to.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]: not a checkpoint of this log, or one that could not be read again; then
    /// nothing was written. Or the disk; then what the register says after the next opening is the old
    /// or the new one.
    pub fn replace(&mut self, note: SignedNote) -> Result<(), RegisterError> {
        let checkpoint = Checkpoint::parse(note.text())
            .map_err(|_| RegisterError::Damaged { path: self.path.clone() })?;
        if checkpoint.origin() != self.checkpoint.origin() {
            return Err(RegisterError::OtherLog {
                path: self.path.clone(),
                expected: self.checkpoint.origin().to_owned(),
                found: checkpoint.origin().to_owned(),
            });
        }
        let text = readable_text(&note).map_err(failed(&self.path))?;
        file::put(&self.path, text.as_bytes()).map_err(failed(&self.path))?;
        (self.note, self.checkpoint) = (note, checkpoint);
        Ok(())
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> RegisterError {
    let path = path.to_owned();
    move |source| RegisterError::Io { path, source }
}

/// The register itself is replaced by renaming, so the lock is on a file beside it.
fn lock(path: &Path) -> Result<File, RegisterError> {
    let beside = path.with_added_extension("lock");
    let opened =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(beside);
    let file = opened.map_err(failed(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RegisterError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(path)(source)),
    }
}

fn text_of(note: &SignedNote) -> String {
    let note = note.to_string();
    format!("{HEADING}crc32c {:08x}\n{note}", crc32c::crc32c(note.as_bytes()))
}

/// The text of a register that the next opening will read. A register that cannot be read is as good
/// as lost, so such a text is refused while the old one is still there.
fn readable_text(note: &SignedNote) -> io::Result<String> {
    let refused = |problem: String| io::Error::new(io::ErrorKind::InvalidInput, problem);
    let text = text_of(note);
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    if length > BYTES_MAX {
        return Err(refused(format!("expected at most {BYTES_MAX} bytes to keep, found {length}")));
    }
    if parse(text.as_bytes()).as_ref() != Some(note) {
        return Err(refused(format!(
            "expected a checkpoint that can be read again, with 1 to {SIGNATURES_MAX} signatures, found one \
             with {}",
            note.signatures().len()
        )));
    }
    Ok(text)
}

fn parse(bytes: &[u8]) -> Option<SignedNote> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (crc, note) = text.strip_prefix(HEADING)?.strip_prefix("crc32c ")?.split_once('\n')?;
    if crc != format!("{:08x}", crc32c::crc32c(note.as_bytes())) {
        return None;
    }
    SignedNote::parse(note.as_bytes()).ok()
}

#[cfg(test)]
mod tests;

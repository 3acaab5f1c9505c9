//! One process per ledger.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
};

/// Holds the ledger for this process; the kernel lets go when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Drop for Lock {
    /// By name, and not by closing the file alone: a process that was forked and is not yet another program has it
    /// open as well, and whoever opened the ledger next would find it held.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Why the ledger could not be held.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another process holds it; its id, if the file says.
    Held(Option<u32>),
    /// The lock file cannot be used.
    Io(io::Error),
}

impl Lock {
    /// Takes the lock and writes this process's id into it, or says who has it.
    pub(crate) fn take(path: &Path) -> Result<Self, LockError> {
        let opened =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = opened.map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let read = file.read_to_string(&mut text);
                return Err(LockError::Held(read.ok().and_then(|_| text.trim().parse().ok())));
            }
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
        let mut write = || {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())
        };
        write().map_err(LockError::Io)?;
        Ok(Self { file })
    }
}

//! A folder of mails (Maildir), and files that were named.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use super::reading::{MAIL_BYTES_MAX, UnreadableMail};
use crate::error::CommandError;

/// A Maildir: deliveries lie in `new`, what was dealt with in `cur`.
#[derive(Debug)]
pub struct Maildir {
    new: PathBuf,
    cur: PathBuf,
}

impl Maildir {
    /// A Maildir that is there.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when it has no `new` and `cur`.
    pub fn open(path: &Path) -> Result<Self, CommandError> {
        let (new, cur) = (path.join("new"), path.join("cur"));
        if new.is_dir() && cur.is_dir() {
            return Ok(Self { new, cur });
        }
        Err(CommandError::Refused {
            problem: format!("expected a Maildir with new and cur at {}", path.display()),
            next: "name the folder that holds these two".to_owned(),
        })
    }

    /// The names of what was delivered, in order. Links and folders are not mails.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when the folder cannot be read.
    pub fn delivered(&self) -> Result<Vec<OsString>, CommandError> {
        let failed = || CommandError::file("read", &self.new);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.new).map_err(failed())? {
            let entry = entry.map_err(failed())?;
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if !is_hidden && entry.file_type().map_err(failed())?.is_file() {
                names.push(entry.file_name());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Where a delivered mail lies.
    pub fn path_of(&self, name: &OsString) -> PathBuf {
        self.new.join(name)
    }

    /// Moves a mail that is in the ledger to what was dealt with, as seen. A crash before leaves it to
    /// be found known.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when it cannot be moved.
    pub fn dealt_with(&self, name: &OsString) -> Result<(), CommandError> {
        let mut to = name.clone();
        if !name.to_string_lossy().contains(":2,") {
            to.push(":2,S");
        }
        let to = self.cur.join(to);
        let moved = fs::rename(self.new.join(name), &to)
            .and_then(|()| File::open(&self.cur)?.sync_all())
            .and_then(|()| File::open(&self.new)?.sync_all());
        moved.map_err(CommandError::file("move", &to))
    }
}

/// Reads a mail, unless it is too long.
///
/// # Errors
///
/// [`CommandError`] when the file cannot be read.
pub fn read(path: &Path) -> Result<Result<Vec<u8>, UnreadableMail>, CommandError> {
    let failed = || CommandError::file("read", path);
    let file = File::open(path).map_err(failed())?;
    let mut bytes = Vec::new();
    file.take(MAIL_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes).map_err(failed())?;
    let found = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if found > MAIL_BYTES_MAX {
        return Ok(Err(UnreadableMail::TooLarge { found }));
    }
    Ok(Ok(bytes))
}

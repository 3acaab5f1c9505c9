//! What witnesses have said of another history, remembered beside the register: neither the end of the process nor
//! whoever cuts such a witness off takes it back.
//!
//! A text file, a line for each: the witness's key and the size for which it refused last. It is replaced whole. Losing it
//! loses a warning, and no proof: that witness goes on refusing.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use merkle_log::VerifierKey;

use crate::{backup::files::put, error::CommandError};

/// The file, and what stands in it.
#[derive(Debug)]
pub(super) struct RememberedForks {
    path: PathBuf,
    /// By the key, in its text form: a policy may call its witnesses otherwise tomorrow.
    written: BTreeMap<String, u64>,
}

impl RememberedForks {
    /// Those of this file; none where it is not there.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: it cannot be read, or has a line that is no such line.
    pub(super) fn read(path: PathBuf) -> Result<Self, CommandError> {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(CommandError::file("read", &path)(error)),
        };
        let mut written = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            let Some((key, size)) = parsed(line) else {
                return Err(CommandError::Refused {
                    problem: format!(
                        "expected a witness's key and a number of records in line {} of {}, found something else",
                        at + 1,
                        path.display()
                    ),
                    next: "put that line right; without it nobody remembers which witness has seen another \
                           history of this ledger"
                        .to_owned(),
                });
            };
            written.insert(key.to_string(), size);
        }
        Ok(Self { path, written })
    }

    /// The size for which this witness refused last.
    pub(super) fn of(&self, key: &VerifierKey) -> Option<u64> {
        self.written.get(&key.to_string()).copied()
    }

    /// Writes what these witnesses say now, where that is something new. Of others what was said stays.
    ///
    /// # Errors
    ///
    /// [`CommandError::File`]; it is to be written again then.
    pub(super) fn keep<'a>(
        &mut self,
        now: impl Iterator<Item = (&'a VerifierKey, Option<u64>)>,
    ) -> Result<(), CommandError> {
        let mut next = self.written.clone();
        for (key, forked_at) in now {
            match forked_at {
                Some(size) => next.insert(key.to_string(), size),
                None => next.remove(&key.to_string()),
            };
        }
        if next == self.written {
            return Ok(());
        }
        let lines: Vec<_> = next.iter().map(|(key, size)| format!("{key} {size}\n")).collect();
        put(&self.path, lines.concat().as_bytes())?;
        self.written = next;
        Ok(())
    }
}

fn parsed(line: &str) -> Option<(VerifierKey, u64)> {
    let (key, size) = line.split_once(' ')?;
    Some((key.parse().ok()?, size.parse().ok()?))
}

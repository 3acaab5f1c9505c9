//! What evidence opens, saved as it was handed in.
//!
//! It is personal data, and whatever somebody once handed in: nothing here looks into it, and only its owner may read it.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use evidence_check::check::OpenedContent;

use crate::{backup::files::make_private_dir, error::CommandError};

/// Writes each to a file of its own, beside nothing of the same name, and gives how many there are.
///
/// # Errors
///
/// [`CommandError`]: nothing is opened, a file of that name is there already, the disk. What was written until then stays.
pub(super) fn save(contents: &[OpenedContent], dir: &Path) -> Result<usize, CommandError> {
    if contents.is_empty() {
        return Err(CommandError::Refused {
            problem: "expected something that this evidence opens, found nothing to save"
                .to_owned(),
            next: "ask for a bundle with what you may read opened, or leave --save-opened out"
                .to_owned(),
        });
    }
    make_private_dir(dir)?;
    for opened in contents {
        let ending = if opened.is_text() { "txt" } else { "bin" };
        let path = dir.join(format!("{}.{ending}", opened.name));
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&path);
        let written = file.and_then(|mut file| {
            file.write_all(&opened.content)?;
            file.sync_all()
        });
        written.map_err(|error| {
            if error.kind() != io::ErrorKind::AlreadyExists {
                return CommandError::file("write", &path)(error);
            }
            CommandError::Refused {
                problem: format!("expected no file at {}, found one: it stays", path.display()),
                next: "name another directory with --save-opened".to_owned(),
            }
        })?;
    }
    Ok(contents.len())
}

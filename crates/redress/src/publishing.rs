//! From sequenced to published: what is appended is signed within a second, witnessed, and kept where
//! it is served from.
//!
//! | in the data directory | what |
//! |---|---|
//! | `checkpoint` | the newest signed checkpoint |
//! | `checkpoint.witnessed` | the newest that enough witnesses of the policy have cosigned |
//!
//! Both are derived: the register is what remembers. They are replaced whole.
//!
//! - [`publisher`]: signs and publishes while others append
//! - [`witnesses`]: asks the witnesses of a policy
//! - `witnessing`: has them asked while others append

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use merkle_log::{SignedNote, note::SIGNATURES_MAX};

use self::witnesses::Asked;
use crate::{arguments::SigningAt, error::CommandError, ledger::Ledger, signing};

pub mod publisher;
pub mod witnesses;
mod witnessing;

/// Where the published checkpoints of a ledger lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedPlaces {
    /// The newest that was signed.
    pub signed: PathBuf,
    /// The newest that enough witnesses have cosigned.
    pub witnessed: PathBuf,
}

impl PublishedPlaces {
    /// Those of the ledger in this data directory.
    pub fn of(data: &Path) -> Self {
        Self { signed: data.join("checkpoint"), witnessed: data.join("checkpoint.witnessed") }
    }

    /// Keeps a checkpoint that was just signed.
    ///
    /// # Errors
    ///
    /// [`CommandError::File`].
    pub fn keep_signed(&self, note: &SignedNote) -> Result<(), CommandError> {
        put(&self.signed, note)
    }

    /// Keeps a checkpoint with the cosignatures that were given, if they are enough.
    ///
    /// # Errors
    ///
    /// [`CommandError::File`].
    pub fn keep_witnessed(&self, asked: &Asked) -> Result<(), CommandError> {
        if asked.quorum.is_ok() { put(&self.witnessed, &asked.note) } else { Ok(()) }
    }

    /// The checkpoint that strangers are shown: the newest witnessed one where there is a policy, else
    /// the newest signed one. `None` while there is none.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: it cannot be read.
    pub fn shown(&self, has_policy: bool) -> Result<Option<SignedNote>, CommandError> {
        read(if has_policy { &self.witnessed } else { &self.signed })
    }
}

/// Signs the head, keeps the checkpoint, and asks the witnesses of the policy, if there is one.
///
/// # Errors
///
/// [`CommandError`]: no key, or the ledger does not extend what was signed before.
pub async fn publish_head(
    ledger: &Ledger,
    at: &SigningAt,
) -> Result<(SignedNote, Option<Asked>), CommandError> {
    let witnesses = signing::witnesses(&ledger.places, at)?;
    let signer = signing::open(ledger, at).await?;
    let (signer, note) = signing::sign_head(signer, &ledger.log).await?;
    let places = PublishedPlaces::of(&ledger.places.data);
    places.keep_signed(&note)?;
    let Some(mut witnesses) = witnesses else { return Ok((note, None)) };
    let nodes = ledger.log.nodes();
    let asked = tokio::task::spawn_blocking(move || {
        let asked = witnesses.ask(&nodes, &note);
        places.keep_witnessed(&asked).map(|()| asked)
    });
    let asked = asked.await.map_err(CommandError::failed("ask the witnesses"))??;
    // The register is held until the witnesses have answered: nobody signs beside them.
    drop(signer);
    Ok((asked.note.clone(), Some(asked)))
}

/// A checkpoint that was kept, if there is one.
///
/// # Errors
///
/// [`CommandError`]: it cannot be read, or is none.
pub fn read(path: &Path) -> Result<Option<SignedNote>, CommandError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CommandError::file("read", path)(error)),
    };
    let note = SignedNote::parse(&bytes).map_err(|error| CommandError::Refused {
        problem: format!("expected a signed checkpoint at {}: {error}", path.display()),
        next: "remove it; the next checkpoint takes its place".to_owned(),
    })?;
    Ok(Some(note))
}

/// Puts a checkpoint in place of the last, if it can be read again: `serve` and `status` read it.
fn put(path: &Path, note: &SignedNote) -> Result<(), CommandError> {
    let text = note.to_string();
    if SignedNote::parse(text.as_bytes()).as_ref() != Ok(note) {
        return Err(CommandError::Refused {
            problem: format!(
                "expected a checkpoint for {} that can be read again, with 1 to {SIGNATURES_MAX} \
                 signatures, found one with {}; the last one stays",
                path.display(),
                note.signatures().len()
            ),
            next: "name fewer witnesses in the policy".to_owned(),
        });
    }
    let temporary = path.with_added_extension("tmp");
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
    };
    write().map_err(CommandError::file("write", path))
}

#[cfg(test)]
mod tests;

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
//! - `forks`: what they said of another history, remembered
//! - `witnessing`: has them asked while others append

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use merkle_log::{Checkpoint, SignedNote, note::SIGNATURES_MAX};

use self::witnesses::Asked;
use crate::{arguments::SigningAt, error::CommandError, ledger::Ledger, signing};

mod forks;
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

    /// Keeps a checkpoint that enough witnesses have cosigned, in place of one that is not newer.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: a file cannot be read or written, or a newer one is there, which is another copy's.
    pub fn keep_witnessed(&self, note: &SignedNote) -> Result<(), CommandError> {
        let size = size_of(note)?;
        match size_kept(&self.witnessed)? {
            Some(kept) if kept > size => Err(CommandError::Refused {
                problem: format!(
                    "expected a witnessed checkpoint of {size} records or fewer at {}, found one of {kept}: it \
                     stays",
                    self.witnessed.display()
                ),
                next: "find out which copy of the ledger it is of; if of none, remove it"
                    .to_owned(),
            }),
            Some(_) | None => put(&self.witnessed, note),
        }
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
        let remembered = witnesses.remember();
        if asked.quorum.is_ok() {
            places.keep_witnessed(&asked.note)?;
        }
        // After what was given is kept; what cannot be remembered is said where nothing else is.
        if asked.forks.is_empty() {
            remembered?;
        } else if let Err(error) = remembered {
            tracing::error!(%error, "who has seen another history is forgotten when this process ends");
        }
        Ok::<_, CommandError>(asked)
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

fn size_of(note: &SignedNote) -> Result<u64, CommandError> {
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(CommandError::failed("read the checkpoint"))?;
    Ok(checkpoint.size())
}

/// How many records a checkpoint that was kept covers. One that is none covers nothing, and the next takes its place.
fn size_kept(path: &Path) -> Result<Option<u64>, CommandError> {
    match read(path) {
        Ok(note) => Ok(note.and_then(|note| size_of(&note).ok())),
        Err(CommandError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
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

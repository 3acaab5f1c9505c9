//! A mirror: somebody else's copy of the tree, checked from the first record to the last.
//!
//! Nothing that the source says is believed. The records are hashed anew, and every hash tile of the
//! mirror is computed from them; the root must be the one that the log has signed, and the tree must
//! begin with all that the mirror held before. Of what the records say, the lists of all streams are made anew
//! that they commit to, for by these a case is denied.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use event_log_sled::disk::sync_tree;
use merkle_log::{
    Checkpoint, Policy, SignedNote, TileId, VerifierKey, parse_bundle, tile::TILE_WIDTH,
};
use serde::Serialize;
use ureq::Agent;

use self::{attempts::Attempts, replay::Replay};
use super::export::{check_place, put};
use crate::{console::Bar, error::CommandError};

mod attempts;
mod fault;
mod lists;
mod replay;

/// The name of the file with the checkpoint.
pub(super) const CHECKPOINT: &str = "checkpoint";
/// The name of the file with a checkpoint that is signed and was not taken over, for what it covers is not true.
pub(super) const REFUSED: &str = "checkpoint.refused";
/// A checkpoint is no longer than this.
const CHECKPOINT_BYTES_MAX: u64 = 1_000_000;
/// A bundle of 256 of the widest records.
const BUNDLE_BYTES_MAX: u64 = 256 * 65_537;
const TIMEOUT: Duration = Duration::from_secs(30);

/// Where a tree is read from.
#[derive(Debug)]
pub enum Source {
    /// A directory, as `redress export tiles` writes it.
    Directory(PathBuf),
    /// A web server with such files.
    Http {
        /// The connection.
        agent: Box<Agent>,
        /// The address below which the files lie.
        prefix: String,
    },
}

impl Source {
    /// The source that somebody named: an address that begins with `http`, else a directory.
    pub fn of(name: &str) -> Self {
        if name.starts_with("http://") || name.starts_with("https://") {
            let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).build();
            let prefix = name.trim_end_matches('/').to_owned();
            return Self::Http { agent: Box::new(config.into()), prefix };
        }
        Self::Directory(PathBuf::from(name))
    }

    /// How it was named.
    fn name(&self) -> String {
        match self {
            Self::Directory(dir) => dir.display().to_string(),
            Self::Http { prefix, .. } => prefix.clone(),
        }
    }

    /// The bytes of one file; `None` when there is none.
    fn get(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, CommandError> {
        let refused = |reason: String| CommandError::Refused {
            problem: format!("could not read {name} of the tree: {reason}"),
            next: "look at the address or directory given with --from, then try again".to_owned(),
        };
        match self {
            Self::Directory(dir) => match fs::File::open(dir.join(name)) {
                Ok(file) => {
                    let mut bytes = Vec::new();
                    let read = file.take(most).read_to_end(&mut bytes);
                    read.map_err(|error| refused(error.to_string()))?;
                    Ok(Some(bytes))
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(refused(error.to_string())),
            },
            Self::Http { agent, prefix } => match agent.get(format!("{prefix}/{name}")).call() {
                Ok(mut response) => {
                    let body = response.body_mut().with_config().limit(most).read_to_vec();
                    Ok(Some(body.map_err(|error| refused(error.to_string()))?))
                }
                Err(ureq::Error::StatusCode(404 | 410)) => Ok(None),
                Err(error) => Err(refused(error.to_string())),
            },
        }
    }

    fn must_get(&self, name: &str, most: u64) -> Result<Vec<u8>, CommandError> {
        self.get(name, most)?.ok_or_else(|| CommandError::Refused {
            problem: format!("expected {name} in the tree, found nothing"),
            next: "ask whoever publishes the tree for it: a log that withholds a file it has \
                   signed cannot be checked"
                .to_owned(),
        })
    }
}

/// Whom whoever mirrors a log trusts.
#[derive(Debug)]
pub struct Trust {
    /// A key of the log.
    pub key: VerifierKey,
    /// Which witnesses must have cosigned, if any must.
    pub policy: Option<Policy>,
}

/// What was checked.
#[derive(Debug, Serialize)]
pub struct Mirrored {
    /// Whose log it is.
    pub origin: String,
    /// How many records it has.
    pub size: u64,
    /// The root over them, in hexadecimal.
    pub root: String,
    /// The key that has signed.
    pub signed_by: String,
    /// The witnesses that have cosigned.
    pub witnesses: Vec<String>,
    /// How many records the mirror held before; the tree begins with all of them.
    pub held_before: u64,
    /// How many key rotations were followed.
    pub rotations: u64,
    /// How many index commitments there are, each to the list that was made anew of the records.
    pub index_commitments: u64,
}

/// Brings a mirror up to what its source publishes, and checks all of it. Blocks.
///
/// # Errors
///
/// [`CommandError::Refused`]: something is withheld, not signed as it must be, another history than the
/// mirror holds, or records that are not those that were signed: with the first bad position, and whether
/// the source or the mirror itself has them; or a commitment to another list of all streams than they give. The
/// mirror's checkpoint is as it was then.
pub fn mirror(
    source: &Source,
    out: &Path,
    trust: Trust,
    bar: &Bar,
) -> Result<Mirrored, CommandError> {
    // Whoever publishes a log is not blamed for an address with an error in it.
    let bytes = source.get(CHECKPOINT, CHECKPOINT_BYTES_MAX)?.ok_or_else(|| no_tree(source))?;
    let note = SignedNote::parse(&bytes).map_err(|error| not_signed(&error))?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|error| not_signed(&error))?;
    if checkpoint.origin() != trust.key.name() {
        return Err(CommandError::Refused {
            problem: format!(
                "expected the log {}, found {}",
                trust.key.name(),
                checkpoint.origin()
            ),
            next: "name the key of the log that is published there".to_owned(),
        });
    }
    let held = held(out)?;
    check_place(out, &checkpoint)?;
    if let Some((_, held)) = &held {
        check_held(held, &checkpoint)?;
    }
    let Trust { key, policy } = trust;
    let size = checkpoint.size();
    let attempts = Attempts { source, out, key, checkpoint: &checkpoint, held, bar };
    let replay = attempts.replay()?;
    let opened = replay.chain.open(&note).map_err(|error| not_signed(&error))?;
    let witnesses = match &policy {
        Some(policy) => policy.cosigned(&note).map_err(|error| not_signed(&error))?,
        None => std::collections::BTreeMap::new(),
    };
    let Replay { chain, rotations, audit, .. } = replay;
    let index_commitments = match lists::made_anew(audit, &source.name(), out) {
        Ok(commitments) => commitments,
        Err(error @ CommandError::Refused { .. }) => {
            keep(out, REFUSED, &note)?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    keep(out, CHECKPOINT, &note)?;
    forget_refused(out)?;
    let signed_by = chain.key_at(opened.size()).map(ToString::to_string);
    Ok(Mirrored {
        origin: checkpoint.origin().to_owned(),
        size,
        root: checkpoint.root().to_string(),
        signed_by: signed_by.unwrap_or_default(),
        witnesses: witnesses.into_keys().collect(),
        held_before: attempts.held_size(),
        rotations,
        index_commitments,
    })
}

/// Writes a checkpoint once all that it covers is on the disk.
fn keep(out: &Path, name: &str, note: &SignedNote) -> Result<(), CommandError> {
    sync_tree(out).map_err(CommandError::file("sync", out))?;
    put(&out.join(name), note.to_string().as_bytes())?;
    sync_tree(out).map_err(CommandError::file("sync", out))
}

/// What was refused is held by the checkpoint that was taken over since.
fn forget_refused(out: &Path) -> Result<(), CommandError> {
    let path = out.join(REFUSED);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(CommandError::file("remove", &path)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The most that the log has signed before, as far as the mirror knows: the checkpoint that it took over, or one that it
/// refused though it was signed. A log that was caught does not get to show another history.
fn held(out: &Path) -> Result<Option<(SignedNote, Checkpoint)>, CommandError> {
    let (taken, refused) = (read_own(out, CHECKPOINT)?, read_own(out, REFUSED)?);
    let size = |held: &Option<(SignedNote, Checkpoint)>| held.as_ref().map(|(_, it)| it.size());
    Ok(if size(&refused) > size(&taken) { refused } else { taken })
}

/// A checkpoint of the mirror's own.
fn read_own(out: &Path, name: &str) -> Result<Option<(SignedNote, Checkpoint)>, CommandError> {
    let path = out.join(name);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CommandError::file("read", &path)(error)),
    };
    let note = SignedNote::parse(&bytes).map_err(|error| fault::own_checkpoint(out, &error))?;
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(|error| fault::own_checkpoint(out, &error))?;
    Ok(Some((note, checkpoint)))
}

/// The log may not be shorter than what the mirror holds, nor another.
fn check_held(held: &Checkpoint, published: &Checkpoint) -> Result<(), CommandError> {
    if published.size() < held.size() {
        return Err(fault::other_history(&format!(
            "this mirror holds {} signed records, and the log now publishes {}",
            held.size(),
            published.size()
        )));
    }
    Ok(())
}

/// A bundle as the source has it.
fn bundle(source: &Source, tile: TileId) -> Result<Vec<u8>, CommandError> {
    if let Some(bytes) = source.get(&tile.to_string(), BUNDLE_BYTES_MAX)? {
        return Ok(bytes);
    }
    // A partial bundle may be gone once the full one exists; its entries are the first of that.
    let full = TileId::new(tile.kind(), tile.index(), TILE_WIDTH);
    let full = full.ok_or_else(|| withheld(&tile.to_string()))?;
    let bytes = source.must_get(&full.to_string(), BUNDLE_BYTES_MAX)?;
    let entries = parse_bundle(&bytes, TILE_WIDTH).map_err(|_| withheld(&full.to_string()))?;
    merkle_log::encode_bundle(entries.into_iter().take(tile.width().into()))
        .map_err(CommandError::failed("read a bundle"))
}

fn no_tree(source: &Source) -> CommandError {
    CommandError::Refused {
        problem: format!(
            "expected a published tree at {}, found no file `{CHECKPOINT}` there",
            source.name()
        ),
        next: "look at the address or directory given with --from: it is the one below which that file \
               lies"
            .to_owned(),
    }
}

fn withheld(name: &str) -> CommandError {
    CommandError::Refused {
        problem: format!("expected {name} of the tree, found something else"),
        next: "ask whoever publishes the tree for it".to_owned(),
    }
}

fn not_signed(error: &dyn std::error::Error) -> CommandError {
    CommandError::Refused {
        problem: format!("the checkpoint of the tree is not as it must be: {error}"),
        next: "check the key or policy you trust; if it is right, this is not the log's statement"
            .to_owned(),
    }
}

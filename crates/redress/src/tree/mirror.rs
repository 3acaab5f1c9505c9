//! A mirror: somebody else's copy of the tree, checked from the first record to the last.
//!
//! Nothing that the source says is believed. The records are hashed anew, and every hash tile of the
//! mirror is computed from them; the root must be the one that the log has signed, and the tree must
//! begin with all that the mirror held before.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use checkpoint_signer::KeyChain;
use complaint_codec::decode;
use complaint_domain::{LedgerEvent, ledger::EvidenceEvent};
use event_log::Position;
use event_log_sled::disk::sync_tree;
use jiff::Timestamp;
use merkle_log::{
    Checkpoint, CompactRange, Hash, Policy, SignedNote, TileId, TileKind, VerifierKey, leaf_hash,
    parse_bundle, tile::TILE_WIDTH,
};
use serde::Serialize;
use ureq::Agent;

use super::export::put;
use crate::{console::Bar, error::CommandError, publishing, signing::rotation_of};

const CHECKPOINT: &str = "checkpoint";
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
}

/// Brings a mirror up to what its source publishes, and checks all of it. Blocks.
///
/// # Errors
///
/// [`CommandError::Refused`]: something is withheld, not signed as it must be, or another history than
/// the mirror holds. [`CommandError::Broken`] with the first bad position. The mirror's checkpoint is as
/// it was then.
pub fn mirror(
    source: &Source,
    out: &Path,
    trust: Trust,
    bar: &Bar,
) -> Result<Mirrored, CommandError> {
    let bytes = source.must_get(CHECKPOINT, CHECKPOINT_BYTES_MAX)?;
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
    let held = match publishing::read(&out.join(CHECKPOINT))? {
        Some(note) => Some(Checkpoint::parse(note.text()).map_err(|error| not_signed(&error))?),
        None => None,
    };
    let mut replay = Replay::new(out, KeyChain::new(trust.key), held);
    replay.check_held(&checkpoint)?;
    let size = checkpoint.size();
    let width = u64::from(TILE_WIDTH);
    for index in 0..size.div_ceil(width) {
        let tile = TileId::in_tree(TileKind::Entries, index, size);
        let tile = tile.ok_or_else(|| withheld("a bundle"))?;
        let bytes = bundle(source, out, tile)?;
        replay.bundle(tile, &bytes)?;
        bar.set_of(replay.tree.size(), size);
    }
    replay.finish(&checkpoint)?;
    let opened = replay.chain.open(&note).map_err(|error| not_signed(&error))?;
    let witnesses = match &trust.policy {
        Some(policy) => policy.cosigned(&note).map_err(|error| not_signed(&error))?,
        None => std::collections::BTreeMap::new(),
    };
    sync_tree(out).map_err(CommandError::file("sync", out))?;
    put(&out.join(CHECKPOINT), note.to_string().as_bytes())?;
    sync_tree(out).map_err(CommandError::file("sync", out))?;
    let signed_by = replay.chain.key_at(opened.size()).map(ToString::to_string);
    Ok(Mirrored {
        origin: checkpoint.origin().to_owned(),
        size,
        root: checkpoint.root().to_string(),
        signed_by: signed_by.unwrap_or_default(),
        witnesses: witnesses.into_keys().collect(),
        held_before: replay.held.as_ref().map_or(0, Checkpoint::size),
        rotations: replay.rotations,
    })
}

/// A bundle: the mirror's own where it is whole, else the source's.
fn bundle(source: &Source, out: &Path, tile: TileId) -> Result<Vec<u8>, CommandError> {
    let own = out.join(tile.to_string());
    if !tile.is_partial() && own.exists() {
        return fs::read(&own).map_err(CommandError::file("read", &own));
    }
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

/// The records of a tree, hashed and read one after the other.
#[derive(Debug)]
struct Replay<'a> {
    out: &'a Path,
    chain: KeyChain,
    rotations: u64,
    held: Option<Checkpoint>,
    tree: CompactRange,
    /// The hashes of the tile that is being filled at each level.
    levels: Vec<Vec<Hash>>,
    recorded_at: Option<Timestamp>,
}

impl<'a> Replay<'a> {
    fn new(out: &'a Path, chain: KeyChain, held: Option<Checkpoint>) -> Self {
        Self {
            out,
            chain,
            rotations: 0,
            held,
            tree: CompactRange::new(),
            levels: Vec::new(),
            recorded_at: None,
        }
    }

    /// The log may not be shorter than what the mirror holds, nor another.
    fn check_held(&self, published: &Checkpoint) -> Result<(), CommandError> {
        let Some(held) = &self.held else { return Ok(()) };
        if held.origin() != published.origin() {
            return Err(CommandError::Refused {
                problem: format!(
                    "expected a mirror of {}, found one of {}",
                    published.origin(),
                    held.origin()
                ),
                next: "name another directory with --out".to_owned(),
            });
        }
        if published.size() < held.size() {
            return Err(other_history(&format!(
                "this mirror holds {} signed records, and the log now publishes {}",
                held.size(),
                published.size()
            )));
        }
        Ok(())
    }

    fn bundle(&mut self, tile: TileId, bytes: &[u8]) -> Result<(), CommandError> {
        let position = Position(self.tree.size());
        let entries = parse_bundle(bytes, tile.width()).map_err(|error| CommandError::Broken {
            position,
            reason: format!("{tile}: {error}"),
        })?;
        for entry in entries {
            self.record(entry)?;
        }
        put(&self.out.join(tile.to_string()), bytes)
    }

    fn record(&mut self, entry: &[u8]) -> Result<(), CommandError> {
        let position = Position(self.tree.size());
        let broken = |reason: String| CommandError::Broken { position, reason };
        let record = decode(entry).map_err(|error| broken(error.to_string()))?;
        if let Some(before) = self.recorded_at.replace(record.recorded_at)
            && record.recorded_at < before
        {
            let found = record.recorded_at;
            return Err(broken(format!(
                "expected a record made at or after {before}, found {found}"
            )));
        }
        if let LedgerEvent::Evidence(EvidenceEvent::KeyRotated(event)) = &record.event {
            let rotation = rotation_of(event).map_err(broken)?;
            let followed = self.chain.follow(position.0, &rotation);
            followed.map_err(|error| broken(format!("the key rotation does not hold: {error}")))?;
            self.rotations += 1;
        }
        let leaf = leaf_hash(entry);
        self.tree.push(leaf);
        self.fill(0, leaf)?;
        match &self.held {
            Some(held) if held.size() == self.tree.size() && held.root() != self.tree.root() => {
                Err(other_history(&format!(
                    "this mirror holds root {} over the first {} records, and the log now has root {}",
                    held.root(),
                    held.size(),
                    self.tree.root()
                )))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Adds a hash to the tile that is being filled at a level; a full one is written, and its root goes
    /// up a level.
    fn fill(&mut self, level: usize, hash: Hash) -> Result<(), CommandError> {
        if self.levels.len() <= level {
            self.levels.push(Vec::new());
        }
        let Some(row) = self.levels.get_mut(level) else { return Ok(()) };
        row.push(hash);
        if row.len() < usize::from(TILE_WIDTH) {
            return Ok(());
        }
        let row = std::mem::take(row);
        let mut root = CompactRange::new();
        for hash in &row {
            root.push(*hash);
        }
        self.write(level, &row)?;
        self.fill(level + 1, root.root())
    }

    fn write(&self, level: usize, row: &[Hash]) -> Result<(), CommandError> {
        let kind = TileKind::Hashes { level: u8::try_from(level).unwrap_or(u8::MAX) };
        let shift = u32::try_from(level.saturating_add(1).saturating_mul(8)).unwrap_or(u32::MAX);
        // The last leaf so far is in the tile that is being written.
        let last = self.tree.size().saturating_sub(1);
        let index = last.checked_shr(shift).unwrap_or(0);
        let width = u16::try_from(row.len()).unwrap_or(TILE_WIDTH);
        let Some(tile) = TileId::new(kind, index, width) else { return Ok(()) };
        let bytes: Vec<u8> = row.iter().flat_map(|hash| hash.0).collect();
        put(&self.out.join(tile.to_string()), &bytes)
    }

    /// Writes the partial tiles, and holds the root against the one that was signed.
    fn finish(&mut self, published: &Checkpoint) -> Result<(), CommandError> {
        if self.tree.root() != published.root() {
            return Err(CommandError::Refused {
                problem: format!(
                    "expected root {} over the {} records that are published, as the checkpoint \
                     states, found {}",
                    published.root(),
                    published.size(),
                    self.tree.root()
                ),
                next: "keep the checkpoint and these files: together they show that the log publishes \
                       other records than it signed"
                    .to_owned(),
            });
        }
        for level in 0..self.levels.len() {
            let row = self.levels.get_mut(level).map(std::mem::take).unwrap_or_default();
            if !row.is_empty() {
                self.write_partial(level, &row, published.size())?;
            }
        }
        Ok(())
    }

    fn write_partial(&self, level: usize, row: &[Hash], size: u64) -> Result<(), CommandError> {
        let kind = TileKind::Hashes { level: u8::try_from(level).unwrap_or(u8::MAX) };
        let shift = u32::try_from(level.saturating_mul(8)).unwrap_or(u32::MAX);
        let nodes = size.checked_shr(shift).unwrap_or(0);
        let index = nodes / u64::from(TILE_WIDTH);
        let width = u16::try_from(row.len()).unwrap_or(TILE_WIDTH);
        let Some(tile) = TileId::new(kind, index, width) else { return Ok(()) };
        let bytes: Vec<u8> = row.iter().flat_map(|hash| hash.0).collect();
        put(&self.out.join(tile.to_string()), &bytes)
    }
}

fn other_history(what: &str) -> CommandError {
    CommandError::Refused {
        problem: format!("the log has another history than it had: {what}"),
        next:
            "keep this mirror as it is: its checkpoint and the new one together prove that the log \
               signed two histories"
                .to_owned(),
    }
}

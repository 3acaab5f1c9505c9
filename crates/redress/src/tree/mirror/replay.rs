//! The records of a tree, hashed and read from the first to the last.

use std::path::Path;

use checkpoint_signer::KeyChain;
use complaint_codec::decode;
use complaint_domain::{LedgerEvent, ledger::EvidenceEvent};
use evidence_issue::ListAudit;
use jiff::Timestamp;
use merkle_log::{
    Checkpoint, CompactRange, Hash, TileId, TileKind, leaf_hash, parse_bundle, tile::TILE_WIDTH,
};

use super::{super::export::put, fault::Fault};
use crate::{error::CommandError, signing::rotation_of};

/// The records of a tree, hashed and read one after the other.
#[derive(Debug)]
pub(super) struct Replay<'a> {
    /// Where the tiles are written; nowhere when the tree is only looked at.
    out: Option<&'a Path>,
    pub(super) chain: KeyChain,
    pub(super) rotations: u64,
    held: Option<&'a Checkpoint>,
    /// The root over the records that the mirror holds, where it is another.
    other_root: Option<Hash>,
    tree: CompactRange,
    /// What the records are held against that say which streams there are. It sorts their leaves while they are
    /// read, for commitments stand behind what they cover, and reading all records again would cost more than
    /// sorting in vain where there is none: each was decoded to be read, and a leaf has a tenth of its bytes.
    pub(super) audit: ListAudit,
    /// The hashes of the tile that is being filled at each level.
    levels: Vec<Vec<Hash>>,
    recorded_at: Option<Timestamp>,
}

impl<'a> Replay<'a> {
    pub(super) fn new(
        out: Option<&'a Path>,
        scratch: &Path,
        chain: KeyChain,
        held: Option<&'a Checkpoint>,
    ) -> Self {
        Self {
            out,
            chain,
            rotations: 0,
            held,
            other_root: None,
            tree: CompactRange::new(),
            audit: ListAudit::new(scratch),
            levels: Vec::new(),
            recorded_at: None,
        }
    }

    /// How many records were read.
    pub(super) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Reads the records of a bundle, and keeps it.
    pub(super) fn bundle(&mut self, tile: TileId, bytes: &[u8]) -> Result<(), Fault> {
        let position = self.tree.size();
        let entries = parse_bundle(bytes, tile.width())
            .map_err(|error| Fault::Record { position, reason: error.to_string() })?;
        for entry in entries {
            self.record(entry)?;
        }
        self.put(tile, bytes)
    }

    fn put(&self, tile: TileId, bytes: &[u8]) -> Result<(), Fault> {
        let Some(out) = self.out else { return Ok(()) };
        Ok(put(&out.join(tile.to_string()), bytes)?)
    }

    fn record(&mut self, entry: &[u8]) -> Result<(), Fault> {
        let position = self.tree.size();
        let broken = |reason: String| Fault::Record { position, reason };
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
            let followed = self.chain.follow(position, &rotation);
            followed.map_err(|error| broken(format!("the key rotation does not hold: {error}")))?;
            self.rotations += 1;
        }
        let leaf = leaf_hash(entry);
        self.tree.push(leaf);
        let listed = self.audit.push(record.stream.as_str(), record.version.0, entry, leaf);
        listed.map_err(CommandError::failed("sort the records"))?;
        self.fill(0, leaf)?;
        if let Some(held) = self.held
            && held.size() == self.tree.size()
            && held.root() != self.tree.root()
        {
            // Whether the log has signed this history too, its end tells. Nothing of it is kept.
            self.other_root = Some(self.tree.root());
            self.out = None;
        }
        Ok(())
    }

    /// Adds a hash to the tile that is being filled at a level; a full one is written, and its root goes
    /// up a level.
    fn fill(&mut self, level: usize, hash: Hash) -> Result<(), Fault> {
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

    fn write(&self, level: usize, row: &[Hash]) -> Result<(), Fault> {
        let kind = TileKind::Hashes { level: u8::try_from(level).unwrap_or(u8::MAX) };
        let shift = u32::try_from(level.saturating_add(1).saturating_mul(8)).unwrap_or(u32::MAX);
        // The last leaf so far is in the tile that is being written.
        let last = self.tree.size().saturating_sub(1);
        let index = last.checked_shr(shift).unwrap_or(0);
        let width = u16::try_from(row.len()).unwrap_or(TILE_WIDTH);
        let Some(tile) = TileId::new(kind, index, width) else { return Ok(()) };
        let bytes: Vec<u8> = row.iter().flat_map(|hash| hash.0).collect();
        self.put(tile, &bytes)
    }

    /// Writes the partial tiles, and holds the root against the one that was signed.
    pub(super) fn finish(&mut self, published: &Checkpoint) -> Result<(), Fault> {
        if self.tree.root() != published.root() {
            return Err(Fault::PublishedRoot { found: self.tree.root() });
        }
        if let Some(found) = self.other_root {
            return Err(Fault::HeldRoot { found, chain: Box::new(self.chain.clone()) });
        }
        for level in 0..self.levels.len() {
            let row = self.levels.get_mut(level).map(std::mem::take).unwrap_or_default();
            if !row.is_empty() {
                self.write_partial(level, &row, published.size())?;
            }
        }
        Ok(())
    }

    fn write_partial(&self, level: usize, row: &[Hash], size: u64) -> Result<(), Fault> {
        let kind = TileKind::Hashes { level: u8::try_from(level).unwrap_or(u8::MAX) };
        let shift = u32::try_from(level.saturating_mul(8)).unwrap_or(u32::MAX);
        let nodes = size.checked_shr(shift).unwrap_or(0);
        let index = nodes / u64::from(TILE_WIDTH);
        let width = u16::try_from(row.len()).unwrap_or(TILE_WIDTH);
        let Some(tile) = TileId::new(kind, index, width) else { return Ok(()) };
        let bytes: Vec<u8> = row.iter().flat_map(|hash| hash.0).collect();
        self.put(tile, &bytes)
    }
}

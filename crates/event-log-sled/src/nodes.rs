//! The nodes of the Merkle tree, for proofs: sealed ones from tiles, the others from the tail.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use event_log::{Position, RecordedEvent};
use lru::LruCache;
use merkle_log::{
    Hash, NodeSource, TileId, TileKind, leaf_hash, node_hash, perfect_root,
    tile::{TILE_WIDTH, TileReader, parse_hash_tile},
};

use crate::{tail::Tail, tiles::Tiles};

/// How many hash tiles are kept: 8 KiB each.
const TILES_KEPT: usize = 1_024;
/// How many nodes are kept: some 100 bytes each.
const NODES_KEPT: usize = 65_536;
/// The lowest level whose nodes are kept. Those below follow from one tile, and each is asked for
/// by few leaves; those above take up to as many hashes as the tree has leaves in 65,536 of them.
const LEVEL_KEPT: u8 = 8;

type Tile = Arc<[Hash]>;

/// What proofs were made of lately, shared by all who ask a log for some.
#[derive(Debug)]
pub(crate) struct NodeCache {
    tiles: Mutex<LruCache<TileId, Tile>>,
    /// Nodes over sealed leaves only, which never change.
    nodes: Mutex<LruCache<(u8, u64), Hash>>,
    /// The hashes of the records that were in the tail when somebody last asked.
    tail: Mutex<(Position, Arc<Vec<Hash>>)>,
}

impl Default for NodeCache {
    fn default() -> Self {
        let most = |kept| NonZeroUsize::new(kept).unwrap_or(NonZeroUsize::MIN);
        Self {
            tiles: Mutex::new(LruCache::new(most(TILES_KEPT))),
            nodes: Mutex::new(LruCache::new(most(NODES_KEPT))),
            tail: Mutex::default(),
        }
    }
}

impl NodeCache {
    fn tile(
        &self,
        tile: TileId,
        read: impl FnOnce() -> Result<Tile, String>,
    ) -> Result<Tile, String> {
        let lock = || self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = lock().get(&tile) {
            return Ok(Arc::clone(found));
        }
        let found = read()?;
        lock().put(tile, Arc::clone(&found));
        Ok(found)
    }

    /// The leaf hashes of the tail and the position of its first; each record is hashed once.
    fn tail(&self, tail: &Tail) -> (Position, Arc<Vec<Hash>>) {
        let mut known = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, hashes) = &mut *known;
        let known_to = from.0.saturating_add(u64::try_from(hashes.len()).unwrap_or(u64::MAX));
        let (first, fresh) = tail.since(Position(known_to));
        let gone = usize::try_from(first.0.saturating_sub(from.0)).unwrap_or(usize::MAX);
        if gone > 0 || !fresh.is_empty() {
            let hash = |record: &RecordedEvent| leaf_hash(&record.bytes);
            let kept = hashes.iter().skip(gone).copied();
            *hashes = Arc::new(kept.chain(fresh.iter().map(hash)).collect());
            *from = first;
        }
        (first, Arc::clone(hashes))
    }
}

/// The tree at the moment it was asked for; grows no further.
#[derive(Debug, Clone)]
pub struct LogNodes {
    tiles: Tiles,
    cache: Option<Arc<NodeCache>>,
    /// How many leaves are in full tiles.
    sealed: u64,
    /// The hashes of the leaves after those.
    tail: Arc<Vec<Hash>>,
}

/// A node could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the node at level {level}, place {index}, cannot be had: {reason}")]
pub struct NodeError {
    level: u8,
    index: u64,
    reason: String,
}

impl LogNodes {
    /// The tree over all records of a log.
    pub(crate) fn of_log(tiles: Tiles, tail: &Tail, cache: &Arc<NodeCache>) -> Self {
        let (first, tail) = cache.tail(tail);
        Self { tiles, cache: Some(Arc::clone(cache)), sealed: first.0, tail }
    }

    /// The tree over so many leaves, all of them in full tiles, read from the disk each time.
    pub(crate) fn sealed(tiles: Tiles, sealed: u64) -> Self {
        Self { tiles, cache: None, sealed, tail: Arc::default() }
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.sealed.saturating_add(u64::try_from(self.tail.len()).unwrap_or(u64::MAX))
    }

    /// The tile from which a node follows, and which of its hashes the node is over; `None` when
    /// that tile is not full yet. At level 8 and below it always is.
    fn tile_below(&self, level: u8, index: u64) -> Option<(TileId, u64, u64)> {
        let width = u64::from(TILE_WIDTH);
        let tile_level = level.saturating_sub(1).checked_div(8)?;
        let height = u32::from(level.saturating_sub(tile_level.saturating_mul(8)));
        let count = 1_u64.checked_shl(height)?;
        let first = index.checked_mul(count)?;
        let tile_index = first.checked_div(width)?;
        let leaves = width.checked_pow(u32::from(tile_level).checked_add(1)?)?;
        if tile_index.checked_add(1)?.checked_mul(leaves)? > self.sealed {
            return None;
        }
        let tile = TileId::new(TileKind::Hashes { level: tile_level }, tile_index, TILE_WIDTH)?;
        Some((tile, first.checked_rem(width)?, count))
    }

    fn sealed_node(&self, (tile, first, count): (TileId, u64, u64)) -> Result<Hash, String> {
        let read = || {
            let bytes =
                (&self.tiles).read_tile(tile).map_err(|error| format!("{tile}: {error}"))?;
            let hashes = parse_hash_tile(tile, &bytes).map_err(|error| error.to_string())?;
            Ok(Tile::from(hashes))
        };
        let hashes = match &self.cache {
            Some(cache) => cache.tile(tile, read)?,
            None => read()?,
        };
        let skipped = usize::try_from(first).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let row = hashes.get(skipped..).and_then(|rest| rest.get(..count));
        row.and_then(perfect_root).ok_or_else(|| format!("{tile} is too short"))
    }

    /// [`NodeSource::node`] for a node that is inside the tree.
    fn compute(&self, level: u8, index: u64) -> Result<Hash, NodeError> {
        let failed = |reason: String| NodeError { level, index, reason };
        if let Some(place) = self.tile_below(level, index) {
            return self.sealed_node(place).map_err(failed);
        }
        let Some(below) = level.checked_sub(1) else {
            let place = usize::try_from(index.saturating_sub(self.sealed)).unwrap_or(usize::MAX);
            let leaf = self.tail.get(place).copied();
            return leaf.ok_or_else(|| failed("it lies outside the tree".to_owned()));
        };
        let left = index.saturating_mul(2);
        Ok(node_hash(&self.node(below, left)?, &self.node(below, left.saturating_add(1))?))
    }
}

impl NodeSource for LogNodes {
    type Error = NodeError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, NodeError> {
        let failed = |reason: String| NodeError { level, index, reason };
        let end = index
            .checked_add(1)
            .and_then(|next| next.checked_mul(1_u64.checked_shl(level.into())?));
        let Some(end) = end.filter(|end| *end <= self.size()) else {
            return Err(failed("it lies outside the tree".to_owned()));
        };
        let cache = self.cache.as_ref().filter(|_| level >= LEVEL_KEPT && end <= self.sealed);
        let Some(cache) = cache else { return self.compute(level, index) };
        let kept = || cache.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(node) = kept().get(&(level, index)) {
            return Ok(*node);
        }
        let node = self.compute(level, index)?;
        kept().put((level, index), node);
        Ok(node)
    }
}

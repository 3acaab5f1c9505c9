//! Tiles: 256 hashes or entries at a time, the form in which a log is stored, served and mirrored.
//!
//! The tile at level `l` and index `n` holds, for `i` from 0, the roots over `256^l` leaves from
//! `(256 n + i) × 256^l` on. The last tile of a level may be partial.

use alloc::{string::String, vec::Vec};
use core::fmt::{self, Write};

use crate::{
    hash::{Hash, perfect_root},
    text::{NUMBER_MAX, decimal},
    tree::{NodeSource, ProveError},
};

/// How many hashes or entries a full tile has.
pub const TILE_WIDTH: u16 = 256;
/// How many levels of the tree one tile spans.
const TILE_HEIGHT: u8 = 8;
const LEVEL_MAX: u8 = 63;

/// What a tile is a tile of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes, at a level from 0 to 63.
    Hashes {
        /// The level.
        level: u8,
    },
    /// The entries themselves.
    Entries,
}

/// Names a tile. Displayed as its path, as in `tile/0/x001/234.p/17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl TileId {
    /// A tile; `None` unless the level is at most 63 and the width is 1 to 256.
    pub fn new(kind: TileKind, index: u64, width: u16) -> Option<Self> {
        let has_level = match kind {
            TileKind::Hashes { level } => level <= LEVEL_MAX,
            TileKind::Entries => true,
        };
        let is_tile = has_level && index <= NUMBER_MAX && (1..=TILE_WIDTH).contains(&width);
        is_tile.then_some(Self { kind, index, width })
    }

    /// What it is a tile of.
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// The place in its level, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it has, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it is the short last tile of its level.
    pub fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// The tile at this level and index in a tree of this size; `None` when it would be empty.
    pub fn in_tree(kind: TileKind, index: u64, size: u64) -> Option<Self> {
        let before = index.checked_mul(TILE_WIDTH.into())?;
        let here = nodes_at(kind, size).checked_sub(before)?.min(TILE_WIDTH.into());
        Self::new(kind, index, u16::try_from(here).ok()?)
    }
}

/// How many nodes (or entries) the tile level has in a tree of this size.
fn nodes_at(kind: TileKind, size: u64) -> u64 {
    let level = match kind {
        TileKind::Hashes { level } => u32::from(level),
        TileKind::Entries => 0,
    };
    size.checked_shr(level.saturating_mul(TILE_HEIGHT.into())).unwrap_or(0)
}

/// The tiles that are new or changed when a tree grows from one size to another, lowest level first;
/// entry tiles before hash tiles. Where a level ends in a partial tile, that one is included.
pub fn tiles_of_growth(from: u64, to: u64) -> Vec<TileId> {
    let hashes = (0..=LEVEL_MAX / TILE_HEIGHT).map(|level| TileKind::Hashes { level });
    let mut tiles = Vec::new();
    for kind in core::iter::once(TileKind::Entries).chain(hashes) {
        let (old, new) = (nodes_at(kind, from), nodes_at(kind, to));
        if new > old {
            let (first, last) = (old >> TILE_HEIGHT, new.saturating_sub(1) >> TILE_HEIGHT);
            tiles.extend((first..=last).filter_map(|index| TileId::in_tree(kind, index, to)));
        }
    }
    tiles
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes { level } => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        write_index(f, self.index)?;
        if self.is_partial() { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// Three digits at a time, all groups but the last with an `x` before them.
fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    let mut groups = Vec::new();
    let mut rest = index;
    loop {
        groups.push(rest % 1000);
        rest /= 1000;
        if rest == 0 {
            break;
        }
    }
    let mut groups = groups.into_iter().rev().peekable();
    while let Some(group) = groups.next() {
        match groups.peek() {
            Some(_) => write!(f, "x{group:03}/")?,
            None => write!(f, "{group:03}")?,
        }
    }
    Ok(())
}

/// The text is not the path of a tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not the path of a tile such as tile/0/x001/234 or tile/entries/000.p/17")]
pub struct ParseTileError {
    /// The text as it was given.
    pub path: String,
}

impl core::str::FromStr for TileId {
    type Err = ParseTileError;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        parse(path).ok_or_else(|| ParseTileError { path: path.into() })
    }
}

fn parse(path: &str) -> Option<TileId> {
    let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => TileKind::Entries,
        level => TileKind::Hashes { level: u8::try_from(decimal(level)?).ok()? },
    };
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, u16::try_from(decimal(width)?).ok()?),
        None => (rest, TILE_WIDTH),
    };
    let mut digits = String::new();
    for group in index.split('/') {
        digits.push_str(group.strip_prefix('x').unwrap_or(group));
    }
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let tile = TileId::new(kind, digits.parse().ok().filter(|_| is_number)?, width)?;
    // A tile has one path only, so whatever was read must write itself the same way.
    let mut written = String::new();
    write!(written, "{tile}").ok()?;
    (written == path).then_some(tile)
}

/// The bytes of a tile are not what its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{tile} has {found} bytes, expected {expected}")]
pub struct TileSizeError {
    /// The tile.
    pub tile: TileId,
    /// How many bytes it should have.
    pub expected: usize,
    /// How many there are.
    pub found: usize,
}

/// The hashes of a tile, from its bytes.
///
/// # Errors
///
/// [`TileSizeError`] when there are not 32 bytes for each.
pub fn parse_hash_tile(tile: TileId, bytes: &[u8]) -> Result<Vec<Hash>, TileSizeError> {
    let expected = usize::from(tile.width).saturating_mul(32);
    if bytes.len() != expected {
        return Err(TileSizeError { tile, expected, found: bytes.len() });
    }
    let (hashes, _) = bytes.as_chunks::<32>();
    Ok(hashes.iter().copied().map(Hash).collect())
}

/// The bytes of a hash tile, from the nodes of the tree. Nothing for a tile of entries.
///
/// # Errors
///
/// [`ProveError::Source`] when a node could not be had.
pub fn hash_tile_bytes<S: NodeSource>(
    source: &S,
    tile: TileId,
) -> Result<Vec<u8>, ProveError<S::Error>> {
    let TileKind::Hashes { level } = tile.kind else { return Ok(Vec::new()) };
    let first = tile.index.saturating_mul(TILE_WIDTH.into());
    let mut bytes = Vec::with_capacity(usize::from(tile.width).saturating_mul(32));
    for offset in 0..u64::from(tile.width) {
        let level = level.saturating_mul(TILE_HEIGHT);
        let node = source.node(level, first.saturating_add(offset)).map_err(ProveError::Source)?;
        bytes.extend_from_slice(&node.0);
    }
    Ok(bytes)
}

/// Reads hash tiles from wherever they are kept: a directory, an archive, a server.
pub trait TileReader {
    /// Why a tile could not be read.
    type Error;

    /// The bytes of a tile.
    ///
    /// # Errors
    ///
    /// When the tile is not there or cannot be read.
    fn read_tile(&self, tile: TileId) -> Result<Vec<u8>, Self::Error>;
}

/// Why a node could not be had from tiles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileNodeError<E> {
    /// The node does not lie inside a tree of this size.
    #[error("a tree of {size} leaves has no whole node {index} at level {level}")]
    Outside {
        /// The node's level.
        level: u8,
        /// The node's place in its level.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The tile is not of the size its name says.
    #[error(transparent)]
    Size(#[from] TileSizeError),
    /// The tile could not be read.
    #[error("{tile} could not be read")]
    Read {
        /// The tile.
        tile: TileId,
        /// The reader's reason.
        source: E,
    },
}

/// The nodes of a tree of a known size, from its tiles.
#[derive(Debug, Clone)]
pub struct TileNodes<R> {
    reader: R,
    size: u64,
}

impl<R: TileReader> TileNodes<R> {
    /// The tree of this size whose tiles come from this reader.
    pub fn new(reader: R, size: u64) -> Self {
        Self { reader, size }
    }
}

impl<R: TileReader> NodeSource for TileNodes<R> {
    type Error = TileNodeError<R::Error>;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        let outside = TileNodeError::Outside { level, index, size: self.size };
        let kind = TileKind::Hashes { level: level / TILE_HEIGHT };
        let height = u32::from(level % TILE_HEIGHT);
        let count = 1_u64.checked_shl(height).unwrap_or(1);
        let Some(first) = index.checked_mul(count) else { return Err(outside) };
        let Some(tile) = TileId::in_tree(kind, first >> TILE_HEIGHT, self.size) else {
            return Err(outside);
        };
        let bytes =
            self.reader.read_tile(tile).map_err(|source| TileNodeError::Read { tile, source })?;
        let hashes = parse_hash_tile(tile, &bytes)?;
        let begin = usize::try_from(first & 0xff).unwrap_or(usize::MAX);
        let end = begin.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
        hashes.get(begin..end).and_then(perfect_root).ok_or(outside)
    }
}

#[cfg(test)]
mod tests;

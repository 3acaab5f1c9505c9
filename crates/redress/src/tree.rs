//! The static tree: a ledger as the files of C2SP tlog-tiles, for strangers to read and check.
//!
//! - [`export`]: written to a directory
//! - [`serve`]: served over HTTP, read-only
//! - [`mirror`]: fetched from either, checked from the first record to the last
//! - [`records`]: the records of a mirror, read as those of a log

use std::sync::Arc;

use event_log::{EventLog, Position};
use event_log_sled::SledLog;
use futures::TryStreamExt;
use merkle_log::{
    TileId, TileKind, encode_bundle,
    tile::{TILE_WIDTH, hash_tile_bytes},
};

use crate::error::CommandError;

pub mod export;
pub mod mirror;
pub mod records;
pub mod serve;

/// The bytes of a tile in the tree over the first `size` records; `None` when that tree has none
/// such. A partial tile is had at any width up to the one it has there.
///
/// # Errors
///
/// [`CommandError`]: the log cannot be read.
pub async fn tile_bytes(
    log: &Arc<SledLog>,
    tile: TileId,
    size: u64,
) -> Result<Option<Vec<u8>>, CommandError> {
    let there = TileId::in_tree(tile.kind(), tile.index(), size);
    if there.is_none_or(|there| there.width() < tile.width()) {
        return Ok(None);
    }
    let bytes = match tile.kind() {
        TileKind::Hashes { .. } => {
            let nodes = log.nodes();
            let made = tokio::task::spawn_blocking(move || hash_tile_bytes(&nodes, tile)).await;
            made.map_err(CommandError::failed("read the tree"))?
                .map_err(CommandError::failed("read the tree"))?
        }
        TileKind::Entries => {
            let first = tile.index().saturating_mul(TILE_WIDTH.into());
            let records = log.read_all(Position(first), tile.width().into());
            let records: Vec<_> = records.try_collect().await?;
            encode_bundle(records.iter().map(|record| record.bytes.as_ref()))
                .map_err(CommandError::failed("write a bundle"))?
        }
    };
    Ok(Some(bytes))
}

//! The tree served over HTTP, read-only. Nothing else of the ledger can be reached here.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use event_log_sled::SledLog;
use merkle_log::{Checkpoint, TileId};

use super::tile_bytes;
use crate::{error::CommandError, publishing::PublishedPlaces};

/// A ledger whose tree is served.
#[derive(Debug)]
pub struct ServedTree {
    /// The log.
    pub log: Arc<SledLog>,
    /// Where its checkpoints are published.
    pub places: PublishedPlaces,
    /// Whether only witnessed checkpoints are shown.
    pub has_policy: bool,
}

/// `GET /checkpoint` and `GET /tile/…`, as C2SP tlog-tiles has it.
pub fn router(tree: Arc<ServedTree>) -> Router {
    Router::new()
        .route("/checkpoint", get(checkpoint))
        .route("/tile/{*path}", get(tile))
        .with_state(tree)
}

async fn checkpoint(State(tree): State<Arc<ServedTree>>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "max-age=1")];
    match tree.places.shown(tree.has_policy) {
        Ok(Some(note)) => (headers, note.to_string()).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

async fn tile(State(tree): State<Arc<ServedTree>>, Path(path): Path<String>) -> Response {
    let Ok(tile) = format!("tile/{path}").parse::<TileId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match published_tile(&tree, tile).await {
        Ok(Some(bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream"),
                (header::CACHE_CONTROL, "max-age=31536000, immutable"),
            ];
            (headers, bytes).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

/// Only what the checkpoint that is shown requires: nobody sees a record before it is published.
async fn published_tile(tree: &ServedTree, tile: TileId) -> Result<Option<Vec<u8>>, CommandError> {
    let Some(note) = tree.places.shown(tree.has_policy)? else { return Ok(None) };
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(CommandError::failed("read the checkpoint"))?;
    tile_bytes(&tree.log, tile, checkpoint.size()).await
}

fn failed(error: &CommandError) -> Response {
    tracing::error!(%error, "a request for the tree failed");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

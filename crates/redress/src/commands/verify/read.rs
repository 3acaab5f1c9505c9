//! What is read of a log that a process has open, against the root that it vouches for.

use std::collections::HashMap;

use event_log::{EventLog, Position, StreamId, StreamVersion};
use event_log_sled::{SledLog, verify::Verified};
use futures::TryStreamExt;
use merkle_log::{CompactRange, leaf_hash, tree_root};

use crate::{console::Console, error::CommandError};

/// Reads each record as anybody reads it, and holds the root over them against the log's own and against the hash
/// tiles, from which proofs are made.
///
/// # Errors
///
/// [`CommandError::Broken`]: the first record that cannot be read or does not follow those of its stream;
/// [`CommandError::ArtifactBroken`]: another root.
pub(super) async fn verify(log: &SledLog, console: &Console<'_>) -> Result<Verified, CommandError> {
    let tree = log.tree().await?;
    let (size, root) = (tree.size(), tree.root());
    let bar = console.bar("records", size);
    let mut hashed = CompactRange::default();
    let mut streams: HashMap<StreamId, StreamVersion> = HashMap::new();
    let mut records = log.read_all(Position(0), size);
    while let Some(record) = records.try_next().await? {
        let position = record.position;
        bar.set(position.0);
        hashed.push(leaf_hash(&record.bytes));
        let expected = streams.entry(record.stream.clone()).or_default();
        if *expected != record.version {
            return Err(CommandError::Broken {
                position,
                reason: format!(
                    "expected version {expected} of stream {}, found {}",
                    record.stream, record.version
                ),
            });
        }
        *expected = StreamVersion(record.version.0.saturating_add(1));
    }
    let nodes = log.nodes();
    let by_tiles = tokio::task::spawn_blocking(move || tree_root(&nodes, size));
    let by_tiles = by_tiles.await.map_err(CommandError::failed("read the tree"))?;
    let by_tiles = by_tiles.map_err(|error| CommandError::ArtifactBroken {
        artifact: "tree",
        reason: error.to_string(),
    })?;
    for (found, what) in
        [(hashed.root(), "the records as they are read"), (by_tiles, "the hash tiles")]
    {
        if found != root {
            return Err(CommandError::ArtifactBroken {
                artifact: "tree",
                reason: format!(
                    "expected root {root} over {size} records, as they were hashed when they were written, found {found} \
                     over {what}"
                ),
            });
        }
    }
    let streams = u64::try_from(streams.len()).unwrap_or(u64::MAX);
    Ok(Verified { size, root, stored: size, vouched: size, streams })
}

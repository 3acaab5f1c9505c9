//! All evidence of one case in one file.

use event_log::RecordedEvent;
use evidence_check::{
    IndexProof, Opening,
    anchor::AnchorView,
    archive::WriteArchiveError,
    bundle::{AnchorContents, Contents, write},
    record::RecordView,
};
use merkle_log::NodeSource;

use crate::{
    case::Case,
    prover::{IssueError, Prover},
    receipt::text_of,
};

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A record is not proved.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// More than an archive can hold.
    #[error(transparent)]
    Archive(#[from] WriteArchiveError),
}

/// Fields that were opened for a bundle, and why.
#[derive(Debug, Default)]
pub struct Opened {
    /// Each with the position of its record.
    pub fields: Vec<(u64, Opening)>,
    /// Why, and for whom: stands in the bundle's `README.txt`.
    pub reason: Option<String>,
}

/// Writes the bundle of a case under the prover's checkpoint. Reads the tree, so not for an async
/// thread.
///
/// # Errors
///
/// [`BundleError`]: a record after the checkpoint, a tree that cannot be read, too much.
pub fn bundle<N: NodeSource<Error: std::error::Error>>(
    prover: &Prover<N>,
    case: &Case,
    opened: Opened,
    index: Option<IndexProof>,
    anchors: &[RecordedEvent],
    log_key: &str,
) -> Result<Vec<u8>, BundleError> {
    let mut records = Vec::new();
    for record in &case.records {
        records.push((text_of(record), prover.inclusion(record.position.0)?));
    }
    let anchors = anchors.iter().filter_map(|record| anchor(prover, record).transpose());
    let anchors = anchors.collect::<Result<Vec<_>, _>>()?;
    let origin = prover.checkpoint().origin().to_owned();
    let contents = Contents {
        origin,
        stream: case.stream.to_string(),
        log_key: log_key.to_owned(),
        checkpoint: prover.note().clone(),
        records,
        openings: opened.fields,
        index,
        anchors,
        reason: opened.reason,
    };
    Ok(write(&contents)?)
}

/// A time anchor under the prover's checkpoint; nothing for a record that is none.
fn anchor<N: NodeSource<Error: std::error::Error>>(
    prover: &Prover<N>,
    record: &RecordedEvent,
) -> Result<Option<AnchorContents>, IssueError> {
    let view = RecordView::parse(&record.bytes).ok();
    let Some(view) = view.and_then(|view| AnchorView::of(&view).ok()) else { return Ok(None) };
    let position = record.position.0;
    // The stamp over the very checkpoint of the bundle stands after what that covers.
    let is_covered = position < prover.checkpoint().size();
    let proof = is_covered.then(|| prover.inclusion(position)).transpose()?;
    let growth = prover.growth(view.size)?;
    Ok(Some(AnchorContents { position, record: text_of(record), growth, proof }))
}

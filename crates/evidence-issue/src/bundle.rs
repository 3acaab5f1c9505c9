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
    let readme = readme(&origin, case, &opened, anchors.len());
    let contents = Contents {
        origin,
        stream: case.stream.to_string(),
        log_key: log_key.to_owned(),
        checkpoint: prover.note().clone(),
        records,
        openings: opened.fields,
        index,
        anchors,
        readme,
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

/// What the bundle is, for people. Names which fields are open, never what they say.
fn readme(origin: &str, case: &Case, opened: &Opened, anchors: usize) -> String {
    let opened = if opened.fields.is_empty() {
        "No personal field is opened in it.".to_owned()
    } else {
        let names = opened.fields.iter().map(|(at, o)| format!("{} (position {at})", o.field));
        let names = names.collect::<Vec<_>>().join(", ");
        let reason = opened.reason.as_deref().unwrap_or("no reason was given");
        format!(
            "IT HOLDS PERSONAL DATA, opened: {names}.\nReason: {}\n\
             Keep it as such data must be kept.",
            // One line, whatever was typed.
            reason.replace(char::is_control, " ")
        )
    };
    let times = if anchors == 0 {
        String::new()
    } else {
        "\nWhen its records existed, outside authorities have stamped. A browser cannot tell who made a\n\
         stamp; this can, and needs no network either:\n\
         - redress check BUNDLE.zip --vkey KEY --trust ROOT.pem, with the root certificate that the\n\
         \x20 authority publishes.\n"
            .to_owned()
    };
    let files = if anchors == 0 {
        ""
    } else {
        "anchors/     records with time stamps (RFC 3161), and that they are about this log\n"
    };
    format!(
        "Evidence of one case\n\
         ====================\n\
         \n\
         log    {origin}\n\
         case   {}\n\
         events {}\n\
         \n\
         {opened}\n\
         \n\
         To check it, without a network:\n\
         - in a browser: open verify.html and paste the ledger's verifier key, which you must have\n\
         \x20 from somewhere else than this bundle;\n\
         - on the command line: redress check BUNDLE.zip --vkey KEY (or --policy FILE).\n\
         {times}\
         \n\
         {files}\
         records/     the stored bytes of each event, exactly as they were hashed\n\
         proofs/      for each, that it is in the log (C2SP tlog-proof)\n\
         openings/    opened fields: text and salt of what the record commits to\n\
         checkpoint.txt  the signed statement under which all of it stands\n\
         index.proof  that these are all events of the case, as of an earlier size of the log\n\
         bundle.json  the list of contents, with digests\n\
         \n\
         What it cannot show: that what was entered is true, or that everything was entered.\n",
        case.stream,
        case.records.len(),
    )
}

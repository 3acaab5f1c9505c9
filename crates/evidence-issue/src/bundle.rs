//! All evidence of one case in one file.

use evidence_check::{
    IndexProof, Opening,
    archive::WriteArchiveError,
    bundle::{Contents, write},
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
    log_key: &str,
) -> Result<Vec<u8>, BundleError> {
    let mut records = Vec::new();
    for record in &case.records {
        records.push((text_of(record), prover.inclusion(record.position.0)?));
    }
    let origin = prover.checkpoint().origin().to_owned();
    let readme = readme(&origin, case, &opened);
    let contents = Contents {
        origin,
        stream: case.stream.to_string(),
        log_key: log_key.to_owned(),
        checkpoint: prover.note().clone(),
        records,
        openings: opened.fields,
        index,
        readme,
    };
    Ok(write(&contents)?)
}

/// What the bundle is, for people. Names which fields are open, never what they say.
fn readme(origin: &str, case: &Case, opened: &Opened) -> String {
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
         \n\
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

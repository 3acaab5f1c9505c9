//! `redress prove counted`: where a published report counts a complaint.

use std::path::Path;

use complaint_service::report_stream_of;
use evidence_check::{
    counted::{
        COUNTED_FILE, CountedTables,
        figures::FIGURES_FILE,
        mine::Tagger,
        proof::{CountedProof, ProvedMention},
        tags_file,
    },
    opening::receipt_secret,
};
use evidence_issue::counted::prove_mentions;
use merkle_log::leaf_hash;
use projector_transparency::files::{LIST, Listed, check_list};

use super::{first_record, hand_out, receipt_key};
use crate::{
    arguments::ProveCounted,
    casework::ReportNoun,
    commands::report::proof,
    console::Console,
    error::CommandError,
    evidence::{Issuer, Readers},
};

/// Writes the proof.
///
/// # Errors
///
/// [`CommandError`]: these files were not published, or do not count the complaint.
pub(super) async fn run(
    issuer: &Issuer<'_>,
    args: &ProveCounted,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let folder = &args.report;
    let listed = check_list(folder).map_err(|error| no_report(&error))?;
    let (published, size) = published(issuer, folder, &listed).await?;
    let key = receipt_key(issuer.ledger, false)?;
    let record = first_record(issuer, &args.complaint).await?;
    let leaf = leaf_hash(&record.bytes);
    let tagger = Tagger::new(receipt_secret(key.bytes(), &leaf), leaf);
    let text = |name| text(folder, &listed, name);
    let (files, figures, counted) = (text(LIST)?, text(FIGURES_FILE)?, text(COUNTED_FILE)?);
    let tables = CountedTables::parse(counted.as_bytes()).map_err(|error| no_report(&error))?;
    let mentions = mentions((folder, &listed), &tables, &tagger)?;
    if mentions.is_empty() {
        return Err(CommandError::Refused {
            problem: format!(
                "expected {} in a table of the report {}, found it in none",
                args.complaint, tables.report
            ),
            next: if record.position.0 >= size {
                format!(
                    "it was recorded after the {size} records that were counted: a restatement counts it"
                )
            } else {
                "name the folder of the report about the days in which it was received, answered or ended"
                    .to_owned()
            },
        });
    }
    let proof = CountedProof { files, figures, counted, mentions, proof: published }.to_string();
    hand_out("counted", &proof, args.out.as_deref(), Readers::Owner, console)
}

/// The folder holds no report, or not all of one.
fn no_report(error: &dyn std::error::Error) -> CommandError {
    CommandError::Refused {
        problem: format!("expected the files of a report as they were published: {error}"),
        next: "name their folder with --report".to_owned(),
    }
}

/// The proof that the files of a folder were published, and from how many records they were counted.
async fn published(
    issuer: &Issuer<'_>,
    folder: &Path,
    listed: &Listed,
) -> Result<(merkle_log::LogProof, u64), CommandError> {
    let refused = |problem: String| CommandError::Refused {
        problem,
        next: "name the folder with the files of a report as they were published".to_owned(),
    };
    let draft = ReportNoun::draft_of(folder, listed).map_err(refused)?;
    let stream = report_stream_of(draft.kind, draft.first_day, draft.last_day);
    let proved = proof::of_digest(issuer, &stream, draft.digest).await?;
    let proved = proved.ok_or_else(|| {
        refused(format!(
            "expected files that {stream} says were published, found others in {}",
            folder.display()
        ))
    })?;
    Ok((proved, draft.size))
}

fn text(folder: &Path, listed: &Listed, name: &str) -> Result<String, CommandError> {
    let bytes = listed.read(folder, name).map_err(CommandError::failed("read the report"))?;
    String::from_utf8(bytes).map_err(CommandError::failed("read the report"))
}

/// Where each table of the folder counts a complaint.
fn mentions(
    (folder, listed): (&Path, &Listed),
    tables: &CountedTables,
    tagger: &Tagger,
) -> Result<Vec<ProvedMention>, CommandError> {
    let mut all = Vec::new();
    for table in &tables.tables {
        let list = listed.read(folder, &tags_file(&table.id));
        let list = list.map_err(CommandError::failed("read the report"))?;
        let found = prove_mentions(&tables.report, table, &list, tagger);
        all.extend(found.map_err(|error| no_report(&error))?);
    }
    Ok(all)
}

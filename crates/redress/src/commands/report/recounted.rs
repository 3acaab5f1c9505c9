//! Whether the files of a report are what the records give: before they are put to the committee.

use std::{fs, path::Path};

use complaint_domain::report::ReportKind;
use evidence_check::counted::COUNTED_FILE;
use evidence_issue::ReceiptKey;
use projector_transparency::files::{LIST, Listed, check_list};
use serde::Deserialize;
use tempfile::TempDir;

use super::{Counted, Wanted, period, recount};
use crate::{
    arguments::LocaleName, console::Console, error::CommandError, ledger::Ledger,
    tree::records::MirrorLog,
};

/// What a report says of how it was counted.
#[derive(Deserialize)]
struct Said {
    period: SaidPeriod,
    cutoff: SaidCutoff,
    /// Where the committee's report has it.
    min_cell: Option<u64>,
    /// Where the transparency report has it.
    disclosure: Option<SaidDisclosure>,
}

#[derive(Deserialize)]
struct SaidPeriod {
    name: String,
}

#[derive(Deserialize)]
struct SaidCutoff {
    tree_size: u64,
}

#[derive(Deserialize)]
struct SaidDisclosure {
    min_cell: u64,
}

/// Counts the records again, from the first one on, and holds every file of the folder against what they give.
///
/// # Errors
///
/// [`CommandError::Refused`] with the first file that differs; others when it cannot be counted.
pub(in crate::commands) async fn hold(
    ledger: &Ledger,
    folder: &Path,
    console: &Console<'_>,
) -> Result<(), CommandError> {
    let listed = check_list(folder).map_err(CommandError::failed("read the report"))?;
    if listed.names.iter().any(|name| name == COUNTED_FILE) {
        // The tables in which complainants find theirs follow from it: without it the files would only seem to differ.
        ReceiptKey::read(&ledger.places.receipt_key(), ledger.origin())?;
    }
    let (said, place) = as_said(folder, &listed)?;
    let size = said.size;
    let counted = Counted::of_ledger(ledger, size).await?;
    let Some(differing) = difference(&counted, folder, &said, console).await? else {
        return Ok(());
    };
    let wanted = &said.wanted;
    drop(place);
    Err(CommandError::Refused {
        problem: format!(
            "expected the files that the first {size} records give, found another {differing} in {}",
            folder.display()
        ),
        next: format!(
            "write them with this program, `redress report {} --period {} --records {size} \
             --min-cell {} --out DIR`, and leave them as they are",
            wanted.kind, wanted.period, wanted.min_cell
        ),
    })
}

/// Counts the report of a folder again from the records of a mirror. Gives the first file that differs; the lists in which
/// complainants find theirs are made with a key, and left out.
///
/// # Errors
///
/// [`CommandError`]: the mirror has fewer records, or does not hold; a report that cannot be counted.
pub(in crate::commands) async fn from_mirror(
    mirror: &MirrorLog,
    folder: &Path,
    console: &Console<'_>,
) -> Result<Option<String>, CommandError> {
    let listed = check_list(folder).map_err(CommandError::failed("read the report"))?;
    let (said, _place) = as_said(folder, &listed)?;
    let counted = Counted::of_mirror(mirror, said.size, console).await?;
    difference(&counted, folder, &said, console).await
}

/// The first file of a folder that these records give otherwise.
async fn difference(
    counted: &Counted<'_>,
    folder: &Path,
    said: &AsSaid,
    console: &Console<'_>,
) -> Result<Option<String>, CommandError> {
    recount(counted, &said.wanted, console).await?;
    let has_tables = counted.tags.is_some();
    first_difference(folder, &said.wanted.out, |name| has_tables || !is_of_tables(name))
}

/// Whether a file has to do with the tables in which complainants find theirs.
fn is_of_tables(name: &str) -> bool {
    name == COUNTED_FILE || name.starts_with("counted/")
}

/// What a folder says it holds, to be counted again in a folder of its own.
struct AsSaid {
    size: u64,
    wanted: Wanted,
}

/// The size and the report that the files say they are.
fn as_said(folder: &Path, listed: &Listed) -> Result<(AsSaid, TempDir), CommandError> {
    let place = tempfile::tempdir().map_err(CommandError::failed("make a temporary directory"))?;
    let has = |name: &str| listed.names.iter().any(|known| known == name);
    let (kind, file, page) = if has("report.json") {
        (ReportKind::Transparency, "report.json", "report")
    } else {
        (ReportKind::Committee, "committee.json", "committee")
    };
    let path = folder.join(file);
    let text = fs::read(&path).map_err(CommandError::file("read", &path))?;
    let said: Said =
        serde_json::from_slice(&text).map_err(CommandError::failed("read the report"))?;
    let in_disclosure = said.disclosure.map(|disclosure| disclosure.min_cell);
    let locale = match ["en", "zh"].map(|locale| has(&format!("{page}.{locale}.html"))) {
        [true, false] => Some(LocaleName::En),
        [false, true] => Some(LocaleName::Zh),
        _ => None,
    };
    let wanted = Wanted {
        kind,
        period: period(&said.period.name)?,
        out: place.path().join("counted"),
        locale,
        min_cell: said.min_cell.or(in_disclosure).unwrap_or(1),
    };
    Ok((AsSaid { size: said.cutoff.tree_size, wanted }, place))
}

/// The first name whose line differs in the two lists, of those that count.
fn first_difference(
    folder: &Path,
    counted: &Path,
    counts: impl Fn(&str) -> bool,
) -> Result<Option<String>, CommandError> {
    let read = |folder: &Path| {
        let path = folder.join(LIST);
        fs::read_to_string(&path).map_err(CommandError::file("read", &path))
    };
    let name = |line: &str| line.split_once("  ").map_or(LIST, |(_, name)| name).to_owned();
    let (found, expected) = (read(folder)?, read(counted)?);
    let of = |list: &'_ str| -> Vec<String> {
        list.lines().filter(|line| counts(&name(line))).map(str::to_owned).collect()
    };
    let (found, expected) = (of(&found), of(&expected));
    let missing = expected.iter().find(|line| !found.contains(line));
    let differing = missing.or_else(|| found.iter().find(|line| !expected.contains(line)));
    Ok(differing.map(|line| name(line)))
}

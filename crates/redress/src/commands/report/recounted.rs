//! Whether the files of a report are what the records give: before they are put to the committee.

use std::{fs, path::Path};

use complaint_domain::report::ReportKind;
use evidence_check::counted::COUNTED_FILE;
use evidence_issue::ReceiptKey;
use projector_transparency::files::{LIST, Listed, check_list};
use serde::Deserialize;

use super::{Wanted, period, recount};
use crate::{arguments::LocaleName, console::Console, error::CommandError, ledger::Ledger};

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
    let place = tempfile::tempdir().map_err(CommandError::failed("make a temporary directory"))?;
    let (size, wanted) = as_said(folder, &listed, place.path())?;
    recount(ledger, size, &wanted, console).await?;
    let counted = check_list(&wanted.out).map_err(CommandError::failed("read what was counted"))?;
    if counted.digest == listed.digest {
        return Ok(());
    }
    let differing = first_difference(folder, &wanted.out)?;
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

/// The size and the report that the files say they are.
fn as_said(folder: &Path, listed: &Listed, place: &Path) -> Result<(u64, Wanted), CommandError> {
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
        out: place.join("counted"),
        locale,
        min_cell: said.min_cell.or(in_disclosure).unwrap_or(1),
    };
    Ok((said.cutoff.tree_size, wanted))
}

/// The first name whose line differs in the two lists.
fn first_difference(folder: &Path, counted: &Path) -> Result<String, CommandError> {
    let read = |folder: &Path| {
        let path = folder.join(LIST);
        fs::read_to_string(&path).map_err(CommandError::file("read", &path))
    };
    let (found, expected) = (read(folder)?, read(counted)?);
    let differing = expected
        .lines()
        .find(|line| !found.lines().any(|other| other == *line))
        .or_else(|| found.lines().find(|line| !expected.lines().any(|other| other == *line)));
    let name = differing.and_then(|line| line.split_once("  ")).map_or(LIST, |(_, name)| name);
    Ok(name.to_owned())
}

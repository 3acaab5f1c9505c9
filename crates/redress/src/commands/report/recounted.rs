//! Whether the files of a report are what the records give: before they are put to the committee.

use std::{collections::BTreeSet, fs, path::Path};

use complaint_domain::report::ReportKind;
use evidence_check::counted::{COUNTED_FILE, TABLES, tags_file};
use evidence_issue::ReceiptKey;
use projector_transparency::{
    files::{LIST, Listed, check_list},
    projector::SCHEMA_VERSION,
};
use serde::Deserialize;
use tempfile::TempDir;

use super::{Counted, Wanted, period, recount};
use crate::{
    arguments::LocaleName, casework::Figures, console::Console, error::CommandError,
    ledger::Ledger, tree::records::MirrorLog,
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
    /// Which rules counted, where it says so.
    projector: Option<SaidProjector>,
}

#[derive(Deserialize)]
struct SaidProjector {
    version: u64,
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
    Figures { folder, listed }: &Figures,
    console: &Console<'_>,
) -> Result<(), CommandError> {
    if listed.names.iter().any(|name| name == COUNTED_FILE) {
        // The tables in which complainants find theirs follow from it: without it the files would only seem to differ.
        ReceiptKey::read(&ledger.places.receipt_key(), ledger.origin())?;
    }
    let (said, place) = as_said(folder, listed)?;
    let size = said.size;
    let counted = Counted::of_ledger(ledger, size).await?;
    let differing = differences(&counted, (folder, listed), &said, console).await?;
    let Some(differing) = differing.first() else { return Ok(()) };
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

/// What counting a report again from a mirror came to.
#[derive(Debug)]
pub(in crate::commands) enum Recounted {
    /// The same files; but for the lists in which complainants find theirs, where it has some: they are made with a key.
    Same {
        /// Whether it has some.
        lists: bool,
    },
    /// The same figures and tables, and the same names of files, but other bytes in this page, the first of them.
    OtherPages(String),
    /// Figures that this program counts otherwise, since another version of their rules.
    OtherVersion {
        /// The version that counted.
        found: u64,
        /// The version of this program.
        ours: u32,
    },
    /// Another file.
    Other(String),
}

/// Counts the report of a folder again from the records of a mirror.
///
/// # Errors
///
/// [`CommandError`]: the mirror has fewer records, or does not hold; a report that cannot be counted.
pub(in crate::commands) async fn from_mirror(
    mirror: &MirrorLog,
    folder: &Path,
    console: &Console<'_>,
) -> Result<Recounted, CommandError> {
    let listed = check_list(folder).map_err(CommandError::failed("read the report"))?;
    let (said, _place) = as_said(folder, &listed)?;
    let ours = SCHEMA_VERSION;
    if let Some(found) = said.version.filter(|found| *found != u64::from(ours)) {
        return Ok(Recounted::OtherVersion { found, ours });
    }
    let counted = Counted::of_mirror(mirror, said.size, console).await?;
    let differing = differences(&counted, (folder, &listed), &said, console).await?;
    let is_page = |name: &String| Path::new(name).extension().is_some_and(|kind| kind == "html");
    let lists = listed.names.iter().any(|name| is_of_tables(name));
    let theirs = check_list(&said.wanted.out).map_err(CommandError::failed("read the report"))?;
    // A page that only one of the two has is no page in other words.
    let has_both = |name: &String| listed.names.contains(name) && theirs.names.contains(name);
    let other = differing.iter().find(|name| !is_page(name) || !has_both(name)).cloned();
    Ok(match (other, differing.into_iter().next()) {
        (Some(name), _) => Recounted::Other(name),
        (None, Some(page)) => Recounted::OtherPages(page),
        (None, None) => Recounted::Same { lists },
    })
}

/// The files of a folder that these records give otherwise.
async fn differences(
    counted: &Counted<'_>,
    (folder, listed): (&Path, &Listed),
    said: &AsSaid,
    console: &Console<'_>,
) -> Result<Vec<String>, CommandError> {
    recount(counted, &said.wanted, console).await?;
    // Without the key no tables are made, so those of the folder are passed over; where it cannot have any, they are strangers.
    let is_passed_over = counted.tags.is_none() && said.has_tables;
    let found = listed.read(folder, LIST).map_err(CommandError::failed("read the report"))?;
    differing(&String::from_utf8_lossy(&found), &said.wanted.out, |name| {
        !is_passed_over || !is_of_tables(name)
    })
}

/// Whether a file is one of the tables in which complainants find theirs.
fn is_of_tables(name: &str) -> bool {
    name == COUNTED_FILE || TABLES.iter().any(|table| tags_file(table.id) == name)
}

/// What a folder says it holds, to be counted again in a folder of its own.
struct AsSaid {
    size: u64,
    /// The version of the rules that counted it, where it says so.
    version: Option<u64>,
    /// Whether it has the tables in which complainants find theirs, as only the transparency report can.
    has_tables: bool,
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
    let text = listed.read(folder, file).map_err(CommandError::failed("read the report"))?;
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
    let version = said.projector.map(|projector| projector.version);
    let has_tables = kind == ReportKind::Transparency && has(COUNTED_FILE);
    Ok((AsSaid { size: said.cutoff.tree_size, version, has_tables, wanted }, place))
}

/// The names whose lines differ in a list and in that of a folder, of those that count.
fn differing(
    found: &str,
    counted: &Path,
    counts: impl Fn(&str) -> bool,
) -> Result<Vec<String>, CommandError> {
    let path = counted.join(LIST);
    let expected = fs::read_to_string(&path).map_err(CommandError::file("read", &path))?;
    let lines = |list: &str| list.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (found, expected) = (lines(found), lines(&expected));
    let name = |line: &String| line.split_once("  ").map_or(LIST, |(_, name)| name).to_owned();
    let names: BTreeSet<_> = expected.symmetric_difference(&found).map(name).collect();
    Ok(names.into_iter().filter(|name| counts(name)).collect())
}

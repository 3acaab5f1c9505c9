//! The tables of a report in the folder of its files: whether they are what the report says, and where a complaint is
//! counted in them, and where not.
//!
//! Whoever calls this has held the files to their list, and the list to what was published.

use serde::Deserialize;

use super::{
    CountedRow, CountedTable, CountedTables,
    list::TagList,
    mine::Mine,
    proof::{ReportView, missing},
    tags_file,
};
use crate::check::{Checked, Kind, Steps};

/// Gives the bytes of one of the files, by its name.
pub type ReadFile<'a> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'a;

/// What is read of `report.json`.
#[derive(Deserialize)]
struct Figures {
    tables: Vec<FiguresTable>,
}

#[derive(Deserialize)]
struct FiguresTable {
    id: String,
    population: String,
    is_multiple: bool,
    total: u64,
    rows: Vec<FiguresRow>,
}

/// A row as the report has it, which says more of it than its tables here.
#[derive(Deserialize)]
struct FiguresRow {
    kind: String,
    code: Option<String>,
    parent: Option<super::CountedName>,
    count: u64,
}

/// Checks the tables of a published report, and looks for a complaint in them if somebody brought its receipt.
pub fn check(
    report: &ReportView,
    mine: Option<Result<Mine, String>>,
    read: &mut ReadFile<'_>,
) -> Checked {
    let mut steps = Steps::default();
    let mine = mine.map(|mine| steps.take("receipt", "it is the receipt of a complaint", mine));
    if let Some(tables) = tables(&mut steps, report, read) {
        let found = look(&mut steps, &tables, mine.as_ref().and_then(Option::as_ref), read);
        if let (Some(found), Some(Some(mine))) = (found, mine) {
            missing(&mut steps, report, &tables, &mine, |table| found.contains(&table.id));
        }
    }
    steps.done(Kind::RecordProof)
}

fn tables(
    steps: &mut Steps,
    report: &ReportView,
    read: &mut ReadFile<'_>,
) -> Option<CountedTables> {
    let at = super::COUNTED_FILE;
    let bytes = steps.take(at, "the tables are there", read(at))?;
    let tables = steps.take(at, "the tables can be read", CountedTables::parse(&bytes))?;
    steps.take(at, "they are those of this report", report.has(&tables))?;
    let claim = "their rows are those of the report's figures";
    steps.take(at, claim, as_reported(&tables, read))?;
    Some(tables)
}

/// Whether every table of the report is there, with the same rows.
fn as_reported(tables: &CountedTables, read: &mut ReadFile<'_>) -> Result<(), String> {
    let bytes = read("report.json")?;
    let figures: Figures = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    let (expected, found) = (figures.tables.len(), tables.tables.len());
    if expected != found {
        return Err(format!("expected {expected} tables, found {found}"));
    }
    for (figures, table) in figures.tables.into_iter().zip(&tables.tables) {
        let FiguresTable { id, population, is_multiple, total, rows } = figures;
        let rows: Vec<_> = rows.into_iter().map(as_counted).collect();
        let is_once = is_once(&population, is_multiple);
        let expected = (&id, &population, is_once, total, &rows);
        if expected != (&table.id, &table.population, table.is_once, table.mentions, &table.rows) {
            return Err(format!("expected {id} as the figures have it, found it otherwise"));
        }
    }
    Ok(())
}

/// Whether a table of the report mentions a complaint at most once: it may end more often, and have more rights at
/// stake.
pub fn is_once(population: &str, is_multiple: bool) -> bool {
    population != "ended" && !is_multiple
}

fn as_counted(row: FiguresRow) -> CountedRow {
    let FiguresRow { kind, code, parent, count } = row;
    CountedRow { kind, code, parent, count }
}

/// Holds each list to its table, one after the other, and looks for the complaint in it. Gives the tables that have
/// it; nothing where a list does not hold.
fn look(
    steps: &mut Steps,
    tables: &CountedTables,
    mine: Option<&Mine>,
    read: &mut ReadFile<'_>,
) -> Option<Vec<String>> {
    let (mut fault, mut twice, mut found) = (None, None, Vec::new());
    for table in &tables.tables {
        let rows = match rows_of(tables, table, mine, read) {
            Ok(rows) => rows,
            Err(why) => {
                fault = fault.or(Some(why));
                continue;
            }
        };
        if mine.is_some() && rows.is_empty() {
            steps.fact(&table.id, "not in it");
        }
        if !rows.is_empty() {
            found.push(table.id.clone());
        }
        if table.is_once && rows.len() > 1 {
            let times = rows.len();
            twice =
                twice.or(Some(format!("expected it once in {}, found it {times} times", table.id)));
        }
        for row in rows {
            steps.fact(&table.id, table.row_in_words(row));
        }
    }
    let claim = "each list has as many tags as its rows count, and none twice";
    steps.take("counted", claim, fault.map_or(Ok(()), Err))?;
    if mine.is_some() {
        let claim = "no table counts the complaint more often than it may";
        steps.take("counted", claim, twice.map_or(Ok(()), Err))?;
    }
    Some(found)
}

/// The rows of a table in which a complaint is, after its list was held to it.
fn rows_of(
    tables: &CountedTables,
    table: &CountedTable,
    mine: Option<&Mine>,
    read: &mut ReadFile<'_>,
) -> Result<Vec<u32>, String> {
    let name = tags_file(&table.id);
    let bytes = read(&name)?;
    let list = TagList::read(table, &bytes).map_err(|error| format!("{name}: {error}"))?;
    let Some(Mine { tagger, .. }) = mine else { return Ok(Vec::new()) };
    let places = tagger.mentions(&tables.report, &table.id, |tag| list.place_of(tag));
    Ok(places.into_iter().map(|(row, _)| row).collect())
}

//! The tables of a report in the folder of its files: whether they are what the report says, and where a complaint is
//! counted in them, and where not.
//!
//! Whoever calls this has held the files to their list, and the list to what was published in a tree that is trusted.

use merkle_log::policy::Accepted;

use super::{
    CountedTable, CountedTables,
    figures::{self, FIGURES_FILE},
    list::TagList,
    looked::LookedFor,
    mine::Mine,
    published::{FoundIn, HeldTables, ReportView, introduce, missing, not_there},
    tags_file,
};
use crate::check::{Checked, Kind, Steps};

/// Gives the bytes of one of the files, by its name.
pub type ReadFile<'a> = dyn FnMut(&str) -> Result<Vec<u8>, String> + 'a;

/// Checks the tables of a published report, and looks for a complaint in them if somebody brought its receipt.
pub fn check(
    (report, accepted): (&ReportView, &Accepted),
    mine: Option<Result<Mine, String>>,
    read: &mut ReadFile<'_>,
) -> Checked {
    let mut steps = Steps::default();
    let mine = mine.map(|mine| steps.take("receipt", "it is the receipt of a complaint", mine));
    if let Some(Some(mine)) = &mine {
        introduce(&mut steps, mine, accepted);
    }
    if let Some(held) = tables(&mut steps, report, read) {
        let found = look(&mut steps, (report, &held), mine.as_ref().and_then(Option::as_ref), read);
        if let (Some(found), Some(Some(mine))) = (found, mine) {
            missing(&mut steps, report, &held, &mine, &found);
        }
    }
    steps.done(Kind::RecordProof)
}

fn tables(steps: &mut Steps, report: &ReportView, read: &mut ReadFile<'_>) -> Option<HeldTables> {
    let at = super::COUNTED_FILE;
    let bytes = steps.take(at, "the tables are there", read(at))?;
    let tables = steps.take(at, "the tables can be read", CountedTables::parse(&bytes))?;
    let figures = steps.take(FIGURES_FILE, "the figures are there", read(FIGURES_FILE))?;
    steps.take(at, "they are those of this report", report.has(&tables, &figures))?;
    let claim = "their rows are those of the report's figures";
    let figures = steps.take(at, claim, figures::hold(report, &tables, &figures))?;
    Some(HeldTables { tables, until: figures.until })
}

/// Holds each list to its table, one after the other, and looks for the complaint in it. Gives the tables that have
/// it; nothing where a list does not hold.
fn look<'a>(
    steps: &mut Steps,
    (report, held): (&ReportView, &'a HeldTables),
    mine: Option<&Mine>,
    read: &mut ReadFile<'_>,
) -> Option<Vec<FoundIn<'a>>> {
    let tables = &held.tables;
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
        if table.is_once && rows.len() > 1 {
            let times = rows.len();
            twice =
                twice.or(Some(format!("expected it once in {}, found it {times} times", table.id)));
        }
        for row in &rows {
            steps.fact(&table.id, table.row_in_words(*row));
        }
        if !rows.is_empty() {
            found.push((table.id.as_str(), rows));
        }
    }
    if let Some(mine) = mine {
        let (found, of) = (found.len(), tables.tables.len());
        steps.looked_for(match found {
            0 => LookedFor::Nowhere { of, why: not_there(report, held, mine) },
            tables => LookedFor::Counted { tables, of, is_all: true },
        });
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

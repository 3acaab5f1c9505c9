//! The tables of a report beside its figures: that complainants look for themselves in what everybody else reads.

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    ALWAYS, BY_MONTH, CountedName, CountedRow, CountedTable, CountedTables,
    codes::BY_BAND,
    known_table,
    published::{Balance, ReportView},
};
use crate::json::{self, Keyed};

/// The name of the file with the figures.
pub const FIGURES_FILE: &str = "report.json";

/// The fact that says how small a published cell can be.
pub const SMALLEST_CELL: &str = "smallest cell";

/// That fact, in words.
pub fn smallest_cell(min_cell: u64) -> String {
    match min_cell {
        0 | 1 => "1 complaint: nothing is told together because it is small".to_owned(),
        more => format!("{more} complaints: what has fewer is told together with others"),
    }
}

/// What is read of it.
#[derive(Deserialize)]
struct Figures {
    #[serde(deserialize_with = "json::keyed")]
    period: Period,
    #[serde(deserialize_with = "json::keyed")]
    cutoff: Cutoff,
    #[serde(deserialize_with = "json::keyed")]
    flow: Flow,
    #[serde(default)]
    disclosure: Option<Keyed<Disclosure>>,
    #[serde(deserialize_with = "json::keyed_list")]
    tables: Vec<Table>,
}

#[derive(Deserialize)]
struct Period {
    first_day: String,
    last_day: String,
}

#[derive(Deserialize)]
struct Cutoff {
    tree_size: u64,
    root: String,
    recorded_at: Timestamp,
}

#[derive(Deserialize)]
struct Disclosure {
    min_cell: u64,
}

/// What is taken from figures that were held.
pub(super) struct Held {
    /// When the last of the records that were counted was recorded.
    pub(super) until: Timestamp,
    /// How many complaints a published cell counts at least, where they say so.
    pub(super) min_cell: Option<u64>,
}

#[derive(Deserialize)]
struct Flow {
    outstanding_at_start: u64,
    received: u64,
    reopened: u64,
    closed: u64,
    withdrawn: u64,
    outstanding_at_end: u64,
}

impl Flow {
    fn balance(&self) -> Balance {
        Balance {
            at_start: self.outstanding_at_start,
            came: self.received.saturating_add(self.reopened),
            went: self.closed.saturating_add(self.withdrawn),
            at_end: self.outstanding_at_end,
        }
    }
}

#[derive(Deserialize)]
struct Table {
    id: String,
    population: String,
    is_multiple: bool,
    total: u64,
    #[serde(deserialize_with = "json::keyed_list")]
    rows: Vec<Row>,
}

/// A row as the report has it, which says more of it than its tables here.
#[derive(Deserialize)]
struct Row {
    kind: String,
    code: Option<String>,
    parent: Option<CountedName>,
    count: u64,
}

/// Holds the figures to what the record says of them, and the tables to the figures: every table of the report, with the
/// same rows; and as many complaints in each table of those received as the report says were received.
///
/// # Errors
///
/// The first thing that differs.
pub(super) fn hold(
    report: &ReportView,
    tables: &CountedTables,
    figures: &[u8],
) -> Result<Held, String> {
    let figures: Figures = json::read_spaced(figures).map_err(|error| {
        format!("{FIGURES_FILE}, column {}: expected the figures of a report", error.column)
    })?;
    hold_to_record(report, &figures)?;
    let (expected, found) = (figures.tables.len(), tables.tables.len());
    if expected != found {
        return Err(format!("expected {expected} tables, found {found}"));
    }
    let received = figures.flow.received;
    let min_cell = figures.disclosure.map(|Keyed(disclosure)| disclosure.min_cell);
    for (theirs, ours) in figures.tables.into_iter().zip(&tables.tables) {
        let Table { id, population, is_multiple, total, rows } = theirs;
        let rows: Vec<_> = rows.into_iter().map(as_counted).collect();
        let known = known_table(&id).is_some_and(|(_, known)| known.is_multiple == is_multiple);
        let same = (&id, &population, total, &rows)
            == (&ours.id, &ours.population, ours.mentions, &ours.rows);
        if !known || !same {
            return Err(format!("expected {id} as the figures have it, found it otherwise"));
        }
        if population == "received" && !is_multiple && total != received {
            return Err(format!(
                "expected {received} complaints in {id}, as many as were received, found {total}"
            ));
        }
        min_cell.map_or(Ok(()), |min_cell| hold_to_smallest(ours, min_cell))?;
    }
    let lacks = ALWAYS.iter().find(|id| tables.table(id).is_none());
    match lacks {
        Some(id) if received > 0 => {
            Err(format!("the report has no table {id}, which no complaint is without"))
        }
        Some(_) | None => Ok(Held { until: figures.cutoff.recorded_at, min_cell }),
    }
}

fn hold_to_record(report: &ReportView, figures: &Figures) -> Result<(), String> {
    let Figures { period, cutoff, flow, .. } = figures;
    if (&period.first_day, &period.last_day) != (&report.first_day, &report.last_day) {
        return Err(format!(
            "expected figures of {} to {}, found those of {} to {}",
            report.first_day, report.last_day, period.first_day, period.last_day
        ));
    }
    if (cutoff.tree_size, &cutoff.root) != (report.size, &report.root) {
        return Err(format!(
            "expected figures counted from {} records with the root {}, found {} with {}",
            report.size, report.root, cutoff.tree_size, cutoff.root
        ));
    }
    let (expected, found) = (report.balance.as_ref(), flow.balance());
    if expected.is_some_and(|expected| *expected != found) {
        return Err("expected figures that came to what the record says, found others".to_owned());
    }
    if flow.received > report.size {
        return Err(format!(
            "expected at most {} complaints received, for each has a record, found {}",
            report.size, flow.received
        ));
    }
    Ok(())
}

/// Refuses a row that tells of few, though not together with others. Nobody is in an empty one; and of months and days,
/// which are told together with their neighbours, one row is all of them.
fn hold_to_smallest(table: &CountedTable, min_cell: u64) -> Result<(), String> {
    let is_whole = [BY_MONTH, BY_BAND].contains(&table.id.as_str()) && table.rows.len() == 1;
    let is_small =
        |row: &&CountedRow| row.kind != "pooled" && row.count > 0 && row.count < min_cell;
    match table.rows.iter().find(is_small) {
        Some(row) if !is_whole => Err(format!(
            "expected rows of {} with {min_cell} complaints at least, found one of {}, not told together with others",
            table.id, row.count
        )),
        Some(_) | None => Ok(()),
    }
}

fn as_counted(row: Row) -> CountedRow {
    let Row { kind, code, parent, count } = row;
    CountedRow { kind, code, parent, count }
}

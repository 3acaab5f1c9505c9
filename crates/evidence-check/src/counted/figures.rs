//! The tables of a report beside its figures: that complainants look for themselves in what everybody else reads.

use serde::Deserialize;

use super::{CountedName, CountedRow, CountedTables, known_table};

/// The name of the file with the figures.
pub const FIGURES_FILE: &str = "report.json";

/// What is read of it.
#[derive(Deserialize)]
struct Figures {
    flow: Flow,
    tables: Vec<Table>,
}

#[derive(Deserialize)]
struct Flow {
    received: u64,
}

#[derive(Deserialize)]
struct Table {
    id: String,
    population: String,
    is_multiple: bool,
    total: u64,
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

/// Holds the tables to the figures: every table of the report, with the same rows; and as many complaints in each table of those
/// received as the report says were received.
///
/// # Errors
///
/// The first thing that differs.
pub(super) fn hold(tables: &CountedTables, figures: &[u8]) -> Result<(), String> {
    let figures: Figures = serde_json::from_slice(figures).map_err(|error| error.to_string())?;
    let (expected, found) = (figures.tables.len(), tables.tables.len());
    if expected != found {
        return Err(format!("expected {expected} tables, found {found}"));
    }
    let received = figures.flow.received;
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
    }
    Ok(())
}

fn as_counted(row: Row) -> CountedRow {
    let Row { kind, code, parent, count } = row;
    CountedRow { kind, code, parent, count }
}

//! What every column means, for programs and for people.

use std::{fmt::Write as _, io};

use super::{Export, ExportError, Format};
use crate::{
    column::{Cell, Column, Kind},
    complaints,
    directory::NewDirectory,
    events,
    table::CsvTable,
};

/// The columns of the dictionary itself.
const COLUMNS: &[Column] = &[
    entry("table", "the file the column stands in"),
    entry("column", "what the column, or the key of a JSON object, is called"),
    entry("type", "what its cells hold"),
    entry("meaning", "what they mean"),
    entry("unit", "the unit of a number or time, or which list a code is from"),
    entry("source", "where in the records it comes from"),
];

const fn entry(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Text, meaning, unit: "", source: "" }
}

/// The tables of an export, with their columns.
pub(super) fn tables(export: &Export) -> Vec<(String, &'static [Column])> {
    let name = |what: &str| format!("{what}.{}", export.format.name());
    let events = match export.format {
        Format::Csv => events::COLUMNS,
        Format::Jsonl => events::KEYS,
    };
    let mut tables = Vec::new();
    if export.complaints {
        tables.push((name("complaints"), complaints::COLUMNS));
    }
    if export.events {
        tables.push((name("events"), events));
    }
    tables
}

pub(super) fn write(directory: &mut NewDirectory, export: &Export) -> Result<(), ExportError> {
    let tables = tables(export);
    let name = "data-dictionary.csv";
    let failed = |source: io::Error| ExportError::Write { name: name.to_owned(), source };
    let mut csv = CsvTable::new(directory.file(name)?, COLUMNS).map_err(failed)?;
    let mut rows = 0_u64;
    let mut page = String::from("# Data dictionary\n");
    for (table, columns) in &tables {
        page.push_str("\n## ");
        page.push_str(table);
        page.push_str("\n\n| column | type | meaning | unit | source |\n|---|---|---|---|---|\n");
        for column in *columns {
            let Column { name, kind, meaning, unit, source } = column;
            let kind = kind.name();
            let cells = [table.as_str(), name, kind, meaning, unit, source];
            csv.row(&cells.map(|text| Cell::Text(text.to_owned()))).map_err(failed)?;
            // Writing to a string cannot fail.
            let _ = writeln!(page, "| `{name}` | {kind} | {meaning} | {unit} | {source} |");
            rows = rows.saturating_add(1);
        }
    }
    directory.end(csv.finish().map_err(failed)?, Some(rows))?;
    directory.text("data-dictionary.md", page.as_bytes())?;
    Ok(())
}

//! Rows as CSV or JSON Lines.

use std::io::{self, Write};

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::column::{Cell, Column};

/// A table being written as CSV: RFC 4180, UTF-8, a header line, CR and LF at the end of lines.
#[derive(Debug)]
pub struct CsvTable<W: Write>(csv::Writer<W>);

impl<W: Write> CsvTable<W> {
    /// Begins with the header.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub fn new(out: W, columns: &[Column]) -> io::Result<Self> {
        let mut builder = csv::WriterBuilder::new();
        let mut writer = builder.terminator(csv::Terminator::CRLF).from_writer(out);
        writer.write_record(columns.iter().map(|column| column.name))?;
        Ok(Self(writer))
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// When the writer fails, or the row has another number of cells than the header.
    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let shown = cells.iter().map(|cell| spreadsheet_safe(cell.plain()));
        Ok(self.0.write_record(shown)?)
    }

    /// Sends everything on its way and gives the writer back.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Keeps a spreadsheet from taking text for a formula.
///
/// A cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe in
/// front; so does one that begins with an apostrophe, so that taking one leading apostrophe away
/// always gives the text back.
fn spreadsheet_safe(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) { format!("'{text}") } else { text }
}

/// A row as one JSON object, keys in the order of the columns.
struct Object<'a>(&'a [Column], &'a [Cell]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            map.serialize_entry(column.name, cell)?;
        }
        map.end()
    }
}

/// Writes a row as one line of JSON.
///
/// # Errors
///
/// When `out` fails.
pub fn json_line(out: &mut impl Write, columns: &[Column], cells: &[Cell]) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Object(columns, cells))?;
    out.write_all(b"\n")
}

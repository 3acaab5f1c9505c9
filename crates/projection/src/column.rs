//! Times as text that sorts.
//!
//! A read model keeps a time as the record does: RFC 3339, UTC, milliseconds, 24 characters. Texts
//! of that form compare like the times they stand for, and an auditor can read them in any tool.

use event_log::record::format_recorded_at;
use jiff::Timestamp;
use rusqlite::{Row, types::Type};

/// A time as a read model keeps it; what is finer than a millisecond is cut off.
///
/// ```
/// let at = "2014-11-13T08:00:00.1239Z".parse::<jiff::Timestamp>()?;
/// assert_eq!(projection::column::time_text(at), "2014-11-13T08:00:00.123Z");
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn time_text(at: Timestamp) -> String {
    format_recorded_at(at)
}

/// Reads a time from the named column.
///
/// # Errors
///
/// When there is no such column, or it does not hold a time.
pub fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: jiff::Error| failure(Box::new(error)))
}

/// Reads a time, if there is one, from the named column.
///
/// # Errors
///
/// When there is no such column, or it holds something other than a time or nothing.
pub fn time_if_any(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|error: jiff::Error| failure(Box::new(error)))).transpose()
}

fn failure(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error)
}

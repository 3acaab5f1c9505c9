//! Events and complaints for other programs.
//!
//! An export is a directory with the data, a dictionary that says what every column means, a
//! manifest of digests, and a page on what the manifest proves and what it does not. It is made
//! from the log alone, up to one position, so the same log and position give the same bytes. It
//! appears as a whole or not at all.
//!
//! - [`export`](mod@export): from the log to the directory
//! - [`column`](mod@column): what a column is called and means, and what a cell holds
//! - [`events`]: one row for each record
//! - [`complaints`]: one row for each complaint, folded from its stream
//! - [`table`]: rows as CSV or JSON Lines
//! - [`manifest`]: which files, from which records
//! - [`directory`]: a directory that appears as a whole
//!
//! Personal data is not in the records, so it is not in an export.

pub mod column;
pub mod complaints;
pub mod directory;
pub mod events;
pub mod export;
pub mod manifest;
pub mod table;

pub use export::{Export, ExportError, ExportReport, Format, Progress, export};

#[cfg(test)]
mod tests;

//! The auditors' read model: every event of the ledger, who did it, when it happened and when it
//! was recorded.
//!
//! Two times make two questions. *As it was*: what had happened by then, whenever it was written
//! down ([`history::as_of`]). *As it was known*: what the ledger held by then ([`history::known_at`]).
//! Where the two differ by more than a day the event is marked as recorded late.
//!
//! Nothing is summed up and nothing left out: one row for each record of the log, of every kind of
//! stream, with its data exactly as stored. No personal data is in it, for none is in the log.
//!
//! - [`projector`]: records to rows
//! - [`schema`]: the tables, which any SQLite tool can read
//! - [`history`]: the questions as typed queries
//! - [`audit_view`]: the same as one page to read and print, and as a file of comma-separated values

pub mod audit_view;
pub mod history;
pub mod projector;
pub mod schema;

#[cfg(test)]
mod tests;

pub use audit_view::{AuditView, Written, write_csv, write_html};
pub use history::{AuditEvent, Filter};
pub use projector::AuditProjector;

/// The name of the read model and the stem of its file's name.
pub const NAME: &str = "audit";

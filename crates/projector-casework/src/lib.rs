//! The read model of those who handle complaints.
//!
//! It answers two questions: *what is so with this complaint*, the [`case_file`](fn@case_file), and
//! *what is there to do*, the [`worklist`](fn@worklist). Both come from the events alone. No rule
//! of the process is decided here, and nothing here is read while a command is decided.
//!
//! There is no personal data in it. A case file lists the references of what was sealed, so that
//! somebody who is allowed to can have the vault open it.
//!
//! - [`projector`]: events to rows
//! - [`schema`]: the tables, which any SQLite tool can read
//! - [`case_file`](mod@case_file), [`worklist`](mod@worklist): the questions as typed queries

pub mod case_file;
mod causes;
mod columns;
mod detail;
pub mod projector;
pub mod schema;
pub mod worklist;

#[cfg(test)]
mod tests;

pub use case_file::{CaseFile, case_file};
pub use causes::{ProductWeeks, cause_weeks};
pub use projector::CaseworkProjector;
pub use worklist::{NextStep, Whose, WorklistFilter, WorklistItem, open_complaints, worklist};

/// The name of the read model and the stem of its file's name.
pub const NAME: &str = "casework";

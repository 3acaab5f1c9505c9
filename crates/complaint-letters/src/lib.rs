//! What a complainant is written: letters in English and Chinese, with what each rule makes them say.
//!
//! A letter is composed from facts that its caller hands in; nothing here reads a clock, a disk or a
//! vault. What a rule pack makes a letter say is data with a citation (`statements/`), separate from
//! how a company likes to write (`wording/`): a company may replace its own wording, and cannot drop
//! or reword what the rule demands. A letter that lacks a fact which its rule demands is refused.
//!
//! Absent: personal data at rest. A composed letter holds a name and the words of an answer; it lives
//! in memory until it is printed or sent, and its `Debug` shows sizes only.
//!
//! - [`letter`]: the kinds of letters, and a letter as blocks of text
//! - [`facts`]: what a letter is composed from
//! - [`statement`]: what each rule makes a letter say
//! - [`wording`]: the texts, by language
//! - [`compose`](mod@compose): facts, statements and wording into a letter
//! - [`pdf`](mod@pdf): a letter on paper

pub mod compose;
pub mod facts;
pub mod letter;
pub mod pdf;
pub mod statement;
pub mod wording;

#[cfg(test)]
mod tests;

pub use compose::{ComposeError, compose};
pub use facts::{LetterFacts, OfferedRemedy, Sender};
pub use letter::{Block, Letter, LetterKind};
pub use pdf::{UnprintableError, pdf};
pub use statement::{Statement, StatementStatus, statements};
pub use wording::{LetterLocale, Wording, WordingError};

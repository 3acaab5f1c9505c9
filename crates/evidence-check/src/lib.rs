//! What a ledger hands out, checked by whoever holds it: without the ledger, without a network.
//!
//! Pure: no clock, no randomness, no files, and nothing that needs an operating system, so that it
//! also runs in a browser. Everything read here may come from an enemy: each format has one spelling,
//! sizes are bounded, and what does not hold is named with file and line.
//!
//! - [`check`](mod@check): any of the formats, told apart and checked, step by step
//! - [`opening`]: the words behind a commitment
//! - [`enclosure`]: what a log proof carries besides the proof: the record, and openings
//! - [`growth`]: that one checkpoint extends another
//! - [`counted`]: where a published report counts a complaint
//! - [`index`]: all events of a case, or no such case
//! - [`anchor`]: when the records of a case existed, says an outside authority
//! - [`archive`]: the one kind of zip file that bundles are
//! - [`bundle`]: all evidence of one case in one file
//! - [`page`]: the page that checks a bundle in a browser
//! - [`record`]: what these checks read of a record
#![warn(clippy::arithmetic_side_effects)]
#![cfg_attr(
    test,
    expect(
        clippy::arithmetic_side_effects,
        reason = "a test that overflows panics, which is a failure"
    )
)]

pub mod anchor;
pub mod archive;
pub mod bundle;
pub mod check;
pub mod counted;
pub mod enclosure;
pub mod growth;
pub mod index;
mod json;
pub mod opening;
pub mod page;
pub mod record;
#[cfg(test)]
mod test_data;
mod text;

pub use check::{Checked, Kind, Step, Verdict, check};
pub use enclosure::Enclosure;
pub use growth::GrowthProof;
pub use index::{IndexEntry, IndexProof};
pub use opening::Opening;
pub use text::{LineError, ParseFileError, printable};

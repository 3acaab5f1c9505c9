//! Helpers for the test suite: a ledger on disk, sample commands, the built binary.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that meets a surprise should stop"
)]

pub mod binary;
pub mod complaint;
pub mod ledger;

pub use ledger::Ledger;

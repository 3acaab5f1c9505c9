//! Helpers for the test suite: a ledger on disk, sample commands, the built binary, and what runs
//! as long as one likes: random operations against a model, a writer to be cut off.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "a test that meets a surprise should stop"
)]

pub mod authority;
pub mod binary;
pub mod complaint;
pub mod cut;
pub mod ledger;
pub mod machine;
pub mod mail_server;
pub mod rulebook;
pub mod sweep;

pub use ledger::Ledger;

//! What a ledger hands out to those who will check it: receipts, proofs, index commitments, bundles.
//!
//! The other half is `evidence-check`, which reads all of it and trusts nothing made here. Everything
//! made here stands under a signed checkpoint that somebody else signed: no key is held but the one
//! from which receipt secrets follow.
//!
//! - [`prover`]: proofs under one checkpoint
//! - [`list`]: the list of all streams, and proofs about it, with flat memory
//! - [`audit`]: every index commitment of a log held against its records
//! - [`case`](mod@case): the records of one stream, and fields of it opened
//! - [`anchors`]: the time anchors that say most of a case
//! - [`bundle`]: all evidence of one case in one file
//! - [`receipt`]: what a complainant gets · [`receipt_key`]: what receipt secrets follow from
//! - [`counted`]: the tables in which complainants find theirs
//! - [`qr`]: a receipt as a QR code

pub mod anchors;
pub mod audit;
pub mod bundle;
pub mod case;
pub mod counted;
pub mod list;
mod lists;
mod merge;
pub mod prover;
pub mod qr;
pub mod receipt;
pub mod receipt_key;

pub use audit::{AuditError, ListAudit};
pub use case::{Case, OpenFieldError, open_field};
pub use list::{IndexList, IndexListError};
pub use prover::{IssueError, Prover};
pub use receipt_key::ReceiptKey;

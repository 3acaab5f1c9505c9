//! Read models beside the log.
//!
//! A [`Projector`] turns the records of the log, one after the other, into rows of one SQLite file.
//! This crate does what every projector needs and none should do by itself: it reads the log in
//! pages, writes the rows of a page and the new position in one transaction, waits for what becomes
//! durable later, and builds a read model anew beside the live one. It knows nothing of complaints.
//!
//! A read model is derived and disposable. Whatever happens to its file, the log is the truth and
//! `rebuild` brings the file back; so nothing here tries to repair, and everything here would
//! rather stop than guess:
//!
//! - the next record must have the position after the last one; a gap stops the projector;
//! - the position is advanced only from where this owner left it; a second owner stops;
//! - a file of another program, another projector, another ledger or a newer redress is refused;
//! - a file that is ahead of the log, or that saw another last record than the log holds, is
//!   refused: either the log lost records, or the file belongs elsewhere;
//! - a projector that fails stops itself, says so in its file and in the trace, and leaves the
//!   others running.
//!
//! SQLite blocks, so each open read model has a thread of its own; the async side hands it pages
//! and never touches the file.
//!
//! - [`projector`]: what a projector promises
//! - [`projection`](mod@projection): one read model that follows the log
//! - [`projections`]: several of them, side by side
//! - [`rebuild`](mod@rebuild): a new file beside the live one, compared, swapped in
//! - [`digest`](mod@digest): one number for all rows of a read model
//! - [`file`](mod@file): what makes a file a read model; opening one to read
//! - [`status`](mod@status): how far a file has come, and whether its projector stopped
//! - [`mod@column`]: times as text that sorts

pub mod column;
pub mod digest;
pub mod file;
mod owner;
pub mod projection;
pub mod projections;
pub mod projector;
pub mod rebuild;
pub mod status;

#[cfg(test)]
mod tests;

pub use digest::{DigestError, digest};
pub use file::{OpenError, open_reader, path_of};
pub use projection::{CatchUpError, Follower, Projection, WaitError};
pub use projections::Projections;
pub use projector::{ProjectError, Projector};
pub use rebuild::{PreviousModel, RebuildError, RebuildReport, open_or_rebuild, rebuild};
pub use status::{Failure, Status, status};

// For crates that write projectors: the SQLite binding whose types are in the trait.
pub use rusqlite;

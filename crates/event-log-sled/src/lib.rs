//! The embedded event log.
//!
//! Four artifacts, each with one job. The *journal* is where an append becomes durable: one thread
//! gathers what waits and frames it, one writes the frame, syncs once and answers. The *tiles* follow in the
//! background in sealed ranges of 256 records; they are what old records are read from, what auditors
//! mirror and archives keep. The *store*, sled with immutable index files beside it, says which of
//! those records belong to a stream, and is rebuilt from them should it be lost. The *head* says,
//! outside all three, how much there must be, so that opening can fail closed. Records that are
//! durable but not yet sealed are held in memory, in the *tail*.
//!
//! The life of a record: `admission` checks and frames it, `committer` numbers and stamps it and has the
//! `journal` make it durable, `tail` shows it to readers, `applier` moves it to `tiles` and `store`, `head` vouches for it.
//! Opening scans the journal into the tail and goes on from there: recovery is the normal way. `start`
//! starts the threads.
//!
//! - [`SledLog`]: what the world sees
//! - [`mod@open`]: creating and opening, failing closed
//! - [`mod@verify`]: every stored byte against the head; [`mend`]: one artifact from another
//! - [`backup`]: a copy of it, taken while others append
//! - `read`: readers, page by page off the async threads
//! - `range_cache`: what was read last
//! - [`nodes`]: the Merkle tree's nodes, for proofs
//! - `index`: which records a stream has, flat in memory
//! - `frame`, `sealed`, [`ledger_file`], `lock`, [`disk`]: bytes and files

mod admission;
mod applier;
pub mod backup;
mod committer;
pub mod disk;
mod frame;
mod hashed;
mod head;
mod index;
mod journal;
pub mod ledger_file;
mod lock;
pub mod mend;
pub mod nodes;
pub mod open;
mod range_cache;
mod read;
mod sealed;
mod sled_log;
mod start;
mod store;
mod tail;
mod tiles;
pub mod verify;
mod versions;

pub use open::OpenError;
pub use sealed::served_bundle;
pub use sled_log::SledLog;

//! An append-only log of records in streams, with one total order.
//!
//! Knows nothing of complaints. The [`EventLog`] trait is what every log promises; the
//! [`conformance`] suite is that promise as tests; [`memory`] is the shortest log that keeps it.
//!
//! - [`record`]: what goes in ([`NewRecord`]) and what comes out ([`RecordedEvent`])
//! - [`log`]: the trait, its errors, subscriptions
//! - [`limits`]: how much one append may hold
//! - [`clock`]: where the log takes the time from

pub mod clock;
pub mod conformance;
pub mod limits;
pub mod log;
pub mod memory;
pub mod record;

pub use clock::Clock;
pub use log::{AppendError, Appended, EventLog, ExpectedVersion, Head, ReadError, RecordStream};
pub use memory::MemoryLog;
pub use record::{NewRecord, Position, RecordedEvent, StreamId, StreamVersion};

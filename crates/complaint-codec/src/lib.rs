//! The bytes of a record.
//!
//! A record is one compact JSON object, written once and never encoded again: the stored bytes are
//! the Merkle leaf. This crate is the only place where events meet their stored names. A name is
//! written by hand and never reused; an event whose body changes gets a new version, the old one
//! is upcast on the way in, and its golden file stays for ever.
//!
//! - [`names`]: event types, written by hand
//! - [`encode`](mod@encode): events to bytes
//! - [`decode`](mod@decode): bytes to events, unknown keys ignored
//!
//! The layout is in docs/format.md, section "Record".

pub mod decode;
pub mod encode;
pub mod names;
mod stored;

#[cfg(test)]
mod tests;

pub use decode::{DecodeError, Record, Times, decode, times};
pub use encode::{Draft, EncodeError, encode};
pub use names::{EVENT_TYPES, event_type};

/// The version of the record's envelope, its key `v`.
pub const RECORD_VERSION: u8 = 1;

//! Time stamps by authorities that a ledger's operator does not control (RFC 3161), and what they say of
//! the records of a log.
//!
//! Pure: no clock, no randomness, no files, no network. A stamp is judged as of the time it states, so it
//! verifies the same in twenty years. Everything read here may come from an enemy.
//!
//! - [`request`]: what an authority is asked
//! - [`token`]: what it answers, read and verified
//! - [`authority`]: whom somebody trusts to know the time
//! - [`sandwich`]: between which trusted times each record of a log came to be
#![warn(clippy::arithmetic_side_effects)]
#![cfg_attr(
    test,
    expect(
        clippy::arithmetic_side_effects,
        reason = "a test that overflows panics, which is a failure"
    )
)]

pub mod authority;
pub mod request;
pub mod sandwich;
mod syntax;
pub mod token;

pub use authority::Authorities;
pub use request::Request;
pub use sandwich::{Anchor, Window, windows};
pub use token::{Stamp, StampError, Token};

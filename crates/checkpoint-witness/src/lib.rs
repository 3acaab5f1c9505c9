//! A witness of logs, and the client that asks one (C2SP tlog-witness v1.0.0).
//!
//! A witness remembers, for each log it knows, the last checkpoint it cosigned. It cosigns another one
//! only if the log proves that its tree begins with all of that one. So whoever demands a witness's
//! cosignature sees the same history as everybody else who does. It needs one key, one directory and
//! a few hundred bytes for each log, and is meant for the auditor's own machine.
//!
//! - [`request`]: what a log sends
//! - [`witness`]: what a witness answers, in the order of the specification
//! - [`http`]: the witness as a web service · [`client`]: asking one

pub mod client;
pub mod http;
pub mod request;
pub mod witness;

#[cfg(test)]
mod tests;

pub use client::{AskError, WitnessClient};
pub use request::AddCheckpoint;
pub use witness::{Refusal, Witness};

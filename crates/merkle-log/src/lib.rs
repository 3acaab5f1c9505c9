//! The Merkle tree over a log, as RFC 6962 defines it.
//!
//! - [`hash`]: leaf and node hashes
//! - [`range`]: the compact state that grows a tree one leaf at a time
#![warn(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

pub mod hash;
pub mod range;

pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use range::CompactRange;

//! The Merkle tree over a log, and everything by which strangers check it.
//!
//! Pure: no clock, no randomness, no files; without the standard library, so that it also runs in a
//! browser. The formats are those of transparency logs (RFC 6962, and C2SP signed-note v1.0.0,
//! tlog-checkpoint v1.0.0, tlog-cosignature v1.0.1, tlog-tiles, tlog-proof, tlog-policy), so that any
//! client that speaks them can check a ledger without trusting this code.
//!
//! Whatever is read here may come from an enemy. Parsers accept one spelling of each thing, and their
//! errors name the line.
//!
//! - [`hash`]: leaf and node hashes
//! - [`range`]: the compact state that grows a tree one leaf at a time
//! - [`tree`]: making proofs from the nodes of a tree; a whole tree in memory
//! - [`proof`]: checking proofs
//! - [`tile`]: hash tiles and their paths · [`bundle`]: entry bundles
//! - [`key`]: keys that sign and verify · [`note`]: signed notes
//! - [`checkpoint`]: what a log states, and who has cosigned it
//! - [`policy`]: whom somebody trusts · [`log_proof`]: one record's proof in one file
#![no_std]
#![warn(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod bundle;
pub mod checkpoint;
pub mod hash;
pub mod key;
pub mod log_proof;
pub mod note;
pub mod policy;
pub mod proof;
pub mod range;
#[cfg(test)]
mod test_data;
mod text;
pub mod tile;
pub mod tree;

pub use bundle::{bundle_leaves, encode_bundle, encode_bundle_into, parse_bundle};
pub use checkpoint::{Checkpoint, cosignatures};
pub use hash::{Hash, empty_root, leaf_hash, leaf_hashes, node_hash, perfect_root};
pub use key::{KeyKind, ParseKeyError, SignerKey, VerifierKey};
pub use log_proof::LogProof;
pub use note::{NoteSignature, SignedNote, Verified};
pub use policy::Policy;
pub use proof::{ProofError, verify_consistency, verify_inclusion};
pub use range::CompactRange;
pub use tile::{TileId, TileKind, TileNodes, TileReader};
pub use tree::{MemoryTree, NodeSource, ProveError, prove_consistency, prove_inclusion, tree_root};

//! Which files, from which records.

use serde::{Deserialize, Serialize};

/// The name of the manifest in its directory.
pub const MANIFEST: &str = "manifest.json";
/// By this a directory is known to be an export, so that it may be replaced by a newer one.
pub const KIND: &str = "redress-export";

/// What an export was made from, and the digests of its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`KIND`].
    pub kind: String,
    /// The version of this form.
    pub version: u32,
    /// The ledger's name.
    pub origin: String,
    /// The format of the tables.
    pub format: String,
    /// The first position in the events; `null` when there are none.
    pub first_position: Option<u64>,
    /// The last position in the events; `null` when there are none.
    pub last_position: Option<u64>,
    /// How many leaves the tree has that `root` is the root of: all records up to the cut-off.
    pub tree_size: u64,
    /// The RFC 6962 root over these records, in hexadecimal.
    pub root: String,
    /// Every other file of the export, by name.
    pub files: Vec<ManifestFile>,
}

/// One file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Its name.
    pub name: String,
    /// How many rows of data it has, without a header; `null` for a text.
    pub rows: Option<u64>,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of them, in hexadecimal.
    pub sha256: String,
}

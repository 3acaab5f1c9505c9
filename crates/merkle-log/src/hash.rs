//! Leaf and node hashes.

use core::fmt;

use sha2::{Digest, Sha256};

/// A SHA-256 hash in the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The root of the tree with no leaves: SHA-256 of nothing.
///
/// # Source
///
/// RFC 6962, section 2.1.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// Hashes one log entry to a leaf of the tree.
///
/// `entry` is the exact byte string that was appended, of any length. The leading zero byte keeps a
/// leaf from ever having the hash of an inner node, without which two different logs could share a
/// root.
///
/// ```
/// let hash = merkle_log::leaf_hash(b"");
/// assert_eq!(hash.0[..4], [0x6e, 0x34, 0x0b, 0x9c]);
/// ```
///
/// # Source
///
/// RFC 6962, section 2.1, "Merkle Hash Trees": the hash of a one-entry list.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(entry);
    Hash(hasher.finalize().into())
}

/// Hashes two subtrees to the node above them.
///
/// # Source
///
/// RFC 6962, section 2.1.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    node_hash_of_bytes(&left.0, &right.0)
}

/// Apart from [`node_hash`] because the reference value for it is over children that are no hashes.
pub(crate) fn node_hash_of_bytes(left: &[u8], right: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0x01]);
    hasher.update(left);
    hasher.update(right);
    Hash(hasher.finalize().into())
}

//! Leaf and node hashes.

mod lanes;

use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest, Sha256};

use lanes::{Message, hash_both};

/// What a leaf's hash begins with, and what a node's does.
const LEAF: u8 = 0x00;
const NODE: u8 = 0x01;

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
    hasher.update([LEAF]);
    hasher.update(entry);
    Hash(hasher.finalize().into())
}

/// [`leaf_hash`] of many entries, in less time than one after the other.
pub fn leaf_hashes<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<Hash> {
    let mut entries = entries.into_iter();
    let mut hashes = Vec::with_capacity(entries.size_hint().0);
    while let Some(one) = entries.next() {
        match entries.next() {
            Some(other) => {
                hashes.extend(hash_both(&Message::new(LEAF, one), &Message::new(LEAF, other)));
            }
            None => hashes.push(leaf_hash(one)),
        }
    }
    hashes
}

/// The root over a row of hashes whose number is a power of two; `None` for any other number.
pub fn perfect_root(row: &[Hash]) -> Option<Hash> {
    if let [root] = row {
        return Some(*root);
    }
    if !row.len().is_power_of_two() {
        return None;
    }
    let mut row = parents(row);
    while row.len() > 1 {
        row = parents(&row);
    }
    row.first().copied()
}

/// The nodes above a row of hashes, two by two.
fn parents(row: &[Hash]) -> Vec<Hash> {
    let (fours, rest) = row.as_chunks::<4>();
    let mut above = Vec::with_capacity(row.len().div_ceil(2));
    for [a, b, c, d] in fours {
        let (left, right) = (joined(a, b), joined(c, d));
        above.extend(hash_both(&Message::new(NODE, &left), &Message::new(NODE, &right)));
    }
    let (pairs, _) = rest.as_chunks::<2>();
    above.extend(pairs.iter().map(|[left, right]| node_hash(left, right)));
    above
}

fn joined(left: &Hash, right: &Hash) -> [u8; 64] {
    let mut both = [0; 64];
    let (halves, _) = both.as_chunks_mut();
    halves.iter_mut().zip([left.0, right.0]).for_each(|(half, hash)| *half = hash);
    both
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
    hasher.update([NODE]);
    hasher.update(left);
    hasher.update(right);
    Hash(hasher.finalize().into())
}

#[cfg(test)]
mod tests;

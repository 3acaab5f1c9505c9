//! The compact state that grows a tree one leaf at a time.

use alloc::vec::Vec;

use crate::hash::{Hash, empty_root, node_hash};

/// The roots of the perfect subtrees that make up a tree, widest first: one for each set bit of
/// its size, so at most 64 hashes, whatever the size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompactRange {
    size: u64,
    roots: Vec<Hash>,
}

impl CompactRange {
    /// The tree with no leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tree of this size with these perfect subtrees, widest first; `None` when their number is
    /// not the number of set bits in the size.
    pub fn from_parts(size: u64, roots: Vec<Hash>) -> Option<Self> {
        (u32::try_from(roots.len()) == Ok(size.count_ones())).then_some(Self { size, roots })
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of its perfect subtrees, widest first.
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Adds the next leaf, given its leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut merged = leaf;
        let mut remaining = self.size;
        while remaining & 1 == 1 {
            if let Some(left) = self.roots.pop() {
                merged = node_hash(&left, &merged);
            }
            remaining >>= 1;
        }
        self.roots.push(merged);
        self.size = self.size.saturating_add(1);
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        self.roots
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }
}

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
        self.push_subtree(0, leaf);
    }

    /// Adds the perfect subtree over the next 2ˡᵉᵛᵉˡ leaves, given its root. False, and nothing is changed, when
    /// the size is no multiple of that many.
    pub fn push_subtree(&mut self, level: u8, root: Hash) -> bool {
        let leaves = 1_u64.checked_shl(level.into()).unwrap_or(0);
        let Some(0) = self.size.checked_rem(leaves) else { return false };
        let Some(size) = self.size.checked_add(leaves) else { return false };
        let mut merged = root;
        let mut remaining = self.size.checked_shr(level.into()).unwrap_or(0);
        while remaining & 1 == 1 {
            if let Some(left) = self.roots.pop() {
                merged = node_hash(&left, &merged);
            }
            remaining >>= 1;
        }
        self.roots.push(merged);
        self.size = size;
        true
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

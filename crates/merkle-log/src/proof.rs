//! Checking proofs. Needs nothing but hashes, so that anybody can do it anywhere.

use crate::{
    hash::{Hash, node_hash},
    text::NUMBER_MAX,
};

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No such leaf in a tree of this size.
    #[error("a tree of {size} leaves has no leaf {index}")]
    NoSuchLeaf {
        /// The leaf.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// Nothing can be proved between these sizes.
    #[error("a tree of {to} leaves cannot be shown to extend one of {from}")]
    NoSuchGrowth {
        /// The smaller size.
        from: u64,
        /// The larger size.
        to: u64,
    },
    /// The size is beyond what the formats can write.
    #[error("a tree cannot have {size} leaves")]
    TooLarge {
        /// The size.
        size: u64,
    },
    /// Fewer or more hashes than trees of these sizes need.
    #[error("the proof has {found} hashes, which is too few or too many for these sizes")]
    WrongLength {
        /// How many there are.
        found: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to root {found}, expected {expected}")]
    RootMismatch {
        /// The root that was to be reached.
        expected: Hash,
        /// The one that was.
        found: Hash,
    },
    /// The proof starts from another tree than the older root.
    #[error("the proof starts from root {found}, expected {expected}")]
    OldRootMismatch {
        /// The older root.
        expected: Hash,
        /// The one the proof starts from.
        found: Hash,
    },
}

/// Checks that the leaf at `index` is in the tree of this size and root.
///
/// # Errors
///
/// [`ProofError`], unless exactly this leaf is exactly there.
///
/// # Source
///
/// RFC 9162, section 2.1.3.2, which is the tree of RFC 6962.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if size > NUMBER_MAX {
        return Err(ProofError::TooLarge { size });
    }
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let mut walk = Walk { node: index, last: size.saturating_sub(1) };
    let mut found = *leaf;
    for sibling in proof {
        match walk.step() {
            None => return Err(ProofError::WrongLength { found: proof.len() }),
            Some(Side::Left) => found = node_hash(sibling, &found),
            Some(Side::Right) => found = node_hash(&found, sibling),
        }
    }
    if walk.last != 0 {
        return Err(ProofError::WrongLength { found: proof.len() });
    }
    if found == *root { Ok(()) } else { Err(ProofError::RootMismatch { expected: *root, found }) }
}

/// Checks that the tree of size `to` begins with all of the tree of size `from`.
///
/// From 0 nothing can be proved: every tree extends the empty one, and whoever accepts that says so
/// themselves.
///
/// # Errors
///
/// [`ProofError`], unless the larger tree extends the smaller one.
///
/// # Source
///
/// RFC 9162, section 2.1.4.2, which is the tree of RFC 6962.
pub fn verify_consistency(
    from: u64,
    to: u64,
    from_root: &Hash,
    to_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if to > NUMBER_MAX {
        return Err(ProofError::TooLarge { size: to });
    }
    if from == 0 || from > to {
        return Err(ProofError::NoSuchGrowth { from, to });
    }
    let wrong_length = ProofError::WrongLength { found: proof.len() };
    if from == to && !proof.is_empty() {
        return Err(wrong_length);
    }
    let mut walk = Walk { node: from.saturating_sub(1), last: to.saturating_sub(1) };
    walk.skip_right_edges();
    // A smaller tree that is one perfect subtree is its own start; any other names its start.
    let (start, rest) = if from.is_power_of_two() || from == to {
        (from_root, proof)
    } else {
        proof.split_first().ok_or(wrong_length)?
    };
    if from == to {
        walk.last = 0;
    }
    let (mut old, mut new) = (*start, *start);
    for hash in rest {
        match walk.step() {
            None => return Err(wrong_length),
            Some(Side::Left) => {
                old = node_hash(hash, &old);
                new = node_hash(hash, &new);
            }
            Some(Side::Right) => new = node_hash(&new, hash),
        }
    }
    if walk.last != 0 {
        return Err(wrong_length);
    }
    if old != *from_root {
        return Err(ProofError::OldRootMismatch { expected: *from_root, found: old });
    }
    if new != *to_root {
        return Err(ProofError::RootMismatch { expected: *to_root, found: new });
    }
    Ok(())
}

/// On which side of the path a hash of the proof stands.
enum Side {
    Left,
    Right,
}

/// A way up the tree: the place of the node in its level, and that of the level's last node.
struct Walk {
    node: u64,
    last: u64,
}

impl Walk {
    /// Goes up past the next hash of the proof; `None` at the root.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // The last node of a level without a sibling moves up unchanged.
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Some(side)
    }

    fn skip_right_edges(&mut self) {
        while self.node & 1 == 1 {
            self.up();
        }
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows panics, which is a failure"
)]
mod tests;

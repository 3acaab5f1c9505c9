//! Making proofs from the nodes of a tree, wherever they are kept.

use alloc::vec::Vec;

use crate::{
    hash::{Hash, empty_root, node_hash},
    text::NUMBER_MAX,
};

/// Gives the roots of perfect subtrees.
///
/// Node `(level, index)` is the root over the `2^level` leaves from `index × 2^level` on. Proofs ask
/// only for nodes that lie wholly inside the tree. A source need not be trusted: whoever receives
/// the proof checks it against a root they trust.
pub trait NodeSource {
    /// Why a node could not be had.
    type Error;

    /// The root of one perfect subtree.
    ///
    /// # Errors
    ///
    /// When the node is not there or cannot be read.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// Why no proof was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// No such leaf in a tree of this size.
    #[error("a tree of {size} leaves has no leaf {index}")]
    NoSuchLeaf {
        /// The leaf that was asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// There is nothing to prove between these sizes.
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
    /// A node could not be had.
    #[error("a node of the tree could not be read")]
    Source(#[source] E),
}

/// The root of the first `size` leaves.
///
/// # Errors
///
/// [`ProveError`]: the size is too large, or a node could not be had.
pub fn tree_root<S: NodeSource>(source: &S, size: u64) -> Result<Hash, ProveError<S::Error>> {
    check_size(size)?;
    span_root(source, Span { begin: 0, end: size })
}

/// The hashes that lead from a leaf to the root, the leaf's sibling first.
///
/// # Errors
///
/// [`ProveError`]: no such leaf, or a node could not be had.
///
/// # Source
///
/// RFC 6962, section 2.1.1, `PATH(m, D[n])`.
pub fn prove_inclusion<S: NodeSource>(
    source: &S,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProveError<S::Error>> {
    check_size(size)?;
    if index >= size {
        return Err(ProveError::NoSuchLeaf { index, size });
    }
    let mut span = Span { begin: 0, end: size };
    let mut siblings = Vec::new();
    while span.len() > 1 {
        let (left, right) = span.split();
        let (inside, sibling) = if index < left.end { (left, right) } else { (right, left) };
        siblings.push(sibling);
        span = inside;
    }
    siblings.into_iter().rev().map(|sibling| span_root(source, sibling)).collect()
}

/// The hashes that show that the tree of size `to` begins with the tree of size `from`.
///
/// # Errors
///
/// [`ProveError`]: `from` is 0 or greater than `to`, or a node could not be had.
///
/// # Source
///
/// RFC 6962, section 2.1.2, `PROOF(m, D[n])`.
pub fn prove_consistency<S: NodeSource>(
    source: &S,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, ProveError<S::Error>> {
    check_size(to)?;
    if from == 0 || from > to {
        return Err(ProveError::NoSuchGrowth { from, to });
    }
    let mut span = Span { begin: 0, end: to };
    let mut parts = Vec::new();
    while from < span.end {
        let (left, right) = span.split();
        let (inside, beside) = if from <= left.end { (left, right) } else { (right, left) };
        parts.push(beside);
        span = inside;
    }
    if span.begin > 0 {
        // The old tree ends with this subtree, but is not just this: the verifier lacks its hash.
        parts.push(span);
    }
    parts.into_iter().rev().map(|part| span_root(source, part)).collect()
}

fn check_size<E>(size: u64) -> Result<(), ProveError<E>> {
    if size > NUMBER_MAX { Err(ProveError::TooLarge { size }) } else { Ok(()) }
}

/// The leaves of one subtree of a tree, from `begin` up to but not including `end`.
#[derive(Debug, Clone, Copy)]
struct Span {
    begin: u64,
    end: u64,
}

impl Span {
    fn len(self) -> u64 {
        self.end.saturating_sub(self.begin)
    }

    /// Divides more than one leaf after the largest power of two that is smaller than their number.
    fn split(self) -> (Self, Self) {
        let largest = self.len().saturating_sub(1).checked_ilog2().unwrap_or(0);
        let middle = self.begin.saturating_add(1_u64.checked_shl(largest).unwrap_or(0));
        (Self { begin: self.begin, end: middle }, Self { begin: middle, end: self.end })
    }
}

/// The root over a span: that of the perfect subtrees in it, joined from the right.
fn span_root<S: NodeSource>(source: &S, span: Span) -> Result<Hash, ProveError<S::Error>> {
    let mut begin = span.begin;
    let mut roots = Vec::new();
    while let Some(level) = span.end.saturating_sub(begin).checked_ilog2() {
        let index = begin.checked_shr(level).unwrap_or(0);
        let level = u8::try_from(level).unwrap_or(u8::MAX);
        roots.push(source.node(level, index).map_err(ProveError::Source)?);
        begin = begin.saturating_add(1_u64.checked_shl(level.into()).unwrap_or(0));
    }
    let joined = roots.into_iter().rev().reduce(|right, left| node_hash(&left, &right));
    Ok(joined.unwrap_or_else(empty_root))
}

/// The node is not in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree has no node {index} at level {level}")]
pub struct NoSuchNode {
    /// The level; leaves are at 0.
    pub level: u8,
    /// The place in the level, from 0.
    pub index: u64,
}

/// A whole tree in memory: about 64 bytes a leaf. For tables, tests and small logs.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    levels: Vec<Vec<Hash>>,
}

impl MemoryTree {
    /// The tree with no leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Adds the next leaf, given its leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut next = Some(leaf);
        let mut level = 0_usize;
        while let Some(hash) = next {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            next = self.levels.get_mut(level).and_then(|row| {
                row.push(hash);
                match row.as_slice() {
                    [.., left, right] if row.len() % 2 == 0 => Some(node_hash(left, right)),
                    _ => None,
                }
            });
            level = level.saturating_add(1);
        }
    }
}

impl FromIterator<Hash> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::new();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }
}

impl NodeSource for MemoryTree {
    type Error = NoSuchNode;

    fn node(&self, level: u8, index: u64) -> Result<Hash, NoSuchNode> {
        let row = self.levels.get(usize::from(level));
        let hash = row.and_then(|row| row.get(usize::try_from(index).ok()?));
        hash.copied().ok_or(NoSuchNode { level, index })
    }
}

#[cfg(test)]
mod tests;

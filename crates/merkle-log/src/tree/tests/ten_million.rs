//! Ten million leaves without ten million hashes: the tree is put together from 64 different blocks in
//! an order that looks random, so a proof that took a hash from the wrong place would not fit.

use alloc::{vec, vec::Vec};
use std::sync::OnceLock;

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;
use tlog_tiles::tlog;

use super::{bytes, ours};
use crate::{
    Hash, MemoryTree, NodeSource, leaf_hash, prove_consistency, prove_inclusion, tree::NoSuchNode,
    tree_root, verify_consistency, verify_inclusion,
};

const LEAVES: u64 = 10_000_000;
const BLOCK_LEVEL: u8 = 12;
const KINDS: u64 = 64;

/// Which of the blocks stands at a place: a multiplicative hash of the place.
fn kind_at(block: u64) -> u64 {
    block.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58
}

fn entry(index: u64) -> [u8; 16] {
    let (kind, inside) = (kind_at(index >> BLOCK_LEVEL), index & ((1 << BLOCK_LEVEL) - 1));
    (u128::from(kind) << 64 | u128::from(inside)).to_be_bytes()
}

struct LargeTree {
    kinds: Vec<MemoryTree>,
    above: MemoryTree,
}

impl LargeTree {
    fn new() -> Self {
        let whole_blocks = LEAVES.div_ceil(1 << BLOCK_LEVEL);
        let mut kinds = vec![MemoryTree::new(); usize::try_from(KINDS).unwrap()];
        let mut roots = vec![None; kinds.len()];
        for block in 0..whole_blocks {
            let kind = usize::try_from(kind_at(block)).unwrap();
            if roots[kind].is_none() {
                let first = block << BLOCK_LEVEL;
                kinds[kind] = (0..1 << BLOCK_LEVEL).map(|i| leaf_hash(&entry(first + i))).collect();
                roots[kind] = Some(kinds[kind].node(BLOCK_LEVEL, 0).unwrap());
            }
        }
        let kind = |block| usize::try_from(kind_at(block)).unwrap();
        let above = (0..whole_blocks).map(|block| roots[kind(block)].unwrap()).collect();
        Self { kinds, above }
    }
}

impl NodeSource for LargeTree {
    type Error = NoSuchNode;

    fn node(&self, level: u8, index: u64) -> Result<Hash, NoSuchNode> {
        let Some(inside) = BLOCK_LEVEL.checked_sub(level).filter(|levels| *levels > 0) else {
            return self.above.node(level - BLOCK_LEVEL, index);
        };
        let (block, index) = (index >> inside, index & ((1 << inside) - 1));
        self.kinds[usize::try_from(kind_at(block)).unwrap()].node(level, index)
    }
}

impl tlog::HashReader for LargeTree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let places = indexes.iter().map(|index| tlog::split_stored_hash_index(*index));
        Ok(places.map(|(level, n)| tlog::Hash(self.node(level, n).unwrap().0)).collect())
    }
}

fn tree() -> &'static LargeTree {
    static TREE: OnceLock<LargeTree> = OnceLock::new();
    TREE.get_or_init(LargeTree::new)
}

fn root_there(size: u64) -> (Hash, RootHash<Sha256>) {
    let root = tree_root(tree(), size).unwrap();
    assert_eq!(root.0, tlog::tree_hash(size, tree()).unwrap().0);
    (root, RootHash::new(root.0.into(), size))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn proofs_from_up_to_ten_million_leaves_agree_with_two_other_implementations(
        size in 1..=LEAVES, place: u64,
    ) {
        let (tree, place) = (tree(), place % size);
        let (root, elsewhere) = root_there(size);
        let proof = prove_inclusion(tree, place, size).unwrap();
        prop_assert_eq!(&proof, &ours(&tlog::prove_record(size, place, tree).unwrap()));
        let leaf = leaf_hash(&entry(place));
        prop_assert_eq!(verify_inclusion(&leaf, place, size, &proof, &root), Ok(()));
        let same = InclusionProof::try_from_bytes(bytes(&proof)).unwrap();
        prop_assert!(elsewhere.verify_inclusion(&entry(place), place, &same).is_ok());

        let from = place + 1;
        let (old_root, old_elsewhere) = root_there(from);
        let proof = prove_consistency(tree, from, size).unwrap();
        prop_assert_eq!(&proof, &ours(&tlog::prove_tree(size, from, tree).unwrap()));
        prop_assert_eq!(verify_consistency(from, size, &old_root, &root, &proof), Ok(()));
        if from < size {
            let same = ConsistencyProof::try_from_bytes(bytes(&proof)).unwrap();
            prop_assert!(elsewhere.verify_consistency(&old_elsewhere, &same).is_ok());
        }
    }
}

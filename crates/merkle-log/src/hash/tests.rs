use alloc::{vec, vec::Vec};

use proptest::prelude::*;

use super::*;
use crate::{CompactRange, MemoryTree, tree_root};

/// Entries of every length around the ends of blocks, and some of several blocks.
fn entries() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let length = prop_oneof![0..200_usize, 1_000..1_300_usize];
    let entry = length.prop_flat_map(|length| prop::collection::vec(any::<u8>(), length));
    prop::collection::vec(entry, 0..9)
}

proptest! {
    #[test]
    fn many_leaves_have_the_hashes_that_each_has_alone(entries in entries()) {
        let alone: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        prop_assert_eq!(leaf_hashes(entries.iter().map(Vec::as_slice)), alone);
    }
}

#[test]
fn two_of_any_lengths_up_to_four_blocks_have_the_hashes_that_each_has_alone() {
    let bytes: Vec<u8> = (0..=255).collect();
    for one in 0..=256 {
        let other = (one * 7 + 31) % 257;
        let entries = [&bytes[..one], &bytes[..other]];
        assert_eq!(leaf_hashes(entries), entries.map(leaf_hash), "{one} and {other} bytes");
    }
}

#[test]
fn a_row_of_a_power_of_two_has_the_root_of_its_tree_and_any_other_has_none() {
    let leaves: Vec<_> = (0..300_u64).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect();
    assert_eq!(perfect_root(&[]), None);
    for count in 1..=leaves.len() {
        let row = &leaves[..count];
        let mut tree = MemoryTree::new();
        for leaf in row {
            tree.push(*leaf);
        }
        let root = tree_root(&tree, u64::try_from(count).unwrap()).ok();
        let expected = root.filter(|_| count.is_power_of_two());
        assert_eq!(perfect_root(row), expected, "{count}");
    }
}

#[test]
fn a_tree_grows_the_same_by_leaves_and_by_subtrees() {
    let leaves: Vec<_> = (0..200_u64).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect();
    for level in 0..=6_u8 {
        let width = 1_usize << level;
        for before in 0..=3 {
            let mut by_leaves = CompactRange::new();
            let start = before * width;
            for leaf in &leaves[..start] {
                by_leaves.push(*leaf);
            }
            let mut by_subtrees = by_leaves.clone();
            let row = &leaves[..width];
            for leaf in row {
                by_leaves.push(*leaf);
            }
            assert!(by_subtrees.push_subtree(level, perfect_root(row).unwrap()));
            assert_eq!(by_subtrees, by_leaves, "level {level} behind {start}");
        }
    }
    // It would not stand where a subtree of that width stands.
    let mut odd = CompactRange::new();
    odd.push(leaves[0]);
    for level in [1, 8, 63, 64, 255] {
        let before = odd.clone();
        assert!(!odd.push_subtree(level, leaves[1]), "level {level}");
        assert_eq!(odd, before);
    }
    assert_eq!(vec![leaves[0]], odd.roots());
}

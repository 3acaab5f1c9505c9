use alloc::string::{String, ToString};

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use tlog_tiles::tlog;

use super::*;
use crate::{CompactRange, leaf_hash, proof::*, test_data::*};

#[expect(
    clippy::arithmetic_side_effects,
    reason = "a test that overflows panics, which is a failure"
)]
mod ten_million;

#[test]
fn the_eight_leaf_reference_table_is_reproduced() {
    let tree = reference_tree();
    let mut range = CompactRange::new();
    assert_eq!(range.root(), REFERENCE_ROOTS[0].parse_hex());
    for (entry, size) in REFERENCE_ENTRIES.iter().zip(1_u64..) {
        range.push(leaf_hash(entry));
        let expected = REFERENCE_ROOTS[usize::try_from(size).unwrap()].parse_hex();
        assert_eq!(range.root(), expected);
        assert_eq!(tree_root(&tree, size), Ok(expected));
    }
    assert_eq!(
        leaf_hash(b"L123456").to_string(),
        "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    );
    let node = crate::hash::node_hash_of_bytes(b"N123", b"N456");
    assert_eq!(
        node.to_string(),
        "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    );
}

#[test]
fn the_reference_proofs_are_reproduced() {
    let tree = reference_tree();
    let node = |level, index| tree.node(level, index).unwrap();
    let inclusion = |index, size| prove_inclusion(&tree, index, size).unwrap();
    assert_eq!(inclusion(0, 8), [node(0, 1), node(1, 1), node(2, 1)]);
    assert_eq!(inclusion(5, 8), [node(0, 4), node(1, 3), node(2, 0)]);
    assert_eq!(inclusion(2, 3), [node(1, 0)]);
    assert_eq!(inclusion(1, 5), [node(0, 0), node(1, 1), node(0, 4)]);
    let growth = |from, to| prove_consistency(&tree, from, to).unwrap();
    assert_eq!(growth(1, 8), [node(0, 1), node(1, 1), node(2, 1)]);
    assert_eq!(growth(6, 8), [node(1, 2), node(1, 3), node(2, 0)]);
    assert_eq!(growth(2, 5), [node(1, 1), node(0, 4)]);
    assert_eq!(growth(6, 7), [node(1, 2), node(0, 6), node(2, 0)]);
}

#[test]
fn roots_and_proofs_of_seventy_thousand_leaves_are_reproduced() {
    let tree = counting_tree(70_000);
    for (size, root) in COUNTING_ROOTS {
        assert_eq!(tree_root(&tree, *size), Ok(root.parse_hex()), "size {size}");
    }
    let proof = prove_inclusion(&tree, 69_999, 70_000).unwrap();
    assert_eq!(proof, INCLUSION_69999_OF_70000.map(str::parse_hex));
    let growth = prove_consistency(&tree, 65_537, 70_000).unwrap();
    assert_eq!(growth, CONSISTENCY_65537_TO_70000.map(str::parse_hex));
    let root = |size| tree_root(&tree, size).unwrap();
    let leaf = tree.node(0, 69_999).unwrap();
    assert_eq!(verify_inclusion(&leaf, 69_999, 70_000, &proof, &root(70_000)), Ok(()));
    assert_eq!(verify_consistency(65_537, 70_000, &root(65_537), &root(70_000), &growth), Ok(()));
}

#[test]
fn the_file_of_vectors_agrees_where_it_is_there() {
    let Some(vectors) = vectors() else { return };
    let tree = counting_tree(70_000);
    for (size, root) in vectors["A_u64be_leaves"]["roots"].as_object().unwrap() {
        let found = tree_root(&tree, size.parse().unwrap()).unwrap();
        assert_eq!(found.to_string(), root.as_str().unwrap());
    }
    let hashes = |name: &str| -> Vec<String> {
        let list = vectors["A_proofs"][name].as_array().unwrap();
        list.iter().map(|hash| hash.as_str().unwrap().to_string()).collect()
    };
    let shown = |proof: Vec<Hash>| proof.iter().map(Hash::to_string).collect::<Vec<_>>();
    let inclusion = prove_inclusion(&tree, 69_999, 70_000).unwrap();
    assert_eq!(shown(inclusion), hashes("inclusion 69999 in 70000"));
    let growth = prove_consistency(&tree, 65_537, 70_000).unwrap();
    assert_eq!(shown(growth), hashes("consistency 65537->70000"));
}

/// The hashes of a tree in the order in which `tlog_tiles` numbers them.
struct TlogHashes(Vec<tlog::Hash>);

impl tlog::HashReader for TlogHashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

fn ours(hashes: &[tlog::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

#[test]
fn all_proofs_of_all_sizes_up_to_three_hundred_agree_with_two_other_implementations() {
    let tree = counting_tree(300);
    let mut by_tlog = TlogHashes(Vec::new());
    let mut by_ct_merkle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=300_u64 {
        let entry = (size - 1).to_be_bytes();
        let new = tlog::stored_hashes(size - 1, &entry, &by_tlog).unwrap();
        by_tlog.0.extend(new);
        by_ct_merkle.push(entry.to_vec());
        let root = tree_root(&tree, size).unwrap();
        assert_eq!(root.0, tlog::tree_hash(size, &by_tlog).unwrap().0);
        assert_eq!(root.0.as_slice(), by_ct_merkle.root().as_bytes().as_slice());
        for index in 0..size {
            let proof = prove_inclusion(&tree, index, size).unwrap();
            assert_eq!(proof, ours(&tlog::prove_record(size, index, &by_tlog).unwrap()));
            let other = by_ct_merkle.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(bytes(&proof), other.as_bytes());
            let leaf = tree.node(0, index).unwrap();
            assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
        }
        for from in 1..=size {
            let old_root = tree_root(&tree, from).unwrap();
            let proof = prove_consistency(&tree, from, size).unwrap();
            assert_eq!(proof, ours(&tlog::prove_tree(size, from, &by_tlog).unwrap()));
            if from < size {
                let other = by_ct_merkle.prove_consistency(usize::try_from(size - from).unwrap());
                assert_eq!(bytes(&proof), other.as_bytes());
            }
            assert_eq!(verify_consistency(from, size, &old_root, &root, &proof), Ok(()));
        }
    }
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn what_cannot_be_proved_is_refused() {
    let tree = counting_tree(3);
    let no_leaf = ProveError::NoSuchLeaf { index: 3, size: 3 };
    assert_eq!(prove_inclusion(&tree, 3, 3), Err(no_leaf));
    let no_growth = ProveError::NoSuchGrowth { from: 0, to: 3 };
    assert_eq!(prove_consistency(&tree, 0, 3), Err(no_growth));
    let no_growth = ProveError::NoSuchGrowth { from: 3, to: 2 };
    assert_eq!(prove_consistency(&tree, 3, 2), Err(no_growth));
    let missing = ProveError::Source(NoSuchNode { level: 2, index: 0 });
    assert_eq!(tree_root(&tree, 4), Err(missing));
    assert_eq!(tree_root(&tree, u64::MAX), Err(ProveError::TooLarge { size: u64::MAX }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_tree_of_any_size_has_the_root_of_its_compact_range(size in 0_u64..5000) {
        let mut range = CompactRange::new();
        (0..size).for_each(|i| range.push(leaf_hash(&i.to_be_bytes())));
        prop_assert_eq!(tree_root(&counting_tree(size), size), Ok(range.root()));
    }
}

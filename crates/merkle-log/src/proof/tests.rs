use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::{prove_consistency, prove_inclusion, test_data::*, tree_root};

#[test]
fn nothing_can_be_proved_from_the_empty_tree() {
    let root = crate::empty_root();
    let refused = Err(ProofError::NoSuchGrowth { from: 0, to: 0 });
    assert_eq!(verify_consistency(0, 0, &root, &root, &[]), refused);
    let refused = Err(ProofError::NoSuchGrowth { from: 0, to: 8 });
    assert_eq!(verify_consistency(0, 8, &root, &root, &[]), refused);
    let refused = Err(ProofError::NoSuchLeaf { index: 0, size: 0 });
    assert_eq!(verify_inclusion(&root, 0, 0, &[], &root), refused);
}

#[test]
fn sizes_that_cannot_be_written_are_refused() {
    let root = crate::empty_root();
    let size = 1 << 63;
    let refused = Err(ProofError::TooLarge { size });
    assert_eq!(verify_inclusion(&root, 0, size, &[], &root), refused);
    assert_eq!(verify_consistency(1, size, &root, &root, &[]), refused);
}

#[test]
fn a_tree_extends_itself_by_nothing() {
    for size in 1..20 {
        let root = tree_root(&counting_tree(size), size).unwrap();
        assert_eq!(verify_consistency(size, size, &root, &root, &[]), Ok(()));
        let padded = verify_consistency(size, size, &root, &root, &[root]);
        assert_eq!(padded, Err(ProofError::WrongLength { found: 1 }));
        let other = crate::empty_root();
        assert!(verify_consistency(size, size, &root, &other, &[]).is_err());
        assert!(verify_consistency(size, size, &other, &root, &[]).is_err());
    }
}

/// One change to a list of hashes: a flipped bit, a hash removed, doubled, swapped or added.
fn mutate(proof: &[Hash], how: u8, at: usize, bit: usize) -> Vec<Hash> {
    let mut changed = proof.to_vec();
    let at = if changed.is_empty() { 0 } else { at % changed.len() };
    match how {
        0 if !changed.is_empty() => changed[at].0[bit / 8 % 32] ^= 1 << (bit % 8),
        1 if !changed.is_empty() => drop(changed.remove(at)),
        2 if !changed.is_empty() => changed.insert(at, proof[at]),
        3 if changed.len() > 1 => changed.swap(at, (at + 1) % proof.len()),
        4 => changed.insert(0, crate::empty_root()),
        _ => changed.push(crate::empty_root()),
    }
    changed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn no_changed_inclusion_proof_is_accepted(
        size in 1_u64..600, index: u64, how in 0_u8..8, at: usize, bit in 0_usize..256,
    ) {
        let index = index % size;
        let tree = shared_tree();
        let root = tree_root(tree, size).unwrap();
        let leaf = crate::leaf_hash(&index.to_be_bytes());
        let proof = prove_inclusion(tree, index, size).unwrap();
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
        let changed = mutate(&proof, how, at, bit);
        prop_assert!(verify_inclusion(&leaf, index, size, &changed, &root).is_err());
        let mut other = leaf;
        other.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion(&other, index, size, &proof, &root).is_err());
        let elsewhere = (index + 1 + u64::try_from(bit).unwrap()) % size;
        if elsewhere != index {
            prop_assert!(verify_inclusion(&leaf, elsewhere, size, &proof, &root).is_err());
        }
    }

    #[test]
    fn no_changed_consistency_proof_is_accepted(
        to in 1_u64..600, from: u64, how in 0_u8..8, at: usize, bit in 0_usize..256,
    ) {
        let from = from % to + 1;
        let tree = shared_tree();
        let (old, new) = (tree_root(tree, from).unwrap(), tree_root(tree, to).unwrap());
        let proof = prove_consistency(tree, from, to).unwrap();
        prop_assert_eq!(verify_consistency(from, to, &old, &new, &proof), Ok(()));
        let changed = mutate(&proof, how, at, bit);
        prop_assert!(verify_consistency(from, to, &old, &new, &changed).is_err());
        for (is_old, root) in [(true, old), (false, new)] {
            let mut other = root;
            other.0[bit / 8] ^= 1 << (bit % 8);
            let (old, new) = if is_old { (other, new) } else { (old, other) };
            prop_assert!(verify_consistency(from, to, &old, &new, &proof).is_err());
        }
        if from < to {
            prop_assert!(verify_consistency(from, to, &new, &old, &proof).is_err());
        }
    }
}

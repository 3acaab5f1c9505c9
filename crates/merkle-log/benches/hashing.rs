//! The inner loops of the tree: `cargo bench -p merkle-log --bench hashing`.

use divan::{Bencher, counter::BytesCount};
use merkle_log::{
    Hash, MemoryTree, TileId, TileKind, encode_bundle, leaf_hash, prove_inclusion,
    tile::{TILE_WIDTH, hash_tile_bytes},
    tree_root, verify_inclusion,
};
use sha2::{Digest as _, Sha256};

/// As long as a record is on average.
const RECORD: usize = 745;
const LEAVES: u64 = 65_536;

fn main() {
    divan::main();
}

fn tree() -> MemoryTree {
    let mut tree = MemoryTree::new();
    (0..LEAVES).for_each(|leaf| tree.push(leaf_hash(&leaf.to_be_bytes())));
    tree
}

/// What a leaf hash cannot be faster than.
#[divan::bench]
fn sha256_alone(bencher: Bencher<'_, '_>) {
    let record = [b'x'; RECORD];
    let hash = || Sha256::digest(divan::black_box(&record));
    bencher.counter(BytesCount::new(RECORD)).bench_local(hash);
}

#[divan::bench]
fn hash_a_leaf(bencher: Bencher<'_, '_>) {
    let record = [b'x'; RECORD];
    let hash = || leaf_hash(divan::black_box(&record));
    bencher.counter(BytesCount::new(RECORD)).bench_local(hash);
}

#[divan::bench]
fn bundle_a_range(bencher: Bencher<'_, '_>) {
    let records = vec![vec![b'x'; RECORD]; TILE_WIDTH.into()];
    bencher.bench_local(|| encode_bundle(divan::black_box(&records).iter().map(Vec::as_slice)));
}

/// A tile at level 1, each of whose hashes is over 256 leaves.
#[divan::bench]
fn fill_a_tile(bencher: Bencher<'_, '_>) {
    let tree = tree();
    let tile = TileId::new(TileKind::Hashes { level: 1 }, 0, TILE_WIDTH);
    bencher.bench_local(|| tile.map(|tile| hash_tile_bytes(&tree, divan::black_box(tile))));
}

#[divan::bench]
fn prove_a_leaf(bencher: Bencher<'_, '_>) {
    let tree = tree();
    let mut leaf = 0;
    bencher.bench_local(|| {
        leaf = (leaf + 7_919) % LEAVES;
        prove_inclusion(&tree, leaf, LEAVES)
    });
}

#[divan::bench]
fn verify_a_proof(bencher: Bencher<'_, '_>) {
    let tree = tree();
    let root = tree_root(&tree, LEAVES).unwrap_or(Hash([0; 32]));
    let proof = prove_inclusion(&tree, 4_711, LEAVES).unwrap_or_default();
    let leaf = leaf_hash(&4_711_u64.to_be_bytes());
    bencher.bench_local(|| verify_inclusion(&leaf, 4_711, LEAVES, divan::black_box(&proof), &root));
}

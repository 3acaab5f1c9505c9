use alloc::{collections::BTreeMap, format, string::ToString};

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::{
    encode_bundle, parse_bundle, prove_consistency, prove_inclusion, test_data::*, tree_root,
};

fn tile(path: &str) -> TileId {
    path.parse().unwrap()
}

#[test]
fn paths_are_as_the_specification_writes_them() {
    let hashes = |level, index, width| {
        TileId::new(TileKind::Hashes { level }, index, width).unwrap().to_string()
    };
    assert_eq!(hashes(0, 0, 256), "tile/0/000");
    assert_eq!(hashes(3, 1_234_067, 256), "tile/3/x001/x234/067");
    assert_eq!(hashes(0, 273, 112), "tile/0/273.p/112");
    let entries = TileId::new(TileKind::Entries, 1000, 1).unwrap();
    assert_eq!(entries.to_string(), "tile/entries/x001/000.p/1");
}

#[test]
fn what_is_not_the_one_path_of_a_tile_is_refused() {
    for path in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/+00",
        "tile/0/x000/001",
        "tile/0/001/234",
        "tile/0/x001/x234",
        "tile/0/x001/xx234",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/1.p/1",
        "tile/0/000.p/",
        "tile/0/000 ",
        "tile/0/٠٠٠",
        "tile/data/000",
        "tile/entries/x00/000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/8/0/000",
    ] {
        assert!(path.parse::<TileId>().is_err(), "{path}");
    }
}

#[test]
fn seventy_thousand_leaves_have_the_tiles_of_the_vectors() {
    let tree = counting_tree(70_000);
    let digest = |path: &str| {
        let bytes = hash_tile_bytes(&tree, tile(path)).unwrap();
        Hash(Sha256::digest(bytes).into()).to_string()
    };
    for (path, expected) in [
        ("tile/0/000", "20cd0859c7fb4ae9eeac1d244887e6f9342d86ce0b1a1c7bb244915d3d0dc971"),
        ("tile/1/000", "dbf848d70619481ec09adf64ff73d027ffd27f3cab12570d5087d7e9fede902a"),
        ("tile/1/001.p/17", "4fd210567f39abfd6af3acd3f895698cbaaf1b83bd764f98d7d81f431454aa54"),
        ("tile/0/273.p/112", "c7ebb1581fb37d08e8c14ef23ce02ebd07d79d783b6515c740d8b9f566ef0289"),
    ] {
        assert_eq!(digest(path), expected, "{path}");
    }
    let top = hash_tile_bytes(&tree, tile("tile/2/000.p/1")).unwrap();
    assert_eq!(top, tree_root(&tree, 65_536).unwrap().0);
    let entries: Vec<_> = (273 * 256..70_000_u64).map(u64::to_be_bytes).collect();
    let bundle = encode_bundle(entries.iter().map(<[u8; 8]>::as_slice)).unwrap();
    assert_eq!(
        Hash(Sha256::digest(&bundle).into()).to_string(),
        "d0948a54de15d727a997b2d243bf342e57f1ebdb01afea25232e1492fef0a899"
    );
    assert_eq!(parse_bundle(&bundle, 112).unwrap(), entries);
    let leaves: Vec<u8> =
        crate::bundle_leaves(&bundle, 112).unwrap().iter().flat_map(|leaf| leaf.0).collect();
    assert_eq!(leaves, hash_tile_bytes(&tree, tile("tile/0/273.p/112")).unwrap());
}

#[test]
fn a_tree_has_the_tiles_of_the_worked_example() {
    let shown = |size| -> Vec<_> {
        let tiles = tiles_of_growth(0, size);
        let is_hash = |tile: &TileId| tile.kind() != TileKind::Entries && tile.is_partial();
        tiles.iter().filter(|tile| is_hash(tile)).map(TileId::to_string).collect()
    };
    assert_eq!(shown(70_000), ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    assert_eq!(shown(256), ["tile/1/000.p/1"]);
    assert_eq!(tiles_of_growth(0, 70_000).len(), 274 + 274 + 2 + 1);
    assert_eq!(tiles_of_growth(70_000, 70_000), []);
    let grown: Vec<_> = tiles_of_growth(255, 257).iter().map(TileId::to_string).collect();
    assert_eq!(
        grown,
        [
            "tile/entries/000",
            "tile/entries/001.p/1",
            "tile/0/000",
            "tile/0/001.p/1",
            "tile/1/000.p/1"
        ]
    );
}

#[test]
fn a_tile_of_the_wrong_size_is_refused() {
    let id = tile("tile/0/000.p/2");
    assert_eq!(parse_hash_tile(id, &[7; 64]).unwrap(), [Hash([7; 32]); 2]);
    let error = parse_hash_tile(id, &[7; 63]).unwrap_err();
    assert_eq!(error.to_string(), "tile/0/000.p/2 has 63 bytes, expected 64");
}

/// Tiles as they would lie in a directory.
struct Directory(BTreeMap<TileId, Vec<u8>>);

impl TileReader for &Directory {
    type Error = TileId;

    fn read_tile(&self, tile: TileId) -> Result<Vec<u8>, TileId> {
        self.0.get(&tile).cloned().ok_or(tile)
    }
}

#[test]
fn proofs_from_tiles_are_those_from_the_tree() {
    let tree = counting_tree(70_000);
    let tiles = tiles_of_growth(0, 70_000).into_iter();
    let directory = Directory(tiles.map(|id| (id, hash_tile_bytes(&tree, id).unwrap())).collect());
    let nodes = TileNodes::new(&directory, 70_000);
    assert_eq!(tree_root(&nodes, 70_000).unwrap(), tree_root(&tree, 70_000).unwrap());
    for index in [0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999] {
        let proof = prove_inclusion(&nodes, index, 70_000).unwrap();
        assert_eq!(proof, prove_inclusion(&tree, index, 70_000).unwrap(), "index {index}");
    }
    for from in [1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999, 70_000] {
        let proof = prove_consistency(&nodes, from, 70_000).unwrap();
        assert_eq!(proof, prove_consistency(&tree, from, 70_000).unwrap(), "from {from}");
    }
    let outside = TileNodeError::Outside { level: 0, index: 70_000, size: 70_000 };
    assert_eq!(nodes.node(0, 70_000), Err(outside));
    let outside = TileNodeError::Outside { level: 7, index: 546, size: 70_000 };
    assert_eq!(nodes.node(7, 546), Err(outside));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_path_is_read_back_as_written_and_as_the_other_implementation_writes_it(
        level in 0_u8..63, index in 0_u64..1 << 40, width in 1_u16..=256, is_entries: bool,
    ) {
        let kind = if is_entries { TileKind::Entries } else { TileKind::Hashes { level } };
        let id = TileId::new(kind, index, width).unwrap();
        let path = id.to_string();
        prop_assert_eq!(path.parse(), Ok(id));
        // The other one puts the height of a tile (8) into the path.
        let other = tlog_tiles::Tile::new(
            8, if is_entries { 0 } else { level }, index, width.into(), is_entries,
        );
        let other = other.path().replace("tile/8/", "tile/").replace("tile/data/", "tile/entries/");
        prop_assert_eq!(path, other);
    }

    #[test]
    fn no_text_makes_the_parser_panic(path in "(tile/)?[0-9a-z/x.p]{0,30}") {
        if let Ok(id) = path.parse::<TileId>() {
            prop_assert_eq!(format!("{id}"), path);
        }
    }
}

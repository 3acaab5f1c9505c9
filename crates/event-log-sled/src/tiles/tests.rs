use std::{fs, sync::Arc};

use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamVersion};
use merkle_log::{leaf_hash, prove_inclusion, tree_root, verify_inclusion};

use super::Tiles;
use crate::{
    disk::{Disk, NoFaults},
    sealed::seal,
};

fn records(from: u64, to: u64) -> Vec<RecordedEvent> {
    (from..to)
        .map(|n| RecordedEvent {
            position: Position(n),
            stream: format!("stream-{}", n % 5).parse().unwrap(),
            version: StreamVersion(n / 5),
            bytes: Bytes::from(format!("{{\"n\":{n}}}")),
        })
        .collect()
}

fn tiles(dir: &std::path::Path) -> Tiles {
    Tiles::new(dir.to_owned(), Disk::new(Arc::new(NoFaults)))
}

#[test]
fn a_sealed_range_gives_back_its_records() {
    let dir = tempfile::tempdir().unwrap();
    let tiles = tiles(dir.path());
    let sealed = records(0, 768);
    tiles.put(&seal(&sealed).unwrap()).unwrap();
    assert_eq!(tiles.range(Position(256)).unwrap(), sealed[256..512]);
    assert!(tiles.range(Position(768)).is_err());
}

#[test]
fn a_sealed_file_gives_the_bundle_as_it_is_served() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = records(0, 256);
    tiles(dir.path()).put(&seal(&sealed).unwrap()).unwrap();
    let file = fs::read(dir.path().join("tile/entries/000.zst")).unwrap();
    let expected = merkle_log::encode_bundle(sealed.iter().map(|record| record.bytes.as_ref()));
    assert_eq!(crate::served_bundle(&file), expected.ok());
    // What anybody's zstd makes of it is each text that stands in the records, once.
    let texts = zstd::stream::decode_all(file.as_slice()).unwrap();
    assert!(texts.starts_with(b"{\"n\":0}\0{\"n\":1}\0"));
}

#[test]
fn any_flipped_byte_in_a_sealed_range_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let tiles = tiles(dir.path());
    let sealed = records(0, 256);
    tiles.put(&seal(&sealed).unwrap()).unwrap();
    for name in ["tile/entries/000.zst", "tile/0/000"] {
        let path = dir.path().join(name);
        let whole = fs::read(&path).unwrap();
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x20;
            fs::write(&path, damaged).unwrap();
            let damage = tiles.range(Position(0)).unwrap_err();
            if name == "tile/0/000" {
                assert_eq!(damage.position.0, u64::try_from(place / 32).unwrap());
            }
        }
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(tiles.range(Position(0)).unwrap(), sealed);
}

#[test]
fn the_levels_above_follow_and_prove() {
    let dir = tempfile::tempdir().unwrap();
    let tiles = tiles(dir.path());
    let size = 65_536 + 512;
    let mut tree = merkle_log::CompactRange::new();
    for first in (0..size).step_by(8_192) {
        let sealed = records(first, size.min(first + 8_192));
        for record in &sealed {
            tree.push(leaf_hash(&record.bytes));
        }
        tiles.put(&seal(&sealed).unwrap()).unwrap();
    }
    assert!(dir.path().join("tile/1/000").exists());
    tiles.check_above(Position(65_536 - 256)).unwrap();
    let nodes = tiles.nodes(size);
    let leaf = leaf_hash(b"{\"n\":40000}");
    let proof = prove_inclusion(&nodes, 40_000, size).unwrap();
    let root = tree_root(&nodes, size).unwrap();
    assert_eq!(root, tree.root());
    verify_inclusion(&leaf, 40_000, size, &proof, &root).unwrap();

    let path = dir.path().join("tile/1/000");
    let mut bytes = fs::read(&path).unwrap();
    bytes[77] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(tiles.check_above(Position(65_536 - 256)).unwrap_err().position, Position(0));
}

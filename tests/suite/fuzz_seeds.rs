//! The fuzzer's seeds, read again by every test run. docs/fuzzing.md says how to fuzz.

use std::{fs, path::PathBuf};

use self::readers::{bundle, checkpoint, note, proof, sealed, tile_path, unpacked};

#[path = "../../fuzz/src/readers.rs"]
#[expect(unreachable_pub, reason = "the fuzz targets are other crates")]
mod readers;

type Reader = fn(&[u8]);

fn seeds(of: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(of);
    let found: Vec<_> = fs::read_dir(folder)
        .expect("a folder of seeds")
        .map(|entry| fs::read(entry.expect("an entry").path()).expect("a seed"))
        .collect();
    assert!(found.len() >= 2, "{of} has lost its seeds");
    found
}

#[test]
fn every_seed_keeps_the_promises_of_its_reader() {
    let readers: [(&str, Reader); 6] = [
        ("note", note),
        ("checkpoint", checkpoint),
        ("proof", proof),
        ("tile_path", tile_path),
        ("bundle", bundle),
        ("sealed", sealed),
    ];
    for (name, read) in readers {
        for seed in seeds(name) {
            read(&seed);
            // And cut short anywhere; a whole bundle has too many places for that.
            let step = seed.len().div_ceil(200).max(1);
            (0..seed.len()).step_by(step).for_each(|end| read(&seed[..end]));
        }
    }
}

/// Else a fuzzer would begin with parts that are refused at the first look.
#[test]
fn the_parts_among_the_seeds_make_a_range() {
    for seed in seeds("sealed") {
        assert!(unpacked(&seed).is_some_and(|bundle| bundle.len() > 200));
    }
}

#[test]
fn a_fuzzer_has_a_target_for_each_reader() {
    let targets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/targets");
    let mut names: Vec<_> = fs::read_dir(targets)
        .expect("a folder of targets")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    let all = ["bundle.rs", "checkpoint.rs", "note.rs", "proof.rs", "sealed.rs", "tile_path.rs"];
    assert_eq!(names, all);
}

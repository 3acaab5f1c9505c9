use std::path::Path;

use super::{above, make_dirs};

#[test]
fn every_directory_has_one_above_it_whose_names_can_be_synced() {
    for (dir, expected) in
        [("ledger", "."), ("a/ledger", "a"), ("./ledger", "."), ("/ledger", "/"), ("/", "/")]
    {
        assert_eq!(above(Path::new(dir)), Path::new(expected), "{dir}");
    }
}

#[test]
fn directories_are_made_one_below_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("a/b/c");
    for _ in 0..2 {
        make_dirs(&deep).unwrap();
        assert!(deep.is_dir());
    }
}

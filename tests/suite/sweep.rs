//! A sample of what the example `sweep` does with every byte.

use std::path::Path;

use redress_tests::sweep::sweep;

#[test]
fn a_flipped_byte_is_found_and_named_or_listed_as_not_covered() {
    let room = tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." });
    let tally = sweep(room.unwrap().path(), 397);
    assert_eq!(tally.faults, Vec::<String>::new());
    assert!(tally.found >= 100, "{tally:?}");
    assert!(tally.not_covered > 0, "{tally:?}");
}

//! A sample of what the example `sweep` does with every byte.

use std::path::Path;

use redress_tests::sweep::sweep;

#[test]
fn a_flipped_byte_is_found_and_named_or_listed_as_not_covered() {
    let room = tempfile::tempdir_in(if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." });
    let tally = sweep(room.unwrap().path(), 199);
    assert_eq!(tally.faults, Vec::<String>::new());
    // Each kind of file was looked at, and of each some byte was found, or listed.
    for (kind, counts) in &tally.kinds {
        assert!(counts.answered() > 0, "{kind}: {counts:?}");
    }
    let total = tally.total();
    assert!(total.found >= 200, "{tally}");
    assert!(total.listed > 0 && total.listed_together > 0, "{tally}");
}

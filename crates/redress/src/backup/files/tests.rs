use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn the_name_of_each_directory_that_was_made_is_made_durable() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let mut synced = Vec::new();
    let mut sync = |dir: &Path| {
        synced.push(dir.to_owned());
        Ok(())
    };
    make_named(&at("of/several/parts"), &mut sync).unwrap();
    // What is there has its name from others.
    make_named(&at("of/several"), &mut sync).unwrap();
    assert_eq!(synced, [dir.path().to_owned(), at("of"), at("of/several")]);
    for made in ["of", "of/several", "of/several/parts"] {
        assert_eq!(fs::metadata(at(made)).unwrap().permissions().mode() & 0o777, 0o700, "{made}");
    }
}

#[test]
fn a_name_that_cannot_be_made_durable_or_is_that_of_a_file_is_no_directory() {
    let dir = tempfile::tempdir().unwrap();
    let failed = make_named(&dir.path().join("new"), &mut |_| Err(io::Error::other("as told")));
    assert_eq!(failed.unwrap_err().to_string(), "as told");
    fs::write(dir.path().join("file"), b"").unwrap();
    assert!(make_private_dir(&dir.path().join("file")).is_err());
    assert!(make_private_dir(&dir.path().join("file/below")).is_err());
}

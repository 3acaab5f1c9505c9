use super::*;

#[test]
fn where_a_file_is_no_directory_is_made() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), b"").unwrap();
    assert!(make_private_dir(&dir.path().join("file")).is_err());
    assert!(make_private_dir(&dir.path().join("file/below")).is_err());
}

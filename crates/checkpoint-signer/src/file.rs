//! Files that are there whole or not at all, and that only their owner may read.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// Writes a file in one step: temporary name, sync, rename, sync of the directory.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_added_extension("tmp");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    // A file that an earlier crash left may have another mode.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    sync_parent(path)
}

/// Writes a file that must not be there yet. Also refuses one that appears meanwhile.
pub(crate) fn put_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    make_private_dir(directory_of(path))?;
    let temporary = path.with_added_extension("tmp");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // A hard link is made only if there is no such name, which a rename does not promise.
    let linked = fs::hard_link(&temporary, path);
    fs::remove_file(&temporary)?;
    linked?;
    sync_parent(path)
}

/// Gives a file another name, in one step.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_parent(to)
}

/// Reads a small file; a longer one is not what it should be.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is too long"));
    }
    Ok(bytes)
}

/// Whether anybody but the owner may read or write a file.
pub(crate) fn is_open_to_others(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

/// Makes a directory, and those above it, that only its owner may enter, and the names of all durable: a key that is
/// gone after a power cut cannot be had again, and a register that is makes room for a second history.
///
/// # Errors
///
/// What the system said. One that is there stays as it is.
pub fn make_private_dir(path: &Path) -> io::Result<()> {
    make_named(path, &mut sync_dir)?;
    // One that is there may have been made by who was killed before its name was durable.
    match sync_dir(directory_of(path)) {
        // Nor could whoever may not read the directory above have made one in it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    }
}

/// `sync` makes the names in a directory durable.
fn make_named(path: &Path, sync: &mut impl FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = directory_of(path);
    // Where one may not look about, not even `.` is known for a directory, and lies in none other.
    if above != path {
        make_named(above, sync)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        // Somebody else may have made it, and not synced it yet.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => Err(error),
        Ok(()) | Err(_) => sync(above),
    }
}

/// The directory that a file lies in; a bare name lies in the one we are in.
fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the names in a file's directory durable.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    sync_dir(directory_of(path))
}

fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_each_directory_that_was_made_for_a_file_is_made_durable() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mut synced = Vec::new();
        let mut sync = |dir: &Path| {
            synced.push(dir.to_owned());
            Ok(())
        };
        make_named(&at("of/several"), &mut sync).unwrap();
        make_named(&at("of"), &mut sync).unwrap();
        assert_eq!(synced, [dir.path().to_owned(), at("of")]);
        put_new(&at("of/more/parts/key"), b"key").unwrap();
        assert_eq!(fs::read(at("of/more/parts/key")).unwrap(), b"key");
        assert_eq!(fs::metadata(at("of/more")).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

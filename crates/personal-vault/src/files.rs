//! What key file and segments have in common: headers, reading past the end, the end of use.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::Path,
};

use crate::frame::{Cursor, is_zero};

/// Writes a new file that holds a header, its checksum and zeroes up to `length`, under a temporary
/// name; syncs it, renames it, syncs the directory. So a file under its real name has a header.
///
/// Until it has that name it is written anew from its first byte by whoever tries again, so a disk that was full
/// may be said to be. Once it has it nobody syncs the name again but whoever opens the vault next.
pub(crate) fn write_header(
    directory: &Path,
    path: &Path,
    checked: Vec<u8>,
    length: u64,
) -> io::Result<()> {
    let header = header(checked, length);
    let temporary = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(&header)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    sync_directory(directory).map_err(in_doubt)
}

/// What a sync failed with, as what it is whatever the system calls it: nobody knows what reached the disk, and no
/// room that comes free makes that known.
pub(crate) fn in_doubt(error: io::Error) -> io::Error {
    io::Error::other(error)
}

/// A header with its checksum, and zeroes up to `length`.
pub(crate) fn header(mut checked: Vec<u8>, length: u64) -> Vec<u8> {
    let crc = crc32c::crc32c(&checked);
    checked.extend_from_slice(&crc.to_be_bytes());
    checked.resize(usize::try_from(length).unwrap_or(usize::MAX), 0);
    checked
}

/// The directory that a file lies in; a bare name lies in the one we are in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a directory that only its owner may enter, and those above it, and the names of all durable.
pub(crate) fn make_private_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = directory_of(path);
    // Where one may not look about, not even `.` is known for a directory, and lies in none other.
    if above != path {
        make_private_directory(above)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => sync_directory(above),
    }
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// The first `checked` bytes of a file, if the checksum after them fits and zeroes follow it.
pub(crate) fn read_header(file: &File, checked: usize, length: u64) -> io::Result<Option<Vec<u8>>> {
    let mut header = read_padded(file, 0, usize::try_from(length).unwrap_or(usize::MAX))?;
    let rest = header.split_off(checked);
    let mut cursor = Cursor(&rest);
    let crc = cursor.u32();
    Ok((crc == Some(crc32c::crc32c(&header)) && is_zero(cursor.0)).then_some(header))
}

/// Reads `length` bytes; what lies past the end of the file reads as zero, for it was never written.
pub(crate) fn read_padded(file: &File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset.saturating_add(filled as u64)) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// One more than the last slot with any byte that is not zero, looking backwards from the end of
/// the file. Files grow by filling up with zeroes, so this reads little more than one growth step.
pub(crate) fn high_water(
    file: &File,
    slots: u64,
    slot_bytes: usize,
    offset: impl Fn(u64) -> u64,
) -> io::Result<u64> {
    let mut end = slots;
    while end > 0 {
        let per_read = (64 * 1024 / slot_bytes).max(1) as u64;
        let start = end.saturating_sub(per_read);
        let length = usize::try_from(end - start).unwrap_or(0) * slot_bytes;
        let bytes = read_padded(file, offset(start), length)?;
        let used = bytes.chunks_exact(slot_bytes).rposition(|slot| !is_zero(slot));
        if let Some(last) = used {
            return Ok(start + last as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

//! The files of a report in a folder: written whole or not at all, with a list of their digests.
//!
//! The list, `SHA256SUMS`, has a line for each file in the order of their names: the SHA-256 of its
//! bytes in lower-case hexadecimal, two spaces, its name below the folder, a line feed. It is what
//! `sha256sum` writes and reads. Its own SHA-256 stands for all of them: it is what is endorsed and
//! published (docs/format.md).

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

use complaint_domain::sealed::{Digest, Hex};
use sha2::{Digest as _, Sha256};

use crate::report::WriteError;

mod plain;

/// The list of a report's files.
pub const LIST: &str = "SHA256SUMS";

/// What is added to the name of a file that is not whole yet.
const PARTIAL: &str = "partial";

/// A list is no longer, in bytes: a report has some dozens of files.
const LIST_BYTES_MAX: u64 = 1024 * 1024;

/// A file is no longer, in bytes: the tags of a hundred million complaints take as much.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// What is to stand in a file.
#[derive(Debug)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// What this file has, which is too long for the memory; it is read twice, and left where it is.
    Aside(PathBuf),
}

impl Content {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(bytes.as_slice()),
            Self::Aside(path) => Box::new(File::open(path)?),
        })
    }

    fn digest(&self) -> io::Result<Digest> {
        digest_in_pieces(self.open()?)
    }
}

/// The files of a report, all of them as their list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// SHA-256 of the list.
    pub digest: Digest,
    /// The names of the files, in order.
    pub names: Vec<String>,
    /// Their digests, in the same order.
    digests: Vec<String>,
}

impl Listed {
    /// The bytes of one of the files, or of the list itself, as they were held to the list: what somebody wrote there
    /// since is refused.
    ///
    /// # Errors
    ///
    /// [`ListError`]: the list has no such file, or it is another by now.
    pub fn read(&self, folder: &Path, name: &str) -> Result<Vec<u8>, ListError> {
        let failed = |source| ListError::Read { path: folder.join(name), source };
        let known = self.names.iter().zip(&self.digests).find(|(known, _)| *known == name);
        let (expected, max) = match known {
            Some((_, digest)) => (digest.clone(), FILE_BYTES_MAX),
            None if name == LIST => (self.digest.to_string(), LIST_BYTES_MAX),
            None => return Err(failed(io::ErrorKind::NotFound.into())),
        };
        let bytes = plain::whole(folder, name, max).map_err(failed)?;
        let found = digest_of(&bytes).to_string();
        if found == expected {
            return Ok(bytes);
        }
        Err(ListError::Differs { name: name.to_owned(), expected, found })
    }
}

/// A folder does not hold the files of its list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A line that is no digest and name of a file below the folder, in the one way it is written.
    #[error(
        "line {line} of {LIST}: expected 64 hexadecimal digits, two spaces and a file's name that comes after the one \
         before it"
    )]
    Line {
        /// Its number, from 1.
        line: usize,
    },
    /// A file that is not what the list says.
    #[error("{name}: expected the SHA-256 {expected} of its list, found {found}")]
    Differs {
        /// The file.
        name: String,
        /// What the list says.
        expected: String,
        /// What its bytes give.
        found: String,
    },
}

/// A cell of a table as no spreadsheet takes it for a formula: such a text has an apostrophe in front, and so has one
/// that begins with an apostrophe, so that one can always be taken away again. Numbers stay as they are.
pub(crate) fn cell(text: &str) -> Cow<'_, str> {
    let is_taken = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
    if is_taken && text.parse::<i64>().is_err() {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn digest_of(bytes: &[u8]) -> Digest {
    Hex(Sha256::digest(bytes).into())
}

/// The list of these files.
fn list(files: &[(String, Content)]) -> io::Result<Vec<u8>> {
    let line = |(name, content): &(String, Content)| {
        Ok((name.clone(), format!("{}  {name}\n", content.digest()?)))
    };
    let mut lines = files.iter().map(line).collect::<io::Result<Vec<_>>>()?;
    lines.sort();
    Ok(lines.into_iter().map(|(_, line)| line).collect::<String>().into_bytes())
}

/// Writes files into a folder, and their list. Gives their paths in this order, the list last.
///
/// Every file is first written beside its place, the list last, synced, and only then are all of them moved in, so
/// that a crash leaves each file either old or new. What an earlier report has in the folder and this one has not
/// is removed, for it would pass for a part of it. Until the list is moved in, the last of all, it says beside its place
/// whose the others are: what was cut short between is taken away by whoever writes there next.
///
/// # Errors
///
/// [`WriteError`] when a file cannot be written, or the folder is somebody else's.
pub(crate) fn put_all(
    folder: &Path,
    mut files: Vec<(String, Content)>,
) -> Result<Vec<PathBuf>, WriteError> {
    let begun = begun(folder);
    let (earlier, has_list) = earlier(folder, &files, &begun)?;
    // While the list that says whose they are is still there.
    for name in begun.moved.iter().filter(|name| !earlier.contains(name)) {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(|source| WriteError::File { path, source })?;
    }
    let list =
        list(&files).map_err(|source| WriteError::File { path: folder.join(LIST), source })?;
    files.push((LIST.to_owned(), Content::Bytes(list)));
    let mut folders = vec![folder.to_owned()];
    folders.extend(
        files.iter().filter_map(|(name, _)| folder.join(name).parent().map(Path::to_owned)),
    );
    folders.dedup();
    for folder in &folders {
        fs::create_dir_all(folder)
            .map_err(|source| WriteError::Folder { path: folder.clone(), source })?;
    }
    let mut staged = Vec::new();
    for (name, content) in files {
        let path = folder.join(name);
        let beside = path.with_added_extension(PARTIAL);
        write_synced(&beside, &content)
            .map_err(|source| WriteError::File { path: beside.clone(), source })?;
        staged.push((beside, path));
    }
    sync(&folders)?;
    let moved = |(beside, path): &(PathBuf, PathBuf)| {
        fs::rename(beside, path).map_err(|source| WriteError::File { path: path.clone(), source })
    };
    let (others, list) = staged.split_at(staged.len().saturating_sub(1));
    others.iter().try_for_each(moved)?;
    for name in &earlier {
        let path = folder.join(name);
        if !staged.iter().any(|(_, written)| *written == path) {
            // Gone already, or it stays: the list no longer has it.
            let _ = fs::remove_file(path);
        }
    }
    list.iter().try_for_each(moved)?;
    let theirs = earlier.iter().chain(&begun.listed);
    take_away_partial(folder, theirs, has_list, &folders);
    sync(&folders)?;
    Ok(staged.into_iter().map(|(_, path)| path).collect())
}

fn sync(folders: &[PathBuf]) -> Result<(), WriteError> {
    folders.iter().try_for_each(|folder| {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| WriteError::Folder { path: folder.clone(), source })
    })
}

/// What a report that was cut short has left in a folder, by its list, which still lies beside its place.
#[derive(Debug, Default)]
struct Begun {
    listed: Vec<String>,
    /// Those that were moved in: they are as the list has them.
    moved: Vec<String>,
}

/// Nothing where there is no such list, or not all of it: then nothing was moved.
fn begun(folder: &Path) -> Begun {
    let list = Path::new(LIST).with_added_extension(PARTIAL);
    let list = plain::whole(folder, &list.to_string_lossy(), LIST_BYTES_MAX);
    let list = list.ok().and_then(|list| String::from_utf8(list).ok()).unwrap_or_default();
    let Ok(entries) = entries(&list).collect::<Result<Vec<_>, _>>() else {
        return Begun::default();
    };
    let is_there = |(digest, name): &(&str, &str)| {
        let found = plain::open(folder, name, FILE_BYTES_MAX).and_then(digest_in_pieces);
        found.is_ok_and(|found| found.to_string() == *digest)
    };
    let listed = entries.iter().map(|(_, name)| (*name).to_owned()).collect();
    let moved = entries.into_iter().filter(is_there).map(|(_, name)| name.to_owned()).collect();
    Begun { listed, moved }
}

/// The names of the files that an earlier report has in a folder, and whether it has a list. Refuses a folder of anything
/// else, but for what was begun there: nobody's files are written over.
fn earlier(
    folder: &Path,
    files: &[(String, Content)],
    Begun { listed, moved: begun }: &Begun,
) -> Result<(Vec<String>, bool), WriteError> {
    let not_ours =
        |found: &str| WriteError::NotOurs { path: folder.to_owned(), found: found.to_owned() };
    let list = match fs::read_to_string(folder.join(LIST)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        list => list.map_err(|_| not_ours(LIST))?,
    };
    let names = entries(&list).map(|entry| entry.map(|(_, name)| name.to_owned()));
    let names: Vec<_> = names.collect::<Result<_, _>>().map_err(|_| not_ours(LIST))?;
    if names.is_empty() {
        let folder_of = |source| WriteError::Folder { path: folder.to_owned(), source };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((names, false)),
            entries => entries.map_err(folder_of)?,
        };
        for entry in entries {
            let entry = entry.map_err(folder_of)?;
            // What a report that was cut short has left is no stranger's.
            let path = entry.path();
            let is_ours = |path: &Path| {
                is_partial(path) || begun.iter().any(|name| folder.join(name) == path)
            };
            let names = files.iter().map(|(name, _)| name).chain(listed);
            if !is_ours(&path) && !is_begun(&path, folder, names, is_ours) {
                return Err(not_ours(&entry.file_name().to_string_lossy()));
            }
        }
    }
    let is_known = |name: &String| names.contains(name) || begun.contains(name);
    let joined = files.iter().find(|(name, _)| !is_known(name) && folder.join(name).exists());
    if let Some((name, _)) = joined {
        return Err(not_ours(name));
    }
    let has_list = !names.is_empty();
    Ok((names, has_list))
}

fn is_partial(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == PARTIAL)
}

/// Whether it is a folder that some of these files go into, in which nothing lies but ours.
fn is_begun<'a>(
    path: &Path,
    folder: &Path,
    mut names: impl Iterator<Item = &'a String>,
    is_ours: impl Fn(&Path) -> bool,
) -> bool {
    let is_one = names.any(|name| folder.join(name).parent() == Some(path));
    let entries = || fs::read_dir(path).into_iter().flatten();
    is_one
        && !path.is_symlink()
        && path.is_dir()
        && entries().all(|entry| entry.is_ok_and(|it| is_ours(&it.path())))
}

/// Takes away what reports that were cut short have left: beside the files of the earlier report, and where there
/// was none yet all of it. What stays hinders nobody.
fn take_away_partial<'a>(
    folder: &Path,
    earlier: impl Iterator<Item = &'a String>,
    has_list: bool,
    folders: &[PathBuf],
) {
    for name in earlier {
        let _ = fs::remove_file(folder.join(name).with_added_extension(PARTIAL));
    }
    if has_list {
        return;
    }
    for entry in folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten() {
        let path = entry.map(|entry| entry.path());
        if let Some(path) = path.ok().filter(|path| is_partial(path)) {
            let _ = fs::remove_file(path);
        }
    }
}

fn write_synced(path: &Path, content: &Content) -> io::Result<()> {
    let mut file = File::create(path)?;
    io::copy(&mut content.open()?, &mut file)?;
    file.sync_all()
}

/// Holds the files of a folder against their list.
///
/// Files that are not in the list are no part of the report.
///
/// # Errors
///
/// [`ListError`]: no list, a file that is missing or other than its line says, or one that is no plain file.
pub fn check_list(folder: &Path) -> Result<Listed, ListError> {
    let failed = |name: &str, source| ListError::Read { path: folder.join(name), source };
    let text = plain::whole(folder, LIST, LIST_BYTES_MAX).map_err(|why| failed(LIST, why))?;
    let lines = String::from_utf8_lossy(&text);
    let (mut names, mut digests) = (Vec::<String>::new(), Vec::new());
    for (line, entry) in (1..).zip(entries(&lines)) {
        let (expected, name) = entry?;
        if names.last().is_some_and(|before| name <= before.as_str()) {
            return Err(ListError::Line { line });
        }
        let found = plain::open(folder, name, FILE_BYTES_MAX).and_then(digest_in_pieces);
        let found = found.map_err(|why| failed(name, why))?.to_string();
        if found != expected {
            let (name, expected) = (name.to_owned(), expected.to_owned());
            return Err(ListError::Differs { name, expected, found });
        }
        names.push(name.to_owned());
        digests.push(found);
    }
    Ok(Listed { digest: digest_of(&text), names, digests })
}

/// The digest of what may be of any length, in little memory.
fn digest_in_pieces(mut content: impl Read) -> io::Result<Digest> {
    let mut sum = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match content.read(&mut piece)? {
            0 => return Ok(Hex(sum.finalize().into())),
            length => sum.update(piece.get(..length).unwrap_or_default()),
        }
    }
}

/// The lines of a list: digest and name of each file.
fn entries(list: &str) -> impl Iterator<Item = Result<(&str, &str), ListError>> {
    (1..).zip(list.split_inclusive('\n')).map(|(line, entry)| {
        let whole = entry.strip_suffix('\n').filter(|entry| !entry.contains(char::is_control));
        let parts = whole.and_then(|entry| entry.split_once("  ")).filter(|(digest, name)| {
            digest.len() == 64 && !name.is_empty() && is_below(Path::new(name))
        });
        parts.ok_or(ListError::Line { line })
    })
}

/// Whether a name leads nowhere else than below the folder.
fn is_below(name: &Path) -> bool {
    name.components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests;

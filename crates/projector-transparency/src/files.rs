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
/// Every file is first written beside its place, synced, and only then are all of them moved in, so
/// that a crash leaves each file either old or new. What an earlier report has in the folder and this one has not
/// is removed, for it would pass for a part of it.
///
/// # Errors
///
/// [`WriteError`] when a file cannot be written, or the folder is somebody else's.
pub(crate) fn put_all(
    folder: &Path,
    mut files: Vec<(String, Content)>,
) -> Result<Vec<PathBuf>, WriteError> {
    let earlier = earlier(folder, &files)?;
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
    for (beside, path) in &staged {
        fs::rename(beside, path)
            .map_err(|source| WriteError::File { path: path.clone(), source })?;
    }
    take_away_partial(folder, &earlier, &folders);
    for name in earlier {
        let path = folder.join(name);
        if !staged.iter().any(|(_, written)| *written == path) {
            // Gone already, or it stays: the list no longer has it.
            let _ = fs::remove_file(path);
        }
    }
    for folder in folders {
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| WriteError::Folder { path: folder, source })?;
    }
    Ok(staged.into_iter().map(|(_, path)| path).collect())
}

/// The names of the files that an earlier report has in a folder. Refuses a folder of anything else: nobody's
/// files are written over.
fn earlier(folder: &Path, files: &[(String, Content)]) -> Result<Vec<String>, WriteError> {
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
            entries => entries.map_err(folder_of)?,
        };
        for entry in entries {
            let entry = entry.map_err(folder_of)?;
            // What a report that was cut short has left is no stranger's.
            if !is_partial(&entry.path()) && !is_begun(&entry.path(), folder, files) {
                return Err(not_ours(&entry.file_name().to_string_lossy()));
            }
        }
    }
    match files.iter().find(|(name, _)| !names.contains(name) && folder.join(name).exists()) {
        Some((name, _)) => Err(not_ours(name)),
        None => Ok(names),
    }
}

fn is_partial(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == PARTIAL)
}

/// Whether it is a folder that some of these files go into, in which nothing was finished yet.
fn is_begun(path: &Path, folder: &Path, files: &[(String, Content)]) -> bool {
    let is_one = files.iter().any(|(name, _)| folder.join(name).parent() == Some(path));
    let entries = || fs::read_dir(path).into_iter().flatten();
    is_one
        && !path.is_symlink()
        && path.is_dir()
        && entries().all(|entry| entry.is_ok_and(|it| is_partial(&it.path())))
}

/// Takes away what reports that were cut short have left: beside the files of the earlier report, and where there
/// was none yet all of it. What stays hinders nobody.
fn take_away_partial(folder: &Path, earlier: &[String], folders: &[PathBuf]) {
    for name in earlier {
        let _ = fs::remove_file(folder.join(name).with_added_extension(PARTIAL));
    }
    if !earlier.is_empty() {
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
mod tests {
    use super::{Content, LIST, ListError, WriteError, cell, check_list, put_all};

    #[test]
    fn no_cell_of_a_published_table_is_a_formula() {
        for formula in ["=1+1", "+1 234", "@SUM(A1)", "-", "-1+2", "\tx", "\rx", "'x"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        for plain in ["", "Card", "-12", "12", "0.5", "a=b", "信用卡"] {
            assert_eq!(cell(plain), plain);
        }
    }

    fn files() -> Vec<(String, Content)> {
        [("report.json", "{}"), ("a.csv", "a\n"), ("tables/b.csv", "b\n")]
            .map(|(name, text)| (name.to_owned(), Content::Bytes(text.as_bytes().to_vec())))
            .into()
    }

    #[test]
    fn a_list_names_every_file_in_order_and_its_digest_stands_for_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = put_all(folder.path(), files()).expect("written");
        assert!(paths.last().expect("a path").ends_with(LIST));
        let listed = check_list(folder.path()).expect("as listed");
        assert_eq!(listed.names, ["a.csv", "report.json", "tables/b.csv"]);
        let text = std::fs::read_to_string(folder.path().join(LIST)).expect("the list");
        // SHA-256 of the two bytes `{}`, as any tool gives it.
        let known = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  report.json";
        assert_eq!(text.lines().nth(1), Some(known));
        std::fs::write(folder.path().join("tables/b.csv"), "c\n").expect("written");
        let error = check_list(folder.path()).expect_err("another file");
        assert!(matches!(error, ListError::Differs { name, .. } if name == "tables/b.csv"));
    }

    #[test]
    fn what_an_earlier_report_had_and_this_one_has_not_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        put_all(folder.path(), files()).expect("written");
        std::fs::write(folder.path().join("notes.txt"), "mine").expect("written");
        let fewer = files().into_iter().take(2).collect();
        put_all(folder.path(), fewer).expect("written");
        assert!(!folder.path().join("tables/b.csv").exists());
        assert!(folder.path().join("notes.txt").exists(), "which no list has");
        assert_eq!(check_list(folder.path()).expect("as listed").names, ["a.csv", "report.json"]);
    }

    #[test]
    fn nobodys_files_are_written_over_or_joined() {
        for found in ["report.json", "letter.txt", "SHA256SUMS"] {
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::write(folder.path().join(found), "mine").expect("written");
            let error = put_all(folder.path(), files()).expect_err("somebody else's");
            assert!(matches!(&error, WriteError::NotOurs { found: named, .. } if named == found));
            let text = std::fs::read_to_string(folder.path().join(found)).expect("still there");
            assert_eq!((text.as_str(), folder.path().read_dir().expect("it").count()), ("mine", 1));
        }
        // A file of a report's name that came into the folder since is nobody's of ours either.
        let folder = tempfile::tempdir().expect("a folder");
        put_all(folder.path(), files().into_iter().take(2).collect()).expect("written");
        std::fs::create_dir(folder.path().join("tables")).expect("made");
        std::fs::write(folder.path().join("tables/b.csv"), "mine").expect("written");
        assert!(matches!(put_all(folder.path(), files()), Err(WriteError::NotOurs { .. })));
        // What was cut short is.
        let cut = tempfile::tempdir().expect("a folder");
        std::fs::write(cut.path().join("report.json.partial"), "{").expect("written");
        // A page in a language that is not asked for again is left of it, and a folder that was begun.
        std::fs::write(cut.path().join("report.zh.html.partial"), "<").expect("written");
        std::fs::create_dir(cut.path().join("tables")).expect("made");
        std::fs::write(cut.path().join("tables/b.csv.partial"), "b").expect("written");
        put_all(cut.path(), files()).expect("written");
        assert!(!cut.path().join("report.zh.html.partial").exists());
        // Beside an earlier report only what its own files were to become is.
        std::fs::write(cut.path().join("a.csv.partial"), "a").expect("written");
        std::fs::write(cut.path().join("mine.partial"), "mine").expect("written");
        put_all(cut.path(), files().into_iter().skip(1).collect()).expect("written");
        assert!(!cut.path().join("a.csv.partial").exists());
        assert!(cut.path().join("mine.partial").exists());
    }

    #[test]
    fn a_list_names_plain_files_and_each_once() {
        let folder = tempfile::tempdir().expect("a folder");
        put_all(folder.path(), files()).expect("written");
        let list = std::fs::read_to_string(folder.path().join(LIST)).expect("the list");
        for bad in [list.repeat(2), list.replace('\n', "\r\n"), list.trim_end().to_owned()] {
            std::fs::write(folder.path().join(LIST), &bad).expect("written");
            let error = check_list(folder.path()).expect_err("written otherwise");
            assert!(matches!(error, ListError::Line { .. }), "{bad}: {error}");
        }
        std::fs::write(folder.path().join(LIST), &list).expect("written");
        check_list(folder.path()).expect("as listed");
        let page = folder.path().join("a.csv");
        std::fs::rename(&page, folder.path().join("elsewhere")).expect("moved");
        std::os::unix::fs::symlink("elsewhere", &page).expect("linked");
        let error = check_list(folder.path()).expect_err("what it leads to can change").to_string();
        assert!(error.contains("expected a plain file"), "{error}");
        std::fs::rename(folder.path().join("tables"), folder.path().join("aside")).expect("moved");
        std::os::unix::fs::symlink("aside", folder.path().join("tables")).expect("linked");
        std::fs::rename(folder.path().join("elsewhere"), &page).expect("moved back");
        let error = check_list(folder.path()).expect_err("the same of a folder").to_string();
        assert!(error.contains("expected a folder, found a link"), "{error}");
    }

    #[test]
    fn what_never_ends_or_keeps_its_reader_waiting_is_no_file_of_a_report() {
        let folder = tempfile::tempdir().expect("a folder");
        put_all(folder.path(), files()).expect("written");
        let refused = |wanted: &str| {
            let error = check_list(folder.path()).expect_err("no such file").to_string();
            assert!(error.contains(wanted), "no `{wanted}` in {error}");
        };
        for (name, limit) in [("a.csv", super::FILE_BYTES_MAX), (LIST, super::LIST_BYTES_MAX)] {
            let path = folder.path().join(name);
            let kept = std::fs::read(&path).expect("the file");
            std::fs::remove_file(&path).expect("removed");
            rustix::fs::mknodat(
                rustix::fs::CWD,
                &path,
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::RUSR,
                0,
            )
            .expect("a pipe");
            refused("expected a plain file, found something else");
            std::fs::remove_file(&path).expect("removed");
            let sparse = std::fs::File::create(&path).expect("made");
            sparse.set_len(limit + 1).expect("as long");
            refused(&format!("expected at most {limit} bytes, found {}", limit + 1));
            std::fs::write(&path, kept).expect("written");
        }
        check_list(folder.path()).expect("as listed");
    }

    #[test]
    fn what_is_read_is_what_was_held_to_the_list() {
        let folder = tempfile::tempdir().expect("a folder");
        put_all(folder.path(), files()).expect("written");
        let listed = check_list(folder.path()).expect("as listed");
        assert_eq!(listed.read(folder.path(), "a.csv").expect("as listed"), b"a\n");
        let list = std::fs::read(folder.path().join(LIST)).expect("the list");
        assert_eq!(listed.read(folder.path(), LIST).expect("the list"), list);
        std::fs::write(folder.path().join("a.csv"), "b\n").expect("written since");
        let error = listed.read(folder.path(), "a.csv").expect_err("another");
        assert!(matches!(error, ListError::Differs { .. }), "{error}");
        std::fs::write(folder.path().join("x.csv"), "x\n").expect("written");
        let error = listed.read(folder.path(), "x.csv").expect_err("which no list has");
        assert!(matches!(error, ListError::Read { .. }), "{error}");
    }

    #[test]
    fn a_list_leads_nowhere_else() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["../passwd", "/etc/passwd", "./../x", ""] {
            let line = format!("{}  {name}\n", "0".repeat(64));
            std::fs::write(folder.path().join(LIST), line).expect("written");
            let error = check_list(folder.path()).expect_err("elsewhere");
            assert!(matches!(error, ListError::Line { line: 1 }), "{name}: {error}");
        }
        std::fs::remove_file(folder.path().join(LIST)).expect("removed");
        assert!(matches!(check_list(folder.path()), Err(ListError::Read { .. })));
    }
}

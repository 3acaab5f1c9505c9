//! A directory that appears as a whole.
//!
//! Files are written into `.NAME.partial` beside the place, synced, and the directory is renamed.
//! A crash leaves either nothing new or the partial directory, which the next export clears away;
//! between putting an older export aside and the new one in its place it can leave the older one
//! as `.NAME.replaced`.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use merkle_log::Hash;
use sha2::{Digest as _, Sha256};

use crate::{
    export::Format,
    manifest::{KIND, MANIFEST, Manifest, ManifestFile},
};

/// Why a directory could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Somebody else's files lie there.
    #[error(
        "expected no directory, an empty one or an earlier export at {}, found other files",
        path.display()
    )]
    NotOurs {
        /// Where.
        path: PathBuf,
    },
    /// An export in another format lies there.
    #[error(
        "expected no directory, an empty one or an earlier export as {expected} at {}, found one as {found}: it stays",
        path.display()
    )]
    OtherFormat {
        /// Where.
        path: PathBuf,
        /// What is to be written.
        expected: &'static str,
        /// What lies there.
        found: String,
    },
    /// The path has no name to write a directory under.
    #[error("expected the path of a directory to make, found {}", path.display())]
    NoName {
        /// The path.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("could not {doing} {}: {source}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

fn failed<'a>(
    doing: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> DirectoryError + use<'a> {
    move |source| DirectoryError::Io { doing, path: path.to_owned(), source }
}

/// A directory in the making.
#[derive(Debug)]
pub struct NewDirectory {
    place: PathBuf,
    format: Format,
    partial: PathBuf,
    replaced: PathBuf,
    files: Vec<ManifestFile>,
}

impl NewDirectory {
    /// Begins one for tables in a format. What lies at the place stays there until [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// [`DirectoryError`]: then nothing was touched.
    pub fn create(place: &Path, format: Format) -> Result<Self, DirectoryError> {
        let Some(name) = place.file_name() else {
            return Err(DirectoryError::NoName { path: place.to_owned() });
        };
        may_replace(place, format)?;
        let beside = |ending| {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(ending);
            place.with_file_name(hidden)
        };
        let (partial, replaced) = (beside(".partial"), beside(".replaced"));
        remove(&partial)?;
        fs::create_dir_all(&partial).map_err(failed("make", &partial))?;
        Ok(Self { place: place.to_owned(), format, partial, replaced, files: Vec::new() })
    }

    /// Begins a file in it.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn file(&self, name: &str) -> Result<NewFile, DirectoryError> {
        let path = self.partial.join(name);
        let file = File::create(&path).map_err(failed("make", &path))?;
        let out = BufWriter::with_capacity(64 * 1024, file);
        Ok(NewFile { name: name.to_owned(), path, out, digest: Sha256::new(), bytes: 0 })
    }

    /// Ends a file: synced, and noted for the manifest.
    ///
    /// # Errors
    ///
    /// When it cannot be synced.
    pub fn end(&mut self, file: NewFile, rows: Option<u64>) -> Result<(), DirectoryError> {
        let NewFile { name, path, mut out, digest, bytes } = file;
        out.flush().and_then(|()| out.get_ref().sync_all()).map_err(failed("sync", &path))?;
        let sha256 = Hash(digest.finalize().into()).to_string();
        self.files.push(ManifestFile { name, rows, bytes, sha256 });
        Ok(())
    }

    /// Writes a whole text file.
    ///
    /// # Errors
    ///
    /// As [`file`](Self::file) and [`end`](Self::end).
    pub fn text(&mut self, name: &str, text: &[u8]) -> Result<(), DirectoryError> {
        let mut file = self.file(name)?;
        file.write_all(text).map_err(failed("write", &self.partial.join(name)))?;
        self.end(file, None)
    }

    /// The files so far, by name.
    pub fn files(&self) -> Vec<ManifestFile> {
        let mut files = self.files.clone();
        files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        files
    }

    /// Puts the directory in its place, in the stead of an earlier export.
    ///
    /// # Errors
    ///
    /// When it cannot be moved there.
    pub fn finish(self) -> Result<(), DirectoryError> {
        sync_directory(&self.partial)?;
        // Looked at again: somebody may have put files there since.
        may_replace(&self.place, self.format)?;
        remove(&self.replaced)?;
        if self.place.exists() {
            fs::rename(&self.place, &self.replaced).map_err(failed("replace", &self.place))?;
        }
        fs::rename(&self.partial, &self.place).map_err(failed("make", &self.place))?;
        remove(&self.replaced)?;
        match self.place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent),
            Some(_) | None => sync_directory(Path::new(".")),
        }
    }
}

/// An export that stops leaves nothing behind. What fails here is cleared away by the next one.
impl Drop for NewDirectory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.partial);
    }
}

/// A file in the making, digested as it is written.
#[derive(Debug)]
pub struct NewFile {
    name: String,
    path: PathBuf,
    out: BufWriter<File>,
    digest: Sha256,
    bytes: u64,
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Nothing, an empty directory, or an earlier export in the same format.
fn may_replace(place: &Path, format: Format) -> Result<(), DirectoryError> {
    let found = export_in(place).map_err(failed("look into", place))?;
    match found {
        Found::Nothing => Ok(()),
        Found::Export { format: found } if found == format.name() => Ok(()),
        Found::Export { format: found } => {
            let (path, expected) = (place.to_owned(), format.name());
            Err(DirectoryError::OtherFormat { path, expected, found })
        }
        Found::SomethingElse => Err(DirectoryError::NotOurs { path: place.to_owned() }),
    }
}

/// What lies where an export is to go.
enum Found {
    Nothing,
    Export { format: String },
    SomethingElse,
}

fn export_in(place: &Path) -> io::Result<Found> {
    let mut entries = match fs::read_dir(place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    if entries.next().is_none() {
        return Ok(Found::Nothing);
    }
    let Ok(text) = fs::read(place.join(MANIFEST)) else { return Ok(Found::SomethingElse) };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&text) else {
        return Ok(Found::SomethingElse);
    };
    let is_known =
        |name: &str| name == MANIFEST || manifest.files.iter().any(|file| file.name == name);
    // One file more than the manifest names is somebody else's, and would be lost.
    for entry in fs::read_dir(place)? {
        if !entry?.file_name().to_str().is_some_and(is_known) {
            return Ok(Found::SomethingElse);
        }
    }
    if manifest.kind != KIND {
        return Ok(Found::SomethingElse);
    }
    Ok(Found::Export { format: manifest.format })
}

fn remove(path: &Path) -> Result<(), DirectoryError> {
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed("clear away", path)(error)),
    }
}

fn sync_directory(path: &Path) -> Result<(), DirectoryError> {
    File::open(path).and_then(|dir| dir.sync_all()).map_err(failed("sync", path))
}

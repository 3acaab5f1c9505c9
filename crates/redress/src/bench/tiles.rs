//! The same bytes without the ledger: the bundles of sealed ranges, decompressed, hashed and decoded by nothing but the
//! libraries for it, on one thread. What is decompressed is what zstd alone makes of a bundle: the files of the ledger are
//! packed besides, and unpacking them is the ledger's own work.

use std::{
    ffi::OsStr,
    fs,
    hint::black_box,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use complaint_codec::decode;
use event_log_sled::served_bundle;
use merkle_log::parse_bundle;
use sha2::{Digest as _, Sha256};

use super::sheet::{Pace, Sheet, Watch};
use crate::error::CommandError;

/// Reading the files, as `wc -c` of a pipe would.
pub const READ: &str = "reading the same files alone";
/// Decompressing them.
pub const DECOMPRESS: &str = "decompressing the same bytes alone";
/// Hashing what was decompressed.
pub const SHA256: &str = "sha256 over the same bytes alone";
/// Decoding each record with `serde_json`, into the same types.
pub const DECODE: &str = "serde_json decoding alone";

/// Records in a range.
const WIDTH: u16 = 256;
/// The fastest, and for records of this kind as good as any.
const COMPRESSION_LEVEL: i32 = 1;
/// More than a range of the longest records.
const BUNDLE_BYTES_MAX: usize = 256 * (2 + 65_535);

/// The files of a ledger's sealed ranges, in order.
///
/// # Errors
///
/// [`CommandError`] when they cannot be listed.
pub fn ranges(data: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let directory = data.join("tiles");
    let mut found = Vec::new();
    files_below(&directory, &mut found).map_err(CommandError::file("list", &directory))?;
    found.retain(|path| path.extension() == Some(OsStr::new("zst")));
    found.sort();
    Ok(found)
}

fn files_below(directory: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files_below(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// How many bytes all files below a directory have.
///
/// # Errors
///
/// [`CommandError`] when they cannot be listed.
pub fn bytes_below(directory: &Path) -> Result<u64, CommandError> {
    let mut found = Vec::new();
    files_below(directory, &mut found).map_err(CommandError::file("list", directory))?;
    let lengths = found.iter().map(|path| fs::metadata(path).map(|found| found.len()));
    lengths.sum::<io::Result<u64>>().map_err(CommandError::file("measure", directory))
}

/// Is given a decompressed range, how long reading it took, and how long decompressing it.
type GiveRange<'a> = dyn FnMut(&[u8], Duration, Duration) -> Result<(), CommandError> + 'a;

/// Gives each range's records, decompressed, and how long reading and decompressing it took.
///
/// # Errors
///
/// [`CommandError`] when a file cannot be read as a range.
pub fn each(ranges: &[PathBuf], give: &mut GiveRange<'_>) -> Result<(), CommandError> {
    let mut decompressor =
        zstd::bulk::Decompressor::new().map_err(CommandError::failed("decompress"))?;
    let mut again = Vec::with_capacity(BUNDLE_BYTES_MAX);
    for path in ranges {
        let watch = Watch::start();
        let file = fs::read(path).map_err(CommandError::file("read", path))?;
        let read = watch.read();
        let bundle = served_bundle(&file).ok_or_else(|| {
            CommandError::failed("read a sealed range")(path.display().to_string())
        })?;
        let compressed = zstd::bulk::compress(&bundle, COMPRESSION_LEVEL)
            .map_err(CommandError::failed("compress"))?;
        let watch = Watch::start();
        decompressor
            .decompress_to_buffer(&compressed, &mut again)
            .map_err(CommandError::failed("decompress"))?;
        give(&again, read, watch.read())?;
    }
    Ok(())
}

/// The records of a decompressed range.
///
/// # Errors
///
/// [`CommandError`] when it is none.
pub fn records(bundle: &[u8]) -> Result<Vec<&[u8]>, CommandError> {
    parse_bundle(bundle, WIDTH).map_err(CommandError::failed("read a range"))
}

/// What one pass over the ranges found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// How many records there are.
    pub records: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many bytes their files have.
    pub compressed: u64,
    read: Duration,
    decompress: Duration,
    sha256: Duration,
    decode: Duration,
}

/// Passes over the ranges once and takes each baseline alone. Decodes only where that is asked for.
///
/// # Errors
///
/// [`CommandError`] when a range or record cannot be read.
pub fn pass(ranges: &[PathBuf], decoding: bool) -> Result<Pass, CommandError> {
    let mut found = Pass::default();
    each(ranges, &mut |bundle, read, decompress| {
        found.read += read;
        found.decompress += decompress;
        let watch = Watch::start();
        black_box(Sha256::digest(bundle));
        found.sha256 += watch.read();
        let records = records(bundle)?;
        found.records += records.len() as u64;
        found.bytes += records.iter().map(|record| record.len() as u64).sum::<u64>();
        if decoding {
            let watch = Watch::start();
            for record in records {
                black_box(decode(record)).map_err(CommandError::failed("decode"))?;
            }
            found.decode += watch.read();
        }
        Ok(())
    })?;
    for path in ranges {
        found.compressed += fs::metadata(path).map_err(CommandError::file("measure", path))?.len();
    }
    Ok(found)
}

impl Pass {
    /// Notes what it found, as paces of so many events.
    pub fn note(&self, sheet: &mut Sheet) {
        let rows = [
            (READ, self.read),
            (DECOMPRESS, self.decompress),
            (SHA256, self.sha256),
            (DECODE, self.decode),
        ];
        for (what, took) in rows.into_iter().filter(|(_, took)| *took > Duration::ZERO) {
            sheet.take(what, Pace::of(self.records, took));
        }
    }

    /// Says how large everything was.
    pub fn note_sizes(&self, sheet: &mut Sheet) {
        let mean = self.bytes.checked_div(self.records).unwrap_or(0);
        sheet.note("records in sealed ranges", format!("{}, {mean} bytes each", self.records));
        sheet.note(
            "their bytes, and those of their files",
            format!("{} and {}", self.bytes, self.compressed),
        );
    }
}

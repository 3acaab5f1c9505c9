//! The key from which the secrets of all receipts follow.
//!
//! Not personal: with it, an auditor computes the tag of every complaint, also of erased ones. It must
//! never change, for receipts are in people's hands; so a lost one is not quietly made anew.
//!
//! 80 bytes: `RDRSRCPT`, SHA-256 of the ledger's origin, the key, the first 8 bytes of SHA-256 over all
//! before.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use personal_vault::Entropy;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"RDRSRCPT";
const SIGNED_BYTES: usize = 72;

/// The key. Its `Debug` does not show it.
pub struct ReceiptKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiptKey(…)")
    }
}

/// Why there is no receipt key.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptKeyError {
    /// No file there.
    #[error("expected the receipt key at {}, found none", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// A file is there already.
    #[error("expected no receipt key at {}, found one", path.display())]
    AlreadyThere {
        /// Where it is.
        path: PathBuf,
    },
    /// Not a receipt key, or a damaged one.
    #[error("expected a receipt key at {}, found other or damaged bytes", path.display())]
    Damaged {
        /// Where it is.
        path: PathBuf,
    },
    /// That of another ledger.
    #[error("the receipt key at {} is that of another ledger", path.display())]
    OtherLedger {
        /// Where it is.
        path: PathBuf,
    },
    /// The file system refuses.
    #[error("could not read or write {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl ReceiptKey {
    /// Makes the key of a ledger and writes it: temporary file, sync, link, so that nothing that is
    /// there is ever replaced.
    ///
    /// # Errors
    ///
    /// [`ReceiptKeyError`]: one is there already, or the file system refuses.
    pub fn create(
        path: &Path,
        origin: &str,
        entropy: &dyn Entropy,
    ) -> Result<Self, ReceiptKeyError> {
        let mut key = Zeroizing::new([0; 32]);
        entropy.fill(key.as_mut());
        let mut bytes = Zeroizing::new(MAGIC.to_vec());
        bytes.extend_from_slice(&Sha256::digest(origin));
        bytes.extend_from_slice(key.as_ref());
        let check = Sha256::digest(&*bytes);
        bytes.extend(check.iter().take(8));
        match write_new(path, &bytes) {
            Ok(()) => Ok(Self(key)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(ReceiptKeyError::AlreadyThere { path: path.to_owned() })
            }
            Err(source) => Err(ReceiptKeyError::Io { path: path.to_owned(), source }),
        }
    }

    /// Reads the key of a ledger.
    ///
    /// # Errors
    ///
    /// [`ReceiptKeyError`]: none, a damaged one, another ledger's.
    pub fn read(path: &Path, origin: &str) -> Result<Self, ReceiptKeyError> {
        let path = || path.to_owned();
        let bytes = match fs::read(path()) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ReceiptKeyError::Missing { path: path() });
            }
            Err(source) => return Err(ReceiptKeyError::Io { path: path(), source }),
        };
        let damaged = || ReceiptKeyError::Damaged { path: path() };
        let (signed, check) = bytes.split_at_checked(SIGNED_BYTES).ok_or_else(damaged)?;
        let digest = Sha256::digest(signed);
        if digest.first_chunk::<8>().map(<[u8; 8]>::as_slice) != Some(check) {
            return Err(damaged());
        }
        let rest = signed.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let (ledger, key) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
        if *ledger != <[u8; 32]>::from(Sha256::digest(origin)) {
            return Err(ReceiptKeyError::OtherLedger { path: path() });
        }
        let key: &[u8; 32] = key.try_into().map_err(|_| damaged())?;
        Ok(Self(Zeroizing::new(*key)))
    }

    /// The key itself.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Writes a file for its owner only, and never over another one.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let unfinished = path.with_added_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::hard_link(&unfinished, path)?;
    fs::remove_file(&unfinished)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;

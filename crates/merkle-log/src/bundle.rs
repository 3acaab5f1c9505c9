//! Entry bundles: up to 256 log entries, each after its length as a big-endian u16.

use alloc::vec::Vec;

use crate::{
    hash::{Hash, leaf_hash},
    tile::TILE_WIDTH,
};

/// The longest entry that a bundle can hold, in bytes.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Why entries do not make a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeBundleError {
    /// An entry is too long.
    #[error("entry {entry} is {length} bytes long; at most {ENTRY_BYTES_MAX} fit in a bundle")]
    EntryTooLong {
        /// Its place in the bundle, from 0.
        entry: usize,
        /// Its length.
        length: usize,
    },
    /// No entries, or more than 256.
    #[error("{count} entries; a bundle has 1 to 256")]
    WrongCount {
        /// How many there are.
        count: usize,
    },
}

/// Why bytes are not a bundle of so many entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseBundleError {
    /// The bytes end inside an entry, or before the last one.
    #[error("the bundle ends in entry {entry}, {expected} were expected")]
    CutShort {
        /// The entry that is not whole, from 0.
        entry: usize,
        /// How many entries there should be.
        expected: u16,
    },
    /// There are bytes after the last entry.
    #[error("expected nothing after the last of {expected} entries, found {bytes} bytes")]
    TooLong {
        /// How many bytes follow.
        bytes: usize,
        /// How many entries there should be.
        expected: u16,
    },
}

/// The bytes of a bundle.
///
/// # Errors
///
/// [`EncodeBundleError`] when they are too many or one is too long.
pub fn encode_bundle<'a>(
    entries: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, EncodeBundleError> {
    let mut bytes = Vec::new();
    encode_bundle_into(entries, &mut bytes)?;
    Ok(bytes)
}

/// [`encode_bundle`] into memory that is used again and again; what was there before is gone.
///
/// # Errors
///
/// As [`encode_bundle`].
pub fn encode_bundle_into<'a>(
    entries: impl IntoIterator<Item = &'a [u8]>,
    bytes: &mut Vec<u8>,
) -> Result<(), EncodeBundleError> {
    bytes.clear();
    let mut count = 0_usize;
    for (place, entry) in entries.into_iter().enumerate() {
        let length = u16::try_from(entry.len())
            .map_err(|_| EncodeBundleError::EntryTooLong { entry: place, length: entry.len() })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
        count = count.saturating_add(1);
    }
    if (1..=usize::from(TILE_WIDTH)).contains(&count) {
        Ok(())
    } else {
        Err(EncodeBundleError::WrongCount { count })
    }
}

/// The entries of a bundle that has exactly `width` of them.
///
/// # Errors
///
/// [`ParseBundleError`] when there are fewer or more.
pub fn parse_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, ParseBundleError> {
    let mut entries = Vec::with_capacity(width.into());
    let mut rest = bytes;
    for place in 0..usize::from(width) {
        let cut_short = ParseBundleError::CutShort { entry: place, expected: width };
        let (length, after) = rest.split_first_chunk::<2>().ok_or(cut_short)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(cut_short)?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(ParseBundleError::TooLong { bytes: rest.len(), expected: width })
    }
}

/// The leaf hashes of a bundle's entries: what its tile at level 0 must hold.
///
/// # Errors
///
/// [`ParseBundleError`] when it does not have exactly `width` entries.
pub fn bundle_leaves(bytes: &[u8], width: u16) -> Result<Vec<Hash>, ParseBundleError> {
    Ok(parse_bundle(bytes, width)?.into_iter().map(leaf_hash).collect())
}

#[cfg(test)]
mod tests;

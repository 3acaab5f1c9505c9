//! Ids that say where a thing lies, to nobody but the holder of the key file.
//!
//! A vault id or key id is 10 random bytes and 6 bytes of place, masked:
//!
//! `id = random[10] (place[6] xor HMAC-SHA256(locator, lp(label) lp(random))[0..6])`
//!
//! So finding a blob among any number of others takes no index in memory. The mask is there because
//! ids stand in the log for ever: an open place would tell every mirror the size class of the text
//! and the order in which the fields were sealed. The random part makes a place that is used again
//! after an erasure have another id, so an id never comes to mean a second thing.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    frame::{Cursor, framed},
    seal::hmac_sha256,
};

/// What an id is the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PlaceKind {
    Blob,
    Key,
}

impl PlaceKind {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Blob => b"cl/place/blob/v1",
            Self::Key => b"cl/place/key/v1",
        }
    }
}

/// The secret that masks places. Not personal; it lies in the header of the key file.
#[derive(Clone)]
pub(crate) struct Locator(pub(crate) Zeroizing<[u8; 32]>);

impl fmt::Debug for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locator(..)")
    }
}

impl Locator {
    /// Makes an id from a place of at most 48 bits and ten random bytes.
    pub(crate) fn conceal(&self, kind: PlaceKind, random: [u8; 10], place: u64) -> [u8; 16] {
        let mut id = [0; 16];
        let place = place.to_be_bytes().last_chunk().copied().unwrap_or_default();
        let masked = self.mask(kind, random, place);
        for (to, from) in id.iter_mut().zip(random.into_iter().chain(masked)) {
            *to = from;
        }
        id
    }

    /// The place inside an id. Any 16 bytes give some place: the slot there knows its own id.
    pub(crate) fn reveal(&self, kind: PlaceKind, id: &[u8; 16]) -> u64 {
        let mut cursor = Cursor(id);
        let random = cursor.array().unwrap_or_default();
        let masked = cursor.array().unwrap_or_default();
        let place = self.mask(kind, random, masked);
        place.into_iter().fold(0, |place, byte| place << 8 | u64::from(byte))
    }

    fn mask(&self, kind: PlaceKind, random: [u8; 10], place: [u8; 6]) -> [u8; 6] {
        let mask = hmac_sha256(self.0.as_ref(), &framed(&[kind.label(), &random]));
        let mut masked = place;
        for (byte, mask) in masked.iter_mut().zip(mask) {
            *byte ^= mask;
        }
        masked
    }
}

#[cfg(test)]
mod tests;

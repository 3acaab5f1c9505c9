//! What the text formats have in common: strict numbers, strict base64, lines that are counted.

use alloc::{string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::hash::Hash;

/// Sizes, positions and times stay below this, so that they fit a signed 64-bit number everywhere.
pub(crate) const NUMBER_MAX: u64 = i64::MAX.unsigned_abs();

/// A decimal number as the formats write it: no sign, no leading zero, at most [`NUMBER_MAX`].
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let is_shortest = text == "0" || !text.starts_with('0');
    if !is_plain || !is_shortest {
        return None;
    }
    text.parse().ok().filter(|number| *number <= NUMBER_MAX)
}

/// Standard base64, with its padding, in the one way these bytes are written.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// The base64 of these bytes.
pub(crate) fn to_base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// A hash in base64.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    base64(text)?.try_into().ok().map(Hash)
}

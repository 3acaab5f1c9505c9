//! JSON in the one way that redress writes it.
//!
//! Readers of JSON differ in which of two equal keys they believe, in what `1.0` or a number above 2^53 is, and in
//! whether half of a surrogate pair is text. Evidence must read the same everywhere, so whatever is written
//! otherwise is refused before anything is read of it: no space between tokens; no key twice in one object; in
//! strings `\"`, `\\`, `\b`, `\f`, `\n`, `\r`, `\t`, `\u00…` in lower case for the other control characters, and no
//! other escape; numbers whole, in plain digits, and of 64 bits; at most [`DEPTH_MAX`] levels.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

/// How deep arrays and objects may stand in each other: more than any record needs, and little enough to recurse.
const DEPTH_MAX: usize = 64;

/// The bytes are not the JSON that they should be. They are not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: expected other JSON")]
pub(crate) struct JsonError {
    /// The byte at which reading ended, counted from 1.
    pub(crate) column: usize,
}

/// Reads an object; keys that are not known are ignored, for a later version may have added them.
pub(crate) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, JsonError> {
    scan(bytes)?;
    serde_json::from_slice::<Keyed<T>>(bytes)
        .map(|Keyed(value)| value)
        .map_err(|error| JsonError { column: error.column() })
}

/// Reads an object of which every key is known: with its keys in their order, and none that may be left out
/// written for nothing.
pub(crate) fn read_as_written<'a, T: Deserialize<'a> + Serialize>(
    bytes: &'a [u8],
) -> Result<T, JsonError> {
    let value: T = read(bytes)?;
    let written = serde_json::to_vec(&value).unwrap_or_default();
    if written == bytes {
        return Ok(value);
    }
    let same = written.iter().zip(bytes).take_while(|(ours, theirs)| ours == theirs).count();
    Err(JsonError { column: same.saturating_add(1) })
}

/// Reads a file for people: with space between tokens and numbers of any kind, and otherwise as [`read`] does.
pub(crate) fn read_spaced<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, JsonError> {
    scan_by(bytes, true)?;
    serde_json::from_slice::<Keyed<T>>(bytes)
        .map(|Keyed(value)| value)
        .map_err(|error| JsonError { column: error.column() })
}

/// An object read by its keys.
pub(crate) fn keyed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Keyed::<T>::deserialize(deserializer).map(|Keyed(value)| value)
}

/// A list of objects, each read by its keys.
pub(crate) fn keyed_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let list = Vec::<Keyed<T>>::deserialize(deserializer)?;
    Ok(list.into_iter().map(|Keyed(value)| value).collect())
}

/// Reads by keys alone. Serde would take an array as well, by the order of a struct's fields.
pub(crate) struct Keyed<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Keyed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByKeys<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ByKeys<T> {
            type Value = Keyed<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Keyed)
            }
        }

        deserializer.deserialize_map(ByKeys(PhantomData))
    }
}

/// Whether the bytes are one value, written as redress writes it.
fn scan(bytes: &[u8]) -> Result<(), JsonError> {
    scan_by(bytes, false)
}

fn scan_by(bytes: &[u8], is_spaced: bool) -> Result<(), JsonError> {
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(JsonError { column: error.valid_up_to().saturating_add(1) });
    }
    let mut scanner = Scanner { rest: bytes, is_spaced };
    let is_value = scanner.value(DEPTH_MAX).is_some();
    scanner.skip();
    if is_value && scanner.rest.is_empty() {
        return Ok(());
    }
    let read = bytes.len().saturating_sub(scanner.rest.len());
    Err(JsonError { column: read.saturating_add(1) })
}

/// Goes over JSON; `None` is where it is written otherwise.
struct Scanner<'a> {
    rest: &'a [u8],
    /// Whether there may be space between tokens, and numbers may be of any kind.
    is_spaced: bool,
}

impl<'a> Scanner<'a> {
    fn skip(&mut self) {
        while self.is_spaced
            && let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest
        {
            self.rest = rest;
        }
    }

    /// A token, after what space there may be.
    fn token(&mut self, word: &[u8]) -> Option<()> {
        self.skip();
        self.take(word)
    }

    fn take(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn next(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        self.skip();
        match self.rest.first()? {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.take(b"true"),
            b'f' => self.take(b"false"),
            _ => self.take(b"null"),
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.token(b"{")?;
        if self.token(b"}").is_some() {
            return Some(());
        }
        // Each text has one spelling, so the bytes of a key tell it from the others.
        let mut keys = BTreeSet::new();
        loop {
            if !keys.insert(self.key()?) {
                return None;
            }
            self.token(b":")?;
            self.value(depth)?;
            if self.token(b"}").is_some() {
                return Some(());
            }
            self.token(b",")?;
        }
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.token(b"[")?;
        if self.token(b"]").is_some() {
            return Some(());
        }
        loop {
            self.value(depth)?;
            if self.token(b"]").is_some() {
                return Some(());
            }
            self.token(b",")?;
        }
    }

    fn key(&mut self) -> Option<&'a [u8]> {
        self.skip();
        self.string()
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let from = self.rest;
        self.take(b"\"")?;
        loop {
            match self.next()? {
                b'"' => return from.get(..from.len().saturating_sub(self.rest.len())),
                b'\\' => self.escape()?,
                ..b' ' => return None,
                _ => {}
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                self.take(b"00")?;
                let is_control = match (self.next()?, self.next()?) {
                    // Those that have a letter of their own.
                    (b'0', b'8' | b'9' | b'a' | b'c' | b'd') => false,
                    (b'0' | b'1', b'0'..=b'9' | b'a'..=b'f') => true,
                    _ => false,
                };
                is_control.then_some(())
            }
            _ => None,
        }
    }

    fn number(&mut self) -> Option<()> {
        // Serde takes or refuses the others.
        let is_more = |byte: u8| self.is_spaced && matches!(byte, b'.' | b'e' | b'E' | b'+');
        let is_end = |byte: &u8| *byte != b'-' && !byte.is_ascii_digit() && !is_more(*byte);
        let end = self.rest.iter().position(is_end).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end)?;
        if self.is_spaced {
            self.rest = rest;
            return Some(());
        }
        let text = std::str::from_utf8(digits).ok()?;
        let number: i128 = text.parse().ok()?;
        let is_plain = number.to_string() == text;
        let fits = u64::try_from(number).is_ok() || i64::try_from(number).is_ok();
        if !is_plain || !fits {
            return None;
        }
        self.rest = rest;
        Some(())
    }
}

#[cfg(test)]
mod tests;

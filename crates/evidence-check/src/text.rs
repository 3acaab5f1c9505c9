//! What the formats here have in common: hexadecimal, base64, lines that are counted, framing.

use base64::{Engine, engine::general_purpose::STANDARD};
use merkle_log::{Hash, LogProof, log_proof::ParseLogProofError};
use serde::{Deserialize, Deserializer, Serializer};

/// Whether a character stands for nothing that is seen, but moves what stands around it, or lets one name look like
/// another: control characters (Unicode category Cc), those that turn the direction of text, and those without a width
/// but for the joiners, which some scripts are written with.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text from somebody else as it may be shown: what would let it read otherwise than it is written is
/// replaced by U+FFFD, line breaks included.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(digit.into(), 16));
        }
        text
    })
}

/// Exactly `N` bytes in lower-case hexadecimal.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a')?.checked_add(10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

/// Serde for bytes that are written in hexadecimal.
pub(crate) mod hex {
    use super::{Deserialize, Deserializer, Serializer, from_hex, to_hex};

    pub(crate) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        from_hex(&text).ok_or_else(|| {
            serde::de::Error::custom(format_args!("expected {N} bytes in lower-case hexadecimal"))
        })
    }
}

/// The base64 of these bytes.
pub(crate) fn to_base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Standard base64, with its padding, in the one way these bytes are written.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A hash in base64.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok().map(Hash)
}

/// A decimal number without sign and leading zeroes, that fits a signed 64-bit number everywhere.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_shortest = text == "0" || !text.starts_with('0');
    let number: Option<u64> = (is_plain && is_shortest).then(|| text.parse().ok()).flatten();
    number.filter(|number| i64::try_from(*number).is_ok())
}

/// The length of `part` as a big-endian u32, then `part`, for each part.
pub(crate) fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// A line is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}")]
pub struct LineError {
    /// The line, counted from 1.
    pub line: usize,
    /// What should be there.
    pub expected: &'static str,
}

/// More hashes than this no inclusion proof can need.
pub(crate) const HASHES_MAX: usize = 63;

/// Why bytes are not a file that ends in the log proof of a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseFileError {
    /// A line is not what it should be.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The log proof cannot be read.
    #[error("the log proof that begins at line {line}: {source}")]
    LogProof {
        /// The line at which it begins.
        line: usize,
        /// What is wrong with it; lines counted from its own first.
        source: ParseLogProofError,
    },
}

/// Lines, each with its newline, counted.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) number: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, number: 0 }
    }

    pub(crate) fn next(&mut self, expected: &'static str) -> Result<&'a str, LineError> {
        self.number = self.number.saturating_add(1);
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) =
            end.and_then(|end| self.rest.split_at_checked(end)).ok_or(self.error(expected))?;
        self.rest = rest.strip_prefix(b"\n").unwrap_or_default();
        std::str::from_utf8(line).map_err(|_| self.error(expected))
    }

    /// The log proof that the rest is.
    pub(crate) fn log_proof(&self) -> Result<LogProof, ParseFileError> {
        let line = self.number.saturating_add(1);
        LogProof::parse(self.rest).map_err(|source| ParseFileError::LogProof { line, source })
    }

    pub(crate) fn error(&self, expected: &'static str) -> LineError {
        LineError { line: self.number, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_turns_text_around_or_moves_the_cursor_is_not_shown() {
        assert_eq!(
            printable("not \u{202e}dlehpu\u{202c} upheld"),
            "not \u{fffd}dlehpu\u{fffd} upheld"
        );
        for unseen in
            "\u{1b}\r\n\t\u{85}\u{61c}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}".chars()
        {
            assert_eq!(printable(&unseen.to_string()), "\u{fffd}", "{unseen:?}");
        }
        // Words are left as they are, whatever way they run.
        for words in ["Ünal, 退款", "שלום", "café\u{200d}"] {
            assert_eq!(printable(words), words);
        }
    }
}

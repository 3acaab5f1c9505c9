//! Short public codes and names, checked once.

use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};
use smol_str::SmolStr;

/// The most bytes a [`Label`] may have.
pub const LABEL_BYTES_MAX: usize = 200;

/// A short public text: a product, an issue, a company, a code, an account name.
///
/// 1 to 200 bytes of UTF-8, no control characters, no white space at either end. Never personal
/// data: what could name a complainant is sealed instead (see [`crate::sealed`]).
///
/// Cheap to clone: a short one lies in itself, a longer one is shared.
///
/// ```
/// use complaint_domain::label::Label;
///
/// let product: Label = "Debt collection".parse()?;
/// assert_eq!(product.as_str(), "Debt collection");
/// assert!(" padded".parse::<Label>().is_err());
/// # Ok::<(), complaint_domain::label::ParseLabelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Label(SmolStr);

impl Label {
    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Borrow<str> for Label {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

/// The text cannot be a [`Label`]. The text itself is not repeated: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseLabelError {
    /// Nothing was given.
    #[error("expected a text of 1 to {LABEL_BYTES_MAX} bytes, found an empty one")]
    Empty,
    /// More than [`LABEL_BYTES_MAX`] bytes.
    #[error("expected a text of 1 to {LABEL_BYTES_MAX} bytes, found {bytes}")]
    TooLong {
        /// How many there were.
        bytes: usize,
    },
    /// White space at an end.
    #[error("expected a text without white space at its ends")]
    Padded,
    /// A control character, such as a line feed.
    #[error("expected a text without control characters, found one at byte {at}")]
    ControlCharacter {
        /// Where it stands, in bytes from 0.
        at: usize,
    },
}

/// Whether a text can be a label.
fn check(text: &str) -> Result<(), ParseLabelError> {
    if text.is_empty() {
        return Err(ParseLabelError::Empty);
    }
    if text.len() > LABEL_BYTES_MAX {
        return Err(ParseLabelError::TooLong { bytes: text.len() });
    }
    if text.trim() != text {
        return Err(ParseLabelError::Padded);
    }
    // Most are plain ASCII, where the bytes say it at once.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    match text.char_indices().find(|(_, c)| c.is_control()) {
        Some((at, _)) => Err(ParseLabelError::ControlCharacter { at }),
        None => Ok(()),
    }
}

impl FromStr for Label {
    type Err = ParseLabelError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        check(input).map(|()| Self(input.into()))
    }
}

impl TryFrom<String> for Label {
    type Error = ParseLabelError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        check(&text).map(|()| Self(text.into()))
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SmolStr::deserialize(deserializer)?;
        check(&text).map_err(serde::de::Error::custom)?;
        Ok(Self(text))
    }
}

//! The names by which one aggregate points at another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

/// The letters and digits of a ULID: Crockford's base 32, capitals, without I, L, O and U.
const ULID_CHARACTERS: usize = 26;

/// The text does not name a stream of the kind. The text itself is not repeated: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `{prefix}` and the {ULID_CHARACTERS} letters and digits of a ULID")]
pub struct ParseReferenceError {
    /// How such a name begins.
    pub prefix: &'static str,
}

fn is_ulid(text: &str) -> bool {
    text.len() == ULID_CHARACTERS
        && text.bytes().all(|byte| {
            byte.is_ascii_digit()
                || (byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'L' | b'O' | b'U'))
        })
}

macro_rules! stream_names {
    ($($(#[$about:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name of the stream.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseReferenceError;

            fn from_str(input: &str) -> Result<Self, Self::Err> {
                match input.strip_prefix($prefix) {
                    Some(ulid) if is_ulid(ulid) => Ok(Self(input.to_owned())),
                    Some(_) | None => Err(ParseReferenceError { prefix: $prefix }),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

stream_names! {
    /// The name of a complaint's stream.
    ///
    /// ```
    /// use complaint_domain::reference::ComplaintId;
    ///
    /// let name: ComplaintId = "complaint-01KA0000000000000000000000".parse()?;
    /// assert_eq!(name.to_string(), "complaint-01KA0000000000000000000000");
    /// assert!("complaint-somebody".parse::<ComplaintId>().is_err());
    /// # Ok::<(), complaint_domain::reference::ParseReferenceError>(())
    /// ```
    ComplaintId = "complaint-";
    /// The name of a referral's stream: a suspected violation on its own track.
    ReferralId = "referral-";
    /// The name of a review's stream: a case before the committee.
    ReviewId = "review-";
    /// The name of an action's stream: what is done against a cause.
    ActionId = "action-";
}

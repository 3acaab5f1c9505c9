//! The name of a clock: its pack and its code there.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::label::Label;

/// Which clock, written `uk-disp/final-response`.
///
/// ```
/// use complaint_domain::clock::ClockName;
///
/// let name: ClockName = "uk-disp/final-response".parse()?;
/// assert_eq!(name.pack.as_str(), "uk-disp");
/// assert_eq!(name.to_string(), "uk-disp/final-response");
/// assert!("final-response".parse::<ClockName>().is_err());
/// # Ok::<(), complaint_domain::clock::ParseClockNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockName {
    /// The code of the pack.
    pub pack: Label,
    /// The code of the clock within the pack.
    pub clock: Label,
}

impl fmt::Display for ClockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pack, self.clock)
    }
}

impl FromStr for ClockName {
    type Err = ParseClockNameError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        let (pack, clock) = input.split_once('/').ok_or(ParseClockNameError)?;
        match (pack.parse(), clock.parse::<Label>()) {
            (Ok(pack), Ok(clock)) if !clock.as_str().contains('/') => Ok(Self { pack, clock }),
            _ => Err(ParseClockNameError),
        }
    }
}

impl Serialize for ClockName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClockName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The text is not the name of a clock. The text itself is not repeated: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a clock, such as uk-disp/final-response")]
pub struct ParseClockNameError;

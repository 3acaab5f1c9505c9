//! A moment as people write it on a command line.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// A moment: RFC 3339, or a date, which means the last millisecond of that day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Timestamp);

/// The text is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a time such as 2025-06-30T17:00:00Z, or a date such as 2025-06-30 for the end of \
     that day in UTC, found `{input}`"
)]
pub struct ParseInstantError {
    /// The text as it was given.
    pub input: String,
}

impl FromStr for Instant {
    type Err = ParseInstantError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseInstantError { input: input.to_owned() };
        // jiff reads more than a plain date as one; only the plain date means a whole day here.
        if input.len() == 10
            && let Ok(day) = input.parse::<Date>()
        {
            let next = day.checked_add(1.day()).map_err(|_| wrong())?;
            let midnight = next.to_zoned_datetime(TimeZone::UTC).map_err(|_| wrong())?.timestamp();
            let last = midnight.checked_sub(SignedDuration::from_millis(1));
            return last.map(Self).map_err(|_| wrong());
        }
        input.parse().map(Self).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_means_the_end_of_that_day() {
        let end: Instant = "2025-06-30".parse().unwrap();
        assert_eq!(end.0.to_string(), "2025-06-30T23:59:59.999Z");
    }

    #[test]
    fn a_time_means_itself_in_any_zone() {
        let noon: Instant = "2025-06-30T12:00:00+08:00".parse().unwrap();
        assert_eq!(noon.0.to_string(), "2025-06-30T04:00:00Z");
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for input in ["", "yesterday", "2025-13-01", "2025-02-30", "30.06.2025"] {
            let error = input.parse::<Instant>().unwrap_err().to_string();
            assert!(error.contains("2025-06-30T17:00:00Z"), "{error}");
        }
    }
}

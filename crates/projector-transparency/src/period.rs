//! The span of days that a report is about.

use std::{fmt, str::FromStr};

use jiff::{Span, Timestamp, civil::Date};

/// Milliseconds of a day in UTC.
pub const DAY_MS: i64 = 86_400_000;

/// The number of a UTC day, counted from 1 January 1970.
pub fn day_of(at: Timestamp) -> i64 {
    day_of_ms(at.as_millisecond())
}

/// The number of a UTC day, of a moment in milliseconds since 1 January 1970.
pub const fn day_of_ms(at: i64) -> i64 {
    at.div_euclid(DAY_MS)
}

/// The number of a UTC day, counted from 1 January 1970.
pub fn day_number(date: Date) -> i64 {
    (date - Date::constant(1970, 1, 1)).get_days().into()
}

/// The date of a day counted from 1 January 1970; the last date there is, if it lies beyond.
pub fn date_of(day: i64) -> Date {
    let span = Span::new().try_days(day).unwrap_or_default();
    Date::constant(1970, 1, 1).checked_add(span).unwrap_or(Date::MAX)
}

/// A span of whole days in UTC, both ends included.
///
/// Written `2014`, `2014-H1`, `2014-Q1`, `2014-10`, `2014-10-01` or `2014-01-01..2014-06-30`.
///
/// ```
/// use projector_transparency::Period;
///
/// let quarter: Period = "2014-Q1".parse()?;
/// assert_eq!(quarter.first().to_string(), "2014-01-01");
/// assert_eq!(quarter.last().to_string(), "2014-03-31");
/// # Ok::<(), projector_transparency::period::ParsePeriodError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    name: String,
    first: Date,
    last: Date,
}

impl Period {
    /// The days from `first` to `last`.
    ///
    /// # Errors
    ///
    /// [`ParsePeriodError::Backwards`] when `last` lies before `first`.
    pub fn of_days(first: Date, last: Date) -> Result<Self, ParsePeriodError> {
        if last < first {
            return Err(ParsePeriodError::Backwards { first, last });
        }
        Ok(Self { name: format!("{first}..{last}"), first, last })
    }

    /// How it was written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its first day.
    pub fn first(&self) -> Date {
        self.first
    }

    /// Its last day, which belongs to it.
    pub fn last(&self) -> Date {
        self.last
    }

    /// The number of its first day.
    pub fn first_day(&self) -> i64 {
        day_number(self.first)
    }

    /// The number of its last day.
    pub fn last_day(&self) -> i64 {
        day_number(self.last)
    }

    /// How many days it has.
    pub fn days(&self) -> i64 {
        self.last_day() - self.first_day() + 1
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The text is not a [`Period`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParsePeriodError {
    /// None of the forms.
    #[error(
        "expected a period such as 2014, 2014-H1, 2014-Q1, 2014-10, 2014-10-01 or \
         2014-01-01..2014-06-30, found {found:?}"
    )]
    Form {
        /// What was given, shortened.
        found: String,
    },
    /// A part of the year that there is not.
    #[error("expected {expected}, found {found:?}")]
    Part {
        /// What there is.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// A day that there is not.
    #[error("expected a day that exists, written as 2014-06-30, found {found:?}")]
    Day {
        /// What was given, shortened.
        found: String,
    },
    /// The end lies before the start.
    #[error("expected the last day on or after the first, found {first} to {last}")]
    Backwards {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
}

impl FromStr for Period {
    type Err = ParsePeriodError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        if let Some((first, last)) = input.split_once("..") {
            return Self::of_days(parse_day(first)?, parse_day(last)?);
        }
        let form = || ParsePeriodError::Form { found: shortened(input) };
        let (year, part) = match input.split_once('-') {
            Some((year, part)) => (year, Some(part)),
            None => (input, None),
        };
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(form());
        }
        let year: i16 = year.parse().map_err(|_| form())?;
        let (first_month, months) = match part {
            None => (1, 12),
            Some(part) if part.starts_with(['Q', 'q']) => {
                (numbered(part, &["1", "2", "3", "4"], "a quarter from Q1 to Q4")? * 3 - 2, 3)
            }
            Some(part) if part.starts_with(['H', 'h']) => {
                (numbered(part, &["1", "2"], "a half-year, H1 or H2")? * 6 - 5, 6)
            }
            Some(part) if part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) => {
                match part.parse() {
                    Ok(month @ 1..=12) => (month, 1),
                    _ => return Err(no_such("a month from 01 to 12", part)),
                }
            }
            Some(_) if input.len() == 10 => {
                let day = parse_day(input)?;
                return Ok(Self { name: input.to_owned(), first: day, last: day });
            }
            Some(_) => return Err(form()),
        };
        let first = Date::new(year, first_month, 1).map_err(|_| form())?;
        let last = Date::new(year, first_month + months - 1, 1).map_err(|_| form())?;
        Ok(Self { name: input.to_ascii_uppercase(), first, last: last.last_of_month() })
    }
}

fn numbered(part: &str, allowed: &[&str], expected: &'static str) -> Result<i8, ParsePeriodError> {
    part.get(1..)
        .filter(|number| allowed.contains(number))
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| no_such(expected, part))
}

fn no_such(expected: &'static str, part: &str) -> ParsePeriodError {
    ParsePeriodError::Part { expected, found: shortened(part) }
}

fn parse_day(text: &str) -> Result<Date, ParsePeriodError> {
    let wrong = || ParsePeriodError::Day { found: shortened(text) };
    if text.len() != 10 {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests;

//! Holiday calendars: which days of which years are worked.
//!
//! The reader is our own. The `icalendar` crate brings a second date library that reads the
//! system's clock, and random identifiers, neither of which may come near this crate; and a file
//! that decides deadlines should be refused, not repaired, where it says something unforeseen.

mod ical;

use std::{collections::BTreeMap, fmt};

use jiff::civil::{Date, Weekday};

use super::words::Language;
use crate::label::Label;

/// What a special day is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayName {
    /// In English, or in the language of the file.
    pub en: String,
    /// In Chinese, where the file says.
    pub zh: Option<String>,
}

impl DayName {
    /// The name in the language, or the English one.
    pub fn in_language(&self, language: Language) -> &str {
        match (language, &self.zh) {
            (Language::Chinese, Some(zh)) => zh,
            (Language::English | Language::Chinese, _) => &self.en,
        }
    }
}

/// Whether a day is worked, and why not or why so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// An ordinary weekday.
    Working,
    /// A weekend day that was declared a working day.
    AdjustedWorking(&'a DayName),
    /// A Saturday or Sunday.
    Weekend,
    /// A holiday.
    Holiday(&'a DayName),
}

impl DayKind<'_> {
    /// Whether the day is worked.
    pub const fn is_worked(self) -> bool {
        match self {
            Self::Working | Self::AdjustedWorking(_) => true,
            Self::Weekend | Self::Holiday(_) => false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Special {
    DayOff,
    WorkingDay,
}

/// The days off and the adjusted working days of one region, for whole years.
///
/// ```
/// use complaint_domain::clock::shipped;
/// use jiff::civil::date;
///
/// let china = shipped::calendar("cn").expect("a shipped calendar");
/// assert!(china.kind(date(2026, 2, 28))?.is_worked(), "a Saturday declared a working day");
/// assert!(!china.kind(date(2026, 10, 7))?.is_worked());
/// assert!(china.kind(date(2031, 1, 2)).is_err(), "nobody has announced that year yet");
/// # Ok::<(), complaint_domain::clock::OutsideCalendarError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    code: Label,
    version: Label,
    name: String,
    source: String,
    first_year: i16,
    last_year: i16,
    days: BTreeMap<Date, (Special, DayName)>,
}

impl Calendar {
    /// Reads a calendar from the text of an iCalendar file.
    ///
    /// A strict subset of RFC 5545: whole days (`DTSTART;VALUE=DATE`), each with a `SUMMARY` and a
    /// category, `HOLIDAY` or `WORKING-DAY`, and for the calendar `X-REDRESS-CODE`, `-VERSION`,
    /// `-COVERS` (first and last year, both whole) and `-SOURCE`. Recurring events are refused:
    /// each year's days are facts of that year. Lines may end in CRLF, as the RFC says, or in LF.
    ///
    /// # Errors
    ///
    /// [`ParseCalendarError`] with the line, what was expected there, and never a repaired guess.
    pub fn parse(text: &str) -> Result<Self, ParseCalendarError> {
        ical::parse(text)
    }

    /// The same, and after its last year also the years that a newer version of it covers: a limit
    /// that could not be counted so far now can, and none that could be is moved.
    #[must_use]
    pub fn continued_by(mut self, newer: &Self) -> Self {
        let next = self.last_year.saturating_add(1);
        if newer.first_year > next || newer.last_year < next {
            return self;
        }
        let later = newer.days.iter().filter(|(day, _)| day.year() >= next);
        self.days.extend(later.map(|(day, what)| (*day, what.clone())));
        self.last_year = newer.last_year;
        if let Ok(version) = format!("{}, from {next} {}", self.version, newer.version).parse() {
            self.version = version;
        }
        self
    }

    /// The code by which packs and companies name the calendar, such as `gb-sct`.
    pub const fn code(&self) -> &Label {
        &self.code
    }

    /// The version of the list; it changes whenever a day does.
    pub const fn version(&self) -> &Label {
        &self.version
    }

    /// The region in words.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the days come from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The first and the last year for which the days are known.
    pub const fn years(&self) -> (i16, i16) {
        (self.first_year, self.last_year)
    }

    /// Whether the day is worked, and why.
    ///
    /// # Errors
    ///
    /// [`OutsideCalendarError`] for a day of a year that the file does not cover: a deadline
    /// counted over unknown holidays would be a guess.
    pub fn kind(&self, date: Date) -> Result<DayKind<'_>, OutsideCalendarError> {
        if date.year() < self.first_year || date.year() > self.last_year {
            return Err(OutsideCalendarError {
                calendar: self.code.clone(),
                date,
                first_year: self.first_year,
                last_year: self.last_year,
            });
        }
        Ok(match self.days.get(&date) {
            Some((Special::DayOff, name)) => DayKind::Holiday(name),
            Some((Special::WorkingDay, name)) => DayKind::AdjustedWorking(name),
            None if is_weekend(date) => DayKind::Weekend,
            None => DayKind::Working,
        })
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The calendar does not say whether the day is worked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a day of the years {first_year} to {last_year}, which calendar `{calendar}` covers, \
     found {date}; give a newer calendar"
)]
pub struct OutsideCalendarError {
    /// The calendar.
    pub calendar: Label,
    /// The day.
    pub date: Date,
    /// The first year it covers.
    pub first_year: i16,
    /// The last year it covers.
    pub last_year: i16,
}

/// The text is not a calendar that deadlines may depend on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("calendar line {line}: expected {expected}")]
pub struct ParseCalendarError {
    /// The line, from 1; of a folded line the first.
    pub line: usize,
    /// What was expected there.
    pub expected: Expected,
}

/// What the reader expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected(&'static str);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

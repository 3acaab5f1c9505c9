//! One row of the file, checked: what it says, in the terms of the ledger.
//!
//! Whatever a row leaves open stays open. `N/A`, `None` and an empty field say nothing.

use std::fmt;

use complaint_domain::{
    complaint::{Channel, PlatformCategory},
    label::{Label, ParseLabelError},
};
use jiff::{Timestamp, civil::Date, tz::Offset};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    header::{Column, Header},
    reader::{Place, RawRecord},
};

/// What a row says.
///
/// `Debug` prints the number only: the rest may be personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it lies in the file.
    pub place: Place,
    /// The number the complaint has with the publisher.
    pub complaint_id: u64,
    /// The day on which the publisher received it, at midnight UTC.
    pub received_at: Timestamp,
    /// The day on which the publisher sent it to the company, at midnight UTC.
    pub sent_at: Option<Timestamp>,
    /// The product.
    pub product: Label,
    /// A finer product.
    pub sub_product: Option<Label>,
    /// What went wrong with it.
    pub issue: Option<Label>,
    /// A finer issue.
    pub sub_issue: Option<Label>,
    /// The company complained of.
    pub company: Label,
    /// The complainant's state.
    pub state: Option<Label>,
    /// Groups the complainant belongs to.
    pub tags: Vec<Label>,
    /// How it came in.
    pub channel: Channel,
    /// What the company answered.
    pub response: Option<PlatformCategory>,
    /// Whether it answered in time.
    pub timely: Option<bool>,
    /// What it chose to say in public.
    pub public_response: Option<Label>,
    /// Whether the complainant disputed the answer.
    pub disputed: Option<bool>,
    /// The complainant's post code. Personal.
    pub postcode: Option<Zeroizing<String>>,
    /// What happened, in the complainant's words. Personal.
    pub narrative: Option<Zeroizing<String>>,
    /// The beginning of a digest over all fields that are taken in.
    pub fingerprint: u64,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("complaint_id", &self.complaint_id)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a row. Says the shape of what was found, never the text: in a row that has
/// slipped, anything can stand anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// In which column.
    pub column: Column,
    /// The stable code of the reason.
    pub reason: &'static str,
    /// What was expected.
    pub expected: String,
    /// The shape of what was found.
    pub found: String,
}

/// Whether the text is a number the publisher gives: 1 to 18 digits without leading zeros.
pub fn is_complaint_id(text: &[u8]) -> bool {
    complaint_id(text).is_some()
}

fn complaint_id(text: &[u8]) -> Option<u64> {
    let is_number = matches!(text, [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit));
    if !is_number || text.len() > 18 {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Reads a date as the generations of the file write it: `2014-11-13`, `11/13/2014`, `7/29/2013`.
/// A time of day after an ISO date is the publisher's midnight and says nothing more.
pub fn parse_date(text: &str) -> Option<Date> {
    let number = |digits: &str, lengths: std::ops::RangeInclusive<usize>| {
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        if is_number && lengths.contains(&digits.len()) { digits.parse::<i16>().ok() } else { None }
    };
    let (year, month, day) = if text.contains('/') {
        let mut parts = text.split('/');
        let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        (number(year, 4..=4)?, number(month, 1..=2)?, number(day, 1..=2)?)
    } else {
        let day = text.split_once('T').map_or(text, |(day, _)| day);
        let mut parts = day.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        (number(year, 4..=4)?, number(month, 2..=2)?, number(day, 2..=2)?)
    };
    // What lies outside is a slip of the pen, such as 11/13/0014.
    let year = Some(year).filter(|year| (1900..3000).contains(year))?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

const CHANNELS: &[(&str, Channel)] = &[
    ("Web", Channel::Web),
    ("Phone", Channel::Phone),
    ("Email", Channel::Email),
    ("Postal mail", Channel::Letter),
    ("Fax", Channel::Fax),
    ("Referral", Channel::Referral),
    ("Web Referral", Channel::Referral),
];

const RESPONSES: &[(&str, PlatformCategory)] = &[
    ("Closed with monetary relief", PlatformCategory::ClosedWithMonetaryRelief),
    ("Closed with non-monetary relief", PlatformCategory::ClosedWithNonMonetaryRelief),
    ("Closed with relief", PlatformCategory::ClosedWithRelief),
    ("Closed without relief", PlatformCategory::ClosedWithoutRelief),
    ("Closed with explanation", PlatformCategory::ClosedWithExplanation),
    ("Closed", PlatformCategory::Closed),
    ("In progress", PlatformCategory::InProgress),
    ("Untimely response", PlatformCategory::UntimelyResponse),
];

const YES_OR_NO: &[(&str, bool)] =
    &[("Yes", true), ("No", false), ("true", true), ("false", false)];

impl Row {
    /// Reads a record.
    ///
    /// # Errors
    ///
    /// The first [`RowProblem`], in the order of the fields of this type.
    pub fn parse(header: &Header, record: &RawRecord) -> Result<Self, RowProblem> {
        let fields = Fields::of(header, record)?;
        let row = Self {
            place: record.place,
            complaint_id: fields.complaint_id()?,
            received_at: fields.date(Column::DateReceived)?,
            sent_at: fields.said(Column::DateSent, Fields::date)?,
            product: fields.label(Column::Product)?,
            sub_product: fields.said(Column::SubProduct, Fields::label)?,
            issue: fields.said(Column::Issue, Fields::label)?,
            sub_issue: fields.said(Column::SubIssue, Fields::label)?,
            company: fields.label(Column::Company)?,
            state: fields.said(Column::State, Fields::label)?,
            tags: fields.tags()?,
            channel: fields.one_of(Column::SubmittedVia, CHANNELS)?,
            response: fields
                .said(Column::CompanyResponse, |it, column| it.one_of(column, RESPONSES))?,
            timely: fields.said(Column::Timely, |it, column| it.one_of(column, YES_OR_NO))?,
            public_response: fields.said(Column::PublicResponse, Fields::label)?,
            disputed: fields.said(Column::Disputed, |it, column| it.one_of(column, YES_OR_NO))?,
            postcode: fields.personal(Column::Postcode),
            narrative: fields.personal(Column::Narrative),
            fingerprint: fields.fingerprint(),
        };
        row.holds_together()?;
        Ok(row)
    }

    /// Whether the answer is one after which the publisher calls the complaint closed.
    pub fn is_closed(&self) -> bool {
        use PlatformCategory as P;
        match self.response {
            Some(
                P::ClosedWithMonetaryRelief
                | P::ClosedWithNonMonetaryRelief
                | P::ClosedWithRelief
                | P::ClosedWithoutRelief
                | P::ClosedWithExplanation
                | P::Closed,
            ) => true,
            Some(P::InProgress | P::UntimelyResponse) | None => false,
        }
    }

    fn holds_together(&self) -> Result<(), RowProblem> {
        if let Some(sent_at) = self.sent_at.filter(|sent_at| *sent_at < self.received_at) {
            return Err(RowProblem {
                column: Column::DateSent,
                reason: "sent-before-received",
                expected: "a date not before the one received".to_owned(),
                found: format!(
                    "a date {} before it",
                    days(self.received_at.duration_since(sent_at).as_hours() / 24)
                ),
            });
        }
        if self.disputed == Some(true) && !self.is_closed() {
            return Err(RowProblem {
                column: Column::Disputed,
                reason: "disputed-without-answer",
                expected: "a dispute only where the company closed the complaint".to_owned(),
                found: "a dispute of an answer that is not there".to_owned(),
            });
        }
        Ok(())
    }
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

/// The known columns of a record, as text without white space at the ends.
struct Fields<'a>(Vec<(Column, &'a str)>);

impl<'a> Fields<'a> {
    fn of(header: &Header, record: &'a RawRecord) -> Result<Self, RowProblem> {
        let columns = header.columns().iter().zip(&record.fields);
        let known = columns.filter_map(|(column, field)| column.map(|column| (column, field)));
        let text = |(column, field): (Column, &'a Vec<u8>)| match std::str::from_utf8(field) {
            Ok(text) => Ok((column, text.trim())),
            Err(error) => Err(RowProblem {
                column,
                reason: "invalid-utf-8",
                expected: "text in UTF-8".to_owned(),
                found: format!(
                    "a byte that is not, at byte {} of {} in the field",
                    error.valid_up_to(),
                    field.len()
                ),
            }),
        };
        known.map(text).collect::<Result<_, _>>().map(Self)
    }

    /// The text of a column; empty when the file does not have it or it says nothing.
    fn text(&self, wanted: Column) -> &'a str {
        let text =
            self.0.iter().find(|(column, _)| *column == wanted).map_or("", |(_, text)| *text);
        if matches!(text, "N/A" | "None") { "" } else { text }
    }

    fn said<T>(
        &self,
        column: Column,
        read: impl Fn(&Self, Column) -> Result<T, RowProblem>,
    ) -> Result<Option<T>, RowProblem> {
        if self.text(column).is_empty() { Ok(None) } else { read(self, column).map(Some) }
    }

    fn complaint_id(&self) -> Result<u64, RowProblem> {
        let text = self.text(Column::ComplaintId);
        complaint_id(text.as_bytes()).ok_or_else(|| RowProblem {
            column: Column::ComplaintId,
            reason: "bad-complaint-id",
            expected: "1 to 18 digits without leading zeros".to_owned(),
            found: shape(text),
        })
    }

    fn date(&self, column: Column) -> Result<Timestamp, RowProblem> {
        let text = self.text(column);
        let midnight = |day: Date| Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok();
        parse_date(text).and_then(midnight).ok_or_else(|| RowProblem {
            column,
            reason: "bad-date",
            expected: "a date such as 2014-11-13 or 11/13/2014".to_owned(),
            found: shape(text),
        })
    }

    fn label(&self, column: Column) -> Result<Label, RowProblem> {
        label(column, self.text(column))
    }

    fn tags(&self) -> Result<Vec<Label>, RowProblem> {
        let tags = self.text(Column::Tags).split(',').map(str::trim);
        tags.filter(|tag| !tag.is_empty()).map(|tag| label(Column::Tags, tag)).collect()
    }

    fn one_of<T: Copy>(&self, column: Column, values: &[(&str, T)]) -> Result<T, RowProblem> {
        let text = self.text(column);
        let value = values.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        value.map(|(_, value)| *value).ok_or_else(|| RowProblem {
            column,
            reason: "unknown-value",
            expected: format!(
                "one of {}",
                values.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
            ),
            found: shape(text),
        })
    }

    fn personal(&self, column: Column) -> Option<Zeroizing<String>> {
        let text = self.text(column);
        (!text.is_empty()).then(|| Zeroizing::new(text.to_owned()))
    }

    fn fingerprint(&self) -> u64 {
        let mut fields = self.0.clone();
        fields.sort_unstable();
        let mut digest = Sha256::new();
        for (column, text) in fields {
            digest.update(column.name());
            digest.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(text);
        }
        let digest: [u8; 32] = digest.finalize().into();
        digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
    }
}

fn label(column: Column, text: &str) -> Result<Label, RowProblem> {
    // The ledger takes none in clear, and would name no column.
    if text.contains('@') {
        return Err(RowProblem {
            column,
            reason: "address-in-clear",
            expected: "no e-mail address in a column that goes into the log in clear".to_owned(),
            found: "an `@`, as addresses have".to_owned(),
        });
    }
    text.parse().map_err(|error| {
        let reason = match error {
            ParseLabelError::Empty => "empty",
            ParseLabelError::TooLong { .. } => "too-long",
            ParseLabelError::Padded => "padded",
            ParseLabelError::ControlCharacter { .. } => "control-character",
        };
        RowProblem {
            column,
            reason,
            expected: "a text of 1 to 200 bytes without control characters".to_owned(),
            found: match error {
                ParseLabelError::ControlCharacter { at } => format!("one at byte {at}"),
                ParseLabelError::Empty
                | ParseLabelError::TooLong { .. }
                | ParseLabelError::Padded => shape(text),
            },
        }
    })
}

/// The shape of a text: its length, and of a short one the kinds of its characters.
pub(super) fn shape(text: &str) -> String {
    let length = text.len();
    if text.is_empty() {
        return "nothing".to_owned();
    }
    if length > 12 {
        return format!("a text of {length} bytes");
    }
    let kind = |c: char| match c {
        '0'..='9' => '9',
        '/' | '-' | '.' | ':' | ' ' => c,
        _ if c.is_alphabetic() => 'a',
        _ => '?',
    };
    format!("a text like `{}`", text.chars().map(kind).collect::<String>())
}

#[cfg(test)]
mod tests;

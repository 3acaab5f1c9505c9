//! Which column of the file says what: found by name, in any order, by either name it ever had.

use std::fmt;

use super::reader::Shape;

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The number the complaint has with the publisher.
    ComplaintId,
    /// When the publisher received it.
    DateReceived,
    /// The product.
    Product,
    /// A finer product.
    SubProduct,
    /// What went wrong with it.
    Issue,
    /// A finer issue.
    SubIssue,
    /// What happened, in the complainant's words.
    Narrative,
    /// What the company chose to say in public.
    PublicResponse,
    /// The company complained of.
    Company,
    /// The complainant's state.
    State,
    /// The complainant's post code, in full or in part.
    Postcode,
    /// Groups the complainant belongs to.
    Tags,
    /// Whether the complainant agreed to publish the narrative; not taken in.
    Consent,
    /// How it came in.
    SubmittedVia,
    /// When the publisher sent it to the company.
    DateSent,
    /// What the company answered.
    CompanyResponse,
    /// Whether it answered in time.
    Timely,
    /// Whether the complainant disputed the answer.
    Disputed,
    /// Whether there is a narrative; not taken in.
    HasNarrative,
}

use Column as C;

/// Every column: its name in the current file, and the names it has elsewhere.
const NAMES: &[(Column, &str, &[&str])] = &[
    (C::ComplaintId, "Complaint ID", &[]),
    (C::DateReceived, "Date received", &[]),
    (C::Product, "Product", &[]),
    (C::SubProduct, "Sub-product", &[]),
    (C::Issue, "Issue", &[]),
    (C::SubIssue, "Sub-issue", &[]),
    (C::Narrative, "Consumer complaint narrative", &["complaint_what_happened"]),
    (C::PublicResponse, "Company public response", &[]),
    (C::Company, "Company", &[]),
    (C::State, "State", &[]),
    (C::Postcode, "ZIP code", &[]),
    (C::Tags, "Tags", &[]),
    (C::Consent, "Consumer consent provided?", &[]),
    (C::SubmittedVia, "Submitted via", &[]),
    (C::DateSent, "Date sent to company", &[]),
    (C::CompanyResponse, "Company response to consumer", &["Company response"]),
    (C::Timely, "Timely response?", &["timely"]),
    (C::Disputed, "Consumer disputed?", &[]),
    (C::HasNarrative, "has_narrative", &[]),
];

/// Without these a row does not say enough to be a complaint.
pub const REQUIRED: &[Column] = &[
    Column::ComplaintId,
    Column::DateReceived,
    Column::Product,
    Column::Company,
    Column::SubmittedVia,
    Column::CompanyResponse,
];

impl Column {
    /// Its name in the current public file.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(column, _, _)| *column == self).map_or("", |(_, name, _)| *name)
    }

    /// The column that a header calls so: `Date received`, `date_received`, `DATE RECEIVED`.
    fn named(name: &str) -> Option<Self> {
        let wanted = plain(name);
        NAMES.iter().find_map(|(column, name, others)| {
            let is_it = plain(name) == wanted || others.iter().any(|other| plain(other) == wanted);
            is_it.then_some(*column)
        })
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Letters and digits only, in lower case: what display names and API names have in common.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Where each column lies in this file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    columns: Vec<Option<Column>>,
    names: Vec<String>,
    complaint_id: usize,
    date_received: usize,
}

/// Why a file is not one of ours at all. Nothing of it is taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Nothing in it.
    #[error("expected a header line with the columns {}, found an empty file", required())]
    Empty,
    /// The first line is not one of a CSV file in UTF-8.
    #[error(
        "expected a header line with the columns {}, found a first line that is not CSV in UTF-8",
        required()
    )]
    Unreadable,
    /// Columns are not there.
    #[error("expected the columns {}, found no {} among {found}", required(), joined(missing))]
    Missing {
        /// The columns.
        missing: Vec<Column>,
        /// What there is instead.
        found: String,
    },
    /// The columns are there, kept apart by something else than commas.
    #[error("expected columns separated by commas, found columns separated by {found}")]
    Separator {
        /// What keeps them apart, such as `semicolons`.
        found: &'static str,
    },
    /// A column is there twice.
    #[error("expected each column once, found {column} in columns {first} and {second}")]
    Twice {
        /// The column.
        column: Column,
        /// The first place, from 1.
        first: usize,
        /// The second place, from 1.
        second: usize,
    },
}

fn required() -> String {
    joined(REQUIRED)
}

fn joined(columns: &[Column]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}

/// What spreadsheets write between columns where a comma is taken, as in much of Europe.
const OTHER_SEPARATORS: &[(char, &str)] =
    &[(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")];

/// By what else than commas this first line keeps columns apart: what makes known columns of it, and
/// more of them than commas do.
pub fn other_separator(first_line: &str) -> Option<&'static str> {
    let known = |separator: char| {
        let names = first_line.split(separator).map(|name| name.trim().trim_matches('"'));
        names.filter(|name| Column::named(name).is_some()).count()
    };
    let best = OTHER_SEPARATORS.iter().max_by_key(|(separator, _)| known(*separator));
    best.filter(|(separator, _)| known(*separator) > known(',').max(1)).map(|(_, name)| *name)
}

impl Header {
    /// Reads the fields of the first line.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] when a required column is not there, or any column is there twice.
    pub fn parse(fields: &[Vec<u8>]) -> Result<Self, HeaderError> {
        let mut columns = Vec::new();
        let mut names = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let name = std::str::from_utf8(field).map_err(|_| HeaderError::Unreadable)?.trim();
            let column = Column::named(name);
            if let Some(column) = column
                && let Some(first) = columns.iter().position(|known| *known == Some(column))
            {
                let (first, second) = (first.saturating_add(1), at.saturating_add(1));
                return Err(HeaderError::Twice { column, first, second });
            }
            columns.push(column);
            names.push(shown(name));
        }
        let place = |wanted| columns.iter().position(|known| *known == Some(wanted));
        let (Some(complaint_id), Some(date_received), true) = (
            place(Column::ComplaintId),
            place(Column::DateReceived),
            REQUIRED.iter().all(|column| place(*column).is_some()),
        ) else {
            let missing = REQUIRED.iter().copied().filter(|column| place(*column).is_none());
            return Err(HeaderError::Missing {
                missing: missing.collect(),
                found: found(&names, &columns),
            });
        };
        Ok(Self { columns, names, complaint_id, date_received })
    }

    /// By what its records are known.
    pub fn shape(&self) -> Shape {
        Shape {
            fields: self.columns.len(),
            complaint_id: self.complaint_id,
            date_received: self.date_received,
        }
    }

    /// What each field of a record says, in order.
    pub fn columns(&self) -> &[Option<Column>] {
        &self.columns
    }

    /// What the file calls a field.
    pub fn name(&self, field: usize) -> Option<&str> {
        self.names.get(field).map(String::as_str)
    }

    /// The names of the columns that are not known here and not taken in.
    pub fn ignored(&self) -> Vec<String> {
        let unknown = self.columns.iter().zip(&self.names).filter(|(column, _)| column.is_none());
        unknown.map(|(_, name)| name.clone()).collect()
    }
}

/// A name as it may be printed: short, and without control characters.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// The names of a header, or the first twenty of them.
///
/// Where not one is known it may be no header but somebody's complaint, of which nothing is repeated.
fn found(names: &[String], columns: &[Option<Column>]) -> String {
    if columns.iter().all(Option::is_none) {
        return format!(
            "the {} fields of the first line, none of which is a column's name",
            names.len()
        );
    }
    let shown: Vec<_> = names.iter().take(20).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(shown.len());
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

#[cfg(test)]
mod tests;

//! What a column is called and means, and what a cell holds.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A column of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What it is called.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: Kind,
    /// What they mean.
    pub meaning: &'static str,
    /// The unit of a number or time, or which list a code is from.
    pub unit: &'static str,
    /// Where in the records it comes from.
    pub source: &'static str,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Public text.
    Text,
    /// One code of a closed list.
    Code,
    /// Several texts or codes; in CSV separated by `|`.
    List,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A moment: RFC 3339, UTC, milliseconds.
    Time,
    /// A JSON object.
    Json,
}

impl Kind {
    /// What the dictionary calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Code => "code",
            Self::List => "list",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Time => "time",
            Self::Json => "json",
        }
    }
}

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is known: an empty cell in CSV, `null` in JSON.
    Nothing,
    /// Text, a code, or JSON that is shown as text.
    Text(String),
    /// Several texts; in JSON an array, empty when there are none.
    List(Vec<String>),
    /// A whole number.
    Integer(u64),
    /// Yes or no.
    Boolean(bool),
    /// A moment.
    Time(Timestamp),
}

impl Cell {
    /// Text where there is some.
    pub fn text(text: Option<impl ToString>) -> Self {
        text.map_or(Self::Nothing, |text| Self::Text(text.to_string()))
    }

    /// A moment where there is one.
    pub fn time(time: Option<Timestamp>) -> Self {
        time.map_or(Self::Nothing, Self::Time)
    }

    /// Yes or no where one of them is known.
    pub fn boolean(value: Option<bool>) -> Self {
        value.map_or(Self::Nothing, Self::Boolean)
    }

    /// Several texts.
    pub fn list(texts: impl IntoIterator<Item = impl ToString>) -> Self {
        Self::List(texts.into_iter().map(|text| text.to_string()).collect())
    }

    /// What a CSV file shows, before it is made safe for spreadsheets.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Text(text) => text.clone(),
            Self::List(texts) => texts.join("|"),
            Self::Integer(number) => number.to_string(),
            Self::Boolean(value) => value.to_string(),
            Self::Time(time) => shown(*time),
        }
    }
}

fn shown(time: Timestamp) -> String {
    format!("{time:.3}")
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(texts) => texts.serialize(serializer),
            Self::Integer(number) => serializer.serialize_u64(*number),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Time(time) => serializer.serialize_str(&shown(*time)),
        }
    }
}

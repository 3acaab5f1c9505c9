//! What came of looking for a complaint in a published report: whoever says so in words makes them of this.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

/// What came of looking for the complaint of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum LookedFor {
    /// It is in tables of the report. Whether it is in all of those it must be in, a step says.
    Counted {
        /// In how many.
        tables: usize,
        /// How many the report has.
        of: usize,
        /// Whether all of them were looked at, or only those that a proof names.
        is_all: bool,
    },
    /// It is in none.
    Nowhere {
        /// How many the report has.
        of: usize,
        /// Why it is not there, as far as the receipt tells.
        #[serde(flatten)]
        why: NotThere,
    },
    /// The report was published without the tables to look in.
    WithoutTables,
}

/// Why a complaint is in no table of a report, as far as its receipt tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum NotThere {
    /// The report must count it: it was received in its days, and recorded before its cut-off.
    LeftOut,
    /// It was received on another day than those of the report.
    AnotherTime {
        /// The day.
        received: Date,
    },
    /// It was recorded after the records that were counted.
    RecordedLater {
        /// Where its first record stands.
        position: u64,
        /// How many were counted.
        records: u64,
    },
    /// It stands after the records that were counted, and its own time says that it was there before the last of them.
    Misplaced {
        /// Where its first record stands.
        position: u64,
        /// How many were counted.
        records: u64,
        /// When it was recorded.
        recorded: Timestamp,
        /// When the last of those that were counted was recorded.
        until: Timestamp,
    },
}

impl LookedFor {
    /// Whether it is an answer to who asked for it: that it is counted.
    ///
    /// # Errors
    ///
    /// Why not, in words.
    pub fn answer(&self) -> Result<(), &'static str> {
        match self {
            Self::Counted { .. } => Ok(()),
            Self::Nowhere { why: NotThere::LeftOut | NotThere::Misplaced { .. }, .. } => {
                Err("it is in none of its tables")
            }
            Self::Nowhere { .. } => {
                Err("it is in none of its tables, which the report need not be wrong about")
            }
            Self::WithoutTables => Err(
                "it was published without the tables in which complainants find theirs: there was nothing to look in",
            ),
        }
    }
}

impl fmt::Display for LookedFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counted { tables, of, is_all: true } => write!(f, "in {tables} of {of} tables"),
            Self::Counted { tables, of, is_all: false } => {
                write!(f, "in {tables} of {of} tables at least")
            }
            Self::Nowhere { of, .. } => write!(f, "in 0 of {of} tables"),
            Self::WithoutTables => f.write_str("nowhere: there are no tables"),
        }
    }
}

/// Where to look instead.
impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOut => f.write_str(
                "it is in none of them: it was left out, or its day was corrected, which the records of its case would \
                 show, or the receipt was made with another key than the report",
            ),
            Self::AnotherTime { received } => {
                write!(f, "a report about another time: it was received on {received}")
            }
            Self::RecordedLater { position, records } => write!(
                f,
                "a restatement: it was recorded at position {position}, after the {records} records that were counted"
            ),
            Self::Misplaced { position, records, recorded, until } => write!(
                f,
                "it was recorded at {recorded}, and the last of the {records} records at {until}, though it stands at \
                 position {position}"
            ),
        }
    }
}

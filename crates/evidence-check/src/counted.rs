//! The tables in which a complainant finds their own complaint: that what was published counts it, once, and where.
//!
//! A published report has a file `counted.json` with the rows of its tables, and for each table a list of *tags*,
//! `counted/<table>.tags`: 32 bytes for each mention of a complaint, in the order of the rows, and by value within a
//! row. A row that counts seven complaints has seven tags, and no tag stands twice in a table; so whoever finds
//! theirs knows that they are one of the seven. Who is behind a tag only the holder of the receipt knows, and the
//! ledger: it follows from the receipt's secret, differs from table to table and from report to report, and so
//! tells nobody else that two rows have somebody in common.
//!
//! The tags of a table are the leaves of an RFC 6962 tree, whose root stands in `counted.json`: for whoever brings
//! a proof instead of the whole list ([`proof`]).
//!
//! What this does not show: that the row is the right one, nor that nobody was invented or left out who does
//! not look. The more of them look, the less can be left out: of 459 complainants of whom one in a hundred looks, the
//! lack of them all is seen with 99 %.
//!
//! - [`codes`]: what the rows of a table can stand for
//! - [`files`]: the list of a report's files
//! - [`figures`]: the tables beside the figures of the report
//! - [`folder`]: the tables among the files of a report
//! - [`list`]: the tags of a table, and where one stands
//! - [`looked`]: what came of looking for a complaint
//! - [`proof`]: where a complaint is counted, in one file
//! - [`mine`]: what a receipt gives to look with
//! - [`published`]: what a record says was published, and what has to be found in it

use std::collections::BTreeSet;

use merkle_log::{Hash, leaf_hash};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    opening::hmac_sha256,
    text::{framed, hex, to_hex},
};

pub mod codes;
pub mod figures;
pub mod files;
pub mod folder;
pub mod list;
pub mod looked;
pub mod mine;
pub mod proof;
pub mod published;

/// The name of the file that has the tables.
pub const COUNTED_FILE: &str = "counted.json";
/// The form of that file.
pub const FORMAT: &str = "redress-counted/2";
/// The form before, which had the first [`TABLES_BEFORE`] tables only. It is read as it was written.
const FORMAT_BEFORE: &str = "redress-counted/1";
const TABLES_BEFORE: usize = 17;

/// Keeps an entry from being mistaken for another thing that is hashed.
const ENTRY_TAG: u8 = 0x01;

/// The name of the file with a table's tags.
pub fn tags_file(table: &str) -> String {
    format!("counted/{table}.tags")
}

/// What a table counts, and whether a complaint can be in several of its rows at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownTable {
    /// Its name.
    pub id: &'static str,
    /// `received`, `imported`, `ended`, `answered`, `referred`, `decided-outside`.
    pub population: &'static str,
    /// Whether a complaint can be in several rows at once.
    pub is_multiple: bool,
}

const fn known(id: &'static str, population: &'static str) -> KnownTable {
    KnownTable { id, population, is_multiple: false }
}

const fn several(id: &'static str, population: &'static str) -> KnownTable {
    KnownTable { id, population, is_multiple: true }
}

/// The tables that a report can have, in their order. What each of them counts is not left to whoever publishes: a
/// complaint that is missing from a table of those received is missed whatever the files call it.
pub const TABLES: [KnownTable; 25] = [
    known("received-by-product", "received"),
    known("received-by-sub-product", "received"),
    known("received-by-issue", "received"),
    known("received-by-sub-issue", "received"),
    known(BY_MONTH, "received"),
    several("received-by-right", "received"),
    known(BY_CHANNEL, "received"),
    known("received-by-region", "received"),
    known("received-by-respondent", "received"),
    known("disputed", "received"),
    known("platform-response", "imported"),
    known("platform-timely", "imported"),
    known("ended-by-product", "ended"),
    known("ended-by-outcome", "ended"),
    known("ended-by-cause-family", "ended"),
    known("ended-by-root-cause", "ended"),
    known("answered-by-band", "answered"),
    known("received-by-language", "received"),
    several("received-by-missed-limit", "received"),
    several("received-by-vulnerability", "received"),
    several("received-by-link", "received"),
    several("answered-by-pause", "answered"),
    several("referred-by-body", "referred"),
    several("decided-outside-by-result", "decided-outside"),
    several("decided-outside-by-overturned", "decided-outside"),
];
pub(crate) const BY_MONTH: &str = "received-by-month";
pub(crate) const BY_CHANNEL: &str = "received-by-channel";
/// The tables that every report with complaints received has: each complaint has a day and a channel.
pub(crate) const ALWAYS: [&str; 2] = [BY_MONTH, BY_CHANNEL];

impl KnownTable {
    /// Whether it mentions a complaint at most once: one may end more often, and have more rights at stake.
    pub fn is_once(&self) -> bool {
        self.population != "ended" && !self.is_multiple
    }
}

/// The table of this name, and its place in the order.
pub fn known_table(id: &str) -> Option<(usize, &'static KnownTable)> {
    TABLES.iter().enumerate().find(|(_, table)| table.id == id)
}

/// The name of a report in its tags: what it is about, from which records it was counted, and SHA-256 of its figures,
/// `report.json`. Two reports that differ in any figure have no tag in common.
pub fn report_name(
    (kind, first_day, last_day): (&str, &str, &str),
    (size, root): (u64, &str),
    figures: &[u8],
) -> String {
    format!("{kind}/{first_day}..{last_day}/{size}/{root}/{}", to_hex(&Sha256::digest(figures)))
}

/// The tag of a complaint in a table of a report: `HMAC-SHA256(secret, lp("cl/tag/v1") lp(report) lp(table)
/// lp(leaf))`, where the secret is that of the receipt and the leaf that of the record which opens the complaint.
///
/// Where a table mentions a complaint again, `mention` counts from 0 how many times it did before; from 1 on the
/// table's name is followed by `#` and that number.
pub fn tag(secret: &[u8; 32], report: &str, table: &str, mention: u32, leaf: &Hash) -> [u8; 32] {
    let again = format!("{table}#{mention}");
    let table = if mention == 0 { table } else { again.as_str() };
    let message = framed(&[b"cl/tag/v1", report.as_bytes(), table.as_bytes(), &leaf.0]);
    hmac_sha256(secret, &message)
}

/// The leaf of a table's tree: `01`, the number of the row from 0 as a big-endian u32, the tag.
pub fn entry_leaf(row: u32, tag: &[u8; 32]) -> Hash {
    let mut bytes = vec![ENTRY_TAG];
    bytes.extend_from_slice(&row.to_be_bytes());
    bytes.extend_from_slice(tag);
    leaf_hash(&bytes)
}

/// The tables of a report, as far as complainants look for themselves in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountedTables {
    /// The form: [`FORMAT`], or the one before.
    pub format: String,
    /// The report's name in its tags ([`report_name`]).
    pub report: String,
    /// The tables, in the order of the report.
    pub tables: Vec<CountedTable>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountedTable {
    /// Its name, one of [`TABLES`].
    pub id: String,
    /// What it counts: `received`, `imported`, `ended`, `answered`, `referred`, `decided-outside`.
    pub population: String,
    /// Whether it mentions a complaint at most once.
    pub is_once: bool,
    /// How many mentions it has.
    pub mentions: u64,
    /// The root of the tree over its tags.
    #[serde(with = "hex")]
    pub root: [u8; 32],
    /// Its rows, in order.
    pub rows: Vec<CountedRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountedRow {
    /// What it stands for: `value`, `not-stated`, `pooled`.
    pub kind: String,
    /// Which value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The value above it, in a table of two levels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<CountedName>,
    /// How many mentions.
    pub count: u64,
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountedName {
    /// `value`, `not-stated`, `pooled`.
    pub kind: String,
    /// Which value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Why bytes are not the tables of a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseCountedError {
    /// Not the JSON it should be.
    #[error("expected the tables of a report in the form {FORMAT}, found something else")]
    Form,
    /// The same, written in another way than this program does.
    #[error("expected the tables of a report in the one way they are written, found another")]
    Spelling,
    /// A table that no report has, in another order, or said to count something else than it does.
    #[error(
        "expected tables that a report has, in their order and with what they count, found `{found}`"
    )]
    Table {
        /// Its name.
        found: String,
    },
    /// A row that stands for nothing, or for what another stands for.
    #[error(
        "expected rows of `{table}` that stand for a value, for none stated or for several, each for another, found \
         others"
    )]
    Row {
        /// The table.
        table: String,
    },
    /// A row that stands for what its table does not have, or a month out of order.
    #[error("expected rows of `{table}` for {expected}, found `{found}`")]
    Code {
        /// The table.
        table: String,
        /// What its rows can stand for.
        expected: String,
        /// What one stands for.
        found: String,
    },
    /// The rows of a table come to something else than it says.
    #[error("expected rows of `{table}` that come to {expected} mentions, found others")]
    Sum {
        /// The table.
        table: String,
        /// What it says.
        expected: u64,
    },
}

impl CountedTables {
    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings, numbers and arrays of them always have a JSON form.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// [`ParseCountedError`], in the order of its variants.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseCountedError> {
        let tables: Self = serde_json::from_slice(bytes).map_err(|_| ParseCountedError::Form)?;
        let tables_of_form = match tables.format.as_str() {
            FORMAT => TABLES.len(),
            FORMAT_BEFORE => TABLES_BEFORE,
            _ => return Err(ParseCountedError::Form),
        };
        if tables.to_bytes() != bytes {
            return Err(ParseCountedError::Spelling);
        }
        let mut before = None;
        for table in &tables.tables {
            let found = known_table(&table.id).filter(|(_, known)| {
                (known.population, known.is_once()) == (table.population.as_str(), table.is_once)
            });
            let place = found.map(|(place, _)| place).filter(|place| *place < tables_of_form);
            if place.is_none() || place <= before {
                return Err(ParseCountedError::Table { found: table.id.clone() });
            }
            before = place;
            table.check_rows()?;
        }
        Ok(tables)
    }

    /// Whether a table of this name could be among them, by their form.
    pub(crate) fn can_have(&self, id: &str) -> bool {
        let of_form = if self.format == FORMAT { TABLES.len() } else { TABLES_BEFORE };
        known_table(id).is_some_and(|(place, _)| place < of_form)
    }

    /// The table of this name.
    pub fn table(&self, id: &str) -> Option<&CountedTable> {
        self.tables.iter().find(|table| table.id == id)
    }
}

impl CountedTable {
    fn check_rows(&self) -> Result<(), ParseCountedError> {
        let table = || self.id.clone();
        let is_name = |kind: &str, code: Option<&str>| match kind {
            "value" => code.is_some(),
            "not-stated" | "pooled" => code.is_none(),
            _ => false,
        };
        let is_row = |CountedRow { kind, code, parent, .. }: &CountedRow| {
            let above = parent.as_ref();
            is_name(kind, code.as_deref())
                && above.is_none_or(|above| is_name(&above.kind, above.code.as_deref()))
        };
        let name_of = |row: &CountedRow| {
            let above = row.parent.as_ref().map(|above| (above.kind.clone(), above.code.clone()));
            (above, row.kind.clone(), row.code.clone())
        };
        let names: BTreeSet<_> = self.rows.iter().map(name_of).collect();
        let is_once = names.len() == self.rows.len();
        if !is_once || !self.rows.iter().all(is_row) || u32::try_from(self.rows.len()).is_err() {
            return Err(ParseCountedError::Row { table: table() });
        }
        if let Some((expected, found)) = codes::first_unknown(self) {
            return Err(ParseCountedError::Code { table: table(), expected, found });
        }
        let sum = self.rows.iter().try_fold(0_u64, |sum, row| sum.checked_add(row.count));
        if sum == Some(self.mentions) {
            return Ok(());
        }
        Err(ParseCountedError::Sum { table: table(), expected: self.mentions })
    }

    /// The number of the row that the mention at this place belongs to, from 0.
    pub fn row_at(&self, place: u64) -> Option<u32> {
        let mut end = 0_u64;
        for (number, row) in (0_u32..).zip(&self.rows) {
            end = end.saturating_add(row.count);
            if place < end {
                return Some(number);
            }
        }
        None
    }

    /// A row in words: its value under the value above it, and how many it counts.
    pub fn row_in_words(&self, number: u32) -> String {
        let row = usize::try_from(number).ok().and_then(|number| self.rows.get(number));
        let Some(CountedRow { kind, code, parent, count }) = row else { return String::new() };
        let mut words = named(kind, code.as_deref());
        if let Some(CountedName { kind, code }) = parent
            && kind != "pooled"
        {
            words = format!("{} / {words}", named(kind, code.as_deref()));
        }
        format!("{words}: one of {count}")
    }
}

fn named(kind: &str, code: Option<&str>) -> String {
    match (kind, code) {
        ("value", Some(code)) => code.to_owned(),
        ("not-stated", _) => "(not stated)".to_owned(),
        (_, _) => "(told together with others)".to_owned(),
    }
}

#[cfg(test)]
mod tests;

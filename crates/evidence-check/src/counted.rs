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
//! - [`folder`]: the tables among the files of a report
//! - [`list`]: the tags of a table, and where one stands
//! - [`proof`]: where a complaint is counted, in one file
//! - [`mine`]: what a receipt gives to look with, and what has to be found

use std::collections::BTreeSet;

use merkle_log::{Hash, leaf_hash};
use serde::{Deserialize, Serialize};

use crate::{
    opening::hmac_sha256,
    text::{framed, hex},
};

pub mod folder;
pub mod list;
pub mod mine;
pub mod proof;

/// The name of the file that has the tables.
pub const COUNTED_FILE: &str = "counted.json";
/// The form of that file.
pub const FORMAT: &str = "redress-counted/1";

/// Keeps an entry from being mistaken for another thing that is hashed.
const ENTRY_TAG: u8 = 0x01;

/// The name of the file with a table's tags.
pub fn tags_file(table: &str) -> String {
    format!("counted/{table}.tags")
}

/// The name of a report in its tags: what it is about, and from which records it was counted how. Two reports that
/// differ in any of these have no tag in common.
pub fn report_name(
    (kind, first_day, last_day): (&str, &str, &str),
    (size, root): (u64, &str),
    min_cell: u64,
) -> String {
    format!("{kind}/{first_day}..{last_day}/{size}/{root}/{min_cell}")
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
    /// The form: [`FORMAT`].
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
    /// Its name: small letters, digits and hyphens.
    pub id: String,
    /// What it counts: `received`, `imported`, `ended`, `answered`.
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
    /// A table's name cannot be one, or another table has it.
    #[error("expected tables with names of their own, found `{found}`")]
    Name {
        /// The name.
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
        if tables.format != FORMAT {
            return Err(ParseCountedError::Form);
        }
        if tables.to_bytes() != bytes {
            return Err(ParseCountedError::Spelling);
        }
        let mut names = BTreeSet::new();
        for table in &tables.tables {
            if !is_table_name(&table.id) || !names.insert(&table.id) {
                return Err(ParseCountedError::Name { found: table.id.clone() });
            }
            let sum = table.rows.iter().try_fold(0_u64, |sum, row| sum.checked_add(row.count));
            let is_countable = u32::try_from(table.rows.len()).is_ok();
            if sum != Some(table.mentions) || !is_countable {
                let (table, expected) = (table.id.clone(), table.mentions);
                return Err(ParseCountedError::Sum { table, expected });
            }
        }
        Ok(tables)
    }

    /// The table of this name.
    pub fn table(&self, id: &str) -> Option<&CountedTable> {
        self.tables.iter().find(|table| table.id == id)
    }
}

/// Whether a table can have this name, and a file too.
fn is_table_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.bytes().all(fits)
}

impl CountedTable {
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
        ("pooled", _) => "(told together, for each alone is too few)".to_owned(),
        (other, _) => format!("({other})"),
    }
}

#[cfg(test)]
mod tests;

//! Which complaints each row of a published table counts: for the lists in which complainants find theirs.
//!
//! The rows are those that were published, pooled ones among them; nothing is counted here that the
//! report does not count. Every row is held to its number again.

use std::collections::BTreeMap;

use rusqlite::{Row as SqlRow, params};

use super::{
    ReportError, ReportRequest,
    model::{Row, RowName, Table},
    tables::{Keys, source_of},
};
use crate::Period;

/// One complaint in one row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The record that opens the complaint.
    pub position: u64,
    /// The row, from 0.
    pub row: u32,
    /// How many times the table mentions the complaint before.
    pub again: u32,
}

/// Gives every mention of a table, by the positions of their complaints.
///
/// # Errors
///
/// [`ReportError::MentionsDiffer`] when a row counts others than the report says; [`ReportError`] otherwise as it was
/// made; whatever `give` says.
pub fn mentions<E: From<ReportError>>(
    connection: &rusqlite::Connection,
    request: &ReportRequest,
    table: &Table,
    give: &mut dyn FnMut(Mention) -> Result<(), E>,
) -> Result<(), E> {
    let differ = |row: String, found: Option<u64>| ReportError::MentionsDiffer {
        table: table.id,
        row,
        found,
    };
    let source = source_of(table.id).ok_or_else(|| differ(String::new(), None))?;
    let rows = Rows::of(table, source.keys);
    let mut found = vec![0_u64; table.rows.len()];
    let mut statement = connection.prepare(&source.mentions_sql()).map_err(ReportError::from)?;
    let (first_day, last_day) = (request.period.first_day(), request.period.last_day());
    let mut mentioned = statement.query(params![first_day, last_day]).map_err(ReportError::from)?;
    let (mut last, mut again) = (None, 0_u32);
    while let Some(sql_row) = mentioned.next().map_err(ReportError::from)? {
        let position: u64 = sql_row.get::<_, i64>(0).map_err(ReportError::from)?.unsigned_abs();
        let key = key(sql_row).map_err(ReportError::from)?;
        again = if last.replace(position) == Some(position) { again + 1 } else { 0 };
        let Some(row) = rows.find(&key) else {
            return Err(differ(format!("{:?}", key.1), None).into());
        };
        if let Some(count) = found.get_mut(row) {
            *count += 1;
        }
        give(Mention { position, row: u32::try_from(row).unwrap_or(u32::MAX), again })?;
    }
    match table.rows.iter().zip(found).find(|(row, found)| row.count != *found) {
        None => Ok(()),
        Some((row, found)) => Err(differ(format!("{:?}", row.name), Some(found)).into()),
    }
}

/// The value of a complaint, and the value above it where the table has two levels.
type Key = (Option<RowName>, RowName);

fn key(row: &SqlRow<'_>) -> rusqlite::Result<Key> {
    let name = |value: Option<String>| value.map_or(RowName::NotStated, RowName::Value);
    let is_two_levels: bool = row.get(1)?;
    let parent = if is_two_levels { Some(name(row.get(2)?)) } else { None };
    Ok((parent, name(row.get(3)?)))
}

/// The rows of a table by what they stand for.
enum Rows {
    /// By value; a pooled row by each of its values.
    Values {
        /// Those of which both levels are known, or that have one.
        exact: BTreeMap<Key, usize>,
        /// Those that are told together with all below them.
        parents: BTreeMap<RowName, usize>,
    },
    /// By number: days since 1970, or days that something took; both ends included.
    Ranges(Vec<(i64, i64)>),
}

impl Rows {
    fn of(table: &Table, keys: Keys) -> Self {
        match keys {
            Keys::Value(_) | Keys::TwoLevels(_) => Self::by_value(&table.rows),
            Keys::Day(_) => Self::Ranges(table.rows.iter().map(span).collect()),
            Keys::Band(_) => Self::Ranges(table.rows.iter().map(band).collect()),
        }
    }

    fn by_value(rows: &[Row]) -> Self {
        let (mut exact, mut parents) = (BTreeMap::new(), BTreeMap::new());
        for (number, row) in rows.iter().enumerate() {
            let is_under_pool = row.parent == Some(RowName::Pooled);
            let own = std::slice::from_ref(&row.name);
            let names = if row.name == RowName::Pooled { row.members.as_slice() } else { own };
            for name in names.iter().cloned() {
                if is_under_pool {
                    parents.insert(name, number);
                } else {
                    exact.insert((row.parent.clone(), name), number);
                }
            }
        }
        Self::Values { exact, parents }
    }

    fn find(&self, key: &Key) -> Option<usize> {
        match self {
            Self::Values { exact, parents } => exact.get(key).copied().or_else(|| {
                let parent = key.0.as_ref()?;
                parents.get(parent).copied()
            }),
            Self::Ranges(ranges) => {
                let RowName::Value(text) = &key.1 else { return None };
                let number: i64 = text.parse().ok()?;
                ranges.iter().position(|(first, last)| (*first..=*last).contains(&number))
            }
        }
    }
}

/// No number lies in it.
const NOWHERE: (i64, i64) = (0, -1);

/// The days of a row such as `2014-10`, `2014-10..2014-12` or `2014-10-01..2014-10-17`.
fn span(row: &Row) -> (i64, i64) {
    let RowName::Value(code) = &row.name else { return NOWHERE };
    let (first, last) = code.split_once("..").unwrap_or((code, code));
    match (first.parse::<Period>(), last.parse::<Period>()) {
        (Ok(first), Ok(last)) => (first.first_day(), last.last_day()),
        (Err(_), _) | (_, Err(_)) => NOWHERE,
    }
}

/// The days of a row such as `4-5` or `61+`.
fn band(row: &Row) -> (i64, i64) {
    let RowName::Value(code) = &row.name else { return NOWHERE };
    let open = code.strip_suffix('+').map(|first| (first, None));
    let closed = || code.split_once('-').map(|(first, last)| (first, Some(last)));
    let Some((first, last)) = open.or_else(closed) else { return NOWHERE };
    let last = last.map_or(Ok(i64::MAX), str::parse);
    match (first.parse(), last) {
        (Ok(first), Ok(last)) => (first, last),
        (Err(_), _) | (_, Err(_)) => NOWHERE,
    }
}

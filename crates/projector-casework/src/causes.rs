//! Causes by week, for control charts: how many complaints about a product came in, and how many
//! of them have which cause.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use rusqlite::{Connection, params};

/// The causes found in complaints about one product, week by week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductWeeks {
    /// How many complaints came in, by week.
    pub received: Vec<u64>,
    /// How many of them have a cause, by its code and week.
    pub by_cause: BTreeMap<String, Vec<u64>>,
}

/// Counts the complaints made to us in so many weeks up to a day, which belongs to the last, by
/// product, cause and week of receipt (UTC), as the read model knows them now.
///
/// # Errors
///
/// Whatever SQLite says, also when the file is not a casework read model.
pub fn cause_weeks(
    connection: &Connection,
    until: Date,
    weeks: u16,
) -> rusqlite::Result<BTreeMap<String, ProductWeeks>> {
    let first = until.saturating_sub((i64::from(weeks) * 7 - 1).days());
    let mut statement = connection.prepare_cached(
        "SELECT product, root_cause,
                CAST((julianday(date(received_at)) - julianday(?1)) / 7 AS INTEGER) AS week,
                count(*)
         FROM case_file
         WHERE is_ours_to_answer AND product IS NOT NULL
           AND date(received_at) BETWEEN ?1 AND ?2
         GROUP BY product, root_cause, week",
    )?;
    let mut rows = statement.query(params![first.to_string(), until.to_string()])?;
    let mut products: BTreeMap<String, ProductWeeks> = BTreeMap::new();
    let none = vec![0; usize::from(weeks)];
    while let Some(row) = rows.next()? {
        let (product, cause): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let (week, count): (i64, i64) = (row.get(2)?, row.get(3)?);
        let week = usize::try_from(week).unwrap_or_default();
        let product = products.entry(product).or_default();
        if product.received.is_empty() {
            product.received.clone_from(&none);
        }
        if let Some(sum) = product.received.get_mut(week) {
            *sum += count.unsigned_abs();
        }
        if let Some(cause) = cause.filter(|cause| cause != "none-found") {
            let weeks = product.by_cause.entry(cause).or_insert_with(|| none.clone());
            if let Some(sum) = weeks.get_mut(week) {
                *sum += count.unsigned_abs();
            }
        }
    }
    Ok(products)
}

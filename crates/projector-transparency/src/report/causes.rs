//! Causes that recur: a control chart for each pair of product and cause that has a signal.

use std::collections::BTreeMap;

use complaint_domain::recurrence::{Chart, Signal, Week};
use rusqlite::params;

use super::{
    ReportError, Scope, count,
    model::{CauseChart, CauseSection, ChartWeek},
    render::definition,
};
use crate::period::date_of;

/// How many weeks a chart has: half a year, so that the centre rests on enough of them.
const WEEKS: i64 = 26;
/// How many charts are drawn.
const CHARTS_MAX: usize = 6;

/// Complaints about a product by week, and by cause and week.
#[derive(Default)]
struct Product {
    received: Vec<u64>,
    by_cause: BTreeMap<String, Vec<u64>>,
}

/// The charts of causes with a signal in a week that ends within the period.
pub(super) fn section(scope: Scope<'_>) -> Result<CauseSection, ReportError> {
    let last = scope.covered.1;
    let first = last - WEEKS * 7 + 1;
    let last_day_of = |week: usize| first + i64::try_from(week).unwrap_or(0) * 7 + 6;
    let mut charts = Vec::new();
    for (product, of) in products(scope, first, last)? {
        for (cause, with_cause) in &of.by_cause {
            let weeks: Vec<Week> = of
                .received
                .iter()
                .zip(with_cause)
                .map(|(received, with_cause)| Week { received: *received, with_cause: *with_cause })
                .collect();
            let chart = Chart::of(weeks.clone());
            let mut signals = chart.signals();
            signals.retain(|signal| last_day_of(signal.week) >= scope.first_day);
            // That it recurs is told of enough complaints only.
            if signals.is_empty() || chart.total().with_cause < scope.min_cell {
                continue;
            }
            let told = weeks.iter().zip(0..).map(|(week, number)| {
                let rule = signals.iter().find(|signal| signal.week == number);
                told_week(scope, *week, last_day_of(number), rule)
            });
            charts.push((
                signals.len(),
                CauseChart {
                    product: product.clone(),
                    cause: cause.clone(),
                    received: chart.total().received,
                    with_cause: chart.total().with_cause,
                    weeks: told.collect(),
                    exact: weeks,
                },
            ));
        }
    }
    // The most weeks first; else in the order of product and cause.
    charts.sort_by_key(|(signals, _)| std::cmp::Reverse(*signals));
    Ok(CauseSection {
        definition: definition("cause-charts"),
        cutoff: scope.cutoff,
        weeks: WEEKS.unsigned_abs(),
        found: u64::try_from(charts.len()).unwrap_or(u64::MAX),
        charts: charts.into_iter().map(|(_, chart)| chart).take(CHARTS_MAX).collect(),
    })
}

/// Whether the figures of a week may be told: neither those with the cause nor the others are few.
pub(super) fn is_told(min_cell: u64, week: Week) -> bool {
    let is_small = |n: u64| n > 0 && n < min_cell;
    !is_small(week.with_cause) && !is_small(week.received.saturating_sub(week.with_cause))
}

fn told_week(scope: Scope<'_>, week: Week, last_day: i64, rule: Option<&Signal>) -> ChartWeek {
    let is_told = is_told(scope.min_cell, week);
    ChartWeek {
        first_day: date_of(last_day - 6).to_string(),
        last_day: date_of(last_day).to_string(),
        received: is_told.then_some(week.received),
        with_cause: is_told.then_some(week.with_cause),
        rule: rule.map(|signal| signal.rule.code()),
    }
}

/// In memory are only the sums: products by causes by weeks.
fn products(
    scope: Scope<'_>,
    first: i64,
    last: i64,
) -> Result<BTreeMap<String, Product>, ReportError> {
    let mut statement = scope.connection.prepare(
        "SELECT product, root_cause, (received_day - ?1) / 7, count(*)
         FROM complaint
         WHERE is_ours AND product IS NOT NULL
           AND received_day BETWEEN ?1 AND ?2
         GROUP BY 1, 2, 3",
    )?;
    let mut rows = statement.query(params![first, last])?;
    let none = vec![0; usize::try_from(WEEKS).unwrap_or(0)];
    let mut products: BTreeMap<String, Product> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (product, cause): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let week = usize::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
        let number = count(row, 3)?;
        let product = products
            .entry(product)
            .or_insert_with(|| Product { received: none.clone(), by_cause: BTreeMap::new() });
        if let Some(sum) = product.received.get_mut(week) {
            *sum += number;
        }
        if let Some(cause) = cause.filter(|cause| cause != "none-found") {
            let weeks = product.by_cause.entry(cause).or_insert_with(|| none.clone());
            if let Some(sum) = weeks.get_mut(week) {
                *sum += number;
            }
        }
    }
    Ok(products)
}

//! What was there, came, went, and is left.

use rusqlite::params;

use super::{
    ReportError, Scope, count,
    disclosure::merge_neighbours,
    model::{FlowSection, Step},
};
use crate::period::{date_of, day_number};

/// Neighbouring days, both ends included, by number.
pub(super) type Days = (i64, i64);

/// How many days are drawn day by day.
const DAILY_DAYS_MAX: i64 = 45;
/// How many days are drawn in quarters of a month.
const QUARTER_MONTH_DAYS_MAX: i64 = 200;

/// Counts comings and goings, and holds them against what was open before and after.
///
/// The two sides come from different tables: comings and goings from `flow`, one row for each
/// event; what was open from `life`, one row for each time a complaint was open.
pub(super) fn balance(
    scope: Scope<'_>,
    first_day: i64,
    last_day: i64,
) -> Result<FlowSection, ReportError> {
    let mut statement = scope.connection.prepare_cached(
        "SELECT count(*) FILTER (WHERE kind = 'received'), count(*) FILTER (WHERE kind = 'reopened'),
            count(*) FILTER (WHERE kind = 'closed'), count(*) FILTER (WHERE kind = 'withdrawn')
         FROM flow WHERE day BETWEEN ?1 AND ?2",
    )?;
    let mut flow = statement.query_row(params![first_day, last_day], |row| {
        Ok(FlowSection {
            outstanding_at_start: 0,
            received: count(row, 0)?,
            reopened: count(row, 1)?,
            closed: count(row, 2)?,
            withdrawn: count(row, 3)?,
            outstanding_at_end: 0,
        })
    })?;
    flow.outstanding_at_start = outstanding(scope, first_day)?;
    flow.outstanding_at_end = outstanding(scope, last_day + 1)?;
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let expected = signed(flow.outstanding_at_start + flow.received + flow.reopened)
        - signed(flow.closed + flow.withdrawn);
    if expected != signed(flow.outstanding_at_end) {
        return Err(ReportError::Unbalanced {
            first_day: date_of(first_day).to_string(),
            last_day: date_of(last_day).to_string(),
            outstanding_at_start: flow.outstanding_at_start,
            received: flow.received,
            reopened: flow.reopened,
            closed: flow.closed,
            withdrawn: flow.withdrawn,
            expected,
            outstanding_at_end: flow.outstanding_at_end,
        });
    }
    Ok(flow)
}

/// How many complaints were open when a day began.
fn outstanding(scope: Scope<'_>, day: i64) -> Result<u64, ReportError> {
    let open = scope
        .connection
        .prepare_cached(
            "SELECT count(DISTINCT stream) FROM life
             WHERE opened_day < ?1 AND (ended_day IS NULL OR ended_day >= ?1)",
        )?
        .query_row([day], |row| count(row, 0))?;
    Ok(open)
}

/// How many complaints were received from one day to another.
pub(super) fn received(scope: Scope<'_>, (first, last): Days) -> Result<u64, ReportError> {
    let received = scope
        .connection
        .prepare_cached("SELECT count(*) FROM complaint WHERE received_day BETWEEN ?1 AND ?2")?
        .query_row(params![first, last], |row| count(row, 0))?;
    Ok(received)
}

/// The months of the covered days, small ones merged with their neighbours.
pub(super) fn months(scope: Scope<'_>) -> Result<Vec<Days>, ReportError> {
    let months =
        split(scope.covered.0, scope.covered.1, |day| day_number(date_of(day).last_of_month()));
    merged(scope, &months)
}

/// The covered days in steps short enough to draw. A step never crosses the border of a (merged) month,
/// so that the difference of two published figures is never a small one.
pub(super) fn steps(scope: Scope<'_>, months: &[Days]) -> Result<Vec<Step>, ReportError> {
    let days = scope.last_day - scope.first_day + 1;
    let mut steps = Vec::new();
    for (first, last) in months {
        let parts = if days <= DAILY_DAYS_MAX {
            split(*first, *last, |day| day)
        } else if days <= QUARTER_MONTH_DAYS_MAX {
            split(*first, *last, end_of_quarter_month)
        } else {
            vec![(*first, *last)]
        };
        for (first, last) in merged(scope, &parts)? {
            let flow = balance(scope, first, last)?;
            steps.push(Step {
                first_day: date_of(first).to_string(),
                last_day: date_of(last).to_string(),
                days: last - first + 1,
                received: flow.received,
                reopened: flow.reopened,
                closed: flow.closed,
                withdrawn: flow.withdrawn,
                outstanding_at_end: flow.outstanding_at_end,
            });
        }
    }
    Ok(steps)
}

fn end_of_quarter_month(day: i64) -> i64 {
    let date = date_of(day);
    let end = match date.day() {
        ..=7 => 7,
        8..=14 => 14,
        15..=21 => 21,
        22.. => return day_number(date.last_of_month()),
    };
    day + i64::from(end - date.day())
}

fn split(first: i64, last: i64, end_of: impl Fn(i64) -> i64) -> Vec<Days> {
    let mut parts = Vec::new();
    let mut next = first;
    while next <= last {
        let end = end_of(next).clamp(next, last);
        parts.push((next, end));
        next = end + 1;
    }
    parts
}

fn merged(scope: Scope<'_>, parts: &[Days]) -> Result<Vec<Days>, ReportError> {
    let counts: Vec<u64> =
        parts.iter().map(|days| received(scope, *days)).collect::<Result<_, _>>()?;
    Ok(merge_neighbours(&counts, scope.min_cell)
        .into_iter()
        .filter_map(|range| {
            let part = parts.get(range)?;
            Some((part.first()?.0, part.last()?.1))
        })
        .collect())
}

//! How long things take, in days.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{
    ReportError, Scope,
    model::{DurationSection, Withheld},
    rate_floor,
    render::definition,
    statistics::percentile,
    tables::{ANSWERED, DAYS_TO_ANSWER},
};

/// How long final responses took.
pub(super) fn to_answer(scope: Scope<'_>) -> Result<DurationSection, ReportError> {
    let mut statement =
        scope.connection.prepare(&format!("SELECT {DAYS_TO_ANSWER} FROM {ANSWERED}"))?;
    let days = statement
        .query_map(params![scope.first_day, scope.last_day], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(section(scope, "days-to-answer", days))
}

/// The same without the days on which a clock stood still.
pub(super) fn to_answer_net(scope: Scope<'_>) -> Result<DurationSection, ReportError> {
    let mut statement = scope.connection.prepare(&format!(
        "SELECT c.stream, c.received_day, c.final_response_day, p.from_day,
           min(coalesce(p.until_day, c.final_response_day), c.final_response_day)
         FROM (SELECT c.* FROM {ANSWERED}) AS c LEFT JOIN pause AS p USING (stream)
         ORDER BY c.stream, p.from_day, p.position"
    ))?;
    let mut rows = statement.query(params![scope.first_day, scope.last_day])?;
    // Of each complaint the net days so far, and up to which day pauses were taken off.
    let mut net: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (received, answered): (i64, i64) = (row.get(1)?, row.get(2)?);
        let of = net.entry(row.get(0)?).or_insert(((answered - received).max(0), received));
        if let (Some(from), Some(until)) =
            (row.get::<_, Option<i64>>(3)?, row.get::<_, Option<i64>>(4)?)
        {
            let from = from.max(of.1);
            of.0 -= (until - from).max(0);
            of.1 = of.1.max(until);
        }
    }
    let days = net.into_values().map(|(days, _)| days.max(0)).collect();
    Ok(section(scope, "net-days-to-answer", days))
}

/// How old the complaints are that are still open when the last day of which records tell ends.
pub(super) fn open_ages(scope: Scope<'_>) -> Result<DurationSection, ReportError> {
    let mut statement = scope.connection.prepare(
        "SELECT max(0, ?1 - c.received_day) FROM life AS l JOIN complaint AS c USING (stream)
         WHERE c.is_ours AND l.opened_day <= ?1 AND (l.ended_day IS NULL OR l.ended_day > ?1)",
    )?;
    let days =
        statement.query_map([scope.covered.1], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(section(scope, "days-open", days))
}

/// How long it took from the acceptance of a remedy until it was carried out.
pub(super) fn to_carry_out(scope: Scope<'_>) -> Result<DurationSection, ReportError> {
    let mut statement = scope.connection.prepare(
        "SELECT max(0, ended_day - accepted_day) FROM remedy
         WHERE ended_day BETWEEN ?1 AND ?2 AND accepted_day IS NOT NULL
           AND result = 'carried-out'",
    )?;
    let days = statement
        .query_map(params![scope.first_day, scope.last_day], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(section(scope, "days-to-carry-out", days))
}

fn section(scope: Scope<'_>, id: &'static str, mut days: Vec<i64>) -> DurationSection {
    days.sort_unstable();
    let complaints = u64::try_from(days.len()).unwrap_or(u64::MAX);
    let is_told = complaints >= rate_floor(scope.min_cell);
    let told = |percent: usize| percentile(&days, percent).filter(|_| is_told);
    DurationSection {
        definition: definition(id),
        cutoff: scope.cutoff,
        complaints,
        p50: told(50),
        p75: told(75),
        p90: told(90),
        p95: told(95),
        max: told(100),
        withheld: match complaints {
            0 => Some(Withheld::Nothing),
            _ => (!is_told).then_some(Withheld::TooFew),
        },
    }
}

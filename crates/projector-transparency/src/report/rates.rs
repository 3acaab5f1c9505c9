//! Shares, times and money.

use complaint_domain::complaint::Outcome;
use rusqlite::params;
use rust_decimal::Decimal;

use super::{
    ReportError, Scope, count,
    disclosure::REDRESS_FLOOR,
    model::{Rate, RedressRow, RowName, Table, Withheld},
    outside, rate_floor,
    render::definition,
    statistics::{basis_points, percentile, wilson_interval},
};

/// Within how many days of its closing a reopening counts.
const REOPENED_WITHIN_DAYS: i64 = 90;

/// Every share of the report, in its order.
pub(super) fn all(scope: Scope<'_>, tables: &[Table]) -> Result<Vec<Rate>, ReportError> {
    let mut rates = vec![
        from_table(scope, tables, "platform-timely-rate", "platform-timely", &["yes"], &YES_NO),
        from_table(scope, tables, "disputed-rate", "disputed", &["yes"], &YES_NO),
        uphold(scope, tables),
        reopen_rate(scope)?,
    ];
    rates.extend(outside::all(scope, tables)?);
    Ok(rates)
}

/// How many of those decided were upheld.
pub(super) fn uphold(scope: Scope<'_>, tables: &[Table]) -> Rate {
    let upheld = [Outcome::Upheld.code(), Outcome::PartlyUpheld.code()];
    let decided = [upheld[0], upheld[1], Outcome::NotUpheld.code()];
    from_table(scope, tables, "uphold-rate", "ended-by-outcome", &upheld, &decided)
}

const YES_NO: [&str; 2] = ["yes", "no"];

/// A share of two sums over rows of a published table.
///
/// It is withheld where it would tell more than the table does: when a pooled row mixes values
/// inside and outside of either sum.
pub(super) fn from_table(
    scope: Scope<'_>,
    tables: &[Table],
    id: &'static str,
    table: &str,
    numerator: &[&str],
    denominator: &[&str],
) -> Rate {
    let rows = tables.iter().find(|t| t.id == table).map_or(&[][..], |t| t.rows.as_slice());
    let is_in = |codes: &[&str], name: &RowName| match name {
        RowName::Value(code) => codes.contains(&code.as_str()),
        RowName::NotStated | RowName::Pooled => false,
    };
    let mut sums = [Some(0_u64), Some(0)];
    for row in rows {
        for (sum, codes) in sums.iter_mut().zip([numerator, denominator]) {
            let members = if row.members.is_empty() {
                std::slice::from_ref(&row.name)
            } else {
                row.members.as_slice()
            };
            let inside = members.iter().filter(|member| is_in(codes, member)).count();
            if inside == members.len() {
                *sum = sum.map(|sum| sum + row.count);
            } else if inside > 0 {
                *sum = None;
            }
        }
    }
    let [numerator, denominator] = sums;
    rate(scope, id, numerator, denominator)
}

/// A share, or why it is withheld. A numerator or denominator of `None` is one that must not be told: some of it
/// is in one row with something else.
pub(super) fn rate(
    scope: Scope<'_>,
    id: &'static str,
    numerator: Option<u64>,
    denominator: impl Into<Option<u64>>,
) -> Rate {
    let denominator = denominator.into();
    let of = denominator.unwrap_or(0);
    let is_small = |n: u64| n > 0 && n < scope.min_cell;
    let told = numerator
        .filter(|n| !is_small(*n) && !is_small(of.saturating_sub(*n)))
        .filter(|_| denominator.is_some() && of >= rate_floor(scope.min_cell));
    let withheld = match (numerator, told) {
        (_, Some(_)) => None,
        (Some(_), None) if denominator == Some(0) => Some(Withheld::Nothing),
        (Some(_) | None, None) => Some(Withheld::TooFew),
    };
    Rate {
        id,
        definition: definition(id),
        cutoff: scope.cutoff,
        numerator: told,
        denominator,
        basis_points: told.and_then(|n| basis_points(n, of)),
        interval: told.filter(|_| id == "uphold-rate").and_then(|n| wilson_interval(n, of)),
        withheld,
    }
}

fn reopen_rate(scope: Scope<'_>) -> Result<Rate, ReportError> {
    let (reopened, closed) = scope.connection.query_row(
        "SELECT count(*) FILTER (WHERE next.opened_day - l.ended_day <= ?3), count(*)
         FROM life AS l LEFT JOIN life AS next
            ON next.stream = l.stream AND next.ordinal = l.ordinal + 1
         WHERE l.ended_by = 'closed' AND l.ended_day BETWEEN ?1 AND ?2",
        params![scope.first_day, scope.last_day, REOPENED_WITHIN_DAYS],
        |row| Ok((count(row, 0)?, count(row, 1)?)),
    )?;
    Ok(rate(scope, "reopen-rate", Some(reopened), closed))
}

struct Payment {
    currency: String,
    amount: Decimal,
    stream: String,
}

/// What was paid in the period, by currency.
pub(super) fn redress(scope: Scope<'_>) -> Result<Vec<RedressRow>, ReportError> {
    let mut statement = scope.connection.prepare(
        "SELECT paid_currency, paid_amount, stream FROM remedy
         WHERE ended_day BETWEEN ?1 AND ?2 AND paid_amount IS NOT NULL
         ORDER BY paid_currency, stream, remedy",
    )?;
    let rows = statement.query_map(params![scope.first_day, scope.last_day], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let mut payments = Vec::new();
    for row in rows {
        let (currency, amount, stream) = row?;
        let amount =
            amount.parse().map_err(|_| ReportError::Unreadable { found: amount.clone() })?;
        payments.push(Payment { currency, amount, stream });
    }
    payments
        .chunk_by(|a, b| a.currency == b.currency)
        .map(|payments| redress_row(scope, payments))
        .collect()
}

fn redress_row(scope: Scope<'_>, payments: &[Payment]) -> Result<RedressRow, ReportError> {
    let currency = payments.first().map_or_else(String::new, |first| first.currency.clone());
    let too_large = || ReportError::AmountTooLarge { currency: currency.clone() };
    let by_complaint: Vec<Decimal> = payments
        .chunk_by(|a, b| a.stream == b.stream)
        .map(|of_one| sum(of_one.iter().map(|payment| payment.amount)).ok_or_else(too_large))
        .collect::<Result<_, _>>()?;
    let complaints = u64::try_from(by_complaint.len()).unwrap_or(u64::MAX);
    let total = sum(by_complaint.iter().copied()).ok_or_else(too_large)?;
    let mut amounts: Vec<Decimal> = payments.iter().map(|payment| payment.amount).collect();
    amounts.sort_unstable();
    let is_dominated =
        scope.min_cell > 1 && by_complaint.iter().max().is_some_and(|most| dominates(*most, total));
    let is_told = complaints >= REDRESS_FLOOR.max(scope.min_cell) && !is_dominated;
    let has_median = is_told && complaints >= rate_floor(scope.min_cell);
    Ok(RedressRow {
        definition: definition("redress"),
        cutoff: scope.cutoff,
        complaints: is_told.then_some(complaints),
        payments: is_told.then(|| u64::try_from(payments.len()).unwrap_or(u64::MAX)),
        total: is_told.then(|| total.to_string()),
        median: percentile(&amounts, 50).filter(|_| has_median).map(|median| median.to_string()),
        p90: percentile(&amounts, 90).filter(|_| has_median).map(|p90| p90.to_string()),
        withheld: (!is_told).then_some(Withheld::TooFew),
        currency,
    })
}

fn sum(mut amounts: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    amounts.try_fold(Decimal::ZERO, Decimal::checked_add)
}

/// Whether one complaint got more than four fifths of a sum, so that the sum tells its amount.
fn dominates(most: Decimal, total: Decimal) -> bool {
    let fifth = total / Decimal::from(5);
    most > total - fifth
}

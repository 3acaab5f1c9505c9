//! Shares about outside bodies, offers, and people who need support.

use complaint_domain::complaint::Outcome;
use rusqlite::params;

use super::{
    ReportError, Scope, count,
    model::{Rate, RowName, Table, Withheld},
    rates::{from_table, rate, uphold},
};

/// How many days after it was accepted a remedy should have been carried out.
const CARRIED_OUT_WITHIN_DAYS: i64 = 30;

/// The shares, in their order.
pub(super) fn all(scope: Scope<'_>, tables: &[Table]) -> Result<Vec<Rate>, ReportError> {
    let (referred, answered) = two(
        scope,
        "SELECT count(*) FILTER (WHERE EXISTS
                    (SELECT 1 FROM outside_referral AS x WHERE x.stream = c.stream)), count(*)
         FROM complaint AS c WHERE c.is_ours AND c.final_response_day BETWEEN ?1 AND ?2",
    )?;
    let overturned = "decided-outside-by-overturned";
    let mut rates = vec![
        rate(scope, "outside-referral-rate", Some(referred), answered),
        from_table(scope, tables, "overturn-rate", overturned, &["yes"], &["yes", "no"]),
        duplicates(scope, tables)?,
    ];
    rates.extend(remedies(scope)?);
    rates.extend(support(scope, tables)?);
    Ok(rates)
}

fn two(scope: Scope<'_>, sql: &str) -> Result<(u64, u64), ReportError> {
    let days = params![scope.first_day, scope.last_day];
    Ok(scope.connection.query_row(sql, days, |row| Ok((count(row, 0)?, count(row, 1)?)))?)
}

/// Whether a row of a table is told only together with others.
fn is_pooled(tables: &[Table], id: &str, name: &RowName) -> bool {
    let mut of = tables.iter().filter(|table| table.id == id);
    of.any(|table| table.rows.iter().any(|row| row.members.contains(name)))
}

fn value(code: &str) -> RowName {
    RowName::Value(code.to_owned())
}

fn duplicates(scope: Scope<'_>, tables: &[Table]) -> Result<Rate, ReportError> {
    let (linked, received) = two(
        scope,
        "SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM link AS x
                    WHERE x.stream = c.stream AND x.kind = 'duplicate')), count(*)
         FROM complaint AS c WHERE c.received_day BETWEEN ?1 AND ?2",
    )?;
    let told = (!is_pooled(tables, "received-by-link", &value("duplicate"))).then_some(linked);
    Ok(rate(scope, "duplicate-rate", told, received))
}

/// What became of the remedies that were offered: each counts by itself.
fn remedies(scope: Scope<'_>) -> Result<Vec<Rate>, ReportError> {
    let days = params![scope.first_day, scope.last_day, CARRIED_OUT_WITHIN_DAYS, scope.covered.1];
    let [offered, accepted, carried_out, overdue] = scope.connection.query_row(
        "SELECT count(*), count(accepted_day),
                count(*) FILTER (WHERE accepted_day IS NOT NULL AND result = 'carried-out'),
                count(*) FILTER (WHERE accepted_day IS NOT NULL
                  AND coalesce(ended_day, ?4) - accepted_day > ?3)
         FROM remedy WHERE offered_day BETWEEN ?1 AND ?2",
        days,
        |row| Ok([count(row, 0)?, count(row, 1)?, count(row, 2)?, count(row, 3)?]),
    )?;
    // A denominator that is small says as much as a numerator.
    let accepted = rate(scope, "remedies-accepted", Some(accepted), offered);
    let of = if offered == 0 { Some(0) } else { accepted.numerator };
    let carried_out = rate(scope, "remedies-carried-out", of.map(|_| carried_out), of);
    let overdue = rate(scope, "remedies-overdue", of.map(|_| overdue), of);
    Ok(vec![accepted, carried_out, overdue])
}

/// What is told of those who are known to be vulnerable and of the others.
struct Pair {
    ids: [&'static str; 2],
    numerators: [u64; 2],
    denominators: [u64; 2],
}

const IS_VULNERABLE: &str =
    "EXISTS (SELECT 1 FROM complaint_driver AS x WHERE x.stream = c.stream)";

/// How those who are known to be vulnerable fare, beside the others.
fn support(scope: Scope<'_>, tables: &[Table]) -> Result<Vec<Rate>, ReportError> {
    let [upheld, partly, not] =
        [Outcome::Upheld, Outcome::PartlyUpheld, Outcome::NotUpheld].map(Outcome::code);
    let outcomes = pair(
        scope,
        ["uphold-rate-vulnerable", "uphold-rate-others"],
        &format!(
            "SELECT {IS_VULNERABLE},
               count(*) FILTER (WHERE l.outcome IN ('{upheld}', '{partly}')), count(*)
             FROM life AS l JOIN complaint AS c USING (stream)
             WHERE l.ended_day BETWEEN ?1 AND ?2 AND l.ended_by = 'closed'
               AND l.outcome IN ('{upheld}', '{partly}', '{not}') GROUP BY 1"
        ),
    )?;
    let limits = pair(
        scope,
        ["limits-kept-vulnerable", "limits-kept-others"],
        &format!(
            "SELECT {IS_VULNERABLE},
               count(*) FILTER (WHERE NOT EXISTS
                 (SELECT 1 FROM missed_limit AS m WHERE m.stream = c.stream)), count(*)
             FROM complaint AS c WHERE c.is_ours AND c.received_day BETWEEN ?1 AND ?2 GROUP BY 1"
        ),
    )?;
    // Two that are told give their sum, which other figures may have to withhold.
    let hides_the_vulnerable = is_pooled(tables, "received-by-vulnerability", &RowName::NotStated);
    let hides_upheld = uphold(scope, tables).numerator.is_none();
    let hides_missed = is_pooled(tables, "received-by-missed-limit", &value("none"));
    let mut rates = outcomes.told(scope, hides_upheld);
    rates.extend(limits.told(scope, hides_missed || hides_the_vulnerable));
    let (about, known) = two(
        scope,
        "SELECT count(*) FILTER (WHERE is_about_support = 1), count(is_about_support)
         FROM complaint WHERE received_day BETWEEN ?1 AND ?2",
    )?;
    let is_told = !hides_the_vulnerable && (known == 0 || known >= scope.min_cell);
    let known = is_told.then_some(known);
    rates.push(rate(scope, "about-vulnerability", known.map(|_| about), known));
    Ok(rates)
}

/// Counts a query of whether the complainant is vulnerable, a numerator and a denominator.
fn pair(scope: Scope<'_>, ids: [&'static str; 2], sql: &str) -> Result<Pair, ReportError> {
    let mut pair = Pair { ids, numerators: [0; 2], denominators: [0; 2] };
    let mut statement = scope.connection.prepare(sql)?;
    let mut rows = statement.query(params![scope.first_day, scope.last_day])?;
    while let Some(row) = rows.next()? {
        let place = usize::from(!row.get::<_, bool>(0)?);
        for (sums, column) in [(&mut pair.numerators, 1), (&mut pair.denominators, 2)] {
            if let Some(sum) = sums.get_mut(place) {
                *sum = count(row, column)?;
            }
        }
    }
    Ok(pair)
}

impl Pair {
    /// Both are told or neither: the one follows from the other and the whole.
    fn told(&self, scope: Scope<'_>, is_hidden: bool) -> Vec<Rate> {
        let both = self.ids.iter().zip(self.numerators).zip(self.denominators);
        let rates: Vec<Rate> = both.map(|((id, n), of)| rate(scope, id, Some(n), of)).collect();
        let is_withheld = |rate: &Rate| rate.withheld == Some(Withheld::TooFew);
        let is_empty = self.denominators == [0; 2];
        if is_empty || !(is_hidden || rates.iter().any(is_withheld)) {
            return rates;
        }
        self.ids.iter().map(|id| rate(scope, id, None, None)).collect()
    }
}

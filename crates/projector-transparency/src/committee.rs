//! The committee's own report of a period: its docket, its decisions, what became of them, who sat.
//!
//! [`build`] counts it from the read model, [`write()`] writes it as a page in each language, as JSON and
//! as CSV. Two identities hold, or there is no report: what was on the docket, came, and was decided or
//! discontinued gives what is left; recommendations that were followed, refused or not answered yet are
//! all there were.
//!
//! Members are told by their seats and terms, never by their accounts. What tells of few complaints is
//! withheld as in the transparency report; what the committee and the company did themselves is told.

pub mod model;
mod page;
mod words;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

pub use model::CommitteeReport;

use self::model::{
    Breakdown, Composition, Counted, Days, DaysToDecide, Docket, Figure, Measures, Replies, TermRow,
};
use crate::{
    files,
    period::{date_of, day_of_ms},
    projector,
    report::{
        Locale, ReportError, ReportRequest, WriteError, check_cutoff, count,
        model::{CutoffSection, ProjectorSection, Withheld},
        moment,
        statistics::percentile,
    },
};

/// What every count needs to know.
#[derive(Clone, Copy)]
struct Scope<'a> {
    connection: &'a Connection,
    first_day: i64,
    last_day: i64,
    min_cell: u64,
}

impl Scope<'_> {
    /// A count whose days `?1` and `?2` are those of the period.
    fn count(&self, sql: &str) -> Result<u64, ReportError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(params![self.first_day, self.last_day], |row| count(row, 0))?)
    }

    /// How often something happened in the period.
    fn happened(&self, what: &str) -> Result<u64, ReportError> {
        let sql = "SELECT count(*) FROM oversight WHERE day BETWEEN ?1 AND ?2 AND what = ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let days = params![self.first_day, self.last_day, what];
        Ok(statement.query_row(days, |row| count(row, 0))?)
    }

    /// Names and counts, from a query over the period.
    fn counted(&self, sql: &str) -> Result<Vec<Counted>, ReportError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![self.first_day, self.last_day], |row| {
            Ok(Counted { code: row.get(0)?, count: count(row, 1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn is_few(&self, n: u64) -> bool {
        n > 0 && n < self.min_cell
    }

    /// A breakdown is told as a whole, or not at all: one number that is left out would follow
    /// from the others.
    fn breakdown(&self, rows: Vec<Counted>) -> Breakdown {
        if rows.iter().any(|row| self.is_few(row.count)) {
            return Breakdown { rows: Vec::new(), withheld: Some(Withheld::TooFew) };
        }
        Breakdown { rows, withheld: None }
    }

    /// Some of the decisions; neither they nor the others may be few.
    fn part(&self, n: u64, of: u64) -> Figure {
        let [part, _] = self.parts([n, of.saturating_sub(n)]);
        part
    }

    /// The parts of a sum that is told: all of them or none, as in [`breakdown`](Self::breakdown).
    fn parts<const N: usize>(&self, parts: [u64; N]) -> [Figure; N] {
        let is_told = !parts.iter().any(|n| self.is_few(*n));
        parts.map(|n| Figure {
            count: is_told.then_some(n),
            withheld: (!is_told).then_some(Withheld::TooFew),
        })
    }
}

/// Counts the committee's report of a period from the read model.
///
/// # Errors
///
/// [`ReportError`]: above all, a docket that does not balance.
pub fn build(
    connection: &Connection,
    request: &ReportRequest,
) -> Result<CommitteeReport, ReportError> {
    let recorded_at = check_cutoff(connection, request.cutoff)?;
    let period = &request.period;
    let (first_day, last_day) = (period.first_day(), period.last_day());
    let min_cell = request.min_cell.max(1);
    let scope = Scope { connection, first_day, last_day, min_cell };
    let docket = docket(scope)?;
    let decided = docket.decided;
    let differing = scope.count(
        "SELECT count(*) FROM committee_case WHERE decided_day BETWEEN ?1 AND ?2
         AND answered IS NOT NULL AND answered <> outcome",
    )?;
    Ok(CommitteeReport {
        format: "redress-committee/1",
        origin: request.origin.clone(),
        period: Days {
            name: period.name().to_owned(),
            first_day: period.first().to_string(),
            last_day: period.last().to_string(),
            days: period.days(),
            is_over: last_day < day_of_ms(recorded_at),
        },
        cutoff: CutoffSection {
            position: request.cutoff.0,
            tree_size: request.cutoff.0.saturating_add(1),
            root: request.root.clone(),
            recorded_at: moment(recorded_at),
        },
        projector: ProjectorSection { name: projector::NAME, version: projector::SCHEMA_VERSION },
        min_cell,
        docket,
        opened_by_way: scope.breakdown(scope.counted(
            "SELECT way, count(*) FROM committee_case WHERE opened_day BETWEEN ?1 AND ?2
             GROUP BY way ORDER BY way",
        )?),
        decided_by_outcome: scope.breakdown(scope.counted(
            "SELECT outcome, count(*) FROM committee_case WHERE decided_day BETWEEN ?1 AND ?2
             GROUP BY outcome ORDER BY outcome",
        )?),
        differing: scope.part(differing, decided),
        dissents: scope.happened("review-dissented")?,
        recusals: scope.happened("review-recused")?,
        disclosures: scope.happened("review-disclosed")?,
        adjournments: scope.happened("review-adjourned")?,
        replies: replies(scope)?,
        refusal_grounds: scope.counted(
            "SELECT g.ground, count(*) FROM refusal_ground g JOIN committee_case c USING (stream)
             WHERE c.decided_day BETWEEN ?1 AND ?2 GROUP BY g.ground ORDER BY g.ground",
        )?,
        measures: measures(scope)?,
        days_to_decide: days_to_decide(scope)?,
        composition: composition(scope)?,
    })
}

/// What was there, came, went and is left; each counted by itself.
fn docket(scope: Scope<'_>) -> Result<Docket, ReportError> {
    let docket = Docket {
        at_start: scope.count(
            "SELECT count(*) FROM committee_case WHERE opened_day < ?1
             AND coalesce(ended_day, 9223372036854775807) >= ?1 AND ?2 >= ?1",
        )?,
        opened: scope
            .count("SELECT count(*) FROM committee_case WHERE opened_day BETWEEN ?1 AND ?2")?,
        decided: scope
            .count("SELECT count(*) FROM committee_case WHERE decided_day BETWEEN ?1 AND ?2")?,
        discontinued: scope.count(
            "SELECT count(*) FROM committee_case
             WHERE decided_day IS NULL AND ended_day BETWEEN ?1 AND ?2",
        )?,
        at_end: scope.count(
            "SELECT count(*) FROM committee_case WHERE opened_day <= ?2
             AND coalesce(ended_day, 9223372036854775807) > ?2 AND ?1 <= ?2",
        )?,
    };
    let Docket { at_start, opened, decided, discontinued, at_end } = docket;
    let had = at_start.saturating_add(opened);
    let has = at_end.saturating_add(decided).saturating_add(discontinued);
    if had != has {
        return Err(ReportError::CommitteeUnbalanced {
            what: "cases at the start + opened = decided + discontinued + at the end",
            expected: had,
            found: has,
        });
    }
    Ok(docket)
}

/// What the company said to the decisions of the period, as far as it had said it at the cut-off.
fn replies(scope: Scope<'_>) -> Result<Replies, ReportError> {
    let of = |rows: &str| {
        scope.count(&format!(
            "SELECT count(*) FROM committee_case WHERE decided_day BETWEEN ?1 AND ?2 AND {rows}"
        ))
    };
    let recommendations = of("effect = 'recommendation'")?;
    let followed = of("effect = 'recommendation' AND reply = 'accepted'")?;
    let refused = of("effect = 'recommendation' AND reply = 'refused'")?;
    let unanswered = of("effect = 'recommendation' AND reply IS NULL")?;
    let sum = followed.saturating_add(refused).saturating_add(unanswered);
    if sum != recommendations {
        return Err(ReportError::CommitteeUnbalanced {
            what: "recommendations = followed + refused + not answered",
            expected: recommendations,
            found: sum,
        });
    }
    let binding = of("effect = 'binding'")?;
    let [followed, refused, unanswered] = scope.parts([followed, refused, unanswered]);
    Ok(Replies { binding, recommendations, followed, refused, unanswered })
}

/// The measures of the period's decisions that were not refused.
fn measures(scope: Scope<'_>) -> Result<Measures, ReportError> {
    let sum = |column: &str| {
        scope.count(&format!(
            "SELECT coalesce(sum({column}), 0) FROM committee_case
             WHERE decided_day BETWEEN ?1 AND ?2 AND coalesce(reply, '') <> 'refused'"
        ))
    };
    let (agreed, done) = (sum("measures")?, sum("measures_done")?);
    let withdrawn = sum("measures_withdrawn")?;
    let outstanding = agreed.saturating_sub(done).saturating_sub(withdrawn);
    Ok(Measures { agreed, done, withdrawn, outstanding })
}

/// How long decisions took, in calendar days from the docket.
fn days_to_decide(scope: Scope<'_>) -> Result<DaysToDecide, ReportError> {
    let mut statement = scope.connection.prepare_cached(
        "SELECT decided_day - opened_day FROM committee_case
         WHERE decided_day BETWEEN ?1 AND ?2 ORDER BY 1",
    )?;
    let days: Vec<i64> = statement
        .query_map(params![scope.first_day, scope.last_day], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let cases = u64::try_from(days.len()).unwrap_or(u64::MAX);
    let is_told = !scope.is_few(cases);
    let told = |value: Option<i64>| value.filter(|_| is_told);
    Ok(DaysToDecide {
        cases,
        p50: told(percentile(&days, 50)),
        p90: told(percentile(&days, 90)),
        max: told(days.last().copied()),
        withheld: match cases {
            0 => Some(Withheld::Nothing),
            _ => (!is_told).then_some(Withheld::TooFew),
        },
    })
}

/// Whoever sat on the committee on any day of the period, by seat and term.
fn composition(scope: Scope<'_>) -> Result<Composition, ReportError> {
    let mut statement = scope.connection.prepare_cached(
        "SELECT seat, from_day, until_day, ordinal, ended_by FROM committee_term
         WHERE from_day <= ?2 AND until_day >= ?1 ORDER BY seat, from_day, until_day, ordinal",
    )?;
    let terms = statement.query_map(params![scope.first_day, scope.last_day], |row| {
        let day = |column| row.get::<_, i64>(column).map(date_of).map(|date| date.to_string());
        Ok(TermRow {
            seat: row.get(0)?,
            first_day: day(1)?,
            last_day: day(2)?,
            term: count(row, 3)?,
            ended_by: row.get(4)?,
        })
    })?;
    let terms = terms.collect::<Result<Vec<_>, _>>()?;
    let sitting = scope.count(
        "SELECT count(*) FROM committee_term WHERE ?2 BETWEEN from_day AND until_day AND ?1 <= ?2",
    )?;
    Ok(Composition { sitting, terms })
}

/// Writes a report into a folder: `committee.<language>.html` for each language, `committee.json`,
/// `committee.csv`, and the list of these. Gives their paths, the pages first.
///
/// # Errors
///
/// [`WriteError`] when a file cannot be written.
pub fn write(
    report: &CommitteeReport,
    folder: &Path,
    locales: &[Locale],
) -> Result<Vec<PathBuf>, WriteError> {
    let form =
        |file, source: Box<dyn std::error::Error + Send + Sync>| WriteError::Form { file, source };
    let mut json = serde_json::to_vec_pretty(report)
        .map_err(|error| form("committee.json", Box::new(error)))?;
    json.push(b'\n');
    let mut all = Vec::new();
    for locale in locales {
        let name = format!("committee.{}.html", locale.code());
        all.push((name, page::render(report, *locale)?.into_bytes()));
    }
    all.push(("committee.json".to_owned(), json));
    let mut csv = csv::WriterBuilder::new().from_writer(Vec::new());
    for [figure, value, number] in
        std::iter::once(["figure", "value", "number"].map(str::to_owned)).chain(report.figures())
    {
        csv.write_record([figure, value, number].map(|text| files::cell(&text).into_owned()))
            .map_err(|error| form("committee.csv", Box::new(error)))?;
    }
    let csv =
        csv.into_inner().map_err(|error| form("committee.csv", Box::new(error.into_error())))?;
    all.push(("committee.csv".to_owned(), csv));
    let all = all.into_iter().map(|(name, bytes)| (name, files::Content::Bytes(bytes)));
    files::put_all(folder, all.collect())
}

#[cfg(test)]
mod tests;

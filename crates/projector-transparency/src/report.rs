//! The transparency report of one period.
//!
//! [`build`] counts it from the read model, with nothing but integers and exact decimals; [`write()`]
//! writes it as one page, as JSON and as CSV. The same records give the same bytes: no clock is
//! read, and no figure depends on the language.
//!
//! - [`model`]: what a report says
//! - [`disclosure`]: what of it may be told
//! - [`mentions`]: which complaints each row counts
//! - [`statistics`]: shares, intervals, percentiles

mod causes;
pub mod disclosure;
mod durations;
mod flow;
mod limits;
pub mod mentions;
pub mod model;
mod outside;
mod oversight;
mod quality;
mod rates;
mod render;
pub mod statistics;
mod tables;
mod volumes;

use event_log::Position;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

pub use model::Report;
pub use render::{Locale, ParseLocaleError, WriteError, json, write, write_with};
pub use tables::{BAND_ENDS, known as known_tables};

use self::model::{CutoffSection, DisclosureSection, PeriodSection, ProjectorSection};
use crate::{
    Period,
    period::{date_of, day_of_ms},
    projector,
};

/// What a report is to be about.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// The days it is about.
    pub period: Period,
    /// The name of the ledger.
    pub origin: String,
    /// The last record that counts; the read model must have come exactly this far.
    pub cutoff: Position,
    /// The RFC 6962 root over the records up to there, in hexadecimal.
    pub root: String,
    /// How many complaints a published cell must have at least; 1 publishes everything.
    pub min_cell: u64,
}

/// Why there is no report. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Comings and goings do not explain the difference. A bug or a damaged read model: rebuild it.
    #[error(
        "expected {outstanding_at_start} outstanding on {first_day} + {received} received + \
         {reopened} reopened - {closed} closed - {withdrawn} withdrawn = {expected}, found \
         {outstanding_at_end} outstanding at the end of {last_day}; a report that does not balance \
         is not published: run `redress projections rebuild transparency`"
    )]
    Unbalanced {
        /// The first day of the period, or of the part of it that does not balance.
        first_day: String,
        /// Its last day.
        last_day: String,
        /// Open when the first day began.
        outstanding_at_start: u64,
        /// Received.
        received: u64,
        /// Taken up again.
        reopened: u64,
        /// Closed.
        closed: u64,
        /// Withdrawn.
        withdrawn: u64,
        /// What these come to.
        expected: i64,
        /// Open when the last day ended.
        outstanding_at_end: u64,
    },
    /// Two counts of the committee's report that must agree do not. A bug or a damaged read model:
    /// rebuild it.
    #[error(
        "expected {what}, found {expected} and {found}; a report that does not balance is not \
         published: run `redress projections rebuild transparency`"
    )]
    CommitteeUnbalanced {
        /// What must agree.
        what: &'static str,
        /// One side.
        expected: u64,
        /// The other.
        found: u64,
    },
    /// A row of a table counts other complaints than it says. A bug or a damaged read model: rebuild it.
    #[error(
        "expected the row {row} of {table} to count the complaints it says, found {found:?}; a report that \
         counts two ways is not published: run `redress projections rebuild transparency`"
    )]
    MentionsDiffer {
        /// The table.
        table: &'static str,
        /// The row, or the value that has none.
        row: String,
        /// How many were found; nothing where there is no such row.
        found: Option<u64>,
    },
    /// The read model is not where the report is to be cut off. Let it catch up, or rebuild it.
    #[error(
        "expected a read model that has come to position {wanted}, found one at {found}; run \
         `redress projections rebuild transparency`"
    )]
    CutoffDiffers {
        /// Where the report is to be cut off.
        wanted: Position,
        /// How far the read model has come.
        found: Position,
    },
    /// The ledger has no complaint at all.
    #[error("expected complaints to report on, found none in the ledger")]
    NoComplaints,
    /// The ledger says nothing about these days. Choose another period.
    #[error(
        "expected a period within {first_day} to {last_day}, which is what the ledger covers, \
         found {period}"
    )]
    OutsideLedger {
        /// The period asked for.
        period: String,
        /// The day of the first receipt.
        first_day: String,
        /// The day of the last record.
        last_day: String,
    },
    /// A rule pack of the rulebook cannot be read by this program, so nobody can say which limits there were.
    #[error("expected a rulebook that can be read, to know which time limits there were: {0}")]
    Rulebook(#[from] complaint_domain::clock::AdoptError),
    /// The amounts of a currency add up to more than a decimal can hold.
    #[error("expected redress in {currency} that adds up to at most 28 digits, found more")]
    AmountTooLarge {
        /// The currency.
        currency: String,
    },
    /// The read model holds something that this version did not write. Rebuild it.
    #[error(
        "the read model says something unknown; run `redress projections rebuild transparency`"
    )]
    Unreadable {
        /// What it says.
        found: String,
    },
    /// The read model could not be read.
    #[error("the read model could not be read")]
    Sqlite(#[from] rusqlite::Error),
}

/// What every count needs to know.
#[derive(Debug, Clone, Copy)]
struct Scope<'a> {
    connection: &'a Connection,
    first_day: i64,
    last_day: i64,
    /// The days of the period of which the records tell: the first and the last of them.
    covered: (i64, i64),
    min_cell: u64,
    cutoff: u64,
}

/// Counts the report of a period from the read model.
///
/// # Errors
///
/// [`ReportError`]; above all, a report whose flow of complaints does not balance is refused.
pub fn build(connection: &Connection, request: &ReportRequest) -> Result<Report, ReportError> {
    let recorded_at = check_cutoff(connection, request.cutoff)?;
    check_period(connection, &request.period, day_of_ms(recorded_at))?;
    let scope = Scope {
        connection,
        first_day: request.period.first_day(),
        last_day: request.period.last_day(),
        covered: covered(connection, &request.period)?,
        min_cell: request.min_cell.max(1),
        cutoff: request.cutoff.0,
    };
    let flow = flow::balance(scope, scope.first_day, scope.last_day)?;
    let months = flow::months(scope)?;
    let steps = flow::steps(scope, &months)?;
    let (tables, crosses) = tables::all(scope, &months)?;
    let rates = rates::all(scope, &tables)?;
    let limits = limits::section(scope, &tables)?;
    let quality = quality::section(scope, &tables)?;
    Ok(Report {
        format: "redress-transparency/1",
        origin: request.origin.clone(),
        period: PeriodSection {
            name: request.period.name().to_owned(),
            first_day: request.period.first().to_string(),
            last_day: request.period.last().to_string(),
            days: request.period.days(),
            first_covered_day: date_of(scope.covered.0).to_string(),
            last_covered_day: date_of(scope.covered.1).to_string(),
            covered_days: scope.covered.1 - scope.covered.0 + 1,
            is_over: scope.last_day < day_of_ms(recorded_at),
        },
        cutoff: CutoffSection {
            position: request.cutoff.0,
            tree_size: request.cutoff.0.saturating_add(1),
            root: request.root.clone(),
            recorded_at: moment(recorded_at),
        },
        projector: ProjectorSection { name: projector::NAME, version: projector::SCHEMA_VERSION },
        taxonomies: taxonomies(scope)?,
        disclosure: DisclosureSection {
            min_cell: scope.min_cell,
            rate_floor: rate_floor(scope.min_cell),
            redress_floor: disclosure::REDRESS_FLOOR.max(scope.min_cell),
        },
        flow,
        steps,
        tables,
        crosses,
        rates,
        volumes: volumes::section(scope)?,
        durations: durations::to_answer(scope)?,
        net_durations: durations::to_answer_net(scope)?,
        open_ages: durations::open_ages(scope)?,
        limits,
        redress: rates::redress(scope)?,
        remedy_durations: durations::to_carry_out(scope)?,
        causes: causes::section(scope)?,
        oversight: oversight::tallies(scope)?,
        survey: oversight::survey(scope)?,
        quality,
    })
}

/// Shares and percentiles of few complaints are withheld only where small cells are.
const fn rate_floor(min_cell: u64) -> u64 {
    if min_cell == 1 { 1 } else { disclosure::RATE_FLOOR }
}

pub(crate) fn check_cutoff(connection: &Connection, wanted: Position) -> Result<i64, ReportError> {
    let coverage: (Option<i64>, Option<i64>) = connection.query_row(
        "SELECT last_position, last_recorded_at FROM coverage",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let (Some(position), Some(recorded_at)) = coverage else {
        return Err(ReportError::NoComplaints);
    };
    let found = Position(position.unsigned_abs());
    if found != wanted {
        return Err(ReportError::CutoffDiffers { wanted, found });
    }
    Ok(recorded_at)
}

fn check_period(
    connection: &Connection,
    period: &Period,
    last_day: i64,
) -> Result<(), ReportError> {
    let first: Option<i64> = connection
        .query_row("SELECT min(received_day) FROM complaint", [], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(first_day) = first else { return Err(ReportError::NoComplaints) };
    if period.last_day() < first_day || period.first_day() > last_day {
        return Err(ReportError::OutsideLedger {
            period: period.name().to_owned(),
            first_day: date_of(first_day).to_string(),
            last_day: date_of(last_day).to_string(),
        });
    }
    Ok(())
}

/// The days of the period from the first complaint to the last event of any: before and after, a
/// zero would say that nothing happened where nothing is known.
fn covered(connection: &Connection, period: &Period) -> Result<(i64, i64), ReportError> {
    let (first, last): (Option<i64>, Option<i64>) = connection.query_row(
        "SELECT (SELECT min(received_day) FROM complaint), (SELECT max(day) FROM recording)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let clamp = |day: i64| day.clamp(period.first_day(), period.last_day());
    let first = first.map_or(period.first_day(), clamp);
    Ok((first, last.map_or(period.last_day(), clamp).max(first)))
}

fn taxonomies(scope: Scope<'_>) -> Result<Vec<String>, ReportError> {
    let mut statement = scope.connection.prepare(
        "SELECT DISTINCT taxonomy FROM complaint
         WHERE taxonomy IS NOT NULL AND received_day BETWEEN ?1 AND ?2 ORDER BY taxonomy",
    )?;
    let names = statement
        .query_map(params![scope.first_day, scope.last_day], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(names)
}

/// A moment as reports write it: RFC 3339, UTC, milliseconds.
pub(crate) fn moment(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| String::new(), |at| format!("{at:.3}"))
}

/// A count from SQLite, which knows only signed integers.
pub(crate) fn count(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|n| u64::try_from(n).unwrap_or(0))
}

#[cfg(test)]
mod tests;

//! Counts by one property, by two levels of one, and by two properties.

mod several;

use std::collections::BTreeMap;

use complaint_domain::complaint::Outcome;
use rusqlite::params;

use super::{
    ReportError, Scope, count,
    disclosure::{self, Cell, Pooled},
    flow::{self, Days},
    model::{CrossRow, CrossTable, Population, Row, RowName, Table, Vocabulary},
    render::definition,
};
use crate::period::date_of;

/// How many issues or companies are listed before the rest is told together.
const LISTED_MAX: usize = 20;
/// The upper ends of the bands of days, included; the last band has none.
pub const BAND_ENDS: [i64; 6] = [3, 5, 15, 30, 56, 60];

/// From which rows a table is counted: a `FROM` clause with `?1` and `?2` for the days.
const RECEIVED: &str = "complaint AS c WHERE c.received_day BETWEEN ?1 AND ?2";
const IMPORTED: &str =
    "complaint AS c WHERE c.received_day BETWEEN ?1 AND ?2 AND c.source <> 'direct'";
const ENDED: &str =
    "life AS l JOIN complaint AS c USING (stream) WHERE l.ended_day BETWEEN ?1 AND ?2";
pub(super) const ANSWERED: &str =
    "complaint AS c WHERE c.is_ours AND c.final_response_day BETWEEN ?1 AND ?2";
const REFERRED: &str =
    "outside_referral AS x JOIN complaint AS c USING (stream) WHERE x.day BETWEEN ?1 AND ?2";
const DECIDED_OUTSIDE: &str =
    "outside_decision AS x JOIN complaint AS c USING (stream) WHERE x.day BETWEEN ?1 AND ?2";
/// Whole days from the day of receipt to the day of the final response.
pub(super) const DAYS_TO_ANSWER: &str = "max(0, c.final_response_day - c.received_day)";

/// One table to count.
struct Plan {
    id: &'static str,
    population: Population,
    vocabulary: Vocabulary,
    /// The column, as SQL.
    value: &'static str,
    keep: usize,
    /// The values in their order, for a closed list that shows empty cells too.
    all: &'static [&'static str],
}

const fn plan(
    id: &'static str,
    population: Population,
    vocabulary: Vocabulary,
    value: &'static str,
) -> Plan {
    Plan { id, population, vocabulary, value, keep: usize::MAX, all: &[] }
}

const PRODUCT: Plan =
    plan("received-by-product", Population::Received, Vocabulary::Own, "c.product");
const ISSUE: Plan = Plan {
    keep: LISTED_MAX,
    ..plan("received-by-issue", Population::Received, Vocabulary::Own, "c.issue")
};
const LANGUAGE: Plan =
    plan("received-by-language", Population::Received, Vocabulary::Own, "c.language");
const PLANS: [Plan; 8] = [
    plan("received-by-channel", Population::Received, Vocabulary::Channel, "c.channel"),
    plan("received-by-region", Population::Received, Vocabulary::Own, "c.region"),
    Plan {
        keep: LISTED_MAX,
        ..plan("received-by-respondent", Population::Received, Vocabulary::Own, "c.respondent")
    },
    Plan {
        all: &["yes", "no"],
        ..plan(
            "disputed",
            Population::Received,
            Vocabulary::YesNo,
            "CASE c.disputed WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END",
        )
    },
    plan(
        "platform-response",
        Population::Imported,
        Vocabulary::PlatformResponse,
        "c.platform_response",
    ),
    Plan {
        all: &["yes", "no"],
        ..plan(
            "platform-timely",
            Population::Imported,
            Vocabulary::YesNo,
            "CASE c.platform_timely WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END",
        )
    },
    plan("ended-by-product", Population::Ended, Vocabulary::Own, "c.product"),
    Plan {
        all: &OUTCOMES,
        ..plan(
            "ended-by-outcome",
            Population::Ended,
            Vocabulary::Outcome,
            "CASE l.ended_by WHEN 'withdrawn' THEN 'withdrawn' ELSE l.outcome END",
        )
    },
];
/// What a table counts by, as SQL.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keys {
    /// A value.
    Value(&'static str),
    /// A value, and the finer one below it.
    TwoLevels([&'static str; 2]),
    /// A day, told in spans.
    Day(&'static str),
    /// A number of days, told in bands.
    Band(&'static str),
}

/// From which rows of the read model a table is counted, by what.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableSource {
    pub(super) keys: Keys,
    from: &'static str,
    /// What tells the mentions of one complaint apart.
    again: &'static str,
}

impl TableSource {
    /// A line for each mention: the position of the record that opens the complaint, whether there are two levels,
    /// the value above, the value. By position.
    pub(super) fn mentions_sql(&self) -> String {
        let Self { keys, from, again } = self;
        let (is_two_levels, parent, value) = match keys {
            Keys::Value(value) | Keys::Day(value) | Keys::Band(value) => (0, "NULL", *value),
            Keys::TwoLevels([parent, value]) => (1, *parent, *value),
        };
        format!(
            "SELECT r.position, {is_two_levels}, q.parent, q.value
             FROM (SELECT c.stream AS stream, {parent} AS parent,
                     CAST({value} AS TEXT) AS value, {again} AS again FROM {from}) AS q
             JOIN flow AS r ON r.stream = q.stream AND r.kind = 'received'
             ORDER BY r.position, q.again"
        )
    }
}

/// The source of the table with this name.
pub(super) fn source_of(id: &str) -> Option<TableSource> {
    let of = |population: Population, keys| TableSource {
        keys,
        from: population_sql(population),
        again: if population == Population::Ended { "l.ordinal" } else { "0" },
    };
    let simple =
        PLANS.iter().chain([&PRODUCT, &ISSUE, &CAUSE_FAMILY, &LANGUAGE]).find(|plan| plan.id == id);
    if let Some(plan) = simple {
        return Some(of(plan.population, Keys::Value(plan.value)));
    }
    Some(match id {
        "received-by-sub-product" => of(Population::Received, Keys::TwoLevels(SUB_PRODUCT)),
        "received-by-sub-issue" => of(Population::Received, Keys::TwoLevels(SUB_ISSUE)),
        "ended-by-root-cause" => of(Population::Ended, Keys::TwoLevels(ROOT_CAUSE)),
        "received-by-month" => of(Population::Received, Keys::Day("c.received_day")),
        "answered-by-band" => of(Population::Answered, Keys::Band(DAYS_TO_ANSWER)),
        _ => return several::find(id).map(several::Several::source),
    })
}

const SUB_PRODUCT: [&str; 2] = ["c.product", "c.sub_product"];
const SUB_ISSUE: [&str; 2] = ["c.issue", "c.sub_issue"];
const ROOT_CAUSE: [&str; 2] = [FAMILY, "c.root_cause"];
/// The family of a cause: what stands before the first dot or, in older codes, slash.
const FAMILY: &str =
    "substr(c.root_cause, 1, instr(replace(c.root_cause, '/', '.') || '.', '.') - 1)";
const CAUSE_FAMILY: Plan =
    plan("ended-by-cause-family", Population::Ended, Vocabulary::Cause, FAMILY);
const OUTCOMES: [&str; 6] = [
    Outcome::Upheld.code(),
    Outcome::PartlyUpheld.code(),
    Outcome::NotUpheld.code(),
    Outcome::Goodwill.code(),
    Outcome::OutOfScope.code(),
    "withdrawn",
];

/// Every table of the report. One that has nothing to say is left out.
pub(super) fn all(
    scope: Scope<'_>,
    months: &[Days],
) -> Result<(Vec<Table>, Vec<CrossTable>), ReportError> {
    let product = simple(scope, &PRODUCT)?;
    let issue = simple(scope, &ISSUE)?;
    let sub_product = two_levels(scope, "received-by-sub-product", &product, SUB_PRODUCT)?;
    let sub_issue = two_levels(scope, "received-by-sub-issue", &issue, SUB_ISSUE)?;
    let mut tables = vec![product, sub_product, issue, sub_issue];
    tables.push(by_month(scope, months)?);
    tables.push(several::RIGHTS.count(scope)?);
    for plan in &PLANS {
        tables.push(simple(scope, plan)?);
    }
    let family = simple(scope, &CAUSE_FAMILY)?;
    let cause = two_levels(scope, "ended-by-root-cause", &family, ROOT_CAUSE)?;
    tables.extend([family, cause]);
    let (bands, cross) = by_band(scope)?;
    tables.extend([bands, simple(scope, &LANGUAGE)?]);
    for table in &several::SEVERAL {
        tables.push(table.count(scope)?);
    }
    tables.retain(says_something);
    let crosses = if cross.total > 0 { vec![cross] } else { Vec::new() };
    Ok((tables, crosses))
}

/// The tables that a report can have, in their order: name, what it counts, and whether a complaint can be in several of
/// its rows.
pub fn known() -> Vec<(&'static str, Population, bool)> {
    let received = |id| (id, Population::Received, false);
    let mut known: Vec<_> =
        [PRODUCT.id, "received-by-sub-product", ISSUE.id, "received-by-sub-issue"]
            .into_iter()
            .chain(["received-by-month"])
            .map(received)
            .collect();
    known.push((several::RIGHTS.id, several::RIGHTS.population, true));
    known.extend(PLANS.iter().map(|plan| (plan.id, plan.population, false)));
    let ended = [CAUSE_FAMILY.id, "ended-by-root-cause"];
    known.extend(ended.map(|id| (id, Population::Ended, false)));
    known.push(("answered-by-band", Population::Answered, false));
    known.push((LANGUAGE.id, LANGUAGE.population, false));
    known.extend(several::SEVERAL.iter().map(|table| (table.id, table.population, true)));
    known
}

/// Whether any complaint has a stated value.
fn says_something(table: &Table) -> bool {
    table.rows.iter().any(|row| row.count > 0 && row.name != RowName::NotStated)
}

/// Of a table in which a complaint has one place at a time.
const fn population_sql(population: Population) -> &'static str {
    match population {
        Population::Received => RECEIVED,
        Population::Imported => IMPORTED,
        Population::Ended => ENDED,
        Population::Answered => ANSWERED,
        Population::Referred => REFERRED,
        Population::DecidedOutside => DECIDED_OUTSIDE,
    }
}

fn simple(scope: Scope<'_>, plan: &Plan) -> Result<Table, ReportError> {
    let sql = format!(
        "SELECT {}, count(*) FROM {} GROUP BY 1",
        plan.value,
        population_sql(plan.population)
    );
    let mut counts = counted(scope, &sql)?;
    for code in plan.all {
        counts.entry(RowName::Value((*code).to_owned())).or_insert(0);
    }
    let mut cells: Vec<Cell<RowName>> = ordered(counts);
    if !plan.all.is_empty() {
        cells.sort_by_key(|cell| match &cell.key {
            RowName::Value(code) => plan.all.iter().position(|known| known == code),
            RowName::NotStated | RowName::Pooled => Some(usize::MAX),
        });
    }
    Ok(Table {
        id: plan.id,
        population: plan.population,
        definition: definition(plan.id),
        vocabulary: plan.vocabulary,
        is_multiple: false,
        cutoff: scope.cutoff,
        total: cells.iter().map(|cell| cell.count).sum(),
        rows: rows(None, disclosure::pool(cells, scope.min_cell, plan.keep)),
    })
}

/// Runs a query of a value and a count.
fn counted(scope: Scope<'_>, sql: &str) -> Result<BTreeMap<RowName, u64>, ReportError> {
    let mut statement = scope.connection.prepare(sql)?;
    let rows = statement.query_map(params![scope.first_day, scope.last_day], |row| {
        Ok((name(row.get(0)?), count(row, 1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn name(value: Option<String>) -> RowName {
    value.map_or(RowName::NotStated, RowName::Value)
}

/// The largest first, then by name; what is not stated last.
pub(super) fn ordered(counts: BTreeMap<RowName, u64>) -> Vec<Cell<RowName>> {
    let mut cells: Vec<_> = counts.into_iter().map(|(key, count)| Cell { key, count }).collect();
    cells.sort_by_key(|cell| (cell.key == RowName::NotStated, std::cmp::Reverse(cell.count)));
    cells
}

fn rows(parent: Option<&RowName>, parts: Pooled<RowName>) -> Vec<Row> {
    let pool_count = parts.pool_count();
    let mut rows: Vec<Row> = parts
        .published
        .into_iter()
        .map(|cell| Row {
            name: cell.key,
            parent: parent.cloned(),
            count: cell.count,
            values: None,
            members: Vec::new(),
        })
        .collect();
    if !parts.pool.is_empty() {
        rows.push(Row {
            name: RowName::Pooled,
            parent: parent.cloned(),
            count: pool_count,
            values: u64::try_from(parts.pool.len()).ok(),
            members: parts.pool.into_iter().map(|cell| cell.key).collect(),
        });
    }
    rows
}

/// A finer table under the rows of a coarser one. What the coarser one pools stays one row.
fn two_levels(
    scope: Scope<'_>,
    id: &'static str,
    coarse: &Table,
    [parent, child]: [&str; 2],
) -> Result<Table, ReportError> {
    let from = population_sql(coarse.population);
    let sql = format!("SELECT {parent}, {child}, count(*) FROM {from} GROUP BY 1, 2");
    let mut statement = scope.connection.prepare(&sql)?;
    let found = statement.query_map(params![scope.first_day, scope.last_day], |row| {
        Ok((name(row.get(0)?), name(row.get(1)?), count(row, 2)?))
    })?;
    let mut children: BTreeMap<RowName, BTreeMap<RowName, u64>> = BTreeMap::new();
    for row in found {
        let (parent, child, count) = row?;
        children.entry(parent).or_default().insert(child, count);
    }
    let mut fine = Vec::new();
    for row in &coarse.rows {
        if row.name == RowName::Pooled {
            fine.push(Row { parent: Some(RowName::Pooled), ..row.clone() });
        } else if let Some(counts) = children.remove(&row.name) {
            let parts = disclosure::pool(ordered(counts), scope.min_cell, usize::MAX);
            fine.extend(rows(Some(&row.name), parts));
        }
    }
    // Where nobody says anything finer, there is no finer table.
    let is_finer = fine.iter().any(|row| matches!(row.name, RowName::Value(_)));
    Ok(Table {
        id,
        definition: definition(id),
        rows: if is_finer { fine } else { Vec::new() },
        ..coarse.clone()
    })
}

fn by_month(scope: Scope<'_>, months: &[Days]) -> Result<Table, ReportError> {
    let rows = months
        .iter()
        .map(|days| {
            let count = flow::received(scope, *days)?;
            Ok(plain_row(RowName::Value(span_code(*days)), count))
        })
        .collect::<Result<Vec<_>, ReportError>>()?;
    Ok(Table {
        id: "received-by-month",
        population: Population::Received,
        definition: definition("received-by-month"),
        vocabulary: Vocabulary::Time,
        is_multiple: false,
        cutoff: scope.cutoff,
        total: rows.iter().map(|row| row.count).sum(),
        rows,
    })
}

fn plain_row(name: RowName, count: u64) -> Row {
    Row { name, parent: None, count, values: None, members: Vec::new() }
}

/// `2014-10` for a whole month, `2014-10..2014-12` for more, `2014-10-01..2014-10-17` for parts.
fn span_code((first, last): Days) -> String {
    let is_whole = date_of(first).day() == 1 && date_of(last) == date_of(last).last_of_month();
    if !is_whole {
        return format!("{}..{}", date_of(first), date_of(last));
    }
    let month = |day: i64| date_of(day).strftime("%Y-%m").to_string();
    let (first, last) = (month(first), month(last));
    if first == last { first } else { format!("{first}..{last}") }
}

/// Final responses by how long they took; and the same for each product.
///
/// The table by product has the rows and columns that the tables over one property have after
/// pooling, so that nothing can be told from the difference of the two.
fn by_band(scope: Scope<'_>) -> Result<(Table, CrossTable), ReportError> {
    let sql = format!("SELECT c.product, {DAYS_TO_ANSWER}, count(*) FROM {ANSWERED} GROUP BY 1, 2");
    let mut statement = scope.connection.prepare(&sql)?;
    let found = statement.query_map(params![scope.first_day, scope.last_day], |row| {
        Ok((name(row.get(0)?), row.get::<_, i64>(1)?, count(row, 2)?))
    })?;
    let mut by_product: BTreeMap<RowName, Vec<u64>> = BTreeMap::new();
    for row in found {
        let (product, days, count) = row?;
        let band = BAND_ENDS.iter().take_while(|end| days > **end).count();
        let counts = by_product.entry(product).or_insert_with(|| vec![0; BAND_ENDS.len() + 1]);
        if let Some(cell) = counts.get_mut(band) {
            *cell += count;
        }
    }
    let sum = |counts: &Vec<Vec<u64>>, band: usize| -> u64 {
        counts.iter().filter_map(|counts| counts.get(band)).sum()
    };
    let all: Vec<Vec<u64>> = by_product.values().cloned().collect();
    let totals: Vec<u64> = (0..=BAND_ENDS.len()).map(|band| sum(&all, band)).collect();
    let bands = disclosure::merge_neighbours(&totals, scope.min_cell);
    let codes: Vec<String> = bands.iter().map(band_code).collect();
    let merged = |counts: &[u64]| -> Vec<u64> {
        bands.iter().map(|range| counts.get(range.clone()).into_iter().flatten().sum()).collect()
    };
    let column_totals = merged(&totals);
    let total = column_totals.iter().sum();
    let table = Table {
        id: "answered-by-band",
        population: Population::Answered,
        definition: definition("answered-by-band"),
        vocabulary: Vocabulary::Band,
        is_multiple: false,
        cutoff: scope.cutoff,
        total,
        rows: codes
            .iter()
            .zip(&column_totals)
            .map(|(code, count)| plain_row(RowName::Value(code.clone()), *count))
            .collect(),
    };
    let products: BTreeMap<RowName, u64> =
        by_product.iter().map(|(name, counts)| (name.clone(), counts.iter().sum())).collect();
    let parts = rows(None, disclosure::pool(ordered(products), scope.min_cell, usize::MAX));
    let counts: Vec<Vec<u64>> = parts
        .iter()
        .map(|row| {
            let members = if row.members.is_empty() {
                std::slice::from_ref(&row.name)
            } else {
                row.members.as_slice()
            };
            let of_row: Vec<Vec<u64>> =
                members.iter().filter_map(|member| by_product.get(member)).cloned().collect();
            merged(&(0..=BAND_ENDS.len()).map(|band| sum(&of_row, band)).collect::<Vec<_>>())
        })
        .collect();
    let cross = CrossTable {
        id: "answered-by-product-and-band",
        population: Population::Answered,
        definition: definition("answered-by-product-and-band"),
        vocabulary: Vocabulary::Band,
        cutoff: scope.cutoff,
        total,
        columns: codes,
        column_totals,
        rows: cross_rows(parts, &counts, scope.min_cell),
    };
    Ok((table, cross))
}

fn cross_rows(parts: Vec<Row>, counts: &[Vec<u64>], min_cell: u64) -> Vec<CrossRow> {
    let hidden = disclosure::hide(counts, min_cell);
    parts
        .into_iter()
        .zip(counts)
        .zip(hidden)
        .map(|((row, counts), hidden)| CrossRow {
            name: row.name,
            total: row.count,
            counts: counts
                .iter()
                .zip(hidden)
                .map(|(count, is_hidden)| (!is_hidden).then_some(*count))
                .collect(),
        })
        .collect()
}

/// `0-3`, `31-60`, `61+`.
fn band_code(range: &std::ops::Range<usize>) -> String {
    let first = range.start.checked_sub(1).and_then(|before| BAND_ENDS.get(before));
    let first = first.map_or(0, |end| end + 1);
    match BAND_ENDS.get(range.end.saturating_sub(1)) {
        Some(end) => format!("{first}-{end}"),
        None => format!("{first}+"),
    }
}

//! The sections of the page: which figures stand together, and what is said about them.

mod beside;
mod blocks;
mod causes;
mod lists;
mod times;
mod volumes;

pub(super) use lists::amount;

use super::{chart::DrawError, messages::Messages};
use crate::report::model::Report;

/// A section of the page.
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) blocks: Vec<Block>,
}

/// One figure: what it says, its chart, its table, and what is counted.
pub(super) struct Block {
    pub(super) id: &'static str,
    pub(super) heading: String,
    pub(super) sentences: Vec<String>,
    pub(super) balance: Vec<Term>,
    pub(super) chart: Option<Chart>,
    pub(super) table: TableView,
    pub(super) notes: Vec<String>,
    /// A long table is folded on screens; paper shows it.
    pub(super) is_folded: bool,
}

/// A term of the balance.
pub(super) struct Term {
    pub(super) sign: &'static str,
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// A chart, and the same in words.
pub(super) struct Chart {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) body: String,
}

/// A table as it is printed.
pub(super) struct TableView {
    pub(super) caption: String,
    /// The first column holds the names of rows, the others hold figures.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<RowView>,
    pub(super) total: Option<RowView>,
}

/// A row as it is printed.
pub(super) struct RowView {
    pub(super) name: String,
    pub(super) cells: Vec<String>,
    /// Whether it stands for no single value.
    pub(super) is_muted: bool,
    /// Whether it lies below another level of the taxonomy.
    pub(super) parent: Option<String>,
}

const MATTERS: [&str; 5] = [
    "received-by-product",
    "received-by-sub-product",
    "received-by-issue",
    "received-by-sub-issue",
    "received-by-right",
];
const WAYS: [&str; 6] = [
    "received-by-channel",
    "received-by-month",
    "received-by-region",
    "received-by-language",
    "received-by-respondent",
    "received-by-link",
];
const OUTCOMES: [&str; 3] = ["ended-by-outcome", "ended-by-product", "disputed"];
const CAUSES: [&str; 2] = ["ended-by-cause-family", "ended-by-root-cause"];
const OUTSIDE: [&str; 3] =
    ["referred-by-body", "decided-outside-by-result", "decided-outside-by-overturned"];
const OUTSIDE_SHARES: [&str; 2] = ["outside-referral-rate", "overturn-rate"];
const SUPPORT_SHARES: [&str; 5] = [
    "uphold-rate-vulnerable",
    "uphold-rate-others",
    "limits-kept-vulnerable",
    "limits-kept-others",
    "about-vulnerability",
];
const REMEDIES: [&str; 3] = ["remedies-accepted", "remedies-carried-out", "remedies-overdue"];
const PLATFORM: [&str; 2] = ["platform-response", "platform-timely"];

/// Every section that has something to say, in the order of the page.
pub(super) fn all(report: &Report, m: &Messages) -> Result<Vec<Section>, DrawError> {
    let tables = |ids: &[&str]| tables(report, m, ids);
    let mut outcomes = tables(&OUTCOMES)?;
    outcomes.push(lists::shares(report, m));
    let mut causes = tables(&CAUSES)?;
    causes.extend(causes::charts(report, m));
    let mut limits = Vec::new();
    if !report.limits.limits.is_empty() {
        limits.push(times::limits(report, m));
    }
    limits.extend(tables(&["received-by-missed-limit"])?);
    let mut outside = tables(&OUTSIDE)?;
    if !outside.is_empty() {
        outside.push(times::shares(report, m, "outside-shares", &OUTSIDE_SHARES));
    }
    let mut support = tables(&["received-by-vulnerability"])?;
    if !support.is_empty() {
        support.push(times::shares(report, m, "support-shares", &SUPPORT_SHARES));
    }
    let mut oversight = Vec::new();
    if !report.oversight.is_empty() {
        oversight.push(beside::oversight(report, m));
    }
    let mut surveys = Vec::new();
    if report.survey.response.denominator.is_some_and(|asked| asked > 0) {
        surveys.push(beside::survey(report, m));
    }
    let sections = [
        ("flow", vec![blocks::flow(report, m)?]),
        ("matters", tables(&MATTERS)?),
        ("proportion", vec![volumes::per_1000(report, m)]),
        ("ways", tables(&WAYS)?),
        ("outcomes", outcomes),
        ("causes", causes),
        ("times", times(report, m)?),
        ("limits", limits),
        ("platform", tables(&PLATFORM)?),
        ("redress", redress(report, m)),
        ("outside", outside),
        ("support", support),
        ("oversight", oversight),
        ("surveys", surveys),
        ("quality", vec![lists::quality(report, m)]),
    ];
    Ok(sections
        .into_iter()
        .filter(|(_, blocks)| !blocks.is_empty())
        .map(|(id, blocks)| {
            let text = m.section(id);
            Section { id: text.id, title: text.title, intro: text.intro, blocks }
        })
        .collect())
}

/// The tables of these names, as far as the report has them.
fn tables(report: &Report, m: &Messages, ids: &[&str]) -> Result<Vec<Block>, DrawError> {
    ids.iter()
        .filter_map(|id| report.tables.iter().find(|table| table.id == *id))
        .map(|table| blocks::table(report, m, table))
        .collect()
}

/// How long people waited, and still wait.
fn times(report: &Report, m: &Messages) -> Result<Vec<Block>, DrawError> {
    let mut found = Vec::new();
    if report.durations.complaints > 0 {
        found.push(times::durations(m, "days-to-answer", &report.durations));
        found.extend(tables(report, m, &["answered-by-band"])?);
        for cross in &report.crosses {
            found.push(blocks::cross(report, m, cross)?);
        }
    }
    let pauses = tables(report, m, &["answered-by-pause"])?;
    if !pauses.is_empty() {
        found.push(times::durations(m, "net-days-to-answer", &report.net_durations));
        found.extend(pauses);
    }
    if report.open_ages.complaints > 0 {
        found.push(times::durations(m, "days-open", &report.open_ages));
    }
    Ok(found)
}

/// What was paid, and what became of what was offered.
fn redress(report: &Report, m: &Messages) -> Vec<Block> {
    let mut found = Vec::new();
    if !report.redress.is_empty() {
        found.push(lists::redress(report, m));
    }
    let offers = lists::rates_of(report, &REMEDIES);
    if offers.iter().any(|rate| rate.denominator.is_some_and(|offered| offered > 0)) {
        found.push(times::shares(report, m, "remedies", &REMEDIES));
    }
    if report.remedy_durations.complaints > 0 {
        found.push(times::durations(m, "days-to-carry-out", &report.remedy_durations));
    }
    found
}

//! Figures without a chart: shares, waiting times, money, the quality of the records.

use super::{Block, RowView, TableView, blocks::counted};
use crate::report::{
    model::{Rate, Report, RowName, Withheld},
    render::messages::{Messages, fill, number, percent},
};

/// An exact decimal with its thousands set apart.
pub(in crate::report::render) fn amount(decimal: &str) -> String {
    let (whole, rest) = match decimal.split_once('.') {
        Some((whole, rest)) => (whole, format!(".{rest:0<2}")),
        None => (decimal, String::new()),
    };
    whole.parse().map_or_else(|_| decimal.to_owned(), |whole| number(whole) + &rest)
}

pub(super) fn withheld(m: &Messages, why: Option<Withheld>) -> String {
    match why {
        Some(Withheld::Nothing) => m.nothing.to_owned(),
        Some(Withheld::TooFew) => m.too_few.to_owned(),
        None => String::new(),
    }
}

pub(super) fn rate_row(m: &Messages, rate: &Rate) -> RowView {
    let [numerator, denominator] = [rate.numerator, rate.denominator]
        .map(|figure| figure.map_or_else(|| m.hidden.to_owned(), number));
    let result = rate.basis_points.map_or_else(|| withheld(m, rate.withheld), percent);
    let interval = rate
        .interval
        .map_or_else(String::new, |(low, high)| format!("{}–{}", percent(low), percent(high)));
    RowView {
        name: m.about(rate.id).heading.to_owned(),
        cells: vec![numerator, denominator, result, interval],
        is_muted: rate.withheld.is_some(),
        parent: None,
    }
}

/// The table whose row of what is not known a share passes over.
const WITH_UNKNOWN: (&str, &str) = ("disputed-rate", "disputed");

/// A share out of those of which it is known, beside how many it is not known of. Where that is most of them
/// there is no share on the page: nobody reads so much in a hundred percent of a handful as is not there.
fn with_unknown(report: &Report, m: &Messages, rate: &Rate) -> RowView {
    let mut row = rate_row(m, rate);
    let (id, table) = WITH_UNKNOWN;
    let table = report.tables.iter().filter(|_| rate.id == id).find(|it| it.id == table);
    let unknown = table.and_then(|table| {
        table.rows.iter().find(|row| row.name == RowName::NotStated).map(|row| row.count)
    });
    let (Some(unknown), Some(known)) = (unknown.filter(|n| *n > 0), rate.denominator) else {
        return row;
    };
    if let [_, denominator, result, _] = row.cells.as_mut_slice() {
        let places = [("known", number(known)), ("unknown", number(unknown))];
        *denominator =
            fill(m.known_of, &places.each_ref().map(|(place, value)| (*place, value.as_str())));
        if known < unknown && rate.basis_points.is_some() {
            m.mostly_unknown.clone_into(result);
        }
    }
    row
}

/// The shares that stand beside the outcomes.
const SHARES: [&str; 5] =
    ["platform-timely-rate", "disputed-rate", "uphold-rate", "reopen-rate", "duplicate-rate"];

/// The shares of these names, as far as the report has them.
pub(super) fn rates_of<'a>(report: &'a Report, ids: &[&str]) -> Vec<&'a Rate> {
    ids.iter().filter_map(|id| report.rates.iter().find(|rate| rate.id == *id)).collect()
}

/// What each share means, and how far was counted.
pub(super) fn definitions(report: &Report, m: &Messages, rates: &[&Rate]) -> Vec<String> {
    let of = |rate: &&Rate| {
        let about = m.about(rate.id);
        format!("{}{}{}", about.heading, m.colon, about.definition)
    };
    let counted = fill(m.counted, &[("cutoff", &number(report.cutoff.position))]);
    rates.iter().map(of).chain([counted]).collect()
}

/// The shares about outcomes, with numerator and denominator.
pub(super) fn shares(report: &Report, m: &Messages) -> Block {
    let uphold = report.rates.iter().find(|rate| rate.id == "uphold-rate");
    let sentence = uphold.and_then(|rate| {
        let (low, high) = rate.interval?;
        let places = [
            ("of", number(rate.denominator?)),
            ("n", number(rate.numerator?)),
            ("share", percent(rate.basis_points?)),
            ("low", percent(low)),
            ("high", percent(high)),
        ];
        Some(fill(m.upheld_sentence, &places.each_ref().map(|(place, v)| (*place, v.as_str()))))
    });
    let columns = [m.figure, m.numerator, m.denominator, m.result, m.interval];
    let rates = rates_of(report, &SHARES);
    Block {
        id: "shares",
        heading: m.shares.to_owned(),
        sentences: sentence.into_iter().collect(),
        balance: Vec::new(),
        chart: None,
        table: TableView {
            caption: m.shares.to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            rows: rates.iter().map(|rate| with_unknown(report, m, rate)).collect(),
            total: None,
        },
        notes: definitions(report, m, &rates),
        is_folded: false,
    }
}

/// What was paid.
pub(super) fn redress(report: &Report, m: &Messages) -> Block {
    let about = m.about("redress");
    let columns = [m.currency, m.complaints, m.payments, m.paid_total, m.paid_median, m.paid_p90];
    let rows = report
        .redress
        .iter()
        .map(|row| {
            let told = |value: Option<String>| value.unwrap_or_else(|| m.too_few.to_owned());
            RowView {
                name: row.currency.clone(),
                cells: vec![
                    told(row.complaints.map(number)),
                    told(row.payments.map(number)),
                    told(row.total.as_deref().map(amount)),
                    told(row.median.as_deref().map(amount)),
                    told(row.p90.as_deref().map(amount)),
                ],
                is_muted: row.withheld.is_some(),
                parent: None,
            }
        })
        .collect();
    Block {
        id: "paid",
        heading: about.heading.to_owned(),
        sentences: Vec::new(),
        balance: Vec::new(),
        chart: None,
        table: TableView {
            caption: about.heading.to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            rows,
            total: None,
        },
        notes: vec![counted(m, report.cutoff.position, about.definition)],
        is_folded: false,
    }
}

/// How good the records are.
pub(super) fn quality(report: &Report, m: &Messages) -> Block {
    let about = m.about("recording");
    let q = &report.quality;
    let counts = [
        q.events_own,
        q.late_own,
        q.events_imported,
        q.late_imported,
        q.out_of_order,
        q.corrections,
        q.corrected_complaints,
        q.imports,
        q.import_rejects,
    ];
    let mut rows: Vec<RowView> = q.missing.iter().map(|rate| rate_row(m, rate)).collect();
    for row in &mut rows {
        row.cells = match row.cells.as_slice() {
            [numerator, _, share, _] => vec![numerator.clone(), share.clone()],
            _ => Vec::new(),
        };
    }
    rows.extend(m.quality_rows.iter().zip(counts).map(|(name, count)| RowView {
        name: (*name).to_owned(),
        cells: vec![number(count), String::new()],
        is_muted: false,
        parent: None,
    }));
    Block {
        id: "records",
        heading: about.heading.to_owned(),
        sentences: Vec::new(),
        balance: Vec::new(),
        chart: None,
        table: TableView {
            caption: about.heading.to_owned(),
            columns: [m.figure, m.numerator, m.share].map(str::to_owned).to_vec(),
            rows,
            total: None,
        },
        notes: vec![counted(m, report.cutoff.position, about.definition)],
        is_folded: false,
    }
}

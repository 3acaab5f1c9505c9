//! Figures with a chart: tables, the balance, waiting times by product.

use super::{Block, Chart, RowView, TableView, Term};
use crate::{
    period::day_number,
    report::{
        model::{CrossTable, Report, Row, RowName, Table, Vocabulary},
        render::{
            chart::{self, Bar, DrawError, FlowPoint, FlowWords, Stack, Svg},
            messages::{Messages, fill, number, percent},
            page::{date, span},
        },
        statistics::basis_points,
    },
};

/// Tables longer than this are folded on screens.
const FOLDED_ROWS: usize = 14;

/// The name of a row, as it is printed.
fn name_of(m: &Messages, vocabulary: Vocabulary, name: &RowName, values: Option<u64>) -> String {
    match name {
        RowName::NotStated => m.not_stated.to_owned(),
        RowName::Pooled => {
            let values = values.map_or_else(|| "…".to_owned(), number);
            fill(m.pooled, &[("values", &values)])
        }
        RowName::Value(code) => match vocabulary {
            Vocabulary::Band => band(m, code),
            Vocabulary::Time => months(m, code),
            Vocabulary::Cause => m.cause(code),
            Vocabulary::Limit => m.limit(code),
            Vocabulary::Own
            | Vocabulary::Channel
            | Vocabulary::Right
            | Vocabulary::Outcome
            | Vocabulary::PlatformResponse
            | Vocabulary::YesNo
            | Vocabulary::Vulnerability
            | Vocabulary::Link
            | Vocabulary::Pause
            | Vocabulary::OutsideResult
            | Vocabulary::Volume => m.name(vocabulary, code).to_owned(),
        },
    }
}

/// `31-60` and `61+` in words.
fn band(m: &Messages, code: &str) -> String {
    if let Some((from, to)) = code.split_once('-') {
        return fill(m.band_days, &[("from", from), ("to", to)]);
    }
    let from: u64 = code.trim_end_matches('+').parse().unwrap_or(1);
    fill(m.band_over, &[("from", &from.saturating_sub(1).to_string())])
}

/// `2014-10`, `2014-10..2014-12` and `2014-10-01..2014-10-17` in words.
fn months(m: &Messages, code: &str) -> String {
    let month = |text: &str| {
        format!("{text}-01")
            .parse::<jiff::civil::Date>()
            .map_or_else(|_| text.to_owned(), |day| day.strftime(m.month).to_string())
    };
    match code.split_once("..") {
        Some((from, to)) if from.len() > "2014-10".len() => span(m, from, to),
        Some((from, to)) => fill(m.span, &[("from", &month(from)), ("to", &month(to))]),
        None => month(code),
    }
}

fn share(count: u64, total: u64) -> String {
    basis_points(count, total).map_or_else(String::new, percent)
}

fn chart_of(title: &str, text: String, svg: Svg) -> Chart {
    Chart { title: title.to_owned(), text, width: svg.width, height: svg.height, body: svg.body }
}

pub(super) fn counted(m: &Messages, cutoff: u64, definition: &str) -> String {
    format!("{definition}{}{}", m.gap, fill(m.counted, &[("cutoff", &number(cutoff))]))
}

pub(super) fn file(m: &Messages, id: &str) -> String {
    fill(m.data_file, &[("file", &format!("tables/{id}.csv"))])
}

/// A table with its bars.
pub(super) fn table(report: &Report, m: &Messages, table: &Table) -> Result<Block, DrawError> {
    let about = m.about(table.id);
    let label = |row: &Row| name_of(m, table.vocabulary, &row.name, row.values);
    let rows = table
        .rows
        .iter()
        .map(|row| RowView {
            name: label(row),
            cells: vec![number(row.count), share(row.count, table.total)],
            is_muted: row.name == RowName::Pooled || row.name == RowName::NotStated,
            parent: row.parent.as_ref().map(|name| name_of(m, table.vocabulary, name, row.values)),
        })
        .collect();
    let has_parents = table.rows.iter().any(|row| row.parent.is_some());
    let largest = table
        .rows
        .iter()
        .filter(|row| matches!(row.name, RowName::Value(_)))
        .max_by_key(|row| row.count)
        .filter(|row| row.count > 0);
    let chart = match largest {
        Some(largest) if !has_parents && table.rows.len() > 1 => {
            let bars: Vec<Bar> = table.rows.iter().map(|row| bar(m, table, row)).collect();
            let text = fill(
                m.chart_bars_text,
                &[
                    ("rows", &bars.len().to_string()),
                    ("name", &label(largest)),
                    ("n", &number(largest.count)),
                ],
            );
            Some(chart_of(about.heading, text, chart::bars(&bars)?))
        }
        Some(_) | None => None,
    };
    let mut notes = Vec::new();
    if table.is_multiple {
        notes.push(m.multiple_note.to_owned());
    }
    if report.disclosure.min_cell > 1 && table.rows.iter().any(|row| row.name == RowName::Pooled) {
        notes.push(fill(m.pooled_note, &[("min", &report.disclosure.min_cell.to_string())]));
    }
    notes.push(counted(m, table.cutoff, about.definition));
    notes.push(file(m, table.id));
    let is_ordered = matches!(table.vocabulary, Vocabulary::Band | Vocabulary::Time);
    let sentences =
        largest.filter(|_| !has_parents && !is_ordered && table.rows.len() > 1).map(|row| {
            let places = [
                ("name", label(row)),
                ("n", number(row.count)),
                ("share", share(row.count, table.total)),
            ];
            fill(m.largest_sentence, &places.each_ref().map(|(place, v)| (*place, v.as_str())))
        });
    let unit = if table.is_multiple { m.mentions } else { m.complaints };
    Ok(Block {
        id: table.id,
        heading: about.heading.to_owned(),
        sentences: sentences.into_iter().collect(),
        balance: Vec::new(),
        chart,
        table: TableView {
            caption: about.heading.to_owned(),
            columns: [m.value, unit, m.share].map(str::to_owned).to_vec(),
            rows,
            total: Some(total_row(m, vec![number(table.total), share(table.total, table.total)])),
        },
        notes,
        is_folded: table.rows.len() > FOLDED_ROWS,
    })
}

fn total_row(m: &Messages, cells: Vec<String>) -> RowView {
    RowView { name: m.total.to_owned(), cells, is_muted: false, parent: None }
}

fn bar(m: &Messages, table: &Table, row: &Row) -> Bar {
    Bar {
        label: name_of(m, table.vocabulary, &row.name, row.values),
        value: row.count,
        text: format!("{} · {}", number(row.count), share(row.count, table.total)),
        is_muted: !matches!(row.name, RowName::Value(_)),
    }
}

/// Final responses by product and days.
pub(super) fn cross(report: &Report, m: &Messages, cross: &CrossTable) -> Result<Block, DrawError> {
    let about = m.about(cross.id);
    let legend: Vec<String> = cross.columns.iter().map(|code| band(m, code)).collect();
    let stacks: Vec<Stack> = cross
        .rows
        .iter()
        .map(|row| Stack {
            label: name_of(m, Vocabulary::Own, &row.name, None),
            total: row.total,
            parts: row.counts.clone(),
            text: number(row.total),
        })
        .collect();
    let text = fill(m.chart_stack_text, &[("rows", &stacks.len().to_string())]);
    let svg = chart::stacks(&legend, m.too_few, &stacks)?;
    let rows = cross
        .rows
        .iter()
        .map(|row| {
            let mut cells: Vec<String> = row
                .counts
                .iter()
                .map(|count| count.map_or_else(|| m.hidden.to_owned(), number))
                .collect();
            cells.push(number(row.total));
            RowView {
                name: name_of(m, Vocabulary::Own, &row.name, None),
                cells,
                is_muted: !matches!(row.name, RowName::Value(_)),
                parent: None,
            }
        })
        .collect();
    let mut totals: Vec<String> = cross.column_totals.iter().map(|n| number(*n)).collect();
    totals.push(number(cross.total));
    let mut columns = vec![m.value.to_owned()];
    columns.extend(legend);
    columns.push(m.total.to_owned());
    let mut notes = Vec::new();
    if report.disclosure.min_cell > 1 {
        notes.push(m.hidden_note.to_owned());
    }
    notes.push(counted(m, cross.cutoff, about.definition));
    notes.push(file(m, cross.id));
    Ok(Block {
        id: cross.id,
        heading: about.heading.to_owned(),
        sentences: Vec::new(),
        balance: Vec::new(),
        chart: Some(chart_of(about.heading, text, svg)),
        table: TableView {
            caption: about.heading.to_owned(),
            columns,
            rows,
            total: Some(total_row(m, totals)),
        },
        notes,
        is_folded: false,
    })
}

/// The balance and its course.
pub(super) fn flow(report: &Report, m: &Messages) -> Result<Block, DrawError> {
    let about = m.about("flow");
    let flow = &report.flow;
    let terms = [
        ("", m.outstanding_start, flow.outstanding_at_start),
        ("+", m.received, flow.received),
        ("+", m.reopened, flow.reopened),
        ("−", m.closed, flow.closed),
        ("−", m.withdrawn, flow.withdrawn),
        ("=", m.outstanding_end, flow.outstanding_at_end),
    ];
    let places = ["start", "received", "reopened", "closed", "withdrawn", "end"];
    let values = terms.map(|(_, _, value)| number(value));
    let sentence: Vec<(&str, &str)> =
        places.into_iter().zip(values.iter().map(String::as_str)).collect();
    let rows = report
        .steps
        .iter()
        .map(|step| RowView {
            name: span(m, &step.first_day, &step.last_day),
            cells: [
                step.received,
                step.reopened,
                step.closed,
                step.withdrawn,
                step.outstanding_at_end,
            ]
            .map(number)
            .to_vec(),
            is_muted: false,
            parent: None,
        })
        .collect();
    let totals =
        [flow.received, flow.reopened, flow.closed, flow.withdrawn, flow.outstanding_at_end];
    let columns = [m.period, m.received, m.reopened, m.closed, m.withdrawn, m.outstanding_end];
    Ok(Block {
        id: "balance",
        heading: about.heading.to_owned(),
        sentences: vec![fill(m.balance_sentence, &sentence)],
        balance: terms
            .into_iter()
            .zip(values)
            .map(|((sign, name, _), value)| Term { sign, name, value })
            .collect(),
        chart: flow_chart(report, m)?,
        table: TableView {
            caption: about.heading.to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            rows,
            total: Some(total_row(m, totals.map(number).to_vec())),
        },
        notes: vec![counted(m, report.cutoff.position, about.definition), file(m, "flow")],
        is_folded: report.steps.len() > FOLDED_ROWS,
    })
}

fn flow_chart(report: &Report, m: &Messages) -> Result<Option<Chart>, DrawError> {
    let number_of = |day: &str| day.parse().map_or(0, day_number);
    let start = number_of(&report.period.first_covered_day);
    let points: Vec<FlowPoint> = report
        .steps
        .iter()
        .map(|step| {
            let days = u64::try_from(step.days).unwrap_or(1).max(1);
            let before = u64::try_from(number_of(&step.first_day) - start).unwrap_or(0);
            FlowPoint {
                at: before * 1000 + days * 500,
                received: step.received * 1000 / days,
                ended: (step.closed + step.withdrawn) * 1000 / days,
                open: step.outstanding_at_end,
            }
        })
        .collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(None) };
    if points.len() < 2 {
        return Ok(None);
    }
    let text =
        fill(m.chart_flow_text, &[("first", &number(first.open)), ("last", &number(last.open))]);
    let words = FlowWords {
        per_day: m.axis_per_day,
        open: m.axis_open,
        received: m.received,
        ended: m.ended,
        first_day: &date(m, &report.period.first_covered_day),
        last_day: &date(m, &report.period.last_covered_day),
    };
    let days = u64::try_from(report.period.covered_days).unwrap_or(1).max(1);
    Ok(Some(chart_of(m.chart_flow, text, chart::flow(&points, days, &words)?)))
}

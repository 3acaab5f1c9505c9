//! Waiting times, time limits, and shares that stand by themselves.

use super::{
    Block, RowView, TableView,
    blocks::{counted, file},
    lists::{definitions, rate_row, rates_of, withheld},
};
use crate::report::{
    model::{DurationSection, Limit, Report},
    render::messages::{Messages, fill, number},
};

/// How long something took, by the name under which the report explains it.
pub(super) fn durations(m: &Messages, id: &str, durations: &DurationSection) -> Block {
    let about = m.about(id);
    let values = [durations.p50, durations.p75, durations.p90, durations.p95, durations.max];
    let days = |value: Option<i64>| {
        value.map_or_else(
            || withheld(m, durations.withheld),
            |value| fill(m.days_unit, &[("n", &value.to_string())]),
        )
    };
    let rows = m
        .percentiles
        .iter()
        .zip(values)
        .map(|(name, value)| RowView {
            name: (*name).to_owned(),
            cells: vec![days(value)],
            is_muted: value.is_none(),
            parent: None,
        })
        .collect();
    let sentence = match values {
        [Some(p50), _, Some(p90), _, Some(max)] if id == "days-to-answer" => Some(fill(
            m.duration_sentence,
            &[
                ("n", &number(durations.complaints)),
                ("p50", &p50.to_string()),
                ("p90", &p90.to_string()),
                ("max", &max.to_string()),
            ],
        )),
        _ => None,
    };
    let columns = [m.figure.to_owned(), about.heading.to_owned()].to_vec();
    let note = counted(m, durations.cutoff, about.definition);
    Block { sentences: sentence.into_iter().collect(), ..listed(m, id, columns, rows, vec![note]) }
}

/// Whether limits were kept, clock by clock, counted in both ways.
pub(super) fn limits(report: &Report, m: &Messages) -> Block {
    let columns = [m.limit, m.kept, m.complaints, m.share, m.kept_of_settled];
    let row = |limit: &Limit| {
        let [kept, of_settled] =
            [&limit.kept, &limit.kept_of_settled].map(|rate| rate_row(m, rate).cells);
        let mut cells: Vec<String> = kept.into_iter().take(3).collect();
        cells.push(of_settled.get(2).cloned().unwrap_or_default());
        RowView {
            name: m.limit(&limit.clock),
            cells,
            is_muted: limit.kept.withheld.is_some(),
            parent: None,
        }
    };
    let rows = report.limits.limits.iter().map(row).collect();
    let note = counted(m, report.limits.cutoff, m.about("limits").definition);
    let columns = columns.map(str::to_owned).to_vec();
    listed(m, "limits", columns, rows, vec![note, file(m, "limits")])
}

/// Shares under a heading of their own.
pub(super) fn shares(report: &Report, m: &Messages, id: &str, ids: &[&str]) -> Block {
    let rates = rates_of(report, ids);
    let columns = [m.figure, m.numerator, m.denominator, m.result];
    let rows = rates
        .iter()
        .map(|rate| {
            let mut row = rate_row(m, rate);
            row.cells.truncate(3);
            row
        })
        .collect();
    let mut notes = vec![m.about(id).definition.to_owned()];
    notes.extend(definitions(report, m, &rates));
    listed(m, id, columns.map(str::to_owned).to_vec(), rows, notes)
}

fn listed(
    m: &Messages,
    id: &str,
    columns: Vec<String>,
    rows: Vec<RowView>,
    notes: Vec<String>,
) -> Block {
    let about = m.about(id);
    Block {
        // The section of limits has this name already.
        id: if id == "limits" { "limits-kept" } else { about.id },
        heading: about.heading.to_owned(),
        sentences: Vec::new(),
        balance: Vec::new(),
        chart: None,
        table: TableView { caption: about.heading.to_owned(), columns, rows, total: None },
        notes,
        is_folded: false,
    }
}

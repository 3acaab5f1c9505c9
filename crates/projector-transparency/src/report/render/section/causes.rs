//! Causes that recur: what was found, and a control chart of each.

use complaint_domain::recurrence::{
    Chart as ControlChart, SignalRule,
    picture::{HEIGHT, PictureWords, WIDTH, share_of},
};

use super::{Block, Chart, RowView, TableView, blocks::counted};
use crate::report::{
    causes::is_told,
    model::{CauseChart, ChartWeek, Report},
    render::{
        messages::{Messages, fill, number, percent},
        page::{date, span},
    },
};

/// The names of the blocks, as many as there are charts at most.
const IDS: [&str; 6] = ["recurs-1", "recurs-2", "recurs-3", "recurs-4", "recurs-5", "recurs-6"];

/// One block for each chart.
pub(super) fn charts(report: &Report, m: &Messages) -> Vec<Block> {
    let charts = report.causes.charts.iter().zip(IDS);
    charts.map(|(chart, id)| block(report, m, chart, id)).collect()
}

fn block(report: &Report, m: &Messages, chart: &CauseChart, id: &'static str) -> Block {
    let about = m.about("cause-charts");
    let cause = m.cause(&chart.cause);
    let heading = fill(m.chart_heading, &[("product", &chart.product), ("cause", &cause)]);
    let min_cell = report.disclosure.min_cell;
    let mut notes = Vec::new();
    if chart.weeks.iter().any(|week| week.received.is_none()) {
        notes.push(m.hidden_note.to_owned());
    }
    notes.push(counted(m, report.causes.cutoff, about.definition));
    let mut sentences: Vec<_> = chart.weeks.iter().filter_map(|week| sentence(m, week)).collect();
    let is_drawn = shows_the_cause(&chart.weeks);
    if !is_drawn {
        sentences.push(m.chart_withheld.to_owned());
    }
    Block {
        id,
        sentences,
        balance: Vec::new(),
        chart: is_drawn.then(|| picture(m, chart, &heading, min_cell)),
        table: table(m, chart, &heading),
        heading,
        notes,
        is_folded: true,
    }
}

/// Whether any week of which figures are told has the cause. A chart of the others alone would say that
/// the cause never came up, of all things one that recurs.
fn shows_the_cause(weeks: &[ChartWeek]) -> bool {
    weeks.iter().any(|week| week.with_cause.is_some_and(|n| n > 0))
}

fn rule_of(m: &Messages, code: &str) -> Option<(usize, &'static str)> {
    let place = SignalRule::ALL.iter().position(|rule| rule.code() == code)?;
    m.signal_rules.get(place).map(|words| (place + 1, *words))
}

/// What a week that lies too high says.
fn sentence(m: &Messages, week: &ChartWeek) -> Option<String> {
    let (number_of_rule, rule) = rule_of(m, week.rule?)?;
    let days = span(m, &week.first_day, &week.last_day);
    let mut places = vec![("span", days), ("rule", rule.to_owned())];
    places.push(("number", number_of_rule.to_string()));
    let text = match (week.with_cause, week.received) {
        (Some(with_cause), Some(received)) => {
            places.extend([("n", number(with_cause)), ("of", number(received))]);
            m.signal_sentence
        }
        (None | Some(_), _) => m.signal_sentence_withheld,
    };
    let places: Vec<_> = places.iter().map(|(place, value)| (*place, value.as_str())).collect();
    Some(fill(text, &places))
}

fn picture(m: &Messages, chart: &CauseChart, heading: &str, min_cell: u64) -> Chart {
    let day = |week: Option<&ChartWeek>, of: fn(&ChartWeek) -> &str| {
        week.map_or_else(String::new, |week| date(m, of(week)))
    };
    let first_day = day(chart.weeks.first(), |week| &week.first_day);
    let last_day = day(chart.weeks.last(), |week| &week.last_day);
    let words = PictureWords {
        share: m.chart_share,
        centre: m.chart_centre,
        limit: m.chart_limit,
        signal: m.chart_signal,
        first_day: &first_day,
        last_day: &last_day,
    };
    let control = ControlChart::of(chart.exact.clone());
    let signals = chart.weeks.iter().filter(|week| week.rule.is_some()).count();
    let places = [
        ("weeks", chart.weeks.len().to_string()),
        ("centre", percent(share_of(control.total()))),
        ("signals", signals.to_string()),
    ];
    Chart {
        title: heading.to_owned(),
        text: fill(m.chart_cause_text, &places.each_ref().map(|(p, v)| (*p, v.as_str()))),
        width: i32::try_from(WIDTH).unwrap_or(i32::MAX),
        height: i32::try_from(HEIGHT).unwrap_or(i32::MAX),
        body: control.picture(&words, |week| is_told(min_cell, week)),
    }
}

fn table(m: &Messages, chart: &CauseChart, heading: &str) -> TableView {
    let control = ControlChart::of(chart.exact.clone());
    let rows = chart.weeks.iter().zip(&chart.exact).map(|(week, exact)| {
        let told = |value: Option<String>| value.unwrap_or_else(|| m.hidden.to_owned());
        let share = week.received.filter(|n| *n > 0).map(|_| percent(share_of(*exact)));
        let limit = week.received.filter(|n| *n > 0).map(|_| percent(control.limit_of(*exact)));
        let rule = week.rule.and_then(|code| rule_of(m, code));
        RowView {
            name: span(m, &week.first_day, &week.last_day),
            cells: vec![
                told(week.with_cause.map(number)),
                told(week.received.map(number)),
                told(share),
                told(limit),
                rule.map_or_else(String::new, |(number, _)| number.to_string()),
            ],
            is_muted: week.received.is_none(),
            parent: None,
        }
    });
    let columns = [m.period, m.with_cause, m.received, m.share, m.chart_limit, m.signal_rule];
    TableView {
        caption: heading.to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
        total: Some(RowView {
            name: m.total.to_owned(),
            cells: vec![
                number(chart.with_cause),
                number(chart.received),
                percent(share_of(control.total())),
                String::new(),
                String::new(),
            ],
            is_muted: false,
            parent: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_that_would_show_nothing_but_weeks_without_the_cause_is_not_drawn() {
        let week = |with_cause: Option<u64>| ChartWeek {
            first_day: "2025-01-06".to_owned(),
            last_day: "2025-01-12".to_owned(),
            received: with_cause.map(|_| 20),
            with_cause,
            rule: None,
        };
        assert!(!shows_the_cause(&[week(Some(0)), week(None), week(Some(0))]));
        assert!(!shows_the_cause(&[week(None)]));
        assert!(shows_the_cause(&[week(Some(0)), week(None), week(Some(12))]));
    }
}

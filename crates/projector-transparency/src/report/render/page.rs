//! The page: every figure as a sentence, a chart and a table.

use askama::Template;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    Locale, WriteError,
    chart::DrawError,
    messages::{Messages, fill, number, percent},
    section::{self, Section},
};
use crate::report::model::{Rate, Report};

const STYLE: &str = include_str!("../../../templates/report.css");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    m: &'a Messages,
    style: &'static str,
    origin: &'a str,
    period: String,
    lead: String,
    provenance: String,
    partly: Option<String>,
    not_over: Option<String>,
    keys: Vec<KeyFigure>,
    sections: Vec<Section>,
    facts: Vec<(&'static str, String)>,
    commands: Vec<String>,
    find: &'static str,
}

/// A figure in the strip at the top.
struct KeyFigure {
    name: &'static str,
    value: String,
    note: String,
}

/// Renders the page in one language. `digest` is that of `report.json`.
pub(super) fn render(report: &Report, locale: Locale, digest: &str) -> Result<String, WriteError> {
    let m = locale.messages();
    let period = span(m, &report.period.first_day, &report.period.last_day);
    let flow = &report.flow;
    let page = Page {
        m,
        style: STYLE,
        origin: &report.origin,
        lead: fill(
            m.lead,
            &[
                ("received", &number(flow.received)),
                ("ended", &number(flow.closed + flow.withdrawn)),
                ("open", &number(flow.outstanding_at_end)),
            ],
        ),
        provenance: fill(m.provenance, &[("size", &number(report.cutoff.tree_size))]),
        partly: (report.period.covered_days < report.period.days).then(|| partly(report, m)),
        not_over: (!report.period.is_over)
            .then(|| fill(m.not_over, &[("at", &moment(m, &report.cutoff.recorded_at))])),
        keys: keys(report, m),
        sections: section::all(report, m).map_err(|error| drawing(&error))?,
        facts: facts(report, m, &period, digest),
        commands: vec![
            "redress verify --data DIR".to_owned(),
            format!(
                "redress report transparency --data DIR --records {} --period {} --min-cell {} --out ../OUT",
                report.cutoff.tree_size, report.period.name, report.disclosure.min_cell
            ),
            "sha256sum -c SHA256SUMS".to_owned(),
            "redress check published.tlog-proof --report . --vkey KEY".to_owned(),
            "redress check published.tlog-proof --report . --mirror MIRROR --vkey KEY".to_owned(),
        ],
        find: "redress check published.tlog-proof --report . --receipt RECEIPT --nonce NONCE --vkey KEY",
        period,
    };
    page.render()
        .map_err(|source| WriteError::Form { file: "report.html", source: Box::new(source) })
}

fn drawing(error: &DrawError) -> WriteError {
    WriteError::Form { file: "report.html", source: error.to_string().into() }
}

/// A day as the language writes it.
pub(super) fn date(m: &Messages, day: &str) -> String {
    day.parse::<Date>().map_or_else(|_| day.to_owned(), |day| day.strftime(m.date).to_string())
}

/// A moment as the language writes it, to the minute, in UTC.
fn moment(m: &Messages, at: &str) -> String {
    let Ok(at) = at.parse::<Timestamp>() else { return at.to_owned() };
    let at = TimeZone::UTC.to_datetime(at);
    fill(
        m.moment,
        &[("day", &at.strftime(m.date).to_string()), ("time", &at.strftime("%H:%M").to_string())],
    )
}

/// Days as the language writes them; one day alone, and a whole month, stand by themselves.
pub(super) fn span(m: &Messages, first: &str, last: &str) -> String {
    if let (Ok(from), Ok(to)) = (first.parse::<Date>(), last.parse::<Date>())
        && from == from.first_of_month()
        && to == from.last_of_month()
    {
        return from.strftime(m.month).to_string();
    }
    if first == last {
        return date(m, first);
    }
    fill(m.span, &[("from", &date(m, first)), ("to", &date(m, last))])
}

fn partly(report: &Report, m: &Messages) -> String {
    let period = &report.period;
    let days = span(m, &period.first_covered_day, &period.last_covered_day);
    let count = |days: i64| number(u64::try_from(days).unwrap_or(0));
    let places = [("span", days), ("n", count(period.covered_days)), ("of", count(period.days))];
    fill(m.partly, &places.each_ref().map(|(place, value)| (*place, value.as_str())))
}

fn keys(report: &Report, m: &Messages) -> Vec<KeyFigure> {
    let flow = &report.flow;
    let days = u64::try_from(report.period.covered_days).unwrap_or(1).max(1);
    let tenths = (flow.received * 10 + days / 2) / days;
    let per_day = format!("{}.{}", number(tenths / 10), tenths % 10);
    let mut keys = vec![
        KeyFigure {
            name: m.received,
            value: number(flow.received),
            note: fill(m.per_day, &[("n", &per_day)]),
        },
        KeyFigure {
            name: m.closed,
            value: number(flow.closed),
            note: fill(m.key_closed_note, &[("n", &number(flow.withdrawn))]),
        },
        KeyFigure {
            name: m.outstanding_end,
            value: number(flow.outstanding_at_end),
            note: fill(m.key_open_note, &[("n", &number(flow.outstanding_at_start))]),
        },
    ];
    keys.extend(rate_key(report, "platform-timely-rate", m.key_timely, m.key_share_note));
    let durations = &report.durations;
    keys.extend(durations.p50.map(|days| KeyFigure {
        name: m.key_median,
        value: fill(m.days_unit, &[("n", &days.to_string())]),
        note: fill(m.key_median_note, &[("n", &number(durations.complaints))]),
    }));
    keys.extend(rate_key(report, "uphold-rate", m.key_upheld, m.key_upheld_note));
    // Only one currency fits; the largest number of complainants is not the largest sum, so this
    // is left to the section unless there is only one.
    if let [row] = report.redress.as_slice()
        && let (Some(total), Some(complaints)) = (&row.total, row.complaints)
    {
        keys.push(KeyFigure {
            name: m.key_redress,
            value: section::amount(total),
            note: fill(
                m.key_redress_note,
                &[("n", &number(complaints)), ("currency", &row.currency)],
            ),
        });
    }
    keys
}

fn rate_key(
    report: &Report,
    id: &str,
    name: &'static str,
    note: &'static str,
) -> Option<KeyFigure> {
    let rate: &Rate = report.rates.iter().find(|rate| rate.id == id)?;
    let places = [("n", number(rate.numerator?)), ("of", number(rate.denominator?))];
    Some(KeyFigure {
        name,
        value: percent(rate.basis_points?),
        note: fill(note, &places.each_ref().map(|(place, value)| (*place, value.as_str()))),
    })
}

fn facts(report: &Report, m: &Messages, period: &str, digest: &str) -> Vec<(&'static str, String)> {
    let disclosure = &report.disclosure;
    let text = if disclosure.min_cell == 1 { m.minimum_none } else { m.minimum_text };
    let minimum = fill(
        text,
        &[
            ("min", &disclosure.min_cell.to_string()),
            ("rate", &disclosure.rate_floor.to_string()),
            ("redress", &disclosure.redress_floor.to_string()),
        ],
    );
    let values = [
        report.origin.clone(),
        period.to_owned(),
        number(report.cutoff.position),
        number(report.cutoff.tree_size),
        report.cutoff.root.clone(),
        report.cutoff.recorded_at.clone(),
        if report.taxonomies.is_empty() {
            m.not_stated.to_owned()
        } else {
            report.taxonomies.join(", ")
        },
        format!("{} {}", report.projector.name, report.projector.version),
        minimum,
        "report.json · figures.csv · tables/*.csv".to_owned(),
        digest.to_owned(),
    ];
    m.facts.iter().copied().zip(values).collect()
}

//! The committee's page: every figure in a table.

use askama::Template;
use jiff::civil::Date;

use super::{
    model::{Breakdown, CommitteeReport, Figure},
    words::Words,
};
use crate::report::{Locale, WriteError, model::Withheld};

const STYLE: &str = include_str!("../../templates/report.css");

#[derive(Template)]
#[template(path = "committee.html")]
struct Page<'a> {
    w: &'static Words,
    style: &'static str,
    origin: &'a str,
    period: String,
    lead: String,
    provenance: String,
    sections: Vec<Section>,
    commands: Vec<String>,
}

/// A table with its heading.
struct Section {
    id: &'static str,
    title: &'static str,
    intro: &'static str,
    columns: Vec<&'static str>,
    /// The first cell names the row.
    rows: Vec<Vec<String>>,
}

/// Renders the page in one language.
pub(super) fn render(report: &CommitteeReport, locale: Locale) -> Result<String, WriteError> {
    let w = Words::of(locale);
    let docket = &report.docket;
    let page = Page {
        w,
        style: STYLE,
        origin: &report.origin,
        period: fill(
            w.span,
            &[
                ("from", &date(w, &report.period.first_day)),
                ("to", &date(w, &report.period.last_day)),
            ],
        ),
        lead: fill(
            w.lead,
            &[
                ("opened", &docket.opened.to_string()),
                ("decided", &docket.decided.to_string()),
                ("open", &docket.at_end.to_string()),
            ],
        ),
        provenance: fill(
            w.provenance,
            &[
                ("size", &report.cutoff.tree_size.to_string()),
                ("root", &report.cutoff.root),
                ("min", &report.min_cell.to_string()),
            ],
        ),
        sections: sections(report, w),
        commands: vec![
            "redress verify --data DIR".to_owned(),
            format!(
                "redress report committee --data DIR --records {} --period {} --min-cell {} --out ../OUT",
                report.cutoff.tree_size, report.period.name, report.min_cell
            ),
            "sha256sum -c SHA256SUMS".to_owned(),
            "redress check published.tlog-proof --report . --vkey KEY".to_owned(),
            "redress check published.tlog-proof --report . --mirror MIRROR --vkey KEY".to_owned(),
        ],
    };
    page.render()
        .map_err(|source| WriteError::Form { file: "committee.html", source: Box::new(source) })
}

fn fill(text: &str, places: &[(&str, &str)]) -> String {
    places
        .iter()
        .fold(text.to_owned(), |text, (place, value)| text.replace(&format!("{{{place}}}"), value))
}

fn date(w: &Words, day: &str) -> String {
    day.parse::<Date>().map_or_else(|_| day.to_owned(), |day| day.strftime(w.date).to_string())
}

fn withheld(w: &Words, why: Option<Withheld>) -> String {
    match why {
        Some(Withheld::TooFew) => w.too_few.to_owned(),
        Some(Withheld::Nothing) | None => w.nothing.to_owned(),
    }
}

fn row<T: ToString + ?Sized>(w: &Words, code: &str, number: &T) -> Vec<String> {
    vec![w.name(code).to_owned(), number.to_string()]
}

fn figure(w: &Words, code: &str, of: Figure) -> Vec<String> {
    let number = of.count.map_or_else(|| withheld(w, of.withheld), |count| count.to_string());
    row(w, code, &number)
}

fn breakdown(w: &Words, of: &Breakdown) -> Vec<Vec<String>> {
    if of.rows.is_empty() {
        return vec![vec![withheld(w, of.withheld), String::new()]];
    }
    of.rows.iter().map(|counted| row(w, &counted.code, &counted.count)).collect()
}

fn sections(report: &CommitteeReport, w: &'static Words) -> Vec<Section> {
    let docket = &report.docket;
    let section = |id, rows| {
        let (title, intro) = w.heading(id);
        Section { id, title, intro, columns: vec![w.figure, w.number], rows }
    };
    let mut outcomes = breakdown(w, &report.decided_by_outcome);
    outcomes.push(figure(w, "differing", report.differing));
    let replies = &report.replies;
    let grounds = Breakdown { rows: report.refusal_grounds.clone(), withheld: None };
    let days = &report.days_to_decide;
    let day = |number: Option<i64>| {
        number.map_or_else(|| withheld(w, days.withheld), |days| days.to_string())
    };
    let mut composition = section("composition", terms(report, w));
    composition.columns = w.term_columns.to_vec();
    vec![
        section(
            "docket",
            vec![
                row(w, "at_start", &docket.at_start),
                row(w, "opened", &docket.opened),
                row(w, "decided", &docket.decided),
                row(w, "discontinued", &docket.discontinued),
                row(w, "at_end", &docket.at_end),
            ],
        ),
        section("ways", breakdown(w, &report.opened_by_way)),
        section("outcomes", outcomes),
        section(
            "members",
            vec![
                row(w, "sitting", &report.composition.sitting),
                row(w, "dissents", &report.dissents),
                row(w, "disclosures", &report.disclosures),
                row(w, "recusals", &report.recusals),
                row(w, "adjournments", &report.adjournments),
            ],
        ),
        section(
            "replies",
            vec![
                row(w, "binding", &replies.binding),
                row(w, "recommendations", &replies.recommendations),
                figure(w, "followed", replies.followed),
                figure(w, "refused", replies.refused),
                figure(w, "unanswered", replies.unanswered),
            ],
        ),
        section("grounds", breakdown(w, &grounds)),
        section(
            "measures",
            vec![
                row(w, "agreed", &report.measures.agreed),
                row(w, "done", &report.measures.done),
                row(w, "withdrawn", &report.measures.withdrawn),
                row(w, "outstanding", &report.measures.outstanding),
            ],
        ),
        section(
            "days",
            vec![
                row(w, "cases", &days.cases),
                row(w, "p50", &day(days.p50)),
                row(w, "p90", &day(days.p90)),
                row(w, "max", &day(days.max)),
            ],
        ),
        composition,
    ]
}

fn terms(report: &CommitteeReport, w: &Words) -> Vec<Vec<String>> {
    let rows = report.composition.terms.iter().map(|term| {
        vec![
            w.name(&term.seat).to_owned(),
            date(w, &term.first_day),
            date(w, &term.last_day),
            term.term.to_string(),
            term.ended_by.as_deref().map_or_else(String::new, |why| w.name(why).to_owned()),
        ]
    });
    rows.collect()
}

//! Figures of what stands beside the complaints, and of what complainants say.

use super::{
    Block, RowView, TableView,
    blocks::counted,
    lists::{rate_row, withheld},
};
use crate::report::{
    model::{Mean, Report},
    render::messages::{Messages, fill, number},
};

/// What the committee, regulators and those who take causes away did.
pub(super) fn oversight(report: &Report, m: &Messages) -> Block {
    let about = m.about("oversight");
    let rows = report.oversight.iter().zip(m.oversight_rows).map(|(tally, name)| RowView {
        name: (*name).to_owned(),
        cells: vec![tally.count.map_or_else(|| withheld(m, tally.withheld), number)],
        is_muted: tally.withheld.is_some(),
        parent: None,
    });
    Block {
        id: "tallies",
        heading: about.heading.to_owned(),
        sentences: Vec::new(),
        balance: Vec::new(),
        chart: None,
        table: TableView {
            caption: about.heading.to_owned(),
            columns: [m.figure, m.numerator].map(str::to_owned).to_vec(),
            rows: rows.collect(),
            total: None,
        },
        notes: vec![counted(m, report.cutoff.position, about.definition)],
        is_folded: false,
    }
}

/// How many answered, and what they say.
pub(super) fn survey(report: &Report, m: &Messages) -> Block {
    let about = m.about("survey");
    let survey = &report.survey;
    let [process, outcome] = m.survey_rows;
    let mut response = rate_row(m, &survey.response);
    response.cells.truncate(3);
    let mean = |name: &str, mean: Option<Mean>| {
        let cells = match mean {
            Some(Mean { sum, count, hundredths }) => vec![
                number(sum),
                number(count),
                format!("{}.{:02}", hundredths / 100, hundredths % 100),
            ],
            None => vec![m.hidden.to_owned(), String::new(), withheld(m, survey.withheld)],
        };
        RowView { name: name.to_owned(), cells, is_muted: mean.is_none(), parent: None }
    };
    let sentence = survey.process.zip(survey.outcome).map(|(process, outcome)| {
        let tenths = |mean: Mean| format!("{}.{:02}", mean.hundredths / 100, mean.hundredths % 100);
        fill(
            m.survey_sentence,
            &[
                ("asked", &number(survey.response.denominator.unwrap_or(0))),
                ("n", &number(process.count)),
                ("process", &tenths(process)),
                ("outcome", &tenths(outcome)),
            ],
        )
    });
    Block {
        id: "survey",
        heading: about.heading.to_owned(),
        sentences: sentence.into_iter().collect(),
        balance: Vec::new(),
        chart: None,
        table: TableView {
            caption: about.heading.to_owned(),
            columns: [m.figure, m.numerator, m.denominator, m.result].map(str::to_owned).to_vec(),
            rows: vec![response, mean(process, survey.process), mean(outcome, survey.outcome)],
            total: None,
        },
        notes: vec![counted(m, survey.cutoff, about.definition)],
        is_folded: false,
    }
}

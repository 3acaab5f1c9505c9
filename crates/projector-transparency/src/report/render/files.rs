//! The files of a report, written whole or not at all.

use std::{
    io,
    path::{Path, PathBuf},
};

use complaint_domain::{sealed::Hex, volume::VolumeUnit};
use sha2::{Digest as _, Sha256};

use super::{Locale, page};
use crate::{
    files::{Content, cell, put_all},
    report::model::{CrossTable, Report, Row, RowName, Table, VolumeRate},
};

/// Why a report was not written. Files that were there before are untouched, or replaced whole.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder cannot be made.
    #[error("the folder {path} cannot be made")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Somebody else's files lie in the folder.
    #[error(
        "expected no folder, an empty one or an earlier report at {}, found {found} in it",
        path.display()
    )]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// The name of one of them.
        found: String,
    },
    /// A file cannot be written.
    #[error("the file {path} cannot be written")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The report cannot be put into the form of a file.
    #[error("the report cannot be put into the form of {file}")]
    Form {
        /// The file.
        file: &'static str,
        /// What does not fit.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn form(file: &'static str) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> WriteError {
    move |source| WriteError::Form { file, source }
}

/// Writes a report into a folder: `report.<language>.html` for each language, `report.json`,
/// `figures.csv`, `tables/<id>.csv`, and the list of these ([`crate::files`]). Gives their paths, the pages first,
/// the list last.
///
/// # Errors
///
/// [`WriteError`] when a file cannot be written.
pub fn write(
    report: &Report,
    folder: &Path,
    locales: &[Locale],
) -> Result<Vec<PathBuf>, WriteError> {
    write_with(report, folder, locales, Vec::new())
}

/// As [`write()`], with the tables in which complainants find theirs, which are made of more than the figures.
///
/// # Errors
///
/// As [`write()`].
pub fn write_with(
    report: &Report,
    folder: &Path,
    locales: &[Locale],
    tables: Vec<(String, Content)>,
) -> Result<Vec<PathBuf>, WriteError> {
    let files = contents(report, locales)?;
    let files = files.into_iter().map(|(name, bytes)| (name, Content::Bytes(bytes)));
    put_all(folder, files.chain(tables).collect())
}

/// Every file of a report with its bytes.
fn contents(report: &Report, locales: &[Locale]) -> Result<Vec<(String, Vec<u8>)>, WriteError> {
    let json = json(report)?;
    let digest = Hex::<32>(Sha256::digest(&json).into()).to_string();
    let mut files = Vec::new();
    for locale in locales {
        let html = page::render(report, *locale, &digest)?;
        files.push((format!("report.{}.html", locale.code()), html.into_bytes()));
    }
    files.push(("report.json".to_owned(), json));
    files.push(("figures.csv".to_owned(), figures_csv(report)?));
    for table in &report.tables {
        files.push((format!("tables/{}.csv", table.id), table_csv(table)?));
    }
    for cross in &report.crosses {
        files.push((format!("tables/{}.csv", cross.id), cross_csv(cross)?));
    }
    files.push(("tables/received-per-1000.csv".to_owned(), per_1000_csv(report)?));
    files.push(("tables/limits.csv".to_owned(), limits_csv(report)?));
    files.push(("tables/flow.csv".to_owned(), flow_csv(report)?));
    Ok(files)
}

/// The complete figures, `report.json`: with keys in the order of the model.
///
/// # Errors
///
/// [`WriteError::Form`], which no report gives that was built.
pub fn json(report: &Report) -> Result<Vec<u8>, WriteError> {
    let mut bytes =
        serde_json::to_vec_pretty(report).map_err(|e| form("report.json")(Box::new(e)))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Lines of CSV, the first one being the header.
fn csv<'a>(
    file: &'static str,
    lines: impl IntoIterator<Item = Vec<std::borrow::Cow<'a, str>>>,
) -> Result<Vec<u8>, WriteError> {
    let mut writer = csv::WriterBuilder::new().flexible(false).from_writer(Vec::new());
    for line in lines {
        writer
            .write_record(line.iter().map(|text| cell(text).into_owned()))
            .map_err(|e| form(file)(Box::new(e)))?;
    }
    writer.into_inner().map_err(|e| form(file)(Box::new(e.into_error())))
}

fn kind_and_code(name: &RowName) -> [&str; 2] {
    match name {
        RowName::Value(code) => ["value", code],
        RowName::NotStated => ["not-stated", ""],
        RowName::Pooled => ["pooled", ""],
    }
}

fn parent(row: &Row) -> [&str; 2] {
    row.parent.as_ref().map_or(["", ""], kind_and_code)
}

fn table_csv(table: &Table) -> Result<Vec<u8>, WriteError> {
    let header = ["parent_kind", "parent", "kind", "value", "count", "total", "cutoff"];
    let lines = table.rows.iter().map(|row| {
        let [parent_kind, parent] = parent(row);
        let [kind, code] = kind_and_code(&row.name);
        vec![
            parent_kind.into(),
            parent.into(),
            kind.into(),
            code.into(),
            row.count.to_string().into(),
            table.total.to_string().into(),
            table.cutoff.to_string().into(),
        ]
    });
    csv(table.id, std::iter::once(header.map(Into::into).to_vec()).chain(lines))
}

fn cross_csv(cross: &CrossTable) -> Result<Vec<u8>, WriteError> {
    let mut header: Vec<std::borrow::Cow<'_, str>> = vec!["kind".into(), "value".into()];
    header.extend(cross.columns.iter().map(Into::into));
    header.push("total".into());
    let lines = cross.rows.iter().map(|row| {
        let mut line: Vec<_> = kind_and_code(&row.name).map(Into::into).to_vec();
        line.extend(row.counts.iter().map(|count| text_of(*count).into()));
        line.push(row.total.to_string().into());
        line
    });
    csv(cross.id, std::iter::once(header).chain(lines))
}

fn text_of<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn flow_csv(report: &Report) -> Result<Vec<u8>, WriteError> {
    let header = [
        "first_day",
        "last_day",
        "days",
        "received",
        "reopened",
        "closed",
        "withdrawn",
        "outstanding_at_end",
    ];
    let lines = report.steps.iter().map(|step| {
        let counts =
            [step.received, step.reopened, step.closed, step.withdrawn, step.outstanding_at_end];
        let mut line: Vec<std::borrow::Cow<'_, str>> = vec![
            step.first_day.as_str().into(),
            step.last_day.as_str().into(),
            step.days.to_string().into(),
        ];
        line.extend(counts.map(|count| count.to_string().into()));
        line
    });
    csv("flow.csv", std::iter::once(header.map(Into::into).to_vec()).chain(lines))
}

/// The rates by volume. An empty product stands for all of them.
fn per_1000_csv(report: &Report) -> Result<Vec<u8>, WriteError> {
    let header = [
        "kind",
        "product",
        "unit",
        "complaints",
        "volume",
        "per_1000_hundredths",
        "records",
        "cutoff",
    ];
    let lines = report.volumes.rates.iter().map(|rate| {
        let [kind, product] = product_of(rate);
        let records: Vec<String> = rate.records.iter().map(u64::to_string).collect();
        vec![
            kind.into(),
            product.into(),
            unit_of(rate).into(),
            text_of(rate.numerator).into(),
            text_of(rate.denominator).into(),
            text_of(rate.per_1000_hundredths).into(),
            records.join(" ").into(),
            report.volumes.cutoff.to_string().into(),
        ]
    });
    let name = "received-per-1000.csv";
    csv(name, std::iter::once(header.map(Into::into).to_vec()).chain(lines))
}

/// Whether limits were kept, counted in both ways.
fn limits_csv(report: &Report) -> Result<Vec<u8>, WriteError> {
    let header = ["clock", "counted", "numerator", "denominator", "basis_points", "cutoff"];
    let lines = report.limits.limits.iter().flat_map(|limit| {
        [&limit.kept, &limit.kept_of_settled].map(|rate| {
            vec![
                limit.clock.as_str().into(),
                rate.id.into(),
                text_of(rate.numerator).into(),
                text_of(rate.denominator).into(),
                text_of(rate.basis_points).into(),
                rate.cutoff.to_string().into(),
            ]
        })
    });
    csv("limits.csv", std::iter::once(header.map(Into::into).to_vec()).chain(lines))
}

fn product_of(rate: &VolumeRate) -> [&str; 2] {
    rate.product.as_deref().map_or(["total", ""], |product| ["value", product])
}

fn unit_of(rate: &VolumeRate) -> &'static str {
    rate.unit.map_or("", VolumeUnit::code)
}

/// Every figure of the report on a line of its own.
fn figures_csv(report: &Report) -> Result<Vec<u8>, WriteError> {
    let mut figures = Figures { lines: Vec::new(), cutoff: report.cutoff.position.to_string() };
    let flow = &report.flow;
    for (name, count) in [
        ("outstanding_at_start", flow.outstanding_at_start),
        ("received", flow.received),
        ("reopened", flow.reopened),
        ("closed", flow.closed),
        ("withdrawn", flow.withdrawn),
        ("outstanding_at_end", flow.outstanding_at_end),
    ] {
        figures.add("flow", "", ["value", name], "count", &count.to_string());
    }
    for table in &report.tables {
        figures.add(table.id, "", ["total", ""], "count", &table.total.to_string());
        for row in &table.rows {
            let [_, parent] = parent(row);
            figures.add(
                table.id,
                parent,
                kind_and_code(&row.name),
                "count",
                &row.count.to_string(),
            );
        }
    }
    for cross in &report.crosses {
        for row in &cross.rows {
            let [kind, code] = kind_and_code(&row.name);
            let parent = if code.is_empty() { kind } else { code };
            for (column, count) in cross.columns.iter().zip(&row.counts) {
                figures.add(cross.id, parent, ["value", column], "count", &text_of(*count));
            }
        }
    }
    let response = std::iter::once(&report.survey.response);
    for rate in report.rates.iter().chain(&report.quality.missing).chain(response) {
        figures.add(rate.id, "", ["value", ""], "numerator", &text_of(rate.numerator));
        figures.add(rate.id, "", ["value", ""], "denominator", &text_of(rate.denominator));
        figures.add(rate.id, "", ["value", ""], "basis_points", &text_of(rate.basis_points));
    }
    for rate in &report.volumes.rates {
        let (unit, product) = (unit_of(rate), product_of(rate));
        for (measure, figure) in [
            ("numerator", rate.numerator),
            ("denominator", rate.denominator),
            ("per_1000_hundredths", rate.per_1000_hundredths),
        ] {
            figures.add("received-per-1000", unit, product, measure, &text_of(figure));
        }
    }
    figures.times(report);
    for row in &report.redress {
        let currency = ["value", row.currency.as_str()];
        figures.add("redress", "", currency, "complaints", &text_of(row.complaints));
        figures.add("redress", "", currency, "payments", &text_of(row.payments));
        figures.add("redress", "", currency, "total", row.total.as_deref().unwrap_or(""));
        figures.add("redress", "", currency, "median", row.median.as_deref().unwrap_or(""));
        figures.add("redress", "", currency, "p90", row.p90.as_deref().unwrap_or(""));
    }
    figures.beside(report);
    let header = ["table", "parent", "kind", "value", "measure", "figure", "cutoff"];
    csv("figures.csv", std::iter::once(header.map(Into::into).to_vec()).chain(figures.lines))
}

struct Figures {
    lines: Vec<Vec<std::borrow::Cow<'static, str>>>,
    cutoff: String,
}

impl Figures {
    /// How long things took, and whether limits were kept.
    fn times(&mut self, report: &Report) {
        for (table, days) in [
            ("days-to-answer", &report.durations),
            ("net-days-to-answer", &report.net_durations),
            ("days-open", &report.open_ages),
            ("days-to-carry-out", &report.remedy_durations),
        ] {
            for (name, value) in [
                ("p50", days.p50),
                ("p75", days.p75),
                ("p90", days.p90),
                ("p95", days.p95),
                ("max", days.max),
            ] {
                self.add(table, "", ["value", name], "days", &text_of(value));
            }
        }
        for limit in &report.limits.limits {
            for rate in [&limit.kept, &limit.kept_of_settled] {
                let clock = ["value", limit.clock.as_str()];
                self.add(rate.id, "", clock, "numerator", &text_of(rate.numerator));
                self.add(rate.id, "", clock, "denominator", &text_of(rate.denominator));
                self.add(rate.id, "", clock, "basis_points", &text_of(rate.basis_points));
            }
        }
    }

    /// What stands beside the complaints, and what complainants say.
    fn beside(&mut self, report: &Report) {
        for tally in &report.oversight {
            self.add("oversight", "", ["value", tally.id], "count", &text_of(tally.count));
        }
        for (name, mean) in [("process", report.survey.process), ("outcome", report.survey.outcome)]
        {
            let value = ["value", name];
            self.add("survey", "", value, "sum", &text_of(mean.map(|mean| mean.sum)));
            self.add("survey", "", value, "answers", &text_of(mean.map(|mean| mean.count)));
            let hundredths = text_of(mean.map(|mean| mean.hundredths));
            self.add("survey", "", value, "mean_hundredths", &hundredths);
        }
    }

    /// An empty figure is one that is withheld.
    fn add(
        &mut self,
        table: &str,
        parent: &str,
        [kind, code]: [&str; 2],
        measure: &str,
        figure: &str,
    ) {
        let cells = [table, parent, kind, code, measure, figure, &self.cutoff];
        self.lines.push(cells.iter().map(|cell| (*cell).to_owned().into()).collect());
    }
}

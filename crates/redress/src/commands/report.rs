//! `redress report`: the figures to be published, and what becomes of them.

pub(super) mod proof;

use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use complaint_domain::report::ReportKind;
use event_log::{Position, clock::SystemClock};
use projection::path_of;
use projector_transparency::{
    Period, TransparencyProjector, committee,
    report::{self, Locale, ReportError, ReportRequest, WriteError},
};
use serde::Serialize;

use super::filed;
use crate::{
    arguments::{LocaleName, Report, ReportFiles},
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

#[derive(Serialize)]
struct Written<'a> {
    period: &'a str,
    files: Vec<String>,
}

/// Carries out what was asked.
///
/// # Errors
///
/// [`CommandError`]: no such period, nothing to report, figures that do not balance, a refusal.
pub async fn run(
    what: &Report,
    stdin: &mut (dyn Read + Send),
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    match what {
        Report::Transparency(args) => files(ReportKind::Transparency, args, console).await,
        Report::Committee(args) => files(ReportKind::Committee, args, console).await,
        Report::Proof(args) => proof::run(args, console).await,
        Report::Filed(line) => filed::line(line, stdin, console).await,
    }
}

/// Writes the files of a report and says where.
async fn files(
    kind: ReportKind,
    args: &ReportFiles,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let period = period(&args.period)?;
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let result = match ledger.bring_read_models_up(console).await {
        Ok(()) => write(&ledger, &Wanted::of(kind, args, period)).await,
        Err(error) => Err(error),
    };
    ledger.close().await;
    let files = result?;
    if console.json() {
        let files = files.iter().map(|path| path.display().to_string()).collect();
        return console.value(&Written { period: &args.period, files });
    }
    files.iter().try_for_each(|path| console.line(path.display()))
}

/// A report to be written.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it is about.
    pub kind: ReportKind,
    /// The days it is about.
    pub period: Period,
    /// The directory to write to.
    pub out: PathBuf,
    /// The language of its page; a page for each, when left out.
    pub locale: Option<LocaleName>,
    /// How many complaints a published figure must count at least.
    pub min_cell: u64,
}

impl Wanted {
    fn of(kind: ReportKind, args: &ReportFiles, period: Period) -> Self {
        let ReportFiles { out, locale, min_cell, .. } = args;
        Self { kind, period, out: out.clone(), locale: *locale, min_cell: *min_cell }
    }
}

/// A period as people write it.
///
/// # Errors
///
/// [`CommandError::Usage`] when it is none.
pub fn period(text: &str) -> Result<Period, CommandError> {
    text.parse().map_err(|error| CommandError::Usage {
        problem: format!("{error}"),
        next: "write a year, half-year, quarter, month or range, such as --period 2025-Q1"
            .to_owned(),
    })
}

/// Writes a report from read models that have been brought up. Gives its files, the pages first.
///
/// # Errors
///
/// As [`run`].
pub async fn write(ledger: &Ledger, wanted: &Wanted) -> Result<Vec<PathBuf>, CommandError> {
    let (size, root) = ledger.log.root().await?;
    let Some(last) = size.checked_sub(1) else { return Err(ReportError::NoComplaints.into()) };
    let request = ReportRequest {
        period: wanted.period.clone(),
        origin: ledger.origin().to_owned(),
        cutoff: Position(last),
        root: root.to_string(),
        min_cell: wanted.min_cell,
    };
    let name = projection::Projector::name(&TransparencyProjector);
    let model = path_of(&ledger.places.read_models(), name);
    let wanted = wanted.clone();
    tokio::task::spawn_blocking(move || build_and_write(&model, &request, &wanted))
        .await
        .map_err(CommandError::failed("write the report"))?
}

fn build_and_write(
    model: &Path,
    request: &ReportRequest,
    wanted: &Wanted,
) -> Result<Vec<PathBuf>, CommandError> {
    let connection =
        projection::open_reader(model).map_err(CommandError::failed("read the figures"))?;
    let locales: &[Locale] = match wanted.locale {
        None => &Locale::ALL,
        Some(LocaleName::En) => &[Locale::En],
        Some(LocaleName::Zh) => &[Locale::Zh],
    };
    let written = match wanted.kind {
        ReportKind::Transparency => {
            report::write(&report::build(&connection, request)?, &wanted.out, locales)
        }
        ReportKind::Committee => {
            committee::write(&committee::build(&connection, request)?, &wanted.out, locales)
        }
    };
    written.map_err(|error| match error {
        WriteError::Folder { path, source } => CommandError::File { doing: "make", path, source },
        WriteError::File { path, source } => CommandError::File { doing: "write", path, source },
        error @ WriteError::Form { .. } => CommandError::failed("write the report")(error),
    })
}

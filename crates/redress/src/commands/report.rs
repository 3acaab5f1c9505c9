//! `redress report`: the figures to be published.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::{Position, clock::SystemClock};
use projection::path_of;
use projector_transparency::{
    Period, TransparencyProjector,
    report::{self, Locale, ReportError, ReportRequest, WriteError},
};
use serde::Serialize;

use crate::{
    arguments::{LocaleName, ReportTransparency},
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

#[derive(Serialize)]
struct Written<'a> {
    period: &'a str,
    files: Vec<String>,
}

/// Writes the transparency report of a period and says where.
///
/// # Errors
///
/// [`CommandError`]: no such period, nothing to report, figures that do not balance.
pub async fn run(args: &ReportTransparency, console: &mut Console<'_>) -> Result<(), CommandError> {
    let period = period(&args.period)?;
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let result = match ledger.bring_read_models_up(console).await {
        Ok(()) => write(&ledger, &Wanted::of(args, period)).await,
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
    /// The days it is about.
    pub period: Period,
    /// The directory to write to.
    pub out: PathBuf,
    /// The language of its page.
    pub locale: LocaleName,
    /// How many complaints a published figure must count at least.
    pub min_cell: u64,
}

impl Wanted {
    fn of(args: &ReportTransparency, period: Period) -> Self {
        Self { period, out: args.out.clone(), locale: args.locale, min_cell: args.min_cell }
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

/// Writes a report from read models that have been brought up. Gives its files, the page first.
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
    let report = report::build(&connection, request)?;
    let locale = match wanted.locale {
        LocaleName::En => Locale::En,
        LocaleName::Zh => Locale::Zh,
    };
    report::write(&report, &wanted.out, locale).map_err(|error| match error {
        WriteError::Folder { path, source } => CommandError::File { doing: "make", path, source },
        WriteError::File { path, source } => CommandError::File { doing: "write", path, source },
        error @ WriteError::Form { .. } => CommandError::failed("write the report")(error),
    })
}

//! `redress report`: the figures to be published, and what becomes of them.

mod counted;
pub(super) mod proof;
pub(super) mod recounted;
mod scratch;
pub(super) mod unnoted;

use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use complaint_domain::report::ReportKind;
use event_log::{EventLog, Position};
use evidence_check::counted::COUNTED_FILE;
use merkle_log::Hash;
use projection::{Projection, Projector, path_of};
use projector_transparency::{
    Period, TransparencyProjector, committee,
    report::{self, Locale, ReportError, ReportRequest, WriteError},
};
use serde::Serialize;

use self::{counted::Tags, scratch::Scratch};
use super::filed;
use crate::{
    arguments::{LocaleName, Report, ReportFiles},
    console::Console,
    error::CommandError,
    history::{History, root_of},
    ledger::{BroughtUp, Ledger},
    tree::records::MirrorLog,
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
    let wanted = Wanted::of(kind, args, period);
    keep_published(&wanted.out)?;
    let history = History::open(&args.of)?;
    let result = match (&history, args.records) {
        (History::Ledger(ledger), None) => match ledger.bring_read_models_up(console).await {
            Ok(upto) => write(ledger, &upto, &wanted).await,
            Err(error) => Err(error),
        },
        (History::Ledger(_) | History::Mirror(_), size) => {
            recount_of(&history, size, &wanted, console).await
        }
    };
    history.close().await;
    let files = result?;
    let has_tables = files.iter().any(|path| path.ends_with(COUNTED_FILE));
    if kind == ReportKind::Transparency && !has_tables {
        console.say(
            "without the tables in which complainants find theirs: they are made with the receipt key, and there is \
             none here",
        );
    }
    if console.json() {
        let files = files.iter().map(|path| path.display().to_string()).collect();
        return console.value(&Written { period: &args.period, files });
    }
    files.iter().try_for_each(|path| console.line(path.display()))
}

/// Refuses a folder whose report was published: what lies beside its proof is what people hold to it, and the lists
/// among it are not made again without the key.
fn keep_published(out: &Path) -> Result<(), CommandError> {
    let entries = out.read_dir().into_iter().flatten().flatten();
    let proof = entries
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tlog-proof"));
    match proof {
        None => Ok(()),
        Some(proof) => Err(CommandError::Refused {
            problem: format!(
                "expected a folder for a new report, found {}: the report there was published",
                proof.display()
            ),
            next: "name a directory of its own with --out".to_owned(),
        }),
    }
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
pub async fn write(
    ledger: &Ledger,
    upto: &BroughtUp,
    wanted: &Wanted,
) -> Result<Vec<PathBuf>, CommandError> {
    // Others may append meanwhile: the root is that of the records which are counted.
    let counted = Counted::of_ledger(ledger, upto.records).await?;
    write_counted(&counted, &ledger.places.read_models(), wanted).await
}

/// The records that a report is counted from.
struct Counted<'a> {
    log: &'a dyn EventLog,
    origin: &'a str,
    size: u64,
    root: Hash,
    /// What the tables in which complainants find theirs are made with; nothing where there is no key.
    tags: Option<Arc<Tags>>,
}

impl<'a> Counted<'a> {
    async fn of_ledger(ledger: &'a Ledger, size: u64) -> Result<Self, CommandError> {
        Self::with_root(ledger, size, root_of(ledger, size).await?)
    }

    fn with_root(ledger: &'a Ledger, size: u64, root: Hash) -> Result<Self, CommandError> {
        let tags = Tags::of(ledger)?.map(Arc::new);
        Ok(Self { log: ledger.log.as_ref(), origin: ledger.origin(), size, root, tags })
    }

    async fn of_mirror(
        mirror: &'a MirrorLog,
        size: u64,
        console: &Console<'_>,
    ) -> Result<Self, CommandError> {
        let bar = console.bar("hashing", mirror.head().next_position.0);
        let root = mirror.root(size, &bar).await?;
        Ok(Self { log: mirror, origin: mirror.origin(), size, root, tags: None })
    }
}

/// Writes a report that counts the first so many records of a ledger or a mirror, or all of them.
async fn recount_of(
    history: &History,
    size: Option<u64>,
    wanted: &Wanted,
    console: &Console<'_>,
) -> Result<Vec<PathBuf>, CommandError> {
    let size = size.unwrap_or(history.log().head().next_position.0);
    let counted = match history {
        History::Ledger(ledger) => Counted::of_ledger(ledger, size).await?,
        History::Mirror(mirror) => Counted::of_mirror(mirror, size, console).await?,
    };
    recount(&counted, wanted, console).await
}

/// Writes a report that counts these records, from a read model of its own.
async fn recount(
    counted: &Counted<'_>,
    wanted: &Wanted,
    console: &Console<'_>,
) -> Result<Vec<PathBuf>, CommandError> {
    let place = tempfile::tempdir().map_err(CommandError::failed("make a temporary directory"))?;
    let path = path_of(place.path(), TransparencyProjector.name());
    let opened = Projection::open(&path, counted.origin, Box::new(TransparencyProjector)).await;
    let mut model = opened.map_err(CommandError::failed("count the records"))?;
    let bar = console.bar("records", counted.size);
    let caught_up =
        model.catch_up(counted.log, Position(counted.size), &mut |to| bar.set(to.0)).await;
    model.close().await;
    caught_up.map_err(CommandError::failed("count the records"))?;
    write_counted(counted, place.path(), wanted).await
}

async fn write_counted(
    counted: &Counted<'_>,
    models: &Path,
    wanted: &Wanted,
) -> Result<Vec<PathBuf>, CommandError> {
    let Some(last) = counted.size.checked_sub(1) else {
        return Err(ReportError::NoComplaints.into());
    };
    let request = ReportRequest {
        period: wanted.period.clone(),
        origin: counted.origin.to_owned(),
        cutoff: Position(last),
        root: counted.root.to_string(),
        min_cell: wanted.min_cell,
    };
    let model = path_of(models, TransparencyProjector.name());
    let (wanted, tags) = (wanted.clone(), counted.tags.clone());
    tokio::task::spawn_blocking(move || build_and_write(&model, &request, &wanted, tags.as_deref()))
        .await
        .map_err(CommandError::failed("write the report"))?
}

fn build_and_write(
    model: &Path,
    request: &ReportRequest,
    wanted: &Wanted,
    tags: Option<&Tags>,
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
            let report = report::build(&connection, request)?;
            let scratch = Scratch::beside(&wanted.out)
                .map_err(CommandError::failed("make a temporary directory"))?;
            let of = (&connection, request, &report);
            let more = tags.map(|tags| counted::files(tags, of, scratch.path())).transpose()?;
            report::write_with(&report, &wanted.out, locales, more.unwrap_or_default())
        }
        ReportKind::Committee => {
            committee::write(&committee::build(&connection, request)?, &wanted.out, locales)
        }
    };
    written.map_err(|error| match error {
        WriteError::Folder { path, source } => CommandError::File { doing: "make", path, source },
        WriteError::File { path, source } => CommandError::File { doing: "write", path, source },
        error @ WriteError::NotOurs { .. } => CommandError::Refused {
            problem: error.to_string(),
            next: "name a directory of its own with --out".to_owned(),
        },
        error @ WriteError::Form { .. } => CommandError::failed("write the report")(error),
    })
}

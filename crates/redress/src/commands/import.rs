//! `redress import`: complaints from files that other bodies published.

use std::{ffi::OsString, path::PathBuf, sync::Arc};

use complaint_domain::complaint::ComplaintRules;
use event_log::clock::SystemClock;

use crate::{
    arguments::ImportCfpb,
    console::Console,
    error::CommandError,
    import::cfpb::{CfpbImport, ImportReport, Progress, Target, import},
    ledger::Ledger,
    lending::resolved,
    publishing::{PublishedPlaces, publisher::Publisher},
    signing::{self, SigningPlaces},
};

/// Takes in a file and says what became of its rows.
///
/// # Errors
///
/// [`CommandError`]: a file that is none of the kind, a ledger that cannot be written.
pub async fn run(args: &ImportCfpb, console: &mut Console<'_>) -> Result<(), CommandError> {
    // Opened for a dry run as well: whoever names a ledger is told if it is none.
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    // Whoever serves it publishes what is taken in.
    let is_published = args.dry_run || ledger.is_lent();
    let publisher = if is_published { None } else { publisher(args, &ledger, console).await? };
    let result = take_in(args, &mut ledger, console).await;
    if let Some(publisher) = publisher
        && let Err(error) = publisher.finish().await
    {
        console.say(format_args!("what was taken in is safe, but publishing it stopped: {error}"));
    }
    ledger.close().await;
    let report = result?;
    if console.json() {
        console.value(&report)?;
    } else {
        tell(&report, console)?;
    }
    if report.imported == 0 && report.rejected > 0 { Err(nothing_fits(&report)) } else { Ok(()) }
}

/// Not one row went in: whoever waits for the import to be done must not take this for it.
fn nothing_fits(report: &ImportReport) -> CommandError {
    let next = match &report.rejects_path {
        Some(path) => format!("{} says of each row what is wrong with it", path.display()),
        None => {
            "name a file with --rejects that is to say of each row what is wrong with it".to_owned()
        }
    };
    CommandError::Refused {
        problem: format!(
            "expected rows that can be taken in, found that all {} are rejected",
            report.rejected
        ),
        next,
    }
}

/// Publishes what is taken in, if there is a key to sign with. A ledger that does not extend what was
/// signed before is refused: what is appended to it would be a second history.
async fn publisher(
    args: &ImportCfpb,
    ledger: &Ledger,
    console: &mut Console<'_>,
) -> Result<Option<Publisher>, CommandError> {
    let signing_places = SigningPlaces::of(&ledger.places, &args.signing);
    if signing::may_go_on(ledger, &signing_places).await? {
        let signer = match signing::open(ledger, &args.signing).await {
            Ok(signer) => signer,
            Err(error) => {
                console.say(format_args!("no checkpoint is published: {error}"));
                return Ok(None);
            }
        };
        let witnesses = signing::witnesses(&ledger.places, &args.signing)?;
        let places = PublishedPlaces::of(&ledger.places.data);
        let log = Arc::clone(&ledger.log);
        return Ok(Some(Publisher::start(log, signer, places, witnesses).await?));
    }
    console.say(format_args!(
        "no checkpoint is published: there is no register at {}",
        signing_places.register.display()
    ));
    Ok(None)
}

async fn take_in(
    args: &ImportCfpb,
    ledger: &mut Ledger,
    console: &Console<'_>,
) -> Result<ImportReport, CommandError> {
    let target = if args.dry_run {
        Target::DryRun(ComplaintRules::default())
    } else {
        Target::Ledger(Arc::new(ledger.service()?))
    };
    // A dry run leaves nothing behind that was not asked for.
    let rejects = args.rejects.clone().or_else(|| (!args.dry_run).then(|| beside(args)));
    let wanted = CfpbImport { file: resolved(&args.file), rejects, target };
    let bar = console.bar("bytes", 0);
    let mut told = |progress: Progress| bar.set_of(progress.bytes, progress.bytes_total);
    Ok(import(wanted, Arc::new(SystemClock), &mut told).await?)
}

fn beside(args: &ImportCfpb) -> PathBuf {
    let mut name = OsString::from(&args.file);
    name.push(".rejects.csv");
    resolved(name)
}

fn tell(report: &ImportReport, console: &mut Console<'_>) -> Result<(), CommandError> {
    let fits = if report.dry_run {
        "would go in, or are there already; nothing was written"
    } else {
        "are in the ledger"
    };
    console.line(format_args!("{:>9} rows", report.rows))?;
    console.line(format_args!("{:>9} {fits}", report.imported))?;
    if !report.dry_run {
        console.line(format_args!("{:>9} of these are new", report.added))?;
    }
    match &report.rejects_path {
        Some(path) => {
            console.line(format_args!("{:>9} rejected: {}", report.rejected, path.display()))?;
        }
        None => console.line(format_args!("{:>9} rejected", report.rejected))?,
    }
    if report.rejects_path.is_none() {
        for reject in &report.first_rejects {
            console.say(format_args!("{reject}"));
        }
    }
    if !report.ignored_columns.is_empty() {
        let columns = report.ignored_columns.join(", ");
        console.say(format_args!("columns that are not known were left out: {columns}"));
    }
    console.say(format_args!(
        "took {:.1} s; the file's SHA-256 is {}",
        report.seconds, report.file_digest
    ));
    Ok(())
}

//! `redress demo`: the main job, from beginning to end, on invented complaints.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use complaint_domain::report::{Report, ReportKind};
use complaint_service::{ClockProcess, Noted, report_stream_of};
use event_log::{Clock, EventLog, Position, StreamId, clock::SystemClock};
use futures::TryStreamExt;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use projection::path_of;
use projector_transparency::files::check_list;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{export::audit, prove, report, verify};
use crate::{
    arguments::{Against, Demo, LedgerAt, SigningAt, Verify},
    casework::{Filed as _, ReportNoun},
    console::Console,
    demo::{
        author::Year,
        looking_back,
        year::{Desks, Sent, YearClock, send, steps_of},
    },
    error::CommandError,
    evidence::Issuer,
    ledger::{Ledger, NewSigning, Places},
    signing::{self, SigningPlaces},
};

/// The year that is told. Fixed, so that the same seed always gives the same figures.
const YEAR: i16 = 2_025;
/// The name of the demo's ledger; `.invalid` belongs to nobody, and never will.
const ORIGIN: &str = "demo.redress.invalid";
/// How many complaints a published figure of the demo counts at least.
const MIN_CELL: u64 = 10;
/// The mark of a demo in its data directory: what was told. Without it nothing is ever removed.
const MARK: &str = "demo.json";

/// What a demo directory holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    seed: u64,
    complaints: u64,
}

/// What was done, for programs.
#[derive(Debug, Serialize)]
struct Done {
    data: String,
    complaints: u64,
    seed: u64,
    carried_out: u64,
    repeated: u64,
    records: u64,
    streams: u64,
    root: String,
    pages: Vec<String>,
    audit_view: String,
    audit_model: String,
    receipt: String,
    verifier_key: String,
    seconds: f64,
}

/// Makes, replays, verifies and reports a year of invented complaints.
///
/// # Errors
///
/// [`CommandError`]: something else lies at that place, or a part failed.
pub async fn run(args: &Demo, console: &mut Console<'_>) -> Result<(), CommandError> {
    let watch = Stopwatch::start();
    let at = LedgerAt { data: args.data.clone(), keys: None };
    let mark = Mark { seed: args.seed, complaints: args.complaints };
    console.say("Everything in this demo is invented: no person, company or complaint is real.");
    let year = Year::of(YEAR);
    let clock = Arc::new(YearClock::at(year.start));
    let mut ledger = prepare(args, &at, &mark, Arc::clone(&clock) as Arc<dyn Clock>, console)?;

    let made = tell(&mut ledger, &mark, year, &clock, console).await;
    let replayed = match &made {
        Ok(_) => replay(&ledger, console).await,
        Err(_) => Ok(0),
    };
    ledger.close().await;
    let sent = made?;
    replayed?;
    let published = publish(&at, console).await?;

    let lap = Stopwatch::start();
    let verify = Verify {
        at: at.clone(),
        vault: true,
        repair: false,
        trust: None,
        against: Against::default(),
    };
    let whole = verify::verify(&verify, console).await?;
    console.say(format_args!(
        "verified   {} records and {} sealed fields, root {}… ({lap})",
        whole.records,
        whole.sealed,
        whole.root.get(..16).unwrap_or(&whole.root),
    ));

    let done = Done {
        data: args.data.display().to_string(),
        complaints: args.complaints,
        seed: args.seed,
        carried_out: sent.carried_out,
        repeated: sent.repeated,
        records: whole.records,
        streams: whole.streams,
        root: whole.root,
        pages: published.pages.iter().map(|path| path.display().to_string()).collect(),
        audit_view: published.audit_view.display().to_string(),
        audit_model: published.audit_model.display().to_string(),
        receipt: published.receipt.display().to_string(),
        verifier_key: published.verifier_key,
        seconds: watch.seconds(),
    };
    if console.json() { console.value(&done) } else { show(args, &done, console) }
}

/// Makes the demo's ledger, or opens the one that an earlier run of the same demo has left.
fn prepare(
    args: &Demo,
    at: &LedgerAt,
    mark: &Mark,
    clock: Arc<dyn Clock>,
    console: &mut Console<'_>,
) -> Result<Ledger, CommandError> {
    let mark_at = args.data.join(MARK);
    let earlier = read_mark(&mark_at)?;
    match earlier {
        Some(_) if args.fresh => remove(at)?,
        Some(earlier) if earlier == *mark => {
            console.say(format_args!(
                "This demo is at {} already: what is missing is added, nothing is repeated.",
                args.data.display()
            ));
            return Ledger::open(at, clock);
        }
        Some(earlier) => {
            return Err(CommandError::Refused {
                problem: format!(
                    "expected no other demo at {}, found the one of seed {} with {} complaints",
                    args.data.display(),
                    earlier.seed,
                    earlier.complaints
                ),
                next: "replace it with --fresh, or name another directory with --data".to_owned(),
            });
        }
        None => {}
    }
    let (ledger, _) = Ledger::create(at, ORIGIN, &NewSigning::default(), clock)?;
    let text = serde_json::to_vec(mark).map_err(CommandError::failed("write the demo's mark"))?;
    fs::write(&mark_at, text).map_err(CommandError::file("write", &mark_at))?;
    Ok(ledger)
}

fn read_mark(path: &Path) -> Result<Option<Mark>, CommandError> {
    match fs::read(path) {
        // A mark that cannot be read marks nothing: the directory is somebody else's.
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(error) => Err(CommandError::file("read", path)(error)),
    }
}

/// Removes a demo: only ever called for a directory that bears the mark, and not while a process
/// holds it.
fn remove(at: &LedgerAt) -> Result<(), CommandError> {
    if let Err(error) = Ledger::open(at, Arc::new(SystemClock))
        && !matches!(error, CommandError::Broken { .. } | CommandError::ArtifactBroken { .. })
    {
        return Err(error);
    }
    let places = Places::of(at);
    fs::remove_dir_all(&places.data).map_err(CommandError::file("remove", &places.data))?;
    let signing = SigningPlaces::of(&places, &SigningAt::default());
    let lock = signing.register.with_added_extension("lock");
    for path in [&places.kek, &places.receipt_key(), &signing.key, &signing.register, &lock] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(CommandError::file("remove", path)(error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    // Only if nothing else lies in it.
    if let Some(directory) = places.kek.parent() {
        let _ = fs::remove_dir(directory);
    }
    Ok(())
}

async fn tell(
    ledger: &mut Ledger,
    mark: &Mark,
    year: Year,
    clock: &YearClock,
    console: &mut Console<'_>,
) -> Result<Sent, CommandError> {
    let lap = Stopwatch::start();
    let desks = Arc::new(Desks {
        complaints: ledger.service()?,
        others: ledger.unsealed()?,
        log: Arc::clone(&ledger.log) as Arc<dyn EventLog>,
    });
    let steps = steps_of(mark.seed, mark.complaints, year);
    let count = steps.len() as u64;
    let lived: BTreeSet<_> = steps.iter().map(|(stream, _)| stream.clone()).collect();
    let bar = console.bar("commands", count);
    let sent = send(&desks, clock, steps, &mut |done| bar.set(done))
        .await
        .map_err(CommandError::failed("tell the year"))?;
    drop(bar);
    note_limits(&desks, lived, clock.now()).await?;
    looking_back::inspect(&desks.others, year.first_day(), clock.now()).await?;
    // The demo ends by writing a receipt. What is opened for it is recorded here, by the same clock.
    prove::record_first_receipt(ledger).await?;
    let again = match sent.repeated {
        0 => String::new(),
        repeated => format!(", {repeated} had been carried out before"),
    };
    console.say(format_args!(
        "sent       {count} commands about {} complaints and what stands beside them{again} ({lap})",
        mark.complaints
    ));
    Ok(sent)
}

/// Notes which limits were missed in the year, as the clock process does. Each complaint is looked at once, when the
/// year is over: what is noted does not depend on when somebody looks.
async fn note_limits(
    desks: &Desks,
    lived: BTreeSet<StreamId>,
    until: Timestamp,
) -> Result<(), CommandError> {
    let complaints = lived.into_iter().filter(|stream| stream.as_str().starts_with("complaint-"));
    let mut noted = Noted::default();
    ClockProcess::new(&desks.complaints)
        .note_all(complaints, until, &mut noted)
        .await
        .map_err(CommandError::failed("note the limits of the year"))
}

async fn replay(ledger: &Ledger, console: &mut Console<'_>) -> Result<u64, CommandError> {
    let lap = Stopwatch::start();
    let head = ledger.log.head().next_position.0;
    let mut records = ledger.log.read_all(Position(0), head);
    let mut count = 0;
    while records.try_next().await?.is_some() {
        count += 1;
    }
    console.say(format_args!("replayed   {count} records ({lap})"));
    Ok(count)
}

/// What can be opened afterwards.
struct Published {
    pages: Vec<PathBuf>,
    audit_view: PathBuf,
    audit_model: PathBuf,
    receipt: PathBuf,
    verifier_key: String,
}

/// Read models, the report in both languages, the audit view, and a receipt under a signed checkpoint.
async fn publish(at: &LedgerAt, console: &mut Console<'_>) -> Result<Published, CommandError> {
    let lap = Stopwatch::start();
    let mut ledger = Ledger::open(at, Arc::new(SystemClock))?;
    let result = publish_in(&mut ledger, console).await;
    ledger.close().await;
    let published = result?;
    console.say(format_args!("published  read models, reports, audit view and a receipt ({lap})"));
    Ok(published)
}

async fn publish_in(
    ledger: &mut Ledger,
    console: &mut Console<'_>,
) -> Result<Published, CommandError> {
    let (pages, (audit_view, audit_model)) = reports_in(ledger, console).await?;
    let (receipt, verifier_key) = receipt_in(ledger).await?;
    Ok(Published { pages, audit_view, audit_model, receipt, verifier_key })
}

/// Signs the head and writes the receipt of the first complaint, without its words: invented as they
/// are, the reports of a ledger are no place for them.
async fn receipt_in(ledger: &mut Ledger) -> Result<(PathBuf, String), CommandError> {
    let signer = signing::open(ledger, &SigningAt::default()).await?;
    let (signer, note) = signing::sign_head(signer, &ledger.log).await?;
    let path = ledger.places.reports().join("receipt.tlog-proof");
    let reports = ledger.places.reports();
    let mut issuer = Issuer::under(ledger, note);
    prove::first_receipt(&mut issuer, &path).await?;
    let period = report::period(&YEAR.to_string())?;
    for kind in ReportKind::ALL.iter().copied() {
        let stream = report_stream_of(kind, period.first(), period.last());
        let proof = reports.join(format!("{kind}-{YEAR}")).join("published.tlog-proof");
        report::proof::write(&issuer, &stream, &proof).await?;
    }
    Ok((path, signer.verifier().to_string()))
}

async fn reports_in(
    ledger: &Ledger,
    console: &Console<'_>,
) -> Result<(Vec<PathBuf>, (PathBuf, PathBuf)), CommandError> {
    let reports = ledger.places.reports();
    let mut pages = Vec::new();
    for kind in ReportKind::ALL.iter().copied() {
        let folder = reports.join(format!("{kind}-{YEAR}"));
        pages.extend(report_in(ledger, kind, &folder, console).await?);
    }
    let audit_model = path_of(&ledger.places.read_models(), projector_audit::NAME);
    let audit_view = reports.join("audit.html");
    audit::write_page(ledger, None, &audit_view, console).await?;
    Ok((pages, (audit_view, audit_model)))
}

/// Writes a report, and lets the committee endorse it; the one that an earlier run published stays as
/// it is. Gives its pages.
async fn report_in(
    ledger: &Ledger,
    kind: ReportKind,
    folder: &Path,
    console: &Console<'_>,
) -> Result<Vec<PathBuf>, CommandError> {
    let period = report::period(&YEAR.to_string())?;
    let pages = ["en", "zh"].map(|locale| folder.join(format!("{}.{locale}.html", stem(kind))));
    let service = ledger.unsealed()?;
    let stream = report_stream_of(kind, period.first(), period.last());
    let known: Report = service.streams().load(&stream).await?;
    let last = match &known {
        Report::Drafted(issue) => issue.published().map(|published| published.report.digest),
        Report::NotDrafted => None,
    };
    if last.is_some() && last == check_list(folder).ok().map(|listed| listed.digest) {
        return Ok(pages.to_vec());
    }
    let upto = ledger.bring_read_models_up(console).await?;
    let endorsed_at = period.last().saturating_add(15.days());
    let out = folder.to_owned();
    let wanted = report::Wanted { kind, period, out, locale: None, min_cell: MIN_CELL };
    report::write(ledger, &upto, &wanted).await?;
    drop(upto);
    if known == Report::NotDrafted {
        let doing = "read the report";
        let body = ReportNoun::complete("draft", json!({ "folder": folder }))
            .map_err(io::Error::other)
            .map_err(CommandError::failed(doing))?;
        let draft = serde_json::from_value(body).map_err(CommandError::failed(doing))?;
        let at = endorsed_at.at(10, 0, 0, 0);
        let at = TimeZone::UTC.to_timestamp(at).map_err(CommandError::failed(doing))?;
        looking_back::publish(&service, &draft, at).await?;
    }
    Ok(pages.to_vec())
}

const fn stem(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Transparency => "report",
        ReportKind::Committee => "committee",
    }
}

fn show(args: &Demo, done: &Done, console: &mut Console<'_>) -> Result<(), CommandError> {
    let data = quoted(&args.data.to_string_lossy());
    let redress = quoted(console.program());
    console.line(format_args!(
        "{} invented complaints in {} records at {data}, in {:.1} s",
        done.complaints, done.records, done.seconds
    ))?;
    console.line("\nOpen the reports:")?;
    for page in &done.pages {
        console.line(format_args!("  {page}"))?;
    }
    console.line("\nOpen the audit view, or ask its file with any SQLite tool:")?;
    console.line(format_args!("  {}", done.audit_view))?;
    console.line(format_args!("  {}", done.audit_model))?;
    console.line("\nCheck a complainant's receipt, without the ledger and without a network:")?;
    let (receipt, key) = (quoted(&done.receipt), quoted(&done.verifier_key));
    console.line(format_args!("  {redress} check {receipt} --vkey {key}"))?;
    console.line("\nHold the report's files to what the committee endorsed, just as offline:")?;
    let folder = quoted(&format!("{}/reports/transparency-{YEAR}", args.data.display()));
    console.line(format_args!(
        "  {redress} check {folder}/published.tlog-proof --report {folder} --vkey {key}"
    ))?;
    console.line("\nFind that complaint in the report, as whoever holds its receipt can:")?;
    console.line(format_args!(
        "  {redress} check {folder}/published.tlog-proof --report {folder} --receipt {receipt} --vkey {key}"
    ))?;
    console.line("\nReplay, as it was on a day and as it was known on that day:")?;
    console.line(format_args!("  {redress} replay --data {data} --format table"))?;
    console.line(format_args!("  {redress} replay --data {data} --as-of {YEAR}-06-30 | wc -l"))?;
    console
        .line(format_args!("  {redress} replay --data {data} --known-at {YEAR}-06-30 | wc -l"))?;
    console.line("\nVerify, rebuild the read models, report a quarter, export:")?;
    console.line(format_args!("  {redress} verify --data {data} --vault"))?;
    console.line(format_args!("  {redress} projections rebuild --data {data}"))?;
    console.line(format_args!(
        "  {redress} report transparency --data {data} --period {YEAR}-Q2 --out ./report-{YEAR}-q2"
    ))?;
    console.line(format_args!("  {redress} export csv --data {data} --out ./export"))
}

/// A word that a shell reads as this text.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "./-_+:@%,=".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// How long something took, by the machine's clock.
struct Stopwatch(Timestamp);

impl Stopwatch {
    fn start() -> Self {
        Self(SystemClock.now())
    }

    fn seconds(&self) -> f64 {
        SystemClock.now().duration_since(self.0).as_secs_f64()
    }
}

impl std::fmt::Display for Stopwatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} s", self.seconds())
    }
}

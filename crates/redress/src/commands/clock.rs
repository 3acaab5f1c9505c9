//! `redress clock`: which time limits run on a complaint, when each is due, and why.

use std::sync::Arc;

use complaint_codec::decode;
use complaint_domain::{
    Fact, LedgerEvent,
    clock::{
        Adoption, ClockReading, ClockResult, Language, Nature, RulePack, Rulebook, clock_facts,
        clocks, shipped,
    },
    complaint::ComplaintEvent,
    rulebook::HouseRules,
};
use complaint_service::rulebook_stream;
use event_log::{Clock, EventLog, StreamId, clock::SystemClock};
use futures::TryStreamExt;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

pub mod run;

use crate::{
    arguments::{ClockExplain, ClockRecourse, LocaleName},
    commands::replay::{stream_of, undecodable},
    console::Console,
    error::CommandError,
    ledger::Ledger,
    lending::resolved,
};

/// Explains the clocks of a complaint.
///
/// # Errors
///
/// [`CommandError`]: a complaint, pack, zone or clock that is not there, a damaged log.
pub async fn explain(args: &ClockExplain, console: &mut Console<'_>) -> Result<(), CommandError> {
    let named = named(&args.packs, args.zone.as_deref())?;
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let history = history(ledger.log.as_ref(), &args.complaint).await;
    let rulebook = rulebook(named, &ledger).await;
    ledger.close().await;
    let rulebook = rulebook?;
    let at = args.when.map_or_else(|| SystemClock.now(), |when| when.0);
    let (mut readings, mut unread) = (Vec::new(), Vec::new());
    for reading in clocks(&clock_facts(&history?), &rulebook, at) {
        match reading {
            Ok(reading) if is_wanted(args, &reading.clock.to_string()) => readings.push(reading),
            Err(error) if is_wanted(args, &error.clock.to_string()) => unread.push(error),
            Ok(_) | Err(_) => {}
        }
    }
    if readings.is_empty() && unread.is_empty() {
        return Err(none_started(args, &rulebook));
    }
    let language = match args.locale {
        LocaleName::En => Language::English,
        LocaleName::Zh => Language::Chinese,
    };
    if console.json() {
        let shown: Vec<_> = readings.iter().map(|reading| as_json(reading, language)).collect();
        let unread: Vec<_> = unread.iter().map(ToString::to_string).collect();
        console.line(json!({
            "complaint": args.complaint, "at": at.to_string(), "clocks": shown, "unread": unread,
        }))?;
    } else {
        for (number, reading) in readings.iter().enumerate() {
            let gap = if number == 0 { "" } else { "\n" };
            console.line(format_args!("{gap}{}", reading.text(language).trim_end()))?;
        }
    }
    // One clock that cannot be counted hides no other; but it is said, and it is a failure.
    match unread.into_iter().next() {
        None => Ok(()),
        Some(error) => Err(CommandError::failed("count a clock")(error)),
    }
}

/// Says the last days of recourse of a final response given at a moment.
///
/// # Errors
///
/// [`CommandError`]: a pack that is not there, no pack that counts any, a damaged log.
pub async fn recourse(args: &ClockRecourse, console: &mut Console<'_>) -> Result<(), CommandError> {
    let named = named(&args.packs, None)?;
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let rulebook = rulebook(named, &ledger).await;
    ledger.close().await;
    let rulebook = rulebook?;
    let at = args.when.map_or_else(|| SystemClock.now(), |when| when.0);
    let last_days = rulebook.last_days_of_recourse(at);
    if last_days.is_empty() {
        return Err(CommandError::Refused {
            problem: format!("expected a pack that counts recourse from {at:.0}, found none"),
            next: "name one with --pack, or state the day that your rules give".to_owned(),
        });
    }
    if console.json() {
        let listed = last_days.iter().map(|last| json!({"until": last.day, "clock": last.clock}));
        return console.line(listed.collect::<Value>());
    }
    last_days.iter().try_for_each(|last| console.line(last))
}

/// Prints the rule packs that come with the program.
///
/// # Errors
///
/// [`CommandError`] when the output is closed.
pub fn packs(console: &mut Console<'_>) -> Result<(), CommandError> {
    let packs: Vec<_> = shipped::pack_codes().filter_map(shipped::pack).collect();
    if console.json() {
        let listed: Vec<_> = packs.iter().map(pack_as_json).collect();
        return console.line(Value::from(listed));
    }
    for pack in packs {
        let name = pack.name().in_language(Language::English);
        console.line(format_args!("{:<20}  {}", pack.code(), name))?;
        for rule in pack.clocks() {
            console.line(format_args!("  {:<28}  {}", rule.code, rule.basis.citation))?;
        }
    }
    Ok(())
}

fn pack_as_json(pack: &RulePack) -> Value {
    let clocks: Vec<_> = pack
        .clocks()
        .iter()
        .map(|rule| json!({"code": rule.code, "citation": rule.basis.citation}))
        .collect();
    json!({
        "code": pack.code(), "version": pack.version(), "clocks": clocks,
        "name": pack.name().in_language(Language::English),
    })
}

fn is_wanted(args: &ClockExplain, name: &str) -> bool {
    let Some(wanted) = &args.clock else { return true };
    name == wanted || name.split_once('/').is_some_and(|(_, clock)| clock == wanted)
}

/// The packs that were named; else those that the ledger's own rulebook has adopted, each for its days.
async fn rulebook(named: Option<Rulebook>, ledger: &Ledger) -> Result<Rulebook, CommandError> {
    if let Some(named) = named {
        return Ok(named);
    }
    let house: HouseRules = ledger.streams().load(&rulebook_stream()).await?;
    house.time_limits().map_err(CommandError::failed("apply the rulebook"))
}

/// The packs that were named, if any were, with the calendars that come with the program.
fn named(packs: &[String], zone: Option<&str>) -> Result<Option<Rulebook>, CommandError> {
    if packs.is_empty() {
        return Ok(None);
    }
    let mut rulebook = Rulebook::with_shipped_calendars();
    for named in packs {
        let mut adoption = Adoption::of(pack(named)?);
        if let Some(zone) = zone {
            let zone = zone.parse().map_err(|error| CommandError::Usage {
                problem: format!("{error}, found `{zone}`"),
                next: "name a zone such as Europe/London".to_owned(),
            })?;
            adoption = adoption.in_zone(zone);
        }
        rulebook = rulebook.adopt(adoption).map_err(|error| CommandError::Usage {
            problem: error.to_string(),
            next: "name each pack once; a pack of your own names its calendar".to_owned(),
        })?;
    }
    Ok(Some(rulebook))
}

/// A pack that comes with the program, by its code; else a file.
fn pack(named: &str) -> Result<RulePack, CommandError> {
    if let Some(pack) = shipped::pack(named) {
        return Ok(pack);
    }
    let codes: Vec<_> = shipped::pack_codes().collect();
    let unknown = |found: String| CommandError::Usage {
        problem: format!("expected a rule pack ({}) or a file with one, {found}", codes.join(", ")),
        next: "see what there is with `redress clock packs`".to_owned(),
    };
    let path = resolved(named);
    if !path.is_file() {
        return Err(unknown(format!("found `{named}`")));
    }
    let text = std::fs::read_to_string(&path).map_err(CommandError::file("read", &path))?;
    RulePack::parse(&text).map_err(|error| unknown(format!("found `{named}`: {error}")))
}

/// The duty of a complaint whose time is up next, or was first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct NextDue {
    /// The last instant in time.
    pub(super) due: Timestamp,
    /// Which clock.
    pub(super) clock: String,
    /// Whether that instant is past.
    pub(super) is_late: bool,
    /// Whether the clock lawfully stands still.
    pub(super) is_paused: bool,
}

impl NextDue {
    /// Such as `due 2031-03-14`, `late since 2031-03-14`.
    pub(super) fn in_words(&self) -> String {
        let day = self.due.strftime("%Y-%m-%d");
        match (self.is_late, self.is_paused) {
            (true, _) => format!("late since {day}"),
            (false, true) => format!("paused, else {day}"),
            (false, false) => format!("due {day}"),
        }
    }
}

/// What is due next of each of these complaints, by the packs that the ledger has adopted. A clock that cannot be
/// counted is left out: `redress clock explain` says why.
///
/// # Errors
///
/// [`CommandError`]: a rulebook that cannot be applied, a damaged log.
pub(super) async fn next_due(
    ledger: &Ledger,
    complaints: &[StreamId],
) -> Result<Vec<Option<NextDue>>, CommandError> {
    let rulebook = rulebook(None, ledger).await?;
    let at = SystemClock.now();
    let mut all = Vec::new();
    for complaint in complaints {
        let facts = clock_facts(&history(ledger.log.as_ref(), complaint.as_str()).await?);
        let open = clocks(&facts, &rulebook, at).into_iter().flatten().filter(|reading| {
            reading.rule.nature == Nature::Duty
                && reading.end.is_none()
                && reading.result != ClockResult::Lapsed
        });
        all.push(open.min_by_key(|reading| reading.due).map(|reading| NextDue {
            due: reading.due,
            clock: reading.clock.to_string(),
            is_late: matches!(reading.result, ClockResult::Missed { .. }),
            is_paused: matches!(reading.result, ClockResult::Paused { .. }),
        }));
    }
    Ok(all)
}

async fn history(
    log: &dyn EventLog,
    complaint: &str,
) -> Result<Vec<Fact<ComplaintEvent>>, CommandError> {
    let mut records = stream_of(log, complaint).await?;
    let mut history = Vec::new();
    while let Some(recorded) = records.try_next().await? {
        let record =
            decode(&recorded.bytes).map_err(|error| undecodable(recorded.position, &error))?;
        let fact = record.fact();
        let LedgerEvent::Complaint(event) = fact.event.clone() else {
            return Err(CommandError::Usage {
                problem: format!("expected a complaint, found {complaint}"),
                next: "name a stream that begins with `complaint-`".to_owned(),
            });
        };
        history.push(fact.map(|_| event));
    }
    Ok(history)
}

fn none_started(args: &ClockExplain, rulebook: &Rulebook) -> CommandError {
    let rules = rulebook.adoptions().len();
    let clock = args.clock.as_ref().map_or(String::new(), |clock| format!(" named `{clock}`"));
    CommandError::Refused {
        problem: format!("expected a clock{clock} that has started, found none in {rules} packs"),
        next: "see the clocks of each pack with `redress clock packs`".to_owned(),
    }
}

fn as_json(reading: &ClockReading, language: Language) -> Value {
    json!({
        "clock": reading.clock,
        "pack_version": reading.pack_version,
        "citation": reading.rule.basis.citation,
        "started_at": reading.start.at.to_string(),
        "due": reading.due.to_string(),
        "due_local": reading.due_local(),
        "original_due": reading.original_due.to_string(),
        "ended_at": reading.end.map(|end| end.at.to_string()),
        "result": reading.result.code(),
        "text": reading.text(language),
    })
}

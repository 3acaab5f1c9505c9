//! `redress clock run`: the clock process and the escalation process, once.

use std::{fs, path::Path, sync::Arc};

use complaint_service::{ClockProcess, Escalated, EscalationProcess, Noted};
use event_log::{Clock, EventLog, Position, StreamId, clock::SystemClock};
use jiff::Timestamp;
use projection::Projector;
use projector_casework::{CaseworkProjector, open_complaints};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    arguments::ClockRun,
    backup::files::put,
    console::Console,
    control::{self, Request},
    error::CommandError,
    instant::Instant,
    ledger::Ledger,
};

/// How many open complaints are taken from the read model at once.
const PAGE: u32 = 500;
/// How far the process has looked through the log. Beside the read models, and as disposable: when
/// it is gone, the whole log is looked through once, and nothing is noted twice.
const POSITION_FILE: &str = "clock-process.json";
/// Which processes look through the log. When they come to do more for what lies in it, this grows, and the whole
/// log is looked through once more: 2 also opens the reviews of what others escalated.
const PROCESSES: u32 = 2;

#[derive(Debug, Default, Serialize, Deserialize)]
struct LookedAt {
    next_position: u64,
    /// By which processes; the first did not say.
    #[serde(default)]
    processes: u32,
}

/// What a run came to, as it is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// How often a complaint was looked at: one that is open and that something happened to twice.
    complaints: u64,
    warned: u64,
    missed: u64,
    /// Complaints put before the committee, because a pack orders it.
    escalated: u64,
    /// Reviews that were opened, of these and of what others escalated.
    #[serde(default)]
    reviews_opened: u64,
    /// Reviews that ended, noted in their complaints.
    reviews_noted: u64,
    unread: u64,
    /// The first complaint with a clock that could not be counted, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_unread: Option<Unread>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Unread {
    complaint: String,
    reason: String,
}

impl Told {
    fn of(noted: Noted, escalated: Escalated) -> Self {
        let Noted { complaints, warned, missed, unread, first_unread } = noted;
        let first_unread = first_unread.map(|(stream, error)| Unread {
            complaint: stream.to_string(),
            reason: error.to_string(),
        });
        let Escalated { escalated, opened: reviews_opened, concluded: reviews_noted } = escalated;
        Self {
            complaints,
            warned,
            missed,
            escalated,
            reviews_opened,
            reviews_noted,
            unread,
            first_unread,
        }
    }
}

/// Notes what is due. A process that serves the ledger is asked to.
///
/// # Errors
///
/// [`CommandError`]: a time to come, a ledger that does not answer, a clock that cannot be counted.
pub async fn run(args: &ClockRun, console: &mut Console<'_>) -> Result<(), CommandError> {
    let now = SystemClock.now();
    if let Some(Instant(until)) = args.until
        && until > now
    {
        return Err(CommandError::Usage {
            problem: format!("expected a time by now, {now}, found {until}"),
            next: "a limit is missed when it has passed, and not before".to_owned(),
        });
    }
    let until = args.until.map(|until| until.0);
    let asked = control::ask(&args.at.data, &Request::ClockRun { until }, console).await?;
    let told: Told = if let Some(told) = asked {
        told
    } else {
        let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
        let noted = note(until, &mut ledger, console).await;
        ledger.close().await;
        noted?
    };
    if console.json() {
        console.value(&told)?;
    } else {
        console.line(format_args!(
            "looked at complaints {}: {} limits newly near, {} newly missed; {} escalated, \
             {} reviews opened, {} noted",
            times(told.complaints),
            told.warned,
            told.missed,
            told.escalated,
            told.reviews_opened,
            told.reviews_noted
        ))?;
    }
    let Some(Unread { complaint, reason }) = told.first_unread else { return Ok(()) };
    Err(CommandError::Refused {
        problem: format!(
            "{} clocks could not be counted, the first of {complaint}: {reason}",
            told.unread
        ),
        next: "see what `redress clock explain` says of that complaint; all others were noted"
            .to_owned(),
    })
}

/// Escalates what is owed to the committee in an open ledger, and notes what is due.
///
/// # Errors
///
/// [`CommandError`]: a ledger or read model that does not answer, no key.
pub async fn note(
    until: Option<Timestamp>,
    ledger: &mut Ledger,
    console: &Console<'_>,
) -> Result<Told, CommandError> {
    ledger.bring_read_models_up(console).await?;
    let models = ledger.places.read_models();
    let head = ledger.log.head().next_position;
    let service = ledger.service()?;
    let reviews = ledger.unsealed()?;
    let (process, escalation) =
        (ClockProcess::new(&service), EscalationProcess::new(&service, &reviews));
    let is_for_now = until.is_none();
    let until = until.unwrap_or_else(|| SystemClock.now());
    let (mut noted, mut escalated) = (Noted::default(), Escalated::default());

    // What happened since the last run: late answers and endings, of which no read model of open
    // complaints tells. What this run appends is looked at again in the next, and found noted.
    let file = models.join(POSITION_FILE);
    let start = looked_at(&file, head);
    // First: an escalation that is made now may be what a clock waits for.
    let mut from = start;
    while let Some(next) = escalation.walk_page(from, &mut escalated).await? {
        if next >= head {
            break;
        }
        from = next;
    }
    let mut from = start;
    while let Some(next) = process.note_page(from, until, &mut noted).await? {
        if next >= head {
            break;
        }
        from = next;
    }
    let mut after = None;
    loop {
        let page = open_page(&models, after).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        process.note_all(page.into_iter().map(|(_, stream)| stream), until, &mut noted).await?;
    }
    // With an earlier time, what ended since is still to be looked at.
    if is_for_now {
        remember(&file, head)?;
    }
    Ok(Told::of(noted, escalated))
}

async fn open_page(
    models: &Path,
    after: Option<u64>,
) -> Result<Vec<(u64, StreamId)>, CommandError> {
    let path = projection::path_of(models, CaseworkProjector.name());
    let asked = tokio::task::spawn_blocking(move || {
        let connection =
            projection::open_reader(&path).map_err(CommandError::failed("read the case files"))?;
        open_complaints(&connection, after, PAGE)
            .map_err(CommandError::failed("read the case files"))
    });
    asked.await.map_err(CommandError::failed("read the case files"))?
}

/// Where to go on; at the beginning when nothing readable says so, or other processes did, or it lies beyond the log.
fn looked_at(file: &Path, head: Position) -> Position {
    let text = fs::read_to_string(file).unwrap_or_default();
    let known: LookedAt = serde_json::from_str(&text).unwrap_or_default();
    let is_known = known.processes == PROCESSES && known.next_position <= head.0;
    if is_known { Position(known.next_position) } else { Position(0) }
}

fn remember(file: &Path, head: Position) -> Result<(), CommandError> {
    let known = LookedAt { next_position: head.0, processes: PROCESSES };
    put(file, json!(known).to_string().as_bytes())
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

#[cfg(test)]
mod tests {
    use super::{POSITION_FILE, Position, fs, looked_at, remember};

    #[test]
    fn what_fewer_processes_looked_at_is_looked_at_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(POSITION_FILE);
        assert_eq!(looked_at(&file, Position(9)), Position(0));
        remember(&file, Position(5)).unwrap();
        assert_eq!(looked_at(&file, Position(9)), Position(5));
        assert_eq!(looked_at(&file, Position(4)), Position(0), "of another log");
        fs::write(&file, r#"{"next_position":5}"#).unwrap();
        assert_eq!(looked_at(&file, Position(9)), Position(0), "of a program from before");
    }
}

//! `redress clock run`: the clock process, once.

use std::{fs, path::Path, sync::Arc};

use complaint_service::{ClockProcess, Noted};
use event_log::{Clock, EventLog, Position, StreamId, clock::SystemClock};
use projection::Projector;
use projector_casework::{CaseworkProjector, open_complaints};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    arguments::ClockRun, backup::files::put, console::Console, error::CommandError,
    instant::Instant, ledger::Ledger,
};

/// How many open complaints are taken from the read model at once.
const PAGE: u32 = 500;
/// How far the process has looked through the log. Beside the read models, and as disposable: when
/// it is gone, the whole log is looked through once, and nothing is noted twice.
const POSITION_FILE: &str = "clock-process.json";

#[derive(Debug, Default, Serialize, Deserialize)]
struct LookedAt {
    next_position: u64,
}

/// Notes what is due.
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
    let mut ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let noted = note(args, &mut ledger, console).await;
    ledger.close().await;
    let noted = noted?;
    let Noted { complaints, warned, missed, unread, .. } = noted;
    if console.json() {
        console.line(json!({
            "complaints": complaints, "warned": warned, "missed": missed, "unread": unread,
        }))?;
    } else {
        console.line(format_args!(
            "{complaints} complaints: {warned} limits newly near, {missed} newly missed"
        ))?;
    }
    match noted.first_unread {
        None => Ok(()),
        Some((stream, error)) => {
            console.say(format_args!("{stream}, and {unread} clocks in all"));
            Err(CommandError::failed("count a clock")(error))
        }
    }
}

async fn note(
    args: &ClockRun,
    ledger: &mut Ledger,
    console: &Console<'_>,
) -> Result<Noted, CommandError> {
    ledger.bring_read_models_up(console).await?;
    let models = ledger.places.read_models();
    let head = ledger.log.head().next_position;
    let service = ledger.service()?;
    let process = ClockProcess::new(&service);
    let until = args.until.map_or_else(|| SystemClock.now(), |until| until.0);
    let mut noted = Noted::default();

    // What happened since the last run: late answers and endings, of which no read model of open
    // complaints tells. What this run appends is looked at again in the next, and found noted.
    let file = models.join(POSITION_FILE);
    let mut from = looked_at(&file, head);
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
    if args.until.is_none() {
        remember(&file, head)?;
    }
    Ok(noted)
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

/// Where to go on; at the beginning when nothing readable says so, or it lies beyond the log.
fn looked_at(file: &Path, head: Position) -> Position {
    let text = fs::read_to_string(file).unwrap_or_default();
    let known: LookedAt = serde_json::from_str(&text).unwrap_or_default();
    if known.next_position > head.0 { Position(0) } else { Position(known.next_position) }
}

fn remember(file: &Path, head: Position) -> Result<(), CommandError> {
    put(file, json!(LookedAt { next_position: head.0 }).to_string().as_bytes())
}

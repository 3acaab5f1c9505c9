//! `redress anchor list`: trusted times, held against the ledger, and what lies between them.

use complaint_codec::times;
use event_log::{EventLog, Position};
use futures::TryStreamExt;
use jiff::Timestamp;
use serde::Serialize;
use time_anchor::{Anchor, Window, windows};

use crate::{
    anchors::{authorities, check, recorded},
    arguments::AnchorList,
    commands::verify::against::CLOCKS_DIFFER,
    console::Console,
    error::CommandError,
    ledger::Ledger,
};

#[derive(Serialize)]
struct Told {
    /// Whether somebody who is trusted vouches for the stamps.
    are_vouched_for: bool,
    anchors: Vec<Shown>,
    windows: Vec<Between>,
}

#[derive(Serialize)]
struct Shown {
    position: u64,
    size: u64,
    stamped_at: String,
    authority: String,
}

#[derive(Serialize)]
struct Between {
    from: u64,
    to: u64,
    not_before: Option<String>,
    not_after: Option<String>,
}

/// Shows the anchors of a ledger and the windows between them.
///
/// # Errors
///
/// [`CommandError::Broken`]: an anchor that does not fit the records, or a record that does not fit the
/// times it lies between.
pub(super) async fn run(
    ledger: &Ledger,
    args: &AnchorList,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let trusted = args.trust.as_deref().map(|path| authorities(path, None)).transpose()?;
    let all = recorded(ledger).await?;
    let are_vouched_for = trusted.is_some();
    let nodes = ledger.log.nodes();
    let end = nodes.size();
    let checked = tokio::task::spawn_blocking(move || {
        let mut anchors = Vec::new();
        let mut shown = Vec::new();
        for (position, anchor) in &all {
            let position = *position;
            let stamp = check(position, anchor, &nodes, trusted.as_ref()).map_err(|reason| {
                CommandError::Broken { position, reason: format!("the time stamp there: {reason}") }
            })?;
            let time = anchor.stamped_at.as_millisecond();
            let accuracy = stamp.map_or(0, |stamp| stamp.accuracy);
            let (earliest, latest) = (time.saturating_sub(accuracy), time.saturating_add(accuracy));
            anchors.push(Anchor { position: position.0, size: anchor.size, earliest, latest });
            shown.push(Shown {
                position: position.0,
                size: anchor.size,
                stamped_at: anchor.stamped_at.to_string(),
                authority: anchor.authority.to_string(),
            });
        }
        Ok::<_, CommandError>((anchors, shown))
    });
    let (anchors, shown) = checked.await.map_err(CommandError::failed("check the stamps"))??;
    let windows = windows(&anchors, end);
    for window in &windows {
        check_dates(ledger, window).await?;
    }
    let windows = windows.iter().map(between).collect();
    let told = Told { are_vouched_for, anchors: shown, windows };
    if console.json() { console.value(&told) } else { tell(&told, console) }
}

/// The records of a window say of themselves that they were made within it. Only the first and the last
/// need to be looked at: the time of recording never decreases along the log.
async fn check_dates(ledger: &Ledger, window: &Window) -> Result<(), CommandError> {
    let first = Position(window.from);
    if window.is_impossible() {
        let reason =
            "it came after a time stamp that is later than one which covers it: one of the two \
                      authorities is wrong"
                .to_owned();
        return Err(CommandError::Broken { position: first, reason });
    }
    if let Some(not_before) = window.not_before.and_then(instant) {
        let recorded_at = recorded_at(ledger, first).await?;
        if recorded_at.saturating_add(CLOCKS_DIFFER).is_ok_and(|latest| latest < not_before) {
            return Err(CommandError::Broken {
                position: first,
                reason: format!(
                    "the record says that it was made at {recorded_at}, but it follows a time stamp of \
                     {not_before}: it is dated back"
                ),
            });
        }
    }
    if let Some(not_after) = window.not_after.and_then(instant) {
        let last = Position(window.to.saturating_sub(1));
        let recorded_at = recorded_at(ledger, last).await?;
        if not_after.saturating_add(CLOCKS_DIFFER).is_ok_and(|latest| latest < recorded_at) {
            return Err(CommandError::Broken {
                position: last,
                reason: format!(
                    "the record says that it was made at {recorded_at}, but it was time-stamped at \
                     {not_after} already: it is dated forward"
                ),
            });
        }
    }
    Ok(())
}

async fn recorded_at(ledger: &Ledger, position: Position) -> Result<Timestamp, CommandError> {
    let broken = |reason: String| CommandError::Broken { position, reason };
    let record = ledger.log.read_all(position, 1).try_next().await?;
    let record = record.ok_or_else(|| broken("expected a record, found none".to_owned()))?;
    Ok(times(&record.bytes).map_err(|error| broken(error.to_string()))?.recorded_at)
}

fn instant(millis: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(millis).ok()
}

fn between(window: &Window) -> Between {
    let text = |time: Option<i64>| time.and_then(instant).map(|time| time.to_string());
    Between {
        from: window.from,
        to: window.to,
        not_before: text(window.not_before),
        not_after: text(window.not_after),
    }
}

fn tell(told: &Told, console: &mut Console<'_>) -> Result<(), CommandError> {
    for Shown { position, size, stamped_at, authority } in &told.anchors {
        console.line(format_args!(
            "position {position}: {size} records existed at {stamped_at}, says {authority}"
        ))?;
    }
    for Between { from, to, not_before, not_after } in &told.windows {
        let last = to.saturating_sub(1);
        let times = match (not_before, not_after) {
            (None, None) => "no trusted time".to_owned(),
            (Some(after), None) => format!("after {after}; no stamp covers them yet"),
            (None, Some(before)) => format!("before {before}"),
            (Some(after), Some(before)) => format!("between {after} and {before}"),
        };
        console.line(format_args!("records {from} to {last}: {times}"))?;
    }
    if !told.are_vouched_for && !told.anchors.is_empty() {
        console.say("nobody vouches for these times: name the roots you trust with --trust");
    }
    Ok(())
}

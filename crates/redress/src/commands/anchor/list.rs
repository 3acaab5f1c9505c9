//! `redress anchor list`: trusted times, held against the ledger, and what lies between them.

use serde::Serialize;
use time_anchor::Window;

use crate::{
    anchors::{
        authorities,
        held::{Held, Shown, hold, instant},
    },
    arguments::AnchorList,
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
    let are_vouched_for = trusted.is_some();
    let Held { anchors, windows } = hold(ledger, trusted).await?;
    let windows = windows.iter().map(between).collect();
    let told = Told { are_vouched_for, anchors, windows };
    if console.json() { console.value(&told) } else { tell(&told, console) }
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

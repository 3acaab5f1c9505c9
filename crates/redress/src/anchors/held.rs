//! Every time anchor of a ledger held against its records, and the records against the times.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use complaint_codec::{decode, times};
use complaint_domain::{
    LedgerEvent,
    ledger::{EvidenceEvent, TimeAnchor, TimeToken},
};
use complaint_service::ledger_stream_of;
use event_log::{EventLog, Position, StreamVersion};
use futures::TryStreamExt;
use jiff::Timestamp;
use serde::Serialize;
use time_anchor::{Anchor, Authorities, Token, Window, windows};

use super::{check, newest::Newest};
use crate::{commands::verify::against::CLOCKS_DIFFER, error::CommandError, ledger::Ledger};

/// A time anchor that fits the ledger.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// Where it stands.
    pub position: u64,
    /// How many records existed then.
    pub size: u64,
    /// The time it states.
    pub stamped_at: String,
    /// What the authority is called.
    pub authority: String,
}

/// What the time anchors of a ledger say.
#[derive(Debug)]
pub struct Held {
    /// The anchors, in order.
    pub anchors: Vec<Shown>,
    /// The records between them, and the times they lie between.
    pub windows: Vec<Window>,
}

/// Holds every time anchor against the ledger (token, digest, checkpoint, the root over what it covers; with
/// roots also who made it), and the records' own dates against the times they lie between. Keeps the newest
/// for `redress status`.
///
/// # Errors
///
/// [`CommandError::Broken`]: an anchor that does not fit the records, or a record that does not fit the times.
pub async fn hold(ledger: &Ledger, trusted: Option<Authorities>) -> Result<Held, CommandError> {
    let trusted = Arc::new(trusted);
    let stream = ledger_stream_of(ledger.origin());
    let mut records = ledger.log.read_stream(&stream, StreamVersion::default());
    let (mut anchors, mut shown, mut newest) = (Vec::new(), Vec::new(), None);
    let end = ledger.log.nodes().size();
    // One at a time: a ledger that is stamped each hour has more tokens than should be in memory.
    while let Some(recorded) = records.try_next().await? {
        let position = recorded.position;
        let record = decode(&recorded.bytes)
            .map_err(|error| CommandError::Broken { position, reason: error.to_string() })?;
        let LedgerEvent::Evidence(EvidenceEvent::TimeAnchored(anchor)) = record.event else {
            continue;
        };
        let summary = Newest::of(position, &anchor);
        anchors.push(held(ledger, position, anchor, Arc::clone(&trusted)).await?);
        shown.push(Shown {
            position: summary.position,
            size: summary.size,
            stamped_at: summary.stamped_at.to_string(),
            authority: summary.authority.clone(),
        });
        newest = Some(summary);
    }
    let windows = windows(&anchors, end);
    for window in &windows {
        check_dates(ledger, window).await?;
    }
    Newest::keep(newest.as_ref(), &ledger.places.data)?;
    Ok(Held { anchors: shown, windows })
}

/// One anchor against the ledger; the check reads tiles, so not on an async thread.
async fn held(
    ledger: &Ledger,
    position: Position,
    anchor: TimeAnchor,
    trusted: Arc<Option<Authorities>>,
) -> Result<Anchor, CommandError> {
    let nodes = ledger.log.nodes();
    let checked = tokio::task::spawn_blocking(move || {
        check(position, &anchor, &nodes, trusted.as_ref().as_ref())?;
        let time = anchor.stamped_at.as_millisecond();
        let accuracy = claimed_accuracy(&anchor.token)?;
        let (earliest, latest) = (time.saturating_sub(accuracy), time.saturating_add(accuracy));
        Ok(Anchor { position: position.0, size: anchor.size, earliest, latest })
    });
    let checked = checked.await.map_err(CommandError::failed("check the stamps"))?;
    checked.map_err(|reason: String| CommandError::Broken {
        position,
        reason: format!("the time stamp there: {reason}"),
    })
}

/// By how much a stamp may be wrong. It says so itself, and means it whether or not somebody vouches for it:
/// without roots the same ledger is not held to more than with them.
fn claimed_accuracy(token: &TimeToken) -> Result<i64, String> {
    let TimeToken::Inline(token) = token else { return Ok(0) };
    let token = STANDARD.decode(token.as_str()).map_err(|error| error.to_string())?;
    Token::parse(&token).map(|token| token.claimed_accuracy()).map_err(|error| error.to_string())
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

/// A time in milliseconds since 1970, if there is such a time.
pub fn instant(millis: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(millis).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_that_nobody_vouches_for_may_be_as_wrong_as_it_says() {
        let token = include_bytes!("../../../time-anchor/recorded/rsa.tsr");
        let token = TimeToken::Inline(STANDARD.encode(token).parse().unwrap());
        assert_eq!(claimed_accuracy(&token), Ok(1501));
    }
}

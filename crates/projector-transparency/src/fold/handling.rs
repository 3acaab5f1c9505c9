//! How complaints were handled, as far as the figures count it: limits, pauses, people who need support, links, outside
//! bodies, and what became of an offer.

use complaint_domain::{
    clock::ClockName,
    complaint::{
        Answer, ClockNotice, ClockPaused, DuplicateLink, DuplicateUnlink, ExternalDecision,
        ExternalReferral, ExternalResult, Outcome, Response, Vulnerability,
    },
    rulebook::RulebookEvent,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Place, stored};
use crate::period::day_of;

/// A limit was missed. The same one is noted once; one that was moved is another limit of the same clock.
pub(super) fn missed(tx: &Connection, at: Place<'_>, notice: &ClockNotice) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT OR IGNORE INTO missed_limit VALUES (?1, ?2)")?
        .execute(params![at.stream, notice.limit.clock.to_string()])?;
    Ok(())
}

/// A clock stands still.
pub(super) fn paused(
    tx: &Connection,
    at: Place<'_>,
    pause: &ClockPaused,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO pause (position, stream, clock, ground, from_day) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        stored(at.position),
        at.stream,
        pause.clock.to_string(),
        pause.ground.code(),
        day_of(occurred_at),
    ])?;
    Ok(())
}

/// A clock runs on.
pub(super) fn resumed(
    tx: &Connection,
    at: Place<'_>,
    clock: &ClockName,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE pause SET until_day = max(from_day, ?3)
         WHERE stream = ?1 AND clock = ?2 AND until_day IS NULL",
    )?
    .execute(params![at.stream, clock.to_string(), day_of(occurred_at)])?;
    Ok(())
}

/// What makes the complainant vulnerable, as far as is known now.
pub(super) fn vulnerable(
    tx: &Connection,
    at: Place<'_>,
    found: &Vulnerability,
) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM complaint_driver WHERE stream = ?1")?.execute([at.stream])?;
    let mut insert = tx.prepare_cached("INSERT INTO complaint_driver VALUES (?1, ?2)")?;
    for driver in &found.drivers {
        insert.execute(params![at.stream, driver.code()])?;
    }
    tx.prepare_cached("UPDATE complaint SET is_about_support = ?2 WHERE stream = ?1")?
        .execute(params![at.stream, found.is_subject])?;
    Ok(())
}

/// It belongs to another complaint.
pub(super) fn linked(tx: &Connection, at: Place<'_>, link: &DuplicateLink) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT OR REPLACE INTO link VALUES (?1, ?2, ?3)")?.execute(params![
        at.stream,
        link.of.as_str(),
        link.kind.code()
    ])?;
    Ok(())
}

/// It does not after all.
pub(super) fn unlinked(
    tx: &Connection,
    at: Place<'_>,
    link: &DuplicateUnlink,
) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM link WHERE stream = ?1 AND other = ?2")?
        .execute(params![at.stream, link.of.as_str()])?;
    Ok(())
}

/// An outside body took it up.
pub(super) fn referred(
    tx: &Connection,
    at: Place<'_>,
    referral: &ExternalReferral,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO outside_referral VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        stored(at.position),
        at.stream,
        referral.body.as_str(),
        day_of(occurred_at),
    ])?;
    Ok(())
}

/// An outside body came to a result. What the company had answered by then is what it is held against.
pub(super) fn decided_outside(
    tx: &Connection,
    at: Place<'_>,
    decision: &ExternalDecision,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    let answered: Option<Option<String>> = tx
        .prepare_cached(
            "SELECT outcome FROM life WHERE stream = ?1 AND outcome IS NOT NULL
             ORDER BY ordinal DESC LIMIT 1",
        )?
        .query_row([at.stream], |row| row.get(0))
        .optional()?;
    let answered = answered.flatten();
    let overturned =
        answered.as_deref().and_then(|outcome| is_overturned(outcome, decision.result));
    tx.prepare_cached("INSERT INTO outside_decision VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(
        params![
            stored(at.position),
            at.stream,
            decision.body.as_str(),
            decision.result.code(),
            overturned,
            day_of(occurred_at),
        ],
    )?;
    Ok(())
}

/// Whether the body gave the complainant more than the company had; nothing where the body did not decide.
fn is_overturned(answered: &str, result: ExternalResult) -> Option<bool> {
    let given = match result {
        ExternalResult::ForComplainant => 2,
        ExternalResult::PartlyForComplainant => 1,
        ExternalResult::ForRespondent => 0,
        ExternalResult::Settled
        | ExternalResult::OutsideJurisdiction
        | ExternalResult::Discontinued => return None,
    };
    let granted = if answered == Outcome::Upheld.code() {
        2
    } else {
        i32::from(answered == Outcome::PartlyUpheld.code())
    };
    Some(given > granted)
}

/// A final response offers its remedies.
pub(super) fn offered(
    tx: &Connection,
    at: Place<'_>,
    response: &Response,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    let mut update = tx.prepare_cached(
        "UPDATE remedy SET offered_day = coalesce(offered_day, ?3) WHERE stream = ?1 AND remedy = ?2",
    )?;
    for remedy in &response.remedies {
        update.execute(params![at.stream, remedy.0, day_of(occurred_at)])?;
    }
    Ok(())
}

/// Whoever accepts the answer accepts what it offers.
pub(super) fn accepted(
    tx: &Connection,
    at: Place<'_>,
    answer: Answer,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    if matches!(answer, Answer::Accepted) {
        tx.prepare_cached(
            "UPDATE remedy SET accepted_day = ?2
             WHERE stream = ?1 AND offered_day IS NOT NULL AND accepted_day IS NULL
               AND coalesce(result, '') <> 'declined'",
        )?
        .execute(params![at.stream, day_of(occurred_at)])?;
    }
    Ok(())
}

/// Takes in an event of the rulebook: which clocks a complaint has follows from it. Kept as it is stored, so that the
/// report reads it by the rules of the rulebook itself.
pub(crate) fn rulebook(
    tx: &Connection,
    at: Place<'_>,
    event: &RulebookEvent,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    let (what, body) = match event {
        RulebookEvent::ChangeProposed(proposal) => ("proposed", serde_json::to_string(proposal)),
        RulebookEvent::ChangeApproved(approval) => ("approved", serde_json::to_string(approval)),
        RulebookEvent::ChangeRejected(_) => return Ok(()),
    };
    let body = body.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    tx.prepare_cached("INSERT INTO rule_change VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        stored(at.position),
        what,
        body,
        occurred_at.as_millisecond(),
    ])?;
    Ok(())
}

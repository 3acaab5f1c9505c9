//! The committee's cases and terms, into the rows of its own report.

use complaint_domain::{
    review::{ReviewEvent, Seat},
    staff::StaffEvent,
};
use jiff::{Timestamp, civil::Date};
use rusqlite::{Connection, params};

use super::Place;
use crate::period::{day_number, day_of};

/// Takes in an event of a case before the committee.
pub(crate) fn review(
    tx: &Connection,
    at: Place<'_>,
    event: &ReviewEvent,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    let day = day_of(occurred_at);
    match event {
        ReviewEvent::Opened(opened) => {
            tx.prepare_cached(
                "INSERT INTO committee_case (stream, complaint, way, opened_day, measures, measures_done, measures_withdrawn)
                 VALUES (?1, ?2, ?3, ?4, 0, 0, 0)",
            )?
            .execute(params![at.stream, opened.complaint.as_str(), opened.way.code(), day])?;
        }
        ReviewEvent::DecisionProposed(proposal) => {
            let measures = i64::try_from(proposal.measures.len()).unwrap_or(i64::MAX);
            tx.prepare_cached("UPDATE committee_case SET measures = ?2 WHERE stream = ?1")?
                .execute(params![at.stream, measures])?;
        }
        ReviewEvent::Decided(decision) => {
            // What the company had answered by then, or what it had said that it would: where a pack sends
            // a rejection here first, there is no answer yet. A later answer is another one.
            tx.prepare_cached(
                "UPDATE committee_case SET outcome = ?2, effect = ?3,
                   decided_day = max(opened_day, ?4), ended_day = max(opened_day, ?4),
                   answered = (SELECT coalesce(life.proposed, life.outcome) FROM life
                               WHERE life.stream = committee_case.complaint
                               AND coalesce(life.proposed, life.outcome) IS NOT NULL
                               ORDER BY ordinal DESC LIMIT 1)
                 WHERE stream = ?1",
            )?
            .execute(params![
                at.stream,
                decision.outcome.code(),
                decision.effect.code(),
                day
            ])?;
        }
        ReviewEvent::Discontinued(_) => {
            tx.prepare_cached(
                "UPDATE committee_case SET ended_day = max(opened_day, ?2) WHERE stream = ?1",
            )?
            .execute(params![at.stream, day])?;
        }
        ReviewEvent::Replied(reply) => {
            tx.prepare_cached("UPDATE committee_case SET reply = ?2 WHERE stream = ?1")?
                .execute(params![at.stream, reply.reply.code()])?;
            for ground in &reply.grounds {
                tx.prepare_cached("INSERT OR IGNORE INTO refusal_ground VALUES (?1, ?2)")?
                    .execute(params![at.stream, ground.as_str()])?;
            }
        }
        ReviewEvent::MeasureCompleted(_) => one_more(tx, at, "measures_done")?,
        // One member's word is none of the committee yet.
        ReviewEvent::WithdrawalAgreed(withdrawal) if withdrawal.is_enough() => {
            one_more(tx, at, "measures_withdrawn")?;
        }
        // Steps on the way; those that the report counts are events of their own.
        ReviewEvent::MemberSeated(_)
        | ReviewEvent::InterestDisclosed(_)
        | ReviewEvent::InterestRuled(_)
        | ReviewEvent::MemberRecused(_)
        | ReviewEvent::PartyHeard(_)
        | ReviewEvent::EvidenceTaken(_)
        | ReviewEvent::VoteCast(_)
        | ReviewEvent::DissentRecorded(_)
        | ReviewEvent::Adjourned(_)
        | ReviewEvent::WithdrawalAgreed(_)
        | ReviewEvent::Closed(_) => {}
    }
    Ok(())
}

/// A measure came to this end.
fn one_more(tx: &Connection, at: Place<'_>, column: &'static str) -> rusqlite::Result<()> {
    let sql = format!("UPDATE committee_case SET {column} = {column} + 1 WHERE stream = ?1");
    tx.prepare_cached(&sql)?.execute(params![at.stream])?;
    Ok(())
}

/// Takes in an event of somebody who works here, as far as it is about the committee.
pub(crate) fn staff(tx: &Connection, at: Place<'_>, event: &StaffEvent) -> rusqlite::Result<()> {
    match event {
        StaffEvent::TermStarted(term) => {
            let seat: Seat = term.seat;
            tx.prepare_cached(
                "INSERT INTO committee_term (stream, ordinal, seat, from_day, until_day)
                 SELECT ?1, 1 + count(*), ?2, ?3, ?4 FROM committee_term WHERE stream = ?1",
            )?
            .execute(params![
                at.stream,
                seat.code(),
                day_number(term.from),
                day_number(term.until)
            ])?;
        }
        StaffEvent::TermEnded(end) => ended(tx, at, end.on, end.reason.code())?,
        StaffEvent::Left(leaving) => ended(tx, at, leaving.on, "left")?,
        StaffEvent::Joined(_)
        | StaffEvent::RoleGranted(_)
        | StaffEvent::RoleRevoked(_)
        | StaffEvent::TeamChanged(_)
        | StaffEvent::AbsenceStarted(_)
        | StaffEvent::AbsenceEnded(_)
        | StaffEvent::InterestDeclared(_)
        | StaffEvent::InterestWithdrawn(_)
        | StaffEvent::TrainingCompleted(_) => {}
    }
    Ok(())
}

/// A term that would run on ends on that day; one that has run out stays as it is.
fn ended(tx: &Connection, at: Place<'_>, on: Date, why: &str) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE committee_term SET until_day = ?2, ended_by = ?3
         WHERE stream = ?1 AND until_day > ?2
           AND ordinal = (SELECT max(ordinal) FROM committee_term WHERE stream = ?1)",
    )?
    .execute(params![at.stream, day_number(on), why])?;
    Ok(())
}

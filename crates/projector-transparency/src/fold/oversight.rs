//! What stands beside the complaints, and what complainants say of us, into the rows.

use complaint_domain::{
    action::ActionEvent,
    complaint::{Escalation, SurveyAnswer},
    referral::ReferralEvent,
    review::ReviewEvent,
};
use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Place, stored};
use crate::period::day_of;

/// Notes one thing that happened.
fn noted(
    tx: &Connection,
    at: Place<'_>,
    occurred_at: Timestamp,
    what: &str,
    detail: Option<&str>,
    number: Option<u64>,
) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO oversight VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(
        params![
            stored(at.position),
            at.stream,
            what,
            detail,
            day_of(occurred_at),
            number.map(stored),
        ],
    )?;
    Ok(())
}

/// A complaint goes before the committee.
pub(super) fn escalated(
    tx: &Connection,
    at: Place<'_>,
    escalation: &Escalation,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    noted(tx, at, occurred_at, "escalated", Some(escalation.reason.code()), None)
}

/// The last time a complaint was put before the committee is taken back: it was a mistake, or nothing came of it, and
/// no figure counts it, as none counts a link that was taken back.
pub(super) fn escalation_withdrawn(tx: &Connection, at: Place<'_>) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "DELETE FROM oversight WHERE position =
            (SELECT position FROM oversight WHERE stream = ?1 AND what = 'escalated'
             ORDER BY position DESC LIMIT 1)",
    )?
    .execute(params![at.stream])?;
    Ok(())
}

/// A complainant is asked how it was.
pub(super) fn survey_requested(
    tx: &Connection,
    at: Place<'_>,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO survey (position, stream, requested_day) VALUES (?1, ?2, ?3)")?
        .execute(params![stored(at.position), at.stream, day_of(occurred_at)])?;
    Ok(())
}

/// A complainant says how it was: the answer to the last time they were asked.
pub(super) fn survey_answered(
    tx: &Connection,
    at: Place<'_>,
    answer: &SurveyAnswer,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE survey SET answered_day = ?2, process_score = ?3, outcome_score = ?4
         WHERE position = (SELECT max(position) FROM survey WHERE stream = ?1)",
    )?
    .execute(params![at.stream, day_of(occurred_at), answer.process, answer.outcome])?;
    Ok(())
}

/// Takes in an event of a case before the committee.
pub(crate) fn review(
    tx: &Connection,
    at: Place<'_>,
    event: &ReviewEvent,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    let (what, detail) = match event {
        ReviewEvent::Opened(opened) => ("review-opened", Some(opened.way.code())),
        ReviewEvent::Decided(decision) => ("review-decided", Some(decision.outcome.code())),
        ReviewEvent::Replied(reply) => ("review-replied", Some(reply.reply.code())),
        ReviewEvent::DissentRecorded(_) => ("review-dissented", None),
        ReviewEvent::Discontinued(end) => ("review-discontinued", Some(end.reason.code())),
        ReviewEvent::Closed(_) => ("review-closed", None),
        ReviewEvent::InterestDisclosed(_) => ("review-disclosed", None),
        ReviewEvent::MemberRecused(_) => ("review-recused", None),
        // Whoever may not stay has stepped aside.
        ReviewEvent::InterestRuled(ruling) if !ruling.may_stay => ("review-recused", None),
        ReviewEvent::Adjourned(_) => ("review-adjourned", None),
        // Steps on the way; none of the published figures counts them.
        ReviewEvent::MemberSeated(_)
        | ReviewEvent::InterestRuled(_)
        | ReviewEvent::PartyHeard(_)
        | ReviewEvent::EvidenceTaken(_)
        | ReviewEvent::DecisionProposed(_)
        | ReviewEvent::VoteCast(_)
        | ReviewEvent::MeasureCompleted(_)
        | ReviewEvent::WithdrawalAgreed(_) => return Ok(()),
    };
    noted(tx, at, occurred_at, what, detail, None)
}

/// Takes in an event of what is done against a cause.
pub(crate) fn action(
    tx: &Connection,
    at: Place<'_>,
    event: &ActionEvent,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    let (what, detail, number) = match event {
        ActionEvent::Proposed(proposal) => ("action-proposed", Some(proposal.origin.code()), None),
        ActionEvent::Rejected(_) => ("action-rejected", None, None),
        ActionEvent::Completed(_) => ("action-completed", None, None),
        ActionEvent::CustomersRemediated(remediation) => {
            ("action-remediated", None, Some(remediation.reached))
        }
        ActionEvent::Closed(closure) => ("action-closed", Some(closure.result.code()), None),
        // Steps on the way; none of the published figures counts them.
        ActionEvent::Approved(_) | ActionEvent::Rescheduled(_) | ActionEvent::EffectChecked(_) => {
            return Ok(());
        }
    };
    noted(tx, at, occurred_at, what, detail, number)
}

/// Takes in an event of a suspected violation before a regulator.
pub(crate) fn referral(
    tx: &Connection,
    at: Place<'_>,
    event: &ReferralEvent,
    occurred_at: Timestamp,
) -> rusqlite::Result<()> {
    let (what, detail) = match event {
        ReferralEvent::Submitted(_) => ("referral-submitted", None),
        ReferralEvent::OutcomeRecorded(outcome) => {
            ("referral-decided", Some(outcome.finding.code()))
        }
        ReferralEvent::PenaltyRecorded(penalty) => {
            ("referral-penalised", Some(penalty.kind.code()))
        }
        // Steps on the way; none of the published figures counts them.
        ReferralEvent::Acknowledged(_)
        | ReferralEvent::InquiryRecorded(_)
        | ReferralEvent::InquiryAnswered(_)
        | ReferralEvent::Closed(_) => return Ok(()),
    };
    noted(tx, at, occurred_at, what, detail, None)
}

//! One event into the rows. Pure but for the tables: no clock, no locale, no float.

use complaint_domain::{
    Fact,
    complaint::{
        Answer, Classification, ComplaintEvent, CorrectedFact, Correction, Matter, Outcome,
        Receipt, RemedyFulfilment, RemedyProposed, RemedyResult, Response, ResponseKind, RootCause,
        Source,
    },
    import::ImportEvent,
    label::Label,
};
use rusqlite::{Connection, OptionalExtension, params};

pub(crate) mod committee;
pub(crate) mod handling;
pub(crate) mod oversight;
pub(crate) mod volume;

use crate::period::{DAY_MS, day_of, day_of_ms};

/// Where an event stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) stream: &'a str,
    /// In the log.
    pub(crate) position: u64,
}

/// Takes in an event of a complaint.
pub(crate) fn complaint(
    tx: &Connection,
    at: Place<'_>,
    fact: &Fact<ComplaintEvent>,
) -> rusqlite::Result<()> {
    match &fact.event {
        ComplaintEvent::Received(receipt) => received(tx, at, fact, receipt)?,
        ComplaintEvent::Acknowledged(_) => acknowledged(tx, at, fact)?,
        ComplaintEvent::Classified(classification) => classified(tx, at, classification)?,
        ComplaintEvent::RemedyProposed(proposed) => remedy_proposed(tx, at, proposed)?,
        ComplaintEvent::ResponseIssued(response) => response_issued(tx, at, fact, response)?,
        ComplaintEvent::AnswerRecorded(given) => {
            answered(tx, at, given.answer)?;
            handling::accepted(tx, at, given.answer, fact.occurred_at)?;
        }
        ComplaintEvent::RemedyFulfilled(fulfilment) => {
            remedy_fulfilled(tx, at, fact, fulfilment)?;
        }
        ComplaintEvent::RootCauseIdentified(cause) => root_cause(tx, at, cause)?,
        ComplaintEvent::Closed(closure) => {
            ended(tx, at, fact, "closed", closure.reason.code())?;
        }
        ComplaintEvent::Withdrawn(withdrawal) => {
            ended(tx, at, fact, "withdrawn", withdrawal.reason.code())?;
        }
        ComplaintEvent::Reopened(_) => reopened(tx, at, fact)?,
        ComplaintEvent::Corrected(correction) => corrected(tx, at, fact, correction)?,
        ComplaintEvent::Escalated(escalation) => {
            oversight::escalated(tx, at, escalation, fact.occurred_at)?;
        }
        ComplaintEvent::EscalationWithdrawn(_) => oversight::escalation_withdrawn(tx, at)?,
        ComplaintEvent::SurveyRequested(_) => {
            oversight::survey_requested(tx, at, fact.occurred_at)?;
        }
        ComplaintEvent::SurveyAnswered(answer) => {
            oversight::survey_answered(tx, at, answer, fact.occurred_at)?;
        }
        ComplaintEvent::OutcomeProposed(proposal) => outcome_proposed(tx, at, proposal.outcome)?,
        ComplaintEvent::VulnerabilityFlagged(found) => handling::vulnerable(tx, at, found)?,
        ComplaintEvent::ClockPaused(pause) => {
            handling::paused(tx, at, pause, fact.occurred_at)?;
        }
        ComplaintEvent::ClockResumed(resumed) => {
            handling::resumed(tx, at, &resumed.clock, fact.occurred_at)?;
        }
        ComplaintEvent::ClockMissed(notice) => handling::missed(tx, at, notice)?,
        ComplaintEvent::DuplicateLinked(link) => handling::linked(tx, at, link)?,
        ComplaintEvent::DuplicateUnlinked(link) => handling::unlinked(tx, at, link)?,
        ComplaintEvent::ReferredExternally(referral) => {
            handling::referred(tx, at, referral, fact.occurred_at)?;
        }
        ComplaintEvent::ExternalDecisionRecorded(decision) => {
            handling::decided_outside(tx, at, decision, fact.occurred_at)?;
        }
        // Steps on the way; none of the published figures counts them.
        ComplaintEvent::Assessed(_)
        | ComplaintEvent::Assigned(_)
        | ComplaintEvent::Reassigned(_)
        | ComplaintEvent::CommunicationRecorded(_)
        | ComplaintEvent::RemedyApproved(_)
        | ComplaintEvent::ReviewConcluded(_)
        | ComplaintEvent::Recused(_)
        | ComplaintEvent::RecusalWithdrawn(_)
        | ComplaintEvent::InformationRequested(_)
        | ComplaintEvent::EvidenceAdded(_)
        | ComplaintEvent::RepresentativeAuthorised(_)
        | ComplaintEvent::DeadlineExtended(_)
        | ComplaintEvent::ClockWarned(_)
        | ComplaintEvent::Transferred(_)
        | ComplaintEvent::SuspectedViolationReported(_)
        | ComplaintEvent::StepTaken(_) => {}
    }
    recorded(tx, at, fact)
}

/// Takes in an event of an import.
pub(crate) fn import(
    tx: &Connection,
    at: Place<'_>,
    fact: &Fact<ImportEvent>,
) -> rusqlite::Result<()> {
    let ImportEvent::Completed(summary) = &fact.event;
    tx.prepare_cached("INSERT INTO import VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
        stored(at.position),
        summary.scheme.as_str(),
        summary.file_digest.to_string(),
        stored(summary.rows),
        stored(summary.imported),
        stored(summary.rejected),
    ])?;
    Ok(())
}

/// Notes how far the log was counted.
pub(crate) fn covered(tx: &Connection, position: u64, recorded_at: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE coverage SET last_position = ?1, last_recorded_at = ?2")?
        .execute(params![stored(position), recorded_at])?;
    Ok(())
}

fn received(
    tx: &Connection,
    at: Place<'_>,
    fact: &Fact<ComplaintEvent>,
    receipt: &Receipt,
) -> rusqlite::Result<()> {
    let moment = fact.occurred_at.as_millisecond();
    let day = day_of(fact.occurred_at);
    let source = match &receipt.source {
        Source::Direct => "direct",
        Source::Imported { scheme, .. } => scheme.as_str(),
    };
    tx.prepare_cached(
        "INSERT INTO complaint
            (stream, received_at, received_day, channel, source, respondent, region,
             language, is_ours)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        at.stream,
        moment,
        day,
        receipt.channel.code(),
        source,
        receipt.respondent.as_ref().map(Label::as_str),
        receipt.region.as_ref().map(Label::as_str),
        receipt.language.as_ref().map(Label::as_str),
        matches!(receipt.source, Source::Direct) || receipt.respondent.is_none(),
    ])?;
    if let Some(matter) = &receipt.matter {
        set_matter(tx, at.stream, matter)?;
    }
    tx.prepare_cached(
        "INSERT INTO life (stream, ordinal, opened_at, opened_day) VALUES (?1, 0, ?2, ?3)",
    )?
    .execute(params![at.stream, moment, day])?;
    flowed(tx, at, "received", moment, moment)
}

/// Notes a coming or going.
fn flowed(
    tx: &Connection,
    at: Place<'_>,
    kind: &str,
    occurred_at: i64,
    counted_at: i64,
) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO flow VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        stored(at.position),
        at.stream,
        kind,
        occurred_at,
        day_of_ms(counted_at),
    ])?;
    Ok(())
}

/// When a coming or going counts: when it happened, but never before the one it follows.
///
/// A reopening may be dated before the closing that was recorded first. Between the two the
/// complaint was open once, not twice.
fn counted_at(
    tx: &Connection,
    at: Place<'_>,
    fact: &Fact<ComplaintEvent>,
) -> rusqlite::Result<i64> {
    let before: Option<i64> = tx
        .prepare_cached(
            "SELECT coalesce(ended_at, opened_at) FROM life WHERE stream = ?1
             ORDER BY ordinal DESC LIMIT 1",
        )?
        .query_row([at.stream], |row| row.get(0))
        .optional()?;
    let occurred_at = fact.occurred_at.as_millisecond();
    Ok(before.map_or(occurred_at, |before| before.max(occurred_at)))
}

fn acknowledged(
    tx: &Connection,
    at: Place<'_>,
    fact: &Fact<ComplaintEvent>,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE complaint SET acknowledged_at = coalesce(acknowledged_at, ?2) WHERE stream = ?1",
    )?
    .execute(params![at.stream, fact.occurred_at.as_millisecond()])?;
    Ok(())
}

fn classified(
    tx: &Connection,
    at: Place<'_>,
    classification: &Classification,
) -> rusqlite::Result<()> {
    set_matter(tx, at.stream, &classification.matter)?;
    tx.prepare_cached("DELETE FROM complaint_right WHERE stream = ?1")?.execute([at.stream])?;
    let mut insert = tx.prepare_cached("INSERT INTO complaint_right VALUES (?1, ?2)")?;
    for right in &classification.rights {
        insert.execute(params![at.stream, right.code()])?;
    }
    Ok(())
}

fn set_matter(tx: &Connection, stream: &str, matter: &Matter) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE complaint SET taxonomy = ?2, product = ?3, sub_product = ?4, issue = ?5,
            sub_issue = ?6
         WHERE stream = ?1",
    )?
    .execute(params![
        stream,
        matter.taxonomy.as_str(),
        matter.product.as_str(),
        matter.sub_product.as_ref().map(Label::as_str),
        matter.issue.as_ref().map(Label::as_str),
        matter.sub_issue.as_ref().map(Label::as_str),
    ])?;
    Ok(())
}

fn remedy_proposed(
    tx: &Connection,
    at: Place<'_>,
    proposed: &RemedyProposed,
) -> rusqlite::Result<()> {
    let proposal = &proposed.proposal;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO remedy (stream, remedy, kind, offered_amount, offered_currency)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        at.stream,
        proposal.remedy.0,
        proposal.kind.code(),
        proposal.amount.map(|money| money.amount.normalize().to_string()),
        proposal.amount.map(|money| money.currency.code()),
    ])?;
    Ok(())
}

fn remedy_fulfilled(
    tx: &Connection,
    at: Place<'_>,
    fact: &Fact<ComplaintEvent>,
    fulfilment: &RemedyFulfilment,
) -> rusqlite::Result<()> {
    let result = match fulfilment.result {
        RemedyResult::CarriedOut => "carried-out",
        RemedyResult::Declined => "declined",
    };
    tx.prepare_cached(
        "UPDATE remedy SET result = ?3, paid_amount = ?4, paid_currency = ?5, ended_day = ?6
         WHERE stream = ?1 AND remedy = ?2",
    )?
    .execute(params![
        at.stream,
        fulfilment.remedy.0,
        result,
        fulfilment.paid.map(|money| money.amount.normalize().to_string()),
        fulfilment.paid.map(|money| money.currency.code()),
        day_of(fact.occurred_at),
    ])?;
    Ok(())
}

fn response_issued(
    tx: &Connection,
    at: Place<'_>,
    fact: &Fact<ComplaintEvent>,
    response: &Response,
) -> rusqlite::Result<()> {
    let moment = fact.occurred_at.as_millisecond();
    if let Some(platform) = &response.platform {
        tx.prepare_cached(
            "UPDATE complaint SET platform_response = ?2, platform_timely = ?3 WHERE stream = ?1",
        )?
        .execute(params![at.stream, platform.category.code(), platform.timely])?;
    }
    match response.kind {
        ResponseKind::Interim | ResponseKind::Holding => Ok(()),
        ResponseKind::Final => {
            handling::offered(tx, at, response, fact.occurred_at)?;
            tx.prepare_cached(
                "UPDATE complaint SET final_response_at = ?2, final_response_day = ?3
                 WHERE stream = ?1 AND final_response_at IS NULL",
            )?
            .execute(params![at.stream, moment, day_of(fact.occurred_at)])?;
            // A second final response in the same life replaces the outcome, not the moment.
            tx.prepare_cached(
                "UPDATE life SET final_response_at = coalesce(final_response_at, ?2),
                    outcome = coalesce(?3, outcome), proposed = NULL
                 WHERE stream = ?1
                   AND ordinal = (SELECT max(ordinal) FROM life WHERE stream = ?1)",
            )?
            .execute(params![
                at.stream,
                moment,
                response.outcome.map(Outcome::code)
            ])?;
            Ok(())
        }
    }
}

fn outcome_proposed(tx: &Connection, at: Place<'_>, outcome: Outcome) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE life SET proposed = ?2
         WHERE stream = ?1 AND ordinal = (SELECT max(ordinal) FROM life WHERE stream = ?1)",
    )?
    .execute(params![at.stream, outcome.code()])?;
    Ok(())
}

/// A complaint counts as disputed once a final response was refused, whatever came later. Silence
/// says nothing.
fn answered(tx: &Connection, at: Place<'_>, answer: Answer) -> rusqlite::Result<()> {
    let disputed = match answer {
        Answer::Refused => Some(true),
        Answer::Accepted | Answer::NotDisputed => Some(false),
        Answer::Silent => None,
    };
    tx.prepare_cached(
        "UPDATE complaint SET disputed = coalesce(max(disputed, ?2), disputed, ?2)
         WHERE stream = ?1",
    )?
    .execute(params![at.stream, disputed])?;
    Ok(())
}

fn root_cause(tx: &Connection, at: Place<'_>, cause: &RootCause) -> rusqlite::Result<()> {
    let code = match cause {
        RootCause::Found { code } => code.as_str(),
        RootCause::NoneFound => "none-found",
    };
    tx.prepare_cached("UPDATE complaint SET root_cause = ?2 WHERE stream = ?1")?
        .execute(params![at.stream, code])?;
    Ok(())
}

fn ended(
    tx: &Connection,
    at: Place<'_>,
    fact: &Fact<ComplaintEvent>,
    by: &str,
    reason: &str,
) -> rusqlite::Result<()> {
    let counted_at = counted_at(tx, at, fact)?;
    tx.prepare_cached(
        "UPDATE life SET ended_at = ?2, ended_day = ?3, ended_by = ?4, ended_reason = ?5
         WHERE stream = ?1 AND ended_at IS NULL
           AND ordinal = (SELECT max(ordinal) FROM life WHERE stream = ?1)",
    )?
    .execute(params![at.stream, counted_at, day_of_ms(counted_at), by, reason])?;
    flowed(tx, at, by, fact.occurred_at.as_millisecond(), counted_at)
}

/// The response that stands goes on into the new life: it may end by the old answer.
fn reopened(tx: &Connection, at: Place<'_>, fact: &Fact<ComplaintEvent>) -> rusqlite::Result<()> {
    let counted_at = counted_at(tx, at, fact)?;
    tx.prepare_cached(
        "INSERT INTO life (stream, ordinal, opened_at, opened_day, outcome)
         SELECT stream, ordinal + 1, ?2, ?3, outcome FROM life WHERE stream = ?1
         ORDER BY ordinal DESC LIMIT 1",
    )?
    .execute(params![at.stream, counted_at, day_of_ms(counted_at)])?;
    flowed(tx, at, "reopened", fact.occurred_at.as_millisecond(), counted_at)
}

/// Puts an earlier entry right in the rows that came from it: the latest statement counts.
fn corrected(
    tx: &Connection,
    at: Place<'_>,
    fact: &Fact<ComplaintEvent>,
    correction: &Correction,
) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO correction VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        stored(at.position),
        at.stream,
        stored(correction.corrects),
        fact_name(&correction.fact),
        day_of(fact.occurred_at),
    ])?;
    match &correction.fact {
        CorrectedFact::ReceivedAt { received_at } => {
            let moment = received_at.as_millisecond();
            let day = day_of(*received_at);
            tx.prepare_cached(
                "UPDATE complaint SET received_at = ?2, received_day = ?3 WHERE stream = ?1",
            )?
            .execute(params![at.stream, moment, day])?;
            tx.prepare_cached(
                "UPDATE life SET opened_at = ?2, opened_day = ?3 WHERE stream = ?1 AND ordinal = 0",
            )?
            .execute(params![at.stream, moment, day])?;
            tx.prepare_cached(
                "UPDATE flow SET occurred_at = ?2, day = ?3
                 WHERE stream = ?1 AND kind = 'received'",
            )?
            .execute(params![at.stream, moment, day])?;
        }
        CorrectedFact::Channel { channel } => {
            tx.prepare_cached("UPDATE complaint SET channel = ?2 WHERE stream = ?1")?
                .execute(params![at.stream, channel.code()])?;
        }
        CorrectedFact::Matter { matter } => set_matter(tx, at.stream, matter)?,
        CorrectedFact::Respondent { respondent } => {
            tx.prepare_cached(
                "UPDATE complaint SET respondent = ?2, is_ours = (source = 'direct')
                 WHERE stream = ?1",
            )?
            .execute(params![at.stream, respondent.as_str()])?;
        }
        CorrectedFact::Personal => {}
    }
    Ok(())
}

/// What a correction put right, in a word.
const fn fact_name(fact: &CorrectedFact) -> &'static str {
    match fact {
        CorrectedFact::ReceivedAt { .. } => "received-at",
        CorrectedFact::Channel { .. } => "channel",
        CorrectedFact::Matter { .. } => "matter",
        CorrectedFact::Respondent { .. } => "respondent",
        CorrectedFact::Personal => "personal",
    }
}

/// Counts an event by the day it happened, and whether it was recorded more than a day later.
fn recorded(tx: &Connection, at: Place<'_>, fact: &Fact<ComplaintEvent>) -> rusqlite::Result<()> {
    let delay = fact.recorded_at.as_millisecond() - fact.occurred_at.as_millisecond();
    // The clock process says of a limit when it was due or near, and says so when it next looks:
    // nobody was slow to tell.
    let is_note =
        matches!(fact.event, ComplaintEvent::ClockWarned(_) | ComplaintEvent::ClockMissed(_));
    let is_late = delay > DAY_MS && !is_note;
    // What a file brings is late by nature, also where we have to answer it.
    let is_receipt = matches!(fact.event, ComplaintEvent::Received(_));
    tx.prepare_cached(
        "INSERT INTO recording (day, source, events, late)
         SELECT ?2, CASE WHEN source = 'direct' OR (is_ours AND NOT ?4) THEN 'direct'
           ELSE 'imported' END, 1, ?3
         FROM complaint WHERE stream = ?1
         ON CONFLICT (day, source) DO UPDATE
         SET events = events + 1, late = late + excluded.late",
    )?
    .execute(params![at.stream, day_of(fact.occurred_at), i64::from(is_late), is_receipt])?;
    Ok(())
}

/// SQLite's integers are signed; no log has more than 2^63 records.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

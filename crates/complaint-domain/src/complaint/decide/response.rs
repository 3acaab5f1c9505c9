//! What the complainant is answered, and what they say to it.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date, tz::Offset};

use super::{
    committee::may_answer,
    outcome::{follows_from, gives},
    remedy::approved,
};
use crate::{
    actor::{Actor, Role},
    complaint::{
        Answer, AnswerGiven, AnswerRefusal, Circumstances, ComplaintEvent, ComplaintRejection,
        PlatformCategory, PlatformResponse, RecourseRefusal, RemedyId, RemedyResult, Response,
        ResponseKind,
        state::{Case, FinalResponse},
    },
    sealed::PersonalField,
};

/// A final response stands until the complainant refuses it, the complaint is reopened, or the committee decides
/// with binding effect that more is due; then there may be a better one.
pub(super) fn issue(
    case: &Case,
    response: &Response,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    // What the committee decided binds us, whoever answers the rest.
    if response.kind == ResponseKind::Final && case.owed_outcome().is_none() {
        ours_to_answer(case)?;
    }
    if case.has_standing_response() || !gives_what_makes_room(case, response) {
        return Err(ComplaintRejection::FinalResponseStands);
    }
    match &response.platform {
        Some(platform) => platform_says(case, response, platform)?,
        None => we_say(case, response, circumstances)?,
    }
    may_be_offered(case, &response.remedies)?;
    may_answer(case, response, circumstances)?;
    Ok(ComplaintEvent::ResponseIssued(response.clone()))
}

/// Where an answer makes room only because less was given than the committee decided or recommended, the next one
/// gives that. What a platform reports says nothing of what was given.
fn gives_what_makes_room(case: &Case, response: &Response) -> bool {
    if case.final_response.as_ref().is_none_or(FinalResponse::may_be_replaced) {
        return true;
    }
    let is_final = response.kind == ResponseKind::Final;
    if case.owed_outcome().is_some() {
        // Whether one of ours gives it is told by name of what was decided.
        return !is_final || response.platform.is_none();
    }
    case.recommended_since().is_none_or(|recommended| {
        is_final && response.outcome.is_some_and(|given| given.is_no_less_than(recommended))
    })
}

/// What was handed to another body is answered there: an answer of ours would come when no limit of ours runs
/// any more.
pub(super) fn ours_to_answer(case: &Case) -> Result<(), ComplaintRejection> {
    match &case.transferred_to {
        Some(body) => Err(ComplaintRejection::AnsweredElsewhere(body.clone())),
        None => Ok(()),
    }
}

/// A platform gives a category and nothing of what a response of our own must state.
fn platform_says(
    case: &Case,
    response: &Response,
    platform: &PlatformResponse,
) -> Result<(), ComplaintRejection> {
    if !case.is_imported() {
        return Err(ComplaintRejection::PlatformNotImported);
    }
    if states_result(response) || response.recourse.is_some() || response.expected_by.is_some() {
        return Err(ComplaintRejection::PlatformSaysMore);
    }
    let category = platform.category;
    let expected = kind_of(category);
    if response.kind != expected {
        return Err(ComplaintRejection::PlatformKindDiffers {
            category,
            expected,
            found: response.kind,
        });
    }
    Ok(())
}

/// That no timely response came attests no response: it is as open as one in progress.
fn kind_of(category: PlatformCategory) -> ResponseKind {
    match category {
        PlatformCategory::ClosedWithMonetaryRelief
        | PlatformCategory::ClosedWithNonMonetaryRelief
        | PlatformCategory::ClosedWithRelief
        | PlatformCategory::ClosedWithoutRelief
        | PlatformCategory::ClosedWithExplanation
        | PlatformCategory::Closed => ResponseKind::Final,
        PlatformCategory::InProgress | PlatformCategory::UntimelyResponse => ResponseKind::Interim,
    }
}

/// What a response must state.
///
/// # Source
///
/// Outcome and where to turn next: FCA DISP 1.6.2R. Findings on each issue, so that the
/// complainant can understand them: ASIC RG 271. When to expect a late one: FCA DISP 1.6.2R (2).
fn we_say(
    case: &Case,
    response: &Response,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    let kind = response.kind;
    match kind {
        ResponseKind::Interim | ResponseKind::Holding if states_result(response) => {
            return Err(ComplaintRejection::OutcomeBeforeFinal { kind });
        }
        ResponseKind::Interim | ResponseKind::Holding => {}
        ResponseKind::Final => {
            let Some(outcome) = response.outcome else {
                return Err(ComplaintRejection::OutcomeMissing);
            };
            if response.findings.is_empty() {
                return Err(ComplaintRejection::FindingsMissing);
            }
            follows_from(outcome, &response.findings)?;
            gives(case, outcome, &response.remedies)?;
            if response.recourse.is_none() {
                return Err(RecourseRefusal::Missing.into());
            }
        }
    }
    let responded_on = utc_date(circumstances);
    if let Some(recourse) = &response.recourse {
        recourse_lasts(kind, recourse.until, circumstances)?;
        recourse_follows(case, kind, circumstances)?;
    }
    gives_more_than_is_looked_at(case, response)?;
    expected_date_fits(kind, response.expected_by, responded_on)?;
    if !circumstances.personal.contains(&PersonalField::ResponseText) {
        return Err(ComplaintRejection::ResponseTextMissing);
    }
    Ok(())
}

/// What a final response gives as the last day is the day by a pack that holds, where one counts it:
/// an earlier one takes time from the complainant, and who relies on a later one comes too late.
fn recourse_lasts(
    kind: ResponseKind,
    until: Date,
    circumstances: &Circumstances<'_>,
) -> Result<(), RecourseRefusal> {
    let responded_on = day_of_recourse((circumstances.occurred_at, until), circumstances);
    if until < responded_on {
        return Err(RecourseRefusal::Over { responded_on, until });
    }
    if kind != ResponseKind::Final {
        return Ok(());
    }
    let rulebook = &circumstances.rules.time_limits;
    let expected = rulebook.last_days_of_recourse(circumstances.occurred_at);
    if expected.is_empty() || expected.iter().any(|last| last.day == until) {
        return Ok(());
    }
    Err(RecourseRefusal::DayDiffers { expected, until })
}

/// A response that replaces another is to what the complainant said to it: dated back before that, it would open
/// a recourse that is half over or gone.
fn recourse_follows(
    case: &Case,
    kind: ResponseKind,
    circumstances: &Circumstances<'_>,
) -> Result<(), RecourseRefusal> {
    let responded_at = circumstances.occurred_at;
    let answered_at = case.final_response.as_ref().and_then(|response| response.answered_at);
    match answered_at.filter(|_| kind == ResponseKind::Final) {
        Some(answered_at) if responded_at < answered_at => {
            Err(RecourseRefusal::BeforeAnswer { answered_at, responded_at })
        }
        Some(_) | None => Ok(()),
    }
}

/// The answer that the committee looks at is not taken from it by the same one again: another takes its place only where
/// it gives more.
fn gives_more_than_is_looked_at(case: &Case, response: &Response) -> Result<(), RecourseRefusal> {
    let standing = case.final_response.as_ref().and_then(|standing| standing.outcome);
    let (Some(given), Some(standing)) = (response.outcome, standing) else { return Ok(()) };
    let is_more = given != standing && given.is_no_less_than(standing);
    if case.is_before_committee() && case.owed_outcome().is_none() && !is_more {
        return Err(RecourseRefusal::ReviewPending);
    }
    Ok(())
}

/// Whether the response says anything that only a final one of our own may say.
fn states_result(response: &Response) -> bool {
    response.outcome.is_some() || !response.findings.is_empty() || !response.remedies.is_empty()
}

fn expected_date_fits(
    kind: ResponseKind,
    expected_by: Option<Date>,
    responded_on: Date,
) -> Result<(), ComplaintRejection> {
    match (kind, expected_by) {
        (ResponseKind::Holding, None) => Err(ComplaintRejection::ExpectedDateMissing),
        (ResponseKind::Holding | ResponseKind::Interim, Some(expected_by))
            if expected_by < responded_on =>
        {
            Err(ComplaintRejection::ExpectedDatePassed { responded_on, expected_by })
        }
        (ResponseKind::Final, Some(expected_by)) => {
            Err(ComplaintRejection::ExpectedDateInFinal { expected_by })
        }
        (ResponseKind::Holding, Some(_))
        | (ResponseKind::Interim, Some(_) | None)
        | (ResponseKind::Final, None) => Ok(()),
    }
}

/// What was carried out already may be named; what was declined is no longer on offer. One reason
/// after the other over all of them, so that the first reason of the list wins.
fn may_be_offered(case: &Case, offered: &[RemedyId]) -> Result<(), ComplaintRejection> {
    if let Some(remedy) = offered.iter().find(|id| !case.remedies.contains_key(id)) {
        return Err(ComplaintRejection::RemedyUnknown { remedy: *remedy });
    }
    let mut seen = BTreeSet::new();
    if let Some(remedy) = offered.iter().find(|id| !seen.insert(**id)) {
        return Err(ComplaintRejection::RemedyNamedTwice { remedy: *remedy });
    }
    let remedies = || offered.iter().filter_map(|id| case.remedies.get(id).map(|it| (*id, it)));
    let declined = Some(RemedyResult::Declined);
    if let Some((remedy, _)) = remedies().find(|(_, remedy)| remedy.result == declined) {
        return Err(ComplaintRejection::RemedyEnded { remedy, result: RemedyResult::Declined });
    }
    remedies().try_for_each(|(id, remedy)| approved(id, remedy))
}

/// A later answer replaces an earlier one: people change their minds, and some answer late. Silence is one
/// only when their time is over. What they accepted is owed to them, so that whoever owes it does not note another
/// answer over it.
pub(super) fn record_answer(
    case: &Case,
    given: &AnswerGiven,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let Some(response) = &case.final_response else {
        return Err(ComplaintRejection::FinalResponseMissing { command: "record-answer" });
    };
    let answer = given.answer;
    if let (Answer::Silent, Some(until)) = (answer, response.recourse_until) {
        let said_on = day_of_recourse((response.responded_at, until), circumstances);
        if said_on <= until {
            return Err(RecourseRefusal::SilenceTooEarly { until, said_on }.into());
        }
    }
    if answer == Answer::NotDisputed && response.platform.is_none() {
        return Err(AnswerRefusal::NotDisputedElsewhere.into());
    }
    if response.answer == Some(answer) {
        return Err(AnswerRefusal::AnswerUnchanged(answer).into());
    }
    // An acceptance ends what others look at.
    let is_looked_at = case.is_before_committee()
        || circumstances.is_under_review
        || case.before_bodies().next().is_some();
    let ends_it = answer == Answer::Accepted && is_looked_at;
    if response.answer == Some(Answer::Accepted) || ends_it {
        may_forgo(case, circumstances)?;
    }
    Ok(ComplaintEvent::AnswerRecorded(given.clone()))
}

/// Whether somebody may undo what is owed to the complainant, or say for them what would end it: they themselves, or, where
/// it was noted wrongly or they say so by word of mouth, somebody above those who ever were responsible or made the
/// promise.
pub(super) fn may_forgo(
    case: &Case,
    circumstances: &Circumstances<'_>,
) -> Result<(), AnswerRefusal> {
    let Actor { id, role } = &circumstances.actor;
    let owes = case.handlers.contains(id) || case.remedies.values().any(|it| it.proposer == *id);
    if *role == Role::Complainant || (role.supervises() && !owes) {
        return Ok(());
    }
    Err(AnswerRefusal::DebtStands(id.clone(), *role))
}

/// The day on which it happened, by the local dates by which a recourse is counted that a final response of
/// that time opened until that day.
pub(super) fn day_of_recourse(
    opened: (Timestamp, Date),
    circumstances: &Circumstances<'_>,
) -> Date {
    circumstances.rules.time_limits.day_of_recourse(opened, circumstances.occurred_at)
}

/// The day on which the command's matter happened, in UTC.
pub(super) fn utc_date(circumstances: &Circumstances<'_>) -> Date {
    Offset::UTC.to_datetime(circumstances.occurred_at).date()
}

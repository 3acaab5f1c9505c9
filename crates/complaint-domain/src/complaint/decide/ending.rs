//! When a complaint may end.

use super::{
    committee::{keeps_to_decision, says_why},
    response::day_of_recourse,
};
use crate::{
    actor::{Actor, Role},
    complaint::{
        Answer, Circumstances, CloseReason, Closure, CommitteeRefusal, ComplaintEvent,
        ComplaintRejection, ExternalDecision, RecourseRefusal, Withdrawal,
        state::{Case, FinalResponse},
    },
};

/// "Not upheld" is not an end: the complaint stays open until the complainant has accepted the
/// response, or has no way onward, and what the committee decided with binding effect was answered.
///
/// # Source
///
/// ISO 10002:2018, clause 7.9.
pub(super) fn close(
    case: &Case,
    closure: &Closure,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if closure.reason == CloseReason::Transferred {
        return close_transferred(case, closure, circumstances);
    }
    let Some(response) = &case.final_response else {
        return Err(ComplaintRejection::FinalResponseMissing { command: "close" });
    };
    // What the committee decided since the answer is owed, whatever the complainant says to that answer.
    match response.outcome {
        Some(outcome) => keeps_to_decision(case, outcome)?,
        None => no_decision_owed(case)?,
    }
    way_onward_is_over(case, closure.reason, circumstances)?;
    if case.closed_against().is_some() {
        response.outcome.map_or(Ok(()), |outcome| says_why(case, outcome, circumstances))?;
    }
    match closure.reason {
        CloseReason::ClosedOnPlatform => closed_on_platform(response)?,
        CloseReason::Accepted
        | CloseReason::RecourseExhausted
        | CloseReason::RecourseExpired
        | CloseReason::RecourseWaived
        | CloseReason::Transferred => reason_fits_answer(response, closure.reason)?,
    }
    if closure.reason == CloseReason::RecourseExpired {
        recourse_is_over(response, circumstances)?;
    }
    nothing_outstanding(case)?;
    if case.is_ours_to_answer() && case.root_cause.is_none() {
        return Err(ComplaintRejection::RootCauseMissing);
    }
    Ok(ComplaintEvent::Closed(closure.clone()))
}

/// Who says that there is no way onward says so of ways that were gone to their end: nothing ends while a body
/// outside still looks at it, unless the complainant has accepted what they were given.
///
/// Every decision counts that was recorded in the complaint: one on an earlier answer has been gone to its end too.
fn way_onward_is_over(
    case: &Case,
    reason: CloseReason,
    circumstances: &Circumstances<'_>,
) -> Result<(), RecourseRefusal> {
    match reason {
        CloseReason::Accepted | CloseReason::ClosedOnPlatform | CloseReason::Transferred => {
            return Ok(());
        }
        CloseReason::RecourseExhausted
        | CloseReason::RecourseExpired
        | CloseReason::RecourseWaived => {}
    }
    nobody_looks_at_it(case, circumstances)?;
    let was_decided = |decision: &Option<ExternalDecision>| {
        decision.as_ref().is_some_and(|decision| decision.result.is_on_the_merits())
    };
    let is_decided = case.external.values().any(was_decided) || case.is_decided_by_committee;
    if reason == CloseReason::RecourseExhausted && !is_decided {
        return Err(RecourseRefusal::NotExhausted);
    }
    Ok(())
}

fn no_body_looks_at_it(case: &Case) -> Result<(), RecourseRefusal> {
    match case.before_bodies().next() {
        Some(body) => Err(RecourseRefusal::Pending(body.clone())),
        None => Ok(()),
    }
}

/// Neither a body outside nor the committee.
pub(super) fn nobody_looks_at_it(
    case: &Case,
    circumstances: &Circumstances<'_>,
) -> Result<(), RecourseRefusal> {
    no_body_looks_at_it(case)?;
    not_before_committee(case, circumstances)
}

/// What the committee was asked may come to bind us, whatever became of the complaint by then, and whatever was answered
/// while it looks.
fn not_before_committee(
    case: &Case,
    circumstances: &Circumstances<'_>,
) -> Result<(), RecourseRefusal> {
    if case.is_before_committee() || circumstances.is_under_review {
        return Err(RecourseRefusal::ReviewPending);
    }
    Ok(())
}

/// Once the complainant has accepted, what was promised is owed and the cause is to be named, and so is what was
/// approved or decided with binding effect, or may yet be by those who look at it: a withdrawal that others note would
/// end that. Who wishes to leave it all the same says so themselves, or first to those who look at it.
pub(super) fn withdraw(
    case: &Case,
    withdrawal: &Withdrawal,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if circumstances.actor.role == Role::Complainant {
        return Ok(ComplaintEvent::Withdrawn(withdrawal.clone()));
    }
    no_body_looks_at_it(case)?;
    let Actor { id, role } = &circumstances.actor;
    // Its chair has heard it from the complainant, and had no part in the case.
    if *role != Role::CommitteeChair || case.handlers.contains(id) {
        not_before_committee(case, circumstances)?;
    }
    no_decision_owed(case)?;
    let answer = case.final_response.as_ref().and_then(|response| response.answer);
    if answer == Some(Answer::Accepted) {
        return Err(ComplaintRejection::WithdrawnAfterAcceptance);
    }
    nothing_outstanding(case)?;
    Ok(ComplaintEvent::Withdrawn(withdrawal.clone()))
}

/// Whoever it was handed to answers it, so that we owe neither answer nor cause; what we promised
/// before, we owe.
fn close_transferred(
    case: &Case,
    closure: &Closure,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    nobody_looks_at_it(case, circumstances)?;
    no_decision_owed(case)?;
    if case.transferred_to.is_none() {
        return Err(ComplaintRejection::NotTransferred);
    }
    nothing_outstanding(case)?;
    Ok(ComplaintEvent::Closed(closure.clone()))
}

/// What the committee decided with binding effect is owed by us, whoever else would take the complaint.
pub(super) fn no_decision_owed(case: &Case) -> Result<(), CommitteeRefusal> {
    case.owed_outcome().map_or(Ok(()), |decided| Err(CommitteeRefusal::DecisionOwed(decided)))
}

/// Whether nothing is owed and nobody looks at it, so that it may turn out to be another company's.
pub(super) fn nothing_owed(
    case: &Case,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    nobody_looks_at_it(case, circumstances)?;
    no_decision_owed(case)?;
    nothing_outstanding(case)
}

/// Neither what we promised nor what somebody outside bound us to pay.
fn nothing_outstanding(case: &Case) -> Result<(), ComplaintRejection> {
    if let Some(remedy) = case.outstanding_remedies().next() {
        return Err(ComplaintRejection::RemedyOutstanding { remedy });
    }
    match case.outstanding_award() {
        Some((amount, body)) => Err(ComplaintRejection::AwardOutstanding(amount, body.clone())),
        None => Ok(()),
    }
}

/// A platform's final response is one that reports the complaint closed.
fn closed_on_platform(response: &FinalResponse) -> Result<(), ComplaintRejection> {
    if response.platform.is_none() {
        return Err(ComplaintRejection::NotClosedOnPlatform);
    }
    Ok(())
}

fn reason_fits_answer(
    response: &FinalResponse,
    reason: CloseReason,
) -> Result<(), ComplaintRejection> {
    let Some(answer) = response.answer else {
        return Err(ComplaintRejection::AnswerMissing);
    };
    let is_accepted = match answer {
        Answer::Accepted => true,
        Answer::Refused | Answer::Silent | Answer::NotDisputed => false,
    };
    // Who says nothing waives nothing.
    let is_waived_in_silence = reason == CloseReason::RecourseWaived && answer == Answer::Silent;
    if is_waived_in_silence || is_accepted != (reason == CloseReason::Accepted) {
        return Err(ComplaintRejection::ReasonContradictsAnswer { reason, answer });
    }
    Ok(())
}

fn recourse_is_over(
    response: &FinalResponse,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    let Some(until) = response.recourse_until else {
        return Err(ComplaintRejection::RecourseNotStated);
    };
    let closed_on = day_of_recourse((response.responded_at, until), circumstances);
    if closed_on <= until {
        return Err(ComplaintRejection::RecourseStillOpen { until, closed_on });
    }
    Ok(())
}

//! When a complaint may end.

use super::{committee::keeps_to_decision, response::utc_date};
use crate::complaint::{
    Answer, Circumstances, CloseReason, Closure, ComplaintEvent, ComplaintRejection,
    state::{Case, FinalResponse},
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
        return close_transferred(case, closure);
    }
    let Some(response) = &case.final_response else {
        return Err(ComplaintRejection::FinalResponseMissing { command: "close" });
    };
    // What the committee decided since the answer is owed, whatever the complainant says to that answer.
    if let Some(outcome) = response.outcome {
        keeps_to_decision(case, outcome)?;
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
    no_remedy_outstanding(case)?;
    if case.is_ours_to_answer() && case.root_cause.is_none() {
        return Err(ComplaintRejection::RootCauseMissing);
    }
    Ok(ComplaintEvent::Closed(closure.clone()))
}

/// Whoever it was handed to answers it, so that we owe neither answer nor cause; what we promised
/// before, we owe.
fn close_transferred(case: &Case, closure: &Closure) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.transferred_to.is_none() {
        return Err(ComplaintRejection::NotTransferred);
    }
    no_remedy_outstanding(case)?;
    Ok(ComplaintEvent::Closed(closure.clone()))
}

fn no_remedy_outstanding(case: &Case) -> Result<(), ComplaintRejection> {
    match case.outstanding_remedies().next() {
        Some(remedy) => Err(ComplaintRejection::RemedyOutstanding { remedy }),
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
    if is_accepted != (reason == CloseReason::Accepted) {
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
    let closed_on = utc_date(circumstances);
    if closed_on <= until {
        return Err(ComplaintRejection::RecourseStillOpen { until, closed_on });
    }
    Ok(())
}

//! When a complaint may end.

use super::response::utc_date;
use crate::complaint::{
    Answer, Circumstances, CloseReason, Closure, ComplaintEvent, ComplaintRejection,
    state::{Case, FinalResponse},
};

/// "Not upheld" is not an end: the complaint stays open until the complainant has accepted the
/// response, or has no way onward.
///
/// # Source
///
/// ISO 10002:2018, clause 7.9.
pub(super) fn close(
    case: &Case,
    closure: &Closure,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let Some(response) = &case.final_response else {
        return Err(ComplaintRejection::FinalResponseMissing { command: "close" });
    };
    match closure.reason {
        CloseReason::ClosedOnPlatform => closed_on_platform(response)?,
        CloseReason::Accepted
        | CloseReason::RecourseExhausted
        | CloseReason::RecourseExpired
        | CloseReason::RecourseWaived => reason_fits_answer(response, closure.reason)?,
    }
    if closure.reason == CloseReason::RecourseExpired {
        recourse_is_over(response, circumstances)?;
    }
    if let Some(remedy) = case.outstanding_remedies().next() {
        return Err(ComplaintRejection::RemedyOutstanding { remedy });
    }
    if case.is_ours_to_answer() && case.root_cause.is_none() {
        return Err(ComplaintRejection::RootCauseMissing);
    }
    Ok(ComplaintEvent::Closed(closure.clone()))
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

//! How it was to complain here.

use crate::complaint::{
    ComplaintEvent, ComplaintRejection, SurveyAnswer, SurveyRequest,
    state::{Case, Survey},
};

/// Once for each time the complaint was open, and not before it was answered.
pub(super) fn request(
    case: &Case,
    request: &SurveyRequest,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.final_response.is_none() {
        return Err(ComplaintRejection::FinalResponseMissing { command: "request-survey" });
    }
    match case.survey {
        Survey::NotRequested => Ok(ComplaintEvent::SurveyRequested(request.clone())),
        Survey::Requested | Survey::Answered => Err(ComplaintRejection::SurveyAlreadyRequested),
    }
}

pub(super) fn record_answer(
    case: &Case,
    answer: &SurveyAnswer,
) -> Result<ComplaintEvent, ComplaintRejection> {
    match case.survey {
        Survey::NotRequested => return Err(ComplaintRejection::SurveyNotRequested),
        Survey::Answered => return Err(ComplaintRejection::SurveyAlreadyAnswered),
        Survey::Requested => {}
    }
    match [answer.process, answer.outcome].iter().find(|s| !SurveyAnswer::SCORES.contains(s)) {
        Some(score) => Err(ComplaintRejection::ScoreOutOfRange(*score)),
        None => Ok(ComplaintEvent::SurveyAnswered(answer.clone())),
    }
}

//! What follows a decision.

use crate::review::{
    CommitteeCircumstances, DecisionEffect, MeasureDone, Reply, ReplyKind, ReviewClosure,
    ReviewEvent, ReviewRejection, state::Docket,
};

pub(super) fn reply(
    docket: &Docket,
    reply: &Reply,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    let actor = &circumstances.occasion.actor.id;
    if reply.reply == ReplyKind::Refused && reply.grounds.is_empty() {
        return Err(ReviewRejection::GroundsMissing("reply"));
    }
    if docket.seats.contains_key(actor) || docket.recused.contains(actor) {
        return Err(ReviewRejection::RepliedByMember(actor.clone()));
    }
    if let Some(said) = docket.reply {
        return Err(ReviewRejection::AlreadyReplied(said.code()));
    }
    let binds = docket.decision.as_ref().is_some_and(|it| it.effect == DecisionEffect::Binding);
    if binds && reply.reply == ReplyKind::Refused {
        return Err(ReviewRejection::DecisionBinds);
    }
    if reply.reply == ReplyKind::Accepted {
        answered_so(docket, circumstances)?;
    }
    Ok(ReviewEvent::Replied(reply.clone()))
}

/// Who follows a decision has not answered the complainant less since, nor closed on such an answer.
fn answered_so(
    docket: &Docket,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<(), ReviewRejection> {
    let since = circumstances
        .facts
        .case
        .answered
        .filter(|answered| Some(answered.recorded_at) > docket.decision_recorded_at);
    let (Some(found), Some(decided)) =
        (since.and_then(|answered| answered.outcome), docket.decision.as_ref())
    else {
        return Ok(());
    };
    let decided = decided.outcome;
    if found.is_no_less_than(decided) {
        return Ok(());
    }
    Err(ReviewRejection::AnsweredOtherwise { decided, found })
}

pub(super) fn complete(
    docket: &Docket,
    done: &MeasureDone,
) -> Result<ReviewEvent, ReviewRejection> {
    let mut measures = docket.proposal.iter().flat_map(|proposal| &proposal.measures);
    if !measures.any(|measure| measure.measure == done.measure) {
        return Err(ReviewRejection::MeasureUnknown(done.measure));
    }
    if docket.done.contains(&done.measure) {
        return Err(ReviewRejection::MeasureAlreadyDone(done.measure));
    }
    if docket.reply == Some(ReplyKind::Refused) {
        return Err(ReviewRejection::DecisionRefused);
    }
    Ok(ReviewEvent::MeasureCompleted(done.clone()))
}

/// A recommendation that was refused, with grounds, has nothing to follow up; all else is followed
/// up until it is done.
pub(super) fn close(
    docket: &Docket,
    closure: ReviewClosure,
) -> Result<ReviewEvent, ReviewRejection> {
    if docket.reply.is_none() {
        return Err(ReviewRejection::ReplyMissing);
    }
    if docket.reply != Some(ReplyKind::Refused)
        && let Some(measure) = docket.outstanding_measures().next()
    {
        return Err(ReviewRejection::MeasureOutstanding(measure));
    }
    Ok(ReviewEvent::Closed(closure))
}

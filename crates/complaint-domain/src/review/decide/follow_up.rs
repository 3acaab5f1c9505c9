//! What follows a decision.

use super::membership::{eligible, no_open_interest, not_recused};
use crate::review::{
    CommitteeCircumstances, DecisionEffect, Measure, MeasureDone, MeasureId, MeasureWithdrawal,
    Reply, ReplyKind, ReviewClosure, ReviewEvent, ReviewRejection, WithdrawalAgreed, state::Docket,
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
    to_be_done(docket, done.measure)?;
    Ok(ReviewEvent::MeasureCompleted(done.clone()))
}

/// The measure, if something is still to be done about it.
fn to_be_done(docket: &Docket, id: MeasureId) -> Result<&Measure, ReviewRejection> {
    let mut measures = docket.proposal.iter().flat_map(|proposal| &proposal.measures);
    let Some(measure) = measures.find(|measure| measure.measure == id) else {
        return Err(ReviewRejection::MeasureUnknown(id));
    };
    if docket.done.contains(&id) {
        return Err(ReviewRejection::MeasureAlreadyDone(id));
    }
    if docket.withdrawn.contains(&id) {
        return Err(ReviewRejection::MeasureWithdrawn(id));
    }
    if docket.reply == Some(ReplyKind::Refused) {
        return Err(ReviewRejection::DecisionRefused);
    }
    Ok(measure)
}

/// What became impossible would keep a review open for ever. What the committee decided by a majority it also gives
/// up by one: by more than half of the quorum, each for themselves, whoever of the committee may sit on such a case
/// today, for those who decided may have left. Never by whoever is to do it.
pub(super) fn withdraw(
    docket: &Docket,
    withdrawal: &MeasureWithdrawal,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    let actor = &circumstances.occasion.actor.id;
    eligible(docket, actor, circumstances)?;
    not_recused(docket, actor)?;
    if withdrawal.grounds.is_empty() {
        return Err(ReviewRejection::GroundsMissing("withdraw-measure"));
    }
    no_open_interest(docket, circumstances)?;
    let MeasureWithdrawal { measure, ref grounds } = *withdrawal;
    if to_be_done(docket, measure)?.owner == *actor {
        return Err(ReviewRejection::WithdrawnByOwner(actor.clone()));
    }
    let mut others = docket.withdrawing(measure);
    if others.any(|one| one == actor) {
        return Err(ReviewRejection::WithdrawalAgreed(actor.clone()));
    }
    let others = docket.withdrawing(measure);
    let others = others.filter(|one| eligible(docket, one, circumstances).is_ok()).count();
    let agreed = u16::try_from(others).unwrap_or(u16::MAX).saturating_add(1);
    let needed = circumstances.facts.rules.quorum.div_euclid(2).saturating_add(1);
    let grounds = grounds.clone();
    Ok(ReviewEvent::WithdrawalAgreed(WithdrawalAgreed { measure, grounds, agreed, needed }))
}

/// A recommendation that was refused, with grounds, has nothing to follow up; all else is followed
/// up until it is done, or the committee has withdrawn it.
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

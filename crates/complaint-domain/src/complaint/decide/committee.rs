//! What the committee has to do with a complaint: what it must see first, and what binds.

use super::{outcome::follows_from, response::ours_to_answer};
use crate::{
    clock::ResponseOrder,
    complaint::{
        Circumstances, CommitteeRefusal, ComplaintEvent, ComplaintRejection, Outcome,
        OutcomeProposal, Response, ResponseKind, ReviewConcluded, ReviewReference, state::Case,
    },
    review::ReplyKind,
};

/// Says what it would come to. Said again, it replaces what was said before.
pub(super) fn propose_outcome(
    case: &Case,
    proposal: &OutcomeProposal,
) -> Result<ComplaintEvent, ComplaintRejection> {
    ours_to_answer(case)?;
    if case.has_standing_response() {
        return Err(ComplaintRejection::FinalResponseStands);
    }
    if proposal.findings.is_empty() {
        return Err(ComplaintRejection::FindingsMissing);
    }
    follows_from(proposal.outcome, &proposal.findings)?;
    if case.proposed_outcome.as_ref() == Some(proposal) {
        return Err(CommitteeRefusal::OutcomeUnchanged.into());
    }
    Ok(ComplaintEvent::OutcomeProposed(proposal.clone()))
}

/// Where a pack orders it, the committee sees a rejection before the complainant does, this one or one that
/// gives less; and what it
/// decided with binding effect is the least the complainant gets.
pub(super) fn may_answer(
    case: &Case,
    response: &Response,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    let (ResponseKind::Final, Some(outcome)) = (response.kind, response.outcome) else {
        return Ok(());
    };
    if !case.has_reviewed(outcome) {
        let order = case.order(&circumstances.rules.time_limits, outcome);
        if let Some((pack, order)) = order
            && order.response == ResponseOrder::AfterReview
        {
            return Err(CommitteeRefusal::NotReviewed { outcome, pack: pack.clone() }.into());
        }
    }
    keeps_to_decision(case, outcome)?;
    Ok(says_why(case, outcome, circumstances)?)
}

/// A recommendation may be departed from, with grounds that the committee was given before the complainant is
/// answered, or the complaint closed on what was answered before.
pub(super) fn says_why(
    case: &Case,
    found: Outcome,
    circumstances: &Circumstances<'_>,
) -> Result<(), CommitteeRefusal> {
    let Some(review) = case.recommended_by(Some(found)) else { return Ok(()) };
    let reply = circumstances.review.as_ref().and_then(|facts| facts.reply);
    if reply == Some(ReplyKind::Refused) {
        return Ok(());
    }
    Err(CommitteeRefusal::RecommendationStands { found, review: review.clone() })
}

/// Whether such an answer gives what was decided with binding effect.
pub(super) fn keeps_to_decision(case: &Case, found: Outcome) -> Result<(), ComplaintRejection> {
    match case.binding_outcome() {
        Some(decided) if !found.keeps_to(decided) => {
            Err(CommitteeRefusal::DecisionBinds { decided, found }.into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Carries what the committee came to back to the complaint.
pub(super) fn note_review(
    case: &Case,
    reference: &ReviewReference,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let review = reference.review.clone();
    let this = circumstances.complaint.as_ref();
    let facts = circumstances.review.as_ref().filter(|facts| Some(&facts.complaint) == this);
    let Some(facts) = facts else {
        return Err(CommitteeRefusal::NotOfThis(review).into());
    };
    let Some(conclusion) = facts.conclusion else {
        return Err(CommitteeRefusal::NotEnded(review).into());
    };
    if case.reviews_noted.contains(&review) {
        return Err(CommitteeRefusal::AlreadyNoted(review).into());
    }
    let escalation = facts.escalation;
    Ok(ComplaintEvent::ReviewConcluded(ReviewConcluded { review, escalation, conclusion }))
}

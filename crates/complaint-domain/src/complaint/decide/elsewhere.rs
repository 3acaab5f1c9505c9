//! When others look at it: another firm, the committee, an outside body, a regulator.

use crate::{
    actor::{Actor, Role},
    complaint::{
        Circumstances, CommitteeRefusal, ComplaintEvent, ComplaintRejection, Escalation,
        EscalationReason, EscalationWithdrawal, ExternalDecision, ExternalReferral, Outcome,
        SuspectedViolation, Transfer,
        decide::{
            ending::{no_decision_owed, nobody_looks_at_it},
            remedy::payable,
            response::may_forgo,
        },
        state::{Asker, Case, FinalResponse},
    },
    money::Money,
};

pub(super) fn transfer(
    case: &Case,
    transfer: &Transfer,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    // Whoever answered owes what follows from the answer, recourse above all.
    if case.final_response.as_ref().is_some_and(FinalResponse::decides) {
        return Err(ComplaintRejection::AnsweredByUs);
    }
    nobody_looks_at_it(case, circumstances)?;
    if case.transferred_to.as_ref() == Some(&transfer.to) {
        return Err(ComplaintRejection::AlreadyTransferred(transfer.to.clone()));
    }
    no_decision_owed(case)?;
    Ok(ComplaintEvent::Transferred(transfer.clone()))
}

/// Once for each answer: the committee looks at what was decided or is about to be, not at the same
/// thing twice.
pub(super) fn escalate(
    case: &Case,
    escalation: &Escalation,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let needs_response = escalation.reason == EscalationReason::NotFullyUpheld;
    if needs_response && case.final_response.is_none() && case.proposed_outcome.is_none() {
        return Err(ComplaintRejection::FinalResponseMissing { command: "escalate" });
    }
    if case.escalated_by.is_some() {
        return Err(ComplaintRejection::AlreadyEscalated);
    }
    if needs_response && gives_everything(case) {
        return Err(CommitteeRefusal::FullyUpheld.into());
    }
    Ok(ComplaintEvent::Escalated(escalation.clone()))
}

/// What was put before a committee that never took it up would hold the complaint open for ever. Whoever asked takes it
/// back: what the complainant asked for only they, and what a pack orders nobody.
pub(super) fn withdraw_escalation(
    case: &Case,
    mistake: &EscalationWithdrawal,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let Some(asker) = case.asker.as_ref().filter(|_| case.is_before_committee()) else {
        return Err(CommitteeRefusal::NotEscalated.into());
    };
    let Actor { id, role } = &circumstances.actor;
    let (is_theirs, expected) = match asker {
        Asker::Complainant => (*role == Role::Complainant, "the complainant".to_owned()),
        Asker::Program => (false, "nobody, as a pack orders it,".to_owned()),
        Asker::Colleague(asker) => (asker == id, format!("`{asker}`")),
    };
    if !is_theirs {
        let found = id.clone();
        return Err(CommitteeRefusal::EscalatedByAnother { expected, found }.into());
    }
    if circumstances.is_taken_up {
        return Err(CommitteeRefusal::TakenUp.into());
    }
    Ok(ComplaintEvent::EscalationWithdrawn(mistake.clone()))
}

/// Whether what is proposed, or else what was answered, is all that a complainant can be given.
fn gives_everything(case: &Case) -> bool {
    let proposed = case.proposed_outcome.as_ref().map(|proposal| proposal.outcome);
    let answered = case.final_response.as_ref().and_then(|response| response.outcome);
    proposed.or(answered).is_some_and(Outcome::is_all)
}

/// A body may take it up again once it has come to something.
pub(super) fn refer(
    case: &Case,
    referral: &ExternalReferral,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.external.get(&referral.body).is_some_and(Option::is_none) {
        return Err(ComplaintRejection::AlreadyReferred(referral.body.clone()));
    }
    Ok(ComplaintEvent::ReferredExternally(referral.clone()))
}

/// May be repeated: a decision can be set aside by a later one. That an award is gone or is less is not for those to
/// note who would have to pay it.
pub(super) fn record_decision(
    case: &Case,
    decision: &ExternalDecision,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let awarded = decision.award.filter(|_| decision.is_binding);
    let is_kept = |standing: Money| {
        awarded.is_some_and(|it| it.currency == standing.currency && it.amount >= standing.amount)
    };
    if case.awards.get(&decision.body).is_some_and(|standing| !is_kept(standing.amount)) {
        may_forgo(case, circumstances)?;
    }
    decision.award.map_or(Ok(()), payable)?;
    match case.external.get(&decision.body) {
        None => Err(ComplaintRejection::NotReferred(decision.body.clone())),
        Some(Some(standing)) if standing == decision => {
            Err(ComplaintRejection::ExternalDecisionUnchanged)
        }
        Some(_) => Ok(ComplaintEvent::ExternalDecisionRecorded(decision.clone())),
    }
}

pub(super) fn report_violation(
    case: &Case,
    violation: &SuspectedViolation,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.violations.contains_key(&violation.referral) {
        return Err(ComplaintRejection::ViolationAlreadyReported(violation.referral.clone()));
    }
    Ok(ComplaintEvent::SuspectedViolationReported(violation.clone()))
}

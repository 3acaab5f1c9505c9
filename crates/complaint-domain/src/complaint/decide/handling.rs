//! Who is responsible, and what lay behind the complaint.

use crate::{
    actor::{Actor, ActorId},
    complaint::{
        Assignment, Circumstances, ComplaintEvent, ComplaintRejection, Reassignment,
        ReassignmentReason, Recusal, RecusalWithdrawal, RootCause, RootCauseRefusal,
        people::{may_handle, no_interest, role_is_held},
        state::Case,
    },
};

pub(super) fn assign(
    case: &Case,
    assignment: &Assignment,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if let Some(handler) = &case.handler {
        return Err(ComplaintRejection::AlreadyAssigned { handler: handler.clone() });
    }
    not_recused(case, &circumstances.actor.id)?;
    not_recused(case, &assignment.handler)?;
    may_handle(case, &assignment.handler, circumstances)?;
    Ok(ComplaintEvent::Assigned(assignment.clone()))
}

pub(super) fn reassign(
    case: &Case,
    reassignment: &Reassignment,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.handler.as_ref() == Some(&reassignment.handler) {
        return Err(ComplaintRejection::SameHandler { handler: reassignment.handler.clone() });
    }
    if reassignment.reason == ReassignmentReason::ConflictOfInterest
        && let Some(handler) = &case.handler
    {
        may_say_so(handler, circumstances)?;
    }
    not_recused(case, &circumstances.actor.id)?;
    not_recused(case, &reassignment.handler)?;
    may_handle(case, &reassignment.handler, circumstances)?;
    Ok(ComplaintEvent::Reassigned(reassignment.clone()))
}

/// Whoever steps aside is responsible no more, and nobody is until somebody else is assigned. Somebody above
/// them may say it for them; a colleague would so take a case from them for good.
pub(super) fn recuse(
    case: &Case,
    recusal: &Recusal,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    match &case.handler {
        Some(handler) if *handler != recusal.handler => Err(ComplaintRejection::NotTheHandler {
            handler: handler.clone(),
            found: recusal.handler.clone(),
        }),
        Some(handler) => {
            may_say_so(handler, circumstances)?;
            Ok(ComplaintEvent::Recused(recusal.clone()))
        }
        None => Err(ComplaintRejection::NobodyResponsible { command: "recuse" }),
    }
}

/// Whether somebody may say of whoever is responsible that they have an interest.
fn may_say_so(
    handler: &ActorId,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    let Actor { id, role } = &circumstances.actor;
    if id == handler {
        return Ok(());
    }
    if !role.supervises() {
        return Err(ComplaintRejection::RecusedByColleague(handler.clone(), *role));
    }
    role_is_held(circumstances)
}

/// A recusal that was recorded by mistake keeps somebody from a case for good whom nothing keeps from it. Somebody above
/// says so who has not stepped aside; they themselves only while nobody took the case over, when they get nothing by it
/// that they did not have.
pub(super) fn withdraw_recusal(
    case: &Case,
    mistake: &RecusalWithdrawal,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let handler = &mistake.handler;
    if !case.recused.contains(handler) {
        return Err(ComplaintRejection::NotRecused(handler.clone()));
    }
    let Actor { id, role } = &circumstances.actor;
    let is_slip = id == handler && case.just_recused.as_ref() == Some(handler);
    if !is_slip {
        if !role.supervises() || case.recused.contains(id) {
            return Err(ComplaintRejection::RecusalStands(handler.clone(), id.clone(), *role));
        }
        role_is_held(circumstances)?;
    }
    no_interest(case, handler, circumstances)?;
    Ok(ComplaintEvent::RecusalWithdrawn(mistake.clone()))
}

fn not_recused(case: &Case, handler: &ActorId) -> Result<(), ComplaintRejection> {
    if case.recused.contains(handler) {
        return Err(ComplaintRejection::HandlerRecused(handler.clone()));
    }
    Ok(())
}

/// May be repeated: a cause can turn out to be another, or be found after all.
pub(super) fn identify_root_cause(
    case: &Case,
    found: &RootCause,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.root_cause.as_ref() == Some(found) {
        return Err(RootCauseRefusal::Unchanged.into());
    }
    if let (RootCause::Found { code }, Some(tree)) = (found, &circumstances.rules.causes)
        && !tree.contains(code)
    {
        let (code, tree) = (code.clone(), tree.code().clone());
        return Err(RootCauseRefusal::Unknown { code, tree }.into());
    }
    Ok(ComplaintEvent::RootCauseIdentified(found.clone()))
}

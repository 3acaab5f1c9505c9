//! Who is responsible, and what lay behind the complaint.

use crate::complaint::{
    Assignment, ComplaintEvent, ComplaintRejection, Reassignment, RootCause, state::Case,
};

pub(super) fn assign(
    case: &Case,
    assignment: &Assignment,
) -> Result<ComplaintEvent, ComplaintRejection> {
    match &case.handler {
        Some(handler) => Err(ComplaintRejection::AlreadyAssigned { handler: handler.clone() }),
        None => Ok(ComplaintEvent::Assigned(assignment.clone())),
    }
}

pub(super) fn reassign(
    case: &Case,
    reassignment: &Reassignment,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.handler.as_ref() == Some(&reassignment.handler) {
        return Err(ComplaintRejection::SameHandler { handler: reassignment.handler.clone() });
    }
    Ok(ComplaintEvent::Reassigned(reassignment.clone()))
}

/// May be repeated: a cause can turn out to be another, or be found after all.
pub(super) fn identify_root_cause(
    case: &Case,
    found: &RootCause,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.root_cause.as_ref() == Some(found) {
        return Err(ComplaintRejection::RootCauseUnchanged);
    }
    Ok(ComplaintEvent::RootCauseIdentified(found.clone()))
}

//! Which other complaints belong to this one.

use super::response::utc_date;
use crate::complaint::{
    Circumstances, ComplaintEvent, ComplaintRejection, DuplicateLink, DuplicateUnlink, LinkKind,
    LinkedRefusal, state::Case,
};

/// Several people complain together through somebody who may speak for each of them.
///
/// # Source
///
/// SAMR Order 20, article 11; CBIRC Order 2020 No. 3, article 12.
pub(super) fn link(
    case: &Case,
    link: &DuplicateLink,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if circumstances.complaint.as_ref() == Some(&link.of) {
        return Err(LinkedRefusal::ToItself.into());
    }
    if circumstances.is_other_unknown {
        return Err(LinkedRefusal::ToUnknown(link.of.clone()).into());
    }
    if case.links.contains_key(&link.of) {
        return Err(ComplaintRejection::AlreadyLinked(link.of.clone()));
    }
    let today = utc_date(circumstances);
    if link.kind == LinkKind::Joint && !case.is_represented_on(today) {
        return Err(ComplaintRejection::RepresentativeMissing);
    }
    Ok(ComplaintEvent::DuplicateLinked(link.clone()))
}

pub(super) fn unlink(
    case: &Case,
    unlink: &DuplicateUnlink,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if !case.links.contains_key(&unlink.of) {
        return Err(ComplaintRejection::NotLinked(unlink.of.clone()));
    }
    Ok(ComplaintEvent::DuplicateUnlinked(unlink.clone()))
}

//! Requests, evidence, representatives, vulnerability.

use super::response::utc_date;
use crate::{
    complaint::{
        Circumstances, ComplaintEvent, ComplaintRejection, Evidence, InformationRequest,
        Representative, Vulnerability, state::Case,
    },
    sealed::PersonalField,
};

/// May be repeated: people are asked for one thing after the other.
pub(super) fn request_information(
    request: &InformationRequest,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if !circumstances.personal.contains(&PersonalField::Message) {
        return Err(ComplaintRejection::RequestTextMissing);
    }
    let asked_on = utc_date(circumstances);
    match request.needed_by {
        Some(needed_by) if needed_by < asked_on => {
            Err(ComplaintRejection::NeededByPassed { asked_on, needed_by })
        }
        Some(_) | None => Ok(ComplaintEvent::InformationRequested(request.clone())),
    }
}

pub(super) fn add_evidence(
    case: &Case,
    evidence: &Evidence,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let next = case.next_evidence();
    if u32::from(evidence.evidence.0) != next {
        return Err(ComplaintRejection::EvidenceNumberNotNext(next, evidence.evidence));
    }
    if !circumstances.personal.contains(&PersonalField::Evidence) {
        return Err(ComplaintRejection::EvidenceFileMissing);
    }
    Ok(ComplaintEvent::EvidenceAdded(evidence.clone()))
}

pub(super) fn authorise_representative(
    case: &Case,
    representative: &Representative,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let found = representative.representative;
    let next = u32::try_from(case.representatives.len()).unwrap_or(u32::MAX).saturating_add(1);
    if u32::from(found.0) != next {
        return Err(ComplaintRejection::RepresentativeNumberNotNext(next, found));
    }
    if !circumstances.personal.contains(&PersonalField::RepresentativeName) {
        return Err(ComplaintRejection::RepresentativeNameMissing);
    }
    if let Some(until) = representative.until
        && until < utc_date(circumstances)
    {
        return Err(ComplaintRejection::AuthorityOver(until));
    }
    match representative.evidence {
        Some(evidence) if evidence.0 == 0 || evidence.0 > case.evidence => {
            Err(ComplaintRejection::EvidenceUnknown(evidence))
        }
        Some(_) | None => Ok(ComplaintEvent::RepresentativeAuthorised(representative.clone())),
    }
}

/// May be repeated as more becomes known.
pub(super) fn flag_vulnerability(
    case: &Case,
    found: &Vulnerability,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if found.drivers.is_empty() {
        return Err(ComplaintRejection::DriversMissing);
    }
    if case.vulnerability.as_ref() == Some(found) {
        return Err(ComplaintRejection::VulnerabilityUnchanged);
    }
    Ok(ComplaintEvent::VulnerabilityFlagged(found.clone()))
}

//! Receipt, acknowledgement, assessment and classification.

use crate::{
    complaint::{
        Acknowledgement, Assessment, Circumstances, Classification, ComplaintEvent,
        ComplaintRejection, Matter, Receipt, Source, TaxonomyRefusal, state::Case,
    },
    sealed::PersonalField,
};

/// What was imported has a narrative only if the other body published it.
pub(super) fn register(
    receipt: &Receipt,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    match receipt.source {
        Source::Direct if !circumstances.personal.contains(&PersonalField::Narrative) => {
            Err(ComplaintRejection::NarrativeMissing)
        }
        Source::Direct | Source::Imported { .. } => Ok(ComplaintEvent::Received(receipt.clone())),
    }
}

pub(super) fn acknowledge(
    case: &Case,
    acknowledgement: &Acknowledgement,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.is_acknowledged {
        return Err(ComplaintRejection::AlreadyAcknowledged);
    }
    Ok(ComplaintEvent::Acknowledged(acknowledgement.clone()))
}

/// May be repeated as more becomes known.
pub(super) fn assess(
    case: &Case,
    assessment: &Assessment,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if case.assessment.as_ref() == Some(assessment) {
        return Err(ComplaintRejection::AssessmentUnchanged);
    }
    Ok(ComplaintEvent::Assessed(assessment.clone()))
}

/// May be repeated as more becomes known.
pub(super) fn classify(
    case: &Case,
    classification: &Classification,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if classification.rights.is_empty() {
        return Err(ComplaintRejection::RightsMissing);
    }
    in_taxonomy(case, &classification.matter, circumstances)?;
    let is_same_matter = case.matter.as_ref() == Some(&classification.matter);
    if is_same_matter && case.rights == classification.rights {
        return Err(ComplaintRejection::ClassificationUnchanged);
    }
    Ok(ComplaintEvent::Classified(classification.clone()))
}

/// By the taxonomy that holds; of what another body published, the body's own words stand.
pub(super) fn in_taxonomy(
    case: &Case,
    matter: &Matter,
    circumstances: &Circumstances<'_>,
) -> Result<(), TaxonomyRefusal> {
    let taxonomy = circumstances.rules.taxonomy.as_ref().filter(|_| case.is_ours_to_answer());
    taxonomy.map_or(Ok(()), |taxonomy| taxonomy.holds(matter))
}

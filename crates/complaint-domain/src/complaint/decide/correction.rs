//! Putting an earlier entry right. The entry stays; what it should have said is added.

use jiff::Timestamp;

use super::{ending::nothing_owed, intake::in_taxonomy};
use crate::complaint::{
    Circumstances, ComplaintEvent, ComplaintRejection, CorrectedFact, Correction, state::Case,
};

pub(super) fn correct(
    case: &Case,
    correction: &Correction,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    if let CorrectedFact::Matter { matter } = &correction.fact {
        in_taxonomy(case, matter, circumstances)?;
    }
    // About another company it would not be ours to give any more.
    if matches!(correction.fact, CorrectedFact::Respondent { .. })
        && case.is_imported()
        && case.is_ours_to_answer()
    {
        nothing_owed(case, circumstances)?;
    }
    entry_says_it(case, correction)?;
    let is_unchanged = match &correction.fact {
        CorrectedFact::ReceivedAt { received_at } => case.received_at == *received_at,
        CorrectedFact::Channel { channel } => case.channel == *channel,
        CorrectedFact::Matter { matter } => case.matter.as_ref() == Some(matter),
        CorrectedFact::Respondent { respondent } => case.respondent.as_ref() == Some(respondent),
        CorrectedFact::Personal => false,
    };
    if is_unchanged {
        return Err(ComplaintRejection::CorrectionUnchanged);
    }
    match &correction.fact {
        CorrectedFact::ReceivedAt { received_at } => {
            receipt_fits(case, *received_at, circumstances)?;
        }
        CorrectedFact::Personal if circumstances.personal.is_empty() => {
            return Err(ComplaintRejection::CorrectedTextMissing);
        }
        CorrectedFact::Channel { .. }
        | CorrectedFact::Matter { .. }
        | CorrectedFact::Respondent { .. }
        | CorrectedFact::Personal => {}
    }
    Ok(ComplaintEvent::Corrected(correction.clone()))
}

fn entry_says_it(case: &Case, correction: &Correction) -> Result<(), ComplaintRejection> {
    let found = correction.corrects;
    let entry = usize::try_from(found).ok().and_then(|at| case.entries.get(at));
    let Some(entry) = entry else {
        let entries = u64::try_from(case.entries.len()).unwrap_or(u64::MAX);
        return Err(ComplaintRejection::EntryUnknown { last: entries.saturating_sub(1), found });
    };
    if !entry.says(&correction.fact) {
        return Err(ComplaintRejection::EntrySaysOtherwise { found });
    }
    Ok(())
}

/// The receipt comes before everything that followed it, and not after now.
fn receipt_fits(
    case: &Case,
    received_at: Timestamp,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    let Circumstances { now, rules, .. } = circumstances;
    if received_at.duration_since(*now) > rules.clock_tolerance {
        return Err(ComplaintRejection::ReceiptInFuture { received_at, now: *now });
    }
    match case.first_step_at {
        Some(first_step_at) if received_at > first_step_at => {
            Err(ComplaintRejection::ReceiptAfterStep { received_at, first_step_at })
        }
        Some(_) | None => Ok(()),
    }
}

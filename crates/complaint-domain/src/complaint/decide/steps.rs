//! Steps that rules name: each answers something, and answers it once.

use std::iter::once;

use jiff::Timestamp;

use crate::complaint::{
    Circumstances, ComplaintEvent, ComplaintRejection, ProcessStep, StepNotCalledFor, StepTaken,
    state::Case,
};

pub(super) fn take(
    case: &Case,
    taken: &StepTaken,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    use ProcessStep as S;
    let step = taken.step;
    let of = |step| case.steps.get(&step).cloned().unwrap_or_default();
    let (calls, answers, needs): (Vec<_>, Vec<_>, _) = match step {
        S::Admitted | S::NotAdmitted => {
            let turns = once(case.received_at).chain(case.reopened_at.iter().copied());
            let admissions = [of(S::Admitted), of(S::NotAdmitted)].concat();
            (turns.collect(), admissions, "a receipt or reopening")
        }
        S::MediationEnded => (of(S::Admitted), of(step), "an admission"),
        S::ViolationDecided => {
            (case.violations.values().copied().collect(), of(step), "a reported violation")
        }
        S::ReporterInformed => (of(S::ViolationDecided), of(step), "a decided violation"),
    };
    if !waits(&calls, &answers, circumstances.occurred_at) {
        return Err(StepNotCalledFor { step, needs }.into());
    }
    Ok(ComplaintEvent::StepTaken(taken.clone()))
}

/// Whether something had come by that moment that nothing answers: an answer that is entered late takes none from
/// those that are entered already.
fn waits(calls: &[Timestamp], answers: &[Timestamp], at: Timestamp) -> bool {
    let by = |times: &[Timestamp], moment| times.iter().filter(|time| **time <= moment).count();
    let later = answers.iter().copied().filter(|answer| *answer > at);
    once(at).chain(later).all(|moment| by(answers, moment) < by(calls, moment))
}

//! Steps that rules name: each answers something, and answers it once.

use crate::complaint::{
    ComplaintEvent, ComplaintRejection, ProcessStep, StepNotCalledFor, StepTaken, state::Case,
};

pub(super) fn take(case: &Case, taken: &StepTaken) -> Result<ComplaintEvent, ComplaintRejection> {
    use ProcessStep as S;
    let step = taken.step;
    let count = |step| case.steps.get(&step).copied().unwrap_or_default();
    let admissions = count(S::Admitted).saturating_add(count(S::NotAdmitted));
    let (called_for, answered, needs) = match step {
        S::Admitted | S::NotAdmitted => {
            (case.turns.saturating_add(1), admissions, "a receipt or reopening")
        }
        S::MediationEnded => (count(S::Admitted), count(step), "an admission"),
        S::ViolationDecided => {
            let reported = u32::try_from(case.violations.len()).unwrap_or(u32::MAX);
            (reported, count(step), "a reported violation")
        }
        S::ReporterInformed => (count(S::ViolationDecided), count(step), "a decided violation"),
    };
    if answered >= called_for {
        return Err(StepNotCalledFor { step, needs }.into());
    }
    Ok(ComplaintEvent::StepTaken(taken.clone()))
}

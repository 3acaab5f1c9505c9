//! What may happen to an inspection, and why something is refused.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Assessment, Drawn, FollowUp, Inspection, InspectionCircumstances, InspectionCommand,
    InspectionEvent, InspectionPlan, InspectionRejection as R, InspectionStage, SIZE_MAX, sample,
    state::Sheet,
};
use crate::{action::ActionOrigin, actor::Role, aggregate::Occasion, label::Label};

/// Answers a command with the event it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`InspectionRejection`](R) that applies, in the order of that enum.
pub fn decide(
    state: &Inspection,
    command: &InspectionCommand,
    circumstances: &InspectionCircumstances<'_>,
) -> Result<InspectionEvent, R> {
    use InspectionCommand as C;
    let occasion = circumstances.occasion;
    role_may(command, occasion.actor.role)?;
    let sheet = match (state, command) {
        (Inspection::NotPlanned, C::Plan(plan)) => {
            not_in_future(occasion)?;
            return plan_it(plan, occasion);
        }
        (Inspection::NotPlanned, _) => return Err(R::NotPlanned),
        (Inspection::Planned(_), C::Plan(_)) => return Err(R::AlreadyPlanned),
        (Inspection::Planned(sheet), _) => sheet,
    };
    stage_allows(sheet, command)?;
    not_in_future(occasion)?;
    match command {
        C::Plan(_) => Err(R::AlreadyPlanned),
        C::Draw(_) => draw(&sheet.plan, circumstances),
        C::Score(assessment) => score(sheet, assessment, circumstances),
        C::FollowUp(follow_up) => follow(sheet, follow_up, circumstances),
        C::Close(_) => close(sheet),
        C::Abandon(end) if end.grounds.is_empty() => Err(R::GroundsMissing("abandon")),
        C::Abandon(end) => Ok(InspectionEvent::Abandoned(end.clone())),
    }
}

/// A program may plan and draw, for there is nothing to judge in it; people score.
fn role_may(command: &InspectionCommand, role: Role) -> Result<(), R> {
    let is_mechanical = matches!(command, InspectionCommand::Plan(_) | InspectionCommand::Draw(_));
    let may = match role {
        Role::Supervisor
        | Role::CommitteeMember
        | Role::CommitteeChair
        | Role::ComplianceOfficer => true,
        Role::System => is_mechanical,
        Role::Agent
        | Role::Auditor
        | Role::Regulator
        | Role::DataProtectionOfficer
        | Role::Administrator
        | Role::Complainant
        | Role::Public => false,
    };
    if may {
        return Ok(());
    }
    let expected = if is_mechanical {
        "a supervisor, compliance officer, the committee or a program"
    } else {
        "a supervisor, compliance officer or the committee"
    };
    Err(R::RoleMayNot { command: command.name(), expected, role })
}

fn stage_allows(sheet: &Sheet, command: &InspectionCommand) -> Result<(), R> {
    use InspectionCommand as C;
    let name = command.name();
    match sheet.stage {
        InspectionStage::Closed | InspectionStage::Abandoned => {
            Err(R::Ended { command: name, how: sheet.stage.code() })
        }
        _ if matches!(command, C::Abandon(_)) => Ok(()),
        InspectionStage::Drawn if matches!(command, C::Draw(_)) => Err(R::AlreadyDrawn),
        InspectionStage::Planned if !matches!(command, C::Draw(_)) => Err(R::NotDrawn(name)),
        InspectionStage::Planned | InspectionStage::Drawn => Ok(()),
    }
}

fn not_in_future(occasion: &Occasion) -> Result<(), R> {
    if occasion.is_in_future() {
        let Occasion { occurred_at, now, .. } = *occasion;
        return Err(R::OccurredInFuture { occurred_at, now });
    }
    Ok(())
}

fn plan_it(plan: &InspectionPlan, occasion: &Occasion) -> Result<InspectionEvent, R> {
    let InspectionPlan { from, until, size, .. } = *plan;
    if until < from || occasion.day() <= until {
        return Err(R::PeriodNotOver { from, until });
    }
    if !(1..=SIZE_MAX).contains(&size) {
        return Err(R::SizeOutOfRange(size));
    }
    if plan.criteria.is_empty() {
        return Err(R::CriteriaMissing);
    }
    let mut known = BTreeSet::new();
    for criterion in &plan.criteria {
        if !known.insert(&criterion.criterion) {
            return Err(R::CriterionTwice(criterion.criterion.clone()));
        }
    }
    if let Some(empty) = plan.criteria.iter().find(|criterion| criterion.points == 0) {
        return Err(R::CriterionWithoutPoints(empty.criterion.clone()));
    }
    Ok(InspectionEvent::Planned(plan.clone()))
}

/// Nothing in it depends on who asks, or when.
fn draw(
    plan: &InspectionPlan,
    circumstances: &InspectionCircumstances<'_>,
) -> Result<InspectionEvent, R> {
    let population = circumstances.facts.population.as_ref();
    let population = population.filter(|it| !it.complaints.is_empty()).ok_or(R::NothingToDraw)?;
    let (size, at_least) = (u64::from(plan.size), u64::from(plan.at_least));
    let strata =
        sample::draw(&population.root, &population.complaints, &plan.strata, size, at_least);
    let populations: Vec<u64> = strata.iter().map(|stratum| stratum.population).collect();
    let needed = sample::owed(&populations, at_least);
    if needed > size {
        return Err(R::SampleTooSmall { needed, strata: strata.len(), size: plan.size });
    }
    Ok(InspectionEvent::Drawn(Drawn {
        size: population.size,
        seed: population.root,
        population: u64::try_from(population.complaints.len()).unwrap_or(u64::MAX),
        strata,
    }))
}

fn score(
    sheet: &Sheet,
    assessment: &Assessment,
    circumstances: &InspectionCircumstances<'_>,
) -> Result<InspectionEvent, R> {
    let complaint = &assessment.complaint;
    let inspector = &circumstances.occasion.actor.id;
    if !sheet.sample().any(|drawn| drawn == complaint) {
        return Err(R::NotInSample(complaint.clone()));
    }
    if sheet.scored.contains(complaint) {
        return Err(R::AlreadyScored(complaint.clone()));
    }
    if let Some(part) = circumstances.facts.part {
        return Err(R::HasPartInCase { inspector: inspector.clone(), part });
    }
    if circumstances.facts.has_interest {
        return Err(R::InterestDeclared(inspector.clone()));
    }
    let most: BTreeMap<&Label, u8> =
        sheet.plan.criteria.iter().map(|it| (&it.criterion, it.points)).collect();
    let named = assessment.scores.keys().chain(assessment.findings.iter().map(|it| &it.criterion));
    for criterion in named {
        if !most.contains_key(criterion) {
            return Err(R::CriterionUnknown(criterion.clone()));
        }
    }
    if let Some(missing) = most.keys().find(|it| !assessment.scores.contains_key(**it)) {
        return Err(R::CriterionNotScored((*missing).clone()));
    }
    for (criterion, points) in &assessment.scores {
        let most = most.get(criterion).copied().unwrap_or_default();
        if let Some(found) = points.filter(|points| *points > most) {
            return Err(R::TooManyPoints { criterion: criterion.clone(), most, found });
        }
    }
    let is_explained =
        |criterion: &Label| assessment.findings.iter().any(|it| it.criterion == *criterion);
    for (criterion, points) in &assessment.scores {
        if *points == Some(0) && !is_explained(criterion) {
            return Err(R::FindingMissing(criterion.clone()));
        }
    }
    Ok(InspectionEvent::Scored(assessment.clone()))
}

fn follow(
    sheet: &Sheet,
    follow_up: &FollowUp,
    circumstances: &InspectionCircumstances<'_>,
) -> Result<InspectionEvent, R> {
    let criterion = follow_up.criterion();
    if !sheet.found.contains(criterion) {
        return Err(R::NothingFound(criterion.clone()));
    }
    if sheet.followed.contains(criterion) {
        return Err(R::AlreadyFollowedUp(criterion.clone()));
    }
    match follow_up {
        FollowUp::Action { action, .. } => match circumstances.facts.action {
            None => return Err(R::ActionUnknown(action.clone())),
            Some(ActionOrigin::Inspection) => {}
            Some(
                ActionOrigin::Complaint
                | ActionOrigin::RecurringCause
                | ActionOrigin::Review
                | ActionOrigin::Regulator,
            ) => return Err(R::ActionOfOtherOrigin(action.clone())),
        },
        FollowUp::NoneNeeded { grounds, .. } if grounds.is_empty() => {
            return Err(R::GroundsMissing("follow-up"));
        }
        FollowUp::NoneNeeded { .. } => {}
    }
    Ok(InspectionEvent::FollowedUp(follow_up.clone()))
}

fn close(sheet: &Sheet) -> Result<InspectionEvent, R> {
    let unscored = sheet.unscored().count();
    if unscored > 0 {
        return Err(R::NotAllScored(unscored));
    }
    if let Some(open) = sheet.open_findings().next() {
        return Err(R::FollowUpMissing(open.clone()));
    }
    Ok(InspectionEvent::Closed(sheet.result))
}

//! What may happen to an action, and why something is refused.

use jiff::{civil::Date, tz::TimeZone};

use super::{
    Action, ActionClosure, ActionCommand, ActionEvent, ActionProposal, ActionRejection,
    ActionResult, ActionStage, EffectCheck, EffectVerdict, Remediation, Rescheduling, state::Plan,
};
use crate::{actor::Role, aggregate::Occasion};

/// Answers a command with the event it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`ActionRejection`] that applies, in the order of that enum.
pub fn decide(
    state: &Action,
    command: &ActionCommand,
    occasion: &Occasion,
) -> Result<ActionEvent, ActionRejection> {
    use ActionCommand as C;
    role_may(occasion.actor.role)?;
    let plan = match (state, command) {
        (Action::NotProposed, C::Propose(proposal)) => {
            not_in_future(occasion)?;
            return propose(proposal, occasion);
        }
        (Action::NotProposed, _) => return Err(ActionRejection::NotProposed),
        (Action::Proposed(_), C::Propose(_)) => return Err(ActionRejection::AlreadyProposed),
        (Action::Proposed(plan), _) => plan,
    };
    stage_allows(plan, command)?;
    not_in_future(occasion)?;
    match command {
        C::Propose(_) => Err(ActionRejection::AlreadyProposed),
        C::Approve(_) if occasion.actor.id == plan.proposer => {
            Err(ActionRejection::ApprovedByProposer(plan.proposer.clone()))
        }
        C::Approve(approval) => Ok(ActionEvent::Approved(*approval)),
        C::Reject(rejected) if rejected.grounds.is_empty() => {
            Err(ActionRejection::GroundsMissing("reject"))
        }
        C::Reject(rejected) => Ok(ActionEvent::Rejected(rejected.clone())),
        C::Reschedule(change) => reschedule(plan, change, occasion),
        C::Complete(_) if occasion.actor.id != plan.proposal.owner => {
            let (owner, found) = (plan.proposal.owner.clone(), occasion.actor.id.clone());
            Err(ActionRejection::NotTheOwner { owner, found })
        }
        C::Complete(completion) => Ok(ActionEvent::Completed(*completion)),
        C::CheckEffect(check) => check_effect(plan, check, occasion),
        C::Remediate(remediation) => remediate(remediation),
        C::Close(closure) => close(plan, closure),
    }
}

fn role_may(role: Role) -> Result<(), ActionRejection> {
    match role {
        Role::Agent
        | Role::Supervisor
        | Role::CommitteeMember
        | Role::CommitteeChair
        | Role::ComplianceOfficer
        | Role::DataProtectionOfficer
        | Role::System => Ok(()),
        Role::Auditor
        | Role::Regulator
        | Role::Administrator
        | Role::Complainant
        | Role::Public => Err(ActionRejection::RoleMayNot { role }),
    }
}

/// An action can be given up at any time; to be judged it must have been done.
fn stage_allows(plan: &Plan, command: &ActionCommand) -> Result<(), ActionRejection> {
    use ActionCommand as C;
    let name = command.name();
    let abandons = matches!(command, C::Close(it) if it.result == ActionResult::Abandoned);
    let decides = matches!(command, C::Approve(_) | C::Reject(_));
    let judges = matches!(command, C::CheckEffect(_) | C::Close(_)) && !abandons;
    match plan.stage {
        ActionStage::Ended => Err(ActionRejection::Ended(name)),
        _ if abandons => Ok(()),
        ActionStage::Proposed if decides => Ok(()),
        ActionStage::Proposed => Err(ActionRejection::NotApproved(name)),
        ActionStage::Approved | ActionStage::Completed if decides => {
            Err(ActionRejection::AlreadyApproved)
        }
        ActionStage::Completed if matches!(command, C::Complete(_) | C::Reschedule(_)) => {
            Err(ActionRejection::AlreadyCompleted(name))
        }
        ActionStage::Approved if judges => Err(ActionRejection::NotCompleted(name)),
        ActionStage::Approved | ActionStage::Completed => Ok(()),
    }
}

fn not_in_future(occasion: &Occasion) -> Result<(), ActionRejection> {
    if occasion.is_in_future() {
        let Occasion { occurred_at, now, .. } = *occasion;
        return Err(ActionRejection::OccurredInFuture { occurred_at, now });
    }
    Ok(())
}

/// The day on which it happened, in UTC.
fn today(occasion: &Occasion) -> Date {
    TimeZone::UTC.to_datetime(occasion.occurred_at).date()
}

fn propose(proposal: &ActionProposal, occasion: &Occasion) -> Result<ActionEvent, ActionRejection> {
    if proposal.causes.is_empty() {
        return Err(ActionRejection::CauseMissing);
    }
    due_is_ahead(proposal.due, occasion)?;
    Ok(ActionEvent::Proposed(proposal.clone()))
}

fn due_is_ahead(due: Date, occasion: &Occasion) -> Result<(), ActionRejection> {
    let today = today(occasion);
    if due < today {
        return Err(ActionRejection::DuePassed { today, due });
    }
    Ok(())
}

fn reschedule(
    plan: &Plan,
    change: &Rescheduling,
    occasion: &Occasion,
) -> Result<ActionEvent, ActionRejection> {
    if change.grounds.is_empty() {
        return Err(ActionRejection::GroundsMissing("reschedule"));
    }
    due_is_ahead(change.due, occasion)?;
    if change.due == plan.due {
        return Err(ActionRejection::DueUnchanged(plan.due));
    }
    Ok(ActionEvent::Rescheduled(change.clone()))
}

fn check_effect(
    plan: &Plan,
    check: &EffectCheck,
    occasion: &Occasion,
) -> Result<ActionEvent, ActionRejection> {
    if occasion.actor.id == plan.proposal.owner {
        return Err(ActionRejection::CheckedByOwner(plan.proposal.owner.clone()));
    }
    let EffectCheck { from, until, .. } = *check;
    if let Some(done) = plan.completed_on
        && from <= done
    {
        return Err(ActionRejection::CountedTooEarly { done, from });
    }
    if until < from || today(occasion) <= until {
        return Err(ActionRejection::PeriodNotOver { from, until });
    }
    Ok(ActionEvent::EffectChecked(check.clone()))
}

fn remediate(remediation: &Remediation) -> Result<ActionEvent, ActionRejection> {
    let Remediation { affected, reached, paid } = *remediation;
    if affected == 0 {
        return Err(ActionRejection::NobodyAffected);
    }
    if reached > affected {
        return Err(ActionRejection::MoreReachedThanAffected { affected, reached });
    }
    match paid {
        Some(money) if !money.is_positive() => Err(ActionRejection::AmountNotPositive(money)),
        Some(money) if money.is_finer_than_minor_unit() => {
            Err(ActionRejection::AmountFinerThanMinorUnit(money))
        }
        Some(_) | None => Ok(ActionEvent::CustomersRemediated(remediation.clone())),
    }
}

/// What is said of its effect must have been counted, and the last count must show it.
fn close(plan: &Plan, closure: &ActionClosure) -> Result<ActionEvent, ActionRejection> {
    if closure.result != ActionResult::Abandoned {
        let Some(check) = &plan.last_check else {
            return Err(ActionRejection::EffectNotChecked(closure.result));
        };
        let (result, verdict) = (closure.result, check.verdict());
        let EffectCheck { before, after, .. } = *check;
        if result == ActionResult::Effective && verdict != EffectVerdict::Fewer {
            return Err(ActionRejection::EffectNotShown { before, after });
        }
        if result == ActionResult::Inconclusive && verdict != EffectVerdict::Inconclusive {
            return Err(ActionRejection::EffectDecided { verdict });
        }
    }
    Ok(ActionEvent::Closed(closure.clone()))
}

//! What may happen to the rulebook, and why something is refused.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{
    ChangeNumber, ChangeProposal, HouseRules, RuleChange, RulebookCommand, RulebookEvent,
    RulebookRejection as R,
};
use crate::{
    actor::Role,
    aggregate::Occasion,
    cause::CauseTree,
    clock::{Calendar, RulePack},
    complaint::ApprovalLimit,
};

/// Answers a command with the event it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`RulebookRejection`](R) that applies, in the order of that enum.
pub fn decide(
    state: &HouseRules,
    command: &RulebookCommand,
    occasion: &Occasion,
) -> Result<RulebookEvent, R> {
    role_may(occasion.actor.role)?;
    match command {
        RulebookCommand::Propose(proposal) => {
            let expected = u32::from(state.last_change().0).saturating_add(1);
            if u32::from(proposal.change.0) != expected {
                return Err(R::NumberNotNext { expected, found: proposal.change });
            }
            not_in_future(occasion)?;
            may_hold(state, &proposal.rule, proposal.rule.from(), occasion)?;
            Ok(RulebookEvent::ChangeProposed(proposal.clone()))
        }
        RulebookCommand::Approve(approval) => {
            let waiting = waiting(state, approval.change)?;
            not_in_future(occasion)?;
            if waiting.proposer == occasion.actor.id {
                return Err(R::ApprovedByProposer(waiting.proposer.clone()));
            }
            let rule = &waiting.proposal.rule;
            // What was so when it was proposed may be so no more. What names no day holds from that
            // of its approval, which may not have passed either.
            let from = rule.from().unwrap_or_else(|| occasion.day());
            may_hold(state, rule, Some(from), occasion)?;
            Ok(RulebookEvent::ChangeApproved(*approval))
        }
        RulebookCommand::Reject(rejected) => {
            waiting(state, rejected.change)?;
            not_in_future(occasion)?;
            if rejected.grounds.is_empty() {
                return Err(R::GroundsMissing);
            }
            Ok(RulebookEvent::ChangeRejected(rejected.clone()))
        }
    }
}

/// A change that nobody decided, and who proposed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) proposal: ChangeProposal,
    pub(super) proposer: crate::actor::ActorId,
}

fn waiting(state: &HouseRules, change: ChangeNumber) -> Result<&Waiting, R> {
    if change.0 == 0 || change > state.last_change() {
        return Err(R::ChangeUnknown(change));
    }
    state.waiting(change).ok_or(R::ChangeDecided(change))
}

fn role_may(role: Role) -> Result<(), R> {
    match role {
        Role::Supervisor | Role::ComplianceOfficer | Role::CommitteeChair => Ok(()),
        Role::Agent
        | Role::CommitteeMember
        | Role::Auditor
        | Role::Regulator
        | Role::DataProtectionOfficer
        | Role::Administrator
        | Role::Complainant
        | Role::Public
        | Role::System => Err(R::RoleMayNot { role }),
    }
}

fn not_in_future(occasion: &Occasion) -> Result<(), R> {
    if occasion.is_in_future() {
        let Occasion { occurred_at, now, .. } = *occasion;
        return Err(R::OccurredInFuture { occurred_at, now });
    }
    Ok(())
}

/// Whoever enters a change late does not thereby choose for which past it holds: its first day is
/// set against the last of the day they name and today.
fn may_hold(
    state: &HouseRules,
    rule: &RuleChange,
    from: Option<Date>,
    occasion: &Occasion,
) -> Result<(), R> {
    let today = occasion.latest_day();
    if let Some(from) = from
        && from < today
    {
        return Err(R::FromPassed { today, from });
    }
    match rule {
        RuleChange::AdoptPack { file, .. } => {
            RulePack::parse(file)
                .map_err(|error| R::PackUnreadable { problem: error.to_string() })?;
            let supposed = state.clone().with(rule.clone(), today);
            supposed.time_limits().map_err(R::NotAdoptable).map(|_| ())
        }
        RuleChange::RetirePack { pack, from } if !state.is_adopted_on(pack, *from) => {
            Err(R::PackNotAdopted { pack: pack.clone(), from: *from })
        }
        RuleChange::AdoptCalendar { file, .. } => Calendar::parse(file)
            .map(|_| ())
            .map_err(|error| R::CalendarUnreadable { problem: error.to_string() }),
        RuleChange::AdoptCauses { file, .. } => CauseTree::parse(file)
            .map(|_| ())
            .map_err(|error| R::CausesUnreadable { problem: error.to_string() }),
        RuleChange::LimitApproval { limit: ApprovalLimit::UpTo(most), .. }
        | RuleChange::LimitPerson { limit: ApprovalLimit::UpTo(most), .. }
            if *most < Decimal::ZERO =>
        {
            Err(R::LimitNegative)
        }
        RuleChange::RequireOfCommittee { quorum: 0, .. } => Err(R::QuorumZero),
        RuleChange::AdoptTaxonomy { products, .. }
            if products.is_empty() || products.values().any(BTreeSet::is_empty) =>
        {
            Err(R::TaxonomyEmpty)
        }
        RuleChange::LimitTerms { months, terms, .. } if *months == 0 || *terms == 0 => {
            Err(R::TermsZero)
        }
        RuleChange::RetirePack { .. }
        | RuleChange::LimitApproval { .. }
        | RuleChange::LimitPerson { .. }
        | RuleChange::AdoptTaxonomy { .. }
        | RuleChange::RequireOfHandlers { .. }
        | RuleChange::RequireOfCommittee { .. }
        | RuleChange::RetainPersonalData { .. }
        | RuleChange::LimitTerms { .. }
        | RuleChange::RequireOfReports { .. } => Ok(()),
    }
}

//! Remedies: proposed by one person, approved by another where they are large, ended once.

use super::response::may_forgo;
use crate::{
    complaint::{
        ApprovalRefusal, Circumstances, ComplaintEvent, ComplaintRejection, RemedyApproval,
        RemedyFulfilment, RemedyId, RemedyKind, RemedyProposal, RemedyProposed, RemedyResult,
        state::{Approval, Case, Remedy},
    },
    money::Money,
};

/// A remedy that is not money needs no second person. The limit is held to all that was promised in the
/// complaint, and to what may yet be approved: else many small promises pass where one of their sum would not.
pub(super) fn propose(
    case: &Case,
    proposal: &RemedyProposal,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let expected = case.next_remedy();
    if u32::from(proposal.remedy.0) != expected {
        return Err(ComplaintRejection::RemedyNumberNotNext { expected, found: proposal.remedy });
    }
    let kind = proposal.kind;
    let approval_required = match (is_money(kind), &proposal.amount) {
        (true, None) => return Err(ComplaintRejection::AmountMissing { kind }),
        (false, Some(found)) => {
            return Err(ComplaintRejection::AmountNotExpected { kind, found: *found });
        }
        (true, Some(amount)) => {
            payable(*amount)?;
            let whole = with_others(case, *amount, |_| true);
            let is_alone = circumstances.rules.approval_limits.allow(&circumstances.actor, &whole);
            !is_alone || is_beside_another_currency(case, *amount)
        }
        (false, None) => false,
    };
    Ok(ComplaintEvent::RemedyProposed(RemedyProposed {
        proposal: proposal.clone(),
        approval_required,
    }))
}

/// Four eyes: somebody who neither proposed it nor is responsible for the complaint, and may promise as much as then
/// stands in it. What only awaits
/// approval does not stand: its own approval will count this one.
pub(super) fn approve(
    case: &Case,
    approval: &RemedyApproval,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let id = approval.remedy;
    let remedy = not_ended(case, id)?;
    match &remedy.approval {
        Approval::NotRequired => {
            return Err(ApprovalRefusal::ApprovalNotRequired { remedy: id }.into());
        }
        Approval::Given { approver } => {
            return Err(ApprovalRefusal::AlreadyApproved {
                remedy: id,
                approver: approver.clone(),
            }
            .into());
        }
        Approval::Awaited => {}
    }
    let actor = &circumstances.actor;
    if remedy.proposer == actor.id {
        return Err(
            ApprovalRefusal::ApprovedByProposer { remedy: id, proposer: actor.id.clone() }.into()
        );
    }
    if case.handler.as_ref() == Some(&actor.id) {
        return Err(
            ApprovalRefusal::ApprovedByHandler { remedy: id, handler: actor.id.clone() }.into()
        );
    }
    if let Some(amount) = remedy.amount {
        let amount = with_others(case, amount, |other| other.approval != Approval::Awaited);
        let limit = circumstances.rules.approval_limits.of_actor(actor, amount.currency);
        if !limit.allows(amount.amount) {
            return Err(ApprovalRefusal::LimitTooLow { role: actor.role, limit, amount }.into());
        }
    }
    Ok(ComplaintEvent::RemedyApproved(approval.clone()))
}

/// May come before the final response: what can be put right at once should be. To decline needs
/// no approval of what is declined; but what the complainant is owed is not noted away by whoever owes it.
pub(super) fn fulfil(
    case: &Case,
    fulfilment: &RemedyFulfilment,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let id = fulfilment.remedy;
    if fulfilment.result == RemedyResult::Declined && is_owed(case, id) {
        may_forgo(case, circumstances)?;
    }
    let remedy = not_ended(case, id)?;
    in_coins(remedy.amount, fulfilment.paid)?;
    match fulfilment.result {
        RemedyResult::CarriedOut => {
            approved(id, remedy)?;
            paid_as_promised(id, remedy.amount, fulfilment.paid)?;
        }
        RemedyResult::Declined => paid_as_promised(id, None, fulfilment.paid)?,
    }
    Ok(ComplaintEvent::RemedyFulfilled(fulfilment.clone()))
}

/// Whether the complainant is owed it: accepted or approved, or proposed while what a body awarded is owed, which it
/// may be the payment of.
fn is_owed(case: &Case, id: RemedyId) -> bool {
    let is_open = case.remedies.get(&id).is_some_and(|remedy| remedy.result.is_none());
    is_open
        && (case.outstanding_remedies().any(|owed| owed == id)
            || case.outstanding_award().is_some())
}

/// The amount and those of the complaint's other remedies in its currency, as far as they are counted; what was
/// declined is not. A sum too large to be told apart is as large as can be: over any limit in money.
fn with_others(case: &Case, amount: Money, is_counted: impl Fn(&Remedy) -> bool) -> Money {
    let others = case
        .remedies
        .values()
        .filter(|other| other.result != Some(RemedyResult::Declined) && is_counted(other));
    let in_currency =
        others.filter_map(|other| other.amount).filter(|other| other.currency == amount.currency);
    let whole = in_currency.fold(amount.amount, |sum, other| sum.saturating_add(other.amount));
    Money { amount: whole, ..amount }
}

/// Whether something is promised in another currency too: the two have no sum that a limit could be held to.
fn is_beside_another_currency(case: &Case, amount: Money) -> bool {
    let standing = |other: &&Remedy| other.result != Some(RemedyResult::Declined);
    let others = case.remedies.values().filter(standing).filter_map(|other| other.amount);
    others.into_iter().any(|other| other.currency != amount.currency)
}

/// The remedy, if it was proposed and has not come to its end.
fn not_ended(case: &Case, id: RemedyId) -> Result<&Remedy, ComplaintRejection> {
    let remedy = case.remedies.get(&id).ok_or(ComplaintRejection::RemedyUnknown { remedy: id })?;
    match remedy.result {
        Some(result) => Err(ComplaintRejection::RemedyEnded { remedy: id, result }),
        None => Ok(remedy),
    }
}

/// Whether the remedy may be promised to the complainant.
pub(super) fn approved(id: RemedyId, remedy: &Remedy) -> Result<(), ComplaintRejection> {
    match remedy.approval {
        Approval::Awaited => Err(ComplaintRejection::RemedyNotApproved { remedy: id }),
        Approval::NotRequired | Approval::Given { .. } => Ok(()),
    }
}

/// Nobody pays a part of the smallest coin. What was promised so before that was refused may be paid as it
/// was promised.
fn in_coins(promised: Option<Money>, paid: Option<Money>) -> Result<(), ComplaintRejection> {
    let promised = promised.map_or(0, |promised| promised.amount.scale());
    match paid {
        Some(found) if found.is_finer_than_minor_unit() && found.amount.scale() > promised => {
            Err(ComplaintRejection::AmountFinerThanMinorUnit { found })
        }
        Some(_) | None => Ok(()),
    }
}

/// More would pass by the approval, less would break the promise, and another currency is neither.
fn paid_as_promised(
    remedy: RemedyId,
    promised: Option<Money>,
    paid: Option<Money>,
) -> Result<(), ComplaintRejection> {
    match (promised, paid) {
        (Some(expected), None) => Err(ComplaintRejection::PaymentMissing { remedy, expected }),
        (None, Some(found)) => Err(ComplaintRejection::PaymentNotExpected { remedy, found }),
        (Some(expected), Some(found)) if expected != found => {
            Err(ComplaintRejection::PaymentDiffers { remedy, expected, found })
        }
        (None, None) | (Some(_), Some(_)) => Ok(()),
    }
}

/// Whether such an amount can be paid at all: more than nothing, in whole coins.
pub(super) fn payable(found: Money) -> Result<(), ComplaintRejection> {
    if !found.is_positive() {
        return Err(ComplaintRejection::AmountNotPositive { found });
    }
    if found.is_finer_than_minor_unit() {
        return Err(ComplaintRejection::AmountFinerThanMinorUnit { found });
    }
    Ok(())
}

fn is_money(kind: RemedyKind) -> bool {
    match kind {
        RemedyKind::Refund | RemedyKind::Compensation | RemedyKind::Goodwill => true,
        RemedyKind::Repair
        | RemedyKind::Replacement
        | RemedyKind::Correction
        | RemedyKind::Apology
        | RemedyKind::Explanation => false,
    }
}

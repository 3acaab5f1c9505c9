use super::{
    super::{
        ActionApproval, ActionClosure, ActionCommand as C, ActionEvent as E, ActionRejection as R,
        ActionResult, Completion, EffectVerdict,
    },
    approved, check, checked, close, completed, person, proposal, remediation, workplace,
};
use crate::{actor::Role, story::given};

#[test]
fn an_action_goes_from_its_cause_to_the_proof_of_its_effect() {
    given(workplace("ana", Role::Agent), vec![])
        .at("2024-06-01T09:00:00Z")
        .after(&C::Propose(proposal()))
        .by("sue", Role::Supervisor)
        .after(&C::Approve(ActionApproval {}))
        .by("ben", Role::Agent)
        .at("2024-06-03T09:00:00Z")
        .after(&C::Complete(Completion {}))
        .by("sue", Role::Supervisor)
        .after(&C::Remediate(remediation(400, 391)))
        .at("2024-09-02T09:00:00Z")
        .after(&C::CheckEffect(check(12, 3)))
        .when(&close(ActionResult::Effective))
        .then(E::Closed(ActionClosure { result: ActionResult::Effective }));
}

#[test]
fn nothing_is_effective_that_no_later_complaints_were_counted_for() {
    given(workplace("sue", Role::Supervisor), completed())
        .when(&close(ActionResult::Effective))
        .then_rejected(R::EffectNotChecked(ActionResult::Effective));
}

#[test]
fn what_did_not_lower_the_count_is_closed_as_such_or_checked_again_later() {
    let same = given(workplace("sue", Role::Supervisor), checked(4, 4));
    same.clone()
        .when(&close(ActionResult::Effective))
        .then_rejected(R::EffectNotShown { before: 4, after: 4 });
    same.clone()
        .when(&close(ActionResult::Inconclusive))
        .then_rejected(R::EffectDecided { verdict: EffectVerdict::NotFewer });
    same.clone()
        .when(&close(ActionResult::NotEffective))
        .then(E::Closed(ActionClosure { result: ActionResult::NotEffective }));
    let fewer = same.after(&C::CheckEffect(check(4, 1)));
    fewer
        .clone()
        .when(&close(ActionResult::Effective))
        .then_rejected(R::EffectNotShown { before: 4, after: 1 });
    fewer
        .clone()
        .when(&close(ActionResult::Inconclusive))
        .then(E::Closed(ActionClosure { result: ActionResult::Inconclusive }));
    fewer
        .after(&C::CheckEffect(check(9, 1)))
        .when(&close(ActionResult::Effective))
        .then(E::Closed(ActionClosure { result: ActionResult::Effective }));
}

#[test]
fn nobody_approves_what_they_proposed_or_checks_what_they_did() {
    given(workplace("ana", Role::Supervisor), vec![])
        .after(&C::Propose(proposal()))
        .when(&C::Approve(ActionApproval {}))
        .then_rejected(R::ApprovedByProposer(person("ana")));
    given(workplace("ben", Role::Supervisor), completed())
        .when(&C::CheckEffect(check(4, 1)))
        .then_rejected(R::CheckedByOwner(person("ben")));
}

#[test]
fn what_is_given_up_needs_no_proof() {
    given(workplace("sue", Role::Supervisor), approved())
        .when(&close(ActionResult::Abandoned))
        .then(E::Closed(ActionClosure { result: ActionResult::Abandoned }));
}

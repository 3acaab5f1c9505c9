mod ladders;
mod stories;

use super::{
    Action, ActionApproval, ActionClosure, ActionCommand as C, ActionEvent as E, ActionKind,
    ActionOrigin, ActionProposal, ActionRejected, ActionRejection as R, ActionResult, Completion,
    EffectCheck, Remediation, Rescheduling,
};
use crate::{
    Fact,
    actor::Role,
    codes::tests::agrees,
    label::Label,
    story::{self, Chapter, actor, person, world_of_occasions},
};

const NOW: &str = "2024-09-02T09:00:00Z";

world_of_occasions!(Workplace, Action);

pub(super) fn workplace(who: &str, role: Role) -> Workplace {
    Workplace { occasion: story::occasion(&actor(who, role), NOW) }
}

pub(super) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

pub(super) fn proposal() -> ActionProposal {
    ActionProposal {
        title: label("check fee notices before they go out"),
        kind: ActionKind::Corrective,
        origin: ActionOrigin::RecurringCause,
        causes: vec![label("process/fee-notice")],
        product: Some(label("Card")),
        reference: None,
        owner: person("ben"),
        due: "2024-09-30".parse().unwrap(),
    }
}

/// In June, by whoever proposes it, approves it and carries it out.
pub(super) fn by(who: &str, event: E) -> Fact<E> {
    story::past(event, who, Role::Supervisor, "2024-06-03T09:00:00Z")
}

pub(super) fn proposed() -> Vec<Fact<E>> {
    vec![by("ana", E::Proposed(proposal()))]
}

pub(super) fn approved() -> Vec<Fact<E>> {
    let mut history = proposed();
    history.push(by("sue", E::Approved(ActionApproval {})));
    history
}

pub(super) fn completed() -> Vec<Fact<E>> {
    let mut history = approved();
    history.push(by("ben", E::Completed(Completion {})));
    history
}

pub(super) fn check(before: u64, after: u64) -> EffectCheck {
    EffectCheck {
        from: "2024-06-04".parse().unwrap(),
        until: "2024-08-31".parse().unwrap(),
        before,
        after,
        counted_up_to: 5_000,
    }
}

pub(super) fn checked(before: u64, after: u64) -> Vec<Fact<E>> {
    let mut history = completed();
    history.push(by("sue", E::EffectChecked(check(before, after))));
    history
}

pub(super) fn close(result: ActionResult) -> C {
    C::Close(ActionClosure { result })
}

pub(super) fn remediation(affected: u64, reached: u64) -> Remediation {
    Remediation { affected, reached, paid: None }
}

fn one_of_each() -> Vec<(Workplace, C)> {
    let sue = || workplace("sue", Role::Supervisor);
    let moved =
        Rescheduling { due: "2024-10-31".parse().unwrap(), grounds: vec![label("supplier late")] };
    vec![
        (workplace("ana", Role::Agent), C::Propose(proposal())),
        (sue(), C::Approve(ActionApproval {})),
        (sue(), C::Reject(ActionRejected { grounds: vec![label("done elsewhere")] })),
        (sue(), C::Reschedule(moved)),
        (workplace("ben", Role::Agent), C::Complete(Completion {})),
        (sue(), C::CheckEffect(check(12, 3))),
        (sue(), C::Remediate(remediation(400, 391))),
        (sue(), close(ActionResult::Effective)),
    ]
}

/// The action's chapter of docs/process.md.
pub(crate) fn chapter() -> Chapter<Workplace> {
    let mut ended = checked(12, 3);
    ended.push(by("sue", E::Closed(ActionClosure { result: ActionResult::Effective })));
    Chapter {
        title: "Actions",
        about: "`ana` proposes, `sue` decides and checks, `ben` is the owner. *Checked* has fewer complaints after it\n\
                than before; the closing is as effective.",
        states: vec![
            ("unknown", vec![]),
            ("proposed", proposed()),
            ("approved", approved()),
            ("done", completed()),
            ("checked", checked(12, 3)),
            ("closed", ended),
        ],
        commands: one_of_each(),
        codes: R::CODES,
        examples: ladders::examples(),
    }
}

#[test]
fn the_code_of_every_value_is_its_stored_name() {
    agrees(ActionKind::ALL, ActionKind::code);
    agrees(ActionOrigin::ALL, ActionOrigin::code);
    agrees(ActionResult::ALL, ActionResult::code);
}

#[test]
fn the_codes_stand_in_the_order_of_the_enum() {
    let of_enum = story::variants(include_str!("rejection.rs"), "pub enum ActionRejection {");
    assert_eq!(of_enum.collect::<Vec<_>>(), R::CODES);
}

#[test]
fn every_command_is_taken_somewhere_in_the_table() {
    let chapter = chapter();
    let names: Vec<_> = chapter.commands.iter().map(|(_, command)| command.name()).collect();
    assert_eq!(names, C::NAMES);
    assert!(chapter.silent().is_empty());
}

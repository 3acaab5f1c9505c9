//! The order in which reasons win, and that every one is reached.

use std::collections::BTreeMap;

use super::{
    super::{
        ActionApproval, ActionCommand as C, ActionEvent as E, ActionRejected, ActionRejection as R,
        ActionResult, Completion, Rescheduling,
    },
    Workplace, approved, by, check, checked, close, completed, label, person, proposal, proposed,
    remediation, workplace,
};
use crate::{
    actor::Role,
    story::{Attempt, Ladder, actor, climb, reaches_all, time},
};

pub(super) fn examples() -> BTreeMap<&'static str, String> {
    climb(ladders(), R::CODES)
}

#[test]
fn reasons_win_in_the_order_of_the_list_and_every_one_is_reached() {
    reaches_all(&examples(), R::CODES);
}

type It = Attempt<Workplace>;

fn ladders() -> Vec<Ladder<Workplace>> {
    let mut all = deciding();
    all.extend(carrying_out());
    all.extend(judging());
    all
}

fn sue() -> Workplace {
    workplace("sue", Role::Supervisor)
}

fn tomorrow(it: &mut It) {
    it.world.occasion.occurred_at = time("2024-09-03T09:00:00Z");
}

fn now_is_now(it: &mut It) {
    it.world.occasion.now = it.world.occasion.occurred_at;
}

fn proposal_of(it: &mut It) -> &mut super::ActionProposal {
    let C::Propose(proposal) = &mut it.command else { panic!("a proposal") };
    proposal
}

fn deciding() -> Vec<Ladder<Workplace>> {
    let mut bad = proposal();
    bad.causes.clear();
    bad.due = "2024-09-01".parse().unwrap();
    vec![
        (
            Attempt::new(workplace("x", Role::Public), proposed(), C::Propose(bad)),
            vec![
                ("role-may-not", |it| it.world.occasion.actor = actor("ana", Role::Agent)),
                ("already-proposed", |it| {
                    it.history.clear();
                    tomorrow(it);
                }),
                ("occurred-in-future", now_is_now),
                ("cause-missing", |it| {
                    proposal_of(it).causes = vec![label("process/fee-notice")];
                }),
                ("due-passed", |it| proposal_of(it).due = "2024-09-03".parse().unwrap()),
            ],
        ),
        (
            Attempt::new(workplace("ana", Role::Supervisor), vec![], C::Approve(ActionApproval {})),
            vec![
                ("not-proposed", |it| {
                    it.history = checked(2, 1);
                    let closure = super::ActionClosure { result: ActionResult::Effective };
                    it.history.push(by("sue", E::Closed(closure)));
                }),
                ("ended", |it| it.history = approved()),
                ("already-approved", |it| {
                    it.history = proposed();
                    tomorrow(it);
                }),
                ("occurred-in-future", now_is_now),
                ("approved-by-proposer", |it| it.world.occasion.actor.id = person("sue")),
            ],
        ),
        (
            Attempt::new(sue(), proposed(), C::Reject(ActionRejected { grounds: vec![] })),
            vec![("grounds-missing", |it| {
                it.command = C::Reject(ActionRejected { grounds: vec![label("too dear")] });
            })],
        ),
    ]
}

fn rescheduling_of(it: &mut It) -> &mut Rescheduling {
    let C::Reschedule(change) = &mut it.command else { panic!("a rescheduling") };
    change
}

fn carrying_out() -> Vec<Ladder<Workplace>> {
    let change = Rescheduling { due: "2024-08-01".parse().unwrap(), grounds: vec![] };
    vec![
        (
            Attempt::new(sue(), proposed(), C::Reschedule(change)),
            vec![
                ("not-approved", |it| it.history = completed()),
                ("already-completed", |it| it.history = approved()),
                ("grounds-missing", |it| rescheduling_of(it).grounds = vec![label("late")]),
                ("due-passed", |it| rescheduling_of(it).due = "2024-09-30".parse().unwrap()),
                ("due-unchanged", |it| rescheduling_of(it).due = "2024-10-01".parse().unwrap()),
            ],
        ),
        (
            Attempt::new(sue(), completed(), C::Complete(Completion {})),
            vec![
                ("already-completed", |it| {
                    it.history = approved();
                    tomorrow(it);
                }),
                ("occurred-in-future", now_is_now),
                ("not-the-owner", |it| it.world.occasion.actor.id = person("ben")),
            ],
        ),
        (
            Attempt::new(sue(), proposed(), C::Remediate(remediation(0, 5))),
            vec![
                ("not-approved", |it| it.history = approved()),
                ("nobody-affected", |it| it.command = C::Remediate(remediation(4, 5))),
                ("more-reached-than-affected", |it| {
                    let mut remediation = remediation(5, 5);
                    remediation.paid = Some(crate::money::Money {
                        amount: 0.into(),
                        currency: iso_currency::Currency::GBP,
                    });
                    it.command = C::Remediate(remediation);
                }),
                ("amount-not-positive", |it| {
                    let mut remediation = remediation(5, 5);
                    remediation.paid = Some(crate::money::Money {
                        amount: "0.5".parse().unwrap(),
                        currency: iso_currency::Currency::JPY,
                    });
                    it.command = C::Remediate(remediation);
                }),
                ("amount-finer-than-minor-unit", |it| {
                    it.command = C::Remediate(remediation(5, 5));
                }),
            ],
        ),
    ]
}

fn judging() -> Vec<Ladder<Workplace>> {
    let mut early = check(2, 1);
    early.from = "2024-06-03".parse().unwrap();
    early.until = "2024-09-02".parse().unwrap();
    vec![
        (
            Attempt::new(workplace("ben", Role::Agent), approved(), C::CheckEffect(early)),
            vec![
                ("not-completed", |it| it.history = completed()),
                ("checked-by-owner", |it| it.world.occasion.actor.id = person("sue")),
                ("counted-too-early", |it| {
                    let mut unfinished = check(2, 1);
                    unfinished.until = "2024-09-02".parse().unwrap();
                    it.command = C::CheckEffect(unfinished);
                }),
                ("period-not-over", |it| it.command = C::CheckEffect(check(2, 1))),
            ],
        ),
        (
            Attempt::new(sue(), completed(), close(ActionResult::Effective)),
            vec![
                ("effect-not-checked", |it| it.history = checked(2, 2)),
                ("effect-not-shown", |it| it.history = checked(9, 1)),
            ],
        ),
        (
            Attempt::new(sue(), completed(), close(ActionResult::Inconclusive)),
            vec![
                ("effect-not-checked", |it| it.history = checked(9, 1)),
                ("effect-decided", |it| it.history = checked(9, 8)),
            ],
        ),
    ]
}

//! People who may not take it on, or may not bind the company.

use super::super::{
    super::{
        builders::{approval, assigned, proposed_over_limit, received, refund, to},
        people::{away_always, basics_required, in_this, left, staff, this_complaint, trained},
    },
    Attempt, Rung,
};
use crate::{
    actor::Role,
    complaint::ComplaintCommand as C,
    staff::{RoleChange, StaffEvent as S},
};

pub(super) fn know(it: &mut Attempt, account: &str, since: Vec<S>) {
    it.given = it.given.clone().knowing(account, staff(account, since));
}

pub(super) fn people() -> Vec<(Attempt, Vec<Rung>)> {
    let mut taking_on = Attempt::new([received()], C::Assign(to("ana")));
    taking_on.given.rules.handlers = basics_required();
    taking_on.given.complaint = Some(this_complaint());
    let history = [received(), assigned("ana"), proposed_over_limit(refund(1, "900"))];
    let mut binding =
        Attempt::new(history, C::ApproveRemedy(approval(1))).by("sue", Role::Supervisor);
    binding.given.complaint = Some(this_complaint());
    know(&mut binding, "sue", vec![in_this()]);
    vec![
        (
            taking_on,
            vec![
                ("handler-not-joined", |it| {
                    know(it, "ana", vec![in_this(), away_always(), left()]);
                }),
                ("handler-left", |it| know(it, "ana", vec![in_this(), away_always()])),
                ("handler-absent", |it| know(it, "ana", vec![in_this()])),
                ("handler-untrained", |it| {
                    know(it, "ana", vec![in_this(), trained("2099-12-31")]);
                }),
                ("interest-declared", |it| know(it, "ana", vec![trained("2099-12-31")])),
            ],
        ),
        (
            binding,
            vec![
                ("role-not-held", |it| {
                    let granted = S::RoleGranted(RoleChange { role: Role::Supervisor });
                    know(it, "sue", vec![granted, in_this()]);
                }),
                ("interest-declared", |it| {
                    know(it, "sue", vec![S::RoleGranted(RoleChange { role: Role::Supervisor })]);
                }),
            ],
        ),
    ]
}

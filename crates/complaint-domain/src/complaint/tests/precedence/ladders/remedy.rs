//! Wrong remedies.

use super::{
    super::{
        super::{
            builders::{
                answered, apology, approval, assigned, declined, done, fulfilled, gbp, offering,
                over_to, paid, proposed, proposed_over_limit, received, refund, responded,
            },
            harness::{Told, actor, past},
        },
        Attempt, Rung,
    },
    drop_entry,
};
use crate::{
    actor::Role,
    complaint::{
        Answer, ComplaintCommand as C, ComplaintEvent as E, RemedyFulfilment, RemedyId, RemedyKind,
        RemedyProposal,
    },
};

pub(super) fn remedies() -> Vec<(Attempt, Vec<Rung>)> {
    vec![
        propose_remedy(),
        approve_remedy(),
        fulfil_remedy(),
        decline_what_was_accepted(),
        pay_for_an_apology(),
    ]
}

fn propose_remedy() -> (Attempt, Vec<Rung>) {
    fn proposal(attempt: &mut Attempt) -> &mut RemedyProposal {
        let C::ProposeRemedy(proposal) = &mut attempt.command else {
            panic!("expected a proposal");
        };
        proposal
    }
    (
        Attempt::new(
            [received()],
            C::ProposeRemedy(RemedyProposal { amount: None, ..refund(2, "1") }),
        ),
        vec![
            ("nobody-responsible", |it| it.history.push(assigned("ana"))),
            ("remedy-number-not-next", |it| proposal(it).remedy = RemedyId(1)),
            ("amount-missing", |it| {
                proposal(it).amount = Some(gbp("-5"));
                proposal(it).kind = RemedyKind::Apology;
            }),
            ("amount-not-expected", |it| proposal(it).kind = RemedyKind::Refund),
            ("amount-not-positive", |it| proposal(it).amount = Some(gbp("5.005"))),
            ("amount-finer-than-minor-unit", |it| proposal(it).amount = Some(gbp("5"))),
        ],
    )
}

fn approve_remedy() -> (Attempt, Vec<Rung>) {
    (
        Attempt::new([received(), assigned("ana")], C::ApproveRemedy(approval(1))),
        vec![
            ("remedy-unknown", |it| {
                it.history.extend([proposed(refund(1, "900")), fulfilled(declined(1))]);
            }),
            ("remedy-ended", |it| drop_entry(it, |event| matches!(event, E::RemedyFulfilled(_)))),
            ("approval-not-required", |it| {
                let approved = past(E::RemedyApproved(approval(1))).by("sue", Role::Supervisor);
                drop_entry(it, |event| matches!(event, E::RemedyProposed(_)));
                it.history.extend([proposed_over_limit(refund(1, "900")), approved]);
            }),
            ("already-approved", |it| {
                drop_entry(it, |event| matches!(event, E::RemedyApproved(_)));
            }),
            ("approved-by-proposer", |it| {
                it.history.push(past(E::Reassigned(over_to("ben"))));
                it.given.actor = actor("ben", Role::Agent);
            }),
            ("approved-by-handler", |it| it.given.actor = actor("cleo", Role::Agent)),
            ("limit-too-low", |it| it.given.actor = actor("sue", Role::Supervisor)),
        ],
    )
}

fn fulfil_remedy() -> (Attempt, Vec<Rung>) {
    (
        Attempt::new([received()], C::FulfilRemedy(done(1))),
        vec![
            ("nobody-responsible", |it| it.history.push(assigned("ana"))),
            ("remedy-unknown", |it| {
                it.history.extend([proposed_over_limit(refund(1, "900")), fulfilled(declined(1))]);
            }),
            ("remedy-ended", |it| drop_entry(it, |event| matches!(event, E::RemedyFulfilled(_)))),
            ("remedy-not-approved", |it| {
                it.history.push(past(E::RemedyApproved(approval(1))).by("sue", Role::Supervisor));
            }),
            ("payment-missing", |it| it.command = C::FulfilRemedy(paid(1, "901"))),
            ("payment-differs", |it| it.command = C::FulfilRemedy(paid(1, "900"))),
        ],
    )
}

/// What the complainant accepted is no longer wanted, says whoever owes it.
fn decline_what_was_accepted() -> (Attempt, Vec<Rung>) {
    let history = [
        received(),
        assigned("ana"),
        proposed(apology(1)),
        responded(offering(&[1])),
        answered(Answer::Accepted),
    ];
    (
        Attempt::new(
            history,
            C::FulfilRemedy(RemedyFulfilment { paid: Some(gbp("5")), ..declined(1) }),
        ),
        vec![
            ("debt-stands", |it| it.given.actor = actor("sue", Role::Supervisor)),
            ("payment-not-expected", |it| it.command = C::FulfilRemedy(declined(1))),
        ],
    )
}

fn pay_for_an_apology() -> (Attempt, Vec<Rung>) {
    (
        Attempt::new(
            [received(), assigned("ana"), proposed(apology(1)), fulfilled(done(1))],
            C::FulfilRemedy(paid(1, "5")),
        ),
        vec![
            ("remedy-ended", |it| drop_entry(it, |event| matches!(event, E::RemedyFulfilled(_)))),
            ("payment-not-expected", |it| it.command = C::FulfilRemedy(done(1))),
        ],
    )
}

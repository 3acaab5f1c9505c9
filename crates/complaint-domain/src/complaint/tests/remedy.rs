use iso_currency::Currency;

use super::{
    builders::{
        apology, approval, assigned, declined, done, fulfilled, gbp, paid, proposed,
        proposed_over_limit, received, refund,
    },
    harness::{Told, given, past, person},
};
use crate::{
    actor::Role,
    complaint::{
        ApprovalLimit, ApprovalLimits, ApprovalRefusal, ComplaintCommand as C, ComplaintEvent as E,
        ComplaintRejection as R, ComplaintRules, RemedyFulfilment, RemedyId, RemedyKind,
        RemedyProposal, RemedyProposed, RemedyResult,
    },
    money::Money,
};

const FIRST: RemedyId = RemedyId(1);

fn standing(proposal: RemedyProposal) -> E {
    E::RemedyProposed(RemedyProposed { proposal, approval_required: false })
}

fn awaiting(proposal: RemedyProposal) -> E {
    E::RemedyProposed(RemedyProposed { proposal, approval_required: true })
}

#[test]
fn an_agent_may_promise_up_to_the_limit_alone() {
    let given = given([received(), assigned("ana")]);
    given.clone().when(&C::ProposeRemedy(refund(1, "200.00"))).then(standing(refund(1, "200.00")));
    given.when(&C::ProposeRemedy(refund(1, "200.01"))).then(awaiting(refund(1, "200.01")));
}

#[test]
fn the_limit_is_held_to_all_that_is_promised_in_one_complaint() {
    let given = given([received(), assigned("ana"), proposed(refund(1, "150"))]);
    let (rest, more) = (refund(2, "50"), refund(2, "50.01"));
    given.clone().when(&C::ProposeRemedy(rest.clone())).then(standing(rest));
    given.clone().when(&C::ProposeRemedy(more.clone())).then(awaiting(more.clone()));
    // What was paid is promised; so is what awaits approval, for it may yet be approved.
    let paid = given.clone().after(&C::FulfilRemedy(paid(1, "150")));
    paid.when(&C::ProposeRemedy(more.clone())).then(awaiting(more));
    given
        .after(&C::ProposeRemedy(refund(2, "900")))
        .when(&C::ProposeRemedy(refund(3, "1")))
        .then(awaiting(refund(3, "1")));
}

#[test]
fn what_was_declined_leaves_the_limit_as_it_is_and_a_second_currency_needs_a_second_person() {
    let given = given([received(), assigned("ana"), proposed(refund(1, "150"))]);
    let next = refund(2, "200");
    let after = given.clone().after(&C::FulfilRemedy(declined(1)));
    after.when(&C::ProposeRemedy(next.clone())).then(standing(next));
    let euros = Money { currency: Currency::EUR, ..gbp("200") };
    let next = RemedyProposal { amount: Some(euros), ..refund(2, "1") };
    given.clone().when(&C::ProposeRemedy(next.clone())).then(awaiting(next.clone()));
    let after = given.after(&C::FulfilRemedy(declined(1)));
    after.when(&C::ProposeRemedy(next.clone())).then(standing(next));
}

#[test]
fn whoever_approves_may_promise_all_that_stands_with_it() {
    let first = proposed_over_limit(refund(1, "6000"));
    let second = proposed_over_limit(refund(2, "4000.01"));
    let given = given([received(), assigned("ana"), first, second]).by("sue", Role::Supervisor);
    // Either alone, whichever it is: what only awaits approval does not stand.
    given.clone().when(&C::ApproveRemedy(approval(2))).then(E::RemedyApproved(approval(2)));
    let one = given.after(&C::ApproveRemedy(approval(1)));
    let limit = ApprovalLimit::UpTo(10_000.into());
    one.clone().when(&C::ApproveRemedy(approval(2))).then_rejected(
        ApprovalRefusal::LimitTooLow { role: Role::Supervisor, limit, amount: gbp("10000.01") }
            .into(),
    );
    one.by("cho", Role::CommitteeChair)
        .when(&C::ApproveRemedy(approval(2)))
        .then(E::RemedyApproved(approval(2)));
}

#[test]
fn a_currency_without_a_limit_needs_approval_for_any_amount() {
    let yen = Money { amount: 1.into(), currency: Currency::JPY };
    let proposal = RemedyProposal { amount: Some(yen), ..refund(1, "1") };
    given([received(), assigned("ana")])
        .by("sue", Role::Supervisor)
        .when(&C::ProposeRemedy(proposal.clone()))
        .then(awaiting(proposal));
}

#[test]
fn a_remedy_without_money_needs_no_second_person() {
    given([received(), assigned("ana")])
        .when(&C::ProposeRemedy(apology(1)))
        .then(standing(apology(1)));
}

#[test]
fn remedies_are_numbered_without_gaps() {
    let given = given([received(), assigned("ana"), proposed(apology(1))]);
    for number in [0, 1, 3] {
        given
            .clone()
            .when(&C::ProposeRemedy(apology(number)))
            .then_rejected(R::RemedyNumberNotNext { expected: 2, found: RemedyId(number) });
    }
    given.when(&C::ProposeRemedy(apology(2))).then(standing(apology(2)));
}

#[test]
fn after_the_last_number_there_is_no_other() {
    given([received(), assigned("ana"), proposed(apology(u16::MAX))])
        .when(&C::ProposeRemedy(apology(u16::MAX)))
        .then_rejected(R::RemedyNumberNotNext { expected: 65_536, found: RemedyId(u16::MAX) });
}

#[test]
fn money_has_an_amount_and_nothing_else_has() {
    let given = given([received(), assigned("ana")]);
    for kind in [RemedyKind::Refund, RemedyKind::Compensation, RemedyKind::Goodwill] {
        given
            .clone()
            .when(&C::ProposeRemedy(RemedyProposal { kind, ..apology(1) }))
            .then_rejected(R::AmountMissing { kind });
    }
    let others = [
        RemedyKind::Repair,
        RemedyKind::Replacement,
        RemedyKind::Correction,
        RemedyKind::Apology,
        RemedyKind::Explanation,
    ];
    for kind in others {
        given
            .clone()
            .when(&C::ProposeRemedy(RemedyProposal { kind, ..refund(1, "5") }))
            .then_rejected(R::AmountNotExpected { kind, found: gbp("5") });
    }
}

#[test]
fn nobody_is_promised_nothing_or_less() {
    for amount in ["0", "0.00", "-5"] {
        given([received(), assigned("ana")])
            .when(&C::ProposeRemedy(refund(1, amount)))
            .then_rejected(R::AmountNotPositive { found: gbp(amount) });
    }
}

#[test]
fn nobody_is_promised_a_part_of_the_smallest_coin() {
    let (yen, dinar) = (Currency::JPY, Currency::KWD);
    for (amount, currency) in
        [("5.005", Currency::GBP), ("5.000", Currency::GBP), ("0.5", yen), ("1.0001", dinar)]
    {
        let found = Money { amount: amount.parse().unwrap(), currency };
        let proposal = RemedyProposal { amount: Some(found), ..refund(1, "1") };
        given([received(), assigned("ana")])
            .when(&C::ProposeRemedy(proposal))
            .then_rejected(R::AmountFinerThanMinorUnit { found });
    }
}

#[test]
fn each_currency_may_be_promised_down_to_its_smallest_coin() {
    let promised = |amount: &str, currency| {
        let amount = Some(Money { amount: amount.parse().unwrap(), currency });
        RemedyProposal { amount, ..refund(1, "1") }
    };
    let given = given([received(), assigned("ana")]);
    let pence = promised("5.01", Currency::GBP);
    given.clone().when(&C::ProposeRemedy(pence.clone())).then(standing(pence));
    for proposal in [promised("5", Currency::JPY), promised("1.001", Currency::KWD)] {
        given.clone().when(&C::ProposeRemedy(proposal.clone())).then(awaiting(proposal));
    }
}

#[test]
fn a_second_person_with_a_higher_limit_approves() {
    given([received(), assigned("ana"), proposed_over_limit(refund(1, "900"))])
        .by("sue", Role::Supervisor)
        .when(&C::ApproveRemedy(approval(1)))
        .then(E::RemedyApproved(approval(1)));
}

#[test]
fn nobody_approves_their_own_proposal_not_even_in_a_higher_role() {
    given([received(), assigned("ana"), proposed_over_limit(refund(1, "900"))])
        .by("ana", Role::Supervisor)
        .when(&C::ApproveRemedy(approval(1)))
        .then_rejected(
            ApprovalRefusal::ApprovedByProposer { remedy: FIRST, proposer: person("ana") }.into(),
        );
}

#[test]
fn whoever_is_responsible_for_a_complaint_is_no_second_person_for_its_remedies() {
    let proposed = past(E::RemedyProposed(RemedyProposed {
        proposal: refund(1, "900"),
        approval_required: true,
    }))
    .by("ben", Role::Agent);
    let handled = given([received(), assigned("sue"), proposed]);
    handled.clone().by("sue", Role::Supervisor).when(&C::ApproveRemedy(approval(1))).then_rejected(
        ApprovalRefusal::ApprovedByHandler { remedy: FIRST, handler: person("sue") }.into(),
    );
    handled
        .by("tom", Role::Supervisor)
        .when(&C::ApproveRemedy(approval(1)))
        .then(E::RemedyApproved(approval(1)));
}

#[test]
fn a_second_person_without_a_higher_limit_does_not_help() {
    let given = given([received(), assigned("ana"), proposed_over_limit(refund(1, "20000"))]);
    let agents = ApprovalLimit::UpTo(200.into());
    let supervisors = ApprovalLimit::UpTo(10_000.into());
    for (role, limit) in [
        (Role::Agent, agents),
        (Role::Supervisor, supervisors),
        (Role::CommitteeMember, ApprovalLimit::Nothing),
    ] {
        given.clone().by("bob", role).when(&C::ApproveRemedy(approval(1))).then_rejected(
            ApprovalRefusal::LimitTooLow { role, limit, amount: gbp("20000") }.into(),
        );
    }
    given
        .by("cho", Role::CommitteeChair)
        .when(&C::ApproveRemedy(approval(1)))
        .then(E::RemedyApproved(approval(1)));
}

#[test]
fn the_rulebook_sets_the_limits() {
    let rules = ComplaintRules {
        approval_limits: ApprovalLimits::none().with(
            Role::Agent,
            Currency::GBP,
            ApprovalLimit::UpTo(5.into()),
        ),
        ..ComplaintRules::default()
    };
    let given = given([received(), assigned("ana")]).under(rules);
    given.clone().when(&C::ProposeRemedy(refund(1, "5"))).then(standing(refund(1, "5")));
    given.when(&C::ProposeRemedy(refund(1, "6"))).then(awaiting(refund(1, "6")));
}

#[test]
fn what_needs_no_approval_or_has_it_is_not_approved_again() {
    given([received(), assigned("ana"), proposed(refund(1, "50"))])
        .by("sue", Role::Supervisor)
        .when(&C::ApproveRemedy(approval(1)))
        .then_rejected(ApprovalRefusal::ApprovalNotRequired { remedy: FIRST }.into());
    let approved = past(E::RemedyApproved(approval(1)));
    let approved = approved.by("sue", Role::Supervisor);
    given([received(), assigned("ana"), proposed_over_limit(refund(1, "900")), approved])
        .by("cho", Role::CommitteeChair)
        .when(&C::ApproveRemedy(approval(1)))
        .then_rejected(
            ApprovalRefusal::AlreadyApproved { remedy: FIRST, approver: person("sue") }.into(),
        );
}

#[test]
fn a_remedy_that_awaits_approval_is_not_carried_out_but_may_be_declined() {
    let given = given([received(), assigned("ana"), proposed_over_limit(refund(1, "900"))]);
    given
        .clone()
        .when(&C::FulfilRemedy(paid(1, "900")))
        .then_rejected(R::RemedyNotApproved { remedy: FIRST });
    given.when(&C::FulfilRemedy(declined(1))).then(E::RemedyFulfilled(declined(1)));
}

#[test]
fn a_payment_has_no_more_digits_than_can_be_paid_or_were_promised() {
    let promised = |amount| given([received(), assigned("ana"), proposed(refund(1, amount))]);
    promised("12.50")
        .when(&C::FulfilRemedy(paid(1, "12.500")))
        .then_rejected(R::AmountFinerThanMinorUnit { found: gbp("12.500") });
    // From before this was refused.
    promised("12.345")
        .when(&C::FulfilRemedy(paid(1, "12.345")))
        .then(E::RemedyFulfilled(paid(1, "12.345")));
}

#[test]
fn a_payment_is_recorded_once() {
    given([received(), assigned("ana"), proposed(refund(1, "50")), fulfilled(paid(1, "50"))])
        .when(&C::FulfilRemedy(paid(1, "50")))
        .then_rejected(R::RemedyEnded { remedy: FIRST, result: RemedyResult::CarriedOut });
}

#[test]
fn what_is_paid_is_what_was_promised() {
    let given = given([received(), assigned("ana"), proposed(refund(1, "50"))]);
    given
        .clone()
        .when(&C::FulfilRemedy(paid(1, "50.00")))
        .then(E::RemedyFulfilled(paid(1, "50.00")));
    given
        .clone()
        .when(&C::FulfilRemedy(done(1)))
        .then_rejected(R::PaymentMissing { remedy: FIRST, expected: gbp("50") });
    let in_dollars = Money { currency: Currency::USD, ..gbp("50") };
    for found in [gbp("49.99"), gbp("5000"), in_dollars] {
        given
            .clone()
            .when(&C::FulfilRemedy(RemedyFulfilment { paid: Some(found), ..done(1) }))
            .then_rejected(R::PaymentDiffers { remedy: FIRST, expected: gbp("50"), found });
    }
}

#[test]
fn nothing_is_paid_for_an_apology_or_for_what_was_declined() {
    let given =
        given([received(), assigned("ana"), proposed(apology(1)), proposed(refund(2, "50"))]);
    given
        .clone()
        .when(&C::FulfilRemedy(paid(1, "50")))
        .then_rejected(R::PaymentNotExpected { remedy: FIRST, found: gbp("50") });
    let declined_and_paid = RemedyFulfilment { paid: Some(gbp("50")), ..declined(2) };
    given
        .clone()
        .when(&C::FulfilRemedy(declined_and_paid))
        .then_rejected(R::PaymentNotExpected { remedy: RemedyId(2), found: gbp("50") });
    given.when(&C::FulfilRemedy(done(1))).then(E::RemedyFulfilled(done(1)));
}

#[test]
fn a_remedy_nobody_proposed_is_neither_approved_nor_carried_out() {
    let given = given([received(), assigned("ana")]).by("sue", Role::Supervisor);
    let unknown = R::RemedyUnknown { remedy: FIRST };
    given.clone().when(&C::ApproveRemedy(approval(1))).then_rejected(unknown.clone());
    given.when(&C::FulfilRemedy(done(1))).then_rejected(unknown);
}

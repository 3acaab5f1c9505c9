use super::{
    super::{
        FollowUp, InspectionClosure, InspectionCommand as C, InspectionEvent as E,
        InspectionRejection as R, InspectionResult,
    },
    abandon, action_for, assessment, card, cleo, drawn, followed_up, label, loan, plan, planned,
    sampled, scored, unclear,
};
use crate::{
    actor::Role,
    review::Part,
    story::{given, person},
};

const DRAW: C = C::Draw(super::DrawOrder {});
const CLOSE: C = C::Close(InspectionClosure {});

#[test]
fn an_inspection_goes_from_its_plan_to_what_is_done_about_what_it_found() {
    given(cleo(), vec![])
        .after(&C::Plan(plan()))
        .by("scheduler", Role::System)
        .after(&DRAW)
        .by("sue", Role::Supervisor)
        .after(&C::Score(unclear(card())))
        .by("eve", Role::CommitteeChair)
        .after(&C::Score(assessment(loan(), Some(2), Some(3))))
        .by("cleo", Role::ComplianceOfficer)
        .after(&C::FollowUp(action_for("letter-clear")))
        .when(&CLOSE)
        .then(E::Closed(InspectionResult { complaints: 2, points: 5, possible: 7, findings: 1 }));
}

#[test]
fn the_sample_is_the_same_whoever_draws_it_and_whenever() {
    for (who, role) in
        [("cleo", Role::ComplianceOfficer), ("sue", Role::Supervisor), ("scheduler", Role::System)]
    {
        for when in ["2024-09-02T09:00:00Z", "2026-01-01T00:00:00Z"] {
            given(cleo(), planned()).by(who, role).at(when).when(&DRAW).then(E::Drawn(drawn()));
        }
    }
}

#[test]
fn nobody_inspects_what_they_handled_or_have_an_interest_in() {
    let handled = given(cleo(), sampled()).where_(|it| it.facts.part = Some(Part::Handled));
    handled
        .when(&C::Score(unclear(card())))
        .then_rejected(R::HasPartInCase { inspector: person("cleo"), part: Part::Handled });
    given(cleo(), sampled())
        .where_(|it| it.facts.has_interest = true)
        .when(&C::Score(unclear(card())))
        .then_rejected(R::InterestDeclared(person("cleo")));
}

#[test]
fn nothing_is_scored_twice_and_nothing_closes_with_a_gap() {
    let one = given(cleo(), sampled()).after(&C::Score(unclear(card())));
    one.clone()
        .by("sue", Role::Supervisor)
        .when(&C::Score(assessment(card(), Some(2), Some(3))))
        .then_rejected(R::AlreadyScored(card()));
    one.when(&CLOSE).then_rejected(R::NotAllScored(1));
    given(cleo(), scored()).when(&CLOSE).then_rejected(R::FollowUpMissing(label("letter-clear")));
}

#[test]
fn what_is_found_after_a_follow_up_needs_one_of_its_own() {
    let none =
        FollowUp::NoneNeeded { criterion: label("letter-clear"), grounds: vec![label("one slip")] };
    given(cleo(), sampled())
        .after(&C::Score(unclear(card())))
        .after(&C::FollowUp(none))
        .after(&C::Score(unclear(loan())))
        .when(&CLOSE)
        .then_rejected(R::FollowUpMissing(label("letter-clear")));
}

#[test]
fn what_does_not_apply_counts_neither_way() {
    given(cleo(), sampled())
        .after(&C::Score(assessment(card(), None, None)))
        .after(&C::Score(assessment(loan(), Some(1), None)))
        .when(&CLOSE)
        .then(E::Closed(InspectionResult { complaints: 2, points: 1, possible: 2, findings: 0 }));
}

#[test]
fn an_inspection_is_given_up_before_or_after_the_draw_and_not_after_its_end() {
    for history in [planned(), sampled(), scored()] {
        given(cleo(), history)
            .after(&abandon())
            .when(&CLOSE)
            .then_rejected(R::Ended { command: "close", how: "abandoned" });
    }
    given(cleo(), followed_up())
        .after(&CLOSE)
        .when(&abandon())
        .then_rejected(R::Ended { command: "abandon", how: "closed" });
}

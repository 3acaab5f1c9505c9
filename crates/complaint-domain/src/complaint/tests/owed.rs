//! What is owed outlasts whoever would rather not give it.

use super::{
    builders::{
        answer, answered, apology, approval, assigned, because, close, coming_to, concluded,
        corrects, decided_by, decides, declined, done, escalation, final_response, gbp, handed_to,
        no_cause_found, not_pursued, offering, over_to, paid, proposed, proposed_over_limit,
        received, referred_to, refund, responded,
    },
    harness::{Given, Told, given, past, person},
};
use crate::{
    Fact,
    actor::Role,
    complaint::{
        Answer, AnswerRefusal, CloseReason, ComplaintCommand as C, ComplaintEvent as E,
        ComplaintRejection as R, CorrectedFact, EscalationReason, ExternalDecision, ExternalResult,
        Outcome, RecourseRefusal, RemedyId,
    },
    review::DecisionEffect,
};

fn taken_up() -> Fact<E> {
    past(E::ReferredExternally(referred_to("Ombudsman")))
}

/// An apology that `ana`, who is responsible, offered and the complainant accepted.
fn accepted() -> Given {
    let offered = [received(), assigned("ana"), proposed(apology(1)), responded(offering(&[1]))];
    given(offered.into_iter().chain([answered(Answer::Accepted)]))
}

fn settled_elsewhere() -> Fact<E> {
    past(E::ExternalDecisionRecorded(decided_by("Ombudsman", None)))
}

#[test]
fn an_accepted_remedy_is_carried_out_or_declined_before_the_end() {
    let given = given([
        received(),
        assigned("ana"),
        proposed(apology(1)),
        proposed(apology(2)),
        responded(offering(&[2])),
        answered(Answer::Accepted),
        no_cause_found(),
    ]);
    given
        .clone()
        .when(&close(CloseReason::Accepted))
        .then_rejected(R::RemedyOutstanding { remedy: RemedyId(2) });
    let (ana, sue) = (("ana", Role::Agent), ("sue", Role::Supervisor));
    // Whoever owes it does not say that it is no longer wanted.
    let away = C::FulfilRemedy(declined(2));
    given
        .clone()
        .when(&away)
        .then_rejected(AnswerRefusal::DebtStands(person("ana"), Role::Agent).into());
    for (ended, (who, role)) in [(done(2), ana), (declined(2), sue)] {
        given
            .clone()
            .by(who, role)
            .after(&C::FulfilRemedy(ended))
            .when(&close(CloseReason::Accepted))
            .then(E::Closed(because(CloseReason::Accepted)));
    }
}

#[test]
fn an_approved_remedy_is_outstanding_whatever_the_answer() {
    given([
        received(),
        assigned("ana"),
        proposed_over_limit(refund(1, "900")),
        past(E::RemedyApproved(approval(1))).by("sue", Role::Supervisor),
        responded(offering(&[1])),
        answered(Answer::Refused),
        no_cause_found(),
        taken_up(),
        settled_elsewhere(),
    ])
    .when(&close(CloseReason::RecourseExhausted))
    .then_rejected(R::RemedyOutstanding { remedy: RemedyId(1) });
}

#[test]
fn what_was_offered_and_refused_lapses() {
    given([
        received(),
        assigned("ana"),
        proposed(apology(1)),
        responded(offering(&[1])),
        answered(Answer::Refused),
        no_cause_found(),
        taken_up(),
        settled_elsewhere(),
    ])
    .when(&close(CloseReason::RecourseExhausted))
    .then(E::Closed(because(CloseReason::RecourseExhausted)));
}

#[test]
fn nobody_but_complainants_themselves_withdraws_what_they_accepted() {
    let accepted = accepted();
    let withdraw = C::Withdraw(not_pursued());
    // The apology is owed, and the cause is not found.
    accepted.clone().when(&withdraw).then_rejected(R::WithdrawnAfterAcceptance);
    accepted
        .clone()
        .by("portal", Role::Complainant)
        .when(&withdraw)
        .then(E::Withdrawn(not_pursued()));
    let refused = accepted
        .by("portal", Role::Complainant)
        .after(&C::RecordAnswer(answer(Answer::Refused)))
        .by("ana", Role::Agent);
    refused.when(&withdraw).then(E::Withdrawn(not_pursued()));
}

#[test]
fn what_the_complainant_accepted_is_not_noted_away_by_whoever_owes_it() {
    let accepted = || accepted().at("2024-09-12T00:00:00Z");
    for other in [Answer::Refused, Answer::Silent] {
        let over = C::RecordAnswer(answer(other));
        for (who, role) in [("ana", Role::Agent), ("ben", Role::Agent), ("ana", Role::Supervisor)] {
            let stands = AnswerRefusal::DebtStands(person(who), role);
            accepted().by(who, role).when(&over).then_rejected(stands.into());
        }
        // It was noted wrongly, says somebody above who is not responsible.
        accepted().by("sue", Role::Supervisor).when(&over).then(E::AnswerRecorded(answer(other)));
    }
}

#[test]
fn what_a_body_outside_awarded_with_binding_effect_is_paid_before_the_end() {
    let award = |result| {
        let decision = decided_by("Ombudsman", Some("500"));
        C::RecordExternalDecision(ExternalDecision { result, is_binding: true, ..decision })
    };
    let refused = given([
        received(),
        assigned("ana"),
        proposed(refund(1, "100")),
        past(E::RemedyFulfilled(paid(1, "100"))),
        proposed(refund(2, "450")),
        past(E::RemedyFulfilled(declined(2))),
        responded(final_response()),
        answered(Answer::Refused),
        no_cause_found(),
        taken_up(),
    ]);
    let decided = refused.after(&award(ExternalResult::ForComplainant));
    let end = close(CloseReason::RecourseExhausted);
    let owed = || R::AwardOutstanding(gbp("500"), "Ombudsman".parse().unwrap());
    // What they refused before does not count, what they were paid does.
    decided.clone().when(&end).then_rejected(owed());
    decided.clone().when(&C::Withdraw(not_pursued())).then_rejected(owed());
    let again = decided.clone().after(&C::ProposeRemedy(refund(3, "400")));
    again.clone().when(&end).then_rejected(owed());
    let ended = because(CloseReason::RecourseExhausted);
    let stands = || R::from(AnswerRefusal::DebtStands(person("ana"), Role::Agent));
    // Proposed and declined in one breath by whoever owes it.
    again.clone().when(&C::FulfilRemedy(declined(3))).then_rejected(stands());
    for over in [paid(3, "400"), declined(3)] {
        let again = again.clone().by("sue", Role::Supervisor).after(&C::ApproveRemedy(approval(3)));
        again.after(&C::FulfilRemedy(over)).when(&end).then(E::Closed(ended.clone()));
    }
    // A later decision sets it aside, by the word of others than whoever owes it.
    for less in [decided_by("Ombudsman", None), decided_by("Ombudsman", Some("499"))] {
        decided.clone().when(&C::RecordExternalDecision(less)).then_rejected(stands());
    }
    let more = decided_by("Ombudsman", Some("600"));
    assert!(decided.decide(&C::RecordExternalDecision(more)).is_ok());
    let aside = C::RecordExternalDecision(decided_by("Ombudsman", None));
    let over = decided.by("sue", Role::Supervisor).after(&aside);
    over.when(&end).then(E::Closed(ended));
}

#[test]
fn who_ever_was_responsible_does_not_undo_an_acceptance_nor_in_another_role() {
    let accepted = accepted().after(&C::Reassign(over_to("ben")));
    let over = C::RecordAnswer(answer(Answer::Refused));
    let stands = AnswerRefusal::DebtStands(person("ana"), Role::Supervisor);
    accepted.clone().by("ana", Role::Supervisor).when(&over).then_rejected(stands.into());
    // Nor somebody who has another role.
    let eve = super::people::staff("eve", vec![]);
    for role in [Role::Supervisor, Role::Complainant] {
        let said = accepted.clone().knowing("eve", eve.clone()).by("eve", role);
        said.when(&over).then_rejected(R::RoleNotHeld(person("eve"), role));
    }
}

#[test]
fn the_same_answer_again_takes_nothing_from_the_committee() {
    let before = given([
        received(),
        assigned("ana"),
        responded(coming_to(Outcome::NotUpheld, "2024-09-11")),
        answered(Answer::Refused),
        past(E::Escalated(escalation(EscalationReason::ComplainantRequest))),
    ]);
    for same in [Outcome::NotUpheld, Outcome::OutOfScope] {
        let again = C::IssueResponse(coming_to(same, "2024-09-11"));
        before.clone().when(&again).then_rejected(RecourseRefusal::ReviewPending.into());
    }
    let better = coming_to(Outcome::Goodwill, "2024-09-11");
    before.when(&C::IssueResponse(better.clone())).then(E::ResponseIssued(better));
}

#[test]
fn another_answer_takes_nothing_away_of_what_was_accepted() {
    let upheld = decides(Outcome::Upheld, DecisionEffect::Binding);
    let answered_anew = given([
        received(),
        assigned("ana"),
        proposed(refund(1, "20")),
        responded(offering(&[1])),
        answered(Answer::Accepted),
        concluded(1, upheld),
        no_cause_found(),
    ])
    .after(&C::IssueResponse(coming_to(Outcome::Upheld, "2024-09-11")))
    .after(&C::RecordAnswer(answer(Answer::Refused)))
    .at("2024-09-12T00:00:00Z");
    let outstanding = R::RemedyOutstanding { remedy: RemedyId(1) };
    answered_anew.clone().when(&close(CloseReason::RecourseExpired)).then_rejected(outstanding);
    let stands = AnswerRefusal::DebtStands(person("ana"), Role::Agent);
    answered_anew.clone().when(&C::FulfilRemedy(declined(1))).then_rejected(stands.into());
    let paid = answered_anew.after(&C::FulfilRemedy(paid(1, "20")));
    let ended = because(CloseReason::RecourseExpired);
    paid.when(&close(CloseReason::RecourseExpired)).then(E::Closed(ended));
}

#[test]
fn what_others_look_at_is_neither_accepted_away_nor_handed_over() {
    let refused = given([
        received(),
        assigned("ana"),
        responded(coming_to(Outcome::OutOfScope, "2024-09-11")),
        answered(Answer::Refused),
    ]);
    let asked = C::Escalate(escalation(EscalationReason::ComplainantRequest));
    let there = [
        (refused.clone().after(&asked), RecourseRefusal::ReviewPending),
        (
            refused.after(&C::ReferExternally(referred_to("Ombudsman"))),
            RecourseRefusal::Pending("Ombudsman".parse().unwrap()),
        ),
    ];
    let accept = C::RecordAnswer(answer(Answer::Accepted));
    let stands = || R::from(AnswerRefusal::DebtStands(person("ana"), Role::Agent));
    for (looked_at, pending) in there {
        looked_at.clone().when(&accept).then_rejected(stands());
        let over = C::Transfer(handed_to("Other Ltd", "2024-03-08T09:00:00Z"));
        looked_at.clone().when(&over).then_rejected(pending.into());
        let said = E::AnswerRecorded(answer(Answer::Accepted));
        looked_at.clone().by("portal", Role::Complainant).when(&accept).then(said.clone());
        looked_at.by("sue", Role::Supervisor).when(&accept).then(said);
    }
}

#[test]
fn nothing_that_is_owed_turns_out_to_be_another_companys() {
    let mut receipt = super::builders::imported_receipt();
    receipt.respondent = None;
    let ours = given([past(E::Received(receipt)), assigned("ana"), taken_up()]);
    let fact = CorrectedFact::Respondent { respondent: "Ourselves Ltd".parse().unwrap() };
    let corrected = C::Correct(corrects(0, fact));
    let pending = RecourseRefusal::Pending("Ombudsman".parse().unwrap());
    ours.clone().when(&corrected).then_rejected(pending.into());
    let awarded = C::RecordExternalDecision(decided_by("Ombudsman", Some("500")));
    let owed = R::AwardOutstanding(gbp("500"), "Ombudsman".parse().unwrap());
    ours.clone().after(&awarded).when(&corrected).then_rejected(owed);
    let nothing = C::RecordExternalDecision(decided_by("Ombudsman", None));
    assert!(ours.after(&nothing).decide(&corrected).is_ok());
}

#[test]
fn a_body_that_did_not_decide_the_dispute_is_no_way_gone_to_its_end() {
    let refused = given([
        received(),
        assigned("ana"),
        responded(final_response()),
        answered(Answer::Refused),
        no_cause_found(),
        taken_up(),
    ]);
    for result in ExternalResult::ALL {
        let decision = ExternalDecision { result: *result, ..decided_by("Ombudsman", None) };
        let over = refused.clone().after(&C::RecordExternalDecision(decision));
        let end = over.when(&close(CloseReason::RecourseExhausted));
        if matches!(result, ExternalResult::OutsideJurisdiction | ExternalResult::Discontinued) {
            end.then_rejected(RecourseRefusal::NotExhausted.into());
        } else {
            end.then(E::Closed(because(CloseReason::RecourseExhausted)));
        }
    }
}

#[test]
fn nobody_but_complainants_themselves_withdraws_what_others_still_look_at() {
    let handled = given([received(), assigned("ana")]);
    let withdraw = C::Withdraw(not_pursued());
    let asked = escalation(EscalationReason::ComplainantRequest);
    let reviewed = handled.clone().after(&C::Escalate(asked));
    reviewed.clone().when(&withdraw).then_rejected(RecourseRefusal::ReviewPending.into());
    let chair = reviewed.clone().by("chen", Role::CommitteeChair);
    chair.when(&withdraw).then(E::Withdrawn(not_pursued()));
    // Not one who handles it.
    let herself = reviewed.clone().by("ana", Role::CommitteeChair);
    herself.when(&withdraw).then_rejected(RecourseRefusal::ReviewPending.into());

    let outside = handled.after(&C::ReferExternally(referred_to("Ombudsman")));
    let pending = RecourseRefusal::Pending("Ombudsman".parse().unwrap());
    outside.clone().when(&withdraw).then_rejected(pending.into());
    let given_up = decided_by("Ombudsman", None);
    let over = outside.clone().after(&C::RecordExternalDecision(given_up));
    over.when(&withdraw).then(E::Withdrawn(not_pursued()));
    for there in [reviewed, outside] {
        let withdrawn = there.by("portal", Role::Complainant);
        withdrawn.when(&withdraw).then(E::Withdrawn(not_pursued()));
    }
}

//! What is owed outlasts whoever would rather not give it.

use super::{
    builders::{
        answer, answered, apology, approval, assigned, because, close, decided_by, declined, done,
        escalation, final_response, gbp, no_cause_found, not_pursued, offering, paid, proposed,
        proposed_over_limit, received, referred_to, refund, responded,
    },
    harness::{Told, given, past, person},
};
use crate::{
    Fact,
    actor::Role,
    complaint::{
        Answer, AnswerRefusal, CloseReason, ComplaintCommand as C, ComplaintEvent as E,
        ComplaintRejection as R, EscalationReason, ExternalDecision, ExternalResult,
        RecourseRefusal, RemedyId,
    },
};

fn taken_up() -> Fact<E> {
    past(E::ReferredExternally(referred_to("Ombudsman")))
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
        .then_rejected(AnswerRefusal::AcceptanceStands(person("ana"), Role::Agent).into());
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
    let accepted = given([
        received(),
        assigned("ana"),
        proposed(apology(1)),
        responded(offering(&[1])),
        answered(Answer::Accepted),
    ]);
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
    let accepted = || {
        let offered =
            [received(), assigned("ana"), proposed(apology(1)), responded(offering(&[1]))];
        given(offered.into_iter().chain([answered(Answer::Accepted)])).at("2024-09-12T00:00:00Z")
    };
    for other in [Answer::Refused, Answer::Silent] {
        let over = C::RecordAnswer(answer(other));
        for (who, role) in [("ana", Role::Agent), ("ben", Role::Agent), ("ana", Role::Supervisor)] {
            let stands = AnswerRefusal::AcceptanceStands(person(who), role);
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
    for over in [paid(3, "400"), declined(3)] {
        let again = again.clone().by("sue", Role::Supervisor).after(&C::ApproveRemedy(approval(3)));
        again.after(&C::FulfilRemedy(over)).when(&end).then(E::Closed(ended.clone()));
    }
    // A later decision sets it aside.
    let aside = C::RecordExternalDecision(decided_by("Ombudsman", None));
    decided.after(&aside).when(&end).then(E::Closed(ended));
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

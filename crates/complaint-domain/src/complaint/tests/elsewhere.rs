use super::{
    builders::{
        again, all_done, answer, answered, assigned, because, by_email, close, coming_to,
        complaint_id, concluded, daughter, decided_by, decides, escalation, final_response,
        handed_to, linked_to, no_cause_found, not_escalated, not_pursued, ready_to_close, received,
        referred_to, responded, review, scores, step, unlinked_from, violation, would_be,
    },
    harness::{Told as _, given, past, person},
};
use crate::{
    actor::Role,
    complaint::{
        Answer, CloseReason, Closure, CommitteeRefusal, ComplaintCommand as C, ComplaintEvent as E,
        ComplaintRejection as R, EscalationReason, LinkKind, LinkedRefusal, Outcome, ProcessStep,
        RecourseRefusal, ReopenReason, StepNotCalledFor,
    },
    label::Label,
    review::DecisionEffect,
};

const TOLD: &str = "2024-03-08T09:00:00Z";

fn body(name: &str) -> Label {
    name.parse().unwrap()
}

#[test]
fn a_duplicate_is_linked_and_the_link_can_be_taken_back() {
    let linked = linked_to(1, LinkKind::Duplicate);
    let given = given([received(), past(E::DuplicateLinked(linked.clone()))]);
    given
        .clone()
        .when(&C::LinkDuplicate(linked.clone()))
        .then_rejected(R::AlreadyLinked(complaint_id(1)));
    given
        .after(&C::UnlinkDuplicate(unlinked_from(1)))
        .when(&C::LinkDuplicate(linked.clone()))
        .then(E::DuplicateLinked(linked));
}

#[test]
fn a_link_is_to_another_complaint_that_came_in() {
    let mut given = given([received()]);
    given.complaint = Some(complaint_id(1));
    let linked = C::LinkDuplicate(linked_to(1, LinkKind::Related));
    given.clone().when(&linked).then_rejected(LinkedRefusal::ToItself.into());
    given.complaint = Some(complaint_id(2));
    given.is_other_unknown = true;
    given.when(&linked).then_rejected(LinkedRefusal::ToUnknown(complaint_id(1)).into());
}

#[test]
fn people_complain_together_only_through_somebody_who_speaks_for_them() {
    let jointly = linked_to(1, LinkKind::Joint);
    let given = given([received()]);
    given.clone().when(&C::LinkDuplicate(jointly.clone())).then_rejected(R::RepresentativeMissing);
    given
        .after(&C::AuthoriseRepresentative(daughter(1)))
        .when(&C::LinkDuplicate(jointly.clone()))
        .then(E::DuplicateLinked(jointly));
}

#[test]
fn what_another_firm_answers_is_closed_without_an_answer_of_ours() {
    let given = given([received(), assigned("ana")]);
    given.clone().when(&close(CloseReason::Transferred)).then_rejected(R::NotTransferred);
    given
        .after(&C::Transfer(handed_to("Other Ltd", TOLD)))
        .when(&close(CloseReason::Transferred))
        .then(E::Closed(Closure { reason: CloseReason::Transferred }));
}

#[test]
fn what_was_decided_is_not_handed_over_and_what_was_handed_over_is_not_decided() {
    let handled = given([received(), assigned("ana")]);
    let over = C::Transfer(handed_to("Other Ltd", TOLD));
    for said in [Answer::Refused, Answer::Silent] {
        handled
            .clone()
            .after(&C::IssueResponse(final_response()))
            .at("2024-09-12T00:00:00Z")
            .after(&C::RecordAnswer(answer(said)))
            .when(&over)
            .then_rejected(R::AnsweredByUs);
    }
    // Not ours to decide: whoever says so may still find out whose it is.
    let not_ours = C::IssueResponse(coming_to(Outcome::OutOfScope, "2024-09-11"));
    handled.clone().after(&not_ours).when(&over).then(E::Transferred(handed_to("Other Ltd", TOLD)));
    let away = handled.after(&over);
    let elsewhere = R::AnsweredElsewhere(body("Other Ltd"));
    for command in
        [C::IssueResponse(final_response()), C::ProposeOutcome(would_be(Outcome::NotUpheld))]
    {
        away.clone().when(&command).then_rejected(elsewhere.clone());
    }
}

#[test]
fn what_is_before_the_committee_is_not_handed_over() {
    let handled = given([received(), assigned("ana")]);
    let over = C::Transfer(handed_to("Other Ltd", TOLD));
    let before = handled.after(&C::Escalate(escalation(EscalationReason::ComplainantRequest)));
    before.clone().when(&over).then_rejected(RecourseRefusal::ReviewPending.into());
    let dismissed = decides(Outcome::NotUpheld, DecisionEffect::Recommendation);
    before
        .by("escalation-process", Role::System)
        .reviewing(Some(dismissed))
        .after(&C::NoteReview(review(1)))
        .by("ana", Role::Agent)
        .when(&over)
        .then(E::Transferred(handed_to("Other Ltd", TOLD)));
}

#[test]
fn what_binds_us_we_answer_also_after_handing_it_over() {
    let away = given([
        received(),
        assigned("ana"),
        past(E::Escalated(escalation(EscalationReason::ComplainantRequest))),
        past(E::Transferred(handed_to("Other Ltd", TOLD))),
        concluded(1, decides(Outcome::Upheld, DecisionEffect::Binding)),
    ]);
    let owed = R::from(CommitteeRefusal::DecisionOwed(Outcome::Upheld));
    away.clone().when(&close(CloseReason::Transferred)).then_rejected(owed.clone());
    away.clone().when(&C::Withdraw(not_pursued())).then_rejected(owed);
    let binds =
        CommitteeRefusal::DecisionBinds { decided: Outcome::Upheld, found: Outcome::NotUpheld };
    let less = C::IssueResponse(coming_to(Outcome::NotUpheld, "2024-09-11"));
    away.clone().when(&less).then_rejected(binds.into());
    let given = away.after(&C::IssueResponse(coming_to(Outcome::Upheld, "2024-09-11")));
    let elsewhere = R::AnsweredElsewhere(body("Other Ltd"));
    let again = C::ProposeOutcome(would_be(Outcome::Upheld));
    given.clone().when(&again).then_rejected(elsewhere);
    given
        .when(&close(CloseReason::Transferred))
        .then(E::Closed(Closure { reason: CloseReason::Transferred }));
}

#[test]
fn what_comes_back_from_another_firm_is_ours_again() {
    given([received(), assigned("ana"), past(E::Transferred(handed_to("Other Ltd", TOLD)))])
        .after(&close(CloseReason::Transferred))
        .after(&C::Reopen(again(ReopenReason::ClosedInError)))
        .after(&C::Assign(super::builders::to("ana")))
        .when(&close(CloseReason::Transferred))
        .then_rejected(R::NotTransferred);
}

#[test]
fn what_gives_the_complainant_everything_is_not_escalated_because_it_does_not() {
    let upheld = coming_to(Outcome::Upheld, "2024-09-11");
    let given = given([received(), assigned("ana")]).after(&C::IssueResponse(upheld));
    let not_fully = C::Escalate(escalation(EscalationReason::NotFullyUpheld));
    given.clone().when(&not_fully).then_rejected(CommitteeRefusal::FullyUpheld.into());
    // The complainant may ask all the same.
    let asked = escalation(EscalationReason::ComplainantRequest);
    given.when(&C::Escalate(asked.clone())).then(E::Escalated(asked));
}

#[test]
fn the_committee_looks_at_an_answer_once_also_after_the_end() {
    let asked = escalation(EscalationReason::ComplainantRequest);
    let given = given(all_done()).by("portal", Role::Complainant);
    given.clone().when(&C::Escalate(asked.clone())).then(E::Escalated(asked.clone()));
    given
        .after(&C::Escalate(asked.clone()))
        .when(&C::Escalate(asked))
        .then_rejected(R::AlreadyEscalated);
}

#[test]
fn what_was_not_answered_cannot_be_escalated_for_its_answer() {
    given([received()])
        .when(&C::Escalate(escalation(EscalationReason::NotFullyUpheld)))
        .then_rejected(R::FinalResponseMissing { command: "escalate" });
}

#[test]
fn an_outside_body_decides_what_it_took_up_also_after_the_end() {
    let mut history = ready_to_close();
    history.push(past(E::ReferredExternally(referred_to("Ombudsman"))));
    let closed = given(history).after(&close(CloseReason::Accepted));
    let decision = decided_by("Ombudsman", Some("250"));
    closed
        .clone()
        .when(&C::RecordExternalDecision(decision.clone()))
        .then(E::ExternalDecisionRecorded(decision));
    closed
        .when(&C::RecordExternalDecision(decided_by("Court", None)))
        .then_rejected(R::NotReferred(body("Court")));
}

#[test]
fn a_body_has_a_case_once_at_a_time() {
    let given = given([received(), past(E::ReferredExternally(referred_to("Ombudsman")))]);
    given
        .clone()
        .when(&C::ReferExternally(referred_to("Ombudsman")))
        .then_rejected(R::AlreadyReferred(body("Ombudsman")));
    given
        .after(&C::RecordExternalDecision(decided_by("Ombudsman", None)))
        .when(&C::ReferExternally(referred_to("Ombudsman")))
        .then(E::ReferredExternally(referred_to("Ombudsman")));
}

#[test]
fn a_suspected_violation_goes_its_own_way_beside_the_dispute() {
    let given = given([received()]);
    given
        .clone()
        .when(&C::ReportSuspectedViolation(violation(1)))
        .then(E::SuspectedViolationReported(violation(1)));
    given
        .after(&C::ReportSuspectedViolation(violation(1)))
        .when(&C::ReportSuspectedViolation(violation(1)))
        .then_rejected(R::ViolationAlreadyReported(violation(1).referral));
}

#[test]
fn a_complainant_says_how_it_was_after_the_end_if_they_were_asked() {
    let mut history = ready_to_close();
    history.push(past(E::SurveyRequested(by_email())));
    let closed = given(history).after(&close(CloseReason::Accepted));
    let answered =
        closed.by("portal", Role::Complainant).after(&C::RecordSurveyAnswer(scores(4, 2)));
    answered
        .clone()
        .when(&C::RecordSurveyAnswer(scores(4, 2)))
        .then_rejected(R::SurveyAlreadyAnswered);
    given(all_done())
        .when(&C::RecordSurveyAnswer(scores(4, 2)))
        .then_rejected(R::SurveyNotRequested);
}

#[test]
fn satisfaction_with_process_and_outcome_has_five_steps() {
    let given = given([received(), past(E::SurveyRequested(by_email()))]);
    for (process, outcome, wrong) in [(0, 3, 0), (3, 6, 6)] {
        given
            .clone()
            .when(&C::RecordSurveyAnswer(scores(process, outcome)))
            .then_rejected(R::ScoreOutOfRange(wrong));
    }
    given.when(&C::RecordSurveyAnswer(scores(1, 5))).then(E::SurveyAnswered(scores(1, 5)));
}

#[test]
fn a_step_that_a_rule_names_answers_something_and_answers_it_once() {
    let given = given([received()]).by("ana", Role::Agent);
    let not_called_for = |step, needs| R::Step(StepNotCalledFor { step, needs });
    given
        .clone()
        .when(&C::TakeStep(step(ProcessStep::MediationEnded)))
        .then_rejected(not_called_for(ProcessStep::MediationEnded, "an admission"));
    let admitted = given.after(&C::TakeStep(step(ProcessStep::Admitted)));
    admitted
        .clone()
        .when(&C::TakeStep(step(ProcessStep::NotAdmitted)))
        .then_rejected(not_called_for(ProcessStep::NotAdmitted, "a receipt or reopening"));
    admitted
        .when(&C::TakeStep(step(ProcessStep::MediationEnded)))
        .then(E::StepTaken(step(ProcessStep::MediationEnded)));
}

#[test]
fn a_step_does_not_happen_before_what_it_answers() {
    let taken = |which, at| past(E::StepTaken(step(which))).at(at);
    let ended = C::TakeStep(step(ProcessStep::MediationEnded));
    let admitted = given([received(), taken(ProcessStep::Admitted, "2024-03-06T09:00:00Z")]);
    let (which, needs) = (ProcessStep::MediationEnded, "an admission");
    admitted
        .clone()
        .occurring_at("2024-03-05T09:00:00Z")
        .when(&ended)
        .then_rejected(StepNotCalledFor { step: which, needs }.into());
    let on_time = admitted.occurring_at("2024-03-06T09:00:00Z");
    on_time.when(&ended).then(E::StepTaken(step(ProcessStep::MediationEnded)));
    let reported = given([
        received(),
        past(E::SuspectedViolationReported(violation(1))).at("2024-03-06T09:00:00Z"),
    ]);
    let (which, needs) = (ProcessStep::ViolationDecided, "a reported violation");
    reported
        .occurring_at("2024-03-05T09:00:00Z")
        .when(&C::TakeStep(step(ProcessStep::ViolationDecided)))
        .then_rejected(StepNotCalledFor { step: which, needs }.into());
}

#[test]
fn an_admission_that_is_entered_late_answers_what_had_come_by_then() {
    let taken = |which, at| past(E::StepTaken(step(which))).at(at);
    let turned = [
        received(),
        past(E::Withdrawn(not_pursued())).at("2024-03-05T09:00:00Z"),
        past(E::Reopened(again(ReopenReason::ClosedInError))).at("2024-03-06T09:00:00Z"),
    ];
    let not_admitted = C::TakeStep(step(ProcessStep::NotAdmitted));
    let happens = E::StepTaken(step(ProcessStep::NotAdmitted));
    let after = taken(ProcessStep::Admitted, "2024-03-07T09:00:00Z");
    let again_admitted = given(turned.clone().into_iter().chain([after]));
    let early = again_admitted.occurring_at("2024-03-04T09:00:00Z");
    early.when(&not_admitted).then(happens);
    let before = taken(ProcessStep::Admitted, "2024-03-04T09:00:00Z");
    let admitted = given(turned.into_iter().chain([before]));
    let (step, needs) = (ProcessStep::NotAdmitted, "a receipt or reopening");
    admitted
        .occurring_at("2024-03-04T10:00:00Z")
        .when(&not_admitted)
        .then_rejected(StepNotCalledFor { step, needs }.into());
}

#[test]
fn a_violation_that_was_reported_is_decided_also_after_the_complaint_ended() {
    let given = given([
        received(),
        past(E::SuspectedViolationReported(violation(1))),
        past(E::Withdrawn(not_pursued())),
    ])
    .by("ana", Role::Agent);
    let decided = given.after(&C::TakeStep(step(ProcessStep::ViolationDecided)));
    let informed = C::TakeStep(step(ProcessStep::ReporterInformed));
    decided.clone().when(&informed).then(E::StepTaken(step(ProcessStep::ReporterInformed)));
    decided
        .when(&C::TakeStep(step(ProcessStep::Admitted)))
        .then_rejected(R::Ended { command: "take-step", how: "withdrawn" });
}

/// Where no committee is, what was put before it would hold the complaint open for ever.
#[test]
fn what_was_put_before_the_committee_by_mistake_is_taken_back_by_whoever_asked() {
    let mistake = C::WithdrawEscalation(not_escalated());
    let history = || {
        let history = [received(), assigned("ana"), responded(final_response())];
        history.into_iter().chain([answered(Answer::Refused), no_cause_found()])
    };
    let waive = C::Close(because(CloseReason::RecourseWaived));
    let escalated = given(history()).after(&C::Escalate(escalation(EscalationReason::Gravity)));
    escalated.clone().when(&waive).then_rejected(RecourseRefusal::ReviewPending.into());
    let refused =
        CommitteeRefusal::EscalatedByAnother { expected: "`ana`".to_owned(), found: person("sue") };
    escalated.clone().by("sue", Role::Supervisor).when(&mistake).then_rejected(refused.into());
    let mut taken_up = escalated.clone();
    taken_up.is_taken_up = true;
    taken_up.when(&mistake).then_rejected(CommitteeRefusal::TakenUp.into());
    let back = escalated.after(&mistake);
    back.clone().when(&mistake).then_rejected(CommitteeRefusal::NotEscalated.into());
    back.clone().when(&waive).then(E::Closed(because(CloseReason::RecourseWaived)));
    // It may be put there again, and counts as the next.
    assert!(back.decide(&C::Escalate(escalation(EscalationReason::Gravity))).is_ok());
}

#[test]
fn what_the_complainant_asked_of_the_committee_only_they_take_back_and_what_a_pack_orders_nobody() {
    let mistake = C::WithdrawEscalation(not_escalated());
    let asked = C::Escalate(escalation(EscalationReason::ComplainantRequest));
    let refused = |expected: &str| {
        let (expected, found) = (expected.to_owned(), person("ana"));
        R::from(CommitteeRefusal::EscalatedByAnother { expected, found })
    };
    // Taken down by the handler it is theirs all the same.
    for (who, role) in [("ana", Role::Agent), ("portal", Role::Complainant)] {
        let asked = given([received(), assigned("ana")]).by(who, role).after(&asked);
        asked
            .clone()
            .by("ana", Role::Agent)
            .when(&mistake)
            .then_rejected(refused("the complainant"));
        let back = asked.by("portal", Role::Complainant).when(&mistake);
        back.then(E::EscalationWithdrawn(not_escalated()));
    }
    let ordered = given([received(), assigned("ana")]).by("escalation", Role::System);
    let ordered = ordered.after(&C::Escalate(escalation(EscalationReason::Gravity)));
    let refusal = refused("nobody, as a pack orders it,");
    ordered.by("ana", Role::Agent).when(&mistake).then_rejected(refusal);
}

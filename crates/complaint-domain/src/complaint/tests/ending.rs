use super::{
    builders::{
        acknowledgement, again, all_done, answer, answered, apology, approval, assessment,
        assigned, because, classification, close, concluded, day, decided_by, decides, declined,
        done, escalation, final_response, found, handed_to, message, no_cause_found, not_pursued,
        offering, over_to, paid, proposed, proposed_over_limit, ready_to_close, receipt, received,
        referred_to, refund, responded, to,
    },
    harness::{HANDLED_AT, Told, given, past, person, time},
};
use crate::{
    Fact,
    actor::Role,
    clock::{Adoption, shipped},
    complaint::{
        Answer, AnswerRefusal, CloseReason, CommitteeRefusal, ComplaintCommand as C,
        ComplaintEvent as E, ComplaintRejection as R, Direction, EscalationReason, Outcome, Party,
        RecourseRefusal, RemedyId, ReopenReason, ReviewConclusion,
    },
    review::{DecisionEffect, DiscontinuationReason},
};

fn taken_up() -> Fact<E> {
    past(E::ReferredExternally(referred_to("Ombudsman")))
}

fn settled_elsewhere() -> Fact<E> {
    past(E::ExternalDecisionRecorded(decided_by("Ombudsman", None)))
}

#[test]
fn a_complaint_lives_from_receipt_to_an_accepted_remedy() {
    given([])
        .at("2024-03-01T09:00:00Z")
        .by("portal", Role::Complainant)
        .after(&C::Register(receipt()))
        .by("ana", Role::Agent)
        .after(&C::Acknowledge(acknowledgement()))
        .after(&C::Assess(assessment()))
        .after(&C::Classify(classification()))
        .after(&C::Assign(to("ana")))
        .after(&C::RecordCommunication(message(Direction::Outgoing, Party::Complainant)))
        .at("2024-03-08T09:00:00Z")
        .after(&C::Reassign(over_to("ben")))
        .by("ben", Role::Agent)
        .after(&C::ProposeRemedy(refund(1, "900")))
        .after(&C::ProposeRemedy(apology(2)))
        .by("sue", Role::Supervisor)
        .after(&C::ApproveRemedy(approval(1)))
        .by("ben", Role::Agent)
        .after(&C::IssueResponse(offering(&[1, 2])))
        .at("2024-03-20T09:00:00Z")
        .by("portal", Role::Complainant)
        .after(&C::RecordAnswer(answer(Answer::Accepted)))
        .by("ben", Role::Agent)
        .after(&C::FulfilRemedy(paid(1, "900")))
        .after(&C::FulfilRemedy(done(2)))
        .after(&C::IdentifyRootCause(found("process/fee")))
        .when(&close(CloseReason::Accepted))
        .then(E::Closed(because(CloseReason::Accepted)));
}

#[test]
fn closing_needs_a_final_response_an_answer_and_a_cause() {
    let mut history = vec![received(), assigned("ana")];
    given(history.clone())
        .when(&close(CloseReason::Accepted))
        .then_rejected(R::FinalResponseMissing { command: "close" });
    history.push(responded(final_response()));
    given(history.clone()).when(&close(CloseReason::Accepted)).then_rejected(R::AnswerMissing);
    history.push(answered(Answer::Accepted));
    given(history.clone()).when(&close(CloseReason::Accepted)).then_rejected(R::RootCauseMissing);
    history.push(no_cause_found());
    given(history)
        .when(&close(CloseReason::Accepted))
        .then(E::Closed(because(CloseReason::Accepted)));
}

#[test]
fn not_upheld_is_not_an_end_while_the_recourse_lasts() {
    let history = [
        received(),
        assigned("ana"),
        responded(final_response()),
        answered(Answer::Refused),
        no_cause_found(),
    ];
    let until = day("2024-09-11");
    given(history.clone())
        .at("2024-09-11T23:59:59Z")
        .when(&close(CloseReason::RecourseExpired))
        .then_rejected(R::RecourseStillOpen { until, closed_on: until });
    given(history)
        .at("2024-09-12T00:00:00Z")
        .when(&close(CloseReason::RecourseExpired))
        .then(E::Closed(because(CloseReason::RecourseExpired)));
}

#[test]
fn the_reason_for_closing_fits_the_answer() {
    let ending = |given_answer| {
        vec![
            received(),
            assigned("ana"),
            responded(final_response()),
            answered(given_answer),
            no_cause_found(),
            taken_up(),
            settled_elsewhere(),
        ]
    };
    let onward =
        [CloseReason::RecourseExhausted, CloseReason::RecourseExpired, CloseReason::RecourseWaived];
    let late = "2025-01-01T00:00:00Z";
    for reason in onward {
        given(ending(Answer::Accepted))
            .at(late)
            .when(&close(reason))
            .then_rejected(R::ReasonContradictsAnswer { reason, answer: Answer::Accepted });
        for open in [Answer::Refused, Answer::Silent] {
            let ended = given(ending(open)).at(late).when(&close(reason));
            if (reason, open) == (CloseReason::RecourseWaived, Answer::Silent) {
                ended.then_rejected(R::ReasonContradictsAnswer { reason, answer: open });
            } else {
                ended.then(E::Closed(because(reason)));
            }
        }
    }
    for open in [Answer::Refused, Answer::Silent] {
        given(ending(open)).when(&close(CloseReason::Accepted)).then_rejected(
            R::ReasonContradictsAnswer { reason: CloseReason::Accepted, answer: open },
        );
    }
}

#[test]
fn nothing_ends_for_want_of_a_way_onward_that_somebody_still_goes_or_nobody_went() {
    let refused = || {
        let responded = responded(final_response());
        given([received(), assigned("ana"), responded, answered(Answer::Refused), no_cause_found()])
    };
    let exhausted = close(CloseReason::RecourseExhausted);
    refused().when(&exhausted).then_rejected(RecourseRefusal::NotExhausted.into());
    let there = refused().after(&C::ReferExternally(referred_to("Ombudsman")));
    let pending = RecourseRefusal::Pending("Ombudsman".parse().unwrap());
    for reason in
        [CloseReason::RecourseExhausted, CloseReason::RecourseExpired, CloseReason::RecourseWaived]
    {
        let late = there.clone().at("2025-01-01T00:00:00Z");
        late.when(&close(reason)).then_rejected(pending.clone().into());
    }
    there
        .after(&C::RecordExternalDecision(decided_by("Ombudsman", None)))
        .when(&exhausted)
        .then(E::Closed(because(CloseReason::RecourseExhausted)));
}

#[test]
fn who_still_has_time_is_not_silent() {
    let responded = given([received(), assigned("ana"), responded(final_response())]);
    let (silent, until) = (C::RecordAnswer(answer(Answer::Silent)), day("2024-09-11"));
    responded
        .clone()
        .at("2024-09-11T23:59:59Z")
        .when(&silent)
        .then_rejected(RecourseRefusal::SilenceTooEarly { until, said_on: until }.into());
    responded
        .at("2024-09-12T00:00:00Z")
        .when(&silent)
        .then(E::AnswerRecorded(answer(Answer::Silent)));
}

#[test]
fn a_complaint_to_us_is_not_closed_on_a_platform() {
    given(ready_to_close())
        .when(&close(CloseReason::ClosedOnPlatform))
        .then_rejected(R::NotClosedOnPlatform);
}

#[test]
fn a_closing_does_not_come_before_the_response() {
    let occurred_at = "2024-03-03T09:00:00Z";
    given(ready_to_close())
        .occurring_at(occurred_at)
        .when(&close(CloseReason::Accepted))
        .then_rejected(R::OccurredBeforeResponse {
            occurred_at: time(occurred_at),
            responded_at: time(HANDLED_AT),
        });
}

#[test]
fn after_the_end_there_is_only_what_others_say_or_what_was_missed() {
    for command in super::reference::one_of_each() {
        let is_programs =
            matches!(command, C::WarnOfClock(_) | C::NoteMissedClock(_) | C::NoteReview(_));
        let role = if is_programs { Role::System } else { Role::Agent };
        let outcome = given(all_done()).by("ana", role).decide(&command);
        if matches!(command, C::Register(_)) {
            assert_eq!(outcome, Err(R::AlreadyReceived));
        } else if matches!(command, C::Reopen(_) | C::Correct(_) | C::Escalate(_)) {
            assert!(outcome.is_ok(), "{}", command.name());
        } else if let Some(reason) = late(&command) {
            assert_eq!(outcome.map_err(|rejection| rejection.code()), Err(reason));
        } else {
            assert_eq!(outcome, Err(R::Ended { command: command.name(), how: "closed" }));
        }
    }
}

/// What is no longer refused for the end, but only because nothing of the kind is awaited.
fn late(command: &C) -> Option<&'static str> {
    match command.name() {
        "record-survey-answer" => Some("survey-not-requested"),
        "withdraw-escalation" => Some("committee-not-escalated"),
        "note-review" => Some("committee-not-of-this"),
        "record-external-decision" => Some("not-referred"),
        "note-missed-clock" => Some("clock-not-missed"),
        _ => None,
    }
}

/// The pack whose recourse ends with 2024-09-11, by the local dates of a place.
fn counted_in(zone: &str) -> crate::clock::Rulebook {
    let pack = shipped::pack("template").unwrap();
    let adoption = Adoption::of(pack).in_zone(zone.parse().unwrap());
    crate::clock::Rulebook::with_shipped_calendars().adopt(adoption).unwrap()
}

#[test]
fn the_last_day_of_recourse_ends_where_its_rule_counts_days() {
    let open = R::RecourseStillOpen { until: day("2024-09-11"), closed_on: day("2024-09-11") };
    let silent = C::RecordAnswer(answer(Answer::Silent));
    let too_early =
        |said_on| R::from(RecourseRefusal::SilenceTooEarly { until: day("2024-09-11"), said_on });
    let end = close(CloseReason::RecourseExpired);
    let closing = |zone| {
        let history = ready_to_close().into_iter().chain([answered(Answer::Refused)]);
        given(history).with_limits(counted_in(zone))
    };
    let answering = |zone| {
        given([received(), assigned("ana"), responded(final_response())])
            .with_limits(counted_in(zone))
    };
    // In New York it is the evening of the 11th.
    let night = "2024-09-12T02:00:00Z";
    closing("America/New_York").at(night).when(&end).then_rejected(open);
    let refused = too_early(day("2024-09-11"));
    answering("America/New_York").at(night).when(&silent).then_rejected(refused);
    // In London it is the 12th.
    let evening = "2024-09-11T23:30:00Z";
    closing("Europe/London")
        .at(evening)
        .when(&end)
        .then(E::Closed(because(CloseReason::RecourseExpired)));
    let said = E::AnswerRecorded(answer(Answer::Silent));
    answering("Europe/London").at(evening).when(&silent).then(said);
}

#[test]
fn complainants_may_withdraw_at_any_time_before_the_end() {
    let given = given([received()]).by("portal", Role::Complainant);
    given.clone().when(&C::Withdraw(not_pursued())).then(E::Withdrawn(not_pursued()));
    given
        .after(&C::Withdraw(not_pursued()))
        .when(&C::Withdraw(not_pursued()))
        .then_rejected(R::Ended { command: "withdraw", how: "withdrawn" });
}

#[test]
fn what_was_withdrawn_may_be_taken_up_again() {
    let reopening = again(ReopenReason::ComplainantRequest);
    given([received(), past(E::Withdrawn(not_pursued()))])
        .when(&C::Reopen(reopening.clone()))
        .then(E::Reopened(reopening));
}

#[test]
fn an_open_complaint_is_not_reopened() {
    given([received()])
        .when(&C::Reopen(again(ReopenReason::NewEvidence)))
        .then_rejected(R::StillOpen);
}

#[test]
fn a_reopened_complaint_wants_a_new_answer_but_not_a_new_response() {
    let reopened = given(all_done())
        .after(&C::Reopen(again(ReopenReason::ClosedInError)))
        .after(&C::Assign(to("ben")));
    reopened.clone().when(&close(CloseReason::Accepted)).then_rejected(R::AnswerMissing);
    reopened
        .clone()
        .after(&C::RecordAnswer(answer(Answer::Accepted)))
        .when(&close(CloseReason::Accepted))
        .then(E::Closed(because(CloseReason::Accepted)));
    reopened.when(&C::IssueResponse(final_response())).then(E::ResponseIssued(final_response()));
}

#[test]
fn a_remedy_that_did_not_come_is_promised_anew_under_another_number() {
    given([
        received(),
        assigned("ana"),
        proposed(refund(1, "50")),
        responded(offering(&[1])),
        answered(Answer::Accepted),
        no_cause_found(),
        past(E::RemedyFulfilled(paid(1, "50"))),
        past(E::Closed(because(CloseReason::Accepted))),
    ])
    .after(&C::Reopen(again(ReopenReason::RemedyNotDelivered)))
    .after(&C::Assign(to("ana")))
    .after(&C::ProposeRemedy(refund(2, "50")))
    .after(&C::IssueResponse(offering(&[1, 2])))
    .after(&C::RecordAnswer(answer(Answer::Accepted)))
    .when(&close(CloseReason::Accepted))
    .then_rejected(R::RemedyOutstanding { remedy: RemedyId(2) });
}

#[test]
fn a_complaint_does_not_reopen_before_it_ended_nor_end_before_it_reopened() {
    let occurred_at = time("2024-03-03T09:00:00Z");
    let turned_at = time(HANDLED_AT);
    let refusal = R::OccurredBeforeTurn { occurred_at, turned_at };
    given(all_done())
        .occurring_at("2024-03-03T09:00:00Z")
        .when(&C::Reopen(again(ReopenReason::NewEvidence)))
        .then_rejected(refusal.clone());
    given([
        received(),
        past(E::Withdrawn(not_pursued())).at("2024-03-02T09:00:00Z"),
        past(E::Reopened(again(ReopenReason::ComplainantRequest))),
    ])
    .occurring_at("2024-03-03T09:00:00Z")
    .when(&C::Withdraw(not_pursued()))
    .then_rejected(refusal);
}

#[test]
fn a_letter_from_before_the_end_may_be_recorded_after_a_reopening() {
    let late = message(Direction::Incoming, Party::Complainant);
    given(all_done())
        .after(&C::Reopen(again(ReopenReason::NewEvidence)))
        .occurring_at("2024-03-02T09:00:00Z")
        .when(&C::RecordCommunication(late.clone()))
        .then(E::CommunicationRecorded(late));
}

#[test]
fn what_is_owed_is_not_ended_by_what_others_note() {
    let withdraw = C::Withdraw(not_pursued());
    let noted = E::Withdrawn(not_pursued());
    // A refund that a second person approved, and that nobody was told of yet.
    let approved = given([
        received(),
        assigned("ana"),
        proposed_over_limit(refund(1, "900")),
        past(E::RemedyApproved(approval(1))).by("sue", Role::Supervisor),
    ]);
    let outstanding = R::RemedyOutstanding { remedy: RemedyId(1) };
    approved.clone().when(&withdraw).then_rejected(outstanding);
    approved.clone().by("portal", Role::Complainant).when(&withdraw).then(noted.clone());
    // Whoever owes it does not first call it unwanted.
    let stands = AnswerRefusal::DebtStands(person("ana"), Role::Agent);
    approved.clone().when(&C::FulfilRemedy(declined(1))).then_rejected(stands.into());
    let tom = approved.by("tom", Role::Supervisor);
    tom.after(&C::FulfilRemedy(declined(1))).when(&withdraw).then(noted.clone());

    // What the committee decided with binding effect.
    let upheld = decides(Outcome::Upheld, DecisionEffect::Binding);
    let bound = given([received(), assigned("ana"), concluded(1, upheld)]);
    let owed: R = CommitteeRefusal::DecisionOwed(Outcome::Upheld).into();
    bound.clone().when(&withdraw).then_rejected(owed.clone());
    bound.clone().by("portal", Role::Complainant).when(&withdraw).then(noted.clone());
    bound.when(&C::Transfer(handed_to("Other Ltd", "2024-03-05T09:00:00Z"))).then_rejected(owed);
    let recommended = decides(Outcome::Upheld, DecisionEffect::Recommendation);
    let free = given([received(), assigned("ana"), concluded(1, recommended)]);
    free.when(&withdraw).then(noted);
}

#[test]
fn a_complaint_that_is_before_the_committee_is_not_closed_for_want_of_a_way_onward() {
    let escalated = || {
        given([
            received(),
            assigned("ana"),
            responded(final_response()),
            answered(Answer::Refused),
            no_cause_found(),
            past(E::Escalated(escalation(EscalationReason::ComplainantRequest))),
        ])
    };
    for reason in
        [CloseReason::RecourseExhausted, CloseReason::RecourseExpired, CloseReason::RecourseWaived]
    {
        escalated().when(&close(reason)).then_rejected(RecourseRefusal::ReviewPending.into());
    }
    let with = |conclusion| {
        let mut history = vec![received(), assigned("ana"), responded(final_response())];
        history.extend([answered(Answer::Refused), no_cause_found()]);
        history.push(past(E::Escalated(escalation(EscalationReason::ComplainantRequest))));
        history.push(concluded(1, conclusion));
        given(history)
    };
    let exhausted = close(CloseReason::RecourseExhausted);
    // One that was broken off went no way to its end.
    let reason = DiscontinuationReason::Settled;
    with(ReviewConclusion::Discontinued { reason })
        .when(&exhausted)
        .then_rejected(RecourseRefusal::NotExhausted.into());
    with(decides(Outcome::NotUpheld, DecisionEffect::Recommendation))
        .when(&exhausted)
        .then(E::Closed(because(CloseReason::RecourseExhausted)));
}

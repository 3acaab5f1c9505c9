use super::{
    builders::{
        answer, answered, apology, assigned, bare, because, coming_to, day, declined, done,
        final_response, fulfilled, holding, label, lasting_until, limits_of, offering, proposed,
        proposed_over_limit, received, refund, responded,
    },
    harness::{HANDLED_AT, Told, given, past, time},
};
use crate::{
    actor::Role,
    clock::{Adoption, Rulebook, shipped},
    complaint::{
        Answer, AnswerRefusal, CloseReason, ComplaintCommand as C, ComplaintEvent as E,
        ComplaintRejection as R, Finding, Outcome, OutcomeProposal, OutcomeRefusal,
        RecourseRefusal, RemedyId, RemedyKind, RemedyResult, ReopenReason, Response, ResponseKind,
    },
    sealed::PersonalField,
};

#[test]
fn a_final_response_states_all_that_it_must() {
    let given = given([received(), assigned("ana")]);
    given
        .clone()
        .when(&C::IssueResponse(final_response()))
        .then(E::ResponseIssued(final_response()));
    let without_outcome = Response { outcome: None, ..final_response() };
    given.clone().when(&C::IssueResponse(without_outcome)).then_rejected(R::OutcomeMissing);
    let without_findings = Response { findings: Vec::new(), ..final_response() };
    given.clone().when(&C::IssueResponse(without_findings)).then_rejected(R::FindingsMissing);
    let without_recourse = Response { recourse: None, ..final_response() };
    given
        .clone()
        .when(&C::IssueResponse(without_recourse))
        .then_rejected(RecourseRefusal::Missing.into());
    let mut without_text = given;
    without_text.personal.remove(&PersonalField::ResponseText);
    without_text.when(&C::IssueResponse(final_response())).then_rejected(R::ResponseTextMissing);
}

#[test]
fn an_interim_response_needs_nobody_responsible_but_a_text() {
    let interim = bare(ResponseKind::Interim);
    given([received()])
        .when(&C::IssueResponse(interim.clone()))
        .then(E::ResponseIssued(interim.clone()));
    given([received()])
        .without_texts()
        .when(&C::IssueResponse(interim))
        .then_rejected(R::ResponseTextMissing);
}

#[test]
fn a_holding_response_says_when_the_final_one_can_be_expected() {
    let given = given([received()]);
    given
        .clone()
        .when(&C::IssueResponse(bare(ResponseKind::Holding)))
        .then_rejected(R::ExpectedDateMissing);
    given.clone().when(&C::IssueResponse(holding("2024-03-10"))).then_rejected(
        R::ExpectedDatePassed { responded_on: day("2024-03-11"), expected_by: day("2024-03-10") },
    );
    given
        .when(&C::IssueResponse(holding("2024-03-11")))
        .then(E::ResponseIssued(holding("2024-03-11")));
}

#[test]
fn an_outcome_is_stated_in_a_final_response_only() {
    for kind in [ResponseKind::Interim, ResponseKind::Holding] {
        let outcome = Some(Outcome::Upheld);
        given([received()])
            .when(&C::IssueResponse(Response { outcome, ..bare(kind) }))
            .then_rejected(R::OutcomeBeforeFinal { kind });
    }
}

#[test]
fn a_final_response_announces_no_other() {
    let expected_by = day("2024-04-01");
    let response = Response { expected_by: Some(expected_by), ..final_response() };
    given([received(), assigned("ana")])
        .when(&C::IssueResponse(response))
        .then_rejected(R::ExpectedDateInFinal { expected_by });
}

#[test]
fn the_recourse_is_not_over_before_it_is_offered() {
    let given = given([received(), assigned("ana")]);
    given.clone().when(&C::IssueResponse(lasting_until("2024-03-10"))).then_rejected(
        RecourseRefusal::Over { responded_on: day("2024-03-11"), until: day("2024-03-10") }.into(),
    );
    given
        .when(&C::IssueResponse(lasting_until("2024-03-11")))
        .then(E::ResponseIssued(lasting_until("2024-03-11")));
}

#[test]
fn a_final_response_states_the_last_day_by_the_pack_and_no_other() {
    let given = given([received(), assigned("ana")]).with_limits(limits_of("uk-disp"));
    given
        .clone()
        .when(&C::IssueResponse(lasting_until("2024-09-11")))
        .then(E::ResponseIssued(lasting_until("2024-09-11")));
    for wrong in ["2024-09-10", "2024-09-12"] {
        let rejection = given.decide(&C::IssueResponse(lasting_until(wrong))).unwrap_err();
        assert_eq!(
            rejection.to_string(),
            format!(
                "expected recourse until 2024-09-11 by `uk-disp/ombudsman-referral`, found one \
                 until {wrong}"
            )
        );
    }
    // What is not final opens no such way yet, and may name another day.
    let interim = Response { kind: ResponseKind::Interim, ..bare(ResponseKind::Interim) };
    let interim = Response { recourse: lasting_until("2024-12-31").recourse, ..interim };
    given.when(&C::IssueResponse(interim.clone())).then(E::ResponseIssued(interim));
}

#[test]
fn of_two_packs_that_count_recourse_either_day_will_do() {
    let adopted = ["uk-disp", "in-rbi"].map(|code| Adoption::of(shipped::pack(code).unwrap()));
    let both = adopted.into_iter().try_fold(Rulebook::with_shipped_calendars(), Rulebook::adopt);
    let given = given([received(), assigned("ana")]).with_limits(both.unwrap());
    let until = |until| C::IssueResponse(coming_to(Outcome::Upheld, until));
    assert!(given.decide(&until("2024-09-11")).is_ok());
    assert!(given.decide(&until("2025-03-11")).is_ok());
    assert_eq!(given.decide(&until("2025-01-01")).unwrap_err().code(), "recourse-day-differs");
}

fn findings(found: &[Outcome]) -> Vec<Finding> {
    let issues = ["Fee", "Delay", "Tone"].map(label).into_iter();
    issues.zip(found).map(|(issue, outcome)| Finding { issue, outcome: *outcome }).collect()
}

#[test]
fn the_outcome_follows_from_what_was_found_issue_by_issue() {
    use Outcome::{Goodwill, NotUpheld, OutOfScope, PartlyUpheld, Upheld};
    let given = given([received(), assigned("ana")]);
    let come_to = |outcome, found: &[Outcome]| {
        let findings = findings(found);
        let response =
            Response { outcome: Some(outcome), findings: findings.clone(), ..final_response() };
        let told = given.decide(&C::IssueResponse(response)).map(|_| ());
        let proposed = C::ProposeOutcome(OutcomeProposal { outcome, findings });
        assert_eq!(given.decide(&proposed).map(|_| ()), told, "the committee is told the same");
        told
    };
    for (outcome, found) in [
        (Upheld, &[Upheld, Upheld][..]),
        (PartlyUpheld, &[PartlyUpheld]),
        (PartlyUpheld, &[PartlyUpheld, PartlyUpheld]),
        (PartlyUpheld, &[NotUpheld, Upheld, OutOfScope]),
        (NotUpheld, &[NotUpheld, OutOfScope]),
        (Goodwill, &[Goodwill]),
        (Goodwill, &[NotUpheld, Goodwill]),
        (OutOfScope, &[OutOfScope]),
    ] {
        assert_eq!(come_to(outcome, found), Ok(()), "{outcome} of {found:?}");
    }
    for (outcome, all, of) in [
        (Upheld, &[Upheld, PartlyUpheld][..], 1),
        (Upheld, &[NotUpheld], 0),
        (PartlyUpheld, &[Upheld, Upheld], 0),
        (PartlyUpheld, &[NotUpheld, Goodwill], 0),
        (NotUpheld, &[NotUpheld, PartlyUpheld], 1),
        (NotUpheld, &[Goodwill], 0),
        (NotUpheld, &[OutOfScope], 0),
        (Goodwill, &[Goodwill, Upheld], 1),
        (Goodwill, &[NotUpheld], 0),
        (OutOfScope, &[OutOfScope, NotUpheld], 1),
    ] {
        let Finding { issue, outcome: found } = findings(all).swap_remove(of);
        let refusal = OutcomeRefusal::FindingContradicts { outcome, issue, found };
        assert_eq!(come_to(outcome, all), Err(refusal.into()), "{outcome} of {all:?}");
    }
}

#[test]
fn who_is_not_right_is_given_reasons_and_no_money() {
    let history = [received(), assigned("ana"), proposed(apology(1)), proposed(refund(2, "20"))];
    let given = given(history);
    for outcome in [Outcome::NotUpheld, Outcome::OutOfScope] {
        let offering = |remedies: &[u16]| {
            let remedies = offering(remedies).remedies;
            C::IssueResponse(Response { remedies, ..coming_to(outcome, "2024-09-11") })
        };
        assert!(given.decide(&offering(&[1])).is_ok());
        let (remedy, kind) = (RemedyId(2), RemedyKind::Refund);
        let refusal = OutcomeRefusal::RemedyContradicts { outcome, remedy, kind };
        given.clone().when(&offering(&[1, 2])).then_rejected(refusal.into());
    }
}

#[test]
fn a_response_offers_what_may_be_promised() {
    let history =
        [received(), assigned("ana"), proposed(apology(1)), proposed_over_limit(refund(2, "900"))];
    let given = given(history);
    given.clone().when(&C::IssueResponse(offering(&[1]))).then(E::ResponseIssued(offering(&[1])));
    for (remedies, refusal) in [
        (&[1, 3][..], R::RemedyUnknown { remedy: RemedyId(3) }),
        (&[1, 1], R::RemedyNamedTwice { remedy: RemedyId(1) }),
        (&[1, 2], R::RemedyNotApproved { remedy: RemedyId(2) }),
    ] {
        given.clone().when(&C::IssueResponse(offering(remedies))).then_rejected(refusal);
    }
}

#[test]
fn a_response_may_name_what_was_done_already_but_not_what_was_declined() {
    let given = given([
        received(),
        assigned("ana"),
        proposed(apology(1)),
        proposed(apology(2)),
        fulfilled(done(1)),
        fulfilled(declined(2)),
    ]);
    given.clone().when(&C::IssueResponse(offering(&[1]))).then(E::ResponseIssued(offering(&[1])));
    given
        .when(&C::IssueResponse(offering(&[1, 2])))
        .then_rejected(R::RemedyEnded { remedy: RemedyId(2), result: RemedyResult::Declined });
}

#[test]
fn a_final_response_stands_until_it_is_refused() {
    let mut history = vec![received(), assigned("ana"), responded(final_response())];
    for standing in [Answer::Silent, Answer::Accepted] {
        history.push(answered(standing));
        for response in [final_response(), bare(ResponseKind::Interim)] {
            given(history.clone())
                .when(&C::IssueResponse(response))
                .then_rejected(R::FinalResponseStands);
        }
    }
    history.push(answered(Answer::Refused));
    given(history)
        .when(&C::IssueResponse(final_response()))
        .then(E::ResponseIssued(final_response()));
}

#[test]
fn a_better_response_wants_an_answer_of_its_own() {
    let refused =
        [received(), assigned("ana"), responded(final_response()), answered(Answer::Refused)];
    given(refused)
        .after(&C::IssueResponse(final_response()))
        .when(&C::RecordAnswer(answer(Answer::Refused)))
        .then(E::AnswerRecorded(answer(Answer::Refused)));
}

#[test]
fn there_is_no_answer_before_a_final_response() {
    given([received(), assigned("ana"), responded(bare(ResponseKind::Interim))])
        .when(&C::RecordAnswer(answer(Answer::Accepted)))
        .then_rejected(R::FinalResponseMissing { command: "record-answer" });
}

#[test]
fn an_answer_does_not_come_before_the_response() {
    let occurred_at = "2024-03-03T09:00:00Z";
    given([received(), assigned("ana"), responded(final_response())])
        .occurring_at(occurred_at)
        .when(&C::RecordAnswer(answer(Answer::Accepted)))
        .then_rejected(R::OccurredBeforeResponse {
            occurred_at: time(occurred_at),
            responded_at: time(HANDLED_AT),
        });
}

#[test]
fn another_final_response_is_not_dated_before_the_last_word_on_the_one_before() {
    let again = C::IssueResponse(lasting_until("2024-09-11"));
    let history = [
        received(),
        assigned("ana"),
        responded(final_response()),
        answered(Answer::Refused).at("2024-03-08T09:00:00Z"),
    ];
    let refused = given(history.clone());
    let at = |when: &str| refused.clone().occurring_at(when).decide(&again);
    let (responded_at, answered_at) = (time(HANDLED_AT), time("2024-03-08T09:00:00Z"));
    let occurred_at = time("2024-03-02T09:00:00Z");
    let before = R::OccurredBeforeResponse { occurred_at, responded_at };
    assert_eq!(at("2024-03-02T09:00:00Z"), Err(before));
    let responded_at = time("2024-03-08T08:59:59Z");
    let before = RecourseRefusal::BeforeAnswer { answered_at, responded_at };
    assert_eq!(at("2024-03-08T08:59:59Z"), Err(before.into()));
    assert!(at("2024-03-08T09:00:00Z").is_ok(), "a letter that is entered late");

    let reopened_at = "2024-03-10T09:00:00Z";
    let closed = past(E::Closed(because(CloseReason::RecourseWaived))).at("2024-03-09T09:00:00Z");
    let reopened =
        past(E::Reopened(super::builders::again(ReopenReason::NewEvidence))).at(reopened_at);
    let handed = assigned("ana").at(reopened_at);
    let reopened = given(history.into_iter().chain([closed, reopened, handed]));
    let at = |when: &str| reopened.clone().occurring_at(when).decide(&again);
    let refusal = at("2024-03-10T08:59:59Z").unwrap_err();
    assert_eq!(refusal.code(), "occurred-before-turn");
    assert!(at(reopened_at).is_ok());
}

#[test]
fn complainants_may_change_their_minds_and_answer_late() {
    let history = [received(), assigned("ana"), responded(final_response())];
    given(history)
        .at("2024-09-12T00:00:00Z")
        .after(&C::RecordAnswer(answer(Answer::Silent)))
        .after(&C::RecordAnswer(answer(Answer::Refused)))
        .when(&C::RecordAnswer(answer(Answer::Accepted)))
        .then(E::AnswerRecorded(answer(Answer::Accepted)));
}

#[test]
fn the_same_answer_is_not_recorded_twice() {
    let accepted =
        [received(), assigned("ana"), responded(final_response()), answered(Answer::Accepted)];
    given(accepted)
        .when(&C::RecordAnswer(answer(Answer::Accepted)))
        .then_rejected(AnswerRefusal::AnswerUnchanged(Answer::Accepted).into());
}

#[test]
fn only_a_platform_reports_that_nothing_was_disputed() {
    given([received(), assigned("ana"), responded(final_response())])
        .when(&C::RecordAnswer(answer(Answer::NotDisputed)))
        .then_rejected(AnswerRefusal::NotDisputedElsewhere.into());
}

#[test]
fn complainants_answer_themselves_but_do_not_report_their_own_silence() {
    let given = given([received(), assigned("ana"), responded(final_response())])
        .by("portal", Role::Complainant);
    for theirs in [Answer::Accepted, Answer::Refused] {
        given
            .clone()
            .when(&C::RecordAnswer(answer(theirs)))
            .then(E::AnswerRecorded(answer(theirs)));
    }
    given
        .when(&C::RecordAnswer(answer(Answer::Silent)))
        .then_rejected(R::NotForComplainants { command: "record-answer" });
}

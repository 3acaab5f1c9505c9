//! Wrong responses and answers.

use super::{
    super::{
        super::{
            builders::{
                answer, answered, apology, assigned, day, declined, final_response, fulfilled,
                handed_to, holding, imported, label, lasting_until, limits_of, offering, proposed,
                proposed_over_limit, received, refund, reported, responded, would_be,
            },
            harness::{Told, actor, past, time},
        },
        Attempt, Rung,
    },
    BEFORE, drop_entry, happens_now, insert,
};
use crate::{
    actor::Role,
    complaint::{
        Answer, ComplaintCommand as C, ComplaintEvent as E, Finding, Outcome, PlatformCategory,
        Response, ResponseKind,
    },
    sealed::PersonalField,
};

fn response(attempt: &mut Attempt) -> &mut Response {
    let C::IssueResponse(response) = &mut attempt.command else { panic!("expected a response") };
    response
}

pub(super) fn responses() -> Vec<(Attempt, Vec<Rung>)> {
    vec![
        respond_finally(),
        respond_in_between(),
        report_a_response(),
        (
            Attempt::new([received()], C::RecordAnswer(answer(Answer::Accepted)))
                .occurring_at(BEFORE),
            vec![
                ("occurred-before-receipt", happens_now),
                ("final-response-missing", |it| it.history.push(responded(final_response()))),
            ],
        ),
        (
            Attempt::new(
                [received(), responded(final_response())],
                C::RecordAnswer(answer(Answer::NotDisputed)),
            )
            .occurring_at("2024-03-02T09:00:00Z"),
            vec![
                ("occurred-before-response", happens_now),
                ("not-disputed-elsewhere", |it| {
                    it.history.push(answered(Answer::Refused));
                    it.command = C::RecordAnswer(answer(Answer::Refused));
                }),
                ("answer-unchanged", |it| {
                    it.history.push(answered(Answer::Accepted));
                }),
                ("debt-stands", |it| it.given.actor = actor("sue", Role::Supervisor)),
            ],
        ),
        (
            Attempt::new(
                [
                    received(),
                    assigned("ana"),
                    responded(final_response()),
                    answered(Answer::Refused).at("2024-03-09T09:00:00Z"),
                ],
                C::IssueResponse(final_response()),
            )
            .occurring_at("2024-03-02T09:00:00Z"),
            vec![
                ("occurred-before-response", |it| {
                    it.given.occurred_at = time("2024-03-09T08:59:59Z");
                }),
                ("recourse-before-answer", happens_now),
            ],
        ),
        (
            Attempt::new(
                [received(), responded(final_response())],
                C::RecordAnswer(answer(Answer::Silent)),
            ),
            vec![("recourse-silence-too-early", |it| {
                it.command = C::RecordAnswer(answer(Answer::Refused));
            })],
        ),
    ]
}

fn respond_finally() -> (Attempt, Vec<Rung>) {
    let everything_wrong = Response {
        outcome: None,
        findings: Vec::new(),
        recourse: None,
        expected_by: Some(day("2024-03-01")),
        ..offering(&[1, 2, 3, 3, 9])
    };
    (
        Attempt::new(
            [
                received(),
                proposed(apology(1)),
                proposed_over_limit(refund(2, "900")),
                proposed(apology(3)),
                fulfilled(declined(3)),
                responded(final_response()),
            ],
            C::IssueResponse(everything_wrong),
        )
        .under(limits_of("template"))
        .without_texts(),
        vec![
            ("nobody-responsible", |it| {
                insert(it, assigned("ana"));
                it.history
                    .push(past(E::Transferred(handed_to("Other Ltd", "2024-03-08T09:00:00Z"))));
            }),
            ("answered-elsewhere", |it| drop_entry(it, |e| matches!(e, E::Transferred(_)))),
            ("final-response-stands", |it| {
                drop_entry(it, |event| matches!(event, E::ResponseIssued(_)));
            }),
            ("outcome-missing", |it| response(it).outcome = Some(Outcome::NotUpheld)),
            ("findings-missing", |it| {
                let fee = Finding { issue: label("Fee"), outcome: Outcome::Upheld };
                response(it).findings = vec![fee.clone(), fee];
            }),
            ("outcome-issue-named-twice", |it| response(it).findings.truncate(1)),
            ("outcome-finding-contradicts", |it| {
                response(it).findings = would_be(Outcome::NotUpheld).findings;
            }),
            ("outcome-remedy-contradicts", |it| {
                response(it).outcome = Some(Outcome::Upheld);
                response(it).findings = would_be(Outcome::Upheld).findings;
            }),
            ("recourse-missing", |it| response(it).recourse = lasting_until("2024-03-10").recourse),
            ("recourse-over", |it| response(it).recourse = lasting_until("2024-09-10").recourse),
            ("recourse-day-differs", |it| response(it).recourse = final_response().recourse),
            ("expected-date-in-final", |it| response(it).expected_by = None),
            ("response-text-missing", |it| {
                it.given.personal.insert(PersonalField::ResponseText);
            }),
            ("remedy-unknown", |it| response(it).remedies.retain(|id| id.0 != 9)),
            ("remedy-named-twice", |it| response(it).remedies.truncate(3)),
            ("remedy-ended", |it| response(it).remedies.truncate(2)),
            ("remedy-not-approved", |it| response(it).remedies.truncate(1)),
        ],
    )
}

fn respond_in_between() -> (Attempt, Vec<Rung>) {
    let without_day =
        Response { outcome: Some(Outcome::Upheld), expected_by: None, ..holding("2024-03-01") };
    (
        Attempt::new([received(), responded(final_response())], C::IssueResponse(without_day))
            .without_texts(),
        vec![
            ("final-response-stands", |it| it.history.push(answered(Answer::Refused))),
            ("outcome-before-final", |it| response(it).outcome = None),
            ("expected-date-missing", |it| response(it).expected_by = Some(day("2024-03-01"))),
            ("expected-date-passed", |it| response(it).expected_by = Some(day("2024-04-01"))),
            ("response-text-missing", |it| {
                it.given.personal.insert(PersonalField::ResponseText);
            }),
        ],
    )
}

fn report_a_response() -> (Attempt, Vec<Rung>) {
    let wrong_kind = reported(ResponseKind::Holding, PlatformCategory::InProgress);
    (
        Attempt::new(
            [received(), responded(final_response())],
            C::IssueResponse(Response { expected_by: Some(day("2024-04-01")), ..wrong_kind }),
        )
        .by("importer", Role::System),
        vec![
            ("final-response-stands", |it| it.history.truncate(1)),
            ("platform-not-imported", |it| it.history = vec![imported()]),
            ("platform-says-more", |it| response(it).expected_by = None),
            ("platform-kind-differs", |it| response(it).kind = ResponseKind::Interim),
        ],
    )
}

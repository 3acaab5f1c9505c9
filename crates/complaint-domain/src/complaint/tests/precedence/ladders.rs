//! One ladder for each way a command can be wrong.

use std::sync::Arc;

mod clock;
mod committee;
mod elsewhere;
mod material;
mod people;
mod remedy;
mod response;

use super::{
    super::{
        builders::{
            acknowledgement, again, all_done, answered, approval, assessment, assigned, because,
            classification, close, coming_to, concluded, corrects, decided_by, decides, declined,
            escalation, final_response, found, fulfilled, imported, imported_receipt, label,
            message, no_cause_found, not_pursued, over_to, paid, proposed, proposed_over_limit,
            received, recusal, referred_to, refund, reported, responded, to,
        },
        harness::{NOW, Told, actor, past, time},
    },
    Attempt, Rung,
};
use crate::{
    Fact,
    actor::Role,
    cause,
    complaint::{
        Answer, Classification, CloseReason, Closure, ComplaintCommand as C, ComplaintEvent as E,
        CorrectedFact, Correction, Direction, EscalationReason, Outcome, Party, PlatformCategory,
        ReopenReason, ResponseKind, RootCause, Source, Taxonomy,
    },
    review::DecisionEffect,
    sealed::PersonalField,
};

pub(super) fn all() -> Vec<(Attempt, Vec<Rung>)> {
    let mut ladders = intake();
    ladders.extend(handling());
    ladders.extend(people::people());
    ladders.extend(remedy::remedies());
    ladders.extend(response::responses());
    ladders.extend(endings());
    ladders.extend(corrections());
    ladders.extend(clock::clocks());
    ladders.extend(material::material());
    ladders.extend(elsewhere::elsewhere());
    ladders.extend(committee::committee());
    ladders
}

/// Before the receipt of every history.
const BEFORE: &str = "2024-02-01T09:00:00Z";

fn withdrawn() -> Fact<E> {
    past(E::Withdrawn(not_pursued()))
}

fn closure(attempt: &mut Attempt) -> &mut Closure {
    let C::Close(closure) = &mut attempt.command else { panic!("expected a closing") };
    closure
}

fn drop_entry(attempt: &mut Attempt, which: fn(&E) -> bool) {
    attempt.history.retain(|fact| !which(&fact.event));
}

fn insert(attempt: &mut Attempt, fact: Fact<E>) {
    attempt.history.insert(1, fact);
}

fn now_is_now(attempt: &mut Attempt) {
    attempt.given.now = time(NOW);
}

fn happens_now(attempt: &mut Attempt) {
    attempt.given.occurred_at = time(NOW);
}

fn intake() -> Vec<(Attempt, Vec<Rung>)> {
    vec![
        register(),
        acknowledge(),
        classify(),
        (
            Attempt::new([], C::Assess(assessment())).occurring_at(BEFORE),
            vec![
                ("not-received", |it| {
                    it.history = vec![received(), past(E::Assessed(assessment()))];
                }),
                ("occurred-before-receipt", happens_now),
                ("assessment-unchanged", |it| {
                    drop_entry(it, |event| matches!(event, E::Assessed(_)));
                }),
            ],
        ),
        (
            Attempt::new(
                [received()],
                C::RecordCommunication(message(Direction::Outgoing, Party::Complainant)),
            )
            .by("portal", Role::Complainant)
            .occurring_at(BEFORE),
            vec![
                ("not-for-complainants", |it| it.given.actor = actor("ana", Role::Agent)),
                ("occurred-before-receipt", happens_now),
            ],
        ),
    ]
}

fn register() -> (Attempt, Vec<Rung>) {
    (
        Attempt::new([received()], C::Register(imported_receipt()))
            .by("eve", Role::Public)
            .without_texts()
            .occurring_at("2025-01-01T00:00:00Z"),
        vec![
            ("role-may-not-write", |it| it.given.actor = actor("form", Role::Complainant)),
            ("not-for-complainants", |it| {
                let C::Register(receipt) = &mut it.command else { panic!("expected a receipt") };
                receipt.source = Source::Direct;
            }),
            ("already-received", |it| it.history.clear()),
            ("occurred-in-future", happens_now),
            ("narrative-missing", |it| {
                it.given.personal.insert(PersonalField::Narrative);
            }),
        ],
    )
}

fn acknowledge() -> (Attempt, Vec<Rung>) {
    let mut late = Attempt::new(
        [received(), past(E::Acknowledged(acknowledgement())), withdrawn()],
        C::Acknowledge(acknowledgement()),
    )
    .by("eve", Role::Auditor)
    .occurring_at("2024-02-01T10:00:00Z");
    late.given.now = time(BEFORE);
    (
        late,
        vec![
            ("role-may-not-write", |it| it.given.actor = actor("form", Role::Complainant)),
            ("not-for-complainants", |it| it.given.actor = actor("ana", Role::Agent)),
            ("ended", |it| drop_entry(it, |event| matches!(event, E::Withdrawn(_)))),
            ("occurred-in-future", now_is_now),
            ("occurred-before-receipt", happens_now),
            ("already-acknowledged", |it| {
                drop_entry(it, |event| matches!(event, E::Acknowledged(_)));
            }),
        ],
    )
}

/// A classification that names an issue too.
fn with_issue() -> Classification {
    let mut classification = classification();
    classification.matter.issue = Some(label("Fee"));
    classification
}

/// A taxonomy with one product and one issue, under the code that the classification names.
fn of_taxonomy(attempt: &mut Attempt, product: &str, issue: &str) {
    let code = with_issue().matter.taxonomy;
    let products = [(label(product), [label(issue)].into())].into();
    attempt.given.rules.taxonomy = Some(Arc::new(Taxonomy { code, products }));
}

fn classify() -> (Attempt, Vec<Rung>) {
    let without_rights = Classification { rights: [].into(), ..with_issue() };
    let mut attempt = Attempt::new(
        [received(), past(E::Classified(with_issue())), withdrawn()],
        C::Classify(without_rights),
    );
    let products = [].into();
    attempt.given.rules.taxonomy = Some(Arc::new(Taxonomy { code: label("another"), products }));
    (
        attempt,
        vec![
            ("ended", |it| drop_entry(it, |event| matches!(event, E::Withdrawn(_)))),
            ("rights-missing", |it| it.command = C::Classify(with_issue())),
            ("taxonomy-not-in-force", |it| of_taxonomy(it, "Other", "Other")),
            ("taxonomy-product-unknown", |it| {
                let product = with_issue().matter.product;
                of_taxonomy(it, product.as_str(), "Other");
            }),
            ("taxonomy-issue-unknown", |it| it.given.rules.taxonomy = None),
            ("classification-unchanged", |it| {
                drop_entry(it, |event| matches!(event, E::Classified(_)));
            }),
        ],
    )
}

/// What is put right is classified anew.
fn correct_matter() -> (Attempt, Vec<Rung>) {
    let matter = CorrectedFact::Matter { matter: with_issue().matter };
    let mut attempt = Attempt::new([received()], C::Correct(corrects(1, matter)));
    let products = [].into();
    attempt.given.rules.taxonomy = Some(Arc::new(Taxonomy { code: label("another"), products }));
    (
        attempt,
        vec![
            ("taxonomy-not-in-force", |it| of_taxonomy(it, "Other", "Other")),
            ("taxonomy-product-unknown", |it| {
                let product = with_issue().matter.product;
                of_taxonomy(it, product.as_str(), "Other");
            }),
            ("taxonomy-issue-unknown", |it| it.given.rules.taxonomy = None),
            ("entry-unknown", |it| {
                let matter = CorrectedFact::Matter { matter: with_issue().matter };
                it.command = C::Correct(corrects(0, matter));
            }),
        ],
    )
}

fn handling() -> Vec<(Attempt, Vec<Rung>)> {
    vec![
        (
            Attempt::new([received(), assigned("ben")], C::Assign(to("ben"))).occurring_at(BEFORE),
            vec![
                ("occurred-before-receipt", happens_now),
                ("already-assigned", |it| drop_entry(it, |event| matches!(event, E::Assigned(_)))),
            ],
        ),
        (
            Attempt::new([received()], C::Reassign(over_to("ben"))).occurring_at(BEFORE),
            vec![
                ("occurred-before-receipt", happens_now),
                ("nobody-responsible", |it| it.history.push(assigned("ben"))),
                ("same-handler", |it| it.history.push(past(E::Reassigned(over_to("ana"))))),
            ],
        ),
        (
            Attempt::new([received(), assigned("ana")], C::Recuse(recusal("ben")))
                .by("zoe", Role::Agent),
            vec![
                ("not-the-handler", |it| it.command = C::Recuse(recusal("ana"))),
                ("recused-by-colleague", |it| it.given.actor = actor("sue", Role::Supervisor)),
            ],
        ),
        (
            Attempt::new(
                [received(), no_cause_found()],
                C::IdentifyRootCause(RootCause::NoneFound),
            ),
            vec![
                ("nobody-responsible", |it| it.history.push(assigned("ana"))),
                ("root-cause-unchanged", |it| {
                    it.given.rules.causes = cause::standard().cloned().map(Arc::new);
                    it.command = C::IdentifyRootCause(found("process/fee"));
                }),
                ("root-cause-unknown", |it| {
                    it.command = C::IdentifyRootCause(found("process.handling"));
                }),
            ],
        ),
    ]
}

fn close_with_ways_onward() -> (Attempt, Vec<Rung>) {
    let taken_up = || past(E::ReferredExternally(referred_to("Ombudsman")));
    (
        Attempt::new(
            [
                received(),
                assigned("ana"),
                responded(final_response()),
                taken_up(),
                past(E::Escalated(escalation(EscalationReason::ComplainantRequest))),
            ],
            close(CloseReason::RecourseExhausted),
        ),
        vec![
            ("recourse-pending", |it| {
                drop_entry(it, |event| matches!(event, E::ReferredExternally(_)));
            }),
            ("recourse-review-pending", |it| {
                drop_entry(it, |event| matches!(event, E::Escalated(_)));
            }),
            ("recourse-not-exhausted", |it| {
                it.history.extend([
                    past(E::ReferredExternally(referred_to("Ombudsman"))),
                    past(E::ExternalDecisionRecorded(decided_by("Ombudsman", None))),
                ]);
            }),
            ("answer-missing", |it| it.history.push(answered(Answer::Refused))),
            ("root-cause-missing", |it| it.history.push(no_cause_found())),
        ],
    )
}

fn endings() -> Vec<(Attempt, Vec<Rung>)> {
    vec![
        close_too_early(),
        close_with_ways_onward(),
        (
            Attempt::new([received()], close(CloseReason::Accepted)),
            vec![
                ("nobody-responsible", |it| it.history.push(assigned("ana"))),
                ("final-response-missing", |it| {
                    let upheld = decides(Outcome::Upheld, DecisionEffect::Binding);
                    it.history.extend([responded(final_response()), concluded(1, upheld)]);
                }),
                ("committee-decision-binds", |it| {
                    drop_entry(it, |event| matches!(event, E::ReviewConcluded(_)));
                }),
                ("answer-missing", |it| it.history.push(answered(Answer::Accepted))),
                ("root-cause-missing", |it| it.history.push(no_cause_found())),
            ],
        ),
        (
            Attempt::new(
                [
                    imported(),
                    proposed_over_limit(refund(1, "900")),
                    past(E::RemedyApproved(approval(1))).by("sue", Role::Supervisor),
                    responded(reported(ResponseKind::Final, PlatformCategory::Closed)),
                    answered(Answer::NotDisputed),
                ],
                close(CloseReason::RecourseExpired),
            ),
            vec![
                ("recourse-not-stated", |it| closure(it).reason = CloseReason::ClosedOnPlatform),
                ("remedy-outstanding", |it| it.history.push(fulfilled(declined(1)))),
            ],
        ),
        (
            Attempt::new(
                [
                    received(),
                    assigned("ana"),
                    proposed_over_limit(refund(1, "900")),
                    past(E::RemedyApproved(approval(1))).by("sue", Role::Supervisor),
                    responded(final_response()),
                    past(E::ReferredExternally(referred_to("Ombudsman"))),
                    past(E::ExternalDecisionRecorded(decided_by("Ombudsman", Some("900")))),
                    answered(Answer::Refused),
                ],
                close(CloseReason::RecourseExhausted),
            ),
            vec![
                ("remedy-outstanding", |it| it.history.insert(5, fulfilled(declined(1)))),
                ("award-outstanding", |it| {
                    it.history.extend([proposed(refund(2, "900")), fulfilled(paid(2, "900"))]);
                }),
                ("root-cause-missing", |it| it.history.push(no_cause_found())),
            ],
        ),
        (
            Attempt::new([], C::Reopen(again(ReopenReason::NewEvidence)))
                .occurring_at("2024-03-02T09:00:00Z"),
            vec![
                ("not-received", |it| it.history.push(received())),
                ("still-open", |it| it.history = all_done()),
                ("occurred-before-turn", happens_now),
            ],
        ),
        withdraw(),
    ]
}

fn withdraw() -> (Attempt, Vec<Rung>) {
    (
        Attempt::new([received(), withdrawn()], C::Withdraw(not_pursued()))
            .occurring_at("2024-03-02T09:00:00Z"),
        vec![
            ("ended", |it| {
                it.history.extend([
                    past(E::Reopened(again(ReopenReason::ComplainantRequest))),
                    concluded(1, decides(Outcome::Upheld, DecisionEffect::Binding)),
                    responded(coming_to(Outcome::NotUpheld, "2025-03-11")),
                    past(E::Escalated(escalation(EscalationReason::ComplainantRequest))),
                    past(E::ReferredExternally(referred_to("Ombudsman"))),
                    answered(Answer::Accepted),
                ]);
            }),
            ("occurred-before-turn", happens_now),
            ("recourse-pending", |it| {
                drop_entry(it, |event| matches!(event, E::ReferredExternally(_)));
            }),
            ("recourse-review-pending", |it| {
                drop_entry(it, |event| matches!(event, E::Escalated(_)));
            }),
            ("committee-decision-owed", |it| {
                drop_entry(it, |event| matches!(event, E::ReviewConcluded(_)));
            }),
            ("withdrawn-after-acceptance", |it| {
                drop_entry(it, |event| matches!(event, E::AnswerRecorded(_)));
            }),
        ],
    )
}

fn close_too_early() -> (Attempt, Vec<Rung>) {
    (
        Attempt::new(
            [
                received(),
                withdrawn().at("2024-03-06T09:00:00Z"),
                past(E::Reopened(again(ReopenReason::NewEvidence))).at("2024-03-06T09:00:00Z"),
                proposed_over_limit(refund(1, "900")),
                past(E::RemedyApproved(approval(1))).by("sue", Role::Supervisor),
                responded(final_response()).at("2024-03-08T09:00:00Z"),
                past(E::Closed(because(CloseReason::Accepted))),
            ],
            close(CloseReason::ClosedOnPlatform),
        )
        .occurring_at("2024-03-05T09:00:00Z"),
        vec![
            ("ended", |it| it.history.truncate(6)),
            ("occurred-before-turn", |it| it.given.occurred_at = time("2024-03-07T09:00:00Z")),
            ("occurred-before-response", happens_now),
            ("nobody-responsible", |it| it.history.push(assigned("ana"))),
            ("not-closed-on-platform", |it| closure(it).reason = CloseReason::RecourseExpired),
            ("answer-missing", |it| it.history.push(answered(Answer::Accepted))),
            ("reason-contradicts-answer", |it| it.history.push(answered(Answer::Refused))),
            ("recourse-still-open", |it| {
                it.given.now = time("2024-09-12T00:00:00Z");
                it.given.occurred_at = it.given.now;
            }),
            ("remedy-outstanding", |it| it.history.push(fulfilled(paid(1, "900")))),
            ("root-cause-missing", |it| it.history.push(no_cause_found())),
        ],
    )
}

fn corrections() -> Vec<(Attempt, Vec<Rung>)> {
    fn correction(attempt: &mut Attempt) -> &mut Correction {
        let C::Correct(correction) = &mut attempt.command else {
            panic!("expected a correction");
        };
        correction
    }
    let unchanged = CorrectedFact::ReceivedAt { received_at: received().occurred_at };
    vec![
        (
            Attempt::new(
                [received(), past(E::Classified(classification()))],
                C::Correct(corrects(2, unchanged)),
            ),
            vec![
                ("entry-unknown", |it| correction(it).corrects = 1),
                ("entry-says-otherwise", |it| correction(it).corrects = 0),
                ("correction-unchanged", |it| {
                    let received_at = time("2024-05-01T00:00:00Z");
                    correction(it).fact = CorrectedFact::ReceivedAt { received_at };
                }),
                ("receipt-in-future", now_is_far_on),
                ("receipt-after-step", |it| {
                    drop_entry(it, |event| matches!(event, E::Classified(_)));
                }),
            ],
        ),
        (
            Attempt::new([received()], C::Correct(corrects(1, CorrectedFact::Personal)))
                .by("portal", Role::Complainant)
                .without_texts(),
            vec![
                ("not-for-complainants", |it| it.given.actor = actor("ana", Role::Agent)),
                ("entry-unknown", |it| correction(it).corrects = 0),
                ("corrected-text-missing", |it| {
                    it.given.personal.insert(PersonalField::ComplainantName);
                }),
            ],
        ),
        correct_matter(),
    ]
}

fn now_is_far_on(attempt: &mut Attempt) {
    attempt.given.now = time("2024-06-01T00:00:00Z");
}

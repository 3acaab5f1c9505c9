//! Wrong links, transfers, escalations, referrals and surveys.

use super::{
    super::{
        super::{
            builders::{
                approval, assigned, by_email, close, coming_to, concluded, daughter, decided_by,
                decides, declined, escalation, final_response, fulfilled, handed_to, linked_to,
                not_escalated, proposed_over_limit, received, referred_to, refund, responded,
                scores, step, unlinked_from, violation, would_be,
            },
            harness::{Told, actor, past},
        },
        Attempt, Rung,
    },
    drop_entry, happens_now, insert, withdrawn,
};
use crate::{
    actor::Role,
    complaint::{
        CloseReason, ComplaintCommand as C, ComplaintEvent as E, EscalationReason, LinkKind,
        Outcome, ProcessStep,
    },
    review::DecisionEffect,
};

/// When the complainant was told, long before now.
const TOLD: &str = "2024-03-08T09:00:00Z";

pub(super) fn elsewhere() -> Vec<(Attempt, Vec<Rung>)> {
    let mut ladders = links();
    ladders.extend(transfers());
    ladders.extend(bodies());
    ladders.extend(surveys());
    ladders
}

fn links() -> Vec<(Attempt, Vec<Rung>)> {
    let mut linking = Attempt::new(
        [received(), past(E::DuplicateLinked(linked_to(1, LinkKind::Duplicate))), withdrawn()],
        C::LinkDuplicate(linked_to(1, LinkKind::Joint)),
    );
    linking.given.complaint = Some(linked_to(1, LinkKind::Joint).of);
    linking.given.is_other_unknown = true;
    vec![
        (
            linking,
            vec![
                ("ended", |it| drop_entry(it, |event| matches!(event, E::Withdrawn(_)))),
                ("linked-to-itself", |it| it.given.complaint = None),
                ("linked-to-unknown", |it| it.given.is_other_unknown = false),
                ("already-linked", |it| {
                    drop_entry(it, |event| matches!(event, E::DuplicateLinked(_)));
                }),
                ("representative-missing", |it| {
                    it.history.push(past(E::RepresentativeAuthorised(daughter(1))));
                }),
            ],
        ),
        (
            Attempt::new([received()], C::UnlinkDuplicate(unlinked_from(1))),
            vec![("not-linked", |it| {
                it.history.push(past(E::DuplicateLinked(linked_to(1, LinkKind::Duplicate))));
            })],
        ),
    ]
}

fn transfers() -> Vec<(Attempt, Vec<Rung>)> {
    vec![
        (
            Attempt::new(
                [
                    received(),
                    past(E::Transferred(handed_to("Other Ltd", TOLD))),
                    responded(final_response()),
                    past(E::Escalated(escalation(EscalationReason::Gravity))),
                ],
                C::Transfer(handed_to("Other Ltd", "2001-01-01T00:00:00Z")),
            ),
            vec![
                ("occurred-before-receipt", |it| {
                    it.command = C::Transfer(handed_to("Other Ltd", "2024-06-01T00:00:00Z"));
                }),
                ("notice-in-future", |it| it.command = C::Transfer(handed_to("Other Ltd", TOLD))),
                ("nobody-responsible", |it| it.history.push(assigned("ana"))),
                ("answered-by-us", |it| drop_entry(it, |e| matches!(e, E::ResponseIssued(_)))),
                ("recourse-review-pending", |it| {
                    drop_entry(it, |event| matches!(event, E::Escalated(_)));
                }),
                ("already-transferred", |it| {
                    it.command = C::Transfer(handed_to("Third Ltd", TOLD));
                }),
            ],
        ),
        (
            Attempt::new(
                [received(), past(E::Escalated(escalation(EscalationReason::Gravity)))],
                close(CloseReason::Transferred),
            ),
            vec![
                ("nobody-responsible", |it| it.history.push(assigned("ana"))),
                ("recourse-review-pending", |it| {
                    let upheld = decides(Outcome::Upheld, DecisionEffect::Binding);
                    it.history.push(concluded(1, upheld));
                }),
                ("committee-decision-owed", |it| {
                    drop_entry(it, |event| {
                        matches!(event, E::ReviewConcluded(_) | E::Escalated(_))
                    });
                }),
                ("not-transferred", |it| {
                    it.history.extend([
                        past(E::Transferred(handed_to("Other Ltd", TOLD))),
                        proposed_over_limit(refund(1, "900")),
                        past(E::RemedyApproved(approval(1))).by("sue", Role::Supervisor),
                    ]);
                }),
                ("remedy-outstanding", |it| it.history.push(fulfilled(declined(1)))),
            ],
        ),
    ]
}

fn taken_back() -> (Attempt, Vec<Rung>) {
    let mut taking_back =
        Attempt::new([received()], C::WithdrawEscalation(not_escalated())).by("ben", Role::Agent);
    taking_back.given.is_taken_up = true;
    (
        taking_back,
        vec![
            ("committee-not-escalated", |it| {
                it.history.push(past(E::Escalated(escalation(EscalationReason::Gravity))));
            }),
            ("committee-escalated-by-another", |it| it.given.actor = actor("ana", Role::Agent)),
            ("committee-taken-up", |it| it.given.is_taken_up = false),
        ],
    )
}

fn bodies() -> Vec<(Attempt, Vec<Rung>)> {
    vec![
        taken_back(),
        (
            Attempt::new(
                [received(), past(E::Escalated(escalation(EscalationReason::Gravity)))],
                C::Escalate(escalation(EscalationReason::NotFullyUpheld)),
            )
            .by("portal", Role::Complainant),
            vec![
                ("not-for-complainants", |it| it.given.actor = actor("ana", Role::Agent)),
                ("final-response-missing", |it| {
                    insert(it, responded(coming_to(Outcome::Upheld, "2024-09-11")));
                }),
                ("already-escalated", |it| {
                    drop_entry(it, |event| matches!(event, E::Escalated(_)));
                }),
                ("committee-fully-upheld", |it| {
                    it.history.push(past(E::OutcomeProposed(would_be(Outcome::NotUpheld))));
                }),
            ],
        ),
        (
            Attempt::new(
                [received(), past(E::ReferredExternally(referred_to("Ombudsman")))],
                C::ReferExternally(referred_to("Ombudsman")),
            ),
            vec![("already-referred", |it| {
                it.history.push(past(E::ExternalDecisionRecorded(decided_by("Ombudsman", None))));
            })],
        ),
        (
            Attempt::new(
                [received(), withdrawn()],
                C::RecordExternalDecision(decided_by("Ombudsman", Some("0"))),
            ),
            vec![
                ("amount-not-positive", |it| {
                    it.command = C::RecordExternalDecision(decided_by("Ombudsman", Some("0.005")));
                }),
                ("amount-finer-than-minor-unit", |it| {
                    it.command = C::RecordExternalDecision(decided_by("Ombudsman", None));
                }),
                ("not-referred", |it| {
                    it.history.extend([
                        past(E::ReferredExternally(referred_to("Ombudsman"))),
                        past(E::ExternalDecisionRecorded(decided_by("Ombudsman", None))),
                    ]);
                }),
                ("external-decision-unchanged", |it| {
                    it.command = C::RecordExternalDecision(decided_by("Ombudsman", Some("5")));
                }),
            ],
        ),
        (
            Attempt::new(
                [received(), past(E::SuspectedViolationReported(violation(1)))],
                C::ReportSuspectedViolation(violation(1)),
            ),
            vec![("violation-already-reported", |it| {
                it.command = C::ReportSuspectedViolation(violation(2));
            })],
        ),
        (
            Attempt::new([received()], C::TakeStep(step(ProcessStep::MediationEnded))),
            vec![("step-not-called-for", |it| {
                it.history.push(past(E::StepTaken(step(ProcessStep::Admitted))));
            })],
        ),
    ]
}

fn surveys() -> Vec<(Attempt, Vec<Rung>)> {
    vec![
        (
            Attempt::new(
                [received(), responded(final_response()), past(E::SurveyRequested(by_email()))],
                C::RequestSurvey(by_email()),
            )
            .occurring_at("2024-03-02T09:00:00Z"),
            vec![
                ("occurred-before-response", |it| {
                    drop_entry(it, |event| matches!(event, E::ResponseIssued(_)));
                    happens_now(it);
                }),
                ("final-response-missing", |it| insert(it, responded(final_response()))),
                ("survey-already-requested", |it| {
                    drop_entry(it, |event| matches!(event, E::SurveyRequested(_)));
                }),
            ],
        ),
        (
            Attempt::new([received(), withdrawn()], C::RecordSurveyAnswer(scores(6, 1)))
                .by("portal", Role::Complainant),
            vec![
                ("survey-not-requested", |it| {
                    it.history.extend([
                        past(E::SurveyRequested(by_email())),
                        past(E::SurveyAnswered(scores(5, 5))),
                    ]);
                }),
                ("survey-already-answered", |it| {
                    drop_entry(it, |event| matches!(event, E::SurveyAnswered(_)));
                }),
                ("score-out-of-range", |it| it.command = C::RecordSurveyAnswer(scores(4, 1))),
            ],
        ),
    ]
}

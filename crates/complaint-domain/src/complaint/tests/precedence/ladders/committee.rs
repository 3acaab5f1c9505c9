//! Wrong proposals, answers before the committee, and notes of reviews.

use super::{
    super::{
        super::{
            builders::{
                assigned, coming_to, concluded, decides, final_response, limits_of, received,
                responded, review, would_be,
            },
            harness::{actor, past},
        },
        Attempt, Rung,
    },
    drop_entry, insert,
};
use crate::{
    Fact,
    actor::Role,
    complaint::{
        ComplaintCommand as C, ComplaintEvent as E, Escalation, EscalationReason, Outcome,
        OutcomeProposal,
    },
    review::{DecisionEffect, ReplyKind},
};

const BINDING: DecisionEffect = DecisionEffect::Binding;

pub(super) fn committee() -> Vec<(Attempt, Vec<Rung>)> {
    vec![propose(), answer(), note()]
}

fn propose() -> (Attempt, Vec<Rung>) {
    let without_findings = OutcomeProposal { findings: Vec::new(), ..would_be(Outcome::NotUpheld) };
    (
        Attempt::new(
            [
                received(),
                responded(final_response()),
                past(E::OutcomeProposed(would_be(Outcome::NotUpheld))),
            ],
            C::ProposeOutcome(without_findings),
        ),
        vec![
            ("nobody-responsible", |it| insert(it, assigned("ana"))),
            ("final-response-stands", |it| {
                drop_entry(it, |event| matches!(event, E::ResponseIssued(_)));
            }),
            ("findings-missing", |it| {
                let findings = would_be(Outcome::Upheld).findings;
                let proposal = OutcomeProposal { findings, ..would_be(Outcome::NotUpheld) };
                it.command = C::ProposeOutcome(proposal);
            }),
            ("outcome-finding-contradicts", |it| {
                it.command = C::ProposeOutcome(would_be(Outcome::NotUpheld));
            }),
            ("committee-outcome-unchanged", |it| {
                it.command = C::ProposeOutcome(would_be(Outcome::PartlyUpheld));
            }),
        ],
    )
}

fn answer() -> (Attempt, Vec<Rung>) {
    let rejecting = coming_to(Outcome::NotUpheld, "2025-03-11");
    (
        Attempt::new([received(), assigned("ana")], C::IssueResponse(rejecting))
            .under(limits_of("in-rbi")),
        vec![
            ("committee-not-reviewed", |it| {
                it.history.push(concluded(1, decides(Outcome::PartlyUpheld, BINDING)));
            }),
            ("committee-decision-binds", |it| {
                it.history.push(concluded(2, decides(Outcome::NotUpheld, BINDING)));
                let reason = EscalationReason::NotFullyUpheld;
                it.history.push(past(E::Escalated(Escalation { reason })));
                it.history.push(recommended(3, Outcome::Upheld));
            }),
            ("committee-recommendation-stands", |it| {
                it.given = it.given.clone().reviewing(None).replying(ReplyKind::Refused);
            }),
        ],
    )
}

/// By a program that says of which escalation a review was.
fn recommended(number: u8, outcome: Outcome) -> Fact<E> {
    let mut noted = concluded(number, decides(outcome, DecisionEffect::Recommendation));
    if let E::ReviewConcluded(concluded) = &mut noted.event {
        concluded.escalation = Some(1);
    }
    noted
}

fn note() -> (Attempt, Vec<Rung>) {
    let decided = decides(Outcome::Upheld, BINDING);
    let noting = Attempt::new([received(), concluded(1, decided)], C::NoteReview(review(1)));
    (
        noting,
        vec![
            ("not-for-people", |it| it.given.actor = actor("escalation", Role::System)),
            ("committee-not-of-this", |it| it.given = it.given.clone().reviewing(None)),
            ("committee-not-ended", |it| {
                let decided = decides(Outcome::Upheld, BINDING);
                it.given = it.given.clone().reviewing(Some(decided));
            }),
            ("committee-already-noted", |it| it.command = C::NoteReview(review(2))),
        ],
    )
}

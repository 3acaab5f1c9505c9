//! The order in which reasons win, and that every one is reached.

use std::collections::BTreeMap;

use super::{
    super::{
        Finding, InquiryId, Penalty, PenaltyKind, ReferralClosure, ReferralCommand as C,
        ReferralEvent as E, ReferralReceipt, ReferralRejection as R,
    },
    Desk, answer, desk, fine, found, in_history, inquiry, label, past, submission, submitted,
};
use crate::{
    actor::Role,
    story::{Attempt, Ladder, climb, reaches_all, time},
};

pub(super) fn examples() -> BTreeMap<&'static str, String> {
    climb(ladders(), R::CODES)
}

#[test]
fn reasons_win_in_the_order_of_the_list_and_every_one_is_reached() {
    reaches_all(&examples(), R::CODES);
}

type It = Attempt<Desk>;

fn ladders() -> Vec<Ladder<Desk>> {
    let mut all = before_the_outcome();
    all.extend(after_the_outcome());
    all
}

fn tomorrow(it: &mut It) {
    it.world.occasion.occurred_at = time("2024-06-04T09:00:00Z");
}

fn now_is_now(it: &mut It) {
    it.world.occasion.now = it.world.occasion.occurred_at;
}

fn before_the_outcome() -> Vec<Ladder<Desk>> {
    let mut elsewhere = submission();
    elsewhere.authority = label("PBoC");
    let mut submitting = Attempt::new(desk(), vec![submitted()], C::Submit(elsewhere));
    submitting.world.reported = None;
    vec![
        (
            submitting.by("ana", Role::Agent),
            vec![
                ("role-may-not", |it| it.world.occasion.actor = desk().occasion.actor),
                ("already-submitted", |it| {
                    it.history.clear();
                    tomorrow(it);
                }),
                ("occurred-in-future", now_is_now),
                ("not-reported", |it| it.world.reported = desk().reported),
                ("reported-otherwise", |it| it.command = C::Submit(submission())),
            ],
        ),
        (
            Attempt::new(
                desk(),
                vec![],
                C::Acknowledge(ReferralReceipt { reference: label("2024-117") }),
            ),
            vec![
                ("not-submitted", |it| {
                    it.history = in_history([
                        E::Acknowledged(ReferralReceipt { reference: label("2024-117") }),
                        E::Closed(ReferralClosure {}),
                    ]);
                    tomorrow(it);
                }),
                ("ended", |it| it.drop(|event| matches!(event, E::Closed(_)))),
                ("occurred-in-future", now_is_now),
                ("already-acknowledged", |it| it.drop(|e| matches!(e, E::Acknowledged(_)))),
            ],
        ),
        (
            Attempt::new(desk(), vec![submitted()], {
                let mut late = inquiry(2);
                late.due = Some("2024-06-02".parse().unwrap());
                C::RecordInquiry(late)
            }),
            vec![
                ("inquiry-number-not-next", |it| {
                    it.history.push(past(E::InquiryRecorded(inquiry(1))));
                }),
                ("inquiry-due-passed", |it| {
                    let C::RecordInquiry(inquiry) = &mut it.command else { panic!("an inquiry") };
                    inquiry.due = Some("2024-06-03".parse().unwrap());
                }),
            ],
        ),
        (
            Attempt::new(
                desk(),
                in_history([E::InquiryRecorded(inquiry(1)), E::InquiryAnswered(answer(1))]),
                C::AnswerInquiry(answer(2)),
            ),
            vec![
                ("inquiry-unknown", |it| it.command = C::AnswerInquiry(answer(1))),
                ("inquiry-answered", |it| it.drop(|e| matches!(e, E::InquiryAnswered(_)))),
            ],
        ),
    ]
}

fn after_the_outcome() -> Vec<Ladder<Desk>> {
    let decided = || in_history([E::OutcomeRecorded(found(Finding::NoViolation))]);
    vec![
        (
            Attempt::new(desk(), decided(), C::RecordOutcome(found(Finding::NoViolation))),
            vec![("outcome-unchanged", |it| {
                it.command = C::RecordOutcome(found(Finding::NotCompetent));
            })],
        ),
        (
            Attempt::new(
                desk(),
                vec![submitted()],
                C::RecordPenalty(Penalty { kind: PenaltyKind::Fine, amount: None }),
            ),
            vec![
                ("outcome-missing", |it| {
                    it.history = in_history([E::OutcomeRecorded(found(Finding::NoViolation))]);
                }),
                ("no-violation", |it| {
                    it.history = in_history([E::OutcomeRecorded(found(Finding::Violation))]);
                }),
                ("amount-missing", |it| {
                    let amount = fine(1).amount;
                    it.command = C::RecordPenalty(Penalty { kind: PenaltyKind::Warning, amount });
                }),
                ("amount-not-expected", |it| it.command = C::RecordPenalty(fine(0))),
                ("amount-not-positive", |it| {
                    let Penalty { kind, amount } = fine(1);
                    let amount = amount.map(|fine| crate::money::Money {
                        amount: "0.001".parse().unwrap(),
                        ..fine
                    });
                    it.command = C::RecordPenalty(Penalty { kind, amount });
                }),
                ("amount-finer-than-minor-unit", |it| it.command = C::RecordPenalty(fine(1))),
            ],
        ),
        (
            Attempt::new(
                desk(),
                in_history([E::InquiryRecorded(inquiry(1))]),
                C::Close(ReferralClosure {}),
            ),
            vec![
                ("outcome-missing", |it| {
                    it.history.push(past(E::OutcomeRecorded(found(Finding::NotPursued))));
                }),
                ("inquiry-unanswered", |it| {
                    let answer = super::InquiryAnswer { inquiry: InquiryId(1) };
                    it.history.push(past(E::InquiryAnswered(answer)));
                }),
            ],
        ),
    ]
}

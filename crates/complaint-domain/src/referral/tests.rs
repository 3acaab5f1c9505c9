mod ladders;

use super::{
    Finding, Inquiry, InquiryAnswer, InquiryId, Penalty, PenaltyKind, Referral,
    ReferralCircumstances, ReferralClosure, ReferralCommand as C, ReferralEvent as E,
    ReferralOutcome, ReferralReceipt, ReferralRejection as R, Submission,
};
use crate::{
    Fact,
    actor::Role,
    aggregate::{Aggregate as _, Occasion},
    codes::tests::agrees,
    complaint::SuspectedViolation,
    label::Label,
    money::Money,
    story::{self, Chapter, World, actor, given},
};

const NOW: &str = "2024-06-03T09:00:00Z";

#[derive(Clone)]
pub(crate) struct Desk {
    occasion: Occasion,
    reported: Option<SuspectedViolation>,
}

impl World for Desk {
    type A = Referral;

    fn occasion(&mut self) -> &mut Occasion {
        &mut self.occasion
    }

    fn decide(&self, state: &Referral, command: &C) -> story::Outcome<Self> {
        let circumstances =
            ReferralCircumstances { occasion: &self.occasion, reported: self.reported.as_ref() };
        state.decide(command, &circumstances)
    }

    fn code(rejection: &R) -> &'static str {
        rejection.code()
    }

    fn name(command: &C) -> &'static str {
        command.name()
    }
}

pub(super) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

pub(super) fn desk() -> Desk {
    Desk {
        occasion: story::occasion(&actor("cleo", Role::ComplianceOfficer), NOW),
        reported: Some(SuspectedViolation {
            referral: "referral-01KA0000000000000000000000".parse().unwrap(),
            authority: label("SAMR"),
            rule: label("CPL 55"),
        }),
    }
}

pub(super) fn past(event: E) -> Fact<E> {
    story::past(event, "cleo", Role::ComplianceOfficer, "2024-05-06T09:00:00Z")
}

pub(super) fn submission() -> Submission {
    Submission {
        referral: "referral-01KA0000000000000000000000".parse().unwrap(),
        complaint: "complaint-01KA0000000000000000000000".parse().unwrap(),
        authority: label("SAMR"),
        rule: label("CPL 55"),
    }
}

pub(super) fn submitted() -> Fact<E> {
    past(E::Submitted(submission()))
}

pub(super) fn inquiry(number: u16) -> Inquiry {
    Inquiry {
        inquiry: InquiryId(number),
        subject: label("price records"),
        due: Some("2024-06-20".parse().unwrap()),
    }
}

pub(super) fn answer(number: u16) -> InquiryAnswer {
    InquiryAnswer { inquiry: InquiryId(number) }
}

pub(super) fn found(finding: Finding) -> ReferralOutcome {
    ReferralOutcome { finding }
}

pub(super) fn fine(amount: i64) -> Penalty {
    let amount = Money { amount: amount.into(), currency: iso_currency::Currency::CNY };
    Penalty { kind: PenaltyKind::Fine, amount: Some(amount) }
}

pub(super) fn in_history(events: impl IntoIterator<Item = E>) -> Vec<Fact<E>> {
    std::iter::once(submitted()).chain(events.into_iter().map(past)).collect()
}

fn one_of_each() -> Vec<C> {
    vec![
        C::Submit(submission()),
        C::Acknowledge(ReferralReceipt { reference: label("2024-117") }),
        C::RecordInquiry(inquiry(1)),
        C::AnswerInquiry(answer(1)),
        C::RecordOutcome(found(Finding::Violation)),
        C::RecordPenalty(fine(50_000)),
        C::Close(ReferralClosure {}),
    ]
}

/// The referral's chapter of docs/process.md.
pub(crate) fn chapter() -> Chapter<Desk> {
    let violation = E::OutcomeRecorded(found(Finding::Violation));
    Chapter {
        title: "Referrals to a regulator",
        about: "Sent by a compliance officer. *Decided* is the finding of a violation.",
        states: vec![
            ("unknown", vec![]),
            ("submitted", vec![submitted()]),
            ("inquired", in_history([E::InquiryRecorded(inquiry(1))])),
            ("decided", in_history([violation.clone()])),
            ("closed", in_history([violation, E::Closed(ReferralClosure {})])),
        ],
        commands: one_of_each().into_iter().map(|command| (desk(), command)).collect(),
        codes: R::CODES,
        examples: ladders::examples(),
    }
}

#[test]
fn a_suspected_violation_goes_from_its_report_to_the_penalty() {
    given(desk(), vec![])
        .after(&C::Submit(submission()))
        .after(&C::Acknowledge(ReferralReceipt { reference: label("2024-117") }))
        .after(&C::RecordInquiry(inquiry(1)))
        .after(&C::AnswerInquiry(answer(1)))
        .after(&C::RecordOutcome(found(Finding::Violation)))
        .after(&C::RecordPenalty(fine(50_000)))
        .when(&C::Close(ReferralClosure {}))
        .then(E::Closed(ReferralClosure {}));
}

#[test]
fn an_authority_may_come_to_something_else_later() {
    given(desk(), vec![submitted()])
        .after(&C::RecordOutcome(found(Finding::NotPursued)))
        .when(&C::RecordOutcome(found(Finding::Violation)))
        .then(E::OutcomeRecorded(found(Finding::Violation)));
}

#[test]
fn an_authority_that_waits_for_an_answer_is_not_done_with() {
    given(
        desk(),
        in_history([
            E::InquiryRecorded(inquiry(1)),
            E::OutcomeRecorded(found(Finding::NoViolation)),
        ]),
    )
    .when(&C::Close(ReferralClosure {}))
    .then_rejected(R::InquiryUnanswered(InquiryId(1)));
}

#[test]
fn the_code_of_every_value_is_its_stored_name() {
    agrees(Finding::ALL, Finding::code);
    agrees(PenaltyKind::ALL, PenaltyKind::code);
}

#[test]
fn the_codes_stand_in_the_order_of_the_enum() {
    let of_enum = story::variants(include_str!("rejection.rs"), "pub enum ReferralRejection {");
    assert_eq!(of_enum.collect::<Vec<_>>(), R::CODES);
}

#[test]
fn every_command_is_taken_somewhere_in_the_table() {
    let chapter = chapter();
    let names: Vec<_> = chapter.commands.iter().map(|(_, command)| command.name()).collect();
    assert_eq!(names, C::NAMES);
    assert!(chapter.silent().is_empty());
}

use super::{
    builders::{
        acknowledgement, all_done, assessment, classification, imported_receipt, matter, message,
        receipt, received,
    },
    harness::{NOW, RECEIVED_AT, given, past, time},
};
use crate::{
    actor::Role,
    complaint::{
        Assessment, Classification, ComplaintCommand as C, ComplaintEvent as E,
        ComplaintRejection as R, Direction, Party, Severity,
    },
};

#[test]
fn a_complaint_in_the_complainants_words_is_taken_in() {
    given([]).when(&C::Register(receipt())).then(E::Received(receipt()));
}

#[test]
fn complainants_may_register_their_own_complaint() {
    given([])
        .by("web-form", Role::Complainant)
        .when(&C::Register(receipt()))
        .then(E::Received(receipt()));
}

#[test]
fn complainants_may_not_bring_in_what_another_body_published() {
    given([])
        .by("web-form", Role::Complainant)
        .when(&C::Register(imported_receipt()))
        .then_rejected(R::NotForComplainants { command: "register" });
}

#[test]
fn a_complaint_to_us_must_say_what_happened() {
    given([]).without_texts().when(&C::Register(receipt())).then_rejected(R::NarrativeMissing);
}

#[test]
fn an_imported_complaint_may_come_without_a_narrative() {
    given([])
        .without_texts()
        .when(&C::Register(imported_receipt()))
        .then(E::Received(imported_receipt()));
}

#[test]
fn a_complaint_may_be_entered_days_after_it_came_in() {
    given([]).occurring_at(RECEIVED_AT).when(&C::Register(receipt())).then(E::Received(receipt()));
}

#[test]
fn two_clocks_may_differ_by_five_minutes_and_no_more() {
    let given = given([]).at(NOW);
    given
        .clone()
        .occurring_at("2024-03-11T09:05:00Z")
        .when(&C::Register(receipt()))
        .then(E::Received(receipt()));
    let occurred_at = "2024-03-11T09:05:00.001Z";
    given
        .occurring_at(occurred_at)
        .when(&C::Register(receipt()))
        .then_rejected(R::OccurredInFuture { occurred_at: time(occurred_at), now: time(NOW) });
}

#[test]
fn nothing_but_a_receipt_comes_first() {
    given([]).when(&C::Acknowledge(acknowledgement())).then_rejected(R::NotReceived);
}

#[test]
fn a_complaint_is_received_once_even_when_it_has_ended() {
    given([received()]).when(&C::Register(receipt())).then_rejected(R::AlreadyReceived);
    given(all_done()).when(&C::Register(receipt())).then_rejected(R::AlreadyReceived);
}

#[test]
fn an_acknowledgement_needs_nobody_responsible_and_is_given_once() {
    given([received()])
        .when(&C::Acknowledge(acknowledgement()))
        .then(E::Acknowledged(acknowledgement()));
    given([received(), past(E::Acknowledged(acknowledgement()))])
        .when(&C::Acknowledge(acknowledgement()))
        .then_rejected(R::AlreadyAcknowledged);
}

#[test]
fn an_assessment_may_be_made_again_when_more_is_known() {
    let worse = Assessment { severity: Severity::Critical, safety: true, ..assessment() };
    let given = given([received(), past(E::Assessed(assessment()))]);
    given.clone().when(&C::Assess(worse.clone())).then(E::Assessed(worse));
    given.when(&C::Assess(assessment())).then_rejected(R::AssessmentUnchanged);
}

#[test]
fn a_classification_names_the_rights_at_stake() {
    let none = Classification { rights: [].into(), ..classification() };
    given([received()]).when(&C::Classify(none)).then_rejected(R::RightsMissing);
    given([received()]).when(&C::Classify(classification())).then(E::Classified(classification()));
}

#[test]
fn a_complaint_may_be_recategorised_but_not_into_the_same() {
    let other = Classification { matter: matter("Loan"), ..classification() };
    let given = given([received(), past(E::Classified(classification()))]);
    given.clone().when(&C::Classify(other.clone())).then(E::Classified(other));
    given.when(&C::Classify(classification())).then_rejected(R::ClassificationUnchanged);
}

#[test]
fn nothing_happens_to_a_complaint_before_it_came_in() {
    let occurred_at = "2024-02-29T09:00:00Z";
    given([received()])
        .occurring_at(occurred_at)
        .when(&C::Acknowledge(acknowledgement()))
        .then_rejected(R::OccurredBeforeReceipt {
            occurred_at: time(occurred_at),
            received_at: time(RECEIVED_AT),
        });
}

#[test]
fn roles_that_only_read_write_nothing() {
    for role in [Role::Auditor, Role::Regulator, Role::Administrator, Role::Public] {
        given([])
            .by("eve", role)
            .when(&C::Register(receipt()))
            .then_rejected(R::RoleMayNotWrite { role });
    }
}

#[test]
fn complainants_send_messages_but_do_not_receive_them_in_our_name() {
    let given = given([received()]).by("portal", Role::Complainant);
    let theirs = message(Direction::Incoming, Party::Complainant);
    given
        .clone()
        .when(&C::RecordCommunication(theirs.clone()))
        .then(E::CommunicationRecorded(theirs));
    given
        .when(&C::RecordCommunication(message(Direction::Outgoing, Party::Complainant)))
        .then_rejected(R::NotForComplainants { command: "record-communication" });
}

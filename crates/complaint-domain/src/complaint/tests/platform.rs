//! Complaints taken in from a regulator's published file, in the order in which its rows attest
//! what happened.

use super::{
    builders::{
        acknowledgement, again, answer, assigned, because, close, coming_to, day, decides,
        final_response, forwarding, imported, imported_receipt, receipt, received, reported,
        responded, review,
    },
    harness::{Given, given, past},
};
use crate::{
    actor::Role,
    complaint::{
        Answer, CloseReason, ComplaintCommand as C, ComplaintEvent as E, ComplaintRejection as R,
        Outcome, PlatformCategory, Receipt, Recourse, ReopenReason, Response, ResponseKind,
    },
    review::DecisionEffect,
};

const EXPLAINED: PlatformCategory = PlatformCategory::ClosedWithExplanation;

/// A row is taken in by the importer, without any personal text, and forwarded.
fn taken_in() -> Given {
    given([])
        .by("importer", Role::System)
        .without_texts()
        .at("2014-11-13T00:00:00Z")
        .after(&C::Register(imported_receipt()))
        .after(&C::RecordCommunication(forwarding()))
}

fn report(kind: ResponseKind, category: PlatformCategory) -> C {
    C::IssueResponse(reported(kind, category))
}

#[test]
fn a_closed_row_is_closed_with_or_without_a_word_on_disputes() {
    let responded = taken_in().after(&report(ResponseKind::Final, EXPLAINED));
    let closed = E::Closed(because(CloseReason::ClosedOnPlatform));
    responded.clone().when(&close(CloseReason::ClosedOnPlatform)).then(closed.clone());
    for said in [Answer::Refused, Answer::NotDisputed] {
        responded
            .clone()
            .after(&C::RecordAnswer(answer(said)))
            .when(&close(CloseReason::ClosedOnPlatform))
            .then(closed.clone());
    }
}

#[test]
fn a_row_in_progress_stays_open_until_a_newer_file_closes_it() {
    let in_progress =
        taken_in().after(&report(ResponseKind::Interim, PlatformCategory::InProgress));
    in_progress
        .clone()
        .when(&close(CloseReason::ClosedOnPlatform))
        .then_rejected(R::FinalResponseMissing { command: "close" });
    in_progress
        .after(&report(ResponseKind::Final, PlatformCategory::ClosedWithMonetaryRelief))
        .when(&close(CloseReason::ClosedOnPlatform))
        .then(E::Closed(because(CloseReason::ClosedOnPlatform)));
}

#[test]
fn an_untimely_response_attests_no_answer() {
    let untimely =
        taken_in().after(&report(ResponseKind::Interim, PlatformCategory::UntimelyResponse));
    untimely
        .clone()
        .when(&C::RecordAnswer(answer(Answer::Refused)))
        .then_rejected(R::FinalResponseMissing { command: "record-answer" });
    untimely
        .when(&close(CloseReason::ClosedOnPlatform))
        .then_rejected(R::FinalResponseMissing { command: "close" });
}

#[test]
fn a_dispute_that_only_a_newer_file_reports_is_recorded_after_a_reopening() {
    taken_in()
        .after(&report(ResponseKind::Final, EXPLAINED))
        .after(&close(CloseReason::ClosedOnPlatform))
        .after(&C::Reopen(again(ReopenReason::NewEvidence)))
        .after(&C::RecordAnswer(answer(Answer::Refused)))
        .when(&close(CloseReason::ClosedOnPlatform))
        .then(E::Closed(because(CloseReason::ClosedOnPlatform)));
}

#[test]
fn the_kind_of_a_report_follows_from_its_category() {
    for category in PlatformCategory::ALL.iter().copied() {
        let expected = match category {
            PlatformCategory::InProgress | PlatformCategory::UntimelyResponse => {
                ResponseKind::Interim
            }
            PlatformCategory::ClosedWithMonetaryRelief
            | PlatformCategory::ClosedWithNonMonetaryRelief
            | PlatformCategory::ClosedWithRelief
            | PlatformCategory::ClosedWithoutRelief
            | PlatformCategory::ClosedWithExplanation
            | PlatformCategory::Closed => ResponseKind::Final,
        };
        for found in ResponseKind::ALL.iter().copied() {
            let then = taken_in().when(&report(found, category));
            if found == expected {
                then.then(E::ResponseIssued(reported(found, category)));
            } else {
                then.then_rejected(R::PlatformKindDiffers { category, expected, found });
            }
        }
    }
}

#[test]
fn a_report_says_nothing_that_the_platform_does_not_give() {
    let plain = reported(ResponseKind::Final, EXPLAINED);
    let recourse = Recourse { until: day("2030-01-01"), ..final_response().recourse.unwrap() };
    for more in [
        Response { outcome: final_response().outcome, ..plain.clone() },
        Response { findings: final_response().findings, ..plain.clone() },
        Response { recourse: Some(recourse), ..plain.clone() },
        Response { expected_by: Some(day("2030-01-01")), ..plain },
    ] {
        taken_in().when(&C::IssueResponse(more)).then_rejected(R::PlatformSaysMore);
    }
}

#[test]
fn a_complaint_to_us_has_no_report_of_a_platform() {
    given([received(), assigned("ana")])
        .when(&report(ResponseKind::Final, EXPLAINED))
        .then_rejected(R::PlatformNotImported);
}

#[test]
fn what_another_company_must_answer_needs_nobody_of_ours() {
    given([imported()])
        .after(&C::Acknowledge(acknowledgement()))
        .when(&C::IssueResponse(final_response()))
        .then(E::ResponseIssued(final_response()));
}

#[test]
fn what_a_platform_passes_on_about_ourselves_is_ours_to_answer() {
    let about_us = Receipt { respondent: None, ..imported_receipt() };
    given([])
        .after(&C::Register(about_us))
        .when(&report(ResponseKind::Final, EXPLAINED))
        .then_rejected(R::NobodyResponsible { command: "issue-response" });
}

/// A platform's report says nothing of what was given, so that it never gives what the committee decided.
#[test]
fn a_report_that_stands_makes_room_for_what_binds_and_for_no_other_report() {
    let about_us = Receipt { respondent: None, ..imported_receipt() };
    let stands = given([past(E::Received(about_us)), assigned("ana")])
        .after(&report(ResponseKind::Final, EXPLAINED))
        .reviewing(Some(decides(Outcome::Upheld, DecisionEffect::Binding)))
        .by("escalation", Role::System)
        .after(&C::NoteReview(review(1)))
        .by("ana", Role::Agent);
    let again = report(ResponseKind::Final, PlatformCategory::ClosedWithMonetaryRelief);
    stands.clone().when(&again).then_rejected(R::FinalResponseStands);
    let upheld = coming_to(Outcome::Upheld, "2030-01-01");
    stands.when(&C::IssueResponse(upheld.clone())).then(E::ResponseIssued(upheld));
}

#[test]
fn a_complaint_to_us_about_a_company_of_ours_is_ours_to_answer() {
    let about_another =
        Receipt { respondent: Some("Subsidiary Ltd".parse().unwrap()), ..receipt() };
    given([])
        .after(&C::Register(about_another))
        .when(&C::IssueResponse(final_response()))
        .then_rejected(R::NobodyResponsible { command: "issue-response" });
}

#[test]
fn a_platform_states_no_recourse_that_could_be_over() {
    given([imported(), responded(reported(ResponseKind::Final, EXPLAINED))])
        .after(&C::RecordAnswer(answer(Answer::NotDisputed)))
        .when(&close(CloseReason::RecourseExpired))
        .then_rejected(R::RecourseNotStated);
}

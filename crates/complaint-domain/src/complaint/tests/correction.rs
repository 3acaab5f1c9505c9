use std::sync::Arc;

use super::{
    builders::{all_done, classification, corrects, imported, label, matter, received},
    harness::{HANDLED_AT, NOW, RECEIVED_AT, Told, given, past, time},
};
use crate::{
    actor::Role,
    complaint::{
        Channel, ComplaintCommand as C, ComplaintEvent as E, ComplaintRejection as R,
        ComplaintRules, CorrectedFact as F, Taxonomy, TaxonomyRefusal,
    },
};

fn received_at(text: &str) -> F {
    F::ReceivedAt { received_at: time(text) }
}

fn accepted(history: impl IntoIterator<Item = crate::Fact<E>>, version: u64, fact: F) {
    let correction = corrects(version, fact);
    given(history).when(&C::Correct(correction.clone())).then(E::Corrected(correction));
}

#[track_caller]
fn refused(history: impl IntoIterator<Item = crate::Fact<E>>, version: u64, fact: F, refusal: R) {
    given(history).when(&C::Correct(corrects(version, fact))).then_rejected(refusal);
}

#[test]
fn what_the_receipt_says_can_be_put_right_even_after_the_end() {
    for fact in [
        F::Channel { channel: Channel::Phone },
        F::Matter { matter: matter("Loan") },
        F::Respondent { respondent: label("Subsidiary Ltd") },
        F::Personal,
        received_at("2024-02-20T09:00:00Z"),
    ] {
        accepted([received()], 0, fact.clone());
        accepted(all_done(), 0, fact);
    }
}

#[test]
fn a_correction_can_be_corrected() {
    given([received()])
        .after(&C::Correct(corrects(0, F::Channel { channel: Channel::Phone })))
        .when(&C::Correct(corrects(1, F::Channel { channel: Channel::Fax })))
        .then(E::Corrected(corrects(1, F::Channel { channel: Channel::Fax })));
}

#[test]
fn only_an_entry_that_exists_can_be_corrected() {
    refused([received()], 1, F::Personal, R::EntryUnknown { last: 0, found: 1 });
    refused([received()], u64::MAX, F::Personal, R::EntryUnknown { last: 0, found: u64::MAX });
}

#[test]
fn only_an_entry_that_says_so_can_be_put_right() {
    let history = [received(), past(E::Classified(classification()))];
    accepted(history.clone(), 1, F::Matter { matter: matter("Loan") });
    let otherwise = R::EntrySaysOtherwise { found: 1 };
    refused(history.clone(), 1, received_at("2024-02-20T09:00:00Z"), otherwise.clone());
    refused(history.clone(), 1, F::Channel { channel: Channel::Fax }, otherwise.clone());
    refused(history, 1, F::Respondent { respondent: label("Other Ltd") }, otherwise);
}

#[test]
fn a_matter_is_put_right_by_the_taxonomy_that_holds_as_it_is_classified() {
    let products = [(label("Card"), [].into()), (label("Loan"), [].into())].into();
    let code = matter("Card").taxonomy;
    let taxonomy = Some(Arc::new(Taxonomy { code: code.clone(), products }));
    let rules = ComplaintRules { taxonomy, ..ComplaintRules::default() };
    let history = [received(), past(E::Classified(classification()))];
    let classified = given(history).under(rules.clone());
    let loan = corrects(1, F::Matter { matter: matter("Loan") });
    classified.clone().when(&C::Correct(loan.clone())).then(E::Corrected(loan));
    let boat = F::Matter { matter: matter("Boat") };
    let unknown = R::from(TaxonomyRefusal::ProductUnknown(code, label("Boat")));
    classified.when(&C::Correct(corrects(1, boat.clone()))).then_rejected(unknown);
    // Of what another body published, the body's own words stand.
    let boat = corrects(0, boat);
    given([imported()]).under(rules).when(&C::Correct(boat.clone())).then(E::Corrected(boat));
}

#[test]
fn a_correction_says_something_else_than_what_is_so() {
    refused([received()], 0, F::Channel { channel: Channel::Web }, R::CorrectionUnchanged);
    refused([received()], 0, received_at(RECEIVED_AT), R::CorrectionUnchanged);
    let history = [received(), past(E::Classified(classification()))];
    refused(history, 1, F::Matter { matter: matter("Card") }, R::CorrectionUnchanged);
}

#[test]
fn the_receipt_stays_before_all_that_followed_it_and_before_now() {
    let later = "2024-03-04T09:00:00.001Z";
    let history = [received(), past(E::Classified(classification())).at(HANDLED_AT)];
    accepted(history.clone(), 0, received_at(HANDLED_AT));
    refused(
        history,
        0,
        received_at(later),
        R::ReceiptAfterStep { received_at: time(later), first_step_at: time(HANDLED_AT) },
    );
    accepted([received()], 0, received_at("2024-03-11T09:05:00Z"));
    let future = "2024-03-11T09:05:00.001Z";
    refused(
        [received()],
        0,
        received_at(future),
        R::ReceiptInFuture { received_at: time(future), now: time(NOW) },
    );
}

#[test]
fn an_earlier_receipt_makes_room_for_earlier_steps() {
    let earlier = classification();
    given([received()])
        .after(&C::Correct(corrects(0, received_at("2024-02-20T09:00:00Z"))))
        .occurring_at("2024-02-21T09:00:00Z")
        .when(&C::Classify(earlier.clone()))
        .then(E::Classified(earlier));
}

#[test]
fn a_corrected_personal_field_brings_the_right_text() {
    given([received()])
        .without_texts()
        .when(&C::Correct(corrects(0, F::Personal)))
        .then_rejected(R::CorrectedTextMissing);
}

#[test]
fn complainants_ask_for_corrections_but_do_not_make_them() {
    given([received()])
        .by("portal", Role::Complainant)
        .when(&C::Correct(corrects(0, F::Personal)))
        .then_rejected(R::NotForComplainants { command: "correct" });
}

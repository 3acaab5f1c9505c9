use super::*;
use crate::{
    story::{given, person},
    subject::{Closed, Erasure, ErasureObstacle, ErasureRefusal},
};

#[test]
fn the_first_that_is_decided_notes_under_which_key_the_data_lies() {
    let outcome = dpo().decide(&Subject::default(), &C::Hold(hold(None))).unwrap();
    assert_eq!(outcome, [key().event, E::Held(hold(None))]);
}

#[test]
fn data_that_nobody_needs_any_more_is_erased_when_somebody_else_decides_it() {
    let after = given(office("ana", Role::Agent), vec![key()])
        .after(&C::RequestErasure(request()))
        .by("dpo", Role::DataProtectionOfficer)
        .after(&decision());
    assert_eq!(after.state.closed(), Some(Closed::BeingErased));
    let after = after.by("erasure", Role::System).after(&C::RecordErasure(destroyed()));
    assert_eq!(after.state.closed(), Some(Closed::Erased));
    after
        .by("ana", Role::Agent)
        .when(&C::RequestErasure(request()))
        .then_rejected(R::AlreadyErased("request-erasure"));
}

#[test]
fn every_reason_against_an_erasure_is_named_and_a_later_request_is_answered_anew() {
    let refused = |because| E::ErasureRefused(ErasureRefusal { complaint: complaint(), because });
    let until = "2029-02-02".parse().unwrap();
    let against = given(dpo(), known([E::Held(hold(None)), E::ErasureRequested(request())]))
        .where_(|office| office.retention = [Some(retain(36)); 2]);
    against.clone().when(&decision()).then(refused(vec![
        ErasureObstacle::Held { hold: label("claim 4711") },
        ErasureObstacle::Retention { until },
    ]));
    let later = against.after(&decision()).after(&C::ReleaseHold(release()));
    assert_eq!(*later.state.erasure(), Erasure::NotRequested);
    let later = later.by("ana", Role::Agent).after(&C::RequestErasure(request()));
    let later = later.by("dpo", Role::DataProtectionOfficer);
    let last_day = later.clone().at("2029-02-02T09:00:00Z");
    last_day.when(&decision()).then(refused(vec![ErasureObstacle::Retention { until }]));
    let day_after = later.at("2029-02-03T09:00:00Z");
    let order = E::ErasureOrdered(ErasureOrder { complaint: complaint() });
    day_after.when(&decision()).then(order);
}

#[test]
fn a_decision_that_is_dated_back_before_a_retention_held_does_not_go_round_it() {
    let until = "2029-02-02".parse().unwrap();
    let because = vec![ErasureObstacle::Retention { until }];
    let refused = E::ErasureRefused(ErasureRefusal { complaint: complaint(), because });
    for retention in [[None, Some(retain(36))], [Some(retain(36)), Some(retain(1))]] {
        given(dpo(), requested())
            .where_(|office| {
                office.retention = retention;
                office.occasion.now = time("2026-03-20T09:00:00Z");
            })
            .when(&decision())
            .then(refused.clone());
    }
}

#[test]
fn nobody_answers_a_request_before_it_was_made() {
    let asked = given(office("ana", Role::Agent), vec![key()]).after(&C::RequestErasure(request()));
    let dated_back =
        |office: &mut Office| office.occasion.occurred_at = time("2026-03-01T09:00:00Z");
    asked
        .by("dpo", Role::DataProtectionOfficer)
        .where_(dated_back)
        .when(&decision())
        .then_rejected(R::DecidedBeforeRequest {
            requested: time(NOW),
            decided: time("2026-03-01T09:00:00Z"),
        });
}

#[test]
fn an_open_complaint_keeps_its_data() {
    given(dpo(), requested()).where_(|office| office.trace.ended_on = None).when(&decision()).then(
        E::ErasureRefused(ErasureRefusal {
            complaint: complaint(),
            because: vec![ErasureObstacle::ComplaintOpen],
        }),
    );
}

#[test]
fn what_others_still_look_at_is_kept_also_after_the_end() {
    given(dpo(), requested())
        .where_(|office| {
            office.trace.is_before_committee = true;
            office.trace.before_bodies = vec![label("Ombudsman")];
        })
        .when(&decision())
        .then(E::ErasureRefused(ErasureRefusal {
            complaint: complaint(),
            because: vec![
                ErasureObstacle::BeforeCommittee,
                ErasureObstacle::BeforeBody { body: label("Ombudsman") },
            ],
        }));
}

#[test]
fn a_hold_that_is_over_stands_against_nothing() {
    let held = known([E::Held(hold(Some("2026-03-01"))), E::ErasureRequested(request())]);
    let order = E::ErasureOrdered(ErasureOrder { complaint: complaint() });
    given(dpo(), held).when(&decision()).then(order);
}

#[test]
fn retention_is_counted_from_the_receipt_where_the_rulebook_says_so() {
    let retention = Retention { months: 1, counted_from: RetentionStart::Receipt };
    let (received, ended) = ("2026-01-31".parse().unwrap(), "2026-06-30".parse().unwrap());
    // February has no 31st.
    assert_eq!(retention.until(received, ended).to_string(), "2026-02-28");
}

#[test]
fn nobody_answers_their_own_request() {
    given(dpo(), vec![key()])
        .after(&C::RequestErasure(request()))
        .when(&decision())
        .then_rejected(R::DecidedByRequester(person("dpo")));
}

#[test]
fn restricted_data_is_closed_until_the_person_was_told_that_it_is_opened() {
    let restricted =
        given(office("jo", Role::Complainant), vec![key()]).after(&C::Restrict(restriction()));
    let closed = Closed::Restricted(RestrictionGround::AccuracyContested);
    assert_eq!(restricted.state.closed(), Some(closed));
    let lifted =
        restricted.by("dpo", Role::DataProtectionOfficer).after(&C::LiftRestriction(lift()));
    assert_eq!(lifted.state.closed(), None);
}

#[test]
fn a_certificate_that_leaves_something_out_is_refused() {
    let mut less = destroyed();
    less.fields.insert(PersonalField::Message, 1);
    given(office("erasure", Role::System), ordered())
        .when(&C::RecordErasure(less))
        .then_rejected(R::NotAllDestroyed { expected: 4, found: 3 });
}

//! Where one instant or one day decides.

use super::{
    harness::{label, pack, paused, reached, read_one, resumed, rulebook, time},
    laws::one_clock,
};
use crate::{
    clock::{
        ClockFact, ClockReading, ClockResult, DayCount, Milestone as M, PauseVerdict, Rolled, Unit,
    },
    complaint::PauseGround,
};

fn uk(facts: &[ClockFact], now: &str, clock: &str) -> ClockReading {
    read_one(&rulebook([pack("uk-disp")]), facts, now, &format!("uk-disp/{clock}"))
}

#[test]
fn the_last_instant_is_in_time_and_the_next_is_not() {
    let result = |answered: &str| {
        let facts =
            [reached(M::Received, "2026-06-01T09:00:00Z"), reached(M::FinalResponse, answered)];
        uk(&facts, "2026-09-01T09:00:00Z", "final-response").result
    };
    assert!(matches!(result("2026-07-27T22:59:59.999999999Z"), ClockResult::Met { .. }));
    assert!(matches!(result("2026-07-27T23:00:00Z"), ClockResult::Missed { .. }));
}

#[test]
fn what_comes_in_at_the_close_is_in_time_for_the_day_and_a_second_later_is_not() {
    let start = |received: &str| {
        let facts = [reached(M::Received, received)];
        uk(&facts, "2026-07-01T09:00:00Z", "summary-resolution").start
    };
    assert_eq!(start("2026-06-02T16:00:00Z").rolled, None);
    assert!(matches!(start("2026-06-02T16:00:01Z").rolled, Some(Rolled::AfterClose(_))));
    assert_eq!(start("2026-06-06T10:00:00Z").rolled, Some(Rolled::Weekend));
    let easter = [reached(M::Received, "2026-04-06T10:00:00Z")];
    let rolled = uk(&easter, "2026-07-01T09:00:00Z", "summary-resolution").start.rolled;
    assert!(matches!(rolled, Some(Rolled::Holiday(name)) if name.en == "Easter Monday"));
}

#[test]
fn six_months_from_the_end_of_a_long_month_end_with_the_short_one() {
    let facts = [reached(M::FinalResponse, "2025-08-31T10:00:00Z")];
    let referral = uk(&facts, "2025-09-10T10:00:00Z", "ombudsman-referral");
    assert_eq!(referral.due_local(), "2026-02-28 23:59:59 +00:00");
    assert_eq!(referral.days_used(), 10);
}

#[test]
fn the_long_night_in_autumn_has_twenty_five_hours_and_the_limit_is_still_twenty_four() {
    let facts = [reached(M::Received, "2026-10-24T11:00:00Z")];
    let rules = rulebook([pack("template")]);
    let hours = read_one(&rules, &facts, "2026-10-25T00:00:00Z", "template/acknowledgement");
    assert_eq!(hours.due_local(), "2026-10-25 11:00:00 +00:00", "noon to eleven");
}

#[test]
fn a_pause_that_begins_after_the_limit_saves_nothing() {
    let clock = "cn-samr-order-20/admission";
    let mediation = "cn-samr-order-20/mediation";
    let facts = [
        reached(M::Admitted, "2025-03-03T02:00:00Z"),
        paused(clock, PauseGround::ExpertExamination, "2025-03-04T02:00:00Z"),
        paused(mediation, PauseGround::ExpertExamination, "2025-05-09T02:00:00Z"),
        resumed(mediation, "2025-06-09T02:00:00Z"),
    ];
    let rules = rulebook([pack("cn-samr-order-20")]);
    let reading = read_one(&rules, &facts, "2025-07-01T02:00:00Z", mediation);
    assert_eq!(reading.due_local(), "2025-05-08 23:59:59 +08:00");
    assert_eq!(reading.pauses.len(), 1, "the pause of another clock is not its own");
    assert_eq!(reading.pauses[0].verdict, PauseVerdict::AfterLimit);
    assert!(matches!(reading.result, ClockResult::Missed { .. }));
    assert_eq!(reading.net, reading.gross);
}

#[test]
fn a_pause_of_one_afternoon_skips_no_day() {
    let mediation = "cn-samr-order-20/mediation";
    let facts = [
        reached(M::Admitted, "2025-03-03T02:00:00Z"),
        paused(mediation, PauseGround::RecusalDecision, "2025-03-05T02:00:00Z"),
        resumed(mediation, "2025-03-05T08:00:00Z"),
    ];
    let rules = rulebook([pack("cn-samr-order-20")]);
    let reading = read_one(&rules, &facts, "2025-03-10T02:00:00Z", mediation);
    let skipped = |day: &&crate::clock::CountedDay| matches!(day.count, DayCount::Paused(_));
    assert_eq!(reading.days.iter().find(skipped), None);
    assert_eq!(reading.gross.checked_sub(reading.net).unwrap().as_hours(), 6);
}

#[test]
fn a_track_takes_the_place_of_the_ordinary_clock() {
    let facts = [reached(M::Received, "2026-02-02T00:00:00Z")];
    let due = |adoption, clock| {
        read_one(&rulebook([adoption]), &facts, "2026-02-03T00:00:00Z", clock).due_local()
    };
    assert_eq!(due(pack("au-rg271"), "au-rg271/idr-response"), "2026-03-04 23:59:59 +11:00");
    assert_eq!(
        due(pack("au-rg271").on_track(label("superannuation")), "au-rg271/superannuation-response"),
        "2026-03-19 23:59:59 +11:00"
    );
}

#[test]
fn the_zone_of_the_company_decides_the_day() {
    // Half past eight in the evening in New York is the next morning in Sydney.
    let facts = [reached(M::Received, "2026-06-02T00:30:00Z")];
    let due = |zone: &str| {
        let rules = rulebook([pack("iso-10002").in_zone(zone.parse().unwrap())]);
        read_one(&rules, &facts, "2026-06-03T00:00:00Z", "iso-10002/response").due_local()
    };
    assert_eq!(due("America/New_York"), "2026-07-01 23:59:59 -04:00");
    assert_eq!(due("Australia/Sydney"), "2026-07-02 23:59:59 +10:00");
}

#[test]
fn a_limit_in_hours_stands_still_to_the_minute() {
    let ground = PauseGround::ExpertExamination;
    let facts = [
        reached(M::Received, "2026-06-02T09:00:00Z"),
        paused("own/answer", ground, "2026-06-02T10:00:00Z"),
        resumed("own/answer", "2026-06-02T10:45:00Z"),
        paused("own/answer", ground, "2026-06-03T09:45:01Z"),
        resumed("own/answer", "2026-06-04T09:00:00Z"),
    ];
    let rules = one_clock(24, Unit::Hours, "to-the-moment");
    let reading = read_one(&rules, &facts, "2026-06-05T09:00:00Z", "own/answer");
    assert_eq!(reading.due, time("2026-06-03T09:45:00Z"));
    let verdicts: Vec<_> = reading.pauses.iter().map(|pause| pause.verdict).collect();
    assert_eq!(verdicts, [PauseVerdict::Counted, PauseVerdict::AfterLimit]);
}

#[test]
fn on_the_day_it_starts_no_day_is_used_and_no_warning_comes_before_it() {
    let facts = [reached(M::Received, "2026-06-02T09:00:00Z")];
    let rules = one_clock(6, Unit::Hours, "to-the-moment");
    let hours = read_one(&rules, &facts, "2026-06-02T10:00:00Z", "own/answer");
    assert_eq!(hours.warn_at, hours.start.at, "a day's warning does not fit into six hours");
    assert_eq!(uk(&facts, "2026-06-02T10:00:00Z", "final-response").days_used(), 0);
}

//! One story per pack. The golden files beside this one are what a person would read.

use insta::{Settings, assert_snapshot};

use super::harness::{
    extended, in_language, label, pack, paused, reached, read, read_one, resumed, rulebook, told,
};
use crate::{
    clock::{
        Adoption, ClockFactKind, ClockResult, DayCount, Language, Milestone as M, PauseVerdict,
        Rolled, RulePack, shipped,
    },
    complaint::{ExtensionReason, PauseGround},
};

fn golden(name: &str, text: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| assert_snapshot!(name, text));
}

#[test]
fn in_london_a_complaint_after_hours_before_easter_runs_eight_weeks_into_summer_time() {
    let facts = [
        reached(M::Received, "2026-03-27T18:30:00Z"),
        reached(M::HoldingResponse, "2026-05-21T15:00:00Z"),
    ];
    let rules = rulebook([pack("uk-disp")]);
    golden("uk-disp", &told(&rules, &facts, "2026-05-25T09:00:00Z"));
    let summary = read_one(&rules, &facts, "2026-05-25T09:00:00Z", "uk-disp/summary-resolution");
    assert!(matches!(summary.start.rolled, Some(Rolled::AfterClose(_))));
    assert_eq!(summary.due_local(), "2026-04-02 17:00:00 +01:00");
}

#[test]
fn what_is_a_bank_holiday_in_england_is_none_in_scotland() {
    let facts = [reached(M::Received, "2026-04-02T09:00:00Z")];
    let due = |calendar: &str| {
        let rules = rulebook([pack("uk-disp").with_calendar(label(calendar))]);
        let clock = "uk-disp/summary-resolution";
        read_one(&rules, &facts, "2026-04-03T09:00:00Z", clock).due_local()
    };
    assert_eq!(due("gb-eng"), "2026-04-09 17:00:00 +01:00");
    assert_eq!(due("gb-sct"), "2026-04-08 17:00:00 +01:00", "Easter Monday is worked there");
}

#[test]
fn a_payment_services_complaint_runs_on_its_own_clock_instead() {
    let facts = [
        reached(M::Received, "2026-04-20T09:00:00Z"),
        extended("uk-disp/payment-services-response", "2026-06-10", "2026-05-08T09:00:00Z"),
    ];
    let rules = rulebook([pack("uk-disp").on_track(label("payment-services"))]);
    let readings = read(&rules, &facts, "2026-05-29T09:00:00Z");
    let names: Vec<_> = readings.iter().map(|reading| reading.clock.to_string()).collect();
    assert_eq!(names, ["uk-disp/summary-resolution", "uk-disp/payment-services-response"]);
    golden("uk-disp-payment-services", &readings[1].to_string());
}

#[test]
fn in_sydney_waiting_for_the_complainant_stops_no_clock() {
    let facts = [
        reached(M::Received, "2026-04-23T23:00:00Z"),
        reached(M::Acknowledged, "2026-04-28T05:00:00Z"),
        paused("au-rg271/idr-response", PauseGround::WaitingForComplainant, "2026-05-01T00:00:00Z"),
        resumed("au-rg271/idr-response", "2026-05-12T00:00:00Z"),
        reached(M::FinalResponse, "2026-05-24T23:00:00Z"),
    ];
    let rules = rulebook([pack("au-rg271").with_calendar(label("au-nsw"))]);
    golden("au-rg271", &told(&rules, &facts, "2026-06-01T00:00:00Z"));
    let clock = "au-rg271/idr-response";
    let response = read_one(&rules, &facts, "2026-06-01T00:00:00Z", clock);
    assert_eq!(response.pauses[0].verdict, PauseVerdict::GroundNotAllowed);
    assert_eq!(response.net, response.gross);
    assert!(matches!(response.result, ClockResult::Missed { .. }));
}

#[test]
fn in_washington_an_answer_in_progress_keeps_the_first_limit_and_not_the_second() {
    let facts = [
        reached(M::Forwarded, "2026-02-27T15:00:00Z"),
        reached(M::InterimResponse, "2026-03-13T20:00:00Z"),
    ];
    let rules = rulebook([pack("us-cfpb")]);
    golden("us-cfpb", &told(&rules, &facts, "2026-04-24T15:00:00Z"));
}

#[test]
fn in_china_the_day_of_admission_says_which_order_applies() {
    let rules = rulebook([pack("cn-samr-order-20"), pack("cn-samr-order-121")]);
    let mediation = |admitted: &str| {
        let facts = [reached(M::Received, admitted), reached(M::Admitted, admitted)];
        let readings = read(&rules, &facts, "2026-05-20T02:00:00Z");
        let mut found = readings.into_iter().filter(|r| r.clock.clock.as_str() == "mediation");
        let only = found.next().unwrap();
        assert_eq!(found.next(), None, "one order applies, not both");
        only
    };
    let before = mediation("2026-04-10T02:00:00Z");
    let after = mediation("2026-04-20T02:00:00Z");
    golden("cn-samr-before-and-after", &format!("{before}\n{after}"));
    assert_eq!(before.clock.pack.as_str(), "cn-samr-order-20");
    assert_eq!(after.clock.pack.as_str(), "cn-samr-order-121");
}

#[test]
fn in_china_a_case_that_comes_in_under_one_order_can_be_mediated_under_the_next() {
    let facts = [
        reached(M::Received, "2026-04-10T02:00:00Z"),
        reached(M::Admitted, "2026-04-20T02:00:00Z"),
        paused(
            "cn-samr-order-121/mediation",
            PauseGround::ExpertExamination,
            "2026-05-06T02:00:00Z",
        ),
        resumed("cn-samr-order-121/mediation", "2026-05-18T02:00:00Z"),
    ];
    let rules = rulebook([pack("cn-samr-order-20"), pack("cn-samr-order-121")]);
    let now = "2026-06-29T02:00:00Z";
    golden("cn-samr-in-mid-case", &told(&rules, &facts, now));
    golden("cn-samr-in-mid-case-zh", &in_language(&rules, &facts, now, Language::Chinese));
}

#[test]
fn in_china_a_declared_working_saturday_counts() {
    let facts = [reached(M::Received, "2026-02-12T02:00:00Z")];
    let rules = rulebook([pack("cn-samr-order-20")]);
    let admission = read_one(&rules, &facts, "2026-02-25T02:00:00Z", "cn-samr-order-20/admission");
    golden("cn-samr-spring-festival", &admission.to_string());
    let adjusted = admission
        .days
        .iter()
        .filter(|day| matches!(day.count, DayCount::AdjustedWorking { .. }))
        .map(|day| day.date.to_string());
    assert_eq!(adjusted.collect::<Vec<_>>(), ["2026-02-14", "2026-02-28"]);
}

#[test]
fn a_bank_in_china_extends_to_thirty_days_and_to_sixty_only_what_is_especially_complex() {
    let clock = "cn-bank-insurance/decision";
    let especially = |until: &str, at: &str| {
        let mut fact = extended(clock, until, at);
        if let ClockFactKind::Extended { extension, .. } = &mut fact.kind {
            extension.reason = ExtensionReason::EspeciallyComplex;
        }
        fact
    };
    let facts = [
        reached(M::Received, "2026-03-02T02:00:00Z"),
        especially("2026-05-01", "2026-03-12T02:00:00Z"),
        extended(clock, "2026-04-01", "2026-03-16T02:00:00Z"),
        extended(clock, "2026-05-01", "2026-03-30T02:00:00Z"),
        especially("2026-05-02", "2026-03-31T02:00:00Z"),
        especially("2026-05-01", "2026-03-31T03:00:00Z"),
        especially("2026-05-30", "2026-04-29T02:00:00Z"),
        reached(M::FinalResponse, "2026-04-30T02:00:00Z"),
    ];
    let rules = rulebook([pack("cn-bank-insurance")]);
    golden("cn-bank-insurance", &told(&rules, &facts, "2026-05-10T02:00:00Z"));
}

#[test]
fn in_india_what_is_fully_upheld_needs_no_ombudsman() {
    let rules = rulebook([pack("in-rbi")]);
    let received = reached(M::Received, "2026-01-05T06:00:00Z");
    let rejected = [received.clone(), reached(M::Escalated, "2026-01-27T06:00:00Z")];
    golden("in-rbi", &told(&rules, &rejected, "2026-02-01T06:00:00Z"));
    let at = "2026-01-20T06:00:00Z";
    let upheld = [received, reached(M::FinalResponse, at), reached(M::FullyUpheld, at)];
    let escalation = read_one(&rules, &upheld, "2026-03-01T06:00:00Z", "in-rbi/internal-ombudsman");
    assert_eq!(escalation.result, ClockResult::Lapsed);
}

#[test]
fn in_the_european_union_an_extension_told_too_late_does_not_count() {
    let clock = "eu-psd2/reply";
    let facts = [
        reached(M::Received, "2026-03-30T08:00:00Z"),
        extended(clock, "2026-05-15", "2026-04-23T08:00:00Z"),
    ];
    let rules = rulebook([pack("eu-psd2")]);
    golden("eu-psd2", &told(&rules, &facts, "2026-04-24T08:00:00Z"));
}

#[test]
fn under_iso_10002_every_reopening_starts_a_clock_of_its_own() {
    let facts = [
        reached(M::Received, "2026-01-05T06:00:00Z"),
        reached(M::FinalResponse, "2026-01-20T06:00:00Z"),
        reached(M::Closed, "2026-01-25T06:00:00Z"),
        reached(M::Reopened, "2026-02-01T06:00:00Z"),
        reached(M::Closed, "2026-02-10T06:00:00Z"),
        reached(M::Reopened, "2026-02-20T06:00:00Z"),
    ];
    let rules = rulebook([pack("iso-10002")]);
    golden("iso-10002", &told(&rules, &facts, "2026-03-01T06:00:00Z"));
}

#[test]
fn a_company_of_its_own_promises_hours_through_the_night_the_clocks_change() {
    let clock = "template/answer";
    let facts = [
        reached(M::Received, "2026-03-28T12:00:00Z"),
        paused(clock, PauseGround::WaitingForComplainant, "2026-04-01T09:00:00Z"),
        resumed(clock, "2026-04-08T09:00:00Z"),
    ];
    let rules = rulebook([pack("template")]);
    golden("template", &told(&rules, &facts, "2026-04-10T09:00:00Z"));
    let hours = read_one(&rules, &facts, "2026-04-10T09:00:00Z", "template/acknowledgement");
    assert_eq!(hours.due_local(), "2026-03-29 13:00:00 +01:00", "24 hours, not one local day");
}

#[test]
fn a_last_day_that_is_not_worked_moves_where_the_pack_says_so() {
    let facts = [reached(M::Received, "2026-03-14T12:00:00Z")];
    let rules = rulebook([pack("template")]);
    let answer = read_one(&rules, &facts, "2026-03-20T12:00:00Z", "template/answer");
    assert_eq!(answer.due_local(), "2026-04-07 23:59:59 +01:00", "after Easter Monday");
}

#[test]
fn a_clock_that_stands_still_lets_nobody_miss_it() {
    let clock = "cn-samr-order-20/mediation";
    let facts = [
        reached(M::Admitted, "2025-03-03T02:00:00Z"),
        paused(clock, PauseGround::ExpertExamination, "2025-03-10T02:00:00Z"),
    ];
    let rules = rulebook([pack("cn-samr-order-20")]);
    let reading = read_one(&rules, &facts, "2026-03-10T02:00:00Z", clock);
    assert!(matches!(reading.result, ClockResult::Paused { .. }));
    assert!(reading.net < reading.gross);
    assert_eq!(reading.days_used(), 5, "four before it, and today, if it ran on now");
}

#[test]
fn a_withdrawn_complaint_that_is_reopened_runs_from_its_first_start() {
    let mut facts = vec![
        reached(M::Received, "2026-03-02T09:00:00Z"),
        reached(M::Withdrawn, "2026-03-05T09:00:00Z"),
    ];
    let rules = rulebook([pack("uk-disp")]);
    let read = |facts: &[_]| {
        read_one(&rules, facts, "2026-05-05T09:00:00Z", "uk-disp/final-response").result
    };
    assert_eq!(read(&facts), ClockResult::Lapsed);
    facts.push(reached(M::Reopened, "2026-03-20T09:00:00Z"));
    assert!(matches!(read(&facts), ClockResult::Missed { .. }));
}

#[test]
fn what_another_body_answers_leaves_no_duty_here_under_any_pack_that_knows_a_withdrawal() {
    for code in shipped::pack_codes() {
        for rule in pack(code).pack.clocks() {
            let knows = |milestone| rule.lapses.contains(&milestone);
            assert_eq!(knows(M::Transferred), knows(M::Withdrawn), "{code}/{}", rule.code);
        }
    }
    let facts = [
        reached(M::Received, "2026-03-03T09:00:00Z"),
        reached(M::Transferred, "2026-03-03T09:10:00Z"),
        reached(M::Closed, "2026-03-03T09:20:00Z"),
    ];
    let rules =
        ["in-rbi", "cn-bank-insurance", "au-rg271", "eu-psd2", "cn-samr-order-20"].map(pack);
    for reading in read(&rulebook(rules), &facts, "2026-06-03T09:30:00Z") {
        assert_eq!(reading.result, ClockResult::Lapsed, "{}", reading.clock);
    }
}

#[test]
fn a_bank_in_china_owes_a_decision_on_each_review_that_is_asked_for() {
    let facts = [
        reached(M::Received, "2026-03-02T02:00:00Z"),
        reached(M::FinalResponse, "2026-03-10T02:00:00Z"),
        reached(M::ReviewRequested, "2026-03-20T02:00:00Z"),
        reached(M::ReviewDecided, "2026-04-01T02:00:00Z"),
        reached(M::FinalResponse, "2026-04-02T02:00:00Z"),
        reached(M::ReviewRequested, "2026-04-20T02:00:00Z"),
    ];
    let readings = read(&rulebook([pack("cn-bank-insurance")]), &facts, "2026-06-01T02:00:00Z");
    let of = |clock: &str| {
        let these = readings.iter().filter(|reading| reading.clock.clock.as_str() == clock);
        these.map(|reading| reading.result).collect::<Vec<_>>()
    };
    let [ClockResult::Taken { .. }, ClockResult::Taken { .. }] = of("review-request")[..] else {
        panic!("{:?}", of("review-request"));
    };
    let [ClockResult::Met { .. }, ClockResult::Missed { .. }] = of("review-decision")[..] else {
        panic!("{:?}", of("review-decision"));
    };
}

#[test]
fn a_holding_response_of_the_first_day_is_not_the_one_that_eight_weeks_ask_for() {
    let rules = rulebook([pack("uk-disp"), pack("au-rg271")]);
    let received = reached(M::Received, "2026-03-02T09:00:00Z");
    let result = |clock: &str, held: &[&str]| {
        let held = held.iter().map(|at| reached(M::HoldingResponse, at));
        let facts: Vec<_> = [received.clone()].into_iter().chain(held).collect();
        read_one(&rules, &facts, "2026-11-20T09:00:00Z", clock).result
    };
    // The last four weeks of the eight begin on 31 March, the last fourteen of thirty days on 19 March.
    for (clock, too_early, in_time) in [
        ("uk-disp/final-response", "2026-03-30T22:59:59Z", "2026-03-30T23:00:00Z"),
        ("au-rg271/delay-notification", "2026-03-18T12:59:59Z", "2026-03-18T13:00:00Z"),
    ] {
        for early in ["2026-03-02T09:10:00Z", too_early] {
            assert!(matches!(result(clock, &[early]), ClockResult::Missed { .. }), "{clock}");
            let both = result(clock, &[early, in_time]);
            assert!(matches!(both, ClockResult::Met { .. }), "{clock}");
        }
        assert!(matches!(result(clock, &[in_time]), ClockResult::Met { .. }), "{clock}");
    }
}

#[test]
fn under_a_version_adopted_before_a_holding_response_counts_at_any_time() {
    let mut file: serde_json::Value =
        serde_json::from_str(shipped::pack_text("uk-disp").unwrap()).unwrap();
    for clock in file["clocks"].as_array_mut().unwrap() {
        clock.as_object_mut().unwrap().remove("only_late");
    }
    let before = Adoption::of(RulePack::parse(&file.to_string()).unwrap());
    let facts = [
        reached(M::Received, "2026-03-02T09:00:00Z"),
        reached(M::HoldingResponse, "2026-03-02T09:10:00Z"),
    ];
    let clock = "uk-disp/final-response";
    let reading = read_one(&rulebook([before]), &facts, "2026-11-20T09:00:00Z", clock);
    assert!(matches!(reading.result, ClockResult::Met { .. }));
}

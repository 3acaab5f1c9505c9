//! Until when the complainant may turn elsewhere.

use super::harness::{pack, reached, read, rulebook, time};
use crate::clock::{Milestone as M, ParsePackError, RulePack, Rulebook, shipped};

fn last_days(rulebook: &Rulebook, responded_at: &str) -> Vec<String> {
    rulebook.last_days_of_recourse(time(responded_at)).iter().map(ToString::to_string).collect()
}

#[test]
fn six_months_end_with_the_month_that_is_too_short() {
    let uk = rulebook([pack("uk-disp")]);
    let of = |responded_at| last_days(&uk, responded_at);
    assert_eq!(of("2026-08-31T09:00:00Z"), ["2027-02-28 by `uk-disp/ombudsman-referral`"]);
    assert_eq!(of("2026-03-11T09:00:00Z"), ["2026-09-11 by `uk-disp/ombudsman-referral`"]);
}

#[test]
fn the_day_is_the_one_where_the_rule_holds() {
    let uk = rulebook([pack("uk-disp")]);
    // In London it is the first of June already.
    let days = last_days(&uk, "2026-05-31T23:30:00Z");
    assert_eq!(days, ["2026-12-01 by `uk-disp/ombudsman-referral`"]);
}

#[test]
fn each_pack_that_counts_recourse_gives_its_day_and_others_none() {
    let both = rulebook([pack("iso-10002"), pack("in-rbi"), pack("uk-disp"), pack("us-cfpb")]);
    assert_eq!(
        last_days(&both, "2026-03-11T09:00:00Z"),
        ["2027-03-11 by `in-rbi/ombudsman-referral`", "2026-09-11 by `uk-disp/ombudsman-referral`"]
    );
    assert!(last_days(&rulebook([pack("iso-10002")]), "2026-03-11T09:00:00Z").is_empty());
}

#[test]
fn a_second_response_opens_the_way_anew_and_the_clock_says_the_same_day() {
    let uk = rulebook([pack("uk-disp")]);
    let second = "2026-08-01T09:00:00Z";
    let facts = [
        reached(M::Received, "2026-03-01T09:00:00Z"),
        reached(M::FinalResponse, "2026-03-11T09:00:00Z"),
        reached(M::Reopened, "2026-07-01T09:00:00Z"),
        reached(M::FinalResponse, second),
    ];
    let readings = read(&uk, &facts, "2026-08-02T09:00:00Z");
    let days: Vec<_> = readings
        .iter()
        .filter(|reading| reading.rule.recourse)
        .map(|reading| reading.due_date().to_string())
        .collect();
    assert_eq!(days, ["2026-09-11", "2027-02-01"]);
    assert_eq!(last_days(&uk, second), ["2027-02-01 by `uk-disp/ombudsman-referral`"]);
}

#[test]
fn a_recourse_that_starts_only_once_is_refused() {
    let template = shipped::pack_text("template").unwrap();
    let once = template.replace("\"each\": true", "\"each\": false");
    assert_ne!(once, template);
    let error = RulePack::parse(&once).unwrap_err().to_string();
    assert!(error.contains("with each final response"), "{error}");
}

#[test]
fn a_duty_is_no_recourse() {
    let template = shipped::pack_text("template").unwrap();
    let duty = template.replace("\"nature\": \"option\",\n      \"recourse\"", "\"recourse\"");
    assert_ne!(duty, template);
    match RulePack::parse(&duty) {
        Err(ParsePackError::Clock { clock, expected, .. }) => {
            assert_eq!(clock.as_str(), "arbitration");
            assert!(expected.contains("an option that starts with final-response"), "{expected}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_day_is_that_of_the_clock_that_counts_the_recourse_and_of_several_the_earliest() {
    let given = time("2026-03-11T09:00:00Z");
    // In Kolkata it is the twelfth already, in London not yet.
    let moment = time("2027-03-11T19:00:00Z");
    let of = |rulebook: &Rulebook, until: &str| {
        rulebook.day_of_recourse((given, until.parse().unwrap()), moment).to_string()
    };
    let both = rulebook([pack("in-rbi"), pack("uk-disp")]);
    assert_eq!(of(&both, "2027-03-11"), "2027-03-12", "as `in-rbi` counts it");
    assert_eq!(of(&both, "2026-09-11"), "2027-03-11", "as `uk-disp` counts it");
    assert_eq!(of(&both, "2027-01-01"), "2027-03-11", "as neither counts it");
    // A pack without a recourse still says where days are counted.
    let shanghai = rulebook([pack("cn-bank-insurance")]);
    assert_eq!(of(&shanghai, "2027-03-11"), "2027-03-12");
    assert_eq!(of(&Rulebook::default(), "2027-03-11"), "2027-03-11");
}

//! The rule that changes in mid-case, told through the rulebook: events in, clock explanation out.
//!
//! SAMR Order 20 held until 2026-04-14, Order 121 from the day after. The house adopts each from its day
//! and takes the old one out; what started before keeps the order it started by.

use insta::{Settings, assert_snapshot};

use super::{approve, house, pack, propose, retire};
use crate::{
    Fact,
    actor::Role,
    clock::{ClockReading, clock_facts, clocks},
    complaint::{
        Channel, ComplaintEvent, ProcessStep, Receipt, Source, StepTaken, SuspectedViolation,
    },
    rulebook::HouseRules,
    story::{given, past, time},
};

/// What the house decided in March, as its stream tells it.
fn adopted() -> HouseRules {
    let changes = [
        pack("cn-samr-order-20", "2026-03-02"),
        pack("cn-samr-order-121", "2026-04-15"),
        retire("cn-samr-order-20", "2026-04-15"),
    ];
    let empty = given(house("col", Role::ComplianceOfficer), vec![]);
    let decided = (1..).zip(changes).fold(empty, |given, (number, rule)| {
        given
            .by("col", Role::ComplianceOfficer)
            .after(&propose(number, rule))
            .by("sue", Role::Supervisor)
            .after(&approve(number))
    });
    decided.state
}

fn received(at: &str) -> Fact<ComplaintEvent> {
    let receipt = Receipt {
        channel: Channel::RegulatorPlatform,
        source: Source::Direct,
        matter: None,
        respondent: None,
        region: None,
        language: None,
        tags: Vec::new(),
        remedies_requested: Vec::new(),
    };
    past(ComplaintEvent::Received(receipt), "ana", Role::Agent, at)
}

fn step(step: ProcessStep, at: &str) -> Fact<ComplaintEvent> {
    let by = "Pudong market supervision".parse().unwrap();
    let taken = StepTaken { step, by, reference: None };
    past(ComplaintEvent::StepTaken(taken), "ana", Role::Agent, at)
}

fn violation(at: &str) -> Fact<ComplaintEvent> {
    let reported = SuspectedViolation {
        referral: "referral-01KA0000000000000000000000".parse().unwrap(),
        authority: "Pudong market supervision".parse().unwrap(),
        rule: "E-Commerce Law, art. 18".parse().unwrap(),
    };
    past(ComplaintEvent::SuspectedViolationReported(reported), "ana", Role::Agent, at)
}

fn read(history: &[Fact<ComplaintEvent>], now: &str) -> Vec<ClockReading> {
    let limits = adopted().time_limits().unwrap();
    let readings = clocks(&clock_facts(history), &limits, time(now));
    readings.into_iter().map(Result::unwrap).collect()
}

fn told(history: &[Fact<ComplaintEvent>], now: &str) -> String {
    let texts: Vec<_> = read(history, now).iter().map(ToString::to_string).collect();
    texts.join("\n")
}

fn names(readings: &[ClockReading]) -> Vec<String> {
    readings.iter().map(|reading| reading.clock.to_string()).collect()
}

#[test]
fn a_case_of_the_tenth_goes_by_the_old_order_and_one_of_the_twentieth_by_the_new() {
    let of = |at: &str| names(&read(&[received(at)], "2026-04-21T02:00:00Z"));
    assert!(of("2026-04-10T02:00:00Z").iter().all(|name| name.starts_with("cn-samr-order-20/")));
    assert!(of("2026-04-20T02:00:00Z").iter().all(|name| name.starts_with("cn-samr-order-121/")));
    // The last hour of the old order, in China.
    assert_eq!(of("2026-04-14T15:59:00Z").len(), of("2026-04-10T02:00:00Z").len());
}

#[test]
fn the_rule_changes_in_mid_case() {
    let before = [
        received("2026-04-10T02:00:00Z"),
        step(ProcessStep::Admitted, "2026-04-13T02:00:00Z"),
        violation("2026-04-13T03:00:00Z"),
        step(ProcessStep::ViolationDecided, "2026-04-24T02:00:00Z"),
        step(ProcessStep::MediationEnded, "2026-05-20T02:00:00Z"),
    ];
    let across = [
        received("2026-04-10T02:00:00Z"),
        step(ProcessStep::Admitted, "2026-04-20T02:00:00Z"),
        step(ProcessStep::MediationEnded, "2026-05-20T02:00:00Z"),
    ];
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let now = "2026-06-01T02:00:00Z";
    settings.bind(|| {
        assert_snapshot!("cn-admitted-under-order-20", told(&before, now));
        assert_snapshot!("cn-admitted-under-order-121", told(&across, now));
    });
    let mediation = |history: &[Fact<ComplaintEvent>]| {
        let all = names(&read(history, now));
        all.into_iter().find(|name| name.ends_with("/mediation")).unwrap()
    };
    assert_eq!(mediation(&before), "cn-samr-order-20/mediation");
    assert_eq!(mediation(&across), "cn-samr-order-121/mediation");
}

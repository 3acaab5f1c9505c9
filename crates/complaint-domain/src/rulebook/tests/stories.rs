//! What holds on which day.

use iso_currency::Currency;

use super::{
    super::{
        ChangeNumber, ChangeProposal, HouseRules, RuleChange, RulebookEvent as E,
        RulebookRejection as R,
    },
    House, agents_limit, approve, approved, day, house, label, pack, propose, proposed, reject,
    retire,
};
use crate::{
    actor::Role,
    clock::{ClockFact, Rulebook, clocks},
    complaint::{ApprovalLimit, ApprovalLimits},
    review::{CommitteeRules, DecisionEffect},
    story::{Given, given, replay, time},
};

/// Changes that `col` proposes and `sue` approves.
fn rules(changes: Vec<RuleChange>) -> HouseRules {
    let begin: Given<_> = given(house("col", Role::ComplianceOfficer), vec![]);
    let adopt = |given: Given<_>, (number, rule): (u16, RuleChange)| {
        given
            .by("col", Role::ComplianceOfficer)
            .after(&propose(number, rule))
            .by("sue", Role::Supervisor)
            .after(&approve(number))
    };
    (1..).zip(changes).fold(begin, adopt).state
}

/// The names of the clocks that a receipt on a day starts, with the version of their packs.
fn clocks_of(rules: &Rulebook, received_at: &str) -> Vec<String> {
    let facts = [ClockFact::received(time(received_at))];
    let readings = clocks(&facts, rules, time(received_at));
    let started = readings.into_iter().map(Result::unwrap);
    let mut names: Vec<_> =
        started.map(|reading| format!("{} {}", reading.clock.pack, reading.pack_version)).collect();
    names.dedup();
    names
}

fn limits(rules: &HouseRules) -> Rulebook {
    rules.time_limits().unwrap()
}

#[test]
fn before_the_first_adoption_clocks_go_by_the_pack_of_the_program() {
    let nothing = limits(&HouseRules::default());
    assert_eq!(clocks_of(&nothing, "2026-03-10T09:00:00Z"), ["iso-10002 2026.2"]);
    let adopted = limits(&rules(vec![pack("uk-disp", "2026-04-01")]));
    assert_eq!(clocks_of(&adopted, "2026-03-31T09:00:00Z"), ["iso-10002 2026.2"]);
    assert_eq!(clocks_of(&adopted, "2026-04-01T09:00:00Z"), ["uk-disp 2026.4"]);
}

#[test]
fn another_version_of_a_pack_holds_for_clocks_that_start_from_its_day_on() {
    let RuleChange::AdoptPack { file, .. } = pack("template", "2026-05-01") else {
        panic!("a pack")
    };
    let newer = file.replacen("2026.4", "2026.5", 1);
    assert_ne!(newer, file, "the template has a version");
    let mut second = pack("template", "2026-05-01");
    if let RuleChange::AdoptPack { file, .. } = &mut second {
        *file = newer;
    }
    let adopted = limits(&rules(vec![pack("template", "2026-04-01"), second]));
    assert_eq!(clocks_of(&adopted, "2026-04-30T09:00:00Z"), ["template 2026.4"]);
    assert_eq!(clocks_of(&adopted, "2026-05-01T09:00:00Z"), ["template 2026.5"]);
}

#[test]
fn a_retired_pack_starts_no_clock_and_may_come_back() {
    let adopted = rules(vec![
        pack("uk-disp", "2026-04-01"),
        retire("uk-disp", "2026-05-01"),
        pack("uk-disp", "2026-06-01"),
    ]);
    assert!(!adopted.is_adopted_on(&label("uk-disp"), day("2026-05-31")));
    let adopted = limits(&adopted);
    assert_eq!(clocks_of(&adopted, "2026-04-30T09:00:00Z"), ["uk-disp 2026.4"]);
    assert!(clocks_of(&adopted, "2026-05-15T09:00:00Z").is_empty());
    assert_eq!(clocks_of(&adopted, "2026-06-01T09:00:00Z"), ["uk-disp 2026.4"]);
}

#[test]
fn of_two_versions_from_one_day_the_one_approved_last_holds() {
    let two = rules(vec![pack("uk-disp", "2026-04-01"), pack("uk-disp", "2026-04-01")]);
    assert_eq!(clocks_of(&limits(&two), "2026-04-01T09:00:00Z"), ["uk-disp 2026.4"]);
}

#[test]
fn an_adopted_calendar_is_counted_with() {
    let file = include_str!("../../../calendars/gb-eng.ics").replace("gb-eng", "ours");
    let mut disp = pack("uk-disp", "2026-04-01");
    if let RuleChange::AdoptPack { calendar, .. } = &mut disp {
        *calendar = Some(label("ours"));
    }
    let adopted = limits(&rules(vec![RuleChange::AdoptCalendar { file, from: None }, disp]));
    let facts = [ClockFact::received(time("2026-04-02T09:00:00Z"))];
    let readings = clocks(&facts, &adopted, time("2026-04-02T09:00:00Z"));
    let used = readings.into_iter().find_map(|reading| reading.unwrap().calendar);
    assert_eq!(used.unwrap().code, label("ours"));
}

#[test]
fn limits_change_on_their_day_and_not_before() {
    let rules = rules(vec![agents_limit(500, "2026-05-01"), agents_limit(50, "2026-04-01")]);
    let of = |text: &str| {
        let limits = rules.approval_limits_on(day(text), ApprovalLimits::default());
        limits.of(Role::Agent, Currency::GBP)
    };
    assert_eq!(of("2026-03-31"), ApprovalLimit::UpTo(200.into()));
    assert_eq!(of("2026-04-01"), ApprovalLimit::UpTo(50.into()));
    assert_eq!(of("2026-05-01"), ApprovalLimit::UpTo(500.into()));
}

#[test]
fn of_two_limits_that_both_hold_the_lower_one_counts() {
    let at = |pounds: i64| {
        let rules = rules(vec![agents_limit(pounds, "2026-04-01")]);
        rules.approval_limits_on(day("2026-04-01"), ApprovalLimits::default())
    };
    let person = |limits: ApprovalLimits| {
        let limit = ApprovalLimit::UpTo(20.into());
        limits.with_person(crate::story::person("ana"), None, limit)
    };
    let ana = crate::story::actor("ana", Role::Agent);
    for both in [at(50).and(at(500)), at(500).and(at(50)), at(500).and(at(900)).and(at(50))] {
        assert_eq!(both.of(Role::Agent, Currency::GBP), ApprovalLimit::UpTo(50.into()));
        assert_eq!(both.of_actor(&ana, Currency::GBP), ApprovalLimit::UpTo(50.into()));
        assert_eq!(both.of(Role::CommitteeChair, Currency::GBP), ApprovalLimit::Unlimited);
    }
    for both in [person(at(50)).and(at(500)), at(50).and(person(at(500)))] {
        assert_eq!(both.of_actor(&ana, Currency::GBP), ApprovalLimit::UpTo(20.into()));
    }
}

#[test]
fn a_limit_without_a_currency_is_for_all_that_are_not_named() {
    let rules = rules(vec![RuleChange::LimitApproval {
        role: Role::Supervisor,
        currency: None,
        limit: ApprovalLimit::UpTo(1_000.into()),
        from: day("2026-04-01"),
    }]);
    let limits = rules.approval_limits_on(day("2026-04-01"), ApprovalLimits::default());
    assert_eq!(limits.of(Role::Supervisor, Currency::JPY), ApprovalLimit::UpTo(1_000.into()));
    assert_eq!(limits.of(Role::Supervisor, Currency::GBP), ApprovalLimit::UpTo(10_000.into()));
}

#[test]
fn what_handlers_and_the_committee_must_bring_is_set_from_a_day_on() {
    let trainings = [label("disp-basics")];
    let rules = rules(vec![
        RuleChange::RequireOfHandlers {
            joined: true,
            trainings: trainings.clone().into(),
            from: day("2026-04-01"),
        },
        RuleChange::RequireOfCommittee {
            quorum: 5,
            effect: DecisionEffect::Binding,
            from: day("2026-05-01"),
        },
    ]);
    assert_eq!(
        rules.handler_rules_on(day("2026-03-31")),
        crate::complaint::HandlerRules::default()
    );
    let required = rules.handler_rules_on(day("2026-04-01"));
    assert!(required.joined);
    assert_eq!(required.trainings, trainings.into());
    assert_eq!(rules.committee_rules_on(day("2026-04-30")), CommitteeRules::default());
    let committee = rules.committee_rules_on(day("2026-05-01"));
    assert_eq!(committee, CommitteeRules { quorum: 5, effect: DecisionEffect::Binding });
}

/// Somebody says in April that they proposed and approved something in March.
#[test]
fn no_change_holds_from_a_day_that_has_passed_however_long_ago_it_is_said_to_be_decided() {
    let dated_back = |house: &mut House| house.occasion.now = time("2026-04-20T09:00:00Z");
    let passed = |from: &str| R::FromPassed { today: day("2026-04-20"), from: day(from) };
    let late = |rule: RuleChange| {
        let begin: Given<_> = given(house("col", Role::ComplianceOfficer), vec![]);
        begin.where_(dated_back).when(&propose(1, rule))
    };
    late(agents_limit(500, "2026-03-05")).then_rejected(passed("2026-03-05"));
    // What was decided in March for a day that is still to come may be entered in April.
    let rule = agents_limit(500, "2026-04-20");
    let proposal = ChangeProposal { change: ChangeNumber(1), rule: rule.clone() };
    late(rule).then(E::ChangeProposed(proposal));
    let approval = |rule| {
        let begin: Given<_> = given(house("sue", Role::Supervisor), proposed(rule));
        begin.where_(dated_back).when(&approve(1))
    };
    approval(agents_limit(500, "2026-03-05")).then_rejected(passed("2026-03-05"));
    // A calendar without a day would hold from that of its approval.
    let calendar = RuleChange::AdoptCalendar { file: with_a_new_holiday("joyful"), from: None };
    approval(calendar).then_rejected(passed("2026-03-02"));
}

#[test]
fn what_was_rejected_does_not_hold() {
    let change = agents_limit(500, "2026-03-02");
    let state = given(house("col", Role::ComplianceOfficer), vec![])
        .after(&propose(1, change.clone()))
        .by("sue", Role::Supervisor)
        .after(&reject(1))
        .state;
    assert!(state.approved().is_empty());
    assert_eq!(replay::<HouseRules>(approved(change.clone())).approved()[0].rule, change);
}

/// England's calendar, in which a Friday is suddenly a holiday.
fn with_a_new_holiday(version: &str) -> String {
    let file = include_str!("../../../calendars/gb-eng.ics");
    let event = "BEGIN:VEVENT\nUID:20260612-gb-eng@redress\nDTSTAMP:20261124T000000Z\nDTSTART;VALUE=DATE:20260612\nSUMMARY:A day of joy\nCATEGORIES:HOLIDAY\nEND:VEVENT\nEND:VCALENDAR";
    let newer = file.replace("END:VCALENDAR", event);
    newer.replace("X-REDRESS-VERSION:2026.1", &format!("X-REDRESS-VERSION:{version}"))
}

fn due_of(rules: &Rulebook, received_at: &str) -> (String, String) {
    let facts = [ClockFact::received(time(received_at))];
    let readings = clocks(&facts, rules, time(received_at));
    let summary = readings.into_iter().map(Result::unwrap);
    let mut summary =
        summary.filter(|reading| reading.clock.clock.as_str() == "summary-resolution");
    let reading = summary.next().unwrap();
    (reading.due_local(), reading.calendar.unwrap().version.to_string())
}

#[test]
fn a_newer_calendar_moves_no_limit_that_runs() {
    let calendar = |from: Option<&str>| RuleChange::AdoptCalendar {
        file: with_a_new_holiday("joyful"),
        from: from.map(day),
    };
    let disp = || pack("uk-disp", "2026-04-01");
    let old = limits(&rules(vec![disp()]));
    // Three business days from Wednesday: Thursday, Friday, Monday.
    let (due, version) = due_of(&old, "2026-06-10T09:00:00Z");
    assert_eq!(due, "2026-06-15 17:00:00 +01:00");
    let new = limits(&rules(vec![disp(), calendar(Some("2026-06-11"))]));
    assert_eq!(due_of(&new, "2026-06-10T09:00:00Z"), (due, version));
    // From its day on it counts: Friday does not.
    let (due, version) = due_of(&new, "2026-06-11T09:00:00Z");
    assert_eq!((due.as_str(), version.as_str()), ("2026-06-17 17:00:00 +01:00", "joyful"));
    // Without a day it holds from that of its approval.
    let at_once = limits(&rules(vec![disp(), calendar(None)]));
    assert_eq!(due_of(&at_once, "2026-06-10T09:00:00Z").1, "joyful");
}

#[test]
fn a_clock_that_outruns_its_calendar_is_counted_on_by_the_next() {
    let file = include_str!("../../../calendars/gb-eng.ics");
    let whole = crate::clock::Calendar::parse(file).unwrap();
    let (first, last) = whole.years();
    let until = |year: i16| {
        let kept = file.split("BEGIN:VEVENT").filter(|event| {
            (year + 1..=last).all(|later| !event.contains(&format!("VALUE=DATE:{later}")))
        });
        let text = kept.collect::<Vec<_>>().join("BEGIN:VEVENT");
        let covers = |until: i16| format!("X-REDRESS-COVERS:{first}/{until}");
        assert!(text.contains(&covers(last)), "how a calendar says which years it covers");
        let text = text.replace(&covers(last), &covers(year));
        if text.trim_end().ends_with("END:VCALENDAR") { text } else { text + "END:VCALENDAR\n" }
    };
    let disp = || pack("uk-disp", "2026-04-01");
    let adopt = |file, from: &str| RuleChange::AdoptCalendar { file, from: Some(day(from)) };
    let old = vec![disp(), adopt(until(2026), "2026-04-01")];
    let facts = [ClockFact::received(time("2026-12-31T09:00:00Z"))];
    let read = |rules: &Rulebook| clocks(&facts, rules, time("2026-12-31T09:00:00Z"));
    assert!(read(&limits(&rules(old.clone()))).iter().any(Result::is_err));
    let newer = [old, vec![adopt(file.to_owned(), "2027-01-02")]].concat();
    assert!(read(&limits(&rules(newer))).iter().all(Result::is_ok));
}

#[test]
fn what_is_set_for_a_person_holds_instead_of_what_is_set_for_their_role() {
    let set = |pounds: i64, currency| RuleChange::LimitPerson {
        account: crate::story::person("sue"),
        currency,
        limit: ApprovalLimit::UpTo(pounds.into()),
        from: day("2026-04-01"),
    };
    let rules = rules(vec![set(2_500, Some(Currency::GBP)), set(10, None)]);
    let limits = rules.approval_limits_on(day("2026-04-01"), ApprovalLimits::default());
    let of = |who, role, currency| limits.of_actor(&crate::story::actor(who, role), currency);
    let pounds = |pounds: i64| ApprovalLimit::UpTo(pounds.into());
    assert_eq!(of("sue", Role::Supervisor, Currency::GBP), pounds(2_500));
    assert_eq!(of("sue", Role::Supervisor, Currency::EUR), pounds(10));
    assert_eq!(of("tom", Role::Supervisor, Currency::GBP), pounds(10_000));
    // It gives nobody a limit in a role that has none.
    assert_eq!(of("sue", Role::Auditor, Currency::GBP), ApprovalLimit::Nothing);
    let before = rules.approval_limits_on(day("2026-03-31"), ApprovalLimits::default());
    let sue = crate::story::actor("sue", Role::Supervisor);
    assert_eq!(before.of_actor(&sue, Currency::GBP), pounds(10_000));
}

#[test]
fn taxonomy_and_retention_hold_from_their_day_on() {
    use crate::subject::{Retention, RetentionStart};
    let products = [(label("Card"), [label("Fee")].into())].into();
    let taxonomy = label("house-2");
    let rules = rules(vec![
        RuleChange::AdoptTaxonomy { taxonomy: taxonomy.clone(), products, from: day("2026-05-01") },
        RuleChange::RetainPersonalData {
            months: 36,
            counted_from: RetentionStart::End,
            from: day("2026-05-01"),
        },
    ]);
    assert_eq!(rules.taxonomy_on(day("2026-04-30")), None);
    assert_eq!(rules.taxonomy_on(day("2026-05-01")).unwrap().code, taxonomy);
    assert_eq!(rules.retention_on(day("2026-04-30")), None);
    let kept = Retention { months: 36, counted_from: RetentionStart::End };
    assert_eq!(rules.retention_on(day("2026-05-01")), Some(kept));
}

#[test]
fn a_tree_of_causes_holds_from_its_day_until_the_next() {
    let tree = |version: &str, from: &str| {
        let file = crate::cause::standard_text().replacen("2026.1", version, 1);
        RuleChange::AdoptCauses { file, from: day(from) }
    };
    let adopted = rules(vec![tree("2026.3", "2026-06-01"), tree("2026.2", "2026-04-01")]);
    let trees: Vec<_> = adopted
        .cause_trees()
        .unwrap()
        .into_iter()
        .map(|(from, tree)| (from.to_string(), tree.version().to_string()))
        .collect();
    let expected = [("2026-04-01", "2026.2"), ("2026-06-01", "2026.3")];
    assert_eq!(trees, expected.map(|(from, version)| (from.to_owned(), version.to_owned())));
}

/// As a program meets them that is older than the one which approved them.
#[test]
fn what_was_adopted_and_cannot_be_read_is_told_and_nothing_older_goes_on_in_its_place() {
    let RuleChange::AdoptPack { file, calendar, zone, business_hours, tracks, .. } =
        pack("uk-disp", "2026-06-01")
    else {
        panic!("a pack")
    };
    let from = day("2026-06-01");
    let file = file.replacen("\"format\": 1", "\"format\": 1, \"later\": true", 1);
    let newer = RuleChange::AdoptPack { file, calendar, zone, business_hours, tracks, from };
    let adopted = rules(vec![pack("uk-disp", "2026-04-01")]).with(newer, from);
    let told = adopted.time_limits().unwrap_err().to_string();
    assert!(told.contains("expected a rule pack that this program can read"), "{told}");
    let newer = RuleChange::AdoptCauses { file: "{}".to_owned(), from };
    let told = rules(Vec::new()).with(newer, from).cause_trees().unwrap_err().to_string();
    assert!(told.contains("expected a tree of causes that this program can read"), "{told}");
    let newer = RuleChange::AdoptCalendar { file: "{}".to_owned(), from: Some(from) };
    let told = rules(Vec::new()).with(newer, from).time_limits().unwrap_err().to_string();
    assert!(told.contains("expected a calendar that this program can read"), "{told}");
}

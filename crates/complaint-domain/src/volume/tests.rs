use std::collections::BTreeMap;

use super::{
    Volume, VolumeCommand as C, VolumeCorrection, VolumeCount, VolumeEvent as E, VolumePeriod,
    VolumeRejection as R, VolumeUnit,
};
use crate::{
    Fact,
    actor::Role,
    codes::tests::agrees,
    story::{
        self, Attempt, Chapter, Ladder, Rung, actor, climb, given, reaches_all, time,
        world_of_occasions,
    },
};

const NOW: &str = "2026-04-07T09:00:00Z";

world_of_occasions!(Desk, Volume);

fn desk() -> Desk {
    Desk { occasion: story::occasion(&actor("col", Role::ComplianceOfficer), NOW) }
}

fn count(from: &str, until: &str, count: u64) -> VolumeCount {
    VolumeCount {
        unit: VolumeUnit::Accounts,
        product: "Card".parse().ok(),
        period: VolumePeriod { from: from.parse().unwrap(), until: until.parse().unwrap() },
        count,
        source: "core banking".parse().unwrap(),
    }
}

fn first_quarter(accounts: u64) -> VolumeCount {
    count("2026-01-01", "2026-03-31", accounts)
}

fn correct(right: VolumeCount) -> C {
    C::Correct(VolumeCorrection { right, ground: "closed accounts were counted".parse().unwrap() })
}

fn recorded() -> Vec<Fact<E>> {
    let event = E::Recorded(first_quarter(52_300));
    vec![story::past(event, "col", Role::ComplianceOfficer, "2026-04-02T09:00:00Z")]
}

fn in_time(it: &mut Attempt<Desk>) {
    it.world.occasion.occurred_at = time(NOW);
}

fn as_officer(it: &mut Attempt<Desk>) {
    it.world.occasion.actor.role = Role::ComplianceOfficer;
}

fn faulty(history: Vec<Fact<E>>, command: C) -> Attempt<Desk> {
    let mut attempt = Attempt::new(desk(), history, command).by("ana", Role::Agent);
    attempt.world.occasion.occurred_at = time("2026-04-08T09:00:00Z");
    attempt
}

fn examples() -> BTreeMap<&'static str, String> {
    let recording: Vec<Rung<Desk>> = vec![
        ("role-may-not", as_officer),
        ("already-recorded", |it| {
            it.command = C::Record(count("2026-04-09", "2026-03-31", 0));
        }),
        ("occurred-in-future", in_time),
        ("period-reversed", |it| it.command = C::Record(count("2026-03-01", "2026-04-07", 0))),
        ("period-not-over", |it| it.command = C::Record(count("2026-03-31", "2026-04-06", 0))),
        ("period-overlaps", |it| it.command = C::Record(count("2026-04-01", "2026-04-06", 0))),
        ("nothing-counted", |it| it.command = C::Record(count("2026-04-01", "2026-04-06", 1))),
    ];
    let correcting: Vec<Rung<Desk>> = vec![
        ("role-may-not", as_officer),
        ("not-recorded", |it| it.history = recorded()),
        ("occurred-in-future", in_time),
        ("count-unchanged", |it| it.command = correct(first_quarter(51_900))),
    ];
    let ladders: Vec<Ladder<Desk>> = vec![
        (faulty(recorded(), C::Record(first_quarter(0))), recording),
        (faulty(vec![], correct(first_quarter(52_300))), correcting),
    ];
    climb(ladders, R::CODES)
}

/// The chapter of docs/process.md.
pub(crate) fn chapter() -> Chapter<Desk> {
    Chapter {
        title: "Business volumes",
        about: "`col`, a compliance officer, says how many accounts there were in the first quarter.",
        states: vec![("unknown", vec![]), ("recorded", recorded())],
        commands: vec![
            (desk(), C::Record(first_quarter(52_300))),
            (desk(), correct(first_quarter(51_900))),
        ],
        codes: R::CODES,
        examples: examples(),
    }
}

#[test]
fn reasons_win_in_the_order_of_the_list_and_every_one_is_reached() {
    reaches_all(&examples(), R::CODES);
    let source = include_str!("rejection.rs");
    let of_enum = story::variants(source, "pub enum VolumeRejection {");
    assert_eq!(of_enum.collect::<Vec<_>>(), R::CODES);
}

#[test]
fn the_code_of_every_value_is_its_stored_name() {
    agrees(VolumeUnit::ALL, VolumeUnit::code);
}

#[test]
fn every_command_is_taken_somewhere_in_the_table() {
    let chapter = chapter();
    let names: Vec<_> = chapter.commands.iter().map(|(_, command)| command.name()).collect();
    assert_eq!(names, C::NAMES);
    assert!(chapter.silent().is_empty());
}

#[test]
fn a_correction_counts_and_what_was_recorded_stays_an_event() {
    let corrected = given(desk(), recorded()).after(&correct(first_quarter(51_900)));
    let counts: Vec<_> = corrected.state.counts().map(|count| count.count).collect();
    assert_eq!(counts, [51_900]);
}

#[test]
fn periods_may_touch_and_never_share_a_day() {
    let next = count("2026-04-01", "2026-04-06", 52_000);
    given(desk(), recorded()).when(&C::Record(next.clone())).then(E::Recorded(next));
    let (from, until) = ("2026-01-01".parse().unwrap(), "2026-03-31".parse().unwrap());
    given(desk(), recorded())
        .when(&C::Record(count("2026-03-31", "2026-04-06", 52_000)))
        .then_rejected(R::PeriodOverlaps { from, until });
}

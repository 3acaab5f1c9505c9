//! What holds for every clock, whatever happened.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::harness::{label, pack, rulebook, time};
use crate::{
    actor::{ActorId, Role},
    clock::{
        Adoption, ClockFact, ClockFactKind, ClockName, ClockReading, DayCount, Milestone, RulePack,
        Rulebook, Unit, clocks, shipped,
    },
    complaint::{ClockPaused, ClockResumed, DeadlineExtended, ExtensionReason, PauseGround},
};

fn every_pack() -> Rulebook {
    rulebook(shipped::pack_codes().map(pack))
}

fn every_clock() -> Vec<ClockName> {
    let packs = shipped::pack_codes().map(|code| shipped::pack(code).unwrap());
    packs
        .flat_map(|pack| {
            let name = |rule: &crate::clock::ClockRule| ClockName {
                pack: pack.code().clone(),
                clock: rule.code.clone(),
            };
            pack.clocks().iter().map(name).collect::<Vec<_>>()
        })
        .collect()
}

/// A moment within ten months of 2025, so that no calendar runs out.
fn moment() -> impl Strategy<Value = Timestamp> {
    (0_i64..300 * 24 * 60).prop_map(|minutes| {
        time("2025-01-01T00:00:00Z").checked_add(SignedDuration::from_mins(minutes)).unwrap()
    })
}

fn kind() -> impl Strategy<Value = ClockFactKind> {
    let clock = || prop::sample::select(every_clock());
    prop_oneof![
        4 => prop::sample::select(Milestone::ALL).prop_map(ClockFactKind::Reached),
        3 => (clock(), prop::sample::select(PauseGround::ALL))
            .prop_map(|(clock, ground)| ClockFactKind::Paused(ClockPaused { clock, ground })),
        2 => clock().prop_map(|clock| ClockFactKind::Resumed(ClockResumed { clock })),
        1 => (clock(), moment(), moment()).prop_map(|(clock, until, notified)| {
            let until = until.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
            let reason = ExtensionReason::Complex;
            let asked_by = ActorId(label("ana"));
            let extension = DeadlineExtended { clock, asked_by, until, reason, notified };
            ClockFactKind::Extended { extension, by: Role::Supervisor }
        }),
    ]
}

fn history() -> impl Strategy<Value = Vec<ClockFact>> {
    let fact = (moment(), kind()).prop_map(|(at, kind)| ClockFact { at, kind });
    (moment(), prop::collection::vec(fact, 0..30)).prop_map(|(at, mut facts)| {
        facts.push(ClockFact::received(at));
        facts
    })
}

fn read(facts: &[ClockFact], rulebook: &Rulebook, now: Timestamp) -> Vec<ClockReading> {
    clocks(facts, rulebook, now).into_iter().map(Result::unwrap).collect()
}

/// A pack of one clock of this length, with a pause that counts.
pub(super) fn one_clock(count: u32, unit: Unit, due_at: &str) -> Rulebook {
    let text = format!(
        r#"{{"format":1,"code":"own","version":"1","name":{{"en":"Own","zh":"自定"}},
        "zone":"Europe/London","calendars":["gb-eng"],"clocks":[{{"code":"answer",
        "name":{{"en":"Answer","zh":"答复"}},"starts":"received","stops":["final-response"],
        "length":{{"count":{count},"unit":"{unit}"}},"day_zero":"not-counted","due_at":"{due_at}",
        "pauses":[{{"ground":"expert-examination","basis":{{"citation":"1","status":"own"}}}}],
        "warn":{{"count":1,"unit":"calendar-days"}},
        "basis":{{"citation":"1","status":"own"}}}}]}}"#
    );
    rulebook([Adoption::of(RulePack::parse(&text).unwrap())])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn net_time_is_never_more_than_gross_time(facts in history(), now in moment()) {
        for reading in read(&facts, &every_pack(), now) {
            prop_assert!(reading.net <= reading.gross);
            prop_assert!(!reading.net.is_negative());
            prop_assert!(reading.original_due <= reading.due);
            prop_assert!(reading.start.at <= reading.start.counts_from);
        }
    }

    #[test]
    fn reading_again_gives_the_same_answer_in_whatever_order_the_facts_come(
        facts in history(),
        now in moment(),
    ) {
        let rulebook = every_pack();
        let once = clocks(&facts, &rulebook, now);
        prop_assert_eq!(&clocks(&facts, &rulebook, now), &once);
        let mut sorted = facts.clone();
        sorted.sort_by_key(|fact| fact.at);
        prop_assert_eq!(&clocks(&sorted, &rulebook, now), &once);
        let mut later = facts;
        later.retain(|fact| fact.at <= now);
        prop_assert_eq!(&clocks(&later, &rulebook, now), &once);
    }

    #[test]
    fn the_days_cover_the_whole_span_without_a_gap_and_count_one_by_one(
        facts in history(),
        now in moment(),
    ) {
        for reading in read(&facts, &every_pack(), now) {
            let zone = reading.zone.name().to_owned();
            let local = |at: Timestamp| {
                let zone = jiff::tz::TimeZoneDatabase::bundled().get(&zone).unwrap();
                at.to_zoned_datetime(zone).date()
            };
            for pair in reading.days.windows(2) {
                prop_assert_eq!(pair[0].date.tomorrow().unwrap(), pair[1].date);
            }
            if let (Some(first), Some(last)) = (reading.days.first(), reading.days.last()) {
                let start = local(reading.start.counts_from);
                prop_assert!(first.date == start || first.date == start.tomorrow().unwrap());
                prop_assert_eq!(last.date, local(reading.due));
            }
            let numbers: Vec<_> =
                reading.days.iter().filter_map(|day| day.count.number()).collect();
            prop_assert!(numbers.iter().zip(1..).all(|(number, expected)| *number == expected));
            let length = reading.rule.length;
            if matches!(
                length.unit,
                Unit::CalendarDays | Unit::BusinessDays | Unit::WorkingDays
            ) {
                prop_assert_eq!(numbers.len(), length.count.get() as usize);
            }
        }
    }

    #[test]
    fn more_time_is_never_due_earlier(
        facts in history(),
        now in moment(),
        unit in prop::sample::select(Unit::ALL),
        count in 1_u32..24,
        more in 0_u32..24,
    ) {
        let due_at = if unit == Unit::Hours { "to-the-moment" } else { "end-of-day" };
        let first_due = |count| {
            let rulebook = one_clock(count, unit, due_at);
            read(&facts, &rulebook, now).first().map(|reading| reading.original_due)
        };
        prop_assert!(first_due(count) <= first_due(count.saturating_add(more)));
    }

    #[test]
    fn a_pause_that_does_not_count_skips_no_day(facts in history(), now in moment()) {
        for reading in read(&facts, &every_pack(), now) {
            let allowed: Vec<_> = reading.rule.pauses.iter().map(|pause| pause.ground).collect();
            for day in &reading.days {
                if let DayCount::Paused(ground) = day.count {
                    prop_assert!(allowed.contains(&ground));
                }
            }
        }
    }
}

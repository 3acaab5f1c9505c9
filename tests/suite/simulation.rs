//! A year of two hundred complaints, lived through by a staff of twelve.
//!
//! People are away, step aside, answer late and change their minds; the clock process stands still
//! for three weeks, the escalation process for two; a committee meets when enough of it are there. What the ledger then says is held
//! against a book that the simulation keeps of its own, without reading the ledger.

use std::collections::{BTreeMap, BTreeSet};

use complaint_codec::decode;
use complaint_domain::{
    LedgerEvent,
    clock::{ClockResult, clocks},
    complaint::{Complaint, ComplaintEvent as E, evolve},
    review::ReviewEvent,
};
use event_log::{EventLog, Position};
use futures::TryStreamExt as _;
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use projector_transparency::{
    TransparencyProjector,
    report::{self, ReportRequest},
};

use self::{
    committee::{Committee, Regulator},
    improvement::Improvement,
    life::Life,
    office::Office,
    staff::Staff,
};

mod book;
mod committee;
mod improvement;
mod life;
mod office;
mod order;
mod staff;

const COMPLAINTS: usize = 200;
const FIRST: Date = Date::constant(2025, 1, 1);
const LAST: Date = Date::constant(2025, 12, 31);
/// The clock process does not run from the first of these days to the last.
const OUTAGE: (Date, Date) = (Date::constant(2025, 5, 12), Date::constant(2025, 6, 1));

fn is_working_day(day: Date) -> bool {
    day.weekday().to_monday_zero_offset() < 5
}

fn moment(day: Date, hour: i8) -> Timestamp {
    day.at(hour, 0, 0, 0).to_zoned_datetime(TimeZone::UTC).unwrap().timestamp()
}

#[tokio::test]
async fn two_hundred_complaints_and_twelve_people_live_through_a_year() {
    let mut office = Office::open();
    let mut staff = Staff::engage(&mut office).await;
    let mut lives: Vec<_> = (0..COMPLAINTS).map(|n| Life::begin(n, &mut office)).collect();
    let (mut committee, mut regulator) = (Committee::default(), Regulator::default());
    let mut improvement = Improvement::default();
    order::adopt(&mut office, &staff).await;
    let mut day = FIRST;
    while day <= LAST {
        office.turn_to(moment(day, 6));
        if !(OUTAGE.0..=OUTAGE.1).contains(&day) {
            office.run_clock_process().await;
        }
        if !(order::OUTAGE.0..=order::OUTAGE.1).contains(&day) {
            for (review, complaint) in office.run_escalation_process(day).await {
                committee.take_opened(review, &complaint, day);
            }
        }
        for life in lives.iter_mut().filter(|life| life.arrives_on(day)) {
            life.arrive(&mut office, day).await;
        }
        if is_working_day(day) {
            staff.come_and_go(&mut office, day).await;
            for life in &mut lives {
                life.work(&mut office, &staff, (&mut committee, &mut regulator), day).await;
            }
            committee.work(&mut office, &staff, day).await;
            regulator.work(&mut office, &staff, day).await;
            improvement.work(&mut office, &staff, &lives, day).await;
        }
        if day == day.last_of_month() {
            office.turn_to(moment(day, 23));
            the_flow_of_each_month_is_that_of_the_book(&office, day).await;
        }
        day = day.tomorrow().unwrap();
    }
    office.run_escalation_process(day).await;
    office.run_clock_process().await;

    everything_was_lived_through(&office);
    every_missed_clock_is_recorded_once(&office).await;
    order::no_rejection_was_told_before_the_committee_had_seen_it(&office).await;
    nobody_judged_what_they_had_a_part_in(&office).await;
    no_record_holds_what_people_told(&office).await;
    the_flow_of_each_month_is_that_of_the_book(&office, LAST).await;
}

/// What the report says of each month up to this day, against the book: what was entered late has
/// found its month, and each month begins as the one before it ended.
async fn the_flow_of_each_month_is_that_of_the_book(office: &Office, day: Date) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transparency.sqlite");
    let (origin, projector) = ("ledger.example/simulation", Box::new(TransparencyProjector));
    let rebuilt =
        projection::rebuild(&path, origin, projector, office.log.as_ref(), &mut |_| {}).await;
    let cutoff = Position(rebuilt.unwrap().next_position.0 - 1);
    let connection = projection::open_reader(&path).unwrap();
    let mut carried = None;
    for month in 1..=day.month() {
        let first = Date::new(day.year(), month, 1).unwrap();
        let request = ReportRequest {
            period: format!("{:04}-{month:02}", day.year()).parse().unwrap(),
            origin: origin.to_owned(),
            cutoff,
            root: "00".repeat(32),
            min_cell: 1,
        };
        let flow = report::build(&connection, &request).unwrap().flow;
        let told = [flow.received, flow.reopened, flow.closed, flow.withdrawn];
        let kept = office.book.month(first);
        assert_eq!(told, kept, "received, reopened, closed, withdrawn of {first}, on {day}");
        assert_eq!(flow.outstanding_at_start, office.book.open_on(first), "open on {first}");
        let [received, reopened, closed, withdrawn] = told;
        let end = flow.outstanding_at_start + received + reopened - closed - withdrawn;
        assert_eq!(flow.outstanding_at_end, end, "{first}");
        assert_eq!(carried.unwrap_or(flow.outstanding_at_start), flow.outstanding_at_start);
        carried = Some(end);
    }
}

/// A simulation in which nothing goes wrong shows nothing.
fn everything_was_lived_through(office: &Office) {
    let at_least = [
        ("register", 200),
        ("close", 120),
        ("withdraw", 3),
        ("reopen", 3),
        ("reassign", 5),
        ("stepped aside or was refused", 3),
        ("approve-remedy", 5),
        ("escalate", 8),
        ("propose-outcome", 20),
        ("escalated by order", 20),
        ("escalated after the outage", 2),
        ("noted a review", 20),
        ("decide", 4),
        ("adjourn", 1),
        ("record-dissent", 1),
        ("refer-externally", 3),
        ("record-external-decision", 2),
        ("report-suspected-violation", 2),
        ("record-outcome", 1),
        ("record-survey-answer", 30),
        ("entered late", 5),
        ("start-absence", 12),
        ("check-effect", 1),
        ("missed", 10),
        ("missed in the outage", 2),
    ];
    for (what, least) in at_least {
        let found = office.tally.get(what).copied().unwrap_or_default();
        assert!(found >= least, "{what}: expected at least {least}, found {found}");
    }
}

/// Every event of the log, in order, under the name of its stream.
async fn each_event(office: &Office, mut see: impl FnMut(&str, complaint_codec::Record)) {
    let mut records = office.log.read_all(Position(0), u64::MAX);
    while let Some(recorded) = records.try_next().await.unwrap() {
        see(recorded.stream.as_str(), decode(&recorded.bytes).unwrap());
    }
}

/// What the clocks say today of each complaint's whole history, and what was noted as it happened.
async fn every_missed_clock_is_recorded_once(office: &Office) {
    let mut cases = BTreeMap::<String, Complaint>::new();
    let mut noted = BTreeMap::<String, Vec<(String, Timestamp)>>::new();
    each_event(office, |stream, record| {
        let (occurred_at, recorded_at) = (record.occurred_at, record.recorded_at);
        let fact = record.fact();
        let LedgerEvent::Complaint(event) = fact.event.clone() else { return };
        if let E::ClockMissed(notice) = &event {
            let limit = &notice.limit;
            let (dated, due) = (occurred_at.as_millisecond(), limit.due.as_millisecond());
            assert_eq!(dated, due, "dated by the limit, whenever it was noticed");
            assert!(recorded_at > limit.due, "noted before it was missed");
            let of_stream = noted.entry(stream.to_owned()).or_default();
            of_stream.push((limit.clock.to_string(), limit.due));
        }
        let case = cases.entry(stream.to_owned()).or_default();
        *case = evolve(std::mem::take(case), &fact.map(|_| event));
    })
    .await;
    assert_eq!(cases.len(), COMPLAINTS);
    let rules = office.rules().await;
    for (stream, case) in cases {
        let Complaint::Received(case) = case else { panic!("{stream} was never received") };
        let mut missed: Vec<_> = clocks(case.clock_facts(), &rules.time_limits, office.now())
            .into_iter()
            .map(|reading| reading.unwrap())
            .filter(|reading| matches!(reading.result, ClockResult::Missed { .. }))
            .map(|reading| (reading.clock.to_string(), reading.due))
            .collect();
        let mut noted = noted.remove(&stream).unwrap_or_default();
        missed.sort();
        noted.sort();
        assert_eq!(noted, missed, "{stream}");
    }
}

async fn nobody_judged_what_they_had_a_part_in(office: &Office) {
    let mut had_a_part = BTreeMap::<String, BTreeSet<String>>::new();
    let mut complaint_of = BTreeMap::<String, String>::new();
    let mut voted = Vec::new();
    each_event(office, |stream, record| {
        let fact = record.fact();
        let actor = fact.actor.id.to_string();
        if let LedgerEvent::Complaint(event) = &fact.event {
            let parts = had_a_part.entry(stream.to_owned()).or_default();
            parts.insert(actor);
            if let E::Assigned(assignment) = event {
                parts.insert(assignment.handler.to_string());
            }
        } else if let LedgerEvent::Review(ReviewEvent::Opened(opened)) = &fact.event {
            complaint_of.insert(stream.to_owned(), opened.complaint.to_string());
        } else if let LedgerEvent::Review(ReviewEvent::VoteCast(_)) = &fact.event {
            voted.push((stream.to_owned(), actor));
        }
    })
    .await;
    assert!(!voted.is_empty());
    for (review, member) in voted {
        let parts = &had_a_part[&complaint_of[&review]];
        assert!(!parts.contains(&member), "{member} voted on {review} and had a part in the case");
    }
}

async fn no_record_holds_what_people_told(office: &Office) {
    let mut records = office.log.read_all(Position(0), u64::MAX);
    while let Some(recorded) = records.try_next().await.unwrap() {
        let holds =
            recorded.bytes.windows(office::TOLD.len()).any(|w| w == office::TOLD.as_bytes());
        assert!(!holds, "the record at {} of {}", recorded.position, recorded.stream);
    }
}

fn days(n: i64) -> jiff::Span {
    n.days()
}

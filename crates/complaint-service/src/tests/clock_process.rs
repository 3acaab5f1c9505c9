//! A clock process over a simulated year: nothing is noted twice, and nothing is forgotten.

use std::sync::{Arc, Mutex};

use complaint_domain::{
    LedgerEvent,
    clock::{Adoption, ClockResult, RulePack, Rulebook, clocks},
    complaint::{Complaint, ComplaintEvent as E, Matter, Withdrawal, WithdrawalReason},
    label::Label,
};
use futures::TryStreamExt as _;
use jiff::SignedDuration;

use super::{
    Acknowledgement, Assignment, Channel, ComplaintCommand, ComplaintRules, ComplaintService,
    EventLog, MemoryLog, Position, Receipt, Source, StreamId, StreamVersion, SystemEntropy,
    Timestamp, decode, register, request, vault,
};
use crate::{ClockProcess, Noted, unnoted, unnoted::in_batches};

/// A clock that stands where the story puts it.
#[derive(Debug)]
struct Simulated(Mutex<Timestamp>);

impl event_log::Clock for Simulated {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

pub(super) struct Story {
    _dir: tempfile::TempDir,
    time: Arc<Simulated>,
    pub(super) log: Arc<MemoryLog>,
    pub(super) service: ComplaintService,
}

pub(super) fn story() -> Story {
    story_by(ComplaintRules::default())
}

fn story_by(rules: ComplaintRules) -> Story {
    let dir = tempfile::tempdir().unwrap();
    let time = Arc::new(Simulated(Mutex::new("2026-03-02T09:00:00Z".parse().unwrap())));
    let log = Arc::new(MemoryLog::new(Arc::clone(&time) as _));
    let service = ComplaintService::new(
        Arc::clone(&log) as _,
        vault(dir.path()),
        Arc::clone(&time) as _,
        Arc::new(SystemEntropy),
        rules,
    );
    Story { _dir: dir, time, log, service }
}

impl Story {
    pub(super) fn now(&self) -> Timestamp {
        *self.time.0.lock().unwrap()
    }

    pub(super) fn clock(&self) -> Arc<dyn event_log::Clock> {
        Arc::clone(&self.time) as _
    }

    pub(super) fn days_later(&self, days: i64) {
        *self.time.0.lock().unwrap() += SignedDuration::from_hours(24 * days);
    }

    pub(super) async fn register(&self, id: u128) -> StreamId {
        self.service.handle(register(id)).await.unwrap().stream
    }

    /// One run as the command line does it: everything that happened, from the beginning.
    pub(super) async fn run(&self) -> Noted {
        let mut noted = Noted::default();
        let process = ClockProcess::new(&self.service);
        let (mut from, head) = (Position(0), self.log.head().next_position);
        let until = self.service.now();
        while let Some(next) = process.note_page(from, until, &mut noted).await.unwrap() {
            if next >= head {
                break;
            }
            from = next;
        }
        noted
    }

    /// The clocks whose limits were missed.
    pub(super) async fn missed_clocks(&self, stream: &StreamId) -> Vec<String> {
        let notes = self.notes(stream).await;
        notes
            .into_iter()
            .filter(|(kind, ..)| *kind == "missed")
            .map(|(_, clock, _)| clock)
            .collect()
    }

    /// What was noted of a complaint: event type, clock and when it happened.
    async fn notes(&self, stream: &StreamId) -> Vec<(&'static str, String, Timestamp)> {
        let records = self.log.read_stream(stream, StreamVersion(0));
        let records: Vec<_> = records.try_collect().await.unwrap();
        let decoded = records.iter().map(|record| decode(&record.bytes).unwrap());
        decoded
            .filter_map(|record| {
                let at = record.occurred_at;
                let LedgerEvent::Complaint(event) = record.event else { return None };
                if let E::ClockWarned(notice) = &event {
                    return Some(("warned", notice.limit.clock.to_string(), at));
                }
                let E::ClockMissed(notice) = &event else { return None };
                Some(("missed", notice.limit.clock.to_string(), at))
            })
            .collect()
    }
}

fn acknowledge(id: u128, stream: &StreamId) -> crate::CommandRequest {
    let told = Acknowledgement { channel: Channel::Email };
    request(id, Some(stream.clone()), ComplaintCommand::Acknowledge(told))
}

#[tokio::test]
async fn a_limit_is_warned_of_and_then_missed_once_each() {
    let story = story();
    let stream = story.register(1).await;
    story.service.handle(acknowledge(2, &stream)).await.unwrap();
    let first = story.run().await;
    assert_eq!((first.complaints, first.warned, first.missed), (1, 0, 0));
    let mut counts = Vec::new();
    for _ in 0..40 {
        story.days_later(1);
        let noted = story.run().await;
        counts.push((noted.warned, noted.missed));
        let again = story.run().await;
        assert_eq!((again.warned, again.missed), (0, 0), "asked again at once");
    }
    assert_eq!(counts.iter().filter(|count| **count == (1, 0)).count(), 1);
    assert_eq!(counts.iter().filter(|count| **count == (0, 1)).count(), 1);
    let notes = story.notes(&stream).await;
    let kinds: Vec<_> = notes.iter().map(|(kind, clock, _)| (*kind, clock.as_str())).collect();
    assert_eq!(kinds, [("warned", "iso-10002/response"), ("missed", "iso-10002/response")]);
}

#[tokio::test]
async fn after_a_week_of_standing_still_what_was_missed_meanwhile_is_noted_as_of_its_limit() {
    let watched = story();
    let (seen, unseen) = (watched.register(1).await, story());
    let left_alone = unseen.register(1).await;
    for _ in 0..50 {
        watched.days_later(1);
        watched.run().await;
    }
    unseen.days_later(50);
    unseen.run().await;
    let missed = |notes: Vec<(&'static str, String, Timestamp)>| {
        notes.into_iter().filter(|(kind, ..)| *kind == "missed").collect::<Vec<_>>()
    };
    let of_watched = missed(watched.notes(&seen).await);
    assert_eq!(of_watched.len(), 2, "the acknowledgement and the response");
    assert_eq!(missed(unseen.notes(&left_alone).await), of_watched);
}

#[tokio::test]
async fn what_was_answered_late_and_ended_while_nobody_looked_has_missed_its_limit() {
    let story = story();
    let stream = story.register(1).await;
    story.days_later(10);
    let withdrawal = Withdrawal { reason: WithdrawalReason::NotPursued };
    story.service.handle(acknowledge(2, &stream)).await.unwrap();
    let withdraw = ComplaintCommand::Withdraw(withdrawal);
    story.service.handle(request(3, Some(stream.clone()), withdraw)).await.unwrap();
    story.days_later(1);
    let noted = story.run().await;
    assert_eq!(noted.missed, 1, "acknowledged eight days late");
    assert_eq!(story.run().await.missed, 0);
    assert_eq!(story.notes(&stream).await[0].1, "iso-10002/acknowledgement");
}

#[tokio::test]
async fn two_runs_at_once_note_a_limit_once() {
    let story = story();
    let stream = story.register(1).await;
    story.days_later(50);
    let (one, other) = tokio::join!(story.run(), story.run());
    assert_eq!(one.missed + other.missed, 2, "two clocks, each by one of the two");
    assert_eq!(story.notes(&stream).await.len(), 2);
}

#[tokio::test]
async fn an_earlier_time_leaves_later_limits_for_later() {
    let story = story();
    let stream = story.register(1).await;
    story.days_later(50);
    let mut noted = Noted::default();
    let until = "2026-03-10T00:00:00Z".parse().unwrap();
    ClockProcess::new(&story.service).note(&stream, until, &mut noted).await.unwrap();
    assert_eq!(noted.missed, 1, "the acknowledgement alone");
    assert_eq!(story.run().await.missed, 1, "and the response after that");
}

#[tokio::test]
async fn what_another_company_must_answer_misses_no_limit_of_ours() {
    let story = story();
    let label = |text: &str| text.parse::<Label>().unwrap();
    let receipt = Receipt {
        channel: Channel::Web,
        source: Source::Imported { scheme: label("cfpb"), reference: label("1") },
        matter: Some(Matter {
            taxonomy: label("cfpb"),
            product: label("Mortgage"),
            sub_product: None,
            issue: None,
            sub_issue: None,
        }),
        respondent: Some(label("Example Bank")),
        region: None,
        language: None,
        tags: Vec::new(),
        remedies_requested: Vec::new(),
    };
    story.service.handle(request(1, None, ComplaintCommand::Register(receipt))).await.unwrap();
    story.days_later(200);
    let noted = story.run().await;
    assert_eq!((noted.complaints, noted.missed, noted.warned), (1, 0, 0));
}

/// The limits of a year of complaints, some handled in time, some late, some not at all, with the
/// process down for a week now and then: what the log says was missed is what the clocks say.
#[tokio::test]
async fn over_a_year_with_outages_every_missed_limit_is_noted_once() {
    let story = story();
    let mut streams = Vec::new();
    let mut id = 0_u128;
    let mut next = || {
        id += 1;
        id
    };
    for day in 0_i64..365 {
        if day % 4 == 0 {
            streams.push(story.register(next()).await);
        }
        // One in three is acknowledged on its day, one two weeks later, one never.
        if day % 12 == 0 {
            let newest = streams.last().unwrap().clone();
            story.service.handle(acknowledge(next(), &newest)).await.unwrap();
        }
        if day % 12 == 6 && streams.len() > 3 {
            let late = streams[streams.len() - 3].clone();
            let assignment = Assignment { handler: super::agent().id };
            let assign = ComplaintCommand::Assign(assignment);
            story.service.handle(request(next(), Some(late.clone()), assign)).await.unwrap();
            let _ = story.service.handle(acknowledge(next(), &late)).await;
        }
        let is_down = day % 60 >= 53;
        if !is_down {
            story.run().await;
        }
        story.days_later(1);
    }
    story.run().await;
    for stream in &streams {
        let loaded = crate::load::load(story.log.as_ref(), stream).await.unwrap();
        let Complaint::Received(case) = loaded.state else {
            panic!("a complaint that was received")
        };
        let rules = ComplaintRules::default();
        let readings = clocks(case.clock_facts(), &rules.time_limits, story.service.now());
        let missed = readings
            .into_iter()
            .flatten()
            .filter(|reading| matches!(reading.result, ClockResult::Missed { .. }));
        let mut expected: Vec<_> = missed.map(|reading| reading.clock.to_string()).collect();
        let of_log = story.notes(stream).await;
        let mut noted: Vec<_> = of_log
            .into_iter()
            .filter_map(|(kind, clock, _)| (kind == "missed").then_some(clock))
            .collect();
        expected.sort();
        noted.sort();
        assert_eq!(noted, expected, "{stream}");
    }
}

/// A day that counts from its first moment and ends at five: of what comes in at eight in the evening it was over
/// before it began.
#[tokio::test]
async fn a_limit_that_was_over_when_it_began_stops_no_other_from_being_noted() {
    let template: serde_json::Value =
        serde_json::from_str(include_str!("../../../complaint-domain/packs/template.json"))
            .unwrap();
    let mut file = template;
    let first_contact = &mut file["clocks"][1];
    first_contact["length"] = serde_json::json!({"count": 1, "unit": "calendar-days"});
    first_contact.as_object_mut().unwrap().remove("after_hours");
    let pack = RulePack::parse(&file.to_string()).unwrap();
    let adopted = Rulebook::with_shipped_calendars().adopt(Adoption::of(pack)).unwrap();
    let rules = ComplaintRules { time_limits: Arc::new(adopted), ..ComplaintRules::default() };
    let story = story_by(rules);
    *story.time.0.lock().unwrap() += SignedDuration::from_hours(11);
    let (late, received_at) = (story.register(1).await, story.now());
    *story.time.0.lock().unwrap() += SignedDuration::from_hours(1);
    let other = story.register(2).await;
    story.days_later(2);
    story.run().await;
    let notes = story.notes(&late).await;
    let missed_at: Vec<_> = notes
        .iter()
        .filter(|(kind, clock, _)| *kind == "missed" && clock.ends_with("/first-contact"))
        .map(|(.., at)| *at)
        .collect();
    assert_eq!(missed_at, [received_at]);
    let missed = story.missed_clocks(&other).await;
    assert!(missed.iter().any(|clock| clock.ends_with("/acknowledgement")), "{missed:?}");
}

/// Read in order, with room for one complaint or for all, a log shows the same limits as complaint by complaint.
#[tokio::test]
async fn limits_that_nothing_is_noted_of_are_found_in_order_too() {
    let story = story();
    for id in 1..=3 {
        story.register(id).await;
    }
    let mut platforms = super::imported(4);
    if let ComplaintCommand::Register(receipt) = &mut platforms.command {
        receipt.respondent = Some("Another Bank".parse().unwrap());
    }
    story.service.handle(platforms).await.unwrap();
    story.register(5).await;
    story.days_later(200);
    story.register(6).await;
    let (log, now) = (story.log.as_ref(), story.now());
    let size = log.head().next_position;
    let one_by_one = unnoted(log, size, (now, now)).await.unwrap();
    assert!(one_by_one.limits >= 4, "{one_by_one:?}");
    for at_once in [1, 2, 4, 100] {
        let in_order = in_batches(log, size, now, at_once).await.unwrap();
        assert_eq!(in_order.limits, one_by_one.limits, "{at_once}");
        assert!(in_order.first.is_some());
    }
    // What was due after the last day asked about, or after the last of the records, is no lack of theirs.
    let first_day = now - SignedDuration::from_hours(24 * 200);
    assert_eq!(in_batches(log, size, first_day, 2).await.unwrap().limits, 0);
    let before_the_last = Position(size.0 - 1);
    assert_eq!(in_batches(log, before_the_last, now, 2).await.unwrap().limits, 0);
    // Once they are noted, nothing is missing; in the records before that, it is still.
    story.run().await;
    let noted = log.head().next_position;
    assert_eq!(in_batches(log, noted, story.now(), 2).await.unwrap().limits, 0);
    assert_eq!(in_batches(log, size, now, 2).await.unwrap().limits, one_by_one.limits);
}

//! What a pack orders to go before the committee goes there once, whenever and however often somebody
//! looks, and what the committee comes to is carried back.

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    clock::shipped,
    complaint::{
        Assignment, Channel, Communication, ComplaintCommand as C, ComplaintEvent as E, Direction,
        Escalation, EscalationReason, Finding, Outcome, OutcomeProposal, Party, Purpose,
        ReviewConclusion, Withdrawal, WithdrawalReason,
    },
    review::{
        Discontinuation, DiscontinuationReason, OpeningWay, Review, ReviewCommand, Seat, Seating,
    },
    rulebook::RuleChange,
    staff::{Joining, Staff, StaffCommand, TermStart},
};
use event_log::StreamId;
use futures::TryStreamExt as _;
use jiff::civil::Date;
use uuid::Uuid;

use super::{
    Arc, EventLog as _, Position, SystemEntropy,
    clock_process::{Story, story},
    decode, request,
    rulebook::adopt,
};
use crate::{
    Escalated, EscalationProcess, UnsealedRequest, UnsealedService,
    ids::{staff_stream_of, step_id},
    review_stream_of,
};
use complaint_domain::LedgerEvent;

pub(super) const NOTHING: Escalated = Escalated { escalated: 0, opened: 0, concluded: 0 };

pub(super) fn label<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(super) fn reviews(story: &Story) -> UnsealedService {
    UnsealedService::new(Arc::clone(&story.log) as _, story.clock(), Arc::new(SystemEntropy))
}

/// Walks the whole log.
pub(super) async fn run(story: &Story) -> Escalated {
    let reviews = reviews(story);
    let process = EscalationProcess::new(&story.service, &reviews);
    let (mut from, mut done) = (Position(0), NOTHING);
    let head = story.log.head().next_position;
    while let Some(next) = process.walk_page(from, &mut done).await.unwrap() {
        if next >= head {
            break;
        }
        from = next;
    }
    done
}

/// In India, from the first day of the story on.
pub(super) async fn in_india() -> Story {
    let story = story();
    let pack = RuleChange::AdoptPack {
        file: shipped::pack_text("in-rbi").unwrap().to_owned(),
        calendar: None,
        zone: None,
        business_hours: None,
        tracks: [].into(),
        from: "2026-03-02".parse().unwrap(),
    };
    adopt(&story, 1, pack).await;
    story
}

/// A complaint of which its handler has said what it would come to.
pub(super) async fn would_be(story: &Story, id: u128, outcome: Outcome) -> StreamId {
    let stream = story.register(id).await;
    let assign = C::Assign(Assignment { handler: super::agent().id });
    story.service.handle(request(id + 1, Some(stream.clone()), assign)).await.unwrap();
    let findings = vec![Finding { issue: label("Fee"), outcome }];
    let propose = C::ProposeOutcome(OutcomeProposal { outcome, findings });
    story.service.handle(request(id + 2, Some(stream.clone()), propose)).await.unwrap();
    stream
}

/// What the process did, in the order of the log.
async fn steps(story: &Story) -> Vec<String> {
    let records = story.log.read_all(Position(0), u64::MAX);
    let records: Vec<_> = records.try_collect().await.unwrap();
    let steps = records.iter().filter_map(|record| {
        let record = decode(&record.bytes).unwrap();
        (record.actor.id.to_string() == "escalation-process").then_some(record.event_type)
    });
    steps.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_rejection_goes_before_the_committee_once_and_what_is_upheld_does_not() {
    let story = in_india().await;
    let rejected = would_be(&story, 1_000, Outcome::NotUpheld).await;
    would_be(&story, 2_000, Outcome::Upheld).await;
    assert_eq!(run(&story).await, Escalated { escalated: 1, opened: 1, concluded: 0 });
    assert_eq!(run(&story).await, NOTHING);
    let review = review_stream_of(&rejected, 1);
    let Review::Opened(docket) = reviews(&story).streams().load(&review).await.unwrap() else {
        panic!("a review that was opened")
    };
    assert_eq!(docket.complaint().as_str(), rejected.as_str());
    assert_eq!(docket.way(), OpeningWay::RulePack);
}

#[tokio::test]
async fn after_a_week_of_standing_still_it_is_escalated_as_of_that_moment_and_not_before() {
    let story = in_india().await;
    let stream = would_be(&story, 1_000, Outcome::PartlyUpheld).await;
    story.days_later(30);
    assert_eq!(run(&story).await, Escalated { escalated: 1, opened: 1, concluded: 0 });
    let records = story.log.read_stream(&stream, event_log::StreamVersion(0));
    let records: Vec<_> = records.try_collect().await.unwrap();
    let escalated = decode(&records.last().unwrap().bytes).unwrap();
    assert_eq!(escalated.event_type, "complaint.escalated.v1");
    assert_eq!(escalated.occurred_at, story.now(), "late, and it says so");
    story.run().await;
    let missed = story.missed_clocks(&stream).await;
    assert!(missed.contains(&"in-rbi/internal-ombudsman".to_owned()), "{missed:?}");
}

#[tokio::test]
async fn what_was_killed_between_escalation_and_review_is_made_good_by_the_next_run() {
    let story = in_india().await;
    let stream = would_be(&story, 1_000, Outcome::NotUpheld).await;
    // The first of its two steps, as the process takes it, and then no more.
    let reason = EscalationReason::NotFullyUpheld;
    let mut first = request(0, Some(stream.clone()), C::Escalate(Escalation { reason }));
    first.command_id = step_id(&stream, "escalate", 1);
    first.actor = Actor { id: ActorId(label("escalation-process")), role: Role::System };
    story.service.handle(first).await.unwrap();
    assert_eq!(run(&story).await, Escalated { escalated: 0, opened: 1, concluded: 0 });
    assert_eq!(run(&story).await, NOTHING);
    assert_eq!(steps(&story).await, ["complaint.escalated.v1", "review.opened.v1"]);
}

#[tokio::test]
async fn two_runs_at_once_do_each_step_once() {
    let story = in_india().await;
    would_be(&story, 1_000, Outcome::NotUpheld).await;
    would_be(&story, 2_000, Outcome::Goodwill).await;
    let (one, other) = tokio::join!(run(&story), run(&story));
    assert_eq!((one.escalated + other.escalated, one.opened + other.opened), (2, 2));
    assert_eq!(steps(&story).await.len(), 4);
}

/// A complaint that staff put before the committee themselves, and for which they opened nothing.
async fn escalated_by_staff(story: &Story, outcome: Outcome) -> StreamId {
    let stream = would_be(story, 1_000, outcome).await;
    let escalate = C::Escalate(Escalation { reason: EscalationReason::Gravity });
    story.service.handle(request(1_500, Some(stream.clone()), escalate)).await.unwrap();
    stream
}

#[tokio::test]
async fn the_review_of_what_a_pack_orders_is_opened_whoever_escalated_it() {
    let story = in_india().await;
    let stream = escalated_by_staff(&story, Outcome::NotUpheld).await;
    let (one, other) = tokio::join!(run(&story), run(&story));
    assert_eq!((one.escalated + other.escalated, one.opened + other.opened), (0, 1));
    assert_eq!(run(&story).await, NOTHING);
    let review = review_stream_of(&stream, 1);
    let Review::Opened(docket) = reviews(&story).streams().load(&review).await.unwrap() else {
        panic!("a review that was opened")
    };
    assert_eq!(docket.way(), OpeningWay::Staff);
}

#[tokio::test]
async fn the_review_of_what_no_pack_orders_is_for_people_to_open() {
    let story = in_india().await;
    escalated_by_staff(&story, Outcome::Upheld).await;
    assert_eq!(run(&story).await, NOTHING);
}

#[tokio::test]
async fn the_review_of_what_was_withdrawn_is_opened_by_no_program() {
    let story = in_india().await;
    let stream = escalated_by_staff(&story, Outcome::NotUpheld).await;
    let withdraw = C::Withdraw(Withdrawal { reason: WithdrawalReason::NotPursued });
    let mut asked = request(1_600, Some(stream), withdraw);
    asked.actor = Actor { id: ActorId("portal".parse().unwrap()), role: Role::Complainant };
    story.service.handle(asked).await.unwrap();
    assert_eq!(run(&story).await, NOTHING);
}

#[tokio::test]
async fn without_a_pack_that_orders_it_nothing_is_escalated() {
    let story = story();
    would_be(&story, 1_000, Outcome::NotUpheld).await;
    assert_eq!(run(&story).await, NOTHING);
}

/// Somebody with a term that has begun and is far from its end.
pub(super) async fn sits_on_the_committee(story: &Story, who: &str) {
    let account = ActorId(label(who));
    let seat = Seat::Chair;
    let (from, until) = (Date::constant(2000, 1, 1), Date::constant(2099, 12, 31));
    let roles = [Role::CommitteeChair].into();
    for (id, command) in [
        (75, StaffCommand::Join(Joining { account: account.clone(), roles, team: None })),
        (76, StaffCommand::StartTerm(TermStart { seat, from, until })),
    ] {
        let request = UnsealedRequest {
            command_id: Uuid::from_u128(id),
            stream: Some(staff_stream_of(&account)),
            actor: Actor { id: ActorId(label("root")), role: Role::Administrator },
            occurred_at: None,
            command,
        };
        reviews(story).handle::<Staff>(&request).await.unwrap();
    }
}

/// What the parties' agreement rests on while nothing was answered.
pub(super) async fn complainant_writes(story: &Story, id: u128, complaint: &StreamId) {
    let message = C::RecordCommunication(Communication {
        direction: Direction::Incoming,
        party: Party::Complainant,
        channel: Channel::Email,
        purpose: Purpose::Information,
    });
    story.service.handle(request(id, Some(complaint.clone()), message)).await.unwrap();
}

#[tokio::test]
async fn how_a_review_ended_is_noted_in_its_complaint_once() {
    let story = in_india().await;
    let stream = would_be(&story, 1_000, Outcome::NotUpheld).await;
    run(&story).await;
    let review = review_stream_of(&stream, 1);
    sits_on_the_committee(&story, "eve").await;
    complainant_writes(&story, 1_500, &stream).await;
    let eve = ActorId(label("eve"));
    let seating = Seating { member: eve.clone(), seat: Seat::Chair };
    let reason = DiscontinuationReason::Settled;
    for (id, command) in [
        (77, ReviewCommand::SeatMember(seating)),
        (78, ReviewCommand::Discontinue(Discontinuation { reason })),
    ] {
        let request = UnsealedRequest {
            command_id: Uuid::from_u128(id),
            stream: Some(review.clone()),
            actor: Actor { id: eve.clone(), role: Role::CommitteeChair },
            occurred_at: None,
            command,
        };
        reviews(&story).handle::<Review>(&request).await.unwrap();
    }
    let (one, other) = tokio::join!(run(&story), run(&story));
    assert_eq!(one.concluded + other.concluded, 1);
    assert_eq!(run(&story).await, NOTHING);
    let records = story.log.read_stream(&stream, event_log::StreamVersion(0));
    let records: Vec<_> = records.try_collect().await.unwrap();
    let noted = decode(&records.last().unwrap().bytes).unwrap().event;
    let LedgerEvent::Complaint(E::ReviewConcluded(noted)) = noted else { panic!("{noted:?}") };
    assert_eq!(noted.review.as_str(), review.as_str());
    assert_eq!(noted.conclusion, ReviewConclusion::Discontinued { reason });
}

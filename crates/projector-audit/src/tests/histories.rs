use complaint_domain::sealed::PersonalField;
use event_log::{EventLog, Position, RecordedEvent, StreamVersion};
use futures::StreamExt;
use projection::{ProjectError, Projector};
use proptest::prelude::*;

use super::ledger::{Ledger, ORIGIN, Told, actor, assigned, at, caused};
use crate::{
    AuditEvent, AuditProjector, Filter,
    history::{as_of, by_actor, count, events, history, known_at},
};

const CASE: &str = "complaint-a";

fn told<'a>(by: &'a str, occurred_at: &'a str, recorded_at: &'a str) -> Told<'a> {
    let event = assigned("agent-7");
    Told { stream: CASE, by, occurred_at, recorded_at, event, personal: &[] }
}

fn positions(events: &[AuditEvent]) -> Vec<u64> {
    events.iter().map(|event| event.position.0).collect()
}

#[tokio::test]
async fn as_it_was_and_as_it_was_known_differ_where_something_was_recorded_late() {
    let mut ledger = Ledger::new();
    ledger.record(told("ana", "2026-02-01T09:00:00Z", "2026-02-01T09:05:00Z")).await;
    ledger.record(told("ana", "2026-02-05T09:00:00Z", "2026-02-05T09:05:00Z")).await;
    // Entered on the ninth, but it had happened on the third.
    ledger.record(told("ben", "2026-02-03T09:00:00Z", "2026-02-09T09:00:00Z")).await;
    let connection = ledger.read_model(&[]).await;
    let stream = CASE.parse().unwrap();

    let fourth = at("2026-02-04T00:00:00Z");
    assert_eq!(positions(&as_of(&connection, &stream, fourth).unwrap()), [0, 2]);
    assert_eq!(positions(&known_at(&connection, &stream, fourth).unwrap()), [0]);
    let tenth = at("2026-02-10T00:00:00Z");
    assert_eq!(positions(&as_of(&connection, &stream, tenth).unwrap()), [0, 1, 2]);
    assert_eq!(positions(&known_at(&connection, &stream, tenth).unwrap()), [0, 1, 2]);
    // The moment itself belongs to both.
    let moment = at("2026-02-05T09:00:00Z");
    assert_eq!(positions(&as_of(&connection, &stream, moment).unwrap()), [0, 1, 2]);
    assert_eq!(positions(&known_at(&connection, &stream, moment).unwrap()), [0]);
}

#[tokio::test]
async fn more_than_a_day_between_happening_and_recording_is_late() {
    let mut ledger = Ledger::new();
    ledger.record(told("ana", "2026-02-01T09:00:00Z", "2026-02-02T09:00:00.000Z")).await;
    ledger.record(told("ana", "2026-02-01T09:00:00Z", "2026-02-02T09:00:00.001Z")).await;
    let connection = ledger.read_model(&[]).await;
    let all = events(&connection, &Filter::default()).unwrap();
    assert_eq!(all.iter().map(|event| event.is_late).collect::<Vec<_>>(), [false, true]);
    let late = Filter { only_late: true, ..Filter::default() };
    assert_eq!(positions(&events(&connection, &late).unwrap()), [1]);
}

#[tokio::test]
async fn each_record_is_there_with_its_data_as_stored() {
    let mut ledger = Ledger::new();
    let fields = [PersonalField::Narrative, PersonalField::Address];
    let first = told("ana", "2026-02-01T09:00:00Z", "2026-02-01T09:05:00Z");
    let event = caused("流程/“退款”");
    ledger.record(Told { personal: &fields, event, ..first }).await;
    let connection = ledger.read_model(&[]).await;
    let found = history(&connection, &CASE.parse().unwrap()).unwrap();
    let [event] = found.as_slice() else { panic!("one event expected, found {found:?}") };

    let stored = ledger.log.read_all(Position(0), 1).next().await.unwrap().unwrap();
    let stored = std::str::from_utf8(&stored.bytes).unwrap();
    assert!(stored.contains(&format!(r#""data":{},"sealed""#, event.data)), "{stored}");
    assert_eq!((event.position, event.version), (Position(0), StreamVersion(0)));
    assert_eq!((event.actor_id.as_str(), event.actor_role.as_str()), ("ana", "agent"));
    assert_eq!(event.event_type, "complaint.root-cause-identified.v1");
    assert_eq!(event.recorded_at, at("2026-02-01T09:05:00Z"));
    assert_eq!(event.causation_id, None);
    let sealed: Vec<_> =
        event.sealed.iter().map(|sealed| (sealed.field.as_str(), sealed.digest.len())).collect();
    assert_eq!(sealed, [("narrative", 64), ("address", 64)]);
}

#[tokio::test]
async fn an_auditor_asks_by_person_by_time_and_by_page() {
    let mut ledger = Ledger::new();
    for (by, day) in [("ana", 1), ("ben", 2), ("ana", 3), ("ana", 4)] {
        let when = format!("2026-02-{day:02}T09:00:00Z");
        ledger.record(told(by, &when, &when)).await;
    }
    let connection = ledger.read_model(&[]).await;
    let ana = actor("ana");
    let page = by_actor(&connection, &ana, None, 2).unwrap();
    assert_eq!(positions(&page), [0, 2]);
    let rest = by_actor(&connection, &ana, Some(page[1].position), 2).unwrap();
    assert_eq!(positions(&rest), [3]);

    let within = Filter {
        occurred_from: Some(at("2026-02-02T09:00:00Z")),
        recorded_to: Some(at("2026-02-03T09:00:00Z")),
        ..Filter::default()
    };
    assert_eq!(positions(&events(&connection, &within).unwrap()), [1, 2]);
    assert_eq!(count(&connection, &Filter { limit: 1, ..within }).unwrap(), 2);
    assert_eq!(count(&connection, &Filter::default()).unwrap(), 4);
    let none = Filter { event_type: Some("complaint.closed.v1".into()), ..Filter::default() };
    assert_eq!(count(&connection, &none).unwrap(), 0);
}

#[tokio::test]
async fn a_record_that_names_another_place_in_its_stream_stops_the_projector() {
    let mut ledger = Ledger::new();
    ledger.record(told("ana", "2026-02-01T09:00:00Z", "2026-02-01T09:05:00Z")).await;
    let stored = ledger.log.read_all(Position(0), 1).next().await.unwrap().unwrap();
    let moved = RecordedEvent { version: StreamVersion(4), ..stored };
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    let mut projector = AuditProjector;
    projector.create_schema(&connection).unwrap();
    let transaction = connection.transaction().unwrap();
    let error = projector.project(&transaction, &moved).unwrap_err();
    assert!(matches!(error, ProjectError::Unexpected { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// In whatever pages it is read, live or anew: the same rows.
    #[test]
    fn replay_gives_what_live_gave(
        drawn in prop::collection::vec(("[ab]", "[a-c]{1,3}"), 1..40),
        stops in prop::collection::vec(0_u64..40, 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut ledger = Ledger::new();
            for (which, handler) in &drawn {
                let stream = format!("complaint-{which}");
                let told = told("ana", "2026-02-01T09:00:00Z", "2026-02-01T09:05:00Z");
                ledger.record(Told { stream: &stream, event: assigned(handler), ..told }).await;
            }
            drop(ledger.read_model(&stops).await);
            let live = projection::digest(&ledger.file()).unwrap();
            let report = projection::rebuild(
                &ledger.file(), ORIGIN, Box::new(AuditProjector), &ledger.log, &mut |_| {},
            ).await.unwrap();
            prop_assert_eq!(report.digest, live);
            prop_assert_eq!(report.next_position.0, drawn.len() as u64);
            Ok(())
        })?;
    }
}

use std::sync::Arc;

use event_log::{EventLog, Position};
use proptest::prelude::*;

use super::fakes::{Place, WORDS, WordLog, Words, count, quiet, words};
use crate::{CatchUpError, Projection, Projections, Projector, WaitError, digest, path_of, status};

const ORIGIN: &str = "ledger.example/a";

async fn opened(place: &Place) -> Projection {
    Projection::open(&place.file(), ORIGIN, words()).await.unwrap()
}

#[tokio::test]
async fn rows_and_position_follow_the_log() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "b", "a"]));
    let mut projection = opened(&place).await;
    let mut told = Vec::new();
    projection.catch_up(&log, Position(3), &mut |at| told.push(at)).await.unwrap();
    projection.close().await;

    assert_eq!(told, [Position(3)]);
    assert_eq!(count(&place.file(), "place"), 3);
    assert_eq!(count(&place.file(), "word"), 2);
    let status = status(&place.file()).unwrap();
    assert_eq!((status.next_position, status.failure), (Position(3), None));
}

#[tokio::test]
async fn a_projector_that_fails_in_a_page_leaves_neither_its_rows_nor_its_position() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "b", "a", "bad", "c"]));
    let mut projection = opened(&place).await;
    projection.catch_up(&log, Position(2), &mut quiet()).await.unwrap();
    let before = digest(&place.file()).unwrap();

    let error = projection.catch_up(&log, Position(5), &mut quiet()).await.unwrap_err();
    assert!(matches!(error, CatchUpError::Project { position: Position(3), .. }), "{error}");
    assert_eq!(digest(&place.file()).unwrap(), before);
    assert_eq!(projection.next_position(), Position(2));

    let failure = status(&place.file()).unwrap().failure.unwrap();
    assert_eq!(failure.position, Position(3));
    assert!(failure.reason.contains("expected a good word, found a bad one"), "{failure:?}");
    assert_eq!(projection.status().failure, Some(failure));
}

#[tokio::test]
async fn a_stopped_projector_stays_stopped_until_it_is_opened_again() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "bad", "c"]));
    let mut projection = opened(&place).await;
    projection.catch_up(&log, Position(3), &mut quiet()).await.unwrap_err();
    let again = projection.catch_up(&log, Position(3), &mut quiet()).await.unwrap_err();
    assert!(matches!(again, CatchUpError::Stopped { .. }), "{again}");
    projection.close().await;

    let mended = Box::new(Words { is_forgiving: true, ..WORDS });
    let mut projection = Projection::open(&place.file(), ORIGIN, mended).await.unwrap();
    projection.catch_up(&log, Position(3), &mut quiet()).await.unwrap();
    assert_eq!(status(&place.file()).unwrap().failure, None);
    assert_eq!(count(&place.file(), "place"), 3);
}

#[tokio::test]
async fn a_projector_that_panics_tears_nothing() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "panic"]));
    let mut projection = opened(&place).await;
    projection.catch_up(&log, Position(1), &mut quiet()).await.unwrap();
    let error = projection.catch_up(&log, Position(2), &mut quiet()).await.unwrap_err();
    assert!(matches!(error, CatchUpError::Panicked), "{error}");
    projection.close().await;
    assert_eq!(status(&place.file()).unwrap().next_position, Position(1));
    assert_eq!(count(&place.file(), "place"), 1);
}

#[tokio::test]
async fn a_gap_in_the_log_stops_the_projector() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "b", "c", "d"]));
    log.skip_at(2);
    let mut projection = opened(&place).await;
    let error = projection.catch_up(&log, Position(4), &mut quiet()).await.unwrap_err();
    assert!(
        matches!(error, CatchUpError::Gap { expected: Position(2), found: Position(3) }),
        "{error}"
    );
    assert_eq!(count(&place.file(), "place"), 0);
}

#[tokio::test]
async fn a_log_that_gives_less_than_it_says_is_not_taken_for_the_end() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "b"]));
    log.claim(5);
    let mut projection = opened(&place).await;
    let error = projection.catch_up(&log, Position(5), &mut quiet()).await.unwrap_err();
    assert!(matches!(error, CatchUpError::EndedEarly { expected: Position(2) }), "{error}");
}

#[tokio::test]
async fn a_read_model_ahead_of_the_log_is_refused() {
    let place = Place::new();
    let mut projection = opened(&place).await;
    projection.catch_up(&WordLog::of(&["a", "b"]), Position(2), &mut quiet()).await.unwrap();
    let error =
        projection.catch_up(&WordLog::of(&["a"]), Position(1), &mut quiet()).await.unwrap_err();
    assert!(
        matches!(error, CatchUpError::AheadOfLog { head: Position(1), next_position: Position(2) }),
        "{error}"
    );
}

#[tokio::test]
async fn a_log_that_tells_another_history_is_refused() {
    let place = Place::new();
    let mut projection = opened(&place).await;
    projection.catch_up(&WordLog::of(&["a", "b"]), Position(2), &mut quiet()).await.unwrap();
    projection.close().await;

    let other = WordLog::of(&["a", "B", "c"]);
    let mut projection = opened(&place).await;
    let error = projection.catch_up(&other, Position(3), &mut quiet()).await.unwrap_err();
    assert!(matches!(error, CatchUpError::OtherHistory { position: Position(1) }), "{error}");
    assert_eq!(count(&place.file(), "place"), 2);
}

#[tokio::test]
async fn of_two_owners_only_one_goes_on() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "b", "c"]));
    let (mut one, mut other) = (opened(&place).await, opened(&place).await);
    one.catch_up(&log, Position(2), &mut quiet()).await.unwrap();
    let error = other.catch_up(&log, Position(3), &mut quiet()).await.unwrap_err();
    assert!(matches!(error, CatchUpError::OtherOwner { expected: Position(0) }), "{error}");
    one.catch_up(&log, Position(3), &mut quiet()).await.unwrap();
    assert_eq!(count(&place.file(), "place"), 3);
}

#[tokio::test]
async fn what_becomes_durable_later_is_taken_in_without_asking_twice() {
    let (place, log) = (Place::new(), Arc::new(WordLog::of(&["a"])));
    let mut projection = opened(&place).await;
    let mut follower = projection.follower();
    let (cancel, stopped) = tokio::sync::oneshot::channel::<()>();
    let following = async {
        let until = async {
            let _ = stopped.await;
        };
        projection.follow(&*log, until).await
    };
    let writing = async {
        follower.wait_for(Position(0)).await.unwrap();
        for position in 1..50 {
            log.push("later");
            follower.wait_for(Position(position)).await.unwrap();
        }
        cancel.send(()).unwrap();
    };
    let (result, ()) = tokio::join!(following, writing);
    result.unwrap();
    assert_eq!(projection.next_position(), Position(50));
}

#[tokio::test]
async fn who_waits_for_a_stopped_or_closed_read_model_is_told() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "bad"]));
    let mut projection = opened(&place).await;
    let mut follower = projection.follower();
    projection.catch_up(&log, Position(2), &mut quiet()).await.unwrap_err();
    assert!(matches!(follower.wait_for(Position(1)).await, Err(WaitError::Stopped { .. })));
    projection.close().await;

    let projection = opened(&place).await;
    let mut follower = projection.follower();
    projection.close().await;
    assert_eq!(
        follower.wait_for(Position(1)).await,
        Err(WaitError::Closed { expected: Position(1), next_position: Position(0) })
    );
}

#[tokio::test]
async fn one_projector_that_fails_leaves_the_others_running() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "bad", "c"]));
    let forgiving = |name| Box::new(Words { name, is_forgiving: true, schema_version: 1 });
    let projectors: Vec<Box<dyn Projector>> = vec![forgiving("one"), words(), forgiving("two")];
    std::fs::write(path_of(place.directory.path(), "two"), "not a read model").unwrap();

    let empty = WordLog::of(&[]);
    let directory = place.directory.path();
    let mut all = Projections::open(directory, ORIGIN, projectors, &empty, &mut |_, _| {}).await;
    let statuses = all.catch_up(&log, log.head().next_position, &mut |_, _| {}).await;
    let seen: Vec<_> = statuses
        .iter()
        .map(|status| (status.projector.as_str(), status.next_position.0, status.failure.is_some()))
        .collect();
    assert_eq!(seen, [("one", 3, false), ("words", 0, true), ("two", 0, true)]);
    let reason = &statuses[2].failure.as_ref().unwrap().reason;
    assert!(reason.contains("expected a read model of redress"), "{reason}");
    all.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Live, in whatever pages, and replayed at once: the same rows.
    #[test]
    fn replay_gives_what_live_gave(
        drawn in prop::collection::vec("[a-d]{1,2}", 1..60),
        stops in prop::collection::vec(0_u64..60, 0..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let drawn: Vec<&str> = drawn.iter().map(String::as_str).collect();
            let log = WordLog::of(&drawn);
            let head = log.head().next_position;
            let (live, replayed) = (Place::new(), Place::new());
            let mut projection = opened(&live).await;
            for at in stops {
                projection.catch_up(&log, Position(at.min(head.0)), &mut quiet()).await.unwrap();
            }
            projection.catch_up(&log, head, &mut quiet()).await.unwrap();
            let mut projection = opened(&replayed).await;
            projection.catch_up(&log, head, &mut quiet()).await.unwrap();
            prop_assert_eq!(digest(&live.file()).unwrap(), digest(&replayed.file()).unwrap());
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_long_log_comes_in_many_pages() {
    let (place, log) = (Place::new(), WordLog::of_numbers(9_001));
    let mut projection = opened(&place).await;
    let mut told = Vec::new();
    projection.catch_up(&log, Position(9_001), &mut |at| told.push(at.0)).await.unwrap();
    assert_eq!(told, [4_000, 8_000, 9_001]);
    assert_eq!(count(&place.file(), "place"), 9_001);
}

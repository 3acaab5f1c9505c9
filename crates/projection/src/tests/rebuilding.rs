use std::fs;

use event_log::Position;
use rusqlite::Connection;

use super::fakes::{Place, WORDS, WordLog, Words, count, quiet, words};
use crate::{
    OpenError, Projection, RebuildError, digest, file::beside, open_or_rebuild, rebuild, status,
};

const ORIGIN: &str = "ledger.example/a";

async fn live(place: &Place, log: &WordLog, up_to: u64) {
    let mut projection = Projection::open(&place.file(), ORIGIN, words()).await.unwrap();
    projection.catch_up(log, Position(up_to), &mut quiet()).await.unwrap();
    projection.close().await;
}

#[tokio::test]
async fn a_rebuild_gives_the_same_digest() {
    let (place, log) = (Place::new(), WordLog::of_numbers(5_000));
    live(&place, &log, 5_000).await;
    let before = digest(&place.file()).unwrap();

    let report = rebuild(&place.file(), ORIGIN, words(), &log, &mut quiet()).await.unwrap();
    assert_eq!(report.digest, before);
    let previous = report.previous.unwrap();
    assert_eq!((previous.digest, previous.is_same), (before, Some(true)));
    assert_eq!(digest(&place.file()).unwrap(), before);
    assert!(!beside(&place.file(), ".rebuild").exists());

    // With its indexes, and ready to go on.
    let connection = Connection::open(place.file()).unwrap();
    let index: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'place_by_word'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(index, 1);
    drop(connection);
    log.push("more");
    live(&place, &log, 5_001).await;
}

#[tokio::test]
async fn a_rebuild_compares_at_the_position_the_old_file_had() {
    let (place, log) = (Place::new(), WordLog::of_numbers(50));
    live(&place, &log, 20).await;
    let report = rebuild(&place.file(), ORIGIN, words(), &log, &mut quiet()).await.unwrap();
    assert_eq!(report.next_position, Position(50));
    let previous = report.previous.unwrap();
    assert_eq!((previous.next_position, previous.is_same), (Position(20), Some(true)));
    assert_eq!(report.digest, digest(&place.file()).unwrap());
}

#[tokio::test]
async fn a_rebuild_tells_of_rows_that_were_changed_by_hand() {
    let (place, log) = (Place::new(), WordLog::of_numbers(50));
    live(&place, &log, 50).await;
    let connection = Connection::open(place.file()).unwrap();
    connection.execute_batch("UPDATE word SET seen = 99 WHERE word = 'w1'").unwrap();
    drop(connection);
    let report = rebuild(&place.file(), ORIGIN, words(), &log, &mut quiet()).await.unwrap();
    assert_eq!(report.previous.unwrap().is_same, Some(false));
    assert_eq!(report.digest, digest(&place.file()).unwrap());
}

#[tokio::test]
async fn an_older_schema_is_rebuilt_when_opened_with_the_log() {
    let (place, log) = (Place::new(), WordLog::of_numbers(50));
    live(&place, &log, 50).await;
    let newer = Box::new(Words { schema_version: 3, ..WORDS });
    let (projection, report) =
        open_or_rebuild(&place.file(), ORIGIN, newer, &log, &mut quiet()).await.unwrap();
    assert_eq!(report.unwrap().previous.unwrap().is_same, None);
    assert_eq!(projection.next_position(), Position(50));
    projection.close().await;
    assert_eq!(status(&place.file()).unwrap().schema_version, 3);
}

#[tokio::test]
async fn a_missing_read_model_is_built_and_a_present_one_is_not() {
    let (place, log) = (Place::new(), WordLog::of_numbers(50));
    let (projection, report) =
        open_or_rebuild(&place.file(), ORIGIN, words(), &log, &mut quiet()).await.unwrap();
    assert_eq!(report.unwrap().next_position, Position(50));
    projection.close().await;
    let (projection, report) =
        open_or_rebuild(&place.file(), ORIGIN, words(), &log, &mut quiet()).await.unwrap();
    assert_eq!(report, None);
    projection.close().await;
}

#[tokio::test]
async fn a_damaged_file_is_replaced_and_a_foreign_one_is_not() {
    let (place, log) = (Place::new(), WordLog::of_numbers(3_000));
    live(&place, &log, 3_000).await;
    let mut bytes = fs::read(place.file()).unwrap();
    bytes[100..4_096].fill(0xa5);
    fs::write(place.file(), &bytes).unwrap();
    let report = rebuild(&place.file(), ORIGIN, words(), &log, &mut quiet()).await.unwrap();
    assert_eq!(report.previous, None);
    assert_eq!(count(&place.file(), "place"), 3_000);

    fs::write(place.file(), "somebody's notes").unwrap();
    let error = rebuild(&place.file(), ORIGIN, words(), &log, &mut quiet()).await.unwrap_err();
    assert!(matches!(error, RebuildError::Open(OpenError::Foreign { .. })), "{error}");
    assert_eq!(fs::read(place.file()).unwrap(), b"somebody's notes");
}

#[tokio::test]
async fn a_rebuild_that_fails_leaves_the_old_file_in_place() {
    let (place, log) = (Place::new(), WordLog::of(&["a", "b"]));
    live(&place, &log, 2).await;
    let before = digest(&place.file()).unwrap();
    log.push("bad");
    rebuild(&place.file(), ORIGIN, words(), &log, &mut quiet()).await.unwrap_err();
    assert_eq!(digest(&place.file()).unwrap(), before);

    // What the failed one left beside it does not stand in the way of the next.
    let mended = Box::new(Words { is_forgiving: true, ..WORDS });
    rebuild(&place.file(), ORIGIN, mended, &log, &mut quiet()).await.unwrap();
    assert_eq!(count(&place.file(), "place"), 3);
}

#[tokio::test]
async fn a_read_model_in_use_is_not_swapped_away() {
    let (place, log) = (Place::new(), WordLog::of_numbers(50));
    let mut owner = Projection::open(&place.file(), ORIGIN, words()).await.unwrap();
    owner.catch_up(&log, Position(10), &mut quiet()).await.unwrap();
    let error = rebuild(&place.file(), ORIGIN, words(), &log, &mut quiet()).await.unwrap_err();
    assert!(matches!(error, RebuildError::InUse { .. }), "{error}");
    owner.catch_up(&log, Position(50), &mut quiet()).await.unwrap();
    assert_eq!(count(&place.file(), "place"), 50);
}

use std::{fs, path::Path};

use event_log::Position;
use rusqlite::Connection;

use super::fakes::{Place, WORDS, WordLog, Words, count, quiet, words};
use crate::{DigestError, OpenError, Projection, digest, open_reader, status};

const ORIGIN: &str = "ledger.example/a";

async fn filled(place: &Place) {
    let mut projection = Projection::open(&place.file(), ORIGIN, words()).await.unwrap();
    let log = WordLog::of_numbers(3_000);
    projection.catch_up(&log, Position(3_000), &mut quiet()).await.unwrap();
    projection.close().await;
}

async fn refused(path: &Path, origin: &str, projector: Words) -> OpenError {
    let before = fs::read(path).unwrap();
    let error = Projection::open(path, origin, Box::new(projector)).await.unwrap_err();
    assert_eq!(fs::read(path).unwrap(), before, "a refused file is left as it is");
    error
}

#[tokio::test]
async fn a_file_of_another_program_is_refused() {
    let place = Place::new();
    fs::write(place.file(), "id,word\n1,hello\n").unwrap();
    let error = refused(&place.file(), ORIGIN, WORDS).await;
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");

    fs::remove_file(place.file()).unwrap();
    let other = Connection::open(place.file()).unwrap();
    other.execute_batch("CREATE TABLE theirs (a)").unwrap();
    drop(other);
    let error = refused(&place.file(), ORIGIN, WORDS).await;
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
    assert!(matches!(open_reader(&place.file()), Err(OpenError::Foreign { .. })));
}

#[tokio::test]
async fn a_read_model_of_something_else_is_refused() {
    let place = Place::new();
    filled(&place).await;
    let error = refused(&place.file(), ORIGIN, Words { name: "verbs", ..WORDS }).await;
    assert!(matches!(error, OpenError::OtherProjector { .. }), "{error}");
    let error = refused(&place.file(), "ledger.example/b", WORDS).await;
    assert!(matches!(error, OpenError::OtherLedger { .. }), "{error}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_an_older_one_named() {
    let place = Place::new();
    filled(&place).await;
    let older = Words { schema_version: 1, ..WORDS };
    let error = refused(&place.file(), ORIGIN, older).await;
    assert!(matches!(error, OpenError::NewerSchema { expected: 1, found: 2, .. }), "{error}");
    let newer = Words { schema_version: 3, ..WORDS };
    let error = refused(&place.file(), ORIGIN, newer).await;
    assert!(matches!(error, OpenError::OlderSchema { expected: 3, found: 2, .. }), "{error}");
}

#[tokio::test]
async fn a_missing_read_model_is_not_made_by_looking_at_it() {
    let place = Place::new();
    assert!(matches!(open_reader(&place.file()), Err(OpenError::Missing { .. })));
    assert!(matches!(status(&place.file()), Err(OpenError::Missing { .. })));
    assert!(!place.file().exists());
}

#[tokio::test]
async fn a_damaged_file_says_how_to_bring_it_back() {
    let place = Place::new();
    filled(&place).await;
    let mut bytes = fs::read(place.file()).unwrap();
    bytes[100..4_096].fill(0xa5); // the root page, after the header
    fs::write(place.file(), bytes).unwrap();
    let error = Projection::open(&place.file(), ORIGIN, words()).await.unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("redress projections rebuild"), "{error}");
}

#[tokio::test]
async fn the_file_a_crash_left_empty_is_begun_anew() {
    let place = Place::new();
    fs::write(place.file(), "").unwrap();
    filled(&place).await;
    assert_eq!(count(&place.file(), "place"), 3_000);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let place = Place::new();
    filled(&place).await;
    let connection = open_reader(&place.file()).unwrap();
    connection.execute("DELETE FROM word", []).unwrap_err();
}

#[tokio::test]
async fn the_digest_is_of_the_rows_and_not_of_the_file() {
    let place = Place::new();
    filled(&place).await;
    let before = digest(&place.file()).unwrap();
    let connection = Connection::open(place.file()).unwrap();
    connection.execute_batch("DROP INDEX place_by_word; PRAGMA page_size = 8192; VACUUM").unwrap();
    assert_eq!(digest(&place.file()).unwrap(), before);

    // One value in one row, even where only its type changes.
    connection.execute_batch("UPDATE word SET last = NULL WHERE word = 'w3'").unwrap();
    let without = digest(&place.file()).unwrap();
    assert_ne!(without, before);
    connection.execute_batch("UPDATE word SET last = x'' WHERE word = 'w3'").unwrap();
    assert_ne!(digest(&place.file()).unwrap(), without);
}

#[tokio::test]
async fn a_table_without_an_order_has_no_digest() {
    let place = Place::new();
    filled(&place).await;
    let connection = Connection::open(place.file()).unwrap();
    connection.execute_batch("CREATE TABLE heap (a)").unwrap();
    let error = digest(&place.file()).unwrap_err();
    assert!(matches!(error, DigestError::NoPrimaryKey { table } if table == "heap"));
}

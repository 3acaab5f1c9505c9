//! A log that can be told to misbehave, and a projector that counts words.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use event_log::{
    AppendError, Appended, EventLog, ExpectedVersion, Head, NewRecord, Position, RecordStream,
    RecordedEvent, StreamId, StreamVersion,
};
use futures::{StreamExt, stream};
use rusqlite::{Connection, Transaction};
use tokio::sync::watch;

use crate::{ProjectError, Projector};

/// Records whose bytes are whatever the test says.
#[derive(Debug)]
pub(crate) struct WordLog {
    records: Mutex<Vec<RecordedEvent>>,
    head: watch::Sender<Head>,
}

impl WordLog {
    pub(crate) fn of(words: &[&str]) -> Self {
        let log =
            Self { records: Mutex::new(Vec::new()), head: watch::Sender::new(Head::default()) };
        for word in words {
            log.push(word);
        }
        log
    }

    pub(crate) fn of_numbers(count: u64) -> Self {
        let log = Self::of(&[]);
        for number in 0..count {
            log.push(&format!("w{}", number % 17));
        }
        log
    }

    pub(crate) fn push(&self, word: &str) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let position = Position(records.len() as u64);
        let version = StreamVersion(position.0);
        let stream = "words".parse().unwrap();
        let bytes = Bytes::copy_from_slice(word.as_bytes());
        records.push(RecordedEvent { position, stream, version, bytes });
        self.head.send_replace(Head { next_position: Position(position.0 + 1) });
    }

    /// Makes the log skip a position, as none may.
    pub(crate) fn skip_at(&self, at: usize) {
        for record in &mut self.records.lock().unwrap()[at..] {
            record.position.0 += 1;
        }
    }

    /// Makes the log say it has more than it gives.
    pub(crate) fn claim(&self, next_position: u64) {
        self.head.send_replace(Head { next_position: Position(next_position) });
    }
}

#[async_trait]
impl EventLog for WordLog {
    async fn append(
        &self,
        _: &StreamId,
        _: ExpectedVersion,
        _: Vec<NewRecord>,
    ) -> Result<Appended, AppendError> {
        Err(AppendError::Unavailable { reason: "tests push words".to_owned() })
    }

    fn read_stream(&self, _: &StreamId, _: StreamVersion) -> RecordStream {
        stream::empty().boxed()
    }

    fn read_all(&self, from: Position, limit: u64) -> RecordStream {
        let records = self.records.lock().unwrap();
        let whole = |number: u64| usize::try_from(number).unwrap();
        let some: Vec<_> =
            records.iter().skip(whole(from.0)).take(whole(limit)).cloned().map(Ok).collect();
        stream::iter(some).boxed()
    }

    fn watch_head(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }
}

/// Counts words and remembers where each was seen last. Fails at the word `bad`, panics at `panic`.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) name: &'static str,
    pub(crate) schema_version: u32,
    pub(crate) is_forgiving: bool,
}

pub(crate) const WORDS: Words = Words { name: "words", schema_version: 2, is_forgiving: false };

pub(crate) fn words() -> Box<dyn Projector> {
    Box::new(WORDS)
}

impl Projector for Words {
    fn name(&self) -> &'static str {
        self.name
    }

    fn schema_version(&self) -> u32 {
        self.schema_version
    }

    fn create_schema(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(
            "CREATE TABLE word (word TEXT PRIMARY KEY, seen INTEGER NOT NULL, last BLOB) STRICT;
             CREATE TABLE place (position INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;
             CREATE VIEW common AS SELECT word FROM word WHERE seen > 2;",
        )
    }

    fn create_indexes(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch("CREATE INDEX place_by_word ON place (word)")
    }

    fn project(
        &mut self,
        transaction: &Transaction<'_>,
        event: &RecordedEvent,
    ) -> Result<(), ProjectError> {
        let word = std::str::from_utf8(&event.bytes).map_err(ProjectError::record)?;
        transaction
            .prepare_cached("INSERT INTO place VALUES (?1, ?2)")?
            .execute((i64::try_from(event.position.0).unwrap(), word))?;
        assert_ne!(word, "panic", "a projector with a bug");
        if word == "bad" && !self.is_forgiving {
            return Err(ProjectError::Unexpected {
                expected: "a good word".to_owned(),
                found: "a bad one".to_owned(),
            });
        }
        transaction
            .prepare_cached(
                "INSERT INTO word VALUES (?1, 1, ?2) ON CONFLICT DO UPDATE
                 SET seen = seen + 1, last = excluded.last",
            )?
            .execute((word, event.position.0.to_be_bytes()))?;
        Ok(())
    }
}

/// A directory that goes away with the test.
pub(crate) struct Place {
    pub(crate) directory: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self) -> PathBuf {
        crate::path_of(self.directory.path(), "words")
    }
}

pub(crate) fn quiet() -> impl FnMut(Position) + Send {
    |_| {}
}

pub(crate) fn count(path: &std::path::Path, table: &str) -> i64 {
    let connection = crate::open_reader(path).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

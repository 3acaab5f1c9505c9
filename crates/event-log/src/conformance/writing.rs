//! What a log promises its writers.

use std::{collections::BTreeMap, sync::Arc};

use futures::FutureExt;
use tokio::task::JoinSet;

use super::{
    BrokenPromise, FakeClock, allow, expect,
    fixtures::{TIME_OFFSET, record, stream, wide_record},
    read_to_end,
};
use crate::{
    limits::{APPEND_BYTES_MAX, APPEND_RECORDS_MAX},
    log::{AppendError, Appended, EventLog, ExpectedVersion},
    record::{Position, StreamId, StreamVersion},
};

/// What an append came to, without what differs from log to log.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    To(Appended),
    Conflict(Option<StreamVersion>),
    TooLarge(&'static str),
    Other(String),
}

fn came(result: Result<Appended, AppendError>) -> Came {
    match result {
        Ok(appended) => Came::To(appended),
        Err(AppendError::Conflict { actual, .. }) => Came::Conflict(actual),
        Err(AppendError::TooLarge { unit, .. }) => Came::TooLarge(unit),
        Err(
            error @ (AppendError::Full
            | AppendError::Unavailable { .. }
            | AppendError::Poisoned { .. }
            | AppendError::Corrupt { .. }),
        ) => Came::Other(error.to_string()),
    }
}

fn to(first_position: u64, next_version: u64) -> Came {
    Came::To(Appended {
        first_position: Position(first_position),
        next_version: StreamVersion(next_version),
    })
}

/// What a writer believes that has seen so many records of the stream.
pub(crate) fn after(records: u64) -> ExpectedVersion {
    match records.checked_sub(1) {
        Some(last) => ExpectedVersion::Exact(StreamVersion(last)),
        None => ExpectedVersion::NoStream,
    }
}

/// An append succeeds exactly when the writer knows the stream's version, and a lost race says
/// what the version is.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn a_stream_is_only_extended_by_who_knows_its_version(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "a stream is only extended by who knows its version";
    let (one, two) = (stream("one"), stream("two"));
    let attempt = async |stream: &StreamId, expected: ExpectedVersion| {
        came(log.append(stream, expected, vec![record("x")]).await)
    };
    expect(PROMISE, &attempt(&one, after(1)).await, &Came::Conflict(None))?;
    expect(PROMISE, &attempt(&one, after(0)).await, &to(0, 1))?;
    expect(PROMISE, &attempt(&one, after(0)).await, &Came::Conflict(Some(StreamVersion(0))))?;
    expect(PROMISE, &attempt(&one, after(2)).await, &Came::Conflict(Some(StreamVersion(0))))?;
    expect(PROMISE, &attempt(&one, after(1)).await, &to(1, 2))?;
    expect(PROMISE, &attempt(&two, after(2)).await, &Came::Conflict(None))?;
    expect(PROMISE, &attempt(&two, after(0)).await, &to(2, 1))?;
    expect(PROMISE, &attempt(&one, after(1)).await, &Came::Conflict(Some(StreamVersion(1))))?;
    expect(PROMISE, &log.head().next_position, &Position(3))
}

/// An append of nothing says whether the writer is right about the version.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn an_empty_append_checks_the_version_and_writes_nothing(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "an empty append checks the version and writes nothing";
    let one = stream("one");
    expect(PROMISE, &came(log.append(&one, after(0), vec![]).await), &to(0, 0))?;
    expect(PROMISE, &came(log.append(&one, after(1), vec![]).await), &Came::Conflict(None))?;
    allow(PROMISE, log.append(&one, after(0), vec![record("x")]).await)?;
    expect(PROMISE, &came(log.append(&one, after(1), vec![]).await), &to(1, 1))?;
    let late = came(log.append(&one, after(0), vec![]).await);
    expect(PROMISE, &late, &Came::Conflict(Some(StreamVersion(0))))?;
    expect(PROMISE, &log.head().next_position, &Position(1))
}

/// All records of an append are written, next to each other, also beside other writers.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn the_records_of_one_append_stand_together(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "the records of one append stand together";
    let mut writers = JoinSet::new();
    for writer in 0..16_u64 {
        let log = Arc::clone(&log);
        writers.spawn(async move {
            let own = stream(&format!("writer-{writer}"));
            let mut known = 0;
            for count in 1..=12_u64 {
                let records = (0..count).map(|n| record(&format!("{writer}-{}", known + n)));
                let appended = log.append(&own, after(known), records.collect()).await;
                let appended = allow(PROMISE, appended)?;
                known += count;
                let all =
                    read_to_end(PROMISE, log.read_all(appended.first_position, count)).await?;
                let versions: Vec<u64> = all.iter().map(|record| record.version.0).collect();
                let expected: Vec<u64> = (known - count..known).collect();
                expect(PROMISE, &versions, &expected)?;
                expect(PROMISE, &all.iter().all(|record| record.stream == own), &true)?;
            }
            Ok(())
        });
    }
    while let Some(done) = writers.join_next().await {
        allow(PROMISE, done)??;
    }
    Ok(())
}

/// Too many records, or too many bytes, are refused whole; what is just allowed goes in.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn too_much_at_once_is_refused_and_nothing_is_written(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "too much at once is refused and nothing is written";
    let one = stream("one");
    let many = vec![record("x"); APPEND_RECORDS_MAX + 1];
    let refused = came(log.append(&one, after(0), many).await);
    expect(PROMISE, &refused, &Came::TooLarge("records"))?;
    let wide = vec![wide_record("x", 65_000); APPEND_BYTES_MAX / 65_000 + 1];
    let refused = came(log.append(&one, after(0), wide).await);
    expect(PROMISE, &refused, &Came::TooLarge("bytes"))?;
    expect(PROMISE, &log.head().next_position, &Position(0))?;

    let many = vec![record("x"); APPEND_RECORDS_MAX];
    allow(PROMISE, log.append(&one, after(0), many).await)?;
    let wide = vec![wide_record("x", 65_000); APPEND_BYTES_MAX / 65_100];
    let expected = log.head().next_position.0 + count(wide.len());
    allow(PROMISE, log.append(&one, after(count(APPEND_RECORDS_MAX)), wide).await)?;
    expect(PROMISE, &log.head().next_position, &Position(expected))?;
    let all = read_to_end(PROMISE, log.read_all(Position(0), u64::MAX)).await?;
    expect(PROMISE, &count(all.len()), &expected)
}

/// However many write at once, positions and versions are dense.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn many_writers_leave_no_gap(log: Arc<dyn EventLog>) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "many writers leave no gap";
    let mut writers = JoinSet::new();
    for writer in 0..64_u64 {
        let log = Arc::clone(&log);
        writers.spawn(async move {
            let own = stream(&format!("writer-{writer}"));
            for known in 0..20 {
                let right = record(&format!("{writer}-{known}"));
                let appended = allow(PROMISE, log.append(&own, after(known), vec![right]).await)?;
                expect(PROMISE, &appended.next_version, &StreamVersion(known + 1))?;
                // A refused neighbour in the same group must not leave a hole.
                let wrong = came(log.append(&own, after(known), vec![record("no")]).await);
                expect(PROMISE, &wrong, &Came::Conflict(Some(StreamVersion(known))))?;
            }
            Ok(())
        });
    }
    while let Some(done) = writers.join_next().await {
        allow(PROMISE, done)??;
    }
    let all = read_to_end(PROMISE, log.read_all(Position(0), u64::MAX)).await?;
    expect(PROMISE, &all.len(), &(64 * 20))?;
    let mut versions: BTreeMap<StreamId, u64> = BTreeMap::new();
    for (place, record) in (0..).zip(&all) {
        expect(PROMISE, &record.position, &Position(place))?;
        let version = versions.entry(record.stream.clone()).or_default();
        expect(PROMISE, &record.version, &StreamVersion(*version))?;
        *version += 1;
    }
    Ok(())
}

/// Of writers that all believe the same, exactly one appends; the others learn the version.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn of_many_writers_with_one_belief_one_wins(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "of many writers with one belief one wins";
    for round in 0..20 {
        let mut writers = JoinSet::new();
        for writer in 0..16 {
            let log = Arc::clone(&log);
            let record = record(&format!("{round}-{writer}"));
            writers.spawn(async move {
                came(log.append(&stream("contested"), after(round), vec![record]).await)
            });
        }
        let mut won = 0;
        while let Some(done) = writers.join_next().await {
            let result = allow(PROMISE, done)?;
            if result == to(round, round + 1) {
                won += 1;
            } else {
                expect(PROMISE, &result, &Came::Conflict(Some(StreamVersion(round))))?;
            }
        }
        expect(PROMISE, &won, &1)?;
    }
    expect(PROMISE, &log.head().next_position, &Position(20))
}

/// A caller that stops waiting leaves a whole append or none, and the log goes on.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn a_caller_that_goes_away_tears_nothing(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "a caller that goes away tears nothing";
    for writer in 0..200_u64 {
        let own = stream(&format!("writer-{writer}"));
        let records = (0..3).map(|n| record(&format!("{writer}-{n}"))).collect();
        // Polled once, then dropped, wherever it has got to.
        let _ = log.append(&own, ExpectedVersion::NoStream, records).now_or_never();
    }
    // An append behind all of them: when it is answered, each of them is in or never will be.
    allow(PROMISE, log.append(&stream("last"), after(0), vec![record("last")]).await)?;
    for writer in 0..200_u64 {
        let own = stream(&format!("writer-{writer}"));
        let found = read_to_end(PROMISE, log.read_stream(&own, StreamVersion(0))).await?;
        if !found.is_empty() {
            expect(PROMISE, &found.len(), &3)?;
        }
        allow(PROMISE, log.append(&own, after(count(found.len())), vec![record("more")]).await)?;
    }
    Ok(())
}

/// The time in the records never decreases along the log, whatever the clock does.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn the_recorded_time_never_decreases(
    log: Arc<dyn EventLog>,
    clock: &FakeClock,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "the recorded time never decreases";
    let one = stream("one");
    for (known, step) in (0..).zip([0, 5, -3_600_000, 1, 3_700_000, -1]) {
        clock.advance(step);
        let records = vec![record("first"), record("second")];
        allow(PROMISE, log.append(&one, after(known * 2), records).await)?;
    }
    let all = read_to_end(PROMISE, log.read_all(Position(0), u64::MAX)).await?;
    let times: Vec<String> = all
        .iter()
        .filter_map(|record| record.bytes.get(TIME_OFFSET..TIME_OFFSET + 24))
        .map(|time| String::from_utf8_lossy(time).into_owned())
        .collect();
    expect(PROMISE, &times.len(), &12)?;
    expect(PROMISE, &times.is_sorted(), &true)?;
    let first = times.first().map(String::as_str);
    expect(PROMISE, &first, &Some("2026-01-01T00:00:00.000Z"))?;
    let last = times.last().map(String::as_str);
    expect(PROMISE, &last, &Some("2026-01-01T00:01:40.006Z"))
}

/// A length as a count.
fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

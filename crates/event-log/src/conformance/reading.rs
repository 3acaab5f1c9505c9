//! What a log promises its readers.

use std::sync::Arc;

use super::{
    BrokenPromise, allow, expect,
    fixtures::{padded_record, record, stream, wide_record},
    read_to_end,
    writing::after,
};
use crate::{
    log::EventLog,
    record::{Position, RecordedEvent, StreamVersion},
};

/// Ten records alternating between two streams.
async fn ten_records(promise: &'static str, log: &Arc<dyn EventLog>) -> Result<(), BrokenPromise> {
    for n in 0..10 {
        let own = stream(if n % 2 == 0 { "even" } else { "odd" });
        allow(promise, log.append(&own, after(n / 2), vec![record(&format!("{n}"))]).await)?;
    }
    Ok(())
}

fn positions(records: &[RecordedEvent]) -> Vec<u64> {
    records.iter().map(|record| record.position.0).collect()
}

/// What was written is what is read: the same bytes but for the time, in the order of positions.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn records_come_back_in_order_and_unchanged(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "records come back in order and unchanged";
    let one = stream("one");
    // Small, wide and empty-looking ones in turn, so that no unit of storage fits them all.
    let widths = [0, 60_000, 1, 200, 9_000, 65_000, 0, 3];
    for (known, width) in (0..).zip(widths) {
        let record = wide_record(&format!("n{known}"), width);
        allow(PROMISE, log.append(&one, after(known), vec![record]).await)?;
    }
    let all = read_to_end(PROMISE, log.read_all(Position(0), u64::MAX)).await?;
    expect(PROMISE, &positions(&all), &(0..8).collect())?;
    for (record, (known, width)) in all.iter().zip((0..).zip(widths)) {
        let mut expected = padded_record(&format!("n{known}"), width);
        if let Some(time) = expected.get_mut(7..31) {
            time.copy_from_slice(b"2026-01-01T00:00:00.000Z");
        }
        expect(PROMISE, &record.bytes.as_ref(), &expected.as_slice())?;
    }
    let same = read_to_end(PROMISE, log.read_stream(&one, StreamVersion(0))).await?;
    expect(PROMISE, &same, &all)
}

/// A read starts and stops exactly where it was asked to.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn a_range_is_cut_where_it_was_asked_to_be(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "a range is cut where it was asked to be";
    ten_records(PROMISE, &log).await?;
    for from in 0..11 {
        for limit in 0..12 {
            let found = read_to_end(PROMISE, log.read_all(Position(from), limit)).await?;
            let expected: Vec<u64> = (from..10.min(from + limit)).collect();
            expect(PROMISE, &positions(&found), &expected)?;
        }
    }
    for from in 0..6 {
        let odd = log.read_stream(&stream("odd"), StreamVersion(from));
        let found = read_to_end(PROMISE, odd).await?;
        let expected: Vec<u64> = (from..5).map(|version| version * 2 + 1).collect();
        expect(PROMISE, &positions(&found), &expected)?;
    }
    Ok(())
}

/// Reading past the head, or a stream nobody wrote to, gives nothing and no failure.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn past_the_head_there_is_nothing(log: Arc<dyn EventLog>) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "past the head there is nothing";
    let nothing = Vec::<RecordedEvent>::new();
    for _ in 0..2 {
        let far = log.read_all(Position(u64::MAX), u64::MAX);
        expect(PROMISE, &read_to_end(PROMISE, far).await?, &nothing)?;
        let next = log.read_all(log.head().next_position, u64::MAX);
        expect(PROMISE, &read_to_end(PROMISE, next).await?, &nothing)?;
        let nobody = log.read_stream(&stream("nobody"), StreamVersion(0));
        expect(PROMISE, &read_to_end(PROMISE, nobody).await?, &nothing)?;
        let late = log.read_stream(&stream("odd"), StreamVersion(u64::MAX));
        expect(PROMISE, &read_to_end(PROMISE, late).await?, &nothing)?;
        if log.head().next_position == Position(0) {
            ten_records(PROMISE, &log).await?;
        }
    }
    // A name that begins with another stream's name is another stream.
    let shorter = log.read_stream(&stream("od"), StreamVersion(0));
    expect(PROMISE, &read_to_end(PROMISE, shorter).await?, &nothing)
}

/// The version of a stream's next record is told whenever it is asked for, and asking changes nothing.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn the_version_of_the_next_record_is_told(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "the version of a stream's next record is told";
    let (own, other) = (stream("asked"), stream("asked-other"));
    for next in 0..40_u64 {
        for _ in 0..2 {
            let told = allow(PROMISE, log.next_version(&own).await)?;
            expect(PROMISE, &told, &StreamVersion(next))?;
            let told = allow(PROMISE, log.next_version(&other).await)?;
            expect(PROMISE, &told, &StreamVersion(next * 20))?;
        }
        // Whoever believes otherwise is refused, whatever was asked before.
        for belief in [next + 1, next + 2] {
            let refused = log.append(&own, after(belief), vec![record("late")]).await;
            expect(PROMISE, &refused.is_err(), &true)?;
        }
        allow(PROMISE, log.append(&own, after(next), vec![record("own")]).await)?;
        let records = (0..20).map(|n| record(&n.to_string())).collect();
        allow(PROMISE, log.append(&other, after(next * 20), records).await)?;
    }
    Ok(())
}

/// A stream of thousands of records among others is whole from whatever version it is read.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn a_long_stream_is_read_from_any_version(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "a long stream is read from any version";
    let (long_stream, other) = (stream("long"), stream("long-other"));
    for round in 0..30_u64 {
        let records = (0..100).map(|n| record(&format!("{}", round * 100 + n))).collect();
        allow(PROMISE, log.append(&long_stream, after(round * 100), records).await)?;
        allow(PROMISE, log.append(&other, after(round), vec![record("other")]).await)?;
    }
    for from in [0, 1, 255, 256, 257, 1_000, 2_559, 2_560, 2_999, 3_000] {
        let records = log.read_stream(&long_stream, StreamVersion(from));
        let found = read_to_end(PROMISE, records).await?;
        let versions: Vec<u64> = found.iter().map(|record| record.version.0).collect();
        expect(PROMISE, &versions, &(from..3_000).collect())?;
        for record in &found {
            let place = record.version.0 + record.version.0 / 100;
            expect(PROMISE, &record.position, &Position(place))?;
        }
    }
    Ok(())
}

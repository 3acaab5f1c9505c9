//! What a log promises its subscribers.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, future};
use tokio::task::JoinSet;

use super::{
    BrokenPromise, allow, expect,
    fixtures::{record, stream},
    writing::after,
};
use crate::{
    log::{EventLog, RecordStream, subscribe},
    record::Position,
};

/// The position of the next record of a subscription.
async fn next_position(
    promise: &'static str,
    records: &mut RecordStream,
) -> Result<Option<Position>, BrokenPromise> {
    let record = records.next().await.transpose();
    Ok(allow(promise, record)?.map(|record| record.position))
}

/// A subscription gives what there is, then what comes, without skipping or repeating.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn a_subscriber_catches_up_and_goes_live(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "a subscriber catches up and goes live";
    let one = stream("one");
    allow(PROMISE, log.append(&one, after(0), vec![record("x"); 600]).await)?;
    let mut records = subscribe(Arc::clone(&log), Position(5));
    for place in 5..600 {
        expect(PROMISE, &next_position(PROMISE, &mut records).await?, &Some(Position(place)))?;
    }
    for place in 600..700 {
        // Nothing may be there before it is written.
        expect(PROMISE, &records.next().now_or_never().is_none(), &true)?;
        allow(PROMISE, log.append(&one, after(place), vec![record("x")]).await)?;
        expect(PROMISE, &next_position(PROMISE, &mut records).await?, &Some(Position(place)))?;
    }
    Ok(())
}

/// A subscription from a position past the head begins there once the log has reached it.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn a_subscriber_from_the_future_waits_for_it(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "a subscriber from the future waits for it";
    let one = stream("one");
    let mut records = subscribe(Arc::clone(&log), Position(3));
    for known in 0..3 {
        allow(PROMISE, log.append(&one, after(known), vec![record("x")]).await)?;
        expect(PROMISE, &records.next().now_or_never().is_none(), &true)?;
    }
    allow(PROMISE, log.append(&one, after(3), vec![record("x")]).await)?;
    expect(PROMISE, &next_position(PROMISE, &mut records).await?, &Some(Position(3)))
}

/// Subscribers that take one record and then no more hold up neither writers nor readers.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn a_subscriber_that_never_reads_blocks_nobody(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "a subscriber that never reads blocks nobody";
    let one = stream("one");
    allow(PROMISE, log.append(&one, after(0), vec![record("x"); 1_000]).await)?;
    // More of them than an async runtime has threads for blocking work (512 with tokio).
    let mut stuck: Vec<_> = (0..600).map(|_| subscribe(Arc::clone(&log), Position(0))).collect();
    for started in future::join_all(stuck.iter_mut().map(StreamExt::next)).await {
        expect(PROMISE, &started.is_some(), &true)?;
    }
    for known in 10..30 {
        let records = vec![record("x"); 100];
        allow(PROMISE, log.append(&one, after(known * 100), records).await)?;
    }
    let mut fresh = log.read_all(Position(0), u64::MAX);
    let mut found = 0;
    while let Some(record) = fresh.next().await {
        allow(PROMISE, record)?;
        found += 1;
    }
    expect(PROMISE, &found, &3_000)?;
    drop(stuck);
    Ok(())
}

/// Subscribers that start at any moment beside writers see each record once, in order.
///
/// # Errors
///
/// [`BrokenPromise`].
pub async fn subscribers_beside_writers_see_every_record_once(
    log: Arc<dyn EventLog>,
) -> Result<(), BrokenPromise> {
    const PROMISE: &str = "subscribers beside writers see every record once";
    let mut tasks = JoinSet::new();
    for subscriber in 0..8 {
        let mut records = subscribe(Arc::clone(&log), Position(subscriber));
        tasks.spawn(async move {
            for place in subscriber..800 {
                let found = next_position(PROMISE, &mut records).await?;
                expect(PROMISE, &found, &Some(Position(place)))?;
            }
            Ok(())
        });
    }
    for writer in 0..8 {
        let log = Arc::clone(&log);
        tasks.spawn(async move {
            let own = stream(&format!("writer-{writer}"));
            for known in 0..100 {
                allow(PROMISE, log.append(&own, after(known), vec![record("x")]).await)?;
            }
            Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        allow(PROMISE, done)??;
    }
    Ok(())
}

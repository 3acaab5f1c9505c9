use std::{path::Path, sync::Arc};

use event_log::{
    Clock, EventLog, ExpectedVersion, Position, RecordedEvent, StreamVersion,
    conformance::{
        self, FakeClock,
        fixtures::{TIME_OFFSET, record, stream, wide_record},
    },
};
use futures::{FutureExt, TryStreamExt};

use super::SledLog;
use crate::verify::verify;

fn clock() -> Arc<dyn Clock> {
    Arc::new(FakeClock::default())
}

/// A ledger with `streams` streams of `each` records, one record an append.
async fn filled(dir: &Path, streams: u64, each: u64) -> SledLog {
    let log = SledLog::create(dir, "test", clock()).unwrap();
    for version in 0..each {
        for n in 0..streams {
            let expected = version.checked_sub(1).map_or(ExpectedVersion::NoStream, |last| {
                ExpectedVersion::Exact(StreamVersion(last))
            });
            let own = stream(&format!("stream-{n}"));
            log.append(&own, expected, vec![record(&format!("{n}-{version}"))]).await.unwrap();
        }
    }
    log
}

async fn all(log: &SledLog) -> Vec<RecordedEvent> {
    log.read_all(Position(0), u64::MAX).try_collect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_on_disk_keeps_every_promise() {
    let dirs = tempfile::tempdir().unwrap();
    let next = std::sync::atomic::AtomicU64::new(0);
    let (root, next) = (dirs.path(), &next);
    conformance::all(&move |clock| {
        let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let dir = root.join(n.to_string());
        async move { Arc::new(SledLog::create(&dir, "test", clock).unwrap()) as Arc<dyn EventLog> }
            .boxed()
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_log_that_was_closed_comes_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let log = filled(dir.path(), 7, 100).await;
    let (before, root) = (all(&log).await, log.root().await.unwrap());
    assert_eq!((before.len(), root.0), (700, 700));
    log.close().await;
    drop(log);
    let verified = verify(dir.path()).unwrap();
    assert_eq!((verified.size, verified.root, verified.vouched), (700, root.1, 700));
    assert!(verified.stored >= 512, "{verified:?}");

    let log = SledLog::open(dir.path(), clock()).unwrap();
    assert_eq!(all(&log).await, before);
    assert_eq!(log.root().await.unwrap(), root);
    let own = stream("stream-3");
    let more = log.append(&own, ExpectedVersion::Exact(StreamVersion(99)), vec![record("x")]);
    assert_eq!(more.await.unwrap().first_position, Position(700));
    let ours: Vec<_> = log.read_stream(&own, StreamVersion(98)).try_collect().await.unwrap();
    assert_eq!(ours.len(), 3);
}

#[tokio::test]
async fn opening_again_and_again_loses_and_repeats_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(SledLog::create(dir.path(), "test", clock()).unwrap());
    let own = stream("one");
    for round in 0..30_u64 {
        let log = SledLog::open(dir.path(), clock()).unwrap();
        assert_eq!(log.head().next_position, Position(round * 37));
        let records = (0..37).map(|n| record(&format!("{n}"))).collect();
        let expected = (round * 37)
            .checked_sub(1)
            .map_or(ExpectedVersion::NoStream, |last| ExpectedVersion::Exact(StreamVersion(last)));
        log.append(&own, expected, records).await.unwrap();
    }
    assert_eq!(verify(dir.path()).unwrap().size, 30 * 37);
}

#[tokio::test]
async fn the_recorded_time_does_not_decrease_over_a_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(FakeClock::default());
    let log = SledLog::create(dir.path(), "test", Arc::<FakeClock>::clone(&clock)).unwrap();
    log.append(&stream("one"), ExpectedVersion::NoStream, vec![record("x")]).await.unwrap();
    drop(log);
    clock.advance(-60_000);
    let log = SledLog::open(dir.path(), clock).unwrap();
    log.append(&stream("two"), ExpectedVersion::NoStream, vec![record("x")]).await.unwrap();
    let records = all(&log).await;
    let time = |n: usize| records[n].bytes.slice(TIME_OFFSET..TIME_OFFSET + 24);
    assert_eq!(time(0), time(1));
}

#[tokio::test]
async fn after_closing_nothing_is_accepted_and_everything_is_readable() {
    let dir = tempfile::tempdir().unwrap();
    let log = filled(dir.path(), 2, 3).await;
    log.close().await;
    let late = log.append(&stream("late"), ExpectedVersion::NoStream, vec![record("x")]).await;
    assert!(matches!(late, Err(event_log::AppendError::Unavailable { .. })), "{late:?}");
    assert_eq!(all(&log).await.len(), 6);
}

#[tokio::test]
async fn the_widest_records_never_leave_sleds_segments() {
    let dir = tempfile::tempdir().unwrap();
    let log = SledLog::create(dir.path(), "test", clock()).unwrap();
    // Noise does not compress: each frame of 256 of these is some 16 MB in hundreds of parts.
    let mut seed = 1_u64;
    let mut noise = || {
        let mut bytes = wide_record("noise", 65_000).stamp(jiff::Timestamp::UNIX_EPOCH);
        for byte in bytes.iter_mut().skip(60) {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = 0x20 + u8::try_from(seed >> 58).unwrap();
        }
        bytes[TIME_OFFSET..TIME_OFFSET + 24].copy_from_slice(b"0000-00-00T00:00:00.000Z");
        event_log::NewRecord::new(bytes, TIME_OFFSET).unwrap()
    };
    for version in 0..10_u64 {
        let expected = (version * 60)
            .checked_sub(1)
            .map_or(ExpectedVersion::NoStream, |last| ExpectedVersion::Exact(StreamVersion(last)));
        let records = (0..60).map(|_| noise()).collect();
        log.append(&stream("wide"), expected, records).await.unwrap();
    }
    drop(log);
    let verified = verify(dir.path()).unwrap();
    assert_eq!((verified.size, verified.stored), (600, 512));
    // sled makes the directory whether it needs it or not.
    let blobs = std::fs::read_dir(dir.path().join("store/blobs")).unwrap().count();
    assert_eq!(blobs, 0);
}

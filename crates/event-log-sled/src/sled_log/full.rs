//! A disk that becomes full while a batch is on its way from the journal to tiles, index and head.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use event_log::{
    AppendError, EventLog, ExpectedVersion, Position,
    conformance::{
        FakeClock,
        fixtures::{stream, wide_record},
    },
};

use super::faults::{all, open_plainly};
use crate::{
    SledLog,
    disk::{Fault, Faults, Step},
    journal::RESERVE_BYTES,
    verify::verify,
};

/// A disk without room for one kind of file, until it is let go on.
#[derive(Debug)]
struct FullAt(Step, AtomicBool);

impl Faults for FullAt {
    fn at(&self, step: Step) -> Fault {
        if step == self.0 && self.1.load(Ordering::SeqCst) { Fault::NoRoom } else { Fault::None }
    }
}

/// A new ledger on a disk that is full for this step.
fn full_at(dir: &Path, step: Step) -> (SledLog, Arc<FullAt>) {
    let clock = || Arc::new(FakeClock::default());
    drop(SledLog::create(dir, "test", clock()).unwrap());
    let disk = Arc::new(FullAt(step, AtomicBool::new(true)));
    let log = SledLog::open_with_faults(dir, clock(), Arc::<FullAt>::clone(&disk)).unwrap();
    (log, disk)
}

/// Appends wide records until there is no room for more; gives how many were acknowledged.
async fn append_until_full(log: &SledLog) -> u64 {
    for n in 0..60 {
        let own = stream(&format!("before-{n}"));
        let records = vec![wide_record("x", 60_000); 60];
        match log.append(&own, ExpectedVersion::NoStream, records).await {
            Ok(_) => {}
            Err(AppendError::Full) => return n * 60,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("it is never full");
}

const STEPS: [Step; 3] = [Step::TileWrite, Step::IndexWrite, Step::HeadWrite];

#[tokio::test]
async fn a_disk_that_fills_up_within_a_batch_refuses_and_goes_on_when_there_is_room() {
    for step in STEPS {
        let dir = tempfile::tempdir().unwrap();
        let (log, disk) = full_at(dir.path(), step);
        let acknowledged = append_until_full(&log).await;
        // More than the first whole span, so that there is an index file to be made.
        assert!(acknowledged > 600, "{step:?}");
        for _ in 0..3 {
            let own = stream("refused");
            let records = vec![wide_record("x", 60_000)];
            let refused = log.append(&own, ExpectedVersion::NoStream, records).await;
            assert!(matches!(refused, Err(AppendError::Full)), "{step:?}: {refused:?}");
        }
        assert_eq!(log.head().next_position, Position(acknowledged), "{step:?}");
        assert_eq!(all(&log).await.len() as u64, acknowledged, "{step:?}");

        disk.1.store(false, Ordering::SeqCst);
        let asks = async |n: u64| {
            let own = stream(&format!("after-{n}"));
            let records = vec![wide_record("x", 60_000); 60];
            log.append(&own, ExpectedVersion::NoStream, records).await
        };
        // Whoever asks first may be refused still, and has the disk looked at again.
        let mut refused = 0;
        while let Err(error) = asks(0).await {
            assert!(matches!(error, AppendError::Full) && refused < 3, "{step:?}: {error}");
            refused += 1;
        }
        for n in 1..20 {
            asks(n).await.unwrap();
        }
        log.close().await;
        drop(log);
        let verified = verify(dir.path()).unwrap();
        assert_eq!((verified.size, verified.vouched), (acknowledged + 1_200, acknowledged + 1_200));
        assert!(open_plainly(dir.path()).repairs().is_empty(), "{step:?}");
    }
}

/// A disk with room for tiles and store, but for no segment beyond those there are, once it is let go on.
#[derive(Debug)]
struct Tight {
    is_full: AtomicBool,
    room: AtomicU64,
    given_back: Mutex<mpsc::Sender<()>>,
}

impl Faults for Tight {
    fn at(&self, step: Step) -> Fault {
        let is_full = self.is_full.load(Ordering::SeqCst);
        if step == Step::JournalRename && !is_full {
            let _ = self.given_back.lock().unwrap().send(());
        }
        if step == Step::TileWrite && is_full { Fault::NoRoom } else { Fault::None }
    }

    fn room(&self) -> Option<u64> {
        Some(self.room.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn where_there_is_room_to_store_but_for_no_segment_those_there_are_come_free_again() {
    let dir = tempfile::tempdir().unwrap();
    let clock = || Arc::new(FakeClock::default());
    drop(SledLog::create(dir.path(), "test", clock()).unwrap());
    let (given_back, was_given_back) = mpsc::channel();
    let (is_full, room) = (AtomicBool::new(true), AtomicU64::new(u64::MAX));
    let disk = Arc::new(Tight { is_full, room, given_back: Mutex::new(given_back) });
    let log = SledLog::open_with_faults(dir.path(), clock(), Arc::<Tight>::clone(&disk)).unwrap();
    let append = async |n: u64| {
        let own = stream(&format!("stream-{n}"));
        let records = vec![wide_record("x", 60_000); 60];
        log.append(&own, ExpectedVersion::NoStream, records).await
    };
    // Five segments of two appends each, which is more than are kept behind, and less than the tail takes.
    for n in 0..10 {
        append(n).await.unwrap();
    }
    disk.room.store(RESERVE_BYTES + 1024 * 1024, Ordering::SeqCst);
    while !log.source.tail.is_starved() {
        std::thread::yield_now();
    }
    disk.is_full.store(false, Ordering::SeqCst);
    // Whoever asks is refused, and has storing tried again.
    let refused = append(10).await;
    assert!(matches!(refused, Err(AppendError::Full)), "{refused:?}");
    // A segment is given back under the lock that the next append waits for.
    was_given_back.recv_timeout(Duration::from_secs(10)).unwrap();
    append(10).await.unwrap();
    assert_eq!(log.head().next_position, Position(11 * 60));
    log.close().await;
    drop(log);
    assert_eq!(verify(dir.path()).unwrap().size, 11 * 60);
}

#[tokio::test]
async fn a_log_that_is_closed_while_the_disk_is_full_has_all_of_it_in_the_journal() {
    for step in STEPS {
        let dir = tempfile::tempdir().unwrap();
        let (log, disk) = full_at(dir.path(), step);
        let acknowledged = append_until_full(&log).await;
        if step == Step::HeadWrite {
            // There is room again for the head that is written on closing, over a store that is ahead of it.
            let closing = log.close();
            disk.1.store(false, Ordering::SeqCst);
            closing.await;
        } else {
            log.close().await;
        }
        drop(log);
        let log = open_plainly(dir.path());
        assert_eq!(log.repairs(), Vec::<String>::new(), "{step:?}");
        assert_eq!(all(&log).await.len() as u64, acknowledged, "{step:?}");
        log.close().await;
        drop(log);
        assert_eq!(verify(dir.path()).unwrap().size, acknowledged, "{step:?}");
    }
}

//! The order of writing, syncing and answering; many clients; clients that go away; large records.

use std::{
    collections::BTreeMap,
    path::Path,
    process::Command,
    sync::{Arc, Mutex, mpsc},
};

use event_log::{
    AppendError, EventLog, ExpectedVersion, NewRecord, Position, ReadError, RecordedEvent,
    StreamVersion,
    clock::SystemClock,
    conformance::fixtures::{self, record, stream, wide_record},
    limits::APPEND_BYTES_MAX,
    record::{NewRecordError, RECORD_BYTES_MAX},
};
use event_log_sled::{
    SledLog,
    disk::{Fault, Faults, Step},
};
use futures::{FutureExt, StreamExt, TryStreamExt};
use redress_tests::{binary::say_not_run, cut};
use tokio::task::JoinSet;

const DIR_VARIABLE: &str = "REDRESS_SYNC_CHILD_DIR";
const APPENDS: u64 = 1_000;

/// The child: a thousand appends of one client. Does nothing when run as an ordinary test.
#[tokio::test]
async fn child_that_appends_a_thousand_times() {
    #[expect(clippy::disallowed_methods, reason = "the parent tells the child where to write")]
    let Ok(dir) = std::env::var(DIR_VARIABLE) else { return };
    cut::write(Path::new(&dir), 1, 1, APPENDS).await.unwrap();
}

/// Runs the child under strace. `None`, said aloud, where that cannot be done.
fn traced(dir: &Path) -> Option<String> {
    let output = dir.join("trace");
    let ran = Command::new("strace")
        .args(["-f", "-y", "-s", "8", "-e", "trace=write,pwrite64,fsync,fdatasync", "-o"])
        .arg(&output)
        .arg(std::env::current_exe().unwrap())
        .args(["durability::child_that_appends_a_thousand_times", "--exact", "--nocapture"])
        .env(DIR_VARIABLE, dir.join("ledger"))
        .output();
    let why = match ran {
        Ok(ran) if ran.status.success() => return Some(std::fs::read_to_string(output).unwrap()),
        Ok(ran) => String::from_utf8_lossy(&ran.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    let not_allowed = why.contains("ptrace") || why.contains("PTRACE");
    assert!(not_allowed || why.contains("No such file"), "the child failed: {why}");
    say_not_run("the order of syncs", &format!("strace: {why}"));
    None
}

#[test]
fn every_append_is_synced_before_it_is_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let Some(trace) = traced(dir.path()) else { return };
    let (mut written, mut synced, mut acknowledged) = (0_u64, 0_u64, 0_u64);
    // Thread → what was written when its sync began.
    let mut syncing: BTreeMap<&str, u64> = BTreeMap::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').expect("a thread and a call");
        let call = call.trim_start();
        let finished = !call.ends_with("<unfinished ...>");
        if call.starts_with("pwrite64(") && call.contains(".journal>") {
            written += 1;
        } else if call.starts_with("fdatasync(") && call.contains(".journal>") {
            syncing.insert(thread, written);
        } else if call.starts_with("write(1<") && call.contains("\"ack ") {
            acknowledged += 1;
            assert_eq!(synced, written, "acknowledgement {acknowledged} came before its sync");
            assert!(
                synced >= acknowledged,
                "acknowledgement {acknowledged} has no sync of its own"
            );
        }
        if finished && call.contains("fdatasync") && call.ends_with("= 0") {
            synced = syncing.remove(thread).unwrap_or(synced);
        }
    }
    assert_eq!(acknowledged, APPENDS);
}

fn create(dir: &Path) -> Arc<SledLog> {
    Arc::new(SledLog::create(dir, "tests", Arc::new(SystemClock)).unwrap())
}

async fn all(log: &SledLog) -> Vec<RecordedEvent> {
    log.read_all(Position(0), u64::MAX).try_collect().await.unwrap()
}

/// What a writer believes that has seen so many records of the stream.
fn after(records: u64) -> ExpectedVersion {
    records
        .checked_sub(1)
        .map_or(ExpectedVersion::NoStream, |last| ExpectedVersion::Exact(StreamVersion(last)))
}

/// Records per stream; positions and versions have no gap.
fn counted(records: &[RecordedEvent]) -> BTreeMap<String, u64> {
    let mut streams = BTreeMap::new();
    for (position, record) in (0..).zip(records) {
        assert_eq!(record.position, Position(position));
        let versions = streams.entry(record.stream.to_string()).or_insert(0);
        assert_eq!(record.version, StreamVersion(*versions));
        *versions += 1;
    }
    streams
}

#[tokio::test(flavor = "multi_thread")]
async fn four_thousand_clients_at_once_are_answered_beside_a_subscriber_that_never_reads() {
    const CLIENTS: u64 = 4_000;
    const EACH: u64 = 3;
    let dir = tempfile::tempdir().unwrap();
    let log = create(dir.path());
    let mut idle = Arc::clone(&log).subscribe(Position(0));
    assert!(idle.next().now_or_never().is_none());
    let reader = Arc::clone(&log).subscribe(Position(0));
    let total = usize::try_from(CLIENTS * EACH).unwrap();
    let reading =
        JoinSet::from_iter([
            async move { reader.take(total).try_collect::<Vec<_>>().await.unwrap() },
        ]);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let log = Arc::clone(&log);
        clients.spawn(async move {
            let own = stream(&format!("client-{client}"));
            for number in 0..EACH {
                let appended = log.append(&own, after(number), vec![record("x")]).await.unwrap();
                assert_eq!(appended.next_version, StreamVersion(number + 1));
            }
        });
    }
    clients.join_all().await;
    let records = all(&log).await;
    let streams = counted(&records);
    assert_eq!(streams.len(), usize::try_from(CLIENTS).unwrap());
    assert!(streams.values().all(|count| *count == EACH));
    assert_eq!(reading.join_all().await.concat(), records);
    // It was never waited for; and when it reads at last, all of it is there.
    let late: Vec<_> = idle.take(total).try_collect().await.unwrap();
    assert_eq!(late, records);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_hang_up_tear_nothing_and_lose_nothing_they_were_told() {
    let dir = tempfile::tempdir().unwrap();
    let log = create(dir.path());
    let told: Arc<Mutex<BTreeMap<String, u64>>> = Arc::default();
    let mut clients = JoinSet::new();
    for client in 0..300 {
        let (log, told) = (Arc::clone(&log), Arc::clone(&told));
        clients.spawn(async move {
            let own = stream(&format!("client-{client}"));
            for number in 0_u64.. {
                log.append(&own, after(number * 3), vec![record("x"); 3]).await.unwrap();
                told.lock().unwrap().insert(own.to_string(), (number + 1) * 3);
            }
        });
    }
    // All at once, in the middle of whatever each is doing.
    log.watch_head().wait_for(|head| head.next_position >= Position(6_000)).await.unwrap();
    clients.shutdown().await;
    log.close().await;
    drop(log);
    let log = SledLog::open(dir.path(), Arc::new(SystemClock)).unwrap();
    let streams = counted(&all(&log).await);
    for (name, count) in &streams {
        assert_eq!(count % 3, 0, "{name} holds half an append");
    }
    for (name, count) in told.lock().unwrap().iter() {
        let found = streams.get(name).copied().unwrap_or(0);
        // What was asked for and not answered may be there, and nothing more.
        assert!(found == *count || found == count + 3, "{name}: told {count}, found {found}");
    }
}

/// A record of exactly so many bytes.
fn record_of(bytes: usize) -> Result<NewRecord, NewRecordError> {
    let bare = fixtures::padded_record("", 0).len();
    NewRecord::new(fixtures::padded_record("", bytes - bare), fixtures::TIME_OFFSET)
}

#[tokio::test]
async fn large_records_and_appends_are_kept_up_to_the_limit_and_refused_beyond() {
    let largest = record_of(RECORD_BYTES_MAX).unwrap();
    let refused = record_of(RECORD_BYTES_MAX + 1).unwrap_err();
    assert_eq!(refused.to_string(), "expected a record of at most 65535 bytes, found 65536");

    let dir = tempfile::tempdir().unwrap();
    let log = create(dir.path());
    let own = stream("large");
    let mut written = 0_u64;
    // One of the widest, a megabyte of them, and as many as one append takes.
    for count in [1, 16, APPEND_BYTES_MAX / RECORD_BYTES_MAX] {
        let append = log.append(&own, after(written), vec![largest.clone(); count]).await.unwrap();
        assert_eq!(append.first_position, Position(written));
        written += u64::try_from(count).unwrap();
    }
    for bytes in [APPEND_BYTES_MAX + 1, 10 * 1024 * 1024] {
        let count = bytes.div_ceil(RECORD_BYTES_MAX);
        let answer = log.append(&own, after(written), vec![largest.clone(); count]).await;
        let Err(error @ AppendError::TooLarge { .. }) = answer else { panic!("{answer:?}") };
        let found = count * RECORD_BYTES_MAX;
        assert_eq!(
            error.to_string(),
            format!("expected at most 4194304 bytes in one append, found {found}")
        );
        assert_eq!(log.head().next_position, Position(written), "nothing was written");
    }
    let answer = log.append(&own, after(written), vec![record("x"); 2_049]).await.unwrap_err();
    assert_eq!(answer.to_string(), "expected at most 2048 records in one append, found 2049");
    // Enough behind them that the wide ones go to store and tiles, and are read back from there.
    for _ in 0..2 {
        log.append(&own, after(written), vec![wide_record("x", 9_000); 256]).await.unwrap();
        written += 256;
    }
    let before = all(&log).await;
    log.close().await;
    drop(log);
    let log = SledLog::open(dir.path(), Arc::new(SystemClock)).unwrap();
    let found = all(&log).await;
    assert_eq!(found.len(), usize::try_from(written).unwrap());
    assert!(found == before, "the same bytes after reopening");
    assert!(found[..81].iter().all(|record| record.bytes.len() == RECORD_BYTES_MAX));
}

/// A disk that stops before each journal sync until it is let go on.
#[derive(Debug)]
struct Gate {
    reached: Mutex<mpsc::Sender<()>>,
    go_on: Mutex<mpsc::Receiver<()>>,
}

impl Gate {
    /// The disk, what tells that a sync was reached, and what lets it go on; dropped, it lets all.
    fn new() -> (Arc<Self>, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let ((reached, told), (permit, go_on)) = (mpsc::channel(), mpsc::channel());
        (Arc::new(Self { reached: Mutex::new(reached), go_on: Mutex::new(go_on) }), told, permit)
    }
}

impl Faults for Gate {
    fn at(&self, step: Step) -> Fault {
        if step == Step::JournalSync {
            // An error means that the test has let everything go.
            let _ = self.reached.lock().unwrap().send(());
            let _ = self.go_on.lock().unwrap().recv();
        }
        Fault::None
    }
}

#[tokio::test]
async fn nobody_learns_of_a_record_before_it_is_synced() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    let (gate, reached, go_on) = Gate::new();
    let log = SledLog::open_with_faults(dir.path(), Arc::new(SystemClock), gate).unwrap();
    let log = Arc::new(log);
    let go_on = go_on; // dropped before the log: a test that fails must not leave it waiting
    let (first, own) = (stream("first"), stream("own"));
    let append = |stream| log.append(stream, ExpectedVersion::NoStream, vec![record("x")]);
    // While the first is being synced, two that believe the same gather behind it.
    let mut ahead = append(&first);
    assert!((&mut ahead).now_or_never().is_none());
    reached.recv().unwrap();
    let (mut winner, mut loser) = (append(&own), append(&own));
    let mut asked = log.append(&own, after(1), Vec::new());
    assert!((&mut winner).now_or_never().is_none());
    assert!((&mut loser).now_or_never().is_none());
    assert!((&mut asked).now_or_never().is_none());
    go_on.send(()).unwrap();
    ahead.await.unwrap();

    // Now both are decided, and the winner's record is written, but not synced.
    reached.recv().unwrap();
    assert!((&mut winner).now_or_never().is_none(), "acknowledged before it was synced");
    assert!((&mut loser).now_or_never().is_none(), "told of a record that was not synced");
    assert!((&mut asked).now_or_never().is_none(), "told of a record that was not synced");
    assert_eq!(log.head().next_position, Position(1));
    assert_eq!(all(&log).await.len(), 1);
    let mut subscriber = Arc::clone(&log).subscribe(Position(1));
    assert!(subscriber.next().now_or_never().is_none());
    let mut own_records = log.read_stream(&own, StreamVersion(0));
    assert!(own_records.next().await.is_none(), "read before it was synced");

    drop(go_on);
    assert_eq!(winner.await.unwrap().first_position, Position(1));
    assert!(matches!(loser.await, Err(AppendError::Conflict { actual: Some(_), .. })));
    assert_eq!(asked.await.unwrap().next_version, StreamVersion(1));
    assert_eq!(subscriber.next().await.unwrap().unwrap().position, Position(1));
}

#[tokio::test]
async fn refused_requests_of_a_group_leave_no_gap_in_its_numbers() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    let (gate, reached, go_on) = Gate::new();
    let log = SledLog::open_with_faults(dir.path(), Arc::new(SystemClock), gate).unwrap();
    let go_on = go_on; // dropped before the log: a test that fails must not leave it waiting
    let append =
        |stream| log.append(stream, ExpectedVersion::NoStream, vec![record("x"), record("y")]);
    let names = ["ahead", "one", "one", "two", "ahead", "three"];
    let (before, streams) = (stream("ahead"), names.map(stream));
    let mut ahead = append(&before);
    assert!((&mut ahead).now_or_never().is_none());
    reached.recv().unwrap();
    // Behind the sync gathers one group: of six requests, three believe what is not so.
    let mut group = streams.each_ref().map(append);
    assert!(group.iter_mut().all(|request| request.now_or_never().is_none()));
    drop(go_on);
    assert_eq!(ahead.await.unwrap().first_position, Position(0));
    let mut told = Vec::new();
    for (name, request) in names.into_iter().zip(group) {
        match request.await {
            Ok(appended) => told.push((name, appended.first_position.0)),
            Err(error) => assert!(matches!(error, AppendError::Conflict { .. }), "{error}"),
        }
    }
    assert_eq!(told, [("one", 2), ("two", 4), ("three", 6)]);
    let found = all(&log).await;
    assert_eq!(counted(&found).into_values().collect::<Vec<_>>(), [2; 4]);
    for (name, position) in told {
        let place = usize::try_from(position).unwrap();
        assert_eq!(found[place].stream, stream(name), "at {position}");
        assert_eq!(found[place].version, StreamVersion(0));
    }
}

#[tokio::test]
async fn a_reader_that_outlives_its_log_leaves_the_next_opening_alone() {
    let dir = tempfile::tempdir().unwrap();
    let log = create(dir.path());
    for number in 0..4 {
        log.append(&stream("one"), after(number * 256), vec![record("x"); 256]).await.unwrap();
    }
    let mut reader = log.read_all(Position(0), u64::MAX);
    reader.next().await.unwrap().unwrap();
    log.close().await;
    drop(log);
    let log = SledLog::open(dir.path(), Arc::new(SystemClock)).unwrap();
    assert_eq!(log.repairs(), Vec::<String>::new());
    assert_eq!(all(&log).await.len(), 1_024);
    // The old one goes on from the tiles, which never change, or is told that its log is gone.
    let rest = reader.map_ok(|record| record.position.0).collect::<Vec<_>>().await;
    for (found, place) in rest.iter().zip(1..) {
        match found {
            Ok(position) => assert_eq!(*position, place),
            Err(ReadError::Unavailable { .. }) => {
                assert_eq!(usize::try_from(place), Ok(rest.len()));
            }
            Err(other) => panic!("{other}"),
        }
    }
}

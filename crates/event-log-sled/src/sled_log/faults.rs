//! What is kept when the disk fails at any step, in either way it can.

use std::{
    fs::OpenOptions,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
};

use event_log::{
    AppendError, EventLog, ExpectedVersion, Position, RecordedEvent, StreamVersion,
    conformance::{
        FakeClock,
        fixtures::{record, stream, wide_record},
    },
};
use futures::{FutureExt, StreamExt, TryStreamExt};
use merkle_log::{CompactRange, leaf_hash};

use crate::{
    SledLog,
    disk::{Fault, Faults, Step},
    verify::verify,
};

/// Fails one step, the `nth` time it is taken, and every step after it: the disk is gone.
#[derive(Debug)]
struct FailAt {
    step: Step,
    fault: Fault,
    left: Mutex<u32>,
}

impl FailAt {
    fn new(step: Step, fault: Fault, nth: u32) -> Arc<Self> {
        Arc::new(Self { step, fault, left: Mutex::new(nth) })
    }

    fn has_failed(&self) -> bool {
        *self.left.lock().unwrap() == 0
    }
}

impl Faults for FailAt {
    fn at(&self, step: Step) -> Fault {
        let mut left = self.left.lock().unwrap();
        if *left == 0 {
            return Fault::FailedNotStored;
        }
        if step != self.step {
            return Fault::None;
        }
        *left -= 1;
        if *left == 0 { self.fault } else { Fault::None }
    }
}

pub(super) fn open_plainly(dir: &Path) -> SledLog {
    SledLog::open(dir, Arc::new(FakeClock::default())).unwrap()
}

pub(super) async fn all(log: &SledLog) -> Vec<RecordedEvent> {
    log.read_all(Position(0), u64::MAX).try_collect().await.unwrap()
}

/// What a writer believes that has seen so many records of the stream.
fn after(records: u64) -> ExpectedVersion {
    records
        .checked_sub(1)
        .map_or(ExpectedVersion::NoStream, |last| ExpectedVersion::Exact(StreamVersion(last)))
}

/// Appends pairs of records until the log fails or enough were appended, and gives how many pairs
/// were acknowledged and how many asked for.
async fn append_pairs(log: &SledLog, most: u64) -> (u64, u64) {
    for pair in 0..most {
        let expected = after(pair * 2);
        // Wide enough for a second segment to be needed on the way.
        let records = vec![wide_record(&format!("{pair}"), 9_000); 2];
        match log.append(&stream("pairs"), expected, records).await {
            Ok(_) => {}
            Err(AppendError::Poisoned { .. }) => return (pair, pair + 1),
            Err(error) => panic!("{error}"),
        }
    }
    (most, most)
}

#[tokio::test]
async fn whatever_step_fails_nothing_acknowledged_is_lost_and_nothing_is_torn() {
    for step in Step::ALL {
        for fault in [Fault::FailedNotStored, Fault::FailedButStored] {
            for nth in [1, 3] {
                let dir = tempfile::tempdir().unwrap();
                drop(SledLog::create(dir.path(), "test", Arc::new(FakeClock::default())).unwrap());
                let faults = FailAt::new(step, fault, nth);
                let clock = Arc::new(FakeClock::default());
                let log =
                    SledLog::open_with_faults(dir.path(), clock, Arc::<FailAt>::clone(&faults));
                let case = format!("{step:?} {fault:?} {nth}");
                let (mut acknowledged, mut asked, mut seen) = (0, 0, Vec::new());
                // Opening itself syncs the journal's names, and refuses when it cannot.
                assert!(log.is_ok() || step == Step::JournalNames && nth == 1, "{case}");
                if let Ok(log) = log {
                    (acknowledged, asked) = append_pairs(&log, 450).await;
                    seen = all(&log).await;
                    log.close().await;
                }
                assert_eq!(u64::try_from(seen.len()).unwrap(), acknowledged * 2, "{case}");

                let log = open_plainly(dir.path());
                let found = all(&log).await;
                let pairs = u64::try_from(found.len()).unwrap() / 2;
                assert!((acknowledged..=asked).contains(&pairs), "{case}: {pairs}, {acknowledged}");
                assert_eq!(found.len() % 2, 0, "{case}: half an append");
                assert_eq!(found[..seen.len()], seen, "{case}");
                let mut tree = CompactRange::new();
                for record in &found {
                    tree.push(leaf_hash(&record.bytes));
                }
                assert_eq!(log.root().await.unwrap(), (tree.size(), tree.root()), "{case}");
                // It goes on from there.
                let expected = after(tree.size());
                log.append(&stream("pairs"), expected, vec![record("more")]).await.unwrap();
                drop(log);
                assert_eq!(verify(dir.path()).unwrap().size, tree.size() + 1, "{case}");
                if step != Step::JournalRename && nth == 1 {
                    assert!(faults.has_failed(), "{case}: it never came to that");
                }
            }
        }
    }
}

/// How many records a group has.
pub(super) const GROUP: u64 = 64;
/// How many streams the groups take turns in.
const TURNS: u64 = 20;

/// Appends a group of records to the stream whose turn it is.
pub(super) async fn append_group(log: &SledLog, group: u64) -> Result<(), AppendError> {
    let records = (0..GROUP).map(|n| record(&format!("{group}-{n}"))).collect();
    let own = stream(&format!("group-{}", group % TURNS));
    log.append(&own, after(group / TURNS * GROUP), records).await.map(drop)
}

/// Appends groups until that fails, and gives how many were acknowledged. Enough of them for files
/// of the index to be merged twice.
async fn append_groups(log: &SledLog) -> u64 {
    for group in 0..80 {
        match append_group(log, group).await {
            Ok(()) => {}
            Err(AppendError::Poisoned { .. }) => return group,
            Err(error) => panic!("{error}"),
        }
    }
    80
}

/// Every stream has the records that are in the log under its name, and no others; gives how many
/// there are altogether.
pub(super) async fn assert_streams_are_whole(log: &SledLog, case: &str) -> u64 {
    let found = all(log).await;
    for n in 0..TURNS {
        let own = stream(&format!("group-{n}"));
        let read: Vec<_> = log.read_stream(&own, StreamVersion(0)).try_collect().await.unwrap();
        let expected = found.iter().filter(|record| record.stream == own);
        assert!(read.iter().eq(expected), "{case}: {own}");
    }
    u64::try_from(found.len()).unwrap()
}

#[tokio::test]
async fn an_index_file_that_fails_to_be_made_or_merged_costs_nothing() {
    for step in [Step::IndexWrite, Step::IndexSync, Step::IndexRename] {
        for fault in [Fault::FailedNotStored, Fault::FailedButStored] {
            // The first file, a later one, and one of those that are merged from others.
            for nth in [1, 3, 4, 9] {
                let case = format!("{step:?} {fault:?} {nth}");
                let dir = tempfile::tempdir().unwrap();
                drop(SledLog::create(dir.path(), "test", Arc::new(FakeClock::default())).unwrap());
                let faults = FailAt::new(step, fault, nth);
                let clock = Arc::new(FakeClock::default());
                let log =
                    SledLog::open_with_faults(dir.path(), clock, Arc::<FailAt>::clone(&faults));
                let log = log.unwrap();
                let acknowledged = append_groups(&log).await;
                log.close().await;
                drop(log);
                assert!(faults.has_failed(), "{case}: it never came to that");

                let log = open_plainly(dir.path());
                assert_eq!(log.repairs(), Vec::<String>::new(), "{case}");
                let size = assert_streams_are_whole(&log, &case).await;
                assert!(size >= acknowledged * GROUP, "{case}");
                log.close().await;
                drop(log);
                assert_eq!(verify(dir.path()).unwrap().size, size, "{case}");
            }
        }
    }
}

/// A disk on which index files rot before the next one gets its name, and so before they are merged.
#[derive(Debug)]
struct Rots {
    index: PathBuf,
    left: Mutex<Vec<&'static str>>,
}

impl Faults for Rots {
    fn at(&self, step: Step) -> Fault {
        if step == Step::IndexRename {
            self.left.lock().unwrap().retain(|name| {
                let is_there = self.index.join(name).exists();
                if is_there {
                    flip(&self.index.join(name), 100);
                }
                !is_there
            });
        }
        Fault::None
    }
}

#[tokio::test]
async fn an_index_file_found_damaged_while_merging_is_made_again_and_nothing_stops() {
    let dir = tempfile::tempdir().unwrap();
    let clock = || Arc::new(FakeClock::default());
    drop(SledLog::create(dir.path(), "test", clock()).unwrap());
    let index = dir.path().join("index");
    // A part of the first merged file is damaged, and then that itself, one of those for the next.
    let left = Mutex::new(vec!["0-000000000001", "1-000000000000"]);
    let rots = Arc::new(Rots { index: index.clone(), left });
    let log = SledLog::open_with_faults(dir.path(), clock(), Arc::<Rots>::clone(&rots)).unwrap();
    // A burst of files may be merged several times over before this looks.
    let is_merged_twice =
        || (2..=9).any(|level| index.join(format!("{level}-000000000000")).exists());
    let (mut tried, mut appended) = (0_u64, Vec::new());
    while !is_merged_twice() {
        let own = stream(&format!("stream-{tried}"));
        match log.append(&own, ExpectedVersion::NoStream, vec![record("x"); 3]).await {
            Ok(_) => appended.push(own),
            // The one in sixty that has to look into the damaged block before it is merged.
            Err(AppendError::Corrupt { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        tried += 1;
        // More than the tail holds: what is stored slowly holds up who appends.
        assert!(tried < 100_000, "no files are merged");
    }
    assert_eq!(*rots.left.lock().unwrap(), Vec::<&str>::new());
    for own in appended.iter().step_by(7) {
        assert_eq!(log.read_stream(own, StreamVersion(0)).count().await, 3, "{own}");
    }
    log.close().await;
    drop(log);
    assert_eq!(verify(dir.path()).unwrap().size, 3 * u64::try_from(appended.len()).unwrap());
}

fn flip(path: &Path, at: u64) {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 1], at).unwrap();
}

#[tokio::test]
async fn after_a_failed_sync_the_log_refuses_and_says_why() {
    let dir = tempfile::tempdir().unwrap();
    drop(SledLog::create(dir.path(), "test", Arc::new(FakeClock::default())).unwrap());
    let faults = FailAt::new(Step::JournalSync, Fault::FailedNotStored, 1);
    let log = SledLog::open_with_faults(dir.path(), Arc::new(FakeClock::default()), faults);
    let log = log.unwrap();
    for _ in 0..2 {
        let failed = log.append(&stream("one"), ExpectedVersion::NoStream, vec![record("x")]).await;
        assert!(
            matches!(&failed, Err(AppendError::Poisoned { reason }) if reason.contains("journal")),
            "{failed:?}"
        );
        assert_eq!(log.head().next_position, Position(0));
    }
}

/// A disk that notes the steps it takes, and fails one of them each time.
#[derive(Debug)]
struct Noted(Mutex<Vec<Step>>, Option<Step>);

impl Faults for Noted {
    fn at(&self, step: Step) -> Fault {
        self.0.lock().unwrap().push(step);
        if self.1 == Some(step) { Fault::FailedNotStored } else { Fault::None }
    }
}

impl Noted {
    /// What was done to the journal's frames.
    fn on_frames(&self) -> Vec<Step> {
        let is_on_frames = |step: &Step| matches!(step, Step::JournalWrite | Step::JournalSync);
        self.0.lock().unwrap().iter().copied().filter(is_on_frames).collect()
    }
}

#[tokio::test]
async fn after_a_failed_sync_opening_writes_and_syncs_the_last_commit_before_it_answers() {
    let dir = tempfile::tempdir().unwrap();
    let clock = || Arc::new(FakeClock::default());
    let open = |fails| {
        let noted = Arc::new(Noted(Mutex::default(), fails));
        let opened = SledLog::open_with_faults(dir.path(), clock(), Arc::<Noted>::clone(&noted));
        (opened, noted)
    };
    let log = SledLog::create(dir.path(), "test", clock()).unwrap();
    log.append(&stream("one"), ExpectedVersion::NoStream, vec![record("x")]).await.unwrap();
    log.close().await;
    drop(log);
    let (log, _) = open(Some(Step::JournalSync));
    let log = log.unwrap();
    log.append(&stream("one"), after(1), vec![record("y")]).await.unwrap_err();
    drop(log);

    // The kernel may take the pages of it for clean: a sync alone would do nothing, and say that all is well.
    let segment = dir.path().join("journal").join(crate::journal::file_name(1));
    let before = std::fs::read(&segment).unwrap();
    for fails in [Step::JournalWrite, Step::JournalSync] {
        let (refused, _) = open(Some(fails));
        let refused = refused.map(drop).unwrap_err().to_string();
        assert_eq!(refused, "making the journal's last commit durable failed");
    }
    let (log, noted) = open(None);
    let log = log.unwrap();
    assert_eq!(noted.on_frames(), [Step::JournalWrite, Step::JournalSync]);
    assert_eq!(all(&log).await.len(), 2);
    assert!(std::fs::read(&segment).unwrap() == before, "other bytes, or in another place");
    log.close().await;
    drop(log);

    // What the head vouches for is durable, and is not touched.
    let (log, noted) = open(None);
    assert_eq!(all(&log.unwrap()).await.len(), 2);
    assert_eq!(noted.on_frames(), []);
}

#[tokio::test]
async fn no_frame_goes_into_a_segment_whose_name_is_not_synced() {
    let dir = tempfile::tempdir().unwrap();
    let clock = || Arc::new(FakeClock::default());
    drop(SledLog::create(dir.path(), "test", clock()).unwrap());
    let open = |fails| {
        let noted = Arc::new(Noted(Mutex::default(), fails));
        let opened = SledLog::open_with_faults(dir.path(), clock(), Arc::<Noted>::clone(&noted));
        (opened, noted)
    };
    // A process that was killed may have left names that are not durable.
    let (refused, _) = open(Some(Step::JournalNames));
    let refused = refused.map(drop).unwrap_err().to_string();
    assert_eq!(refused, "syncing the journal's names failed");
    let (log, noted) = open(None);
    let log = log.unwrap();
    assert_eq!(*noted.0.lock().unwrap(), [Step::JournalNames]);
    let (acknowledged, _) = append_pairs(&log, 2_000).await;
    log.close().await;
    assert_eq!(acknowledged, 2_000);
    let steps = noted.0.lock().unwrap();
    let is_on_names = |step: &&Step| matches!(step, Step::JournalRename | Step::JournalNames);
    let on_names: Vec<_> = steps.iter().filter(is_on_names).skip(1).collect();
    assert!(on_names.len() >= 8, "{on_names:?}");
    let in_turn = |pair: &[&Step]| *pair == [&Step::JournalRename, &Step::JournalNames];
    assert!(on_names.chunks(2).all(in_turn), "{on_names:?}");
}

/// A disk with as much room as it is told.
#[derive(Debug, Default)]
struct Room(AtomicU64);

impl Faults for Room {
    fn at(&self, _: Step) -> Fault {
        Fault::None
    }

    fn room(&self) -> Option<u64> {
        Some(self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn a_full_disk_is_refused_cleanly_and_heals_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    drop(SledLog::create(dir.path(), "test", Arc::new(FakeClock::default())).unwrap());
    let room = Arc::new(Room::default());
    let clock = Arc::new(FakeClock::default());
    let log = SledLog::open_with_faults(dir.path(), clock, Arc::<Room>::clone(&room)).unwrap();
    let own = stream("one");
    let mut version = 0_u64;
    let mut append = async |log: &SledLog| {
        let result = log.append(&own, after(version), vec![wide_record("x", 60_000); 60]).await;
        if result.is_ok() {
            version += 60;
        }
        (result, version)
    };
    // The one segment there is takes some; then a segment would have to be added.
    let accepted = loop {
        match append(&log).await {
            (Ok(_), _) => {}
            (Err(AppendError::Full), accepted) => break accepted,
            (Err(error), _) => panic!("{error}"),
        }
    };
    assert!(accepted > 0);
    assert!(matches!(append(&log).await, (Err(AppendError::Full), _)));
    assert_eq!(log.head().next_position, Position(accepted));
    room.0.store(u64::MAX, Ordering::SeqCst);
    for _ in 0..30 {
        append(&log).await.0.unwrap();
    }
    log.close().await;
    drop(log);
    assert_eq!(verify(dir.path()).unwrap().size, accepted + 30 * 60);
}

/// A disk that is asked for room once it matters, and has none until it is let go on.
#[derive(Debug)]
struct Dam {
    asked: Mutex<mpsc::Sender<()>>,
    go_on: Mutex<mpsc::Receiver<()>>,
    room: AtomicU64,
}

impl Faults for Dam {
    fn at(&self, _: Step) -> Fault {
        Fault::None
    }

    fn room(&self) -> Option<u64> {
        let _ = self.asked.lock().unwrap().send(());
        // An error means that the test has let everything go.
        let _ = self.go_on.lock().unwrap().recv();
        Some(self.room.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn what_counted_on_a_commit_that_was_refused_is_refused_with_it() {
    let dir = tempfile::tempdir().unwrap();
    drop(SledLog::create(dir.path(), "test", Arc::new(FakeClock::default())).unwrap());
    let ((asked, was_asked), (go_on, told)) = (mpsc::channel(), mpsc::channel());
    let (asked, told) = (Mutex::new(asked), Mutex::new(told));
    let dam = Arc::new(Dam { asked, go_on: told, room: AtomicU64::new(0) });
    let clock = Arc::new(FakeClock::default());
    let log = SledLog::open_with_faults(dir.path(), clock, Arc::<Dam>::clone(&dam)).unwrap();
    let go_on = go_on; // dropped before the log: a test that fails must not leave it waiting
    // Nearly fills the segment there is.
    for half in 0..2 {
        let records = vec![wide_record("x", 60_000); 60];
        log.append(&stream("before"), after(half * 60), records).await.unwrap();
    }

    // The next needs another segment. While it waits for that, one counts on its records, one
    // conflicts with them, and one has nothing to do with them but to be in the same group.
    let (own, other) = (stream("own"), stream("other"));
    let append = |stream, expected, records| log.append(stream, expected, records);
    let wide = vec![wide_record("x", 60_000); 60];
    let mut waiting = [append(&own, ExpectedVersion::NoStream, wide)];
    assert!((&mut waiting[0]).now_or_never().is_none());
    was_asked.recv().unwrap();
    let mut behind = [
        append(&own, after(60), vec![record("y")]),
        append(&own, ExpectedVersion::NoStream, vec![record("z")]),
        append(&other, ExpectedVersion::NoStream, vec![record("o")]),
    ];
    assert!(behind.iter_mut().all(|request| request.now_or_never().is_none()), "told too early");
    drop(go_on);
    for request in waiting.into_iter().chain(behind) {
        let answered = request.await;
        assert!(matches!(answered, Err(AppendError::Full)), "{answered:?}");
    }
    assert_eq!(log.head().next_position, Position(120));

    // With room for it all of it may be asked for again, and there is no gap.
    dam.room.store(u64::MAX, Ordering::SeqCst);
    let mut positions = Vec::new();
    for (stream, expected) in
        [(&own, ExpectedVersion::NoStream), (&own, after(1)), (&other, ExpectedVersion::NoStream)]
    {
        let appended = log.append(stream, expected, vec![record("again")]).await.unwrap();
        positions.push(appended.first_position.0);
    }
    assert_eq!(positions, [120, 121, 122]);
    log.close().await;
    drop(log);
    assert_eq!(verify(dir.path()).unwrap().size, 123);
}

/// Panics at one step, as a fault in this code would.
#[derive(Debug)]
struct PanicAt(Step);

impl Faults for PanicAt {
    fn at(&self, step: Step) -> Fault {
        assert_ne!(step, self.0, "panicked on purpose");
        Fault::None
    }
}

#[tokio::test]
async fn a_thread_that_panics_stops_the_log_and_leaves_nobody_waiting() {
    let narrow = || vec![record("x"); 256];
    // So many bytes that the committer waits for room before there is another whole range to seal.
    let wide = || vec![wide_record("x", 60_000); 64];
    let behind = [Step::TileWrite, Step::StoreApply, Step::HeadWrite].map(|step| (step, false));
    let journal = [Step::JournalWrite, Step::JournalSync].map(|step| (step, false));
    for (step, is_wide) in behind.into_iter().chain([(Step::TileWrite, true)]).chain(journal) {
        let dir = tempfile::tempdir().unwrap();
        drop(SledLog::create(dir.path(), "test", Arc::new(FakeClock::default())).unwrap());
        let clock = Arc::new(FakeClock::default());
        let log = SledLog::open_with_faults(dir.path(), clock, Arc::new(PanicAt(step))).unwrap();
        let mut acknowledged = 0;
        let stopped = loop {
            let records = if is_wide { wide() } else { narrow() };
            match log.append(&stream("one"), after(acknowledged), records).await {
                Ok(appended) => acknowledged = appended.next_version.0,
                Err(error) => break error,
            }
        };
        assert!(matches!(stopped, AppendError::Poisoned { .. }), "{step:?}: {stopped}");
        log.close().await;
        drop(log);
        let log = open_plainly(dir.path());
        let found = u64::try_from(all(&log).await.len()).unwrap();
        assert!(found >= acknowledged, "{step:?}: {found} of {acknowledged}");
    }
}

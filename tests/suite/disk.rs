//! Disks that fill up and disks whose power is cut. Needs root and mounting; where that is not
//! allowed, each test says that it did not run.

mod full;

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use event_log::{
    AppendError, EventLog, ExpectedVersion, Position, RecordedEvent, StreamVersion,
    clock::SystemClock,
    conformance::fixtures::{stream, wide_record},
};
use event_log_sled::{OpenError, SledLog, verify::verify};
use futures::TryStreamExt;
use redress_tests::binary::{self, root, say_not_run};

const MEGABYTE: usize = 1024 * 1024;

/// A file system of its own in memory; unmounted when dropped.
struct Mounted {
    place: PathBuf,
    _dir: tempfile::TempDir,
}

impl Mounted {
    fn new(megabytes: usize) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(dir.path())
            .output();
        match mounted {
            Ok(ran) if ran.status.success() => {
                Some(Self { place: dir.path().to_owned(), _dir: dir })
            }
            Ok(ran) => {
                say_not_run("full disk", &String::from_utf8_lossy(&ran.stderr));
                None
            }
            Err(error) => {
                say_not_run("full disk", &format!("mount: {error}"));
                None
            }
        }
    }
}

impl Mounted {
    /// Makes it larger, as whoever looks after a server does.
    fn grow(&mut self, megabytes: usize) {
        let size = format!("remount,size={megabytes}m");
        let grown = Command::new("mount").args(["-o", &size]).arg(&self.place).status().unwrap();
        assert!(grown.success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(&self.place).status().unwrap();
        assert!(unmounted.success() || std::thread::panicking());
    }
}

/// Takes all the room there is.
fn fill(place: &Path) -> PathBuf {
    let ballast = place.join("ballast");
    let mut file = File::create(&ballast).unwrap();
    let mut chunk = MEGABYTE;
    while chunk > 0 {
        if file.write_all(&vec![1; chunk]).is_err() {
            chunk /= 4;
        }
    }
    ballast
}

async fn all(log: &SledLog) -> Vec<RecordedEvent> {
    log.read_all(Position(0), u64::MAX).try_collect().await.unwrap()
}

/// Appends to one stream until that fails or enough was appended; gives the failure.
async fn append_some(log: &SledLog, most: u64) -> Option<AppendError> {
    for _ in 0..most {
        let version = log.head().next_position.0.checked_sub(1).map(StreamVersion);
        let expected = version.map_or(ExpectedVersion::NoStream, ExpectedVersion::Exact);
        let records = vec![wide_record("x", 20_000); 4];
        if let Err(error) = log.append(&stream("one"), expected, records).await {
            return Some(error);
        }
    }
    None
}

#[tokio::test]
async fn a_disk_without_any_room_refuses_appends_and_heals_when_there_is_some() {
    let Some(mounted) = Mounted::new(256) else { return };
    let dir = mounted.place.join("ledger");
    let log = SledLog::create(&dir, "tests", Arc::new(SystemClock)).unwrap();
    assert!(append_some(&log, 100).await.is_none());
    let ballast = fill(&mounted.place);
    // What was made ready in advance is used up, and then it says so, as often as it is asked.
    for _ in 0..3 {
        let refused = append_some(&log, 2_000).await.expect("the disk is full");
        assert!(matches!(refused, AppendError::Full), "{refused:?}");
    }
    let before = all(&log).await;
    assert_eq!(log.head().next_position.0, u64::try_from(before.len()).unwrap());
    // Closing and opening on a full disk may be refused, but must not do harm.
    log.close().await;
    drop(log);
    match SledLog::open(&dir, Arc::new(SystemClock)) {
        Ok(log) => assert!(all(&log).await == before, "the same records on a full disk"),
        Err(error) => assert!(matches!(error, OpenError::Full), "{error:?}"),
    }
    std::fs::remove_file(ballast).unwrap();

    let log = SledLog::open(&dir, Arc::new(SystemClock)).unwrap();
    assert_eq!(log.repairs(), Vec::<String>::new());
    assert!(all(&log).await == before, "the same records after it healed");
    assert!(append_some(&log, 200).await.is_none());
    let size = log.head().next_position.0;
    log.close().await;
    drop(log);
    assert_eq!(verify(&dir).unwrap().size, size);
}

#[tokio::test]
async fn a_log_that_was_refused_for_want_of_room_goes_on_without_being_reopened() {
    let Some(mounted) = Mounted::new(256) else { return };
    let dir = mounted.place.join("ledger");
    let log = SledLog::create(&dir, "tests", Arc::new(SystemClock)).unwrap();
    let ballast = fill(&mounted.place);
    let refused = append_some(&log, 2_000).await.expect("the disk is full");
    assert!(matches!(refused, AppendError::Full), "{refused:?}");
    std::fs::remove_file(ballast).unwrap();
    let before = log.head().next_position.0;
    assert!(append_some(&log, 300).await.is_none());
    assert_eq!(log.head().next_position.0, before + 1_200);
    log.close().await;
    drop(log);
    assert_eq!(verify(&dir).unwrap().size, before + 1_200);
}

/// The whole of it: `tests/power_cut.py --rounds 50`.
#[test]
fn two_power_cuts_lose_nothing_that_was_acknowledged() {
    cut_power(&["--rounds", "2", "--examples"], binary::examples());
}

/// The same under the program itself, every other time with a command under way that meets the
/// failing disk.
#[test]
fn power_cuts_under_the_program_lose_nothing_that_it_answered() {
    cut_power(&["--rounds", "4", "--binary"], binary::redress());
}

fn cut_power(how: &[&str], what: &Path) {
    let script = root().join("tests/power_cut.py");
    let ran = Command::new("python3").arg(script).args(how).arg(what).output();
    let ran = match ran {
        Ok(ran) => ran,
        Err(error) => return say_not_run("power cuts", &format!("python3: {error}")),
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    match ran.status.code() {
        Some(0) => {}
        Some(77) => {
            let why = said.trim().trim_start_matches("not run: power cuts: ");
            say_not_run("power cuts", why);
        }
        code => panic!("{code:?}\n{}\n{said}", String::from_utf8_lossy(&ran.stdout)),
    }
}

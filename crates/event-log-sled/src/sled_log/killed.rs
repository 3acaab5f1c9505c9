//! kill −9 while index files are made and merged: every record is there, and in its stream.
//!
//! The test runs this very binary again as a child that appends until it is killed. Spans are short
//! in tests, so that every few appends a file is made and every few files are merged.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use event_log::{EventLog, conformance::FakeClock};

use super::faults::{GROUP, append_group, assert_streams_are_whole, open_plainly};
use crate::{SledLog, index::span::SPAN, verify::verify};

const ROUNDS: u64 = 16;
const DIR_VARIABLE: &str = "REDRESS_INDEX_CHILD_DIR";

/// The child: appends until it is killed. Does nothing when run as an ordinary test.
#[tokio::test]
async fn child_that_appends_until_it_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "the parent tells the child where to write")]
    let Ok(dir) = std::env::var(DIR_VARIABLE) else { return };
    let log = open_plainly(Path::new(&dir));
    for group in log.head().next_position.0 / GROUP.. {
        append_group(&log, group).await.unwrap();
        // One call, so that a kill cannot leave half a line that looks whole.
        let line = format!("ack {group}\n");
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }
}

/// Starts the child, kills it after so many answers, and gives the last group it told of.
fn killed_after(dir: &Path, answers: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["sled_log::killed::child_that_appends_until_it_is_killed", "--exact", "--nocapture"])
        .env(DIR_VARIABLE, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut told, mut last) = (0, None);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        // The test harness's own first words may stand before the first answer.
        let Some((_, group)) = line.split_once("ack ") else { continue };
        let Ok(group) = group.parse() else { continue };
        last = Some(group);
        told += 1;
        if told == answers {
            child.kill().unwrap(); // SIGKILL; the answers still in the pipe are read on
        }
    }
    child.wait().unwrap();
    last.expect("the child answers before it is killed")
}

#[test]
fn kill_9_while_index_files_are_made_and_merged_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(SledLog::create(dir.path(), "test", Arc::new(FakeClock::default())).unwrap());
    let mut size = 0;
    for round in 0..ROUNDS {
        // A different moment each round.
        let last = killed_after(dir.path(), 9 + round * round * 7 % 40);
        size = opened(dir.path(), &format!("round {round}"));
        assert!(size > last * GROUP, "round {round}: group {last} was acknowledged");
    }
    assert!(size > 9 * SPAN, "only {size} records: no file was merged twice");
    assert_eq!(verify(dir.path()).unwrap().size, size);
}

/// Opens what is left, and gives how many records there are.
#[tokio::main(flavor = "current_thread")]
async fn opened(dir: &Path, case: &str) -> u64 {
    let log = open_plainly(dir);
    assert_eq!(log.repairs(), Vec::<String>::new(), "{case}");
    let size = assert_streams_are_whole(&log, case).await;
    assert_eq!(size % GROUP, 0, "{case}: half an append");
    size
}

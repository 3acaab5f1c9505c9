//! kill −9 under load: every acknowledged command is there, none twice, nothing torn.
//!
//! The test runs this very binary again as a child that registers complaints with many clients at
//! once and prints a line for each answer it gets. The parent kills it in mid-work, opens what is
//! left, and counts.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use complaint_codec::decode;
use event_log::{EventLog, Position, StreamId};
use futures::{StreamExt, TryStreamExt};
use redress_tests::{Ledger, complaint};
use uuid::Uuid;

const ROUNDS: u64 = 20;
const CLIENTS: u64 = 24;
const DIR_VARIABLE: &str = "REDRESS_CRASH_CHILD_DIR";
const ROUND_VARIABLE: &str = "REDRESS_CRASH_CHILD_ROUND";

fn command_id(round: u64, client: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(round << 32 | client, 1 << 63 | number)
}

/// The child: writes until it is killed. Does nothing when run as an ordinary test.
#[test]
fn child_that_writes_until_it_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "the parent tells the child where to write")]
    let (Ok(dir), Ok(round)) = (std::env::var(DIR_VARIABLE), std::env::var(ROUND_VARIABLE)) else {
        return;
    };
    let round: u64 = round.parse().expect("a round");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let ledger = Arc::new(Ledger::open(Path::new(&dir)));
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..CLIENTS {
            let ledger = Arc::clone(&ledger);
            clients.spawn(async move {
                for number in 0.. {
                    let id = command_id(round, client, number);
                    let stream = complaint_service::stream_of(id);
                    let commands = complaint::registered_and_acknowledged(id);
                    let answers = ledger.service.handle_all(&stream, commands).await.unwrap();
                    // One write call, so that a kill cannot leave half a line that looks whole.
                    let line = format!("ack {id} {}\n", answers[0].first_position);
                    std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).unwrap();
                }
            });
        }
        while clients.join_next().await.is_some() {}
    });
}

/// Starts the child, kills it after some answers, and gives what it was told: command → position.
fn killed_after(dir: &Path, round: u64, answers: usize) -> BTreeMap<Uuid, u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["crash::child_that_writes_until_it_is_killed", "--exact", "--nocapture"])
        .env(DIR_VARIABLE, dir)
        .env(ROUND_VARIABLE, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut acknowledged = BTreeMap::new();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        // The test harness's own first words may stand before the first answer.
        let Some((_, words)) = line.split_once("ack ") else { continue };
        let Some((id, position)) = words.split_once(' ') else { continue };
        let (Ok(id), Ok(position)) = (id.parse(), position.parse()) else { continue };
        acknowledged.insert(id, position);
        if acknowledged.len() == answers {
            child.kill().unwrap(); // SIGKILL; the answers still in the pipe are read on
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= answers, "the child stopped before it was killed");
    acknowledged
}

#[test]
fn twenty_rounds_of_kill_9_lose_nothing_and_repeat_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("ledger");
    drop(Ledger::create(&data));
    let mut acknowledged = BTreeMap::new();
    for round in 0..ROUNDS {
        // A different moment each round, from the very first answers to well under way.
        let answers = 1 + usize::try_from(round * round * 7 % 600).unwrap();
        acknowledged.extend(killed_after(&data, round, answers));
        check(&data, &acknowledged);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn check(data: &Path, acknowledged: &BTreeMap<Uuid, u64>) {
    let ledger = Ledger::open(data);
    let mut found: BTreeMap<Uuid, u64> = BTreeMap::new();
    let mut commands: BTreeSet<(Uuid, &'static str)> = BTreeSet::new();
    let mut versions: BTreeMap<StreamId, u64> = BTreeMap::new();
    let mut next = 0;
    let mut records = ledger.log.read_all(Position(0), u64::MAX).boxed();
    while let Some(recorded) = records.try_next().await.unwrap() {
        assert_eq!(recorded.position.0, next, "positions are contiguous");
        next += 1;
        let record = decode(&recorded.bytes).unwrap();
        let version = versions.entry(recorded.stream.clone()).or_default();
        assert_eq!(recorded.version.0, *version, "versions of {} are contiguous", recorded.stream);
        assert_eq!(record.version, recorded.version);
        assert_eq!(record.stream, recorded.stream);
        *version += 1;
        assert!(commands.insert((record.command_id, record.event_type)), "a command twice");
        found.entry(record.command_id).or_insert(recorded.position.0);
        for sealed in &record.sealed {
            ledger.assert_opens(&record.stream, sealed);
        }
    }
    assert_eq!(ledger.log.head().next_position.0, next);
    for (id, position) in acknowledged {
        assert_eq!(
            found.get(id),
            Some(position),
            "acknowledged command {id} is where it was said to be"
        );
    }
    // Registered and acknowledged go in as one append: both are there or neither is.
    for (stream, count) in &versions {
        assert_eq!(count % 2, 0, "{stream} holds half an append");
    }
}

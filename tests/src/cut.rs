//! A writer to be cut off at any moment, and the check of what it left behind.
//!
//! The writer prints one line for each thing it was promised; [`check`] holds the ledger against
//! all lines that were printed before the cut, those of earlier cuts included:
//!
//! - `ack STREAM FIRST COUNT`: an append of so many records is at this position
//! - `root SIZE HASH`: the tree over so many records has this root

use std::{collections::BTreeMap, io::Write, path::Path, sync::Arc};

use event_log::{
    EventLog, ExpectedVersion, Position, RecordedEvent, StreamId, StreamVersion,
    clock::SystemClock, conformance::fixtures,
};
use event_log_sled::{SledLog, ledger_file, verify::verify};
use futures::TryStreamExt;
use merkle_log::{CompactRange, leaf_hash};
use tokio::task::JoinSet;

/// Opens the ledger, or makes it if there is none.
///
/// # Errors
///
/// Why it was refused.
pub fn open(dir: &Path) -> Result<SledLog, String> {
    let clock = Arc::new(SystemClock);
    let opened = if dir.join(ledger_file::FILE).exists() {
        SledLog::open(dir, clock)
    } else {
        SledLog::create(dir, "ledger.example/cut", clock)
    };
    opened.map_err(|error| format!("refused: {error:?}"))
}

/// One call, so that a cut cannot leave half a line that looks whole.
fn say(line: &str) {
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}

/// A small pseudorandom sequence; the same seed gives the same one.
fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Appends with so many clients at once, each to streams of its own, `appends` times each.
///
/// Streams are named after the seed: give each run another one.
///
/// # Errors
///
/// Why the ledger was refused, or an append failed.
pub async fn write(dir: &Path, seed: u64, clients: u64, appends: u64) -> Result<(), String> {
    let log = Arc::new(open(dir)?);
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        tasks.spawn(write_as(Arc::clone(&log), seed, client, appends));
    }
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(|error| error.to_string())??;
    }
    log.close().await;
    Ok(())
}

async fn write_as(log: Arc<SledLog>, seed: u64, client: u64, appends: u64) -> Result<(), String> {
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ client;
    let mut version: Option<u64> = None;
    let mut stream: StreamId = fixtures::stream(&format!("w{seed}-{client}-0"));
    for number in 0..appends {
        if next_random(&mut random).is_multiple_of(20) {
            stream = fixtures::stream(&format!("w{seed}-{client}-{number}"));
            version = None;
        }
        let count = 1 + next_random(&mut random) % 5;
        let widest = if next_random(&mut random).is_multiple_of(50) { 60_000 } else { 900 };
        let width = usize::try_from(next_random(&mut random) % widest).unwrap();
        let records = (0..count)
            .map(|index| fixtures::wide_record(&format!("{number} {index}/{count}"), width))
            .collect();
        let expected = version
            .map_or(ExpectedVersion::NoStream, |last| ExpectedVersion::Exact(StreamVersion(last)));
        let appended = log.append(&stream, expected, records).await;
        let appended = appended.map_err(|error| format!("append refused: {error:?}"))?;
        version = appended.next_version.0.checked_sub(1);
        say(&format!("ack {stream} {} {count}\n", appended.first_position));
        if next_random(&mut random).is_multiple_of(100) {
            let (size, root) = log.root().await.map_err(|error| format!("no root: {error:?}"))?;
            say(&format!("root {size} {root}\n"));
        }
    }
    Ok(())
}

/// What was promised before the cuts.
#[derive(Debug, Default)]
struct Promises {
    /// First position → stream and number of records.
    appends: BTreeMap<u64, (String, u64)>,
    /// Size → root.
    roots: BTreeMap<u64, String>,
}

impl Promises {
    fn parse(lines: &str) -> Result<Self, String> {
        let mut promises = Self::default();
        // A last line without its end was never whole.
        for line in lines.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            let words: Vec<_> = line.split(' ').collect();
            match words.as_slice() {
                ["ack", stream, first, count] => {
                    let place = first.parse().map_err(|_| line.to_owned())?;
                    let append =
                        ((*stream).to_owned(), count.parse().map_err(|_| line.to_owned())?);
                    if let Some(twice) = promises.appends.insert(place, append) {
                        return Err(format!("position {first} promised twice: {twice:?}, {line}"));
                    }
                }
                ["root", size, root] => {
                    let size = size.parse().map_err(|_| line.to_owned())?;
                    let root = (*root).to_owned();
                    if promises.roots.insert(size, root.clone()).is_some_and(|seen| seen != root) {
                        return Err(format!("two roots of size {size}"));
                    }
                }
                _ => return Err(format!("no promise: {line}")),
            }
        }
        Ok(promises)
    }
}

/// Opens what a cut has left and holds it against every promise; says what was found.
///
/// # Errors
///
/// The first promise that was not kept.
pub async fn check(dir: &Path, lines: &str) -> Result<String, String> {
    let promises = Promises::parse(lines)?;
    if !promises.appends.is_empty() && !dir.join(ledger_file::FILE).exists() {
        return Err("there is no ledger any more".to_owned());
    }
    let log = open(dir)?;
    let repairs = log.repairs().join("; ");
    let records = log.read_all(Position(0), u64::MAX);
    let records: Vec<_> = records.try_collect().await.map_err(|error| format!("{error:?}"))?;
    let acknowledged = hold(&records, &promises)?;
    let (size, root) = log.root().await.map_err(|error| format!("{error:?}"))?;
    log.close().await;
    drop(log);
    let verified = verify(dir).map_err(|error| format!("verify: {error:?}"))?;
    if (verified.size, verified.root) != (size, root) {
        return Err(format!("verify found root {} of size {}", verified.root, verified.size));
    }
    Ok(format!(
        "{size} records, {acknowledged} of them acknowledged; {} roots extended; repairs: {}",
        promises.roots.len(),
        if repairs.is_empty() { "none" } else { &repairs }
    ))
}

/// Contiguous, no half append, every promised append in its place, every root that was seen a root
/// of what is there.
fn hold(records: &[RecordedEvent], promises: &Promises) -> Result<u64, String> {
    let mut versions: BTreeMap<&StreamId, u64> = BTreeMap::new();
    let mut tree = CompactRange::new();
    let mut left = 0_u64;
    for (position, record) in (0..).zip(records) {
        let version = versions.entry(&record.stream).or_default();
        if (record.position.0, record.version.0) != (position, *version) {
            return Err(format!("expected {position} at version {version}, found {record:?}"));
        }
        *version += 1;
        let (index, count) = place_in_append(record).ok_or("a record nobody wrote")?;
        if index == 0 && left != 0 || index != 0 && left != count - index {
            return Err(format!("half an append before position {position}"));
        }
        left = count - index - 1;
        tree.push(leaf_hash(&record.bytes));
        if promises.roots.get(&tree.size()).is_some_and(|root| *root != tree.root().to_string()) {
            return Err(format!("another root of size {} was seen before", tree.size()));
        }
    }
    if left != 0 {
        return Err("half an append at the end".to_owned());
    }
    let mut acknowledged = 0;
    for (first, (stream, count)) in &promises.appends {
        let place = usize::try_from(*first).unwrap();
        let found = records.get(place);
        let whole = found.is_some_and(|record| {
            record.stream.as_str() == stream && place_in_append(record) == Some((0, *count))
        });
        if !whole {
            return Err(format!(
                "an append of {count} to {stream} was acknowledged at {first}; the ledger has {} \
                 records, there {:?}",
                records.len(),
                found.map(|record| &record.stream)
            ));
        }
        acknowledged += count;
    }
    match promises.roots.last_key_value() {
        Some((size, _)) if *size > tree.size() => {
            Err(format!("a root over {size} records was seen, the ledger has {}", tree.size()))
        }
        _ => Ok(acknowledged),
    }
}

/// Which of how many records of its append it says it is.
fn place_in_append(record: &RecordedEvent) -> Option<(u64, u64)> {
    let text = std::str::from_utf8(&record.bytes).ok()?;
    let note = text.split("\"note\":\"").nth(1)?.split('"').next()?;
    let (index, count) = note.split_once(' ')?.1.split_once('/')?;
    Some((index.parse().ok()?, count.parse().ok()?))
}

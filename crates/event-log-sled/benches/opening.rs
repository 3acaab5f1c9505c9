//! A large ledger: opening it after its process was killed, proofs, reading and verifying.
//!
//! `cargo bench -p event-log-sled --bench opening [-- EVENTS [KILLS]]`. A child process fills the ledger and
//! kills itself, another opens it and is killed too; then some more is appended and the same done again,
//! for how much the journal holds depends on the moment of the kill. Baselines over the same bytes in the same run: sha256 of all
//! records for verifying; for reading, decompressing all bundles as zstd alone compresses them.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and prints what it found"
)]

use std::{
    error::Error,
    ffi::OsStr,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use event_log::{
    EventLog, ExpectedVersion, NewRecord, Position, StreamId, StreamVersion, clock::SystemClock,
    record::RECORDED_AT_BLANK,
};
use event_log_sled::{SledLog, served_bundle, verify::verify};
use futures::StreamExt;
use merkle_log::{leaf_hash, prove_inclusion, verify_inclusion};
use tokio::task::JoinSet;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const CLIENTS: u64 = 64;
/// Records of each stream, in two appends.
const PER_STREAM: u64 = 6;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    if let Ok(dir) = std::env::var("FILL_LEDGER") {
        let number =
            |name: &str| Ok::<u64, Box<dyn Error + Send + Sync>>(std::env::var(name)?.parse()?);
        let (first, events) = (number("FILL_FIRST")?, number("FILL_EVENTS")?);
        runtime.block_on(fill(Path::new(&dir), first, events))?;
        // As kill -9 would: nothing is closed, nothing is flushed.
        std::process::abort();
    }
    if let Ok(dir) = std::env::var("OPEN_LEDGER") {
        let before = Instant::now();
        let log = SledLog::open(Path::new(&dir), Arc::new(SystemClock))?;
        let took = before.elapsed();
        println!("{} {}", took.as_micros(), log.head().next_position);
        eprintln!("  resident, then and at most      {}", memory());
        std::process::abort();
    }
    let mut numbers = std::env::args().filter_map(|word| word.parse::<u64>().ok());
    let events = numbers.next().unwrap_or(1_000_000);
    let kills = numbers.next().unwrap_or(1);
    // Beside the build, for a temporary directory may be in memory, where a sync costs nothing.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let ledger = dir.path().join("ledger");
    let before = Instant::now();
    let mut filled = append_and_abort(&ledger, 0, events)?;
    println!("filled in {:.1?}", before.elapsed());
    let mut took = Vec::new();
    for kill in 0..kills {
        if kill > 0 {
            // Never a multiple of what the log seals or lists at once.
            filled = append_and_abort(&ledger, filled, 60_000 + kill * 7_919)?;
        }
        took.push(open_and_abort(&ledger)?);
    }
    println!("opening after {kills} kills, all       {took:.1?}");
    println!("opening after the kill, median    {:>10.2?}", median(&mut took));
    runtime.block_on(open(&ledger))?;
    read(&ledger)
}

/// Appends so many events to whole streams from the one with this number on, in a process that is then
/// killed; gives the number after the last.
fn append_and_abort(ledger: &Path, first: u64, events: u64) -> Outcome<u64> {
    let streams = events / PER_STREAM;
    Command::new(std::env::current_exe()?)
        .env("FILL_LEDGER", ledger)
        .env("FILL_FIRST", first.to_string())
        .env("FILL_EVENTS", events.to_string())
        .status()?;
    Ok(first + streams)
}

/// How long opening takes in a process of its own, which is then killed.
fn open_and_abort(ledger: &Path) -> Outcome<Duration> {
    let mut opening = Command::new(std::env::current_exe()?);
    let said = opening.env("OPEN_LEDGER", ledger).stderr(Stdio::inherit()).output()?.stdout;
    let said = String::from_utf8_lossy(&said);
    let took = said.split_whitespace().next().ok_or("the ledger was not opened")?;
    Ok(Duration::from_micros(took.parse()?))
}

/// A record of some 500 bytes that compresses about as an event does: its ids do not.
fn record(stream: &StreamId, n: u64) -> Outcome<NewRecord> {
    let blank = String::from_utf8_lossy(RECORDED_AT_BLANK);
    let noise = |salt: u64| {
        let mut x = (n ^ salt).wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let id = |salt: u64| format!("0195-{:012x}-{:016x}", n >> 4, noise(salt));
    let digest = (8..12).map(|salt| format!("{:016x}", noise(salt << 40))).collect::<Vec<_>>();
    let digest = digest.concat();
    let text = format!(
        "{{\"v\":1,\"recorded_at\":\"{blank}\",\"id\":\"{}\",\"type\":\"complaint.assigned.v1\",\
         \"stream\":\"{stream}\",\"version\":{},\"occurred_at\":\"2025-02-24T16:09:06.614Z\",\
         \"actor\":{{\"id\":\"agent-{}\",\"role\":\"agent\"}},\"command_id\":\"{}\",\
         \"command_digest\":\"{digest}\",\"data\":{{\"handler\":\"handler-{}\",\"reason\":\"workload\",\
         \"matter\":{{\"taxonomy\":\"redress-demo-2025\",\"product\":\"Mobile plan\",\
         \"issue\":\"Roaming charges\"}}}}}}",
        id(1 << 40),
        n % PER_STREAM,
        n % 40,
        id(2 << 40),
        n % 17,
    );
    Ok(NewRecord::new(text.into_bytes(), 22)?)
}

async fn fill(dir: &Path, first: u64, events: u64) -> Outcome<()> {
    let log = if dir.exists() {
        SledLog::open(dir, Arc::new(SystemClock))?
    } else {
        SledLog::create(dir, "bench", Arc::new(SystemClock))?
    };
    let log = Arc::new(log);
    let streams = first + events / PER_STREAM;
    let mut tasks = JoinSet::new();
    for client in 0..CLIENTS {
        let log = Arc::clone(&log);
        tasks.spawn(async move {
            for n in (first + client..streams).step_by(usize::try_from(CLIENTS)?) {
                // As long as a complaint's, and as far apart: the time first, then noise.
                let noise = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let stream: StreamId = format!("complaint-{n:010}{noise:016x}").parse()?;
                let half = PER_STREAM / 2;
                for (from, expected) in [
                    (0, ExpectedVersion::NoStream),
                    (half, ExpectedVersion::Exact(StreamVersion(half - 1))),
                ] {
                    let numbers = n * PER_STREAM + from..n * PER_STREAM + from + half;
                    let records =
                        numbers.map(|n| record(&stream, n)).collect::<Outcome<Vec<_>>>()?;
                    log.append(&stream, expected, records).await?;
                }
            }
            Outcome::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

async fn open(dir: &Path) -> Outcome<()> {
    let before = Instant::now();
    let log = SledLog::open(dir, Arc::new(SystemClock))?;
    println!("opening once more                 {:>10.2?}", before.elapsed());
    println!("  resident, then and at most      {}", memory());
    let size = log.head().next_position.0;
    let mut took = Vec::new();
    for n in 0..2_000_u64 {
        let position = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size;
        let before = Instant::now();
        let nodes = log.nodes();
        let proof = prove_inclusion(&nodes, position, nodes.size())?;
        took.push(before.elapsed());
        if n % 100 == 0 {
            let (tree_size, root) = log.root().await?;
            let found = log.read_all(Position(position), 1).next().await.ok_or("no record")??;
            verify_inclusion(&leaf_hash(&found.bytes), position, tree_size, &proof, &root)?;
        }
    }
    println!("an inclusion proof, median        {:>10.2?}", median(&mut took));
    let mut took = Vec::new();
    for n in 0..2_000_u64 {
        let position = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size;
        let found = log.read_all(Position(position), 1).next().await.ok_or("no record")??;
        let before = Instant::now();
        let read = log.read_stream(&found.stream, StreamVersion(0)).count().await;
        took.push(before.elapsed());
        if u64::try_from(read)? != PER_STREAM {
            return Err(format!("expected {PER_STREAM} records, found {read}").into());
        }
    }
    println!("a stream anywhere, median         {:>10.2?}", median(&mut took));
    let before = Instant::now();
    let mut records = log.read_all(Position(0), u64::MAX);
    let mut bytes = 0_u64;
    while let Some(record) = records.next().await {
        bytes += u64::try_from(record?.bytes.len())?;
    }
    let took = before.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = size as f64 / took.as_secs_f64();
    println!("reading all {size} records    {took:>10.2?}   {rate:.0} events/s, {bytes} bytes");
    println!("  resident, then and at most      {}", memory());
    log.close().await;
    Ok(())
}

fn read(dir: &Path) -> Outcome<()> {
    let mut bundles = Vec::new();
    let (mut tiles, mut store, mut index) = (0, 0, 0);
    files(&dir.join("tiles"), &mut |path, length| {
        tiles += length;
        if path.extension() == Some(OsStr::new("zst")) {
            bundles.push(path);
        }
    })?;
    files(&dir.join("store"), &mut |_, length| store += length)?;
    files(&dir.join("index"), &mut |_, length| index += length)?;
    let (mut decompressing, mut hashing, mut raw) = (Duration::ZERO, Duration::ZERO, 0);
    for path in &bundles {
        let bundle = served_bundle(&fs::read(path)?).ok_or("not a sealed range")?;
        let compressed = zstd::bulk::compress(&bundle, 1)?;
        let before = Instant::now();
        let bundle = zstd::bulk::decompress(&compressed, bundle.len())?;
        decompressing += before.elapsed();
        let before = Instant::now();
        black_box(leaf_hash(&bundle));
        hashing += before.elapsed();
        raw += bundle.len();
    }
    println!("decompressing the same alone      {decompressing:>10.2?}");
    println!("sha256 of the same alone          {hashing:>10.2?}");
    let before = Instant::now();
    let verified = verify(dir)?;
    println!(
        "verifying                         {:>10.2?}   of {}",
        before.elapsed(),
        verified.size
    );
    println!("  resident, then and at most      {}", memory());
    println!("disk: {raw} bytes raw; tiles {tiles}, index {index}, sled {store}");
    Ok(())
}

fn median(took: &mut [Duration]) -> Duration {
    took.sort_unstable();
    took.get(took.len() / 2).copied().unwrap_or_default()
}

fn files(dir: &Path, give: &mut dyn FnMut(PathBuf, u64)) -> Outcome<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files(&entry.path(), give)?;
        } else {
            give(entry.path(), entry.metadata()?.len());
        }
    }
    Ok(())
}

fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines =
        status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join(", ")
}

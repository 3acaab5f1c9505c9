//! Durable appends and a full scan, each beside a baseline measured in the same run.
//!
//! `cargo bench -p event-log-sled --bench append [-- EVENTS [ROUNDS [CLIENTS…]]]`. The baseline is a
//! bare file, filled with zeros in advance, written and synced with `fdatasync`: once per event for
//! one client, once per group of waiting events for many. Both sides find their records ready made.
//! Baseline and log take turns for so many rounds; quote the median of the ratios, not a rate.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and prints what it found"
)]

use std::{
    error::Error,
    fs::{File, OpenOptions},
    io::Write,
    os::unix::fs::FileExt,
    path::Path,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use event_log::{
    EventLog, ExpectedVersion, NewRecord, Position, StreamId, StreamVersion, clock::SystemClock,
    record::RECORDED_AT_BLANK,
};
use event_log_sled::SledLog;
use futures::StreamExt;
use tokio::task::JoinSet;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const RECORD_BYTES: usize = 500;

fn main() -> Outcome<()> {
    let numbers: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let events = numbers.first().copied().unwrap_or(400_000);
    let rounds = numbers.get(1).copied().unwrap_or(3);
    let clients = numbers.get(2..).filter(|clients| !clients.is_empty());
    // Beside the build, for a temporary directory may be in memory, where a sync costs nothing.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    println!(
        "{:<44} {:>12} {:>12} {:>7}",
        "durable appends of one event each", "events/s", "p99", "ratio"
    );
    let mut last = None;
    for clients in clients.unwrap_or(&[1, 8, 64, 512, 4_000]).iter().copied() {
        let count = if clients == 1 { events / 40 } else { events };
        let mut ratios = Vec::new();
        for round in 0..rounds {
            let bare = bare_file(dir.path(), clients, count)?;
            report(&format!("bare pre-filled file, {clients} clients"), &bare, None);
            let ledger = dir.path().join(format!("ledger-{clients}-{round}"));
            let ours =
                tokio::runtime::Runtime::new()?.block_on(appends(&ledger, clients, count))?;
            report(&format!("the log, {clients} clients"), &ours, Some(&bare));
            ratios.push(ours.rate / bare.rate);
            last = Some(ledger);
        }
        ratios.sort_unstable_by(f64::total_cmp);
        if let (Some(least), Some(median), Some(most)) =
            (ratios.first(), ratios.get(ratios.len() / 2), ratios.last())
        {
            println!("  ratio of {clients} clients: median {median:.2}, {least:.2} to {most:.2}");
        }
    }
    let runtime = tokio::runtime::Runtime::new()?;
    last.map_or(Ok(()), |ledger| runtime.block_on(scan(&ledger)))
}

struct Measured {
    rate: f64,
    p99: Duration,
}

fn measured(mut latencies: Vec<Duration>, took: Duration) -> Measured {
    latencies.sort_unstable();
    let at = latencies.len().saturating_sub(1).saturating_mul(99) / 100;
    Measured {
        rate: f64::from(u32::try_from(latencies.len()).unwrap_or(u32::MAX)) / took.as_secs_f64(),
        p99: latencies.get(at).copied().unwrap_or_default(),
    }
}

fn report(what: &str, found: &Measured, baseline: Option<&Measured>) {
    let ratio = baseline.map_or(String::new(), |bare| format!("{:.2}", found.rate / bare.rate));
    println!("{what:<44} {:>12.0} {:>12.2?} {ratio:>7}", found.rate, found.p99);
}

fn prefilled(path: &Path, bytes: u64) -> Outcome<File> {
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    let zeros = vec![0_u8; 1024 * 1024];
    for _ in 0..bytes.div_ceil(1024 * 1024) {
        file.write_all(&zeros)?;
    }
    file.sync_all()?;
    Ok(file)
}

/// Group commit with nothing in it: what waits is written in one go, synced, answered.
fn bare_file(dir: &Path, clients: usize, events: usize) -> Outcome<Measured> {
    let path = dir.join(format!("bare-{clients}"));
    let total = u64::try_from(events.max(clients) * 4_096 / clients.min(8) + (8 << 20))?;
    let file = prefilled(&path, total.min(1 << 30))?;
    let found =
        if clients == 1 { bare_alone(&file, events)? } else { bare_group(file, clients, events)? };
    std::fs::remove_file(path)?;
    Ok(found)
}

fn bare_alone(file: &File, events: usize) -> Outcome<Measured> {
    let record = vec![b'x'; RECORD_BYTES];
    let started = Instant::now();
    let mut latencies = Vec::with_capacity(events);
    let mut offset = 0;
    for _ in 0..events {
        let before = Instant::now();
        file.write_all_at(&record, offset)?;
        file.sync_data()?;
        offset += u64::try_from(RECORD_BYTES)?;
        latencies.push(before.elapsed());
    }
    Ok(measured(latencies, started.elapsed()))
}

/// As many clients as threads would be too many threads: tasks on the runtime, one writer thread.
fn bare_group(file: File, clients: usize, events: usize) -> Outcome<Measured> {
    type Waiting = (Vec<u8>, tokio::sync::oneshot::Sender<()>);
    let (sender, mut queue) = tokio::sync::mpsc::channel::<Waiting>(4_096);
    let writer = thread::spawn(move || -> Outcome<()> {
        let mut offset = 0;
        let mut bytes = Vec::new();
        let mut waiting = Vec::new();
        while let Some(first) = queue.blocking_recv() {
            let mut next = Some(first);
            while let Some((record, answer)) = next {
                bytes.extend_from_slice(&record);
                waiting.push(answer);
                next = if waiting.len() < 2_048 { queue.try_recv().ok() } else { None };
            }
            file.write_all_at(&bytes, offset)?;
            file.sync_data()?;
            offset += u64::try_from(bytes.len())?;
            bytes.clear();
            for answer in waiting.drain(..) {
                let _ = answer.send(());
            }
        }
        Ok(())
    });
    let runtime = tokio::runtime::Runtime::new()?;
    let each = events / clients;
    let prepared = vec![vec![vec![b'x'; RECORD_BYTES]; each]; clients];
    let started = Instant::now();
    let latencies = runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for records in prepared {
            let sender = sender.clone();
            tasks.spawn(async move {
                let mut latencies = Vec::with_capacity(each);
                for record in records {
                    let before = Instant::now();
                    let (answer, answered) = tokio::sync::oneshot::channel();
                    if sender.send((record, answer)).await.is_err() || answered.await.is_err() {
                        break;
                    }
                    latencies.push(before.elapsed());
                }
                latencies
            });
        }
        drop(sender);
        tasks.join_all().await.concat()
    });
    let found = measured(latencies, started.elapsed());
    writer.join().map_err(|_| "the bare writer panicked")??;
    Ok(found)
}

/// A record of 500 bytes that compresses about as an event does.
fn record(stream: &StreamId, client: usize, version: u64) -> Outcome<NewRecord> {
    let blank = String::from_utf8_lossy(RECORDED_AT_BLANK);
    let noise = (u64::try_from(client)? << 32 | version).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let noise =
        format!("{noise:016x}{:016x}", noise.rotate_left(23).wrapping_mul(0x2545_f491_4f6c_dd1d));
    let mut bytes = format!(
        "{{\"v\":1,\"recorded_at\":\"{blank}\",\"id\":\"{noise}\",\"type\":\"complaint.assigned.v1\",\
         \"stream\":\"{stream}\",\"version\":{version},\"actor\":{{\"id\":\"agent-{}\",\
         \"role\":\"agent\"}},\"command_id\":\"{noise}\",\"command_digest\":\"{noise}{noise}\",\
         \"data\":{{\"handler\":\"handler-{}\",\"reason\":\"workload\"",
        client % 40,
        version % 17,
    );
    let padding = RECORD_BYTES.saturating_sub(bytes.len() + 2);
    bytes.extend(std::iter::repeat_n(' ', padding));
    bytes.push_str("}}");
    Ok(NewRecord::new(bytes.into_bytes(), 22)?)
}

type Request = (StreamId, ExpectedVersion, Vec<NewRecord>);

/// What one client will ask for: streams of ten events each, as complaints are.
fn requests(client: usize, count: u64) -> Outcome<Vec<Request>> {
    let request = |n: u64| {
        let stream: StreamId = format!("complaint-{client:010}{:016}", n / 10).parse()?;
        let expected = match n % 10 {
            0 => ExpectedVersion::NoStream,
            version => ExpectedVersion::Exact(StreamVersion(version - 1)),
        };
        let records = vec![record(&stream, client, n)?];
        Ok((stream, expected, records))
    };
    (0..count).map(request).collect()
}

async fn appends(dir: &Path, clients: usize, events: usize) -> Outcome<Measured> {
    let log = Arc::new(SledLog::create(dir, "bench", Arc::new(SystemClock))?);
    let each = u64::try_from(events / clients)?;
    let prepared: Vec<_> =
        (0..clients).map(|client| requests(client, each)).collect::<Outcome<_>>()?;
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for requests in prepared {
        let log = Arc::clone(&log);
        tasks.spawn(async move {
            let mut latencies = Vec::with_capacity(requests.len());
            for (stream, expected, records) in requests {
                let before = Instant::now();
                log.append(&stream, expected, records).await?;
                latencies.push(before.elapsed());
            }
            Outcome::Ok(latencies)
        });
    }
    let mut latencies = Vec::with_capacity(events);
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done??);
    }
    let took = started.elapsed();
    log.close().await;
    println!(
        "{:<44} {:>12.2?}",
        "  the store caught up after",
        started.elapsed().saturating_sub(took)
    );
    Ok(measured(latencies, took))
}

async fn scan(dir: &Path) -> Outcome<()> {
    let before = Instant::now();
    let log = SledLog::open(dir, Arc::new(SystemClock))?;
    println!("{:<44} {:>12.2?}", "opening", before.elapsed());
    let mut records = log.read_all(Position(0), u64::MAX);
    let (mut count, mut bytes) = (0_u32, 0_usize);
    let before = Instant::now();
    while let Some(record) = records.next().await {
        bytes += record?.bytes.len();
        count += 1;
    }
    let rate = f64::from(count) / before.elapsed().as_secs_f64();
    println!("{:<44} {rate:>12.0} events/s of {count}, {bytes} bytes", "full scan");
    let (told, size) = mpsc::channel();
    disk_use(dir, &told)?;
    drop(told);
    let stored: u64 = size.iter().sum();
    println!("{:<44} {stored:>12} bytes on disk, journal apart", "disk");
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("{peak}");
    }
    Ok(())
}

fn disk_use(dir: &Path, told: &mpsc::Sender<u64>) -> Outcome<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "journal" {
                disk_use(&entry.path(), told)?;
            }
        } else {
            told.send(entry.metadata()?.len())?;
        }
    }
    Ok(())
}

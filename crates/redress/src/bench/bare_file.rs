//! The least that durability costs: a file filled with zeros beforehand, written, `fdatasync`.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::FileExt,
    path::Path,
    pin::Pin,
    sync::Arc,
    thread,
};

use tokio::{sync::mpsc, sync::oneshot, task::JoinSet};

use super::sheet::{Pace, Watch};
use crate::error::CommandError;

/// As many as wait are taken into one write.
const GROUP: usize = 2_048;
/// Longer files are begun again from the start: all of it has been written to anyway.
const LENGTH_MAX: u64 = 1 << 30;

fn prefilled(path: &Path, bytes: u64) -> io::Result<File> {
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
    let zeros = vec![0_u8; 1024 * 1024];
    for _ in 0..bytes.div_ceil(1024 * 1024) {
        file.write_all(&zeros)?;
    }
    file.sync_all()?;
    Ok(file)
}

fn length_for(records: &[Vec<u8>]) -> u64 {
    let bytes = records.iter().map(|record| record.len() as u64).sum::<u64>();
    bytes.clamp(8 << 20, LENGTH_MAX)
}

/// One client: a write and a sync for each record.
///
/// # Errors
///
/// [`CommandError`] when the file system refuses.
pub fn alone(directory: &Path, records: &[Vec<u8>]) -> Result<Pace, CommandError> {
    let path = directory.join("bare");
    let length = length_for(records);
    let measure = || -> io::Result<Pace> {
        let file = prefilled(&path, length)?;
        let mut latencies = Vec::with_capacity(records.len());
        let mut offset = 0;
        let all = Watch::start();
        for record in records {
            let one = Watch::start();
            file.write_all_at(record, offset)?;
            file.sync_data()?;
            latencies.push(one.read());
            offset = next_offset(offset, record.len(), length);
        }
        let pace = Pace::of_each(latencies, all.read());
        std::fs::remove_file(&path)?;
        Ok(pace)
    };
    measure().map_err(CommandError::file("measure", &path))
}

fn next_offset(offset: u64, written: usize, length: u64) -> u64 {
    let next = offset.saturating_add(written as u64);
    if next.saturating_add(4 << 20) > length { 0 } else { next }
}

type Waiting = (Vec<u8>, oneshot::Sender<()>);

/// What the clients ask: as they ask a log, through a trait object and a future in a box.
trait Appends: Send + Sync {
    /// Returns when the record is durable; false when it never will be.
    fn append(&self, record: Vec<u8>) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;
}

struct Queue(mpsc::Sender<Waiting>);

impl Appends for Queue {
    fn append(&self, record: Vec<u8>) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            self.0.send((record, answer)).await.is_ok() && answered.await.is_ok()
        })
    }
}

/// Many clients: one thread takes what waits, writes it in one go, syncs, answers; no checks, no
/// numbers, no checksums, no copy for readers.
///
/// # Errors
///
/// [`CommandError`] when the file system refuses.
pub async fn group(directory: &Path, clients: Vec<Vec<Vec<u8>>>) -> Result<Pace, CommandError> {
    let path = directory.join("bare");
    let length = LENGTH_MAX.min(256 << 20);
    let file = prefilled(&path, length).map_err(CommandError::file("fill", &path))?;
    let (sender, waiting) = mpsc::channel::<Waiting>(4_096);
    let writer = thread::spawn(move || write_groups(&file, waiting, length));
    let events = clients.iter().map(Vec::len).sum();
    let queue: Arc<dyn Appends> = Arc::new(Queue(sender));
    let mut tasks = JoinSet::new();
    let all = Watch::start();
    for records in clients {
        let queue = Arc::clone(&queue);
        tasks.spawn(async move {
            let mut latencies = Vec::with_capacity(records.len());
            for record in records {
                let one = Watch::start();
                if !queue.append(record).await {
                    break;
                }
                latencies.push(one.read());
            }
            latencies
        });
    }
    drop(queue);
    let mut latencies = Vec::with_capacity(events);
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done.map_err(CommandError::failed("measure a bare file"))?);
    }
    let pace = Pace::of_each(latencies, all.read());
    let written = writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer panicked")));
    written.map_err(CommandError::file("write", &path))?;
    std::fs::remove_file(&path).map_err(CommandError::file("remove", &path))?;
    Ok(pace)
}

fn write_groups(file: &File, mut queue: mpsc::Receiver<Waiting>, length: u64) -> io::Result<()> {
    let mut offset = 0;
    let mut bytes = Vec::new();
    let mut waiting = Vec::new();
    while let Some(first) = queue.blocking_recv() {
        let mut next = Some(first);
        while let Some((record, answer)) = next {
            bytes.extend_from_slice(&record);
            waiting.push(answer);
            next = if waiting.len() < GROUP { queue.try_recv().ok() } else { None };
        }
        file.write_all_at(&bytes, offset)?;
        file.sync_data()?;
        offset = next_offset(offset, bytes.len(), length);
        bytes.clear();
        for answer in waiting.drain(..) {
            let _ = answer.send(());
        }
    }
    Ok(())
}

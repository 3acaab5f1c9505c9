//! The write-ahead journal: where an append becomes durable.
//!
//! A directory of segments, each a file filled with zeros in advance, so that a sync has no size to
//! write. A frame is one commit. It begins on a page of its own: a write never touches a page that
//! holds acknowledged bytes, so a torn write cannot harm them, but for the last frame, which opening writes
//! again as it is. Frames name their segment, so what is left of a segment's earlier life is never taken
//! for something new.
//!
//! | bytes | what (integers big-endian) |
//! |---|---|
//! | 4 | `FE 52 4A 01` |
//! | 4 | CRC-32C of all that follows of this frame |
//! | 8 | number of the segment |
//! | 8 | first position |
//! | 8 | newest `recorded_at`, milliseconds since 1970 |
//! | 4 | number of records |
//! | 4 | length of the payload |
//! | … | payload (see `frame`), then zeros up to the next page |
//!
//! [`scan`] reads it back. Where the frames of a segment end, a later frame, in the same segment or
//! the next, tells damage from the end of the log.

pub(crate) mod scan;

use std::{
    collections::VecDeque,
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::{Bytes, BytesMut};
use event_log::{NewRecord, Position, RecordedEvent, StreamVersion, record::put_time};
use jiff::Timestamp;

use crate::{
    disk::{Disk, Step, is_full, sync_dir},
    frame::{RECORD_HEADER, length32, put_record, sum_record},
    hashed::HashedStream,
};

/// How large a segment is: more than the largest commit, one group of appends at their limit.
pub(crate) const SEGMENT_BYTES: usize = 8 * 1024 * 1024;
const PAGE: usize = 4096;
const HEADER: usize = 40;
const MAGIC: [u8; 4] = [0xfe, b'R', b'J', 0x01];
/// Room that must be left on the disk before a segment is added or a batch is stored.
pub(crate) const RESERVE_BYTES: u64 = 32 * 1024 * 1024;
/// How many emptied segments are kept for use again: as many as hold all that the tail may, so that a log
/// whose bursts fill the tail need not remove and fill segments again and again.
const READY_MAX: usize = 8;

/// How many full segments are kept although nothing needs them: what was sealed last can be sealed
/// again from them.
const KEPT_BEHIND: usize = 2;

/// How much memory for readers is had at once. Memory for one frame, some hundred kilobytes at a time, cost
/// the thread that commits about a quarter of its processor time: the allocator tidies up for a large piece.
const KEPT_AT_ONCE: usize = 1024 * 1024;

/// A commit in the making: the frame's bytes, written once the header is known.
#[derive(Debug)]
pub(crate) struct Commit {
    /// Used again for each frame.
    bytes: Vec<u8>,
    /// Room for frames that readers will share.
    kept: BytesMut,
    records: u32,
    appends: Vec<Appending>,
    /// Of each of their records.
    places: Vec<Place>,
}

/// An append whose records are in the frame.
#[derive(Debug)]
struct Appending {
    stream: HashedStream,
    /// Of its first record.
    version: u64,
    records: usize,
}

/// Where a record stands in the frame.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Where its time goes.
    time: usize,
    end: usize,
}

/// Records with the hashes of their streams.
pub(crate) type Hashed = (Vec<RecordedEvent>, Vec<u64>);

impl Commit {
    pub(crate) fn new() -> Self {
        let (appends, places) = (Vec::new(), Vec::new());
        Self { bytes: vec![0; HEADER], kept: BytesMut::new(), records: 0, appends, places }
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.resize(HEADER, 0);
        self.records = 0;
        self.appends.clear();
        self.places.clear();
    }

    /// Adds a record that was written before.
    pub(crate) fn put(&mut self, version: u64, stream: &[u8], record: &[u8]) {
        let start = put_record(&mut self.bytes, version, stream, record.len(), |bytes| {
            bytes.extend_from_slice(record);
        });
        let end = self.bytes.len();
        sum_record(&mut self.bytes, start..end);
        self.records = self.records.saturating_add(1);
    }

    /// Adds an append whose first record gets this version. [`Commit::stamp`] must follow before it is
    /// written.
    pub(crate) fn append(&mut self, stream: &HashedStream, version: u64, records: &[NewRecord]) {
        let name = stream.name.as_bytes();
        for (record, version) in records.iter().zip(version..) {
            let mut time = 0;
            put_record(&mut self.bytes, version, name, record.len(), |bytes| {
                time = record.put_onto(bytes);
            });
            self.places.push(Place { time, end: self.bytes.len() });
            self.records = self.records.saturating_add(1);
        }
        self.appends.push(Appending { stream: stream.clone(), version, records: records.len() });
    }

    /// Gives all records of its appends their time, which they are committed at.
    pub(crate) fn stamp(&mut self, recorded_at: &str) {
        let mut start = HEADER;
        for Place { time, end } in self.places.iter().copied() {
            put_time(&mut self.bytes, time, recorded_at);
            sum_record(&mut self.bytes, start..end);
            start = end;
        }
    }

    /// The records of its appends, the first at this position, as slices of a copy of what was written.
    pub(crate) fn take(&mut self, first: Position) -> Hashed {
        let memory = self.copied();
        let mut records = Vec::with_capacity(self.places.len());
        let mut hashes = Vec::with_capacity(self.places.len());
        let mut places = self.places.drain(..);
        let (mut position, mut start) = (first.0, HEADER);
        for Appending { stream, version, records: count } in self.appends.drain(..) {
            for (version, Place { end, .. }) in (version..).zip(places.by_ref().take(count)) {
                let name = start.saturating_add(RECORD_HEADER);
                let record = name.saturating_add(stream.name.as_bytes().len());
                records.push(RecordedEvent {
                    position: Position(position),
                    stream: stream.name.within(&memory, name),
                    version: StreamVersion(version),
                    bytes: memory.slice(record..end),
                });
                hashes.push(stream.key.hash);
                position = position.saturating_add(1);
                start = end;
            }
        }
        (records, hashes)
    }

    /// A copy of the frame. Nothing is kept for the zeros behind it, which the next copy follows.
    fn copied(&mut self) -> Bytes {
        if self.kept.capacity() < self.bytes.len() {
            self.kept = BytesMut::with_capacity(KEPT_AT_ONCE.max(self.bytes.len()));
        }
        self.kept.extend_from_slice(&self.bytes);
        self.kept.split().freeze()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// How many records it has.
    pub(crate) fn records(&self) -> usize {
        usize::try_from(self.records).unwrap_or(usize::MAX)
    }

    /// How many bytes it has, without the zeros behind it.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    fn seal(&mut self, segment: u64, first: Position, recorded_at: Timestamp) {
        let payload = self.bytes.len().saturating_sub(HEADER);
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&[0; 4]);
        header.extend_from_slice(&segment.to_be_bytes());
        header.extend_from_slice(&first.0.to_be_bytes());
        header.extend_from_slice(&recorded_at.as_millisecond().to_be_bytes());
        header.extend_from_slice(&self.records.to_be_bytes());
        header.extend_from_slice(&length32(payload));
        self.bytes.iter_mut().zip(header).for_each(|(slot, byte)| *slot = byte);
        let crc = self.bytes.get(8..).map_or(0, crc32c::crc32c);
        if let Some(slot) = self.bytes.get_mut(4..).and_then(|rest| rest.first_chunk_mut()) {
            *slot = crc.to_be_bytes();
        }
        self.bytes.resize(self.bytes.len().next_multiple_of(PAGE), 0);
    }

    fn padded_length(&self) -> usize {
        self.bytes.len().next_multiple_of(PAGE)
    }

    fn unseal(&mut self, length: usize) {
        self.bytes.truncate(length);
    }
}

/// Why a commit is not in the journal.
#[derive(Debug)]
pub(crate) enum CommitError {
    /// There is no room for another segment; nothing was written.
    Full,
    /// A write or sync failed; nobody knows what is on the disk.
    Failed(io::Error),
}

/// A segment with a place in it.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) number: u64,
    pub(crate) file: File,
    /// Where the next frame begins.
    pub(crate) offset: usize,
}

/// Writes commits. Owned by the thread that commits.
#[derive(Debug)]
pub(crate) struct Journal {
    current: Segment,
    segments: Arc<Segments>,
    disk: Disk,
}

impl Journal {
    pub(crate) fn new(current: Segment, segments: Arc<Segments>, disk: Disk) -> Self {
        Self { current, segments, disk }
    }

    /// Writes a commit whose first record is at `first`, and returns when it is durable.
    pub(crate) fn commit(
        &mut self,
        commit: &mut Commit,
        first: Position,
        recorded_at: Timestamp,
    ) -> Result<(), CommitError> {
        if self.current.offset.saturating_add(commit.padded_length()) > SEGMENT_BYTES {
            let next = self.segments.next(&self.disk, self.current.number, first)?;
            self.current = next;
        }
        let length = commit.bytes.len();
        commit.seal(self.current.number, first, recorded_at);
        let Segment { file, offset, .. } = &mut self.current;
        let at = u64::try_from(*offset).unwrap_or(u64::MAX);
        self.disk
            .run(Step::JournalWrite, || file.write_all_at(&commit.bytes, at))
            .map_err(CommitError::Failed)?;
        // Nothing is acknowledged, numbered or shown before this returns.
        self.disk.run(Step::JournalSync, || file.sync_data()).map_err(CommitError::Failed)?;
        *offset = offset.saturating_add(commit.bytes.len());
        commit.unseal(length);
        Ok(())
    }
}

/// The segments other than the one being written: those the store still needs, and empty ones.
/// Shared by the committer, who takes, and the applier, who gives back.
#[derive(Debug)]
pub(crate) struct Segments {
    dir: PathBuf,
    held: Mutex<HeldSegments>,
}

#[derive(Debug)]
struct HeldSegments {
    /// Full segments and the position after their last record, oldest first.
    full: VecDeque<(u64, Position)>,
    /// Empty segments in the order of their numbers.
    ready: VecDeque<(u64, File)>,
    /// The number of the segment being written.
    current: u64,
    /// The number the next new segment gets.
    next: u64,
}

impl Segments {
    pub(crate) fn new(
        dir: PathBuf,
        full: VecDeque<(u64, Position)>,
        ready: VecDeque<(u64, File)>,
        current: u64,
    ) -> Self {
        let highest = ready.back().map_or(current, |(number, _)| current.max(*number));
        let next = highest.saturating_add(1);
        Self { dir, held: Mutex::new(HeldSegments { full, ready, current, next }) }
    }

    fn held(&self) -> MutexGuard<'_, HeldSegments> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves segment `done`, whose last record is before `end`, for an empty one.
    fn next(&self, disk: &Disk, done: u64, end: Position) -> Result<Segment, CommitError> {
        let mut held = self.held();
        let (number, file) = if let Some(ready) = held.ready.pop_front() {
            ready
        } else {
            let number = held.next;
            let file = fill(disk, &self.dir, number).map_err(|error| match error {
                FillError::Full => CommitError::Full,
                FillError::Failed(error) => CommitError::Failed(error),
            })?;
            held.next = number.saturating_add(1);
            (number, file)
        };
        held.full.push_back((done, end));
        held.current = number;
        Ok(Segment { number, file, offset: 0 })
    }

    /// The oldest segment that holds a record at or after `stored`, or may come to hold one.
    pub(crate) fn oldest_needed(&self, stored: Position) -> u64 {
        let held = self.held();
        let needed = held.full.iter().find(|(_, end)| *end > stored);
        needed.map_or(held.current, |(number, _)| *number)
    }

    /// Makes segments whose records are all below `stored` ready for use again, but for the newest
    /// few. The head must already say that they are not needed.
    pub(crate) fn release(&self, disk: &Disk, stored: Position) -> io::Result<()> {
        let mut held = self.held();
        let mut removed = false;
        while held.full.len() > KEPT_BEHIND
            && let Some((number, _)) = held.full.pop_front_if(|(_, end)| *end <= stored)
        {
            let old = self.dir.join(file_name(number));
            if held.ready.len() >= READY_MAX {
                std::fs::remove_file(old)?;
                removed = true;
                continue;
            }
            let next = held.next;
            let new = self.dir.join(file_name(next));
            disk.run(Step::JournalRename, || std::fs::rename(&old, &new))?;
            // Before it is ready: no frame may be acknowledged in a segment whose name a crash could take
            // away, and no later segment have its name without this one.
            disk.run(Step::JournalNames, || sync_dir(&self.dir))?;
            let file = OpenOptions::new().read(true).write(true).open(&new)?;
            held.next = next.saturating_add(1);
            held.ready.push_back((next, file));
        }
        // Should a crash bring one back, it is older than any that is needed.
        if removed { disk.run(Step::JournalNames, || sync_dir(&self.dir)) } else { Ok(()) }
    }
}

/// Why a segment could not be made.
#[derive(Debug)]
pub(crate) enum FillError {
    /// There is no room for it.
    Full,
    /// The disk failed.
    Failed(io::Error),
}

/// Makes an empty segment: zeros to its end, synced, then named.
pub(crate) fn fill(disk: &Disk, dir: &Path, number: u64) -> Result<File, FillError> {
    let room = disk.room(dir).map_err(FillError::Failed)?;
    let needed = RESERVE_BYTES.saturating_add(u64::try_from(SEGMENT_BYTES).unwrap_or(u64::MAX));
    if room < needed {
        return Err(FillError::Full);
    }
    let path = dir.join(file_name(number));
    let temporary = path.with_added_extension("tmp");
    let make = || {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&temporary)?;
        let zeros = vec![0; 1024 * 1024];
        disk.run(Step::JournalFill, || {
            for _ in 0..SEGMENT_BYTES.checked_div(zeros.len()).unwrap_or(0) {
                file.write_all(&zeros)?;
            }
            file.sync_all()
        })?;
        disk.run(Step::JournalRename, || std::fs::rename(&temporary, &path))?;
        disk.run(Step::JournalNames, || sync_dir(dir))?;
        Ok(file)
    };
    make().map_err(|error| {
        // Half a segment under a temporary name would only keep the disk full.
        let _ = std::fs::remove_file(&temporary);
        if is_full(&error) { FillError::Full } else { FillError::Failed(error) }
    })
}

/// A segment's name: its number, so that names sort as numbers do.
pub(crate) fn file_name(number: u64) -> String {
    format!("{number:016}.journal")
}

#[cfg(test)]
mod tests;

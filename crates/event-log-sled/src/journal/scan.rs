//! Reading the journal back, and telling its end from damage.

use std::{
    collections::VecDeque,
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::FileExt,
    path::Path,
    sync::Arc,
};

use bytes::Bytes;
use event_log::{Position, RecordedEvent};
use jiff::Timestamp;

use super::{HEADER, MAGIC, PAGE, SEGMENT_BYTES, Segment, Segments, file_name};
use crate::{
    disk::{Disk, Step},
    frame::{FrameDamage, Records, be32, be64},
};

/// Why the journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScanError {
    /// The disk failed.
    #[error("the journal cannot be read")]
    Io(#[from] io::Error),
    /// There is no segment at all, not even an empty one.
    #[error("expected a journal with at least one segment, found none")]
    Missing,
    /// The last commit could not be made durable again; nobody knows what is on the disk.
    #[error("the last commit in the journal cannot be made durable")]
    Unsynced(#[source] io::Error),
    /// Records that were written are not there, or not as they were written.
    #[error("the journal is damaged at position {}: {}", .0.position, .0.reason)]
    Damaged(FrameDamage),
}

/// Where a scan begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct From {
    /// The first record wanted.
    pub(crate) position: Position,
    /// The oldest segment there must be, and none may be missing behind it; those before it are kept and not
    /// read. 0: read all there are.
    pub(crate) segment: u64,
    /// What is done where records before the first one wanted are damaged: they are in the store.
    pub(crate) unwanted: Unwanted,
}

/// What is done about damage to records that are not wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unwanted {
    /// It is an error like any other: somebody asks whether every byte is what was written.
    MustBeWhole,
    /// It is passed over and told.
    MayBeDamaged,
}

/// Who scans a journal to go on writing in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writing<'a> {
    pub(crate) disk: &'a Disk,
    /// Records below this position are known to be durable: the head says so.
    pub(crate) durable: u64,
}

/// Damage that was passed over, and where frames that are whole go on, up to the end.
#[derive(Debug)]
pub(crate) struct Passed {
    pub(crate) damage: FrameDamage,
    pub(crate) segment: u64,
    pub(crate) offset: usize,
}

/// What a scan left behind: where writing goes on.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// The position after the last record.
    pub(crate) end: Position,
    /// The newest time in the journal, if it holds any record at or after the first one wanted.
    pub(crate) recorded_at: Option<Timestamp>,
    /// The segment in which writing goes on.
    pub(crate) current: Segment,
    /// The others.
    pub(crate) segments: Arc<Segments>,
    /// The last damage that was passed over.
    pub(crate) passed: Option<Passed>,
}

/// One frame as found.
struct Found {
    first: u64,
    recorded_at: Timestamp,
    records: u32,
    payload: Bytes,
    padded_length: usize,
}

/// Where the last frame that was found stands, and its bytes.
struct LastFrame {
    segment: u64,
    offset: usize,
    bytes: Bytes,
    /// The position after its last record.
    end: u64,
}

/// Gives every record from a position on, in order, one commit at a time.
///
/// One segment at a time is in memory. For whoever goes on writing, the files are opened for that, and the
/// last frame is made durable: a record that was written but never acknowledged is so before anybody sees it.
pub(crate) fn scan(
    dir: &Path,
    from: From,
    writing: Option<Writing<'_>>,
    give: &mut dyn FnMut(Vec<RecordedEvent>, Timestamp),
) -> Result<Scanned, ScanError> {
    let numbers = segment_numbers(dir)?;
    if let Some(reason) = lacks(&numbers, from.segment) {
        return Err(ScanError::Damaged(FrameDamage { position: from.position, reason }));
    }
    let mut reading = Reading::begin(from, give);
    let mut full = VecDeque::new();
    let mut ready = VecDeque::new();
    let mut current: Option<Segment> = None;
    let mut before = None;
    for number in numbers {
        if number < from.segment {
            full.push_back((number, from.position));
            continue;
        }
        if let Some(reason) = before.filter(|_| from.segment > 0).and_then(|b| hole(b, number)) {
            let position = Position(reading.next);
            return Err(ScanError::Damaged(FrameDamage { position, reason }));
        }
        before = Some(number);
        let path = dir.join(file_name(number));
        let mut file = OpenOptions::new().read(true).write(writing.is_some()).open(&path)?;
        let offset = reading.segment(&read_segment(&mut file)?, number)?;
        if offset == 0 && current.is_some() {
            ready.push_back((number, file));
            continue;
        }
        if let Some(done) = current.replace(Segment { number, file, offset }) {
            // A segment without frames before one with frames was made and not used.
            full.push_back((done.number, Position(reading.next)));
        }
    }
    let current = current.ok_or(ScanError::Missing)?;
    if let (Some(writing), Some(last)) = (writing, &reading.last) {
        make_durable(dir, writing, last).map_err(ScanError::Unsynced)?;
    }
    let segments = Arc::new(Segments::new(dir.to_owned(), full, ready, current.number));
    let Reading { next, recorded_at, passed, .. } = reading;
    Ok(Scanned { end: Position(next), recorded_at, current, segments, passed })
}

/// Writes the last frame once more where it stands, and syncs it.
///
/// A commit is one frame, and the next one is written when the sync of the one before it has returned: so
/// no frame but the last can be one that never reached the disk. When its sync failed, the kernel may have
/// marked its pages clean, and another sync would do nothing and say that all is well. Written again, they
/// have to go to the disk. The bytes are those that are there, whole by their checksum: a crash in
/// between changes nothing. What the head vouches for is durable, and left alone.
fn make_durable(dir: &Path, writing: Writing<'_>, last: &LastFrame) -> io::Result<()> {
    if last.end <= writing.durable {
        return Ok(());
    }
    let file = OpenOptions::new().write(true).open(dir.join(file_name(last.segment)))?;
    let at = u64::try_from(last.offset).unwrap_or(u64::MAX);
    writing.disk.run(Step::JournalWrite, || file.write_all_at(&last.bytes, at))?;
    writing.disk.run(Step::JournalSync, || file.sync_data())
}

/// How far a scan has come.
struct Reading<'a> {
    unwanted: Unwanted,
    give: &'a mut dyn FnMut(Vec<RecordedEvent>, Timestamp),
    /// The next record wanted.
    next: u64,
    /// Where the last frame ended, which may be before the first record wanted.
    reached: Option<u64>,
    /// How many whole records stand behind it, in a commit that is not whole itself.
    torn: u64,
    recorded_at: Option<Timestamp>,
    passed: Option<Passed>,
    last: Option<LastFrame>,
}

impl<'a> Reading<'a> {
    fn begin(from: From, give: &'a mut dyn FnMut(Vec<RecordedEvent>, Timestamp)) -> Self {
        let (unwanted, next) = (from.unwanted, from.position.0);
        let (recorded_at, passed, last) = (None, None, None);
        Self { unwanted, give, next, reached: None, torn: 0, recorded_at, passed, last }
    }

    /// Gives the records of a segment that are wanted, and where its last frame ends.
    fn segment(&mut self, bytes: &Bytes, number: u64) -> Result<usize, ScanError> {
        let mut offset = 0;
        loop {
            while let Some(found) = frame_at(bytes, offset, number) {
                let next = offset.saturating_add(found.padded_length);
                let end = found.first.saturating_add(u64::from(found.records));
                let frame = bytes.slice(offset..next.min(bytes.len()));
                self.last = Some(LastFrame { segment: number, offset, bytes: frame, end });
                self.frame(found, number, offset)?;
                offset = next;
            }
            let Some((place, later)) = later_frame(bytes, offset, number) else { break };
            let begins = self.reached.unwrap_or_else(|| first_frame_begins(bytes, offset, later));
            let damage = damaged_before(bytes, offset, begins.min(self.next), later);
            self.pass(damage, later, number, place)?;
            (offset, self.reached) = (place, Some(later));
        }
        self.torn = torn_records(bytes, offset, number);
        Ok(offset)
    }

    fn frame(&mut self, found: Found, number: u64, offset: usize) -> Result<(), ScanError> {
        let end = found.first.saturating_add(u64::from(found.records));
        let expected = self.reached.unwrap_or(found.first.min(self.next));
        if found.first != expected {
            let damage = gap(expected, self.torn, found.first);
            if found.first < expected {
                return Err(ScanError::Damaged(damage));
            }
            self.pass(damage, found.first, number, offset)?;
        }
        self.torn = 0;
        self.reached = Some(end);
        let next = self.next;
        if end <= next {
            return Ok(());
        }
        let records: Vec<_> = Records::new(found.payload, Position(found.first))
            .filter(|record| record.as_ref().map_or(true, |record| record.position.0 >= next))
            .collect::<Result<_, _>>()
            .map_err(ScanError::Damaged)?;
        self.next = end;
        self.recorded_at = Some(found.recorded_at);
        (self.give)(records, found.recorded_at);
        Ok(())
    }

    /// Passes over damage before the frame that begins with `later`, if no record before that is wanted.
    fn pass(
        &mut self,
        damage: FrameDamage,
        later: u64,
        segment: u64,
        offset: usize,
    ) -> Result<(), ScanError> {
        if self.unwanted == Unwanted::MustBeWhole || later > self.next {
            return Err(ScanError::Damaged(damage));
        }
        self.passed = Some(Passed { damage, segment, offset });
        Ok(())
    }
}

/// What is wrong if the segment that must be the oldest is not there, though others are.
fn lacks(numbers: &[u64], segment: u64) -> Option<String> {
    let (least, greatest) = (numbers.first()?, numbers.last()?);
    (segment > 0 && !numbers.contains(&segment)).then(|| {
        format!(
            "expected segment {segment} of the journal, as the head says, found those from {least} to \
             {greatest} without it"
        )
    })
}

/// What is wrong between two segments if others are missing there: a new one gets the number after the
/// highest there is, and only the oldest that nothing needs is given another.
fn hole(before: u64, found: u64) -> Option<String> {
    let (first, last) = (before.saturating_add(1), found.saturating_sub(1));
    (first <= last).then(|| {
        let missing = if first == last {
            format!("segment {first}")
        } else {
            format!("segments {first} to {last}")
        };
        format!("expected {missing} of the journal after segment {before}, found segment {found}")
    })
}

/// The numbers of the segments there are, in order.
pub(crate) fn segment_numbers(dir: &Path) -> Result<Vec<u64>, ScanError> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ScanError::Missing),
        Err(error) => return Err(error.into()),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".journal"));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn read_segment(file: &mut File) -> io::Result<Bytes> {
    let mut bytes = Vec::with_capacity(SEGMENT_BYTES);
    file.read_to_end(&mut bytes)?;
    Ok(Bytes::from(bytes))
}

fn frame_at(segment: &Bytes, offset: usize, number: u64) -> Option<Found> {
    let (header, length) = header_at(segment, offset, number)?;
    let end = offset.checked_add(HEADER)?.checked_add(length)?;
    if crc32c::crc32c(segment.get(offset.checked_add(8)?..end)?) != be32(header.get(4..)?) {
        return None;
    }
    let milliseconds = i64::from_be_bytes(*header.get(24..)?.first_chunk()?);
    Some(Found {
        first: be64(header.get(16..)?),
        recorded_at: Timestamp::from_millisecond(milliseconds).ok()?,
        records: be32(header.get(32..)?),
        payload: segment.slice(offset.checked_add(HEADER)?..end),
        padded_length: HEADER.checked_add(length)?.next_multiple_of(PAGE),
    })
}

/// The header at this place and the payload's length, if it looks like one of this segment.
fn header_at(segment: &[u8], offset: usize, number: u64) -> Option<(&[u8; HEADER], usize)> {
    let header = segment.get(offset..)?.first_chunk::<HEADER>()?;
    if !header.starts_with(&MAGIC) || be64(header.get(8..)?) != number {
        return None;
    }
    Some((header, usize::try_from(be32(header.get(36..)?)).ok()?))
}

/// Where the next whole frame behind `offset` stands, and the first position in it.
fn later_frame(segment: &Bytes, offset: usize, number: u64) -> Option<(usize, u64)> {
    (offset..segment.len())
        .step_by(PAGE)
        .skip(1)
        .find_map(|place| Some((place, frame_at(segment, place, number)?.first)))
}

/// Where a damaged frame begins that has none before it. When all of its records are whole its header is not,
/// and must not be believed: then it ends where the next one begins.
fn first_frame_begins(segment: &Bytes, offset: usize, later: u64) -> u64 {
    let header = segment.get(offset..).unwrap_or_default();
    let payload = segment.slice(offset.saturating_add(HEADER).min(segment.len())..);
    let whole = Records::new(payload, Position(0)).map_while(Result::ok).count();
    let whole = u64::try_from(whole).unwrap_or(u64::MAX);
    if u64::from(be32(header.get(32..).unwrap_or_default())) == whole {
        return later.saturating_sub(whole);
    }
    be64(header.get(16..).unwrap_or_default())
}

/// Names the position of damage between two whole frames, as exactly as the bytes allow.
fn damaged_before(segment: &Bytes, offset: usize, next: u64, later: u64) -> FrameDamage {
    let payload = segment.slice(offset.saturating_add(HEADER).min(segment.len())..);
    // Records whose own checksums still fit are whole; the first that is not is the damaged one.
    let whole = Records::new(payload, Position(next)).map_while(Result::ok).count();
    let first_bad = next.saturating_add(u64::try_from(whole).unwrap_or(u64::MAX)).min(later);
    // If all of them are whole, it is the header around them that is not.
    let position = Position(if first_bad < later { first_bad } else { next });
    FrameDamage {
        position,
        reason: format!("expected records up to {later} in the journal, found other bytes"),
    }
}

/// How many records of a commit of this segment that is not whole are whole, from its first on. What the
/// segment held in an earlier life does not count.
fn torn_records(segment: &Bytes, offset: usize, number: u64) -> u64 {
    if header_at(segment, offset, number).is_none() {
        return 0;
    }
    let payload = segment.slice(offset.saturating_add(HEADER).min(segment.len())..);
    let whole = Records::new(payload, Position(0)).map_while(Result::ok).count();
    u64::try_from(whole).unwrap_or(u64::MAX)
}

/// Records are missing before `found`; of those, the first `torn` are whole, in a commit that is not.
fn gap(next: u64, torn: u64, found: u64) -> FrameDamage {
    let first_bad = next.saturating_add(torn);
    FrameDamage {
        // If all of them are whole, it is the header around them that is not.
        position: Position(if first_bad < found { first_bad } else { next }),
        reason: format!("expected position {next} in the journal, found {found}"),
    }
}

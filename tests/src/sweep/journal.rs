//! A journal segment, read as docs/format.md has it and by nothing of the log's own code.

use std::{
    fs::{self, File},
    ops::Range,
    path::Path,
};

/// Frames begin at multiples of this.
pub const PAGE: usize = 4096;
/// The length of a segment.
pub const SEGMENT: usize = 8 * 1024 * 1024;
const MAGIC: [u8; 4] = [0xFE, b'R', b'J', 1];
const HEADER: usize = 40;
const RECORD_HEADER: usize = 15;

/// One frame: a commit.
#[derive(Debug)]
pub struct Frame {
    /// Its header and its payload.
    pub bytes: Range<usize>,
    /// The position of its first record.
    pub first: u64,
    /// Where its records stand, in order.
    pub records: Vec<Range<usize>>,
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn length(bytes: &[u8]) -> usize {
    usize::try_from(number(bytes)).unwrap()
}

/// The frames of a segment that holds nothing older.
pub fn frames(segment: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut at = 0;
    while segment.get(at..at + 4) == Some(&MAGIC) {
        let end = at + HEADER + length(&segment[at + 36..at + 40]);
        let mut records = Vec::new();
        let mut record = at + HEADER;
        while record < end {
            let text = length(&segment[record + 12..record + 14]);
            let stream = usize::from(segment[record + 14]);
            let next = record + RECORD_HEADER + stream + text;
            records.push(record..next);
            record = next;
        }
        frames.push(Frame { bytes: at..end, first: number(&segment[at + 16..at + 24]), records });
        at = end.next_multiple_of(PAGE);
    }
    frames
}

/// Cuts a segment off where nothing is written any more, so that reading it takes less time. What is cut off
/// is zeros, which is asserted.
pub fn shorten(path: &Path) {
    const KEPT: usize = 16 * PAGE;
    let bytes = fs::read(path).unwrap();
    assert_eq!(bytes.len(), SEGMENT);
    let end = frames(&bytes).last().map_or(0, |frame| frame.bytes.end);
    let end = (end.next_multiple_of(PAGE) + KEPT).min(SEGMENT);
    assert!(bytes[end..].iter().all(|byte| *byte == 0), "something is written behind the frames");
    File::options().write(true).open(path).unwrap().set_len(end as u64).unwrap();
}

/// The position that damage at a byte is at: its record's; where it is of no record, or nothing follows that
/// could tell damage from the end, the first of its frame.
pub fn position(frames: &[Frame], at: usize) -> Option<u64> {
    let place = frames.iter().position(|frame| frame.bytes.contains(&at))?;
    let frame = &frames[place];
    let record = frame.records.iter().position(|record| record.contains(&at)).unwrap_or(0);
    let is_last = place + 1 == frames.len();
    Some(frame.first + if is_last { 0 } else { record as u64 })
}

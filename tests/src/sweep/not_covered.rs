//! The bytes whose change no check finds, and why that is so.

use std::ops::Range;

use super::{between, journal};

/// Bytes that no check covers.
#[derive(Debug)]
pub struct NotCovered {
    /// Which files, as docs/auditing.md names them.
    pub files: &'static str,
    /// Which bytes of them.
    pub bytes: &'static str,
    /// Why nothing has to find them.
    pub reason: &'static str,
    is_in: fn(&str) -> bool,
    /// Where they are.
    ranges: fn(&[u8]) -> Vec<Listed>,
}

/// A range of listed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where they are.
    pub range: Range<usize>,
    /// How it is shown that they are not covered.
    pub tried: Tried,
}

/// How it is shown that bytes are not covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// Each of them can be changed unnoticed.
    OneByOne,
    /// All of them can be changed at once unnoticed.
    AllAtOnce,
    /// Some bit of each can.
    SomeBit,
}

fn at_once(range: Range<usize>) -> Listed {
    Listed { range, tried: Tried::AllAtOnce }
}

/// The list. docs/auditing.md shows it, word for word.
pub const LIST: [NotCovered; 9] = [
    NotCovered {
        files: "lock",
        bytes: "all",
        reason: "says which process had the ledger last; what counts is the lock that the system holds on it",
        is_in: |file| file == "ledger/lock",
        ranges: all,
    },
    NotCovered {
        files: "ledger.json",
        bytes: "the digits of `created_at`",
        reason: "shown to people, and nothing is decided by it; the first record has a time of its own",
        is_in: |file| file == "ledger/ledger.json",
        ranges: created_at,
    },
    NotCovered {
        files: "journal/*.journal",
        bytes: "behind the end of each commit, to the next multiple of 4096 and to the end of the file",
        reason: "filled with zeros in advance, and read by nobody until a commit is written there",
        is_in: |file| file.starts_with("ledger/journal/"),
        ranges: behind_commits,
    },
    NotCovered {
        files: "journal/*.journal before the one that `head` names, and those that are ready to be used again",
        bytes: "all",
        reason: "their records are in the tiles; read only to seal again what a tile has lost",
        is_in: |file| file.starts_with("ledger/journal/"),
        // The ledgers that are tried have one segment.
        ranges: |_| Vec::new(),
    },
    NotCovered {
        files: "store/*",
        bytes: "those whose change leaves every entry of the stream index as it was",
        reason: "pages that sled has written anew elsewhere; verifying compares each entry with the records",
        is_in: |file| file.starts_with("ledger/store/"),
        // They are tried stretch by stretch.
        ranges: |_| Vec::new(),
    },
    NotCovered {
        files: "keys/slots",
        bytes: "behind the last slot in use",
        reason: "zeros in which nothing lies yet",
        is_in: |file| file == "ledger/keys/slots",
        ranges: |bytes| vec![at_once(behind_slots(bytes, 128)..bytes.len())],
    },
    NotCovered {
        files: "vault/*.seg",
        bytes: "behind the last slot in use",
        reason: "zeros in which nothing lies yet",
        is_in: |file| file.starts_with("ledger/vault/"),
        ranges: |bytes| {
            let slot = u32::from_be_bytes(*bytes[12..].first_chunk().unwrap());
            let slot = usize::try_from(slot).unwrap();
            vec![at_once(behind_slots(bytes, slot)..bytes.len())]
        },
    },
    NotCovered {
        files: "read-models/*",
        bytes: "all",
        reason: "derived from the log, which never reads them; `redress projections rebuild` makes them anew",
        is_in: |file| file.starts_with("ledger/read-models/"),
        ranges: all,
    },
    NotCovered {
        files: "tile/0/* and above of an exported tree",
        bytes: "all",
        reason: "a mirror takes the records alone and computes these itself; whoever proves by them holds them \
                 against the checkpoint",
        is_in: |file| file.starts_with("tree/tile/") && !file.starts_with("tree/tile/entries/"),
        ranges: all,
    },
];

/// The listed ranges of a file.
pub fn ranges(file: &str, bytes: &[u8]) -> Vec<Listed> {
    let listed = LIST.iter().filter(|listed| (listed.is_in)(file));
    let ranges = listed.flat_map(|listed| (listed.ranges)(bytes));
    ranges.filter(|listed| !listed.range.is_empty()).collect()
}

fn all(bytes: &[u8]) -> Vec<Listed> {
    vec![at_once(0..bytes.len())]
}

/// Years, months and so on: between them stand signs that must be what they are.
fn created_at(bytes: &[u8]) -> Vec<Listed> {
    let key = b"\"created_at\"";
    let start = bytes.windows(key.len()).position(|it| it == key).unwrap() + key.len();
    let start = start + bytes[start..].iter().position(|byte| *byte == b'"').unwrap() + 1;
    let end = start + bytes[start..].iter().position(|byte| *byte == b'"').unwrap();
    let digits = (start..end).filter(|at| bytes[*at].is_ascii_digit());
    digits.map(|at| Listed { range: at..at + 1, tried: Tried::SomeBit }).collect()
}

fn behind_commits(segment: &[u8]) -> Vec<Listed> {
    let frames = journal::frames(segment);
    let starts = frames.iter().map(|frame| frame.bytes.start).chain([segment.len()]);
    let ends = frames.iter().map(|frame| frame.bytes.end);
    let between = ends.zip(starts.skip(1));
    between.map(|(end, next)| Listed { range: end..next, tried: Tried::OneByOne }).collect()
}

/// Where the slots end that are not zero throughout.
fn behind_slots(bytes: &[u8], slot: usize) -> usize {
    let last = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    if last < 4096 { 4096 } else { 4096 + (last - 4096 + 1).next_multiple_of(slot) }
}

/// The bytes of sled's files, one by one; stretches of zeros, of at most so many, as one.
pub fn stretches(bytes: &[u8], most: usize) -> Vec<Range<usize>> {
    let is_one = |at: usize| bytes[at] != 0 || at == 0 || bytes[at - 1] != 0;
    let starts: Vec<_> = (0..bytes.len()).filter(|at| is_one(*at) || at % most == 0).collect();
    between(&starts, bytes.len()).collect()
}

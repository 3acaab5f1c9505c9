//! The blocks of an index file: entries in the order of their streams' names, then versions.
//!
//! | bytes | a block of 4,096 |
//! |---|---|
//! | 4 | CRC-32C of level, number of the file and number of the block, then of all that follows |
//! | 2 | how many bytes the entries have |
//! | … | entries, then zeros |
//!
//! | bytes | an entry |
//! |---|---|
//! | 1 | how many bytes of its name are those of the name before it in the block |
//! | 1 | how many bytes of it follow |
//! | … | the rest of its name |
//! | LEB128 | version of its first record |
//! | LEB128 | how many records, 1 to 256 |
//! | LEB128 … | position of the first, from the file's first on; then the distance to the one before |

use event_log::StreamId;

use crate::{frame::be32, index::span::Span};

/// How large a block is.
pub(crate) const BLOCK_BYTES: usize = 4096;
/// The most records of one entry, so that the largest fits into a block with room to spare.
pub(crate) const POSITIONS_MAX: usize = 256;
const HEADER: usize = 6;

/// Where some consecutive records of a stream are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) stream: StreamId,
    /// The version of the first.
    pub(crate) version: u64,
    /// Their positions, ascending.
    pub(crate) positions: Vec<u64>,
}

impl Entry {
    /// The version after its last.
    pub(crate) fn next_version(&self) -> u64 {
        self.version.saturating_add(u64::try_from(self.positions.len()).unwrap_or(u64::MAX))
    }
}

/// A block in the making.
#[derive(Debug, Default)]
pub(crate) struct BlockWriter {
    entries: Vec<u8>,
    name: Vec<u8>,
}

impl BlockWriter {
    /// Adds an entry; false when there is no room for it.
    pub(crate) fn push(&mut self, entry: &Entry, span: Span) -> bool {
        let before = self.entries.len();
        let name = entry.stream.as_bytes();
        let shared = self.name.iter().zip(name).take_while(|(a, b)| a == b).count();
        let rest = name.get(shared..).unwrap_or_default();
        self.entries.push(u8::try_from(shared).unwrap_or(u8::MAX));
        self.entries.push(u8::try_from(rest.len()).unwrap_or(u8::MAX));
        self.entries.extend_from_slice(rest);
        put_number(&mut self.entries, entry.version);
        put_number(&mut self.entries, u64::try_from(entry.positions.len()).unwrap_or(u64::MAX));
        let mut last = span.first();
        for position in &entry.positions {
            put_number(&mut self.entries, position.saturating_sub(last));
            last = *position;
        }
        if self.entries.len() > BLOCK_BYTES.saturating_sub(HEADER) {
            self.entries.truncate(before);
            return false;
        }
        name.clone_into(&mut self.name);
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Writes the block and begins the next.
    pub(crate) fn finish(&mut self, span: Span, number: u32, out: &mut Vec<u8>) {
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        block.extend_from_slice(&[0; 4]);
        let length = u16::try_from(self.entries.len()).unwrap_or(u16::MAX);
        block.extend_from_slice(&length.to_be_bytes());
        block.append(&mut self.entries);
        block.resize(BLOCK_BYTES, 0);
        let crc = checksum(span, number, block.get(4..).unwrap_or_default());
        if let Some(slot) = block.first_chunk_mut() {
            *slot = crc.to_be_bytes();
        }
        out.append(&mut block);
        self.name.clear();
    }
}

/// Bound to its place, so that a block of another file or another place is not taken for it.
fn checksum(span: Span, number: u32, bytes: &[u8]) -> u32 {
    let seed = crc32c::crc32c(&[span.level]);
    let seed = crc32c::crc32c_append(seed, &span.number.to_be_bytes());
    let seed = crc32c::crc32c_append(seed, &number.to_be_bytes());
    crc32c::crc32c_append(seed, bytes)
}

/// Reads the entries of a block one after the other.
#[derive(Debug)]
pub(crate) struct BlockReader<'a> {
    rest: &'a [u8],
    first: u64,
    name: Vec<u8>,
    version: u64,
    count: usize,
    deltas: &'a [u8],
}

impl<'a> BlockReader<'a> {
    /// `None` when the block is not what was written.
    pub(crate) fn new(block: &'a [u8], span: Span, number: u32) -> Option<Self> {
        let bytes = block.get(4..)?;
        if checksum(span, number, bytes) != be32(block) {
            return None;
        }
        let length = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
        let rest = bytes.get(2..length.checked_add(2)?)?;
        Some(Self { rest, first: span.first(), name: vec![], version: 0, count: 0, deltas: &[] })
    }

    /// Goes to the next entry, if there is one. `None` when it is not what was written.
    pub(crate) fn advance(&mut self) -> Option<bool> {
        let Some((shared, rest)) = self.rest.split_first() else { return Some(false) };
        let (length, rest) = rest.split_first()?;
        let (name, mut rest) = rest.split_at_checked(usize::from(*length))?;
        if usize::from(*shared) > self.name.len() {
            return None;
        }
        self.name.truncate(usize::from(*shared));
        self.name.extend_from_slice(name);
        self.version = take_number(&mut rest)?;
        self.count = usize::try_from(take_number(&mut rest)?).ok()?;
        self.deltas = rest;
        for _ in 0..self.count {
            let end = rest.iter().position(|byte| byte & 0x80 == 0)?;
            rest = rest.get(end.checked_add(1)?..)?;
        }
        self.rest = rest;
        Some(true)
    }

    /// Name and first version of the entry it stands at.
    pub(crate) fn key(&self) -> (&[u8], u64) {
        (&self.name, self.version)
    }

    /// The entry it stands at. `None` when it is not what was written.
    pub(crate) fn entry(&self) -> Option<Entry> {
        let mut rest = self.deltas;
        let mut position = self.first;
        let mut positions = Vec::with_capacity(self.count.min(POSITIONS_MAX));
        for _ in 0..self.count {
            position = position.checked_add(take_number(&mut rest)?)?;
            positions.push(position);
        }
        let stream = std::str::from_utf8(&self.name).ok()?.parse().ok()?;
        Some(Entry { stream, version: self.version, positions })
    }
}

/// Writes a number as LEB128: seven bits a byte, the lowest first.
pub(crate) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or_default());
}

/// Reads what [`put_number`] wrote.
pub(crate) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

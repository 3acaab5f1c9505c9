//! One index file, read a block at a time: nothing of it stays in memory but its footer and, if that is
//! short, its filter, which each new stream is held against.
//!
//! Blocks of entries, then blocks of the filter, then the footer:
//!
//! | bytes | what (integers big-endian) |
//! |---|---|
//! | 4 | `FE 52 49 01` |
//! | 1 | level |
//! | 8 | number |
//! | 4 | how many blocks of entries |
//! | 4 | how many blocks of the filter |
//! | 8 | how many streams; those of files merged into this one are counted once in each |
//! | 129 | length of the first stream's name, the name, zeros |
//! | 129 | the same of the last stream |
//! | 4 | CRC-32C of the footer before |

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::{Arc, OnceLock},
};

use event_log::{Position, StreamId, record::STREAM_ID_BYTES_MAX};

use crate::{
    frame::{FrameDamage, be32, be64},
    index::{
        entry::{BLOCK_BYTES, BlockReader, Entry},
        filter::{FILTER_BLOCK, Filter, NameHash, is_whole},
        span::Span,
    },
};

const MAGIC: [u8; 4] = [0xfe, b'R', b'I', 0x01];
const NAME: usize = 1 + STREAM_ID_BYTES_MAX;
/// How many bytes the footer has.
pub(super) const FOOTER: usize = 29 + 2 * NAME + 4;

/// What the end of an index file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) span: Span,
    pub(crate) blocks: u32,
    pub(crate) filter_blocks: u32,
    pub(crate) streams: u64,
    pub(crate) first: StreamId,
    pub(crate) last: StreamId,
}

impl Footer {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(self.span.level);
        bytes.extend_from_slice(&self.span.number.to_be_bytes());
        bytes.extend_from_slice(&self.blocks.to_be_bytes());
        bytes.extend_from_slice(&self.filter_blocks.to_be_bytes());
        bytes.extend_from_slice(&self.streams.to_be_bytes());
        for name in [&self.first, &self.last] {
            let end = bytes.len().saturating_add(NAME);
            bytes.push(u8::try_from(name.as_bytes().len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(name.as_bytes());
            bytes.resize(end, 0);
        }
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let name = |at: usize| {
            let length = usize::from(*bytes.get(at)?);
            let start = at.checked_add(1)?;
            let name = bytes.get(start..start.checked_add(length)?)?;
            std::str::from_utf8(name).ok()?.parse().ok()
        };
        let footer = Self {
            span: Span { level: *bytes.get(4)?, number: be64(bytes.get(5..)?) },
            blocks: be32(bytes.get(13..)?),
            filter_blocks: be32(bytes.get(17..)?),
            streams: be64(bytes.get(21..)?),
            first: name(29)?,
            last: name(29 + NAME)?,
        };
        // Written again, it must give the same bytes: no byte of it is left unchecked.
        (footer.to_bytes() == bytes).then_some(footer)
    }
}

/// The longest filter that is kept in memory, in blocks: half a megabyte. There are at most seven files
/// of each level, so of any number of records the filters kept have a few megabytes.
const FILTER_KEPT: u32 = 8_192;

/// An index file that is open.
#[derive(Debug)]
pub(crate) struct IndexFile {
    file: File,
    footer: Footer,
    /// Read when it is first asked for. None is kept when it is long, or damaged: then each block is
    /// read, and the damaged one is named.
    filter: OnceLock<Option<Filter>>,
}

impl IndexFile {
    /// Opens the file of a span. Its footer is checked now, each block when it is read.
    pub(crate) fn open(dir: &Path, span: Span) -> Result<Self, FrameDamage> {
        let read = || {
            let file = File::open(dir.join(span.to_string()))?;
            let length = file.metadata()?.len();
            let mut bytes = [0; FOOTER];
            let at = length.checked_sub(u64::try_from(FOOTER).unwrap_or(u64::MAX));
            let at = at.ok_or(io::ErrorKind::UnexpectedEof)?;
            file.read_exact_at(&mut bytes, at)?;
            Ok((file, length, bytes))
        };
        let (file, length, bytes) = read().map_err(|error: io::Error| damage(span, &error))?;
        let footer = Footer::from_bytes(&bytes).filter(|footer| footer.span == span);
        let footer = footer.ok_or_else(|| damage(span, &"another footer"))?;
        let found = Self { file, footer, filter: OnceLock::new() };
        if found.length() != length {
            return Err(damage(span, &format!("{length} bytes")));
        }
        Ok(found)
    }

    pub(crate) fn span(&self) -> Span {
        self.footer.span
    }

    pub(crate) fn streams(&self) -> u64 {
        self.footer.streams
    }

    /// How many bytes it has.
    pub(crate) fn length(&self) -> u64 {
        let footer = u64::try_from(FOOTER).unwrap_or(u64::MAX);
        place(self.footer.filter_blocks, FILTER_BLOCK)
            .saturating_add(self.filter_at())
            .saturating_add(footer)
    }

    fn filter_at(&self) -> u64 {
        place(self.footer.blocks, BLOCK_BYTES)
    }

    /// Whether a stream's name lies between those of the file: asked without a look at the disk.
    pub(crate) fn spans_name(&self, stream: &StreamId) -> bool {
        *stream >= self.footer.first && *stream <= self.footer.last
    }

    /// Whether a name is not in the file, as far as its filter is in memory already.
    pub(crate) fn is_known_to_lack(&self, name: NameHash) -> bool {
        let filter = self.filter.get().and_then(Option::as_ref);
        filter.is_some_and(|filter| !filter.may_have(name))
    }

    fn damage(&self, found: &dyn std::fmt::Display) -> FrameDamage {
        damage(self.footer.span, found)
    }

    /// Whether the file may have records of a stream.
    pub(crate) fn may_have(&self, stream: &StreamId, name: NameHash) -> Result<bool, FrameDamage> {
        if !self.spans_name(stream) {
            return Ok(false);
        }
        let is_short = self.footer.filter_blocks <= FILTER_KEPT;
        let read = || is_short.then(|| self.filter().ok()).flatten();
        if let Some(filter) = self.filter.get_or_init(read) {
            return Ok(filter.may_have(name));
        }
        let number = name.block(self.footer.filter_blocks);
        let mut block = [0; FILTER_BLOCK];
        let at = self.filter_at().saturating_add(place(number, FILTER_BLOCK));
        self.file.read_exact_at(&mut block, at).map_err(|error| self.damage(&error))?;
        if !is_whole(&block, self.footer.span, number) {
            return Err(self.damage(&"another filter"));
        }
        Ok(name.is_in(&block))
    }

    fn block<'a>(
        &self,
        number: u32,
        bytes: &'a mut [u8; BLOCK_BYTES],
    ) -> Result<BlockReader<'a>, FrameDamage> {
        let at = place(number, BLOCK_BYTES);
        self.file.read_exact_at(bytes, at).map_err(|error| self.damage(&error))?;
        BlockReader::new(bytes, self.footer.span, number).ok_or_else(|| self.not_written(number))
    }

    fn not_written(&self, number: u32) -> FrameDamage {
        self.damage(&format!("other bytes in block {number}"))
    }

    /// The last entry of a stream that begins at or before a version; `None` when there is none.
    pub(crate) fn find(
        &self,
        stream: &StreamId,
        name: NameHash,
        version: u64,
    ) -> Result<Option<Entry>, FrameDamage> {
        if !self.may_have(stream, name)? {
            return Ok(None);
        }
        let wanted = (stream.as_bytes(), version);
        let mut bytes = [0; BLOCK_BYTES];
        // The last block whose first entry is not behind what is looked for.
        let (mut low, mut high) = (0, self.footer.blocks);
        while high.saturating_sub(low) > 1 {
            let middle = low.midpoint(high);
            let mut block = self.block(middle, &mut bytes)?;
            block.advance().ok_or_else(|| self.not_written(middle))?;
            if block.key() <= wanted { low = middle } else { high = middle }
        }
        let mut block = self.block(low, &mut bytes)?;
        let mut found = None;
        while block.advance().ok_or_else(|| self.not_written(low))? && block.key() <= wanted {
            if block.key().0 == wanted.0 {
                found = Some(block.entry().ok_or_else(|| self.not_written(low))?);
            }
        }
        Ok(found)
    }

    /// The whole filter, each block of it checked.
    pub(crate) fn filter(&self) -> Result<Filter, FrameDamage> {
        let length = place(self.footer.filter_blocks, FILTER_BLOCK);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.file.read_exact_at(&mut bytes, self.filter_at()).map_err(|e| self.damage(&e))?;
        Filter::from_bytes(&bytes, self.footer.span).ok_or_else(|| self.damage(&"another filter"))
    }

    fn entries_of(&self, number: u32) -> Result<Vec<Entry>, FrameDamage> {
        let mut bytes = [0; BLOCK_BYTES];
        let mut block = self.block(number, &mut bytes)?;
        let mut entries = Vec::new();
        while block.advance().ok_or_else(|| self.not_written(number))? {
            entries.push(block.entry().ok_or_else(|| self.not_written(number))?);
        }
        Ok(entries)
    }
}

fn place(number: u32, size: usize) -> u64 {
    u64::from(number).saturating_mul(u64::try_from(size).unwrap_or(u64::MAX))
}

fn damage(span: Span, found: &dyn std::fmt::Display) -> FrameDamage {
    let reason = format!("expected the index file {span} as it was written, found {found}");
    FrameDamage { position: Position(span.first()), reason }
}

/// All entries of a file, in order, a block in memory at a time.
#[derive(Debug)]
pub(crate) struct Entries {
    file: Arc<IndexFile>,
    block: u32,
    read: std::vec::IntoIter<Entry>,
}

impl Entries {
    pub(crate) fn new(file: Arc<IndexFile>) -> Self {
        Self { file, block: 0, read: Vec::new().into_iter() }
    }

    /// What the file is about.
    pub(crate) fn span(&self) -> Span {
        self.file.span()
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, FrameDamage>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.read.next() {
                return Some(Ok(entry));
            }
            if self.block >= self.file.footer.blocks {
                return None;
            }
            match self.file.entries_of(self.block) {
                Ok(entries) => self.read = entries.into_iter(),
                Err(damage) => {
                    self.block = u32::MAX;
                    return Some(Err(damage));
                }
            }
            self.block = self.block.saturating_add(1);
        }
    }
}

//! Which streams an index file does not have, told by one look at 64 bytes.
//!
//! A Bloom filter in blocks, each with a checksum of its own: a bit that was lost would make a
//! stream seem new. Ten bits for each stream; of streams that are not there one in some sixty
//! seems to be, and is then looked for in vain.
//!
//! | bytes | a block of 64 |
//! |---|---|
//! | 4 | CRC-32C of level and number of the file, number of the block, and the bits |
//! | 60 | 480 bits, the lowest of a byte first |
//!
//! The SHA-256 of a stream's name begins with two big-endian numbers of 64 bits, *a* and *b*. Its
//! block is ⌊a × blocks / 2⁶⁴⌋; its six bits are ((b >> 10 i) mod 1024) mod 480, for i from 0 to 5.

use event_log::StreamId;
use sha2::{Digest as _, Sha256};

use crate::{
    frame::{be32, be64},
    index::span::Span,
};

/// How large a block is.
pub(crate) const FILTER_BLOCK: usize = 64;
const STREAMS_PER_BLOCK: u64 = 48;
const BITS: u64 = 480;

/// Where a stream is in any filter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameHash {
    block: u64,
    bits: u64,
}

impl NameHash {
    pub(crate) fn of(stream: &StreamId) -> Self {
        let digest = Sha256::digest(stream.as_bytes());
        Self { block: be64(&digest), bits: be64(digest.get(8..).unwrap_or_default()) }
    }

    /// Its block in a filter of so many.
    pub(crate) fn block(self, blocks: u32) -> u32 {
        let scaled = u128::from(self.block).saturating_mul(u128::from(blocks)) >> 64;
        u32::try_from(scaled).unwrap_or(u32::MAX)
    }

    /// Byte within the bits of a block, and mask within it.
    fn places(self) -> impl Iterator<Item = (usize, u8)> {
        (0..6_u32).map(move |nth| {
            let bit = (self.bits >> nth.saturating_mul(10)) & 0x3ff;
            let bit = bit.checked_rem(BITS).unwrap_or(0);
            (usize::try_from(bit >> 3).unwrap_or(0), 1_u8 << (bit & 7))
        })
    }

    /// Whether a stream may be in a file whose filter has this block.
    pub(crate) fn is_in(self, block: &[u8]) -> bool {
        let bits = block.get(4..).unwrap_or_default();
        self.places().all(|(at, mask)| bits.get(at).is_some_and(|byte| byte & mask != 0))
    }
}

/// A filter, whole.
#[derive(Debug)]
pub(crate) struct Filter(Vec<[u8; FILTER_BLOCK]>);

impl Filter {
    /// An empty one that is large enough for so many streams.
    pub(crate) fn for_streams(streams: u64) -> Self {
        let blocks = usize::try_from(streams.div_ceil(STREAMS_PER_BLOCK).max(1)).unwrap_or(1);
        Self(vec![[0; FILTER_BLOCK]; blocks])
    }

    /// Reads one; `None` when it is not what was written.
    pub(crate) fn from_bytes(bytes: &[u8], span: Span) -> Option<Self> {
        let (blocks, rest) = bytes.as_chunks::<FILTER_BLOCK>();
        let whole = (0..).zip(blocks).all(|(number, block)| is_whole(block, span, number));
        (whole && rest.is_empty()).then(|| Self(blocks.to_vec()))
    }

    pub(crate) fn blocks(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    fn place(&self, name: NameHash) -> usize {
        usize::try_from(name.block(self.blocks())).unwrap_or(usize::MAX)
    }

    pub(crate) fn insert(&mut self, name: NameHash) {
        let place = self.place(name);
        let Some(bits) = self.0.get_mut(place).and_then(|block| block.get_mut(4..)) else { return };
        for (at, mask) in name.places() {
            if let Some(byte) = bits.get_mut(at) {
                *byte |= mask;
            }
        }
    }

    pub(crate) fn may_have(&self, name: NameHash) -> bool {
        self.0.get(self.place(name)).is_some_and(|block| name.is_in(block))
    }

    /// Its bytes, with their checksums.
    pub(crate) fn into_bytes(self, span: Span) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len().saturating_mul(FILTER_BLOCK));
        for (number, mut block) in (0..).zip(self.0) {
            let crc = checksum(&block, span, number).to_be_bytes();
            block.iter_mut().zip(crc).for_each(|(slot, byte)| *slot = byte);
            bytes.extend_from_slice(&block);
        }
        bytes
    }
}

/// Whether a block is what was written in this place.
pub(crate) fn is_whole(block: &[u8; FILTER_BLOCK], span: Span, number: u32) -> bool {
    checksum(block, span, number) == be32(block)
}

fn checksum(block: &[u8; FILTER_BLOCK], span: Span, number: u32) -> u32 {
    let seed = crc32c::crc32c(&[span.level]);
    let seed = crc32c::crc32c_append(seed, &span.number.to_be_bytes());
    let seed = crc32c::crc32c_append(seed, &number.to_be_bytes());
    crc32c::crc32c_append(seed, block.get(4..).unwrap_or_default())
}

//! SHA-256 of two messages at once.
//!
//! Within a message each step waits for the one before; the processor's instructions for it have time for
//! a second message meanwhile. So the blocks of two take turns, which costs three quarters of
//! one after the other for messages of ten blocks.

use core::slice;

use sha2::block_api::compress256;

use super::Hash;

pub(super) type Block = [u8; 64];

/// The state before the first block.
///
/// # Source
///
/// FIPS 180-4, section 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
/// How many bytes of the last block may be the message's: a bit and the length come after them.
const LAST_BYTES_MAX: usize = 55;

/// A message as the blocks that are hashed: a byte that says what it is, then its bytes, then the padding.
pub(super) struct Message<'a> {
    /// The byte and the bytes behind it, where they fill a block.
    first: Option<Block>,
    middle: &'a [Block],
    end: [Block; 2],
    /// How many of those two there are.
    ending: usize,
}

impl<'a> Message<'a> {
    /// `kind`, then these bytes.
    pub(super) fn new(kind: u8, bytes: &'a [u8]) -> Self {
        let length = bytes.len().saturating_add(1);
        let Some((start, rest)) = bytes.split_first_chunk::<63>() else {
            let mut short = [kind; 64];
            if let Some(copied) = short.get_mut(1..length) {
                copied.copy_from_slice(bytes);
            }
            return Self::ending(short.get(..length).unwrap_or_default(), length);
        };
        let mut first = [kind; 64];
        if let Some(copied) = first.last_chunk_mut() {
            *copied = *start;
        }
        let (middle, tail) = rest.as_chunks();
        Self { first: Some(first), middle, ..Self::ending(tail, length) }
    }

    /// The end of a message of so many bytes, the last of which are these, fewer than a block.
    fn ending(tail: &[u8], length: usize) -> Self {
        let mut end = [[0; 64]; 2];
        let bits = u64::try_from(length).unwrap_or(u64::MAX).saturating_mul(8).to_be_bytes();
        let [one, other] = &mut end;
        if let Some((copied, rest)) = one.split_at_mut_checked(tail.len()) {
            copied.copy_from_slice(tail);
            if let Some(byte) = rest.first_mut() {
                *byte = 0x80;
            }
        }
        let is_long = tail.len() > LAST_BYTES_MAX;
        let last = if is_long { other } else { one };
        if let Some(slot) = last.last_chunk_mut() {
            *slot = bits;
        }
        Self { first: None, middle: &[], end, ending: if is_long { 2 } else { 1 } }
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.first.iter().chain(self.middle).chain(self.end.iter().take(self.ending))
    }
}

pub(super) fn hash_both(one: &Message<'_>, other: &Message<'_>) -> [Hash; 2] {
    let mut states = [INITIAL; 2];
    let [of_one, of_other] = &mut states;
    let (mut left, mut right) = (one.blocks(), other.blocks());
    loop {
        let (next, beside) = (left.next(), right.next());
        if let Some(block) = next {
            compress256(of_one, slice::from_ref(block));
        }
        if let Some(block) = beside {
            compress256(of_other, slice::from_ref(block));
        }
        if next.is_none() && beside.is_none() {
            return states.map(hash_of);
        }
    }
}

fn hash_of(state: [u32; 8]) -> Hash {
    let mut hash = [0; 32];
    let (words, _) = hash.as_chunks_mut();
    words.iter_mut().zip(state).for_each(|(slot, word)| *slot = word.to_be_bytes());
    Hash(hash)
}

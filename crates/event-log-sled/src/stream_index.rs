//! Where the records of a stream are: one short value per 256 of its versions.
//!
//! A value is `count:u16 | last position:u64`, both big-endian, then `count` LEB128 numbers: the
//! first position, and from each position the distance to the one before. A stream written in one
//! go costs a byte per record, and appending to a value needs no look at what it holds.

use crate::frame::be64;

/// How many versions one value lists.
pub(crate) const CHUNK: u64 = 256;
const HEADER: usize = 10;

/// The positions of up to [`CHUNK`] consecutive versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Chunk {
    count: u16,
    last: u64,
    deltas: Vec<u8>,
}

impl Chunk {
    /// How many versions it lists.
    pub(crate) fn count(&self) -> u64 {
        u64::from(self.count)
    }

    /// Lists the next version.
    pub(crate) fn push(&mut self, position: u64) {
        let mut rest = position.saturating_sub(self.last);
        while rest >= 0x80 {
            self.deltas.push(u8::try_from(rest & 0x7f).unwrap_or_default() | 0x80);
            rest >>= 7;
        }
        self.deltas.push(u8::try_from(rest).unwrap_or_default());
        self.last = position;
        self.count = self.count.saturating_add(1);
    }

    /// The positions, in the order of versions; `None` when the bytes are not what was written.
    pub(crate) fn positions(&self) -> Option<Vec<u64>> {
        let mut positions = Vec::with_capacity(usize::from(self.count));
        let mut rest = self.deltas.as_slice();
        let mut position = 0_u64;
        while !rest.is_empty() {
            let mut delta = 0_u64;
            let mut shift = 0;
            loop {
                let (byte, tail) = rest.split_first()?;
                rest = tail;
                delta |= u64::from(byte & 0x7f).checked_shl(shift)?;
                if byte & 0x80 == 0 {
                    break;
                }
                shift = shift.checked_add(7)?;
            }
            position = position.checked_add(delta)?;
            positions.push(position);
        }
        let whole = positions.len() == usize::from(self.count)
            && positions.last().copied().unwrap_or_default() == self.last;
        whole.then_some(positions)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER.saturating_add(self.deltas.len()));
        bytes.extend_from_slice(&self.count.to_be_bytes());
        bytes.extend_from_slice(&self.last.to_be_bytes());
        bytes.extend_from_slice(&self.deltas);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let count = u16::from_be_bytes(*bytes.first_chunk()?);
        let last = be64(bytes.get(2..HEADER)?);
        Some(Self { count, last, deltas: bytes.get(HEADER..)?.to_vec() })
    }
}

#[cfg(test)]
mod tests;

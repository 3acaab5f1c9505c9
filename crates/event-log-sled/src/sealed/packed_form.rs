//! Form 2 of a sealed range: packed, and then compressed.

use std::{borrow::Borrow, io};

use event_log::{Position, RecordedEvent, record::RECORD_BYTES_MAX};
use zstd::bulk::Compressor;

use crate::{
    frame::{be32, length32},
    sealed::{
        SKIPPABLE_PACKED, compress, decompress, file,
        list::{LIST_BYTES_MAX, list_of},
        packed::{Packer, Unpacker},
    },
};

/// Of the text and of the numbers.
const COMPRESSION_LEVEL: i32 = 1;
/// The lengths before the footer.
const LENGTHS: usize = 16;
/// A record that cannot be packed to less, and the byte behind it.
const TEXT_BYTES_MAX: usize = 256 * (RECORD_BYTES_MAX + 1);
/// A number has at most ten bytes, and stands for 24 characters and more.
const NUMBERS_BYTES_MAX: usize = 256 * RECORD_BYTES_MAX;

pub(super) struct PackedForm {
    compressor: Compressor<'static>,
    packer: Packer,
    unpacker: Unpacker,
    // Used again for each range.
    unpacked: Vec<u8>,
    text: Vec<u8>,
    small: Vec<u8>,
}

impl PackedForm {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            compressor: Compressor::new(COMPRESSION_LEVEL)?,
            packer: Packer::default(),
            unpacker: Unpacker::default(),
            unpacked: Vec::new(),
            text: Vec::new(),
            small: Vec::new(),
        })
    }

    /// None where the records cannot be packed.
    ///
    /// What is packed is unpacked before it takes the place of the only other copy: records that do not come out as
    /// they went in are not packed.
    pub(super) fn seal<R: Borrow<RecordedEvent>>(
        &mut self,
        records: &[R],
    ) -> io::Result<Option<Vec<u8>>> {
        let Self { compressor, packer, unpacker, unpacked, text, small } = self;
        let entries = records.iter().map(|record| record.borrow().bytes.as_ref());
        if !packer.pack(entries.clone()) {
            return Ok(None);
        }
        let packed = &packer.packed;
        let bundle = entries.clone().map(|entry| entry.len().saturating_add(2)).sum();
        let parts =
            [&packed.text, &packed.runs, &packed.numbers, &packed.values].map(Vec::as_slice);
        let is_same =
            unpacker.unpack(parts, bundle, unpacked).is_some() && is_bundle_of(unpacked, entries);
        if !is_same {
            return Ok(None);
        }
        let mut numbers = list_of(records);
        let list = numbers.len();
        numbers.extend_from_slice(&packed.runs);
        numbers.extend_from_slice(&packed.numbers);
        compress(compressor, &packed.text, text)?;
        compress(compressor, &numbers, small)?;
        let mut lengths = [0; LENGTHS];
        let parts = [packed.text.len(), packed.runs.len(), packed.numbers.len(), small.len()];
        for (place, length) in lengths.as_chunks_mut::<4>().0.iter_mut().zip(parts) {
            *place = length32(length);
        }
        let first = records.first().map_or(Position(0), |record| record.borrow().position);
        let behind = [small.as_slice(), &packed.values, &lengths];
        Ok(Some(file(text, SKIPPABLE_PACKED, &behind, first, [bundle, list])))
    }
}

fn is_bundle_of<'a>(bundle: &[u8], mut entries: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut rest = bundle;
    let is_next = |entry: &[u8]| {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        let (found, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        rest = behind;
        (found == entry).then_some(())
    };
    let are_all = entries.try_for_each(is_next).is_some();
    are_all && rest.is_empty()
}

/// Reads bundle and list from the first frame and what is between it and the footer; `text` is room that is used again.
pub(super) fn read(
    first_frame: &[u8],
    behind: &[u8],
    [bundle_length, list_length]: [usize; 2],
    (text, unpacker): (&mut Vec<u8>, &mut Unpacker),
    [bundle, list]: [&mut Vec<u8>; 2],
) -> Option<()> {
    let (behind, lengths) = behind.split_last_chunk::<LENGTHS>()?;
    let length = |at: usize| usize::try_from(be32(lengths.get(at..)?)).ok();
    let (text_length, runs_length, numbers_length) = (length(0)?, length(4)?, length(8)?);
    let are_possible = text_length <= TEXT_BYTES_MAX
        && list_length <= LIST_BYTES_MAX
        && runs_length <= NUMBERS_BYTES_MAX
        && numbers_length <= NUMBERS_BYTES_MAX;
    are_possible.then_some(())?;
    let (small, values) = behind.split_at_checked(length(12)?)?;
    decompress(first_frame, text_length, text)?;
    let small_length = list_length.checked_add(runs_length)?.checked_add(numbers_length)?;
    decompress(small, small_length, list)?;
    let (runs, numbers) = list.get(list_length..)?.split_at_checked(runs_length)?;
    unpacker.unpack([text, runs, numbers, values], bundle_length, bundle)?;
    list.truncate(list_length);
    (bundle.len() == bundle_length).then_some(())
}

//! A whole range of 256 records as the bytes of one file in the tiles. There are two forms.
//!
//! | bytes | form 2 |
//! |---|---|
//! | … | zstd frame of the text that `packed` leaves |
//! | 4, 4 | `5F 2A 4D 18`, length of all that follows (little-endian): a skippable zstd frame |
//! | … | zstd frame of the `list` of streams and versions, and then the numbers of `packed` |
//! | … | the values of `packed` |
//! | 4, 4, 4 | lengths, big-endian: of the text, of the numbers, of the second zstd frame |
//! | 8 | first position, big-endian |
//! | 4, 4, 4 | lengths, big-endian: of the C2SP entry bundle that the records make, of the list, of the first frame |
//! | 4 | CRC-32C of all before, big-endian |
//!
//! | bytes | form 1 |
//! |---|---|
//! | … | zstd frame of the C2SP entry bundle: 256 × `length:u16 \| record`, big-endian |
//! | 4, 4 | `5E 2A 4D 18`, length of all that follows (little-endian): a skippable zstd frame |
//! | … | zstd frame of 256 × `version:u64 \| length:u8 \| place:u16`, big-endian: where in the record its stream id stands; `ff ff`: nowhere, it follows here |
//! | 8 | first position, big-endian |
//! | 4, 4, 4 | lengths, big-endian: of the bundle, of the list, of the first frame |
//! | 4 | CRC-32C of all before, big-endian |
//!
//! Form 1 is what earlier versions wrote, and is still what a range becomes that cannot be packed. Both begin with a
//! zstd frame and end with the same 24 bytes; what follows the first frame says which form it is. A compressed range is whole or it is not: damage is pinned to its first record, or,
//! where it can still be read, to the record whose leaf hash does not fit.

use std::{borrow::Borrow, cell::RefCell, fmt, io};

use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamId, StreamVersion, record::RECORD_BYTES_MAX};
use merkle_log::{Hash, leaf_hash, leaf_hashes, parse_bundle, perfect_root, tile::TILE_WIDTH};
use zstd::{
    bulk::{Compressor, Decompressor},
    zstd_safe::compress_bound,
};

use crate::frame::{FrameDamage, be32, be64, length32};

mod list;
mod notation;
mod packed;
mod packed_form;
mod plain_form;

use packed_form::PackedForm;
use plain_form::PlainForm;

/// The end of both forms.
const FOOTER: usize = 24;
/// Which form a file has is said by the magic number of its skippable frame.
const SKIPPABLE_PLAIN: [u8; 4] = [0x5e, 0x2a, 0x4d, 0x18];
const SKIPPABLE_PACKED: [u8; 4] = [0x5f, 0x2a, 0x4d, 0x18];
const BUNDLE_BYTES_MAX: usize = 256 * (2 + RECORD_BYTES_MAX);

thread_local! {
    /// Making one costs as much as using it.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A sealed range, its leaf hashes, and the root over them.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) first: Position,
    pub(crate) bytes: Vec<u8>,
    pub(crate) leaves: Vec<Hash>,
    pub(crate) root: Hash,
}

/// Seals ranges; keeps what it packs and compresses with.
pub(crate) struct Sealer {
    packed: PackedForm,
    plain: PlainForm,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

impl Sealer {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { packed: PackedForm::new()?, plain: PlainForm::new()? })
    }

    /// Seals whole ranges of records.
    pub(crate) fn seal<R: Borrow<RecordedEvent>>(
        &mut self,
        records: &[R],
    ) -> io::Result<Vec<Sealed>> {
        let ranges = records.chunks(usize::from(TILE_WIDTH));
        ranges.map(|records| self.seal_range(records)).collect()
    }

    fn seal_range<R: Borrow<RecordedEvent>>(&mut self, records: &[R]) -> io::Result<Sealed> {
        let leaves = leaf_hashes(records.iter().map(|record| record.borrow().bytes.as_ref()));
        let root = perfect_root(&leaves).ok_or_else(|| io::Error::other("not a whole range"))?;
        let bytes = match self.packed.seal(records)? {
            Some(bytes) => bytes,
            None => self.plain.seal(records)?,
        };
        let first = records.first().map_or(Position(0), |record| record.borrow().position);
        Ok(Sealed { first, bytes, leaves, root })
    }
}

/// Seals a few ranges, now and then.
pub(crate) fn seal(records: &[RecordedEvent]) -> io::Result<Vec<Sealed>> {
    Sealer::new()?.seal(records)
}

/// Puts together a file: the first frame, what the skippable frame holds, and the footer.
fn file(
    first_frame: &[u8],
    skippable: [u8; 4],
    behind: &[&[u8]],
    first: Position,
    [bundle, list]: [usize; 2],
) -> Vec<u8> {
    let skipped = behind.iter().map(|part| part.len()).sum::<usize>().saturating_add(FOOTER);
    let length = first_frame.len().saturating_add(8).saturating_add(skipped);
    let mut bytes = Vec::with_capacity(length);
    bytes.extend_from_slice(first_frame);
    bytes.extend_from_slice(&skippable);
    bytes.extend_from_slice(&u32::try_from(skipped).unwrap_or(u32::MAX).to_le_bytes());
    for part in behind {
        bytes.extend_from_slice(part);
    }
    bytes.extend_from_slice(&first.0.to_be_bytes());
    bytes.extend_from_slice(&length32(bundle));
    bytes.extend_from_slice(&length32(list));
    bytes.extend_from_slice(&length32(first_frame.len()));
    bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_be_bytes());
    bytes
}

/// The records of the range that begins at `first`.
pub(crate) fn unseal(bytes: &[u8], first: Position) -> Result<Vec<RecordedEvent>, FrameDamage> {
    is_whole(bytes).then(|| parse(bytes, first)).flatten().ok_or_else(|| other_bytes(first))
}

/// The first record that differs from what was sealed, where a damaged range can still be read.
pub(crate) fn first_damaged(bytes: &[u8], first: Position, leaves: &[Hash]) -> Option<Position> {
    let records = parse(bytes, first)?;
    let mut pairs = records.iter().zip(leaves);
    let differing = pairs.find(|(record, leaf)| leaf_hash(&record.bytes) != **leaf)?;
    Some(differing.0.position)
}

/// A record of a range, as it stands in what was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) stream: &'a [u8],
    pub(crate) version: u64,
    pub(crate) bytes: &'a [u8],
    /// Whether the stream's name stands in the list and not in the record.
    is_apart: bool,
}

/// Unseals range after range into the same memory, for whoever keeps none of them.
#[derive(Debug, Default)]
pub(crate) struct Unsealer {
    unsealed: Unsealed,
}

impl Unsealer {
    /// [`unseal`], without a copy or a count of owners for each record.
    pub(crate) fn entries(
        &mut self,
        bytes: &[u8],
        first: Position,
    ) -> Result<Vec<Entry<'_>>, FrameDamage> {
        let unsealed = &mut self.unsealed;
        let entries = is_whole(bytes)
            .then(|| {
                unsealed.read(bytes, first)?;
                unsealed.form.entries(&unsealed.bundle, &unsealed.list)
            })
            .flatten();
        let are_named =
            |entries: &Vec<Entry<'_>>| entries.iter().all(|entry| StreamId::is_name(entry.stream));
        entries.filter(are_named).ok_or_else(|| other_bytes(first))
    }
}

/// The C2SP entry bundle that the file of a sealed range holds, as it is served; none when it is no such file, or damaged.
///
/// For whoever has the files and no ledger around them. Which range it is, the caller knows by the file's name.
pub fn served_bundle(file: &[u8]) -> Option<Vec<u8>> {
    let footer = file.last_chunk::<FOOTER>().filter(|_| is_whole(file))?;
    let mut unsealed = Unsealed::default();
    unsealed.read(file, Position(be64(footer)))?;
    Some(unsealed.bundle)
}

fn is_whole(bytes: &[u8]) -> bool {
    bytes
        .split_last_chunk::<4>()
        .is_some_and(|(rest, crc)| crc32c::crc32c(rest) == u32::from_be_bytes(*crc))
}

fn other_bytes(first: Position) -> FrameDamage {
    let reason = format!("expected the sealed range from {first}, found other bytes");
    FrameDamage { position: first, reason }
}

fn parse(bytes: &[u8], first: Position) -> Option<Vec<RecordedEvent>> {
    let mut unsealed = Unsealed::default();
    unsealed.read(bytes, first)?;
    let (bundle, list) = (Bytes::from(unsealed.bundle), Bytes::from(unsealed.list));
    let mut records = Vec::with_capacity(usize::from(TILE_WIDTH));
    for (place, entry) in (first.0..).zip(unsealed.form.entries(&bundle, &list)?) {
        let named_in = if entry.is_apart { &list } else { &bundle };
        records.push(RecordedEvent {
            position: Position(place),
            stream: StreamId::try_from(named_in.slice_ref(entry.stream)).ok()?,
            version: StreamVersion(entry.version),
            bytes: bundle.slice_ref(entry.bytes),
        });
    }
    Some(records)
}

#[derive(Debug, Default, Clone, Copy)]
enum Form {
    #[default]
    Plain,
    Packed,
}

impl Form {
    fn entries<'a>(self, bundle: &'a [u8], list: &'a [u8]) -> Option<Vec<Entry<'a>>> {
        let records = parse_bundle(bundle, TILE_WIDTH).ok()?.into_iter();
        match self {
            Self::Plain => plain_form::entries(records, list),
            Self::Packed => list::entries(records, list),
        }
    }
}

/// What a file holds: the bundle as it is served, and the list in the file's form.
#[derive(Debug, Default)]
struct Unsealed {
    form: Form,
    bundle: Vec<u8>,
    list: Vec<u8>,
    /// What is between a packed file and its bundle.
    text: Vec<u8>,
    unpacker: packed::Unpacker,
}

impl Unsealed {
    fn read(&mut self, bytes: &[u8], first: Position) -> Option<()> {
        let (rest, footer) = bytes.split_last_chunk::<FOOTER>()?;
        let length = |at: usize| usize::try_from(be32(footer.get(at..)?)).ok();
        let (bundle_length, list_length) = (length(8)?, length(12)?);
        if be64(footer) != first.0 || bundle_length > BUNDLE_BYTES_MAX {
            return None;
        }
        let (first_frame, rest) = rest.split_at_checked(length(16)?)?;
        let (magic, behind) = (rest.first_chunk::<4>()?, rest.get(8..)?);
        let Self { form, bundle, list, text, unpacker } = self;
        match *magic {
            SKIPPABLE_PLAIN => {
                *form = Form::Plain;
                (list_length <= plain_form::LIST_BYTES_MAX).then_some(())?;
                decompress(first_frame, bundle_length, bundle)?;
                decompress(behind, list_length, list)
            }
            SKIPPABLE_PACKED => {
                *form = Form::Packed;
                let lengths = [bundle_length, list_length];
                packed_form::read(first_frame, behind, lengths, (text, unpacker), [bundle, list])
            }
            _ => None,
        }
    }
}

/// Compresses into room that is used again.
fn compress(
    compressor: &mut Compressor<'static>,
    bytes: &[u8],
    compressed: &mut Vec<u8>,
) -> io::Result<()> {
    compressed.clear();
    compressed.reserve(compress_bound(bytes.len()));
    compressor.compress_to_buffer(bytes, compressed).map(|_| ())
}

fn decompress(compressed: &[u8], length: usize, into: &mut Vec<u8>) -> Option<()> {
    into.clear();
    into.reserve(length);
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new().ok()?),
        };
        decompressor.decompress_to_buffer(compressed, into).ok()
    })?;
    (into.len() == length).then_some(())
}

#[cfg(test)]
mod tests;

//! Segments: files of equal slots, in which blobs lie where they can be overwritten.
//!
//! A blob goes into the smallest of six slot sizes that holds it. Segment files are named
//! `SIZE-NUMBER.seg`, and hold as many slots as fit into 1 GiB. A header of 4096 bytes, integers
//! big-endian:
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `RDRSBLOB` |
//! | 8 | 4 | format version: 1 |
//! | 12 | 4 | slot size |
//! | 16 | 8 | segment number |
//! | 24 | 32 | ledger id |
//! | 56 | 4 | CRC-32C of bytes 0 to 55 |
//! | 60 | 4036 | zero |
//!
//! Slot `n` of a segment begins at 4096 + size n:
//!
//! | at | bytes | what |
//! |---|---|---|
//! | 0 | 1 | state: 0 = free, 1 = live |
//! | 1 | 3 | zero |
//! | 4 | 4 | length of the blob |
//! | 8 | 16 | vault id |
//! | 24 | 4 | zero |
//! | 28 | 4 | CRC-32C of bytes 0 to 27 and of the blob |
//! | 32 | length | the blob |
//! | | | zero, up to the size |
//!
//! A free slot is zero throughout. All slot sizes are multiples of 512, so two slots never share a
//! disk sector, and a write that a crash cuts short harms no neighbour.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use crate::{
    error::OpenVaultError,
    files,
    frame::{Cursor, Reference, is_zero},
    seal::{BLOB_OVERHEAD, padded_bytes},
};

pub(crate) const HEADER_BYTES: u64 = 4096;
/// What a slot adds to its blob.
pub(crate) const SLOT_HEADER_BYTES: usize = 32;
const SEGMENT_BYTES: u64 = 1 << 30;
const MAGIC: [u8; 8] = *b"RDRSBLOB";
const VERSION: u32 = 1;
const CHECKED_BYTES: usize = 56;
const LIVE: u8 = 1;

/// One of the slot sizes. The numbers are part of every vault id: never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SlotClass {
    Half = 1,
    /// What most messages need; it came later than its neighbours.
    One = 6,
    Two = 2,
    Eight = 3,
    SixtyFour = 4,
    Thousand = 5,
}

impl SlotClass {
    /// From the smallest to the largest.
    pub(crate) const ALL: [Self; 6] =
        [Self::Half, Self::One, Self::Two, Self::Eight, Self::SixtyFour, Self::Thousand];

    /// The smallest class for a text of this length; `None` when it is too long for any.
    pub(crate) fn for_text(text_bytes: usize) -> Option<Self> {
        let needed = padded_bytes(text_bytes) + BLOB_OVERHEAD + SLOT_HEADER_BYTES;
        Self::ALL.into_iter().find(|class| class.slot_bytes() >= needed)
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }

    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// The size of a slot, in bytes.
    pub(crate) const fn slot_bytes(self) -> usize {
        match self {
            Self::Half => 512,
            Self::One => 1024,
            Self::Two => 2048,
            Self::Eight => 8192,
            Self::SixtyFour => 65_536,
            Self::Thousand => 1_052_672, // 1 MiB of text, its seal, and room to the next 4096
        }
    }

    /// How many slots a segment holds.
    pub(crate) const fn slots_per_segment(self) -> u64 {
        SEGMENT_BYTES / self.slot_bytes() as u64
    }
}

/// Where a blob lies: the n-th slot of its class, over all segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BlobPlace {
    pub(crate) class: SlotClass,
    pub(crate) slot: u64,
}

/// A segment file of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SegmentId {
    pub(crate) class: SlotClass,
    pub(crate) number: u64,
}

impl BlobPlace {
    /// As it stands, masked, in a vault id: 8 bits of class, then 40 bits of slot.
    pub(crate) fn to_bits(self) -> u64 {
        u64::from(self.class.code()) << 40 | self.slot
    }

    /// `None` when the class is none of ours.
    pub(crate) fn from_bits(bits: u64) -> Option<Self> {
        let class = u8::try_from(bits >> 40).ok().and_then(SlotClass::from_code)?;
        Some(Self { class, slot: bits & ((1 << 40) - 1) })
    }

    pub(crate) fn segment(self) -> SegmentId {
        SegmentId { class: self.class, number: self.slot / self.class.slots_per_segment() }
    }

    /// Where in its segment the slot begins.
    pub(crate) fn offset(self) -> u64 {
        slot_offset(self.class, self.slot % self.class.slots_per_segment())
    }
}

fn slot_offset(class: SlotClass, slot_in_segment: u64) -> u64 {
    HEADER_BYTES.saturating_add(slot_in_segment.saturating_mul(class.slot_bytes() as u64))
}

impl SegmentId {
    pub(crate) fn path(self, directory: &Path) -> PathBuf {
        directory.join(format!("{}-{:06}.seg", self.class.slot_bytes(), self.number))
    }

    fn parse(name: &str) -> Option<Self> {
        let (size, number) = name.strip_suffix(".seg")?.split_once('-')?;
        let class = SlotClass::ALL.into_iter().find(|c| c.slot_bytes().to_string() == size)?;
        let id = Self { class, number: number.parse().ok()? };
        (format!("{:06}", id.number) == number).then_some(id)
    }

    /// Makes the file with its header, durably.
    pub(crate) fn create(self, directory: &Path, ledger_id: &[u8; 32]) -> io::Result<()> {
        let mut header = Vec::with_capacity(CHECKED_BYTES + 4);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&VERSION.to_be_bytes());
        let size = u32::try_from(self.class.slot_bytes()).unwrap_or(u32::MAX);
        header.extend_from_slice(&size.to_be_bytes());
        header.extend_from_slice(&self.number.to_be_bytes());
        header.extend_from_slice(ledger_id);
        files::write_header(directory, &self.path(directory), header, HEADER_BYTES)
    }

    fn check(self, directory: &Path, ledger_id: &[u8; 32]) -> Result<File, OpenVaultError> {
        let path = self.path(directory);
        let failed = |source| OpenVaultError::Io { path: path.clone(), source };
        let damaged = |what| OpenVaultError::Damaged { path: path.clone(), what };
        let file = OpenOptions::new().read(true).open(&path).map_err(failed)?;
        let header = files::read_header(&file, CHECKED_BYTES, HEADER_BYTES)
            .map_err(failed)?
            .ok_or_else(|| damaged("a checksum that fits"))?;
        let mut cursor = Cursor(&header);
        let is_ours = cursor.array() == Some(MAGIC)
            && cursor.u32() == Some(VERSION)
            && cursor.u32().and_then(|size| usize::try_from(size).ok())
                == Some(self.class.slot_bytes())
            && cursor.u64() == Some(self.number);
        if !is_ours {
            return Err(damaged("a segment of this size and number, version 1"));
        }
        let found = cursor.array().unwrap_or_default();
        if found != *ledger_id {
            return Err(OpenVaultError::WrongLedger {
                path,
                expected: Reference(*ledger_id),
                found: Reference(found),
            });
        }
        Ok(file)
    }
}

/// All segment files of a directory, each with a header that was checked, in order.
pub(crate) fn list(
    directory: &Path,
    ledger_id: &[u8; 32],
) -> Result<Vec<(SegmentId, File)>, OpenVaultError> {
    let failed = |source| OpenVaultError::Io { path: directory.to_owned(), source };
    let entries = match fs::read_dir(directory) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            return Err(OpenVaultError::NoVault { path: directory.to_owned() });
        }
        other => other.map_err(failed)?,
    };
    let mut ids = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        ids.extend(name.to_str().and_then(SegmentId::parse));
    }
    ids.sort_unstable();
    ids.into_iter().map(|id| Ok((id, id.check(directory, ledger_id)?))).collect()
}

/// One more than the last slot in use, over all segments before this one and this one.
pub(crate) fn high_water(id: SegmentId, file: &File) -> io::Result<u64> {
    let slot_bytes = id.class.slot_bytes();
    let slots = file.metadata()?.len().saturating_sub(HEADER_BYTES).div_ceil(slot_bytes as u64);
    let here = files::high_water(file, slots, slot_bytes, |slot| slot_offset(id.class, slot))?;
    Ok(id.number.saturating_mul(id.class.slots_per_segment()).saturating_add(here))
}

/// What the live, whole slots of a segment hold: their number, and the bytes of their blobs.
pub(crate) fn count_live(id: SegmentId, file: &File) -> io::Result<(u64, u64)> {
    let (mut blobs, mut bytes) = (0, 0);
    let slot_bytes = id.class.slot_bytes();
    let slots = file.metadata()?.len().saturating_sub(HEADER_BYTES).div_ceil(slot_bytes as u64);
    let per_read = (64 * 1024 / slot_bytes).max(1) as u64;
    let mut slot = 0;
    while slot < slots {
        let now = per_read.min(slots - slot);
        let length = usize::try_from(now).unwrap_or(0) * slot_bytes;
        let read = files::read_padded(file, slot_offset(id.class, slot), length)?;
        for parsed in read.chunks_exact(slot_bytes).filter_map(BlobSlot::parse) {
            if parsed.is_whole {
                blobs += 1;
                bytes += parsed.blob.len() as u64;
            }
        }
        slot += now;
    }
    Ok((blobs, bytes))
}

/// A slot as read.
pub(crate) struct BlobSlot<'a> {
    pub(crate) id: [u8; 16],
    pub(crate) blob: &'a [u8],
    /// Whether state, checksum and padding are as they were written.
    pub(crate) is_whole: bool,
}

impl<'a> BlobSlot<'a> {
    /// What stands before a blob in its slot.
    pub(crate) fn header(id: &[u8; 16], blob: &[u8]) -> [u8; SLOT_HEADER_BYTES] {
        let length = u32::try_from(blob.len()).expect("a blob is little over 1 MiB at most");
        let [a, b, c, d] = length.to_be_bytes();
        let mut header = [0; SLOT_HEADER_BYTES];
        let parts = [LIVE, 0, 0, 0, a, b, c, d].into_iter().chain(*id);
        header.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        if let Some((checked, crc)) = header.split_last_chunk_mut::<4>() {
            *crc = crc32c::crc32c_append(crc32c::crc32c(checked), blob).to_be_bytes();
        }
        header
    }

    /// Takes a slot apart; `None` when its length makes no sense, as in a free one.
    pub(crate) fn parse(slot: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor(slot);
        let [state, reserved @ ..] = cursor.array::<4>()?;
        let length = usize::try_from(cursor.u32()?).ok()?;
        let id = cursor.array()?;
        let _reserved = cursor.u32()?;
        let crc = cursor.u32()?;
        let blob = cursor.slice(length).filter(|blob| !blob.is_empty())?;
        let expected = crc32c::crc32c_append(crc32c::crc32c(slot.get(..28)?), blob);
        let is_whole = state == LIVE && is_zero(&reserved) && is_zero(cursor.0) && crc == expected;
        Some(Self { id, blob, is_whole })
    }
}

/// Reads the whole slot at a place; `None` when there is no such segment or the slot is past its
/// end.
pub(crate) fn read(directory: &Path, place: BlobPlace) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(place.segment().path(directory)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    if file.metadata()?.len() <= place.offset() {
        return Ok(None);
    }
    files::read_padded(&file, place.offset(), place.class.slot_bytes()).map(Some)
}

#[cfg(test)]
mod tests;

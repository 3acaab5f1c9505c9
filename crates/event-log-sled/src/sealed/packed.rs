//! The records of a range in four parts, so that what is random takes no more room than it must.
//!
//! A record of the ledger is text, of which a third is ids and digests in hexadecimal: bytes that no compressor makes
//! fewer, spelt with two characters each. They are taken out and kept as bytes, each once in a range; so are times, of
//! which most are close to another, as the difference. What stands between them is nearly always what stood there in
//! other records: each such run is kept once in a range too, and a record is a list of numbers of runs.
//!
//! | part | what |
//! |---|---|
//! | text | the runs in the order in which each is first used: its text, and a mark (0 to 7) that says what follows it |
//! | runs | LEB128 for each run of the records: 0 for the next one of the text, else which it was there, from 1 |
//! | numbers | LEB128 for each time, for each value with a time, and for each repeated value how many new ones ago it was new |
//! | values | the bytes of each value that is new in the range, but for its time |
//!
//! Only what stands between two quotation marks is looked at, and only as a whole; of what ends with a ULID behind a hyphen
//! the ULID alone is taken out. A range in which a byte below 8 stands in a record, which JSON never has, cannot be packed.

use std::{
    collections::{HashMap, hash_map::Entry},
    mem,
    ops::Range,
};

use foldhash::fast::RandomState;

use crate::{
    index::entry::{put_number, take_number},
    sealed::notation::{Notation, TimestampWriter, Value, fits_id, read_timestamp},
};

/// The record ends.
const END: u8 = 0;
const TIME: u8 = 6;
const AGAIN: u8 = 7;
/// How many marks there are: all bytes below.
const MARKS: u8 = 8;

fn mark(notation: Notation) -> u8 {
    match notation {
        Notation::Hex16 => 1,
        Notation::Hex32 => 2,
        Notation::Uuid => 3,
        Notation::TimedUuid => 4,
        Notation::Ulid => 5,
    }
}

fn notation(mark: u8) -> Option<Notation> {
    let all =
        [Notation::Hex16, Notation::Hex32, Notation::Uuid, Notation::TimedUuid, Notation::Ulid];
    all.get(usize::from(mark.checked_sub(1)?)).copied()
}

/// The parts of a packed range. Kept from range to range, for new memory is not free.
#[derive(Debug, Default)]
pub(super) struct Packed {
    pub(super) text: Vec<u8>,
    pub(super) runs: Vec<u8>,
    pub(super) numbers: Vec<u8>,
    pub(super) values: Vec<u8>,
}

/// Times near the one that is told: the first of the record, and the last before it.
#[derive(Debug, Default, Clone, Copy)]
struct Near {
    first: u64,
    last: u64,
    is_begun: bool,
}

impl Near {
    /// The difference to the nearer one, its sign and which it is below it.
    fn number(self, millis: u64) -> u64 {
        let [first, last] = [self.first, self.last].map(|near| zigzag(millis, near));
        if last < first { last << 1 | 1 } else { first << 1 }
    }

    /// The time that a number tells.
    fn time(self, number: u64) -> Option<u64> {
        let near = if number & 1 == 1 { self.last } else { self.first };
        let difference = number >> 1;
        let millis = if difference & 1 == 1 {
            near.checked_sub((difference >> 1).checked_add(1)?)
        } else {
            near.checked_add(difference >> 1)
        };
        millis.filter(|millis| fits_id(*millis))
    }

    fn pass(&mut self, millis: u64) {
        if !mem::replace(&mut self.is_begun, true) {
            self.first = millis;
        }
        self.last = millis;
    }

    /// The next record's first time is near that of this one.
    fn end_record(&mut self) {
        *self = Self { first: self.first, last: self.first, is_begun: false };
    }
}

/// 0, -1, 1, -2, … as 0, 1, 2, 3, …
fn zigzag(millis: u64, near: u64) -> u64 {
    if millis >= near {
        millis.wrapping_sub(near) << 1
    } else {
        near.wrapping_sub(millis).wrapping_sub(1) << 1 | 1
    }
}

/// Packs ranges.
#[derive(Debug, Default)]
pub(super) struct Packer {
    pub(super) packed: Packed,
    /// The values of this range, with their numbers.
    values: HashMap<Value, u64, RandomState>,
    /// The texts of this range's runs, with the number of the run for each mark; 0: none.
    texts: HashMap<Box<[u8]>, [u64; MARKS as usize], RandomState>,
    /// How many runs there are.
    runs: u64,
}

enum Told {
    Time(u64),
    Value(Value),
}

impl Packer {
    /// Packs the records of a range; tells whether they can be packed.
    pub(super) fn pack<'a>(&mut self, records: impl Iterator<Item = &'a [u8]>) -> bool {
        let Packed { text, runs, numbers, values } = &mut self.packed;
        [text, runs, numbers, values].into_iter().for_each(Vec::clear);
        self.values.clear();
        self.texts.clear();
        self.runs = 0;
        let mut near = Near::default();
        for record in records {
            // No early end: this goes through a record in a few steps.
            if record.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < MARKS {
                return false;
            }
            self.pack_record(record, &mut near);
            near.end_record();
        }
        true
    }

    fn pack_record(&mut self, record: &[u8], near: &mut Near) {
        let (mut taken, mut start) = (0, 0);
        for quote in quotes(record) {
            let between = record.get(start..quote).unwrap_or_default();
            start = quote.saturating_add(1);
            let length = between.len();
            let (told, characters) = if let Some(millis) = read_timestamp(between) {
                (Told::Time(millis), length)
            } else if let Some(value) = Value::read(between) {
                (Told::Value(value), length)
            } else if let Some(value) = Value::read_ulid_behind(between) {
                (Told::Value(value), ulid::ULID_LEN)
            } else {
                continue;
            };
            let before = record.get(taken..quote.saturating_sub(characters)).unwrap_or_default();
            taken = quote;
            match told {
                Told::Time(millis) => {
                    self.put_run(before, TIME);
                    self.put_time(millis, near);
                }
                Told::Value(value) => self.put_value(before, &value, near),
            }
        }
        self.put_run(record.get(taken..).unwrap_or_default(), END);
    }

    fn put_run(&mut self, text: &[u8], mark: u8) {
        let mark_place = usize::from(mark);
        let known = self.texts.get_mut(text);
        let number = known.as_ref().and_then(|numbers| numbers.get(mark_place).copied());
        if let Some(number) = number.filter(|number| *number > 0) {
            return put_number(&mut self.packed.runs, number);
        }
        self.runs = self.runs.saturating_add(1);
        let place = match known {
            Some(numbers) => numbers.get_mut(mark_place),
            None => self.texts.entry(text.into()).or_default().get_mut(mark_place),
        };
        if let Some(place) = place {
            *place = self.runs;
        }
        put_number(&mut self.packed.runs, 0);
        self.packed.text.extend_from_slice(text);
        self.packed.text.push(mark);
    }

    fn put_time(&mut self, millis: u64, near: &mut Near) {
        put_number(&mut self.packed.numbers, near.number(millis));
        near.pass(millis);
    }

    fn put_value(&mut self, before: &[u8], value: &Value, near: &mut Near) {
        let next = u64::try_from(self.values.len()).unwrap_or(u64::MAX);
        match self.values.entry(*value) {
            Entry::Occupied(number) => {
                put_number(&mut self.packed.numbers, next.wrapping_sub(*number.get()));
                self.put_run(before, AGAIN);
            }
            Entry::Vacant(number) => {
                number.insert(next);
                let (millis, rest) = value.parts();
                self.packed.values.extend_from_slice(rest);
                self.put_run(before, mark(value.notation));
                if value.notation.time_bytes() > 0 {
                    self.put_time(millis, near);
                }
            }
        }
    }
}

/// Where quotation marks stand. They stand so close that eight bytes are looked at together, and no more.
fn quotes(record: &[u8]) -> impl Iterator<Item = usize> {
    const ONES: u64 = u64::MAX / 255;
    let (chunks, rest) = record.as_chunks::<8>();
    let whole = record.len().saturating_sub(rest.len());
    let in_chunks = (0..).step_by(8).zip(chunks).flat_map(|(place, chunk)| {
        let other = u64::from_le_bytes(*chunk) ^ ONES.wrapping_mul(u64::from(b'"'));
        // The highest bit of each byte that is zero, and of no other: nothing is carried from one to the next.
        let low = (ONES << 7).wrapping_sub(ONES);
        let mut found = !((other & low).wrapping_add(low) | other | low);
        std::iter::from_fn(move || {
            let bit = usize::try_from(found.trailing_zeros()).ok().filter(|_| found != 0)?;
            found &= found.wrapping_sub(1);
            Some(place + bit / 8)
        })
    });
    let in_rest = (whole..).zip(rest).filter(|(_, byte)| **byte == b'"').map(|(place, _)| place);
    in_chunks.chain(in_rest)
}

/// Makes the records anew.
#[derive(Debug, Default)]
pub(super) struct Unpacker {
    /// Where in the text each run's text stands, and the mark behind it.
    runs: Vec<(Range<usize>, u8)>,
    /// Where in the bundle each value stands.
    values: Vec<Range<usize>>,
}

/// What of the parts is not yet unpacked.
struct Rest<'a> {
    numbers: &'a [u8],
    values: &'a [u8],
    near: Near,
    times: TimestampWriter,
}

impl Unpacker {
    /// Makes the records anew, as the bundle they are served in: 256 × (`u16` length, record), at most so many bytes.
    pub(super) fn unpack(
        &mut self,
        [text, runs, numbers, values]: [&[u8]; 4],
        most: usize,
        bundle: &mut Vec<u8>,
    ) -> Option<()> {
        self.runs.clear();
        self.values.clear();
        bundle.clear();
        bundle.reserve(most);
        let mut rest =
            Rest { numbers, values, near: Near::default(), times: TimestampWriter::default() };
        let (mut runs, mut untold) = (runs, 0);
        let mut start = 0;
        while !runs.is_empty() {
            let (place, mark) = self.run(take_number(&mut runs)?, text, &mut untold)?;
            if bundle.len() == start {
                bundle.extend_from_slice(&[0; 2]);
            }
            let run = text.get(place)?;
            if bundle.len().checked_add(run.len())? > most {
                return None;
            }
            bundle.extend_from_slice(run);
            if mark == END {
                let length = bundle.len().checked_sub(start)?.checked_sub(2)?;
                let length = u16::try_from(length).ok()?.to_be_bytes();
                *bundle.get_mut(start..)?.first_chunk_mut()? = length;
                rest.near.end_record();
                start = bundle.len();
            } else {
                self.put_told(mark, &mut rest, bundle)?;
            }
        }
        let is_all = untold == text.len() && rest.numbers.is_empty() && rest.values.is_empty();
        (is_all && start == bundle.len()).then_some(())
    }

    /// Where a run stands, which is the next one of the text or one of those before.
    fn run(&mut self, number: u64, text: &[u8], untold: &mut usize) -> Option<(Range<usize>, u8)> {
        let Some(before) = number.checked_sub(1) else {
            let behind = text.get(*untold..)?;
            let length = behind.iter().position(|byte| *byte < MARKS)?;
            let end = untold.checked_add(length)?;
            let run = (*untold..end, *text.get(end)?);
            *untold = end.checked_add(1)?;
            self.runs.push(run.clone());
            return Some(run);
        };
        self.runs.get(usize::try_from(before).ok()?).cloned()
    }

    fn put_told(&mut self, mark: u8, rest: &mut Rest<'_>, bundle: &mut Vec<u8>) -> Option<()> {
        let Rest { numbers, values, near, times } = rest;
        let Some(notation) = notation(mark) else {
            let number = take_number(numbers)?;
            if mark == TIME {
                let millis = near.time(number)?;
                near.pass(millis);
                return times.write(millis, bundle);
            }
            let place = self.values.len().checked_sub(usize::try_from(number).ok()?)?;
            bundle.extend_from_within(self.values.get(place)?.clone());
            return Some(());
        };
        let mut millis = 0;
        if notation.time_bytes() > 0 {
            millis = near.time(take_number(numbers)?)?;
            near.pass(millis);
        }
        let length = notation.bytes().checked_sub(notation.time_bytes())?;
        let (own, others) = values.split_at_checked(length)?;
        *values = others;
        let start = bundle.len();
        Value::new(notation, millis, own)?.write(bundle);
        self.values.push(start..bundle.len());
        Some(())
    }
}

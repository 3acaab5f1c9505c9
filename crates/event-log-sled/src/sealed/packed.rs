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

use std::{mem, ops::Range};

use foldhash::fast::RandomState;
use indexmap::{IndexMap, IndexSet};
use ulid::ULID_LEN;

use crate::{
    index::entry::{put_number, take_number},
    sealed::notation::{
        Notation, TIMESTAMP_LENGTH, TimestampReader, TimestampWriter, Value, fits_id,
    },
};

/// The record ends.
const END: u8 = 0;
const TIME: u8 = 6;
const AGAIN: u8 = 7;
/// How many marks there are: all bytes below.
const MARKS: u8 = 8;
/// Nothing that is told is shorter: a time.
const TOLD_LEAST: usize = TIMESTAMP_LENGTH;
/// How many bytes are looked at together.
const BLOCK: usize = 64;

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
    /// The values of this range, in the order in which they came.
    values: IndexSet<Value, RandomState>,
    /// The texts of this range's runs.
    texts: IndexMap<Box<[u8]>, Text, RandomState>,
    /// The text that was put last.
    last: usize,
    /// How many runs there are.
    runs: u64,
    times: TimestampReader,
}

/// The text of runs.
#[derive(Debug)]
struct Text {
    /// The number of the run with each mark behind it; 0: none.
    numbers: [u64; MARKS as usize],
    /// How many characters told something behind it the last time, or none: the record ended.
    told: usize,
    /// Which text came after it the last time.
    next: usize,
}

/// What comes next in a record: a text, what is told behind it, and the quotation mark behind that.
struct Step {
    text: usize,
    told: Option<Told>,
    end: usize,
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
        self.last = 0;
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
        let (mut taken, mut quotes) = (0, Quotes::of(record));
        loop {
            let foreseen = self.foreseen(record, taken);
            let step = foreseen.unwrap_or_else(|| self.sought(record, taken, &mut quotes));
            let is_end = step.told.is_none();
            let mark = match step.told {
                None => END,
                Some(Told::Time(millis)) => {
                    self.put_time(millis, near);
                    TIME
                }
                Some(Told::Value(value)) => self.put_value(value, near),
            };
            self.put_run(step.text, mark);
            taken = step.end;
            if is_end {
                return;
            }
        }
    }

    /// The text that came there the last time, and something of the same length behind it: what is sought would be no other.
    fn foreseen(&mut self, record: &[u8], taken: usize) -> Option<Step> {
        let next = self.texts.get_index(self.last)?.1.next;
        let (before, text) = self.texts.get_index(next)?;
        let behind = record.get(taken..)?.strip_prefix(before.as_ref())?;
        let (characters, rest) = behind.split_at_checked(text.told)?;
        let told = match text.told {
            0 => return rest.is_empty().then_some(Step { text: next, told: None, end: taken }),
            _ if rest.first() != Some(&b'"') => return None,
            TIMESTAMP_LENGTH => Told::Time(self.times.read(characters)?),
            ULID_LEN => Told::Value(Value::read_ulid(characters)?),
            _ => Told::Value(Value::read(characters)?),
        };
        let end = taken.checked_add(before.len())?.checked_add(characters.len())?;
        Some(Step { text: next, told: Some(told), end })
    }

    /// What is told next between two quotation marks, wherever it is.
    fn sought(&mut self, record: &[u8], taken: usize, quotes: &mut Quotes<'_>) -> Step {
        // There is a mark where something was taken.
        let mut start = if taken > 0 { taken.saturating_add(1) } else { 0 };
        quotes.skip_to(start);
        for quote in quotes {
            let between = record.get(start..quote).unwrap_or_default();
            if let Some((told, characters)) = read(between, &mut self.times) {
                let text = record.get(taken..quote.saturating_sub(characters)).unwrap_or_default();
                let text = self.text(text, characters);
                return Step { text, told: Some(told), end: quote };
            }
            start = quote.saturating_add(1);
        }
        let text = self.text(record.get(taken..).unwrap_or_default(), 0);
        Step { text, told: None, end: taken }
    }

    /// Which text it is.
    fn text(&mut self, text: &[u8], told: usize) -> usize {
        if let Some((place, _, known)) = self.texts.get_full_mut(text) {
            known.told = told;
            return place;
        }
        let (place, numbers) = (self.texts.len(), Default::default());
        self.texts.insert(text.into(), Text { numbers, told, next: place });
        place
    }

    fn put_run(&mut self, text: usize, mark: u8) {
        if let Some((_, last)) = self.texts.get_index_mut(self.last) {
            last.next = text;
        }
        self.last = text;
        let Some((text, Text { numbers, .. })) = self.texts.get_index_mut(text) else { return };
        let Some(number) = numbers.get_mut(usize::from(mark)) else { return };
        if *number > 0 {
            return put_number(&mut self.packed.runs, *number);
        }
        self.runs = self.runs.saturating_add(1);
        *number = self.runs;
        put_number(&mut self.packed.runs, 0);
        self.packed.text.extend_from_slice(text);
        self.packed.text.push(mark);
    }

    fn put_time(&mut self, millis: u64, near: &mut Near) {
        put_number(&mut self.packed.numbers, near.number(millis));
        near.pass(millis);
    }

    /// Gives the mark.
    fn put_value(&mut self, value: Value, near: &mut Near) -> u8 {
        let known = self.values.len();
        let (number, is_new) = self.values.insert_full(value);
        if !is_new {
            let behind = known.saturating_sub(number);
            put_number(&mut self.packed.numbers, u64::try_from(behind).unwrap_or(u64::MAX));
            return AGAIN;
        }
        value.write_rest(&mut self.packed.values);
        if let Some(millis) = value.millis() {
            self.put_time(millis, near);
        }
        mark(value.notation)
    }
}

/// What a text between two quotation marks tells, or its last characters, and how many tell it.
fn read(between: &[u8], times: &mut TimestampReader) -> Option<(Told, usize)> {
    let length = between.len();
    if length < TOLD_LEAST {
        return None;
    }
    if let Some(millis) = times.read(between) {
        return Some((Told::Time(millis), length));
    }
    if let Some(value) = Value::read(between) {
        return Some((Told::Value(value), length));
    }
    Value::read_ulid_behind(between).map(|value| (Told::Value(value), ULID_LEN))
}

/// The places of quotation marks. They stand close, and at no regular distance: the processor would guess wrong at nearly
/// every one, so that 64 bytes are looked at without a branch, and then only their marks.
struct Quotes<'a> {
    rest: &'a [u8],
    /// Where the block begins that is looked at, and its marks.
    base: usize,
    found: u64,
}

impl<'a> Quotes<'a> {
    fn of(record: &'a [u8]) -> Self {
        let mut quotes = Self { rest: record, base: 0, found: 0 };
        quotes.look();
        quotes
    }

    fn look(&mut self) {
        if let Some(block) = self.rest.first_chunk() {
            self.found = quotes(block);
        } else {
            let mut block = [0; BLOCK];
            block.iter_mut().zip(self.rest).for_each(|(into, byte)| *into = *byte);
            self.found = quotes(&block);
        }
    }

    /// Leaves out what stands before that place.
    fn skip_to(&mut self, place: usize) {
        let behind = place.saturating_sub(self.base);
        let skipped = behind / BLOCK * BLOCK;
        if skipped > 0 {
            self.rest = self.rest.get(skipped..).unwrap_or_default();
            self.base = self.base.saturating_add(skipped);
            self.look();
        }
        self.found &= u64::MAX << (behind % BLOCK);
    }
}

impl Iterator for Quotes<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            self.rest = self.rest.get(BLOCK..)?;
            self.base = self.base.checked_add(BLOCK)?;
            self.look();
        }
        let place = usize::try_from(self.found.trailing_zeros()).ok()?;
        self.found &= self.found.wrapping_sub(1);
        self.base.checked_add(place)
    }
}

/// A bit for each byte, the lowest for the first: whether it is a quotation mark.
fn quotes(block: &[u8; BLOCK]) -> u64 {
    // One bit of each byte, the first of which come last, next to each other in the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    block.as_chunks::<8>().0.iter().rev().fold(0, |found, word| {
        let quotes = zeros(u64::from_le_bytes(*word) ^ ONES.wrapping_mul(u64::from(b'"')));
        found << 8 | (quotes >> 7).wrapping_mul(GATHER) >> 56
    })
}

/// Where the first mark stands.
fn first_mark(text: &[u8]) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    let marks = |word: &[u8; 8]| zeros(u64::from_le_bytes(*word) & ONES.wrapping_mul(!7 & 0xff));
    let found = (0..).step_by(8).zip(words).find(|(_, word)| marks(word) != 0);
    if let Some((place, word)) = found {
        return usize::try_from(marks(word).trailing_zeros() / 8).ok()?.checked_add(place);
    }
    let place = text.len().checked_sub(rest.len())?;
    rest.iter().position(|byte| *byte < MARKS)?.checked_add(place)
}

const ONES: u64 = u64::MAX / 255;

/// The highest bit of each byte that is zero, and of no other: nothing is carried from one to the next.
fn zeros(word: u64) -> u64 {
    const LOW: u64 = (ONES << 7) - ONES;
    !((word & LOW).wrapping_add(LOW) | word | LOW)
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
            let length = first_mark(behind)?;
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
        notation.write(millis, own, bundle)?;
        self.values.push(start..bundle.len());
        Some(())
    }
}

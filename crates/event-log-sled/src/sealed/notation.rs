//! The notations that ids, digests and times have in records: read into bytes, and written again.
//!
//! What is read here is written again with the very same characters, or it is not read: any other spelling of a
//! value stays text.

use std::{
    hash::{Hash, Hasher},
    mem,
};

use jiff::{Timestamp, civil, tz::Offset};
use ulid::{ULID_LEN, Ulid};

/// How an id or a digest is spelt.
///
/// As wide as the numbers beside it: a byte, and nothing behind it, is moved slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Notation {
    /// 32 hexadecimal digits, lower case.
    Hex16,
    /// 64 of them.
    Hex32,
    /// RFC 9562, lower case: 8, 4, 4, 4 and 12 hexadecimal digits.
    Uuid,
    /// The same of version 7, which begins with a time.
    TimedUuid,
    /// Crockford's base 32, upper case, 26 characters; it begins with a time.
    Ulid,
}

impl Notation {
    /// How many bytes a value has.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Hex32 => 32,
            Self::Hex16 | Self::Uuid | Self::TimedUuid | Self::Ulid => 16,
        }
    }

    /// How many of them, the first, are milliseconds since 1970.
    pub(super) fn time_bytes(self) -> usize {
        match self {
            Self::TimedUuid | Self::Ulid => TIME_BYTES,
            Self::Hex16 | Self::Hex32 | Self::Uuid => 0,
        }
    }

    /// Writes a value as it was read, from its time, where it begins with one, and all bytes behind that; `None` where
    /// these are not of such a value.
    pub(super) fn write(self, millis: u64, rest: &[u8], out: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::Hex16 => out.extend_from_slice(digits(*rest.as_array()?).as_flattened()),
            Self::Hex32 => {
                let bytes: &[u8; 32] = rest.as_array()?;
                let halves: &[[u8; 16]; 2] = bytes.as_chunks().0.as_array()?;
                out.extend_from_slice(halves.map(digits).as_flattened().as_flattened());
            }
            Self::Uuid => out.extend_from_slice(&hyphened(*rest.as_array()?)),
            Self::TimedUuid => out.extend_from_slice(&hyphened(timed(millis, rest)?)),
            Self::Ulid => {
                let ulid = Ulid::from_bytes(timed(millis, rest)?);
                out.extend_from_slice(ulid.array_to_str(&mut [0; ULID_LEN]).as_bytes());
            }
        }
        Some(())
    }
}

/// The bytes of an id that begins with a time.
fn timed(millis: u64, rest: &[u8]) -> Option<[u8; 16]> {
    let [0, 0, t0, t1, t2, t3, t4, t5] = millis.to_be_bytes() else { return None };
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9] = *rest.as_array()?;
    Some([t0, t1, t2, t3, t4, t5, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9])
}

fn hyphened(bytes: [u8; 16]) -> [u8; UUID_LENGTH] {
    let mut text = [b'-'; UUID_LENGTH];
    for (place, pair) in UUID_PAIRS.into_iter().zip(digits(bytes)) {
        if let Some(into) = text.get_mut(place..).and_then(<[u8]>::first_chunk_mut) {
            *into = pair;
        }
    }
    text
}

const TIME_BYTES: usize = 6;
/// How many bits of the first word stand behind the time.
const BEHIND_TIME: u32 = 16;
const TIME_END: u64 = 1 << (8 * TIME_BYTES);
const UUID_LENGTH: usize = 36;
/// Where the digits of each byte of a UUID stand.
const UUID_PAIRS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
/// How many digits of a UUID stand before its hyphens.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
const DATE_LENGTH: usize = 10;
/// `2025-06-25T10:32:12.414Z`
pub(super) const TIMESTAMP_LENGTH: usize = 24;

/// An id or a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value {
    /// Its bytes as numbers, which are moved about faster; 0 behind what the notation has.
    words: [u64; 4],
    pub(super) notation: Notation,
}

impl Hash for Value {
    /// Of the first half, which nearly always tells them apart: whether a value was there before is asked of each.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [first, second, ..] = self.words;
        state.write_u64(first);
        state.write_u64(second);
    }
}

impl Value {
    fn of_bytes(notation: Notation, bytes: &[u8]) -> Self {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_be_bytes(*bytes);
        }
        Self { words, notation }
    }

    /// The time that it begins with, where it begins with one.
    pub(super) fn millis(&self) -> Option<u64> {
        let [first, ..] = self.words;
        (self.notation.time_bytes() > 0).then_some(first >> BEHIND_TIME)
    }

    /// Writes all bytes behind its time.
    pub(super) fn write_rest(&self, out: &mut Vec<u8>) {
        let bytes = self.words.map(u64::to_be_bytes);
        let rest = bytes.as_flattened().get(self.notation.time_bytes()..self.notation.bytes());
        out.extend_from_slice(rest.unwrap_or_default());
    }

    /// The value that a whole text is.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        match text.len() {
            32 => Self::read_hex(Notation::Hex16, text),
            64 => Self::read_hex(Notation::Hex32, text),
            UUID_LENGTH => Self::read_uuid(text),
            _ => None,
        }
    }

    /// The ULID that a text ends with behind a hyphen, as the name of a stream does.
    pub(super) fn read_ulid_behind(text: &[u8]) -> Option<Self> {
        let (before, last) = text.split_last_chunk::<ULID_LEN>()?;
        (before.last() == Some(&b'-')).then(|| Self::read_ulid(last)).flatten()
    }

    /// The ULID that a whole text is.
    pub(super) fn read_ulid(text: &[u8]) -> Option<Self> {
        let ulid = Ulid::from_string(str::from_utf8(text).ok()?).ok()?;
        // Other spellings are understood as well, but not written.
        if ulid.array_to_str(&mut [0; ULID_LEN]).as_bytes() != text {
            return None;
        }
        Some(Self::of_bytes(Notation::Ulid, &ulid.to_bytes()))
    }

    fn read_hex(notation: Notation, text: &[u8]) -> Option<Self> {
        let mut bytes = [[0; 16]; 2];
        for (half, digits) in bytes.iter_mut().zip(text.as_chunks().0) {
            *half = read_digits(digits)?;
        }
        Some(Self::of_bytes(notation, bytes.as_flattened()))
    }

    fn read_uuid(text: &[u8]) -> Option<Self> {
        let mut digits = [0; 32];
        let (mut rest, mut unread) = (text, digits.as_mut_slice());
        for length in UUID_GROUPS {
            let (group, behind) = rest.split_at_checked(length)?;
            let (into, later) = unread.split_at_mut_checked(length)?;
            into.copy_from_slice(group);
            unread = later;
            rest = match behind {
                [] => behind,
                [b'-', behind @ ..] => behind,
                _ => return None,
            };
        }
        let bytes = read_digits(&digits)?;
        let is_timed = bytes.get(TIME_BYTES).is_some_and(|byte| byte >> 4 == 7);
        let notation = if is_timed { Notation::TimedUuid } else { Notation::Uuid };
        Some(Self::of_bytes(notation, &bytes))
    }
}

/// Reads times to the millisecond in UTC. Most are of the day of the one before, of which the date is kept.
#[derive(Debug, Default)]
pub(super) struct TimestampReader {
    /// `2025-06-25`, and the milliseconds since 1970 when it began.
    day: Option<([u8; DATE_LENGTH], u64)>,
}

impl TimestampReader {
    /// The milliseconds since 1970.
    pub(super) fn read(&mut self, text: &[u8]) -> Option<u64> {
        let text: &[u8; TIMESTAMP_LENGTH] = text.try_into().ok()?;
        let (date, rest) = text.split_first_chunk()?;
        let [b'T', h0, h1, b':', n0, n1, b':', s0, s1, b'.', f0, f1, f2, b'Z'] = *rest else {
            return None;
        };
        let below = |limit: u64| move |number: &u64| *number < limit;
        let hour = number(&[h0, h1]).filter(below(24))?;
        let minute = number(&[n0, n1]).filter(below(60))?;
        let second = number(&[s0, s1]).filter(below(60))?;
        let millis = number(&[f0, f1, f2])?;
        let of_day = hour * 3_600_000 + minute * 60_000 + second * 1_000 + millis;
        let known = self.day.filter(|(known, _)| known == date).map(|(_, begin)| begin);
        let begin = known.map_or_else(|| begin_of(*date), Some)?;
        self.day = Some((*date, begin));
        begin.checked_add(of_day)
    }
}

/// When a day begins that is not before 1970.
fn begin_of([y0, y1, y2, y3, m, m0, m1, d, d0, d1]: [u8; DATE_LENGTH]) -> Option<u64> {
    let [year, month, day] = [&[y0, y1, y2, y3][..], &[m0, m1], &[d0, d1]].map(number);
    let small = |number: u64| i8::try_from(number).ok();
    let date = civil::Date::new(i16::try_from(year?).ok()?, small(month?)?, small(day?)?).ok()?;
    let begin = Offset::UTC.to_timestamp(date.to_datetime(civil::Time::midnight())).ok()?;
    ([m, d] == *b"--").then(|| u64::try_from(begin.as_millisecond()).ok()).flatten()
}

/// Writes times as they were read. Most are of the day of one of the two before: of when something happened, and of when it was
/// recorded. Their dates are kept.
#[derive(Debug, Default)]
pub(super) struct TimestampWriter {
    /// The day written last comes first.
    days: [Day; 2],
}

#[derive(Debug, Default)]
struct Day {
    number: u64,
    /// `2025-06-25T`; nothing at first.
    date: Vec<u8>,
}

impl Day {
    fn is(&self, number: u64) -> bool {
        self.number == number && !self.date.is_empty()
    }

    fn of(millis: u64) -> Option<Self> {
        let timestamp = Timestamp::from_millisecond(i64::try_from(millis).ok()?).ok()?;
        let date = Offset::UTC.to_datetime(timestamp).date();
        Some(Self { number: millis / MILLIS_OF_A_DAY, date: format!("{date}T").into_bytes() })
    }
}

const MILLIS_OF_A_DAY: u64 = 86_400_000;

impl TimestampWriter {
    /// Nothing, and `None`, where there is no such time.
    pub(super) fn write(&mut self, millis: u64, out: &mut Vec<u8>) -> Option<()> {
        let (day, clock) = (millis / MILLIS_OF_A_DAY, millis % MILLIS_OF_A_DAY);
        let [last, before] = &mut self.days;
        if !last.is(day) {
            mem::swap(last, before);
            if !last.is(day) {
                *last = Day::of(millis)?;
            }
        }
        let mut text = *b"00:00:00.000Z";
        let clock = u32::try_from(clock).ok()?;
        let [h0, h1, _, m0, m1, _, s0, s1, _, f0, f1, f2, _] = &mut text;
        let parts = [
            (clock / 3_600_000, [h0, h1]),
            (clock / 60_000 % 60, [m0, m1]),
            (clock / 1_000 % 60, [s0, s1]),
            (clock / 10 % 100, [f0, f1]),
        ];
        let digit = |number: u32| u8::try_from(number).map_or(b'0', |number| b'0' | number);
        for (number, [tens, ones]) in parts {
            *tens = digit(number / 10);
            *ones = digit(number % 10);
        }
        *f2 = digit(clock % 10);
        out.extend_from_slice(&last.date);
        out.extend_from_slice(&text);
        Some(())
    }
}

/// Whether an id can begin with a time.
pub(super) fn fits_id(millis: u64) -> bool {
    millis < TIME_END
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit.wrapping_sub(b'0')))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// Hexadecimal digits as bytes; none when one is not, or is upper case. All are looked at, without a branch, so that the
/// processor takes many at once.
fn read_digits(digits: &[u8; 32]) -> Option<[u8; 16]> {
    let are_all = digits.iter().fold(true, |are_all, character| are_all & is_digit(*character));
    let digits = digits.map(digit);
    let mut bytes = [0; 16];
    for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = high << 4 | low;
    }
    are_all.then_some(bytes)
}

fn is_digit(character: u8) -> bool {
    (character.wrapping_sub(b'0') < 10) | (character.wrapping_sub(b'a') < 6)
}

/// What a digit stands for: letters come 48 - 10 + 1 behind.
fn digit(character: u8) -> u8 {
    (character & 15).wrapping_add((character >> 6).wrapping_mul(9))
}

/// Bytes as hexadecimal digits.
fn digits(bytes: [u8; 16]) -> [[u8; 2]; 16] {
    let mut digits = [[0; 2]; 16];
    for (pair, byte) in digits.iter_mut().zip(bytes) {
        *pair = [character(byte >> 4), character(byte & 15)];
    }
    digits
}

fn character(digit: u8) -> u8 {
    let behind = u8::from(digit > 9).wrapping_mul(b'a' - b'0' - 10);
    digit.wrapping_add(b'0').wrapping_add(behind)
}

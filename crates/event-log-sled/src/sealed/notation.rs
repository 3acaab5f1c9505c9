//! The notations that ids, digests and times have in records: read into bytes, and written again.
//!
//! What is read here is written again with the very same characters, or it is not read: any other spelling of a
//! value stays text.

use std::mem;

use jiff::{Timestamp, civil, tz::Offset};
use ulid::{ULID_LEN, Ulid};

/// How an id or a digest is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

const TIME_BYTES: usize = 6;
const TIME_END: u64 = 1 << (8 * TIME_BYTES);
const UUID_LENGTH: usize = 36;
/// How many digits of a UUID stand before its hyphens.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
/// `2025-06-25T10:32:12.414Z`
const TIMESTAMP_LENGTH: usize = 24;

/// An id or a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Value {
    pub(super) notation: Notation,
    /// With zeros behind it where the notation has fewer.
    bytes: [u8; 32],
}

impl Value {
    /// A value whose bytes are `millis`, where its notation begins with a time, and then `rest`.
    pub(super) fn new(notation: Notation, millis: u64, rest: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let (time, behind) = bytes.get_mut(..notation.bytes())?.split_at_mut(notation.time_bytes());
        let millis = if time.is_empty() { [0; 8] } else { millis.to_be_bytes() };
        let (above, millis) = millis.split_at(size_of::<u64>().checked_sub(time.len())?);
        if above.iter().any(|byte| *byte != 0) || behind.len() != rest.len() {
            return None;
        }
        time.copy_from_slice(millis);
        behind.copy_from_slice(rest);
        Some(Self { notation, bytes })
    }

    /// The time that it begins with, 0 where there is none, and all bytes behind that.
    pub(super) fn parts(&self) -> (u64, &[u8]) {
        let bytes = self.bytes.get(..self.notation.bytes()).unwrap_or(&self.bytes);
        let (time, rest) = bytes.split_at(self.notation.time_bytes());
        (time.iter().fold(0, |millis, byte| millis << 8 | u64::from(*byte)), rest)
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
        if before.last() != Some(&b'-') {
            return None;
        }
        let ulid = Ulid::from_string(str::from_utf8(last).ok()?).ok()?;
        // Other spellings are understood as well, but not written.
        if ulid.array_to_str(&mut [0; ULID_LEN]).as_bytes() != last {
            return None;
        }
        let mut value = Self { notation: Notation::Ulid, bytes: [0; 32] };
        value.bytes.first_chunk_mut().map(|bytes| *bytes = ulid.to_bytes())?;
        Some(value)
    }

    fn read_hex(notation: Notation, text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        for (half, digits) in bytes.as_chunks_mut::<16>().0.iter_mut().zip(text.as_chunks::<32>().0)
        {
            *half = read_digits(digits)?;
        }
        Some(Self { notation, bytes })
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
        let mut bytes = [0; 32];
        *bytes.first_chunk_mut()? = read_digits(&digits)?;
        let is_timed = bytes.get(TIME_BYTES).is_some_and(|byte| byte >> 4 == 7);
        let notation = if is_timed { Notation::TimedUuid } else { Notation::Uuid };
        Some(Self { notation, bytes })
    }

    fn halves(&self) -> [[u8; 16]; 2] {
        let half = |at: usize| self.bytes.get(at..).and_then(|half| half.first_chunk().copied());
        [half(0).unwrap_or_default(), half(16).unwrap_or_default()]
    }

    /// Writes it as it was read.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let [first, second] = self.halves();
        match self.notation {
            Notation::Hex16 => out.extend_from_slice(digits(first).as_flattened()),
            Notation::Hex32 => {
                out.extend_from_slice(
                    [digits(first), digits(second)].as_flattened().as_flattened(),
                );
            }
            Notation::Uuid | Notation::TimedUuid => {
                let digits = digits(first);
                let mut rest = digits.as_flattened();
                let mut text = [b'-'; UUID_LENGTH];
                let mut unwritten = text.as_mut_slice();
                for length in UUID_GROUPS {
                    let (group, behind) = rest.split_at(length);
                    let (into, later) = unwritten.split_at_mut(length);
                    into.copy_from_slice(group);
                    unwritten = later.get_mut(1..).unwrap_or_default();
                    rest = behind;
                }
                out.extend_from_slice(&text);
            }
            Notation::Ulid => {
                let ulid = Ulid::from_bytes(first);
                out.extend_from_slice(ulid.array_to_str(&mut [0; ULID_LEN]).as_bytes());
            }
        }
    }
}

/// The milliseconds since 1970 of a time to the millisecond in UTC.
pub(super) fn read_timestamp(text: &[u8]) -> Option<u64> {
    let text: &[u8; TIMESTAMP_LENGTH] = text.try_into().ok()?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', clock @ ..] = *text else { return None };
    let [h0, h1, b':', n0, n1, b':', s0, s1, b'.', f0, f1, f2, b'Z'] = clock else { return None };
    let [year, month, day] = [number(&[y0, y1, y2, y3])?, number(&[m0, m1])?, number(&[d0, d1])?];
    let [hour, minute, second] = [number(&[h0, h1])?, number(&[n0, n1])?, number(&[s0, s1])?];
    let nanos = i32::from(number(&[f0, f1, f2])?).checked_mul(1_000_000)?;
    let small = |number: i16| i8::try_from(number).ok();
    let date = civil::Date::new(year, small(month)?, small(day)?).ok()?;
    let time = civil::Time::new(small(hour)?, small(minute)?, small(second)?, nanos).ok()?;
    let timestamp = Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    u64::try_from(timestamp.as_millisecond()).ok()
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

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0_i16, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| i16::from(digit.wrapping_sub(b'0')))?;
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
    bytes.map(|byte| [character(byte >> 4), character(byte & 15)])
}

fn character(digit: u8) -> u8 {
    let behind = u8::from(digit > 9).wrapping_mul(b'a' - b'0' - 10);
    digit.wrapping_add(b'0').wrapping_add(behind)
}

//! Finds where one record of a CSV file ends, and what is wrong with it if it never should.
//!
//! Stricter than most readers: a quote stands at both ends of a field or doubled inside one, or
//! it is a flaw. A lenient reader takes a stray quote for the beginning of a field and swallows
//! rows until the next one.

use std::borrow::Cow;

/// The most bytes one field may have: what the vault seals at most.
pub const FIELD_BYTES_MAX: usize = personal_vault::FIELD_BYTES_MAX;

/// Where a field lies within its record, and how to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    start: usize,
    end: usize,
    has_doubled_quotes: bool,
}

impl Field {
    /// The text of the field, from the bytes of its record.
    pub(super) fn of<'a>(&self, record: &'a [u8]) -> Cow<'a, [u8]> {
        let raw = record.get(self.start..self.end).unwrap_or_default();
        if !self.has_doubled_quotes {
            return Cow::Borrowed(raw);
        }
        let mut text = Vec::with_capacity(raw.len());
        let mut bytes = raw.iter();
        while let Some(byte) = bytes.next() {
            text.push(*byte);
            if *byte == b'"' {
                bytes.next();
            }
        }
        Cow::Owned(text)
    }

    /// Where it begins within the record.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Where it ends within the record.
    pub(super) fn end(&self) -> usize {
        self.end
    }
}

/// What is wrong with a record before its fields are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A quote inside a field that is not quoted, or one inside a quoted field that is not doubled.
    StrayQuote,
    /// The file ends within a quoted field.
    UnclosedQuote,
    /// A field has more than [`FIELD_BYTES_MAX`] bytes.
    FieldTooLong,
}

/// What the bytes at the beginning of a record are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scan {
    /// A record of `len` bytes, line end included.
    Whole { fields: Vec<Field>, len: usize },
    /// A record with a flaw in the field number `column`.
    Flawed { flaw: Flaw, column: usize },
    /// The record goes on past the bytes at hand.
    More,
}

/// What follows a field.
enum After {
    /// Another field, from this byte on.
    Comma(usize),
    /// The next record, from this byte on.
    Line(usize),
}

enum Stop {
    More,
    Flaw(Flaw),
}

/// Reads one record from its first byte. `is_last`: nothing follows these bytes in the file.
pub(super) fn scan(bytes: &[u8], is_last: bool) -> Scan {
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let one = if bytes.get(at) == Some(&b'"') {
            quoted(bytes, at.saturating_add(1), is_last)
        } else {
            plain(bytes, at, is_last)
        };
        match one {
            Ok((field, After::Comma(next))) => {
                fields.push(field);
                at = next;
            }
            Ok((field, After::Line(len))) => {
                fields.push(field);
                return Scan::Whole { fields, len };
            }
            Err(Stop::More) => return Scan::More,
            Err(Stop::Flaw(flaw)) => return Scan::Flawed { flaw, column: fields.len() },
        }
    }
}

fn plain(bytes: &[u8], start: usize, is_last: bool) -> Result<(Field, After), Stop> {
    let rest = bytes.get(start..).unwrap_or_default();
    let stop = rest.iter().position(|byte| matches!(byte, b',' | b'\n' | b'"'));
    let length = stop.unwrap_or(rest.len());
    if length > FIELD_BYTES_MAX {
        return Err(Stop::Flaw(Flaw::FieldTooLong));
    }
    let end = start.saturating_add(length);
    let field = |end| Field { start, end, has_doubled_quotes: false };
    match bytes.get(end) {
        Some(b',') => Ok((field(end), After::Comma(end.saturating_add(1)))),
        Some(b'\n') => {
            let carriage = length > 0 && bytes.get(end.saturating_sub(1)) == Some(&b'\r');
            let text_end = if carriage { end.saturating_sub(1) } else { end };
            Ok((field(text_end), After::Line(end.saturating_add(1))))
        }
        Some(_) => Err(Stop::Flaw(Flaw::StrayQuote)),
        None if is_last => Ok((field(end), After::Line(end))),
        None => Err(Stop::More),
    }
}

fn quoted(bytes: &[u8], start: usize, is_last: bool) -> Result<(Field, After), Stop> {
    let mut at = start;
    let mut has_doubled_quotes = false;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'"').unwrap_or(rest.len());
        let end = at.saturating_add(length);
        if end.saturating_sub(start) > FIELD_BYTES_MAX {
            return Err(Stop::Flaw(Flaw::FieldTooLong));
        }
        if end == bytes.len() {
            return Err(if is_last { Stop::Flaw(Flaw::UnclosedQuote) } else { Stop::More });
        }
        let field = Field { start, end, has_doubled_quotes };
        let next = end.saturating_add(1);
        match (bytes.get(next), bytes.get(next.saturating_add(1))) {
            (Some(b'"'), _) => {
                has_doubled_quotes = true;
                at = next.saturating_add(1);
            }
            (Some(b','), _) => return Ok((field, After::Comma(next.saturating_add(1)))),
            (Some(b'\n'), _) => return Ok((field, After::Line(next.saturating_add(1)))),
            (Some(b'\r'), Some(b'\n')) => {
                return Ok((field, After::Line(next.saturating_add(2))));
            }
            (None, _) if is_last => return Ok((field, After::Line(next))),
            (None, _) | (Some(b'\r'), None) if !is_last => return Err(Stop::More),
            (Some(_) | None, _) => return Err(Stop::Flaw(Flaw::StrayQuote)),
        }
    }
}

//! Splits a CSV file into records, and finds its feet again after a damaged one.
//!
//! One stray quote must not cost the thousands of rows behind it. A record is read strictly; if
//! it has a flaw, or not as many fields as the header, only its first line is given up for lost.
//! Reading goes on at the next line that begins like a record, which is looked for from the second
//! line of the damaged one. Line ends inside a quoted field of a sound record are text.
//!
//! What this cannot tell: two stray quotes in the narratives of two neighbouring rows, such that
//! what lies between them reads as one long narrative.
//!
//! Memory: the bytes of one record, two fields of [`FIELD_BYTES_MAX`] at most.

mod scan;

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

pub use scan::FIELD_BYTES_MAX;
use scan::{Field, Flaw, Scan, scan};

use super::row::{is_complaint_id, parse_date};

/// How many bytes are read at once.
const READ_BYTES: usize = 256 * 1024;
/// How far is looked ahead to see whether a line begins a record, where its first field does not
/// tell.
const LOOK_AHEAD_BYTES: usize = 64 * 1024;
/// The most bytes of a record: more than all fields of a public complaint together.
const RECORD_BYTES_MAX: usize = 2 * FIELD_BYTES_MAX;

/// By what a record is known: how many fields, and which of them are a number and a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// How many fields the header has.
    pub fields: usize,
    /// Which field holds the complaint's number.
    pub complaint_id: usize,
    /// Which field holds the date on which it was received.
    pub date_received: usize,
}

/// Where something lies in the file, so that the operator finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The first line, from 1.
    pub line: u64,
    /// The last line.
    pub last_line: u64,
    /// The first byte, from 0.
    pub byte: u64,
}

/// One record of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRecord {
    /// Where it lies.
    pub place: Place,
    /// Its fields, unquoted.
    pub fields: Vec<Vec<u8>>,
}

/// What is wrong with a record as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// A quote that neither begins nor ends a field nor is doubled inside one.
    StrayQuote,
    /// The file ends within a quoted field.
    UnclosedQuote,
    /// A field, or the record, has more bytes than are taken in.
    TooLong,
    /// Another number of fields than the header has.
    FieldCount {
        /// How many there are.
        found: usize,
    },
    /// Whole records lie inside a quoted field: a quote is missing or too many.
    SwallowedRecord,
}

/// A record that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DamagedRecord {
    /// Where it lies.
    pub place: Place,
    /// In which field, from 0, where that is known.
    pub column: Option<usize>,
    /// What is wrong.
    pub damage: Damage,
}

/// What comes next in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// A record with as many fields as the header.
    Record(RawRecord),
    /// A record that cannot be read.
    Damaged(DamagedRecord),
}

/// Reads a CSV file record by record.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    digest: Sha256,
    /// What was read and not yet passed by.
    held: Vec<u8>,
    /// Where in `held` the next record begins.
    at: usize,
    /// Which byte of the file `held` begins with.
    held_from: u64,
    /// The line on which the next record begins, from 1.
    line: u64,
    is_last: bool,
    shape: Option<Shape>,
}

impl<R: Read> Reader<R> {
    /// Begins to read.
    pub fn new(source: R) -> Self {
        Self {
            source,
            digest: Sha256::new(),
            held: Vec::new(),
            at: 0,
            held_from: 0,
            line: 1,
            is_last: false,
            shape: None,
        }
    }

    /// The first record, whatever number of fields it has; `None` when the file holds nothing.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn header(&mut self) -> io::Result<Option<Next>> {
        self.fill(3)?;
        if self.rest().starts_with(b"\xef\xbb\xbf") {
            self.at = self.at.saturating_add(3);
        }
        self.advance()
    }

    /// From here on, records must look like this.
    pub fn expect(&mut self, shape: Shape) {
        self.shape = Some(shape);
    }

    /// How many bytes have been passed by.
    pub fn bytes_read(&self) -> u64 {
        self.held_from.saturating_add(wide(self.at))
    }

    /// SHA-256 over all bytes of the file; only when all records have been read.
    pub fn digest(self) -> [u8; 32] {
        self.digest.finalize().into()
    }

    /// The next record; blank lines are none.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn advance(&mut self) -> io::Result<Option<Next>> {
        self.skip_blank_lines()?;
        if self.rest().is_empty() {
            return Ok(None);
        }
        loop {
            match scan(self.rest(), self.is_last) {
                Scan::More if self.rest().len() > RECORD_BYTES_MAX => {
                    return self.give_up(None, Damage::TooLong).map(Some);
                }
                Scan::More => {
                    self.read_more()?;
                }
                Scan::Flawed { flaw, column } => {
                    let damage = match flaw {
                        Flaw::StrayQuote => Damage::StrayQuote,
                        Flaw::UnclosedQuote => Damage::UnclosedQuote,
                        Flaw::FieldTooLong => Damage::TooLong,
                    };
                    return self.give_up(Some(column), damage).map(Some);
                }
                Scan::Whole { fields, len } => return Ok(Some(self.whole(&fields, len))),
            }
        }
    }

    /// A record without a flaw: taken, unless it is not one record.
    fn whole(&mut self, fields: &[Field], len: usize) -> Next {
        let record = self.rest().get(..len).unwrap_or_default();
        if let Some(shape) = self.shape {
            let several = lines_after_first(record).next().is_some();
            if fields.len() != shape.fields {
                let damage = Damage::FieldCount { found: fields.len() };
                if several {
                    return self.give_up_within(len, None, damage);
                }
                return self.pass(len, None, damage);
            }
            let swallowed = lines_after_first(record)
                .find(|start| holds_record(record.get(*start..).unwrap_or_default(), shape));
            if let Some(start) = swallowed {
                let column = fields.iter().position(|f| f.start() < start && start <= f.end());
                return self.give_up_within(len, column, Damage::SwallowedRecord);
            }
        }
        let fields = fields.iter().map(|field| field.of(record).into_owned()).collect();
        let place = self.place(len);
        self.step(len);
        Next::Record(RawRecord { place, fields })
    }

    /// Gives up a record whose end is not known.
    fn give_up(&mut self, column: Option<usize>, damage: Damage) -> io::Result<Next> {
        let mut place = Place { line: self.line, last_line: self.line, byte: self.bytes_read() };
        loop {
            // Past the line that is given up, wherever its end is.
            loop {
                match self.rest().iter().position(|byte| *byte == b'\n') {
                    Some(end) => {
                        self.step(end.saturating_add(1));
                        break;
                    }
                    None if self.is_last => {
                        let all = self.rest().len();
                        self.step(all);
                        return Ok(Next::Damaged(DamagedRecord { place, column, damage }));
                    }
                    None => {
                        let all = self.rest().len();
                        self.step(all);
                        self.read_more()?;
                    }
                }
            }
            if self.begins_record()? {
                return Ok(Next::Damaged(DamagedRecord { place, column, damage }));
            }
            if !self.rest().is_empty() {
                place.last_line = self.line;
            }
        }
    }

    /// Gives up a record whose end is known: what begins like a record inside it is read again.
    fn give_up_within(&mut self, len: usize, column: Option<usize>, damage: Damage) -> Next {
        let record = self.rest().get(..len).unwrap_or_default();
        let again = self.shape.and_then(|shape| {
            lines_after_first(record).find(|start| {
                let line = record.get(*start..).unwrap_or_default();
                begins_like_record(line, true, shape) == Begins::Record
            })
        });
        self.pass(again.unwrap_or(len), column, damage)
    }

    fn pass(&mut self, len: usize, column: Option<usize>, damage: Damage) -> Next {
        let place = self.place(len);
        self.step(len);
        Next::Damaged(DamagedRecord { place, column, damage })
    }

    /// Whether the line at hand begins like a record; the end of the file does.
    fn begins_record(&mut self) -> io::Result<bool> {
        let Some(shape) = self.shape else { return Ok(true) };
        loop {
            if self.rest().is_empty() && self.is_last {
                return Ok(true);
            }
            match begins_like_record(self.rest(), self.is_last, shape) {
                Begins::Record => return Ok(true),
                Begins::SomethingElse => return Ok(false),
                Begins::More if self.rest().len() > LOOK_AHEAD_BYTES => return Ok(false),
                Begins::More => {
                    self.read_more()?;
                }
            }
        }
    }

    fn skip_blank_lines(&mut self) -> io::Result<()> {
        loop {
            self.fill(2)?;
            match self.rest() {
                [b'\n', ..] => self.step(1),
                [b'\r', b'\n', ..] => self.step(2),
                _ => return Ok(()),
            }
        }
    }

    fn place(&self, len: usize) -> Place {
        let record = self.rest().get(..len).unwrap_or_default();
        let text = record.strip_suffix(b"\n").unwrap_or(record);
        let lines = line_ends(text);
        Place {
            line: self.line,
            last_line: self.line.saturating_add(lines),
            byte: self.bytes_read(),
        }
    }

    fn rest(&self) -> &[u8] {
        self.held.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self, len: usize) {
        let passed = self.rest().get(..len).unwrap_or_default();
        let lines = line_ends(passed);
        self.line = self.line.saturating_add(lines);
        self.at = self.at.saturating_add(len).min(self.held.len());
    }

    /// Reads until so many bytes are at hand, or the file ends.
    fn fill(&mut self, bytes: usize) -> io::Result<()> {
        while self.rest().len() < bytes && !self.is_last {
            self.read_more()?;
        }
        Ok(())
    }

    fn read_more(&mut self) -> io::Result<()> {
        self.held_from = self.bytes_read();
        self.held.drain(..self.at);
        self.at = 0;
        let had = self.held.len();
        let mut source = (&mut self.source).take(wide(READ_BYTES.max(had)));
        let read = source.read_to_end(&mut self.held)?;
        self.digest.update(self.held.get(had..).unwrap_or_default());
        self.is_last = read == 0;
        Ok(())
    }
}

/// What a line begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    Record,
    SomethingElse,
    /// The bytes at hand do not tell.
    More,
}

/// Whether a line begins like a record: by its first field where that is a number or a date,
/// because then a record with another flaw is found too; by the whole record otherwise.
fn begins_like_record(bytes: &[u8], is_last: bool, shape: Shape) -> Begins {
    let is_known = match 0 {
        column if column == shape.complaint_id => is_complaint_id,
        column if column == shape.date_received => is_date,
        _ => {
            let ahead = bytes.get(..LOOK_AHEAD_BYTES).unwrap_or(bytes);
            return match scan(ahead, is_last && ahead.len() == bytes.len()) {
                Scan::Whole { fields, .. } if fits(ahead, &fields, shape) => Begins::Record,
                Scan::Whole { .. } | Scan::Flawed { .. } => Begins::SomethingElse,
                Scan::More => Begins::More,
            };
        }
    };
    // Longer than any number or date, with its quotes.
    let first = bytes.get(..40).unwrap_or(bytes);
    match first.iter().position(|byte| matches!(byte, b',' | b'\n')) {
        Some(end) if first.get(end) == Some(&b',') => {
            let field = first.get(..end).unwrap_or_default();
            let text = field
                .strip_prefix(b"\"")
                .and_then(|inner| inner.strip_suffix(b"\""))
                .unwrap_or(field);
            if is_known(text) { Begins::Record } else { Begins::SomethingElse }
        }
        None if first.len() < 40 && !is_last => Begins::More,
        Some(_) | None => Begins::SomethingElse,
    }
}

/// Whether a sound record begins here.
fn holds_record(bytes: &[u8], shape: Shape) -> bool {
    if begins_like_record(bytes, true, shape) != Begins::Record {
        return false;
    }
    let ahead = bytes.get(..LOOK_AHEAD_BYTES).unwrap_or(bytes);
    match scan(ahead, true) {
        Scan::Whole { fields, .. } => fits(ahead, &fields, shape),
        Scan::Flawed { .. } | Scan::More => false,
    }
}

fn fits(record: &[u8], fields: &[Field], shape: Shape) -> bool {
    let field = |column: usize| fields.get(column).map(|field| field.of(record));
    fields.len() == shape.fields
        && field(shape.complaint_id).is_some_and(|text| is_complaint_id(&text))
        && field(shape.date_received).is_some_and(|text| is_date(&text))
}

fn is_date(text: &[u8]) -> bool {
    std::str::from_utf8(text).ok().and_then(parse_date).is_some()
}

/// Where the lines of a record begin, but for the first.
fn lines_after_first(record: &[u8]) -> impl Iterator<Item = usize> {
    let ends = record.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.map(|(at, _)| at.saturating_add(1)).filter(|start| *start < record.len())
}

/// How many lines end in these bytes.
fn line_ends(bytes: &[u8]) -> u64 {
    wide(bytes.split(|byte| *byte == b'\n').skip(1).count())
}

/// A length as a count.
fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;

//! A clock that obeys the test, and records with nothing in them.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

use crate::{
    clock::Clock,
    record::{NewRecord, RECORDED_AT_BLANK, StreamId},
};

/// A clock that stands still until it is set. Starts on 1 January 2026, 00:00 UTC.
#[derive(Debug)]
pub struct FakeClock {
    milliseconds: AtomicI64,
}

impl Default for FakeClock {
    fn default() -> Self {
        Self { milliseconds: AtomicI64::new(1_767_225_600_000) }
    }
}

impl FakeClock {
    /// Moves the clock by so many milliseconds, backwards if negative.
    pub fn advance(&self, milliseconds: i64) {
        self.milliseconds.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.milliseconds.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// Where [`record`] leaves the blank for the time.
pub const TIME_OFFSET: usize = 7;

/// A record that says `note`, and blanks of so many bytes more.
pub fn padded_record(note: &str, padding: usize) -> Vec<u8> {
    let blank = String::from_utf8_lossy(RECORDED_AT_BLANK);
    format!("{{\"at\":\"{blank}\",\"note\":\"{note}\"}}{:padding$}", "").into_bytes()
}

/// A small record that says `note`.
pub fn record(note: &str) -> NewRecord {
    wide_record(note, 0)
}

/// A record that says `note`, and blanks of so many bytes more.
///
/// # Panics
///
/// When the record would be larger than a log takes.
pub fn wide_record(note: &str, padding: usize) -> NewRecord {
    NewRecord::new(padded_record(note, padding), TIME_OFFSET).expect("the note fits in a record")
}

/// The stream of that name.
///
/// # Panics
///
/// When the name cannot be one.
pub fn stream(name: &str) -> StreamId {
    name.parse().expect("the name is a stream id")
}

//! The model: how many records each stream has, and what the log must therefore answer.

use std::collections::BTreeMap;

use event_log::{
    AppendError, Appended, ExpectedVersion, NewRecord, Position, StreamId, StreamVersion,
    conformance::fixtures,
    limits::{APPEND_BYTES_MAX, APPEND_RECORDS_MAX},
};

/// An append to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Which of the streams.
    pub stream: u16,
    /// What the writer believes of it.
    pub belief: Belief,
    /// How many records.
    pub records: u16,
    /// How many blanks each has behind it.
    pub width: u16,
}

/// What a writer believes of a stream, told by how it differs from the truth, so that an operation
/// means the same when others before it are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    /// The truth.
    Right,
    /// That the stream has no record.
    NoStream,
    /// A version that was true so many records and one more ago.
    Behind(u8),
    /// A version that will be true so many records and one more from now.
    Ahead(u8),
}

/// What is known of a log that was asked for these appends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// How many streams there are to choose from.
    pub streams: u16,
    /// The position of the next record.
    pub next_position: u64,
    /// How far the clock was moved, in milliseconds.
    pub clock: i64,
    /// The newest recorded time, on the same scale.
    pub recorded_at: i64,
    next_versions: BTreeMap<u16, u64>,
    asked: u64,
}

impl Model {
    /// An empty log with so many streams to choose from.
    pub fn new(streams: u16) -> Self {
        Self {
            streams,
            next_position: 0,
            clock: 0,
            recorded_at: i64::MIN,
            next_versions: BTreeMap::new(),
            asked: 0,
        }
    }

    /// The version that the stream's next record will get.
    pub fn next_version(&self, stream: u16) -> u64 {
        self.next_versions.get(&stream).copied().unwrap_or(0)
    }

    /// The arguments of the append.
    pub fn arguments(&self, ask: Ask) -> (StreamId, ExpectedVersion, Vec<NewRecord>) {
        let next = self.next_version(ask.stream);
        let exact = |version| ExpectedVersion::Exact(StreamVersion(version));
        let expected = match ask.belief {
            Belief::NoStream => ExpectedVersion::NoStream,
            Belief::Right => next.checked_sub(1).map_or(ExpectedVersion::NoStream, exact),
            Belief::Behind(by) => exact(next.saturating_sub(2 + u64::from(by))),
            Belief::Ahead(by) => exact(next + u64::from(by)),
        };
        let records = (0..ask.records).map(|index| self.record(ask, index)).collect();
        (stream_name(ask.stream), expected, records)
    }

    /// Every record says which append it belongs to and which of its records it is.
    fn record(&self, ask: Ask, index: u16) -> NewRecord {
        fixtures::wide_record(&format!("{:010}.{index:05}", self.asked), usize::from(ask.width))
    }

    /// Asks for the append and tells the answer.
    ///
    /// # Errors
    ///
    /// The one that every log must give.
    pub fn ask(&mut self, ask: Ask) -> Result<Appended, AppendError> {
        let (stream, expected, _) = self.arguments(Ask { records: 0, ..ask });
        let records = usize::from(ask.records);
        let bytes = records * self.record(ask, 0).len();
        self.asked += 1;
        for (unit, limit, found) in
            [("records", APPEND_RECORDS_MAX, records), ("bytes", APPEND_BYTES_MAX, bytes)]
        {
            if found > limit {
                return Err(AppendError::TooLarge { unit, limit, found });
            }
        }
        let next = self.next_version(ask.stream);
        let actual = next.checked_sub(1).map(StreamVersion);
        if expected != actual.map_or(ExpectedVersion::NoStream, ExpectedVersion::Exact) {
            return Err(AppendError::Conflict { stream, expected, actual });
        }
        let appended = Appended {
            first_position: Position(self.next_position),
            next_version: StreamVersion(next + u64::from(ask.records)),
        };
        if ask.records > 0 {
            self.next_versions.insert(ask.stream, appended.next_version.0);
            self.next_position += u64::from(ask.records);
            self.recorded_at = self.recorded_at.max(self.clock);
        }
        Ok(appended)
    }
}

/// The name of a stream by its number.
pub fn stream_name(number: u16) -> StreamId {
    fixtures::stream(&format!("s-{number}"))
}

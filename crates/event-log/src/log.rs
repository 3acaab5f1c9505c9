//! The promise every log makes.

use async_trait::async_trait;
use futures::{StreamExt, stream::BoxStream};
use tokio::sync::watch;

use crate::record::{NewRecord, Position, RecordedEvent, StreamId, StreamVersion};

/// What a writer believes about a stream. There is no "whatever it is": every append is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// The stream has no record.
    NoStream,
    /// The last record of the stream has this version.
    Exact(StreamVersion),
}

impl ExpectedVersion {
    /// Holds the belief against `next_version`, the version the stream's next record would get
    /// (0 for an empty stream), and gives it back when they agree.
    ///
    /// # Errors
    ///
    /// [`AppendError::Conflict`] when they do not.
    pub fn check(
        self,
        stream: &StreamId,
        next_version: StreamVersion,
    ) -> Result<StreamVersion, AppendError> {
        let actual = next_version.0.checked_sub(1).map(StreamVersion);
        let agrees = match self {
            Self::NoStream => actual.is_none(),
            Self::Exact(version) => actual == Some(version),
        };
        if agrees {
            Ok(next_version)
        } else {
            Err(AppendError::Conflict { stream: stream.clone(), expected: self, actual })
        }
    }
}

/// How far the log reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The position that the next record will get; also how many records there are.
    pub next_position: Position,
}

/// Where an append ended up. Durable by the time the caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The position of its first record; the others follow without gaps.
    pub first_position: Position,
    /// The version that the next record of the stream will get.
    pub next_version: StreamVersion,
}

/// Records in order, or the first error, after which nothing follows.
pub type RecordStream = BoxStream<'static, Result<RecordedEvent, ReadError>>;

/// Why an append was not confirmed. The variants differ in what the caller does next.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// Somebody else wrote first; nothing was written. Load the stream and decide again.
    #[error("stream {stream} is at {actual:?}, the writer expected {expected:?}")]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// What the writer believed.
        expected: ExpectedVersion,
        /// The version of its last record; `None` for an empty stream.
        actual: Option<StreamVersion>,
    },
    /// Too many records or bytes at once; nothing was written. Send less.
    #[error("expected at most {limit} {unit} in one append, found {found}")]
    TooLarge {
        /// What is counted: `records` or `bytes`.
        unit: &'static str,
        /// The most there may be.
        limit: usize,
        /// How many there were.
        found: usize,
    },
    /// There is no room on the disk; nothing was written. Make room, then try again.
    #[error("there is no room for the append; nothing was written")]
    Full,
    /// The log is shutting down or not reachable; nothing is known to be written. Try again later
    /// with the same command id.
    #[error("the log is not available: {reason}")]
    Unavailable {
        /// Why.
        reason: String,
    },
    /// A write or sync failed, and nobody knows how much is on the disk. Stop, reopen, look.
    #[error("the log stopped after a failed write or sync: {reason}")]
    Poisoned {
        /// What failed.
        reason: String,
    },
    /// What is stored is not what was written. Stop and verify.
    #[error("the log is damaged at position {position}: {reason}")]
    Corrupt {
        /// The first position known to be damaged.
        position: Position,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a read failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    /// The log is shutting down or not reachable. Try again later.
    #[error("the log is not available: {reason}")]
    Unavailable {
        /// Why.
        reason: String,
    },
    /// What is stored is not what was written. Stop and verify.
    #[error("the log is damaged at position {position}: {reason}")]
    Corrupt {
        /// The first position known to be damaged.
        position: Position,
        /// What is wrong with it.
        reason: String,
    },
}

/// An append-only log of records in streams, with one total order.
#[async_trait]
pub trait EventLog: Send + Sync + std::fmt::Debug {
    /// Appends records to one stream, all or none, next to each other. Durable when it returns.
    ///
    /// The append goes on once it is accepted, even if the caller drops the future: hence command
    /// ids in records. An empty list checks the expected version and writes nothing.
    ///
    /// # Errors
    ///
    /// See [`AppendError`]; on `Conflict`, `TooLarge` and `Full` nothing was written.
    async fn append(
        &self,
        stream: &StreamId,
        expected: ExpectedVersion,
        records: Vec<NewRecord>,
    ) -> Result<Appended, AppendError>;

    /// The version that the stream's next record will get: 0 for a stream without any. Every durable record is
    /// counted, and one on its way may be. For whoever knows the stream up to a version this is the cheapest way to
    /// learn whether there is more.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    async fn next_version(&self, stream: &StreamId) -> Result<StreamVersion, ReadError> {
        let mut next = StreamVersion::default();
        let mut records = self.read_stream(stream, next);
        while let Some(record) = records.next().await {
            next = StreamVersion(record?.version.0.saturating_add(1));
        }
        Ok(next)
    }

    /// The records of one stream from a version on, up to the head at the time of the call.
    fn read_stream(&self, stream: &StreamId, from: StreamVersion) -> RecordStream;

    /// At most `limit` records from a position on, gap-free, up to the head at the time of the call.
    fn read_all(&self, from: Position, limit: u64) -> RecordStream;

    /// The durable head, kept up to date. Readers never see past it.
    fn watch_head(&self) -> watch::Receiver<Head>;

    /// The durable head.
    fn head(&self) -> Head {
        *self.watch_head().borrow()
    }

    /// Every record from a position on: first those there are, then each as it becomes durable.
    ///
    /// Never ends unless the log does; never skips, never repeats, never polls.
    fn subscribe(self: std::sync::Arc<Self>, from: Position) -> RecordStream
    where
        Self: 'static,
    {
        subscribe(self, from)
    }
}

/// [`EventLog::subscribe`] for a log behind a pointer to any of them.
pub fn subscribe<L: EventLog + ?Sized + 'static>(
    log: std::sync::Arc<L>,
    from: Position,
) -> RecordStream {
    let head = log.watch_head();
    futures::stream::unfold((log, head, from), |(log, mut head, next)| async move {
        // Marked as seen before the range is read: what becomes durable meanwhile wakes us again.
        let mut durable = head.borrow_and_update().next_position;
        while durable <= next {
            head.changed().await.ok()?;
            durable = head.borrow_and_update().next_position;
        }
        let page = log.read_all(next, durable.0.saturating_sub(next.0));
        Some((page, (log, head, durable)))
    })
    .flatten()
    .boxed()
}

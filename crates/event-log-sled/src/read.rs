//! Readers: a page at a time, so that no reader holds the log in memory.
//!
//! Pages from the store are read on threads for blocking work, and the next page is read while the
//! last one is consumed; pages from the tail are copied where the reader stands. No thread waits
//! for a reader, so any number of them may stop reading.

use std::{collections::VecDeque, sync::Arc};

use event_log::{Position, ReadError, RecordStream, RecordedEvent, StreamId, StreamVersion};
use futures::{StreamExt, future::Either, stream};
use tokio::task::JoinHandle;

use crate::{
    frame::RANGE,
    store::{Store, StoreError},
    stream_index::CHUNK,
    tail::Tail,
    tiles::Tiles,
};

type Page = Result<Vec<RecordedEvent>, ReadError>;

/// What readers share.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) store: Store,
    pub(crate) tail: Arc<Tail>,
    pub(crate) tiles: Tiles,
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Failed(reason) => Self::Unavailable { reason },
            StoreError::Damaged(damage) => {
                Self::Corrupt { position: damage.position, reason: damage.reason }
            }
        }
    }
}

fn range_start(position: u64) -> u64 {
    position.saturating_sub(position.checked_rem(RANGE).unwrap_or(0))
}

impl Source {
    /// The records from `from` to before `end`, all of which are durable.
    pub(crate) fn range(self, from: Position, end: Position) -> RecordStream {
        let reader = RangeReader { source: self, next: from.0, end: end.0, ahead: None };
        pages(stream::unfold(reader, |mut reader| async move {
            let page = reader.page().await?;
            if page.is_err() {
                reader.next = reader.end;
            }
            Some((page, reader))
        }))
    }

    /// The records of a stream from a version on that are before `end`.
    pub(crate) fn stream(self, id: StreamId, from: StreamVersion, end: Position) -> RecordStream {
        let reader = StreamReader { source: self, id, from: from.0, end, tail: None };
        pages(stream::unfold(Some(reader), |reader| async move {
            let reader = reader?;
            let read = tokio::task::spawn_blocking(move || {
                let mut reader = reader;
                let page = reader.page();
                (page, reader)
            });
            match read.await {
                Ok((Ok(Some(page)), reader)) => Some((Ok(page), Some(reader))),
                Ok((Ok(None), _)) => None,
                Ok((Err(error), _)) => Some((Err(error), None)),
                Err(_) => Some((Err(stopped()), None)),
            }
        }))
    }

    /// A range from the store, or, where the store is damaged, from the tiles.
    fn whole_range(&self, first: Position) -> Page {
        self.store.range(first).or_else(|error| {
            let records = self.tiles.range(first).map_err(|_| error.clone())?;
            tracing::error!(%error, "the store is damaged; the tiles gave the records instead");
            Ok(records)
        })
    }

    fn stored_page(&self, from: u64, end: u64) -> Page {
        let first = range_start(from);
        let mut records = self.whole_range(Position(first))?;
        let last = end.saturating_sub(first).min(RANGE);
        records.truncate(usize::try_from(last).unwrap_or(usize::MAX));
        records.drain(..usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX));
        Ok(records)
    }
}

fn stopped() -> ReadError {
    ReadError::Unavailable { reason: "the reading thread stopped".to_owned() }
}

/// Flattens pages into records; an error is the last item.
fn pages(pages: impl futures::Stream<Item = Page> + Send + 'static) -> RecordStream {
    pages
        .flat_map(|page| match page {
            Ok(records) => Either::Left(stream::iter(records.into_iter().map(Ok))),
            Err(error) => Either::Right(stream::iter([Err(error)])),
        })
        // Whoever reads in pages asks once more after the end.
        .fuse()
        .boxed()
}

struct RangeReader {
    source: Source,
    next: u64,
    end: u64,
    /// The page from `next` on, being read.
    ahead: Option<JoinHandle<Page>>,
}

impl RangeReader {
    async fn page(&mut self) -> Option<Page> {
        if self.next >= self.end {
            return None;
        }
        if self.ahead.is_none() {
            let left = self.end.saturating_sub(self.next).min(RANGE);
            let limit = usize::try_from(left).unwrap_or(usize::MAX);
            if let Some(page) = self.source.tail.page(Position(self.next), limit) {
                self.next = self.next.saturating_add(left);
                return Some(Ok(page));
            }
        }
        let reading = match self.ahead.take() {
            Some(reading) => reading,
            None => self.read(),
        };
        self.next = range_start(self.next).saturating_add(RANGE);
        if self.next < self.end && self.next < self.source.tail.first().0 {
            self.ahead = Some(self.read());
        }
        Some(reading.await.unwrap_or_else(|_| Err(stopped())))
    }

    fn read(&self) -> JoinHandle<Page> {
        let (source, next, end) = (self.source.clone(), self.next, self.end);
        tokio::task::spawn_blocking(move || source.stored_page(next, end))
    }
}

struct StreamReader {
    source: Source,
    id: StreamId,
    from: u64,
    end: Position,
    /// What the tail held when reading began, and where it began.
    tail: Option<(Position, VecDeque<RecordedEvent>)>,
}

impl StreamReader {
    /// The next records of the stream; `None` when there are no more.
    fn page(&mut self) -> Result<Option<Vec<RecordedEvent>>, ReadError> {
        let (first, tail) = self.tail.get_or_insert_with(|| {
            // The tail first: what leaves it meanwhile is in the store by the time that is read.
            let (first, records) = self.source.tail.stream(&self.id, StreamVersion(self.from));
            (first, records.into())
        });
        let covered = tail.front().is_some_and(|record| record.version.0 <= self.from);
        if !covered {
            let stored_end = (*first).min(self.end);
            let number = self.from.checked_div(CHUNK).unwrap_or(0);
            let skipped = self.from.saturating_sub(number.saturating_mul(CHUNK));
            let positions = self.source.store.positions(&self.id, number)?;
            let wanted: Vec<u64> = positions
                .into_iter()
                .skip(usize::try_from(skipped).unwrap_or(usize::MAX))
                .take_while(|position| *position < stored_end.0)
                .collect();
            if !wanted.is_empty() {
                let count = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
                self.from = self.from.saturating_add(count);
                return self.fetch(&wanted).map(Some);
            }
        }
        let end = self.end;
        let rest: Vec<_> = tail.drain(..).take_while(|record| record.position < end).collect();
        self.from = u64::MAX;
        Ok((!rest.is_empty()).then_some(rest))
    }

    /// The records at these positions, in order; each frame is read once.
    fn fetch(&self, positions: &[u64]) -> Page {
        let mut found = Vec::with_capacity(positions.len());
        for same_frame in positions.chunk_by(|a, b| range_start(*a) == range_start(*b)) {
            let first = same_frame.first().map_or(0, |position| range_start(*position));
            let records = self.source.whole_range(Position(first))?;
            for position in same_frame {
                let place = usize::try_from(position.saturating_sub(first)).unwrap_or(usize::MAX);
                let record = records.get(place).filter(|record| record.stream == self.id);
                found.push(record.cloned().ok_or_else(|| ReadError::Corrupt {
                    position: Position(*position),
                    reason: format!("expected a record of stream {}, found another's", self.id),
                })?);
            }
        }
        Ok(found)
    }
}

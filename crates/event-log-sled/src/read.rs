//! Readers: a page at a time, so that no reader holds the log in memory.
//!
//! Sealed ranges are read on threads for blocking work, and the next page is read while the last one
//! is consumed; what is in memory is copied where the reader stands. No thread waits for a reader,
//! so any number of them may stop reading.

use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

use event_log::{Position, ReadError, RecordStream, RecordedEvent, StreamId, StreamVersion};
use futures::{StreamExt, future::Either, stream};
use tokio::task::JoinHandle;

use crate::{
    frame::{FrameDamage, RANGE},
    nodes::NodeCache,
    range_cache::{Range, RangeCache},
    store::{Store, StoreError},
    tail::Tail,
    tiles::Tiles,
};

type Page = Result<Vec<RecordedEvent>, ReadError>;

/// How many records of a stream are read at once, at most.
const PAGE: usize = 256;

/// What readers share.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) store: OpenStore,
    pub(crate) tail: Arc<Tail>,
    pub(crate) tiles: Tiles,
    pub(crate) ranges: Arc<RangeCache>,
    pub(crate) nodes: Arc<NodeCache>,
}

/// The store while the log is open. A reader may outlive its log, and must not then hold sled
/// behind the back of whoever opens the ledger next.
#[derive(Debug, Clone)]
pub(crate) struct OpenStore(Arc<RwLock<Option<Store>>>);

impl OpenStore {
    pub(crate) fn new(store: Store) -> Self {
        Self(Arc::new(RwLock::new(Some(store))))
    }

    /// Reads from the store, which stays open meanwhile; refuses when the log is gone.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Store) -> T) -> Result<T, ReadError> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref()
            .map(read)
            .ok_or_else(|| ReadError::Unavailable { reason: "the log was closed".to_owned() })
    }

    /// Waits for reads under way and lets go of the store.
    pub(crate) fn close(&self) {
        let held = self.0.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(store) = held {
            store.close();
        }
    }
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Failed(reason) => Self::Unavailable { reason },
            StoreError::OldForm | StoreError::Full(_) => {
                Self::Unavailable { reason: error.to_string() }
            }
            StoreError::Damaged(damage) => {
                Self::Corrupt { position: damage.position, reason: damage.reason }
            }
        }
    }
}

impl From<FrameDamage> for ReadError {
    fn from(damage: FrameDamage) -> Self {
        Self::Corrupt { position: damage.position, reason: damage.reason }
    }
}

fn range_start(position: u64) -> u64 {
    position.saturating_sub(position.checked_rem(RANGE).unwrap_or(0))
}

impl Source {
    /// The records from `from` to before `end`, all of which are durable.
    pub(crate) fn range(self, from: Position, end: Position) -> RecordStream {
        let reader = RangeReader { source: self, next: from.0, end: end.0, ahead: VecDeque::new() };
        pages(stream::unfold(reader, |mut reader| async move {
            let page = reader.page().await?;
            if page.is_err() {
                reader.next = reader.end;
                reader.ahead.clear();
            }
            Some((page, reader))
        }))
    }

    /// The records of a stream from a version on that are before `end`.
    pub(crate) fn stream(self, id: StreamId, from: StreamVersion, end: Position) -> RecordStream {
        let reader = StreamReader { source: self, id, from: from.0, end, tail: None };
        pages(stream::unfold(Some(reader), |reader| async move {
            let mut reader = reader?;
            match reader.page().await {
                Ok(Some(page)) => Some((Ok(page), Some(reader))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        }))
    }

    fn stored_page(&self, from: u64, end: u64) -> Page {
        let first = range_start(from);
        let mut records = match self.ranges.get(Position(first)) {
            Some(range) => range.to_vec(),
            None => self.tiles.read(Position(first))?,
        };
        let last = end.saturating_sub(first).min(RANGE);
        records.truncate(usize::try_from(last).unwrap_or(usize::MAX));
        records.drain(..usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX));
        Ok(records)
    }
}

/// The thread that read for somebody is no more.
pub(crate) fn stopped() -> ReadError {
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
    /// The pages before `next`, being read.
    ahead: VecDeque<JoinHandle<Page>>,
}

/// How many pages are read ahead. One processor decompresses about as fast as another can print; with
/// two under way, neither waits for a thread to wake up.
const AHEAD: usize = 2;

impl RangeReader {
    async fn page(&mut self) -> Option<Page> {
        if self.ahead.is_empty() {
            if self.next >= self.end {
                return None;
            }
            let left = self.end.saturating_sub(self.next).min(RANGE);
            let limit = usize::try_from(left).unwrap_or(usize::MAX);
            if let Some(page) = self.source.tail.page(Position(self.next), limit) {
                self.next = self.next.saturating_add(left);
                return Some(Ok(page));
            }
        }
        let reading = match self.ahead.pop_front() {
            Some(reading) => reading,
            None => self.read_next(),
        };
        let stored_end = self.end.min(self.source.tail.first().0);
        while self.ahead.len() < AHEAD && self.next < stored_end {
            let next = self.read_next();
            self.ahead.push_back(next);
        }
        Some(reading.await.unwrap_or_else(|_| Err(stopped())))
    }

    fn read_next(&mut self) -> JoinHandle<Page> {
        let (source, next, end) = (self.source.clone(), self.next, self.end);
        let reading = tokio::task::spawn_blocking(move || source.stored_page(next, end));
        self.next = range_start(self.next).saturating_add(RANGE);
        reading
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
    async fn page(&mut self) -> Result<Option<Vec<RecordedEvent>>, ReadError> {
        let wanted = self.stored_positions().await?;
        if wanted.is_empty() {
            return Ok(self.rest_of_tail());
        }
        let count = u64::try_from(wanted.len()).unwrap_or(u64::MAX);
        self.from = self.from.saturating_add(count);
        if let Some(page) = self.fetch(&wanted, |first| Ok(self.source.ranges.get(first))) {
            return page.map(Some);
        }
        let reader = Self { tail: None, id: self.id.clone(), source: self.source.clone(), ..*self };
        let read = tokio::task::spawn_blocking(move || {
            reader.fetch(&wanted, |first| reader.sealed_range(first).map(Some))
        });
        match read.await {
            Ok(Some(page)) => page.map(Some),
            Ok(None) | Err(_) => Err(stopped()),
        }
    }

    /// Where the next records are that are not in the tail; some of them.
    ///
    /// What is in memory is asked right here: it costs a tenth of going to another thread for it. So
    /// a stream that is new or short-lived is read without such a way.
    async fn stored_positions(&mut self) -> Result<Vec<u64>, ReadError> {
        let (first, tail) = self.tail.get_or_insert_with(|| {
            // The tail first: what leaves it meanwhile is in the store by the time that is read.
            let (first, records) = self.source.tail.stream(&self.id, StreamVersion(self.from));
            (first, records.into())
        });
        if self.from == u64::MAX || tail.front().is_some_and(|record| record.version.0 <= self.from)
        {
            return Ok(Vec::new());
        }
        let stored_end = (*first).min(self.end);
        let index = self.source.store.read(|store| Arc::clone(store.index()))?;
        let known = index.known_positions(&self.id, self.from);
        let positions = if let Some(positions) = known {
            positions
        } else {
            let (id, from) = (self.id.clone(), self.from);
            let read = tokio::task::spawn_blocking(move || index.positions(&id, from));
            read.await.map_err(|_| stopped())??
        };
        let stored = positions.into_iter().take_while(|position| *position < stored_end.0);
        Ok(stored.take(PAGE).collect())
    }

    fn rest_of_tail(&mut self) -> Option<Vec<RecordedEvent>> {
        let (_, tail) = self.tail.as_mut()?;
        let end = self.end;
        let rest: Vec<_> = tail.drain(..).take_while(|record| record.position < end).collect();
        self.from = u64::MAX;
        (!rest.is_empty()).then_some(rest)
    }

    /// A range, and keeps it for the next who asks.
    fn sealed_range(&self, first: Position) -> Result<Range, ReadError> {
        if let Some(range) = self.source.ranges.get(first) {
            return Ok(range);
        }
        let range = Range::from(self.source.tiles.read(first)?);
        self.source.ranges.put(first, &range);
        Ok(range)
    }

    /// The records at these positions, in order; each range is asked for once. `None` when one of
    /// them is not given.
    fn fetch(
        &self,
        positions: &[u64],
        range: impl Fn(Position) -> Result<Option<Range>, ReadError>,
    ) -> Option<Page> {
        let mut found = Vec::with_capacity(positions.len());
        for same_range in positions.chunk_by(|a, b| range_start(*a) == range_start(*b)) {
            let first = same_range.first().map_or(0, |position| range_start(*position));
            let records = match range(Position(first)) {
                Ok(records) => records?,
                Err(error) => return Some(Err(error)),
            };
            for position in same_range {
                let place = usize::try_from(position.saturating_sub(first)).unwrap_or(usize::MAX);
                let Some(record) = records.get(place).filter(|record| record.stream == self.id)
                else {
                    let reason =
                        format!("expected a record of stream {}, found another's", self.id);
                    return Some(Err(ReadError::Corrupt { position: Position(*position), reason }));
                };
                found.push(record.clone());
            }
        }
        Some(Ok(found))
    }
}

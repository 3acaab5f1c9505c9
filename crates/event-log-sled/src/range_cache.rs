//! Sealed ranges as they were read last, decompressed, shared by all who read streams.
//!
//! A stream's records lie near each other and are read again and again while a case is worked on;
//! a range takes a quarter of a millisecond to read and nothing to find here. Bounded by bytes.

use std::sync::{Arc, Mutex, PoisonError};

use event_log::{Position, RecordedEvent};
use lru::LruCache;

/// The most bytes kept.
const BYTES_MAX: usize = 48 * 1024 * 1024;

/// The records of one range.
pub(crate) type Range = Arc<[RecordedEvent]>;

/// The ranges read last.
#[derive(Debug)]
pub(crate) struct RangeCache(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    ranges: LruCache<u64, Range>,
    bytes: usize,
}

impl Default for RangeCache {
    fn default() -> Self {
        Self(Mutex::new(Kept { ranges: LruCache::unbounded(), bytes: 0 }))
    }
}

impl RangeCache {
    pub(crate) fn get(&self, first: Position) -> Option<Range> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.ranges.get(&first.0).map(Arc::clone)
    }

    /// Keeps a range, and lets go of those that were not asked for the longest.
    pub(crate) fn put(&self, first: Position, range: &Range) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes = kept.bytes.saturating_add(bytes_of(range));
        if let Some(same) = kept.ranges.put(first.0, Arc::clone(range)) {
            kept.bytes = kept.bytes.saturating_sub(bytes_of(&same));
        }
        while kept.bytes > BYTES_MAX {
            let Some((_, oldest)) = kept.ranges.pop_lru() else { break };
            kept.bytes = kept.bytes.saturating_sub(bytes_of(&oldest));
        }
    }
}

fn bytes_of(range: &Range) -> usize {
    let records = range.iter().map(|record| record.bytes.len()).sum::<usize>();
    records.saturating_add(size_of_val::<[RecordedEvent]>(range))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use event_log::StreamVersion;

    use super::*;

    #[test]
    fn it_never_keeps_more_than_it_may_and_forgets_the_oldest_first() {
        let cache = RangeCache::default();
        let record = |n: u64| RecordedEvent {
            position: Position(n),
            stream: "one".parse().unwrap(),
            version: StreamVersion(n),
            bytes: Bytes::from(vec![b'x'; 1024 * 1024]),
        };
        for n in 0..200 {
            let range: Range = Arc::from([record(n)]);
            cache.put(Position(n), &range);
            cache.put(Position(n), &range);
            assert!(cache.get(Position(0)).is_some(), "asked for each time, and gone after {n}");
            assert!(cache.0.lock().unwrap().bytes <= BYTES_MAX);
        }
        assert!(cache.get(Position(1)).is_none());
        assert!(cache.get(Position(199)).is_some());
        assert_eq!(cache.0.lock().unwrap().ranges.len(), 47);
    }
}

//! The streams that were written last, folded: so that the next command need not read them again.

use std::{
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
};

use event_log::StreamId;
use lru::LruCache;

use crate::load::Loaded;

/// How many streams are kept. A folded complaint takes a few kilobytes, so some 10 MB in all.
const STREAMS_MAX: NonZeroUsize = NonZeroUsize::new(2_048).unwrap();

/// Folded streams, the most recent ones.
///
/// What is kept may be behind the log when another writer exists. That is safe: an append checks
/// the expected version, and a refusal is only ever given on a stream that was just read. A stream
/// is taken out while a command works on it, so what a failed append leaves is never kept.
#[derive(Debug)]
pub(crate) struct Recent(Mutex<LruCache<StreamId, Loaded>>);

impl Default for Recent {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(STREAMS_MAX)))
    }
}

impl Recent {
    /// Takes a stream out.
    pub(crate) fn take(&self, stream: &StreamId) -> Option<Loaded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop(stream)
    }

    /// Keeps a stream as it stands after an append, or after nothing had to be appended.
    pub(crate) fn keep(&self, stream: StreamId, loaded: Loaded) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(stream, loaded);
    }
}

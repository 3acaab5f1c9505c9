//! What the writer knows of the streams it was asked about last, so that it need not look.
//!
//! Only the writer changes a stream, so what it knows stays true; it forgets all when a commit that
//! was counted on is not made. Bounded: two generations, of which the older is dropped whole.

use std::collections::HashMap;

use event_log::StreamId;

/// How many streams a generation has.
const STREAMS_MAX: usize = 65_536;

/// The versions that the next records of streams would get.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    young: HashMap<StreamId, u64>,
    old: HashMap<StreamId, u64>,
}

impl Versions {
    pub(crate) fn get(&self, stream: &StreamId) -> Option<u64> {
        self.young.get(stream).or_else(|| self.old.get(stream)).copied()
    }

    pub(crate) fn set(&mut self, stream: &StreamId, next: u64) {
        if let Some(version) = self.young.get_mut(stream) {
            *version = next;
            return;
        }
        if self.young.len() >= STREAMS_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        // A name may be part of something large that must not stay in memory for its sake.
        self.young.insert(stream.detached(), next);
    }

    pub(crate) fn forget_all(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_known_and_the_number_is_bounded() {
        let mut versions = Versions::default();
        let stream = |n: usize| format!("stream-{n}").parse::<StreamId>().unwrap();
        for n in 0..3 * STREAMS_MAX {
            versions.set(&stream(n), 1);
            versions.set(&stream(n), 2);
            assert!(versions.young.len() + versions.old.len() <= 2 * STREAMS_MAX);
        }
        assert_eq!(versions.get(&stream(0)), None);
        for n in 2 * STREAMS_MAX..3 * STREAMS_MAX {
            assert_eq!(versions.get(&stream(n)), Some(2), "{n}");
        }
        versions.forget_all();
        assert_eq!(versions.get(&stream(3 * STREAMS_MAX - 1)), None);
    }
}

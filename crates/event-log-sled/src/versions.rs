//! What is known of the streams that were asked about last, so that nobody need look.
//!
//! Streams are changed by appends only, and those are decided here, so what is known stays true; all is
//! forgotten when a group that was counted on is not made. Bounded: two generations, of which the older is
//! dropped whole, but for streams with records on their way, which nobody else knows of yet.

use crate::hashed::{HashedMap, NameKey};

/// How many streams a generation has.
const STREAMS_MAX: usize = 65_536;

/// What is known of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// The version that its next record would get.
    pub(crate) next: u64,
    /// The group that wrote to it last, since the log was opened.
    pub(crate) group: Option<u64>,
}

/// The versions that the next records of streams would get.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    young: HashedMap<NameKey, Known>,
    old: HashedMap<NameKey, Known>,
    /// The last group that is durable.
    made: u64,
    /// How often something was dropped that was known.
    dropped: u64,
}

impl Versions {
    /// Forgets all: a group that was counted on was not made.
    pub(crate) fn forget(&mut self) {
        self.young.clear();
        self.old.clear();
        self.dropped = self.dropped.saturating_add(1);
    }

    /// How often something was dropped that was known: as long as it is the same, what became known since still
    /// is.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Says which group was made last: what later ones wrote is known nowhere else.
    pub(crate) fn keep_after(&mut self, made: u64) {
        self.made = made;
    }

    /// The group that was made last.
    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    /// Uses, and perhaps changes, what is known of a stream; `None` when nothing is.
    pub(crate) fn with<T>(
        &mut self,
        stream: NameKey,
        using: impl FnOnce(&mut Known) -> T,
    ) -> Option<T> {
        if let Some(known) = self.young.get_mut(&stream) {
            return Some(using(known));
        }
        let mut known = self.old.remove(&stream)?;
        let used = using(&mut known);
        self.learn(stream, known);
        Some(used)
    }

    /// Takes note of a stream of which nothing was known.
    pub(crate) fn learn(&mut self, stream: NameKey, known: Known) {
        if self.young.len() >= STREAMS_MAX {
            self.dropped = self.dropped.saturating_add(1);
            let dropped = std::mem::replace(&mut self.old, std::mem::take(&mut self.young));
            let made = self.made;
            let is_on_its_way = |known: &Known| known.group.is_some_and(|group| group > made);
            self.young.extend(dropped.into_iter().filter(|(_, known)| is_on_its_way(known)));
        }
        self.young.insert(stream, known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hashed::Hashes;

    #[test]
    fn the_newest_are_known_and_the_number_is_bounded() {
        let mut versions = Versions::default();
        let hashes = Hashes::default();
        let stream = |n: usize| hashes.hashed(format!("stream-{n}").parse().unwrap()).key;
        for n in 0..3 * STREAMS_MAX {
            versions.learn(stream(n), Known { next: 1, group: None });
            versions.with(stream(n), |known| known.next = 2).unwrap();
            assert!(versions.young.len() + versions.old.len() <= 2 * STREAMS_MAX);
        }
        assert_eq!(versions.with(stream(0), |known| *known), None);
        for n in 2 * STREAMS_MAX..3 * STREAMS_MAX {
            let known = versions.with(stream(n), |known| *known);
            assert_eq!(known, Some(Known { next: 2, group: None }), "{n}");
        }
        assert!(versions.with(stream(3 * STREAMS_MAX - 1), |known| *known).is_some());
        versions.forget();
        assert_eq!(versions.with(stream(3 * STREAMS_MAX - 1), |known| *known), None);
    }

    #[test]
    fn what_is_on_its_way_is_known_until_it_is_made_however_much_is_asked() {
        let mut versions = Versions::default();
        let hashes = Hashes::default();
        let stream = |n: usize| hashes.hashed(format!("stream-{n}").parse().unwrap()).key;
        let on_its_way = Known { next: 1, group: Some(2) };
        versions.keep_after(1);
        versions.learn(stream(0), on_its_way);
        for n in 1..4 * STREAMS_MAX {
            versions.learn(stream(n), Known { next: 1, group: None });
        }
        assert_eq!(versions.with(stream(0), |known| *known), Some(on_its_way));
        versions.keep_after(2);
        for n in 4 * STREAMS_MAX..7 * STREAMS_MAX {
            versions.learn(stream(n), Known { next: 1, group: None });
        }
        assert_eq!(versions.with(stream(0), |known| *known), None);
    }

    #[test]
    fn what_is_changed_of_a_stream_not_asked_about_lately_is_kept() {
        let mut versions = Versions::default();
        let hashes = Hashes::default();
        let stream = |n: usize| hashes.hashed(format!("stream-{n}").parse().unwrap()).key;
        for n in 0..=STREAMS_MAX {
            versions.learn(stream(n), Known { next: 1, group: None });
        }
        let changed = Known { next: 7, group: Some(3) };
        assert_eq!(versions.with(stream(0), |known| known.next), Some(1));
        versions.with(stream(1), |known| *known = changed).unwrap();
        assert_eq!(versions.with(stream(1), |known| *known), Some(changed));
        assert_eq!(versions.with(stream(STREAMS_MAX), |known| known.next), Some(1));
    }
}

//! What the writer knows of the streams it was asked about last, so that it need not look.
//!
//! Only the writer changes a stream, so what it knows stays true; it forgets all when a commit that
//! was counted on is not made. Bounded: two generations, of which the older is dropped whole, but for
//! streams with records on their way, which nobody else knows of yet.

use crate::hashed::{HashedMap, HashedStream};

/// How many streams a generation has.
const STREAMS_MAX: usize = 65_536;

/// What is known of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// The version that its next record would get.
    pub(crate) next: u64,
    /// The group that wrote to it last, if the writer saw it.
    pub(crate) group: Option<u64>,
}

/// The versions that the next records of streams would get.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    young: HashedMap<HashedStream, Known>,
    old: HashedMap<HashedStream, Known>,
    /// How many groups were not made although they were counted on.
    undone: u64,
    /// The last group that is durable.
    made: u64,
}

impl Versions {
    /// Forgets all if a group was undone since it was last told.
    pub(crate) fn count_on(&mut self, undone: u64) {
        if undone != self.undone {
            *self = Self { undone, made: self.made, ..Self::default() };
        }
    }

    /// Says which group was made last: what later ones wrote is known nowhere else.
    pub(crate) fn keep_after(&mut self, made: u64) {
        self.made = made;
    }

    /// Uses, and perhaps changes, what is known of a stream; `None` when nothing is.
    pub(crate) fn with<T>(
        &mut self,
        stream: &HashedStream,
        using: impl FnOnce(&mut Known) -> T,
    ) -> Option<T> {
        if let Some(known) = self.young.get_mut(stream) {
            return Some(using(known));
        }
        let (stream, mut known) = self.old.remove_entry(stream)?;
        let used = using(&mut known);
        self.insert(stream, known);
        Some(used)
    }

    /// Takes note of a stream of which nothing was known.
    pub(crate) fn learn(&mut self, stream: &HashedStream, known: Known) {
        // A name may be part of something large that must not stay in memory for its sake.
        self.insert(stream.detached(), known);
    }

    fn insert(&mut self, stream: HashedStream, known: Known) {
        if self.young.len() >= STREAMS_MAX {
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
        let stream = |n: usize| hashes.hashed(format!("stream-{n}").parse().unwrap());
        for n in 0..3 * STREAMS_MAX {
            versions.learn(&stream(n), Known { next: 1, group: None });
            versions.with(&stream(n), |known| known.next = 2).unwrap();
            assert!(versions.young.len() + versions.old.len() <= 2 * STREAMS_MAX);
        }
        assert_eq!(versions.with(&stream(0), |known| *known), None);
        for n in 2 * STREAMS_MAX..3 * STREAMS_MAX {
            let known = versions.with(&stream(n), |known| *known);
            assert_eq!(known, Some(Known { next: 2, group: None }), "{n}");
        }
        versions.count_on(0);
        assert!(versions.with(&stream(3 * STREAMS_MAX - 1), |known| *known).is_some());
        versions.count_on(1);
        assert_eq!(versions.with(&stream(3 * STREAMS_MAX - 1), |known| *known), None);
    }

    #[test]
    fn what_is_on_its_way_is_known_until_it_is_made_however_much_is_asked() {
        let mut versions = Versions::default();
        let hashes = Hashes::default();
        let stream = |n: usize| hashes.hashed(format!("stream-{n}").parse().unwrap());
        let on_its_way = Known { next: 1, group: Some(2) };
        versions.keep_after(1);
        versions.learn(&stream(0), on_its_way);
        for n in 1..4 * STREAMS_MAX {
            versions.learn(&stream(n), Known { next: 1, group: None });
        }
        assert_eq!(versions.with(&stream(0), |known| *known), Some(on_its_way));
        versions.keep_after(2);
        for n in 4 * STREAMS_MAX..7 * STREAMS_MAX {
            versions.learn(&stream(n), Known { next: 1, group: None });
        }
        assert_eq!(versions.with(&stream(0), |known| *known), None);
    }

    #[test]
    fn what_is_changed_of_a_stream_not_asked_about_lately_is_kept() {
        let mut versions = Versions::default();
        let hashes = Hashes::default();
        let stream = |n: usize| hashes.hashed(format!("stream-{n}").parse().unwrap());
        for n in 0..=STREAMS_MAX {
            versions.learn(&stream(n), Known { next: 1, group: None });
        }
        let changed = Known { next: 7, group: Some(3) };
        assert_eq!(versions.with(&stream(0), |known| known.next), Some(1));
        versions.with(&stream(1), |known| *known = changed).unwrap();
        assert_eq!(versions.with(&stream(1), |known| *known), Some(changed));
        assert_eq!(versions.with(&stream(STREAMS_MAX), |known| known.next), Some(1));
    }
}

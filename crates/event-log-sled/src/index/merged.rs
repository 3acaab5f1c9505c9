//! All entries of the stream index in the order of the streams' names, from its files at once: a block of
//! each in memory, however many streams there are.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use crate::{frame::FrameDamage, index::entry::Entry};

/// The entries of one file, or of what no file lists yet.
pub(crate) type Source = Box<dyn Iterator<Item = Result<Entry, FrameDamage>>>;

/// Entries by the names of their streams; those of one stream in the order of the sources, which is
/// that of their records.
pub(crate) struct Merged {
    sources: Vec<Source>,
    /// The next entry of each source that has one.
    ahead: BinaryHeap<Reverse<Ahead>>,
    /// What is wrong with the next of some source; nothing is given after that.
    damage: Option<FrameDamage>,
}

/// The next entry of a source.
struct Ahead {
    entry: Entry,
    source: usize,
}

impl Ahead {
    fn key(&self) -> (&[u8], usize) {
        (self.entry.stream.as_bytes(), self.source)
    }
}

impl Ord for Ahead {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Ahead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ahead {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Ahead {}

impl Merged {
    /// Merges sources, each of which is in the order of names and then of records.
    pub(crate) fn new(sources: Vec<Source>) -> Self {
        let mut merged = Self { sources, ahead: BinaryHeap::new(), damage: None };
        (0..merged.sources.len()).for_each(|source| merged.advance(source));
        merged
    }

    fn advance(&mut self, source: usize) {
        match self.sources.get_mut(source).and_then(Iterator::next) {
            Some(Ok(entry)) => self.ahead.push(Reverse(Ahead { entry, source })),
            Some(Err(damage)) => {
                let is_first = |known: &FrameDamage| damage.position < known.position;
                if self.damage.as_ref().is_none_or(is_first) {
                    self.damage = Some(damage);
                }
            }
            None => {}
        }
    }
}

impl Iterator for Merged {
    type Item = Result<Entry, FrameDamage>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(damage) = self.damage.take() {
            self.ahead.clear();
            self.sources.clear();
            return Some(Err(damage));
        }
        let Reverse(Ahead { entry, source }) = self.ahead.pop()?;
        self.advance(source);
        Some(Ok(entry))
    }
}

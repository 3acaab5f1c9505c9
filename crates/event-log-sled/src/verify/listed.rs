//! The stream index against the records: it must list each of them once, in its place, and the records of
//! each stream must be numbered without a gap.
//!
//! Neither keeps a list of streams. That the index lists the records is told by a sum over both
//! that does not depend on their order; the index is in the order of streams, and tells of gaps.

use std::hash::{BuildHasher, Hasher, RandomState};

use event_log::{Position, RecordedEvent, StreamId};

use crate::{
    frame::{FrameDamage, RANGE},
    index::entry::Entry,
    store::{Store, StoreError},
    tiles::Tiles,
};

/// Gives numbers for the places of records, of which sums can be compared. With a key of its own, so that
/// nobody can choose other places that have the same sum.
#[derive(Debug, Default)]
pub(crate) struct Places(RandomState);

impl Places {
    /// A number for a record's stream, version and position.
    pub(crate) fn of_record(&self, record: &RecordedEvent) -> u64 {
        Self::of(self.name(record.stream.as_bytes()), record.version.0, record.position.0)
    }

    /// A number for a stream's name.
    pub(crate) fn name(&self, stream: &[u8]) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write(stream);
        hasher.finish()
    }

    /// A number for a place in the stream whose name has this number. For one name no two places have the
    /// same but by chance: each step can be undone.
    pub(crate) fn of(name: u64, version: u64, position: u64) -> u64 {
        mixed(mixed(name.wrapping_add(version)) ^ position)
    }
}

/// The mixing function of `SplitMix64`: each bit of what goes in changes half of what comes out.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// What the stream index lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The sum of [`Places`] over it.
    pub(crate) places: u64,
    /// How many streams there are.
    pub(crate) streams: u64,
}

/// Reads the whole stream index.
///
/// # Errors
///
/// Damage, where an index file or what the store lists is not what was written, and where the versions or
/// positions of a stream do not follow one another.
pub(crate) fn listed(store: &Store, places: &Places) -> Result<Listed, StoreError> {
    followed(store.index_entries(), places)
}

/// [`listed`] of entries by the names of their streams.
fn followed(
    entries: impl Iterator<Item = Result<Entry, StoreError>>,
    places: &Places,
) -> Result<Listed, StoreError> {
    let mut listed = Listed::default();
    let mut last: Option<Followed> = None;
    let mut first_gap: Option<FrameDamage> = None;
    for entry in entries {
        let entry = entry?;
        let followed = last.take().filter(|last| last.stream == entry.stream);
        let followed = followed.unwrap_or_else(|| {
            listed.streams = listed.streams.saturating_add(1);
            Followed::by_none(&entry.stream, places)
        });
        let Entry { version, positions, .. } = &entry;
        for (version, position) in (*version..).zip(positions) {
            let number = Places::of(followed.name, version, *position);
            listed.places = listed.places.wrapping_add(number);
        }
        // By name, they are not found in the order of positions.
        let (followed, gap) = followed.followed_by(&entry);
        let is_first = |gap: &FrameDamage| {
            first_gap.as_ref().is_none_or(|known| gap.position < known.position)
        };
        first_gap = gap.filter(is_first).or(first_gap);
        last = Some(followed);
    }
    first_gap.map_or(Ok(listed), |gap| Err(gap.into()))
}

/// The first stored record that the stream index lists in another place, or not at all: it looks for each, so
/// this is for when it is known that there is one. `None` when the index lists all of them, and more.
pub(crate) fn first_unlisted(
    tiles: &Tiles,
    store: &Store,
) -> Result<Option<FrameDamage>, StoreError> {
    let stored = store.head()?.next_position().0;
    let mut first = Position(0);
    while first.0 < stored {
        for record in tiles.read(first)? {
            let RecordedEvent { position, stream, version, .. } = &record;
            let listed = store.index().positions(stream, version.0)?.first().copied();
            if listed != Some(position.0) {
                let listed = listed.map_or("nowhere".to_owned(), |place| format!("at {place}"));
                let reason = format!(
                    "expected version {version} of stream {stream} here, as the record says; the stream \
                     index has it {listed}"
                );
                return Ok(Some(FrameDamage { position: *position, reason }));
            }
        }
        first = Position(first.0.saturating_add(RANGE));
    }
    Ok(None)
}

/// How far the records of a stream were followed.
struct Followed {
    stream: StreamId,
    /// The number of its name.
    name: u64,
    next_version: u64,
    next_position: u64,
}

impl Followed {
    fn by_none(stream: &StreamId, places: &Places) -> Self {
        let name = places.name(stream.as_bytes());
        Self { stream: stream.clone(), name, next_version: 0, next_position: 0 }
    }

    /// How far they were followed after an entry, and what is wrong with that.
    fn followed_by(self, entry: &Entry) -> (Self, Option<FrameDamage>) {
        let first = entry.positions.first().copied().unwrap_or_default();
        let follows = follows(&entry.stream, self.next_version, entry.version, Position(first));
        let gap = follows.err().or_else(|| {
            let reason = format!(
                "expected the records of stream {} in the order of their versions, found version {} before \
                 one at {}",
                self.stream, entry.version, self.next_position
            );
            (first < self.next_position).then_some(FrameDamage { position: Position(first), reason })
        });
        let last = entry.positions.last().copied().unwrap_or_default();
        let (next_version, next_position) = (entry.next_version(), last.saturating_add(1));
        (Self { next_version, next_position, ..self }, gap)
    }
}

/// Whether a stream's record has the version that its next one must have.
pub(crate) fn follows(
    stream: &StreamId,
    expected: u64,
    found: u64,
    position: Position,
) -> Result<(), FrameDamage> {
    if expected == found {
        return Ok(());
    }
    let reason = format!("expected version {expected} of stream {stream}, found {found}");
    Err(FrameDamage { position, reason })
}

#[cfg(test)]
mod tests;

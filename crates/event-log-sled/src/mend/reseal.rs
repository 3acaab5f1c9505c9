//! Mending sealed ranges: entry bundles from the journal, which keeps the newest records, and hash tiles
//! from the records.
//!
//! A hash tile is the evidence of what was sealed. So records count only if they have the leaf hashes that
//! the old hash tile has, or if the range they make has its place in a tree that head or store vouch for. If
//! they have neither, they are not what was sealed, and nothing is overwritten.

use std::{collections::BTreeMap, io, path::Path};

use event_log::{Position, RecordedEvent};
use merkle_log::{CompactRange, Hash, NodeSource, leaf_hashes, node_hash, perfect_root};

use crate::{
    disk::is_full,
    frame::{FrameDamage, RANGE, RANGE_LEVEL},
    journal::scan::{self, Unwanted},
    nodes::LogNodes,
    open::OpenError,
    sealed::{self, Sealed},
    tiles::{Kept, Tiles},
};

/// What ranges are mended from, and what they are held against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reseal<'a> {
    pub(crate) tiles: &'a Tiles,
    pub(crate) journal: &'a Path,
    /// How far the tiles should reach.
    pub(crate) end: Position,
    /// Trees that were vouched for.
    pub(crate) vouched: &'a [&'a CompactRange],
}

/// A range that cannot be used as it is.
struct Lacking {
    first: Position,
    damage: FrameDamage,
    /// The root over the hashes in its hash tile, if that has so many.
    hashed: Option<Hash>,
    /// The root over the records in its entry bundle, if that is whole by its checksum.
    bundled: Option<Hash>,
}

/// Where the records of a range are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Bundle,
    Journal,
}

/// Where the records of a range are taken from, and the root over them.
type Chosen = (Source, Hash);

/// What the journal still has.
#[derive(Default)]
struct InJournal {
    /// The ranges that are lacking, by their first position.
    sealed: BTreeMap<u64, Sealed>,
    /// The roots of the ranges that are not in the tiles yet.
    beyond: BTreeMap<u64, Hash>,
}

impl InJournal {
    fn seal(&mut self, range: &[RecordedEvent]) -> io::Result<()> {
        let sealed = sealed::seal(range)?;
        self.sealed.extend(sealed.into_iter().map(|sealed| (sealed.first.0, sealed)));
        Ok(())
    }
}

impl Reseal<'_> {
    /// Mends the newest of the ranges that cannot be used, and says what was done.
    ///
    /// Looks backwards from the end and stops at the first range that is whole: ranges are sealed in
    /// order, so what an accident takes is the newest. [`repair`](super::repair) looks at every one.
    pub(crate) fn newest(&self) -> Result<Vec<String>, OpenError> {
        let mut lacking = Vec::new();
        let mut next = self.end.0;
        while let Some(first) = next.checked_sub(RANGE) {
            match self.tiles.range(Position(first)) {
                Ok(_) => break,
                Err(damage) => lacking.push(self.lacking(Position(first), damage)),
            }
            next = first;
        }
        lacking.reverse();
        if lacking.is_empty() {
            return Ok(Vec::new());
        }
        let (chosen, kept) = self.mend(&lacking)?;
        let said = said_of(&lacking, &chosen, &kept);
        for said in &said {
            tracing::warn!("{said}");
        }
        Ok(said)
    }

    /// Mends one range, and gives what of it was kept.
    pub(crate) fn range(&self, first: Position, damage: FrameDamage) -> Result<Kept, OpenError> {
        self.mend(&[self.lacking(first, damage)]).map(|(_, kept)| kept)
    }

    fn lacking(&self, first: Position, damage: FrameDamage) -> Lacking {
        let hashed = self.tiles.leaves(first).ok().and_then(|leaves| perfect_root(&leaves));
        let records = self.tiles.read(first).ok();
        let bundled = records.and_then(|records| root_over(&records));
        Lacking { first, damage, hashed, bundled }
    }

    /// Mends these ranges, all or none, and gives where the records of each were taken from, and what was kept.
    fn mend(&self, lacking: &[Lacking]) -> Result<(Vec<Chosen>, Kept), OpenError> {
        let mut journal = self.in_journal(lacking)?;
        let mut refused = None;
        // Where a bundle is whole and was changed, the journal may have what it was before.
        for preferred in [Source::Bundle, Source::Journal] {
            let chosen = lacking.iter().map(|lacking| {
                let chosen = choose(lacking, &journal, preferred);
                chosen.ok_or_else(|| self.is_nowhere(lacking))
            });
            let chosen = chosen.collect::<Result<Vec<_>, _>>()?;
            let other = lacking.iter().zip(&chosen).find(|(old, new)| old.hashed != Some(new.1));
            let Some((other, by)) = other else {
                return self.put(lacking, chosen, &mut journal);
            };
            if self.are_vouched_for(lacking, chosen.iter().map(|chosen| chosen.1), &journal) {
                return self.put(lacking, chosen, &mut journal);
            }
            refused = Some((other, *by));
        }
        let Some((other, by)) = refused else { return Ok((Vec::new(), Kept::default())) };
        let hashed: Option<Vec<_>> = lacking.iter().map(|lacking| lacking.hashed).collect();
        let are_hashes_whole =
            hashed.is_some_and(|hashed| self.are_vouched_for(lacking, hashed, &journal));
        Err(self.is_another(other, by, &journal, are_hashes_whole))
    }

    /// Writes what was found to be what was sealed. What it is not is kept.
    fn put(
        &self,
        lacking: &[Lacking],
        chosen: Vec<Chosen>,
        journal: &mut InJournal,
    ) -> Result<(Vec<Chosen>, Kept), OpenError> {
        let (tiles, kept) = self.tiles.keeping();
        let mut put = || {
            let mut sealed = Vec::new();
            for (Lacking { first, .. }, (source, _)) in lacking.iter().zip(&chosen) {
                match source {
                    Source::Journal => sealed.extend(journal.sealed.remove(&first.0)),
                    Source::Bundle => {
                        let records = tiles.read(*first);
                        let records = records.map_err(|damage| io::Error::other(damage.reason))?;
                        tiles.put_hashes(*first, &leaves_of(&records))?;
                    }
                }
            }
            tiles.put_ranges(&sealed)?;
            lacking.iter().try_for_each(|lacking| tiles.seal_above_lacking(lacking.first))
        };
        put().map(|()| (chosen, kept)).map_err(|source: io::Error| failed(source))
    }

    /// What the journal has of these ranges, and of those behind the tiles.
    fn in_journal(&self, lacking: &[Lacking]) -> Result<InJournal, OpenError> {
        let mut found = InJournal::default();
        let Some(oldest) = lacking.first() else { return Ok(found) };
        let is_wanted =
            |first| lacking.binary_search_by_key(&first, |lacking| lacking.first).is_ok();
        // Where it begins behind the oldest, it is read from the end of the tiles on.
        for start in [oldest.first, self.end] {
            let mut records = Vec::new();
            let mut wrong = None;
            let from = scan::From { position: start, segment: 0, unwanted: Unwanted::MayBeDamaged };
            let scanned = scan::scan(self.journal, from, None, &mut |mut more, _| {
                records.append(&mut more);
                while let Some((range, _)) = records.split_at_checked(RANGE_RECORDS) {
                    let first = range.first().map_or(self.end, |record| record.position);
                    if is_wanted(first) {
                        wrong = found.seal(range).err().or(wrong.take());
                    } else if first >= self.end {
                        found.beyond.extend(root_over(range).map(|root| (first.0, root)));
                    }
                    records.drain(..RANGE_RECORDS);
                }
            });
            if let Some(error) = wrong {
                return Err(failed(error));
            }
            if scanned.is_ok() {
                break;
            }
        }
        Ok(found)
    }

    /// Whether a tree that was vouched for has ranges with these roots in the places of those that are lacking.
    fn are_vouched_for(
        &self,
        lacking: &[Lacking],
        roots: impl IntoIterator<Item = Hash>,
        journal: &InJournal,
    ) -> bool {
        let places = lacking.iter().map(|lacking| lacking.first.0);
        let known: BTreeMap<_, _> = places.zip(roots).collect();
        let nodes = LogNodes::sealed(self.tiles.clone(), self.end.0);
        let mut known = Known { nodes, records_of: None, lacking: known, beyond: &journal.beyond };
        let are_in = |known: &Known<'_>| {
            self.vouched.iter().any(|tree| tree.size() >= self.end.0 && known.are_in(tree))
        };
        if are_in(&known) {
            return true;
        }
        // Another hash tile may be damaged as well. It takes longer to read all records, and so comes last.
        known.records_of = Some(self.tiles);
        are_in(&known)
    }

    /// The records of a range are in no place that can be read.
    fn is_nowhere(&self, Lacking { first, damage, .. }: &Lacking) -> OpenError {
        let reason = format!(
            "{}, and the journal holds those records no more: put {} back from a backup",
            damage.reason,
            self.tiles.file_name(*first)
        );
        OpenError::Damaged { position: damage.position, reason }
    }

    /// The records that there are for a range are not those that were sealed, or nobody can say so any more.
    fn is_another(
        &self,
        lacking: &Lacking,
        (source, _): Chosen,
        journal: &InJournal,
        are_hashes_whole: bool,
    ) -> OpenError {
        let Lacking { first, hashed, bundled, .. } = lacking;
        let (bundle, tile) = (self.tiles.file_name(*first), self.tiles.hashes_name(*first));
        let is_tile_whole = are_hashes_whole || (bundled.is_none() && hashed.is_some());
        let put_back = if is_tile_whole { bundle } else { format!("{bundle} and {tile}") };
        let place = match source {
            Source::Bundle => "the entry bundle",
            Source::Journal => "the journal",
        };
        let found = match source {
            Source::Bundle => self.tiles.read(*first).map(|records| leaves_of(&records)).ok(),
            Source::Journal => journal.sealed.get(&first.0).map(|sealed| sealed.leaves.clone()),
        };
        let old = self.tiles.leaves(*first).ok();
        let pairs = old.iter().flatten().zip(found.iter().flatten()).zip(first.0..);
        let differing = pairs.into_iter().find(|((old, found), _)| old != found);
        let (position, what) = match differing {
            Some(((old, found), position)) => {
                (Position(position), format!("expected leaf hash {old}, found {found} in {place}"))
            }
            None => (
                *first,
                format!(
                    "expected records with a root that was vouched for, found others in {place}"
                ),
            ),
        };
        let reason =
            format!("the sealed range from {first}: {what}: put {put_back} back from a backup");
        OpenError::Damaged { position, reason }
    }
}

/// What was done to these ranges. What was kept is named with the first.
fn said_of(lacking: &[Lacking], chosen: &[Chosen], kept: &Kept) -> Vec<String> {
    let of = |source| {
        let pairs = lacking.iter().zip(chosen);
        pairs.filter(move |(_, chosen)| chosen.0 == source).map(|(lacking, _)| lacking)
    };
    let mut said = Vec::new();
    let mut kept = kept.to_string();
    if let Some(first) = of(Source::Journal).next() {
        let last = of(Source::Journal).next_back().unwrap_or(first);
        let (first, end) = (first.first, Position(last.first.0.saturating_add(RANGE)));
        let kept = std::mem::take(&mut kept);
        said.push(format!(
            "the tiles lacked the records from {first} to {end}: {kept}sealed them again"
        ));
    }
    if let Some(first) = of(Source::Bundle).next() {
        let reason = &first.damage.reason;
        said.push(format!("{reason}: {kept}made the hash tiles again from the records"));
    }
    said
}

/// [`RANGE`], to count by.
const RANGE_RECORDS: usize = 256;

/// Records with the hashes of the old hash tile, else those of the preferred place, else any.
fn choose(lacking: &Lacking, journal: &InJournal, preferred: Source) -> Option<Chosen> {
    let sealed = journal.sealed.get(&lacking.first.0);
    let in_bundle = lacking.bundled.map(|root| (Source::Bundle, root));
    let in_journal = sealed.map(|sealed| (Source::Journal, sealed.root));
    let both = [in_bundle, in_journal];
    let is_hashed = |chosen: &Chosen| lacking.hashed == Some(chosen.1);
    let is_preferred = |chosen: &Chosen| chosen.0 == preferred;
    let there = || both.into_iter().flatten();
    there().find(is_hashed).or_else(|| there().find(is_preferred)).or_else(|| there().next())
}

/// The roots over ranges that are known without the tiles, and the tiles for all others.
struct Known<'a> {
    nodes: LogNodes,
    /// Where the records are read, instead of the hash tiles.
    records_of: Option<&'a Tiles>,
    /// By the first position of the range.
    lacking: BTreeMap<u64, Hash>,
    beyond: &'a BTreeMap<u64, Hash>,
}

impl Known<'_> {
    /// Whether each perfect subtree of a tree that has a lacking range in it follows from what is known.
    fn are_in(&self, tree: &CompactRange) -> bool {
        let (mut start, mut rest) = (0_u64, tree.size());
        for root in tree.roots() {
            let level = rest.checked_ilog2().and_then(|bit| u8::try_from(bit).ok()).unwrap_or(0);
            let width = width_of(level);
            let end = start.saturating_add(width);
            if self.lacking.range(start..end).next().is_some()
                && self.node(level, start) != Some(*root)
            {
                return false;
            }
            start = end;
            rest = rest.saturating_sub(width);
        }
        true
    }

    /// The node of a level over the records from `start` on.
    fn node(&self, level: u8, start: u64) -> Option<Hash> {
        let width = width_of(level);
        let records = start..start.saturating_add(width);
        let is_known = self.lacking.range(records.clone()).chain(self.beyond.range(records)).next();
        if level == RANGE_LEVEL && is_known.is_some() {
            return self.lacking.get(&start).or_else(|| self.beyond.get(&start)).copied();
        }
        if let Some(tiles) = self.records_of.filter(|_| level == RANGE_LEVEL) {
            return root_over(&tiles.read(Position(start)).ok()?);
        }
        if is_known.is_none() && self.records_of.is_none() {
            let node = self.nodes.node(level, start.checked_div(width)?).ok();
            if node.is_some() || level <= RANGE_LEVEL {
                return node;
            }
        }
        let below = level.checked_sub(1)?;
        let left = self.node(below, start)?;
        let right = self.node(below, start.saturating_add(width_of(below)))?;
        Some(node_hash(&left, &right))
    }
}

fn width_of(level: u8) -> u64 {
    1_u64.checked_shl(level.into()).unwrap_or(0)
}

fn leaves_of(records: &[RecordedEvent]) -> Vec<Hash> {
    leaf_hashes(records.iter().map(|record| record.bytes.as_ref()))
}

fn root_over(records: &[RecordedEvent]) -> Option<Hash> {
    perfect_root(&leaves_of(records))
}

fn failed(source: io::Error) -> OpenError {
    if is_full(&source) {
        return OpenError::Full;
    }
    OpenError::Io { what: "sealing a range again".to_owned(), source }
}

#[cfg(test)]
mod tests;

//! Mending one artifact from another.
//!
//! Every sealed record is in the tiles, in one copy. From them the store is made again, and every
//! hash tile. The newest sealed ranges are in the journal still, and are sealed again from it. An
//! older entry bundle that is damaged can only come from a backup; [`repair`] mends all else and names
//! its file. What was mended is said aloud; a store that was replaced is kept aside, not deleted.

mod journal;
mod reseal;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::{Position, RecordedEvent};
use merkle_log::{CompactRange, leaf_hash, leaf_hashes, perfect_root, tile::TILE_WIDTH};

use crate::{
    applier::BATCH_RANGES,
    disk::{Disk, NoFaults, is_full, name_aside, sync_dir},
    frame::{FrameDamage, RANGE},
    head::HeadFile,
    index::{Index, build::MergeError, span::Span},
    open::{self, Mending, OpenError},
    store::{INDEX, STORE, Store, StoreError, StoreHead},
    tiles::{Kept, Tiles},
    verify::{self, Places, VerifyError},
};
pub(crate) use reseal::Reseal;

/// Makes the store anew from the tiles, as far as the head says it reached.
///
/// `why` is what was wrong with the one that is there. When a range is missing in the tiles too, the
/// old store is put back, and the error says which.
pub(crate) fn rebuild_store(
    dir: &Path,
    disk: &Disk,
    head: &HeadFile,
    why: &OpenError,
) -> Result<(Store, StoreHead, String), OpenError> {
    let io = |error| OpenError::io("replacing the store", dir, error);
    let path = dir.join(STORE);
    let aside = set_aside(dir, &path).map_err(io)?;
    // The index files are made again too: they are the same again, if they were whole.
    let removed = fs::remove_dir_all(dir.join(INDEX));
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
        Ok(()) | Err(_) => {}
    }
    let rebuilt = fill_store(dir, disk, head);
    let (store, store_head) =
        rebuilt.map_err(|error| match (put_back(&path, aside.as_deref()), error) {
            (Ok(()), OpenError::Damaged { position, reason }) => {
                OpenError::Damaged { position, reason: format!("{why}; {reason}") }
            }
            (Ok(()), error) => error,
            (Err(source), _) => OpenError::io("putting the old store back", dir, source),
        })?;
    let kept = aside
        .map_or(String::new(), |aside| format!("; the old one is kept as {}", aside.display()));
    let said = format!("{why}: rebuilt the store from the tiles up to {}{kept}", head.stored);
    tracing::warn!("{said}");
    Ok((store, store_head, said))
}

/// Renames what is at `path`, if anything, to the first free name.
fn set_aside(dir: &Path, path: &Path) -> io::Result<Option<PathBuf>> {
    if !path.exists() {
        return Ok(None);
    }
    let free = name_aside(path)?;
    fs::rename(path, &free)?;
    sync_dir(dir)?;
    Ok(Some(free))
}

/// Puts the old store, if there was one, in the place of what was made instead, if anything was. What index files
/// were made stay: they are what they would be again.
fn put_back(path: &Path, aside: Option<&Path>) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    aside.map_or(Ok(()), |aside| fs::rename(aside, path))
}

fn fill_store(dir: &Path, disk: &Disk, head: &HeadFile) -> Result<(Store, StoreHead), OpenError> {
    let tiles = Tiles::new(dir.join(open::TILES), disk.clone());
    let store = Store::open(dir, disk.clone())?;
    let mut store_head = store.head()?;
    let mut first = store_head.next_position();
    while first < head.stored {
        let (mut records, mut roots) = (Vec::new(), Vec::new());
        for _ in 0..BATCH_RANGES {
            if first < head.stored {
                let (more, their) = tiles.range_with_leaves(first)?;
                records.extend(more);
                roots.extend(perfect_root(&their));
                first = Position(first.0.saturating_add(RANGE));
            }
        }
        store.apply(&mut store_head, &records, roots, head.recorded_at)?;
        merge_index(store.index(), &tiles)?;
    }
    Ok((store, store_head))
}

/// Merges index files. One that turns out to be damaged is made again from the tiles; if they do not
/// have its records, merging ends until the ledger is opened again: the files are as good apart, and
/// whoever is answered from the damaged block is told.
pub(crate) fn merge_index(index: &Index, tiles: &Tiles) -> Result<(), OpenError> {
    let io = |source| OpenError::Io { what: "merging the stream index".to_owned(), source };
    loop {
        let (span, damage) = match index.merge() {
            Ok(()) => return Ok(()),
            Err(MergeError::Failed(source)) => return Err(io(source)),
            Err(MergeError::Damaged(span, damage)) => (span, damage),
        };
        match index.take_apart(span, |part| span_records(tiles, part)) {
            Ok(()) => tracing::warn!("{}: made it again from the tiles", damage.reason),
            Err(RecordsError::Damaged(lost)) => {
                tracing::error!("{}, and {}: verify the ledger", damage.reason, lost.reason);
                index.stop();
                return Ok(());
            }
            // As with merging itself: the files are as good apart.
            Err(RecordsError::Io(source)) if is_full(&source) => return Ok(()),
            Err(RecordsError::Io(source)) => return Err(io(source)),
        }
    }
}

/// Why an index file was not made from the records in the tiles.
#[derive(Debug, thiserror::Error)]
enum RecordsError {
    #[error("{}", .0.reason)]
    Damaged(FrameDamage),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The records that the index file of a span lists.
fn span_records(tiles: &Tiles, span: Span) -> Result<Vec<RecordedEvent>, RecordsError> {
    let mut records = Vec::new();
    for first in (span.first()..span.end()).step_by(usize::from(TILE_WIDTH)) {
        records.extend(tiles.range(Position(first)).map_err(RecordsError::Damaged)?);
    }
    Ok(records)
}

/// Makes index files again that are lost or damaged, from the tiles.
pub(crate) fn index_again(store: &Store, tiles: &Tiles) -> Result<Option<String>, OpenError> {
    let io = |source| {
        if is_full(&source) {
            return OpenError::Full;
        }
        OpenError::Io { what: "making an index file again".to_owned(), source }
    };
    for (span, _) in store.lacking() {
        let records = span_records(tiles, *span).map_err(|error| match error {
            RecordsError::Damaged(damage) => damage.into(),
            RecordsError::Io(source) => io(source),
        })?;
        store.index().make_again(*span, &records).map_err(io)?;
    }
    let Some((_, why)) = store.lacking().first() else { return Ok(None) };
    merge_index(store.index(), tiles)?;
    let said = format!("{}: made it again from the tiles", why.reason);
    tracing::warn!("{said}");
    Ok(Some(said))
}

/// Mends what can be mended in the ledger in `dir`, verifies the whole, and says what it did.
///
/// # Errors
///
/// [`VerifyError`], naming the first position that is whole nowhere. What could be mended is.
pub fn repair(dir: &Path) -> Result<Vec<String>, VerifyError> {
    let disk = Disk::new(Arc::new(NoFaults));
    let mut found = open::find(dir, &disk, Mending::Allowed)?;
    let mut said = std::mem::take(&mut found.repairs);
    let (numbers, mut places) = (Places::default(), 0_u64);
    let mut tree = CompactRange::new();
    let mut to_hash = Vec::new();
    let mut lost = None;
    let mut first = Position(0);
    while first < found.store_head.next_position() {
        match whole_records(&found, first, &mut said) {
            Ok((records, damage)) => {
                for record in &records {
                    places = places.wrapping_add(numbers.of_record(record));
                    tree.push(leaf_hash(&record.bytes));
                }
                to_hash.extend(damage.map(|damage| (first, damage)));
            }
            Err(error) => {
                lost.get_or_insert(error);
            }
        }
        first = Position(first.0.saturating_add(RANGE));
    }
    if let Some(error) = lost {
        return Err(error.into());
    }
    // Hash tiles are made again only from records that are known to be those that were hashed: if
    // they are not, the old tile is what tells which one was changed.
    verify::same_root("the store", &found.store_head.tree, &tree)?;
    for (first, damage) in to_hash {
        let kept = hash_again(&found.tiles, first)?;
        let reason = &damage.reason;
        said.push(format!("{reason}: {kept}made the hash tiles again from the records"));
    }
    // The stream index follows from the tiles as all of the store does.
    let listed = verify::listed(&found.store, &numbers);
    if let Err(StoreError::Damaged(gap)) = &listed
        && matches!(verify::first_unlisted(&found.tiles, &found.store), Ok(None))
    {
        // It lists the records as they are: made again it would be the same.
        return Err(OpenError::from(gap.clone()).into());
    }
    let begun = journal::begin_where_whole(&found, dir, &disk);
    let open::Found { lock, store, .. } = found;
    // Not only dropped: it is opened again below, and sled lets go of it a moment later.
    store.close();
    // Without the head that the journal has now, a store made again would reach to where the journal does not go on.
    let (head, begun) = begun?;
    let reason = match listed {
        Ok(listed) if listed.places == places => None,
        Ok(_) => Some("the stream index does not list each record in its place".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(reason) = reason {
        let why = OpenError::ArtifactDamaged { artifact: "store", reason };
        let (rebuilt, _, what) = rebuild_store(dir, &disk, &head, &why)?;
        rebuilt.close();
        said.push(what);
    }
    said.extend(begun);
    drop(lock);
    verify::verify(dir)?;
    Ok(said)
}

/// The records of a sealed range, from the journal if they are whole only there; and what is wrong
/// with its hash tiles, if anything.
fn whole_records(
    found: &open::Found,
    first: Position,
    said: &mut Vec<String>,
) -> Result<(Vec<RecordedEvent>, Option<FrameDamage>), OpenError> {
    let tiles = &found.tiles;
    let damage = match tiles.range(first) {
        Ok(records) => return Ok((records, tiles.check_above(first).err())),
        Err(damage) => damage,
    };
    if let Ok(records) = tiles.read(first) {
        return Ok((records, Some(damage)));
    }
    let vouched = [&found.store_head.tree, &found.head.tree];
    let (journal, end) = (found.journal.as_path(), found.store_head.next_position());
    let reason = damage.reason.clone();
    let kept = Reseal { tiles, journal, end, vouched: &vouched }.range(first, damage)?;
    said.push(format!("{reason}: {kept}sealed again from the journal"));
    Ok((tiles.range(first)?, tiles.check_above(first).err()))
}

/// Makes the hash tiles of a range again, from its records.
fn hash_again(tiles: &Tiles, first: Position) -> Result<Kept, OpenError> {
    let records = tiles.read(first).map_err(OpenError::from)?;
    let (tiles, kept) = tiles.keeping();
    let leaves = leaf_hashes(records.iter().map(|record| record.bytes.as_ref()));
    let made = tiles.put_hashes(first, &leaves).and_then(|()| tiles.seal_above(first, |_| true));
    made.map_err(|source| OpenError::Io { what: "sealing a range again".to_owned(), source })?;
    Ok(kept)
}

#[cfg(test)]
mod tests;

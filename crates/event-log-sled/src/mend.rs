//! Mending one artifact from another: the store from the tiles, the tiles from the store.
//!
//! Both hold the same sealed ranges, so a ledger is whole as long as each range is whole in one of
//! them. What was mended is said aloud; a store that was replaced is kept aside, not deleted.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::{Position, RecordedEvent};

use crate::{
    disk::{Disk, NoFaults, sync_dir},
    frame::RANGE,
    head::HeadFile,
    open::{self, Mending, OpenError, STORE},
    sealed,
    store::{Store, StoreHead},
    tiles::Tiles,
    verify::{self, VerifyError},
};

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
    let rebuilt = fill_store(dir, disk, head, &path);
    let (store, store_head) = rebuilt.map_err(|error| {
        let back = || {
            fs::remove_dir_all(&path)?;
            aside.as_ref().map_or(Ok(()), |aside| fs::rename(aside, &path))
        };
        match (back(), error) {
            (Ok(()), OpenError::Damaged { position, reason }) => {
                OpenError::Damaged { position, reason: format!("{why}; {reason}") }
            }
            (Ok(()), error) => error,
            (Err(source), _) => OpenError::io("putting the old store back", dir, source),
        }
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
    let mut names = (1_u32..).map(|n| dir.join(format!("{STORE}.damaged-{n}")));
    let free = names.find(|name| !name.exists()).ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(path, &free)?;
    sync_dir(dir)?;
    Ok(Some(free))
}

fn fill_store(
    dir: &Path,
    disk: &Disk,
    head: &HeadFile,
    path: &Path,
) -> Result<(Store, StoreHead), OpenError> {
    let tiles = Tiles::new(dir.join(open::TILES), disk.clone());
    let store = Store::open(path, disk.clone())?;
    let mut store_head = store.head()?;
    let mut first = store_head.next_position();
    while first < head.stored {
        let records = tiles.range(first)?;
        let sealed =
            sealed::seal(&records).map_err(|error| OpenError::io("sealing", dir, error))?;
        store.apply(&mut store_head, &records, &sealed, head.recorded_at)?;
        first = store_head.next_position();
    }
    Ok((store, store_head))
}

/// Seals again, from the store, the newest ranges that the tiles lack; all of them if need be.
///
/// Looks backwards from the end and stops at the first range that is whole: ranges are sealed in
/// order, so what an accident takes is the newest. [`repair`] looks at every one.
pub(crate) fn reseal_end(
    tiles: &Tiles,
    store: &Store,
    stored: Position,
) -> Result<Option<String>, OpenError> {
    let mut lacking = Vec::new();
    let mut end = stored.0;
    while let Some(first) = end.checked_sub(RANGE) {
        if tiles.range(Position(first)).is_ok() {
            break;
        }
        lacking.push(first);
        end = first;
    }
    let Some(first) = lacking.last() else { return Ok(None) };
    for first in lacking.iter().rev() {
        reseal(tiles, &store.range(Position(*first))?)?;
    }
    let said = format!("the tiles lacked the records from {first} to {stored}: sealed them again");
    tracing::warn!("{said}");
    Ok(Some(said))
}

fn reseal(tiles: &Tiles, records: &[RecordedEvent]) -> Result<(), OpenError> {
    let sealed = sealed::seal(records).and_then(|sealed| tiles.put(&sealed));
    sealed.map_err(|source| OpenError::Io { what: "sealing a range again".to_owned(), source })
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
    let mut store_damage = None;
    let mut places = 0_u64;
    let mut first = Position(0);
    while first < found.store_head.next_position() {
        let sealed = found.tiles.range(first).and_then(|sealed| {
            found.tiles.check_above(first)?;
            Ok(sealed)
        });
        let records = match (found.store.range(first), sealed) {
            (Ok(stored), Ok(sealed)) => {
                same(&stored, &sealed)?;
                sealed
            }
            (Ok(stored), Err(damage)) => {
                reseal(&found.tiles, &stored)?;
                said.push(format!("{}: sealed again from the store", damage.reason));
                stored
            }
            (Err(error), Ok(sealed)) => {
                store_damage = store_damage.or(Some(OpenError::from(error)));
                sealed
            }
            (Err(error), Err(_)) => return Err(OpenError::from(error).into()),
        };
        places = records.iter().fold(places, |sum, record| sum.wrapping_add(verify::place(record)));
        first = Position(first.0.saturating_add(RANGE));
    }
    // The stream index is in the store only, and follows from the tiles as all of it does.
    let whole = verify::index_places(&found.store).is_ok_and(|found| found == places);
    if !whole && store_damage.is_none() {
        let reason = "the stream index does not list each record in its place".to_owned();
        store_damage = Some(OpenError::Damaged { position: Position(0), reason });
    }
    let open::Found { lock, store, head, .. } = found;
    drop(store);
    if let Some(why) = store_damage {
        said.push(rebuild_store(dir, &disk, &head, &why)?.2);
    }
    drop(lock);
    verify::verify(dir)?;
    Ok(said)
}

/// Refuses two copies of a range that are whole in themselves and yet differ.
pub(crate) fn same(stored: &[RecordedEvent], sealed: &[RecordedEvent]) -> Result<(), VerifyError> {
    let differing = stored.iter().zip(sealed).find(|(stored, sealed)| stored != sealed);
    differing.map_or(Ok(()), |(stored, _)| {
        let reason = "expected the same record in store and tiles, found two".to_owned();
        Err(VerifyError::Damaged { position: stored.position, reason })
    })
}

#[cfg(test)]
mod tests;

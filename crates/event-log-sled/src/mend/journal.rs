//! Leaving behind what is damaged in the journal and needed by nobody: the records there are in the tiles.
//!
//! A head that came back from a backup counts the segments of that backup. It says as well as any other how
//! much there must be at least, and it is told where the journal begins.

use std::{fs, path::Path};

use crate::{
    disk::{Disk, ReplaceSteps, Step, replace_file},
    head::HeadFile,
    journal::{
        SEGMENT_BYTES, file_name,
        scan::{self, Passed, Unwanted},
    },
    open::{Found, OpenError},
};

const STEPS: ReplaceSteps =
    ReplaceSteps { write: Step::JournalFill, sync: Step::JournalFill, rename: Step::JournalRename };

/// Has the journal begin where it is whole up to its end, says what was done for that, and gives the head that holds
/// now. Whoever calls has held the store's records against its tree.
///
/// A crash in between leaves a journal that opens as before, and that can be mended again.
pub(super) fn begin_where_whole(
    found: &Found,
    dir: &Path,
    disk: &Disk,
) -> Result<(HeadFile, Vec<String>), OpenError> {
    let io = |source| OpenError::io("replacing a segment of the journal", dir, source);
    let mut said = Vec::new();
    let mut from = found.journal_from(Unwanted::MayBeDamaged);
    let scan_error = |error| OpenError::scan(dir, error);
    let named = from.segment;
    // Where there are older ones, the head is the journal's own and what it names was lost.
    let least = scan::segment_numbers(&found.journal).map_err(scan_error)?.first().copied();
    let begins_later = least.is_some_and(|least| least > named);
    from.segment = least.map_or(named, |least| least.max(named));
    let scanned = scan::scan(&found.journal, from, None, &mut |_, _| {}).map_err(scan_error)?;
    let mut segment = scanned.segments.oldest_needed(from.position);
    if begins_later {
        said.push(format!(
            "the head names segment {named} of the journal, which is not there: it begins with \
             segment {segment}, and lacks nothing from there on"
        ));
    }
    if let Some(Passed { damage, segment: whole_from, offset }) = scanned.passed {
        if offset > 0 {
            let path = found.journal.join(file_name(whole_from));
            let mut bytes = fs::read(&path).map_err(io)?;
            // A frame names its segment, but not its place there.
            bytes.drain(..offset);
            bytes.resize(SEGMENT_BYTES, 0);
            replace_file(disk, STEPS, &path, &bytes).map_err(io)?;
        }
        segment = whole_from;
        said.push(format!(
            "position {}: {}: left out, for the tiles have it",
            damage.position, damage.reason
        ));
    }
    if said.is_empty() {
        return Ok((found.head.clone(), said));
    }
    let head = reaching_to_store(found, segment);
    head.write(disk, dir).map_err(io)?;
    Ok((head, said))
}

/// The head with the journal beginning there. A store may be ahead of its head, and the journal is left out up to the
/// store: a head that named less would have a store that is lost later made again to a place from which the
/// journal does not go on.
fn reaching_to_store(found: &Found, segment: u64) -> HeadFile {
    let (head, store) = (&found.head, &found.store_head);
    let is_ahead = store.tree.size() > head.tree.size();
    let tree = if is_ahead { &store.tree } else { &head.tree }.clone();
    let recorded_at = head.recorded_at.max(store.recorded_at);
    HeadFile { stored: store.next_position(), tree, recorded_at, segment }
}

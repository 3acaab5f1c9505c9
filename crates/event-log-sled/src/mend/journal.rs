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

/// Has the journal begin where it is whole up to its end, and says what was done for that.
///
/// A crash in between leaves a journal that opens as before, and that can be mended again.
pub(super) fn begin_where_whole(
    found: &Found,
    dir: &Path,
    disk: &Disk,
) -> Result<Vec<String>, OpenError> {
    let io = |source| OpenError::io("replacing a segment of the journal", dir, source);
    let mut said = Vec::new();
    let mut from = found.journal_from(Unwanted::MayBeDamaged);
    let is_there = found.journal.join(file_name(from.segment)).exists();
    if !is_there {
        from.segment = 0;
    }
    let scanned = scan::scan(&found.journal, from, None, &mut |_, _| {});
    let scanned = scanned.map_err(|error| OpenError::scan(dir, error))?;
    let mut segment = scanned.segments.oldest_needed(from.position);
    if !is_there {
        let named = found.head.segment;
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
    if !said.is_empty() {
        HeadFile { segment, ..found.head.clone() }.write(disk, dir).map_err(io)?;
    }
    Ok(said)
}

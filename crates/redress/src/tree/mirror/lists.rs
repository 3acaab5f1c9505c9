//! The lists of all streams that the log has committed to, made anew from the records that were mirrored.
//!
//! The records are signed and give the signed root when this is asked, so a list that they do not give is the log's
//! own, and no copy of it is at fault.

use std::path::{Path, PathBuf};

use evidence_issue::{AuditError, IndexListError, ListAudit};

use super::REFUSED;
use crate::error::CommandError;

/// Where the leaves are sorted: on the disk on which there is room for the records already, for the system's
/// temporary directory may lie in memory. The files have no names; where a file system cannot do that, a crash
/// may leave one, below `tile`, where the next run takes it for nothing.
pub(super) fn scratch(out: &Path) -> PathBuf {
    out.join("tile")
}

/// How many index commitments there are, each to the list that the records give.
///
/// # Errors
///
/// [`CommandError::Refused`]: the log has committed to another list, or the records of a stream do not follow one
/// another; [`CommandError::File`]: the disk.
pub(super) fn made_anew(audit: ListAudit, source: &str, out: &Path) -> Result<u64, CommandError> {
    let refused = |error: AuditError, means: &str| CommandError::Refused {
        problem: format!("what the log at {source} has signed is not true: {error}"),
        next: format!(
            "keep {}: its files and {REFUSED} together show {means}; no checkpoint of it was taken over",
            out.display()
        ),
    };
    match audit.finish() {
        Ok(commitments) => Ok(commitments.len() as u64),
        Err(AuditError::List(IndexListError::Disk(error))) => {
            Err(CommandError::file("sort the records in", &scratch(out))(error))
        }
        Err(error @ AuditError::False { .. }) => Err(refused(
            error,
            "that the log signed a false list of all streams, by which a case or events of it can be denied",
        )),
        Err(error @ AuditError::List(_)) => Err(refused(
            error,
            "that the log signed a stream whose records do not follow one another",
        )),
    }
}

#[cfg(test)]
mod tests {
    use merkle_log::leaf_hash;

    use super::*;

    #[test]
    fn two_records_of_one_version_are_the_logs_own_fault_and_no_disk_is_needed_to_say_so() {
        let nowhere = Path::new("nowhere");
        let mut audit = ListAudit::new(&scratch(nowhere));
        for (stream, version) in [("complaint-A", 0), ("complaint-B", 0), ("complaint-A", 0)] {
            audit.push(stream, version, b"{}", leaf_hash(b"{}")).unwrap();
        }
        let refused = made_anew(audit, "the-tree", nowhere).unwrap_err();
        let CommandError::Refused { problem, next } = refused else { panic!("{refused}") };
        assert!(problem.contains("the-tree has signed is not true"), "{problem}");
        assert!(problem.contains("version 1 of stream complaint-A, found version 0"), "{problem}");
        assert!(next.contains("keep nowhere: its files and checkpoint.refused together"), "{next}");
    }
}

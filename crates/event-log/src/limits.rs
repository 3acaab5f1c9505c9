//! How much one append may hold.

use crate::{log::AppendError, record::NewRecord};

/// The most records in one append.
pub const APPEND_RECORDS_MAX: usize = 2_048;
/// The most bytes of records in one append.
pub const APPEND_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Refuses an append that is too large, before anything else is looked at.
///
/// # Errors
///
/// [`AppendError::TooLarge`], for records before bytes.
pub fn check(records: &[NewRecord]) -> Result<(), AppendError> {
    if records.len() > APPEND_RECORDS_MAX {
        return Err(AppendError::TooLarge {
            unit: "records",
            limit: APPEND_RECORDS_MAX,
            found: records.len(),
        });
    }
    let bytes = records.iter().map(NewRecord::len).sum();
    if bytes > APPEND_BYTES_MAX {
        return Err(AppendError::TooLarge { unit: "bytes", limit: APPEND_BYTES_MAX, found: bytes });
    }
    Ok(())
}

//! Whether figures that are put forward would show limits as kept that were missed: before they are put to the committee.

use std::path::Path;

use complaint_domain::report::ReportKind;
use complaint_service::unnoted;
use event_log::{Clock as _, Position, clock::SystemClock};
use jiff::{ToSpan as _, tz::TimeZone};
use projector_transparency::files::check_list;

use crate::{casework::ReportNoun, error::CommandError, ledger::Ledger};

/// Refuses figures of which a limit that was missed by their last day is not noted in the records they are counted from.
///
/// # Errors
///
/// [`CommandError::Refused`] saying how many; others when the records cannot be read.
pub(in crate::commands) async fn hold(ledger: &Ledger, folder: &Path) -> Result<(), CommandError> {
    let listed = check_list(folder).map_err(CommandError::failed("read the report"))?;
    let draft = ReportNoun::draft_of(folder, &listed);
    let draft = draft.map_err(|problem| CommandError::Refused {
        problem,
        next: "name the folder of a report's files".to_owned(),
    })?;
    if draft.kind != ReportKind::Transparency {
        return Ok(());
    }
    let now = SystemClock.now();
    let after = TimeZone::UTC.to_timestamp(draft.last_day.saturating_add(1.day()).at(0, 0, 0, 0));
    let until = after.map_or(now, |after| after.min(now));
    let found = unnoted(ledger.log.as_ref(), Position(draft.size), (until, now)).await?;
    let Some(first) = found.first else { return Ok(()) };
    Err(CommandError::Refused {
        problem: format!(
            "expected every limit that was missed by {} to be noted in the first {} records, found {} that are not, the \
             first in {first}: the figures show them as kept",
            draft.last_day, draft.size, found.limits
        ),
        next: "note them with `redress clock run`, and write the report again".to_owned(),
    })
}

//! Whether figures would show limits as kept that were missed: before they are put to the committee, and when somebody
//! counts them again from a mirror.

use complaint_domain::report::{ReportDraft, ReportKind};
use complaint_service::{Unnoted, unnoted, unnoted_in_order};
use event_log::{Clock as _, Position, clock::SystemClock};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use crate::{
    casework::{Figures, ReportNoun},
    error::CommandError,
    ledger::Ledger,
    tree::records::MirrorLog,
};

/// Refuses figures of which a limit that was missed by their last day is not noted in the records they are counted from.
///
/// # Errors
///
/// [`CommandError::Refused`] saying how many; others when the records cannot be read.
pub(in crate::commands) async fn hold(
    ledger: &Ledger,
    Figures { folder, listed }: &Figures,
) -> Result<(), CommandError> {
    let draft = ReportNoun::draft_of(folder, listed);
    let draft = draft.map_err(|problem| CommandError::Refused {
        problem,
        next: "name the folder of a report's files".to_owned(),
    })?;
    if draft.kind != ReportKind::Transparency {
        return Ok(());
    }
    let now = SystemClock.now();
    let until = after(&draft).map_or(now, |after| after.min(now));
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

/// When the last day of a report is over.
fn after(draft: &ReportDraft) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(draft.last_day.saturating_add(1.day()).at(0, 0, 0, 0)).ok()
}

/// Looks in a mirror for limits that were missed by the last day of a report, and of which the records that it counts say
/// nothing; nothing where the report has no figures of limits.
///
/// # Errors
///
/// [`CommandError`]: a report or a mirror that cannot be read.
pub(in crate::commands) async fn in_mirror(
    mirror: &MirrorLog,
    draft: &ReportDraft,
) -> Result<Unnoted, CommandError> {
    if draft.kind != ReportKind::Transparency {
        return Ok(Unnoted::default());
    }
    let until = after(draft).unwrap_or(Timestamp::MAX);
    Ok(unnoted_in_order(mirror, Position(draft.size), until).await?)
}

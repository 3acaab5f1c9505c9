//! Whether the last day of recourse that a letter is to state is the one by the packs it is written under.

use complaint_domain::{
    clock::{Adoption, LastDayOfRecourse, Rulebook, shipped},
    complaint::{Response, ResponseKind},
};
use complaint_letters::LetterKind;
use event_log::StreamVersion;
use jiff::Timestamp;

use super::History;
use crate::error::CommandError;

/// Holds the recourse of a final response against packs.
///
/// By a pack that the ledger's rulebook adopted the domain did so when the response was recorded; a
/// letter may be written under others, or the pack was adopted later.
///
/// # Errors
///
/// [`CommandError::Refused`]: a pack counts to another day.
pub(super) fn recourse_is_right(
    history: &History,
    version: StreamVersion,
    response: &Response,
    (kind, packs): (LetterKind, &[String]),
) -> Result<(), CommandError> {
    let (Some(recourse), Some(responded_at)) = (&response.recourse, history.occurred_at(version))
    else {
        return Ok(());
    };
    if response.kind != ResponseKind::Final {
        return Ok(());
    }
    let named = packs.iter().filter(|pack| !history.adopted_packs().contains(pack));
    let last_days = last_days_by(named, responded_at)?;
    if last_days.is_empty() || last_days.iter().any(|last| last.day == recourse.until) {
        return Ok(());
    }
    Err(CommandError::Refused {
        problem: format!(
            "expected recourse until {} in the response that a letter of the kind {kind} is to \
             state, found until {}",
            LastDayOfRecourse::any_of(&last_days),
            recourse.until,
        ),
        next: "adopt the pack in the rulebook, so that no response is recorded with another day, \
               and answer the complainant anew"
            .to_owned(),
    })
}

fn last_days_by<'a>(
    packs: impl Iterator<Item = &'a String>,
    responded_at: Timestamp,
) -> Result<Vec<LastDayOfRecourse>, CommandError> {
    let mut shipped = packs.filter_map(|pack| shipped::pack(pack)).map(Adoption::of);
    let rulebook = shipped
        .try_fold(Rulebook::with_shipped_calendars(), Rulebook::adopt)
        .map_err(CommandError::failed("apply the packs of the letter"))?;
    Ok(rulebook.last_days_of_recourse(responded_at))
}

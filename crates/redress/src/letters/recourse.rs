//! Whether the last day of recourse that a letter is to state is the one by the packs it is written under.

use complaint_domain::{
    clock::{Adoption, LastDayOfRecourse, Rulebook, shipped},
    complaint::{Response, ResponseKind},
};
use complaint_letters::LetterKind;
use event_log::StreamVersion;
use jiff::{Timestamp, civil::Date};

use super::History;
use crate::error::CommandError;

/// Holds the recourse of a final response against each pack that a letter is written under: as the
/// ledger's rulebook had it when the response was given, else as it comes with the program.
///
/// The domain did so when the response was recorded, but only by packs that held then and counted
/// recourse, and of several by any.
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
    let adopted = history.time_limits().last_days_of_recourse(responded_at);
    for pack in packs {
        let last_days = last_days_by(pack, &adopted, responded_at)?;
        if !last_days.is_empty() && last_days.iter().all(|last| last.day != recourse.until) {
            let expected = LastDayOfRecourse::any_of(&last_days);
            return Err(another_day(kind, &expected, recourse.until));
        }
    }
    Ok(())
}

/// The local day of a final response by the clock that gave its last day of recourse: by the packs that a
/// letter is written under, else by those of the ledger.
///
/// # Errors
///
/// [`CommandError`]: a pack cannot be applied.
pub(super) fn day_of_response(
    history: &History,
    (responded_at, until): (Timestamp, Date),
    packs: &[String],
) -> Result<Date, CommandError> {
    let rulebook = history.time_limits();
    let adopted = rulebook.last_days_of_recourse(responded_at);
    let mut days = Vec::new();
    for pack in packs {
        let last_days = last_days_by(pack, &adopted, responded_at)?.into_iter();
        let exact = last_days.filter(|last| last.day == until);
        days.extend(exact.map(|last| last.zone.day_of(responded_at)));
    }
    let by_ledger = || rulebook.day_of_recourse((responded_at, until), responded_at);
    Ok(days.into_iter().min().unwrap_or_else(by_ledger))
}

/// The last days by one pack: as the ledger adopted it, else as it comes with the program.
fn last_days_by(
    pack: &str,
    adopted: &[LastDayOfRecourse],
    responded_at: Timestamp,
) -> Result<Vec<LastDayOfRecourse>, CommandError> {
    let of_pack = |last: &&LastDayOfRecourse| last.clock.pack.as_str() == pack;
    let last_days: Vec<_> = adopted.iter().filter(of_pack).cloned().collect();
    if last_days.is_empty() { last_days_by_shipped(pack, responded_at) } else { Ok(last_days) }
}

fn another_day(kind: LetterKind, expected: &str, until: Date) -> CommandError {
    CommandError::Refused {
        problem: format!(
            "expected recourse until {expected} in the response that a letter of the kind {kind} \
             is to state, found until {until}"
        ),
        next: "name with --pack only packs that give that day; where the response is wrong it \
               stands until it is refused or the complaint is reopened: tell the complainant the \
               right day meanwhile, and adopt the pack, so that no other response is recorded so"
            .to_owned(),
    }
}

fn last_days_by_shipped(
    pack: &str,
    responded_at: Timestamp,
) -> Result<Vec<LastDayOfRecourse>, CommandError> {
    let rulebook = rulebook_of(pack)?;
    Ok(rulebook.map(|it| it.last_days_of_recourse(responded_at)).unwrap_or_default())
}

/// A pack by itself, as it comes with the program; none where none of that code does.
pub(super) fn rulebook_of(pack: &str) -> Result<Option<Rulebook>, CommandError> {
    let Some(pack) = shipped::pack(pack) else { return Ok(None) };
    let rulebook = Rulebook::with_shipped_calendars().adopt(Adoption::of(pack));
    rulebook.map(Some).map_err(CommandError::failed("apply the pack of the letter"))
}

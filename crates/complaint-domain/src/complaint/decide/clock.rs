//! What is recorded of clocks: only what their rules will count.
//!
//! A pause, a resumption or an extension is judged twice when it is entered late: as things stood
//! when it is said to have happened, and as they stand now. So nobody can rescue a limit that was
//! missed by an entry that is dated back before it.

use jiff::Timestamp;

use crate::{
    clock::{ClockReading, ClockRefusal, ClockResult, Nature, clocks},
    complaint::{
        Circumstances, ClockLimit, ClockNote, ClockNotice, ClockPaused, ClockResumed,
        ComplaintEvent, ComplaintRejection, DeadlineExtended, state::Case,
    },
};

/// The moments at which an entry must be right, the later one first.
fn moments(circumstances: &Circumstances<'_>) -> [Timestamp; 2] {
    let Circumstances { occurred_at, now, .. } = circumstances;
    [*now.max(occurred_at), *occurred_at]
}

/// The clocks that can be read; one whose calendar has run out is as good as not started.
fn read(case: &Case, circumstances: &Circumstances<'_>, at: Timestamp) -> Vec<ClockReading> {
    clocks(&case.clock_facts, &circumstances.rules.time_limits, at).into_iter().flatten().collect()
}

pub(super) fn pause(
    case: &Case,
    pause: &ClockPaused,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    for at in moments(circumstances) {
        pause.permitted(&read(case, circumstances, at), at)?;
    }
    Ok(ComplaintEvent::ClockPaused(pause.clone()))
}

pub(super) fn resume(
    case: &Case,
    resumption: &ClockResumed,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    for at in moments(circumstances) {
        resumption.permitted(&read(case, circumstances, at))?;
    }
    Ok(ComplaintEvent::ClockResumed(resumption.clone()))
}

pub(super) fn extend(
    case: &Case,
    extension: &DeadlineExtended,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let approver = &circumstances.actor;
    // Whoever stepped aside decides nothing in it by asking, either.
    if case.recused.contains(&extension.asked_by) {
        return Err(ComplaintRejection::HandlerRecused(extension.asked_by.clone()));
    }
    if approver.id == extension.asked_by {
        let asked_by = extension.asked_by.clone();
        return Err(ClockRefusal::ApprovedByAsker { asked_by }.into());
    }
    if case.handler() == Some(&approver.id) {
        return Err(ClockRefusal::ApprovedByHandler { handler: approver.id.clone() }.into());
    }
    // A name alone is no second person: whoever asked has a part in the case, or works here.
    let is_known = case.colleagues().contains(&extension.asked_by)
        || circumstances.people.works_here(&extension.asked_by);
    if !is_known {
        let asked_by = extension.asked_by.clone();
        return Err(ClockRefusal::AskerUnknown { asked_by }.into());
    }
    let rulebook = &circumstances.rules.time_limits;
    for at in moments(circumstances) {
        extension.permitted(&case.clock_facts, rulebook, approver.role, at)?;
    }
    Ok(ComplaintEvent::DeadlineExtended(extension.clone()))
}

/// Warns of a duty, not of a way that is open and may be left unused.
pub(super) fn warn(
    case: &Case,
    limit: &ClockLimit,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let clock = limit.clock.clone();
    let is_near = |reading: &ClockReading| {
        reading.rule.nature == Nature::Duty && matches!(reading.result, ClockResult::DueSoon { .. })
    };
    let reading = reading_of(case, limit, circumstances).filter(is_near);
    let reading = reading.ok_or_else(|| ClockRefusal::NotDueSoon { clock: clock.clone() })?;
    if case.is_noted(ClockNote::Warned, limit) {
        return Err(ClockRefusal::AlreadyNoted { clock }.into());
    }
    Ok(ComplaintEvent::ClockWarned(ClockNotice::of(&reading)))
}

/// A limit that was missed stays missed, also once the duty was done or the complaint has ended.
pub(super) fn note_missed(
    case: &Case,
    limit: &ClockLimit,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    let clock = limit.clock.clone();
    let is_missed = |reading: &ClockReading| matches!(reading.result, ClockResult::Missed { .. });
    let reading = reading_of(case, limit, circumstances).filter(is_missed);
    let reading = reading.ok_or_else(|| ClockRefusal::NotMissed { clock: clock.clone() })?;
    if case.is_noted(ClockNote::Missed, limit) {
        return Err(ClockRefusal::AlreadyNoted { clock }.into());
    }
    Ok(ComplaintEvent::ClockMissed(ClockNotice::of(&reading)))
}

/// The clock as it stands now, if this is its limit. What another company must answer keeps or
/// misses no limit of ours.
fn reading_of(
    case: &Case,
    limit: &ClockLimit,
    circumstances: &Circumstances<'_>,
) -> Option<ClockReading> {
    if !case.is_ours_to_answer() {
        return None;
    }
    read(case, circumstances, circumstances.now)
        .into_iter()
        .find(|reading| reading.clock == limit.clock && reading.due == limit.due)
}

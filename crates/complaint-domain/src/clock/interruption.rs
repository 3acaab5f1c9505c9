//! The verdict on every pause and extension that somebody entered.

use jiff::{Timestamp, civil::Date};

use super::{
    ClockFact, ClockFactKind, ClockName, ClockRule, ExtensionReading, ExtensionVerdict,
    PauseReading, PauseVerdict,
    count::{Count, CountError, Counter, Still},
};
use crate::{actor::Role, complaint::DeadlineExtended};

/// The stretch of a clock's life in which pauses and extensions matter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    /// When it started.
    pub(super) from: Timestamp,
    /// When it ended, or now.
    pub(super) until: Timestamp,
}

impl Life {
    fn includes(self, fact: &ClockFact) -> bool {
        self.from <= fact.at && fact.at <= self.until
    }
}

/// The pauses of one clock as they were entered. One that is entered while another lasts, or a
/// resumption of a clock that runs, changes nothing.
pub(super) fn entered_pauses(
    facts: &[&ClockFact],
    clock: &ClockName,
    life: Life,
) -> Vec<PauseReading> {
    let mut pauses: Vec<PauseReading> = Vec::new();
    for fact in facts.iter().filter(|fact| life.includes(fact)) {
        let open = pauses.last_mut().filter(|pause| pause.until.is_none());
        match (&fact.kind, open) {
            (ClockFactKind::Paused(body), None) if body.clock == *clock => {
                pauses.push(PauseReading {
                    ground: body.ground,
                    from: fact.at,
                    until: None,
                    verdict: PauseVerdict::GroundNotAllowed,
                });
            }
            (ClockFactKind::Resumed(body), Some(pause)) if body.clock == *clock => {
                pause.until = Some(fact.at);
            }
            (
                ClockFactKind::Paused(_)
                | ClockFactKind::Resumed(_)
                | ClockFactKind::Reached(_)
                | ClockFactKind::Extended { .. }
                | ClockFactKind::Asked
                | ClockFactKind::TakenBack,
                _,
            ) => {}
        }
    }
    pauses
}

/// Judges the pauses in order, and counts with those that hold. A pause moves the limit only if it
/// began before the limit that the pauses before it had left.
pub(super) fn judge_pauses(
    counter: &Counter<'_>,
    rule: &ClockRule,
    from: Timestamp,
    pauses: &mut [PauseReading],
    until: Timestamp,
) -> Result<(Count, Vec<Still>), CountError> {
    let mut stills: Vec<Still> = Vec::new();
    let mut count = counter.count(from, rule.length, &stills)?;
    for pause in pauses {
        pause.verdict = if !rule.pauses.iter().any(|allowed| allowed.ground == pause.ground) {
            PauseVerdict::GroundNotAllowed
        } else if pause.from > count.due {
            PauseVerdict::AfterLimit
        } else {
            let until = pause.until.unwrap_or(until);
            stills.push(Still { ground: pause.ground, from: pause.from, until });
            count = counter.count(from, rule.length, &stills)?;
            PauseVerdict::Counted
        };
    }
    Ok((count, stills))
}

/// The extensions that were entered, each with its verdict, and the last day they leave.
pub(super) fn judge_extensions(
    counter: &Counter<'_>,
    rule: &ClockRule,
    facts: &[&ClockFact],
    (clock, life): (&ClockName, Life),
    (from, count, stills): (Timestamp, &Count, &[Still]),
) -> Result<(Vec<ExtensionReading>, Date), CountError> {
    let mut last = count.last;
    let mut times: u8 = 0;
    let mut readings = Vec::new();
    for fact in facts.iter().filter(|fact| life.includes(fact)) {
        let ClockFactKind::Extended { extension, by } = &fact.kind else { continue };
        if extension.clock != *clock {
            continue;
        }
        // A limit moved by pauses can lie beyond an extension that was granted before them.
        let due = if last > count.last { counter.due_on(last)? } else { count.due };
        let told_by = extension.notified.max(fact.at);
        let limit = match &rule.extension {
            Some(allowed) => {
                let total = allowed.stage(times).map_or(allowed.total, |stage| stage.total);
                Some(counter.count(from, total, stills)?.last)
            }
            None => None,
        };
        let verdict = judge_extension(rule, limit, times, extension, *by, (last, due, told_by));
        if verdict == ExtensionVerdict::Counted {
            last = extension.until;
            times = times.saturating_add(1);
        }
        readings.push(ExtensionReading {
            granted_at: fact.at,
            until: extension.until,
            reason: extension.reason,
            by: *by,
            notified: extension.notified,
            verdict,
        });
    }
    Ok((readings, last))
}

/// The first reason against it, in the order of [`ExtensionVerdict`].
fn judge_extension(
    rule: &ClockRule,
    limit: Option<Date>,
    times: u8,
    extension: &DeadlineExtended,
    by: Role,
    (last, due, told_by): (Date, Timestamp, Timestamp),
) -> ExtensionVerdict {
    let (Some(allowed), Some(limit)) = (&rule.extension, limit) else {
        return ExtensionVerdict::NotAllowed;
    };
    if times >= allowed.times {
        return ExtensionVerdict::TooOften { times: allowed.times };
    }
    if !allowed.approvers.contains(&by) {
        return ExtensionVerdict::ApproverMayNot { by };
    }
    if allowed.stage(times).is_some_and(|stage| !stage.reasons.contains(&extension.reason)) {
        return ExtensionVerdict::ReasonMayNot { reason: extension.reason };
    }
    if extension.until <= last {
        return ExtensionVerdict::NotLater { than: last };
    }
    if extension.until > limit {
        return ExtensionVerdict::BeyondLimit { limit };
    }
    if told_by > due {
        return ExtensionVerdict::ToldTooLate { due };
    }
    ExtensionVerdict::Counted
}

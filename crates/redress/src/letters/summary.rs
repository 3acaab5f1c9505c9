//! Whether a complaint was resolved so early that the letter about it may be short.

use complaint_domain::clock::{ClockReading, ClockResult, Milestone, Nature, Rulebook, clocks};

use super::{History, recourse::rulebook_of};
use crate::error::CommandError;

/// Holds a letter on a summary resolution against each pack that it is written under: where one says how
/// early that must be, the complainant accepted by then. Later they are owed the whole final response.
///
/// # Source
///
/// FCA DISP 1.5: by the close of business on the third business day after the day of receipt.
///
/// # Errors
///
/// [`CommandError::Refused`]: it was later.
pub(super) fn was_in_time(history: &History, packs: &[String]) -> Result<(), CommandError> {
    let adopted = ways(history, history.time_limits());
    for pack in packs {
        let of_pack = |way: &&ClockReading| way.clock.pack.as_str() == pack;
        let mut ways_by: Vec<_> = adopted.iter().filter(of_pack).cloned().collect();
        if ways_by.is_empty()
            && let Some(rulebook) = rulebook_of(pack)?
        {
            ways_by = ways(history, &rulebook);
        }
        let is_late = |way: &&ClockReading| !matches!(way.result, ClockResult::Taken { .. });
        if let Some(way) = ways_by.iter().find(is_late) {
            return Err(CommandError::Refused {
                problem: format!(
                    "expected that the complainant accepted by {}, the limit of `{}`, for a letter of \
                     the kind summary-resolution, found that they accepted later",
                    way.due_local(),
                    way.clock
                ),
                next: "write the whole `final-response`".to_owned(),
            });
        }
    }
    Ok(())
}

/// The ways that are open from the receipt until the complainant has accepted.
fn ways(history: &History, rulebook: &Rulebook) -> Vec<ClockReading> {
    let facts = history.case().clock_facts();
    let Some(last) = facts.iter().map(|fact| fact.at).max() else { return Vec::new() };
    let readings = clocks(facts, rulebook, last).into_iter().flatten();
    let is_way = |reading: &ClockReading| {
        let rule = &reading.rule;
        rule.nature == Nature::Option
            && rule.starts == Milestone::Received
            && rule.stops.iter().eq([&Milestone::ResponseAccepted])
    };
    readings.filter(is_way).collect()
}

//! What a pack must be before any deadline depends on it.

use std::collections::BTreeSet;

use super::{
    AfterHours, Basis, ClockRule, DueAt, EscalationOrder, ExtensionRule, InForce, LastDay, Length,
    Milestone, Nature, PackFile, ParsePackError, RuleStatus, Unit,
};

/// The only form of pack there is so far.
const FORMAT: u32 = 1;
/// Ten years of days: longer than any limit in a rule, shorter than any calendar arithmetic fails.
const COUNT_MAX: u32 = 3_660;

pub(super) fn check(file: &PackFile) -> Result<(), ParsePackError> {
    let wrong = |expected| ParsePackError::Pack { pack: file.code.clone(), expected };
    if file.format != FORMAT {
        return Err(wrong("format 1"));
    }
    if file.code.as_str().contains('/') {
        return Err(wrong("a code without a slash"));
    }
    if is_backwards(file.in_force) {
        return Err(wrong("a first day in force that is not after the last"));
    }
    if file.business_hours.is_some_and(|hours| hours.opens >= hours.closes) {
        return Err(wrong("business to open before it closes"));
    }
    if file.clocks.is_empty() {
        return Err(wrong("at least one clock"));
    }
    let codes: BTreeSet<_> = file.clocks.iter().map(|rule| &rule.code).collect();
    if codes.len() != file.clocks.len() {
        return Err(wrong("each clock's code once"));
    }
    if let Some(order) = &file.escalation {
        check_order(order).map_err(wrong)?;
    }
    file.clocks.iter().try_for_each(|rule| {
        check_clock(file, rule).map_err(|expected| ParsePackError::Clock {
            pack: file.code.clone(),
            clock: rule.code.clone(),
            expected,
        })
    })
}

fn check_order(order: &EscalationOrder) -> Result<(), &'static str> {
    require(!order.outcomes.is_empty(), "at least one outcome that is escalated")?;
    let is_all = order.outcomes.iter().any(|outcome| outcome.is_all());
    require(!is_all, "no escalation of what gives the complainant everything")?;
    check_basis(&order.basis)
}

fn is_backwards(in_force: InForce) -> bool {
    matches!((in_force.from, in_force.until), (Some(from), Some(until)) if from > until)
}

fn check_clock(file: &PackFile, rule: &ClockRule) -> Result<(), &'static str> {
    require(!rule.code.as_str().contains('/'), "a code without a slash")?;
    require(!is_backwards(rule.in_force), "a first day in force that is not after the last")?;
    require(!rule.stops.is_empty(), "something that stops it")?;
    require(!rule.stops.contains(&rule.starts), "something else to stop it than what starts it")?;
    require(rule.stops.is_disjoint(&rule.lapses), "a milestone to stop it or to end it, not both")?;
    require(rule.length.count.get() <= COUNT_MAX, "a length of at most 3660")?;
    let opens_a_way = rule.nature == Nature::Option && rule.starts == Milestone::FinalResponse;
    require(
        !rule.recourse || opens_a_way,
        "recourse to be an option that starts with final-response",
    )?;
    require(!rule.recourse || rule.each, "recourse to start with each final response (`each`)")?;
    check_times(file, rule)?;
    check_calendar(file, rule)?;
    check_track(file, rule)?;
    check_extension(rule)?;
    check_late_stops(rule)?;
    let grounds: BTreeSet<_> = rule.pauses.iter().map(|pause| pause.ground).collect();
    require(grounds.len() == rule.pauses.len(), "each pause ground once")?;
    let others = rule.pauses.iter().map(|pause| &pause.basis);
    let extension = rule.extension.iter().map(|extension| &extension.basis);
    let late = rule.only_late.iter().map(|late| &late.basis);
    others.chain(extension).chain(late).chain([&rule.basis]).try_for_each(check_basis)
}

fn require(holds: bool, expected: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(expected) }
}

fn check_times(file: &PackFile, rule: &ClockRule) -> Result<(), &'static str> {
    let in_hours = rule.length.unit == Unit::Hours;
    let to_the_moment = rule.due_at == DueAt::ToTheMoment;
    require(in_hours == to_the_moment, "a limit in hours to be due to the moment, and no other")?;
    require(
        !in_hours || rule.last_day == LastDay::AsItFalls,
        "no rule on the last day of a limit in hours",
    )?;
    let needs_hours =
        rule.due_at == DueAt::CloseOfBusiness || rule.after_hours == AfterHours::NextBusinessDay;
    require(!needs_hours || file.business_hours.is_some(), "business hours in the pack")?;
    require(
        matches!(rule.warn.unit, Unit::Hours | Unit::CalendarDays)
            && rule.warn.count.get() <= COUNT_MAX,
        "a warning at most 3660 hours or calendar days ahead",
    )
}

fn check_calendar(file: &PackFile, rule: &ClockRule) -> Result<(), &'static str> {
    require(!rule.needs_calendar() || !file.calendars.is_empty(), "a calendar in the pack")
}

fn check_track(file: &PackFile, rule: &ClockRule) -> Result<(), &'static str> {
    let Some(replaced) = &rule.replaces else { return Ok(()) };
    require(rule.track.is_some(), "a track on which it takes the place of the other")?;
    let is_known = file
        .clocks
        .iter()
        .any(|other| other.code == *replaced && other.code != rule.code && other.track.is_none());
    require(is_known, "to take the place of another clock of the pack that has no track")
}

fn check_extension(rule: &ClockRule) -> Result<(), &'static str> {
    let Some(extension) = &rule.extension else { return Ok(()) };
    require(rule.length.unit != Unit::Hours, "no extension of a limit in hours")?;
    require(extension.total.unit == rule.length.unit, "an extension in the unit of the limit")?;
    require(extension.total.count > rule.length.count, "an extension to more than the limit")?;
    require(extension.total.count.get() <= COUNT_MAX, "an extension to at most 3660")?;
    require(extension.times > 0, "an extension at least once")?;
    require(!extension.approvers.is_empty(), "somebody who may approve the extension")?;
    check_stages(rule.length, extension)
}

/// A rule that makes steps says what each of its extensions may reach, up to the total.
fn check_stages(length: Length, extension: &ExtensionRule) -> Result<(), &'static str> {
    let stages = &extension.stages;
    let Some(last) = stages.last() else { return Ok(()) };
    require(stages.len() == usize::from(extension.times), "a step for each extension")?;
    require(last.total == extension.total, "the total as the last step of the extension")?;
    let mut before = length;
    for stage in stages {
        require(stage.total.unit == length.unit, "each step in the unit of the limit")?;
        require(stage.total.count > before.count, "each step to more than the one before")?;
        require(!stage.reasons.is_empty(), "a reason for each step of the extension")?;
        before = stage.total;
    }
    Ok(())
}

/// The last days are counted back from a last day that nothing moves.
fn check_late_stops(rule: &ClockRule) -> Result<(), &'static str> {
    let Some(late) = &rule.only_late else { return Ok(()) };
    require(!late.stops.is_empty(), "something that stops it only late")?;
    require(late.stops.is_subset(&rule.stops), "what stops it only late among what stops it")?;
    require(late.stops != rule.stops, "something that stops it at any time")?;
    require(
        late.within.unit == Unit::CalendarDays && late.within.count.get() <= COUNT_MAX,
        "the last days in at most 3660 calendar days",
    )?;
    require(rule.length.unit != Unit::Hours, "no last days of a limit in hours")?;
    let moves = !rule.pauses.is_empty() || rule.extension.is_some();
    require(!moves, "no pause and no extension of what something stops only late")
}

fn check_basis(basis: &Basis) -> Result<(), &'static str> {
    require(!basis.citation.trim().is_empty(), "a citation")?;
    match (basis.status, basis.read_on) {
        (RuleStatus::Own, None) => Ok(()),
        (RuleStatus::Own, Some(_)) => Err("no day of reading for a promise of the company's own"),
        (RuleStatus::Verified | RuleStatus::Secondary | RuleStatus::Unverified, read_on) => {
            require(read_on.is_some(), "the day on which the source was last looked at")
        }
    }
}

impl Unit {
    /// Whether counting needs to know which days are worked.
    pub(crate) const fn skips_days_off(self) -> bool {
        match self {
            Self::BusinessDays | Self::WorkingDays => true,
            Self::Hours | Self::CalendarDays | Self::Weeks | Self::Months => false,
        }
    }
}

impl ClockRule {
    /// Whether counting needs to know which days are worked.
    pub(crate) fn needs_calendar(&self) -> bool {
        self.length.unit.skips_days_off()
            || self.after_hours == AfterHours::NextBusinessDay
            || self.last_day == LastDay::NextWorkingDay
    }
}

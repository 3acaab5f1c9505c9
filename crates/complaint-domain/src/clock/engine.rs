//! From facts, rules and the time now to readings.

use jiff::{SignedDuration, Span, Timestamp, civil::Date};

use super::{
    Calendar, CalendarUsed, ClockFact, ClockFactKind, ClockName, ClockReading, ClockResult,
    ClockRule, CountedDay, DayCount, End, Milestone, Nature, PauseReading, PauseVerdict, Rulebook,
    Start,
    count::{CountError, Counter, Still},
    interruption::{Life, entered_pauses, judge_extensions, judge_pauses},
    rulebook::Adoption,
};

/// A clock could not be read. The others could.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the clock `{clock}`, started at {started_at}, cannot be counted")]
pub struct ReadClockError {
    /// Which.
    pub clock: ClockName,
    /// When it started.
    pub started_at: Timestamp,
    /// Why.
    #[source]
    pub reason: CountError,
}

/// Reads every clock that has started by now: pack by pack as adopted, clock by clock as in the
/// pack.
///
/// What happened after `now` is not looked at, so the same facts give the clocks as they stood at
/// any earlier moment. The same arguments always give the same answer. Each clock is read or
/// refused by itself, so that one holiday file that has run out hides no other deadline.
///
/// Which pack applies is settled by the local day on which the clock starts. Once answered, a
/// clock stays stopped when the complaint is reopened; one that lapsed, because the complaint was
/// withdrawn, is revived by a later reopening and runs from its first start.
pub fn clocks(
    facts: &[ClockFact],
    rulebook: &Rulebook,
    now: Timestamp,
) -> Vec<Result<ClockReading, ReadClockError>> {
    let mut known: Vec<&ClockFact> = facts.iter().filter(|fact| fact.at <= now).collect();
    known.sort_by_key(|fact| fact.at);
    let mut readings = Vec::new();
    for adoption in rulebook.adoptions() {
        for rule in adoption.rules() {
            for (day, at) in starts(adoption, rule, &known) {
                let calendar = rulebook.calendar_of(adoption, day);
                let counter = Counter::new(rule, adoption, calendar);
                let reader = Reader { adoption, rule, calendar, counter, facts: &known, now };
                readings.push(reader.read_at(at));
            }
        }
    }
    readings
}

/// When a clock started, and on which local day: by that the pack and its calendar are chosen.
fn starts(adoption: &Adoption, rule: &ClockRule, facts: &[&ClockFact]) -> Vec<(Date, Timestamp)> {
    let zone = Counter::new(rule, adoption, None);
    let most = if rule.each { usize::MAX } else { 1 };
    facts
        .iter()
        .filter(|fact| fact.is(rule.starts))
        .take(most)
        .map(|fact| (zone.local_date(fact.at), fact.at))
        .filter(|(day, _)| adoption.holds(rule, *day))
        .collect()
}

/// One rule of one adopted pack over the facts of one complaint.
#[derive(Debug)]
struct Reader<'a> {
    adoption: &'a Adoption,
    rule: &'a ClockRule,
    calendar: Option<&'a Calendar>,
    counter: Counter<'a>,
    facts: &'a [&'a ClockFact],
    now: Timestamp,
}

impl Reader<'_> {
    fn name(&self) -> ClockName {
        ClockName { pack: self.adoption.pack.code().clone(), clock: self.rule.code.clone() }
    }

    fn read_at(&self, start: Timestamp) -> Result<ClockReading, ReadClockError> {
        self.read(start).map_err(|reason| ReadClockError {
            clock: self.name(),
            started_at: start,
            reason,
        })
    }

    fn read(&self, started_at: Timestamp) -> Result<ClockReading, CountError> {
        let (clock, rule, counter) = (self.name(), self.rule, &self.counter);
        let (counts_from, rolled) = counter.begin(started_at)?;
        let end = self.end_after(started_at, self.late_from(counts_from)?);
        let until = end.map_or(self.now, |end| end.at);
        let life = Life { from: started_at, until };
        let mut pauses = entered_pauses(self.facts, &clock, life);
        let (count, stills) = judge_pauses(counter, rule, counts_from, &mut pauses, until)?;
        let (extensions, last) = judge_extensions(
            counter,
            rule,
            self.facts,
            (&clock, life),
            (counts_from, &count, &stills),
        )?;
        let original_due = count.due;
        let mut days = count.days;
        let due = if last > count.last {
            extend(&mut days, count.last, last)?;
            counter.due_on(last)?
        } else {
            original_due
        };
        let warn_at = counter.warn_at(due)?.max(started_at);
        let gross = started_at.duration_until(until);
        Ok(ClockReading {
            clock,
            pack_version: self.adoption.pack.version().clone(),
            rule: rule.clone(),
            zone: self.adoption.zone().clone(),
            calendar: self.calendar_used(),
            start: Start { milestone: rule.starts, at: started_at, counts_from, rolled },
            days,
            result: self.result(due, warn_at, end, &pauses),
            pauses,
            extensions,
            original_due,
            due,
            warn_at,
            end,
            read_at: self.now,
            gross,
            net: stills.iter().fold(gross, |net, still| net.saturating_sub(overlap(still, life))),
        })
    }

    fn calendar_used(&self) -> Option<CalendarUsed> {
        let calendar = self.calendar?;
        self.rule.needs_calendar().then(|| CalendarUsed {
            code: calendar.code().clone(),
            version: calendar.version().clone(),
        })
    }

    /// The first of the last days, where something stops the clock only then.
    fn late_from(&self, counts_from: Timestamp) -> Result<Option<Date>, CountError> {
        let Some(late) = &self.rule.only_late else { return Ok(None) };
        let last = self.counter.count(counts_from, self.rule.length, &[])?.last;
        let before = Span::new().try_days(i64::from(late.within.count.get()))?;
        Ok(Some(last.checked_sub(before)?.tomorrow()?))
    }

    fn is_too_early(&self, fact: &ClockFact, late_from: Option<Date>) -> bool {
        let Some((late, from)) = self.rule.only_late.as_ref().zip(late_from) else { return false };
        let is_late_stop = late.stops.iter().any(|milestone| fact.is(*milestone));
        is_late_stop && self.counter.local_date(fact.at) < from
    }

    fn end_after(&self, start: Timestamp, late_from: Option<Date>) -> Option<End> {
        self.facts.iter().enumerate().filter(|(_, fact)| fact.at >= start).find_map(
            |(index, fact)| {
                let ClockFactKind::Reached(milestone) = fact.kind else { return None };
                let stops =
                    self.rule.stops.contains(&milestone) && !self.is_too_early(fact, late_from);
                let lapses = self.rule.lapses.contains(&milestone) && !self.reopened_after(index);
                (stops || lapses).then_some(End { milestone, at: fact.at, lapsed: !stops })
            },
        )
    }

    fn reopened_after(&self, index: usize) -> bool {
        self.facts.iter().skip(index).any(|fact| fact.is(Milestone::Reopened))
    }

    fn result(
        &self,
        due: Timestamp,
        warn_at: Timestamp,
        end: Option<End>,
        pauses: &[PauseReading],
    ) -> ClockResult {
        let open = pauses
            .iter()
            .find(|pause| pause.until.is_none() && pause.verdict == PauseVerdict::Counted);
        let at = end.map_or(self.now, |end| end.at);
        let (left, late) = (at.duration_until(due), due.duration_until(at));
        let is_late = at > due;
        match (end, self.rule.nature) {
            (_, Nature::Duty) if is_late => ClockResult::Missed { by: late },
            (_, Nature::Option) if is_late => ClockResult::Passed { by: late },
            (Some(End { lapsed: true, .. }), _) => ClockResult::Lapsed,
            (Some(_), Nature::Duty) => ClockResult::Met { early: left },
            (Some(_), Nature::Option) => ClockResult::Taken { early: left },
            (None, _) => match open {
                Some(pause) => ClockResult::Paused { since: pause.from, left },
                None if at >= warn_at => ClockResult::DueSoon { left },
                None => ClockResult::Running { left },
            },
        }
    }
}

fn extend(days: &mut Vec<CountedDay>, from: Date, until: Date) -> Result<(), CountError> {
    let mut day = from;
    while day < until {
        day = day.tomorrow()?;
        days.push(CountedDay { date: day, count: DayCount::Extension });
    }
    Ok(())
}

fn overlap(still: &Still, life: Life) -> SignedDuration {
    let (from, until) = (still.from.max(life.from), still.until.min(life.until));
    if from < until { from.duration_until(until) } else { SignedDuration::ZERO }
}

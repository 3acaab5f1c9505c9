//! Counting: from a start, by a rule and a calendar, to the last day and the due instant.

use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{
    AfterHours, BusinessHours, Calendar, ClockRule, CountedDay, DayCount, DayKind, DayZero, DueAt,
    LastDay, Length, OutsideCalendarError, Rolled, Unit, rulebook::Adoption,
};
use crate::complaint::PauseGround;

const SECONDS_PER_HOUR: i64 = 3_600;

/// Why a clock cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// It would run over days that no calendar knows.
    #[error(transparent)]
    Outside(#[from] OutsideCalendarError),
    /// The pack counts working days and no calendar was adopted.
    #[error("expected a calendar, found none")]
    NoCalendar,
    /// The pack counts by business hours and none are known.
    #[error("expected business hours, found none")]
    NoBusinessHours,
    /// It would run beyond the years that dates can express.
    #[error("expected dates before the year 10000")]
    OutOfRange,
}

impl From<jiff::Error> for CountError {
    fn from(_: jiff::Error) -> Self {
        Self::OutOfRange
    }
}

/// A stretch of time in which a clock lawfully stands still.
#[derive(Debug, Clone, Copy)]
pub(super) struct Still {
    pub(super) ground: PauseGround,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

/// One count: the days in order, without a gap, up to the last.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) days: Vec<CountedDay>,
    pub(super) last: Date,
    pub(super) due: Timestamp,
}

#[derive(Debug)]
pub(super) struct Counter<'a> {
    rule: &'a ClockRule,
    zone: TimeZone,
    calendar: Option<&'a Calendar>,
    hours: Option<BusinessHours>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(
        rule: &'a ClockRule,
        adoption: &Adoption,
        calendar: Option<&'a Calendar>,
    ) -> Self {
        Self { rule, zone: adoption.zone().rules(), calendar, hours: adoption.business_hours() }
    }

    pub(super) fn local_date(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }

    /// From when a start counts: at once, or from the opening of the next business day.
    pub(super) fn begin(&self, at: Timestamp) -> Result<(Timestamp, Option<Rolled>), CountError> {
        match self.rule.after_hours {
            AfterHours::AsReceived => Ok((at, None)),
            AfterHours::NextBusinessDay => {
                let hours = self.business_hours()?;
                let local = at.to_zoned_datetime(self.zone.clone());
                let reason = match self.kind(local.date())? {
                    DayKind::Weekend => Rolled::Weekend,
                    DayKind::Holiday(name) => Rolled::Holiday(name.clone()),
                    DayKind::Working | DayKind::AdjustedWorking(_) => {
                        if local.time() <= hours.closes {
                            return Ok((at, None));
                        }
                        Rolled::AfterClose(hours.closes)
                    }
                };
                let next = self.next_worked(local.date())?;
                Ok((self.instant(next, hours.opens)?, Some(reason)))
            }
        }
    }

    /// Counts the length from the moment on, leaving out what the rule leaves out.
    pub(super) fn count(
        &self,
        from: Timestamp,
        length: Length,
        stills: &[Still],
    ) -> Result<Count, CountError> {
        if length.unit == Unit::Hours {
            return self.count_hours(from, length.count.get(), stills);
        }
        let start = self.local_date(from);
        let needed = days_needed(start, length)?;
        let mut day = match self.rule.day_zero {
            DayZero::Counted => start,
            DayZero::NotCounted => start.tomorrow()?,
        };
        let mut days = Vec::new();
        let mut counted: u32 = 0;
        loop {
            let count = self.judge(day, length.unit, stills, counted.saturating_add(1))?;
            if count.number().is_some() {
                counted = counted.saturating_add(1);
            }
            days.push(CountedDay { date: day, count });
            if counted >= needed {
                break;
            }
            day = day.tomorrow()?;
        }
        if self.rule.last_day == LastDay::NextWorkingDay {
            day = self.move_last(day, &mut days)?;
        }
        Ok(Count { days, last: day, due: self.due_on(day)? })
    }

    /// The instant at which the time is up when this is the last day.
    pub(super) fn due_on(&self, day: Date) -> Result<Timestamp, CountError> {
        match self.rule.due_at {
            DueAt::CloseOfBusiness => self.instant(day, self.business_hours()?.closes),
            DueAt::EndOfDay | DueAt::ToTheMoment => {
                let midnight = day.to_zoned_datetime(self.zone.clone())?;
                Ok(midnight.end_of_day()?.timestamp())
            }
        }
    }

    /// When somebody is warned that the time will be up.
    pub(super) fn warn_at(&self, due: Timestamp) -> Result<Timestamp, CountError> {
        let ahead = i64::from(self.rule.warn.count.get());
        if self.rule.warn.unit == Unit::Hours {
            let seconds = ahead.saturating_mul(SECONDS_PER_HOUR);
            return Ok(due.checked_sub(SignedDuration::from_secs(seconds))?);
        }
        let local = due.to_zoned_datetime(self.zone.clone());
        Ok(local.checked_sub(Span::new().try_days(ahead)?)?.timestamp())
    }

    fn count_hours(
        &self,
        from: Timestamp,
        hours: u32,
        stills: &[Still],
    ) -> Result<Count, CountError> {
        let seconds = i64::from(hours).saturating_mul(SECONDS_PER_HOUR);
        let mut due = from.checked_add(SignedDuration::from_secs(seconds))?;
        // Each began before the limit that those before it had left: nobody passes any other on.
        for still in stills.iter().filter(|still| still.until > from) {
            due = due.checked_add(still.from.max(from).duration_until(still.until))?;
        }
        Ok(Count { days: Vec::new(), last: self.local_date(due), due })
    }

    fn judge(
        &self,
        day: Date,
        unit: Unit,
        stills: &[Still],
        number: u32,
    ) -> Result<DayCount, CountError> {
        let counted = if unit.skips_days_off() {
            match self.kind(day)? {
                DayKind::Weekend => return Ok(DayCount::Weekend),
                DayKind::Holiday(name) => return Ok(DayCount::Holiday(name.clone())),
                DayKind::Working => DayCount::Counted { number },
                DayKind::AdjustedWorking(name) => {
                    DayCount::AdjustedWorking { number, name: name.clone() }
                }
            }
        } else {
            DayCount::Counted { number }
        };
        // A day belongs to a pause if the clock stood still when the day ended: the day on which
        // it was paused does not count, the day on which it ran on does.
        let still = stills
            .iter()
            .find(|still| self.local_date(still.from) <= day && day < self.local_date(still.until));
        Ok(still.map_or(counted, |still| DayCount::Paused(still.ground)))
    }

    fn move_last(&self, last: Date, days: &mut Vec<CountedDay>) -> Result<Date, CountError> {
        if self.kind(last)?.is_worked() {
            return Ok(last);
        }
        let mut day = last;
        loop {
            day = day.tomorrow()?;
            let (count, is_worked) = match self.kind(day)? {
                DayKind::Weekend => (DayCount::Weekend, false),
                DayKind::Holiday(name) => (DayCount::Holiday(name.clone()), false),
                DayKind::Working | DayKind::AdjustedWorking(_) => (DayCount::LastDayMoved, true),
            };
            days.push(CountedDay { date: day, count });
            if is_worked {
                return Ok(day);
            }
        }
    }

    fn next_worked(&self, after: Date) -> Result<Date, CountError> {
        let mut day = after.tomorrow()?;
        while !self.kind(day)?.is_worked() {
            day = day.tomorrow()?;
        }
        Ok(day)
    }

    fn kind(&self, day: Date) -> Result<DayKind<'a>, CountError> {
        Ok(self.calendar.ok_or(CountError::NoCalendar)?.kind(day)?)
    }

    fn business_hours(&self) -> Result<BusinessHours, CountError> {
        self.hours.ok_or(CountError::NoBusinessHours)
    }

    /// A local time that daylight saving skips is read as the moment an hour later, and of a local
    /// time that comes twice the first is meant.
    fn instant(&self, day: Date, time: Time) -> Result<Timestamp, CountError> {
        Ok(day.to_datetime(time).to_zoned_datetime(self.zone.clone())?.timestamp())
    }
}

/// How many days count towards the length.
fn days_needed(start: Date, length: Length) -> Result<u32, CountError> {
    let count = length.count.get();
    match length.unit {
        Unit::Hours | Unit::CalendarDays | Unit::BusinessDays | Unit::WorkingDays => Ok(count),
        Unit::Weeks => Ok(count.saturating_mul(7)),
        Unit::Months => {
            let end = start.checked_add(Span::new().try_months(i64::from(count))?)?;
            u32::try_from(start.duration_until(end).as_hours() / 24)
                .map_err(|_| CountError::OutOfRange)
        }
    }
}

//! Until when the complainant may turn elsewhere, by the packs: the day that a final response states.

use std::fmt;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Adoption, ClockFact, ClockName, Milestone, Rulebook, Zone, clocks};

/// The last day of a way that a final response opens, and the clock that it is counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDayOfRecourse {
    /// The clock.
    pub clock: ClockName,
    /// Its last local day.
    pub day: Date,
    /// The zone whose local dates count.
    pub zone: Zone,
}

impl LastDayOfRecourse {
    /// Those that would do, with `or` between them.
    pub fn any_of(expected: &[Self]) -> String {
        expected.iter().map(Self::to_string).collect::<Vec<_>>().join(" or ")
    }
}

impl fmt::Display for LastDayOfRecourse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by `{}`", self.day, self.clock)
    }
}

impl Rulebook {
    /// The last days that the packs give whoever gets a final response at that moment: one for each
    /// clock of a pack that calls itself recourse. None where no pack says.
    ///
    /// They count from this response, also if there was one before: that favours the complainant.
    /// A clock that cannot be read, for its calendar has run out, gives none.
    pub fn last_days_of_recourse(&self, responded_at: Timestamp) -> Vec<LastDayOfRecourse> {
        let response = ClockFact::reached(Milestone::FinalResponse, responded_at);
        let readings = clocks(&[response], self, responded_at).into_iter().flatten();
        readings
            .filter(|reading| reading.rule.recourse)
            .map(|reading| LastDayOfRecourse {
                day: reading.due_date(),
                clock: reading.clock,
                zone: reading.zone,
            })
            .collect()
    }

    /// Which local day a moment has for a recourse: by the clock that gives a final response of that time this last
    /// day, else by every clock of recourse, else by every pack that held then; in UTC where there is none.
    /// Of several days the earliest, which favours the complainant.
    pub fn day_of_recourse(
        &self,
        (responded_at, until): (Timestamp, Date),
        moment: Timestamp,
    ) -> Date {
        let counted = self.last_days_of_recourse(responded_at);
        let (exact, others): (Vec<_>, Vec<_>) =
            counted.into_iter().partition(|last| last.day == until);
        let of_clocks = if exact.is_empty() { others } else { exact };
        if of_clocks.is_empty() {
            return self.local_day(responded_at, moment);
        }
        earliest_day(of_clocks.iter().map(|last| &last.zone), moment)
    }

    /// Which local day a moment has by the packs that held at another, of several days the earliest; in UTC where
    /// none did.
    pub fn local_day(&self, held_at: Timestamp, moment: Timestamp) -> Date {
        let held = self.adoptions().iter().filter(|adoption| adoption.is_held(held_at));
        earliest_day(held.map(Adoption::zone), moment)
    }
}

fn earliest_day<'a>(zones: impl Iterator<Item = &'a Zone>, moment: Timestamp) -> Date {
    let days = zones.map(|zone| zone.day_of(moment));
    days.min().unwrap_or_else(|| TimeZone::UTC.to_datetime(moment).date())
}

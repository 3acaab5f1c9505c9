//! The rulebook: which packs a company has adopted, and how it applies them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};

use super::{BusinessHours, Calendar, ClockRule, InForce, RulePack, Zone, shipped};
use crate::label::Label;

/// A pack, and what the company says where the pack leaves a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The pack.
    pub pack: RulePack,
    /// The calendar it is counted with; the pack's first where none is named.
    pub calendar: Option<Label>,
    /// The zone whose local dates count, where it is not the pack's.
    pub zone: Option<Zone>,
    /// When business opens and closes, where it is not when the pack says.
    pub business_hours: Option<BusinessHours>,
    /// The tracks that the complaint is on, such as `superannuation`.
    pub tracks: BTreeSet<Label>,
    /// The local days on which a clock may start by it, within the days of the pack.
    pub holds: InForce,
}

impl Adoption {
    /// The pack as it stands, on no track.
    pub const fn of(pack: RulePack) -> Self {
        Self {
            pack,
            calendar: None,
            zone: None,
            business_hours: None,
            tracks: BTreeSet::new(),
            holds: InForce { from: None, until: None },
        }
    }

    /// The same, counted with another calendar.
    #[must_use]
    pub fn with_calendar(self, calendar: Label) -> Self {
        Self { calendar: Some(calendar), ..self }
    }

    /// The same, by the local dates of another zone.
    #[must_use]
    pub fn in_zone(self, zone: Zone) -> Self {
        Self { zone: Some(zone), ..self }
    }

    /// The same, with other business hours.
    #[must_use]
    pub fn open(self, hours: BusinessHours) -> Self {
        Self { business_hours: Some(hours), ..self }
    }

    /// The same, for a complaint on a track.
    #[must_use]
    pub fn on_track(mut self, track: Label) -> Self {
        self.tracks.insert(track);
        self
    }

    /// The same, for clocks that start on these days.
    #[must_use]
    pub fn holding(self, holds: InForce) -> Self {
        Self { holds, ..self }
    }

    /// Whether the clock may start on the local day.
    pub(super) fn holds(&self, rule: &ClockRule, date: Date) -> bool {
        self.holds.includes(date) && self.pack.holds(rule, date)
    }

    /// Whether the pack held, by its local date, at that moment.
    pub(super) fn is_held(&self, moment: Timestamp) -> bool {
        let day = self.zone().rules().to_datetime(moment).date();
        self.holds.includes(day) && self.pack.in_force().includes(day)
    }

    pub(super) fn zone(&self) -> &Zone {
        self.zone.as_ref().unwrap_or(self.pack.zone())
    }

    pub(super) fn business_hours(&self) -> Option<BusinessHours> {
        self.business_hours.or(self.pack.business_hours())
    }

    fn calendar_code(&self) -> Option<&Label> {
        self.calendar.as_ref().or(self.pack.calendars().first())
    }

    /// The clocks of the pack for a complaint on these tracks.
    pub(super) fn rules(&self) -> impl Iterator<Item = &ClockRule> {
        let is_on = |rule: &ClockRule| rule.track.as_ref().is_none_or(|t| self.tracks.contains(t));
        let replaced: BTreeSet<_> = self
            .pack
            .clocks()
            .iter()
            .filter(|rule| is_on(rule))
            .filter_map(|rule| rule.replaces.as_ref())
            .collect();
        self.pack.clocks().iter().filter(move |rule| is_on(rule) && !replaced.contains(&rule.code))
    }
}

/// Every pack that is adopted, with the calendars they are counted with.
///
/// A clock is counted by the version of its calendar that held on the day on which it started, so
/// that a newer one moves no limit that runs. Only in years which that version does not cover is it
/// counted by the next one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rulebook {
    /// Of each, the versions in the order in which they came to hold.
    calendars: BTreeMap<Label, Vec<DatedCalendar>>,
    adoptions: Vec<Adoption>,
}

impl Rulebook {
    /// No pack and no calendar.
    pub fn empty() -> Self {
        Self::default()
    }

    /// No pack yet, and every shipped calendar.
    pub fn with_shipped_calendars() -> Self {
        shipped::calendars().into_iter().fold(Self::empty(), Self::with_calendar)
    }

    /// The same with one calendar more, or with a newer version of it.
    #[must_use]
    pub fn with_calendar(mut self, calendar: Calendar) -> Self {
        let code = calendar.code().clone();
        self.calendars.insert(code, vec![DatedCalendar { from: None, calendar }]);
        self
    }

    /// The same with a version of a calendar for clocks that start from a day on.
    #[must_use]
    pub fn with_calendar_from(mut self, calendar: Calendar, from: Date) -> Self {
        let versions = self.calendars.entry(calendar.code().clone()).or_default();
        for version in versions.iter_mut().filter(|version| version.from < Some(from)) {
            version.calendar = version.calendar.clone().continued_by(&calendar);
        }
        versions.retain(|version| version.from != Some(from));
        versions.push(DatedCalendar { from: Some(from), calendar });
        versions.sort_by_key(|version| version.from);
        self
    }

    /// Every calendar with the version by which a clock that starts on the day is counted.
    pub fn calendars_on(&self, day: Date) -> impl Iterator<Item = &Calendar> {
        self.calendars.values().filter_map(move |versions| version_on(versions, day))
    }

    /// The same with one pack more.
    ///
    /// Packs that hold one after the other are adopted side by side; the day on which a clock
    /// starts says which of them applies. Two versions of one pack may hold one after the other.
    ///
    /// # Errors
    ///
    /// [`AdoptError`]: a pack adopted twice for the same days, a calendar that is not here, a track the pack does not
    /// know. The rulebook is given up in that case.
    pub fn adopt(mut self, adoption: Adoption) -> Result<Self, AdoptError> {
        let pack = adoption.pack.code();
        let is_twice =
            |other: &Adoption| other.pack.code() == pack && other.holds.overlaps(adoption.holds);
        if self.adoptions.iter().any(is_twice) {
            return Err(AdoptError::Twice { pack: pack.clone() });
        }
        if let Some(calendar) = adoption.calendar_code()
            && !self.calendars.contains_key(calendar)
        {
            let known = self.calendars.keys().cloned().collect();
            return Err(AdoptError::UnknownCalendar { calendar: calendar.clone(), known });
        }
        let known: BTreeSet<_> =
            adoption.pack.clocks().iter().filter_map(|rule| rule.track.clone()).collect();
        if let Some(track) = adoption.tracks.iter().find(|track| !known.contains(*track)) {
            let (pack, track) = (pack.clone(), track.clone());
            return Err(AdoptError::UnknownTrack { pack, track });
        }
        self.adoptions.push(adoption);
        Ok(self)
    }

    /// The packs, in the order in which they were adopted.
    pub fn adoptions(&self) -> &[Adoption] {
        &self.adoptions
    }

    /// The calendar by which a clock of the pack is counted that starts on the local day.
    pub(super) fn calendar_of(&self, adoption: &Adoption, day: Date) -> Option<&Calendar> {
        adoption
            .calendar_code()
            .and_then(|code| self.calendars.get(code))
            .and_then(|versions| version_on(versions, day))
    }
}

/// A version of a calendar, and the first local day of clocks that are counted by it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DatedCalendar {
    from: Option<Date>,
    calendar: Calendar,
}

/// The last that held by then; before the first of all, the first.
fn version_on(versions: &[DatedCalendar], day: Date) -> Option<&Calendar> {
    let held = versions.iter().rev().find(|version| version.from.is_none_or(|from| from <= day));
    held.or(versions.first()).map(|version| &version.calendar)
}

/// A pack cannot be adopted as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdoptError {
    /// It is adopted already for some of the days.
    #[error("expected each pack once, found `{pack}` twice")]
    Twice {
        /// The pack.
        pack: Label,
    },
    /// It would be counted with a calendar that nobody gave.
    #[error(
        "expected a calendar that was given ({}), found `{calendar}`",
        known.iter().map(Label::as_str).collect::<Vec<_>>().join(", ")
    )]
    UnknownCalendar {
        /// The calendar.
        calendar: Label,
        /// Those that were given.
        known: Vec<Label>,
    },
    /// A file that was approved cannot be read: a newer program approved it. What came before must not go on past its
    /// end as if nothing had been decided.
    #[error(
        "expected a {what} that this program can read, found an adopted one that it cannot: {reason}"
    )]
    Unreadable {
        /// `rule pack`, `calendar` or `tree of causes`.
        what: &'static str,
        /// What does not fit.
        reason: String,
    },
    /// The pack has no such track.
    #[error("expected a track of the pack `{pack}`, found `{track}`")]
    UnknownTrack {
        /// The pack.
        pack: Label,
        /// The track.
        track: Label,
    },
}

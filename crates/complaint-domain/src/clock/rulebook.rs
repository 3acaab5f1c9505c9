//! The rulebook: which packs a company has adopted, and how it applies them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rulebook {
    calendars: BTreeMap<Label, Calendar>,
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
        self.calendars.insert(calendar.code().clone(), calendar);
        self
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

    pub(super) fn calendar_of(&self, adoption: &Adoption) -> Option<&Calendar> {
        adoption.calendar_code().and_then(|code| self.calendars.get(code))
    }
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
    /// The pack has no such track.
    #[error("expected a track of the pack `{pack}`, found `{track}`")]
    UnknownTrack {
        /// The pack.
        pack: Label,
        /// The track.
        track: Label,
    },
}

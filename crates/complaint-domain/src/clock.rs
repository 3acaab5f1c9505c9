//! Time limits: which clocks run on a complaint, when each is due, and why.
//!
//! A clock's value is never stored. [`clocks`] derives it from three things: what happened
//! ([`ClockFact`], made from the complaint's events by [`clock_facts`]), the rules a company has
//! adopted ([`Rulebook`]: [`RulePack`]s with their citations, and holiday [`Calendar`]s), and the
//! moment of asking. The answer, a [`ClockReading`], explains itself: the rule with citation and
//! status, every counted and every skipped day with its reason, pauses and extensions with the
//! verdict on each, the due instant and the result. [`ClockReading::text`] says it in English or
//! Chinese.
//!
//! Packs and calendars are data files of this crate (`packs/*.json`, `calendars/*.ics`), embedded
//! at build time; a company's own are parsed from text by the same functions. Time zones come from
//! the database bundled into the program, so that two machines never disagree on a local date.
//!
//! What a rule does not settle is settled against the company: a pause counts only on a ground that
//! the pack allows, an extension only if the complainant was told before the old date.
//!
//! ```
//! use complaint_domain::clock::{Adoption, ClockFact, Language, Rulebook, clocks, shipped};
//!
//! let rulebook = Rulebook::with_shipped_calendars()
//!     .adopt(Adoption::of(shipped::pack("us-cfpb").expect("a shipped pack")))?;
//! let facts = [ClockFact::forwarded("2026-02-27T15:00:00Z".parse()?)];
//! let readings = clocks(&facts, &rulebook, "2026-03-02T15:00:00Z".parse()?);
//! let response = readings.into_iter().next().expect("the first clock of the pack")?;
//! assert_eq!(response.clock.to_string(), "us-cfpb/company-response");
//! assert_eq!(response.due_local(), "2026-03-14 23:59:59 -04:00");
//! assert!(response.text(Language::English).contains("running"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calendar;
mod codes;
mod count;
mod engine;
mod fact;
mod interruption;
mod name;
mod order;
mod pack;
mod permission;
mod reading;
mod recourse;
mod rulebook;
pub mod shipped;
mod text;
mod words;
mod zone;

pub use calendar::{
    Calendar, DayKind, DayName, Expected, OutsideCalendarError, ParseCalendarError,
};
pub use count::CountError;
pub use engine::{ReadClockError, clocks};
pub(crate) use fact::take_in;
pub use fact::{ClockFact, ClockFactKind, Milestone, clock_facts};
pub use name::{ClockName, ParseClockNameError};
pub use order::{EscalationOrder, ResponseOrder};
pub use pack::{
    AfterHours, AllowedPause, Basis, BusinessHours, ClockRule, DayZero, DueAt, ExtensionRule,
    ExtensionStage, InForce, LastDay, LateStops, Length, Nature, ParsePackError, RulePack,
    RuleStatus, Unit,
};
pub use permission::ClockRefusal;
pub use reading::{
    CalendarUsed, ClockReading, ClockResult, CountedDay, DayCount, End, ExtensionReading,
    ExtensionVerdict, PauseReading, PauseVerdict, Rolled, Start,
};
pub use recourse::LastDayOfRecourse;
pub use rulebook::{AdoptError, Adoption, Rulebook};
pub use words::{Language, Words};
pub use zone::{UnknownZoneError, Zone};

#[cfg(test)]
mod tests;

//! Facts in, a clock's explanation out.

use jiff::Timestamp;

use crate::{
    actor::{ActorId, Role},
    clock::{
        Adoption, ClockFact, ClockFactKind, ClockReading, Language, Milestone, Rulebook, clocks,
        shipped,
    },
    complaint::{ClockPaused, ClockResumed, DeadlineExtended, ExtensionReason, PauseGround},
    label::Label,
};

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn label(text: &str) -> Label {
    text.parse().unwrap()
}

/// A shipped pack as it stands.
pub(super) fn pack(code: &str) -> Adoption {
    Adoption::of(shipped::pack(code).unwrap())
}

/// The packs with the shipped calendars.
pub(super) fn rulebook(adoptions: impl IntoIterator<Item = Adoption>) -> Rulebook {
    adoptions
        .into_iter()
        .fold(Rulebook::with_shipped_calendars(), |book, adoption| book.adopt(adoption).unwrap())
}

pub(super) fn reached(milestone: Milestone, at: &str) -> ClockFact {
    ClockFact::reached(milestone, time(at))
}

pub(super) fn paused(clock: &str, ground: PauseGround, at: &str) -> ClockFact {
    let kind = ClockFactKind::Paused(ClockPaused { clock: clock.parse().unwrap(), ground });
    ClockFact { at: time(at), kind }
}

pub(super) fn resumed(clock: &str, at: &str) -> ClockFact {
    let kind = ClockFactKind::Resumed(ClockResumed { clock: clock.parse().unwrap() });
    ClockFact { at: time(at), kind }
}

pub(super) fn extension(clock: &str, until: &str, notified: &str) -> DeadlineExtended {
    DeadlineExtended {
        clock: clock.parse().unwrap(),
        asked_by: ActorId(label("ana")),
        until: until.parse().unwrap(),
        reason: ExtensionReason::Complex,
        notified: time(notified),
    }
}

/// An extension that a supervisor grants, and of which the complainant is told at once.
pub(super) fn extended(clock: &str, until: &str, at: &str) -> ClockFact {
    let kind =
        ClockFactKind::Extended { extension: extension(clock, until, at), by: Role::Supervisor };
    ClockFact { at: time(at), kind }
}

/// Every reading; a clock that cannot be read fails the test.
pub(super) fn read(rulebook: &Rulebook, facts: &[ClockFact], now: &str) -> Vec<ClockReading> {
    clocks(facts, rulebook, time(now)).into_iter().map(Result::unwrap).collect()
}

/// The reading of one clock, named `pack/clock`.
#[track_caller]
pub(super) fn read_one(
    rulebook: &Rulebook,
    facts: &[ClockFact],
    now: &str,
    clock: &str,
) -> ClockReading {
    let found = read(rulebook, facts, now).into_iter().find(|r| r.clock.to_string() == clock);
    found.unwrap_or_else(|| panic!("`{clock}` has not started"))
}

/// Every reading in words, one after the other.
pub(super) fn told(rulebook: &Rulebook, facts: &[ClockFact], now: &str) -> String {
    in_language(rulebook, facts, now, Language::English)
}

pub(super) fn in_language(
    rulebook: &Rulebook,
    facts: &[ClockFact],
    now: &str,
    language: Language,
) -> String {
    let texts: Vec<_> =
        read(rulebook, facts, now).iter().map(|reading| reading.text(language)).collect();
    texts.join("\n")
}

//! What is so of a data subject, and how it changes by what happened.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};

use super::{ConsentPurpose, Hold, RestrictionGround, SubjectEvent};
use crate::{actor::ActorId, fact::Fact, label::Label, sealed::KeyId};

/// A data subject as [`decide`](super::decide) sees it. Before its first event nothing is
/// restricted, held or asked for.
///
/// # Invariants
///
/// Nothing was ordered while a hold or a retention stood against it, nobody answered their own
/// request, and what was erased was ordered before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    pub(super) key: Option<KeyId>,
    pub(super) consents: BTreeSet<ConsentPurpose>,
    pub(super) restriction: Option<RestrictionGround>,
    pub(super) holds: BTreeMap<Label, Hold>,
    pub(super) erasure: Erasure,
}

/// How far an erasure has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Erasure {
    /// Nobody asks for one.
    #[default]
    NotRequested,
    /// Somebody asked for it, and nobody answered.
    Requested {
        /// Who asked.
        by: ActorId,
        /// When.
        at: Timestamp,
    },
    /// It is to be carried out.
    Ordered,
    /// It was carried out.
    CarriedOut,
}

impl Erasure {
    /// The stable code of how far it has come.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotRequested => "kept",
            Self::Requested { .. } => "erasure-requested",
            Self::Ordered => "erasure-ordered",
            Self::CarriedOut => "erased",
        }
    }
}

/// Why personal data may not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// Its use is restricted.
    #[error("expected personal data that may be opened, found it restricted: {0}")]
    Restricted(RestrictionGround),
    /// It is being erased.
    #[error("expected personal data that may be opened, found an order to erase it")]
    BeingErased,
    /// It was erased.
    #[error("expected personal data that may be opened, found that it was erased")]
    Erased,
}

impl Subject {
    /// Why the data may not be opened, if it may not.
    pub const fn closed(&self) -> Option<Closed> {
        match (&self.erasure, self.restriction) {
            (Erasure::CarriedOut, _) => Some(Closed::Erased),
            (Erasure::Ordered, _) => Some(Closed::BeingErased),
            (Erasure::NotRequested | Erasure::Requested { .. }, Some(ground)) => {
                Some(Closed::Restricted(ground))
            }
            (Erasure::NotRequested | Erasure::Requested { .. }, None) => None,
        }
    }

    /// Whether anything was decided about it.
    pub const fn is_known(&self) -> bool {
        self.key.is_some()
    }

    /// How far its erasure has come.
    pub const fn erasure(&self) -> &Erasure {
        &self.erasure
    }

    /// Whether nothing more is to be added to its data: it is being erased, or was.
    pub const fn is_going(&self) -> bool {
        matches!(self.erasure, Erasure::Ordered | Erasure::CarriedOut)
    }

    /// What the person agrees to.
    pub const fn consents(&self) -> &BTreeSet<ConsentPurpose> {
        &self.consents
    }

    /// Why the data is not to be used for now, if it is not.
    pub const fn restriction(&self) -> Option<RestrictionGround> {
        self.restriction
    }

    /// The holds that stand on the day.
    pub fn holds_on(&self, day: Date) -> impl Iterator<Item = &Hold> {
        self.holds.values().filter(move |hold| hold.until.is_none_or(|until| until >= day))
    }

    /// Every hold that was not released, also those that are over.
    pub fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.values()
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(mut state: Subject, fact: &Fact<SubjectEvent>) -> Subject {
    match &fact.event {
        SubjectEvent::KeyRecorded(record) => state.key = Some(record.key),
        SubjectEvent::ConsentGiven(consent) => {
            state.consents.insert(consent.purpose);
        }
        SubjectEvent::ConsentWithdrawn(consent) => {
            state.consents.remove(&consent.purpose);
        }
        SubjectEvent::Restricted(restriction) => state.restriction = Some(restriction.ground),
        SubjectEvent::RestrictionLifted(_) => state.restriction = None,
        SubjectEvent::Held(hold) => {
            state.holds.insert(hold.hold.clone(), hold.clone());
        }
        SubjectEvent::HoldReleased(release) => {
            state.holds.remove(&release.hold);
        }
        SubjectEvent::ErasureRequested(_) => {
            state.erasure = Erasure::Requested { by: fact.actor.id.clone(), at: fact.occurred_at };
        }
        SubjectEvent::ErasureRefused(_) => state.erasure = Erasure::NotRequested,
        SubjectEvent::ErasureOrdered(_) => state.erasure = Erasure::Ordered,
        SubjectEvent::Erased(_) => state.erasure = Erasure::CarriedOut,
    }
    state
}

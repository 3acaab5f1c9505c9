//! What every aggregate has in common, so that one path carries out the commands of all.
//!
//! A stream is folded with [`Aggregate::evolve`], a command is answered by [`Aggregate::decide`],
//! and what another stream must say about it (a declared interest, an approval limit) comes in as
//! part of [`Aggregate::Circumstances`]: loaded from that stream before deciding, never looked up.

use std::{error::Error, fmt::Debug};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::{
    actor::Actor,
    complaint::{self, Complaint, ComplaintCommand, ComplaintEvent, ComplaintRejection},
    fact::{Fact, LedgerEvent},
    import::{self, Import, ImportCommand, ImportEvent, ImportRejection},
    ledger::{self, Evidence, EvidenceCommand, EvidenceEvent, EvidenceRejection},
};

/// How far the clock of whoever acts may run ahead of the service's.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Who asks, when it happened, and what time it is: what every decision knows besides the state and
/// the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    /// Who asks, and in which capacity.
    pub actor: Actor,
    /// When it happened in the world, as the actor says.
    pub occurred_at: Timestamp,
    /// The time now, from the clock of the service.
    pub now: Timestamp,
}

impl Occasion {
    /// The day on which it happened, in UTC.
    pub fn day(&self) -> Date {
        TimeZone::UTC.to_datetime(self.occurred_at).date()
    }

    /// The last of the day on which it happened and today, in UTC. Whoever enters something late says
    /// when it happened, but not what they may do now: where a day decides what is allowed and a past
    /// one would allow more, it is this one.
    pub fn latest_day(&self) -> Date {
        self.day().max(TimeZone::UTC.to_datetime(self.now).date())
    }

    /// Whether it is said to have happened after now, by more than two clocks may differ.
    pub fn is_in_future(&self) -> bool {
        self.occurred_at.duration_since(self.now) > CLOCK_TOLERANCE
    }
}

/// The state of one stream, and the rules by which it changes.
pub trait Aggregate: Debug + Default + Send + Sync {
    /// What may be asked of it.
    type Command: Debug + Send + Sync;
    /// What may happen to it.
    type Event: Debug + Clone + Send + Sync;
    /// Why a command is refused.
    type Rejection: Error + Send;
    /// What a decision depends on besides the state and the command.
    type Circumstances<'a>: Sync;

    /// What the names of its streams start with, without the hyphen.
    const STREAM_KIND: &'static str;

    /// Answers a command with the events it causes.
    ///
    /// # Errors
    ///
    /// The first rejection that applies, in the order of the aggregate's list.
    fn decide(
        &self,
        command: &Self::Command,
        circumstances: &Self::Circumstances<'_>,
    ) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// Applies one recorded event. It cannot fail: the event has already happened.
    #[must_use]
    fn evolve(self, fact: &Fact<Self::Event>) -> Self;

    /// The event as the ledger holds it.
    fn to_ledger(event: Self::Event) -> LedgerEvent;

    /// The event, if it is this aggregate's.
    fn from_ledger(event: LedgerEvent) -> Option<Self::Event>;
}

impl Aggregate for Complaint {
    type Command = ComplaintCommand;
    type Event = ComplaintEvent;
    type Rejection = ComplaintRejection;
    type Circumstances<'a> = complaint::Circumstances<'a>;

    const STREAM_KIND: &'static str = "complaint";

    fn decide(
        &self,
        command: &ComplaintCommand,
        circumstances: &complaint::Circumstances<'_>,
    ) -> Result<Vec<ComplaintEvent>, ComplaintRejection> {
        complaint::decide(self, command, circumstances)
    }

    fn evolve(self, fact: &Fact<ComplaintEvent>) -> Self {
        complaint::evolve(self, fact)
    }

    fn to_ledger(event: ComplaintEvent) -> LedgerEvent {
        LedgerEvent::Complaint(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<ComplaintEvent> {
        let LedgerEvent::Complaint(event) = event else { return None };
        Some(event)
    }
}

impl Aggregate for Import {
    type Command = ImportCommand;
    type Event = ImportEvent;
    type Rejection = ImportRejection;
    type Circumstances<'a> = ();

    const STREAM_KIND: &'static str = "import";

    fn decide(
        &self,
        command: &ImportCommand,
        (): &(),
    ) -> Result<Vec<ImportEvent>, ImportRejection> {
        import::decide(self, command)
    }

    fn evolve(self, fact: &Fact<ImportEvent>) -> Self {
        import::evolve(self, fact)
    }

    fn to_ledger(event: ImportEvent) -> LedgerEvent {
        LedgerEvent::Import(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<ImportEvent> {
        let LedgerEvent::Import(event) = event else { return None };
        Some(event)
    }
}

impl Aggregate for Evidence {
    type Command = EvidenceCommand;
    type Event = EvidenceEvent;
    type Rejection = EvidenceRejection;
    type Circumstances<'a> = ();

    const STREAM_KIND: &'static str = "ledger";

    fn decide(
        &self,
        command: &EvidenceCommand,
        (): &(),
    ) -> Result<Vec<EvidenceEvent>, EvidenceRejection> {
        ledger::decide(self, command)
    }

    fn evolve(self, fact: &Fact<EvidenceEvent>) -> Self {
        ledger::evolve(self, fact)
    }

    fn to_ledger(event: EvidenceEvent) -> LedgerEvent {
        LedgerEvent::Evidence(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<EvidenceEvent> {
        let LedgerEvent::Evidence(event) = event else { return None };
        Some(event)
    }
}

//! A data subject: the person behind one complaint, and what may be done with their data.
//!
//! The stream has the same ULID as the complaint's. It decides whether personal data may be opened
//! ([`Subject::closed`]) and whether it may be erased: a request is answered with an order, or with
//! every reason that stands against it. What is ordered is carried out by a program, which destroys
//! key and blobs and then records what it destroyed; after that nothing about the person can be
//! opened, and every proof over the records still holds.
//!
//! # Source
//!
//! GDPR, articles 6, 7, 17, 18 and 30; Personal Information Protection Law of China, articles 15,
//! 47 and 50; retention: DISP 1.9, E-Commerce Law of China, article 31. A legal hold blocks the
//! destruction of a key and is itself an event with authority and expiry.

mod decide;
mod rejection;
mod state;
mod terms;

pub use decide::decide;
pub use rejection::SubjectRejection;
pub use state::{Closed, Erasure, Subject, evolve};
pub use terms::{
    Consent, ConsentPurpose, ErasureDecision, ErasureGround, ErasureObstacle, ErasureOrder,
    ErasureRecord, ErasureRefusal, ErasureRequest, Hold, HoldRelease, KeyRecord, Restriction,
    RestrictionGround, RestrictionLift, Retention, RetentionStart, SubjectCommand, SubjectEvent,
};

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::{
    aggregate::{Aggregate, Occasion},
    fact::{Fact, LedgerEvent},
    label::Label,
    sealed::{KeyId, PersonalField, SealedField, SubjectRef},
};

/// What the complaint's own records say of its personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonalTrace {
    /// The random reference to the person; none when nothing personal was ever sealed.
    pub subject: Option<SubjectRef>,
    /// The data keys under which it lies.
    pub keys: BTreeSet<KeyId>,
    /// How many texts of each field were sealed.
    pub fields: BTreeMap<PersonalField, u64>,
    /// The day the complaint came in, in UTC.
    pub received_on: Option<Date>,
    /// The day it last ended, in UTC; none while it is open.
    pub ended_on: Option<Date>,
    /// Whether the committee was asked, and has come to nothing yet; the complaint may have ended all the same.
    pub is_before_committee: bool,
    /// The bodies outside that took it up, and have come to nothing yet.
    pub before_bodies: Vec<Label>,
}

impl PersonalTrace {
    /// Takes in what one record sealed.
    pub fn seen(&mut self, sealed: &[SealedField]) {
        for field in sealed {
            self.subject.get_or_insert(field.subject);
            self.keys.insert(field.key);
            let count = self.fields.entry(field.field).or_default();
            *count = count.saturating_add(1);
        }
    }
}

/// What a decision about a data subject depends on besides the state and the command.
#[derive(Debug, Clone, Copy)]
pub struct SubjectCircumstances<'a> {
    /// Who asks, and when.
    pub occasion: &'a Occasion,
    /// What the complaint's records say.
    pub trace: &'a PersonalTrace,
    /// How long personal data is kept, by the rulebook of the day it happened and by that of today; none
    /// where it says nothing.
    pub retention: [Option<Retention>; 2],
}

impl Aggregate for Subject {
    type Command = SubjectCommand;
    type Event = SubjectEvent;
    type Rejection = SubjectRejection;
    type Circumstances<'a> = SubjectCircumstances<'a>;

    const STREAM_KIND: &'static str = "subject";

    fn decide(
        &self,
        command: &SubjectCommand,
        circumstances: &SubjectCircumstances<'_>,
    ) -> Result<Vec<SubjectEvent>, SubjectRejection> {
        decide(self, command, circumstances)
    }

    fn evolve(self, fact: &Fact<SubjectEvent>) -> Self {
        evolve(self, fact)
    }

    fn to_ledger(event: SubjectEvent) -> LedgerEvent {
        LedgerEvent::Subject(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<SubjectEvent> {
        let LedgerEvent::Subject(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;

//! An event with who, when it happened and when it was recorded.

use jiff::Timestamp;

use crate::{
    access::AccessEvent, action::ActionEvent, actor::Actor, complaint::ComplaintEvent,
    import::ImportEvent, inspection::InspectionEvent, ledger::EvidenceEvent,
    referral::ReferralEvent, report::ReportEvent, review::ReviewEvent, rulebook::RulebookEvent,
    staff::StaffEvent, subject::SubjectEvent, volume::VolumeEvent,
};

/// An event as the ledger holds it, with the part of its envelope that rules may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<E> {
    /// What happened.
    pub event: E,
    /// Who did it.
    pub actor: Actor,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// When the ledger recorded it; never decreasing along the log, and never before `occurred_at`
    /// by more than two clocks may differ.
    pub recorded_at: Timestamp,
}

impl<E> Fact<E> {
    /// When it had happened at the latest: a clock that runs ahead may date it after its recording.
    pub fn happened_by(&self) -> Timestamp {
        self.occurred_at.min(self.recorded_at)
    }

    /// The same fact about a narrower or wider event.
    pub fn map<F>(self, change: impl FnOnce(E) -> F) -> Fact<F> {
        Fact {
            event: change(self.event),
            actor: self.actor,
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
        }
    }
}

/// Any event of the ledger, by the aggregate it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerEvent {
    /// Of a `complaint-…` stream.
    Complaint(ComplaintEvent),
    /// Of an `import-…` stream.
    Import(ImportEvent),
    /// Of the `ledger-…` stream.
    Evidence(EvidenceEvent),
    /// Of a `review-…` stream.
    Review(ReviewEvent),
    /// Of an `action-…` stream.
    Action(ActionEvent),
    /// Of a `referral-…` stream.
    Referral(ReferralEvent),
    /// Of a `staff-…` stream.
    Staff(StaffEvent),
    /// Of the `rulebook-…` stream.
    Rulebook(RulebookEvent),
    /// Of an `access-…` stream.
    Access(AccessEvent),
    /// Of an `inspection-…` stream.
    Inspection(InspectionEvent),
    /// Of a `subject-…` stream.
    Subject(SubjectEvent),
    /// Of a `volume-…` stream.
    Volume(VolumeEvent),
    /// Of a `report-…` stream.
    Report(ReportEvent),
}

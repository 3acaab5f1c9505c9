//! Event types, written by hand: what is stored must outlive any renaming in the code.

use complaint_domain::{
    LedgerEvent, complaint::ComplaintEvent, import::ImportEvent, ledger::EvidenceEvent,
};

use crate::stored::review;

/// Every event type that this version writes.
pub const EVENT_TYPES: &[&str] = &[
    "complaint.received.v1",
    "complaint.acknowledged.v1",
    "complaint.assessed.v1",
    "complaint.classified.v1",
    "complaint.assigned.v1",
    "complaint.reassigned.v1",
    "complaint.communication-recorded.v1",
    "complaint.remedy-proposed.v1",
    "complaint.remedy-approved.v1",
    "complaint.response-issued.v1",
    "complaint.answer-recorded.v1",
    "complaint.remedy-fulfilled.v1",
    "complaint.root-cause-identified.v1",
    "complaint.closed.v1",
    "complaint.reopened.v1",
    "complaint.withdrawn.v1",
    "complaint.corrected.v1",
    "complaint.recused.v1",
    "complaint.information-requested.v1",
    "complaint.evidence-added.v1",
    "complaint.representative-authorised.v1",
    "complaint.vulnerability-flagged.v1",
    "complaint.clock-paused.v1",
    "complaint.clock-resumed.v1",
    "complaint.deadline-extended.v1",
    "complaint.clock-warned.v1",
    "complaint.clock-missed.v1",
    "complaint.duplicate-linked.v1",
    "complaint.duplicate-unlinked.v1",
    "complaint.transferred.v1",
    "complaint.escalated.v1",
    "complaint.referred-externally.v1",
    "complaint.external-decision-recorded.v1",
    "complaint.suspected-violation-reported.v1",
    "complaint.survey-requested.v1",
    "complaint.survey-answered.v1",
    "import.completed.v1",
    "ledger.key-rotated.v1",
    "ledger.time-anchored.v1",
    "ledger.index-committed.v1",
    "review.opened.v1",
    "review.member-seated.v1",
    "review.interest-disclosed.v1",
    "review.interest-ruled.v1",
    "review.member-recused.v1",
    "review.party-heard.v1",
    "review.evidence-taken.v1",
    "review.decision-proposed.v1",
    "review.vote-cast.v1",
    "review.dissent-recorded.v1",
    "review.adjourned.v1",
    "review.decided.v1",
    "review.replied.v1",
    "review.measure-completed.v1",
    "review.discontinued.v1",
    "review.closed.v1",
];

/// The stored name of an event.
pub const fn event_type(event: &LedgerEvent) -> &'static str {
    match event {
        LedgerEvent::Complaint(event) => match event {
            ComplaintEvent::Received(_) => "complaint.received.v1",
            ComplaintEvent::Acknowledged(_) => "complaint.acknowledged.v1",
            ComplaintEvent::Assessed(_) => "complaint.assessed.v1",
            ComplaintEvent::Classified(_) => "complaint.classified.v1",
            ComplaintEvent::Assigned(_) => "complaint.assigned.v1",
            ComplaintEvent::Reassigned(_) => "complaint.reassigned.v1",
            ComplaintEvent::CommunicationRecorded(_) => "complaint.communication-recorded.v1",
            ComplaintEvent::RemedyProposed(_) => "complaint.remedy-proposed.v1",
            ComplaintEvent::RemedyApproved(_) => "complaint.remedy-approved.v1",
            ComplaintEvent::ResponseIssued(_) => "complaint.response-issued.v1",
            ComplaintEvent::AnswerRecorded(_) => "complaint.answer-recorded.v1",
            ComplaintEvent::RemedyFulfilled(_) => "complaint.remedy-fulfilled.v1",
            ComplaintEvent::RootCauseIdentified(_) => "complaint.root-cause-identified.v1",
            ComplaintEvent::Closed(_) => "complaint.closed.v1",
            ComplaintEvent::Reopened(_) => "complaint.reopened.v1",
            ComplaintEvent::Withdrawn(_) => "complaint.withdrawn.v1",
            ComplaintEvent::Corrected(_) => "complaint.corrected.v1",
            ComplaintEvent::Recused(_) => "complaint.recused.v1",
            ComplaintEvent::InformationRequested(_) => "complaint.information-requested.v1",
            ComplaintEvent::EvidenceAdded(_) => "complaint.evidence-added.v1",
            ComplaintEvent::RepresentativeAuthorised(_) => "complaint.representative-authorised.v1",
            ComplaintEvent::VulnerabilityFlagged(_) => "complaint.vulnerability-flagged.v1",
            ComplaintEvent::ClockPaused(_) => "complaint.clock-paused.v1",
            ComplaintEvent::ClockResumed(_) => "complaint.clock-resumed.v1",
            ComplaintEvent::DeadlineExtended(_) => "complaint.deadline-extended.v1",
            ComplaintEvent::ClockWarned(_) => "complaint.clock-warned.v1",
            ComplaintEvent::ClockMissed(_) => "complaint.clock-missed.v1",
            ComplaintEvent::DuplicateLinked(_) => "complaint.duplicate-linked.v1",
            ComplaintEvent::DuplicateUnlinked(_) => "complaint.duplicate-unlinked.v1",
            ComplaintEvent::Transferred(_) => "complaint.transferred.v1",
            ComplaintEvent::Escalated(_) => "complaint.escalated.v1",
            ComplaintEvent::ReferredExternally(_) => "complaint.referred-externally.v1",
            ComplaintEvent::ExternalDecisionRecorded(_) => {
                "complaint.external-decision-recorded.v1"
            }
            ComplaintEvent::SuspectedViolationReported(_) => {
                "complaint.suspected-violation-reported.v1"
            }
            ComplaintEvent::SurveyRequested(_) => "complaint.survey-requested.v1",
            ComplaintEvent::SurveyAnswered(_) => "complaint.survey-answered.v1",
        },
        LedgerEvent::Import(ImportEvent::Completed(_)) => "import.completed.v1",
        LedgerEvent::Evidence(event) => match event {
            EvidenceEvent::KeyRotated(_) => "ledger.key-rotated.v1",
            EvidenceEvent::TimeAnchored(_) => "ledger.time-anchored.v1",
            EvidenceEvent::IndexCommitted(_) => "ledger.index-committed.v1",
        },
        LedgerEvent::Review(event) => review::name(event),
    }
}

//! Aggregates whose events are stored one body each: name, body and the way back, in one list.

/// Gives an aggregate's events their stored names, written by hand, and the way from a name and its
/// data back to the event. The `match`es name every variant, so an event without a name does not
/// compile.
macro_rules! stored_events {
    ($module:ident, $event:ty { $($variant:ident = $name:literal),+ $(,)? }) => {
        pub(crate) mod $module {
            use serde::{Serialize as _, Serializer};
            use serde_json::value::RawValue;

            use crate::decode::{DecodeError, body};

            type Event = $event;

            #[cfg(test)]
            pub(crate) const NAMES: &[&str] = &[$($name),+];

            /// The stored name of the event.
            pub(crate) const fn name(event: &Event) -> &'static str {
                match event {
                    $(Event::$variant(_) => $name,)+
                }
            }

            /// Writes the body of the event.
            pub(crate) fn write<S: Serializer>(event: &Event, to: S) -> Result<S::Ok, S::Error> {
                match event {
                    $(Event::$variant(body) => body.serialize(to),)+
                }
            }

            /// The event with this name, if it is one of these.
            pub(crate) fn read(name: &str, data: &RawValue) -> Result<Option<Event>, DecodeError> {
                Ok(Some(match name {
                    $($name => Event::$variant(body($name, data)?),)+
                    _ => return Ok(None),
                }))
            }
        }
    };
}

stored_events! { review, complaint_domain::review::ReviewEvent {
    Opened = "review.opened.v1",
    MemberSeated = "review.member-seated.v1",
    InterestDisclosed = "review.interest-disclosed.v1",
    InterestRuled = "review.interest-ruled.v1",
    MemberRecused = "review.member-recused.v1",
    PartyHeard = "review.party-heard.v1",
    EvidenceTaken = "review.evidence-taken.v1",
    DecisionProposed = "review.decision-proposed.v1",
    VoteCast = "review.vote-cast.v1",
    DissentRecorded = "review.dissent-recorded.v1",
    Adjourned = "review.adjourned.v1",
    Decided = "review.decided.v1",
    Replied = "review.replied.v1",
    MeasureCompleted = "review.measure-completed.v1",
    WithdrawalAgreed = "review.withdrawal-agreed.v1",
    Discontinued = "review.discontinued.v1",
    Closed = "review.closed.v1",
} }

stored_events! { staff, complaint_domain::staff::StaffEvent {
    Joined = "staff.joined.v1",
    RoleGranted = "staff.role-granted.v1",
    RoleRevoked = "staff.role-revoked.v1",
    TeamChanged = "staff.team-changed.v1",
    AbsenceStarted = "staff.absence-started.v1",
    AbsenceEnded = "staff.absence-ended.v1",
    InterestDeclared = "staff.interest-declared.v1",
    InterestWithdrawn = "staff.interest-withdrawn.v1",
    TermStarted = "staff.term-started.v1",
    TermEnded = "staff.term-ended.v1",
    TrainingCompleted = "staff.training-completed.v1",
    Left = "staff.left.v1",
} }

stored_events! { action, complaint_domain::action::ActionEvent {
    Proposed = "action.proposed.v1",
    Approved = "action.approved.v1",
    Rejected = "action.rejected.v1",
    Rescheduled = "action.rescheduled.v1",
    Completed = "action.completed.v1",
    EffectChecked = "action.effect-checked.v1",
    CustomersRemediated = "action.customers-remediated.v1",
    Closed = "action.closed.v1",
} }

stored_events! { referral, complaint_domain::referral::ReferralEvent {
    Submitted = "referral.submitted.v1",
    Acknowledged = "referral.acknowledged.v1",
    InquiryRecorded = "referral.inquiry-recorded.v1",
    InquiryAnswered = "referral.inquiry-answered.v1",
    OutcomeRecorded = "referral.outcome-recorded.v1",
    PenaltyRecorded = "referral.penalty-recorded.v1",
    Closed = "referral.closed.v1",
} }

stored_events! { rulebook, complaint_domain::rulebook::RulebookEvent {
    ChangeProposed = "rulebook.change-proposed.v1",
    ChangeApproved = "rulebook.change-approved.v1",
    ChangeRejected = "rulebook.change-rejected.v1",
} }

stored_events! { inspection, complaint_domain::inspection::InspectionEvent {
    Planned = "inspection.planned.v1",
    Drawn = "inspection.drawn.v1",
    Scored = "inspection.scored.v1",
    FollowedUp = "inspection.followed-up.v1",
    Closed = "inspection.closed.v1",
    Abandoned = "inspection.abandoned.v1",
} }

stored_events! { report, complaint_domain::report::ReportEvent {
    Drafted = "report.drafted.v1",
    VoteCast = "report.vote-cast.v1",
    Endorsed = "report.endorsed.v1",
    Published = "report.published.v1",
    Restated = "report.restated.v1",
} }

stored_events! { access, complaint_domain::access::AccessEvent {
    PersonalDataOpened = "access.personal-data-opened.v1",
} }

stored_events! { subject, complaint_domain::subject::SubjectEvent {
    KeyRecorded = "subject.key-recorded.v1",
    ConsentGiven = "subject.consent-given.v1",
    ConsentWithdrawn = "subject.consent-withdrawn.v1",
    Restricted = "subject.restricted.v1",
    RestrictionLifted = "subject.restriction-lifted.v1",
    Held = "subject.held.v1",
    HoldReleased = "subject.hold-released.v1",
    ErasureRequested = "subject.erasure-requested.v1",
    ErasureRefused = "subject.erasure-refused.v1",
    ErasureOrdered = "subject.erasure-ordered.v1",
    Erased = "subject.erased.v1",
} }

stored_events! { volume, complaint_domain::volume::VolumeEvent {
    Recorded = "volume.recorded.v1",
    Corrected = "volume.corrected.v1",
} }

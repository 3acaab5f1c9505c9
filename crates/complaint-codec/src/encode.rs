//! Events to bytes: the one time a record is written.

use complaint_domain::{
    LedgerEvent,
    actor::Actor,
    complaint::ComplaintEvent,
    import::ImportEvent,
    ledger::EvidenceEvent,
    sealed::{Digest, SealedField},
};
use event_log::{
    NewRecord, StreamId, StreamVersion,
    record::{NewRecordError, RECORDED_AT_BLANK, format_recorded_at},
};
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::{
    RECORD_VERSION,
    names::event_type,
    stored::{
        access, action, inspection, referral, report, review, rulebook, staff, subject, volume,
    },
};

/// Most records are shorter, so that most buffers need not grow.
const USUAL_BYTES: usize = 1024;

/// Everything a record says but the time it is recorded, which the log adds.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The record's own id.
    pub id: Uuid,
    /// The stream it goes to.
    pub stream: &'a StreamId,
    /// The version it will have there.
    pub version: StreamVersion,
    /// When it happened in the world; kept to the millisecond.
    pub occurred_at: Timestamp,
    /// Who did it.
    pub actor: &'a Actor,
    /// The command that caused it.
    pub command_id: Uuid,
    /// What that command said, digested without its personal fields.
    pub command_digest: Digest,
    /// What it belongs to.
    pub correlation_id: Uuid,
    /// The record that led to the command, if one did.
    pub causation_id: Option<Uuid>,
    /// What happened.
    pub event: &'a LedgerEvent,
    /// The personal fields of the command, sealed.
    pub sealed: &'a [SealedField],
}

/// Why a record could not be written. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The record would break a limit of the log.
    #[error(transparent)]
    Limit(#[from] NewRecordError),
    /// The event has no JSON form.
    #[error("the event cannot be written as JSON")]
    Json(#[source] serde_json::Error),
}

#[derive(Serialize)]
struct Envelope<'a> {
    v: u8,
    id: Uuid,
    r#type: &'static str,
    stream: &'a str,
    version: u64,
    recorded_at: &'a str,
    occurred_at: String,
    actor: &'a Actor,
    command_id: Uuid,
    command_digest: Digest,
    correlation_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    causation_id: Option<Uuid>,
    data: Data<'a>,
    #[serde(skip_serializing_if = "<[SealedField]>::is_empty")]
    sealed: &'a [SealedField],
}

/// The body of an event, without the name of its variant: that is the record's `type`.
struct Data<'a>(&'a LedgerEvent);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            LedgerEvent::Complaint(event) => match event {
                ComplaintEvent::Received(body) => body.serialize(serializer),
                ComplaintEvent::Acknowledged(body) => body.serialize(serializer),
                ComplaintEvent::Assessed(body) => body.serialize(serializer),
                ComplaintEvent::Classified(body) => body.serialize(serializer),
                ComplaintEvent::Assigned(body) => body.serialize(serializer),
                ComplaintEvent::Reassigned(body) => body.serialize(serializer),
                ComplaintEvent::CommunicationRecorded(body) => body.serialize(serializer),
                ComplaintEvent::RemedyProposed(body) => body.serialize(serializer),
                ComplaintEvent::RemedyApproved(body) => body.serialize(serializer),
                ComplaintEvent::ResponseIssued(body) => body.serialize(serializer),
                ComplaintEvent::AnswerRecorded(body) => body.serialize(serializer),
                ComplaintEvent::RemedyFulfilled(body) => body.serialize(serializer),
                ComplaintEvent::RootCauseIdentified(body) => body.serialize(serializer),
                ComplaintEvent::Closed(body) => body.serialize(serializer),
                ComplaintEvent::Reopened(body) => body.serialize(serializer),
                ComplaintEvent::Withdrawn(body) => body.serialize(serializer),
                ComplaintEvent::Corrected(body) => body.serialize(serializer),
                ComplaintEvent::Recused(body) => body.serialize(serializer),
                ComplaintEvent::RecusalWithdrawn(body) => body.serialize(serializer),
                ComplaintEvent::InformationRequested(body) => body.serialize(serializer),
                ComplaintEvent::EvidenceAdded(body) => body.serialize(serializer),
                ComplaintEvent::RepresentativeAuthorised(body) => body.serialize(serializer),
                ComplaintEvent::VulnerabilityFlagged(body) => body.serialize(serializer),
                ComplaintEvent::ClockPaused(body) => body.serialize(serializer),
                ComplaintEvent::ClockResumed(body) => body.serialize(serializer),
                ComplaintEvent::DeadlineExtended(body) => body.serialize(serializer),
                ComplaintEvent::ClockWarned(body) | ComplaintEvent::ClockMissed(body) => {
                    body.serialize(serializer)
                }
                ComplaintEvent::DuplicateLinked(body) => body.serialize(serializer),
                ComplaintEvent::DuplicateUnlinked(body) => body.serialize(serializer),
                ComplaintEvent::Transferred(body) => body.serialize(serializer),
                ComplaintEvent::Escalated(body) => body.serialize(serializer),
                ComplaintEvent::EscalationWithdrawn(body) => body.serialize(serializer),
                ComplaintEvent::OutcomeProposed(body) => body.serialize(serializer),
                ComplaintEvent::ReviewConcluded(body) => body.serialize(serializer),
                ComplaintEvent::ReferredExternally(body) => body.serialize(serializer),
                ComplaintEvent::ExternalDecisionRecorded(body) => body.serialize(serializer),
                ComplaintEvent::SuspectedViolationReported(body) => body.serialize(serializer),
                ComplaintEvent::SurveyRequested(body) => body.serialize(serializer),
                ComplaintEvent::SurveyAnswered(body) => body.serialize(serializer),
                ComplaintEvent::StepTaken(body) => body.serialize(serializer),
            },
            LedgerEvent::Import(ImportEvent::Completed(body)) => body.serialize(serializer),
            LedgerEvent::Evidence(event) => match event {
                EvidenceEvent::KeyRotated(body) => body.serialize(serializer),
                EvidenceEvent::TimeAnchored(body) => body.serialize(serializer),
                EvidenceEvent::IndexCommitted(body) => body.serialize(serializer),
                EvidenceEvent::VaultKeyRotated(body) => body.serialize(serializer),
            },
            LedgerEvent::Review(event) => review::write(event, serializer),
            LedgerEvent::Action(event) => action::write(event, serializer),
            LedgerEvent::Referral(event) => referral::write(event, serializer),
            LedgerEvent::Staff(event) => staff::write(event, serializer),
            LedgerEvent::Rulebook(event) => rulebook::write(event, serializer),
            LedgerEvent::Access(event) => access::write(event, serializer),
            LedgerEvent::Inspection(event) => inspection::write(event, serializer),
            LedgerEvent::Subject(event) => subject::write(event, serializer),
            LedgerEvent::Volume(event) => volume::write(event, serializer),
            LedgerEvent::Report(event) => report::write(event, serializer),
        }
    }
}

/// Writes a record, with a blank where the log will put the time.
///
/// # Errors
///
/// [`EncodeError::Limit`] when the record is larger than 65,535 bytes: personal text is sealed and
/// never counts, so only a very long list of public codes can be.
pub fn encode(draft: &Draft<'_>) -> Result<NewRecord, EncodeError> {
    let envelope = Envelope {
        v: RECORD_VERSION,
        id: draft.id,
        r#type: event_type(draft.event),
        stream: draft.stream.as_str(),
        version: draft.version.0,
        recorded_at: std::str::from_utf8(RECORDED_AT_BLANK).unwrap_or_default(),
        occurred_at: format_recorded_at(draft.occurred_at),
        actor: draft.actor,
        command_id: draft.command_id,
        command_digest: draft.command_digest,
        correlation_id: draft.correlation_id,
        causation_id: draft.causation_id,
        data: Data(draft.event),
        sealed: draft.sealed,
    };
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    serde_json::to_writer(&mut bytes, &envelope).map_err(EncodeError::Json)?;
    // The first blank is the envelope's: nothing before it can contain one.
    let offset = memchr::memmem::find(&bytes, RECORDED_AT_BLANK).unwrap_or_default();
    Ok(NewRecord::new(bytes, offset)?)
}

//! Bytes to events. Keys this version does not know are ignored here and kept in the bytes.

use complaint_domain::{
    Fact, LedgerEvent,
    actor::Actor,
    complaint::ComplaintEvent,
    import::ImportEvent,
    ledger::EvidenceEvent,
    sealed::{Digest, SealedField},
};
use event_log::{StreamId, StreamVersion};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{
    RECORD_VERSION,
    names::event_type,
    stored::{
        access, action, inspection, referral, report, review, rulebook, staff, subject, volume,
    },
};

/// A record, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The record's own id.
    pub id: Uuid,
    /// Its stored name, after upcasting.
    pub event_type: &'static str,
    /// Its stream.
    pub stream: StreamId,
    /// Its place in the stream.
    pub version: StreamVersion,
    /// When the ledger recorded it.
    pub recorded_at: Timestamp,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// The command that caused it.
    pub command_id: Uuid,
    /// What that command said, digested without its personal fields.
    pub command_digest: Digest,
    /// What it belongs to.
    pub correlation_id: Uuid,
    /// The record that led to the command, if one did.
    pub causation_id: Option<Uuid>,
    /// What happened.
    pub event: LedgerEvent,
    /// The personal fields of the command, sealed.
    pub sealed: Vec<SealedField>,
}

impl Record {
    /// The part that rules may look at.
    pub fn fact(self) -> Fact<LedgerEvent> {
        Fact {
            event: self.event,
            actor: self.actor,
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
        }
    }
}

/// Why stored bytes could not be read as a record.
///
/// The bytes themselves are not repeated: the caller names the position.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not the JSON of a record.
    #[error("expected the JSON of a record")]
    Json(#[source] serde_json::Error),
    /// Written by a later version.
    #[error("expected record version {RECORD_VERSION}, found {found}; a newer redress wrote this")]
    RecordVersion {
        /// The version it has.
        found: u8,
    },
    /// An event this version does not know.
    #[error("expected a known event type, found `{found}`; a newer redress wrote this")]
    EventType {
        /// The type it has.
        found: String,
    },
    /// The body does not fit its type.
    #[error("expected the data of {event_type}")]
    Data {
        /// The type it has.
        event_type: &'static str,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
    /// The stream's name is not one.
    #[error("expected a stream id")]
    Stream(#[source] event_log::record::ParseStreamIdError),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    v: u8,
    id: Uuid,
    r#type: &'a str,
    stream: &'a str,
    version: u64,
    recorded_at: Timestamp,
    occurred_at: Timestamp,
    actor: Actor,
    command_id: Uuid,
    command_digest: Digest,
    correlation_id: Uuid,
    causation_id: Option<Uuid>,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(default)]
    sealed: Vec<SealedField>,
}

/// Reads a record.
///
/// # Errors
///
/// [`DecodeError`] when the bytes are not a record that this version knows.
pub fn decode(bytes: &[u8]) -> Result<Record, DecodeError> {
    let envelope: Envelope<'_> = serde_json::from_slice(bytes).map_err(DecodeError::Json)?;
    if envelope.v != RECORD_VERSION {
        return Err(DecodeError::RecordVersion { found: envelope.v });
    }
    let event = decode_event(envelope.r#type, envelope.data)?;
    Ok(Record {
        id: envelope.id,
        event_type: event_type(&event),
        stream: envelope.stream.parse().map_err(DecodeError::Stream)?,
        version: StreamVersion(envelope.version),
        recorded_at: envelope.recorded_at,
        occurred_at: envelope.occurred_at,
        actor: envelope.actor,
        command_id: envelope.command_id,
        command_digest: envelope.command_digest,
        correlation_id: envelope.correlation_id,
        causation_id: envelope.causation_id,
        event,
        sealed: envelope.sealed,
    })
}

/// The stored name decides the body. An old version is read by its own struct and upcast here.
#[expect(clippy::too_many_lines, reason = "a table, one line for each event type")]
fn decode_event(name: &str, data: &RawValue) -> Result<LedgerEvent, DecodeError> {
    use ComplaintEvent as C;
    let complaint = match name {
        "complaint.received.v1" => C::Received(body("complaint.received.v1", data)?),
        "complaint.acknowledged.v1" => C::Acknowledged(body("complaint.acknowledged.v1", data)?),
        "complaint.assessed.v1" => C::Assessed(body("complaint.assessed.v1", data)?),
        "complaint.classified.v1" => C::Classified(body("complaint.classified.v1", data)?),
        "complaint.assigned.v1" => C::Assigned(body("complaint.assigned.v1", data)?),
        "complaint.reassigned.v1" => C::Reassigned(body("complaint.reassigned.v1", data)?),
        "complaint.communication-recorded.v1" => {
            C::CommunicationRecorded(body("complaint.communication-recorded.v1", data)?)
        }
        "complaint.remedy-proposed.v1" => {
            C::RemedyProposed(body("complaint.remedy-proposed.v1", data)?)
        }
        "complaint.remedy-approved.v1" => {
            C::RemedyApproved(body("complaint.remedy-approved.v1", data)?)
        }
        "complaint.response-issued.v1" => {
            C::ResponseIssued(body("complaint.response-issued.v1", data)?)
        }
        "complaint.answer-recorded.v1" => {
            C::AnswerRecorded(body("complaint.answer-recorded.v1", data)?)
        }
        "complaint.remedy-fulfilled.v1" => {
            C::RemedyFulfilled(body("complaint.remedy-fulfilled.v1", data)?)
        }
        "complaint.root-cause-identified.v1" => {
            C::RootCauseIdentified(body("complaint.root-cause-identified.v1", data)?)
        }
        "complaint.closed.v1" => C::Closed(body("complaint.closed.v1", data)?),
        "complaint.reopened.v1" => C::Reopened(body("complaint.reopened.v1", data)?),
        "complaint.withdrawn.v1" => C::Withdrawn(body("complaint.withdrawn.v1", data)?),
        "complaint.corrected.v1" => C::Corrected(body("complaint.corrected.v1", data)?),
        "complaint.recused.v1" => C::Recused(body("complaint.recused.v1", data)?),
        "complaint.recusal-withdrawn.v1" => {
            C::RecusalWithdrawn(body("complaint.recusal-withdrawn.v1", data)?)
        }
        "complaint.escalation-withdrawn.v1" => {
            C::EscalationWithdrawn(body("complaint.escalation-withdrawn.v1", data)?)
        }
        "complaint.information-requested.v1" => {
            C::InformationRequested(body("complaint.information-requested.v1", data)?)
        }
        "complaint.evidence-added.v1" => {
            C::EvidenceAdded(body("complaint.evidence-added.v1", data)?)
        }
        "complaint.representative-authorised.v1" => {
            C::RepresentativeAuthorised(body("complaint.representative-authorised.v1", data)?)
        }
        "complaint.vulnerability-flagged.v1" => {
            C::VulnerabilityFlagged(body("complaint.vulnerability-flagged.v1", data)?)
        }
        "complaint.clock-paused.v1" => C::ClockPaused(body("complaint.clock-paused.v1", data)?),
        "complaint.clock-resumed.v1" => C::ClockResumed(body("complaint.clock-resumed.v1", data)?),
        "complaint.deadline-extended.v1" => {
            C::DeadlineExtended(body("complaint.deadline-extended.v1", data)?)
        }
        "complaint.clock-warned.v1" => C::ClockWarned(body("complaint.clock-warned.v1", data)?),
        "complaint.clock-missed.v1" => C::ClockMissed(body("complaint.clock-missed.v1", data)?),
        "complaint.duplicate-linked.v1" => {
            C::DuplicateLinked(body("complaint.duplicate-linked.v1", data)?)
        }
        "complaint.duplicate-unlinked.v1" => {
            C::DuplicateUnlinked(body("complaint.duplicate-unlinked.v1", data)?)
        }
        "complaint.transferred.v1" => C::Transferred(body("complaint.transferred.v1", data)?),
        "complaint.escalated.v1" => C::Escalated(body("complaint.escalated.v1", data)?),
        "complaint.outcome-proposed.v1" => {
            C::OutcomeProposed(body("complaint.outcome-proposed.v1", data)?)
        }
        "complaint.review-concluded.v1" => {
            C::ReviewConcluded(body("complaint.review-concluded.v1", data)?)
        }
        "complaint.referred-externally.v1" => {
            C::ReferredExternally(body("complaint.referred-externally.v1", data)?)
        }
        "complaint.external-decision-recorded.v1" => {
            C::ExternalDecisionRecorded(body("complaint.external-decision-recorded.v1", data)?)
        }
        "complaint.suspected-violation-reported.v1" => {
            C::SuspectedViolationReported(body("complaint.suspected-violation-reported.v1", data)?)
        }
        "complaint.survey-requested.v1" => {
            C::SurveyRequested(body("complaint.survey-requested.v1", data)?)
        }
        "complaint.survey-answered.v1" => {
            C::SurveyAnswered(body("complaint.survey-answered.v1", data)?)
        }
        "complaint.step-taken.v1" => C::StepTaken(body("complaint.step-taken.v1", data)?),
        "import.completed.v1" => {
            let summary = body("import.completed.v1", data)?;
            return Ok(LedgerEvent::Import(ImportEvent::Completed(summary)));
        }
        "ledger.key-rotated.v1" => {
            let rotation = body("ledger.key-rotated.v1", data)?;
            return Ok(LedgerEvent::Evidence(EvidenceEvent::KeyRotated(rotation)));
        }
        "ledger.time-anchored.v1" => {
            let anchor = body("ledger.time-anchored.v1", data)?;
            return Ok(LedgerEvent::Evidence(EvidenceEvent::TimeAnchored(anchor)));
        }
        "ledger.index-committed.v1" => {
            let commitment = body("ledger.index-committed.v1", data)?;
            return Ok(LedgerEvent::Evidence(EvidenceEvent::IndexCommitted(commitment)));
        }
        "ledger.vault-key-rotated.v1" => {
            let rotation = body("ledger.vault-key-rotated.v1", data)?;
            return Ok(LedgerEvent::Evidence(EvidenceEvent::VaultKeyRotated(rotation)));
        }
        other => return beside(other, data),
    };
    Ok(LedgerEvent::Complaint(complaint))
}

/// The events of the aggregates beside complaints, imports and the ledger itself.
fn beside(event_type: &str, data: &RawValue) -> Result<LedgerEvent, DecodeError> {
    if let Some(event) = review::read(event_type, data)? {
        return Ok(LedgerEvent::Review(event));
    }
    if let Some(event) = action::read(event_type, data)? {
        return Ok(LedgerEvent::Action(event));
    }
    if let Some(event) = referral::read(event_type, data)? {
        return Ok(LedgerEvent::Referral(event));
    }
    if let Some(event) = access::read(event_type, data)? {
        return Ok(LedgerEvent::Access(event));
    }
    if let Some(event) = subject::read(event_type, data)? {
        return Ok(LedgerEvent::Subject(event));
    }
    if let Some(event) = volume::read(event_type, data)? {
        return Ok(LedgerEvent::Volume(event));
    }
    if let Some(event) = rulebook::read(event_type, data)? {
        return Ok(LedgerEvent::Rulebook(event));
    }
    if let Some(event) = inspection::read(event_type, data)? {
        return Ok(LedgerEvent::Inspection(event));
    }
    if let Some(event) = report::read(event_type, data)? {
        return Ok(LedgerEvent::Report(event));
    }
    if let Some(event) = staff::read(event_type, data)? {
        return Ok(LedgerEvent::Staff(event));
    }
    Err(DecodeError::EventType { found: printable(event_type) })
}

pub(crate) fn body<T: DeserializeOwned>(
    event_type: &'static str,
    data: &RawValue,
) -> Result<T, DecodeError> {
    serde_json::from_str(data.get()).map_err(|source| DecodeError::Data { event_type, source })
}

/// A type name from outside, safe to print: short, and without control characters.
fn printable(name: &str) -> String {
    name.chars().take(80).filter(|c| !c.is_control()).collect()
}

/// The two times of a record, read without the rest of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Times {
    /// When the ledger recorded it.
    pub recorded_at: Timestamp,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
}

/// Reads only when something was recorded and when it happened.
///
/// # Errors
///
/// [`DecodeError::Json`] when the bytes are not the JSON of a record.
pub fn times(bytes: &[u8]) -> Result<Times, DecodeError> {
    serde_json::from_slice(bytes).map_err(DecodeError::Json)
}

//! A stream, folded: its state, and the commands it has already answered.

use std::collections::BTreeMap;

use complaint_codec::{Record, decode};
use complaint_domain::{
    LedgerEvent,
    complaint::{Complaint, ComplaintEvent, evolve},
    sealed::{Digest, SealedField},
};
use event_log::{EventLog, ExpectedVersion, Position, RecordedEvent, StreamId, StreamVersion};
use futures::TryStreamExt;
use personal_vault::SubjectKey;
use uuid::Uuid;

use crate::{error::HandleError, request::CommandRequest, service::Answered};

/// A command that the stream has answered.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) digest: Digest,
    pub(crate) first_position: Position,
    pub(crate) next_version: StreamVersion,
    pub(crate) events: Vec<ComplaintEvent>,
    pub(crate) sealed: Vec<SealedField>,
}

/// What `decide` and idempotency need of a complaint's stream.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) state: Complaint,
    pub(crate) next_version: StreamVersion,
    pub(crate) subject_key: Option<SubjectKey>,
    pub(crate) seen: BTreeMap<Uuid, Seen>,
}

impl Loaded {
    /// What an append to the stream expects to find.
    pub(crate) fn expected_version(&self) -> ExpectedVersion {
        match self.next_version.0.checked_sub(1) {
            None => ExpectedVersion::NoStream,
            Some(last) => ExpectedVersion::Exact(StreamVersion(last)),
        }
    }

    /// Notes where the records of new answers came to stand, now that they are durable.
    pub(crate) fn place(&mut self, requests: &[CommandRequest], answers: &[Answered]) {
        // What was answered before has its place already.
        let new = requests.iter().zip(answers).filter(|(_, answer)| !answer.repeated);
        for (request, answer) in new {
            if let Some(seen) = self.seen.get_mut(&request.command_id) {
                seen.first_position = answer.first_position;
            }
        }
    }

    fn take_in(&mut self, position: Position, record: Record) {
        self.next_version = StreamVersion(record.version.0.saturating_add(1));
        if self.subject_key.is_none() {
            self.subject_key = record
                .sealed
                .first()
                .map(|sealed| SubjectKey { subject: sealed.subject.0, key: sealed.key.0 });
        }
        let (command_id, digest, sealed) =
            (record.command_id, record.command_digest, record.sealed.clone());
        let fact = record.fact();
        let LedgerEvent::Complaint(event) = fact.event.clone() else { return };
        let seen = self.seen.entry(command_id).or_insert_with(|| Seen {
            digest,
            first_position: position,
            next_version: StreamVersion::default(),
            events: Vec::new(),
            sealed,
        });
        seen.next_version = self.next_version;
        seen.events.push(event.clone());
        self.state = evolve(std::mem::take(&mut self.state), &fact.map(|_| event));
    }
}

/// Reads one record of the log.
pub(crate) fn decoded(recorded: &RecordedEvent) -> Result<Record, HandleError> {
    decode(&recorded.bytes)
        .map_err(|source| HandleError::Undecodable { position: recorded.position, source })
}

/// Loads a complaint's stream.
pub(crate) async fn load(log: &dyn EventLog, stream: &StreamId) -> Result<Loaded, HandleError> {
    load_before(log, stream, Position(u64::MAX)).await
}

/// The same as the records before a position have it.
pub(crate) async fn load_before(
    log: &dyn EventLog,
    stream: &StreamId,
    end: Position,
) -> Result<Loaded, HandleError> {
    let mut records = log.read_stream(stream, StreamVersion::default());
    let mut loaded = Loaded::default();
    while let Some(recorded) = records.try_next().await? {
        if recorded.position >= end {
            break;
        }
        loaded.take_in(recorded.position, decoded(&recorded)?);
    }
    Ok(loaded)
}

//! What happens to the ledger itself, on its way into the log: key rotations, trusted times,
//! index commitments. Nothing personal is in it, so that no vault and no key is needed.

use std::sync::Arc;

use complaint_codec::{Draft, encode};
use complaint_domain::{
    LedgerEvent,
    actor::{Actor, ActorId, Role},
    ledger::{Evidence, EvidenceCommand, decide, evolve},
    sealed::Digest,
};
use event_log::{AppendError, Clock, EventLog, ExpectedVersion, Position, StreamId, StreamVersion};
use futures::TryStreamExt;
use personal_vault::Entropy;
use uuid::Uuid;

use crate::{
    error::HandleError,
    ids::{ledger_stream_of, record_id},
    load::decoded,
    request::digest_of,
    service::{ATTEMPTS_MAX, Appended},
};

/// Records what happens to the ledger itself: the one writer of its `ledger-…` stream.
#[derive(Debug)]
pub struct EvidenceService {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    stream: StreamId,
}

/// The stream, folded.
#[derive(Debug, Default)]
struct Loaded {
    state: Evidence,
    next_version: StreamVersion,
    /// Where the record of the same command stands, and its digest.
    seen: Option<(Position, Digest)>,
}

impl EvidenceService {
    /// The service of the ledger with this origin.
    pub fn new(
        log: Arc<dyn EventLog>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        origin: &str,
    ) -> Self {
        Self { log, clock, entropy, stream: ledger_stream_of(origin) }
    }

    /// Carries out one command, in the name of the ledger itself. Durable when it returns. The same
    /// command again changes nothing and is answered with the place of its first record.
    ///
    /// # Errors
    ///
    /// [`HandleError`], sorted by what the caller does next.
    pub async fn record(
        &self,
        command: &EvidenceCommand,
        command_id: Uuid,
    ) -> Result<Appended, HandleError> {
        let actor = ledger_actor();
        let digest = digest_of(&("record-evidence", &actor, command));
        for _ in 0..ATTEMPTS_MAX {
            let loaded = self.load(command_id).await?;
            if let Some((position, seen)) = loaded.seen {
                return if seen == digest {
                    Ok(Appended { position, repeated: true })
                } else {
                    Err(HandleError::CommandIdReused { command_id })
                };
            }
            let events = decide(&loaded.state, command).map_err(HandleError::EvidenceRefused)?;
            let now = self.clock.now();
            let records = (loaded.next_version.0..).zip(events).map(|(version, event)| {
                encode(&Draft {
                    id: record_id(now, self.entropy.as_ref()),
                    stream: &self.stream,
                    version: StreamVersion(version),
                    occurred_at: now,
                    actor: &actor,
                    command_id,
                    command_digest: digest,
                    correlation_id: command_id,
                    causation_id: None,
                    event: &LedgerEvent::Evidence(event),
                    sealed: &[],
                })
            });
            let records = records.collect::<Result<Vec<_>, _>>()?;
            let expected = match loaded.next_version.0.checked_sub(1) {
                None => ExpectedVersion::NoStream,
                Some(last) => ExpectedVersion::Exact(StreamVersion(last)),
            };
            match self.log.append(&self.stream, expected, records).await {
                Ok(done) => return Ok(Appended { position: done.first_position, repeated: false }),
                Err(AppendError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(HandleError::Contended { stream: self.stream.clone(), attempts: ATTEMPTS_MAX })
    }

    async fn load(&self, command_id: Uuid) -> Result<Loaded, HandleError> {
        let mut records = self.log.read_stream(&self.stream, StreamVersion::default());
        let mut loaded = Loaded::default();
        while let Some(recorded) = records.try_next().await? {
            let record = decoded(&recorded)?;
            loaded.next_version = StreamVersion(recorded.version.0.saturating_add(1));
            if record.command_id == command_id && loaded.seen.is_none() {
                loaded.seen = Some((recorded.position, record.command_digest));
            }
            let fact = record.fact();
            let LedgerEvent::Evidence(event) = fact.event.clone() else { continue };
            loaded.state = evolve(loaded.state, &fact.map(|_| event));
        }
        Ok(loaded)
    }
}

/// The ledger as an actor: it keeps its own evidence.
fn ledger_actor() -> Actor {
    #[expect(clippy::expect_used, reason = "a short word without spaces is a label")]
    let id = ActorId("ledger".parse().expect("a label"));
    Actor { id, role: Role::System }
}

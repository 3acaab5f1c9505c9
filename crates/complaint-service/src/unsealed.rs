//! The way of a command to any stream that holds nothing personal: load, decide, append, retry.
//!
//! No vault and no key is needed. Commands with personal fields go through
//! [`ComplaintService`](crate::ComplaintService).

use complaint_codec::{Draft, encode};
use complaint_domain::{actor::Actor, aggregate::Aggregate, sealed::Digest};
use event_log::{AppendError, Clock, EventLog, ExpectedVersion, Position, StreamId, StreamVersion};
use futures::TryStreamExt;
use personal_vault::Entropy;
use uuid::Uuid;

use crate::{
    error::HandleError,
    ids::record_id,
    load::decoded,
    service::{ATTEMPTS_MAX, Appended},
};

/// What writing a record takes besides the command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) log: &'a dyn EventLog,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) entropy: &'a dyn Entropy,
}

/// A command with what surrounds it.
#[derive(Debug)]
pub(crate) struct Order<'a, C> {
    pub(crate) stream: &'a StreamId,
    pub(crate) actor: &'a Actor,
    pub(crate) command_id: Uuid,
    pub(crate) digest: Digest,
    pub(crate) command: &'a C,
}

/// A stream, folded.
#[derive(Debug)]
struct Loaded<A> {
    state: A,
    next_version: StreamVersion,
    /// Where the first record of the same command stands, and its digest.
    seen: Option<(Position, Digest)>,
}

impl Writer<'_> {
    /// Carries out one command. Durable when it returns. The same command again changes nothing and
    /// is answered with the place of its first record.
    ///
    /// # Errors
    ///
    /// [`HandleError`], sorted by what the caller does next.
    pub(crate) async fn record<A>(
        &self,
        order: &Order<'_, A::Command>,
        circumstances: &A::Circumstances<'_>,
    ) -> Result<Appended, HandleError>
    where
        A: Aggregate,
        A::Rejection: Into<HandleError>,
    {
        let &Order { stream, actor, command_id, digest, command } = order;
        for _ in 0..ATTEMPTS_MAX {
            let loaded = self.load::<A>(stream, command_id).await?;
            if let Some((position, seen)) = loaded.seen {
                return if seen == digest {
                    Ok(Appended { position, repeated: true })
                } else {
                    Err(HandleError::CommandIdReused { command_id })
                };
            }
            let events = loaded.state.decide(command, circumstances).map_err(Into::into)?;
            let now = self.clock.now();
            let records = (loaded.next_version.0..).zip(events).map(|(version, event)| {
                encode(&Draft {
                    id: record_id(now, self.entropy),
                    stream,
                    version: StreamVersion(version),
                    occurred_at: now,
                    actor,
                    command_id,
                    command_digest: digest,
                    correlation_id: command_id,
                    causation_id: None,
                    event: &A::to_ledger(event),
                    sealed: &[],
                })
            });
            let records = records.collect::<Result<Vec<_>, _>>()?;
            let expected = match loaded.next_version.0.checked_sub(1) {
                None => ExpectedVersion::NoStream,
                Some(last) => ExpectedVersion::Exact(StreamVersion(last)),
            };
            match self.log.append(stream, expected, records).await {
                Ok(done) => return Ok(Appended { position: done.first_position, repeated: false }),
                Err(AppendError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(HandleError::Contended { stream: stream.clone(), attempts: ATTEMPTS_MAX })
    }

    async fn load<A: Aggregate>(
        &self,
        stream: &StreamId,
        command_id: Uuid,
    ) -> Result<Loaded<A>, HandleError> {
        let mut records = self.log.read_stream(stream, StreamVersion::default());
        let mut loaded =
            Loaded { state: A::default(), next_version: StreamVersion::default(), seen: None };
        while let Some(recorded) = records.try_next().await? {
            let record = decoded(&recorded)?;
            loaded.next_version = StreamVersion(recorded.version.0.saturating_add(1));
            if record.command_id == command_id && loaded.seen.is_none() {
                loaded.seen = Some((recorded.position, record.command_digest));
            }
            let fact = record.fact();
            let Some(event) = A::from_ledger(fact.event.clone()) else { continue };
            loaded.state = loaded.state.evolve(&fact.map(|_| event));
        }
        Ok(loaded)
    }
}

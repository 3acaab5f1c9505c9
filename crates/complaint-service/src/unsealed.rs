//! The way of a command to any stream that holds nothing personal: load, decide, append, retry.
//!
//! No vault and no key is needed. Commands with personal fields go through
//! [`ComplaintService`](crate::ComplaintService).
//!
//! What a decision needs of other streams ([`Unsealed::facts`]) is loaded anew for each attempt,
//! before deciding. Between that and the append another stream may move on: see
//! docs/decisions on facts of other streams.

use std::{
    fmt::Debug,
    future::{Future, ready},
    sync::Arc,
};

use complaint_codec::{Draft, Record, encode, event_type};
use complaint_domain::{
    Fact, LedgerEvent,
    access::{Access, AccessCircumstances, AccessCommand},
    actor::{Actor, ActorId},
    aggregate::{Aggregate, Occasion},
    import::Import,
    ledger::Evidence,
    rulebook::{HouseRules, RuleChange, RulebookCommand},
    sealed::Digest,
    staff::{Staff, StaffCircumstances, StaffCommand, TermLimits},
    subject::Subject,
    volume::{Volume, VolumeCommand},
};
use event_log::{AppendError, Clock, EventLog, ExpectedVersion, Position, StreamId, StreamVersion};
use futures::TryStreamExt;
use jiff::Timestamp;
use personal_vault::Entropy;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    error::{HandleError, InvalidRequest},
    ids::{
        named, record_id, rulebook_stream, staff_stream_of, subject_stream_of, volume_stream_of,
    },
    load::decoded,
    request::{check_account, check_time, public_digest_of},
    service::{ATTEMPTS_MAX, Appended, to_millisecond},
};

/// An aggregate whose commands bring nothing personal, and what its decisions take from elsewhere.
pub trait Unsealed: Aggregate {
    /// What is loaded from other streams before deciding.
    type Facts: Debug + Send + Sync;

    /// The one stream that the command can be for, where what it says settles that.
    fn home(_command: &Self::Command) -> Option<StreamId> {
        None
    }

    /// The same, where other streams settle it; that a command was carried out before may be one of the
    /// reasons. Besides the command: its id, and the stream that its caller named.
    fn home_by_others(
        _: Streams<'_>,
        command: &Self::Command,
        _: (Uuid, Option<&StreamId>),
    ) -> impl Future<Output = Result<Option<StreamId>, HandleError>> + Send {
        ready(Ok(Self::home(command)))
    }

    /// The accounts that the command names and that nothing else is asked about: a record would hold them as
    /// they are, for ever.
    fn accounts(_command: &Self::Command) -> Vec<&ActorId> {
        Vec::new()
    }

    /// Whether the command begins a stream; if none is named, the name of the new one follows from
    /// the command's id, so that a retry finds what the first try began.
    fn begins(_command: &Self::Command) -> bool {
        false
    }

    /// Loads what the decision needs of other streams.
    fn facts(
        streams: Streams<'_>,
        state: &Self,
        command: &Self::Command,
        occasion: &Occasion,
    ) -> impl Future<Output = Result<Self::Facts, HandleError>> + Send;

    /// The facts and the occasion, as `decide` wants them.
    fn circumstances<'a>(occasion: &'a Occasion, facts: &'a Self::Facts)
    -> Self::Circumstances<'a>;
}

/// Gives aggregates that decide by their own stream alone their [`Unsealed`].
macro_rules! decides_alone {
    ($($aggregate:ty),+ $(,)?) => {$(
        impl Unsealed for $aggregate {
            type Facts = ();

            async fn facts(
                _: Streams<'_>,
                _: &Self,
                _: &Self::Command,
                _: &Occasion,
            ) -> Result<(), HandleError> {
                Ok(())
            }

            fn circumstances<'a>(_: &'a Occasion, (): &'a ()) {}
        }
    )+};
}

decides_alone!(Import, Evidence);

impl Unsealed for Staff {
    type Facts = Option<TermLimits>;

    fn home(command: &StaffCommand) -> Option<StreamId> {
        let StaffCommand::Join(joining) = command else { return None };
        Some(staff_stream_of(&joining.account))
    }

    fn accounts(command: &StaffCommand) -> Vec<&ActorId> {
        if let StaffCommand::Join(joining) = command {
            vec![&joining.account]
        } else if let StaffCommand::StartAbsence(absence) = command {
            absence.deputy.iter().collect()
        } else {
            Vec::new()
        }
    }

    async fn facts(
        streams: Streams<'_>,
        _: &Self,
        command: &StaffCommand,
        occasion: &Occasion,
    ) -> Result<Option<TermLimits>, HandleError> {
        if !matches!(command, StaffCommand::StartTerm(_)) {
            return Ok(None);
        }
        let house: HouseRules = streams.load(&rulebook_stream()).await?;
        Ok(house.term_limits_on(occasion.day()))
    }

    fn circumstances<'a>(
        occasion: &'a Occasion,
        term_limits: &'a Option<TermLimits>,
    ) -> StaffCircumstances<'a> {
        StaffCircumstances { occasion, term_limits: *term_limits }
    }
}

impl Unsealed for HouseRules {
    type Facts = ();

    /// There is one.
    fn home(_: &RulebookCommand) -> Option<StreamId> {
        Some(rulebook_stream())
    }

    fn accounts(command: &RulebookCommand) -> Vec<&ActorId> {
        let RulebookCommand::Propose(proposal) = command else { return Vec::new() };
        let RuleChange::LimitPerson { account, .. } = &proposal.rule else { return Vec::new() };
        vec![account]
    }

    async fn facts(
        _: Streams<'_>,
        _: &Self,
        _: &RulebookCommand,
        _: &Occasion,
    ) -> Result<(), HandleError> {
        Ok(())
    }

    fn circumstances<'a>(occasion: &'a Occasion, (): &'a ()) -> &'a Occasion {
        occasion
    }
}

impl Unsealed for Access {
    type Facts = Subject;

    fn begins(_: &AccessCommand) -> bool {
        true
    }

    async fn facts(
        streams: Streams<'_>,
        _: &Self,
        command: &AccessCommand,
        _: &Occasion,
    ) -> Result<Subject, HandleError> {
        let AccessCommand::Record(disclosure) = command;
        streams.load(&subject_stream_of(&disclosure.complaint)).await
    }

    fn circumstances<'a>(occasion: &'a Occasion, subject: &'a Subject) -> AccessCircumstances<'a> {
        AccessCircumstances { occasion, subject }
    }
}

impl Unsealed for Volume {
    type Facts = ();

    fn home(command: &VolumeCommand) -> Option<StreamId> {
        let count = command.count();
        Some(volume_stream_of(count.unit, count.product.as_ref()))
    }

    async fn facts(
        _: Streams<'_>,
        _: &Self,
        _: &VolumeCommand,
        _: &Occasion,
    ) -> Result<(), HandleError> {
        Ok(())
    }

    fn circumstances<'a>(occasion: &'a Occasion, (): &'a ()) -> &'a Occasion {
        occasion
    }
}

/// The streams of a ledger, to be folded.
#[derive(Debug, Clone, Copy)]
pub struct Streams<'a> {
    log: &'a dyn EventLog,
    own: Option<&'a StreamId>,
}

impl<'a> Streams<'a> {
    /// The streams of a log.
    pub const fn of(log: &'a dyn EventLog) -> Self {
        Self { log, own: None }
    }

    /// The same, seen from the stream that a command is for.
    const fn seen_from(self, own: &'a StreamId) -> Self {
        Self { own: Some(own), ..self }
    }

    /// The stream that a command is for, while one is decided.
    pub(crate) const fn own(self) -> Option<&'a StreamId> {
        self.own
    }

    /// The log that holds them.
    pub(crate) const fn log(self) -> &'a dyn EventLog {
        self.log
    }

    /// One aggregate as it stands; as it stands before its first event, when its stream is not
    /// there.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: a log that does not answer, a record that cannot be read.
    pub async fn load<A: Aggregate>(self, stream: &StreamId) -> Result<A, HandleError> {
        Ok(self.fold::<A>(stream, None).await?.state)
    }

    /// Hands over each event of a stream, in order.
    pub(crate) async fn each(
        self,
        stream: &StreamId,
        mut see: impl FnMut(Fact<LedgerEvent>) + Send,
    ) -> Result<(), HandleError> {
        self.each_record(stream, |record| see(record.fact())).await
    }

    /// Hands over each record of a stream, in order.
    pub(crate) async fn each_record(
        self,
        stream: &StreamId,
        mut see: impl FnMut(Record) + Send,
    ) -> Result<(), HandleError> {
        let mut records = self.log.read_stream(stream, StreamVersion::default());
        while let Some(recorded) = records.try_next().await? {
            see(decoded(&recorded)?);
        }
        Ok(())
    }

    /// Whether a stream holds what a command caused.
    pub(crate) async fn holds_command(
        self,
        stream: &StreamId,
        command_id: Uuid,
    ) -> Result<bool, HandleError> {
        let mut is_held = false;
        self.each_record(stream, |record| is_held |= record.command_id == command_id).await?;
        Ok(is_held)
    }

    async fn fold<A: Aggregate>(
        self,
        stream: &StreamId,
        command_id: Option<Uuid>,
    ) -> Result<Loaded<A>, HandleError> {
        let mut records = self.log.read_stream(stream, StreamVersion::default());
        let mut loaded =
            Loaded { state: A::default(), next_version: StreamVersion::default(), seen: None };
        while let Some(recorded) = records.try_next().await? {
            let record = decoded(&recorded)?;
            loaded.next_version = StreamVersion(recorded.version.0.saturating_add(1));
            if Some(record.command_id) == command_id {
                let seen = loaded.seen.get_or_insert_with(|| Seen {
                    position: recorded.position,
                    digest: record.command_digest,
                    events: Vec::new(),
                });
                seen.events.push(record.event_type);
            }
            let fact = record.fact();
            let Some(event) = A::from_ledger(fact.event.clone()) else { continue };
            loaded.state = loaded.state.evolve(&fact.map(|_| event));
        }
        Ok(loaded)
    }
}

/// A command with everything around it.
#[derive(Debug, Clone)]
pub struct UnsealedRequest<C> {
    /// Chosen by the caller, new for each command and the same for each retry of it.
    pub command_id: Uuid,
    /// The stream it is for; may be left out where what the command says settles that.
    pub stream: Option<StreamId>,
    /// Who asks.
    pub actor: Actor,
    /// When it happened in the world; now, when left out.
    pub occurred_at: Option<Timestamp>,
    /// What is asked for.
    pub command: C,
}

/// Carries out commands that bring nothing personal.
#[derive(Debug)]
pub struct UnsealedService {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl UnsealedService {
    /// Puts a service together.
    pub fn new(log: Arc<dyn EventLog>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { log, clock, entropy }
    }

    /// The streams that it writes to.
    pub fn streams(&self) -> Streams<'_> {
        Streams::of(self.log.as_ref())
    }

    /// Carries out one command. Durable when it returns. The same command again changes nothing and
    /// gets the first answer.
    ///
    /// # Errors
    ///
    /// [`HandleError`], sorted by what the caller does next.
    pub async fn handle<A>(
        &self,
        request: &UnsealedRequest<A::Command>,
    ) -> Result<Appended, HandleError>
    where
        A: Unsealed,
        A::Command: Serialize,
        A::Rejection: Into<HandleError>,
    {
        let UnsealedRequest { command_id, actor, occurred_at, command, .. } = request;
        check_account(&actor.id)?;
        A::accounts(command).into_iter().try_for_each(check_account)?;
        check_time(*occurred_at)?;
        let named = (*command_id, request.stream.as_ref());
        let stream =
            stream_for::<A>(request, A::home_by_others(self.streams(), command, named).await?)?;
        let order = Order {
            stream: &stream,
            actor,
            command_id: *command_id,
            occurred_at: *occurred_at,
            digest: public_digest_of(&(A::STREAM_KIND, actor, occurred_at, command))?,
            command,
        };
        let writer = Writer {
            log: self.log.as_ref(),
            clock: self.clock.as_ref(),
            entropy: self.entropy.as_ref(),
        };
        writer.record::<A>(&order).await
    }
}

/// Checks that the command is for a stream of its kind, and for the one it speaks of.
fn stream_for<A: Unsealed>(
    request: &UnsealedRequest<A::Command>,
    home: Option<StreamId>,
) -> Result<StreamId, InvalidRequest> {
    let stream = match (home, request.stream.clone()) {
        (Some(expected), Some(found)) if expected != found => {
            return Err(InvalidRequest::AnotherStream { expected, found });
        }
        (Some(stream), _) | (None, Some(stream)) => stream,
        (None, None) if A::begins(&request.command) => named(A::STREAM_KIND, request.command_id),
        (None, None) => return Err(InvalidRequest::StreamMissing { kind: A::STREAM_KIND }),
    };
    let is_kind =
        stream.as_str().strip_prefix(A::STREAM_KIND).is_some_and(|rest| rest.starts_with('-'));
    if !is_kind {
        return Err(InvalidRequest::AnotherKind { kind: A::STREAM_KIND, found: stream });
    }
    Ok(stream)
}

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
    /// When it happened in the world; now, when left out.
    pub(crate) occurred_at: Option<Timestamp>,
    pub(crate) digest: Digest,
    pub(crate) command: &'a C,
}

/// A stream, folded.
#[derive(Debug)]
struct Loaded<A> {
    state: A,
    next_version: StreamVersion,
    /// What the same command caused before.
    seen: Option<Seen>,
}

/// What a command caused.
#[derive(Debug)]
struct Seen {
    position: Position,
    digest: Digest,
    events: Vec<&'static str>,
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
    ) -> Result<Appended, HandleError>
    where
        A: Unsealed,
        A::Rejection: Into<HandleError>,
    {
        let &Order { stream, actor, command_id, occurred_at, digest, command } = order;
        let streams = Streams::of(self.log).seen_from(stream);
        for _ in 0..ATTEMPTS_MAX {
            let Loaded { state, next_version, seen } =
                streams.fold::<A>(stream, Some(command_id)).await?;
            if let Some(Seen { position, digest: first, events }) = seen {
                return if first == digest {
                    Ok(Appended { stream: stream.clone(), position, events, repeated: true })
                } else {
                    Err(HandleError::CommandIdReused { command_id })
                };
            }
            let now = self.clock.now();
            let occasion = Occasion {
                actor: actor.clone(),
                occurred_at: to_millisecond(occurred_at.unwrap_or(now)),
                now,
            };
            let facts = A::facts(streams, &state, command, &occasion).await?;
            let events =
                state.decide(command, &A::circumstances(&occasion, &facts)).map_err(Into::into)?;
            let events: Vec<_> = events.into_iter().map(A::to_ledger).collect();
            let records = (next_version.0..).zip(&events).map(|(version, event)| {
                encode(&Draft {
                    id: record_id(now, self.entropy),
                    stream,
                    version: StreamVersion(version),
                    occurred_at: occasion.occurred_at,
                    actor,
                    command_id,
                    command_digest: digest,
                    correlation_id: command_id,
                    causation_id: None,
                    event,
                    sealed: &[],
                })
            });
            let records = records.collect::<Result<Vec<_>, _>>()?;
            let expected = match next_version.0.checked_sub(1) {
                None => ExpectedVersion::NoStream,
                Some(last) => ExpectedVersion::Exact(StreamVersion(last)),
            };
            match self.log.append(stream, expected, records).await {
                Ok(done) => {
                    return Ok(Appended {
                        stream: stream.clone(),
                        position: done.first_position,
                        events: events.iter().map(event_type).collect(),
                        repeated: false,
                    });
                }
                Err(AppendError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(HandleError::Contended { stream: stream.clone(), attempts: ATTEMPTS_MAX })
    }
}

//! The way from request to answer.

use std::sync::Arc;

use complaint_codec::{Draft, encode};
use complaint_domain::{
    Fact, LedgerEvent,
    actor::Actor,
    complaint::{
        Circumstances, Complaint, ComplaintCommand, ComplaintEvent, ComplaintRules, People,
        ReviewFacts, Source, concerned, decide, evolve,
    },
    import::{Import, ImportCommand, ImportSummary},
    review::Review,
    sealed::{Digest, Hex, PersonalField, SealedField},
    subject::Subject,
};
use event_log::{
    AppendError, Clock, EventLog, ExpectedVersion, NewRecord, Position, StreamId, StreamVersion,
};
use futures::TryStreamExt as _;
use jiff::Timestamp;
use personal_vault::{Entropy, OpenError, PlainField, SealedRef, Sealing, Vault};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    docket::{escalation_of, has_another_review, is_under_review},
    error::{HandleError, InvalidRequest},
    house::House,
    ids::{import_stream_of, record_id, staff_stream_of, subject_stream_of},
    load::{Loaded, Seen, load},
    recent::Recent,
    request::{CommandRequest, PersonalText, digest_of},
    unsealed::{Order, Streams, Writer},
};

/// How often a command is decided before its caller is told that the stream keeps changing.
pub(crate) const ATTEMPTS_MAX: u32 = 4;
/// The most commands that may share one append.
const COMMANDS_MAX: usize = 64;

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The stream it was for.
    pub stream: StreamId,
    /// The position of its first record.
    pub first_position: Position,
    /// The version that the next record of the stream will get.
    pub next_version: StreamVersion,
    /// What happened.
    pub events: Vec<ComplaintEvent>,
    /// Whether this is the answer to an earlier try of the same command.
    pub repeated: bool,
}

/// Carries commands out: the one writer of complaint streams.
#[derive(Debug)]
pub struct ComplaintService {
    log: Arc<dyn EventLog>,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    house: House,
    recent: Recent,
}

impl ComplaintService {
    /// Puts a service together. The rules given hold where the ledger's rulebook says nothing.
    pub fn new(
        log: Arc<dyn EventLog>,
        vault: Arc<Vault>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        rules: ComplaintRules,
    ) -> Self {
        Self { log, vault, clock, entropy, house: House::new(rules), recent: Recent::default() }
    }

    /// The log that it appends to.
    pub(crate) fn log(&self) -> &dyn EventLog {
        self.log.as_ref()
    }

    /// The rules that it decides by what happened then.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: a log that does not answer, a rulebook that cannot be applied.
    pub async fn rules_at(&self, at: Timestamp) -> Result<Arc<ComplaintRules>, HandleError> {
        self.house.rules_at(self.log.as_ref(), at).await
    }

    /// The time now, by its own clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Carries out one command. Durable when it returns.
    ///
    /// # Errors
    ///
    /// [`HandleError`], sorted by what the caller does next.
    pub async fn handle(&self, request: CommandRequest) -> Result<Answered, HandleError> {
        let stream = request.check()?;
        let mut answers = self.carry_out(&stream, &[request]).await?;
        answers
            .pop()
            .ok_or(HandleError::Invalid(InvalidRequest::Count { limit: COMMANDS_MAX, found: 0 }))
    }

    /// Carries out several commands to one complaint, each seeing what the earlier ones did, with
    /// one append: all or none.
    ///
    /// # Errors
    ///
    /// [`HandleError`] of the first command that is refused; then none is carried out.
    pub async fn handle_all(
        &self,
        stream: &StreamId,
        requests: Vec<CommandRequest>,
    ) -> Result<Vec<Answered>, HandleError> {
        if requests.is_empty() || requests.len() > COMMANDS_MAX {
            let found = requests.len();
            return Err(InvalidRequest::Count { limit: COMMANDS_MAX, found }.into());
        }
        for request in &requests {
            let found = request.check()?;
            if found != *stream {
                return Err(InvalidRequest::Stream { expected: stream.clone(), found }.into());
            }
        }
        self.carry_out(stream, &requests).await
    }

    /// Carries out requests that were checked.
    #[tracing::instrument(level = "debug", skip_all, fields(stream = %stream, commands = requests.len()), err(level = "debug"))]
    async fn carry_out(
        &self,
        stream: &StreamId,
        requests: &[CommandRequest],
    ) -> Result<Vec<Answered>, HandleError> {
        for _ in 0..ATTEMPTS_MAX {
            let (loaded, is_fresh) = match self.recent.take(stream) {
                Some(loaded) => (loaded, false),
                None => (load(self.log.as_ref(), stream).await?, true),
            };
            let expected = loaded.expected_version();
            let mut batch = Batch::new(self, stream, loaded);
            match batch.decide_all(requests).await {
                Ok(()) => {}
                // Another writer may have moved the stream on since: refuse only by what is true.
                Err(_) if !is_fresh => continue,
                Err(error) => return Err(error),
            }
            let Batch { mut loaded, answers, sealings, records, .. } = batch;
            if records.is_empty() {
                self.recent.keep(stream.clone(), loaded);
                return Ok(answers);
            }
            // The vault first: a record must never refer to a blob that a power cut took away.
            // A crash between the two leaves a blob that nothing refers to, which is harmless.
            self.vault.store_all(&sealings.iter().collect::<Vec<_>>()).await?;
            match self.log.append(stream, expected, records).await {
                Ok(appended) => {
                    let answers = placed(answers, expected, appended.first_position);
                    loaded.place(requests, &answers);
                    self.recent.keep(stream.clone(), loaded);
                    return Ok(answers);
                }
                Err(AppendError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(HandleError::Contended { stream: stream.clone(), attempts: ATTEMPTS_MAX })
    }

    /// Records that a file was taken in. Recording the same import again changes nothing.
    ///
    /// # Errors
    ///
    /// [`HandleError`], sorted by what the caller does next.
    pub async fn record_import(
        &self,
        summary: ImportSummary,
        command_id: Uuid,
        actor: &Actor,
    ) -> Result<Appended, HandleError> {
        let stream = import_stream_of(command_id);
        let digest = digest_of(&("record-import", actor, &summary));
        let writer = Writer {
            log: self.log.as_ref(),
            clock: self.clock.as_ref(),
            entropy: self.entropy.as_ref(),
        };
        let command = &ImportCommand::Complete(summary);
        let order =
            Order { stream: &stream, actor, command_id, occurred_at: None, digest, command };
        writer.record::<Import>(&order).await
    }
}

/// Where the records of a command that brings nothing personal stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Their stream.
    pub stream: StreamId,
    /// The position of the first.
    pub position: Position,
    /// The stored names of what happened.
    pub events: Vec<&'static str>,
    /// Whether it stood there before.
    pub repeated: bool,
}

/// The new answers carry versions; now that the append is durable, their positions are known.
fn placed(answers: Vec<Answered>, expected: ExpectedVersion, first: Position) -> Vec<Answered> {
    let first_version = match expected {
        ExpectedVersion::NoStream => 0,
        ExpectedVersion::Exact(last) => last.0.saturating_add(1),
    };
    let place = |mut answer: Answered| {
        if !answer.repeated {
            let events = u64::try_from(answer.events.len()).unwrap_or_default();
            let version = answer.next_version.0.saturating_sub(events);
            let ahead = version.saturating_sub(first_version);
            answer.first_position = Position(first.0.saturating_add(ahead));
        }
        answer
    };
    answers.into_iter().map(place).collect()
}

/// The commands of one append, decided one after the other. Nothing is written here.
struct Batch<'a> {
    service: &'a ComplaintService,
    stream: &'a StreamId,
    loaded: Loaded,
    answers: Vec<Answered>,
    sealings: Vec<Sealing>,
    records: Vec<NewRecord>,
}

impl<'a> Batch<'a> {
    fn new(service: &'a ComplaintService, stream: &'a StreamId, loaded: Loaded) -> Self {
        let (answers, sealings, records) = (Vec::new(), Vec::new(), Vec::new());
        Self { service, stream, loaded, answers, sealings, records }
    }

    async fn decide_all(&mut self, requests: &[CommandRequest]) -> Result<(), HandleError> {
        for request in requests {
            self.decide(request).await?;
        }
        Ok(())
    }

    async fn decide(&mut self, request: &CommandRequest) -> Result<(), HandleError> {
        let digest = request.digest()?;
        if let Some(seen) = self.loaded.seen.get(&request.command_id) {
            let answer = self.repeat(request, digest, seen).await?;
            self.answers.push(answer);
            return Ok(());
        }
        let now = self.service.clock.now();
        let occurred_at = request.occurred_at.unwrap_or(now);
        let log = self.service.log.as_ref();
        let rules = self.service.house.rules_to_decide(log, (occurred_at, now)).await?;
        let people = self.people(request).await?;
        let review = self.review(request).await?;
        let circumstances = Circumstances {
            actor: request.actor.clone(),
            occurred_at,
            now,
            personal: request.fields(),
            rules: &rules,
            complaint: self.stream.as_str().parse().ok(),
            people,
            review,
            is_under_review: self.is_under_review(request).await?,
            is_taken_up: self.is_taken_up(request).await?,
            is_other_unknown: self.is_other_unknown(request).await?,
        };
        let events = decide(&self.loaded.state, &request.command, &circumstances)
            .map_err(HandleError::Refused)?;
        self.may_still_be_sealed(request).await?;
        let sealed = self.seal(request)?;
        self.record(request, digest, &circumstances, events, sealed)
    }

    /// Those whom the command concerns, as they stand now.
    async fn people(&self, request: &CommandRequest) -> Result<People, HandleError> {
        let streams = Streams::of(self.service.log.as_ref());
        let mut people = People::default();
        for account in concerned(&self.loaded.state, &request.command, &request.actor) {
            let staff = streams.load(&staff_stream_of(account)).await?;
            people = people.with(account.clone(), staff);
        }
        Ok(people)
    }

    /// The review that the command speaks of, as it stands now.
    async fn review(&self, request: &CommandRequest) -> Result<Option<ReviewFacts>, HandleError> {
        let review = if let ComplaintCommand::NoteReview(reference) = &request.command {
            Some(&reference.review)
        } else if let ComplaintCommand::IssueResponse(response) = &request.command
            && let Complaint::Received(case) = &self.loaded.state
        {
            case.recommended_by(response.outcome)
        } else if let (ComplaintCommand::Close(_), Complaint::Received(case)) =
            (&request.command, &self.loaded.state)
        {
            case.closed_against()
        } else {
            None
        };
        let Some(Ok(stream)) = review.map(|review| review.as_str().parse()) else {
            return Ok(None);
        };
        let streams = Streams::of(self.service.log.as_ref());
        let Review::Opened(docket) = streams.load(&stream).await? else { return Ok(None) };
        let (complaint, conclusion) = (docket.complaint().clone(), docket.conclusion());
        let escalation = escalation_of(streams, self.stream, &stream).await?;
        let reply = docket.reply();
        Ok(Some(ReviewFacts { complaint, conclusion, escalation, reply }))
    }

    /// Whether the committee still looks at it, whatever it was answered since. Asked of what would end the complaint or
    /// what is looked at.
    async fn is_under_review(&self, request: &CommandRequest) -> Result<bool, HandleError> {
        use ComplaintCommand as C;
        let Complaint::Received(case) = &self.loaded.state else { return Ok(false) };
        let ends = matches!(
            request.command,
            C::Close(_) | C::Withdraw(_) | C::Transfer(_) | C::Correct(_) | C::RecordAnswer(_)
        );
        if !ends {
            return Ok(false);
        }
        is_under_review(Streams::of(self.service.log.as_ref()), self.stream, case).await
    }

    /// Whether a review has taken up what the command would take back.
    async fn is_taken_up(&self, request: &CommandRequest) -> Result<bool, HandleError> {
        let ComplaintCommand::WithdrawEscalation(_) = &request.command else { return Ok(false) };
        let Ok(complaint) = self.stream.as_str().parse() else { return Ok(false) };
        has_another_review(Streams::of(self.service.log.as_ref()), &complaint).await
    }

    /// Whether the command speaks of another complaint that never came in. What comes in stays, so that this cannot
    /// be overtaken but by a receipt.
    async fn is_other_unknown(&self, request: &CommandRequest) -> Result<bool, HandleError> {
        let ComplaintCommand::LinkDuplicate(link) = &request.command else { return Ok(false) };
        let Ok(other) = link.of.as_str().parse() else { return Ok(true) };
        let mut records = self.service.log.read_stream(&other, StreamVersion::default());
        Ok(records.try_next().await?.is_none())
    }

    /// Nothing is added to data that is being erased: it would outlive the order.
    async fn may_still_be_sealed(&self, request: &CommandRequest) -> Result<(), HandleError> {
        if request.personal.is_empty() || self.loaded.subject_key.is_none() {
            return Ok(());
        }
        let Ok(complaint) = self.stream.as_str().parse() else { return Ok(()) };
        let log = self.service.log.as_ref();
        let stream = subject_stream_of(&complaint);
        // Of most nothing was ever asked.
        if log.next_version(&stream).await? == StreamVersion::default() {
            return Ok(());
        }
        let subject: Subject = Streams::of(log).load(&stream).await?;
        if subject.is_going() {
            return Err(HandleError::PersonalDataErased { stream: self.stream.clone() });
        }
        Ok(())
    }

    /// Seals the personal fields in memory, under the key the complaint has or a new one.
    fn seal(&mut self, request: &CommandRequest) -> Result<Vec<SealedField>, HandleError> {
        let nonce = needs_nonce(request).then(|| drawn_nonce(self.service.entropy.as_ref()));
        let personal: Vec<_> = request.personal.iter().chain(&nonce).collect();
        if personal.is_empty() {
            return Ok(Vec::new());
        }
        let fields: Vec<_> =
            personal.iter().map(|p| PlainField { group: p.field.group(), text: &p.text }).collect();
        let stream = self.stream.as_str().as_bytes();
        let sealing = self.service.vault.seal(stream, self.loaded.subject_key, &fields)?;
        let named = personal.iter().map(|p| p.field);
        let sealed: Vec<_> =
            named.zip(&sealing.refs).map(|(field, sealed)| reference(field, sealed)).collect();
        if self.loaded.subject_key.is_none() {
            self.loaded.subject_key = sealing.subject_key();
        }
        self.sealings.push(sealing);
        Ok(sealed)
    }

    /// Turns events into records and folds them, so that the next command sees them.
    fn record(
        &mut self,
        request: &CommandRequest,
        digest: Digest,
        circumstances: &Circumstances<'_>,
        events: Vec<ComplaintEvent>,
        sealed: Vec<SealedField>,
    ) -> Result<(), HandleError> {
        let occurred_at = to_millisecond(circumstances.occurred_at);
        // The sealed fields of a command belong to the record of its first event.
        let mut sealed_of_next = sealed.as_slice();
        let mut happened = Vec::with_capacity(events.len());
        for event in events {
            let event = LedgerEvent::Complaint(event);
            let record = encode(&Draft {
                id: record_id(circumstances.now, self.service.entropy.as_ref()),
                stream: self.stream,
                version: self.loaded.next_version,
                occurred_at,
                actor: &request.actor,
                command_id: request.command_id,
                command_digest: digest,
                correlation_id: request.correlation_id.unwrap_or(request.command_id),
                causation_id: request.causation_id,
                event: &event,
                sealed: std::mem::take(&mut sealed_of_next),
            })?;
            self.records.push(record);
            self.loaded.next_version = StreamVersion(self.loaded.next_version.0.saturating_add(1));
            let LedgerEvent::Complaint(event) = event else { continue };
            let actor = request.actor.clone();
            let fact = Fact { event, actor, occurred_at, recorded_at: circumstances.now };
            self.loaded.state = evolve(std::mem::take(&mut self.loaded.state), &fact);
            happened.push(fact.event);
        }
        let next_version = self.loaded.next_version;
        let first_position = Position::default();
        self.loaded.seen.insert(
            request.command_id,
            Seen { digest, first_position, next_version, events: happened.clone(), sealed },
        );
        self.answers.push(Answered {
            stream: self.stream.clone(),
            first_position,
            next_version,
            events: happened,
            repeated: false,
        });
        Ok(())
    }

    /// The text of a sealed field; nothing when it was erased. Reads the disk, so off this thread.
    async fn opened(
        &self,
        sealed: &SealedField,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, HandleError> {
        let vault = Arc::clone(&self.service.vault);
        let stream = self.stream.clone();
        let reference = sealed_ref(sealed);
        let open = move || vault.open_field(stream.as_str().as_bytes(), &reference);
        match tokio::task::spawn_blocking(open).await {
            Ok(Ok(text)) => Ok(Some(text)),
            Ok(Err(OpenError::MissingBlob { .. } | OpenError::MissingKey { .. })) => Ok(None),
            Ok(Err(error)) => Err(HandleError::Open(error)),
            Err(stopped) => Err(HandleError::Open(OpenError::Unavailable(stopped.into()))),
        }
    }

    /// The first answer again, if the command is the same; texts are compared by opening them.
    async fn repeat(
        &self,
        request: &CommandRequest,
        digest: Digest,
        seen: &Seen,
    ) -> Result<Answered, HandleError> {
        let reused = || HandleError::CommandIdReused { command_id: request.command_id };
        if digest != seen.digest {
            return Err(reused());
        }
        for personal in &request.personal {
            let sealed =
                seen.sealed.iter().find(|s| s.field == personal.field).ok_or_else(reused)?;
            if self.opened(sealed).await?.is_some_and(|text| *text != *personal.text) {
                return Err(reused());
            }
        }
        Ok(Answered {
            stream: self.stream.clone(),
            first_position: seen.first_position,
            next_version: seen.next_version,
            events: seen.events.clone(),
            repeated: true,
        })
    }
}

/// Whether a complaint is registered by or for somebody who will get a receipt, and nobody chose a
/// nonce for it. Of what another body published there is nobody to give a receipt to.
fn needs_nonce(request: &CommandRequest) -> bool {
    let ComplaintCommand::Register(receipt) = &request.command else { return false };
    matches!(receipt.source, Source::Direct)
        && !request.fields().contains(&PersonalField::ReceiptNonce)
}

/// A nonce drawn for a complainant who chose none: 32 hexadecimal digits. Not part of the command's
/// digest, so that a retry, for which another would be drawn, is the same command still.
fn drawn_nonce(entropy: &dyn Entropy) -> PersonalText {
    let mut random = [0; 16];
    entropy.fill(&mut random);
    PersonalText::new(PersonalField::ReceiptNonce, Hex(random).to_string())
}

/// Keeps what the record will say: times are stored to the millisecond.
pub(crate) fn to_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn reference(field: PersonalField, sealed: &SealedRef) -> SealedField {
    SealedField {
        field,
        subject: Hex(sealed.subject),
        key: Hex(sealed.key),
        vault: Hex(sealed.vault),
        commitment: Hex(sealed.commitment),
        digest: Hex(sealed.digest),
    }
}

/// What the vault needs to find and check a sealed field.
pub(crate) fn sealed_ref(sealed: &SealedField) -> SealedRef {
    SealedRef {
        group: sealed.field.group(),
        subject: sealed.subject.0,
        key: sealed.key.0,
        vault: sealed.vault.0,
        commitment: sealed.commitment.0,
        digest: sealed.digest.0,
    }
}

//! A command is carried out once, or not at all.

mod clock_process;
mod erasure;
mod escalation_process;
mod links;
mod people;
mod reviews;
mod rulebook;

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use complaint_codec::decode;
use complaint_domain::{
    actor::{Actor, ActorId, Role},
    complaint::{
        Acknowledgement, Assignment, Channel, CloseReason, Closure, ComplaintCommand,
        ComplaintEvent, ComplaintRules, Receipt, Source,
    },
    import::ImportSummary,
    ledger::{EvidenceCommand, IndexCommitment},
    sealed::{Hex, PersonalField},
};
use event_log::{
    AppendError, Appended, Clock, EventLog, ExpectedVersion, Head, NewRecord, Position,
    RecordStream, StreamId, StreamVersion, memory::MemoryLog,
};
use futures::TryStreamExt as _;
use jiff::Timestamp;
use personal_vault::{SealedRef, SystemEntropy, Vault, VaultPaths};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    CommandRequest, ComplaintService, EvidenceService, HandleError, PersonalText, ledger_stream_of,
    stream_of,
};

#[derive(Debug)]
struct FixedClock(Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(FixedClock("2026-03-01T10:00:00Z".parse().unwrap()))
}

fn vault(dir: &Path) -> Arc<Vault> {
    let paths = VaultPaths {
        vault: dir.join("vault"),
        keys: dir.join("keys"),
        kek: dir.join("outside").join("kek"),
    };
    Arc::new(Vault::create(&paths, [1; 32], Arc::new(SystemEntropy)).unwrap())
}

struct Bench {
    _dir: tempfile::TempDir,
    log: Arc<MemoryLog>,
    vault: Arc<Vault>,
    service: Arc<ComplaintService>,
}

fn service_over(log: Arc<dyn EventLog>, vault: Arc<Vault>) -> ComplaintService {
    ComplaintService::new(log, vault, clock(), Arc::new(SystemEntropy), ComplaintRules::default())
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(MemoryLog::new(clock()));
    let vault = vault(dir.path());
    let service = Arc::new(service_over(Arc::clone(&log) as _, Arc::clone(&vault)));
    Bench { _dir: dir, log, vault, service }
}

fn agent() -> Actor {
    Actor { id: ActorId("agent-1".parse().unwrap()), role: Role::Agent }
}

fn request(id: u128, stream: Option<StreamId>, command: ComplaintCommand) -> CommandRequest {
    CommandRequest {
        command_id: Uuid::from_u128(id),
        stream,
        actor: agent(),
        occurred_at: None,
        correlation_id: None,
        causation_id: None,
        command,
        personal: Vec::new(),
    }
}

fn register(id: u128) -> CommandRequest {
    let receipt = Receipt {
        channel: Channel::Phone,
        source: Source::Direct,
        matter: None,
        respondent: None,
        region: None,
        language: None,
        tags: Vec::new(),
        remedies_requested: Vec::new(),
    };
    let mut request = request(id, None, ComplaintCommand::Register(receipt));
    request
        .personal
        .push(PersonalText::new(PersonalField::Narrative, "My card was charged twice."));
    request.personal.push(PersonalText::new(PersonalField::ComplainantName, "A. Example"));
    request
}

fn imported(id: u128) -> CommandRequest {
    let mut request = register(id);
    if let ComplaintCommand::Register(receipt) = &mut request.command {
        receipt.source =
            Source::Imported { scheme: "cfpb".parse().unwrap(), reference: "1".parse().unwrap() };
    }
    request
}

fn acknowledge(id: u128, complaint: u128) -> CommandRequest {
    let command = ComplaintCommand::Acknowledge(Acknowledgement { channel: Channel::Email });
    request(id, Some(stream_of(Uuid::from_u128(complaint))), command)
}

#[tokio::test]
async fn a_registration_makes_the_stream_that_follows_from_its_command_id() {
    let bench = bench();
    let answer = bench.service.handle(register(7)).await.unwrap();
    assert_eq!(answer.stream.as_str(), "complaint-00000000000000000000000007");
    assert_eq!(answer.first_position, Position(0));
    assert!(matches!(answer.events.as_slice(), [ComplaintEvent::Received(_)]));
    assert!(!answer.repeated);
}

#[tokio::test]
async fn the_same_command_again_gets_the_first_answer_again() {
    let bench = bench();
    bench.service.handle(register(7)).await.unwrap();
    let first = bench.service.handle(acknowledge(8, 7)).await.unwrap();
    bench.service.handle(register(9)).await.unwrap();
    let again = bench.service.handle(acknowledge(8, 7)).await.unwrap();
    assert!(again.repeated);
    assert_eq!((again.first_position, &again.events), (first.first_position, &first.events));
    assert_eq!(bench.log.head().next_position, Position(3), "nothing was added");
}

#[tokio::test]
async fn a_command_id_used_for_another_command_is_refused() {
    let bench = bench();
    bench.service.handle(register(7)).await.unwrap();
    bench.service.handle(acknowledge(8, 7)).await.unwrap();
    let mut other = acknowledge(8, 7);
    other.command = ComplaintCommand::Acknowledge(Acknowledgement { channel: Channel::Letter });
    let refused = bench.service.handle(other).await;
    assert!(matches!(refused, Err(HandleError::CommandIdReused { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_command_id_used_with_another_personal_text_is_refused() {
    let bench = bench();
    bench.service.handle(register(7)).await.unwrap();
    let mut other = register(7);
    other.personal[1] = PersonalText::new(PersonalField::ComplainantName, "B. Example");
    let refused = bench.service.handle(other).await;
    assert!(matches!(refused, Err(HandleError::CommandIdReused { .. })), "{refused:?}");
    assert!(
        bench.service.handle(register(7)).await.unwrap().repeated,
        "the true retry still works"
    );
}

#[tokio::test]
async fn a_digest_in_a_record_does_not_depend_on_a_personal_text() {
    let mut other = register(7);
    other.personal[0] = PersonalText::new(PersonalField::Narrative, "Something else entirely.");
    let digest = |request: CommandRequest| request.digest().unwrap();
    assert_eq!(digest(register(7)), digest(other.clone()));
    other.personal.pop();
    assert_ne!(digest(register(7)), digest(other), "which fields there are is part of it");
}

#[tokio::test]
async fn a_refused_command_writes_nothing_anywhere() {
    let bench = bench();
    bench.service.handle(register(7)).await.unwrap();
    let before = bench.vault.status().unwrap();
    let command = ComplaintCommand::Close(Closure { reason: CloseReason::Accepted });
    let mut close = request(8, Some(stream_of(Uuid::from_u128(7))), command);
    close.personal.push(PersonalText::new(PersonalField::Note, "I want this gone."));
    let refused = bench.service.handle(close).await;
    assert!(matches!(refused, Err(HandleError::Refused(_))), "{refused:?}");
    assert_eq!(bench.log.head().next_position, Position(1));
    assert_eq!(bench.vault.status().unwrap(), before);
}

#[tokio::test]
async fn several_commands_are_all_carried_out_or_none() {
    let bench = bench();
    let stream = stream_of(Uuid::from_u128(7));
    let handler = ActorId("agent-2".parse().unwrap());
    let assign = |id| {
        let command = ComplaintCommand::Assign(Assignment { handler: handler.clone() });
        let mut request = request(id, Some(stream.clone()), command);
        request.actor.role = Role::Supervisor;
        request
    };
    let twice = vec![register(7), assign(8), assign(9)];
    let refused = bench.service.handle_all(&stream, twice).await;
    assert!(matches!(refused, Err(HandleError::Refused(_))), "{refused:?}");
    assert_eq!(bench.log.head().next_position, Position(0));

    let once = vec![register(7), acknowledge(10, 7), assign(8)];
    let answers = bench.service.handle_all(&stream, once.clone()).await.unwrap();
    let positions: Vec<_> = answers.iter().map(|answer| answer.first_position.0).collect();
    assert_eq!(positions, [0, 1, 2]);
    let again = bench.service.handle_all(&stream, once).await.unwrap();
    assert!(again.iter().all(|answer| answer.repeated));
    assert_eq!(bench.log.head().next_position, Position(3));
}

#[tokio::test]
async fn two_tries_of_one_command_at_once_add_it_once() {
    let bench = bench();
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let service = Arc::clone(&bench.service);
        tries.spawn(async move { service.handle(register(7)).await.unwrap() });
    }
    let answers = tries.join_all().await;
    assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
    assert_eq!(bench.log.head().next_position, Position(1));
}

#[tokio::test]
async fn fields_sealed_later_lie_under_the_key_of_the_complaint() {
    let bench = bench();
    bench.service.handle(register(7)).await.unwrap();
    let mut second = acknowledge(8, 7);
    second.personal.push(PersonalText::new(PersonalField::Message, "Thank you for writing."));
    bench.service.handle(second).await.unwrap();
    let loaded =
        crate::load::load(bench.log.as_ref(), &stream_of(Uuid::from_u128(7))).await.unwrap();
    let keys: std::collections::BTreeSet<_> =
        loaded.seen.values().flat_map(|seen| &seen.sealed).map(|s| (s.subject, s.key)).collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(bench.vault.status().unwrap().keys, 1);
}

#[tokio::test]
async fn a_service_that_remembers_a_stream_notices_that_another_writer_moved_it_on() {
    let bench = bench();
    let other = service_over(Arc::clone(&bench.log) as _, Arc::clone(&bench.vault));
    bench.service.handle(register(7)).await.unwrap();
    // Remembered here: received and nothing more. True: acknowledged by the other.
    let theirs = other.handle(acknowledge(8, 7)).await.unwrap();
    let refused = bench.service.handle(acknowledge(9, 7)).await;
    assert!(matches!(refused, Err(HandleError::Refused(_))), "by the truth: {refused:?}");
    let again = bench.service.handle(acknowledge(8, 7)).await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.first_position, theirs.first_position);
    // And the other way round: the answer that is remembered is the one that was given.
    let remembered = other.handle(acknowledge(8, 7)).await.unwrap();
    assert_eq!(remembered.first_position, theirs.first_position);
}

#[tokio::test]
async fn an_import_is_recorded_once() {
    let bench = bench();
    let summary = ImportSummary {
        scheme: "cfpb".parse().unwrap(),
        file_digest: Hex([9; 32]),
        rows: 3,
        imported: 2,
        rejected: 1,
    };
    let id = Uuid::from_u128(5);
    let first = bench.service.record_import(summary.clone(), id, &agent()).await.unwrap();
    let again = bench.service.record_import(summary.clone(), id, &agent()).await.unwrap();
    assert!(!first.repeated && again.repeated);
    assert_eq!(first.position, again.position);
    let other = ImportSummary { rows: 4, imported: 3, ..summary };
    let refused = bench.service.record_import(other, id, &agent()).await;
    assert!(matches!(refused, Err(HandleError::CommandIdReused { .. })), "{refused:?}");
}

fn index_commitment(size: u64) -> EvidenceCommand {
    EvidenceCommand::CommitIndex(IndexCommitment {
        size,
        root: Hex([7; 32]),
        entries: 1,
        definition: 1,
    })
}

#[tokio::test]
async fn evidence_is_recorded_once_in_the_stream_of_the_ledger() {
    let log = Arc::new(MemoryLog::new(clock()));
    let entropy = Arc::new(SystemEntropy);
    let evidence =
        EvidenceService::new(Arc::clone(&log) as _, clock(), entropy, "ledger.example/a");
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let noted = evidence.record(&index_commitment(5), first).await.unwrap();
    let again = evidence.record(&index_commitment(5), first).await.unwrap();
    assert!(!noted.repeated && again.repeated);
    assert_eq!(noted.position, again.position);
    let reused = evidence.record(&index_commitment(6), first).await;
    assert!(matches!(reused, Err(HandleError::CommandIdReused { .. })), "{reused:?}");
    let stale = evidence.record(&index_commitment(5), second).await;
    assert!(
        matches!(stale, Err(HandleError::AggregateRefused { code: "nothing-new-committed", .. })),
        "{stale:?}"
    );
    evidence.record(&index_commitment(6), second).await.unwrap();

    let stream = ledger_stream_of("ledger.example/a");
    assert_ne!(stream, ledger_stream_of("ledger.example/b"));
    let records: Vec<_> =
        log.read_stream(&stream, StreamVersion::default()).try_collect().await.unwrap();
    let types: Vec<_> =
        records.iter().map(|record| decode(&record.bytes).unwrap().event_type).collect();
    assert_eq!(types, ["ledger.index-committed.v1"; 2]);
}

/// A log that does something of its own before each append.
struct Before<F> {
    log: Arc<MemoryLog>,
    appends: AtomicU64,
    first: F,
}

impl<F> std::fmt::Debug for Before<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Before")
    }
}

#[async_trait]
impl<F> EventLog for Before<F>
where
    F: Fn(&StreamId, ExpectedVersion, &[NewRecord]) -> Result<(), AppendError> + Send + Sync,
{
    async fn append(
        &self,
        stream: &StreamId,
        expected: ExpectedVersion,
        records: Vec<NewRecord>,
    ) -> Result<Appended, AppendError> {
        self.appends.fetch_add(1, Ordering::Relaxed);
        (self.first)(stream, expected, &records)?;
        self.log.append(stream, expected, records).await
    }

    fn read_stream(&self, stream: &StreamId, from: StreamVersion) -> RecordStream {
        self.log.read_stream(stream, from)
    }

    fn read_all(&self, from: Position, limit: u64) -> RecordStream {
        self.log.read_all(from, limit)
    }

    fn watch_head(&self) -> watch::Receiver<Head> {
        self.log.watch_head()
    }
}

#[tokio::test]
async fn a_stream_that_keeps_changing_is_tried_four_times_and_then_said() {
    let bench = bench();
    let log = Arc::new(Before {
        log: Arc::clone(&bench.log),
        appends: AtomicU64::new(0),
        first: |stream: &StreamId, expected, _: &[NewRecord]| {
            Err(AppendError::Conflict { stream: stream.clone(), expected, actual: None })
        },
    });
    let service = service_over(Arc::clone(&log) as _, Arc::clone(&bench.vault));
    let gave_up = service.handle(register(7)).await;
    assert!(matches!(gave_up, Err(HandleError::Contended { attempts: 4, .. })), "{gave_up:?}");
    assert_eq!(log.appends.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn sealed_fields_can_be_opened_before_the_record_that_refers_to_them_is_appended() {
    let bench = bench();
    let opened = Arc::new(Mutex::new(0));
    let (count, vault) = (Arc::clone(&opened), Arc::clone(&bench.vault));
    let log = Before {
        log: Arc::clone(&bench.log),
        appends: AtomicU64::new(0),
        first: move |stream: &StreamId, _, records: &[NewRecord]| {
            for record in records {
                let bytes = record.clone().stamp(Timestamp::UNIX_EPOCH);
                for sealed in decode(&bytes).unwrap().sealed {
                    let reference = SealedRef {
                        group: sealed.field.group(),
                        subject: sealed.subject.0,
                        key: sealed.key.0,
                        vault: sealed.vault.0,
                        commitment: sealed.commitment.0,
                        digest: sealed.digest.0,
                    };
                    vault.open_field(stream.as_str().as_bytes(), &reference).unwrap();
                    *count.lock().unwrap() += 1;
                }
            }
            Ok(())
        },
    };
    let service = service_over(Arc::new(log), Arc::clone(&bench.vault));
    service.handle(register(7)).await.unwrap();
    // Narrative and name, and the nonce that was drawn.
    assert_eq!(*opened.lock().unwrap(), 3);
}

#[tokio::test]
async fn a_request_that_does_not_hold_together_is_refused_before_anything_else() {
    use crate::error::InvalidRequest as I;
    let bench = bench();
    let invalid = |request| {
        let service = Arc::clone(&bench.service);
        async move {
            match service.handle(request).await {
                Err(HandleError::Invalid(invalid)) => invalid,
                other => panic!("expected an invalid request, found {other:?}"),
            }
        }
    };
    let mut twice = register(7);
    twice.personal.push(PersonalText::new(PersonalField::Narrative, "again"));
    assert_eq!(invalid(twice).await, I::FieldTwice { field: PersonalField::Narrative });
    let mut blank = register(7);
    blank.personal[0] = PersonalText::new(PersonalField::Narrative, " \n ");
    assert_eq!(invalid(blank).await, I::FieldBlank { field: PersonalField::Narrative });
    let mut elsewhere = register(7);
    elsewhere.stream = Some(stream_of(Uuid::from_u128(8)));
    assert!(matches!(invalid(elsewhere).await, I::Stream { .. }));
    let mut nowhere = acknowledge(8, 7);
    nowhere.stream = None;
    assert_eq!(invalid(nowhere).await, I::NoStream);
    let mut not_ours = acknowledge(8, 7);
    not_ours.stream = Some("import-1".parse().unwrap());
    assert!(matches!(invalid(not_ours).await, I::NotAComplaint { .. }));
}

#[tokio::test]
async fn what_goes_into_the_log_in_clear_holds_no_address_and_no_name_of_a_person_as_an_account() {
    use crate::error::InvalidRequest as I;
    let bench = bench();
    let mut tagged = register(7);
    if let ComplaintCommand::Register(receipt) = &mut tagged.command {
        receipt.tags.push("jo.doe@example.com".parse().unwrap());
    }
    let mut by_address = register(7);
    by_address.actor.id = ActorId("jo.doe@example.com".parse().unwrap());
    let mut by_name = register(7);
    by_name.actor.id = ActorId("Jo Doe".parse().unwrap());
    let refusals =
        [(tagged, I::Address), (by_address, I::NotAnAccount), (by_name, I::NotAnAccount)];
    for (request, expected) in refusals {
        match bench.service.handle(request).await {
            Err(HandleError::Invalid(invalid)) => {
                assert_eq!(invalid, expected);
                assert!(!invalid.to_string().to_lowercase().contains("doe"));
            }
            other => panic!("expected {expected:?}, found {other:?}"),
        }
    }
    bench.service.handle(register(7)).await.unwrap();
    for name in ["ana@example.com", "Ana Doe"] {
        let assign =
            ComplaintCommand::Assign(Assignment { handler: ActorId(name.parse().unwrap()) });
        let assigned = request(8, Some(stream_of(Uuid::from_u128(7))), assign);
        let assigned = bench.service.handle(assigned).await;
        assert!(matches!(assigned, Err(HandleError::Invalid(I::NotAnAccount))), "{assigned:?}");
    }
    // Nor a time at which nobody now alive was there: a slip of the hand.
    let mut ancient = register(10);
    ancient.occurred_at = Some("-000001-06-01T00:00:00Z".parse().unwrap());
    let refused = bench.service.handle(ancient).await;
    assert!(matches!(refused, Err(HandleError::Invalid(I::TooEarly { .. }))), "{refused:?}");
    assert_eq!(bench.log.head().next_position, Position(1));
    // What is sealed may be anything.
    let mut sealed = register(9);
    sealed.personal[0] = PersonalText::new(PersonalField::Narrative, "Write to jo@example.com.");
    bench.service.handle(sealed).await.unwrap();
}

/// The nonce that is sealed in the first record of a complaint.
async fn nonce_of(bench: &Bench, complaint: u128) -> Option<String> {
    let stream = stream_of(Uuid::from_u128(complaint));
    let mut records = bench.log.read_stream(&stream, StreamVersion(0));
    let record = decode(&records.try_next().await.unwrap().unwrap().bytes).unwrap();
    let sealed = record.sealed.iter().find(|s| s.field == PersonalField::ReceiptNonce)?;
    let reference = SealedRef {
        group: sealed.field.group(),
        subject: sealed.subject.0,
        key: sealed.key.0,
        vault: sealed.vault.0,
        commitment: sealed.commitment.0,
        digest: sealed.digest.0,
    };
    let text = bench.vault.open_field(stream.as_bytes(), &reference).unwrap();
    Some(String::from_utf8(text.to_vec()).unwrap())
}

#[tokio::test]
async fn a_receipt_nonce_is_the_one_chosen_or_else_drawn() {
    let bench = bench();
    let mut chosen = register(1);
    chosen.personal.push(PersonalText::new(PersonalField::ReceiptNonce, "blue horse 7"));
    bench.service.handle(chosen).await.unwrap();
    assert_eq!(nonce_of(&bench, 1).await.as_deref(), Some("blue horse 7"));
    bench.service.handle(register(2)).await.unwrap();
    bench.service.handle(register(3)).await.unwrap();
    let (second, third) = (nonce_of(&bench, 2).await.unwrap(), nonce_of(&bench, 3).await.unwrap());
    assert_eq!((second.len(), third.len()), (32, 32));
    assert_ne!(second, third);
    // Nobody waits for a receipt of what another body published.
    bench.service.handle(imported(4)).await.unwrap();
    assert_eq!(nonce_of(&bench, 4).await, None);
}

#[tokio::test]
async fn a_retry_of_a_registration_whose_nonce_was_drawn_is_the_same_command() {
    let bench = bench();
    bench.service.handle(register(1)).await.unwrap();
    let nonce = nonce_of(&bench, 1).await;
    let again = bench.service.handle(register(1)).await.unwrap();
    assert!(again.repeated);
    // Also by a process that has forgotten the first try.
    let service = service_over(Arc::clone(&bench.log) as _, Arc::clone(&bench.vault));
    assert!(service.handle(register(1)).await.unwrap().repeated);
    assert_eq!(nonce_of(&bench, 1).await, nonce);
}

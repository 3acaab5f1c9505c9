//! Carries out what was ordered to be erased.
//!
//! The order stands in the log before anything is destroyed; then the vault destroys key and blobs,
//! and reads back that they are gone; then what was destroyed is recorded. Each step can be done again
//! and changes nothing the second time, so a run that was cut short anywhere is finished by the next
//! one. The command that records it has an id which follows from the stream, so it is recorded once.

use std::sync::Arc;

use complaint_domain::{
    LedgerEvent,
    actor::{Actor, ActorId, Role},
    aggregate::Occasion,
    complaint::{Complaint, ComplaintEvent, evolve},
    fact::Fact,
    reference::ComplaintId,
    rulebook::HouseRules,
    sealed::SealedField,
    subject::{
        Erasure, ErasureRecord, PersonalTrace, Retention, Subject, SubjectCircumstances,
        SubjectCommand,
    },
};
use event_log::StreamId;
use jiff::tz::TimeZone;
use personal_vault::Vault;
use uuid::Uuid;

use crate::{
    docket::is_under_review,
    error::HandleError,
    ids::{rulebook_stream, subject_stream_of},
    service::sealed_ref,
    unsealed::{Streams, Unsealed, UnsealedRequest, UnsealedService},
};

/// The namespace of the command ids of erasures (docs/format.md).
const ERASURES: Uuid = Uuid::from_u128(0x2f9e_31b6_7d04_5a18_8c6b_91d0_4be7_e4a5);
/// As whom it acts.
const ACTOR: &str = "erasure-process";

/// What decisions about a data subject take from other streams.
#[derive(Debug, Clone, Default)]
pub struct SubjectFacts {
    trace: PersonalTrace,
    retention: [Option<Retention>; 2],
}

impl Unsealed for Subject {
    type Facts = SubjectFacts;

    fn home(command: &SubjectCommand) -> Option<StreamId> {
        Some(subject_stream_of(command.complaint()))
    }

    async fn facts(
        streams: Streams<'_>,
        _: &Self,
        command: &SubjectCommand,
        occasion: &Occasion,
    ) -> Result<SubjectFacts, HandleError> {
        let house: HouseRules = streams.load(&rulebook_stream()).await?;
        let (trace, _) = traced(streams, command.complaint()).await?;
        let days = [occasion.day(), occasion.latest_day()];
        Ok(SubjectFacts { trace, retention: days.map(|day| house.retention_on(day)) })
    }

    fn circumstances<'a>(
        occasion: &'a Occasion,
        facts: &'a SubjectFacts,
    ) -> SubjectCircumstances<'a> {
        let SubjectFacts { trace, retention } = facts;
        SubjectCircumstances { occasion, trace, retention: *retention }
    }
}

/// What a complaint's records say of its personal data, and where each sealed text lies.
async fn traced(
    streams: Streams<'_>,
    complaint: &ComplaintId,
) -> Result<(PersonalTrace, Vec<SealedField>), HandleError> {
    let mut trace = PersonalTrace::default();
    let mut sealed = Vec::new();
    let mut state = Complaint::default();
    let day = |at| TimeZone::UTC.to_datetime(at).date();
    let Ok(stream) = complaint.as_str().parse() else { return Ok((trace, sealed)) };
    streams
        .each_record(&stream, |record| {
            trace.seen(&record.sealed);
            sealed.extend(record.sealed.iter().cloned());
            let Fact { event, actor, occurred_at, recorded_at } = record.fact();
            let LedgerEvent::Complaint(event) = event else { return };
            if matches!(event, ComplaintEvent::Closed(_) | ComplaintEvent::Withdrawn(_)) {
                trace.ended_on = Some(day(occurred_at));
            } else if matches!(event, ComplaintEvent::Reopened(_)) {
                trace.ended_on = None;
            }
            let fact = Fact { event, actor, occurred_at, recorded_at };
            state = evolve(std::mem::take(&mut state), &fact);
        })
        .await?;
    if let Complaint::Received(case) = &state {
        trace.received_on = Some(day(case.received_at()));
        // An answer that was given meanwhile takes nothing out of the committee's hands.
        trace.is_before_committee =
            case.is_before_committee() || is_under_review(streams, &stream, case).await?;
        trace.before_bodies = case.before_bodies().cloned().collect();
    }
    Ok((trace, sealed))
}

/// How far an erasure came by a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// Nobody ordered it.
    NotOrdered,
    /// It was carried out before.
    Before,
    /// It is carried out now.
    Now(ErasureRecord),
}

/// Destroys what was ordered to be erased, and records it.
#[derive(Debug)]
pub struct Erasures {
    service: UnsealedService,
    vault: Arc<Vault>,
}

impl Erasures {
    /// Through this service, from this vault.
    pub const fn new(service: UnsealedService, vault: Arc<Vault>) -> Self {
        Self { service, vault }
    }

    /// Finishes the erasure of the data of one person, if one was ordered. Durable when it returns.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: a log or a vault that does not answer. Run it again; what was done stays done.
    pub async fn carry_out(&self, complaint: &ComplaintId) -> Result<Finished, HandleError> {
        let stream = subject_stream_of(complaint);
        let streams = self.service.streams();
        let subject: Subject = streams.load(&stream).await?;
        match subject.erasure() {
            Erasure::NotRequested | Erasure::Requested { .. } => return Ok(Finished::NotOrdered),
            Erasure::CarriedOut => return Ok(Finished::Before),
            Erasure::Ordered => {}
        }
        let (trace, sealed) = traced(streams, complaint).await?;
        let refs: Vec<_> = sealed.iter().map(sealed_ref).collect();
        self.vault.erase(&refs).await?;
        let record = ErasureRecord {
            complaint: complaint.clone(),
            keys: trace.keys.into_iter().collect(),
            fields: trace.fields,
        };
        let request = UnsealedRequest {
            command_id: Uuid::new_v5(&ERASURES, stream.as_bytes()),
            stream: Some(stream),
            actor: actor(),
            occurred_at: None,
            command: SubjectCommand::RecordErasure(record.clone()),
        };
        self.service.handle::<Subject>(&request).await?;
        Ok(Finished::Now(record))
    }
}

#[expect(clippy::expect_used, reason = "a constant that is a label")]
fn actor() -> Actor {
    Actor { id: ActorId(ACTOR.parse().expect("a label")), role: Role::System }
}

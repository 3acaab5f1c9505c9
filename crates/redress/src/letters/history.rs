//! One complaint's records, and the personal texts they seal.

use std::{collections::BTreeSet, fmt};

use complaint_codec::{Record, decode, event_type};
use complaint_domain::{
    Fact, LedgerEvent,
    clock::{ClockReading, Milestone, Nature, Rulebook, clocks},
    complaint::{Case, Complaint, ComplaintEvent, evolve},
    rulebook::HouseRules,
    sealed::{PersonalField, SealedField},
    subject::{Closed, Subject},
};
use complaint_service::{Streams, rulebook_stream, subject_stream_of};
use event_log::{EventLog, StreamId, StreamVersion};
use futures::TryStreamExt;
use jiff::{Timestamp, civil::Date};
use personal_vault::{OpenError, SealedRef, Vault};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::of_complaint;
use crate::{error::CommandError, evidence::may_not_be_opened};

/// A personal text, opened. Wiped from memory when dropped; its `Debug` shows its size only.
pub struct Opened(Zeroizing<String>);

impl Opened {
    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// A sealed text, where it stands, and what it says.
#[derive(Debug)]
pub struct Text {
    /// The version of the record that brought it.
    pub version: StreamVersion,
    /// What that record says happened.
    pub event: &'static str,
    /// Which field it is.
    pub field: PersonalField,
    /// What was sealed.
    pub said: Said,
}

/// What a sealed field holds.
#[derive(Debug)]
pub enum Said {
    /// Nothing any more: it was erased.
    Erased,
    /// A text.
    Words(Opened),
    /// A file that is no text, such as a picture.
    File(OpenedFile),
}

/// A file that is no text, opened. Wiped from memory when dropped; its `Debug` shows its size only.
pub struct OpenedFile(Zeroizing<Vec<u8>>);

impl OpenedFile {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for OpenedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Said {
    fn of(bytes: Option<Zeroizing<Vec<u8>>>) -> Self {
        let Some(bytes) = bytes else { return Self::Erased };
        match str::from_utf8(&bytes) {
            Ok(text) => Self::Words(Opened(Zeroizing::new(text.to_owned()))),
            Err(_) => Self::File(OpenedFile(bytes)),
        }
    }
}

struct Entry {
    version: StreamVersion,
    command_id: Uuid,
    occurred_at: Timestamp,
    event: ComplaintEvent,
    sealed: Vec<SealedField>,
}

/// The records of one complaint, and how it stands after them.
pub struct History {
    stream: StreamId,
    case: Box<Case>,
    closed: Option<Closed>,
    limits: Limits,
    entries: Vec<Entry>,
}

/// What the ledger's rulebook says of one complaint.
#[derive(Debug)]
struct Limits {
    /// The packs as they were adopted, each for its days.
    rulebook: Rulebook,
    packs: Vec<String>,
    received_on: Date,
    answer_due_on: Option<Date>,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("stream", &self.stream)
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl History {
    /// Reads a complaint.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: there is none of that name, or its records cannot be read.
    pub async fn read(log: &dyn EventLog, stream: &StreamId) -> Result<Self, CommandError> {
        let mut records = log.read_stream(stream, StreamVersion::default());
        let (mut state, mut entries) = (Complaint::default(), Vec::new());
        while let Some(recorded) = records.try_next().await? {
            let position = recorded.position;
            let broken = |error: complaint_codec::DecodeError| CommandError::Broken {
                position,
                reason: error.to_string(),
            };
            let record: Record = decode(&recorded.bytes).map_err(broken)?;
            let (version, command_id) = (record.version, record.command_id);
            let sealed = record.sealed.clone();
            let Fact { event, actor, occurred_at, recorded_at } = record.fact();
            let Some(event) = of_complaint(event) else { continue };
            let fact = Fact { event: event.clone(), actor, occurred_at, recorded_at };
            state = evolve(state, &fact);
            entries.push(Entry { version, command_id, occurred_at, event, sealed });
        }
        match state {
            Complaint::Received(case) => {
                let closed = closed(log, stream).await?;
                let limits = limits(log, &case).await?;
                Ok(Self { stream: stream.clone(), case, closed, limits, entries })
            }
            Complaint::NotReceived => Err(CommandError::UnknownStream { stream: stream.clone() }),
        }
    }

    /// The complaint's stream.
    pub const fn stream(&self) -> &StreamId {
        &self.stream
    }

    /// How it stands.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// What happened, in order.
    pub fn events(&self) -> impl Iterator<Item = &ComplaintEvent> {
        self.entries.iter().map(|entry| &entry.event)
    }

    /// The last event of a kind, and where it stands.
    pub fn last(
        &self,
        wanted: impl Fn(&ComplaintEvent) -> bool,
    ) -> Option<(StreamVersion, &ComplaintEvent)> {
        let found = self.entries.iter().rev().find(|entry| wanted(&entry.event))?;
        Some((found.version, &found.event))
    }

    /// When in the world it happened, as one record says.
    pub fn occurred_at(&self, version: StreamVersion) -> Option<Timestamp> {
        self.entries.iter().find(|entry| entry.version == version).map(|entry| entry.occurred_at)
    }

    /// The personal fields that its records seal, as often as they do.
    pub fn sealed_fields(&self) -> impl Iterator<Item = PersonalField> {
        self.entries.iter().flat_map(|entry| &entry.sealed).map(|sealed| sealed.field)
    }

    /// Whether a command was carried out on it.
    pub fn has_seen(&self, command_id: Uuid) -> bool {
        self.entries.iter().any(|entry| entry.command_id == command_id)
    }

    /// The codes of the rule packs by which its clocks started, as the ledger's rulebook adopted them.
    pub fn adopted_packs(&self) -> &[String] {
        &self.limits.packs
    }

    /// The ledger's rulebook, as far as it says of time limits.
    pub const fn time_limits(&self) -> &Rulebook {
        &self.limits.rulebook
    }

    /// The local day of receipt: by the zone of the clock that gives the day of the answer, else of the packs
    /// that held then.
    pub const fn received_on(&self) -> Date {
        self.limits.received_on
    }

    /// The last local day on which it is still to be answered: of the duties that a final response meets and
    /// that nothing has ended, the first to fall due.
    pub const fn answer_due_on(&self) -> Option<Date> {
        self.limits.answer_due_on
    }

    /// Why nothing personal of it may be opened, if it may not.
    pub const fn closed(&self) -> Option<Closed> {
        self.closed
    }

    /// Opens the personal text that the last record to bring one brought: a correction brings the
    /// right one after the wrong one. Nothing when there is none, or it was erased.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when it may not be opened, or the vault does not answer or is damaged.
    pub fn open_last(
        &self,
        vault: &Vault,
        field: PersonalField,
    ) -> Result<Option<Opened>, CommandError> {
        let all = self.entries.iter().rev().flat_map(|entry| &entry.sealed);
        self.open(vault, all.into_iter().find(|sealed| sealed.field == field))
    }

    /// Opens a personal text of the command that led to one record.
    ///
    /// # Errors
    ///
    /// As [`open_last`](Self::open_last).
    pub fn open_at(
        &self,
        vault: &Vault,
        version: StreamVersion,
        field: PersonalField,
    ) -> Result<Option<Opened>, CommandError> {
        let entry = self.entries.iter().find(|entry| entry.version == version);
        let mut sealed = entry.into_iter().flat_map(|entry| &entry.sealed);
        self.open(vault, sealed.find(|sealed| sealed.field == field))
    }

    /// Opens every text of these fields, in the order in which they came.
    ///
    /// # Errors
    ///
    /// As [`open_last`](Self::open_last).
    pub fn open_each(
        &self,
        vault: &Vault,
        fields: &BTreeSet<PersonalField>,
    ) -> Result<Vec<Text>, CommandError> {
        let mut texts = Vec::new();
        for entry in &self.entries {
            let event = event_type(&LedgerEvent::Complaint(entry.event.clone()));
            for sealed in entry.sealed.iter().filter(|sealed| fields.contains(&sealed.field)) {
                self.may_be_opened()?;
                let said = Said::of(open_bytes(vault, &self.stream, sealed)?);
                texts.push(Text { version: entry.version, event, field: sealed.field, said });
            }
        }
        Ok(texts)
    }

    fn open(
        &self,
        vault: &Vault,
        sealed: Option<&SealedField>,
    ) -> Result<Option<Opened>, CommandError> {
        let Some(sealed) = sealed else { return Ok(None) };
        self.may_be_opened()?;
        open_sealed(vault, &self.stream, sealed)
    }

    fn may_be_opened(&self) -> Result<(), CommandError> {
        self.closed.map_or(Ok(()), |closed| Err(may_not_be_opened(closed, &self.stream)))
    }
}

/// Counts the clocks of a complaint by the rulebook, as they stood after the last that happened.
async fn limits(log: &dyn EventLog, case: &Case) -> Result<Limits, CommandError> {
    let rules: HouseRules = Streams::of(log).load(&rulebook_stream()).await?;
    let rulebook = rules.time_limits().map_err(CommandError::failed("apply the rulebook"))?;
    let received_at = case.received_at();
    let by_packs = rulebook.local_day(received_at, received_at);
    let Some(last) = case.clock_facts().iter().map(|fact| fact.at).max() else {
        return Ok(Limits {
            rulebook,
            packs: Vec::new(),
            received_on: by_packs,
            answer_due_on: None,
        });
    };
    // A clock that cannot be counted is told by `redress clock explain`; a letter goes without its day.
    let readings: Vec<_> =
        clocks(case.clock_facts(), &rulebook, last).into_iter().flatten().collect();
    let packs: BTreeSet<_> =
        readings.iter().map(|reading| reading.clock.pack.to_string()).collect();
    let answers = readings.iter().filter(|reading| {
        reading.rule.nature == Nature::Duty
            && reading.rule.stops.contains(&Milestone::FinalResponse)
    });
    let by_clock = answers
        .clone()
        .min_by_key(|reading| reading.due)
        .map(|reading| reading.zone.day_of(received_at));
    let first = answers.filter(|reading| reading.end.is_none()).min_by_key(|reading| reading.due);
    Ok(Limits {
        rulebook,
        packs: packs.into_iter().collect(),
        received_on: by_clock.unwrap_or(by_packs),
        answer_due_on: first.map(ClockReading::due_date),
    })
}

/// What stands against opening the personal data of a complaint.
///
/// # Errors
///
/// [`CommandError`] when the log does not answer.
pub async fn closed(log: &dyn EventLog, stream: &StreamId) -> Result<Option<Closed>, CommandError> {
    let Ok(complaint) = stream.as_str().parse() else { return Ok(None) };
    let subject: Subject = Streams::of(log).load(&subject_stream_of(&complaint)).await?;
    Ok(subject.closed())
}

/// Opens one sealed text of a stream. Nothing when it was erased, or is no text.
///
/// # Errors
///
/// [`CommandError`] when the vault does not answer, or is damaged.
pub fn open_sealed(
    vault: &Vault,
    stream: &StreamId,
    sealed: &SealedField,
) -> Result<Option<Opened>, CommandError> {
    match Said::of(open_bytes(vault, stream, sealed)?) {
        Said::Words(text) => Ok(Some(text)),
        Said::Erased | Said::File(_) => Ok(None),
    }
}

fn open_bytes(
    vault: &Vault,
    stream: &StreamId,
    sealed: &SealedField,
) -> Result<Option<Zeroizing<Vec<u8>>>, CommandError> {
    let reference = SealedRef {
        group: sealed.field.group(),
        subject: sealed.subject.0,
        key: sealed.key.0,
        vault: sealed.vault.0,
        commitment: sealed.commitment.0,
        digest: sealed.digest.0,
    };
    match vault.open_field(stream.as_bytes(), &reference) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(OpenError::MissingBlob { .. } | OpenError::MissingKey { .. }) => Ok(None),
        Err(error) => Err(CommandError::failed("open a personal text")(error)),
    }
}

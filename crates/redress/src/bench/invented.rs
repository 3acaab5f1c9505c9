//! Events as a year of complaints has them, and commands that bring one personal text each.
//!
//! The lives are the demo's. For the log alone they are decided and encoded beforehand, with random
//! bytes where a vault would have sealed something: the log does not look into them.

use complaint_codec::{Draft, encode};
use complaint_domain::{
    Fact, LedgerEvent,
    complaint::{
        Circumstances, Communication, Complaint, ComplaintCommand, ComplaintRules, Direction,
        Party, People, Purpose, decide, evolve,
    },
    sealed::{Hex, PersonalField, SealedField},
};
use complaint_service::{CommandRequest, PersonalText, stream_of};
use event_log::{ExpectedVersion, NewRecord, StreamId, StreamVersion};
use jiff::Timestamp;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use crate::{
    demo::{
        author::{Step, Year},
        lives::life,
    },
    error::CommandError,
};

/// Which year the lives are of.
const YEAR: i16 = 2_025;
/// The seed they follow from, so that each run measures the same events.
const SEED: u64 = 7;
/// How many commands each complaint gets in [`commands`].
const COMMANDS_EACH: u64 = 10;

/// One append of one event.
#[derive(Debug, Clone)]
pub struct Append {
    /// Its stream.
    pub stream: StreamId,
    /// What it expects to find there.
    pub expected: ExpectedVersion,
    /// The event.
    pub record: NewRecord,
}

/// The events of complaint `number`, one append each.
///
/// # Errors
///
/// [`CommandError`] when the demo's life does not fit the rules, which its own tests exclude.
pub fn complaint(number: u64) -> Result<Vec<Append>, CommandError> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    rng.set_stream(u64::MAX.saturating_sub(number));
    let rules = ComplaintRules::default();
    let mut state = Complaint::default();
    let mut appends = Vec::new();
    let mut stream = None;
    // One person and one key for a complaint, as the vault has them.
    let (subject, key) = (Hex(rng.random()), Hex(rng.random()));
    for step in life(SEED, number, Year::of(YEAR)) {
        let stream = stream.get_or_insert_with(|| stream_of(step.command_id)).clone();
        let Step { entered_at, occurred_at, actor, command_id, command, personal } = step;
        let circumstances = Circumstances {
            actor: actor.clone(),
            occurred_at,
            now: entered_at,
            personal: personal.iter().map(|(field, _)| *field).collect(),
            rules: &rules,
            complaint: None,
            people: People::default(),
            review: None,
            is_under_review: false,
            is_taken_up: false,
            is_other_unknown: false,
        };
        let events = decide(&state, &command, &circumstances)
            .map_err(CommandError::failed("invent a complaint"))?;
        let mut sealed: Vec<_> = personal
            .iter()
            .map(|(field, _)| SealedField {
                field: *field,
                subject,
                key,
                vault: Hex(rng.random()),
                commitment: Hex(rng.random()),
                digest: Hex(rng.random()),
            })
            .collect();
        for event in events {
            let version = appends.len() as u64;
            let record = encode(&Draft {
                id: event_id(entered_at, &mut rng),
                stream: &stream,
                version: StreamVersion(version),
                occurred_at,
                actor: &actor,
                command_id,
                command_digest: Hex(rng.random()),
                correlation_id: command_id,
                causation_id: None,
                event: &LedgerEvent::Complaint(event.clone()),
                sealed: &std::mem::take(&mut sealed),
            })
            .map_err(CommandError::failed("encode an event"))?;
            let expected = version.checked_sub(1).map_or(ExpectedVersion::NoStream, |last| {
                ExpectedVersion::Exact(StreamVersion(last))
            });
            appends.push(Append { stream: stream.clone(), expected, record });
            let fact = Fact { event, actor: actor.clone(), occurred_at, recorded_at: entered_at };
            state = evolve(state, &fact);
        }
    }
    Ok(appends)
}

/// Begins with the time, as the service's do.
fn event_id(at: Timestamp, rng: &mut impl Rng) -> Uuid {
    let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &rng.random()).into_uuid()
}

fn random_id(rng: &mut impl Rng) -> Uuid {
    uuid::Builder::from_random_bytes(rng.random()).into_uuid()
}

/// What so many clients append, `each` events of whole complaints (the last cut short) for each
/// client. No two have a complaint in common.
///
/// # Errors
///
/// As [`complaint`].
pub fn appends(clients: u64, each: u64) -> Result<Vec<Vec<Append>>, CommandError> {
    let of_client = |client: u64| {
        let mut own = Vec::new();
        let mut number = client;
        while (own.len() as u64) < each {
            own.extend(complaint(number)?);
            number = number.saturating_add(clients);
        }
        own.truncate(usize::try_from(each).unwrap_or(usize::MAX));
        Ok(own)
    };
    (0..clients).map(of_client).collect()
}

/// What so many clients command, `each` commands a client: registrations with a narrative, and
/// after each of them messages to and fro, sealed too.
pub fn commands(clients: u64, each: u64) -> Vec<Vec<CommandRequest>> {
    let of_client = |client: u64| {
        let numbers = (0..each.div_ceil(COMMANDS_EACH)).map(|n| client + n * clients);
        let own = numbers.flat_map(commands_of);
        own.take(usize::try_from(each).unwrap_or(usize::MAX)).collect()
    };
    (0..clients).map(of_client).collect()
}

fn commands_of(number: u64) -> Vec<CommandRequest> {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED ^ 1);
    rng.set_stream(number);
    let life = life(SEED, number, Year::of(YEAR));
    let Some(first) = life.into_iter().next() else { return Vec::new() };
    let texts = first.personal.into_iter().filter(|(field, _)| *field == PersonalField::Narrative);
    let text = texts.map(|(_, text)| text).next().unwrap_or_default();
    let request = |command_id, command, field| CommandRequest {
        command_id,
        stream: Some(stream_of(first.command_id)),
        actor: first.actor.clone(),
        occurred_at: None,
        correlation_id: None,
        causation_id: None,
        command,
        personal: vec![PersonalText::new(field, text.clone())],
    };
    let registration = request(first.command_id, first.command.clone(), PersonalField::Narrative);
    let message = |n: u64| {
        let command = ComplaintCommand::RecordCommunication(Communication {
            direction: if n.is_multiple_of(2) { Direction::Incoming } else { Direction::Outgoing },
            party: Party::Complainant,
            channel: complaint_domain::complaint::Channel::Email,
            purpose: Purpose::Information,
        });
        request(random_id(&mut rng), command, PersonalField::Message)
    };
    std::iter::once(registration).chain((1..COMMANDS_EACH).map(message)).collect()
}

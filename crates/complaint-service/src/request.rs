//! What a caller hands in.

use std::{collections::BTreeSet, fmt};

use complaint_domain::{
    actor::{Actor, ActorId},
    complaint::ComplaintCommand,
    sealed::{Digest, Hex, PersonalField},
};
use event_log::StreamId;
use jiff::Timestamp;
use serde::Serialize;
use sha2::Digest as _;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{error::InvalidRequest, ids::stream_of};

/// 1 January 1900, UTC: the earliest time at which something may have happened.
const EARLIEST: Timestamp = Timestamp::constant(-2_208_988_800, 0);

/// A personal field with its text, on its way into the vault. Wiped from memory when dropped.
#[derive(Clone)]
pub struct PersonalText {
    /// Which field.
    pub field: PersonalField,
    /// What it says; text in UTF-8, but for the bytes of a file.
    pub text: Zeroizing<Vec<u8>>,
}

impl PersonalText {
    /// A personal field with its text.
    pub fn new(field: PersonalField, text: impl Into<String>) -> Self {
        Self::file(field, text.into().into_bytes())
    }

    /// A personal field with the bytes of a file.
    pub fn file(field: PersonalField, bytes: Vec<u8>) -> Self {
        Self { field, text: Zeroizing::new(bytes) }
    }

    fn is_blank(&self) -> bool {
        str::from_utf8(&self.text).is_ok_and(|text| text.trim().is_empty())
    }
}

impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({} bytes)", self.field, self.text.len())
    }
}

/// A command with everything around it.
#[derive(Debug, Clone)]
pub struct CommandRequest {
    /// Chosen by the caller, new for each command and the same for each retry of it.
    pub command_id: Uuid,
    /// The complaint it is for; a registration may leave it out, its stream follows from the id.
    pub stream: Option<StreamId>,
    /// Who asks.
    pub actor: Actor,
    /// When it happened in the world; now, when left out.
    pub occurred_at: Option<Timestamp>,
    /// What it belongs to; the command itself, when left out.
    pub correlation_id: Option<Uuid>,
    /// The record that led to it.
    pub causation_id: Option<Uuid>,
    /// What is asked for.
    pub command: ComplaintCommand,
    /// The personal fields, in clear, to be sealed.
    pub personal: Vec<PersonalText>,
}

impl CommandRequest {
    /// Checks that the request holds together, and gives the stream it is for.
    pub(crate) fn check(&self) -> Result<StreamId, InvalidRequest> {
        check_account(&self.actor.id)?;
        self.command.accounts().try_for_each(check_account)?;
        check_time(self.occurred_at)?;
        let mut seen = BTreeSet::new();
        for personal in &self.personal {
            if !seen.insert(personal.field) {
                return Err(InvalidRequest::FieldTwice { field: personal.field });
            }
            if personal.is_blank() {
                return Err(InvalidRequest::FieldBlank { field: personal.field });
            }
        }
        let named = self.stream.clone();
        if matches!(self.command, ComplaintCommand::Register(_)) {
            let expected = stream_of(self.command_id);
            return match named {
                Some(found) if found != expected => Err(InvalidRequest::Stream { expected, found }),
                Some(_) | None => Ok(expected),
            };
        }
        let stream = named.ok_or(InvalidRequest::NoStream)?;
        if !stream.as_str().starts_with("complaint-") {
            return Err(InvalidRequest::NotAComplaint { found: stream });
        }
        Ok(stream)
    }

    /// Which personal fields it brings.
    pub(crate) fn fields(&self) -> BTreeSet<PersonalField> {
        self.personal.iter().map(|personal| personal.field).collect()
    }

    /// What the command says, digested: its name and body, actor, time, and the *names* of its
    /// personal fields. Never their texts: a digest of a name or number could be found by guessing.
    /// Whether a retry brings the same texts is found out by opening the first ones.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest::Address`].
    pub(crate) fn digest(&self) -> Result<Digest, InvalidRequest> {
        public_digest_of(&Digested {
            command: self.command.name(),
            body: Body(&self.command),
            actor: &self.actor,
            occurred_at: self.occurred_at,
            causation_id: self.causation_id,
            personal: self.fields(),
        })
    }
}

/// SHA-256 over the compact JSON of something.
pub(crate) fn digest_of(value: &impl Serialize) -> Digest {
    digested(&json_of(value))
}

/// The same of what somebody says and the log will hold in clear.
///
/// # Errors
///
/// [`InvalidRequest::Address`].
pub(crate) fn public_digest_of(value: &impl Serialize) -> Result<Digest, InvalidRequest> {
    let json = json_of(value);
    if json.contains(&b'@') { Err(InvalidRequest::Address) } else { Ok(digested(&json)) }
}

/// Refuses a name that no account has.
pub(crate) fn check_account(account: &ActorId) -> Result<(), InvalidRequest> {
    if account.names_an_account() { Ok(()) } else { Err(InvalidRequest::NotAnAccount) }
}

/// Refuses a time before anybody who is alive: a slip of the hand, which a record would hold for ever.
pub(crate) fn check_time(occurred_at: Option<Timestamp>) -> Result<(), InvalidRequest> {
    match occurred_at {
        Some(found) if found < EARLIEST => Err(InvalidRequest::TooEarly { found }),
        Some(_) | None => Ok(()),
    }
}

fn digested(json: &[u8]) -> Digest {
    Hex(sha2::Sha256::digest(json).into())
}

fn json_of(value: &impl Serialize) -> Vec<u8> {
    // Room for most, so that most need not grow.
    let mut bytes = Vec::with_capacity(512);
    if serde_json::to_writer(&mut bytes, value).is_err() {
        bytes.clear();
    }
    bytes
}

#[derive(Serialize)]
struct Digested<'a> {
    command: &'static str,
    body: Body<'a>,
    actor: &'a Actor,
    occurred_at: Option<Timestamp>,
    causation_id: Option<Uuid>,
    personal: BTreeSet<PersonalField>,
}

struct Body<'a>(&'a ComplaintCommand);

impl Serialize for Body<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use ComplaintCommand as C;
        match self.0 {
            C::Register(body) => body.serialize(serializer),
            C::Acknowledge(body) => body.serialize(serializer),
            C::Assess(body) => body.serialize(serializer),
            C::Classify(body) => body.serialize(serializer),
            C::Assign(body) => body.serialize(serializer),
            C::Reassign(body) => body.serialize(serializer),
            C::RecordCommunication(body) => body.serialize(serializer),
            C::ProposeRemedy(body) => body.serialize(serializer),
            C::ApproveRemedy(body) => body.serialize(serializer),
            C::IssueResponse(body) => body.serialize(serializer),
            C::RecordAnswer(body) => body.serialize(serializer),
            C::FulfilRemedy(body) => body.serialize(serializer),
            C::IdentifyRootCause(body) => body.serialize(serializer),
            C::Close(body) => body.serialize(serializer),
            C::Reopen(body) => body.serialize(serializer),
            C::Withdraw(body) => body.serialize(serializer),
            C::Correct(body) => body.serialize(serializer),
            C::Recuse(body) => body.serialize(serializer),
            C::WithdrawRecusal(body) => body.serialize(serializer),
            C::RequestInformation(body) => body.serialize(serializer),
            C::AddEvidence(body) => body.serialize(serializer),
            C::AuthoriseRepresentative(body) => body.serialize(serializer),
            C::FlagVulnerability(body) => body.serialize(serializer),
            C::PauseClock(body) => body.serialize(serializer),
            C::ResumeClock(body) => body.serialize(serializer),
            C::ExtendDeadline(body) => body.serialize(serializer),
            C::WarnOfClock(body) | C::NoteMissedClock(body) => body.serialize(serializer),
            C::LinkDuplicate(body) => body.serialize(serializer),
            C::UnlinkDuplicate(body) => body.serialize(serializer),
            C::Transfer(body) => body.serialize(serializer),
            C::Escalate(body) => body.serialize(serializer),
            C::WithdrawEscalation(body) => body.serialize(serializer),
            C::ProposeOutcome(body) => body.serialize(serializer),
            C::NoteReview(body) => body.serialize(serializer),
            C::ReferExternally(body) => body.serialize(serializer),
            C::RecordExternalDecision(body) => body.serialize(serializer),
            C::ReportSuspectedViolation(body) => body.serialize(serializer),
            C::RequestSurvey(body) => body.serialize(serializer),
            C::RecordSurveyAnswer(body) => body.serialize(serializer),
            C::TakeStep(body) => body.serialize(serializer),
        }
    }
}

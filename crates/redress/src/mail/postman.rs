//! Takes letters from the outbox to the server and into the ledger.
//!
//! The order of steps is the promise. What the ledger has recorded is never sent. Before the letter
//! leaves, the outbox says `sending`; when the server has accepted it, `accepted`; then the ledger
//! records it under the letter's id, which it does once; then the outbox says `recorded`. A crash
//! after `accepted` sends nothing again. A crash in `sending` sends again, under the same
//! Message-ID, and the outbox keeps that it may have been sent twice.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use complaint_domain::{
    access::AccessPurpose,
    actor::{Actor, ActorId, Role},
    complaint::{Channel, Communication, ComplaintCommand, Direction, Party, Purpose, Stage},
    sealed::PersonalField,
};
use complaint_letters::{Letter, LetterKind, Sender};
use complaint_service::{CommandRequest, PersonalText};
use jiff::Timestamp;
use lettre::{
    Address, Message,
    message::{Mailbox, header::ContentType},
};
use uuid::Uuid;

use super::{
    name::message_id,
    outbox::{Failure, FailureClass, LetterState, Outbox, Outgoing},
    smtp::Server,
};
use crate::{
    error::CommandError,
    evidence::record_disclosure,
    ledger::Ledger,
    letters::{Composed, History, LetterOrder, compose_letter, told_of},
};

/// How many letters are looked up at once.
const PAGE: u32 = 100;

/// What became of the letters of one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Round {
    /// Accepted by the server and recorded.
    pub sent: u64,
    /// Recorded before, or accepted before and recorded now: nothing was sent.
    pub known: u64,
    /// To be tried again later.
    pub waiting: u64,
    /// Given up.
    pub given_up: u64,
}

/// Carries letters.
#[derive(Debug)]
pub struct Postman<'a> {
    /// The ledger that letters come from and are recorded in.
    pub ledger: &'a mut Ledger,
    /// What is to be sent.
    pub outbox: &'a Outbox,
    /// Who writes.
    pub sender: &'a Sender,
    /// The server.
    pub server: &'a Arc<Server>,
}

impl Postman<'_> {
    /// Sends every letter that is due by then.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: the ledger, the vault or the outbox does not answer. What was done is done.
    pub async fn round(
        &mut self,
        due_by: Timestamp,
        now: Timestamp,
    ) -> Result<Round, CommandError> {
        let mut round = Round::default();
        // What fails now is due later than `due_by`, unless everything is wanted: then a second
        // look would find it again, so each is tried once.
        let mut tried = std::collections::BTreeSet::new();
        loop {
            let seen = u32::try_from(tried.len()).unwrap_or(u32::MAX);
            let due = self.outbox.due(due_by, PAGE.saturating_add(seen))?;
            let fresh: Vec<_> = due.into_iter().filter(|letter| tried.insert(*letter)).collect();
            if fresh.is_empty() {
                return Ok(round);
            }
            for letter in fresh {
                let (before, state) = self.deliver(letter, now).await?;
                let count = match state {
                    LetterState::Recorded if before => &mut round.known,
                    LetterState::Recorded | LetterState::Accepted | LetterState::Bounced => {
                        &mut round.sent
                    }
                    LetterState::Waiting | LetterState::Sending => &mut round.waiting,
                    LetterState::GaveUp => &mut round.given_up,
                };
                *count = count.saturating_add(1);
            }
        }
    }

    /// Brings one letter as far as it can be brought now. Says also whether nothing needed to be sent.
    ///
    /// # Errors
    ///
    /// As [`round`](Self::round).
    pub async fn deliver(
        &mut self,
        letter: Uuid,
        now: Timestamp,
    ) -> Result<(bool, LetterState), CommandError> {
        let Some(outgoing) = self.outbox.letter(letter)? else {
            return Err(CommandError::Refused {
                problem: format!("expected the letter {letter} in the outbox, found none"),
                next: "see what there is with `redress mail status`".to_owned(),
            });
        };
        let history = History::read(self.ledger.log.as_ref(), &outgoing.complaint).await?;
        if history.has_seen(letter) {
            if outgoing.state != LetterState::Bounced {
                self.outbox.settle(letter, LetterState::Recorded)?;
            }
            return Ok((true, LetterState::Recorded));
        }
        if history.case().stage() != Stage::Open {
            return self.fail(&outgoing, Failure::of(FailureClass::Ended), now);
        }
        let composed = match self.compose(&outgoing, history).await? {
            Ok(composed) => composed,
            Err(failure) => return self.fail(&outgoing, failure, now),
        };
        let is_accepted = outgoing.state == LetterState::Accepted;
        if !is_accepted {
            let Some(to) = composed.contact.as_ref().and_then(|contact| address_in(contact.text()))
            else {
                return self.fail(&outgoing, Failure::of(FailureClass::NoAddress), now);
            };
            let message = message(&outgoing, &composed.letter, &self.server.from, &to, now)?;
            self.record_opening(&outgoing, &composed).await?;
            self.outbox.begin(letter, outgoing.state == LetterState::Sending)?;
            if let Err(failure) = self.hand_over(to, message).await? {
                let attempts = outgoing.attempts.saturating_add(1);
                return self.fail(&Outgoing { attempts, ..outgoing }, failure, now);
            }
            self.outbox.settle(letter, LetterState::Accepted)?;
        }
        self.record(&outgoing, &composed.letter).await?;
        self.outbox.settle(letter, LetterState::Recorded)?;
        Ok((is_accepted, LetterState::Recorded))
    }

    fn fail(
        &self,
        outgoing: &Outgoing,
        failure: Failure,
        now: Timestamp,
    ) -> Result<(bool, LetterState), CommandError> {
        Ok((false, self.outbox.fail(outgoing, failure, now)?))
    }

    /// The letter as it is to be written now; a failure of the letter, not of the ledger, is inside.
    async fn compose(
        &mut self,
        outgoing: &Outgoing,
        history: History,
    ) -> Result<Result<Composed, Failure>, CommandError> {
        let incomplete = Err(Failure::of(FailureClass::Incomplete));
        // The letter is about one event; of a later one of its kind another letter tells.
        if !told_of(&history, outgoing.kind).is_ok_and(|told| told.version == outgoing.tells) {
            return Ok(incomplete);
        }
        let order = LetterOrder {
            kind: outgoing.kind,
            locale: outgoing.locale,
            packs: outgoing.packs.clone(),
            dated: outgoing.dated,
        };
        let (vault, sender) = (self.ledger.vault()?, self.sender.clone());
        let composed =
            tokio::task::spawn_blocking(move || compose_letter(&history, &vault, &sender, &order));
        match composed.await.map_err(CommandError::failed("compose the letter"))? {
            Ok(composed) => Ok(Ok(composed)),
            Err(CommandError::Refused { .. }) => Ok(incomplete),
            Err(error) => Err(error),
        }
    }

    /// Records, before the letter leaves, which personal fields are in it. Tried again, the same fields are
    /// recorded once.
    async fn record_opening(
        &self,
        outgoing: &Outgoing,
        composed: &Composed,
    ) -> Result<(), CommandError> {
        let fields = composed.opened.clone();
        let names: Vec<_> = fields.iter().map(|field| field.code()).collect();
        let id = Uuid::new_v5(&outgoing.letter, format!("opened {}", names.join(" ")).as_bytes());
        let (stream, purpose) = (outgoing.complaint.as_str(), AccessPurpose::Letter);
        record_disclosure(self.ledger, actor(), stream, fields, purpose, id).await
    }

    async fn hand_over(
        &self,
        to: Address,
        message: Vec<u8>,
    ) -> Result<Result<(), Failure>, CommandError> {
        let server = Arc::clone(self.server);
        let handed = tokio::task::spawn_blocking(move || server.hand_over(&to, &message));
        handed.await.map_err(CommandError::failed("reach the mail server"))
    }

    /// Records that the server accepted the letter, with its text sealed.
    async fn record(&mut self, outgoing: &Outgoing, letter: &Letter) -> Result<(), CommandError> {
        let request = CommandRequest {
            command_id: outgoing.letter,
            stream: Some(outgoing.complaint.clone()),
            actor: actor(),
            occurred_at: None,
            correlation_id: None,
            causation_id: None,
            command: ComplaintCommand::RecordCommunication(Communication {
                direction: Direction::Outgoing,
                party: Party::Complainant,
                channel: Channel::Email,
                purpose: purpose(outgoing.kind),
            }),
            personal: vec![PersonalText::new(PersonalField::Message, letter.plain_text())],
        };
        self.ledger.service()?.handle(request).await?;
        Ok(())
    }
}

/// The program as the actor that sends letters.
#[expect(clippy::expect_used, reason = "a constant that is a label")]
fn actor() -> Actor {
    Actor { id: ActorId("postman".parse().expect("a label")), role: Role::System }
}

const fn purpose(kind: LetterKind) -> Purpose {
    match kind {
        LetterKind::InformationRequest => Purpose::InformationRequest,
        LetterKind::Progress => Purpose::ProgressUpdate,
        LetterKind::Acknowledgement
        | LetterKind::Holding
        | LetterKind::SummaryResolution
        | LetterKind::FinalResponse
        | LetterKind::Closing => Purpose::Notice,
    }
}

/// The moment as the mail library wants it.
fn system_time(at: Timestamp) -> SystemTime {
    let since = u64::try_from(at.as_millisecond()).unwrap_or_default();
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_millis(since))
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The first e-mail address in what somebody said of how to reach them.
pub fn address_in(contact: &str) -> Option<Address> {
    let is_around = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')');
    contact.split(is_around).filter(|word| word.contains('@')).find_map(|word| word.parse().ok())
}

/// The letter as a message. Nothing but the letter's own words, and no name of the complainant in any
/// header but the address itself.
fn message(
    outgoing: &Outgoing,
    letter: &Letter,
    from: &Address,
    to: &Address,
    now: Timestamp,
) -> Result<Vec<u8>, CommandError> {
    let id = message_id(outgoing.letter, &outgoing.complaint, from.domain());
    let subject = format!("{} [{}]", letter.subject, outgoing.complaint);
    let message = Message::builder()
        .from(Mailbox::new(None, from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .date(system_time(now))
        .message_id(Some(id))
        .subject(subject)
        .header(ContentType::TEXT_PLAIN)
        .body(letter.plain_text())
        .map_err(CommandError::failed("write the message"))?;
    Ok(message.formatted())
}

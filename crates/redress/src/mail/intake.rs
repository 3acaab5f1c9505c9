//! E-mail that comes in: new complaints, more about old ones, and what is neither.
//!
//! Whatever a mail becomes, its commands have ids that follow from the ledger's origin and its
//! Message-ID. So a mail that is taken in twice, because a crash left it in its folder, changes nothing.
//!
//! - [`reading`]: bytes into what a mail says
//! - [`maildir`]: a folder of mails, and the files that were named
//! - [`Intake`]: one mail into the ledger

pub mod maildir;
pub mod reading;

use std::sync::Arc;

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    complaint::{
        Channel, Communication, ComplaintCommand, Direction, DuplicateLink, Evidence, EvidenceId,
        LinkKind, Party, Purpose, Receipt, Source, Stage,
    },
    reference::ComplaintId,
    sealed::PersonalField,
};
use complaint_service::{CommandRequest, HandleError, PersonalText, stream_of};
use event_log::StreamId;
use jiff::Timestamp;
use uuid::Uuid;

use super::{name::parse_message_id, outbox::Outbox, postman::address_in};
use crate::{error::CommandError, ledger::Ledger, letters::History};
use reading::{Incoming, Reading};

/// The namespace of the ids of what comes in by mail: drawn once, never changed.
const MAIL: Uuid = Uuid::from_u128(0x0c5b_61f7_2a0d_4e6b_8f4e_77d3_19ab_c602);

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenIn {
    /// A new complaint.
    Registered {
        /// Its stream.
        complaint: StreamId,
        /// How many files came with it.
        files: usize,
    },
    /// More about a complaint.
    Added {
        /// Its stream.
        complaint: StreamId,
        /// How many files came with it.
        files: usize,
    },
    /// It was taken in before; nothing was written.
    Known {
        /// The complaint it belongs to.
        complaint: StreamId,
    },
    /// A program sent it: nothing was written to the ledger.
    Automatic {
        /// How many letters of the outbox it says came back.
        bounced: usize,
    },
    /// It was left alone.
    Rejected {
        /// Why; repeats nothing of the mail.
        reason: String,
    },
}

/// Takes mails in.
#[derive(Debug)]
pub struct Intake<'a> {
    /// The ledger they go to.
    pub ledger: &'a mut Ledger,
    /// The letters that they may answer, or bring back.
    pub outbox: &'a Outbox,
    /// The time now.
    pub now: Timestamp,
}

impl Intake<'_> {
    /// Takes one mail in. Durable when it returns.
    ///
    /// # Errors
    ///
    /// [`CommandError`] when the ledger, the vault or the outbox does not answer; what is wrong with
    /// the mail itself is [`TakenIn::Rejected`].
    pub async fn take_in(&mut self, bytes: &[u8]) -> Result<TakenIn, CommandError> {
        let incoming = match reading::read(bytes) {
            Ok(Reading::Written(incoming)) => *incoming,
            Ok(Reading::Automatic { returned }) => {
                let mut bounced = 0;
                for letter in returned {
                    bounced += usize::from(self.outbox.bounce(letter)?);
                }
                return Ok(TakenIn::Automatic { bounced });
            }
            Err(error) => return Ok(TakenIn::Rejected { reason: error.to_string() }),
        };
        let command_id = self.id_of(&incoming.id);
        let own = stream_of(command_id);
        if self.history(&own).await?.is_some() {
            return Ok(TakenIn::Known { complaint: own });
        }
        let files = incoming.files.len();
        let (stream, requests, is_new) = match self.thread(&incoming).await? {
            Some(history) if history.has_seen(command_id) => {
                return Ok(TakenIn::Known { complaint: history.stream().clone() });
            }
            Some(history) if history.case().stage() == Stage::Open => {
                let party = self.party(&history, &incoming).await?;
                (
                    history.stream().clone(),
                    self.addition(&history, party, incoming, command_id),
                    false,
                )
            }
            // Of one that ended nothing more may be recorded: what is said of it is a new complaint.
            Some(history) => {
                (own, self.registration(incoming, command_id, Some(history.stream())), true)
            }
            None => (own, self.registration(incoming, command_id, None), true),
        };
        match self.ledger.service()?.handle_all(&stream, requests).await {
            Ok(_) if is_new => Ok(TakenIn::Registered { complaint: stream, files }),
            Ok(_) => Ok(TakenIn::Added { complaint: stream, files }),
            Err(
                error @ (HandleError::Refused(_)
                | HandleError::Invalid(_)
                | HandleError::Encode(_)
                | HandleError::Seal(_)
                | HandleError::CommandIdReused { .. }),
            ) => Ok(TakenIn::Rejected { reason: error.to_string() }),
            Err(error) => Err(error.into()),
        }
    }

    /// The id of the command that a mail leads to.
    fn id_of(&self, message_id: &str) -> Uuid {
        let name = format!("{}\n{message_id}", self.ledger.origin());
        Uuid::new_v5(&MAIL, name.as_bytes())
    }

    async fn history(&self, stream: &StreamId) -> Result<Option<Arc<History>>, CommandError> {
        match History::read(self.ledger.log.as_ref(), stream).await {
            Ok(history) => Ok(Some(Arc::new(history))),
            Err(CommandError::UnknownStream { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The complaint that a mail is about. Whoever answers a letter of ours may do so from any address:
    /// people have several. Whoever names a complaint in the subject, or answers an earlier mail of
    /// the complainant's, must write from an address that the complaint knows. Neither is proof of who
    /// wrote: an address can be forged, and who knows a complaint's name can make up a Message-ID.
    async fn thread(&mut self, incoming: &Incoming) -> Result<Option<Arc<History>>, CommandError> {
        for reference in &incoming.answers {
            if let Some((letter, complaint)) = parse_message_id(reference)
                && let Some(stream) = stream(&complaint)
                && let Some(history) = self.history(&stream).await?
                && (history.has_seen(letter) || self.outbox.letter(letter)?.is_some())
            {
                return Ok(Some(history));
            }
        }
        let earlier = incoming.answers.iter().map(|id| stream_of(self.id_of(id)));
        let named = incoming.named.iter().filter_map(stream);
        let candidates: Vec<_> = earlier.chain(named).collect();
        for candidate in candidates {
            if let Some(history) = self.history(&candidate).await?
                && self.knows(&history, incoming).await?.is_some()
            {
                return Ok(Some(history));
            }
        }
        Ok(None)
    }

    async fn party(
        &mut self,
        history: &Arc<History>,
        incoming: &Incoming,
    ) -> Result<Party, CommandError> {
        Ok(self.knows(history, incoming).await?.unwrap_or(Party::Complainant))
    }

    /// As whom a complaint knows the address that a mail came from.
    async fn knows(
        &mut self,
        history: &Arc<History>,
        incoming: &Incoming,
    ) -> Result<Option<Party>, CommandError> {
        if history.closed().is_some() {
            return Ok(None);
        }
        let (vault, history) = (self.ledger.vault()?, Arc::clone(history));
        let from = incoming.from.clone();
        let looked = tokio::task::spawn_blocking(move || {
            for (field, party) in [
                (PersonalField::Contact, Party::Complainant),
                (PersonalField::RepresentativeContact, Party::Representative),
            ] {
                let known = history.open_last(&vault, field)?;
                let known = known.and_then(|known| address_in(known.text()));
                if known.is_some_and(|known| known.to_string().eq_ignore_ascii_case(&from)) {
                    return Ok(Some(party));
                }
            }
            Ok(None)
        });
        looked.await.map_err(CommandError::failed("open the vault"))?
    }

    fn registration(
        &self,
        incoming: Incoming,
        command_id: Uuid,
        related: Option<&StreamId>,
    ) -> Vec<CommandRequest> {
        let stream = stream_of(command_id);
        let occurred_at = incoming.received_at.filter(|at| *at <= self.now);
        let receipt = Receipt {
            channel: Channel::Email,
            source: Source::Direct,
            matter: None,
            respondent: None,
            region: None,
            language: None,
            tags: Vec::new(),
            remedies_requested: Vec::new(),
        };
        let mut personal = vec![
            PersonalText::new(PersonalField::Narrative, incoming.text.as_str()),
            PersonalText::new(PersonalField::Contact, incoming.from.as_str()),
        ];
        if let Some(name) = &incoming.name {
            personal.push(PersonalText::new(PersonalField::ComplainantName, name.as_str()));
        }
        let to = |id, command| request(&stream, id, occurred_at, command);
        let mut requests = vec![CommandRequest {
            personal,
            ..to(command_id, ComplaintCommand::Register(receipt))
        }];
        if let Some(of) = related.and_then(|related| related.as_str().parse::<ComplaintId>().ok()) {
            let link = DuplicateLink { of, kind: LinkKind::Related };
            let id = Uuid::new_v5(&command_id, b"link");
            requests.push(to(id, ComplaintCommand::LinkDuplicate(link)));
        }
        requests.extend(evidence(
            &stream,
            command_id,
            occurred_at,
            1,
            Party::Complainant,
            incoming,
        ));
        requests
    }

    fn addition(
        &self,
        history: &History,
        party: Party,
        incoming: Incoming,
        command_id: Uuid,
    ) -> Vec<CommandRequest> {
        let case = history.case();
        let occurred_at =
            incoming.received_at.filter(|at| *at <= self.now && *at >= case.received_at());
        let message = Communication {
            direction: Direction::Incoming,
            party,
            channel: Channel::Email,
            purpose: Purpose::Information,
        };
        let stream = history.stream();
        let mut first = request(
            stream,
            command_id,
            occurred_at,
            ComplaintCommand::RecordCommunication(message),
        );
        first.personal = vec![PersonalText::new(PersonalField::Message, incoming.text.as_str())];
        let next = case.next_evidence();
        let mut requests = vec![first];
        requests.extend(evidence(stream, command_id, occurred_at, next, party, incoming));
        requests
    }
}

/// One command for each file, numbered from the next free number.
fn evidence(
    stream: &StreamId,
    command_id: Uuid,
    occurred_at: Option<Timestamp>,
    next: u32,
    from: Party,
    incoming: Incoming,
) -> impl Iterator<Item = CommandRequest> {
    (next..).zip(incoming.files).map(move |(number, file)| {
        let id = Uuid::new_v5(&command_id, format!("evidence\n{number}").as_bytes());
        let command = ComplaintCommand::AddEvidence(Evidence {
            // Beyond the last number the rules refuse it.
            evidence: EvidenceId(u16::try_from(number).unwrap_or(u16::MAX)),
            kind: file.kind,
            from: Some(from),
            media_type: file.media_type,
        });
        let personal = vec![PersonalText { field: PersonalField::Evidence, text: file.bytes }];
        CommandRequest { personal, ..request(stream, id, occurred_at, command) }
    })
}

fn request(
    stream: &StreamId,
    command_id: Uuid,
    occurred_at: Option<Timestamp>,
    command: ComplaintCommand,
) -> CommandRequest {
    CommandRequest {
        command_id,
        stream: Some(stream.clone()),
        actor: actor(),
        occurred_at,
        correlation_id: None,
        causation_id: None,
        command,
        personal: Vec::new(),
    }
}

fn stream(complaint: &ComplaintId) -> Option<StreamId> {
    complaint.as_str().parse().ok()
}

/// The program as the actor that takes mail in.
#[expect(clippy::expect_used, reason = "a constant that is a label")]
fn actor() -> Actor {
    Actor { id: ActorId("mail-intake".parse().expect("a label")), role: Role::System }
}

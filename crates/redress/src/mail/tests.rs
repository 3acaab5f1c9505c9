mod intake;
mod server;

use std::sync::Arc;

use complaint_domain::{
    actor::{Actor, Role},
    complaint::{
        Acknowledgement, Channel, ComplaintCommand, Receipt, Source, Withdrawal, WithdrawalReason,
    },
    sealed::PersonalField,
};
use complaint_letters::{LetterKind, LetterLocale, Sender};
use complaint_service::{CommandRequest, PersonalText};
use event_log::{Clock, StreamId};
use jiff::{SignedDuration, Timestamp};
use personal_vault::{Entropy, SystemEntropy};
use uuid::Uuid;

use super::{
    name::{letter_id, message_id},
    outbox::{FailureClass, LetterState, Outbox, Outgoing, WAITS},
    postman::{Postman, Round, address_in},
    smtp::Server,
};
use crate::{
    arguments::{LedgerAt, MailServer, TlsMode},
    ledger::{Ledger, NewSigning},
    letters::{History, told_of},
};
use server::{Conduct, SmtpServer};

#[derive(Debug)]
struct StoppedClock(Timestamp);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

fn after(wait: SignedDuration) -> Timestamp {
    noon().checked_add(wait).unwrap()
}

/// A ledger with one complaint, an outbox, and a mail server that does as it is told.
struct Office {
    folder: tempfile::TempDir,
    ledger: Ledger,
    outbox: Outbox,
    complaint: StreamId,
    smtp: SmtpServer,
    server: Arc<Server>,
    sender: Sender,
}

fn arguments(smtp: &SmtpServer, tls: TlsMode) -> MailServer {
    MailServer {
        server: smtp.address.clone(),
        tls,
        ca: None,
        from: "complaints@bank.example".to_owned(),
        user: None,
        password_file: None,
        timeout: 20,
    }
}

fn request(complaint: Option<&StreamId>, command: ComplaintCommand) -> CommandRequest {
    let mut id = [0; 16];
    SystemEntropy.fill(&mut id);
    CommandRequest {
        command_id: Uuid::from_bytes(id),
        stream: complaint.cloned(),
        actor: Actor {
            id: "ana".parse().map(complaint_domain::actor::ActorId).unwrap(),
            role: Role::Agent,
        },
        occurred_at: None,
        correlation_id: None,
        causation_id: None,
        command,
        personal: Vec::new(),
    }
}

impl Office {
    async fn with(conduct: impl IntoIterator<Item = Conduct>) -> Self {
        Self::whose_complainant_said("Jo Doe <jo@customer.example>, or by phone", conduct).await
    }

    async fn whose_complainant_said(
        contact: &str,
        conduct: impl IntoIterator<Item = Conduct>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = LedgerAt { data: folder.path().join("ledger"), keys: None };
        let clock = Arc::new(StoppedClock(noon()));
        let origin = "complaints.example/mail";
        let (mut ledger, _) = Ledger::create(&at, origin, &NewSigning::default(), clock).unwrap();
        let receipt = Receipt {
            channel: Channel::Web,
            source: Source::Direct,
            matter: None,
            respondent: None,
            region: None,
            language: None,
            tags: Vec::new(),
            remedies_requested: Vec::new(),
        };
        let mut register = request(None, ComplaintCommand::Register(receipt));
        register.personal = vec![
            PersonalText::new(PersonalField::Narrative, "It broke."),
            PersonalText::new(PersonalField::ComplainantName, "Zephyrine Doe"),
            PersonalText::new(PersonalField::Contact, contact),
        ];
        let complaint = ledger.service().unwrap().handle(register).await.unwrap().stream;
        let outbox = Outbox::open(&ledger.places.data).unwrap();
        let smtp = SmtpServer::start(conduct);
        let server = Arc::new(Server::of(&arguments(&smtp, TlsMode::Plain)).unwrap());
        let sender = Sender {
            company: "Example Bank".to_owned(),
            address: vec!["1 High Street".to_owned()],
            contact: "complaints@bank.example".to_owned(),
            signatory: "Complaints team".to_owned(),
        };
        Self { folder, ledger, outbox, complaint, smtp, server, sender }
    }

    /// Puts an acknowledgement into the outbox, at noon.
    async fn put(&self) -> Uuid {
        let history = self.history().await;
        let tells = told_of(&history, LetterKind::Acknowledgement).unwrap().version;
        let letter = letter_id(&self.complaint, LetterKind::Acknowledgement, tells, 0);
        let outgoing = Outgoing {
            letter,
            complaint: self.complaint.clone(),
            kind: LetterKind::Acknowledgement,
            tells,
            locale: LetterLocale::En,
            packs: vec!["iso-10002".to_owned()],
            dated: "2026-03-02".parse().unwrap(),
            state: LetterState::Waiting,
            attempts: 0,
            next_attempt: None,
            last_error: None,
            last_code: None,
            unsure: false,
            queued: noon(),
        };
        self.outbox.put(&outgoing).unwrap();
        letter
    }

    async fn history(&self) -> History {
        History::read(self.ledger.log.as_ref(), &self.complaint).await.unwrap()
    }

    async fn round_at(&mut self, now: Timestamp) -> Round {
        let mut postman = Postman {
            ledger: &mut self.ledger,
            outbox: &self.outbox,
            sender: &self.sender,
            server: &self.server,
        };
        postman.round(now, now).await.unwrap()
    }

    fn stands(&self, letter: Uuid) -> Outgoing {
        self.outbox.letter(letter).unwrap().unwrap()
    }

    /// How often the ledger says that the letter was sent.
    async fn times_recorded(&self, letter: Uuid) -> usize {
        let history = self.history().await;
        let sent = history.events().filter(|event| {
            matches!(event, complaint_domain::complaint::ComplaintEvent::CommunicationRecorded(_))
        });
        let count = sent.count();
        assert_eq!(count > 0, history.has_seen(letter));
        count
    }
}

#[tokio::test]
async fn a_letter_is_sent_once_and_recorded_once() {
    let mut office = Office::with([Conduct::Accept]).await;
    let letter = office.put().await;
    assert_eq!(office.round_at(noon()).await, Round { sent: 1, ..Round::default() });
    assert_eq!(office.stands(letter).state, LetterState::Recorded);
    assert_eq!(office.times_recorded(letter).await, 1);
    let mails = office.smtp.accepted();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].recipients, ["<jo@customer.example>"]);
    let id = message_id(letter, &office.complaint, "bank.example");
    assert!(mails[0].text.contains(&format!("Message-ID: {id}")), "{}", mails[0].text);
    assert!(mails[0].text.contains("Dear Zephyrine Doe"), "{}", mails[0].text);
    assert_eq!(office.round_at(after(WAITS[0])).await, Round::default(), "nothing is due any more");
}

#[tokio::test]
async fn a_server_that_refuses_for_now_is_asked_again_when_it_is_time() {
    let mut office = Office::with([Conduct::RefuseRecipient(451), Conduct::Accept]).await;
    let letter = office.put().await;
    assert_eq!(office.round_at(noon()).await, Round { waiting: 1, ..Round::default() });
    let waiting = office.stands(letter);
    assert_eq!(waiting.last_error, Some(FailureClass::Temporary));
    assert_eq!(waiting.last_code, Some(451));
    assert_eq!(waiting.next_attempt, Some(after(WAITS[0])));
    assert!(!waiting.unsure);
    let early = after(WAITS[0]).checked_sub(SignedDuration::from_millis(1)).unwrap();
    assert_eq!(office.round_at(early).await, Round::default(), "not due yet");
    assert_eq!(office.round_at(after(WAITS[0])).await.sent, 1);
    assert_eq!(office.times_recorded(letter).await, 1);
}

#[tokio::test]
async fn a_server_that_refuses_for_good_is_not_asked_again() {
    let mut office = Office::with([Conduct::RefuseRecipient(550)]).await;
    let letter = office.put().await;
    assert_eq!(office.round_at(noon()).await.given_up, 1);
    let given_up = office.stands(letter);
    assert_eq!(given_up.state, LetterState::GaveUp);
    assert_eq!(
        (given_up.last_error, given_up.last_code),
        (Some(FailureClass::Permanent), Some(550))
    );
    assert_eq!(office.round_at(Timestamp::MAX).await, Round::default());
    assert_eq!(office.times_recorded(letter).await, 0);
}

#[tokio::test]
async fn a_letter_that_never_gets_through_is_given_up_after_its_tenth_attempt() {
    let mut office = Office::with([]).await;
    office.smtp.stop();
    let letter = office.put().await;
    let mut now = noon();
    for wait in WAITS {
        assert_eq!(office.round_at(now).await.waiting, 1);
        now = now.checked_add(wait).unwrap();
        assert_eq!(office.stands(letter).next_attempt, Some(now));
    }
    assert_eq!(office.round_at(now).await.given_up, 1);
    let given_up = office.stands(letter);
    assert_eq!((given_up.attempts, given_up.state), (10, LetterState::GaveUp));
    assert_eq!(given_up.last_error, Some(FailureClass::Connection));
    assert!(!given_up.unsure, "nothing of it ever left");
    let days = now.duration_since(noon()).as_hours() / 24;
    assert_eq!(days, 4, "RFC 5321, 4.5.4.1");
}

#[tokio::test]
async fn a_connection_that_breaks_over_the_letter_leaves_it_unsure_and_repeats_its_message_id() {
    for conduct in [Conduct::DropAfterData, Conduct::DieMidData] {
        let mut office = Office::with([conduct, Conduct::Accept]).await;
        let letter = office.put().await;
        assert_eq!(office.round_at(noon()).await.waiting, 1, "{conduct:?}");
        let waiting = office.stands(letter);
        assert_eq!(waiting.last_error, Some(FailureClass::Dropped));
        assert!(waiting.unsure, "{conduct:?}: the server may have it");
        assert_eq!(office.times_recorded(letter).await, 0);
        assert_eq!(office.round_at(after(WAITS[0])).await.sent, 1);
        let stands = office.stands(letter);
        assert!(stands.unsure, "that it may have come twice is not forgotten");
        assert_eq!(office.times_recorded(letter).await, 1);
        let id = message_id(letter, &office.complaint, "bank.example");
        let seen = office.smtp.seen();
        assert_eq!(seen.iter().filter(|text| text.contains(&id)).count(), seen.len());
    }
}

#[tokio::test]
async fn a_connection_that_closes_at_once_has_taken_nothing() {
    let mut office = Office::with([Conduct::DropAtGreeting]).await;
    let letter = office.put().await;
    assert_eq!(office.round_at(noon()).await.waiting, 1);
    let stands = office.stands(letter);
    assert_eq!((stands.last_error, stands.unsure), (Some(FailureClass::Connection), false));
}

#[tokio::test]
async fn a_crash_between_accepted_and_recorded_sends_nothing_again_and_records_once() {
    let mut office = Office::with([]).await;
    let letter = office.put().await;
    office.outbox.begin(letter, false).unwrap();
    office.outbox.settle(letter, LetterState::Accepted).unwrap();
    assert_eq!(office.round_at(noon()).await.known, 1);
    assert_eq!(office.times_recorded(letter).await, 1);
    assert_eq!(office.smtp.accepted().len(), 0, "it was accepted before the crash");
}

#[tokio::test]
async fn a_crash_while_sending_sends_again_and_says_so() {
    let mut office = Office::with([Conduct::Accept]).await;
    let letter = office.put().await;
    office.outbox.begin(letter, false).unwrap();
    assert_eq!(office.round_at(noon()).await.sent, 1);
    let stands = office.stands(letter);
    assert!(stands.unsure);
    assert_eq!(stands.attempts, 2);
    assert_eq!(office.times_recorded(letter).await, 1);
}

#[tokio::test]
async fn what_the_ledger_has_recorded_is_not_sent_again_when_the_outbox_is_lost() {
    let mut office = Office::with([Conduct::Accept]).await;
    let letter = office.put().await;
    office.round_at(noon()).await;
    std::fs::remove_file(office.ledger.places.data.join(super::outbox::FILE)).unwrap();
    office.outbox = Outbox::open(&office.ledger.places.data).unwrap();
    assert_eq!(office.put().await, letter, "the letter about one event has one id");
    assert_eq!(office.round_at(noon()).await.known, 1);
    assert_eq!(office.smtp.accepted().len(), 1);
    assert_eq!(office.times_recorded(letter).await, 1);
}

#[tokio::test]
async fn without_an_address_or_after_the_end_nothing_is_sent() {
    let mut office = Office::whose_complainant_said("by phone: +44 20 7946 0000", []).await;
    let letter = office.put().await;
    assert_eq!(office.round_at(noon()).await.given_up, 1);
    assert_eq!(office.stands(letter).last_error, Some(FailureClass::NoAddress));

    let mut office = Office::with([]).await;
    let letter = office.put().await;
    let withdrawal = Withdrawal { reason: WithdrawalReason::NotStated };
    let withdraw = request(Some(&office.complaint), ComplaintCommand::Withdraw(withdrawal));
    office.ledger.service().unwrap().handle(withdraw).await.unwrap();
    assert_eq!(office.round_at(noon()).await.given_up, 1);
    assert_eq!(office.stands(letter).last_error, Some(FailureClass::Ended));
}

#[tokio::test]
async fn the_outbox_holds_neither_name_nor_address_nor_text() {
    let mut office = Office::with([Conduct::RefuseRecipient(550)]).await;
    office.put().await;
    office.round_at(noon()).await;
    let bytes = std::fs::read(office.folder.path().join("ledger/outbox.sqlite")).unwrap();
    assert!(bytes.windows(9).any(|window| window == b"permanent"), "nothing was looked at");
    for word in ["Zephyrine", "jo@customer", "It broke", "Dear"] {
        let is_there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!is_there, "{word} is in the outbox");
    }
}

#[tokio::test]
async fn a_letter_is_about_one_event_and_another_about_the_next() {
    let office = Office::with([]).await;
    let acknowledge = ComplaintCommand::Acknowledge(Acknowledgement { channel: Channel::Email });
    let mut ledger = office.ledger;
    let request = request(Some(&office.complaint), acknowledge);
    ledger.service().unwrap().handle(request).await.unwrap();
    let history = History::read(ledger.log.as_ref(), &office.complaint).await.unwrap();
    assert_eq!(told_of(&history, LetterKind::Acknowledgement).unwrap().version.0, 0);
    let error = told_of(&history, LetterKind::FinalResponse).unwrap_err().to_string();
    assert!(error.contains("a final response"), "{error}");
}

#[test]
fn the_first_address_in_what_somebody_said_is_found() {
    for (said, found) in [
        ("jo@customer.example", Some("jo@customer.example")),
        ("Jo Doe <jo@customer.example>", Some("jo@customer.example")),
        ("+44 20 7946 0000; jo@customer.example", Some("jo@customer.example")),
        ("@jo on social media", None),
        ("", None),
    ] {
        let address = address_in(said).map(|address| address.to_string());
        assert_eq!(address.as_deref(), found, "{said}");
    }
}

#[test]
fn letters_are_readable_on_the_way_only_when_that_was_asked_for() {
    let smtp = SmtpServer::start([]);
    let mut args = arguments(&smtp, TlsMode::Plain);
    args.server = "mail.bank.example:25".to_owned();
    let error = Server::of(&args).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    args.tls = TlsMode::PlainAnywhere;
    assert!(Server::of(&args).is_ok());
    let secret = smtp_password();
    args.user = Some("ana".to_owned());
    args.password_file = Some(secret.path().to_owned());
    assert!(Server::of(&args).is_err(), "a password is never sent in clear to another machine");
}

fn smtp_password() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "open sesame\n").unwrap();
    file
}

#[tokio::test]
async fn a_server_without_starttls_gets_no_letter() {
    let mut office = Office::with([Conduct::Accept]).await;
    office.server = Arc::new(Server::of(&arguments(&office.smtp, TlsMode::Starttls)).unwrap());
    let letter = office.put().await;
    assert_eq!(office.round_at(noon()).await.waiting, 1);
    assert_eq!(office.stands(letter).last_error, Some(FailureClass::Tls));
    assert_eq!(office.smtp.accepted().len(), 0);
}

use std::fs;

use complaint_domain::complaint::{ComplaintEvent, Party, Withdrawal, WithdrawalReason};

use super::{Conduct, Office, noon, request};
use crate::mail::{
    intake::{
        Intake, TakenIn,
        maildir::{self, Maildir},
        reading::{FILES_MAX, MAIL_BYTES_MAX},
    },
    name::message_id,
    outbox::LetterState,
};
use complaint_domain::{complaint::ComplaintCommand, sealed::PersonalField};
use event_log::EventLog;

/// A mail from the complainant, with these further headers.
fn mail(id: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "Received: from a by b; Mon, 02 Mar 2026 10:00:00 +0000\r\n\
         Received: from x by a; Mon, 05 Jan 2026 10:00:00 +0000\r\n\
         From: Jo Doe <jo@customer.example>\r\nTo: complaints@bank.example\r\n\
         Message-ID: <{id}@customer.example>\r\n{headers}\r\n{body}\r\n"
    )
    .into_bytes()
}

fn with_files(id: &str, headers: &str, files: usize, bytes: usize) -> Vec<u8> {
    let mut body = String::from("--b\r\nContent-Type: text/plain\r\n\r\nPlease look at these.\r\n");
    for number in 0..files {
        let file = "x".repeat(bytes);
        let head = "--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=";
        body.extend([head, &number.to_string(), ".png\r\n\r\n", &file, "\r\n"]);
    }
    body.push_str("--b--\r\n");
    let headers = format!(
        "{headers}Subject: A fee\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
    );
    mail(id, &headers, &body)
}

impl Office {
    async fn take_in(&mut self, bytes: &[u8]) -> TakenIn {
        let mut intake = Intake { ledger: &mut self.ledger, outbox: &self.outbox, now: noon() };
        intake.take_in(bytes).await.unwrap()
    }

    fn records(&self) -> u64 {
        self.ledger.log.head().next_position.0
    }

    fn bounces_in(&self, letter: uuid::Uuid) -> bool {
        self.stands(letter).state == LetterState::Bounced
    }
}

#[tokio::test]
async fn a_mail_becomes_a_complaint_with_its_files_once() {
    let mut office = Office::with([]).await;
    let before = office.records();
    let bytes = with_files("one", "", 2, 100);
    let TakenIn::Registered { complaint, files: 2 } = office.take_in(&bytes).await else {
        panic!("not registered");
    };
    assert_eq!(office.records() - before, 3);
    office.complaint = complaint.clone();
    let history = office.history().await;
    assert_eq!(history.case().received_at().to_string(), "2026-03-02T10:00:00Z");
    let vault = office.ledger.vault().unwrap();
    let open = |field| history.open_last(&vault, field).unwrap().unwrap();
    assert_eq!(open(PersonalField::Narrative).text(), "A fee\n\nPlease look at these.");
    assert_eq!(open(PersonalField::ComplainantName).text(), "Jo Doe");
    assert_eq!(open(PersonalField::Contact).text(), "jo@customer.example");
    assert_eq!(open(PersonalField::Evidence).text(), "x".repeat(100));

    assert_eq!(office.take_in(&bytes).await, TakenIn::Known { complaint });
    assert_eq!(office.records() - before, 3, "taken in twice, nothing changed");
}

#[tokio::test]
async fn an_answer_to_our_letter_is_more_about_its_complaint() {
    let mut office = Office::with([Conduct::Accept]).await;
    let letter = office.put().await;
    office.round_at(noon()).await;
    let id = message_id(letter, &office.complaint, "bank.example");
    let before = office.records();
    let bytes = with_files("two", &format!("In-Reply-To: {id}\r\n"), 1, 10);
    let added = TakenIn::Added { complaint: office.complaint.clone(), files: 1 };
    assert_eq!(office.take_in(&bytes).await, added);
    let history = office.history().await;
    assert!(history.events().any(|event| matches!(
        event,
        ComplaintEvent::CommunicationRecorded(message) if message.party == Party::Complainant
    )));
    assert_eq!(office.records() - before, 2);
    let known = TakenIn::Known { complaint: office.complaint.clone() };
    assert_eq!(office.take_in(&bytes).await, known);
    // Further down the thread our letter is only among the references.
    let headers = format!("In-Reply-To: <x@y>\r\nReferences: {id} <x@y>\r\n");
    let later = office.take_in(&mail("three", &headers, "And another thing.")).await;
    assert_eq!(later, TakenIn::Added { complaint: office.complaint.clone(), files: 0 });
}

#[tokio::test]
async fn a_letter_that_was_never_sent_proves_nothing() {
    let mut office = Office::with([]).await;
    let id = message_id(uuid::Uuid::nil(), &office.complaint, "bank.example");
    let headers = format!("In-Reply-To: {id}\r\n");
    let taken = office.take_in(&mail("forged", &headers, "Close it.")).await;
    assert!(matches!(taken, TakenIn::Registered { .. }), "{taken:?}");
}

#[tokio::test]
async fn a_complaint_named_in_the_subject_is_believed_to_those_it_knows() {
    let mut office = Office::with([]).await;
    let subject = format!("Subject: Re: my case [{}]\r\n", office.complaint);
    let own = office.take_in(&mail("four", &subject, "Any news?")).await;
    assert_eq!(own, TakenIn::Added { complaint: office.complaint.clone(), files: 0 });
    let bytes = mail("five", &subject, "Any news?");
    let text = String::from_utf8(bytes).unwrap().replace("jo@customer", "eve@elsewhere");
    let strangers = office.take_in(text.as_bytes()).await;
    assert!(matches!(strangers, TakenIn::Registered { .. }), "{strangers:?}");
}

#[tokio::test]
async fn a_second_mail_of_a_thread_joins_the_first() {
    let mut office = Office::with([]).await;
    let first = office.take_in(&mail("six", "Subject: A fee\r\n", "Why?")).await;
    let TakenIn::Registered { complaint, .. } = first else { panic!("not registered") };
    let headers = "Subject: Re: A fee\r\nIn-Reply-To: <six@customer.example>\r\n";
    let second = office.take_in(&mail("seven", headers, "I forgot to say.")).await;
    assert_eq!(second, TakenIn::Added { complaint, files: 0 });
}

#[tokio::test]
async fn what_is_said_of_an_ended_complaint_is_a_new_one_linked_to_it() {
    let mut office = Office::with([]).await;
    let withdrawal = Withdrawal { reason: WithdrawalReason::NotStated };
    let withdraw = request(Some(&office.complaint), ComplaintCommand::Withdraw(withdrawal));
    office.ledger.service().unwrap().handle(withdraw).await.unwrap();
    let subject = format!("Subject: {}\r\n", office.complaint);
    let taken = office.take_in(&mail("eight", &subject, "It is broken again.")).await;
    let TakenIn::Registered { complaint, .. } = taken else { panic!("not registered: {taken:?}") };
    let ended = std::mem::replace(&mut office.complaint, complaint);
    let history = office.history().await;
    assert!(history.events().any(|event| matches!(
        event,
        ComplaintEvent::DuplicateLinked(link) if link.of.as_str() == ended.as_str()
    )));
}

#[tokio::test]
async fn programs_do_not_complain() {
    let mut office = Office::with([]).await;
    let before = office.records();
    for headers in [
        "Auto-Submitted: auto-replied\r\n",
        "Auto-Submitted: auto-generated; x=y\r\n",
        "Precedence: bulk\r\n",
        "List-Id: <news.example>\r\n",
        "Return-Path: <>\r\n",
    ] {
        let taken = office.take_in(&mail("nine", headers, "I am away.")).await;
        assert_eq!(taken, TakenIn::Automatic { bounced: 0 }, "{headers}");
    }
    assert_eq!(office.records(), before);
    let person = office.take_in(&mail("ten", "Auto-Submitted: no\r\n", "I am here.")).await;
    assert!(matches!(person, TakenIn::Registered { .. }));
}

#[tokio::test]
async fn a_letter_that_comes_back_shows_as_bounced() {
    let mut office = Office::with([Conduct::Accept]).await;
    let letter = office.put().await;
    office.round_at(noon()).await;
    let id = message_id(letter, &office.complaint, "bank.example");
    let report = |action: &str| {
        let headers = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n";
        let body = format!(
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: {action}\r\n\
             Status: 5.1.1\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n--b--\r\n"
        );
        mail("eleven", headers, &body)
    };
    assert_eq!(office.take_in(&report("delayed")).await, TakenIn::Automatic { bounced: 0 });
    assert!(!office.bounces_in(letter));
    assert_eq!(office.take_in(&report("failed")).await, TakenIn::Automatic { bounced: 1 });
    assert!(office.bounces_in(letter));
    assert_eq!(office.round_at(noon()).await.sent, 0, "it is not sent again by itself");
}

#[tokio::test]
async fn what_is_no_mail_or_too_much_is_rejected_without_repeating_it() {
    let mut office = Office::with([]).await;
    let before = office.records();
    let too_large = usize::try_from(MAIL_BYTES_MAX).unwrap() + 1;
    for bytes in [
        b"".to_vec(),
        b"Secret Zephyrine".to_vec(),
        b"\xff\xfe\x00\x01".to_vec(),
        b"Subject: Secret\r\n\r\nno sender\r\n".to_vec(),
        mail("twelve", "Subject: \r\n", ""),
        with_files("thirteen", "", FILES_MAX + 1, 1),
        with_files("fourteen", "", 1, 1024 * 1024 + 1),
        vec![b'x'; too_large],
    ] {
        let TakenIn::Rejected { reason } = office.take_in(&bytes).await else {
            panic!("taken in: {:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(80)]));
        };
        assert!(reason.starts_with("expected"), "{reason}");
        assert!(!reason.contains("Secret"), "{reason}");
    }
    assert_eq!(office.records(), before);
}

#[tokio::test]
async fn a_mail_leaves_its_folder_after_it_is_in_the_ledger() {
    let mut office = Office::with([]).await;
    let folder = tempfile::tempdir().unwrap();
    assert!(Maildir::open(folder.path()).is_err());
    for part in ["new", "cur", "tmp"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    let new = folder.path().join("new");
    fs::write(new.join("2.host"), mail("fifteen", "", "Why?")).unwrap();
    fs::write(new.join("1.host"), mail("sixteen", "", "Why not?")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", new.join("3.host")).unwrap();
    let maildir = Maildir::open(folder.path()).unwrap();
    let names = maildir.delivered().unwrap();
    assert_eq!(names, ["1.host", "2.host"], "in order, and links are no mails");
    let bytes = maildir::read(&maildir.path_of(&names[0])).unwrap().unwrap();
    assert!(matches!(office.take_in(&bytes).await, TakenIn::Registered { .. }));
    // A crash here leaves it to be found known.
    let bytes = maildir::read(&maildir.path_of(&names[0])).unwrap().unwrap();
    assert!(matches!(office.take_in(&bytes).await, TakenIn::Known { .. }));
    maildir.dealt_with(&names[0]).unwrap();
    assert!(folder.path().join("cur/1.host:2,S").is_file());
    assert_eq!(maildir.delivered().unwrap(), ["2.host"]);
}

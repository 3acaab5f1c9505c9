//! Letters written and sent, as a script of a user's would.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

use complaint_domain::rulebook::RuleChange;
use jiff::Timestamp;
use redress_tests::{
    binary::{Ran, redress, root, run_in, serve_in},
    mail_server::{MailServer, PASSWORD, Protection, USER},
    rulebook,
};

/// Takes every mail that comes, for as long as the test runs.
fn mail_server() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mails = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&mails);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            take(&stream.unwrap(), &taken).unwrap();
        }
    });
    (address, mails)
}

fn take(mut stream: &TcpStream, mails: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    stream.write_all(b"220 test.example\r\n")?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        let said = std::mem::take(&mut line);
        if said.starts_with("DATA") {
            stream.write_all(b"354 go on\r\n")?;
            let mut text = String::new();
            while reader.read_line(&mut line)? > 0 && line != ".\r\n" {
                text.push_str(&std::mem::take(&mut line));
            }
            line.clear();
            mails.lock().unwrap().push(text);
        } else if said.starts_with("QUIT") {
            return stream.write_all(b"221 bye\r\n");
        }
        stream.write_all(b"250 OK\r\n")?;
    }
    Ok(())
}

fn script(folder: &Path, server: &str) -> Ran {
    let binaries = redress().parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binaries.to_owned()).chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.arg(root().join("docs/communication.sh")).args(["ledger", server]).current_dir(folder);
    command.env("PATH", std::env::join_paths(paths).unwrap()).env_remove("RUST_LOG");
    command.output().unwrap().into()
}

#[test]
fn the_script_of_the_documents_writes_to_a_complainant() {
    let folder = tempfile::tempdir().unwrap();
    let origin = "complaints.example/communication";
    run_in(folder.path(), &["init", "--data", "ledger", "--origin", origin]).done();
    let (server, mails) = mail_server();
    let ran = script(folder.path(), &server).done();
    let mails = mails.lock().unwrap().clone();
    assert_eq!(mails.len(), 2, "an acknowledgement and a final response, each once");
    assert!(mails[0].contains("Dear A. Customer"), "{}", mails[0]);
    assert!(mails[0].contains(".complaint-"), "the Message-ID names the complaint: {}", mails[0]);
    assert!(mails[1].contains("Our final answer"), "{}", mails[1]);
    assert!(ran.stderr.contains("dealt with before"), "{}", ran.stderr);
    assert!(ran.stderr.contains("expected a final response in the records"), "{}", ran.stderr);
    assert!(ran.stdout.contains("financial-ombudsman.org.uk"), "{}", ran.stdout);
    assert!(ran.stdout.contains("0 sent, 0 known, 0 waiting, 0 given up"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("complaint.communication-recorded.v1").count(), 2);
    let taken = "1 registered, 1 added, 0 known, 1 automatic (0 letters bounced), 0 rejected";
    assert!(ran.stdout.contains(taken), "{}", ran.stdout);
    assert!(ran.stdout.contains("0 registered, 0 added, 1 known"), "{}", ran.stdout);
    assert!(ran.stdout.contains("  contact, name  linked\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("complaint.evidence-added.v1"), "{}", ran.stdout);
    assert!(ran.stdout.contains("complaint.duplicate-unlinked.v1"), "{}", ran.stdout);
    let pdf = fs::read(folder.path().join("letter.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-"), "a PDF");
    run_in(folder.path(), &["verify", "--data", "ledger", "--vault"]).done();

    let outbox = fs::read(folder.path().join("ledger/outbox.sqlite")).unwrap();
    for personal in ["Customer", "mail.example", "You are right", "Dear"] {
        let is_there = outbox.windows(personal.len()).any(|window| window == personal.as_bytes());
        assert!(!is_there, "`{personal}` is in the outbox");
    }
    let records = run_in(folder.path(), &["replay", "--data", "ledger"]).done().stdout;
    assert!(!records.contains("Customer"), "a name is in the log");
}

#[test]
fn letters_go_out_and_mail_comes_in_while_the_ledger_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let origin = "complaints.example/communication";
    run_in(folder.path(), &["init", "--data", "ledger", "--origin", origin]).done();
    let (server, mails) = mail_server();
    let serving = serve_in(folder.path(), &["serve", "--data", "ledger"]);
    let ran = script(folder.path(), &server).done();
    assert_eq!(mails.lock().unwrap().len(), 2, "each letter once");
    assert!(ran.stdout.contains("1 registered, 1 added, 0 known, 1 automatic"), "{}", ran.stdout);
    assert_eq!(serving.end(), Some(0));
    run_in(folder.path(), &["verify", "--data", "ledger", "--vault"]).done();
}

#[test]
fn the_commands_in_the_guide_work() {
    crate::readme::run_all("docs/communication.md");
}

const SENDER: &str = r#"{"company": "Example Bank", "address": ["1 High Street"],
    "contact": "complaints@bank.example", "signatory": "Complaints team"}"#;
const BODY: &str = r#"{"channel": "email", "source": {"kind": "direct"}, "language": "en",
    "personal": {"narrative": "I was charged a fee nobody had told me of.",
                 "complainant-name": "A. Customer", "contact": "a.customer@mail.example"}}"#;

/// A ledger with a complaint whose receipt is to be acknowledged, and what a letter needs.
struct Desk {
    folder: tempfile::TempDir,
    complaint: String,
}

impl Desk {
    fn new() -> Self {
        Self::under(Vec::new())
    }

    /// Under rules that were decided before the first complaint came in.
    fn under(rules: Vec<(Timestamp, RuleChange)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = [("sender.json", SENDER), ("body.json", BODY), ("word", PASSWORD)];
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let origin = "complaints.example/tls";
        run_in(folder.path(), &["init", "--data", "ledger", "--origin", origin]).done();
        if !rules.is_empty() {
            rulebook::decide(&folder.path().join("ledger"), rules);
        }
        let by = ["--as", "portal", "--role", "complainant", "--body", "body.json", "--json"];
        let register = [&["complaint", "register", "--data", "ledger"], &by[..]].concat();
        let complaint = run_in(folder.path(), &register).done().json();
        let complaint = complaint["complaint"].as_str().unwrap().to_owned();
        Self { folder, complaint }
    }

    /// Records something of its complaint.
    fn record(&self, verb: &str, (who, role): (&str, &str), body: &str) {
        fs::write(self.folder.path().join("body.json"), body).unwrap();
        let by = ["--as", who, "--role", role, "--data", "ledger", "--body", "body.json"];
        let words = [&["complaint", verb, &self.complaint], &by[..]].concat();
        run_in(self.folder.path(), &words).done();
    }

    /// Sends the acknowledgement; the server is trusted when `--ca` is among what more there is.
    fn send(&self, server: &MailServer, tls: &str, more: &[&str]) -> Ran {
        let letter = ["--kind", "acknowledgement", "--sender", "sender.json"];
        let by = ["--server", &server.address, "--tls", tls, "--from", "complaints@bank.example"];
        let rest = ["--data", "ledger", "--again", "--json"];
        let words = [&["mail", "send", &self.complaint], &letter[..], &by, &rest, more].concat();
        run_in(self.folder.path(), &words)
    }
}

fn trusting(server: &MailServer) -> [String; 6] {
    let ca = server.authority().to_str().unwrap().to_owned();
    ["--ca", &ca, "--user", USER, "--password-file", "word"].map(str::to_owned)
}

#[test]
fn a_letter_goes_out_over_tls_to_a_server_that_an_authority_vouches_for_after_a_login() {
    for (tls, protection) in
        [("starttls", Protection::Starttls), ("implicit", Protection::Implicit)]
    {
        let Some(server) = MailServer::start(protection) else { return };
        let desk = Desk::new();
        let trusting = trusting(&server);
        let sent = desk.send(&server, tls, &trusting.each_ref().map(String::as_str)).done().json();
        assert_eq!(sent["state"], "recorded", "{tls}: {sent}");
        let came = server.came();
        assert_eq!(came.mails.len(), 1, "{tls}");
        assert!(came.mails[0].contains("Dear A. Customer"), "{tls}: {}", came.mails[0]);
        let in_clear = came.in_clear.join("\n");
        assert!(!in_clear.contains("AUTH") && !in_clear.contains("MAIL"), "{tls}: {in_clear}");
    }
}

#[test]
fn nothing_of_a_letter_or_a_password_leaves_without_tls_that_is_trusted() {
    for (tls, protection, is_trusted, class) in [
        ("starttls", Protection::Starttls, false, "tls"),
        ("implicit", Protection::Implicit, false, "tls"),
        ("starttls", Protection::StruckOut, true, "tls"),
    ] {
        let Some(server) = MailServer::start(protection) else { return };
        let desk = Desk::new();
        let words = trusting(&server);
        let words: Vec<_> = words.iter().skip(if is_trusted { 0 } else { 2 }).collect();
        let words: Vec<_> = words.into_iter().map(String::as_str).collect();
        let waits = desk.send(&server, tls, &words).done().json();
        assert_eq!(waits["state"], "waiting", "{tls} {protection:?}: {waits}");
        assert_eq!(waits["last_error"], class, "{tls} {protection:?}: {waits}");
        let came = server.came();
        assert!(came.mails.is_empty());
        let in_clear = came.in_clear.join("\n");
        assert!(!in_clear.contains("AUTH") && !in_clear.contains("MAIL"), "{tls}: {in_clear}");
    }
}

#[test]
fn a_login_that_the_server_does_not_know_leaves_the_letter_waiting() {
    let Some(server) = MailServer::start(Protection::Starttls) else { return };
    let desk = Desk::new();
    fs::write(desk.folder.path().join("word"), "another word").unwrap();
    let words = trusting(&server);
    let waits = desk.send(&server, "starttls", &words.each_ref().map(String::as_str)).done().json();
    assert_eq!(waits["state"], "waiting", "{waits}");
    assert_eq!(waits["last_error"], "login", "{waits}");
    assert!(server.came().mails.is_empty());
}

#[test]
fn no_letter_states_another_last_day_of_recourse_than_the_pack_it_is_written_under() {
    let desk = Desk::new();
    let at = |words: &[&str]| run_in(desk.folder.path(), &[words, &["--data", "ledger"]].concat());
    let send = |verb, by, body| desk.record(verb, by, body);
    send("assign", ("sue", "supervisor"), r#"{"handler": "ana"}"#);
    send(
        "issue-response",
        ("ana", "agent"),
        r#"{"kind": "final", "channel": "email", "outcome": "not-upheld",
            "findings": [{"issue": "Fee", "outcome": "not-upheld"}],
            "recourse": {"body": "Financial Ombudsman Service", "until": "2099-12-31"},
            "personal": {"response-text": "The fee stands in the price list."}}"#,
    );
    let letter = ["letter", &desk.complaint, "--kind", "final-response", "--sender", "sender.json"];
    // The pack that the ledger goes by counts no recourse; this one does.
    let refused = at(&[&letter[..], &["--pack", "uk-disp"]].concat()).refused(1);
    for wanted in ["by `uk-disp/ombudsman-referral`", "found until 2099-12-31", "adopt the pack"] {
        assert!(refused.stderr.contains(wanted), "{wanted}: {}", refused.stderr);
    }
    let none = at(&["clock", "recourse"]).refused(1);
    assert!(none.stderr.contains("expected a pack that counts recourse"), "{}", none.stderr);
    let written = at(&letter).done();
    assert!(written.stdout.contains("31 December 2099"), "{}", written.stdout);
}

#[test]
fn a_letter_bears_the_day_of_the_response_that_it_carries_and_no_other_one() {
    let desk = Desk::new();
    let at = |words: &[&str]| run_in(desk.folder.path(), &[words, &["--data", "ledger"]].concat());
    let send = |words: &[&str], (who, role, day): (&str, &str, &str), body: &str| {
        fs::write(desk.folder.path().join("body.json"), body).unwrap();
        let when = format!("2026-03-{day}T09:00:00Z");
        let by = ["--as", who, "--role", role, "--occurred-at", &when, "--body", "body.json"];
        at(&[&["complaint"], words, &by, &["--json"]].concat()).done().json()
    };
    let registered = send(&["register"], ("portal", "complainant", "02"), BODY);
    let complaint = registered["complaint"].as_str().unwrap();
    send(&["assign", complaint], ("sue", "supervisor", "03"), r#"{"handler": "ana"}"#);
    send(
        &["issue-response", complaint],
        ("ana", "agent", "10"),
        r#"{"kind": "final", "channel": "email", "outcome": "not-upheld",
            "findings": [{"issue": "Fee", "outcome": "not-upheld"}],
            "recourse": {"body": "Financial Ombudsman Service", "until": "2026-09-10"},
            "personal": {"response-text": "The fee stands in the price list."}}"#,
    );
    let letter = |kind| {
        let words = ["letter", complaint, "--kind", kind, "--sender", "sender.json"];
        at(&[&words[..], &["--pack", "uk-disp"]].concat()).done().stdout
    };
    // Written today, it counts its six months from the day of the response all the same.
    let answer = letter("final-response");
    assert!(answer.contains("\n10 March 2026\nOur reference"), "{answer}");
    let says = "within six months of the date of this letter, that is by 10 September 2026";
    assert!(answer.contains(says), "{answer}");
    let receipt = letter("acknowledgement");
    assert!(receipt.contains("\nOur reference"), "{receipt}");
    assert!(!receipt.contains("March 2026\nOur reference"), "nobody wrote it then: {receipt}");
}

#[test]
fn a_letter_goes_by_the_packs_that_held_when_the_response_was_given() {
    let (decided, from) = ("2026-02-20T09:00:00Z", "2026-03-02".parse().unwrap());
    let (later, until) = ("2026-03-20T09:00:00Z", "2026-04-01".parse().unwrap());
    let retire = RuleChange::RetirePack { pack: "uk-disp".parse().unwrap(), from: until };
    let desk = Desk::under(vec![
        (decided.parse().unwrap(), rulebook::pack("uk-disp", from)),
        (decided.parse().unwrap(), rulebook::pack("in-rbi", from)),
        (later.parse().unwrap(), retire),
    ]);
    let at = |words: &[&str]| run_in(desk.folder.path(), &[words, &["--data", "ledger"]].concat());
    let send = |words: &[&str], (who, role): (&str, &str), day: &str, body: &str| {
        fs::write(desk.folder.path().join("body.json"), body).unwrap();
        let when = format!("{day}T09:00:00Z");
        let by = ["--as", who, "--role", role, "--occurred-at", &when, "--body", "body.json"];
        at(&[words, &by, &["--json"]].concat()).done().json()
    };
    // Of two packs that hold a response may go by either.
    let responded = |day: &str, until: &str| {
        let complaint = send(&["complaint", "register"], ("portal", "complainant"), day, BODY);
        let complaint = complaint["complaint"].as_str().unwrap().to_owned();
        let assign = ["complaint", "assign", &complaint];
        send(&assign, ("sue", "supervisor"), day, r#"{"handler": "ana"}"#);
        let answer = format!(
            r#"{{"kind": "final", "channel": "email", "outcome": "upheld",
                "findings": [{{"issue": "Fee", "outcome": "upheld"}}],
                "recourse": {{"body": "The ombudsman", "until": "{until}"}},
                "personal": {{"response-text": "You are right."}}}}"#
        );
        send(&["complaint", "issue-response", &complaint], ("ana", "agent"), day, &answer);
        complaint
    };
    let letter = |complaint: &str, pack: &str| {
        let words = ["letter", complaint, "--kind", "final-response", "--sender", "sender.json"];
        at(&[&words[..], &["--pack", pack]].concat())
    };
    let by_both = responded("2026-03-10", "2026-09-10");
    assert!(letter(&by_both, "uk-disp").done().stdout.contains("10 September 2026"));
    let refused = letter(&by_both, "in-rbi").refused(1).stderr;
    assert!(refused.contains("by `in-rbi/ombudsman-referral`"), "{refused}");
    // What does not hold any more is as it comes with the program.
    let by_one = responded("2026-04-02", "2027-04-02");
    assert!(letter(&by_one, "in-rbi").done().stdout.contains("Ombudsman"));
    let refused = letter(&by_one, "uk-disp").refused(1).stderr;
    assert!(refused.contains("2 October 2026") || refused.contains("2026-10-02"), "{refused}");
}

#[test]
fn nobody_is_told_that_they_are_satisfied_or_that_it_is_closed_when_it_is_not_so() {
    let desk = Desk::new();
    let at = |words: &[&str]| run_in(desk.folder.path(), &[words, &["--data", "ledger"]].concat());
    let send = |verb, by, body| desk.record(verb, by, body);
    let letter = |kind| at(&["letter", &desk.complaint, "--kind", kind, "--sender", "sender.json"]);
    let refused = |kind, why: &str| {
        let stderr = letter(kind).refused(1).stderr;
        assert!(stderr.contains(why), "{why}: {stderr}");
    };
    let (ana, portal) = (("ana", "agent"), ("portal", "complainant"));
    send("assign", ("sue", "supervisor"), r#"{"handler": "ana"}"#);
    send("identify-root-cause", ana, r#"{"kind": "none-found"}"#);
    send(
        "issue-response",
        ana,
        r#"{"kind": "final", "channel": "email", "outcome": "upheld",
            "findings": [{"issue": "Fee", "outcome": "upheld"}],
            "recourse": {"body": "The ombudsman", "until": "2099-12-31"},
            "personal": {"response-text": "You are right."}}"#,
    );
    refused("summary-resolution", "found no answer");
    send("record-answer", portal, r#"{"answer": "refused"}"#);
    refused("summary-resolution", "found refused");
    send("record-answer", portal, r#"{"answer": "accepted"}"#);
    letter("summary-resolution").done();
    refused("closing", "expected a closing");
    send("close", ana, r#"{"reason": "accepted"}"#);
    letter("closing").done();
    send("reopen", ana, r#"{"reason": "new-evidence"}"#);
    refused("closing", "found that it was reopened");
}

/// A ledger that goes by `uk-disp` from March 2026 on, and what is recorded in it at given times.
struct London(Desk);

impl London {
    fn new() -> Self {
        let pack = rulebook::pack("uk-disp", "2026-03-02".parse().unwrap());
        Self(Desk::under(vec![("2026-02-20T09:00:00Z".parse().unwrap(), pack)]))
    }

    fn at(&self, words: &[&str]) -> Ran {
        run_in(self.0.folder.path(), &[words, &["--data", "ledger"]].concat())
    }

    fn send(&self, words: &[&str], (who, role): (&str, &str), when: &str, body: &str) -> Ran {
        fs::write(self.0.folder.path().join("body.json"), body).unwrap();
        let by = ["--as", who, "--role", role, "--occurred-at", when, "--body", "body.json"];
        self.at(&[&["complaint"], words, &by, &["--json"]].concat()).done()
    }

    /// A complaint that came in then and has a handler.
    fn received(&self, when: &str) -> String {
        let registered = self.send(&["register"], ("portal", "complainant"), when, BODY).json();
        let complaint = registered["complaint"].as_str().unwrap().to_owned();
        self.send(&["assign", &complaint], ("sue", "supervisor"), when, r#"{"handler": "ana"}"#);
        complaint
    }

    fn answered(&self, complaint: &str, when: &str, until: &str) {
        let body = format!(
            r#"{{"kind": "final", "channel": "email", "outcome": "upheld",
                "findings": [{{"issue": "Fee", "outcome": "upheld"}}],
                "recourse": {{"body": "The ombudsman", "until": "{until}"}},
                "personal": {{"response-text": "You are right."}}}}"#
        );
        self.send(&["issue-response", complaint], ("ana", "agent"), when, &body);
    }

    fn letter(&self, complaint: &str, kind: &str) -> Ran {
        self.at(&["letter", complaint, "--kind", kind, "--sender", "sender.json"])
    }
}

#[test]
fn a_letter_gives_the_days_of_london_as_the_clocks_do() {
    let london = London::new();
    // Half past midnight in London, on the 31st of July and on the 1st of September.
    let complaint = london.received("2026-07-30T23:30:00Z");
    let receipt = london.letter(&complaint, "acknowledgement").done().stdout;
    assert!(receipt.contains("31 July 2026"), "{receipt}");
    london.answered(&complaint, "2026-08-31T23:30:00Z", "2027-03-01");
    let answer = london.letter(&complaint, "final-response").done().stdout;
    assert!(answer.contains("\n1 September 2026\nOur reference"), "{answer}");
    assert!(answer.contains("that is by 1 March 2027"), "{answer}");
}

#[test]
fn nobody_is_told_to_wait_for_an_answer_that_has_come_or_by_a_day_that_has_passed() {
    let london = London::new();
    let complaint = london.received("2026-03-02T09:00:00Z");
    let due = "by 27 April 2026";
    let receipt = london.letter(&complaint, "acknowledgement").done().stdout;
    assert!(!receipt.contains(due), "written after that day: {receipt}");
    let holding = r#"{"kind": "holding", "channel": "email", "expected_by": "2026-05-29",
        "personal": {"response-text": "We still wait for the archive."}}"#;
    london.send(&["issue-response", &complaint], ("ana", "agent"), "2026-04-20T09:00:00Z", holding);
    let written = london.letter(&complaint, "holding").done().stdout;
    assert!(written.contains("29 May 2026"), "{written}");
    london.answered(&complaint, "2026-05-20T09:00:00Z", "2026-11-20");
    let refused = london.letter(&complaint, "holding").refused(1).stderr;
    assert!(refused.contains("found a final response since"), "{refused}");
}

#[test]
fn a_summary_resolution_is_one_only_within_the_days_that_the_pack_gives() {
    let london = London::new();
    for (accepted, is_in_time) in [("2026-03-05T17:00:00Z", true), ("2026-03-06T10:00:00Z", false)]
    {
        let complaint = london.received("2026-03-02T09:00:00Z");
        london.answered(&complaint, "2026-03-04T09:00:00Z", "2026-09-04");
        let words = ["record-answer", &complaint];
        london.send(&words, ("portal", "complainant"), accepted, r#"{"answer": "accepted"}"#);
        let letter = london.letter(&complaint, "summary-resolution");
        if is_in_time {
            letter.done();
        } else {
            let stderr = letter.refused(1).stderr;
            let wanted =
                "accepted by 2026-03-05 17:00:00 +00:00, the limit of `uk-disp/summary-resolution`";
            assert!(stderr.contains(wanted), "{stderr}");
        }
    }
}

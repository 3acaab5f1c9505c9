//! Letters written and sent, as a script of a user's would.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

use redress_tests::binary::{Ran, redress, root, run_in};

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
fn the_commands_in_the_guide_work() {
    crate::readme::run_all("docs/communication.md");
}

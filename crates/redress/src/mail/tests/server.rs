//! A mail server that does as it is told: RFC 5321 as far as a client sees it.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

/// What the server does with one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conduct {
    /// Takes the mail.
    Accept,
    /// Answers RCPT with this code, and a text that repeats the address.
    RefuseRecipient(u16),
    /// Closes the connection instead of greeting.
    DropAtGreeting,
    /// Takes all of the mail, and closes the connection instead of answering.
    DropAfterData,
    /// Closes the connection in the middle of the mail.
    DieMidData,
}

/// A mail that was accepted.
#[derive(Debug, Clone)]
pub(super) struct Mail {
    /// The addresses of its envelope.
    pub recipients: Vec<String>,
    /// Its bytes.
    pub text: String,
}

#[derive(Debug, Default)]
struct Seen {
    accepted: Vec<Mail>,
    /// Whatever arrived of mails, accepted or not.
    texts: Vec<String>,
}

/// The server. One connection after the other, each as told.
#[derive(Debug)]
pub(super) struct SmtpServer {
    /// Where it listens.
    pub address: String,
    seen: Arc<Mutex<Seen>>,
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SmtpServer {
    /// Listens, and does to each connection what comes next; afterwards it closes each at once.
    pub(super) fn start(conduct: impl IntoIterator<Item = Conduct>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut conduct: VecDeque<Conduct> = conduct.into_iter().collect();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let is_stopped = Arc::new(AtomicBool::new(false));
        let (noted, stopped) = (Arc::clone(&seen), Arc::clone(&is_stopped));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let next = conduct.pop_front().unwrap_or(Conduct::DropAtGreeting);
                // A client that goes away is no concern of the server's.
                let _ = serve(&stream.unwrap(), next, &noted);
            }
        });
        Self { address, seen, is_stopped, thread: Some(thread) }
    }

    /// The mails that were accepted.
    pub(super) fn accepted(&self) -> Vec<Mail> {
        self.seen.lock().unwrap().accepted.clone()
    }

    /// What arrived of mails, accepted or not.
    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().texts.clone()
    }

    /// Listens no more.
    pub(super) fn stop(&mut self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(&self.address);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(stream: &TcpStream, conduct: Conduct, seen: &Mutex<Seen>) -> std::io::Result<()> {
    if conduct == Conduct::DropAtGreeting {
        return Ok(());
    }
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    let mut recipients = Vec::new();
    writer.write_all(b"220 test.example ESMTP\r\n")?;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => writer.write_all(b"250-test.example\r\n250 8BITMIME\r\n")?,
            "RCPT" => {
                let address = line.trim().rsplit(':').next().unwrap_or_default().to_owned();
                if let Conduct::RefuseRecipient(code) = conduct {
                    write!(writer, "{code} {address} is refused\r\n")?;
                } else {
                    recipients.push(address);
                    writer.write_all(b"250 OK\r\n")?;
                }
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n")?;
                let Some(text) = data(&mut reader, conduct, seen)? else { return Ok(()) };
                let recipients = std::mem::take(&mut recipients);
                seen.lock().unwrap().accepted.push(Mail { recipients, text });
                writer.write_all(b"250 OK\r\n")?;
            }
            "QUIT" => return writer.write_all(b"221 bye\r\n"),
            _ => writer.write_all(b"250 OK\r\n")?,
        }
    }
}

/// Reads a mail to its last line; nothing when the server is to go away over it.
fn data(
    reader: &mut impl BufRead,
    conduct: Conduct,
    seen: &Mutex<Seen>,
) -> std::io::Result<Option<String>> {
    let mut text = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let is_header_end = line == "\r\n";
        if line == ".\r\n" || (is_header_end && conduct == Conduct::DieMidData) || line.is_empty() {
            break;
        }
        text.push_str(&line);
    }
    seen.lock().unwrap().texts.push(text.clone());
    Ok((conduct == Conduct::Accept).then_some(text))
}

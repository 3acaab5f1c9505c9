//! A mail server for tests, with TLS and a login: RFC 5321, 3207, 4954 as far as a client sees them.

use std::{
    fs,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tempfile::TempDir;

/// Who may send, and by which word.
pub const USER: &str = "post";
/// The word.
pub const PASSWORD: &str = "of the post";
/// What a client that logs in as they say sends (RFC 4616): nothing, a zero, the name, a zero, the
/// word, in base64.
const LOGIN: &str = "AHBvc3QAb2YgdGhlIHBvc3Q=";

/// How the server protects a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte.
    Implicit,
    /// It offers STARTTLS, and takes nothing before it.
    Starttls,
    /// It offers nothing, as after somebody on the way has struck the offer out.
    StruckOut,
}

/// What came in.
#[derive(Debug, Default, Clone)]
pub struct Came {
    /// Lines that came without TLS.
    pub in_clear: Vec<String>,
    /// Mails that were accepted, each from who had logged in over TLS.
    pub mails: Vec<String>,
}

/// A server with a certificate for `localhost` by an authority of its own.
#[derive(Debug)]
pub struct MailServer {
    folder: TempDir,
    /// Its name and port.
    pub address: String,
    came: Arc<Mutex<Came>>,
}

impl MailServer {
    /// Listens for as long as the test runs; `None`, said aloud, where there is no OpenSSL.
    pub fn start(protection: Protection) -> Option<Self> {
        if let Err(error) = Command::new("openssl").arg("version").output() {
            crate::binary::say_not_run("mail over TLS", &format!("openssl: {error}"));
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        make_certificates(folder.path());
        let tls = Arc::new(settings(folder.path()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let came = Arc::new(Mutex::new(Came::default()));
        let noted = Arc::clone(&came);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that goes away, or does not trust the certificate, is no concern of it.
                let _ = serve(stream.unwrap(), protection, &tls, &noted);
            }
        });
        Some(Self { folder, address, came })
    }

    /// The certificate of the authority, for those who trust it.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// What came in so far.
    pub fn came(&self) -> Came {
        self.came.lock().unwrap().clone()
    }
}

fn make_certificates(folder: &Path) {
    let run = |arguments: &str| {
        let words = arguments.split_whitespace();
        let ran = Command::new("openssl").args(words).current_dir(folder).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "openssl {arguments}: {said}");
    };
    fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    for key in ["root.key", "server.key"] {
        run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {key}"));
    }
    run("req -new -x509 -key root.key -subj /CN=mail-root -days 9 -out root.pem \
         -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign");
    run("req -new -key server.key -subj /CN=localhost -out server.csr");
    run("x509 -req -in server.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile names \
         -days 9 -out server.pem");
}

fn settings(folder: &Path) -> ServerConfig {
    let certificate = CertificateDer::from_pem_file(folder.join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

fn serve(
    mut stream: TcpStream,
    protection: Protection,
    tls: &Arc<ServerConfig>,
    came: &Mutex<Came>,
) -> io::Result<()> {
    let begin = |stream: TcpStream| -> io::Result<_> {
        let connection = ServerConnection::new(Arc::clone(tls)).map_err(io::Error::other)?;
        Ok(StreamOwned::new(connection, stream))
    };
    if protection == Protection::Implicit {
        let mut protected = begin(stream)?;
        protected.write_all(b"220 localhost\r\n")?;
        return talk(&mut protected, came);
    }
    stream.write_all(b"220 localhost\r\n")?;
    loop {
        let line = line(&mut stream)?;
        came.lock().unwrap().in_clear.push(line.clone());
        match (line.get(..4).unwrap_or_default(), protection) {
            ("EHLO", Protection::Starttls) => {
                stream.write_all(b"250-localhost\r\n250 STARTTLS\r\n")?;
            }
            ("EHLO", _) => stream.write_all(b"250-localhost\r\n250 AUTH PLAIN\r\n")?,
            ("STAR", Protection::Starttls) => {
                stream.write_all(b"220 go on\r\n")?;
                return talk(&mut begin(stream)?, came);
            }
            ("QUIT" | "", _) => return Ok(()),
            _ => stream.write_all(b"530 begin TLS first\r\n")?,
        }
    }
}

/// What is said over TLS.
fn talk(stream: &mut (impl Read + Write), came: &Mutex<Came>) -> io::Result<()> {
    let mut is_known = false;
    loop {
        let said = line(stream)?;
        let answer: &[u8] = match said.get(..4).unwrap_or_default() {
            "EHLO" => b"250-localhost\r\n250 AUTH PLAIN\r\n",
            "AUTH" => {
                is_known = said.strip_prefix("AUTH PLAIN ") == Some(LOGIN);
                if is_known { b"235 welcome\r\n" } else { b"535 unknown\r\n" }
            }
            "QUIT" | "" => return Ok(()),
            _ if !is_known => b"530 log in first\r\n",
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                let mut mail = String::new();
                loop {
                    let text = line(stream)?;
                    if text == "." {
                        break;
                    }
                    mail.push_str(&text);
                    mail.push('\n');
                }
                came.lock().unwrap().mails.push(mail);
                b"250 OK\r\n"
            }
            _ => b"250 OK\r\n",
        };
        stream.write_all(answer)?;
        stream.flush()?;
    }
}

/// A line without its end; empty when the client has gone.
fn line(stream: &mut impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while stream.read(&mut byte)? == 1 && byte != *b"\n" {
        bytes.extend(byte);
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\r').to_owned())
}

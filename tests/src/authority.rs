//! A time-stamping authority for tests, run from OpenSSL: a root, a certificate that may stamp, and an
//! address on this machine that answers requests as RFC 3161 has it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use tempfile::TempDir;

use crate::binary::say_not_run;

const SETTINGS: &str = "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4.1\ndigests=sha256\n\
                        accuracy=secs:1\nsigner_digest=sha256\ness_cert_id_alg=sha256\n";
const STAMPING: &str =
    "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n";

/// An authority with keys of its own, made for one test.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// A new authority of this name; `None`, said aloud, where there is no OpenSSL.
    pub fn new(name: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            say_not_run("time stamps", "there is no OpenSSL here to run an authority from");
            return None;
        }
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(authority.path("tsa.cnf"), SETTINGS).unwrap();
        fs::write(authority.path("serial"), "01\n").unwrap();
        fs::write(authority.path("stamping"), STAMPING).unwrap();
        for key in ["root.key", "stamp.key"] {
            authority.openssl(&format!("ecparam -name prime256v1 -genkey -noout -out {key}"));
        }
        authority.openssl(&format!(
            "req -new -x509 -key root.key -subj /CN={name}-root -days 9 -out root.pem \
             -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign"
        ));
        authority.openssl(&format!("req -new -key stamp.key -subj /CN={name} -out stamp.csr"));
        authority.openssl(
            "x509 -req -in stamp.csr -CA root.pem -CAkey root.key -CAcreateserial \
             -extfile stamping -days 9 -out stamp.pem",
        );
        Some(authority)
    }

    /// The certificate of its root, for those who trust it.
    pub fn root(&self) -> PathBuf {
        self.path("root.pem")
    }

    /// Answers the request in one file into another.
    pub fn stamp(&self, request: &Path, answer: &Path) {
        self.openssl(&format!(
            "ts -reply -config tsa.cnf -queryfile {} -signer stamp.pem -inkey stamp.key -out {}",
            request.display(),
            answer.display()
        ));
    }

    /// Begins to answer over HTTP, until it is dropped.
    pub fn serve(self) -> Answering {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (root, is_over) = (self.root(), Arc::new(AtomicBool::new(false)));
        let over = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            for asked in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                self.answer(asked.unwrap());
            }
            self
        });
        Answering { address, root, is_over, thread: Some(thread) }
    }

    fn answer(&self, asked: TcpStream) {
        let mut reader = BufReader::new(asked);
        let (mut length, mut kind) = (0, String::new());
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim().split_once(": ") else {
                if line.trim().is_empty() {
                    break;
                }
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "content-type" => value.clone_into(&mut kind),
                _ => {}
            }
        }
        let mut request = vec![0; length];
        reader.read_exact(&mut request).unwrap();
        let (question, reply) = (self.path("asked.tsq"), self.path("answer.tsr"));
        let (status, body) = if kind == "application/timestamp-query" {
            fs::write(&question, request).unwrap();
            self.stamp(&question, &reply);
            ("200 OK", fs::read(&reply).unwrap())
        } else {
            ("415 Unsupported Media Type", Vec::new())
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/timestamp-reply\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let mut asked = reader.into_inner();
        asked.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        command.args(arguments.split_whitespace()).current_dir(self.folder.path());
        let ran = command.output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "openssl {arguments}: {said}");
    }
}

/// An authority that answers until it is dropped.
#[derive(Debug)]
pub struct Answering {
    address: SocketAddr,
    /// The certificate of its root.
    pub root: PathBuf,
    is_over: Arc<AtomicBool>,
    /// Holds the authority, whose folder lives as long.
    thread: Option<JoinHandle<Authority>>,
}

impl Answering {
    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}/stamp", self.address)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes it, so that it sees that it is over.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

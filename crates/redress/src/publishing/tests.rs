use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::Duration,
};

use checkpoint_signer::CheckpointSigner;
use event_log::{
    EventLog, ExpectedVersion, NewRecord, clock::SystemClock, record::RECORDED_AT_BLANK,
};
use merkle_log::{Checkpoint, KeyKind, SignerKey, empty_root};
use tempfile::TempDir;
use tokio::{sync::watch, time::timeout};

use super::{
    publisher::{Begun, Publisher, Waits},
    witnesses::Witnesses,
    *,
};
use crate::{
    arguments::{LedgerAt, Status},
    commands,
    console::Console,
    control::Control,
    ledger::{Ledger, NewSigning},
};

const ORIGIN: &str = "ledger.example/complaints";
/// Nothing here takes as long; a test that would wait for ever fails instead.
const LONG: Duration = Duration::from_secs(30);
const SOON: Duration = Duration::from_millis(20);

/// A new ledger, with its signer.
struct Home {
    dir: TempDir,
    ledger: Ledger,
    at: SigningAt,
}

impl Home {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let at = LedgerAt { data: dir.path().join("ledger"), keys: None };
        let signing = NewSigning { at: SigningAt::default(), passphrase: None };
        let (ledger, _) = Ledger::create(&at, ORIGIN, &signing, Arc::new(SystemClock)).unwrap();
        Self { dir, ledger, at: signing.at }
    }

    async fn signer(&self) -> CheckpointSigner {
        signing::open(&self.ledger, &self.at).await.unwrap()
    }

    fn places(&self) -> PublishedPlaces {
        PublishedPlaces::of(&self.ledger.places.data)
    }

    async fn publisher(&self, witnesses: Option<Witnesses>) -> Publisher {
        let log = Arc::clone(&self.ledger.log);
        Publisher::start(log, self.signer().await, self.places(), witnesses).await.unwrap()
    }

    async fn append(&self, stream: &str) {
        let record = NewRecord::new(RECORDED_AT_BLANK.to_vec(), 0).unwrap();
        let stream = stream.parse().unwrap();
        let appended =
            self.ledger.log.append(&stream, ExpectedVersion::NoStream, vec![record]).await;
        appended.unwrap();
    }

    /// A policy that demands no witness: what is signed is shown at once.
    fn no_witnesses(&self) -> Witnesses {
        let path = self.dir.path().join("policy");
        fs::write(&path, "quorum none\n").unwrap();
        Witnesses::read(&path).unwrap()
    }

    /// A publisher that asks witnesses again soon, over what was not published yet.
    fn impatient(&self, signer: CheckpointSigner, witnesses: Option<Witnesses>) -> Publisher {
        let waits = Waits { again: SOON, witnesses: SOON };
        let (log, places) = (Arc::clone(&self.ledger.log), self.places());
        let begun = Begun { head: log.watch_head(), log, places, published: 0 };
        Publisher::at_work(begun, signer, witnesses, waits)
    }
}

/// A place that cannot be written: its temporary file is a directory.
fn block(path: &Path) -> PathBuf {
    let in_the_way = path.with_added_extension("tmp");
    fs::create_dir(&in_the_way).unwrap();
    in_the_way
}

fn size_at(path: &Path) -> Option<u64> {
    let note = read(path).unwrap()?;
    Some(Checkpoint::parse(note.text()).unwrap().size())
}

async fn wait_for<T: Clone + Send + Sync>(
    mut found: watch::Receiver<T>,
    wanted: impl FnMut(&T) -> bool + Send,
) -> T {
    timeout(LONG, found.wait_for(wanted)).await.unwrap().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_tells_that_it_cannot_write_and_goes_on_when_it_can() {
    let home = Home::new();
    let places = home.places();
    let publisher = home.publisher(None).await;
    home.append("one").await;
    wait_for(publisher.watched().published, |size| *size == 1).await;

    let in_the_way = block(&places.signed);
    home.append("two").await;
    let told = wait_for(publisher.watched().trouble, Option::is_some).await.unwrap();
    assert!(told.contains(&places.signed.display().to_string()), "{told}");
    assert_eq!(*publisher.watched().published.borrow(), 1);
    assert_eq!(size_at(&places.signed), Some(1), "strangers still see the last one");

    // Nothing more is appended: it tries again by itself.
    fs::remove_dir(in_the_way).unwrap();
    wait_for(publisher.watched().published, |size| *size == 2).await;
    wait_for(publisher.watched().trouble, Option::is_none).await;
    assert_eq!(size_at(&places.signed), Some(2));
    home.append("three").await;
    publisher.finish().await.unwrap();
    assert_eq!(size_at(&places.signed), Some(3), "the last before the end too");
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_register_nothing_is_published_until_it_can_be_written_again() {
    let home = Home::new();
    let publisher = home.publisher(None).await;
    let register = home.ledger.places.kek.with_file_name("register");
    let in_the_way = block(&register);
    home.append("one").await;
    let told = wait_for(publisher.watched().trouble, Option::is_some).await.unwrap();
    assert!(told.contains(&register.display().to_string()), "{told}");
    fs::remove_dir(in_the_way).unwrap();
    wait_for(publisher.watched().published, |size| *size == 1).await;
    publisher.finish().await.unwrap();
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witnessed_checkpoint_that_could_not_be_written_is_written_when_that_is_possible() {
    let home = Home::new();
    let places = home.places();
    let in_the_way = block(&places.witnessed);
    let publisher = home.publisher(Some(home.no_witnesses())).await;
    let told = wait_for(publisher.watched().witness_trouble, Option::is_some).await.unwrap();
    assert!(told.contains(&places.witnessed.display().to_string()), "{told}");
    home.append("one").await;
    wait_for(publisher.watched().published, |size| *size == 1).await;
    assert_eq!(size_at(&places.witnessed), None);

    fs::remove_dir(in_the_way).unwrap();
    wait_for(publisher.watched().witness_trouble, Option::is_none).await;
    publisher.finish().await.unwrap();
    assert_eq!(size_at(&places.witnessed), Some(1));
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_ends_publishing_while_it_cannot_write_is_told_why() {
    let home = Home::new();
    let publisher = home.publisher(None).await;
    let signed = home.places().signed;
    block(&signed);
    home.append("one").await;
    let refused = publisher.finish().await.unwrap_err().to_string();
    assert!(refused.contains(&signed.display().to_string()), "{refused}");
    home.ledger.close().await;
}

#[test]
fn a_checkpoint_that_could_not_be_read_again_does_not_take_the_place_of_the_last() {
    let dir = TempDir::new().unwrap();
    let places = PublishedPlaces::of(dir.path());
    let key = SignerKey::from_seed(ORIGIN, KeyKind::Note, &[1; 32]).unwrap();
    let good = Checkpoint::new(ORIGIN, 0, empty_root()).unwrap().signed_by(&key);
    places.keep_signed(&good).unwrap();
    let mut note = good.clone();
    for witness in 0..SIGNATURES_MAX {
        let name = format!("witness.example/{witness}");
        let key = SignerKey::from_seed(&name, KeyKind::Cosignature, &[2; 32]).unwrap();
        note.add(key.sign(note.text(), 1_750_000_000));
    }
    let refused = places.keep_signed(&note).unwrap_err().to_string();
    assert!(refused.contains("found one with 101"), "{refused}");
    assert_eq!(places.shown(false).unwrap(), Some(good));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_that_runs_signs_nothing_that_only_a_rotten_tile_says() {
    let home = Home::new();
    let publisher = home.publisher(None).await;
    let register = home.ledger.places.kek.with_file_name("register");
    let in_the_way = block(&register);
    for number in 0..600 {
        home.append(&format!("stream-{number}")).await;
    }
    let tile = home.ledger.places.data.join("tiles/tile/0/000");
    let sealed = async {
        while !tile.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LONG, sealed).await.unwrap();
    let mut bytes = fs::read(&tile).unwrap();
    bytes[100 * 32] ^= 1;
    fs::write(&tile, bytes).unwrap();

    fs::remove_dir(in_the_way).unwrap();
    let finished = publisher.finish().await;
    // It may have read the tile before that rotted, and still know it: then it signs what is true.
    let tree = home.ledger.log.tree().await.unwrap();
    match read(&home.places().signed).unwrap() {
        Some(note) if finished.is_ok() => {
            let signed = Checkpoint::parse(note.text()).unwrap();
            assert_eq!((signed.size(), signed.root()), (tree.size(), tree.root()));
        }
        _ => {
            let refused = finished.unwrap_err().to_string();
            assert!(refused.contains("hash tiles"), "{refused}");
        }
    }
    home.ledger.close().await;
}

/// A witness that has seen another history, whatever it is asked: status 422 of C2SP tlog-witness. It is gone with the
/// test's process.
fn witness_of_another_history() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4_096]);
            let answer = "HTTP/1.1 422 Unprocessable Entity\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn another_history_at_a_witness_is_told_of_whoever_else_has_cosigned() {
    let home = Home::new();
    let key = SignerKey::from_seed("witness.example/one", KeyKind::Cosignature, &[7; 32]).unwrap();
    let policy = home.dir.path().join("policy");
    let line = format!("witness one {} {}", key.verifier(), witness_of_another_history());
    fs::write(&policy, format!("{line}\nquorum none\n")).unwrap();
    let publisher = home.publisher(Some(Witnesses::read(&policy).unwrap())).await;
    home.append("one").await;
    wait_for(publisher.watched().published, |size| *size == 1).await;
    let told = wait_for(publisher.watched().witness_trouble, Option::is_some).await.unwrap();
    assert!(told.contains("another history"), "{told}");
    publisher.finish().await.unwrap_err();
    home.ledger.close().await;
}

/// A witness that cosigns whatever it is asked for, unless it is down. It is gone with the test's process.
#[derive(Debug)]
struct Cosigner {
    key: SignerKey,
    is_down: AtomicBool,
    asked: AtomicU32,
}

impl Cosigner {
    fn new() -> Arc<Self> {
        let key = SignerKey::from_seed("witness.example/one", KeyKind::Cosignature, &[7; 32]);
        let (is_down, asked) = (AtomicBool::new(false), AtomicU32::new(0));
        Arc::new(Self { key: key.unwrap(), is_down, asked })
    }

    /// A policy that demands it.
    fn policy(self: &Arc<Self>, home: &Home) -> Witnesses {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let own = Arc::clone(self);
        thread::spawn(move || listener.incoming().for_each(|stream| own.answer(stream.unwrap())));
        let path = home.dir.path().join("policy");
        let key = self.key.verifier();
        fs::write(&path, format!("witness one {key} http://{address}\nquorum one\n")).unwrap();
        Witnesses::read(&path).unwrap()
    }

    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while reader.read_line(&mut line).unwrap() > 2 {
            if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = text.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        let note = SignedNote::parse(body.split_once("\n\n").unwrap().1.as_bytes()).unwrap();
        self.asked.fetch_add(1, Ordering::SeqCst);
        let (status, text) = if self.is_down.load(Ordering::SeqCst) {
            ("503 Service Unavailable", String::new())
        } else {
            ("200 OK", format!("{}\n", self.key.sign(note.text(), 1_750_000_000)))
        };
        let length = text.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}"
        );
        reader.into_inner().write_all(answer.as_bytes()).unwrap();
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn until(is_so: impl Fn() -> bool + Send + Sync) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(SOON).await;
        }
    };
    timeout(LONG, waiting).await.expect("it never came to that");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_was_down_is_asked_again_though_nothing_is_appended() {
    let home = Home::new();
    let cosigner = Cosigner::new();
    cosigner.is_down.store(true, Ordering::SeqCst);
    home.append("one").await;
    let places = home.places();
    let publisher = home.impatient(home.signer().await, Some(cosigner.policy(&home)));
    until(|| cosigner.asked() > 0).await;
    assert_eq!(size_at(&places.witnessed), None);
    cosigner.is_down.store(false, Ordering::SeqCst);
    until(|| size_at(&places.witnessed) == Some(1)).await;
    // Once it has cosigned it is left alone, also by the last publishing of the same.
    let asked = cosigner.asked();
    publisher.finish().await.unwrap();
    assert_eq!(cosigner.asked(), asked);
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_witness_is_asked_again_because_a_checkpoint_could_not_be_written() {
    let home = Home::new();
    let cosigner = Cosigner::new();
    home.append("one").await;
    let places = home.places();
    let in_the_way = block(&places.witnessed);
    let publisher = home.impatient(home.signer().await, Some(cosigner.policy(&home)));
    wait_for(publisher.watched().witness_trouble, Option::is_some).await;
    fs::remove_dir(in_the_way).unwrap();
    wait_for(publisher.watched().witness_trouble, Option::is_none).await;
    until(|| size_at(&places.witnessed) == Some(1)).await;
    assert_eq!(cosigner.asked(), 1);
    publisher.finish().await.unwrap();
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_not_the_one_that_was_signed_is_not_tried_again() {
    let (home, other) = (Home::new(), Home::new());
    for stream in ["one", "two", "three"] {
        other.append(stream).await;
    }
    // As when another copy was signed for beside this one.
    let mut signer = home.signer().await;
    signer.sign(&other.ledger.log.nodes(), 3).unwrap();
    home.append("first").await;
    let publisher = home.impatient(signer, None);
    let told = wait_for(publisher.watched().trouble, Option::is_some).await.unwrap();
    assert!(told.contains("second history"), "{told}");
    home.append("second").await;
    let refused = publisher.finish().await.unwrap_err().to_string();
    assert_eq!(refused, told, "what was found first stays what is said");
    assert!(told.contains("this log has 1:"), "{told}");
    home.ledger.close().await;
    other.ledger.close().await;
}

/// What `redress status` prints of the ledger in this directory.
async fn status(data: &Path, json: bool) -> String {
    let at = LedgerAt { data: data.to_owned(), keys: None };
    let args = Status { at, signing: SigningAt::default() };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console::new(&mut out, &mut err, json, false);
    commands::status::run(&args, &mut console).await.unwrap();
    assert_eq!(String::from_utf8(err).unwrap(), "");
    String::from_utf8(out).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_how_publishing_goes_while_the_ledger_is_served() {
    let mut home = Home::new();
    let (data, signed) = (home.ledger.places.data.clone(), home.places().signed);
    let publisher = home.publisher(Some(home.no_witnesses())).await;
    let in_the_way = block(&signed);
    home.append("one").await;
    let trouble = wait_for(publisher.watched().trouble, Option::is_some).await.unwrap();
    assert!(!status(&data, false).await.contains("serving"), "nobody is asked");

    let control = Control::bind(&home.ledger).unwrap();
    let (stop, stopped) = watch::channel(false);
    let watched = publisher.watched();
    let asking = async {
        let told = status(&data, false).await;
        assert!(told.contains("serving    0 records are published\n"), "{told}");
        assert!(told.contains(&format!("no more are, for {trouble}\n")), "{told}");
        fs::remove_dir(in_the_way).unwrap();
        wait_for(publisher.watched().trouble, Option::is_none).await;
        let told: serde_json::Value = serde_json::from_str(&status(&data, true).await).unwrap();
        let well = serde_json::json!({ "published": 1, "trouble": null, "witness_trouble": null });
        assert_eq!(told["serving"], well);
        stop.send_replace(true);
    };
    tokio::join!(control.answer(&mut home.ledger, &watched, stopped), asking);
    publisher.finish().await.unwrap();
    home.ledger.close().await;
}

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use checkpoint_signer::CheckpointSigner;
use event_log::{
    EventLog, ExpectedVersion, NewRecord, clock::SystemClock, record::RECORDED_AT_BLANK,
};
use merkle_log::{Checkpoint, KeyKind, SignerKey, empty_root};
use tempfile::TempDir;
use tokio::{sync::watch, time::timeout};
use tracing::{
    Dispatch,
    subscriber::{DefaultGuard, set_default},
};
use tracing_subscriber::fmt::MakeWriter;

use super::{
    publisher::{Begun, Publisher, Waits},
    witnesses::Witnesses,
    *,
};
use crate::{
    arguments::LedgerAt,
    ledger::{Ledger, NewSigning},
};

mod told;
mod witnessed;

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

    /// Where it is remembered who has seen another history.
    fn forks(&self) -> PathBuf {
        self.dir.path().join("forks")
    }

    /// A policy that demands no witness: what is signed is shown at once.
    fn no_witnesses(&self) -> Witnesses {
        let path = self.dir.path().join("policy");
        fs::write(&path, "quorum none\n").unwrap();
        Witnesses::read(&path, &self.forks()).unwrap()
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

/// What is said in the traces of the thread that a test runs on.
#[derive(Debug, Clone, Default)]
struct Traces(Arc<Mutex<Vec<u8>>>);

impl Traces {
    /// Until what is given with them is dropped.
    fn captured() -> (Self, (Dispatch, DefaultGuard)) {
        let traces = Self::default();
        let subscriber = || {
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::DEBUG)
                .with_ansi(false)
                .with_writer(traces.clone())
                .finish()
        };
        // While there is only one, a line that another test's thread is the first to come to is off for all threads.
        let second = Dispatch::new(subscriber());
        let guard = set_default(subscriber());
        (traces, (second, guard))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Traces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Traces {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

async fn until(mut is_so: impl FnMut() -> bool + Send) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(SOON).await;
        }
    };
    timeout(LONG, waiting).await.expect("it never came to that");
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

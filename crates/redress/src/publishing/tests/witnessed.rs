//! What the witnesses say, and what becomes of it.

use std::{
    io::{BufRead, BufReader, Read},
    net::{TcpListener, TcpStream},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use super::*;

/// What a witness answers.
#[derive(Debug, Clone, Copy)]
enum Answers {
    Cosigned,
    Down,
    /// Status 422 of C2SP tlog-witness.
    AnotherHistory,
    /// Status 409: so many records, and more than it is asked for are another copy's.
    OtherSize(u64),
}

/// A witness that answers as it is told to, whatever it is asked for. It is gone with the test's process.
#[derive(Debug)]
struct Cosigner {
    key: SignerKey,
    answers: Mutex<Answers>,
    asked: AtomicU32,
}

impl Cosigner {
    fn new() -> Arc<Self> {
        Self::named("one")
    }

    fn named(name: &str) -> Arc<Self> {
        let mut seed = [7; 32];
        seed[..name.len()].copy_from_slice(name.as_bytes());
        let name = format!("witness.example/{name}");
        let key = SignerKey::from_seed(&name, KeyKind::Cosignature, &seed);
        let (answers, asked) = (Mutex::new(Answers::Cosigned), AtomicU32::new(0));
        Arc::new(Self { key: key.unwrap(), answers, asked })
    }

    fn now(&self, answers: Answers) {
        *self.answers.lock().unwrap() = answers;
    }

    /// A policy that demands it.
    fn policy(self: &Arc<Self>, home: &Home) -> Witnesses {
        self.policy_of(home, "quorum one")
    }

    /// A policy that names it.
    fn policy_of(self: &Arc<Self>, home: &Home, quorum: &str) -> Witnesses {
        policy(home, &format!("{}{quorum}\n", self.line("one")))
    }

    /// What names it in a policy. From then on it answers.
    fn line(self: &Arc<Self>, name: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let own = Arc::clone(self);
        thread::spawn(move || listener.incoming().for_each(|stream| own.answer(stream.unwrap())));
        format!("witness {name} {} http://{address}\n", self.key.verifier())
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
        let (status, text) = match *self.answers.lock().unwrap() {
            Answers::Cosigned => {
                ("200 OK", format!("{}\n", self.key.sign(note.text(), 1_750_000_000)))
            }
            Answers::Down => ("503 Service Unavailable", String::new()),
            Answers::AnotherHistory => ("422 Unprocessable Entity", String::new()),
            Answers::OtherSize(size) => ("409 Conflict", format!("{size}\n")),
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

    /// Until what it answered was looked at: it is asked one time after the other.
    async fn is_asked_anew(&self) {
        let asked = self.asked();
        until(|| self.asked() >= asked + 2).await;
    }
}

fn policy(home: &Home, lines: &str) -> Witnesses {
    let path = home.dir.path().join("policy");
    fs::write(&path, lines).unwrap();
    Witnesses::read(&path, &home.forks()).unwrap()
}

/// What is wrong with witnessing, as far as was told by now.
fn witness_trouble(publisher: &Publisher) -> watch::Receiver<Option<String>> {
    publisher.watched().witness_trouble.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witnessed_checkpoint_that_could_not_be_written_is_written_when_that_is_possible() {
    let home = Home::new();
    let places = home.places();
    let in_the_way = block(&places.witnessed);
    let publisher = home.publisher(Some(home.no_witnesses())).await;
    let told = wait_for(witness_trouble(&publisher), Option::is_some).await.unwrap();
    assert!(told.contains(&places.witnessed.display().to_string()), "{told}");
    home.append("one").await;
    wait_for(publisher.watched().published, |size| *size == 1).await;
    assert_eq!(size_at(&places.witnessed), None);

    fs::remove_dir(in_the_way).unwrap();
    wait_for(witness_trouble(&publisher), Option::is_none).await;
    publisher.finish().await.unwrap();
    assert_eq!(size_at(&places.witnessed), Some(1));
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_history_at_a_witness_is_told_of_whoever_else_has_cosigned() {
    let home = Home::new();
    let cosigner = Cosigner::new();
    cosigner.now(Answers::AnotherHistory);
    let publisher = home.publisher(Some(cosigner.policy_of(&home, "quorum none"))).await;
    home.append("one").await;
    wait_for(publisher.watched().published, |size| *size == 1).await;
    let told = wait_for(witness_trouble(&publisher), Option::is_some).await.unwrap();
    assert!(told.contains("another history"), "{told}");
    publisher.finish().await.unwrap_err();
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_was_down_is_asked_again_though_nothing_is_appended() {
    let home = Home::new();
    let cosigner = Cosigner::new();
    cosigner.now(Answers::Down);
    home.append("one").await;
    let places = home.places();
    let publisher = home.impatient(home.signer().await, Some(cosigner.policy(&home)));
    until(|| cosigner.asked() > 0).await;
    assert_eq!(size_at(&places.witnessed), None);
    cosigner.now(Answers::Cosigned);
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
    wait_for(witness_trouble(&publisher), Option::is_some).await;
    fs::remove_dir(in_the_way).unwrap();
    wait_for(witness_trouble(&publisher), Option::is_none).await;
    until(|| size_at(&places.witnessed) == Some(1)).await;
    assert_eq!(cosigner.asked(), 1);
    publisher.finish().await.unwrap();
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_history_is_remembered_from_process_to_process_until_that_witness_cosigns() {
    let home = Home::new();
    let (one, two) = (Cosigner::named("one"), Cosigner::named("two"));
    one.now(Answers::AnotherHistory);
    home.append("one").await;
    let lines = format!("{}{}quorum two\n", one.line("one"), two.line("two"));
    let publisher = home.impatient(home.signer().await, Some(policy(&home, &lines)));
    wait_for(witness_trouble(&publisher), Option::is_some).await;
    publisher.finish().await.unwrap_err();

    // Another process, another name in the policy, and nobody reaches the one that knows.
    one.now(Answers::Down);
    home.append("two").await;
    let renamed = format!("{}{}quorum two\n", one.line("uno"), two.line("two"));
    let publisher = home.impatient(home.signer().await, Some(policy(&home, &renamed)));
    let told = wait_for(witness_trouble(&publisher), Option::is_some).await.unwrap();
    assert!(told.contains("another history") && told.contains("uno"), "{told}");
    assert!(publisher.finish().await.unwrap_err().to_string().contains("another history"));

    one.now(Answers::Cosigned);
    let publisher = home.impatient(home.signer().await, Some(policy(&home, &renamed)));
    wait_for(witness_trouble(&publisher), Option::is_none).await;
    publisher.finish().await.unwrap();
    one.now(Answers::Down);
    assert!(fs::read_to_string(home.forks()).unwrap().is_empty(), "it is over for good");
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_history_that_cannot_be_remembered_is_written_when_that_is_possible() {
    let home = Home::new();
    let cosigner = Cosigner::new();
    cosigner.now(Answers::AnotherHistory);
    home.append("one").await;
    let witnesses = cosigner.policy_of(&home, "quorum none");
    let in_the_way = block(&home.forks());
    let publisher = home.impatient(home.signer().await, Some(witnesses));
    let told = wait_for(witness_trouble(&publisher), Option::is_some).await.unwrap();
    assert!(told.contains("another history") && told.contains("forks"), "{told}");
    fs::remove_dir(in_the_way).unwrap();
    until(|| fs::read_to_string(home.forks()).is_ok_and(|text| text.ends_with(" 1\n"))).await;
    publisher.finish().await.unwrap_err();
    home.ledger.close().await;
}

#[test]
fn a_line_of_remembered_forks_that_is_none_is_named() {
    let home = Home::new();
    fs::write(home.forks(), "something else\n").unwrap();
    let path = home.dir.path().join("policy");
    fs::write(&path, "quorum none\n").unwrap();
    let refused = Witnesses::read(&path, &home.forks()).unwrap_err().to_string();
    assert!(refused.contains("line 1 of"), "{refused}");
}

/// A witness that has seen another history, and then cannot be reached while the ledger goes on.
async fn cut_off_after(fork: Answers) {
    let home = Home::new();
    let cosigner = Cosigner::new();
    cosigner.now(fork);
    home.append("one").await;
    let publisher = home.impatient(home.signer().await, Some(cosigner.policy(&home)));
    let told = wait_for(witness_trouble(&publisher), Option::is_some).await.unwrap();
    assert!(told.contains("another history"), "{told}");

    cosigner.now(Answers::Down);
    for stream in ["two", "three"] {
        home.append(stream).await;
    }
    wait_for(publisher.watched().published, |size| *size == 3).await;
    cosigner.is_asked_anew().await;
    assert_eq!(publisher.watched().progress().witness_trouble, Some(told), "{fork:?}");
    let refused = publisher.finish().await.unwrap_err().to_string();
    assert!(refused.contains("another history"), "{refused}");
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cuts_a_witness_off_does_not_take_back_what_it_said_of_another_history() {
    cut_off_after(Answers::AnotherHistory).await;
    // More than there were when it said so.
    cut_off_after(Answers::OtherSize(2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_witness_said_of_another_history_is_over_once_it_cosigns_a_later_checkpoint() {
    let home = Home::new();
    let cosigner = Cosigner::new();
    cosigner.now(Answers::AnotherHistory);
    home.append("one").await;
    let publisher = home.impatient(home.signer().await, Some(cosigner.policy(&home)));
    wait_for(witness_trouble(&publisher), Option::is_some).await;
    cosigner.now(Answers::Cosigned);
    home.append("two").await;
    wait_for(witness_trouble(&publisher), Option::is_none).await;
    publisher.finish().await.unwrap();
    assert_eq!(size_at(&home.places().witnessed), Some(2));
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_witness_takes_back_what_another_said_of_another_history() {
    let home = Home::new();
    let (one, two) = (Cosigner::named("one"), Cosigner::named("two"));
    one.now(Answers::AnotherHistory);
    home.append("one").await;
    let lines = format!("{}{}quorum two\n", one.line("one"), two.line("two"));
    let publisher = home.impatient(home.signer().await, Some(policy(&home, &lines)));
    let told = wait_for(witness_trouble(&publisher), Option::is_some).await;
    one.now(Answers::Down);
    home.append("two").await;
    until(|| size_at(&home.places().witnessed) == Some(2)).await;
    one.is_asked_anew().await;
    assert_eq!(publisher.watched().progress().witness_trouble, told);
    publisher.finish().await.unwrap_err();
    home.ledger.close().await;
}

#[tokio::test]
async fn another_history_is_not_said_to_be_tried_again_nor_hidden_by_a_file() {
    let (traces, _captured) = Traces::captured();
    let home = Home::new();
    let cosigner = Cosigner::new();
    cosigner.now(Answers::AnotherHistory);
    home.append("one").await;
    let in_the_way = block(&home.places().witnessed);
    let policy = cosigner.policy_of(&home, "quorum none");
    let publisher = home.impatient(home.signer().await, Some(policy));
    let told = wait_for(witness_trouble(&publisher), Option::is_some).await.unwrap();
    assert!(told.contains("another history") && told.contains("could not write"), "{told}");
    fs::remove_dir(in_the_way).unwrap();
    let is_written = |told: &Option<String>| !told.as_ref().unwrap().contains("could not write");
    wait_for(witness_trouble(&publisher), is_written).await;
    publisher.finish().await.unwrap_err();
    let said = traces.text();
    let of_forks: Vec<_> = said.lines().filter(|line| line.contains("another history")).collect();
    assert!(!of_forks.is_empty(), "{said}");
    for line in of_forks {
        assert!(!line.contains("is tried again") && !line.contains("goes on"), "{line}");
    }
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cosigned_and_could_not_be_written_is_not_dropped_for_a_head_that_nobody_cosigns()
{
    let home = Home::new();
    let places = home.places();
    let cosigner = Cosigner::new();
    home.append("one").await;
    let in_the_way = block(&places.witnessed);
    let publisher = home.impatient(home.signer().await, Some(cosigner.policy(&home)));
    let told = wait_for(witness_trouble(&publisher), Option::is_some).await;
    cosigner.now(Answers::Down);
    home.append("two").await;
    wait_for(publisher.watched().published, |size| *size == 2).await;
    cosigner.is_asked_anew().await;
    assert_eq!(publisher.watched().progress().witness_trouble, told);

    fs::remove_dir(in_the_way).unwrap();
    wait_for(witness_trouble(&publisher), Option::is_none).await;
    assert_eq!(size_at(&places.witnessed), Some(1), "what was given, not what was not");
    cosigner.now(Answers::Cosigned);
    until(|| size_at(&places.witnessed) == Some(2)).await;
    publisher.finish().await.unwrap();
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_that_was_cosigned_is_the_one_that_is_written() {
    let home = Home::new();
    let places = home.places();
    let cosigner = Cosigner::new();
    home.append("one").await;
    let in_the_way = block(&places.witnessed);
    let publisher = home.impatient(home.signer().await, Some(cosigner.policy(&home)));
    wait_for(witness_trouble(&publisher), Option::is_some).await;
    home.append("two").await;
    until(|| cosigner.asked() == 2).await;
    fs::remove_dir(in_the_way).unwrap();
    publisher.finish().await.unwrap();
    assert_eq!(size_at(&places.witnessed), Some(2));
    home.ledger.close().await;
}

#[test]
fn a_witnessed_checkpoint_never_takes_the_place_of_a_newer_one() {
    let dir = TempDir::new().unwrap();
    let places = PublishedPlaces::of(dir.path());
    let key = SignerKey::from_seed(ORIGIN, KeyKind::Note, &[1; 32]).unwrap();
    let of = |size| Checkpoint::new(ORIGIN, size, empty_root()).unwrap().signed_by(&key);
    fs::write(&places.witnessed, "no checkpoint").unwrap();
    places.keep_witnessed(&of(0)).unwrap();
    assert_eq!(size_at(&places.witnessed), Some(0), "what is no checkpoint makes room");
    fs::write(&places.witnessed, of(2).to_string()).unwrap();
    let refused = places.keep_witnessed(&of(1)).unwrap_err().to_string();
    assert!(refused.contains("found one of 2"), "{refused}");
    assert_eq!(size_at(&places.witnessed), Some(2));
    places.keep_witnessed(&of(2)).unwrap();
    places.keep_witnessed(&of(3)).unwrap();
    assert_eq!(size_at(&places.witnessed), Some(3));
}

//! How publishing goes, as whoever asks is told.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    task::JoinSet,
};

use super::*;
use crate::{
    arguments::Status,
    commands,
    console::Console,
    control::{Control, SOCKET},
    publishing::publisher::Watched,
};

/// What `redress status` prints of the ledger in this directory, and what it says beside that.
async fn status_of(data: &Path, json: bool) -> (String, String) {
    let at = LedgerAt { data: data.to_owned(), keys: None };
    let args = Status { at, signing: SigningAt::default() };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console::new(&mut out, &mut err, json, false);
    commands::status::run(&args, &mut console).await.unwrap();
    (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

async fn status(data: &Path, json: bool) -> String {
    let (out, err) = status_of(data, json).await;
    assert_eq!(err, "");
    out
}

/// What the JSON says of the process that serves.
fn serving(told: &str) -> Value {
    let told: Value = serde_json::from_str(told).unwrap();
    told["serving"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_how_publishing_goes_while_the_ledger_is_served() {
    let home = Home::new();
    let (data, signed) = (home.ledger.places.data.clone(), home.places().signed);
    let publisher = home.publisher(Some(home.no_witnesses())).await;
    let in_the_way = block(&signed);
    home.append("one").await;
    let trouble = wait_for(publisher.watched().trouble, Option::is_some).await.unwrap();
    assert!(status(&data, false).await.contains("serving    no: "), "nobody is asked");

    let control = Control::bind(&home.ledger).unwrap();
    let (stop, stopped) = watch::channel(false);
    let watched = publisher.watched();
    let asking = async {
        let told = status(&data, false).await;
        assert!(told.contains("serving    0 records are published\n"), "{told}");
        assert!(told.contains(&format!("no more are, for {trouble}\n")), "{told}");
        fs::remove_dir(in_the_way).unwrap();
        wait_for(publisher.watched().trouble, Option::is_none).await;
        let well = serde_json::json!({ "published": 1, "trouble": null, "witness_trouble": null });
        assert_eq!(serving(&status(&data, true).await), well);
        stop.send_replace(true);
    };
    tokio::join!(control.answer(&home.ledger, &watched, stopped), asking);
    publisher.finish().await.unwrap();
    home.ledger.close().await;
}

#[tokio::test]
async fn nobody_who_serves_or_answers_is_not_told_of_as_if_all_were_well() {
    let home = Home::new();
    let data = home.ledger.places.data.clone();
    assert_eq!(serving(&status(&data, true).await), "none");

    let listener = UnixListener::bind(data.join(SOCKET)).unwrap();
    let (told, said) = status_of(&data, true).await;
    assert_eq!(serving(&told), "busy");
    assert!(said.contains("is busy"), "{said}");

    // The one that gave up waits there still.
    let hangs_up = async {
        for _ in 0..2 {
            drop(listener.accept().await.unwrap());
        }
    };
    let ((told, said), ()) = tokio::join!(status_of(&data, true), hangs_up);
    assert_eq!(serving(&told), "silent");
    assert!(said.contains("does not say how publishing goes"), "{said}");
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_has_died_is_a_trouble() {
    let home = Home::new();
    let publisher = home.publisher(Some(home.no_witnesses())).await;
    let watched = publisher.watched();
    let well = watched.progress();
    assert_eq!((well.trouble, well.witness_trouble), (None, None));
    drop(publisher);
    until(|| watched.progress().witness_trouble.is_some()).await;
    until(|| watched.progress().trouble.is_some()).await;
    let told = watched.progress().trouble.unwrap();
    assert!(told.contains("publishing has ended"), "{told}");

    // Where no policy names witnesses there is nobody to die.
    let publisher = home.publisher(None).await;
    assert_eq!(publisher.watched().progress().witness_trouble, None);
    publisher.finish().await.unwrap();
    home.ledger.close().await;
}

/// Of a publisher that is not there, and has no trouble as long as the sender lives.
fn well() -> (watch::Sender<Option<String>>, Watched) {
    let (tell, trouble) = watch::channel(None);
    (tell, Watched { published: watch::channel(0).1, trouble, witness_trouble: None })
}

async fn asked(data: &Path, request: &str) -> UnixStream {
    let mut stream = UnixStream::connect(data.join(SOCKET)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn status_is_told_at_once_beside_a_backup_that_waits_and_what_nobody_waits_for_is_not_done() {
    let home = Home::new();
    let data = home.ledger.places.data.clone();
    let (_tell, watched) = well();
    let control = Control::bind(&home.ledger).unwrap();
    let to = data.with_file_name("backup");
    // A pipe that nobody writes to: whoever reads it stands still, as on a disk that does not answer.
    let pipe = to.join("manifest.json");
    fs::create_dir(&to).unwrap();
    let own = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, own, 0).unwrap();
    let unwanted = data.with_file_name("unwanted");
    let backup = |to: &Path| format!("{{\"ask\":\"backup\",\"to\":\"{}\"}}\n", to.display());
    let (wanted, abandoned) = (backup(&to), backup(&unwanted));
    let (stop, stopped) = watch::channel(false);
    // A task of its own: the one that carries out stands still.
    let mut beside = JoinSet::new();
    beside.spawn(async move {
        let silent = [asked(&data, "").await, asked(&data, "").await];
        let mut waiting = asked(&data, &wanted).await;
        let mut writer = None;
        until(|| {
            let without_waiting = rustix::fs::OFlags::WRONLY | rustix::fs::OFlags::NONBLOCK;
            writer = rustix::fs::open(&pipe, without_waiting, own).ok();
            writer.is_some()
        })
        .await;
        drop(asked(&data, &abandoned).await);
        let mut behind = asked(&data, &backup(&data.with_file_name("behind"))).await;
        // What is no backup does not wait for one.
        let mut beside = asked(&data, "{\"ask\":\"clock-run\",\"until\":null}\n").await;
        let mut noted = String::new();
        beside.read_to_string(&mut noted).await.unwrap();
        assert!(noted.contains("\"answer\":\"done\""), "{noted}");
        for _ in 0..3 {
            assert_eq!(serving(&status(&data, true).await)["trouble"], Value::Null);
        }
        drop(writer);
        let (mut refused, mut done) = (String::new(), String::new());
        waiting.read_to_string(&mut refused).await.unwrap();
        behind.read_to_string(&mut done).await.unwrap();
        stop.send_replace(true);
        drop(silent);
        (refused, done)
    });
    control.answer(&home.ledger, &watched, stopped).await;
    let (refused, done) = beside.join_next().await.unwrap().unwrap();
    assert!(refused.contains("manifest"), "{refused}");
    assert!(done.contains("\"answer\":\"done\""), "{done}");
    assert!(!unwanted.exists(), "nobody waits for it");
    home.ledger.close().await;
}

#[tokio::test]
async fn whoever_asks_and_goes_away_is_no_warning() {
    let home = Home::new();
    let (_tell, watched) = well();
    let control = Control::bind(&home.ledger).unwrap();
    let mut gone = UnixStream::connect(home.ledger.places.data.join(SOCKET)).await.unwrap();
    gone.write_all(b"{\"ask\":\"publishing\"}\n").await.unwrap();
    drop(gone);
    let (traces, _captured) = Traces::captured();
    let (stop, stopped) = watch::channel(false);
    let told = async {
        until(|| traces.text().contains("control socket")).await;
        stop.send_replace(true);
    };
    tokio::join!(control.answer(&home.ledger, &watched, stopped), told);
    let said = traces.text();
    assert!(said.contains("DEBUG") && said.contains("went away"), "{said}");
    assert!(!said.contains("WARN"), "{said}");
    home.ledger.close().await;
}

/// A command as another process sends it.
fn command(data: &Path, words: &[&str], body: &str) -> String {
    let data = data.display().to_string();
    let words = [&["redress"][..], words, &["--data", &data]].concat();
    let input = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, body);
    serde_json::json!({"ask": "command", "words": words, "input": input, "here": "/"}).to_string()
        + "\n"
}

/// How a command that was sent ended.
async fn exit(stream: &mut UnixStream) -> i64 {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["result"]["exit"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

const JOIN: [&str; 8] = ["staff", "join", "--as", "root", "--role", "administrator", "--body", "-"];
const JOINED: &str = r#"{"account": "ana", "roles": ["agent"]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn work_goes_on_while_those_who_list_wait_for_the_read_models() {
    let home = Home::new();
    let data = home.ledger.places.data.clone();
    let (_tell, watched) = well();
    let control = Control::bind(&home.ledger).unwrap();
    // As whoever brings them up for the first time, for hours.
    let bringing_up = home.ledger.models().lock_owned().await;
    let (stop, stopped) = watch::channel(false);
    let asking = async {
        let mut listing = Vec::new();
        for _ in 0..6 {
            listing.push(asked(&data, &command(&data, &["complaint", "list"], "")).await);
        }
        let mut joining = asked(&data, &command(&data, &JOIN, JOINED)).await;
        assert_eq!(exit(&mut joining).await, 0);
        for stream in &listing {
            let nothing = stream.try_read(&mut [0]).unwrap_err();
            assert_eq!(nothing.kind(), io::ErrorKind::WouldBlock);
        }
        drop(bringing_up);
        for stream in &mut listing {
            assert_eq!(exit(stream).await, 0);
        }
        stop.send_replace(true);
    };
    tokio::join!(control.answer(&home.ledger, &watched, stopped), asking);
    home.ledger.close().await;
}

/// An end does not wait for what can be done again; whoever asked is told, and so is whoever waits behind.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_cut_short_keeps_no_server_from_ending() {
    let home = Home::new();
    let data = home.ledger.places.data.clone();
    let (_tell, watched) = well();
    let control = Control::bind(&home.ledger).unwrap();
    let bringing_up = home.ledger.models().lock_owned().await;
    let (stop, stopped) = watch::channel(false);
    let asking = async {
        let mut listing = Vec::new();
        for _ in 0..6 {
            listing.push(asked(&data, &command(&data, &["complaint", "list"], "")).await);
        }
        let mut joining = asked(&data, &command(&data, &JOIN, JOINED)).await;
        assert_eq!(exit(&mut joining).await, 0);
        stop.send_replace(true);
        for mut stream in listing {
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            // One that was still on its way in is let go without a word.
            assert!(answer.is_empty() || answer.contains("is ending"), "{answer}");
        }
    };
    tokio::join!(control.answer(&home.ledger, &watched, stopped), asking);
    drop(bringing_up);
    home.ledger.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_connect_and_say_nothing_keep_nobody_away() {
    let home = Home::new();
    let data = home.ledger.places.data.clone();
    let (_tell, watched) = well();
    let control = Control::bind(&home.ledger).unwrap();
    let (stop, stopped) = watch::channel(false);
    let asking = async {
        let mut silent = Vec::new();
        for _ in 0..100 {
            silent.push(asked(&data, "").await);
            // Before all places of those who wait to be accepted are taken.
            if silent.len() % 20 == 0 {
                assert_eq!(serving(&status(&data, true).await)["trouble"], Value::Null);
            }
        }
        let mut joining = asked(&data, &command(&data, &JOIN, JOINED)).await;
        assert_eq!(exit(&mut joining).await, 0);
        // Whoever has been silent for longest was let go, and nobody who has just come.
        assert_eq!(silent[0].read(&mut [0]).await.unwrap(), 0);
        let newest = silent[99].try_read(&mut [0]).unwrap_err();
        assert_eq!(newest.kind(), io::ErrorKind::WouldBlock);
        stop.send_replace(true);
    };
    tokio::join!(control.answer(&home.ledger, &watched, stopped), asking);
    home.ledger.close().await;
}

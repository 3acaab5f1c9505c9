//! The two small ledgers that are swept.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log::{
    EventLog, ExpectedVersion, StreamVersion, clock::SystemClock, conformance::fixtures,
};
use event_log_sled::SledLog;
use serde_json::Value;
use tempfile::TempDir;

use super::{files_below, journal};
use crate::{authority::Authority, binary::run_in};

/// A folder with a ledger in it, whole and closed.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    /// The verifier key of the ledger; none where there is only a log.
    pub key: String,
    /// A complaint with a receipt.
    pub complaint: String,
    /// Its records, as they are printed.
    pub records: Vec<String>,
}

impl Home {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The files that are swept, by their names within the folder.
    pub fn files(&self) -> Vec<String> {
        let inside = |path: PathBuf| path.strip_prefix(self.path()).unwrap().to_owned();
        let files = files_below(self.path()).into_iter().map(inside);
        let names = files.map(|path| path.to_str().unwrap().to_owned());
        // What the ledger was made from is not of it; a log alone has nothing of a user's to check.
        let of_log = ["journal/", "tiles/", "store/"].map(|part| format!("ledger/{part}"));
        let is_of_log = |name: &String| of_log.iter().any(|part| name.starts_with(part));
        let is_swept = |name: &String| !name.starts_with("made-from");
        names
            .filter(|name| if self.records.is_empty() { is_of_log(name) } else { is_swept(name) })
            .collect()
    }
}

/// All that a user's ledger has and hands out: records, sealed fields, keys, a published checkpoint, read
/// models; beside it an exported tree, a receipt, and the proof of all events of a case.
pub fn whole(room: &Path) -> Home {
    let folder = TempDir::new_in(room).unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), arguments).done();
    let init = ["init", "--data", "ledger", "--origin", "ledger.example/sweep", "--json"];
    let key = run(&init).json()["verifier_key"].as_str().unwrap().to_owned();
    let body = r#"{"channel":"web","source":{"kind":"direct"},
        "personal":{"narrative":"Charged twice.","receipt-nonce":"blue horse 7"}}"#;
    fs::write(folder.path().join("made-from.json"), body).unwrap();
    let register = ["complaint", "register", "--data", "ledger", "--as", "agent-1"];
    let more = ["--role", "agent", "--body", "made-from.json", "--json"];
    let registered = run(&[&register[..], &more].concat()).json();
    let complaint = registered["complaint"].as_str().unwrap().to_owned();
    run(&["commit-index", "--data", "ledger"]);
    run(&["checkpoint", "--data", "ledger"]);
    if let Some(authority) = Authority::new("sweep") {
        let name = |ending: &str| folder.path().join(format!("made-from.{ending}"));
        run(&["anchor", "request", "--data", "ledger", "--out", "made-from.tsq"]);
        authority.stamp(&name("tsq"), &name("tsr"));
        let trusted = authority.root();
        let trust = ["--trust", trusted.to_str().unwrap()];
        run(&[&["anchor", "import", "made-from.tsr", "--data", "ledger"][..], &trust].concat());
    }
    run(&["projections", "rebuild", "--data", "ledger"]);
    run(&["checkpoint", "--data", "ledger"]);
    run(&["export", "tiles", "--data", "ledger", "--out", "tree"]);
    fs::create_dir(folder.path().join("evidence")).unwrap();
    run(&["prove", "receipt", &complaint, "--data", "ledger", "--out", "evidence/receipt"]);
    run(&["prove", "stream", &complaint, "--data", "ledger", "--out", "evidence/case"]);
    let replayed = run(&["replay", "--data", "ledger"]);
    let records = replayed.stdout.lines().map(str::to_owned).collect();
    shorten_journal(folder.path());
    Home { folder, key, complaint, records }
}

/// A log with a sealed range of 256 records and some that are not sealed yet.
pub fn sealed(room: &Path) -> Home {
    let folder = TempDir::new_in(room).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(SystemClock);
        let data = folder.path().join("ledger");
        let log = SledLog::create(&data, "ledger.example/sealed", clock).unwrap();
        for append in 0..28_u64 {
            // Streams of one record and streams of many.
            let stream = fixtures::stream(&format!("stream-{}", append % 9));
            let expected = match append / 9 {
                0 => ExpectedVersion::NoStream,
                before => ExpectedVersion::Exact(StreamVersion(before * 10 - 1)),
            };
            let records = (0..10).map(|n| fixtures::record(&format!("{append}-{n}"))).collect();
            log.append(&stream, expected, records).await.unwrap();
        }
        log.close().await;
    });
    shorten_journal(folder.path());
    Home { folder, key: String::new(), complaint: String::new(), records: Vec::new() }
}

fn shorten_journal(folder: &Path) {
    for path in files_below(&folder.join("ledger/journal")) {
        journal::shorten(&path);
    }
}

/// The records of a home that name sealed fields, with the names of their streams.
pub(super) fn with_sealed(home: &Home) -> impl Iterator<Item = (u64, complaint_codec::Record)> {
    let decoded = home.records.iter().map(|text| {
        let is_json = serde_json::from_str::<Value>(text).is_ok();
        assert!(is_json, "a record is a line of JSON: {text}");
        complaint_codec::decode(text.as_bytes()).unwrap()
    });
    (0..).zip(decoded).filter(|(_, record)| !record.sealed.is_empty())
}

//! People work on complaints while the ledger is served: their commands are carried out by the process that serves it,
//! as if it were not there.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use redress_tests::binary::{Ran, redress, run_in, serve_in};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        home.run(&["init", "--data", "ledger", "--origin", "complaints.example/served"]).done();
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, words: &[&str]) -> Ran {
        run_in(self.path(), words)
    }

    /// Sends a command, its body through a pipe.
    fn send(&self, words: &[&str], who: (&str, &str), body: &Value) -> Ran {
        let by = ["--data", "ledger", "--as", who.0, "--role", who.1, "--body", "-"];
        let mut child = Command::new(redress())
            .args([words, &by].concat())
            .current_dir(self.path())
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(body.to_string().as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    }

    fn register(&self) -> String {
        let body = json!({"channel": "web", "source": {"kind": "direct"}, "personal": {"narrative": "A fee nobody had told me of."}});
        let answered =
            self.send(&["--json", "complaint", "register"], ("portal", "complainant"), &body);
        answered.done().json()["complaint"].as_str().unwrap().to_owned()
    }

    fn records(&self) -> usize {
        self.run(&["replay", "--data", "ledger"]).done().stdout.lines().count()
    }
}

const SUE: (&str, &str) = ("sue", "supervisor");

/// Every step with and without a server says the same.
#[test]
fn a_case_is_handled_while_the_ledger_is_served_as_it_is_without() {
    let answers = |home: &Home| {
        let complaint = home.register();
        let assigned =
            home.send(&["complaint", "assign", &complaint], SUE, &json!({"handler": "ana"}));
        let again =
            home.send(&["complaint", "assign", &complaint], SUE, &json!({"handler": "ben"}));
        let coded = home.send(
            &["--json", "complaint", "assign", &complaint],
            SUE,
            &json!({"handler": "ben"}),
        );
        let joined = home.send(
            &["staff", "join"],
            ("root", "administrator"),
            &json!({"account": "ben", "roles": ["agent"]}),
        );
        let misspelt =
            home.send(&["complaint", "assign", &complaint], SUE, &json!({"handlr": "ben"}));
        let by = ["--data", "ledger", "--as", "ana", "--role", "agent"];
        let read = home.run(&[&["complaint", "read", &complaint][..], &by].concat());
        let listed = home.run(&["complaint", "list", "--data", "ledger"]);
        let shown = home.run(&["complaint", "show", &complaint, "--data", "ledger"]);
        let all = [assigned, again, coded, joined, misspelt, read, listed, shown];
        all.map(|ran| {
            let said = format!("{}|{}|{:?}", ran.stdout, ran.stderr, ran.code);
            said.replace(&complaint, "COMPLAINT")
        })
    };
    let alone = Home::new();
    let expected = answers(&alone);
    let home = Home::new();
    let serving = serve_in(home.path(), &["serve", "--data", "ledger"]);
    let found = answers(&home);
    for (expected, found) in expected.iter().zip(&found) {
        // Times and names of streams are drawn anew.
        assert_eq!(without_times(found), without_times(expected));
    }
    assert!(found[1].contains("already-assigned") && found[1].ends_with("Some(1)"), "{}", found[1]);
    assert!(found[2].contains(r#""refused":"already-assigned""#), "{}", found[2]);
    assert!(
        found[4].contains("missing field `handler`") && found[4].ends_with("Some(2)"),
        "{}",
        found[4]
    );
    assert!(found[5].contains("A fee nobody had told me of."), "{}", found[5]);
    assert_eq!(serving.end(), Some(0));
    assert_eq!(home.records(), alone.records());
    home.run(&["verify", "--data", "ledger", "--vault"]).done();
}

fn without_times(said: &str) -> String {
    let is_time = |word: &str| word.contains('T') && word.ends_with('Z') && word.contains(':');
    let is_name = |word: &str| word.starts_with("staff-") || word.contains("command_id");
    let words = said.split_inclusive([' ', '\n', '|', ',', '}']);
    words.filter(|word| !is_time(word.trim_end()) && !is_name(word)).collect()
}

/// What is registered there is published there: its receipt holds under a checkpoint that the server signed.
#[test]
fn a_receipt_is_given_for_what_was_registered_while_the_ledger_is_served() {
    let home = Home::new();
    let serving = serve_in(home.path(), &["serve", "--data", "ledger"]);
    let complaint = home.register();
    let status = || home.run(&["--json", "status", "--data", "ledger"]).done().json();
    let is_signed = |_: &u32| status()["signed"]["size"].as_u64().unwrap_or_default() > 0;
    assert!((0..1_000).any(|look| is_signed(&look)), "{}", status());
    let by = ["--data", "ledger", "--as", "cleo", "--role", "compliance-officer"];
    fs::create_dir(home.path().join("out")).unwrap();
    let receipt = ["prove", "receipt", &complaint, "--out", "out/mine.tlog-proof"];
    home.run(&[&receipt[..], &by].concat()).done();
    // A file of the case, by a path from where whoever asks stands.
    fs::write(home.path().join("out/invoice.txt"), "Fee: 12.00").unwrap();
    let evidence = json!({"evidence": 1, "kind": "document", "media_type": "text/plain"});
    let words = ["complaint", "add-evidence", &complaint, "--attach", "evidence=out/invoice.txt"];
    home.send(&words, ("ana", "agent"), &evidence).done();
    assert_eq!(serving.end(), Some(0));
    let key = home.run(&["--json", "keys", "status", "--data", "ledger"]).done().json();
    let key = key["verifier_key"].as_str().unwrap();
    home.run(&["check", "out/mine.tlog-proof", "--vkey", key]).done();
}

/// Nobody opens through a server what they could not open alone, and nobody's slowness holds it up.
#[test]
fn a_server_gives_nobody_more_than_they_have_and_waits_for_nobody() {
    let home = Home::new();
    let serving = serve_in(home.path(), &["serve", "--data", "ledger"]);
    let complaint = home.register();
    let by = ["--data", "ledger", "--as", "ana", "--role", "agent"];
    let read = ["complaint", "read", &complaint];
    let other = home.run(&[&read[..], &by, &["--keys", "elsewhere"]].concat()).refused(1);
    assert_eq!(other.stdout, "");
    home.run(&[&read[..], &by].concat()).done();
    home.run(&[&read[..], &by, &["--keys", "ledger.keys/kek"]].concat()).done();

    // A body that is typed, for longer than the server has patience.
    let words = ["complaint", "acknowledge", &complaint, "--body", "-"];
    let mut slow = Command::new(redress())
        .args([&words[..], &by].concat())
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut typed = slow.stdin.take().unwrap();
    typed.write_all(br#"{"channel":"#).unwrap();
    Command::new("sleep").arg("6").status().unwrap();
    home.run(&["complaint", "list", "--data", "ledger"]).done();
    typed.write_all(br#" "email"}"#).unwrap();
    drop(typed);
    assert_eq!(slow.wait().unwrap().code(), Some(0));
    assert_eq!(serving.end(), Some(0));

    // Nor does whoever asks nobody lose what they typed.
    let body = json!({"channel": "email", "purpose": "information", "direction": "outgoing", "party": "complainant"});
    fs::write(home.path().join("ledger/control"), "").unwrap();
    let alone = ["complaint", "record-communication", &complaint];
    home.send(&alone, ("ana", "agent"), &body).done();
    fs::remove_file(home.path().join("ledger/control")).unwrap();
}

/// The stories of the guide, from start to end.
#[test]
fn the_scripts_of_the_documents_run_beside_a_server() {
    for file in ["docs/casework.sh", "docs/committee.sh", "docs/rights.sh", "docs/inspection.sh"] {
        let home = Home::new();
        let serving = serve_in(home.path(), &["serve", "--data", "ledger"]);
        crate::inspection::script_on(home.path(), file).done();
        assert_eq!(serving.end(), Some(0), "{file}");
        home.run(&["verify", "--data", "ledger", "--vault"]).done();
    }
}

#[test]
fn many_who_work_at_once_beside_a_server_are_all_answered() {
    let home = Home::new();
    let serving = serve_in(home.path(), &["serve", "--data", "ledger"]);
    let streams: Vec<_> = std::thread::scope(|scope| {
        let each = || (0..5).map(|_| home.register()).collect::<Vec<_>>();
        let clerks: Vec<_> = (0..8).map(|_| scope.spawn(each)).collect();
        clerks.into_iter().flat_map(|clerk| clerk.join().unwrap()).collect()
    });
    assert_eq!(streams.len(), 40);
    let listed =
        home.run(&["complaint", "list", "--data", "ledger", "--limit", "100"]).done().stdout;
    for stream in &streams {
        assert!(listed.contains(stream), "{stream} is not in {listed}");
    }
    assert_eq!(serving.end(), Some(0));
    assert_eq!(home.records(), 40);
}

/// What goes through a whole ledger, or makes files of it, is told the same beside a server as without one.
#[test]
fn a_served_ledger_is_verified_exported_and_reported_as_one_that_nobody_serves() {
    let home = Home::new();
    let rows = "Complaint ID,Product,Submitted via,Date received,Company,Company response to consumer\n\
                1,Mortgage,Web,2014-11-13,Bank,Closed\n2,Mortgage,Web,2014-11-14,Bank,Closed\n";
    fs::write(home.path().join("rows.csv"), rows).unwrap();
    // From elsewhere: paths are meant from where each command is called.
    let ledger = home.path().join("ledger");
    let elsewhere = TempDir::new().unwrap();
    let serving = serve_in(elsewhere.path(), &["serve", "--data", ledger.to_str().unwrap()]);
    let on = |words: &[&str]| home.run(&[words, &["--data", "ledger"]].concat());
    let complaint = home.register();
    let imported = on(&["import", "cfpb", "rows.csv"]).done();
    assert!(imported.stdout.contains("2 are in the ledger"), "{}", imported.stdout);
    assert!(!imported.stderr.contains("no checkpoint"), "it is published by whoever serves");
    on(&["commit-index"]).done();
    on(&["checkpoint"]).done();
    on(&["prove", "stream", &complaint, "--out", "all.proof"]).done();
    let told = |when: &str| {
        let report = format!("report-{when}");
        let csv = format!("csv-{when}");
        on(&["report", "transparency", "--period", "2014", "--min-cell", "1", "--out", &report])
            .done();
        on(&["export", "csv", "--out", &csv]).done();
        on(&["export", "audit", "--out", &format!("{when}.html")]).done();
        on(&["export", "bundle", "--stream", &complaint, "--out", &format!("{when}.zip")]).done();
        let digests = fs::read_to_string(home.path().join(csv).join("manifest.json")).unwrap();
        let figures = fs::read_to_string(home.path().join(report).join("report.json")).unwrap();
        let verified = on(&["--json", "verify", "--vault"]).done().json();
        let models = on(&["projections", "status"]).done().stdout;
        let keys = on(&["--json", "keys", "status"]).done().json()["verifier_key"].clone();
        let root = (verified["root"].clone(), verified["sealed"].clone());
        (on(&["replay"]).done().stdout, digests, figures, root, models, keys)
    };
    let beside = told("beside");
    on(&["projections", "rebuild"]).done();
    let verified = on(&["verify"]).done();
    assert!(verified.stderr.contains("once that process has ended"), "{}", verified.stderr);
    assert_eq!(serving.end(), Some(0));
    assert_eq!(told("alone"), beside);
    assert!(!on(&["verify"]).done().stderr.contains("process"));
}

/// What only whoever holds a ledger alone can do is refused with the reason, and changes nothing.
#[test]
fn what_a_server_has_in_its_own_hands_is_refused_with_the_reason() {
    let home = Home::new();
    let serving = serve_in(home.path(), &["serve", "--data", "ledger"]);
    for (words, why) in [
        (&["keys", "rotate-vault"][..], "has the vault open with the key"),
        (&["keys", "rotate-signing"], "signs with the key"),
        (&["export", "tiles", "--out", "tiles"], "redress mirror --from URL"),
        (&["verify", "--repair"], "without --repair"),
        (&["serve", "--listen", "127.0.0.1:0"], "one does at a time"),
    ] {
        let ran = home.run(&[words, &["--data", "ledger"]].concat()).refused(1);
        assert!(ran.stderr.contains(why), "{words:?}: {}", ran.stderr);
    }
    assert_eq!(serving.end(), Some(0));
    home.run(&["keys", "rotate-vault", "--data", "ledger"]).done();
}

/// Much that is printed comes as it is read, and a reader who goes away ends it.
#[test]
fn all_records_are_printed_beside_a_server_to_whoever_reads_as_far_as_they_like() {
    let home = TempDir::new().unwrap();
    run_in(home.path(), &["demo", "--data", "ledger", "--complaints", "150"]).done();
    let alone = run_in(home.path(), &["replay", "--data", "ledger"]).done();
    assert!(alone.stdout.len() > 1024 * 1024, "more than is printed in one part");
    let serving = serve_in(home.path(), &["serve", "--data", "ledger"]);
    let beside = run_in(home.path(), &["replay", "--data", "ledger"]).done();
    assert!(beside.stdout == alone.stdout, "the same records");
    assert_eq!(beside.stderr, alone.stderr);
    let mut first = Command::new(redress())
        .args(["replay", "--data", "ledger"])
        .current_dir(home.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(first.stdout.take());
    assert_eq!(first.wait().unwrap().code(), Some(0));

    // What is damaged under a server is found beside it.
    let tile = home.path().join("ledger/tiles/tile/entries/000.zst");
    let mut bytes = fs::read(&tile).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&tile, bytes).unwrap();
    let found = run_in(home.path(), &["verify", "--data", "ledger"]).refused(1);
    assert!(found.stdout.contains("BROKEN at position 0"), "{}", found.stdout);
    assert_eq!(serving.end(), Some(0));
}

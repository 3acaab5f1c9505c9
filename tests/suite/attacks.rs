//! What the operator of a ledger could try, and who catches it. Each attack is as good as it can be: the
//! operator has all keys and changes every file, so that the ledger alone looks whole.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use checkpoint_signer::{CheckpointSigner, KeyFile};
use event_log::{
    Clock, EventLog, ExpectedVersion, NewRecord, Position, RecordedEvent, StreamVersion,
    record::RECORDED_AT_BLANK,
};
use event_log_sled::SledLog;
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use merkle_log::tree::NoSuchNode;
use redress_tests::binary::{Serving, run_in, serve_in};
use tempfile::TempDir;

use crate::signing::{Home, ORIGIN};

mod lists;

/// A clock that the forger sets.
#[derive(Debug)]
struct SetClock(Mutex<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// One record as a forger sees it: its text, with the time it says.
#[derive(Debug, Clone)]
pub(crate) struct Forged {
    pub(crate) stream: event_log::StreamId,
    pub(crate) text: String,
}

impl Forged {
    pub(crate) fn recorded_at(&self) -> (usize, String) {
        let key = "\"recorded_at\":\"";
        let at = self.text.find(key).unwrap() + key.len();
        (at, self.text[at..at + 24].to_owned())
    }

    pub(crate) fn set_recorded_at(&mut self, time: &str) {
        let (at, _) = self.recorded_at();
        self.text.replace_range(at..at + 24, time);
    }
}

/// Writes the ledger anew with other records, and makes everything fit: versions, times, tiles, head,
/// and a register that knows nothing of the history before.
pub(crate) fn rewrite(home: &Home, change: impl FnOnce(&mut Vec<Forged>)) {
    let data = home.path().join("ledger");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clock = Arc::new(SetClock(Mutex::new(Timestamp::UNIX_EPOCH)));
    runtime.block_on(async {
        let log = SledLog::open(&data, clock.clone()).unwrap();
        let records: Vec<RecordedEvent> =
            log.read_all(Position(0), u64::MAX).try_collect().await.unwrap();
        log.close().await;
        drop(log);
        let mut forged: Vec<Forged> = records
            .iter()
            .map(|record| Forged {
                stream: record.stream.clone(),
                text: String::from_utf8(record.bytes.to_vec()).unwrap(),
            })
            .collect();
        change(&mut forged);
        fs::rename(&data, home.path().join("true")).unwrap();
        let log = SledLog::create(&data, ORIGIN, clock.clone()).unwrap();
        append_all(&log, &clock, forged).await;
        log.close().await;
    });
}

async fn append_all(log: &SledLog, clock: &SetClock, forged: Vec<Forged>) {
    let mut versions = BTreeMap::new();
    for record in forged {
        let (at, time) = record.recorded_at();
        *clock.0.lock().unwrap() = time.parse().unwrap();
        let version = versions.entry(record.stream.clone()).or_insert(0_u64);
        let mut text = record.text.clone();
        let (head, rest) = text.split_once("\"version\":").unwrap();
        let (_, tail) = rest.split_once(',').unwrap();
        // The length of a version may change; the time then stands elsewhere.
        text = format!("{head}\"version\":{version},{tail}");
        let at = at + text.len() - record.text.len();
        let mut bytes = text.into_bytes();
        bytes[at..at + 24].copy_from_slice(RECORDED_AT_BLANK);
        let expected = match version.checked_sub(1) {
            None => ExpectedVersion::NoStream,
            Some(last) => ExpectedVersion::Exact(StreamVersion(last)),
        };
        let new = NewRecord::new(bytes, at).unwrap();
        log.append(&record.stream, expected, vec![new]).await.unwrap();
        *version += 1;
    }
}

/// What the operator does so that the signer forgets: with key and disk in hand, it is possible.
pub(crate) fn forget_what_was_signed(home: &Home) {
    let keys = home.path().join("ledger.keys");
    fs::remove_file(keys.join("register")).unwrap();
    let key = KeyFile::read(&keys.join("signing-key")).unwrap().open(None).unwrap();
    CheckpointSigner::create::<NoSuchNode>(key, &keys.join("register")).unwrap();
}

/// An auditor with a witness of their own.
pub(crate) struct Auditor {
    folder: TempDir,
    witness: Serving,
    witness_key: String,
}

impl Auditor {
    pub(crate) fn of(home: &Home, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = run_in(folder.path(), &["witness", "key", "--key", "key", "--name", name]);
        let witness_key = made.done().stdout.trim().to_owned();
        let log = home.key.to_string();
        let serve = ["witness", "serve", "--state", "state", "--key", "key", "--vkey", &log];
        let witness = serve_in(folder.path(), &serve);
        Self { folder, witness, witness_key }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A line of a policy that names this witness.
    pub(crate) fn line(&self, name: &str) -> String {
        format!("witness {name} {} {}\n", self.witness_key, self.witness.url)
    }
}

/// The policy beside the ledger's keys, which names the witnesses to ask.
pub(crate) fn set_policy(home: &Home, lines: &str) -> String {
    let text = format!("log {}\n{lines}", home.key);
    fs::write(home.path().join("ledger.keys/policy"), &text).unwrap();
    text
}

/// A ledger with a witness, and a kept checkpoint that the witness has cosigned.
pub(crate) fn witnessed() -> (Home, Auditor) {
    let home = Home::new();
    let auditor = Auditor::of(&home, "witness.example/auditor");
    set_policy(&home, &format!("{}quorum auditor\n", auditor.line("auditor")));
    home.keep_checkpoint("kept");
    (home, auditor)
}

/// The forged ledger looks whole to whoever has nothing but the ledger; who kept a checkpoint knows.
fn is_caught_by_a_kept_checkpoint(home: &Home) {
    home.run(&["verify", "--data", "ledger"]).done();
    let against = home.run(&["verify", "--data", "ledger", "--against", "kept"]).refused(1);
    assert!(against.stderr.contains("does not extend the checkpoint"), "{}", against.stderr);
    let policy = home.path().join("ledger.keys/policy");
    if policy.exists() {
        fs::remove_file(policy).unwrap();
    }
    let signed = home.run(&["checkpoint", "--data", "ledger"]).refused(1);
    assert!(signed.stderr.contains("second history"), "{}", signed.stderr);
}

#[test]
fn an_edited_record_is_caught_by_a_kept_checkpoint_and_by_the_register() {
    let home = Home::new();
    home.keep_checkpoint("kept");
    rewrite(&home, |records| {
        let edited = records.iter_mut().find(|it| it.text.contains("Debt collection")).unwrap();
        edited.text = edited.text.replacen("Debt collection", "Bank account or service", 1);
    });
    is_caught_by_a_kept_checkpoint(&home);
}

#[test]
fn a_deleted_record_is_caught_by_a_kept_checkpoint_and_by_the_register() {
    let home = Home::new();
    home.keep_checkpoint("kept");
    rewrite(&home, |records| {
        // The last step of a complaint: those before it still make sense.
        let at = records.iter().rposition(|it| it.stream.as_str().starts_with("complaint-"));
        records.remove(at.unwrap());
    });
    is_caught_by_a_kept_checkpoint(&home);
}

#[test]
fn reordered_records_are_caught_by_a_kept_checkpoint_and_by_the_register() {
    let home = Home::new();
    home.keep_checkpoint("kept");
    rewrite(&home, |records| {
        let last = records.len() - 1;
        let times: Vec<_> = records.iter().map(|it| it.recorded_at().1).collect();
        records.swap(last - 1, last);
        // Times are put right as well, so that they do not decrease.
        records.iter_mut().zip(times).for_each(|(it, time)| it.set_recorded_at(&time));
    });
    is_caught_by_a_kept_checkpoint(&home);
}

#[test]
fn a_record_inserted_into_the_past_is_caught_by_a_kept_checkpoint_and_by_the_register() {
    let home = Home::new();
    home.keep_checkpoint("kept");
    rewrite(&home, |records| {
        let mut inserted = records[0].clone();
        inserted.text = inserted.text.replace(inserted.stream.as_str(), OTHER);
        inserted.stream = OTHER.parse().unwrap();
        records.insert(1, inserted);
    });
    is_caught_by_a_kept_checkpoint(&home);
}

pub(crate) const OTHER: &str = "complaint-01KA0000000000000000000000";

/// The register was made to forget, so the log signs; whoever looks from outside still knows.
#[test]
fn a_ledger_rewritten_and_signed_again_is_caught_by_the_witness_and_by_every_mirror() {
    let (home, auditor) = witnessed();
    let key = home.key.to_string();
    home.run(&["export", "tiles", "--data", "ledger", "--out", "tree"]).done();
    let mirror = |from: &Path| {
        let from = from.to_str().unwrap();
        let arguments = ["mirror", "--from", from, "--out", "mirror", "--vkey", &key];
        run_in(auditor.path(), &arguments)
    };
    mirror(&home.path().join("tree")).done();

    rewrite(&home, |records| {
        let edited = records.iter_mut().find(|it| it.text.contains("Debt collection")).unwrap();
        edited.text = edited.text.replacen("Debt collection", "Bank account or service", 1);
        // Longer than what was witnessed, so that it cannot be told by its length.
        let mut more = records[0].clone();
        more.text = more.text.replace(more.stream.as_str(), OTHER);
        more.set_recorded_at(&records.last().unwrap().recorded_at().1);
        more.stream = OTHER.parse().unwrap();
        records.push(more);
    });
    forget_what_was_signed(&home);

    let asked = home.run(&["checkpoint", "--data", "ledger"]).refused(1);
    assert!(asked.stderr.contains("does not extend the one that this witness cosigned"));
    assert!(asked.stdout.contains(ORIGIN), "the log has signed it");
    fs::remove_file(home.path().join("ledger.keys/policy")).unwrap();
    home.run(&["export", "tiles", "--data", "ledger", "--out", "forged"]).done();
    let mirrored = mirror(&home.path().join("forged")).refused(1);
    assert!(mirrored.stderr.contains("another history"), "{}", mirrored.stderr);
    let against = home.run(&["verify", "--data", "ledger", "--against", "kept"]).refused(1);
    assert!(against.stderr.contains("does not extend"), "{}", against.stderr);
}

#[test]
fn two_histories_shown_to_two_witnesses_never_reach_a_quorum_of_both_and_are_found_by_comparing() {
    let home = Home::new();
    let one = Auditor::of(&home, "witness.example/one");
    let two = Auditor::of(&home, "witness.example/two");
    let both =
        format!("{}{}group both all one two\nquorum both\n", one.line("one"), two.line("two"));
    // The operator shows each witness one history, and each history alone is well signed and witnessed.
    set_policy(&home, &format!("{}quorum one\n", one.line("one")));
    home.keep_checkpoint("shown-to-one");
    rewrite(&home, |records| {
        let edited = records.iter_mut().find(|it| it.text.contains("Debt collection")).unwrap();
        edited.text = edited.text.replacen("Debt collection", "Bank account or service", 1);
    });
    forget_what_was_signed(&home);
    set_policy(&home, &format!("{}quorum two\n", two.line("two")));
    home.keep_checkpoint("shown-to-two");

    // Who demands both witnesses accepts neither history.
    let policy = format!("log {}\n{both}", home.key);
    fs::write(home.path().join("both"), &policy).unwrap();
    for shown in ["shown-to-one", "shown-to-two"] {
        let arguments = ["verify", "--data", "ledger", "--against", shown, "--policy", "both"];
        let refused = home.run(&arguments).refused(1);
        assert!(refused.stderr.contains("quorum"), "{}", refused.stderr);
    }
    // Nor can the operator get both: the first witness has seen the other history.
    set_policy(&home, &both);
    let asked = home.run(&["checkpoint", "--data", "ledger"]).refused(1);
    assert!(asked.stderr.contains("another history"), "{}", asked.stderr);

    // The witnesses publish what they cosigned; two roots of one size are the proof.
    let latest = |auditor: &Auditor| {
        let hash = checkpoint_witness::witness::origin_hash(ORIGIN);
        let state = auditor.path().join("state").join(hash);
        fs::read_to_string(state).unwrap()
    };
    let (first, second) = (latest(&one), latest(&two));
    let line = |text: &str, number: usize| text.lines().nth(number).unwrap().to_owned();
    assert_eq!(line(&first, 3), line(&second, 3), "the same size");
    assert_ne!(line(&first, 4), line(&second, 4), "and another root");
}

#[test]
fn a_record_dated_before_it_was_made_is_caught_by_the_time_of_a_witness() {
    let (home, _auditor) = witnessed();
    // The operator sets the machine's clock back and lets the whole ledger seem a day older, then
    // appends what it wants to have recorded yesterday.
    rewrite(&home, |records| {
        for record in records.iter_mut() {
            let (_, time) = record.recorded_at();
            let time: Timestamp = time.parse().unwrap();
            let earlier = time - SignedDuration::from_hours(24);
            record.set_recorded_at(&event_log::record::format_recorded_at(earlier));
        }
    });
    forget_what_was_signed(&home);
    // A witness that saw this history first, today.
    let auditor = Auditor::of(&home, "witness.example/auditor");
    let policy = set_policy(&home, &format!("{}quorum auditor\n", auditor.line("auditor")));
    fs::write(home.path().join("policy"), policy).unwrap();
    let kept = home.keep_checkpoint("kept");
    let against = ["verify", "--data", "ledger", "--against", "kept", "--policy", "policy"];
    home.run(&against).done();
    fs::rename(home.path().join("true"), home.path().join("true-before")).unwrap();
    rewrite(&home, |records| {
        let mut dated = records[0].clone();
        dated.text = dated.text.replace(dated.stream.as_str(), OTHER);
        dated.stream = OTHER.parse().unwrap();
        dated.set_recorded_at(&records.last().unwrap().recorded_at().1);
        records.push(dated);
    });
    home.run(&["verify", "--data", "ledger", "--against", "kept"]).done();
    let caught = home.run(&against).refused(1);
    let position = format!("position {}", kept.size());
    assert!(caught.stderr.contains(&position), "{}", caught.stderr);
    assert!(caught.stderr.contains("cosigned"), "{}", caught.stderr);
}

#[test]
fn a_restored_old_backup_signs_nothing_and_takes_nothing_in() {
    let home = Home::new();
    home.run(&["backup", "--data", "ledger", "--to", "backup"]).done();
    home.grow(3);
    home.keep_checkpoint("kept");
    let kek = "ledger.keys/kek";
    let restored = home
        .run(&["restore", "--from", "backup", "--data", "restored", "--keys", kek, "--json"])
        .done();
    assert_eq!(restored.json()["extends_what_was_signed"], false);
    let at = ["--data", "restored", "--keys", kek];
    let refused = home.run(&[&["checkpoint"][..], &at].concat()).refused(1);
    assert!(refused.stderr.contains("second history"), "{}", refused.stderr);
    let refused = home.run(&[&["import", "cfpb", "first"][..], &at].concat()).refused(1);
    assert!(refused.stderr.contains("second history"), "{}", refused.stderr);
    home.run(&[&["verify"][..], &at].concat()).done();
    // The ledger itself goes on.
    home.grow(4);
    home.keep_checkpoint("later");
}

#[test]
fn a_restored_old_backup_whose_register_was_taken_back_too_is_caught_by_the_witness() {
    let (home, _auditor) = witnessed();
    home.run(&["backup", "--data", "ledger", "--to", "backup"]).done();
    let register = home.path().join("ledger.keys/register");
    let old = fs::read(&register).unwrap();
    home.grow(3);
    home.keep_checkpoint("later");

    let kek = "ledger.keys/kek";
    home.run(&["restore", "--from", "backup", "--data", "restored", "--keys", kek]).done();
    fs::write(&register, old).unwrap();
    let at = ["--data", "restored", "--keys", kek];
    let behind = home.run(&[&["checkpoint"][..], &at].concat()).refused(1);
    assert!(behind.stderr.contains("another copy of the ledger went on"), "{}", behind.stderr);
    // It goes on by itself until it is longer than what was witnessed.
    let heading = fs::read_to_string(home.path().join("first")).unwrap();
    let rows = (50..60).map(|number| {
        format!("{number},Mortgage,FHA mortgage,Settlement,,TX,75006,Phone,11/13/2014,11/14/2014,Example Bank,Closed with explanation,Yes,\n")
    });
    let heading = heading.lines().next().unwrap();
    let more = format!("{heading}\n{}", rows.collect::<String>());
    fs::write(home.path().join("more"), more).unwrap();
    home.run(&[&["import", "cfpb", "more"][..], &at].concat()).done();
    let forked = home.run(&[&["checkpoint"][..], &at].concat()).refused(1);
    assert!(
        forked.stderr.contains("does not extend the one that this witness cosigned"),
        "{}",
        forked.stderr
    );
    let status = home.run(&[&["status", "--json"][..], &at].concat()).done().json();
    assert!(status["witnessed"].is_null(), "{status}");
}

#[test]
fn a_ledger_says_how_old_its_last_cosigned_checkpoint_is() {
    let (home, auditor) = witnessed();
    let told = home.run(&["status", "--data", "ledger", "--json"]).done().json();
    let size = told["signed"]["size"].as_u64().unwrap();
    assert_eq!(told["witnessed"]["size"], size);
    assert_eq!(told["witnessed"]["witnesses"][0]["witness"], "witness.example/auditor");
    assert!(told["witnessed"]["age_seconds"].as_i64().unwrap() >= 0);

    // A witness that is away holds nobody up, and the age shows it.
    drop(auditor);
    home.grow(3);
    let told = home.run(&["status", "--data", "ledger", "--json"]).done().json();
    assert!(told["signed"]["size"].as_u64().unwrap() > size);
    assert_eq!(told["witnessed"]["size"], size);
    let asked = home.run(&["checkpoint", "--data", "ledger"]).refused(1);
    assert!(asked.stderr.contains("cannot be reached"), "{}", asked.stderr);
}

//! A person's data is erased: gone from disk and from what a backup brings back, while everything that
//! was proved still holds.

use std::{
    fs,
    path::{Path, PathBuf},
};

use redress_tests::binary::{Ran, run_in};
use serde_json::{Value, json};
use tempfile::TempDir;

const TEXT: &str = "Josephine Doe of 4 Mill Lane was charged twice";

struct Home {
    folder: TempDir,
    complaint: String,
    key: String,
}

impl Home {
    /// A ledger with one complaint that ended, and another beside it.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let init = ["init", "--data", "ledger", "--origin", "ledger.example", "--json"];
        run_in(folder.path(), &init).done();
        let mut home = Self { folder, complaint: String::new(), key: String::new() };
        let keys = home.run(&["keys", "status", "--data", "ledger", "--json"]).done().json();
        keys["verifier_key"].as_str().unwrap().clone_into(&mut home.key);
        for text in [TEXT, "Somebody else was not answered"] {
            let receipt = json!({"channel": "web", "source": {"kind": "direct"},
                "personal": {"narrative": text, "contact": "jo@example.org"}});
            let registered = home.send("complaint register", None, "ana", "agent", &receipt);
            let complaint = registered.done().json()["complaint"].as_str().unwrap().to_owned();
            if home.complaint.is_empty() {
                home.complaint = complaint;
            }
        }
        let stream = home.complaint.clone();
        let reason = json!({"reason": "not-pursued"});
        home.send("complaint withdraw", Some(&stream), "ana", "agent", &reason).done();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.folder.path(), arguments)
    }

    fn send(&self, what: &str, stream: Option<&str>, who: &str, role: &str, body: &Value) -> Ran {
        fs::write(self.path("body.json"), body.to_string()).unwrap();
        let mut arguments: Vec<_> = what.split(' ').collect();
        arguments.extend(stream);
        arguments.extend(["--data", "ledger", "--as", who, "--role", role, "--json"]);
        arguments.extend(["--body", "body.json"]);
        self.run(&arguments)
    }

    fn about(&self, verb: &str, who: &str, role: &str, more: &Value) -> Ran {
        let mut body = more.clone();
        body["complaint"] = json!(self.complaint);
        self.send(&format!("subject {verb}"), None, who, role, &body)
    }

    fn receipt(&self, out: &str) -> Ran {
        self.run(&["prove", "receipt", &self.complaint, "--data", "ledger", "--out", out])
    }

    fn bundle(&self, out: &str, more: &[&str]) -> Ran {
        let stream = &self.complaint;
        let plain = ["export", "bundle", "--stream", stream, "--data", "ledger", "--out", out];
        self.run(&[&plain[..], more].concat())
    }

    fn verify(&self, data: &str) -> Value {
        let verify = ["verify", "--data", data, "--keys", "ledger.keys/kek", "--vault", "--json"];
        self.run(&verify).done().json()
    }

    fn check(&self, evidence: &str) -> Ran {
        self.run(&["check", evidence, "--vkey", &self.key, "--json"])
    }

    /// The references that the first record of the complaint carries: ids of key and blobs.
    fn references(&self) -> Vec<Vec<u8>> {
        let replayed = self.run(&["replay", "--data", "ledger", "--stream", &self.complaint]);
        let first = replayed.done().stdout.lines().next().unwrap().to_owned();
        let record: Value = serde_json::from_str(&first).unwrap();
        let sealed = record["sealed"].as_array().unwrap();
        sealed.iter().flat_map(|one| [unhex(&one["key"]), unhex(&one["vault"])]).collect()
    }

    fn erase(&self) {
        let ground = json!({"ground": "no-longer-needed"});
        self.about("request-erasure", "ana", "agent", &ground).done();
        let decided = self.about("decide-erasure", "dpo", "data-protection-officer", &json!({}));
        assert_eq!(decided.done().json()["events"], json!(["subject.erasure-ordered.v1"]));
        let carried = self.run(&["subject", "carry-out", "--data", "ledger", "--json"]);
        let record = &carried.done().json()[0];
        assert_eq!(record["complaint"], json!(self.complaint));
        let fields = json!({"narrative": 1, "contact": 1, "receipt-nonce": 1});
        assert_eq!(record["fields"], fields);
    }
}

fn unhex(digits: &Value) -> Vec<u8> {
    let digits = digits.as_str().unwrap();
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

fn refused_for(ran: Ran, words: &[&str]) {
    let ran = ran.refused(1);
    for word in words {
        assert!(ran.stderr.contains(word), "expected `{word}`, found {}", ran.stderr);
    }
}

/// Whether a file of the vault or of its keys holds any of these.
fn vault_holds(data: &Path, wanted: &[Vec<u8>]) -> bool {
    ["vault", "keys"].into_iter().any(|part| {
        fs::read_dir(data.join(part)).unwrap().any(|entry| {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            wanted.iter().any(|id| bytes.windows(id.len()).any(|window| window == id))
        })
    })
}

#[test]
fn what_is_erased_opens_nowhere_any_more_and_everything_proved_before_still_holds() {
    let home = Home::new();
    home.run(&["commit-index", "--data", "ledger"]).done();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    home.receipt("before.tlog-proof").done();
    home.bundle("before.zip", &["--open", "narrative", "--reason", "test"]).done();
    home.run(&["backup", "--data", "ledger", "--to", "backup"]).done();
    let references = home.references();
    assert!(vault_holds(&home.path("ledger"), &references));

    home.erase();
    assert!(!vault_holds(&home.path("ledger"), &references));
    let verified = home.verify("ledger");
    assert_eq!(
        (&verified["erased"], &verified["erased_without_certificate"]),
        (&json!(3), &json!(0))
    );

    // What was handed out before holds by itself.
    home.check("before.tlog-proof").done();
    home.check("before.zip").done();
    // Proofs go on; what would open something is refused, and says why.
    home.run(&["commit-index", "--data", "ledger"]).done();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    home.bundle("after.zip", &[]).done();
    home.check("after.zip").done();
    refused_for(home.receipt("after.tlog-proof"), &["erased", "redress subject show"]);
    let opened = ["--open", "narrative", "--reason", "test"];
    refused_for(home.bundle("opened.zip", &opened), &["erased"]);
    let first = home.run(&["prove", "inclusion", "0", "--data", "ledger", "--out", "0.tlog-proof"]);
    first.done();
    home.check("0.tlog-proof").done();

    // Once more: nothing is left to do.
    let again = home.run(&["subject", "carry-out", "--data", "ledger", "--json"]);
    assert_eq!(again.done().json(), json!([]));
}

#[test]
fn a_backup_from_before_an_erasure_does_not_bring_the_key_back() {
    let home = Home::new();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    home.run(&["backup", "--data", "ledger", "--to", "backup"]).done();
    let references = home.references();
    home.erase();
    let keys = ["--keys", "ledger.keys/kek"];
    let restore = ["restore", "--from", "backup", "--data", "restored"];
    let restored = home.run(&[&restore[..], &keys[..]].concat()).done().stdout;
    assert!(restored.contains("6 fields, all opened but 3 that were erased"), "{restored}");
    assert!(!vault_holds(&home.path("restored"), &references));
    let verified = home.verify("restored");
    assert_eq!(
        (&verified["erased"], &verified["erased_without_certificate"]),
        (&json!(0), &json!(3))
    );
    assert_eq!(verified["sealed"], 6);
}

#[test]
fn a_missing_key_without_a_certificate_is_an_alarm_and_so_is_a_certificate_with_its_key() {
    let home = Home::new();
    let before: Vec<_> = ["vault", "keys"]
        .into_iter()
        .flat_map(|part| {
            let folder = fs::read_dir(home.path("ledger").join(part)).unwrap();
            folder.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
        })
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    home.erase();
    let list = home.path("ledger.keys").join("erased");
    // Key and blobs are put back, and the list that would destroy them again is taken away.
    fs::rename(&list, home.path("list")).unwrap();
    for (path, bytes) in before {
        fs::write(path, bytes).unwrap();
    }
    let verify = ["verify", "--data", "ledger", "--vault"];
    refused_for(home.run(&verify), &["expected data key", "to be destroyed"]);
    // With the list, opening destroys them again.
    fs::rename(home.path("list"), &list).unwrap();
    fs::remove_file(home.path("ledger/keys/erasures-applied")).ok();
    assert_eq!(home.verify("ledger")["erased"], 3);
}

#[test]
fn who_opened_whose_data_is_listed_without_what_it_says() {
    let home = Home::new();
    home.run(&["commit-index", "--data", "ledger"]).done();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    home.receipt("mine.tlog-proof").done();
    let by = ["--open", "narrative", "--reason", "test", "--as", "aud", "--role", "auditor"];
    home.bundle("case.zip", &by).done();
    let listed = home.run(&["access", "list", "--data", "ledger", "--json"]).done();
    assert!(!listed.stdout.contains("Doe") && !listed.stdout.contains("jo@"), "{}", listed.stdout);
    let all = listed.json();
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(all[1]["actor"], "aud");
    assert_eq!(all[1]["purpose"], "case-bundle");
    assert_eq!(all[1]["fields"], json!(["narrative"]));
    let by_aud = ["access", "list", "--data", "ledger", "--by", "aud", "--json"];
    assert_eq!(home.run(&by_aud).done().json().as_array().unwrap().len(), 1);
    let of_none = "complaint-01KA0000000000000000000000";
    let none = ["access", "list", "--data", "ledger", "--complaint", of_none, "--json"];
    assert_eq!(home.run(&none).done().json(), json!([]));
}

#[test]
fn restricted_data_is_not_opened_until_the_restriction_is_lifted() {
    let home = Home::new();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    let ground = json!({"ground": "accuracy-contested"});
    home.about("restrict", "ana", "agent", &ground).done();
    refused_for(home.receipt("mine.tlog-proof"), &["restricted", "accuracy-contested"]);
    let show = home.run(&["subject", "show", &home.complaint, "--data", "ledger", "--json"]);
    assert_eq!(show.done().json()["facts"]["may-be-opened"], "no");
    let told = json!({"notified": "2026-01-01T00:00:00Z"});
    home.about("lift-restriction", "dpo", "data-protection-officer", &told).done();
    home.receipt("mine.tlog-proof").done();
}

#[test]
fn after_a_rotation_a_backup_from_before_an_erasure_opens_nothing_and_one_from_after_it_all() {
    let home = Home::new();
    home.run(&["checkpoint", "--data", "ledger"]).done();
    home.run(&["backup", "--data", "ledger", "--to", "old"]).done();
    // Somebody has a copy of key and vault, and no list.
    fs::create_dir(home.path("thief.keys")).unwrap();
    fs::copy(home.path("ledger.keys/kek"), home.path("thief.keys/kek")).unwrap();
    home.erase();
    let rotate = ["keys", "rotate-vault", "--data", "ledger", "--json"];
    let rotated = home.run(&rotate).done().json();
    assert_eq!((&rotated["epoch"], &rotated["keys"]), (&json!(2), &json!(1)));
    assert_eq!((&rotated["unreadable"], &rotated["was_done"]), (&json!(0), &json!(false)));
    let ledger = home.run(&["replay", "--data", "ledger"]).done().stdout;
    let last: Value = serde_json::from_str(ledger.lines().last().unwrap()).unwrap();
    assert_eq!(last["type"], "ledger.vault-key-rotated.v1");
    assert_eq!(last["data"], json!({"epoch": 2, "keys": 1}));
    let keys = home.run(&["keys", "status", "--data", "ledger", "--json"]).done().json();
    assert_eq!(keys["vault_epoch"], 2);

    let restore =
        |from, to, keys: &str| home.run(&["restore", "--from", from, "--data", to, "--keys", keys]);
    let before = restore("old", "older", "ledger.keys/kek");
    refused_for(before, &["(epoch 2)", "(epoch 1)", "rotate-vault", "--log-only"]);
    assert!(!home.path("older").exists());
    home.run(&["restore", "--from", "old", "--data", "records", "--log-only"]).done();
    // Nor does the key from before open what is there today.
    let verify = ["verify", "--data", "ledger", "--vault", "--keys", "thief.keys/kek"];
    refused_for(home.run(&verify), &["(epoch 1)", "(epoch 2)"]);

    home.run(&["checkpoint", "--data", "ledger"]).done();
    home.run(&["backup", "--data", "ledger", "--to", "new"]).done();
    restore("new", "newer", "ledger.keys/kek").done();
    assert_eq!(home.verify("newer")["erased"], 3);
    assert_eq!(home.run(&rotate).done().json()["epoch"], 3);
    home.verify("ledger");
}

#[test]
fn a_rotation_whose_record_is_missing_is_recorded_and_not_done_again() {
    let home = Home::new();
    let whole = home.path("whole");
    home.run(&["backup", "--data", "ledger", "--to", "backup"]).done();
    home.run(&["keys", "rotate-vault", "--data", "ledger"]).done();
    // The log as it was before the record, with the vault as it is after it.
    let log_only = ["restore", "--from", "backup", "--data", "whole", "--log-only"];
    home.run(&log_only).done();
    for part in ["vault", "keys"] {
        fs::rename(home.path("ledger").join(part), whole.join(part)).unwrap();
    }
    fs::remove_dir_all(home.path("ledger")).unwrap();
    fs::rename(whole, home.path("ledger")).unwrap();
    let rotated = home.run(&["keys", "rotate-vault", "--data", "ledger", "--json"]).done().json();
    assert_eq!((&rotated["epoch"], &rotated["was_done"]), (&json!(2), &json!(true)));
    assert_eq!(rotated["keys"], 2);
    home.verify("ledger");
}

#[test]
fn an_old_key_of_the_vault_that_is_back_with_its_key_file_is_told_by_the_record() {
    let home = Home::new();
    let both = ["ledger/keys/slots", "ledger.keys/kek"];
    let kept = both.map(|file| fs::read(home.path(file)).unwrap());
    home.run(&["keys", "rotate-vault", "--data", "ledger"]).done();
    home.verify("ledger");
    both.iter().zip(kept).for_each(|(file, bytes)| fs::write(home.path(file), bytes).unwrap());
    let verify = ["verify", "--data", "ledger", "--vault"];
    refused_for(home.run(&verify), &["epoch 2", "epoch 1", "are back"]);
}

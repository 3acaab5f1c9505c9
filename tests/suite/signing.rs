//! The head is signed, once for each history, and strangers can hold the ledger to it.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use merkle_log::{Checkpoint, SignedNote, VerifierKey};
use redress_tests::{
    binary::{Ran, run_in},
    sweep::copy,
};
use tempfile::TempDir;

pub(crate) const ORIGIN: &str = "ledger.example/complaints";

const FIRST: &str = "\
Complaint ID,Product,Sub-product,Issue,Sub-issue,State,ZIP code,Submitted via,Date received,Date sent to company,Company,Company response,Timely response?,Consumer disputed?
1,Debt collection,Medical,Disclosure,,FL,32219,Web,11/13/2014,11/13/2014,\"Example, Inc.\",Closed with explanation,Yes,
2,Mortgage,FHA mortgage,Settlement,,TX,75006,Phone,11/13/2014,11/14/2014,Example Bank,In progress,Yes,
";

/// A folder with a ledger in it, and what its owner does there.
pub(crate) struct Home {
    folder: TempDir,
    pub(crate) key: VerifierKey,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made =
            run_in(folder.path(), &["init", "--data", "ledger", "--origin", ORIGIN, "--json"]);
        let key = made.done().json()["verifier_key"].as_str().unwrap().parse().unwrap();
        let home = Self { folder, key };
        home.take_in("first", FIRST);
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.path(), arguments)
    }

    /// All of it, stolen: data, keys and register, on somebody else's machine.
    pub(crate) fn stolen(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["ledger", "ledger.keys"] {
            copy(&self.path().join(part), &folder.path().join(part));
        }
        Self { folder, key: self.key.clone() }
    }

    /// Takes a small file of complaints in.
    pub(crate) fn take_in(&self, name: &str, csv: &str) {
        fs::write(self.path().join(name), csv).unwrap();
        self.run(&["import", "cfpb", name, "--data", "ledger"]).done();
    }

    /// Takes in one more complaint, with this number.
    pub(crate) fn grow(&self, number: u32) {
        let (heading, _) = FIRST.split_once('\n').unwrap();
        let row = format!(
            "{number},Credit card,,Billing disputes,,NY,11102,Referral,11/14/2014,11/15/2014,Example Bank,Closed with explanation,Yes,"
        );
        self.take_in(&format!("grow-{number}"), &format!("{heading}\n{row}\n"));
    }

    /// Signs the head, and keeps the checkpoint in a file as an auditor would.
    pub(crate) fn keep_checkpoint(&self, name: &str) -> Checkpoint {
        let signed = self.run(&["checkpoint", "--data", "ledger"]).done();
        fs::write(self.path().join(name), &signed.stdout).unwrap();
        let note = SignedNote::parse(signed.stdout.as_bytes()).unwrap();
        Checkpoint::parse(note.text()).unwrap()
    }
}

#[test]
fn a_new_ledger_has_a_key_only_its_owner_may_read_and_says_which_verifies() {
    let home = Home::new();
    for name in ["signing-key", "register", "kek"] {
        let path = home.path().join("ledger.keys").join(name);
        let bits = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(bits, 0o600, "{name}");
    }
    let status = home.run(&["keys", "status", "--data", "ledger", "--json"]).done().json();
    assert_eq!(status["verifier_key"], home.key.to_string());
    assert_eq!(status["is_sealed"], false);
    assert_eq!(home.key.name(), ORIGIN);
}

#[test]
fn the_checkpoint_is_the_head_signed_by_that_key() {
    let home = Home::new();
    let signed = home.run(&["checkpoint", "--data", "ledger"]).done();
    let note = SignedNote::parse(signed.stdout.as_bytes()).unwrap();
    let checkpoint = Checkpoint::open(&note, &home.key).unwrap();
    let whole = home.run(&["verify", "--data", "ledger", "--json"]).done().json();
    assert_eq!(whole["records"], checkpoint.size());
    assert_eq!(whole["root"], checkpoint.root().to_string());
    let again = home.run(&["checkpoint", "--data", "ledger"]).done();
    assert_eq!(again.stdout, signed.stdout, "the same head has the same checkpoint");
}

#[test]
fn a_kept_checkpoint_is_extended_by_the_ledger_that_grew_from_it() {
    let home = Home::new();
    let kept = home.keep_checkpoint("kept");
    home.grow(3);
    let key = home.key.to_string();
    let against = ["verify", "--data", "ledger", "--against", "kept", "--vkey", &key, "--json"];
    let whole = home.run(&against).done().json();
    assert!(whole["records"].as_u64().unwrap() > kept.size());
    assert_eq!(whole["extends"]["size"], kept.size());
    assert_eq!(whole["extends"]["signed_by"], key);

    fs::write(home.path().join("policy"), format!("log {key}\nquorum none\n")).unwrap();
    home.run(&["verify", "--data", "ledger", "--against", "kept", "--policy", "policy"]).done();
}

#[test]
fn a_checkpoint_that_is_not_the_ledgers_is_refused_by_name() {
    let home = Home::new();
    home.keep_checkpoint("kept");
    let stranger = Home::new();
    let key = stranger.key.to_string();
    let against = ["verify", "--data", "ledger", "--against", "kept", "--vkey", &key];
    let refused = home.run(&against).refused(1);
    assert!(refused.stderr.contains("not signed as it must be"), "{}", refused.stderr);

    // Of the same origin, signed by a good key, over another history.
    stranger.grow(3);
    stranger.keep_checkpoint("theirs");
    fs::copy(stranger.path().join("theirs"), home.path().join("theirs")).unwrap();
    let refused = home.run(&["verify", "--data", "ledger", "--against", "theirs"]).refused(1);
    assert!(refused.stderr.contains("does not extend the checkpoint"), "{}", refused.stderr);
}

#[test]
fn a_sealed_key_signs_only_for_whoever_has_the_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), arguments);
    fs::write(folder.path().join("phrase"), "correct horse battery staple\n").unwrap();
    fs::write(folder.path().join("other"), "incorrect horse\n").unwrap();
    let with = ["--passphrase-file", "phrase"];
    let init = ["init", "--data", "ledger", "--origin", ORIGIN, "--seal"];
    let refused = run(&init).refused(1);
    assert!(refused.stderr.contains("passphrase"), "{}", refused.stderr);
    assert!(!folder.path().join("ledger").exists(), "nothing is left behind");
    run(&[&init[..], &with].concat()).done();
    let checkpoint = ["checkpoint", "--data", "ledger"];
    run(&checkpoint).refused(1);
    run(&[&checkpoint[..], &["--passphrase-file", "other"]].concat()).refused(1);
    run(&[&checkpoint[..], &with].concat()).done();
    let status = run(&["keys", "status", "--data", "ledger", "--json"]).done().json();
    assert_eq!(status["is_sealed"], true, "known without the passphrase");
}

#[test]
fn nothing_is_signed_without_the_register() {
    let home = Home::new();
    home.keep_checkpoint("kept");
    let register = home.path().join("ledger.keys/register");
    fs::rename(&register, home.path().join("elsewhere")).unwrap();
    let refused = home.run(&["checkpoint", "--data", "ledger"]).refused(1);
    assert!(refused.stderr.contains("register"), "{}", refused.stderr);
    home.run(&["checkpoint", "--data", "ledger", "--register", "elsewhere"]).done();
}

/// A register that is there was asked, and whoever verifies must hear that it did not answer.
#[test]
fn a_damaged_register_is_named_by_verify_and_by_what_signs() {
    let home = Home::new();
    home.keep_checkpoint("kept");
    let whole = home.run(&["verify", "--data", "ledger"]).done().stdout;
    assert!(whole.contains("register it holds all that was signed"), "{whole}");
    let register = home.path().join("ledger.keys/register");
    let mut bytes = fs::read(&register).unwrap();
    bytes[30] ^= 1;
    fs::write(&register, bytes).unwrap();
    for asked in ["verify", "checkpoint"] {
        let refused = home.run(&[asked, "--data", "ledger"]).refused(1).stderr;
        assert!(refused.contains("ledger.keys/register"), "{asked}: {refused}");
    }
}

/// A tile that rotted after it was written is no other history: it is damage, and must not be signed as if it
/// were what was recorded, for nobody could ever extend that root again.
#[test]
fn a_rotten_hash_tile_is_never_signed_and_once_mended_the_ledger_goes_on() {
    let home = Home::new();
    let (heading, _) = FIRST.split_once('\n').unwrap();
    let rows = (10..310).map(|number| {
        format!("{number},Mortgage,FHA mortgage,Settlement,,TX,75006,Phone,11/13/2014,11/14/2014,Example Bank,Closed with explanation,Yes,\n")
    });
    fs::write(home.path().join("many"), format!("{heading}\n{}", rows.collect::<String>()))
        .unwrap();
    // What no register is found for is taken in, and not signed yet.
    let unsigned = ["import", "cfpb", "many", "--data", "ledger", "--register", "nowhere"];
    home.run(&unsigned).done();
    let register = fs::read(home.path().join("ledger.keys/register")).unwrap();

    let tiles = home.path().join("ledger/tiles/tile/0");
    assert!(tiles.join("001").exists(), "the one that rots is not the newest");
    let rotten = tiles.join("000");
    let mut bytes = fs::read(&rotten).unwrap();
    bytes[100 * 32] ^= 1;
    fs::write(&rotten, bytes).unwrap();

    let refused = home.run(&["checkpoint", "--data", "ledger"]).refused(1);
    assert!(refused.stderr.contains("hash tiles"), "{}", refused.stderr);
    assert!(refused.stderr.contains("verify --repair"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("second history"), "{}", refused.stderr);
    assert_eq!(fs::read(home.path().join("ledger.keys/register")).unwrap(), register);

    home.run(&["verify", "--data", "ledger", "--repair"]).done();
    let whole = home.run(&["verify", "--data", "ledger", "--json"]).done().json();
    assert_eq!(home.keep_checkpoint("kept").root().to_string(), whole["root"].as_str().unwrap());
    home.grow(400);
    home.keep_checkpoint("later");

    // In what is signed it looks as another history does: before anybody looks for that, it is to be verified.
    let mut bytes = fs::read(&rotten).unwrap();
    bytes[100 * 32] ^= 1;
    fs::write(&rotten, bytes).unwrap();
    let refused = home.run(&["commit-index", "--data", "ledger"]).refused(1);
    assert!(refused.stderr.contains("another history"), "{}", refused.stderr);
    assert!(refused.stderr.contains("redress verify"), "{}", refused.stderr);
    home.run(&["verify", "--data", "ledger", "--repair"]).done();
    home.run(&["commit-index", "--data", "ledger"]).done();
}

//! What an operator does beside a ledger that is served, and after it was damaged.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
};

use redress_tests::binary::{Ran, redress, root, run_in, serve_in, traced_in};
use serde_json::Value;

fn demo(folder: &Path) -> Value {
    run_in(folder, &["demo", "--data", "ledger", "--complaints", "60"]).done();
    run_in(folder, &["verify", "--data", "ledger", "--vault", "--json"]).done().json()
}

fn back_up(folder: &Path) -> Value {
    run_in(folder, &["backup", "--data", "ledger", "--to", "backup", "--json"]).done().json()
}

const RESTORE: [&str; 8] =
    ["--json", "restore", "--from", "backup", "--data", "again", "--keys", "ledger.keys/kek"];

#[test]
fn backups_are_taken_and_limits_noted_while_the_ledger_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let whole = demo(folder);
    let serving = serve_in(folder, &["serve", "--data", "ledger"]);

    let first = back_up(folder);
    assert_eq!((&first["root"], &first["to"]), (&whole["root"], &"backup".into()));
    assert!(first["tiles_copied"].as_u64().unwrap() > 0);
    // Limits of invented complaints were missed long ago: the served ledger grows.
    let noted = run_in(folder, &["clock", "run", "--data", "ledger", "--json"]).done().json();
    assert!(noted["missed"].as_u64().unwrap() > 0, "{noted}");
    let second = back_up(folder);
    assert!(second["records"].as_u64() > first["records"].as_u64());
    assert_eq!(second["tiles_kept"], first["tiles_copied"], "sealed tiles are copied once");

    // What can not be done is refused as it is without a server.
    let inside = run_in(folder, &["backup", "--data", "ledger", "--to", "ledger/copy"]).refused(1);
    assert!(inside.stderr.contains("outside"), "{}", inside.stderr);
    let other = run_in(folder, &["verify", "--repair", "--data", "ledger"]).refused(1);
    assert!(other.stderr.contains("nobody mends what another is writing"), "{}", other.stderr);
    assert_eq!(serving.end(), Some(0));
    assert!(!folder.join("ledger/control").exists());

    let restored = run_in(folder, &RESTORE).done().json();
    assert_eq!(restored["root"], second["root"]);
    assert_eq!(restored["is_vault_checked"], true);
}

#[test]
fn what_a_killed_server_leaves_behind_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    demo(folder);
    drop(serve_in(folder, &["serve", "--data", "ledger"]));
    assert!(folder.join("ledger/control").exists(), "it was killed");
    back_up(folder);
    let serving = serve_in(folder, &["serve", "--data", "ledger"]);
    assert_eq!(back_up(folder)["generation"], 2);
    assert_eq!(serving.end(), Some(0));
}

#[test]
fn a_restored_copy_that_lacks_something_signed_can_be_read_and_signs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    demo(folder);
    back_up(folder);
    run_in(folder, &["clock", "run", "--data", "ledger"]).done();
    let kept = run_in(folder, &["checkpoint", "--data", "ledger"]).done();
    fs::write(folder.join("kept.checkpoint"), kept.stdout).unwrap();

    let restored = run_in(folder, &RESTORE).done().json();
    assert_eq!(restored["extends_what_was_signed"], false);
    let with_key = ["--data", "again", "--keys", "ledger.keys/kek"];
    let asked = |words: &[&str]| run_in(folder, &[words, &with_key[..]].concat());
    let verified = asked(&["verify", "--json"]).done().json();
    assert_eq!(verified["extends_what_was_signed"], false);
    assert!(asked(&["verify"]).done().stdout.contains("this copy lacks some of them"));
    let before = asked(&["replay"]).done().stdout;
    let register = fs::read(folder.join("ledger.keys/register")).unwrap();
    for signs in [&["checkpoint"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let refused = asked(signs).refused(1);
        assert!(refused.stderr.contains("signed"), "{signs:?}: {}", refused.stderr);
    }
    // Whatever were confirmed here would be lost with it.
    fs::write(
        folder.join("new.json"),
        r#"{"channel": "phone", "source": {"kind": "direct"}, "personal": {"narrative": "Again."}}"#,
    )
    .unwrap();
    let rule =
        r#"{"change": 1, "rule": {"kind": "adopt-pack", "pack": "uk-disp", "from": "2031-01-01"}}"#;
    fs::write(folder.join("rule.json"), rule).unwrap();
    let register_one = "complaint register --as ana --role agent --body new.json";
    let propose = "rulebook propose --as col --role compliance-officer --body rule.json";
    for writes in [register_one, propose, "clock run", "commit-index"] {
        let refused = asked(&writes.split(' ').collect::<Vec<_>>()).refused(1);
        assert!(refused.stderr.contains("signed"), "{writes}: {}", refused.stderr);
        assert!(refused.stderr.contains("write nothing to it"), "{writes}: {}", refused.stderr);
    }
    // Without the key nothing lies beside the copy that could tell.
    for writes in [propose, "commit-index"] {
        let words = [&writes.split(' ').collect::<Vec<_>>()[..], &["--data", "again"]].concat();
        let refused = run_in(folder, &words).refused(1);
        assert!(refused.stderr.contains("write nothing to it"), "{writes}: {}", refused.stderr);
    }
    assert_eq!(asked(&["replay"]).done().stdout, before);
    let forked = asked(&["verify", "--against", "kept.checkpoint"]).refused(1);
    assert!(forked.stderr.contains("records are missing"), "{}", forked.stderr);
    assert_eq!(fs::read(folder.join("ledger.keys/register")).unwrap(), register);
}

/// A ledger whose register lies elsewhere, with one record and a backup of it; and what proposes a rule there.
fn register_elsewhere(folder: &Path) -> impl Fn(&str) -> Ran {
    let init = "init --data ledger --origin ledger.example/elsewhere --register elsewhere";
    run_in(folder, &init.split(' ').collect::<Vec<_>>()).done();
    let folder = folder.to_owned();
    let propose = move |on: &str| {
        let rule = format!(
            r#"{{"change": {}, "rule": {{"kind": "adopt-pack", "pack": "uk-disp", "from": "2031-01-01"}}}}"#,
            if on == "ledger" { 1 } else { 2 },
        );
        fs::write(folder.join("rule.json"), rule).unwrap();
        let words = format!(
            "rulebook propose --as col --role compliance-officer --body rule.json --data {on}"
        );
        run_in(&folder, &words.split(' ').collect::<Vec<_>>())
    };
    propose("ledger").done();
    propose
}

#[test]
fn a_restored_copy_is_written_to_once_a_register_says_that_it_may_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let propose = register_elsewhere(folder);
    back_up(folder);
    let run = |words: &str| run_in(folder, &words.split(' ').collect::<Vec<_>>());
    run("restore --from backup --data again --keys ledger.keys/kek").done();
    run("restore --from backup --data archive --log-only").done();
    for on in ["again", "again --keys ledger.keys/kek", "archive"] {
        let refused = propose(on).refused(1);
        assert!(
            refused.stderr.contains("restored from backup 1 of 1 records"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("redress checkpoint"), "{}", refused.stderr);
    }
    run("verify --data again").done();

    // A backup of it is of the records; what is restored from that is as unknown.
    run("backup --data again --to second").done();
    run("restore --from second --data third --keys ledger.keys/kek").done();
    propose("third").refused(1);

    // Held against the register once, wherever that lies, it goes on.
    run("checkpoint --data again --keys ledger.keys/kek --register elsewhere").done();
    assert!(!folder.join("again/restored").exists());
    propose("again").done();
    run("verify --data again").done();
}

#[test]
fn the_register_that_a_restore_was_told_of_is_asked_before_the_copy_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let propose = register_elsewhere(folder);
    back_up(folder);
    let run = |words: &str| run_in(folder, &words.split(' ').collect::<Vec<_>>());
    for copy in ["first", "second"] {
        let restore = "restore --from backup --keys ledger.keys/kek --register elsewhere --json";
        let restored = run(&format!("{restore} --data {copy}")).done().json();
        assert_eq!(restored["extends_what_was_signed"], true);
    }
    propose("first").done();
    // The ledger itself has gone on meanwhile: what the restore found is not true any more.
    run("commit-index --data ledger").done();
    run("checkpoint --data ledger --register elsewhere").done();
    let refused = propose("second").refused(1);
    assert!(refused.stderr.contains("write nothing to it"), "{}", refused.stderr);
    // Nor is it written to when the register is out of reach.
    fs::rename(folder.join("elsewhere"), folder.join("away")).unwrap();
    let refused = propose("second").refused(1);
    assert!(refused.stderr.contains("elsewhere"), "{}", refused.stderr);
}

/// Nobody is left with a directory that neither is a ledger nor may be made anew.
#[test]
fn a_restore_that_is_killed_while_it_syncs_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run_in(folder, &["demo", "--data", "ledger", "--complaints", "3"]).done();
    back_up(folder);
    let mut kills = 0;
    loop {
        let nth = format!("inject=syncfs:signal=KILL:when={}", kills + 1);
        let Some((ran, _)) = traced_in(folder, &["-e", &nth], &RESTORE) else { return };
        if ran.code.is_some() {
            ran.done();
            break;
        }
        assert!(!folder.join("again").exists());
        kills += 1;
    }
    assert!(kills > 1, "it was killed {kills} times");
    run_in(folder, &["verify", "--data", "again"]).done();
    assert!(!folder.join("again.restoring").exists());
}

/// A process that was killed between a register's new name and the sync of its directory has told nobody. The next
/// one finds the head signed, and must not hand out what a power cut could still take from the register.
#[test]
fn a_signature_that_is_there_already_is_synced_before_it_is_handed_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    demo(folder);
    let checkpoint = ["checkpoint", "--data", "ledger"];
    let first = run_in(folder, &checkpoint).done();
    let told = ["-e", "trace=write,fsync"];
    let Some((again, calls)) = traced_in(folder, &told, &checkpoint) else { return };
    assert_eq!(again.done().stdout, first.stdout);
    let place = |wanted: &dyn Fn(&str) -> bool| calls.lines().position(wanted);
    let synced = place(&|call| call.contains("fsync(") && call.contains("/ledger.keys>"));
    let handed = place(&|call| call.contains("write(") && call.contains("\"demo.red"));
    assert!(synced.is_some() && synced < handed, "{synced:?} {handed:?} in {calls}");
}

/// A head that is lost or unreadable is never made up: what it vouched for would be believed.
#[test]
fn a_damaged_head_is_named_and_comes_back_from_the_backup() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    demo(folder);
    let taken = back_up(folder);
    run_in(folder, &["clock", "run", "--data", "ledger"]).done();
    let whole = run_in(folder, &["verify", "--data", "ledger", "--json"]).done().json();
    let head = folder.join("ledger/head");
    for damage in [Some(&b"redress-head"[..]), None] {
        match damage {
            Some(bytes) => fs::write(&head, bytes).unwrap(),
            None => fs::remove_file(&head).unwrap(),
        }
        for repair in [&[][..], &["--repair"]] {
            let words = [&["verify", "--data", "ledger", "--json"][..], repair].concat();
            let ran = run_in(folder, &words).refused(1);
            let said = ran.json();
            assert_eq!((&said["artifact"], &said["position"]), (&"head".into(), &Value::Null));
            assert!(ran.stderr.contains("log/N/head"), "{}", ran.stderr);
            assert!(!ran.stderr.contains("position 0"), "{}", ran.stderr);
        }
    }
    let generation = format!("backup/log/{:06}/head", taken["generation"].as_u64().unwrap());
    fs::copy(folder.join(generation), &head).unwrap();
    let again = run_in(folder, &["verify", "--data", "ledger", "--json"]).done().json();
    assert_eq!((&again["root"], &again["records"]), (&whole["root"], &whole["records"]));
}

#[test]
fn what_is_mended_on_opening_is_said_without_being_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    demo(folder);
    let before = run_in(folder, &["replay", "--data", "ledger"]).done();
    fs::write(folder.join("ledger/store/db"), "not a store").unwrap();
    let after = run_in(folder, &["replay", "--data", "ledger"]).done();
    assert_eq!(after.stdout, before.stdout);
    assert!(after.stderr.contains("rebuilt the store from the tiles"), "{}", after.stderr);
    assert!(after.stderr.contains("store.damaged-1"), "{}", after.stderr);
    let quiet = run_in(folder, &["replay", "--data", "ledger"]).done();
    assert!(!quiet.stderr.contains("WARN"), "{}", quiet.stderr);
}

/// The longest text of one personal field, and of a file put to a case.
const TEXT_BYTES_MAX: usize = 1024 * 1024;

#[test]
fn a_text_of_a_mebibyte_is_kept_and_a_longer_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run_in(folder, &["init", "--data", "ledger", "--origin", "ledger.example/large"]).done();
    fs::write(
        folder.join("body.json"),
        r#"{"channel": "phone", "source": {"kind": "direct"}, "personal": {}}"#,
    )
    .unwrap();
    let register = |bytes: usize| {
        fs::write(folder.join("story.txt"), "x".repeat(bytes)).unwrap();
        let words = "complaint register --data ledger --as ana --role agent --json \
                     --body body.json --attach narrative=story.txt";
        run_in(folder, &words.split_whitespace().collect::<Vec<_>>())
    };
    register(TEXT_BYTES_MAX).done();
    let before = run_in(folder, &["replay", "--data", "ledger"]).done().stdout;
    assert_eq!(before.lines().count(), 1);
    assert!(before.len() < 10_000, "the record holds a commitment, not the text");
    for bytes in [TEXT_BYTES_MAX + 1, 10 * TEXT_BYTES_MAX] {
        let refused = register(bytes).refused(1);
        assert!(refused.stderr.contains("1048576"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("xxxx"), "{}", refused.stderr);
    }
    assert_eq!(run_in(folder, &["replay", "--data", "ledger"]).done().stdout, before);
    run_in(folder, &["verify", "--data", "ledger", "--vault"]).done();
}

#[test]
fn a_ledger_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // As somebody who lets everybody in, unless a program asks for less.
    let generously = |words: &[&str], body: &str| {
        let mut sh = Command::new("sh");
        sh.args(["-c", "umask 000; exec \"$@\"", "sh"]).arg(redress()).args(words);
        fs::write(folder.join("body"), body).unwrap();
        let ran = sh.stdin(File::open(folder.join("body")).unwrap()).current_dir(folder).output();
        Ran::from(ran.unwrap()).done();
    };
    generously(&["init", "--data", "ledger", "--origin", "ledger.example/modes"], "");
    let body =
        r#"{"channel": "web", "source": {"kind": "direct"}, "personal": {"narrative": "A fee."}}"#;
    let by = ["--data", "ledger", "--as", "portal", "--role", "complainant", "--body", "-"];
    generously(&[&["complaint", "register"][..], &by].concat(), body);
    generously(&["mail", "status", "--data", "ledger"], "");
    generously(&["checkpoint", "--data", "ledger"], "");
    generously(&["backup", "--data", "ledger", "--to", "backup"], "");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for directory in ["ledger", "ledger.keys", "backup", "backup/personal"] {
        assert_eq!(mode(&folder.join(directory)), 0o700, "{directory}");
    }
    let copied = "backup/personal/000001";
    let of_copy = ["vault", "keys"].map(|part| format!("{copied}/{part}"));
    let directories = ["ledger/vault", "ledger/keys", "ledger.keys"].map(str::to_owned);
    let mut files = 0;
    for directory in directories.iter().chain(&of_copy) {
        assert_eq!(mode(&folder.join(directory)), 0o700, "{directory}");
        for file in fs::read_dir(folder.join(directory)).unwrap() {
            let file = file.unwrap().path();
            assert_eq!(mode(&file), 0o600, "{}", file.display());
            files += 1;
        }
    }
    assert!(files >= 8, "keys, blobs and slots, each twice, but the keys that are copied nowhere");
    assert_eq!(mode(&folder.join("ledger/outbox.sqlite")), 0o600);
}

#[test]
fn the_commands_in_the_operators_guide_work() {
    crate::readme::run_all("docs/operating.md");
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                sources(&path, text);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn each_claim_of_the_operators_guide_names_tests_that_there_are() {
    let guide = fs::read_to_string(root().join("docs/operating.md")).unwrap();
    let (_, claims) = guide.split_once("the test that shows it\n").expect("the table");
    let mut code = String::new();
    for folder in ["crates", "tests"] {
        sources(&root().join(folder), &mut code);
    }
    let rows: Vec<_> = claims.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 15, "{rows:?}");
    for row in rows {
        let quoted: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        let tests: Vec<_> = quoted
            .iter()
            .filter(|word| word.matches('_').count() > 3 && !word.contains('/'))
            .collect();
        assert!(!tests.is_empty(), "no test in: {row}");
        for test in tests {
            assert!(code.contains(&format!("fn {test}(")), "there is no test {test}: {row}");
        }
    }
}

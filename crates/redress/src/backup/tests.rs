use std::{
    ffi::OsString,
    fs::{self, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::Arc,
};

use event_log::{Clock, clock::SystemClock};
use serde_json::Value;
use tempfile::TempDir;

use super::take::take;
use crate::{
    arguments::LedgerAt,
    ledger::{Ledger, NewSigning},
    run,
};

struct Home(TempDir);

impl Home {
    /// A home with a demo ledger of so many complaints.
    fn with_demo(complaints: &str) -> Self {
        let home = Self(TempDir::new().unwrap());
        let made = home.redress(&["demo", "--data", "ledger", "--complaints", complaints]);
        assert!(made.0, "{}", made.2);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a command whose words after --data, --to, --from and --keys lie in this home.
    fn redress(&self, words: &[&str]) -> (bool, String, String) {
        let mut args = vec![OsString::from("redress")];
        let mut is_path = false;
        for word in words {
            args.push(if is_path { self.path(word).into() } else { OsString::from(word) });
            is_path = ["--data", "--to", "--from", "--keys"].contains(word);
        }
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(args, &mut std::io::empty(), &mut out, &mut err);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (code == ExitCode::SUCCESS, text(out), text(err))
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> Value {
        let (done, out, err) = self.redress(&[words, &["--json"]].concat());
        assert!(done, "{err}");
        serde_json::from_str(&out).unwrap()
    }

    #[track_caller]
    fn refused(&self, words: &[&str], said: &[&str]) {
        let (done, out, err) = self.redress(words);
        assert!(!done, "{out}");
        assert!(err.contains("next:") && !err.contains("panicked"), "{err}");
        for word in said {
            assert!(err.contains(word), "expected `{word}` in: {err}");
        }
    }

    fn back_up(&self) -> Value {
        self.done(&["backup", "--data", "ledger", "--to", "backup"])
    }

    const RESTORE: [&str; 7] =
        ["restore", "--from", "backup", "--data", "again", "--keys", "ledger.keys/kek"];

    /// Every file of the backup, by a part of its path.
    fn copied(&self, part: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut dirs = vec![self.path("backup")];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    dirs.push(path);
                } else if path.to_str().unwrap().contains(part) {
                    found.push(path);
                }
            }
        }
        found.sort();
        found
    }
}

fn flip(path: &Path, place: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[place] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_was_backed_up_is_restored_and_verified() {
    let home = Home::with_demo("60");
    let whole = home.done(&["verify", "--data", "ledger", "--vault"]);
    let taken = home.back_up();
    assert_eq!((&taken["records"], &taken["root"]), (&whole["records"], &whole["root"]));
    assert!(taken["personal_bytes"].as_u64().unwrap() > 0);

    let restored = home.done(&Home::RESTORE);
    assert_eq!(restored["root"], whole["root"]);
    assert_eq!(restored["sealed"], whole["sealed"]);
    assert_eq!(restored["is_vault_checked"], true);
    let replay = |data| home.redress(&["replay", "--data", data]).1;
    assert_eq!(replay("again"), replay("ledger"));
    let keys = ["--keys", "ledger.keys/kek"];
    let again = home.done(&[&["verify", "--data", "again", "--vault"], &keys[..]].concat());
    assert_eq!(again, whole);
    assert!(!home.path("again.restoring").exists());
    // It is a ledger like any other: the next backup of it goes on where that of the first ended.
    home.done(&["backup", "--data", "again", "--to", "backup"]);
}

#[test]
fn the_key_is_in_no_backup() {
    let home = Home::with_demo("5");
    let kek = fs::read(home.path("ledger.keys/kek")).unwrap();
    // Not even if somebody put a copy of it where it does not belong.
    for place in ["ledger/keys/kek", "ledger/vault/kek"] {
        fs::write(home.path(place), &kek).unwrap();
    }
    home.back_up();
    let secret = &kek[48..80];
    for path in home.copied("") {
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(32).any(|window| window == secret), "{}", path.display());
    }
}

#[test]
fn a_second_backup_copies_only_what_is_new() {
    let home = Home::with_demo("60");
    let first = home.back_up();
    let second = home.back_up();
    assert_eq!((&first["generation"], &second["generation"]), (&1.into(), &2.into()));
    assert_eq!(second["tiles_copied"], 0);
    assert_eq!(second["tiles_kept"], first["tiles_copied"]);
    assert!(home.copied("/000001/").is_empty(), "{:?}", home.copied("/000001/"));
    home.done(&Home::RESTORE);
}

#[test]
fn a_damaged_backup_is_refused_with_the_file_named() {
    let home = Home::with_demo("60");
    home.back_up();
    for part in [
        "entries/000.zst",
        "tile/0/000",
        "journal/",
        "/head",
        "vault/",
        "slots",
        "ledger.json",
        "SHA256SUMS",
    ] {
        for path in home.copied(part) {
            let place = fs::read(&path).unwrap().len() / 3;
            flip(&path, place);
            home.refused(&Home::RESTORE, &[path.file_name().unwrap().to_str().unwrap()]);
            assert!(!home.path("again").exists());
            assert!(!home.path("again.restoring").exists());
            flip(&path, place);
        }
    }
    let manifest = home.path("backup/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    for (from, to) in [("\"records\": ", "\"records\": 1"), ("\"root\": \"", "\"root\": \"0")] {
        fs::write(&manifest, text.replace(from, to)).unwrap();
        home.refused(&Home::RESTORE, &[]);
        assert!(!home.path("again").exists());
        assert!(!home.path("again.restoring").exists());
    }
    fs::write(&manifest, text).unwrap();
    home.done(&Home::RESTORE);
}

#[test]
fn a_list_that_leads_out_of_its_place_is_refused() {
    for name in ["../x", "/etc/x", "", ".", "a/../x"] {
        assert!(!super::files::stays_below(name), "{name}");
    }
    assert!(super::files::stays_below("journal/1"));
}

#[test]
fn an_unfinished_backup_is_none_and_hides_none() {
    let home = Home::with_demo("20");
    fs::create_dir_all(home.path("backup/log/000001")).unwrap();
    home.refused(&Home::RESTORE, &["finished backup"]);
    home.back_up();
    // The next one stops half-way: what it wrote is not the backup, and is cleared away later.
    fs::create_dir_all(home.path("backup/log/000002/journal")).unwrap();
    fs::create_dir_all(home.path("backup/personal/000002")).unwrap();
    fs::write(home.path("backup/manifest.json.tmp"), "half").unwrap();
    home.done(&Home::RESTORE);
    assert_eq!(home.back_up()["generation"], 2);
}

/// Whoever read the manifest without holding the place could remove the backup that was finished meanwhile.
#[test]
fn the_place_of_a_backup_is_held_before_anybody_reads_what_lies_there() {
    let home = Home::with_demo("3");
    home.back_up();
    let manifest = home.path("backup/manifest.json");
    let text = fs::read(&manifest).unwrap();
    fs::remove_file(&manifest).unwrap();
    // A pipe: who reads the manifest waits for us.
    assert!(Command::new("mkfifo").arg(&manifest).status().unwrap().success());
    std::thread::scope(|scope| {
        let second = scope.spawn(|| home.back_up());
        let mut pipe = OpenOptions::new().write(true).open(&manifest).unwrap();
        let lock = OpenOptions::new().write(true).open(home.path("backup/lock")).unwrap();
        let held = lock.try_lock();
        pipe.write_all(&text).unwrap();
        drop(pipe);
        assert!(matches!(held, Err(TryLockError::WouldBlock)), "{held:?}");
        assert_eq!(second.join().unwrap()["generation"], 2);
    });
    home.done(&Home::RESTORE);
}

#[test]
fn an_unfinished_restore_is_no_ledger_and_is_made_anew() {
    let home = Home::with_demo("5");
    home.back_up();
    fs::create_dir(home.path("again.restoring")).unwrap();
    fs::write(home.path("again.restoring/letter"), "dear").unwrap();
    home.refused(&Home::RESTORE, &["letter"]);
    fs::write(home.path("again.restoring/restoring"), "").unwrap();
    home.refused(&["verify", "--data", "again"], &["again"]);
    home.done(&Home::RESTORE);
    assert!(!home.path("again/letter").exists());
    assert!(!home.path("again/restoring").exists());
}

#[test]
fn a_restore_that_is_killed_at_its_last_steps_is_made_anew_or_done() {
    let home = Home::with_demo("5");
    home.back_up();
    home.done(&Home::RESTORE);
    assert!(!home.path("again/restoring").exists());
    // Killed before the rename: all of it is there, under the name of what is unfinished.
    fs::write(home.path("again/restoring"), "").unwrap();
    fs::rename(home.path("again"), home.path("again.restoring")).unwrap();
    home.done(&Home::RESTORE);
    assert!(!home.path("again.restoring").exists());
    // Killed behind it: the ledger is whole, and is no place for another.
    fs::write(home.path("again/restoring"), "").unwrap();
    home.done(&["verify", "--data", "again"]);
    home.refused(&Home::RESTORE, &["found a ledger"]);
}

#[test]
fn an_empty_directory_becomes_the_restored_ledger() {
    let home = Home::with_demo("3");
    home.back_up();
    fs::create_dir(home.path("again")).unwrap();
    home.done(&Home::RESTORE);
    home.done(&["verify", "--data", "again"]);
}

#[test]
fn nothing_is_ever_restored_over_a_ledger() {
    let home = Home::with_demo("5");
    home.back_up();
    let over = ["restore", "--from", "backup", "--data", "ledger"];
    home.refused(&over, &["found a ledger"]);
    let head = home.path("ledger/head");
    let before = fs::read(&head).unwrap();
    home.done(&["demo", "--data", "other", "--complaints", "9"]);
    // A longer history of the same name.
    fs::remove_dir_all(home.path("ledger")).unwrap();
    fs::rename(home.path("other"), home.path("ledger")).unwrap();
    assert_ne!(fs::read(&head).unwrap(), before);
    home.refused(&over, &["ahead of the backup"]);
    home.refused(&["backup", "--data", "ledger", "--to", "backup"], &["root", "backup"]);
    fs::create_dir(home.path("full")).unwrap();
    fs::write(home.path("full/letter"), "dear").unwrap();
    home.refused(&["restore", "--from", "backup", "--data", "full"], &["letter"]);
}

#[test]
fn a_backup_goes_nowhere_it_could_do_harm() {
    let home = Home::with_demo("3");
    let to = |place| home.refused(&["backup", "--data", "ledger", "--to", place], &["expected"]);
    to("ledger");
    to("ledger/backup");
    to(".");
    fs::create_dir(home.path("theirs")).unwrap();
    fs::write(home.path("theirs/letter"), "dear").unwrap();
    to("theirs");
    home.back_up();
    home.done(&["init", "--data", "second", "--origin", "second.example"]);
    home.refused(&["backup", "--data", "second", "--to", "backup"], &["second.example"]);
}

#[test]
fn a_restore_without_the_key_is_refused_or_of_the_log_alone() {
    let home = Home::with_demo("5");
    home.back_up();
    let restore = ["restore", "--from", "backup", "--data", "again"];
    home.refused(&restore, &["key-encryption key", "--log-only"]);
    // Copies of personal data are gone after 30 days; the log may stay.
    fs::remove_dir_all(home.path("backup/personal")).unwrap();
    let restored = home.done(&[&restore[..], &["--log-only"]].concat());
    assert_eq!(restored["is_vault_checked"], false);
    home.done(&["verify", "--data", "again"]);
}

#[test]
fn a_blob_that_is_nowhere_fails_the_restore() {
    let home = Home::with_demo("5");
    for path in fs::read_dir(home.path("ledger/vault")).unwrap() {
        let path = path.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(4096);
        fs::write(&path, bytes).unwrap();
    }
    home.back_up();
    home.refused(&Home::RESTORE, &["no blob"]);
    assert!(!home.path("again").exists());
}

#[test]
fn a_lost_store_is_repaired_and_said_so() {
    let home = Home::with_demo("60");
    let whole = home.done(&["verify", "--data", "ledger"]);
    assert_eq!(whole["mended"], Value::Array(Vec::new()));
    fs::write(home.path("ledger/store/db"), "not a store").unwrap();
    home.refused(&["verify", "--data", "ledger"], &["--repair"]);
    let (done, out, err) = home.redress(&["verify", "--data", "ledger", "--repair"]);
    assert!(done, "{err}");
    assert!(out.contains("mended: ") && out.contains("whole again"), "{out}");
    assert_eq!(home.done(&["verify", "--data", "ledger"])["root"], whole["root"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_taken_while_commands_are_carried_out_has_every_blob_it_names() {
    use complaint_domain::sealed::PersonalField;
    use complaint_service::{CommandRequest, PersonalText};

    use crate::demo::{author::Year, lives::life};

    let home = Home(TempDir::new().unwrap());
    let at = LedgerAt { data: home.path("ledger"), keys: None };
    let signing = NewSigning::default();
    let created = Ledger::create(&at, "backup.example", &signing, Arc::new(SystemClock));
    let (mut ledger, _) = created.unwrap();
    let service = Arc::new(ledger.service().unwrap());
    let mut writers = tokio::task::JoinSet::new();
    let (enough, is_enough) = tokio::sync::watch::channel(false);
    for writer in 0..4_u64 {
        let (service, is_enough) = (Arc::clone(&service), is_enough.clone());
        writers.spawn(async move {
            for number in (writer..).step_by(4).take_while(|_| !*is_enough.borrow()) {
                let step = life(1, number, Year::of(2_025)).remove(0);
                let text = format!("what happened to number {number}");
                let request = CommandRequest {
                    command_id: step.command_id,
                    stream: None,
                    actor: step.actor,
                    occurred_at: None,
                    correlation_id: None,
                    causation_id: None,
                    command: step.command,
                    personal: vec![PersonalText::new(PersonalField::Narrative, text)],
                };
                service.handle(request).await.unwrap();
            }
        });
    }
    let mut records = 0;
    for _ in 0..3 {
        let mut head = event_log::EventLog::watch_head(ledger.log.as_ref());
        head.wait_for(|head| head.next_position.0 > records + 50).await.unwrap();
        let to = home.path("backup");
        let now = SystemClock.now();
        let taken = take(&ledger.log, &ledger.places, &to, now, Box::new(|_| {})).await.unwrap();
        assert!(taken.manifest.records > records + 50);
        records = taken.manifest.records;
    }
    enough.send_replace(true);
    writers.join_all().await;
    drop(service);
    ledger.close().await;

    let restored = tokio::task::spawn_blocking(move || home.done(&Home::RESTORE)).await.unwrap();
    assert_eq!(restored["records"], records);
    let sealed = records * 2;
    assert_eq!(restored["sealed"], sealed, "narrative and nonce in each record, all opened");
}

/// What lay where the register was found on restoring may be another ledger's by now: it tells nothing of this one.
#[test]
fn a_register_of_another_ledger_keeps_no_copy_shut_whose_own_was_named() {
    let home = Home::with_demo("5");
    home.done(&["checkpoint", "--data", "ledger"]);
    home.back_up();
    home.done(&Home::RESTORE);
    // The keys were moved, and another ledger's have taken their place.
    fs::rename(home.path("ledger.keys"), home.path("own.keys")).unwrap();
    home.done(&[
        "init",
        "--data",
        "other",
        "--keys",
        "ledger.keys/kek",
        "--origin",
        "other.example/o",
    ]);
    let checkpoint = ["checkpoint", "--data", "again", "--keys", "own.keys/kek"];
    home.refused(&checkpoint, &["ledger.keys/register", "other.example/o", "--register"]);
    assert!(home.path("again/restored").exists());
    let own = home.path("own.keys/register");
    let named = [&checkpoint[..], &["--register", own.to_str().unwrap()]].concat();
    home.done(&named);
    assert!(!home.path("again/restored").exists());
    home.done(&checkpoint);
}

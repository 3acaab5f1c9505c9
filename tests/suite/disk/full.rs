//! A full disk under the program itself: a clean refusal, nothing lost, and it heals.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use redress_tests::binary::{Ran, redress, run_in, say_not_run};
use serde_json::Value;

use super::{Mounted, fill};

/// Enough for a ledger and the room that it keeps free for mending itself, and for no second
/// segment of the journal.
const DISK_MEGABYTES: usize = 48;
/// More than the first segment of the journal holds.
const ROWS: usize = 4_000;
const BODY: &str = r#"{"channel": "web", "source": {"kind": "direct"},
    "personal": {"narrative": "They charged me twice for one month, and nobody will say why."}}"#;

/// A file of rows, and a body, in a folder that has room whatever becomes of the ledger's disk.
fn papers() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::from(
        "Complaint ID,Product,Sub-product,Issue,Sub-issue,State,ZIP code,Submitted via,Date received,\
         Date sent to company,Company,Company response,Timely response?,Consumer disputed?\n",
    );
    for number in 1..=ROWS {
        writeln!(
            rows,
            "{number},Debt collection,Medical,Disclosure,,FL,32219,Web,11/13/2014,11/13/2014,\
             Example,Closed with explanation,Yes,"
        )
        .unwrap();
    }
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    fs::write(folder.path().join("body.json"), BODY).unwrap();
    folder
}

fn data_of(place: &Path) -> String {
    place.join("ledger").to_str().unwrap().to_owned()
}

fn register(papers: &Path, data: &str) -> Ran {
    let by = ["--as", "ana", "--role", "agent", "--body", "body.json", "--json"];
    run_in(papers, &[&["complaint", "register", "--data", data], &by[..]].concat())
}

fn import(papers: &Path, data: &str) -> Ran {
    run_in(papers, &["import", "cfpb", "rows.csv", "--data", data, "--json"])
}

/// The streams that records stand in, by position.
fn streams(papers: &Path, data: &str) -> Vec<String> {
    let records = run_in(papers, &["replay", "--data", data]).done().stdout;
    let stream = |record: &str| {
        let record: Value = serde_json::from_str(record).unwrap();
        record["stream"].as_str().unwrap().to_owned()
    };
    records.lines().map(stream).collect()
}

#[track_caller]
fn assert_says_to_make_room(ran: Ran) {
    let ran = ran.refused(1);
    let names_it = ["no room", "no space left"].iter().any(|words| ran.stderr.contains(words));
    assert!(names_it, "{}", ran.stderr);
    assert!(ran.stderr.contains(" next: make room on the disk"), "{}", ran.stderr);
}

#[track_caller]
fn assert_whole(papers: &Path, data: &str) {
    run_in(papers, &["verify", "--data", data, "--vault"]).done();
}

#[test]
fn an_import_that_fills_the_disk_stops_by_name_and_adds_the_rest_when_there_is_room() {
    let Some(mut mounted) = Mounted::new(DISK_MEGABYTES) else { return };
    let (papers, data) = (papers(), data_of(&mounted.place));
    let folder = papers.path();
    run_in(folder, &["init", "--data", &data, "--origin", "disk.example/full"]).done();
    let answered = register(folder, &data).done().json();

    let stopped = import(folder, &data);
    let why = stopped.stderr.clone();
    assert_says_to_make_room(stopped);
    assert!(why.contains("the import stopped at line"), "{why}");
    assert!(why.contains("importing the same file again adds the rest"), "{why}");
    // What is told to be in is in, and what was answered before is where it was.
    let before = streams(folder, &data);
    assert!(before.len() > 1 && before.len() < 4 * ROWS, "{} records", before.len());
    assert_eq!(before.first().map(String::as_str), answered["complaint"].as_str());

    mounted.grow(DISK_MEGABYTES * 8);
    assert_whole(folder, &data);
    let added = import(folder, &data).done().json();
    assert_eq!(added["rows"], ROWS);
    let after = streams(folder, &data);
    assert_eq!(after.get(..before.len()), Some(before.as_slice()), "nothing was moved");
    let again = import(folder, &data).done().json();
    assert_eq!(again["added"], 0, "{again}");
    assert_whole(folder, &data);
}

#[test]
fn a_disk_without_any_room_refuses_to_open_the_ledger_and_harms_nothing() {
    let Some(mounted) = Mounted::new(2 * DISK_MEGABYTES) else { return };
    let (papers, data) = (papers(), data_of(&mounted.place));
    let folder = papers.path();
    run_in(folder, &["init", "--data", &data, "--origin", "disk.example/none"]).done();
    let mut answered = Vec::new();
    let ballast = fill(&mounted.place);
    // What was made ready in advance is used up, or refused; each answer says which.
    for _ in 0..5 {
        let ran = register(folder, &data);
        if ran.code == Some(0) {
            answered.push(ran.json());
        } else {
            assert_says_to_make_room(ran);
        }
    }
    fs::remove_file(ballast).unwrap();
    answered.push(register(folder, &data).done().json());
    let streams = streams(folder, &data);
    assert_eq!(streams.len(), answered.len(), "what was refused is not there");
    for answer in answered {
        let position = usize::try_from(answer["position"].as_u64().unwrap()).unwrap();
        assert_eq!(streams.get(position).map(String::as_str), answer["complaint"].as_str());
    }
    assert_whole(folder, &data);
}

/// A limit on the size of files refuses a write as a full disk does, and needs no mounting.
#[test]
fn a_file_that_may_not_grow_refuses_commands_and_they_go_on_when_it_may() {
    let (papers, home) = (papers(), tempfile::tempdir().unwrap());
    let (folder, data) = (papers.path(), data_of(home.path()));
    run_in(folder, &["init", "--data", &data, "--origin", "disk.example/limit"]).done();
    // The signal that comes with such a refusal ends a process that does not listen for it. The sizes are
    // in blocks of 512 or 1,024 bytes, as the shell has it: 300 are too few for the vault's file.
    let limited = "ulimit -f 300 || exit 77; exec \"$0\" \"$@\"";
    let words = ["import", "cfpb", "rows.csv", "--data", &data];
    let mut command = Command::new("sh");
    command.args(["-c", limited]).arg(redress()).args(words).current_dir(folder);
    let stopped = Ran::from(command.env_remove("RUST_LOG").output().unwrap());
    if stopped.code == Some(77) {
        return say_not_run("a limit on the size of files", &stopped.stderr);
    }
    assert_says_to_make_room(stopped);
    import(folder, &data).done();
    assert_whole(folder, &data);
}

/// Runs the program where no file may grow beyond so many blocks of 512 bytes, and where it hears of that
/// as an error instead of being killed, as service managers and containers have it.
fn limited(papers: &Path, blocks: u32, arguments: &[&str]) -> Ran {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let ran = Command::new("sh")
        .args(["-c", &script])
        .arg(redress())
        .args(arguments)
        .current_dir(papers)
        .output();
    ran.expect("a shell").into()
}

#[test]
fn a_store_that_may_not_grow_is_told_of_as_no_room_and_not_taken_for_a_damaged_one() {
    let (papers, place) = (papers(), tempfile::tempdir().unwrap());
    let (folder, data) = (papers.path(), data_of(place.path()));
    run_in(folder, &["init", "--data", &data, "--origin", "disk.example/limit"]).done();
    import(folder, &data).done();
    let before = streams(folder, &data);
    for blocks in [2, 128, 2_048] {
        assert_says_to_make_room(limited(folder, blocks, &["replay", "--data", &data]));
        let kept_aside = fs::read_dir(&data)
            .unwrap()
            .any(|entry| entry.unwrap().file_name().to_string_lossy().contains("damaged"));
        assert!(!kept_aside, "{blocks} blocks: a whole store was set aside");
    }
    assert_whole(folder, &data);
    assert!(streams(folder, &data) == before);
}

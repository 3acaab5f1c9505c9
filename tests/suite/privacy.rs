//! A planted name is found nowhere but in the complainant's own memory.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use complaint_domain::sealed::PersonalField;
use complaint_service::PersonalText;
use redress_tests::{Ledger, binary::run_in, complaint};
use tracing_subscriber::fmt::MakeWriter;
use uuid::Uuid;

/// Nothing else in the world says this.
const NAME: &str = "Zephyrine Quillfeather";
const NARRATIVE: &str = "Dear sirs, I am Zephyrine Quillfeather of 7 Umbelliferous Row.";
const ACCOUNT: &str = "ACCT-8841-5529-0073";

fn every_file_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { every_file_below(&path, found) } else { found.push(path) }
    }
}

/// Looks for the planted words in every byte below a folder, as UTF-8 and as UTF-16.
#[track_caller]
fn assert_forgotten(folder: &Path) {
    let mut files = Vec::new();
    every_file_below(folder, &mut files);
    assert!(files.len() > 5, "nothing was looked at");
    for word in ["Zephyrine", "Quillfeather", "Umbelliferous", "8841-5529"] {
        let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for file in &files {
            let bytes = fs::read(file).unwrap();
            for needle in [word.as_bytes(), &wide] {
                let hit = bytes.windows(needle.len()).position(|window| window == needle);
                assert_eq!(hit, None, "{word} is in {}", file.display());
            }
        }
    }
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn a_planted_name_is_nowhere_in_data_traces_or_errors_of_the_service() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("ledger");
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(captured.clone())
        .finish();
    let errors = tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let ledger = Ledger::create(&data);
            let id = Uuid::from_u128(0xCAFE);
            let mut register = complaint::registered(id);
            register.personal = vec![
                PersonalText::new(PersonalField::Narrative, NARRATIVE),
                PersonalText::new(PersonalField::ComplainantName, NAME),
                PersonalText::new(PersonalField::AccountNumber, ACCOUNT),
            ];
            let stream = ledger.service.handle(register.clone()).await.unwrap().stream;
            // And what is refused must not say it either.
            let mut errors = Vec::new();
            register.personal[1] = PersonalText::new(PersonalField::ComplainantName, ACCOUNT);
            errors.push(ledger.service.handle(register.clone()).await.unwrap_err());
            register.command_id = Uuid::from_u128(0xBEEF);
            register.stream = Some(stream);
            errors.push(ledger.service.handle(register).await.unwrap_err());
            format!("{errors:#?} {errors:?}")
        })
    });
    assert_forgotten(dir.path());
    let traces = String::from_utf8_lossy(&captured.0.lock().unwrap()).into_owned();
    for text in [&errors, &traces] {
        assert!(!text.contains("Zephyrine") && !text.contains("8841-5529"), "{text}");
    }
    assert!(traces.contains("complaint-"), "the traces were captured");
}

#[test]
fn a_planted_name_is_nowhere_after_import_report_and_export() {
    let dir = tempfile::tempdir().unwrap();
    let csv = dir.path().join("in.csv");
    let row = |id: u32, narrative: &str, date: &str| {
        format!(
            "{date},Mortgage,,Settlement,,\"{narrative}\",,Example Bank,TX,75006,,Web,2014-11-14,\
             Closed with explanation,Yes,{id}\n"
        )
    };
    let mut text =
        "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,\
        Company public response,Company,State,ZIP code,Tags,Submitted via,Date sent to company,\
        Company response to consumer,Timely response?,Complaint ID\n"
            .to_owned();
    text.push_str(&row(1, NARRATIVE, "2014-11-13"));
    text.push_str(&row(2, &format!("{NARRATIVE} Account {ACCOUNT}."), "2014-11-13"));
    // A rejected row must not carry the narrative into the rejects file.
    text.push_str(&row(3, NARRATIVE, "the day after tomorrow"));
    fs::write(&csv, text).unwrap();

    let run = |arguments: &[&str]| {
        let mut all = vec!["--log", "trace"];
        all.extend_from_slice(arguments);
        let ran = run_in(dir.path(), &all).done();
        for printed in [&ran.stdout, &ran.stderr] {
            assert!(!printed.contains("Zephyrine") && !printed.contains("8841-5529"), "{printed}");
        }
        ran
    };
    run(&["init", "--data", "kept/ledger", "--origin", "ledger.example/privacy"]);
    run(&["import", "cfpb", "in.csv", "--data", "kept/ledger", "--rejects", "kept/rejects.csv"]);
    run(&[
        "report",
        "transparency",
        "--data",
        "kept/ledger",
        "--period",
        "2014",
        "--out",
        "kept/report",
    ]);
    run(&["export", "jsonl", "--data", "kept/ledger", "--out", "kept/jsonl"]);
    run(&["export", "csv", "--data", "kept/ledger", "--out", "kept/csv"]);
    run(&["replay", "--data", "kept/ledger"]);
    run(&["verify", "--data", "kept/ledger"]);
    let rejects = fs::read_to_string(dir.path().join("kept/rejects.csv")).unwrap();
    assert!(rejects.lines().count() == 2, "a header and one row: {rejects}");
    assert_forgotten(&dir.path().join("kept"));
}

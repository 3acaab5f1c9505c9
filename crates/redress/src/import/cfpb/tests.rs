//! A file goes in row by row; what is wrong with it stays outside.

use std::{fs, path::Path};

use complaint_codec::decode;
use complaint_domain::{LedgerEvent, complaint::ComplaintRules, import::ImportEvent};
use complaint_service::ComplaintService;
use event_log::{EventLog, MemoryLog, Position, clock::SystemClock};
use futures::TryStreamExt;
use personal_vault::{SystemEntropy, Vault, VaultPaths};
use proptest::prelude::*;

use super::*;

const EARLY: &str = "Complaint ID,Product,Sub-product,Issue,Sub-issue,State,ZIP code,Submitted via,Date received,Date sent to company,Company,Company response,Timely response?,Consumer disputed?\n";
const FULL: &str = "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,Company public response,Company,State,ZIP code,Tags,Consumer consent provided?,Submitted via,Date sent to company,Company response to consumer,Timely response?,Consumer disputed?,Complaint ID\n";

struct Bench {
    dir: tempfile::TempDir,
    log: Arc<MemoryLog>,
    service: Arc<ComplaintService>,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let paths = VaultPaths {
        vault: dir.path().join("vault"),
        keys: dir.path().join("keys"),
        kek: dir.path().join("outside").join("kek"),
    };
    let vault = Arc::new(Vault::create(&paths, [1; 32], Arc::new(SystemEntropy)).unwrap());
    let log = Arc::new(MemoryLog::new(Arc::new(SystemClock)));
    let service = ComplaintService::new(
        Arc::clone(&log) as _,
        vault,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
        ComplaintRules::default(),
    );
    Bench { dir, log, service: Arc::new(service) }
}

async fn run(file: &Path, rejects: &Path, target: Target) -> Result<ImportReport, ImportError> {
    let wanted = CfpbImport { file: file.to_owned(), rejects: Some(rejects.to_owned()), target };
    import(wanted, Arc::new(SystemClock), &mut |_| ()).await
}

impl Bench {
    async fn import(&self, text: impl AsRef<[u8]>) -> Result<ImportReport, ImportError> {
        let file = self.dir.path().join("file.csv");
        fs::write(&file, text).unwrap();
        run(&file, &self.rejects_path(), Target::Ledger(Arc::clone(&self.service))).await
    }

    fn rejects_path(&self) -> PathBuf {
        self.dir.path().join("rejects.csv")
    }

    /// Line and reason of every rejected row.
    fn rejects(&self) -> Vec<(u64, String)> {
        if !self.rejects_path().exists() {
            return Vec::new();
        }
        let mut reader = csv::Reader::from_path(self.rejects_path()).unwrap();
        let row = |record: csv::StringRecord| (record[0].parse().unwrap(), record[4].to_owned());
        reader.records().map(|record| row(record.unwrap())).collect()
    }

    async fn event_types(&self) -> Vec<&'static str> {
        let records = self.log.read_all(Position(0), u64::MAX).try_collect::<Vec<_>>().await;
        let types = records.unwrap().into_iter();
        types.map(|recorded| decode(&recorded.bytes).unwrap().event_type).collect()
    }
}

fn early(id: u64, response: &str, disputed: &str) -> String {
    format!(
        "{id},Debt collection,Medical,Disclosure,,FL,32219,Web,11/13/2014,11/14/2014,\"Choice, Inc.\",{response},Yes,{disputed}\n"
    )
}

fn full(id: u64, narrative: &str) -> String {
    format!(
        "2014-11-13,Mortgage,,Payments,,\"{narrative}\",,Bank,CA,900XX,Older American,Consent provided,Referral,2014-11-14,Closed,Yes,N/A,{id}\n"
    )
}

fn counts(report: &ImportReport) -> (u64, u64, u64, u64, u64) {
    (report.rows, report.imported, report.added, report.already_there, report.rejected)
}

#[tokio::test]
async fn a_file_goes_in_once() {
    let bench = bench();
    let text = format!("{EARLY}{}{}", early(1, "Closed", "Yes"), early(2, "In progress", ""));
    let first = bench.import(&text).await.unwrap();
    assert_eq!(counts(&first), (2, 2, 2, 0, 0));
    let head = bench.log.head();
    let again = bench.import(&text).await.unwrap();
    assert_eq!(counts(&again), (2, 2, 0, 2, 0));
    assert_eq!(bench.log.head(), head, "the second time adds nothing, not even a note of itself");
    assert_eq!(bench.rejects(), []);
    let types = bench.event_types().await;
    assert_eq!(types.len(), 5 + 3 + 1);
    assert_eq!(types.last(), Some(&"import.completed.v1"));
}

#[tokio::test]
async fn both_generations_go_in_and_narratives_keep_their_lines() {
    let bench = bench();
    let narrative = "First line.\n\n11/13/2014, they said \"\"no\"\".\r\nLast line.";
    let report = bench.import(format!("{FULL}{}", full(7, narrative))).await.unwrap();
    assert_eq!(counts(&report), (1, 1, 1, 0, 0));
    let report = bench.import(format!("{EARLY}{}", early(8, "Closed", ""))).await.unwrap();
    assert_eq!(counts(&report), (1, 1, 1, 0, 0));
    let records = bench.log.read_all(Position(0), u64::MAX).try_collect::<Vec<_>>().await.unwrap();
    for recorded in records {
        let text = String::from_utf8(recorded.bytes.to_vec()).unwrap();
        assert!(!text.contains("First line") && !text.contains("900XX"), "{text}");
    }
}

#[tokio::test]
async fn a_later_file_adds_the_steps_that_are_new() {
    let bench = bench();
    bench.import(format!("{EARLY}{}", early(1, "In progress", ""))).await.unwrap();
    let later = format!("{EARLY}{}{}", early(1, "Closed", "Yes"), early(2, "Closed", ""));
    let report = bench.import(later).await.unwrap();
    assert_eq!(counts(&report), (2, 2, 2, 0, 0));
    let types = bench.event_types().await;
    let received = types.iter().filter(|it| **it == "complaint.received.v1").count();
    let responded = types.iter().filter(|it| **it == "complaint.response-issued.v1").count();
    assert_eq!((received, responded), (2, 3));
}

#[tokio::test]
async fn a_row_that_contradicts_the_ledger_is_rejected_and_changes_nothing() {
    let bench = bench();
    bench.import(format!("{EARLY}{}", early(1, "Closed", ""))).await.unwrap();
    let types = bench.event_types().await.len();
    let other = early(1, "Closed", "").replace("Medical", "Other");
    bench.import(format!("{EARLY}{other}")).await.unwrap();
    assert_eq!(bench.rejects(), [(2, "differs-from-ledger".to_owned())]);
    bench.import(format!("{EARLY}{}", early(1, "Closed", "Yes"))).await.unwrap();
    assert_eq!(bench.rejects(), [(2, "ended".to_owned())]);
    assert_eq!(bench.event_types().await.len(), types + 2, "only the notes of the two imports");
}

#[tokio::test]
async fn every_kind_of_damage_is_named_and_the_rest_goes_in() {
    let bench = bench();
    let good = |id| early(id, "Closed", "").into_bytes();
    let changed = |id, from: &str, to: &str| early(id, "Closed", "").replace(from, to).into_bytes();
    let mut invalid = changed(13, "Medical", "Med\u{1}cal");
    let at = invalid.iter().position(|byte| *byte == 1).unwrap();
    invalid[at] = 0xff;
    let rows: Vec<Vec<u8>> = vec![
        good(1),
        changed(2, "11/13/2014", "13/13/2014"),
        changed(3, "Disclosure,,", "Disclosure,"),
        changed(4, "Closed", "Closed with cake"),
        changed(5, "Medical", "\"Medical"),
        good(6),
        invalid,
        changed(14, "Medical", &"x".repeat(2 * 1024 * 1024)),
        good(15),
        changed(15, "Medical", "Other"),
        good(15),
        changed(16, "11/14/2014", "11/12/2014"),
        changed(17, "FL", "F\u{7}L"),
        changed(18, "2014", "2999"),
        good(19),
    ];
    let text = [EARLY.as_bytes().to_vec()].into_iter().chain(rows).collect::<Vec<_>>().concat();
    let report = bench.import(text).await.unwrap();
    let expected = [
        (3, "bad-date"),
        (4, "field-count"),
        (5, "unknown-value"),
        (6, "stray-quote"),
        (8, "invalid-utf-8"),
        (9, "field-too-long"),
        (11, "complaint-told-twice"),
        (13, "sent-before-received"),
        (14, "control-character"),
        (15, "occurred-in-future"),
    ];
    let expected: Vec<_> = expected.map(|(line, reason)| (line, reason.to_owned())).into();
    assert_eq!(bench.rejects(), expected);
    assert_eq!((report.rows, report.imported, report.rejected), (15, 5, 10));
    assert_eq!((report.added, report.already_there), (4, 1));
}

#[tokio::test]
async fn a_rejects_file_is_there_only_while_rows_are_rejected() {
    let bench = bench();
    let bad = early(1, "Closed with cake", "");
    let report = bench.import(format!("{EARLY}{bad}")).await.unwrap();
    assert_eq!(report.rejects_path, Some(bench.rejects_path()));
    assert_eq!(bench.rejects(), [(2, "unknown-value".to_owned())]);
    let report = bench.import(format!("{EARLY}{}", early(1, "Closed", ""))).await.unwrap();
    assert_eq!(report.rejects_path, None);
    assert!(!bench.rejects_path().exists(), "what an earlier one lists is no longer so");
    let left: Vec<_> = fs::read_dir(bench.dir.path()).unwrap().map(|it| it.unwrap()).collect();
    assert!(left.iter().all(|it| !it.file_name().to_string_lossy().contains(".partial")));
}

#[tokio::test]
async fn a_file_of_somebody_elses_is_left_alone_where_no_row_is_rejected_either() {
    let bench = bench();
    fs::write(bench.rejects_path(), "my own notes\n").unwrap();
    let error = bench.import(format!("{EARLY}{}", early(1, "Closed", ""))).await.unwrap_err();
    assert!(matches!(error, ImportError::Rejects(RejectsError::NotOurs { .. })), "{error}");
    assert_eq!(fs::read_to_string(bench.rejects_path()).unwrap(), "my own notes\n");
}

#[tokio::test]
async fn columns_kept_apart_by_something_else_are_told_from_columns_that_are_missing() {
    let bench = bench();
    for (separator, name) in [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")] {
        for text in [EARLY.replace(',', separator), {
            let quoted = EARLY.trim_end().replace(',', &format!("\"{separator}\""));
            format!("\u{feff}\"{quoted}\"\r\n")
        }] {
            let error = bench.import(&text).await.unwrap_err().to_string();
            let expected =
                format!("expected columns separated by commas, found columns separated by {name}");
            assert!(error.contains(&expected), "{error}");
        }
    }
    let error = bench.import("Company,Product\n").await.unwrap_err().to_string();
    assert!(error.contains("found no `Complaint ID`"), "{error}");
}

#[tokio::test]
async fn an_address_in_a_column_is_rejected_with_the_name_of_the_column() {
    let bench = bench();
    let row = early(1, "Closed", "").replace("\"Choice, Inc.\"", "ann@example.com");
    let report = bench.import(format!("{EARLY}{row}")).await.unwrap();
    assert_eq!(bench.rejects(), [(2, "address-in-clear".to_owned())]);
    let said = report.first_rejects.concat();
    assert!(said.starts_with("line 2, column `Company`: address-in-clear: expected no"), "{said}");
    assert!(!said.contains("ann"), "{said}");
}

#[tokio::test]
async fn what_became_of_the_file_is_on_record() {
    let bench = bench();
    let text = format!("{EARLY}{}nonsense\n", early(1, "Closed", ""));
    let report = bench.import(&text).await.unwrap();
    let records = bench.log.read_all(Position(0), u64::MAX).try_collect::<Vec<_>>().await.unwrap();
    let last = decode(&records.last().unwrap().bytes).unwrap();
    let LedgerEvent::Import(ImportEvent::Completed(summary)) = last.event else {
        panic!("expected a note of the import")
    };
    assert_eq!((summary.rows, summary.imported, summary.rejected), (2, 1, 1));
    assert_eq!(summary.file_digest.to_string(), report.file_digest);
}

#[tokio::test]
async fn a_dry_run_checks_everything_and_writes_nothing() {
    let bench = bench();
    let file = bench.dir.path().join("file.csv");
    let future = early(2, "Closed", "").replace("2014", "2999");
    fs::write(&file, format!("{EARLY}{}{future}", early(1, "Closed", "Yes"))).unwrap();
    let target = Target::DryRun(ComplaintRules::default());
    let report = run(&file, &bench.rejects_path(), target).await.unwrap();
    assert!(report.dry_run);
    assert_eq!(counts(&report), (2, 1, 0, 0, 1));
    assert_eq!(bench.rejects(), [(3, "occurred-in-future".to_owned())]);
    assert_eq!(bench.log.head().next_position, Position(0));
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_and_changes_nothing() {
    let bench = bench();
    for text in ["", "\n\n", "Name,Price\nTea,3\n", "\u{0}\"\u{1}binary", "\"unclosed"] {
        let refused = bench.import(text).await.unwrap_err();
        assert!(matches!(refused, ImportError::Header { .. }), "{refused}");
    }
    assert_eq!(bench.log.head().next_position, Position(0));
    assert!(!bench.rejects_path().exists());
}

#[tokio::test]
async fn a_rejects_file_never_replaces_another_file() {
    let bench = bench();
    fs::write(bench.rejects_path(), "my letters\n").unwrap();
    let refused = bench.import(EARLY).await.unwrap_err();
    assert!(matches!(refused, ImportError::Rejects(RejectsError::NotOurs { .. })), "{refused}");
    assert_eq!(fs::read_to_string(bench.rejects_path()).unwrap(), "my letters\n");
}

#[tokio::test]
async fn the_rejects_file_copies_nothing_from_the_rows() {
    let bench = bench();
    let secret = "Jane Roe";
    let text = format!(
        "{FULL}{}{}{}",
        full(1, secret).replace("2014-11-13", secret),
        full(2, secret).replace("Closed", secret),
        full(3, &format!("a \" {secret}")),
    );
    let report = bench.import(text).await.unwrap();
    assert_eq!(report.rejected, 3);
    assert!(!fs::read_to_string(bench.rejects_path()).unwrap().contains(secret));
}

#[tokio::test]
async fn the_real_file_is_accounted_for_row_by_row() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/cfpb-complaints-2013-2014.csv");
    if !Path::new(path).exists() {
        return;
    }
    let bench = bench();
    let target = Target::DryRun(ComplaintRules::default());
    let report = run(Path::new(path), &bench.rejects_path(), target).await.unwrap();
    assert_eq!(counts(&report), (8_340, 8_337, 0, 0, 3));
    // A company's `à` was once turned into a control character; the last line is cut short.
    let expected =
        [(6_755, "control-character"), (8_201, "control-character"), (8_341, "field-count")];
    assert_eq!(bench.rejects(), expected.map(|(line, reason)| (line, reason.to_owned())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any text after a good header ends in rows that are taken in or rejected, and never panics.
    #[test]
    fn every_row_of_any_text_is_accounted_for(
        pieces in prop::collection::vec(
            prop_oneof![
                (1_u64..30).prop_map(|id| early(id, "Closed", "Yes")),
                "[0-9A-Za-z,\"/\r\n -]{0,60}",
                any::<String>(),
            ],
            0..20,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file.csv");
        fs::write(&file, format!("{EARLY}{}", pieces.concat())).unwrap();
        let rejects = dir.path().join("rejects.csv");
        let target = Target::DryRun(ComplaintRules::default());
        let report = runtime.block_on(run(&file, &rejects, target)).unwrap();
        prop_assert_eq!(report.rows, report.imported + report.rejected);
        let listed = csv::Reader::from_path(&rejects).map_or(0, |mut it| it.records().count());
        let listed = u64::try_from(listed).unwrap();
        prop_assert_eq!(listed, report.rejected);
    }
}

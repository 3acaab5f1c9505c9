//! An export can be checked by whoever holds it.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use complaint_codec::{Draft, encode};
use complaint_domain::{
    LedgerEvent,
    actor::{Actor, ActorId, Role},
    complaint::{
        Acknowledgement, Channel, CloseReason, Closure, ComplaintEvent, CorrectedFact, Correction,
        CorrectionReason, Matter, Receipt, Source, Withdrawal, WithdrawalReason,
    },
    sealed::{Hex, PersonalField, SealedField},
};
use event_log::{Clock, EventLog, ExpectedVersion, MemoryLog, Position, StreamId, StreamVersion};
use jiff::Timestamp;
use merkle_log::{CompactRange, Hash, leaf_hash};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    Export, ExportError, ExportReport, Format,
    column::{Cell, Column},
    complaints,
    directory::DirectoryError,
    events, export,
    manifest::{MANIFEST, Manifest},
};

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        "2026-03-01T10:00:00Z".parse().unwrap()
    }
}

fn receipt(product: &str) -> ComplaintEvent {
    ComplaintEvent::Received(Receipt {
        channel: Channel::Phone,
        source: Source::Direct,
        matter: Some(Matter {
            taxonomy: "own".parse().unwrap(),
            product: product.parse().unwrap(),
            sub_product: None,
            issue: None,
            sub_issue: None,
        }),
        respondent: None,
        region: None,
        language: None,
        tags: vec!["Older American".parse().unwrap(), "Servicemember".parse().unwrap()],
        remedies_requested: Vec::new(),
    })
}

async fn append(log: &MemoryLog, number: u64, version: u64, event: ComplaintEvent) {
    let stream: StreamId = format!("complaint-{number}").parse().unwrap();
    let sealed = SealedField {
        field: PersonalField::Narrative,
        subject: Hex([1; 16]),
        key: Hex([2; 16]),
        vault: Hex([3; 16]),
        commitment: Hex([4; 32]),
        digest: Hex([5; 32]),
    };
    let record = encode(&Draft {
        id: Uuid::from_u128(1),
        stream: &stream,
        version: StreamVersion(version),
        occurred_at: format!("2026-02-{:02}T00:00:00Z", version + 1).parse().unwrap(),
        actor: &Actor { id: ActorId("agent-1".parse().unwrap()), role: Role::Agent },
        command_id: Uuid::from_u128(2),
        command_digest: Hex([6; 32]),
        correlation_id: Uuid::from_u128(3),
        causation_id: None,
        event: &LedgerEvent::Complaint(event),
        sealed: if version == 0 { std::slice::from_ref(&sealed) } else { &[] },
    });
    let expected = match version {
        0 => ExpectedVersion::NoStream,
        _ => ExpectedVersion::Exact(StreamVersion(version - 1)),
    };
    log.append(&stream, expected, vec![record.unwrap()]).await.unwrap();
}

/// Seven records of three complaints, entangled; the second has a product that is a formula.
async fn log() -> MemoryLog {
    let log = MemoryLog::new(Arc::new(FixedClock));
    append(&log, 1, 0, receipt("Mortgage")).await;
    append(&log, 2, 0, receipt("=HYPERLINK(\"http://x\")")).await;
    let by_phone = Acknowledgement { channel: Channel::Phone };
    append(&log, 1, 1, ComplaintEvent::Acknowledged(by_phone)).await;
    append(&log, 3, 0, receipt("'quoted'")).await;
    let to_web = Correction {
        corrects: 0,
        fact: CorrectedFact::Channel { channel: Channel::Web },
        reason: CorrectionReason::ClericalError,
    };
    append(&log, 2, 1, ComplaintEvent::Corrected(to_web)).await;
    let closed = Closure { reason: CloseReason::RecourseExpired };
    append(&log, 1, 2, ComplaintEvent::Closed(closed)).await;
    let withdrawn = Withdrawal { reason: WithdrawalReason::NotStated };
    append(&log, 3, 1, ComplaintEvent::Withdrawn(withdrawn)).await;
    log
}

fn wanted(out: &Path, format: Format) -> Export {
    Export {
        origin: "ledger.example".to_owned(),
        out: out.to_owned(),
        format,
        from: Position(0),
        to: Position(7),
        events: true,
        complaints: true,
    }
}

async fn run(log: &MemoryLog, wanted: &Export) -> Result<ExportReport, ExportError> {
    export(log, wanted, &mut |_| ()).await
}

fn text(out: &Path, name: &str) -> String {
    fs::read_to_string(out.join(name)).unwrap()
}

fn csv_rows(out: &Path, name: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(out.join(name)).unwrap();
    let row = |record: csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = row(reader.headers().unwrap().clone());
    (header, reader.records().map(|record| row(record.unwrap())).collect())
}

#[tokio::test]
async fn the_manifest_names_every_other_file_with_its_digest() {
    let (log, dir) = (log().await, tempfile::tempdir().unwrap());
    for format in [Format::Csv, Format::Jsonl] {
        let out = dir.path().join(format.name());
        let report = run(&log, &wanted(&out, format)).await.unwrap();
        let manifest: Manifest = serde_json::from_str(&text(&out, MANIFEST)).unwrap();
        assert_eq!(manifest, report.manifest);
        let listed: BTreeSet<_> = manifest.files.iter().map(|file| file.name.clone()).collect();
        let there = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name());
        let there: BTreeSet<_> =
            there.map(|name| name.into_string().unwrap()).filter(|name| name != MANIFEST).collect();
        assert_eq!(listed, there);
        for file in &manifest.files {
            let bytes = fs::read(out.join(&file.name)).unwrap();
            assert_eq!(file.bytes, bytes.len() as u64);
            assert_eq!(file.sha256, Hash(Sha256::digest(&bytes).into()).to_string());
        }
        assert_eq!((manifest.first_position, manifest.last_position), (Some(0), Some(6)));
        assert_eq!((report.events, report.complaints), (7, 3));
    }
}

#[tokio::test]
async fn the_lines_of_the_events_hash_to_the_root() {
    let (log, dir) = (log().await, tempfile::tempdir().unwrap());
    let out = dir.path().join("out");
    let report = run(&log, &wanted(&out, Format::Jsonl)).await.unwrap();
    let mut tree = CompactRange::new();
    for line in text(&out, "events.jsonl").lines() {
        tree.push(leaf_hash(line.as_bytes()));
    }
    assert_eq!(tree.size(), report.manifest.tree_size);
    assert_eq!(tree.root().to_string(), report.manifest.root);

    let out = dir.path().join("csv");
    run(&log, &wanted(&out, Format::Csv)).await.unwrap();
    let (header, rows) = csv_rows(&out, "events.csv");
    assert_eq!(header[1], "leaf_hash");
    let lines = text(&dir.path().join("out"), "events.jsonl");
    for (row, line) in rows.iter().zip(lines.lines()) {
        assert_eq!(row[1], leaf_hash(line.as_bytes()).to_string());
    }
}

#[tokio::test]
async fn the_dictionary_covers_every_column_and_every_key() {
    let (log, dir) = (log().await, tempfile::tempdir().unwrap());
    let csv = dir.path().join("csv");
    run(&log, &wanted(&csv, Format::Csv)).await.unwrap();
    let jsonl = dir.path().join("jsonl");
    run(&log, &wanted(&jsonl, Format::Jsonl)).await.unwrap();
    let explained = |out: &Path| -> BTreeSet<(String, String)> {
        let (_, rows) = csv_rows(out, "data-dictionary.csv");
        for row in &rows {
            assert!(!row[3].is_empty(), "{row:?} has no meaning");
        }
        rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    };
    for name in ["events.csv", "complaints.csv"] {
        for column in csv_rows(&csv, name).0 {
            assert!(explained(&csv).contains(&(name.to_owned(), column.clone())), "{column}");
        }
    }
    for name in ["events.jsonl", "complaints.jsonl"] {
        for line in text(&jsonl, name).lines() {
            let object: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(line).unwrap();
            for key in object.keys() {
                assert!(explained(&jsonl).contains(&(name.to_owned(), key.clone())), "{key}");
            }
        }
    }
    let unique = |columns: &[Column]| columns.iter().map(|c| c.name).collect::<BTreeSet<_>>().len();
    assert_eq!(unique(complaints::COLUMNS), complaints::COLUMNS.len());
    assert_eq!(unique(events::COLUMNS), events::COLUMNS.len());
}

#[tokio::test]
async fn a_complaint_is_told_as_it_stood_at_the_cut_off() {
    let (log, dir) = (log().await, tempfile::tempdir().unwrap());
    let told = |to: u64| {
        let (log, out) = (&log, dir.path().join(to.to_string()));
        async move {
            let wanted = Export { to: Position(to), ..wanted(&out, Format::Jsonl) };
            run(log, &wanted).await.unwrap();
            let rows = text(&out, "complaints.jsonl");
            rows.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect::<Vec<serde_json::Value>>()
        }
    };
    let (early, late) = (told(4).await, told(7).await);
    assert_eq!(early[0]["status"], "open");
    assert_eq!(
        (&late[0]["status"], &late[0]["end_reason"]),
        (&"closed".into(), &"recourse-expired".into())
    );
    assert_eq!((&early[1]["channel"], &late[1]["channel"]), (&"phone".into(), &"web".into()));
    assert_eq!(late[2]["status"], "withdrawn");
    assert_eq!(late[0]["events"], 3);
    assert_eq!(late[0]["sealed_fields"], serde_json::json!(["narrative"]));
    assert_eq!(late[0]["received_at"], "2026-02-01T00:00:00.000Z");
    assert_eq!(late[0]["severity"], serde_json::Value::Null);
}

#[tokio::test]
async fn no_cell_is_a_formula_and_every_text_can_be_had_back() {
    let (log, dir) = (log().await, tempfile::tempdir().unwrap());
    let out = dir.path().join("out");
    run(&log, &wanted(&out, Format::Csv)).await.unwrap();
    let (header, rows) = csv_rows(&out, "complaints.csv");
    let product = header.iter().position(|name| name == "product").unwrap();
    let products: Vec<_> = rows.iter().map(|row| row[product].as_str()).collect();
    assert_eq!(products, ["Mortgage", "'=HYPERLINK(\"http://x\")", "''quoted'"]);
    let tags = header.iter().position(|name| name == "tags").unwrap();
    assert_eq!(rows[0][tags], "Older American|Servicemember");
    for row in rows.iter().chain(&csv_rows(&out, "events.csv").1) {
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
    }
}

#[test]
fn every_dangerous_beginning_is_made_safe() {
    let column = [Column { name: "a", ..events::COLUMNS[0] }];
    for first in ["=", "+", "-", "@", "\t", "\r", "'"] {
        let mut table = crate::table::CsvTable::new(Vec::new(), &column).unwrap();
        table.row(&[Cell::Text(format!("{first}1"))]).unwrap();
        let written = table.finish().unwrap();
        let mut reader = csv::Reader::from_reader(written.as_slice());
        let cell = reader.records().next().unwrap().unwrap()[0].to_owned();
        assert_eq!(cell, format!("'{first}1"));
    }
}

#[tokio::test]
async fn the_same_records_give_the_same_bytes() {
    let (log, dir) = (log().await, tempfile::tempdir().unwrap());
    for format in [Format::Csv, Format::Jsonl] {
        let [a, b] = ["a", "b"].map(|name| dir.path().join(format!("{name}.{}", format.name())));
        run(&log, &wanted(&a, format)).await.unwrap();
        run(&log, &wanted(&b, format)).await.unwrap();
        for entry in fs::read_dir(&a).unwrap() {
            let name = entry.unwrap().file_name();
            assert_eq!(fs::read(a.join(&name)).unwrap(), fs::read(b.join(&name)).unwrap());
        }
    }
}

#[tokio::test]
async fn an_export_in_another_format_is_left_alone() {
    let (log, dir) = (log().await, tempfile::tempdir().unwrap());
    let out = dir.path().join("out");
    run(&log, &wanted(&out, Format::Csv)).await.unwrap();
    let refused = run(&log, &wanted(&out, Format::Jsonl)).await.unwrap_err();
    let is_it = matches!(refused, ExportError::Directory(DirectoryError::OtherFormat { .. }));
    assert!(is_it && refused.to_string().contains("as jsonl at "), "{refused}");
    assert!(out.join("events.csv").exists() && !out.join("events.jsonl").exists());
    run(&log, &wanted(&out, Format::Csv)).await.unwrap();
}

#[tokio::test]
async fn a_directory_of_somebody_else_is_left_alone() {
    let (log, dir) = (log().await, tempfile::tempdir().unwrap());
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("letter.txt"), "dear").unwrap();
    let refused = run(&log, &wanted(&out, Format::Csv)).await.unwrap_err();
    assert!(matches!(refused, ExportError::Directory(DirectoryError::NotOurs { .. })), "{refused}");
    fs::remove_file(out.join("letter.txt")).unwrap();
    run(&log, &wanted(&out, Format::Jsonl)).await.unwrap();
    let part = Export { complaints: false, ..wanted(&out, Format::Jsonl) };
    run(&log, &part).await.unwrap();
    assert!(!out.join("complaints.jsonl").exists(), "an earlier export is replaced as a whole");
    fs::write(out.join("letter.txt"), "dear").unwrap();
    let refused = run(&log, &wanted(&out, Format::Jsonl)).await.unwrap_err();
    assert!(matches!(refused, ExportError::Directory(DirectoryError::NotOurs { .. })), "{refused}");
    assert!(out.join("letter.txt").exists() && out.join("events.jsonl").exists());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[tokio::test]
async fn part_of_the_events_still_names_the_root_over_all() {
    let (log, dir) = (log().await, tempfile::tempdir().unwrap());
    let whole = run(&log, &wanted(&dir.path().join("whole"), Format::Jsonl)).await.unwrap();
    let out = dir.path().join("part");
    let part = Export { from: Position(5), complaints: false, ..wanted(&out, Format::Jsonl) };
    let report = run(&log, &part).await.unwrap();
    assert_eq!(report.manifest.root, whole.manifest.root);
    assert_eq!((report.manifest.first_position, report.events), (Some(5), 2));
    assert!(!out.join("complaints.jsonl").exists());
    let beyond = Export { to: Position(8), ..part };
    let refused = run(&log, &beyond).await.unwrap_err();
    assert!(matches!(refused, ExportError::Range { head: Position(7), .. }), "{refused}");
}

#[tokio::test]
async fn an_empty_ledger_has_an_empty_export() {
    let (log, dir) = (MemoryLog::new(Arc::new(FixedClock)), tempfile::tempdir().unwrap());
    let empty = Export { to: Position(0), ..wanted(&dir.path().join("out"), Format::Csv) };
    let report = run(&log, &empty).await.unwrap();
    assert_eq!((report.events, report.manifest.first_position), (0, None));
    assert_eq!(report.manifest.root, merkle_log::empty_root().to_string());
}

//! The projector on a log.

use std::sync::Arc;

use complaint_codec::{Draft, encode};
use complaint_domain::{
    actor::{Actor, ActorId, Role},
    complaint::{Channel, CloseReason, Closure, ComplaintEvent, Receipt, Source},
    import::{ImportEvent, ImportSummary},
    sealed::Hex,
};
use event_log::{
    Clock, EventLog, ExpectedVersion, NewRecord, Position, StreamId, StreamVersion,
    memory::MemoryLog,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::report::{self, ReportRequest};

#[derive(Debug)]
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        "2025-03-01T00:00:00Z".parse().expect("a time")
    }
}

fn record(stream: &StreamId, version: u64, at: &str, event: &LedgerEvent) -> NewRecord {
    let actor = Actor { id: ActorId("agent-1".parse().expect("a label")), role: Role::Agent };
    encode(&Draft {
        id: Uuid::nil(),
        stream,
        version: StreamVersion(version),
        occurred_at: at.parse().expect("a time"),
        actor: &actor,
        command_id: Uuid::nil(),
        command_digest: Hex([0; 32]),
        correlation_id: Uuid::nil(),
        causation_id: None,
        event,
        sealed: &[],
    })
    .expect("a record")
}

fn received() -> LedgerEvent {
    LedgerEvent::Complaint(ComplaintEvent::Received(Receipt {
        channel: Channel::Phone,
        source: Source::Direct,
        matter: None,
        respondent: None,
        region: None,
        language: None,
        tags: Vec::new(),
        remedies_requested: Vec::new(),
    }))
}

/// Three complaints, one of them closed, and an import.
async fn log() -> MemoryLog {
    let log = MemoryLog::new(Arc::new(StoppedClock));
    let closed = Closure { reason: CloseReason::Accepted };
    let closed = LedgerEvent::Complaint(ComplaintEvent::Closed(closed));
    for name in ["complaint-a", "complaint-b", "complaint-c"] {
        let stream: StreamId = name.parse().expect("a stream");
        let mut records = vec![record(&stream, 0, "2025-01-02T00:00:00Z", &received())];
        if name == "complaint-b" {
            records.push(record(&stream, 1, "2025-01-20T00:00:00Z", &closed));
        }
        log.append(&stream, ExpectedVersion::NoStream, records).await.expect("appended");
    }
    let summary = ImportSummary {
        scheme: "cfpb".parse().expect("a label"),
        file_digest: Hex([7; 32]),
        rows: 5,
        imported: 3,
        rejected: 2,
    };
    let import = LedgerEvent::Import(ImportEvent::Completed(summary));
    let stream: StreamId = "import-1".parse().expect("a stream");
    let records = vec![record(&stream, 0, "2025-02-01T00:00:00Z", &import)];
    log.append(&stream, ExpectedVersion::NoStream, records).await.expect("appended");
    log
}

#[tokio::test]
async fn a_log_becomes_a_report_and_a_rebuild_gives_the_same_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("transparency.sqlite");
    let log = log().await;
    let mut digests = Vec::new();
    for _ in 0..2 {
        let rebuilt = projection::rebuild(
            &path,
            "complaints.example.org/1",
            Box::new(TransparencyProjector),
            &log,
            &mut |_| {},
        )
        .await
        .expect("rebuilt");
        assert_eq!(rebuilt.next_position, Position(5));
        digests.push(rebuilt.digest);
    }
    assert_eq!(digests[0], digests[1]);

    let connection = projection::open_reader(&path).expect("a read model");
    let request = ReportRequest {
        period: "2025-01".parse().expect("a period"),
        origin: "complaints.example.org/1".to_owned(),
        cutoff: Position(4),
        root: "00".repeat(32),
        min_cell: 10,
    };
    let report = report::build(&connection, &request).expect("a report");
    assert_eq!((report.flow.received, report.flow.closed), (3, 1));
    assert_eq!((report.quality.imports, report.quality.import_rejects), (1, 2));
    assert_eq!(report.quality.late_own, 4, "recorded in March");
}

#[tokio::test]
async fn a_record_that_is_none_stops_the_projector() {
    let connection = Connection::open_in_memory().expect("a database in memory");
    TransparencyProjector.create_schema(&connection).expect("the tables");
    let event = RecordedEvent {
        position: Position(0),
        stream: "complaint-a".parse().expect("a stream"),
        version: StreamVersion(0),
        bytes: b"{}".as_slice().into(),
    };
    let transaction = connection.unchecked_transaction().expect("a transaction");
    let error = TransparencyProjector.project(&transaction, &event).expect_err("stopped");
    assert!(matches!(error, ProjectError::Record(_)), "{error}");
}

use std::fs;

use complaint_domain::sealed::PersonalField;

use super::ledger::{Ledger, Told, assigned, caused};
use crate::{AuditView, Written, write_csv, write_html};

const SPITEFUL: &str = r#"<script>alert("x")</script>&'"#;

async fn told(streams: u32) -> Ledger {
    let mut ledger = Ledger::new();
    for number in 0..streams {
        let stream = format!("complaint-{number:03}");
        let first = Told {
            stream: &stream,
            by: "ana",
            occurred_at: "2026-02-01T09:00:00Z",
            recorded_at: "2026-02-03T09:00:00Z",
            event: caused(SPITEFUL),
            personal: &[PersonalField::Narrative],
        };
        ledger.record(first.clone()).await;
        ledger.record(Told { by: "<b>ben", event: assigned("c,\"d\""), ..first }).await;
    }
    ledger
}

#[tokio::test]
async fn the_page_holds_every_event_and_nothing_it_was_given_as_markup() {
    let ledger = told(3).await;
    let connection = ledger.read_model(&[]).await;
    let path = ledger.directory.path().join("audit.html");
    let view = AuditView::of("ledger <b>of</b> tests", "read-models/audit.sqlite");
    let written = write_html(&connection, &view, &path).unwrap();
    assert_eq!(written, Written { streams: 3, events: 6 });

    let page = fs::read_to_string(&path).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    assert_eq!(page.matches("<section ").count(), 3);
    assert_eq!(page.matches("complaint.root-cause-identified.v1").count(), 3);
    assert_eq!(page.matches("<script>").count(), 1, "only the page's own");
    assert!(!page.contains("alert(\"") && !page.contains("<b>"));
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "the page must load nothing: {outside}");
    }
    assert!(page.contains("The index lists all 3 streams."));
    assert!(page.contains("read-models/audit.sqlite"));
    assert!(page.contains("recorded late"));
    assert!(!path.with_extension("html.part").exists());
}

#[tokio::test]
async fn the_page_says_what_it_leaves_out() {
    let ledger = told(5).await;
    let connection = ledger.read_model(&[]).await;
    let path = ledger.directory.path().join("audit.html");
    let view = AuditView { index_limit: 4, detail_limit: 2, ..AuditView::of("x", "audit.sqlite") };
    let written = write_html(&connection, &view, &path).unwrap();
    assert_eq!(written, Written { streams: 4, events: 4 });
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.contains("first 4 of 5 streams, in the order they began; 1 are left out here"));
    assert!(page.contains("The events of the first 2 are shown below the index"));
    assert_eq!(page.matches("<section ").count(), 2);
    assert_eq!(page.matches("href=\"#complaint-").count(), 2, "no link leads nowhere");

    let chosen = vec!["complaint-004".parse().unwrap(), "complaint-none".parse().unwrap()];
    let view = AuditView { streams: Some(chosen), ..AuditView::of("x", "audit.sqlite") };
    let written = write_html(&connection, &view, &path).unwrap();
    assert_eq!(written, Written { streams: 1, events: 2 });
}

#[tokio::test]
async fn the_view_of_an_empty_ledger_is_a_page_too() {
    let ledger = Ledger::new();
    let connection = ledger.read_model(&[]).await;
    let path = ledger.directory.path().join("audit.html");
    let written = write_html(&connection, &AuditView::of("x", "audit.sqlite"), &path).unwrap();
    assert_eq!(written, Written { streams: 0, events: 0 });
}

#[tokio::test]
async fn every_event_is_in_the_csv_with_its_exact_data() {
    let ledger = told(3).await;
    let connection = ledger.read_model(&[]).await;
    let path = ledger.directory.path().join("events.csv");
    let mut told = Vec::new();
    let written = write_csv(&connection, &path, &mut |events| told.push(events)).unwrap();
    assert_eq!((written, told), (Written { streams: 3, events: 6 }, vec![6]));

    let mut reader = csv::Reader::from_path(&path).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 6);
    let first = &rows[0];
    assert_eq!((&first[0], &first[1], &first[2]), ("0", "complaint-000", "0"));
    assert_eq!(&first[9], "1");
    let data: serde_json::Value = serde_json::from_str(&first[14]).unwrap();
    assert_eq!(data["code"], SPITEFUL);
    assert_eq!(&first[15], "narrative");
    assert_eq!(&rows[1][5], "<b>ben");
}

#[tokio::test]
async fn a_view_that_cannot_be_written_leaves_nothing_behind() {
    let ledger = told(1).await;
    let connection = ledger.read_model(&[]).await;
    let path = ledger.directory.path().join("no-such-directory").join("audit.html");
    let error = write_html(&connection, &AuditView::of("x", "audit.sqlite"), &path).unwrap_err();
    assert!(error.to_string().contains("could not be written to"), "{error}");

    connection.execute_batch("SELECT 1").unwrap();
    let other = rusqlite::Connection::open_in_memory().unwrap();
    let path = ledger.directory.path().join("audit.html");
    write_html(&other, &AuditView::of("x", "audit.sqlite"), &path).unwrap_err();
    write_csv(&other, &path, &mut |_| {}).unwrap_err();
    assert!(!path.exists());
}

#[test]
fn whole_numbers_are_read_in_groups_of_three() {
    let grouped = [0_u64, 999, 1_000, 70_074, 1_234_567].map(crate::audit_view::grouped);
    assert_eq!(grouped, ["0", "999", "1,000", "70,074", "1,234,567"]);
}

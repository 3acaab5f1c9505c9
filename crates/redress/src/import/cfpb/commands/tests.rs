//! A row says what it says, once.

use complaint_domain::complaint::PlatformCategory;

use super::*;
use crate::import::cfpb::reader::Place;

fn row() -> Row {
    Row {
        place: Place { line: 2, last_line: 2, byte: 0 },
        complaint_id: 1_114_245,
        received_at: "2014-11-13T00:00:00Z".parse().unwrap(),
        sent_at: Some("2014-11-14T00:00:00Z".parse().unwrap()),
        product: "Debt collection".parse().unwrap(),
        sub_product: None,
        issue: None,
        sub_issue: None,
        company: "Choice Recovery".parse().unwrap(),
        state: None,
        tags: Vec::new(),
        channel: Channel::Web,
        response: Some(PlatformCategory::ClosedWithExplanation),
        timely: Some(true),
        public_response: None,
        disputed: Some(true),
        postcode: None,
        narrative: None,
        fingerprint: 0,
    }
}

fn names(row: Row) -> Vec<&'static str> {
    commands(row).requests.iter().map(|request| request.command.name()).collect()
}

fn ids(row: Row) -> Vec<Uuid> {
    commands(row).requests.iter().map(|request| request.command_id).collect()
}

#[test]
fn a_closed_and_disputed_row_becomes_five_commands() {
    let all = ["register", "record-communication", "issue-response", "record-answer", "close"];
    assert_eq!(names(row()), all);
}

#[test]
fn nothing_is_made_up() {
    let silent = Row { disputed: None, ..row() };
    assert_eq!(names(silent), ["register", "record-communication", "issue-response", "close"]);
    let open = Row { response: Some(PlatformCategory::InProgress), disputed: Some(false), ..row() };
    assert_eq!(names(open), ["register", "record-communication", "issue-response"]);
    assert_eq!(names(Row { response: None, disputed: None, sent_at: None, ..row() }), ["register"]);
}

/// Ids are part of every ledger that ever took in a file: another id is a second complaint.
#[test]
fn the_ids_are_the_ones_they_have_always_been() {
    let first = commands(row());
    assert_eq!(first.requests[0].command_id.to_string(), "51e27308-058e-599f-9586-745b96e6b5bd");
    assert_eq!(first.requests[4].command_id.to_string(), "f1c8eb4c-72b3-5c71-99e6-9a3944cc3bfb");
    assert_eq!(first.stream, stream_of(first.requests[0].command_id));
}

#[test]
fn the_same_row_has_the_same_ids_and_one_that_moved_on_has_new_ones_where_it_did() {
    let open = Row { response: Some(PlatformCategory::InProgress), disputed: None, ..row() };
    let (before, after) = (ids(open.clone()), ids(row()));
    assert_eq!(before, ids(open));
    assert_eq!(before[..2], after[..2], "received and forwarded as before");
    assert!(!after.contains(&before[2]), "another response is another step");
}

#[test]
fn a_row_that_tells_another_beginning_means_the_same_complaint() {
    let other = Row { product: "Mortgage".parse().unwrap(), ..row() };
    assert_eq!(commands(row()).stream, commands(other.clone()).stream);
    assert_eq!(ids(row())[0], ids(other)[0]);
}

#[test]
fn personal_texts_go_with_the_registration_only() {
    let personal = Row {
        narrative: Some("My story".to_owned().into()),
        postcode: Some("32219".to_owned().into()),
        ..row()
    };
    let commands = commands(personal);
    let counts: Vec<_> = commands.requests.iter().map(|request| request.personal.len()).collect();
    assert_eq!(counts, [2, 0, 0, 0, 0]);
    assert!(!format!("{:?}", commands.requests).contains("My story"));
}

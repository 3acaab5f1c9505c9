//! What is written can be read again, and what was written once is read for ever.

use std::{collections::BTreeMap, path::PathBuf};

use complaint_domain::{
    LedgerEvent,
    actor::{Actor, ActorId, Role},
    complaint::{Channel, ComplaintEvent, Receipt, RemedyProposed, Source},
    sealed::{Hex, PersonalField, SealedField},
};
use event_log::{StreamId, StreamVersion};
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use crate::{DecodeError, Draft, EVENT_TYPES, decode, encode, event_type, times};

fn stream() -> StreamId {
    "complaint-01KA0000000000000000000000".parse().expect("a stream id")
}

fn agent() -> Actor {
    Actor { id: ActorId("agent-7".parse().expect("a label")), role: Role::Agent }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn write(event: &LedgerEvent, sealed: &[SealedField]) -> Vec<u8> {
    let draft = Draft {
        id: Uuid::from_u128(1),
        stream: &stream(),
        version: StreamVersion(3),
        occurred_at: at("2014-11-13T00:00:00Z"),
        actor: &agent(),
        command_id: Uuid::from_u128(2),
        command_digest: Hex([7; 32]),
        correlation_id: Uuid::from_u128(3),
        causation_id: None,
        event,
        sealed,
    };
    encode(&draft).expect("small enough").stamp(at("2014-11-14T09:30:00.123456Z"))
}

fn received() -> LedgerEvent {
    LedgerEvent::Complaint(ComplaintEvent::Received(Receipt {
        channel: Channel::Web,
        source: Source::Direct,
        matter: None,
        respondent: None,
        region: None,
        language: None,
        tags: Vec::new(),
        remedies_requested: Vec::new(),
    }))
}

fn golden_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// Every golden record: file name without ending → bytes without the final line feed.
fn golden_records() -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(golden_dir())
        .expect("the golden files are part of the crate")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).expect("a readable file");
            (name, bytes.strip_suffix(b"\n").unwrap_or(&bytes).to_vec())
        })
        .collect()
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let sealed = [SealedField {
        field: PersonalField::Narrative,
        subject: Hex([1; 16]),
        key: Hex([2; 16]),
        vault: Hex([3; 16]),
        commitment: Hex([4; 32]),
        digest: Hex([5; 32]),
    }];
    let bytes = write(&received(), &sealed);
    let record = decode(&bytes).expect("what was written can be read");
    assert_eq!(record.event, received());
    assert_eq!(record.sealed, sealed);
    assert_eq!(record.stream, stream());
    assert_eq!(record.version, StreamVersion(3));
    assert_eq!(record.recorded_at, at("2014-11-14T09:30:00.123Z"), "kept to the millisecond");
    assert_eq!(
        times(&bytes).expect("the same bytes"),
        crate::Times { recorded_at: record.recorded_at, occurred_at: record.occurred_at }
    );
}

#[test]
fn unknown_keys_are_ignored_and_kept() {
    let text = String::from_utf8(write(&received(), &[])).expect("JSON is UTF-8");
    let longer = text.replacen("{\"v\":1,", "{\"v\":1,\"from_the_future\":[1,2],", 1);
    assert_eq!(decode(longer.as_bytes()).expect("a newer writer may add keys").event, received());
}

#[test]
fn an_unknown_event_type_is_named() {
    let text = String::from_utf8(write(&received(), &[])).expect("JSON is UTF-8");
    let newer = text.replacen("complaint.received.v1", "complaint.received.v9", 1);
    match decode(newer.as_bytes()) {
        Err(DecodeError::EventType { found }) => assert_eq!(found, "complaint.received.v9"),
        other => panic!("expected an unknown event type, found {other:?}"),
    }
}

#[test]
fn a_newer_envelope_is_refused() {
    let text = String::from_utf8(write(&received(), &[])).expect("JSON is UTF-8");
    let newer = text.replacen("{\"v\":1,", "{\"v\":2,", 1);
    assert!(matches!(decode(newer.as_bytes()), Err(DecodeError::RecordVersion { found: 2 })));
}

#[test]
fn every_event_type_has_a_golden_record_and_every_golden_record_is_still_read() {
    let mut missing: Vec<_> = EVENT_TYPES.to_vec();
    for (name, bytes) in golden_records() {
        let record = decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        missing.retain(|known| *known != record.event_type);
    }
    assert_eq!(missing, Vec::<&str>::new(), "these event types have no golden record");
}

#[test]
fn a_golden_record_of_a_current_type_is_written_byte_for_byte_as_it_stands() {
    for (name, bytes) in golden_records() {
        let record = decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let draft = Draft {
            id: record.id,
            stream: &record.stream,
            version: record.version,
            occurred_at: record.occurred_at,
            actor: &record.actor,
            command_id: record.command_id,
            command_digest: record.command_digest,
            correlation_id: record.correlation_id,
            causation_id: record.causation_id,
            event: &record.event,
            sealed: &record.sealed,
        };
        let written = encode(&draft).expect("it fitted before").stamp(record.recorded_at);
        let same = String::from_utf8_lossy(&written) == String::from_utf8_lossy(&bytes);
        assert!(same, "{name} is now written as\n{}", String::from_utf8_lossy(&written));
    }
}

#[test]
fn every_name_is_listed_once_and_is_the_name_of_the_event() {
    assert_eq!(event_type(&received()), "complaint.received.v1");
    let mut names = EVENT_TYPES.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), EVENT_TYPES.len());
}

#[test]
fn every_name_of_an_aggregate_is_in_the_list_of_all() {
    use crate::stored::{
        access, action, inspection, referral, report, review, rulebook, staff, subject, volume,
    };
    let lists = [
        review::NAMES,
        action::NAMES,
        referral::NAMES,
        staff::NAMES,
        rulebook::NAMES,
        access::NAMES,
        inspection::NAMES,
        subject::NAMES,
        volume::NAMES,
        report::NAMES,
    ];
    for name in lists.into_iter().flatten() {
        assert!(EVENT_TYPES.contains(name), "{name} is not in EVENT_TYPES");
    }
}

proptest! {
    /// Whatever stands in a label, the record stays one line with its time in the right place.
    #[test]
    fn any_label_survives(region in "[^\\p{Cc}\\s]{1,40}", millisecond in 0_i64..4_000_000_000_000) {
        let event = LedgerEvent::Complaint(ComplaintEvent::Received(Receipt {
            region: region.parse().ok(),
            channel: Channel::Chat,
            source: Source::Imported {
                scheme: "0000-00-00T00:00:00.000Z".parse().expect("a label"),
                reference: "1".parse().expect("a label"),
            },
            matter: None,
            respondent: None,
            language: None,
            tags: Vec::new(),
            remedies_requested: Vec::new(),
        }));
        let bytes = write(&event, &[]);
        prop_assert!(!bytes.contains(&b'\n'));
        let record = decode(&bytes).expect("what was written can be read");
        prop_assert_eq!(record.event, event);
        let time = Timestamp::from_millisecond(millisecond).expect("in range");
        prop_assert_eq!(event_log::record::format_recorded_at(time).len(), 24);
    }

    /// No bytes make the decoder panic.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes);
        let _ = times(&bytes);
    }
}

/// A flattened body must not swallow keys: the proposal's own and the flag stand side by side.
#[test]
fn a_proposed_remedy_keeps_its_flag_beside_the_proposal() {
    let text = r#"{"remedy":1,"kind":"refund","amount":{"amount":"12.50","currency":"GBP"},"approval_required":true}"#;
    let body: RemedyProposed = serde_json::from_str(text).expect("the stored form");
    assert!(body.approval_required);
    assert_eq!(serde_json::to_string(&body).expect("JSON"), text);
}

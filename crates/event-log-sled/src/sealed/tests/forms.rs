//! The two forms at rest: what is packed and what is not, and files that stay for ever.

use std::{env, fs, path::Path};

use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamVersion};
use sha2::{Digest as _, Sha256};

use super::super::{
    SKIPPABLE_PACKED, SKIPPABLE_PLAIN, Sealer, plain_form::PlainForm, seal, unseal,
};

/// Where the golden files begin, so that a form that forgot positions would be noticed.
const FIRST: u64 = 256_000;

fn hex(seed: &str, bytes: usize) -> String {
    merkle_log::Hash(Sha256::digest(seed).into()).to_string()[..2 * bytes].to_owned()
}

/// A record as the ledger has them, with every notation, some of them again and some misspelt.
fn told(n: u64) -> String {
    let stream = format!("complaint-01JV4W1JF3EN6SHCFMQ832X{:03}", n % 40);
    let id = hex(&format!("id {n}"), 10);
    let (a, rest) = id.split_at(3);
    let (b, c) = rest.split_at(3);
    let id = format!("0197a6a5-{:04x}-7{a}-8{b}-{:0<12.12}", 0x2d7e + n % 9, c);
    let command = hex(&format!("command {}", n / 3), 16);
    let (key, digest) = (hex(&format!("key {}", n % 40), 16), hex(&format!("digest {n}"), 32));
    let second = n % 60;
    let misspelt = if n.is_multiple_of(16) { digest.to_uppercase() } else { digest.clone() };
    format!(
        r#"{{"v":1,"id":"{id}","type":"complaint.assigned.v1","stream":"{stream}","version":{},"recorded_at":"2025-06-25T10:32:{second:02}.414Z","occurred_at":"2025-06-24T23:59:60.001Z","command_id":"{}-{}-4abc-9def-{}","data":{{"handler":"agent-{}","until":"1969-12-31T00:00:00.000Z"}},"sealed":[{{"key":"{key}","digest":"{digest}","misspelt":"{misspelt}"}}]}}"#,
        n / 40,
        &command[..8],
        &command[8..12],
        &command[12..24],
        n % 7,
    )
}

fn golden_records() -> Vec<RecordedEvent> {
    let record = |n: u64| {
        let bytes = told(n);
        let stream = bytes.split('"').find(|text| text.starts_with("complaint-")).unwrap();
        // Some are in a stream or at a version that they do not name.
        let (stream, version) = match n {
            17 => ("elsewhere", 3),
            18 => (stream, 1 << 40),
            _ => (stream, n / 40),
        };
        RecordedEvent {
            position: Position(FIRST + n),
            stream: stream.parse().unwrap(),
            version: StreamVersion(version),
            bytes: Bytes::from(bytes),
        }
    };
    (0..256).map(record).collect()
}

fn form_of(file: &[u8]) -> [u8; 4] {
    let frame = file.last_chunk::<8>().unwrap();
    let length = u32::from_be_bytes(*frame.first_chunk().unwrap()) as usize;
    *file[length..].first_chunk().unwrap()
}

#[test]
fn what_was_sealed_in_either_form_can_be_read_for_ever() {
    let golden = |form: u8| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("golden/range-{form}-x001-000.zst"))
    };
    let records = golden_records();
    if env::var_os("REDRESS_WRITE_GOLDEN_RANGES").is_some() {
        fs::write(golden(1), PlainForm::new().unwrap().seal(&records).unwrap()).unwrap();
        fs::write(golden(2), &seal(&records).unwrap()[0].bytes).unwrap();
    }
    for (form, magic) in [(1, SKIPPABLE_PLAIN), (2, SKIPPABLE_PACKED)] {
        let file = fs::read(golden(form)).unwrap();
        assert_eq!(form_of(&file), magic);
        assert_eq!(unseal(&file, Position(FIRST)).unwrap(), records, "form {form}");
    }
}

#[test]
fn records_of_the_ledger_take_less_room_packed() {
    let records = golden_records();
    let packed = seal(&records).unwrap().remove(0).bytes;
    let plain = PlainForm::new().unwrap().seal(&records).unwrap();
    assert_eq!(form_of(&packed), SKIPPABLE_PACKED);
    assert!(packed.len() < plain.len(), "{} and {}", packed.len(), plain.len());
}

#[test]
fn a_range_with_a_byte_that_marks_something_is_sealed_as_it_is() {
    let mut sealer = Sealer::new().unwrap();
    for mark in 0..9 {
        let mut records = golden_records();
        records[200].bytes = Bytes::from(vec![b'a', mark, b'"']);
        let file = sealer.seal(&records).unwrap().remove(0).bytes;
        let form = if mark < 8 { SKIPPABLE_PLAIN } else { SKIPPABLE_PACKED };
        assert_eq!(form_of(&file), form, "byte {mark}");
        assert_eq!(unseal(&file, Position(FIRST)).unwrap(), records);
    }
}

#[test]
fn ranges_sealed_one_after_the_other_know_nothing_of_each_other() {
    let mut sealer = Sealer::new().unwrap();
    let once = sealer.seal(&golden_records()).unwrap().remove(0).bytes;
    sealer.seal(&super::range()).unwrap();
    assert!(sealer.seal(&golden_records()).unwrap().remove(0).bytes == once);
}

#[test]
fn the_longest_records_and_empty_ones_are_sealed_too() {
    let mut records = golden_records();
    for (place, record) in records.iter_mut().enumerate() {
        let text = if place % 2 == 0 { String::new() } else { "\"".repeat(65_535) };
        record.bytes = Bytes::from(text);
    }
    let file = seal(&records).unwrap().remove(0).bytes;
    assert_eq!(unseal(&file, Position(FIRST)).unwrap(), records);
}

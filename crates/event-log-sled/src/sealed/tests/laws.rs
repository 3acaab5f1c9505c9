//! Whatever records are: they come out as they went in. Whatever a file is: it is read, or it is not.

use bytes::Bytes;
use event_log::{Position, RecordedEvent, StreamVersion};
use proptest::{collection::vec, prelude::*, sample::select};

use super::super::{
    notation::{TimestampReader, TimestampWriter, Value},
    packed::{Packer, Unpacker},
    seal, unseal,
};

/// Pieces of records: values in every notation, what nearly is one, and what stands around them.
fn piece() -> impl Strategy<Value = String> {
    let hyphened = |text: &str| {
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
        parts.map(|part| text.get(part).unwrap_or_default()).join("-")
    };
    prop_oneof![
        Just("\"".to_owned()),
        Just("\"".to_owned()),
        "[0-9a-f]{32}",
        "[0-9a-f]{64}",
        "[0-9a-fA-F]{31,33}",
        "[0-9a-f]{12}7[0-9a-f]{19}".prop_map(move |text| hyphened(&text)),
        "[0-9a-fA-F]{32}".prop_map(move |text| hyphened(&text)),
        "complaint-[0-7][0-9A-HJKMNP-TV-Z]{25}",
        "a-[0-9A-Za-z]{26}",
        "[12][09][0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{3}Z",
        "2025-06-2[0-9]T1[0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z",
        select(vec!["0197a6a5-2d7e-7abb-945c-729d264f803c", "0123456789abcdef0123456789abcdef"])
            .prop_map(str::to_owned),
        "[ -~]{0,12}",
        "\\PC{0,4}",
    ]
}

/// Times of few days, so that dates are written again, and some of others.
fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "202[56]-06-2[0-2]T1[0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z",
        1 => piece(),
    ]
}

fn record() -> impl Strategy<Value = Vec<u8>> {
    let piece = (any::<bool>(), piece());
    let quoted = |(is_quoted, text): (bool, String)| {
        if is_quoted { format!("\"{text}\"") } else { text }
    };
    let told = vec(piece.prop_map(quoted), 0..12).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![20 => told, 1 => vec(8_u8.., 0..80), 1 => vec(any::<u8>(), 0..40)]
}

fn range(records: Vec<(Vec<u8>, u64)>) -> Vec<RecordedEvent> {
    let mut all = records.into_iter().cycle();
    let mut of_all = |n: u64| {
        let (bytes, version) = all.next().unwrap();
        let stream = if bytes.len() % 3 == 0 { "a".to_owned() } else { format!("complaint-{n}") };
        RecordedEvent {
            position: Position(n),
            stream: stream.parse().unwrap(),
            version: StreamVersion(version),
            bytes: Bytes::from(bytes),
        }
    };
    (512..768).map(&mut of_all).collect()
}

proptest! {
    #[test]
    fn any_range_gives_back_its_records(records in vec((record(), any::<u64>()), 1..40)) {
        let records = range(records);
        let sealed = seal(&records).unwrap().remove(0);
        prop_assert_eq!(unseal(&sealed.bytes, Position(512)).unwrap(), records);
    }

    /// What came before says where to look first, and not what there is.
    #[test]
    fn what_is_taken_out_of_a_record_depends_on_no_other(records in vec(record(), 1..40)) {
        let runs_of = |records: &[Vec<u8>]| {
            let mut packer = Packer::default();
            let are_packed = packer.pack(records.iter().map(Vec::as_slice));
            are_packed.then(|| packer.packed.runs.iter().filter(|byte| **byte < 128).count())
        };
        let again = [records.clone(), records.clone()].concat();
        let one_by_one: Option<usize> = again.chunks(1).map(runs_of).sum();
        prop_assert!(runs_of(&again) == one_by_one || one_by_one.is_none());
    }

    #[test]
    fn what_has_no_marks_can_always_be_packed(records in vec(record(), 1..40)) {
        let records: Vec<_> = records.iter().map(Vec::as_slice).collect();
        let mut packer = Packer::default();
        let has_marks = records.iter().any(|record| record.iter().any(|byte| *byte < 8));
        prop_assert_eq!(packer.pack(records.iter().copied()), !has_marks);
        if has_marks {
            return Ok(());
        }
        let (packed, mut bundle) = (&packer.packed, Vec::new());
        let parts = [&packed.text, &packed.runs, &packed.numbers, &packed.values].map(Vec::as_slice);
        let most = records.iter().map(|record| record.len() + 2).sum();
        Unpacker::default().unpack(parts, most, &mut bundle).unwrap();
        let expected = merkle_log::encode_bundle(records).unwrap();
        prop_assert_eq!(bundle, expected);
    }

    #[test]
    fn parts_that_nobody_packed_are_refused_or_fit_in_what_was_allowed(
        text in vec(prop_oneof![0_u8..10, Just(b'a')], 0..60),
        runs in vec(0_u8..6, 0..60),
        numbers in vec(prop_oneof![0_u8..9, any::<u8>()], 0..60),
        values in vec(any::<u8>(), 0..80),
        most in 0_usize..400,
    ) {
        let mut bundle = Vec::new();
        let parts = [&text, &runs, &numbers, &values].map(Vec::as_slice);
        let unpacked = Unpacker::default().unpack(parts, most, &mut bundle);
        // At most one value more than it may have.
        prop_assert!(bundle.len() <= most + 64);
        prop_assert!(unpacked.is_none() || bundle.len() <= most);
    }

    #[test]
    fn a_value_is_written_as_it_was_read(text in piece()) {
        if let Some(value) = Value::read(text.as_bytes()) {
            let (mut again, mut rest) = (Vec::new(), Vec::new());
            value.write_rest(&mut rest);
            let millis = value.millis().unwrap_or_default();
            value.notation.write(millis, &rest, &mut again).unwrap();
            prop_assert_eq!(again, text.as_bytes());
            rest.push(0);
            prop_assert_eq!(value.notation.write(millis, &rest, &mut Vec::new()), None);
        }
    }

    #[test]
    fn a_time_is_written_as_it_was_read(texts in vec(time(), 1..9)) {
        let (mut read, mut times) = (TimestampReader::default(), TimestampWriter::default());
        for text in texts {
            if let Some(millis) = read.read(text.as_bytes()) {
                let mut again = Vec::new();
                times.write(millis, &mut again).unwrap();
                prop_assert_eq!(&again, text.as_bytes());
                let known: jiff::Timestamp = text.parse().unwrap();
                prop_assert_eq!(i64::try_from(millis).unwrap(), known.as_millisecond());
            }
        }
    }
}

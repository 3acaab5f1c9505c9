use alloc::{vec, vec::Vec};

use proptest::prelude::*;

use super::*;

#[test]
fn a_bundle_is_lengths_and_entries() {
    let bytes = encode_bundle([b"ab".as_slice(), b"", b"c"]).unwrap();
    assert_eq!(bytes, b"\x00\x02ab\x00\x00\x00\x01c");
    assert_eq!(parse_bundle(&bytes, 3).unwrap(), [b"ab".as_slice(), b"", b"c"]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let long = vec![0; ENTRY_BYTES_MAX + 1];
    let too_long = EncodeBundleError::EntryTooLong { entry: 1, length: 65_536 };
    assert_eq!(encode_bundle([b"a".as_slice(), &long]), Err(too_long));
    assert!(encode_bundle([&long[1..]]).is_ok());
    assert_eq!(encode_bundle([]), Err(EncodeBundleError::WrongCount { count: 0 }));
    let many = vec![b"a".as_slice(); 257];
    assert_eq!(encode_bundle(many), Err(EncodeBundleError::WrongCount { count: 257 }));
}

#[test]
fn a_bundle_has_exactly_the_entries_its_name_says() {
    let bytes = encode_bundle([b"ab".as_slice(), b"c"]).unwrap();
    let too_long = ParseBundleError::TooLong { bytes: 3, expected: 1 };
    assert_eq!(parse_bundle(&bytes, 1), Err(too_long));
    let cut_short = ParseBundleError::CutShort { entry: 2, expected: 3 };
    assert_eq!(parse_bundle(&bytes, 3), Err(cut_short));
    for end in 0..bytes.len() {
        assert!(parse_bundle(&bytes[..end], 2).is_err(), "cut at {end}");
    }
}

proptest! {
    #[test]
    fn entries_are_read_back_as_written(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..=256),
    ) {
        let bytes = encode_bundle(entries.iter().map(Vec::as_slice)).unwrap();
        let width = u16::try_from(entries.len()).unwrap();
        prop_assert_eq!(parse_bundle(&bytes, width).unwrap(), entries);
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes: Vec<u8>, width: u16) {
        if let Ok(entries) = parse_bundle(&bytes, width) {
            prop_assert_eq!(entries.len(), usize::from(width));
        }
    }
}

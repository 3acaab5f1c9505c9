use event_log::Position;
use jiff::Timestamp;
use merkle_log::{CompactRange, leaf_hash};

use super::HeadFile;

#[test]
fn a_head_comes_back_as_it_was_written_and_with_any_byte_changed_it_does_not() {
    let mut tree = CompactRange::new();
    for n in 0_u8..11 {
        tree.push(leaf_hash(&[n]));
    }
    let head = HeadFile {
        stored: Position(8),
        tree,
        recorded_at: Timestamp::from_millisecond(1_767_225_600_123).unwrap(),
        segment: 3,
    };
    let text = head.to_text();
    assert_eq!(HeadFile::from_bytes(text.as_bytes()).unwrap(), head);
    for place in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            assert!(HeadFile::from_bytes(&bytes).is_err(), "bit {bit} of byte {place}");
        }
    }
}

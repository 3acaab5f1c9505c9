use super::*;
use crate::field::FIELD_BYTES_MAX;

#[test]
fn every_text_up_to_the_limit_has_a_slot_that_holds_it() {
    for text_bytes in (0..70_000).chain([FIELD_BYTES_MAX - 1, FIELD_BYTES_MAX]) {
        let class = SlotClass::for_text(text_bytes).unwrap();
        let blob = padded_bytes(text_bytes) + BLOB_OVERHEAD;
        assert!(SLOT_HEADER_BYTES + blob <= class.slot_bytes());
    }
    assert_eq!(SlotClass::for_text(188), Some(SlotClass::Half));
    assert_eq!(SlotClass::for_text(189), Some(SlotClass::One));
    assert_eq!(SlotClass::for_text(700), Some(SlotClass::One));
    assert_eq!(SlotClass::for_text(701), Some(SlotClass::Two));
}

#[test]
fn places_and_names_are_read_back_as_written() {
    for class in SlotClass::ALL {
        let per_segment = class.slots_per_segment();
        for slot in [0, 1, per_segment - 1, per_segment, 3 * per_segment + 7] {
            let place = BlobPlace { class, slot };
            assert_eq!(BlobPlace::from_bits(place.to_bits()), Some(place));
            assert!(place.offset() + class.slot_bytes() as u64 <= SEGMENT_BYTES + HEADER_BYTES);
            assert_eq!(place.offset() % 512, 0);
            let path = place.segment().path(Path::new(""));
            assert_eq!(SegmentId::parse(path.to_str().unwrap()), Some(place.segment()));
        }
    }
    assert_eq!(BlobPlace::from_bits(0), None);
    for name in ["513-000000.seg", "512-0.seg", "512-000000.new", "512.seg", "notes.txt"] {
        assert_eq!(SegmentId::parse(name), None, "{name}");
    }
}

#[test]
fn a_torn_slot_is_never_whole() {
    let blob = vec![0xab; 1000];
    let mut slot = [&BlobSlot::header(&[7; 16], &blob), blob.as_slice()].concat();
    slot.resize(2048, 0);
    assert!(BlobSlot::parse(&slot).unwrap().is_whole);
    for sector in 0..3 {
        let mut torn = slot.clone();
        torn[sector * 512..(sector + 1) * 512].fill(0);
        assert!(!BlobSlot::parse(&torn).is_some_and(|slot| slot.is_whole), "sector {sector}");
    }
}

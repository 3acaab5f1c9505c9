use proptest::prelude::*;

use super::*;

fn locator(byte: u8) -> Locator {
    Locator(Zeroizing::new([byte; 32]))
}

proptest! {
    #[test]
    fn an_id_reveals_the_place_it_was_made_from(
        random: [u8; 10], place in 0_u64..1 << 48, is_key: bool, byte: u8,
    ) {
        let kind = if is_key { PlaceKind::Key } else { PlaceKind::Blob };
        let id = locator(byte).conceal(kind, random, place);
        prop_assert_eq!(locator(byte).reveal(kind, &id), place);
    }
}

#[test]
fn neighbouring_places_have_ids_that_do_not_look_alike() {
    let first = locator(1).conceal(PlaceKind::Blob, [7; 10], 1);
    let second = locator(1).conceal(PlaceKind::Blob, [8; 10], 2);
    assert_ne!(first[10..15], second[10..15]);
    assert_ne!(locator(2).reveal(PlaceKind::Blob, &first), 1);
}

use super::*;
use crate::syncing::DataSync;

const LEDGER: [u8; 32] = [0x1e; 32];

fn gone(number: u8) -> Gone {
    Gone { kind: PlaceKind::Key, id: [number; 16] }
}

fn list(dir: &tempfile::TempDir) -> ErasedList {
    ErasedList::beside(&dir.path().join("kek"), LEDGER)
}

fn read(list: &ErasedList, first: u64) -> (u64, Vec<Gone>) {
    let mut seen = Vec::new();
    let count = list.each_from(first, |gone| {
        seen.push(gone);
        Ok(())
    });
    (count.unwrap(), seen)
}

#[test]
fn what_was_put_on_the_list_is_read_from_any_place_on() {
    let dir = tempfile::tempdir().unwrap();
    let list = list(&dir);
    assert_eq!(read(&list, 0), (0, vec![]));
    list.append(&[gone(1), gone(2)], &DataSync).unwrap();
    list.append(&[Gone { kind: PlaceKind::Blob, id: [3; 16] }], &DataSync).unwrap();
    let third = Gone { kind: PlaceKind::Blob, id: [3; 16] };
    assert_eq!(read(&list, 0), (3, vec![gone(1), gone(2), third]));
    assert_eq!(read(&list, 2), (3, vec![third]));
    assert_eq!(read(&list, 4), (3, vec![]));
}

#[test]
fn an_entry_that_was_cut_short_gives_its_place_to_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let list = list(&dir);
    list.append(&[gone(1), gone(2)], &DataSync).unwrap();
    let whole = fs::read(&list.path).unwrap();
    for cut in 1..=ENTRY {
        fs::write(&list.path, &whole[..whole.len() - cut]).unwrap();
        assert_eq!(read(&list, 0), (1, vec![gone(1)]), "{cut}");
    }
    let mut torn = whole.clone();
    *torn.last_mut().unwrap() ^= 1;
    fs::write(&list.path, &torn).unwrap();
    assert_eq!(read(&list, 0), (1, vec![gone(1)]));
    list.append(&[gone(9)], &DataSync).unwrap();
    assert_eq!(read(&list, 0), (2, vec![gone(1), gone(9)]));
}

#[test]
fn damage_before_the_end_and_the_list_of_another_ledger_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let list = list(&dir);
    list.append(&[gone(1), gone(2)], &DataSync).unwrap();
    let mut bytes = fs::read(&list.path).unwrap();
    bytes[70] ^= 1;
    fs::write(&list.path, &bytes).unwrap();
    let damaged = list.each_from(0, |_| Ok(())).unwrap_err();
    assert!(matches!(damaged, OpenVaultError::Damaged { .. }), "{damaged}");
    bytes[70] ^= 1;
    fs::write(&list.path, &bytes).unwrap();
    let other = ErasedList { ledger_id: [7; 32], ..list };
    let wrong = other.each_from(0, |_| Ok(())).unwrap_err();
    assert!(matches!(wrong, OpenVaultError::WrongLedger { .. }), "{wrong}");
}

use super::*;

#[test]
fn neighbouring_slots_are_joined_and_distant_ones_are_not_overwritten_between() {
    let file = tempfile::tempfile().unwrap();
    let (one, two, far) = ([1; 300], [2; 512], [3; 10]);
    let mut writes = Writes { slot_bytes: 512, at: BTreeMap::new() };
    writes.at.insert(4096, one.split_at(100).into());
    writes.at.insert(4096 + 512, [two.as_slice(), &[]]);
    writes.at.insert(4096 + 5 * 512, [far.as_slice(), &[]]);
    let untouched =
        Writes { slot_bytes: 512, at: BTreeMap::from([(4096 + 3 * 512, [two.as_slice(), &[]])]) };
    untouched.write(&file).unwrap();
    writes.write(&file).unwrap();
    let mut bytes = vec![0xff; 6 * 512];
    file.read_exact_at(&mut bytes, 4096).unwrap();
    let mut expected = vec![0; 6 * 512];
    expected[..300].copy_from_slice(&one);
    expected[512..1024].copy_from_slice(&two);
    expected[3 * 512..4 * 512].copy_from_slice(&two);
    expected[5 * 512..5 * 512 + 10].copy_from_slice(&far);
    assert_eq!(bytes, expected);
    assert_eq!(file.metadata().unwrap().len() % GROWTH_BYTES as u64, 0);
}

#[test]
fn only_a_lack_of_space_may_be_tried_again() {
    let full = Failure::sort(io::ErrorKind::StorageFull.into());
    assert!(matches!(full, Failure::NoSpace(_)));
    let broken = Failure::sort(io::Error::other("input/output error"));
    assert!(matches!(broken, Failure::Broken(_)));
}

use std::os::unix::fs::PermissionsExt;

use super::*;

fn hex<const N: usize>(text: &str) -> [u8; N] {
    let bytes: Vec<u8> = (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
        .collect();
    bytes.try_into().unwrap()
}

fn kek() -> Kek {
    Kek {
        epoch: 7,
        ledger_id: hex("d54da0464e9cf83a91addf87dfdcad5845289153d3b8a834d377eb09325af207"),
        key: Zeroizing::new([0x66; 32]),
    }
}

#[test]
fn the_wrapped_key_of_the_reference_vector_is_reproduced() {
    let id = hex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf");
    let wrapped = kek().wrap(&id, &[0x77; 24], &[0x55; 32]);
    assert_eq!(
        wrapped,
        hex("333b0eb6b1670ab270abd5b1c035dc59a8cf39e09aa48452dccbc881a4ade28229f8f096704c84b93234\
             cf46235e4ba9")
    );
    assert_eq!(kek().unwrap(&id, &[0x77; 24], &wrapped).as_deref(), Some(&[0x55; 32]));
}

#[test]
fn a_data_key_unwraps_only_for_its_own_id_and_epoch() {
    let wrapped = kek().wrap(&[1; 16], &[2; 24], &[3; 32]);
    assert!(kek().unwrap(&[2; 16], &[2; 24], &wrapped).is_none());
    assert!(Kek { epoch: 8, ..kek() }.unwrap(&[1; 16], &[2; 24], &wrapped).is_none());
    assert!(Kek { ledger_id: [0; 32], ..kek() }.unwrap(&[1; 16], &[2; 24], &wrapped).is_none());
}

#[test]
fn the_file_is_for_its_owner_only_and_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.outside/kek");
    kek().write_new(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let parent = path.parent().unwrap();
    assert_eq!(std::fs::metadata(parent).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(matches!(kek().write_new(&path), Err(CreateVaultError::AlreadyThere { .. })));
    let read = Kek::read(&path).unwrap();
    assert_eq!((read.epoch, *read.key), (7, [0x66; 32]));
}

#[test]
fn any_changed_byte_of_the_envelope_is_noticed() {
    let envelope = kek().envelope();
    assert_eq!(envelope.len(), ENVELOPE_BYTES);
    assert!(Kek::parse(&envelope).is_some());
    for i in 0..envelope.len() {
        let mut changed = envelope.clone();
        changed[i] ^= 1;
        assert!(Kek::parse(&changed).is_none(), "byte {i}");
        assert!(Kek::parse(&envelope[..i]).is_none(), "cut at {i}");
    }
    assert!(Kek::parse(&[&envelope[..], &[0]].concat()).is_none());
}

#[test]
fn the_key_is_never_printed() {
    assert_eq!(format!("{:?}", kek()), "Kek { epoch: 7, .. }");
}

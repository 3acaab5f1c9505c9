use super::*;

fn kek(byte: u8) -> Kek {
    Kek { epoch: 1, ledger_id: [9; 32], key: Zeroizing::new([byte; 32]) }
}

fn made() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let kek_path = dir.path().join("kek");
    kek(1).write_new(&kek_path).unwrap();
    KeyFile::create(dir.path(), &kek(1), &Locator(Zeroizing::new([5; 32]))).unwrap();
    (dir, kek_path)
}

#[test]
fn a_stored_key_is_found_by_its_id_alone() {
    let (dir, kek_path) = made();
    let keys = KeyFile::open(dir.path(), &kek_path, &[9; 32]).unwrap();
    let id = keys.id_of(70_000, [3; 10]);
    assert!(matches!(keys.load(&id), Err(KeyError::Missing)));
    keys.file.write_all_at(&keys.encode(&id, &[4; 24], &[8; 32]), slot_offset(70_000)).unwrap();
    assert_eq!(*keys.load(&id).unwrap(), [8; 32]);
    assert_eq!(keys.high_water().unwrap(), 70_001);
    assert_eq!(keys.count_live().unwrap(), 1);
    let another_id_for_the_same_slot = keys.id_of(70_000, [4; 10]);
    assert!(matches!(keys.load(&another_id_for_the_same_slot), Err(KeyError::Missing)));
}

#[test]
fn any_changed_byte_of_a_slot_is_noticed() {
    let (dir, kek_path) = made();
    let keys = KeyFile::open(dir.path(), &kek_path, &[9; 32]).unwrap();
    let id = keys.id_of(2, [3; 10]);
    let slot = keys.encode(&id, &[4; 24], &[8; 32]);
    for i in 0..SLOT_BYTES {
        let mut changed = slot;
        changed[i] ^= 0x10;
        keys.file.write_all_at(&changed, slot_offset(2)).unwrap();
        match keys.load(&id) {
            Err(KeyError::Missing) => assert!((1..17).contains(&i), "byte {i}"),
            Err(KeyError::Damaged) => assert!(!(1..17).contains(&i), "byte {i}"),
            other => panic!("byte {i}: {other:?}"),
        }
    }
}

#[test]
fn any_changed_byte_of_the_header_is_noticed() {
    let (dir, kek_path) = made();
    let path = file_in(dir.path());
    let whole = fs::read(&path).unwrap();
    assert_eq!(whole.len(), 4096);
    for i in 0..whole.len() {
        let mut changed = whole.clone();
        changed[i] ^= 1;
        fs::write(&path, &changed).unwrap();
        let opened = KeyFile::open(dir.path(), &kek_path, &[9; 32]);
        assert!(matches!(opened, Err(OpenVaultError::Damaged { .. })), "byte {i}");
    }
}

#[test]
fn a_wrong_key_encryption_key_is_named_at_once() {
    let (dir, _) = made();
    let other = dir.path().join("other");
    kek(2).write_new(&other).unwrap();
    let opened = KeyFile::open(dir.path(), &other, &[9; 32]);
    assert!(matches!(opened, Err(OpenVaultError::WrongKek { .. })));
    let opened = KeyFile::open(dir.path(), &dir.path().join("nowhere"), &[9; 32]);
    assert!(matches!(opened, Err(OpenVaultError::NoKek { .. })));
    let opened = KeyFile::open(dir.path(), &file_in(dir.path()), &[9; 32]);
    assert!(matches!(opened, Err(OpenVaultError::NotAKek { .. })));
    let opened = KeyFile::open(dir.path(), &other, &[1; 32]);
    assert!(matches!(opened, Err(OpenVaultError::WrongLedger { .. })));
}

#[test]
fn a_key_file_in_use_is_not_opened_twice() {
    let (dir, kek_path) = made();
    let first = KeyFile::open(dir.path(), &kek_path, &[9; 32]).unwrap();
    let second = KeyFile::open(dir.path(), &kek_path, &[9; 32]);
    assert!(matches!(second, Err(OpenVaultError::InUse { .. })));
    drop(first);
    assert!(KeyFile::open(dir.path(), &kek_path, &[9; 32]).is_ok());
}

/// A rotation gives the key file's name to another file, and lets go of the old one when it ends or is killed.
#[test]
fn a_key_file_that_loses_its_name_before_it_is_locked_is_not_the_one() {
    let (dir, _) = made();
    let path = file_in(dir.path());
    let is_named = |file: &File| {
        let (file, named) = (file.metadata().unwrap(), fs::metadata(&path).unwrap());
        file.ino() == named.ino()
    };
    // Held, so that no later file gets the number of one that is gone.
    let mut without_name = Vec::new();
    let mut take_name = |times: usize| {
        let open = || {
            let file = File::open(&path)?;
            if without_name.len() < times {
                let other = dir.path().join("other");
                fs::copy(&path, &other)?;
                without_name.push(file.try_clone()?);
                fs::rename(&other, &path)?;
            }
            Ok(file)
        };
        open_locked(&path, open)
    };
    assert!(is_named(&take_name(1).unwrap()));
    // Whoever never gets the one with the name does not take another.
    let refused = take_name(usize::MAX);
    assert!(matches!(refused, Err(OpenVaultError::InUse { .. })), "{refused:?}");
}

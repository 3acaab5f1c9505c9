use std::os::unix::fs::PermissionsExt;

use merkle_log::KeyKind;

use super::{KeyFile, KeyFileError, Passphrase};

const NAME: &str = "ledger.example/complaints";

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

#[test]
fn a_key_is_read_back_and_only_its_owner_may_read_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys/signing-key");
    let made = KeyFile::create(&path, NAME, KeyKind::Note, None).unwrap();
    let read = KeyFile::read(&path).unwrap();
    assert_eq!(read.verifier(), made.verifier());
    assert_eq!(read.open(None).unwrap().verifier(), made.verifier());
    let bits = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(bits & 0o777, 0o600);
    let bits = std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode();
    assert_eq!(bits & 0o777, 0o700);
}

#[test]
fn a_key_is_never_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("signing-key");
    KeyFile::create(&path, NAME, KeyKind::Note, None).unwrap();
    let again = KeyFile::create(&path, NAME, KeyKind::Note, None);
    assert!(matches!(again, Err(KeyFileError::AlreadyThere { .. })), "{again:?}");
    assert!(KeyFile::read(&path).is_ok());
}

#[test]
fn a_sealed_key_opens_with_its_passphrase_only_and_its_secret_is_not_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("signing-key");
    let phrase = passphrase("correct horse battery staple\n");
    let made = KeyFile::create(&path, NAME, KeyKind::Note, Some(&phrase)).unwrap();
    let read = KeyFile::read(&path).unwrap();
    assert!(read.is_sealed());
    assert_eq!(read.verifier(), made.verifier(), "known without the passphrase");
    assert!(matches!(read.open(None), Err(KeyFileError::Sealed { .. })));
    let wrong = read.open(Some(&passphrase("correct horse")));
    assert!(matches!(wrong, Err(KeyFileError::WrongPassphrase { .. })), "{wrong:?}");
    let opened = read.open(Some(&passphrase("correct horse battery staple"))).unwrap();
    let text = "a text\n";
    assert_eq!(opened.sign(text, 0).to_string(), made.sign(text, 0).to_string());
    assert!(!std::fs::read_to_string(&path).unwrap().contains("seed"));
}

#[test]
fn a_key_open_to_others_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("signing-key");
    KeyFile::create(&path, NAME, KeyKind::Note, None).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(KeyFile::read(&path), Err(KeyFileError::OpenToOthers { .. })));
}

#[test]
fn no_key_and_a_damaged_one_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("signing-key");
    assert!(matches!(KeyFile::read(&path), Err(KeyFileError::Missing { .. })));
    KeyFile::create(&path, NAME, KeyKind::Note, None).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let read = KeyFile::read(&path);
        assert!(matches!(read, Err(KeyFileError::Damaged { .. })), "byte {at}: {read:?}");
    }
}

#[test]
fn a_public_half_that_was_written_over_does_not_sign() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (dir.path().join("one"), dir.path().join("other"));
    let own = KeyFile::create(&one, NAME, KeyKind::Note, None).unwrap();
    let strange = KeyFile::create(&other, NAME, KeyKind::Note, None).unwrap();
    let text = std::fs::read_to_string(&one).unwrap();
    let text = text.replace(&own.verifier().to_string(), &strange.verifier().to_string());
    let (body, _) = text.split_at(text.find("crc32c").unwrap());
    std::fs::write(&one, super::with_crc(body.to_owned())).unwrap();
    let opened = KeyFile::read(&one).unwrap().open(None);
    assert!(matches!(opened, Err(KeyFileError::Damaged { line: 2, .. })), "{opened:?}");
}

#[test]
fn nothing_secret_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("signing-key");
    let key = KeyFile::create(&path, NAME, KeyKind::Cosignature, None).unwrap();
    let seed = std::fs::read_to_string(&path).unwrap();
    let seed = seed.lines().find_map(|line| line.strip_prefix("seed ")).unwrap().to_owned();
    let shown =
        format!("{:?} {key:?} {:?}", KeyFile::read(&path).unwrap(), passphrase("open sesame"));
    assert!(!shown.contains(&seed) && !shown.contains("open sesame"), "{shown}");
    assert!(Passphrase::new("\n".to_owned()).is_none(), "an empty passphrase seals nothing");
}

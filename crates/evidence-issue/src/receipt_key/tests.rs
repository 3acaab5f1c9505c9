use personal_vault::SystemEntropy;

use super::*;

const ORIGIN: &str = "ledger.example/tests";

#[test]
fn a_key_is_read_again_and_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("beside/receipt-key");
    let first = ReceiptKey::create(&path, ORIGIN, &SystemEntropy).unwrap();
    assert_eq!(ReceiptKey::read(&path, ORIGIN).unwrap().bytes(), first.bytes());
    let again = ReceiptKey::create(&path, ORIGIN, &SystemEntropy);
    assert!(matches!(again, Err(ReceiptKeyError::AlreadyThere { .. })), "{again:?}");
    assert_eq!(ReceiptKey::read(&path, ORIGIN).unwrap().bytes(), first.bytes());
    let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&path).unwrap());
    assert_eq!(mode & 0o777, 0o600);
    assert!(!format!("{first:?}").contains(&format!("{:?}", first.bytes())));
}

#[test]
fn what_is_no_key_of_this_ledger_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("receipt-key");
    let missing = ReceiptKey::read(&path, ORIGIN);
    assert!(matches!(missing, Err(ReceiptKeyError::Missing { .. })), "{missing:?}");
    drop(ReceiptKey::create(&path, ORIGIN, &SystemEntropy).unwrap());
    let other = ReceiptKey::read(&path, "ledger.example/other");
    assert!(matches!(other, Err(ReceiptKeyError::OtherLedger { .. })), "{other:?}");
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, changed).unwrap();
        let read = ReceiptKey::read(&path, ORIGIN);
        assert!(matches!(read, Err(ReceiptKeyError::Damaged { .. })), "byte {at}");
    }
    fs::write(&path, &whole[..79]).unwrap();
    assert!(ReceiptKey::read(&path, ORIGIN).is_err());
}

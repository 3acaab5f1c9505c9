use std::sync::Arc;

use complaint_domain::sealed::PersonalField;
use personal_vault::{Opening as VaultOpening, PlainField, SystemEntropy, Vault, VaultPaths};

use super::*;

#[test]
fn the_fields_and_their_numbers_are_those_of_the_domain() {
    let domain: Vec<_> = PersonalField::ALL.iter().map(|f| (f.code(), f.group())).collect();
    assert_eq!(domain, FIELDS);
}

#[test]
fn what_the_vault_committed_to_opens_here() {
    let dir = tempfile::tempdir().unwrap();
    let paths = VaultPaths {
        vault: dir.path().join("vault"),
        keys: dir.path().join("keys"),
        kek: dir.path().join("outside/kek"),
    };
    let origin = "ledger.example/tests";
    let ledger: [u8; 32] = Sha256::digest(origin).into();
    let vault = Vault::create(&paths, ledger, Arc::new(SystemEntropy)).unwrap();
    let field = PlainField { group: 11, text: "blue horse 7".as_bytes() };
    let sealing = vault.seal(b"complaint-A", None, &[field]).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(vault.store(&sealing)).unwrap();
    let VaultOpening { salt, text } =
        vault.open_commitment(b"complaint-A", &sealing.refs[0]).unwrap();
    let opening = Opening {
        field: "receipt-nonce".to_owned(),
        group: 11,
        salt: *salt,
        text: String::from_utf8(text.to_vec()).unwrap(),
    };
    assert_eq!(opening.commitment(origin, "complaint-A"), sealing.refs[0].commitment);
    assert_ne!(opening.commitment(origin, "complaint-B"), sealing.refs[0].commitment);
    assert_ne!(
        opening.commitment("ledger.example/other", "complaint-A"),
        sealing.refs[0].commitment
    );
}

#[test]
fn the_receipt_secret_is_that_of_an_independent_computation() {
    // The eight-leaf reference tree, K_receipt 88 88 …: leaf 1, computed in Python.
    let leaf = merkle_log::leaf_hash(b"\x00");
    let secret = receipt_secret(&[0x88; 32], &leaf);
    let expected = "54cbb677822e8a2f6f52b5ddda484c590c71d0ba8e777e79e361f25fb44f410c";
    assert_eq!(crate::text::to_hex(&secret), expected);
}

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
        content: text.to_vec(),
    };
    assert_eq!(opening.commitment(origin, "complaint-A"), sealing.refs[0].commitment);
    assert_ne!(opening.commitment(origin, "complaint-B"), sealing.refs[0].commitment);
    assert_ne!(
        opening.commitment("ledger.example/other", "complaint-A"),
        sealing.refs[0].commitment
    );
}

#[test]
fn what_is_no_text_is_written_in_base64_and_text_never_is() {
    let opening = |content: &[u8]| Opening {
        field: "evidence".to_owned(),
        group: 12,
        salt: [7; 64],
        content: content.to_vec(),
    };
    for (content, written) in [
        (b"a letter".as_slice(), r#","text":"a letter"}"#),
        (b"", r#","text":""}"#),
        (b"\xff\xfe\x00", r#","bytes":"//4A"}"#),
        (b"\xff", r#","bytes":"/w=="}"#),
    ] {
        let json = serde_json::to_string(&opening(content)).unwrap();
        assert!(json.ends_with(written), "{json}");
        assert_eq!(serde_json::from_str::<Opening>(&json).unwrap(), opening(content));
        assert_eq!(opening(content).text().is_some(), written.contains("text"));
        for other in
            [r#","bytes":"YQ=="}"#, r#","bytes":"/w"}"#, r#","text":"","bytes":"/w=="}"#, "}"]
        {
            let other = serde_json::from_str::<Opening>(&json.replace(written, other));
            let said = other.unwrap_err().to_string();
            assert!(said.starts_with("expected "), "{said}");
        }
    }
}

#[test]
fn the_receipt_secret_is_that_of_an_independent_computation() {
    // The eight-leaf reference tree, K_receipt 88 88 …: leaf 1, computed in Python.
    let leaf = merkle_log::leaf_hash(b"\x00");
    let secret = receipt_secret(&[0x88; 32], &leaf);
    let expected = "54cbb677822e8a2f6f52b5ddda484c590c71d0ba8e777e79e361f25fb44f410c";
    assert_eq!(crate::text::to_hex(&secret), expected);
}

use event_log::{Position, StreamVersion};
use merkle_log::{Checkpoint, KeyKind, SignerKey, empty_root};
use personal_vault::SystemEntropy;

use super::*;

#[test]
fn a_receipt_holds_text_and_no_file() {
    let origin = "ledger.example/tests";
    let record = RecordedEvent {
        position: Position(0),
        stream: "complaint-01KA0000000000000000000000".parse().unwrap(),
        version: StreamVersion(0),
        bytes: r#"{"v":1}"#.into(),
    };
    let folder = tempfile::tempdir().unwrap();
    let key = ReceiptKey::create(&folder.path().join("receipt-key"), origin, &SystemEntropy);
    let signer = SignerKey::from_seed(origin, KeyKind::Note, &[7; 32]).unwrap();
    let checkpoint = Checkpoint::new(origin, 0, empty_root()).unwrap().signed_by(&signer);
    let proof = LogProof { extra: None, index: 0, hashes: Vec::new(), checkpoint };
    let key = key.unwrap();
    let with = |content: &[u8]| {
        let (field, content) = ("narrative".to_owned(), content.to_vec());
        let opening = Opening { field, group: 1, salt: [0; 64], content };
        receipt(&record, proof.clone(), vec![opening], &key)
    };
    let text = with("Charged twice.".as_bytes()).unwrap();
    assert!(Enclosure::parse(text.extra.as_deref().unwrap()).is_ok());
    let file = with(b"%PDF\xff\x00").unwrap_err();
    assert_eq!(file, NotTextError { field: "narrative".to_owned() });
}

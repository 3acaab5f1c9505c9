use merkle_log::{Checkpoint, KeyKind, SignerKey, empty_root};
use tempfile::TempDir;

use super::*;

const ORIGIN: &str = "ledger.example/complaints";

#[test]
fn a_checkpoint_that_could_not_be_read_again_does_not_take_the_place_of_the_last() {
    let dir = TempDir::new().unwrap();
    let places = PublishedPlaces::of(dir.path());
    let key = SignerKey::from_seed(ORIGIN, KeyKind::Note, &[1; 32]).unwrap();
    let good = Checkpoint::new(ORIGIN, 0, empty_root()).unwrap().signed_by(&key);
    places.keep_signed(&good).unwrap();
    let mut note = good.clone();
    for witness in 0..SIGNATURES_MAX {
        let name = format!("witness.example/{witness}");
        let key = SignerKey::from_seed(&name, KeyKind::Cosignature, &[2; 32]).unwrap();
        note.add(key.sign(note.text(), 1_750_000_000));
    }
    let refused = places.keep_signed(&note).unwrap_err().to_string();
    assert!(refused.contains("found one with 101"), "{refused}");
    assert_eq!(places.shown(false).unwrap(), Some(good));
}
